package ci

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// spec:inputs:rules, which decide by other inputs what an input may be and what it is if it is not given
// (lib/gitlab/ci/config/header/input/rules, lib/ci/inputs/rules_evaluator.rb).

// Texts of lib/gitlab/ci/config/header.
const (
	errTextRulesArray      = "should be an array"
	errTextRuleOfNothing   = "rule with 'if' must define 'options' or 'default'"
	errTextFallback        = "fallback rule must define 'options'"
	errTextUndefinedInputs = "rule[%d] references undefined inputs: %s"
	errTextInputCircle     = "circular dependency detected"
)

// inputRules checks the rules of a declared input.
func (e entry) inputRules(given any) {
	if given == nil {
		return
	}
	list, isList := given.([]any)
	if !isList {
		e.addf("config", errTextRulesArray)
		return
	}
	for _, each := range list {
		e.below("rule").inputRule(each)
	}
}

func (e entry) inputRule(given any) {
	m, isMap := given.(*ciyaml.Map)
	switch {
	case !isMap:
		if ciyaml.Blank(given) {
			e.addf("config", errTextBlank)
		}
		e.addf("config", errTextHash)
		return
	case m.Len() == 0:
		e.addf("config", errTextBlank)
	}
	e.keys(m, "if", "options", "default")
	e.field(m, "if", errTextText, isText)
	e.field(m, "options", errTextArray, isList)
	if !e.fine() {
		return
	}
	options, _ := m.Get("options").([]any)
	if len(options) > maxOptions {
		e.addf("config", errTextManyOptions, maxOptions)
	}
	conditional, optional := m.Get("if") != nil, m.Get("options") != nil
	if conditional && !optional && !m.Has("default") {
		e.addf("config", errTextRuleOfNothing)
	}
	if !conditional && !optional {
		e.addf("config", errTextFallback)
	}
}

// askedInputs are the names of the inputs that a rule speaks of; none if it cannot be read.
func askedInputs(rule any) []string {
	m, _ := rule.(*ciyaml.Map)
	condition, _ := m.Get("if").(string)
	expression, err := ciexpr.Parse(condition)
	if err != nil {
		return nil
	}
	var names []string
	for _, name := range expression.Inputs() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// inputReferences wants the rules of inputs to speak of inputs that there are, and not in a circle.
func inputReferences(e entry, declared *ciyaml.Map) {
	next := map[string][]string{}
	circle := false
	for _, each := range declared.Entries() {
		for i, rule := range rulesOf(each.Value) {
			asked := askedInputs(rule)
			next[each.Key] = append(next[each.Key], asked...)
			undefined := slices.DeleteFunc(asked, declared.Has)
			if len(undefined) > 0 {
				e.below(each.Key).addf("config", errTextUndefinedInputs, i, strings.Join(undefined, ", "))
			}
		}
		circle = circle || slices.Contains(next[each.Key], each.Key)
	}
	for _, component := range connected(declared.Keys(), func(name string) []string {
		return slices.DeleteFunc(slices.Clone(next[name]), func(other string) bool { return !declared.Has(other) })
	}) {
		circle = circle || len(component) > 1
	}
	if circle {
		e.below(declared.Keys()[0]).addf("config", errTextInputCircle)
	}
}

// rulesOf are the rules of a declaration of an input; none if it has none.
func rulesOf(declaration any) []any {
	m, _ := declaration.(*ciyaml.Map)
	rules, _ := m.Get("rules").([]any)
	return rules
}

// decided is the input as the first of its rules that holds makes it. known are the values of inputs as far as there
// are any.
func (n input) decided(known func(name string) any) input {
	if !n.spec.Has("rules") {
		return n
	}
	decided := input{name: n.name, spec: n.spec.Without("rules"), optional: n.spec.Has("default")}
	var first *ciyaml.Map
	for _, rule := range rulesOf(n.spec) {
		m, _ := rule.(*ciyaml.Map)
		decided.optional = decided.optional || m.Has("default") || !m.Has("if")
		if first == nil && ruleHolds(m, known) {
			first = m
		}
	}
	for _, key := range []string{"options", "default"} {
		if value := first.Get(key); value != nil {
			decided.spec = decided.spec.With(key, value)
		}
	}
	return decided
}

func ruleHolds(rule *ciyaml.Map, known func(name string) any) bool {
	if rule.Get("if") == nil {
		return true
	}
	expression, err := ciexpr.Parse(fmt.Sprint(rule.Get("if")))
	return err == nil && expression.TrueOfInputs(known)
}
