package testkit

import (
	"os"
	"path/filepath"
)

// Path is the path of a file of the repository as a test sees it from the folder of its package. It is relative, so
// that messages stay short.
func Path(name string) string {
	up := ""
	for range 9 {
		if _, err := os.Stat(filepath.Join(up, "go.mod")); err == nil {
			break
		}
		up = filepath.Join(up, "..")
	}
	return filepath.Join(up, name)
}
