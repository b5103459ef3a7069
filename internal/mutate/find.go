//go:build unix

package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// mutation is one way in which one place of the code can be broken.
type mutation struct {
	ID      int
	Package string // the folder, from the module's root
	File    string // likewise
	Line    int
	Func    string
	Kind    string // what becomes of Text
	Text    string // the place, as it is written, in one line
	Nth     int    // counted from 1 among those of the function that read alike
}

// Key names the mutation in a way that outlives other changes of the file.
func (m mutation) Key() string {
	key := fmt.Sprintf("%s %s: %s: %s", m.File, m.Func, m.Kind, m.Text)
	if m.Nth > 1 {
		key += fmt.Sprintf(" #%d", m.Nth)
	}
	return key
}

// finder walks one file and gathers its mutations with what has to be written for them.
type finder struct {
	fset    *token.FileSet
	info    *types.Info
	source  []byte
	pkg     string
	name    string
	next    func() int
	skip    map[string]bool // keys of those that do not compile
	fixed   map[ast.Stmt]bool
	found   []mutation
	edits   []edit
	current string // the function
	results *types.Tuple
	nths    map[string]int
}

func (f *finder) file(file *ast.File) {
	f.nths, f.fixed = map[string]int{}, map[ast.Stmt]bool{}
	for _, d := range file.Decls {
		f.current = "(package)"
		if fn, ok := d.(*ast.FuncDecl); ok {
			f.current = funcName(fn)
			if fn.Body != nil {
				f.body(fn.Body, f.info.Defs[fn.Name].Type())
			}
			continue
		}
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			f.walk(g)
		}
	}
}

func funcName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	of := types.ExprString(fn.Recv.List[0].Type)
	of, _, _ = strings.Cut(strings.TrimPrefix(of, "*"), "[")
	return of + "." + fn.Name.Name
}

// body walks a function's, whose results are those that its returns have.
func (f *finder) body(b *ast.BlockStmt, typ types.Type) {
	before := f.results
	f.results = nil
	if s, ok := typ.(*types.Signature); ok {
		f.results = s.Results()
	}
	f.walk(b)
	f.results = before
}

func (f *finder) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			f.body(n.Body, f.info.TypeOf(n))
			return false
		case *ast.GenDecl:
			return n.Tok == token.VAR
		case *ast.Field, *ast.ArrayType: // types, and their lengths, are constants
			return false
		case *ast.CallExpr:
			return !f.isSizing(n)
		case ast.Stmt:
			f.statement(n)
		case *ast.CompositeLit:
			f.literal(n)
		case ast.Expr:
			f.expression(n)
		}
		return true
	})
}

func (f *finder) statement(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.IfStmt:
		f.fixed[s.Init] = true
		f.condition(s.Cond)
	case *ast.ForStmt:
		// What is done after each turn, and a condition that always holds, would only ever be an endless loop.
		if s.Cond != nil {
			f.wrap("is false", s.Cond, "Never(%d, ", ")")
		}
		f.fixed[s.Init], f.fixed[s.Post] = true, true
	case *ast.SwitchStmt:
		f.fixed[s.Init] = true
		f.cases(s)
	case *ast.TypeSwitchStmt:
		f.fixed[s.Init], f.fixed[s.Assign] = true, true
	case *ast.CommClause:
		f.fixed[s.Comm] = true
	case *ast.ReturnStmt:
		f.returned(s)
	case *ast.ExprStmt:
		if call, ok := s.X.(*ast.CallExpr); ok && !f.kept(call) {
			f.dropped(s)
		}
	case *ast.AssignStmt:
		if s.Tok != token.DEFINE && types.ExprString(s.Lhs[0]) != "_" {
			f.dropped(s)
		}
	case *ast.IncDecStmt:
		f.dropped(s)
	case *ast.BranchStmt:
		if s.Tok == token.CONTINUE || s.Tok == token.BREAK {
			f.dropped(s)
		}
	}
}

// isSizing says whether a call only says how much there will be: make with a capacity, and Grow.
func (f *finder) isSizing(call *ast.CallExpr) bool {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		if fun.Name != "make" || len(call.Args) < 2 {
			return false
		}
		_, isMap := f.info.TypeOf(call).Underlying().(*types.Map)
		return isMap || len(call.Args) == 3
	case *ast.SelectorExpr:
		return fun.Sel.Name == "Grow"
	}
	return false
}

// kept says whether a call is left alone: without it the process would stand still, or would not compile.
func (f *finder) kept(call *ast.CallExpr) bool {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name == "panic"
	case *ast.SelectorExpr:
		switch fun.Sel.Name {
		case "Lock", "Unlock", "RLock", "RUnlock", "Grow":
			return true
		}
	}
	return false
}

// dropped lets a statement be left out, unless it stands where no if can, as before the condition of one.
func (f *finder) dropped(s ast.Stmt) {
	if !f.fixed[s] {
		f.mutate("is left out", s, s, "if mutant.Runs(%d) { ", " }")
	}
}

// condition lets an expression that is true or false as a whole be either.
func (f *finder) condition(e ast.Expr) {
	if !f.isBool(e) || f.info.Types[e].Value != nil {
		return
	}
	never, always := f.add("is false", e), f.add("is true", e)
	if never.ID > 0 || always.ID > 0 {
		f.edit(e, fmt.Sprintf("mutant.Cond(%d, %d, ", never.ID, always.ID), ")")
	}
}

func (f *finder) cases(s *ast.SwitchStmt) {
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			switch t := f.info.TypeOf(e); {
			case s.Tag == nil:
				f.condition(e)
			case isString(t):
				f.wrap("is no case", e, "Word(%d, ", ")")
			}
		}
	}
}

func (f *finder) returned(s *ast.ReturnStmt) {
	if len(s.Results) == 0 {
		f.dropped(s)
	}
	if f.results == nil || f.results.Len() != len(s.Results) {
		return
	}
	for i, e := range s.Results {
		f.value(e, f.results.At(i).Type(), "is not returned")
	}
}

// value lets one that goes where the type is wanted be nothing instead.
func (f *finder) value(e ast.Expr, wanted types.Type, kind string) {
	v := f.info.Types[e]
	switch {
	case f.isBool(e):
		f.condition(e)
	case v.Value == nil && v.Type != nil && types.Identical(v.Type, wanted) && !nothing(e):
		f.wrap(kind, e, "Zero(%d, ", ")")
	}
}

// nothing is what is nothing already; a function is left alone, too, since its body is mutated.
func nothing(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.FuncLit:
		return true
	case *ast.CompositeLit:
		return len(e.Elts) == 0
	}
	return false
}

// literal lets the fields of one of a struct be left out.
func (f *finder) literal(l *ast.CompositeLit) {
	if _, ok := types.Unalias(f.info.TypeOf(l)).Underlying().(*types.Struct); !ok {
		return
	}
	for _, e := range l.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.Ident); ok && f.info.ObjectOf(key) != nil {
			f.value(pair.Value, f.info.ObjectOf(key).Type(), key.Name+" is left out")
		}
	}
}
