package ci

import (
	"math"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

var (
	ruleKeywords         = []string{"if", "changes", "exists", "when", "start_in", "allow_failure", "variables", "needs"}
	jobRuleKeywords      = slices.Concat(ruleKeywords, []string{"interruptible"})
	workflowRuleKeywords = slices.Concat(ruleKeywords, []string{"auto_cancel"})
	workflowRuleWhen     = []string{"always", whenNever}
	jobRuleWhen          = []string{"on_success", "on_failure", "always", whenNever, whenManual, whenDelayed}
	onlyByDefault        = []string{"branches", "tags"}
)

const (
	errTextWhen         = "unknown value: %s"
	errTextDisallowed   = "contains disallowed keys: %s"
	errTextPolicy       = "has to be either an array of conditions or a hash"
	errTextRefs         = "should be an array of strings or regular expressions using re2 syntax"
	errTextTooManyGlobs = "has too many entries (maximum %d)"
	errTextListOrHash   = "should be an array or a hash"
	errTextTextsOrHash  = "should be a string, an array of strings, or a hash"
	maxGlobs            = 50
)

// rules reads a list of rules; lists within it are put in their place.
func (r *reader) rules(e entry, value any, ofWorkflow bool) []Rule {
	if ciyaml.Blank(value) {
		e.addf("config", errTextBlank)
	}
	if !isList(value) {
		e.addf("config", errTextArray)
	}
	if !e.fine() {
		return nil
	}
	flat := []any{}
	for _, each := range value.([]any) {
		inner, _ := flattened(one(each), math.MaxInt)
		flat = append(flat, inner...)
	}
	rules := make([]Rule, 0, len(flat))
	for _, each := range flat {
		rules = append(rules, r.rule(e.below("rule"), each, ofWorkflow))
	}
	return rules
}

func (r *reader) rule(e entry, value any, ofWorkflow bool) Rule {
	if ciyaml.Blank(value) {
		e.addf("config", errTextBlank)
	}
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
	}
	delayed := m.Get("when") == whenDelayed
	switch {
	case !delayed && m.Has("start_in"):
		e.addf("config", errTextDisallowed, "start_in")
	case delayed:
		if ciyaml.Blank(m.Get("start_in")) {
			e.addf("start in", errTextBlank)
		}
		e.duration("start in", m.Get("start_in"), startInLimit)
	}
	e.field(m, "if", errTextExpression, isExpression)
	e.field(m, "allow_failure", errTextBoolean, isBoolean)
	e.field(m, "interruptible", errTextBoolean, isBoolean)
	allowed, keywords := jobRuleWhen, jobRuleKeywords
	if ofWorkflow {
		allowed, keywords = workflowRuleWhen, workflowRuleKeywords
	}
	if when := m.Get("when"); when != nil && !slices.Contains(allowed, ciyaml.Text(when)) {
		e.addf("when", errTextWhen, ciyaml.Text(when))
	}
	e.keys(m, keywords...)
	if !e.fine() {
		return Rule{}
	}
	rule := Rule{If: ciyaml.Text(m.Get("if")), When: ciyaml.Text(m.Get("when")),
		AllowFailure: boolean(m.Get("allow_failure")), Interruptible: boolean(m.Get("interruptible"))}
	if delayed {
		rule.StartIn = seconds(m.Get("start_in"))
	}
	if value := m.Get("changes"); value != nil {
		rule.Changes = r.changes(e.below("changes"), value)
	}
	if value := m.Get("exists"); value != nil {
		rule.Exists = r.exists(e.below("exists"), value)
	}
	rule.Variables = r.variables(e.below("variables"), m.Get("variables"))
	if value := m.Get("needs"); value != nil {
		d := &draft{}
		r.needs(e.below("needs"), d, value, "job")
		rule.Needs = []Need{}
		for _, n := range d.needs {
			rule.Needs = append(rule.Needs, n.Need)
		}
	}
	rule.AutoCancel = r.autoCancel(e.below("auto_cancel"), m.Get("auto_cancel"))
	return rule
}

func boolean(value any) *bool {
	if b, ok := value.(bool); ok {
		return &b
	}
	return nil
}

func (r *reader) changes(e entry, value any) *Changes {
	c := &Changes{Paths: r.globs(e, value, errTextListOrHash, "compare_to")}
	if m, ok := value.(*ciyaml.Map); ok {
		c.Regexp = e.regexp(m)
		e.field(m, "compare_to", errTextText, isText)
		c.CompareTo = ciyaml.Text(m.Get("compare_to"))
	}
	return c
}

// exists reads rules:exists.
func (r *reader) exists(e entry, value any) *Exists {
	if text, ok := value.(string); ok { // documented nowhere, and yet taken
		return &Exists{Paths: []string{text}}
	}
	x := &Exists{Paths: r.globs(e, value, errTextTextsOrHash, "project", "ref")}
	if m, ok := value.(*ciyaml.Map); ok {
		x.Regexp = e.regexp(m)
		if m.Get("ref") != nil {
			e.required(m, "project")
		}
		e.field(m, "project", errTextText, isText)
		e.field(m, "ref", errTextText, isText)
		x.Project, x.Ref = ciyaml.Text(m.Get("project")), ciyaml.Text(m.Get("ref"))
	}
	return x
}

