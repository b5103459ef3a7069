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

// before lays variables on others, key by key: they come first, and then those whose keys they do not have
// (lib/gitlab/ci/variables/helpers.rb, merge_variables).
func (v JobVariables) before(below JobVariables) JobVariables {
	if len(v) == 0 {
		return slices.Clone(below)
	}
	result := make(JobVariables, 0, len(v)+len(below))
	placed := make(map[string]bool, len(v))
	for _, list := range []JobVariables{v, below} {
		for _, each := range list {
			if !placed[each.Key] {
				result, placed[each.Key] = append(result, each), true
			}
		}
	}
	return result
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

// referring is a variable whose value refers to others.
type referring struct {
	key   string
	names []string
}

// referring are the variables of the layer that refer to others. known are the references in values that were looked
// at.
func (l *layer) referring(known map[string][]string) []referring {
	if l.looked {
		return l.refer
	}
	l.looked = true
	for _, v := range l.list {
		names, ok := known[v.Value]
		if !ok {
			names = ciexpr.References(v.Value)
			known[v.Value] = names
		}
		if !v.Raw && names != nil {
			l.refer = append(l.refer, referring{v.Key, names})
		}
	}
	return l.refer
}

// circles is GitLab's error about variables that name each other in a circle, or nil. What refers to a name refers to
// all variables that have it, those that lose against another one among them
// (lib/gitlab/ci/variables/collection/sort.rb).
func circles(all []referring) error {
	at := map[string][]int{}
	nodes := make([]int, len(all))
	for i, each := range all {
		nodes[i] = i
		at[each.key] = append(at[each.key], i)
	}
	var texts []string
	for _, component := range connected(nodes, func(i int) (next []int) {
		for _, name := range all[i].names {
			next = append(next, at[name]...)
		}
		return next
	}) {
		if len(component) > 1 {
			circle := make([]string, len(component))
			for i, each := range component {
				circle[i] = all[each].key
			}
			texts = append(texts, quotedList(circle))
		}
	}
	if texts == nil {
		return nil
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
