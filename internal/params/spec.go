package params

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Kind is the declared type of a parameter.
type Kind int

// The kinds, with Grape's name of each.
const (
	String     Kind = iota // String: text, numbers and booleans
	Integer                // Integer: "" is null
	Boolean                // Boolean: 1, on, t, true, y, yes and their opposites; "" is null
	CommaList              // Array[String] with GitLab's comma coercion: text or list, anything else is an empty list
	StringList             // Array[String]
	Hash                   // Hash, with Fields if the inside is declared too
	Any                    // no type: kept as sent
	DateTime               // DateTime: kept as text, 2024-07-01T12:00:00+00:00; "" is null
	Date                   // Date: kept as text, 2024-07-01; "" is null
)

// Param declares one parameter. The zero value of every field but Name means "no such rule".
type Param struct {
	Name     string
	Kind     Kind
	Required bool           // the key must be there, even if null
	Values   []string       // the values allowed, in text form; checked on everything but null, so also on ""
	Except   []string       // the values not allowed, in text form
	Match    *regexp.Regexp // what the text form must match
	Positive bool           // of an Integer: more than 0
	Within   *Range         // of an Integer
	NotBlank bool           // Grape's allow_blank: false: neither null nor white space; what is missing is empty, too
	Absent   string         // what is said of it where it is given: GitLab's absence; empty: it may be
	FilePath bool           // GitLab's file_path: a path that stays below where it begins, however it is written
	Default  any            // string, int, bool or []string that takes the place of an absent or null value
	Fields   []Param        // the inside of a Hash
	When     *When          // nil: always declared
}

// Range is what a number must be in, both ends with it; Most 0 is no end.
type Range struct{ Least, Most int }

// has reports whether the range has a value.
func (r *Range) has(value any) bool {
	n, isNumber := value.(int)
	return isNumber && n >= r.Least && (r.Most == 0 || n <= r.Most)
}

// When is Grape's "given": the parameter is declared only while the one named Param, which must come earlier, has the
// value Equals (in text form).
type When struct{ Param, Equals string }

func (w *When) met(data Tree) bool {
	return w == nil || data[w.Param] != nil && text(data[w.Param]) == w.Equals
}

// RuleKind is a rule about several parameters.
type RuleKind int

// The rules. A key counts as soon as it is there, even with null.
const (
	MutuallyExclusive RuleKind = iota // at most one
	AtLeastOneOf                      // one or more
	AllOrNoneOf                       // all or none
)

// Rule says how the named parameters go together.
type Rule struct {
	Kind  RuleKind
	Names []string
	After string // the parameter that the rule is declared behind; "" is the last
	Text  string // what is said instead, of parameters that exclude each other
}

// Spec declares the parameters of an endpoint, path parameters among them.
type Spec struct {
	Params []Param
	Rules  []Rule
	Known  []string // parameters that something else reads (private_token, sudo, ...): Values.Ignored leaves them out
}

// Validate coerces t and returns Grape's sentences about what is wrong with it, in the order of declaration (each
// parameter: presence, type, values, pattern) and none of them twice; GitLab joins them with ", ".
// Parameters that nothing declares are kept as they are. t is not changed and must not be changed afterwards.
func (s Spec) Validate(t Tree) (Values, []string) {
	c := check{rules: s.Rules}
	data := c.fields(s.Params, t, "")
	c.rulesAfter("", data)
	return Values{data: data, given: t, params: s.Params, known: s.Known}, c.errors
}

// check collects the errors of one request.
type check struct {
	errors []string
	rules  []Rule
}

func (c *check) fail(name, complaint string) {
	if sentence := name + " " + complaint; !slices.Contains(c.errors, sentence) {
		c.errors = append(c.errors, sentence)
	}
}

// fields checks one level. prefix is the name of the hash that it is the inside of, "" at the top.
func (c *check) fields(params []Param, given Tree, prefix string) Tree {
	data := maps.Clone(given)
	if data == nil {
		data = make(Tree, 2)
	}
	for i := range params {
		p := &params[i]
		if !p.When.met(data) {
			continue
		}
		c.param(p, data, given, prefix)
		if prefix == "" {
			c.rulesAfter(p.Name, given)
		}
		if data[p.Name] == nil && p.Default != nil {
			data[p.Name] = p.Default
		}
	}
	return data
}