// globs reads a list of globs, or a map with them under paths. wrong is what is said of anything else.
func (r *reader) globs(e entry, value any, wrong string, more ...string) []string {
	field := "config"
	if m, ok := value.(*ciyaml.Map); ok {
		e.keys(m, append([]string{"paths", "regexp"}, more...)...)
		switch byRegexp := m.Has("regexp"); {
		case byRegexp && m.Has("paths"):
			e.addf("config", errTextExactlyOne, "paths, regexp")
		case !byRegexp:
			e.required(m, "paths") // the newest say errTextExactlyOne here, too
		}
		paths := m.Get("paths")
		if !m.Has("paths") || paths == nil && wrong == errTextTextsOrHash { // which may be nothing for exists
			return []string{}
		}
		field, value = "paths", paths
	} else if _, ok := value.([]any); !ok {
		e.kindf("%s", wrong)
		return nil
	}
	list, ok := textList(value)
	if !ok {
		e.addf(field, errTextTexts)
	}
	if len(list) > maxGlobs {
		e.addf(field, errTextTooManyGlobs, maxGlobs)
	}
	if list == nil {
		list = []string{}
	}
	return list
}

// policy reads only or except.
func (r *reader) policy(e entry, value any) *Policy {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		if !isRefs(v) {
			e.addf("config", errTextRefs)
		}
		return &Policy{Refs: texts(v)}
	case *ciyaml.Map:
		if v.Len() == 0 {
			e.addf("config", errTextBlank)
		}
		e.keys(v, "refs", "kubernetes", "variables", "changes")
		if conditions, ok := v.Get("variables").([]any); ok {
			for _, each := range conditions {
				if !isExpression(each) {
					e.addf("variables", errTextExpression)
				}
			}
		}
		e.field(v, "refs", errTextRefs, isRefs)
		e.field(v, "kubernetes", "unknown value: "+ciyaml.Text(v.Get("kubernetes")), among("active"))
		e.field(v, "variables", errTextTexts, isTexts)
		e.field(v, "changes", errTextTexts, isTexts)
		return &Policy{Refs: texts(v.Get("refs")), Kubernetes: ciyaml.Text(v.Get("kubernetes")),
			Variables: texts(v.Get("variables")), Changes: texts(v.Get("changes"))}
	}
	e.kindf(errTextPolicy)
	return nil
}

const (
	errTextVariable    = "variable definition must be either a string or a hash"
	errTextData        = "uses invalid data keys: %s"
	errTextNotScalar   = "must be a scalar"
	errTextNotAlnum    = "must be an alphanumeric string"
	errTextNotHashed   = "must be a string"
	errTextNotInOption = "value must be present in options"
)

// What a variable that is a map may have: those of jobs, and those of the root.
var (
	jobVariableKeys  = []string{"value", "expand"}
	rootVariableKeys = []string{"value", "description", "expand", "options"}
)

// variables reads variables. data are the keys of one that is a map: without any, none may be, as in rules.
func (r *reader) variables(e entry, value any, data ...string) JobVariables {
	if value == nil {
		return nil
	}
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return nil
	}
	list := make(JobVariables, 0, m.Len())
	for _, each := range m.Entries() {
		variable := JobVariable{Key: each.Key, Value: ciyaml.Text(each.Value)}
		if !each.Named && !wholeNumber.MatchString(each.Key) && !isList(each.Value) {
			e.below(each.Key).addf("key", errTextNotAlnum)
		}
		inner, isMap := each.Value.(*ciyaml.Map)
		switch {
		case isMap, each.Value == nil:
			r.variable(e.below(each.Key), inner, data)
			variable.Value = ciyaml.Text(inner.Get("value"))
			variable.Description = ciyaml.Text(inner.Get("description"))
			variable.Raw = inner.Get("expand") == false
		case !isScalar(each.Value):
			r.errors = append(r.errors, errTextVariable)
		}
		list = append(list, variable)
	}
	return list
}

func (r *reader) variable(e entry, m *ciyaml.Map, data []string) {
	if value := m.Get("value"); value != nil && !isScalar(value) {
		e.addf("config value", errTextNotScalar)
	}
	if value := m.Get("description"); value != nil && !isAlphanumeric(value) {
		e.addf("config description", errTextNotAlnum)
	}
	if value := m.Get("expand"); value != nil && !isBoolean(value) {
		e.addf("config expand", errTextBoolean)
	}
	if value := m.Get("options"); value != nil && !isTexts(value) {
		e.addf("config options", errTextTexts)
	}
	extra := slices.DeleteFunc(m.Keys(), func(key string) bool { return slices.Contains(data, key) })
	if data == nil {
		e.addf("config", errTextNotHashed)
	} else if len(extra) > 0 {
		e.addf("config", errTextData, strings.Join(extra, ", "))
	}
	if options := texts(m.Get("options")); len(options) > 0 && !among(options...)(m.Get("value")) {
		e.addf("config", errTextNotInOption)
	}
}
