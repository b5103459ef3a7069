//go:build unix

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const modulePath = "github.com/fakegitlab/fakegitlab"

// breaker makes test binaries in which every mutation of the packages is there, asleep.
type breaker struct {
	root      string // of the module
	work      string // a folder for what is built
	packages  []string
	mutations []mutation
	failed    map[string]bool // keys of those that do not compile
	exports   map[string]string
}

type parsed struct {
	folder, name string
	source       []byte
	file         *ast.File
}

// build rewrites the packages and compiles the tests, leaving out the mutations that do not compile.
func (b *breaker) build(tests []string) (map[string]string, error) {
	if err := b.listExports(); err != nil {
		return nil, err
	}
	b.failed = map[string]bool{}
	for range 10 {
		overlay, err := b.rewrite()
		if err != nil {
			return nil, err
		}
		args := append([]string{"build", "-overlay", overlay, "-gcflags=-e"}, prefixed(b.packages)...)
		out, err := b.goTool(args...).CombinedOutput()
		if err == nil {
			return b.compileTests(overlay, tests)
		}
		if !b.blame(string(out)) {
			return nil, fmt.Errorf("the mutated packages do not compile:\n%s", out)
		}
	}
	return nil, fmt.Errorf("the mutated packages do not compile after ten rounds")
}

func (b *breaker) goTool(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = b.root
	return cmd
}

func prefixed(folders []string) []string {
	var all []string
	for _, f := range folders {
		all = append(all, "./"+f)
	}
	return all
}

func (b *breaker) compileTests(overlay string, tests []string) (map[string]string, error) {
	fmt.Fprintln(os.Stderr, "compiling tests")
	if err := b.addMains(overlay, tests); err != nil {
		return nil, err
	}
	args := append([]string{"test", "-c", "-vet=off", "-overlay", overlay, "-o", b.work + "/"}, prefixed(tests)...)
	if out, err := b.goTool(args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the tests do not compile: %v\n%s", err, out)
	}
	binaries := map[string]string{}
	for _, t := range tests {
		binaries[t] = filepath.Join(b.work, filepath.Base(filepath.Join(modulePath, t))+".test")
	}
	return binaries, nil
}

// listExports has the compiler say where the types are of all that the packages import.
func (b *breaker) listExports() error {
	args := append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}, prefixed(b.packages)...)
	out, err := b.goTool(args...).Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	b.exports = map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		b.exports[path] = file
	}
	return nil
}

// rewrite writes what go build takes instead of the packages' files, and returns the list of it.
func (b *breaker) rewrite() (string, error) {
	b.mutations = nil
	replace := map[string]string{}
	id := 0
	next := func() int { id++; return id }
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc",
		func(path string) (io.ReadCloser, error) { return os.Open(b.exports[path]) })
	for _, folder := range b.packages {
		files, err := b.parse(fset, folder)
		if err != nil {
			return "", err
		}
		info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
			Uses: map[*ast.Ident]types.Object{}}
		if _, err := (&types.Config{Importer: imports}).Check(modulePath+"/"+folder, fset, asts(files), info); err != nil {
			return "", err
		}
		for _, p := range files {
			f := &finder{fset: fset, info: info, source: p.source, pkg: folder, name: p.name, next: next, skip: b.failed}
			found, text := f.mutants(p.file)
			b.mutations = append(b.mutations, found...)
			if len(found) == 0 {
				continue
			}
			to := filepath.Join(b.work, strings.ReplaceAll(p.name, "/", "+"))
			if err := os.WriteFile(to, text, 0o600); err != nil {
				return "", err
			}
			replace[filepath.Join(b.root, p.name)] = to
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(b.work, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o600)
}

// addMains gives the tests a TestMain that can try one mutant after the other.
func (b *breaker) addMains(overlay string, tests []string) error {
	var files struct{ Replace map[string]string }
	text, err := os.ReadFile(overlay)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &files); err != nil {
		return err
	}
	for _, folder := range tests {
		if has, err := b.hasMain(folder); err != nil || has {
			return cmp.Or(err, fmt.Errorf("%s has a TestMain: its tests cannot try mutants", folder))
		}
		out, err := b.goTool("list", "-f", "{{.Name}} {{len .TestGoFiles}}", "./"+folder).Output()
		if err != nil {
			return fmt.Errorf("go list %s: %w", folder, err)
		}
		name, inside, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
		if inside == "0" {
			name += "_test"
		}
		to := filepath.Join(b.work, strings.ReplaceAll(filepath.Join(folder, "main_test.go"), "/", "+"))
		if err := os.WriteFile(to, fmt.Appendf(nil, mainSource, name, modulePath), 0o600); err != nil {
			return err
		}
		files.Replace[filepath.Join(b.root, folder, "mutant_main_test.go")] = to
	}
	if text, err = json.Marshal(files); err != nil {
		return err
	}
	return os.WriteFile(overlay, text, 0o600)
}

// hasMain reports whether the tests of a folder have a TestMain of their own.
func (b *breaker) hasMain(folder string) (bool, error) {
	files, err := filepath.Glob(filepath.Join(b.root, folder, "*_test.go"))
	for _, name := range files {
		text, failed := os.ReadFile(name)
		if err = failed; err != nil || bytes.Contains(text, []byte("\nfunc TestMain(")) {
			return true, err
		}
	}
	return false, err
}

const mainSource = `package %s

import (
	"testing"

	"%s/internal/mutate/mutant"
)

func TestMain(m *testing.M) { mutant.Main(m) }
`

// files are the IDs of the mutants of each file, in order.
func (b *breaker) files() map[string][]int {
	ids := map[string][]int{}
	for _, m := range b.mutations {
		if m.ID != 0 {
			ids[m.File] = append(ids[m.File], m.ID)
		}
	}
	return ids
}

func (b *breaker) parse(fset *token.FileSet, folder string) ([]parsed, error) {
	out, err := b.goTool("list", "-f", "{{range .GoFiles}}{{.}}\n{{end}}", "./"+folder).Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w", folder, err)
	}
	var all []parsed
	for _, name := range strings.Fields(string(out)) {
		p := parsed{folder: folder, name: filepath.Join(folder, name)}
		if p.source, err = os.ReadFile(filepath.Join(b.root, p.name)); err != nil {
			return nil, err
		}
		if p.file, err = parse(fset, p.name, p.source); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func asts(files []parsed) []*ast.File {
	var all []*ast.File
	for _, f := range files {
		all = append(all, f.file)
	}
	return all
}

var errorLine = regexp.MustCompile(`(?m)^(?:\./)?(\S+\.go):(\d+):\d+: `)

// blame gives up mutations of the lines that the compiler complains of, and says whether there were any: those of
// numbers, whose type is not always what it seems, and if there are none, all.
func (b *breaker) blame(output string) bool {
	before := len(b.failed)
	b.blameFor(output, func(m mutation) bool { return m.Kind == oneMore })
	if len(b.failed) == before {
		b.blameFor(output, func(mutation) bool { return true })
	}
	return len(b.failed) > before
}

func (b *breaker) blameFor(output string, which func(mutation) bool) {
	for _, m := range errorLine.FindAllStringSubmatch(output, -1) {
		line, _ := strconv.Atoi(m[2])
		file := strings.ReplaceAll(filepath.Base(m[1]), "+", "/")
		for _, it := range b.mutations {
			if it.Line == line && it.File == file && which(it) {
				b.failed[it.Key()] = true
			}
		}
	}
}

// sortedKeys are those of a map, in order.
func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
