package nearest

import (
	"os"
	"path/filepath"
)

// File is a hint at the file beside path that was meant, where there is none of that name.
func File(path string) string {
	entries, _ := os.ReadDir(filepath.Dir(path))
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if meant, near := Of(filepath.Base(path), names); near && meant != filepath.Base(path) {
		return "; did you mean " + filepath.Join(filepath.Dir(path), meant) + "?"
	}
	return ""
}
