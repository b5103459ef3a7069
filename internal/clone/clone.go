// Package clone has what copying of plain data is made of: each copies everything that a value refers to, so that
// neither side sees what the other changes. A nil slice or pointer stays nil and an empty slice stays empty.
package clone

import (
	"maps"
	"slices"
)

// Each copies a list with a clone of every item.
func Each[S ~[]T, T any](items S, clone func(T) T) S {
	items = slices.Clone(items)
	for i := range items {
		items[i] = clone(items[i])
	}
	return items
}

// As copies a list of words as words of another type.
func As[T, S ~string](words []S) []T {
	if words == nil {
		return nil
	}
	others := make([]T, len(words))
	for i, word := range words {
		others[i] = T(word)
	}
	return others
}

// Pointer copies what a pointer leads to; clone may be Shallow.
func Pointer[T any](p *T, clone func(T) T) *T {
	if p == nil {
		return nil
	}
	value := clone(*p)
	return &value
}

// Shallow is the clone of a value that refers to nothing.
func Shallow[T any](v T) T { return v }

// Tree copies what was decoded from JSON or the like: maps and lists of any depth.
func Tree(v any) any {
	switch v := v.(type) {
	case map[string]any:
		return Object(v)
	case []any:
		return Each(v, Tree)
	case []string:
		return slices.Clone(v)
	}
	return v
}

// Object is Tree for a map.
func Object(m map[string]any) map[string]any {
	m = maps.Clone(m)
	for key, value := range m {
		m[key] = Tree(value)
	}
	return m
}
