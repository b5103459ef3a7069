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
	x := extender{config: config.Without(), done: map[string]bool{}}
	for _, e := range config.Entries() {
		if _, err := x.extend(e.Key, nil); err != nil {
			return nil, err
		}
	}
	return x.config, nil
}

type extender struct {
	config *Map
	done   map[string]bool
}

func (x *extender) extend(key string, ancestors []string) (*Map, error) {
	value, _ := x.config.Get(key).(*Map)
	given, has := value.Lookup("extends")
	if !has || x.done[key] {
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
	x.done[key] = true
	return merged, nil
}

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
		return fmt.Errorf("%s: nesting too deep in `extends`", key)
	case slices.Contains(ancestors, key):
		return fmt.Errorf("%s: circular dependency detected in `extends`", key)
	}
	return nil
}
