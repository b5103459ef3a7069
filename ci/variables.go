package ci

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// Expand replaces the variables in a text by their values, as GitLab does it on the server: $NAME, ${NAME} and %NAME%.
// One that is not there becomes empty, and what does not begin as a name, such as $1, stays. A value is put in as it
// is, with what it may refer to.
func Expand(text string, variables JobVariables) string {
	return expand(text, variables.lookup, false)
}

// expand is Expand with any source of values; keep leaves what is unknown as it stands. What there is no room for does
// in any case.
func expand(text string, lookup func(string) (string, bool), keep bool) string {
	room := ciexpr.MostExpanded
	return ciexpr.Replaced(text, ciexpr.InText, lookup, keep, &room)
}

func (v JobVariables) lookup(name string) (string, bool) {
	for i := len(v) - 1; i >= 0; i-- {
		if v[i].Key == name {
			return v[i].Value, true
		}
	}
	return "", false
}

// mask is a text with the values of masked variables covered (lib/gitlab/ci/mask_secret.rb).
func (v JobVariables) mask(text string) string {
	const word = "[MASKED]"
	for _, each := range v {
		if !each.Masked || each.Value == "" {
			continue
		}
		cover := strings.Repeat("x", len(each.Value))
		if len(cover) >= len(word) {
			cover = word + cover[len(word):]
		}
		text = strings.ReplaceAll(text, each.Value, cover)
	}
	return text
}

// over lays variables on others, key by key: a key keeps its place and gets the value of the later.
func (v JobVariables) over(below JobVariables) JobVariables {
	if len(v) == 0 {
		return slices.Clone(below)
	}
	last := make(map[string]int, len(v))
	for i, each := range v {
		last[each.Key] = i
	}
	result := make(JobVariables, 0, len(below)+len(last))
	placed := make(map[string]bool, len(last))
	for _, each := range below {
		if i, ok := last[each.Key]; ok && !placed[each.Key] {
			each, placed[each.Key] = v[i], true
		}
		result = append(result, each)
	}
	for _, each := range v {
		if !placed[each.Key] {
			result, placed[each.Key] = append(result, v[last[each.Key]]), true
		}
	}
	return result
}

// cycle is GitLab's error about variables that name each other in a circle, or nil. known are the references in values
// that were looked at.
func (v JobVariables) cycle(known map[string][]string) error {
	refers := map[string][]string{}
	for _, each := range v {
		found, ok := known[each.Value]
		if !ok {
			found = ciexpr.References(each.Value)
			known[each.Value] = found
		}
		if delete(refers, each.Key); !each.Raw && found != nil {
			refers[each.Key] = found
		}
	}
	var names []string // of those that refer to others that do, which alone are in circles
	for _, each := range v {
		if slices.ContainsFunc(refers[each.Key], func(name string) bool { return refers[name] != nil }) {
			names = append(names, each.Key)
		}
	}
	var circles [][]string
	for _, component := range connected(names, func(name string) []string { return refers[name] }) {
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

// references are the names that the variable's value refers to; a raw one refers to none.
func (v JobVariable) references() []string {
	if v.Raw {
		return nil
	}
	return ciexpr.References(v.Value)
}
