package plain

import "slices"

// WithItem changes the first of items that is the same, or else a fresh one at their end. It changes items themselves.
func WithItem[T any](items []T, same func(T) bool, fresh T, change []func(*T)) []T {
	i := slices.IndexFunc(items, same)
	if i < 0 {
		i, items = len(items), append(items, fresh)
	}
	items[i] = Changed(items[i], change)
	return items
}

// Changed is the value after the changes, of which nil is none. It is a clone, because a change may have stored a slice
// or map that its caller keeps.
func Changed[T any](value T, change []func(*T)) T {
	for _, do := range change {
		if do != nil {
			do(&value)
		}
	}
	return Clone(value)
}
