package outside

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// ArtifactDir is where a test leaves files for whoever looks at its failure: testing.TB's ArtifactDir (Go 1.26) when go
// test was given -artifacts, without which that is a folder that goes at the test's end. Else it is "".
func ArtifactDir(tb any) string {
	kept := flag.Lookup("test.artifacts")
	test, has := tb.(interface{ ArtifactDir() string })
	if !has || kept == nil || kept.Value.String() != "true" {
		return ""
	}
	return test.ArtifactDir()
}

// Leave writes files into a folder, and returns their names. Where one of that name is there already, as from another
// fake of the same test, all get a number: "journal-2.html".
func Leave(dir string, files map[string][]byte) ([]string, error) {
	for n := 1; ; n++ {
		names, err := leave(dir, n, files)
		if !errors.Is(err, fs.ErrExist) {
			return names, err
		}
	}
}

func leave(dir string, n int, files map[string][]byte) (names []string, err error) {
	for name, content := range files {
		if n > 1 {
			ext := filepath.Ext(name)
			name = strings.TrimSuffix(name, ext) + "-" + strconv.Itoa(n) + ext
		}
		path := filepath.Join(dir, name)
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			for _, written := range names {
				_ = os.Remove(written)
			}
			return nil, err
		}
		names = append(names, path)
		_, err = file.Write(content)
		if err = errors.Join(err, file.Close()); err != nil {
			return names, err
		}
	}
	return names, nil
}
