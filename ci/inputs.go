package ci

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// Texts of lib/gitlab/ci/config/interpolation and lib/ci/inputs. What stands in brackets is ours.
const (
	errTextNoSpec        = "Given inputs not defined in the `spec` section of the included configuration file"
	errTextUnknownInputs = "unknown input arguments: %s"
	errTextInput         = "`%s` input: %s"
	errTextInputRequired = "required value has not been provided"
	errTextInputType     = "%s value is not %s"
	errTextTextOptions   = "`%s` cannot be used because it is not in the list of allowed options"
	errTextNumberOptions = "`%s` cannot be used because it is not in the list of the allowed options"
	errTextListOptions   = "%s cannot be used because it is not in the list of allowed options"
	errTextInputOptions  = "Options can only be used with string and number inputs"
	errTextInputPattern  = "RegEx validation can only be used with string inputs"
	errTextPatternMissed = "%s value does not match required RegEx pattern"
	errTextBadPattern    = "invalid regular expression"
	errTextManyOptions   = "cannot define more than %d options"
	errTextNullOption    = "options array cannot contain null values"
	errTextArray         = "should be a array" // GitLab's words
	errTextUnknownKind   = "unknown input specification for `%s` (valid types: array, boolean, number, string)"

	maxOptions         = 50
	maxSpecDescription = 256
	// maxInputErrors is how many errors of a file's inputs GitLab puts into its one message.
	maxInputErrors = 3
)

// inputTypes are the types of inputs, each with its article as errors have it.
var inputTypes = map[string]string{"array": "an array", "boolean": "a boolean", "number": "a number",
	"string": "a string"}

// inputs are the values of spec:inputs of one file. errors are in GitLab's order.
type inputs struct {
	values *ciyaml.Map
	errors []string
}

// takeInputs is what declared inputs are with the values given.
func takeInputs(declared, given *ciyaml.Map) inputs {
	in := inputs{values: &ciyaml.Map{}}
	var unknown []string
	for _, name := range given.Keys() {
		if !declared.Has(name) {
			unknown = append(unknown, name)
		}
	}
	if unknown != nil {
		in.errors = append(in.errors, fmt.Sprintf(errTextUnknownInputs, strings.Join(unknown, ", ")))
	}
	known := func(name string) any {
		if in.values.Has(name) {
			return in.values.Get(name)
		}
		return given.Get(name)
	}
	for _, e := range declared.Entries() {
		options, isMap := e.Value.(*ciyaml.Map)
		untyped := options.Has("type") && inputTypes[ciyaml.Text(options.Get("type"))] == ""
		if untyped || !isMap && e.Value != nil {
			in.errors = append(in.errors, fmt.Sprintf(errTextUnknownKind, e.Key))
			continue
		}
		in.take(input{name: e.Key, spec: options}.decided(known), given.Get(e.Key))
	}
	return in
}

// checkHeader is what is wrong with a header before any value is looked at.
func checkHeader(header *ciyaml.Map) []string {
	r := &reader{}
	e := r.at("header")
	e.keys(header, "spec")
	spec, ok := header.Get("spec").(*ciyaml.Map)
	e = e.below("spec")
	if !ok && header.Get("spec") != nil {
		e.addf("config", errTextHash)
	}
	e.keys(spec, "inputs", "include", "component", "description")
	if about := spec.Get("description"); about != nil {
		if !isText(about) {
			e.addf("config description", errTextText)
		}
		if length(about) > maxSpecDescription {
			e.addf("config description", errTextNameTooLong, maxSpecDescription)
		}
	}
	declared, ok := spec.Get("inputs").(*ciyaml.Map)
	if value := spec.Get("component"); value != nil {
		e.below("component").component(value)
	}
	e = e.below("inputs")
	if !ok && spec.Get("inputs") != nil {
		e.addf("config", errTextHash)
	}
	for _, each := range declared.Entries() {
		if each.Value != nil {
			r.declaredInput(e.below(each.Key), each.Value)
		}
	}
	inputReferences(e, declared)
	return r.errors
}

// component reads which facts of a component a header asks for.
func (e entry) component(value any) {
	if !isList(value) {
		e.addf("config", errTextArray)
	}
	if !isTexts(value) {
		e.addf("config", errTextTexts)
	}
	e.known("config", value, "name", "sha", "version", "reference")
}

func (r *reader) declaredInput(e entry, value any) {
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return
	}
	e.input(m)
	e.keys(m, "default", "description", "options", "regex", "type", "rules")
	e.together(m, "rules", "options")
	e.together(m, "rules", "default")
	e.below("rules").inputRules(m.Get("rules"))
}

