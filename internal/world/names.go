package world

import (
	"strings"
)

// Key is what a username or path is found by: names differ from each other in more than upper and lower case.
func Key(nameOrPath string) string { return strings.ToLower(nameOrPath) }

// IsNumber reports whether an id in a path is a number to GitLab: digits, with at most a minus before them.
func IsNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// SplitPath cuts a full path into its parent's path, which is empty at the top, and its last part.
func SplitPath(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

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
