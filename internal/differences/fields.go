package differences

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Fields compares fields of a record, by their names in JSON, with what is wanted of some of them: a line for each name
// that such a record, of a kind as "runner", does not have, and one for each field that is another.
func Fields(kind string, want, got map[string]any, known []string) (unknown, differing string) {
	var none, other strings.Builder
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !slices.Contains(known, name) {
			hint := "it has " + strings.Join(known, ", ")
			if meant, near := nearest.Of(name, known); near {
				hint = fmt.Sprintf("did you mean %q?", meant)
			}
			fmt.Fprintf(&none, "a %s has no field %q; %s\n", kind, name, hint)
			continue
		}
		if wanted, has := Value(name, want[name]), Value(name, got[name]); wanted != has {
			fmt.Fprintf(&other, "  %s: expected %s; it is %s\n", name, wanted, has)
		}
	}
	return none.String(), other.String()
}

// Aspects are those of one thing, each with what is wanted of it and what is there.
type Aspects struct{ want, got map[string]string }

// Add enters an aspect; several may be of one name. Where what is there will do, it is no difference, whatever the
// texts.
func (a *Aspects) Add(aspect, want, got string, willDo bool) {
	if a.want == nil {
		a.want, a.got = map[string]string{}, map[string]string{}
	}
	key := aspect
	for i := 2; ; i++ {
		if _, taken := a.want[key]; !taken {
			break
		}
		key = fmt.Sprintf("%s (%d)", aspect, i)
	}
	if willDo {
		want = got
	}
	a.want[key], a.got[key] = want, got
}

// Text is the diff of all of them, "" if none differs.
func (a *Aspects) Text() string { return Text(a.want, a.got) }