// input is what holds for every declaration of an input, in a header or in a job.
func (e entry) input(m *ciyaml.Map) {
	if value := m.Get("description"); value != nil && !isAlphanumeric(value) {
		e.addf("input description", errTextNotAlnum)
	}
	if value := m.Get("regex"); value != nil && !isText(value) {
		e.addf("input regex", errTextText)
	}
	if kind := m.Get("type"); kind != nil && inputTypes[ciyaml.Text(kind)] == "" {
		e.addf("input type", errTextWhen, ciyaml.Text(kind))
	}
	options, isList := m.Get("options").([]any)
	switch {
	case m.Get("options") != nil && !isList:
		e.addf("input options", errTextArray)
	case len(options) > maxOptions:
		e.addf("config", errTextManyOptions, maxOptions)
	case slices.Contains(options, nil):
		e.addf("config", errTextNullOption)
	}
}

// input is one input that a header declares.
type input struct {
	name string
	spec *ciyaml.Map
	// optional is whether the input need not be given although there is no default: rules said what holds otherwise.
	optional bool
}

func (n input) kind() string {
	if kind := ciyaml.Text(n.spec.Get("type")); kind != "" {
		return kind
	}
	return "string"
}

// take checks the default and the given value of an input, and keeps the one that counts.
func (in *inputs) take(n input, given any) {
	fail := func(text string) { in.errors = append(in.errors, fmt.Sprintf(errTextInput, n.name, text)) }
	if !n.spec.Has("default") && !n.optional && given == nil {
		fail(errTextInputRequired)
		return
	}
	value := n.coerced(given)
	if n.spec.Has("default") {
		usual := n.coerced(n.spec.Get("default"))
		if n.spec.Get("default") != nil {
			n.check(usual, "default", fail)
		}
		if given == nil {
			value = usual
		}
	}
	if given != nil {
		n.check(value, "provided", fail)
	}
	in.values.Set(n.name, value)
}

// coerced is the value as the type of the input has it: a text for a string and, for the others, what a text of JSON
// says.
func (n input) coerced(value any) any {
	text, isText := value.(string)
	switch {
	case n.kind() == "string" && !isText:
		return ciyaml.Text(value)
	case n.kind() != "string" && isText:
		if parsed, err := ciyaml.FromJSON(text); err == nil {
			return parsed
		}
	}
	return value
}

// check says what is wrong with a value; which is "default" or "provided".
func (n input) check(value any, which string, fail func(string)) {
	kind := n.kind()
	good := map[string]func(any) bool{"array": isList, "boolean": isBoolean, "number": isNumber, "string": isText}[kind]
	if !good(value) {
		fail(fmt.Sprintf(errTextInputType, which, inputTypes[kind]))
	}
	if options, ok := n.spec.Get("options").([]any); ok && value != nil {
		n.checkOptions(value, options, fail)
	}
	pattern, ok := n.spec.Get("regex").(string)
	if !ok {
		return
	}
	text, isText := value.(string)
	re, err := regexp.Compile(pattern)
	switch {
	case kind != "string":
		fail(errTextInputPattern)
	case err != nil:
		fail(errTextBadPattern)
	case isText && !re.MatchString(text):
		fail(fmt.Sprintf(errTextPatternMissed, which))
	}
}

func (n input) checkOptions(value any, options []any, fail func(string)) {
	allowed := make([]string, len(options))
	for i, each := range options {
		allowed[i] = ciyaml.Text(each)
	}
	list, isList := value.([]any)
	var wrong []string
	for _, each := range list {
		if text := ciyaml.Text(each); !slices.Contains(allowed, text) {
			wrong = append(wrong, text)
		}
	}
	text := ciyaml.Text(value)
	switch kind := n.kind(); {
	case kind == "boolean":
		fail(errTextInputOptions)
	case kind == "array" && isList && wrong != nil:
		fail(fmt.Sprintf(errTextListOptions, strings.Join(wrong, ", ")))
	case kind == "string" && !slices.Contains(allowed, text):
		fail(fmt.Sprintf(errTextTextOptions, text))
	case kind == "number" && !slices.Contains(allowed, text):
		fail(fmt.Sprintf(errTextNumberOptions, text))
	}
}

func isList(value any) bool { _, ok := value.([]any); return ok }

func isNumber(value any) bool {
	switch value.(type) {
	case int64, *big.Int, float64:
		return true
	}
	return false
}
