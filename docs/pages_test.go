package docs_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// The pages for people cannot fall behind the code: their tables come from it, and each block of Go in them is a copy
// of a test or example that runs. go test -run TestPages ./docs -update writes both anew.

var update = flag.Bool("update", false, "write the pages anew")

func TestPagesEndpoints(t *testing.T) {
	racing.Skip(t)
	rows := endpointRows(t)
	checkGenerated(t, "README.md", "endpoints", endpointsByArea(t, rows))
	checkGenerated(t, "docs/endpoints.md", "endpoints", endpointTable(rows))
}

func TestPagesVersions(t *testing.T) {
	checkGenerated(t, "docs/versions.md", "versions", versionTable())
}

func TestPagesNameTheCommands(t *testing.T) {
	readme := readPage(t, "README.md")
	for _, command := range []string{"go run ./examples/quickstart", "go test work"} {
		assert.True(t, strings.Contains(readme, command), command)
	}
	assert.Less(t, strings.Count(readme, "\n"), 250, "lines of the README")
	for _, page := range pages(t) {
		if name, inDocs := strings.CutPrefix(page, "docs/"); inDocs {
			assert.True(t, strings.Contains(readme, "](docs/"+name+")"), "the README has no link to %s", page)
		}
	}
}

// A command that runs some of the tests finds some, in the folder that it names.
func TestPagesNameTests(t *testing.T) {
	names := testNames(t)
	command := regexp.MustCompile("go test ([^`\n]*)-run '?([^ '`]+)'?([^`\n]*)")
	folder := regexp.MustCompile(`(?:^| )\.(?:/(\S*))?(?: |$)`)
	own := regexp.MustCompile(` -(?:update|soak|gitlab-)`) // behind a flag of ours go reads no folder
	for _, page := range pages(t) {
		for _, m := range command.FindAllStringSubmatch(readPage(t, page), -1) {
			in := "."
			if f := folder.FindStringSubmatch(own.Split(m[1]+m[3], 2)[0]); f != nil {
				in = cmp.Or(f[1], in)
			}
			top, _, _ := strings.Cut(strings.ReplaceAll(m[2], `\|`, "|"), "/") // a table's cell ends at a bare |
			for one := range strings.SplitSeq(top, "|") {
				run, err := regexp.Compile(one)
				require.NoError(t, err, page)
				found := slices.ContainsFunc(names, func(n namedTest) bool {
					return run.MatchString(n.name) && (in == "..." || n.folder == in)
				})
				assert.True(t, one == "^$" || found, "%s: no test in %s is named %s", page, in, one)
			}
		}
	}
}

func TestPagesGoBlocks(t *testing.T) {
	sources := goSources(t)
	for _, page := range pages(t) {
		text := readPage(t, page)
		got := goBlock.ReplaceAllStringFunc(text, func(block string) string {
			code := goBlock.FindStringSubmatch(block)[1]
			source, found := sources.of(code)
			if !found {
				t.Errorf("%s: this block is no copy of a test or example of the package:\n%s", page, code)
				return block
			}
			return "```go\n" + source + "```\n"
		})
		comparePage(t, page, text, got)
	}
}

// The page for other languages names every call of the control API.
func TestPagesControl(t *testing.T) {
	page := readPage(t, "docs/other-languages.md")
	for _, e := range controlEndpoints(t) {
		_, below, _ := strings.Cut(e, controlPrefix)
		last := below[strings.LastIndex(below, "/")+1:] // of several on one line
		named := slices.ContainsFunc([]string{e, below, last}, func(name string) bool {
			return strings.Contains(page, "`"+name+"`")
		})
		assert.True(t, named || below == "", "%s has no line", e)
	}
}

const controlPrefix = "/-/fake/"

// controlEndpoints are those that the code of the control API spells out: nothing that answers lists them.
func controlEndpoints(t *testing.T) (endpoints []string) {
	t.Helper()
	spelt := regexp.MustCompile(`"([A-Z]+ ` + controlPrefix + `[^" ]*)"`)
	for _, file := range glob(t, "control*.go") {
		for _, m := range spelt.FindAllStringSubmatch(readPage(t, file), -1) {
			if !strings.HasSuffix(file, "_test.go") {
				endpoints = append(endpoints, m[1])
			}
		}
	}
	require.Greater(t, len(endpoints), 30)
	return endpoints
}

func TestPagesLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`) // within the repository
	for _, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(readPage(t, page), -1) {
			_, err := os.Stat(testkit.Path(filepath.Join(filepath.Dir(page), m[1])))
			assert.NoError(t, err, page)
		}
	}
}

// The layout in CONTRIBUTING.md names every file.
func TestPagesLayout(t *testing.T) {
	_, layout, _ := strings.Cut(readPage(t, "CONTRIBUTING.md"), "## Layout")
	layout, _, _ = strings.Cut(layout, "\n## ")
	var patterns []string
	for _, m := range regexp.MustCompile("`([^` ]+)`").FindAllStringSubmatch(layout, -1) {
		patterns = append(patterns, strings.TrimSuffix(m[1], "/"))
		if strings.Contains(m[1], ".go") || strings.Contains(m[1], "/") {
			assert.NotEmpty(t, glob(t, m[1]), m[1])
		}
	}
	for _, file := range append(glob(t, "*.go"), glob(t, "internal/*")...) {
		named := slices.ContainsFunc(patterns, func(p string) bool { ok, _ := filepath.Match(p, file); return ok })
		assert.True(t, named || strings.HasSuffix(file, "_test.go"), "the layout has no %s", file)
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	return append(glob(t, "docs/*.md"), "README.md", "CONTRIBUTING.md")
}

// glob finds files of the repository, as its root names them.
func glob(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(testkit.Path(pattern))
	require.NoError(t, err)
	for i, name := range names {
		name, err = filepath.Rel(testkit.Path("."), name)
		require.NoError(t, err)
		names[i] = filepath.ToSlash(name)
	}
	return names
}

// readPage reads a file of the repository, as its root names it.
func readPage(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(testkit.Path(page))
	require.NoError(t, err)
	return string(text)
}

// comparePage compares a page with what it should be or, with -update, makes it that.
func comparePage(t *testing.T, page, got, want string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(testkit.Path(page), []byte(want), 0o644))
		return
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("%s is out of date; go test -run TestPages ./docs -update (- expected, + found):\n%s", page, diff)
	}
}

// checkGenerated compares what stands in a page between <!-- marker --> and <!-- /marker -->.
func checkGenerated(t *testing.T, page, marker, want string) {
	t.Helper()
	text := readPage(t, page)
	before, rest, opened := strings.Cut(text, "<!-- "+marker+" -->\n")
	_, after, closed := strings.Cut(rest, "<!-- /"+marker+" -->")
	require.True(t, opened && closed, "%s has no markers of %s", page, marker)
	comparePage(t, page, text, before+"<!-- "+marker+" -->\n"+want+"<!-- /"+marker+" -->"+after)
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```\n")

// copied are the sources of the blocks of Go in the pages: whole files, and functions by name.
type copied struct {
	file  string
	funcs map[string]string
}

func goSources(t *testing.T) copied {
	t.Helper()
	sources := copied{funcs: map[string]string{}}
	for _, name := range append(glob(t, "docs/*_test.go"), "example_test.go") {
		text := readPage(t, name)
		fset := gotoken.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				sources.funcs[f.Name.Name] = text[fset.Position(f.Pos()).Offset:fset.Position(f.End()).Offset] + "\n"
			}
		}
		if name == "docs/newcomer_test.go" { // in the reader's project the package has another name
			sources.file = strings.Replace(text, "package docs_test", "package fleet_test", 1)
		}
	}
	return sources
}

var funcName = regexp.MustCompile(`^func (\w+)\(`)

func (s copied) of(code string) (source string, found bool) {
	if strings.HasPrefix(code, "package ") {
		return s.file, true
	}
	m := funcName.FindStringSubmatch(code)
	if m == nil {
		return "", false
	}
	source, found = s.funcs[m[1]]
	return source, found
}

func versionTable() string {
	var text strings.Builder
	text.WriteString("| from | until | minor certain | what | known from |\n| --- | --- | --- | --- | --- |\n")
	for _, d := range gitlabversion.Differences() {
		r := d.Row()
		certain := map[bool]string{true: "yes", false: "no"}[r.Exact]
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n", r.Since, r.Until, certain, r.What, r.Source)
	}
	return text.String()
}