// rulesAfter checks the rules that are declared behind a parameter.
func (c *check) rulesAfter(name string, data Tree) {
	for _, rule := range c.rules {
		if rule.After == name {
			c.rule(rule, data)
		}
	}
}

func (c *check) param(p *Param, data, given Tree, prefix string) {
	raw, present := given[p.Name]
	if !present && !p.Required {
		return
	}
	name := p.Name
	if prefix != "" {
		name = prefix + "[" + p.Name + "]"
	}
	if !present {
		c.fail(name, "is missing")
		if len(p.Values) > 0 && prefix == "" && p.Kind != CommaList { // a comma list is one without elements then
			c.fail(name, "does not have a valid value")
		}
		if p.NotBlank {
			c.fail(name, "is empty")
		}
		c.fields(p.Fields, nil, name)
		return
	}
	if p.Absent != "" {
		c.fail(name, p.Absent)
	}
	value, ok := coerce(p.Kind, raw)
	if !ok {
		c.fail(name, "is invalid")
		value = raw
	}
	if hash, isHash := value.(Tree); isHash && p.Kind == Hash && p.Fields != nil && (p.Required || len(hash) > 0) {
		value = c.fields(p.Fields, hash, name)
	}
	data[p.Name] = value
	c.value(p, name, value, prefix == "")
	n, isNumber := value.(int)
	if p.Positive && isNumber && n <= 0 || p.Within != nil && value != nil && !p.Within.has(value) {
		c.fail(name, "does not have a valid value")
	}
	if p.NotBlank && isBlank(value) {
		c.fail(name, "is empty")
	}
	if path, isText := value.(string); p.FilePath && (!isText || !staysBelow(path)) {
		c.fail(name, "should be a valid file path")
	}
}

// isBlank reports whether Ruby calls a value blank, of those that parameters with a type have. False is none here.
func isBlank(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(value) == ""
	}
	return false
}

// value checks the lists and the pattern. Grape also checks a value that could not be coerced.
func (c *check) value(p *Param, name string, value any, top bool) {
	if value == nil {
		if p.Required && top && len(p.Values) > 0 {
			c.fail(name, "does not have a valid value")
		}
		return
	}
	if len(p.Values) == 0 && len(p.Except) == 0 && p.Match == nil {
		return
	}
	all := texts(value)
	if slices.ContainsFunc(all, func(s string) bool { return slices.Contains(p.Except, s) }) {
		c.fail(name, "has a value not allowed")
	}
	if len(p.Values) > 0 && slices.ContainsFunc(all, func(s string) bool { return !slices.Contains(p.Values, s) }) {
		c.fail(name, "does not have a valid value")
	}
	if p.Match != nil && slices.ContainsFunc(all, func(s string) bool { return !p.Match.MatchString(s) }) {
		c.fail(name, "is invalid")
	}
}

// texts are the text forms of what the value lists and patterns look at: the elements of a list, else the value.
func texts(value any) []string {
	switch value := value.(type) {
	case []string:
		return value
	case []any:
		all := make([]string, len(value))
		for i, element := range value {
			all[i] = text(element)
		}
		return all
	default:
		return []string{text(value)}
	}
}

func (c *check) rule(rule Rule, data Tree) {
	present := make([]string, 0, len(rule.Names))
	for _, name := range rule.Names {
		if _, ok := data[name]; ok {
			present = append(present, name)
		}
	}
	switch n := len(present); {
	case n > 1 && rule.Kind == MutuallyExclusive:
		c.fail(strings.Join(present, ", "), cmp.Or(rule.Text, "are mutually exclusive"))
	case n > 0 && n < len(rule.Names) && rule.Kind == AllOrNoneOf:
		c.fail(strings.Join(rule.Names, ", "), "provide all or none of parameters")
	case n == 0 && rule.Kind == AtLeastOneOf:
		c.fail(strings.Join(rule.Names, ", "), "are missing, at least one parameter must be provided")
	}
}
