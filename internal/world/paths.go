package world

import "strings"

// Ancestors yields the paths above path, the nearest first: for "a/b/c", "a/b" and "a".
func Ancestors(path string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for i := strings.LastIndexByte(path, '/'); i >= 0; i = strings.LastIndexByte(path[:i], '/') {
			if !yield(path[:i]) {
				return
			}
		}
	}
}
