package fakegitlab_test

import (
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// worldPath is the package whose records are changed by its own functions alone.
const worldPath = modulePath + "/internal/world"

// A record is read anywhere, but it is changed in internal/world alone: elsewhere nothing is assigned to a field of one
// and no field's address is taken. What somebody has just made and nobody else has seen is a draft, which may be filled
// in: a value, or a variable that is declared as the address of a literal.
func TestRecordsAreChangedInTheWorldAlone(t *testing.T) {
	racing.Skip(t)
	exports, own := compiledPackages(t)
	for path, files := range own {
		if path != worldPath {
			assert.Empty(t, recordChanges(t, path, files, exports), "%s changes records of %s", path, worldPath)
		}
	}
}

// The check itself finds what it is for, and lets drafts be.
func TestRecordChangesAreFound(t *testing.T) {
	racing.Skip(t)
	exports, _ := compiledPackages(t)
	file := filepath.Join(t.TempDir(), "x.go")
	require.NoError(t, os.WriteFile(file, []byte(`package x

import "`+worldPath+`"

type request struct{ *world.State }

func change(q request, j *world.Job, r world.Runner, n *world.RunnerDraft) {
	j.Name = "a"
	j.Commit.SHA = "b"
	j.ID++
	*j = world.Job{}
	q.Settings.AdminMode = true
	q.JobTokens["c"] = j
	_ = &j.Token
	j.Project.Owner.Name, _ = "d", 0
	for j.Name = range map[string]int{} {
	}

	r.Paused = true
	n.ID = 1
	made := &world.Job{}
	made.Name = "e"
	j = made
}
`), 0o600))
	var lines []string
	for _, at := range recordChanges(t, "x", []string{file}, exports) {
		lines = append(lines, strings.TrimPrefix(at, file+":"))
	}
	assert.Equal(t, []string{"8", "9", "10", "11", "12", "13", "14", "15", "16"}, lines)
}

// compiledPackages are the files with the compiler's export data of every package that the module needs, by its path,
// and the module's own packages with their files but for tests.
func compiledPackages(t *testing.T) (exports map[string]string, own map[string][]string) {
	t.Helper()
	text, err := exec.Command("go", "list", "-export", "-deps", "-json=ImportPath,Export,Dir,GoFiles", "./...").Output()
	require.NoError(t, err)
	exports, own = map[string]string{}, map[string][]string{}
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p struct {
			ImportPath, Export, Dir string
			GoFiles                 []string
		}
		err := d.Decode(&p)
		if err == io.EOF {
			return exports, own
		}
		require.NoError(t, err)
		exports[p.ImportPath] = p.Export
		if p.ImportPath == modulePath || strings.HasPrefix(p.ImportPath, modulePath+"/") {
			for _, name := range p.GoFiles {
				own[p.ImportPath] = append(own[p.ImportPath], filepath.Join(p.Dir, name))
			}
		}
	}
}

// recordChanges are the places in a package where it changes records.
func recordChanges(t *testing.T, path string, names []string, exports map[string]string) []string {
	t.Helper()
	set := token.NewFileSet()
	var files []*ast.File
	for _, name := range names {
		f, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, f)
	}
	c := &recordCheck{set: set, drafts: map[types.Object]bool{}, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{}}}
	config := types.Config{Importer: importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})}
	_, err := config.Check(path, set, files, c.info)
	require.NoError(t, err)
	for _, f := range files {
		ast.Inspect(f, c.noteDrafts)
	}
	for i, f := range files {
		if !strings.HasPrefix(filepath.Base(names[i]), "border") { // there drafts are made of plain data
			ast.Inspect(f, c.visit)
		}
	}
	return c.found
}

// recordCheck looks for changes of records in one package.
type recordCheck struct {
	set    *token.FileSet
	info   *types.Info
	drafts map[types.Object]bool // variables that are declared as the address of a literal
	found  []string
}

func (c *recordCheck) noteDrafts(n ast.Node) bool {
	a, ok := n.(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE || len(a.Lhs) != len(a.Rhs) {
		return true
	}
	for i, left := range a.Lhs {
		address, isAddress := a.Rhs[i].(*ast.UnaryExpr)
		if name, isName := left.(*ast.Ident); isName && isAddress && address.Op == token.AND {
			if _, isLiteral := address.X.(*ast.CompositeLit); isLiteral && c.info.Defs[name] != nil {
				c.drafts[c.info.Defs[name]] = true
			}
		}
	}
	return true
}

func (c *recordCheck) visit(n ast.Node) bool {
	var changed []ast.Expr
	switch n := n.(type) {
	case *ast.AssignStmt:
		changed = n.Lhs
	case *ast.IncDecStmt:
		changed = []ast.Expr{n.X}
	case *ast.RangeStmt:
		changed = []ast.Expr{n.Key, n.Value}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			changed = []ast.Expr{n.X}
		}
	}
	for _, e := range changed {
		if e != nil && c.inRecord(e) {
			at := c.set.Position(e.Pos())
			c.found = append(c.found, at.Filename+":"+strings.Split(at.String()[len(at.Filename)+1:], ":")[0])
		}
	}
	return true
}

// inRecord reports whether an expression is a place within a record that is reached through a pointer to it.
func (c *recordCheck) inRecord(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.inRecord(e.X)
	case *ast.IndexExpr:
		return c.inRecord(e.X)
	case *ast.StarExpr:
		return isRecord(c.info.TypeOf(e.X)) && !c.isDraft(e.X)
	case *ast.SelectorExpr:
		selection := c.info.Selections[e]
		if selection == nil { // a name of a package
			return false
		}
		if c.isDraft(e.X) {
			return false
		}
		at := c.info.TypeOf(e.X)
		for _, i := range selection.Index() { // the fields that are embedded and, last, the one that is named
			if isRecord(at) {
				return true
			}
			if pointer, ok := at.Underlying().(*types.Pointer); ok {
				at = pointer.Elem()
			}
			if fields, ok := at.Underlying().(*types.Struct); ok && i < fields.NumFields() {
				at = fields.Field(i).Type()
			}
		}
		return c.inRecord(e.X)
	}
	return false
}

func (c *recordCheck) isDraft(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	return ok && c.drafts[c.info.Uses[name]]
}

// isRecord reports whether a type is a pointer to the state or to what it consists of.
func isRecord(t types.Type) bool {
	pointer, ok := t.(*types.Pointer)
	if !ok {
		return false
	}
	named, ok := pointer.Elem().(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != worldPath {
		return false
	}
	switch named.Obj().Name() {
	case "State", "User", "AccessToken", "Group", "Project", "Runner", "Assignment", "Manager", "Job", "Pipeline",
		"File":
		return true
	}
	return false
}
