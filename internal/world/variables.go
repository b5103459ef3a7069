package world

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// VariableChange is what a request says of a variable.
type VariableChange struct {
	Key, Value, Description, Scope       Change[string]
	File, Protected, Masked, Hidden, Raw Change[bool]
}

// Limits of what a variable says, in characters.
const (
	maxVariableText   = 255    // of the key and the description
	maxInstanceSecret = 10_000 // of the value, in a variable of the instance
)

// What values and names must be like (app/models/concerns/ci/has_variable.rb, app/models/concerns/ci/maskable.rb,
// lib/gitlab/regex.rb).
var (
	variableKey      = regexp.MustCompile(`\A[a-zA-Z0-9_]+\z`)
	maskable         = regexp.MustCompile(`\A[a-zA-Z0-9_+=/@:.~-]{8,}\z`)
	maskableRaw      = regexp.MustCompile(`\A[^ \t\r\n\f\v]{8,}\z`)
	environmentScope = regexp.MustCompile(`\A[a-zA-Z0-9_/${}. \-*]+\z`)
)

// CreateVariable makes a variable. The error is an *Invalid.
func (st *State) CreateVariable(s VariableSet, c VariableChange) (*Variable, error) {
	v := Variable{Scope: Everywhere}
	bad := c.applyTo(&v)
	if v.Hidden && !v.Masked {
		bad.Add(attrMasked, msgHiddenUnmasked)
	}
	if rows := len(s.Rows()); rows >= s.limit {
		bad.Add(attrBase, fmt.Sprintf(msgfVariableLimit, s.name, s.limit))
	}
	st.checkVariable(s, &v, nil, bad)
	if err := bad.orNil(); err != nil {
		return nil, err
	}
	v.UpdatedAt = st.Now()
	before := s.Rows()
	*s.rows = append(slices.Clone(before), &v)
	st.onUndo(func() { *s.rows = before })
	return &v, nil
}

// ChangeVariable changes a variable. The error is an *Invalid, and then it is as before.
func (st *State) ChangeVariable(s VariableSet, v *Variable, c VariableChange) error {
	next := *v
	bad := c.applyTo(&next)
	if v.Hidden && next.Masked != v.Masked {
		bad.Add(attrBase, msgHiddenStays)
	}
	st.checkVariable(s, &next, v, bad)
	if err := bad.orNil(); err != nil {
		return err
	}
	next.UpdatedAt = st.Now()
	before := *v
	st.onUndo(func() { *v = before })
	*v = next
	return nil
}

// DeleteVariable takes a variable out of its set.
func (st *State) DeleteVariable(s VariableSet, v *Variable) {
	before := s.Rows()
	*s.rows = without(before, v)
	st.onUndo(func() { *s.rows = before })
}

// applyTo makes a variable as the request wants it; the problems are those of flags that are null.
func (c VariableChange) applyTo(v *Variable) *Invalid {
	bad := &Invalid{}
	flag := func(attribute string, c Change[bool], to *bool) {
		switch {
		case c.Given && c.Value == nil:
			bad.Add(attribute, msgNotInList)
		case c.Given:
			*to = *c.Value
		}
	}
	flag(attrProtected, c.Protected, &v.Protected)
	flag(attrMasked, c.Masked, &v.Masked)
	flag(attrHidden, c.Hidden, &v.Hidden)
	flag(attrRaw, c.Raw, &v.Raw)
	if c.File.Given {
		v.File = *c.File.Value
	}
	text := func(c Change[string], to *string, clean func(string) string) {
		if c.Given {
			*to = clean(OrEmpty(c.Value))
		}
	}
	text(c.Key, &v.Key, strings.TrimSpace)
	text(c.Value, &v.Value, func(s string) string { return s })
	text(c.Scope, &v.Scope, strings.TrimSpace)
	if c.Description.Given {
		v.Description = c.Description.Value
	}
	return bad
}

// stripped are variables whose keys have no blanks around them, as models take them
// (app/models/concerns/ci/has_variable.rb, key=).
func stripped(variables []ci.JobVariable) []ci.JobVariable {
	variables = slices.Clone(variables)
	for i := range variables {
		variables[i].Key = strings.TrimSpace(variables[i].Key)
	}
	return variables
}

// keyProblems is what the model says of the key of a variable (app/models/concerns/ci/has_variable.rb).
func keyProblems(key string) (said []string) {
	if key == "" {
		said = append(said, msgBlank)
	}
	if tooLong(&key, maxVariableText) {
		said = append(said, msgTooLong(maxVariableText))
	}
	if !variableKey.MatchString(key) {
		said = append(said, msgVariableKey)
	}
	return said
}

