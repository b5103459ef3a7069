package ciyaml

import (
	"fmt"
	"slices"
	"strings"
)

// maxExtends is how many bases deep extends may go.
const maxExtends = 10

// Extend resolves the key extends of every map of the configuration, as lib/gitlab/ci/config/extendable does: bases in
// order, later ones win, then the map itself. The error is GitLab's.
func Extend(config *Map) (*Map, error) {
	x := extender{config: config.Without(), bases: map[string][]string{}, height: map[string]int{}}
	for _, e := range config.Entries() {
		if _, err := x.extend(e.Key, nil); err != nil {
			return nil, err
		}
	}
	return x.config, nil
}

// extender merges each map once. GitLab does so again for each that extends it, and counts how deep it gets: so it must
// be known of a merged map how many stand below it.
type extender struct {
	config *Map
	bases  map[string][]string
	height map[string]int // of maps that are merged: how many extend another on the longest way down
}

func (x *extender) extend(key string, ancestors []string) (*Map, error) {
	value, _ := x.config.Get(key).(*Map)
	given, has := value.Lookup("extends")
	if !has {
		return value, nil
	}
	if height := x.height[key]; height > 0 {
		if len(ancestors)+height-1 > maxExtends {
			return nil, fmt.Errorf(errTextTooDeep, x.tooDeep(key, len(ancestors)))
		}
		return value, nil
	}
	bases := baseNames(given)
	if err := x.check(key, bases, ancestors); err != nil {
		return nil, err
	}
	merged := &Map{}
	for _, base := range bases {
		below, err := x.extend(base, append(slices.Clone(ancestors), key))
		if err != nil {
			return nil, err
		}
		merged = merged.Merge(below)
	}
	merged = merged.Merge(value)
	x.config.Set(key, merged)
	x.bases[key] = bases
	x.height[key] = 1
	for _, base := range bases {
		x.height[key] = max(x.height[key], x.height[base]+1)
	}
	return merged, nil
}

// tooDeep is the map at which GitLab finds that it is too deep, on the way down from key, which has some above it.
func (x *extender) tooDeep(key string, above int) string {
	for ; above <= maxExtends; above++ {
		for _, base := range x.bases[key] {
			if above+x.height[base] > maxExtends {
				key = base
				break
			}
		}
	}
	return key
}

const errTextTooDeep = "%s: nesting too deep in `extends`"

func baseNames(given any) []string {
	list, ok := given.([]any)
	if !ok {
		if given == nil {
			return nil
		}
		list = []any{given}
	}
	names := make([]string, len(list))
	for i, each := range list {
		names[i] = Text(each)
	}
	return names
}

func (x *extender) check(key string, bases, ancestors []string) error {
	var unknown, invalid []string
	for _, base := range bases {
		if !x.config.Has(base) {
			unknown = append(unknown, base)
		} else if _, ok := x.config.Get(base).(*Map); !ok {
			invalid = append(invalid, base)
		}
	}
	switch {
	case unknown != nil:
		return fmt.Errorf("%s: unknown keys in `extends` (%s)", key, strings.Join(unknown, ", "))
	case invalid != nil:
		return fmt.Errorf("%s: invalid base hashes in `extends` (%s)", key, strings.Join(invalid, ", "))
	case len(ancestors) > maxExtends:
		return fmt.Errorf(errTextTooDeep, key)
	case slices.Contains(ancestors, key):
		return fmt.Errorf("%s: circular dependency detected in `extends`", key)
	}
	return nil
}
