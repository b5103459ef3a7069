package ci

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// reference is a variable in a text: $NAME, ${NAME} or %NAME%. Two dollars are none.
var reference = regexp.MustCompile(`\$\$|%%|\$(\w+)|\$\{(\w+)\}|%(\w+)%`)

// Expand replaces the variables in a text by their values, as GitLab does it on the server: $NAME, ${NAME} and %NAME%.
// One that is not there becomes empty; $$ and %% stay as they are. A value is put in as it is, with what it may refer
// to.
func Expand(text string, variables JobVariables) string {
	return expand(text, variables.lookup, false)
}

// expand is Expand with any source of values; keep leaves what is unknown as it stands. What there is no room for does
// in any case.
func expand(text string, lookup func(string) (string, bool), keep bool) string {
	room := ciexpr.MostExpanded
	if !strings.ContainsAny(text, "$%") {
		return text
	}
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		name := referred(found)
		if name == "" {
			return found
		}
		value, ok := lookup(name)
		if !ok && keep || len(value) > room {
			return found
		}
		room -= len(value)
		return value
	})
}

// referred is the name of the variable that a match of reference names.
func referred(found string) string {
	if found == "$$" || found == "%%" {
		return ""
	}
	return strings.Trim(found, "${}%")
}

func (v JobVariables) lookup(name string) (string, bool) {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].Key == name {
			return v[i].Value, true
		}
	}
	return "", false
}

// over lays variables on others, key by key: a key keeps its place and gets the value of the later.
func (v JobVariables) over(below JobVariables) JobVariables {
	result := slices.Clone(below)
	at := make(map[string]int, len(v)+len(below))
	for i := len(below) - 1; i >= 0; i-- {
		at[below[i].Key] = i
	}
	for _, each := range v {
		i, ok := at[each.Key]
		if !ok {
			at[each.Key] = len(result)
			result = append(result, each)
		} else {
			result[i] = each
		}
	}
	return result
}

// expanded are the variables with those in their values replaced, in the order in which they depend on each other, as
// long as there is room for all.
func (v JobVariables) expanded() JobVariables {
	done := slices.Clone(v)
	at := make(map[string]int, len(v))
	for i, each := range v {
		at[each.Key] = i
	}
	room := ciexpr.MostExpanded
	lookup := func(name string) (string, bool) {
		i, ok := at[name]
		if !ok || len(done[i].Value) > room {
			return "", false
		}
		room -= len(done[i].Value)
		return done[i].Value, true
	}
	for _, component := range connected(v.keys(), v.references()) {
		for _, key := range component {
			i := at[key]
			if !done[i].Raw && len(component) == 1 {
				done[i].Value = expand(done[i].Value, lookup, true)
			}
		}
	}
	return done
}

func (v JobVariables) keys() []string {
	keys := make([]string, len(v))
	for i, each := range v {
		keys[i] = each.Key
	}
	return keys
}

// references say which variables the value of each names.
func (v JobVariables) references() map[string][]string {
	known := make(map[string]bool, len(v))
	for _, each := range v {
		known[each.Key] = true
	}
	refers := make(map[string][]string, len(v))
	for _, each := range v {
		refers[each.Key] = nil
		if each.Raw || !strings.ContainsAny(each.Value, "$%") {
			continue
		}
		for _, found := range reference.FindAllString(each.Value, -1) {
			if name := referred(found); known[name] {
				refers[each.Key] = append(refers[each.Key], name)
			}
		}
	}
	return refers
}

// cycle is GitLab's error about variables that name each other in a circle, or nil.
func (v JobVariables) cycle() error {
	var circles [][]string
	for _, component := range connected(v.keys(), v.references()) {
		if len(component) > 1 {
			circles = append(circles, component)
		}
	}
	if circles == nil {
		return nil
	}
	texts := make([]string, len(circles))
	for i, circle := range circles {
		texts[i] = quotedList(circle)
	}
	return fmt.Errorf("circular variable reference detected: %s", strings.Join(texts, ", "))
}
