package world

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

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
	if c.File.Value != nil {
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

// checkVariable is the model's validation of a variable that is to take the place of another, nil for a new one.
func (st *State) checkVariable(s VariableSet, v, before *Variable, bad *Invalid) {
	if v.Key == "" {
		bad.Add(attrKey, msgBlank)
	}
	if tooLong(&v.Key, maxVariableText) {
		bad.Add(attrKey, msgTooLong(maxVariableText))
	}
	if !variableKey.MatchString(v.Key) {
		bad.Add(attrKey, msgVariableKey)
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
	ps.Add("", err)
	return added, ps.err()
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
		return s, nil, err
	}
	switch found := s.VariablesNamed(key, scope); len(found) {
	case 0:
		return s, nil, Missing("variable", key, NamesOf(s.Rows(), func(v *Variable) string { return v.Key }))
	case 1:
		return s, found[0], nil
	default:
		scopes := NamesOf(found, func(v *Variable) string { return v.Scope })
		return s, nil, fmt.Errorf("there are several variables %s; name the environment scope, one of %s", key,
			strings.Join(scopes, ", "))
	}
}

// RewriteVariable replaces what is known of a variable.
func (st *State) RewriteVariable(s VariableSet, v *Variable, next Variable) error {
	if next.Key != v.Key || next.Hidden != v.Hidden {
		return errors.New("a variable's Key and whether it is Hidden do not change")
	}
	var ps Problems
	ps.Add("", s.checkDraft(&next))
	ps.Add("", st.ChangeVariable(s, v, next.whole()))
	return ps.err()
}