// checkVariable is the model's validation of a variable that is to take the place of another, nil for a new one.
func (st *State) checkVariable(s VariableSet, v, before *Variable, bad *Invalid) {
	for _, problem := range keyProblems(v.Key) {
		bad.Add(attrKey, problem)
	}
	if v.Masked && !v.fitToBeMasked() {
		bad.Add(attrValue, msgInvalid)
	}
	if s.bare && tooLong(&v.Value, maxInstanceSecret) {
		bad.Add(attrValue, fmt.Sprintf(msgfValueTooLong, maxInstanceSecret))
	}
	if v.Scope == "" {
		bad.Add(attrScope, msgBlank)
	}
	if !environmentScope.MatchString(v.Scope) {
		bad.Add(attrScope, msgEnvironmentScope)
	}
	if tooLong(v.Description, maxVariableText) {
		bad.Add(attrDescription, msgTooLong(maxVariableText))
	}
	for _, other := range s.Rows() {
		if other != before && other.Key == v.Key && other.Scope == v.Scope {
			bad.Add(attrKey, fmt.Sprintf(msgfTaken, v.Key))
		}
	}
}

// fitToBeMasked reports whether a runner can find the value in a log (app/models/concerns/ci/maskable.rb).
func (v *Variable) fitToBeMasked() bool {
	if v.Raw {
		return maskableRaw.MatchString(v.Value)
	}
	return maskable.MatchString(v.Value)
}

// ValueHidden reports whether no answer shows a variable's value, in this version.
func (st *State) ValueHidden(v *Variable) bool {
	return v.Hidden && st.Has(gitlabversion.HiddenVariables)
}

// VariablesNamed are the variables of a set with a key and, unless it is empty, an environment scope
// (app/finders/ci/variables_finder.rb).
func (s VariableSet) VariablesNamed(key, scope string) []*Variable {
	return Filtered(s.Rows(), func(v *Variable) bool { return v.Key == key && (scope == "" || v.Scope == scope) })
}

// variableSetAt are the variables of the project or group at a path, of the instance for "".
func (st *State) variableSetAt(path string) (VariableSet, error) {
	if path == "" {
		return st.InstanceVariables(), nil
	}
	s, err := st.sourceAt(path)
	switch s := s.(type) {
	case *Project:
		return st.ProjectVariables(s), nil
	case *Group:
		st.setImplied(s, false)
		return st.GroupVariables(s), nil
	}
	return VariableSet{}, err
}

// whole is the change that makes a variable what it is.
func (v Variable) whole() VariableChange {
	value := func(s string) Change[string] { return Change[string]{Given: true, Value: &s} }
	flag := func(on bool) Change[bool] { return Change[bool]{Given: true, Value: &on} }
	return VariableChange{Key: value(v.Key), Value: value(v.Value), Scope: value(v.Scope),
		Description: Change[string]{Given: true, Value: v.Description}, File: flag(v.File),
		Protected: flag(v.Protected), Masked: flag(v.Masked), Hidden: flag(v.Hidden), Raw: flag(v.Raw)}
}

// AddVariable makes a variable of a draft in the project or group at a path, of the instance for "".
func (st *State) AddVariable(path string, v Variable) (*Variable, error) {
	var ps Problems
	s, err := st.variableSetAt(path)
	ps.Add("path", err)
	ps.Add("", s.checkDraft(&v))
	if len(ps) > 0 {
		return nil, ps
	}
	added, err := st.CreateVariable(s, v.whole())
	return added, v.unmaskable(err)
}

// unmaskable is the model's refusal of a draft, with the rule for what is masked if that is broken.
func (v *Variable) unmaskable(refused error) error {
	rule := "letters, digits and _+=/@:.~- alone"
	if v.Raw {
		rule = "no blanks"
	}
	var ps Problems
	ps.Add("", refused)
	for i := range ps {
		if ps[i].Field == attrValue && v.Masked && !v.fitToBeMasked() {
			ps[i].Text += ": what is masked has at least 8 characters, " + rule
		}
	}
	return ps.err()
}

// checkDraft refuses what no request can say of a variable of the set, and fills in the scope.
func (s VariableSet) checkDraft(v *Variable) error {
	var ps Problems
	v.Scope = cmp.Or(v.Scope, Everywhere)
	if s.bare && v.Scope != Everywhere {
		ps.Addf(attrScope, "a variable of the instance is for all environments")
	}
	if s.bare && v.Hidden {
		ps.Addf(attrHidden, "a variable of the instance cannot be hidden")
	}
	return ps.err()
}

// VariableAt is the variable of that key in the project or group at a path, of the instance for "". scope tells
// several of one key apart, and may be empty where there is one.
func (st *State) VariableAt(path, key, scope string) (VariableSet, *Variable, error) {
	s, err := st.variableSetAt(path)
	if err != nil {
		return VariableSet{}, nil, err
	}
	switch found := s.VariablesNamed(key, scope); len(found) {
	case 0:
		return VariableSet{}, nil,
			Missing("variable", key, NamesOf(s.Rows(), func(v *Variable) string { return v.Key }))
	case 1:
		return s, found[0], nil
	default:
		scopes := NamesOf(found, func(v *Variable) string { return v.Scope })
		return VariableSet{}, nil, fmt.Errorf("there are several variables %s; name the environment scope, one of %s",
			key, strings.Join(scopes, ", "))
	}
}

// RewriteVariable replaces what is known of a variable.
func (st *State) RewriteVariable(s VariableSet, v *Variable, next Variable) error {
	if next.Key != v.Key || next.Hidden != v.Hidden {
		return errors.New("a variable's Key and whether it is Hidden do not change")
	}
	var ps Problems
	ps.Add("", s.checkDraft(&next))
	ps.Add("", next.unmaskable(st.ChangeVariable(s, v, next.whole())))
	return ps.err()
}

// VariablesFor are the variables of the settings that a job may have as far as its ref goes, in levels of which each
// counts more than the one before: those of the instance, of its groups from the top down, of its project
// (lib/gitlab/ci/variables/builder.rb). Which of a level are for the job's environment is for OnEnvironment to tell.
func (st *State) VariablesFor(j *Job) [][]*Variable {
	levels := [][]*Variable{st.variables}
	for g := range j.Project.Group.Lineage {
		levels = slices.Insert(levels, 1, g.variables)
	}
	levels = append(levels, j.Project.variables)
	if _, protected := st.RefProtection(nil, j); protected {
		return levels
	}
	for i := range levels {
		levels[i] = Filtered(levels[i], func(v *Variable) bool { return !v.Protected })
	}
	return levels
}

// debugging are the variables that have a job's log show all variables.
var debugging = []string{"CI_DEBUG_TRACE", "CI_DEBUG_SERVICES"}

// Debugged reports whether the job's log may show all variables: its runner said so, or the job's variables ask for
// it. Of a variable given twice the last value counts, in the order in which the job gets them (app/models/ci/build.rb,
// debug_mode?). environment is what the name of the job's environment comes to, and is asked for where that matters.
func (st *State) Debugged(j *Job, environment func() string) bool {
	if j.DebugTrace {
		return true
	}
	on := map[string]bool{}
	look := func(variables []ci.JobVariable) {
		for _, v := range variables {
			on[v.Key] = meansTrue(v.Value)
		}
	}
	look(j.Spec.Variables)
	for _, d := range j.Dependencies() {
		look(d.Dotenv)
	}
	named := sync.OnceValue(environment)
	for _, level := range st.VariablesFor(j) {
		level = Filtered(level, func(v *Variable) bool { return slices.Contains(debugging, v.Key) })
		if len(level) == 0 {
			continue
		}
		for _, v := range OnEnvironment(level, named()) {
			on[v.Key] = meansTrue(v.Value)
		}
	}
	if j.Pipeline.Moves() {
		look(j.Pipeline.facts.Variables)
	}
	look(j.Variables)
	return slices.ContainsFunc(debugging, func(key string) bool { return on[key] })
}

// What a plan allows where the settings say nothing (app/models/plan_limits.rb).
const (
	defaultProjectVariables  = 8_000
	defaultGroupVariables    = 30_000
	defaultInstanceVariables = 25
)

// ProjectVariables are the variables of a project.
func (st *State) ProjectVariables(p *Project) VariableSet {
	return VariableSet{Path: p.Path, rows: &p.variables, name: "project ci variables",
		limit: cmp.Or(st.Settings.MaxProjectVariables, defaultProjectVariables)}
}

// GroupVariables are the variables of a group.
func (st *State) GroupVariables(g *Group) VariableSet {
	return VariableSet{Path: g.Path, rows: &g.variables, name: "group ci variables",
		limit: cmp.Or(st.Settings.MaxGroupVariables, defaultGroupVariables)}
}

// InstanceVariables are the variables of the instance.
func (st *State) InstanceVariables() VariableSet {
	return VariableSet{rows: &st.variables, name: "ci instance level variables", limit: defaultInstanceVariables,
		bare: true}
}

// VariableSets are all sets that have variables: that of the instance, those of groups and those of projects, by id.
func (st *State) VariableSets() (sets []VariableSet) {
	all := []VariableSet{st.InstanceVariables()}
	for _, g := range st.Groups.Rows {
		all = append(all, st.GroupVariables(g))
	}
	for _, p := range st.Projects.Rows {
		all = append(all, st.ProjectVariables(p))
	}
	return slices.DeleteFunc(all, func(s VariableSet) bool { return len(s.Rows()) == 0 })
}
