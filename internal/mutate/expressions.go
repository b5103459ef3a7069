//go:build unix

package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

func (f *finder) expression(e ast.Expr) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		f.binary(e)
	case *ast.BasicLit:
		if t, ok := f.info.TypeOf(e).(*types.Basic); ok && e.Kind == token.INT && t.Info()&types.IsNumeric != 0 {
			f.wrap(oneMore, e, "Next["+typed(t)+"](%d, ", ")")
		}
	case *ast.Ident:
		if v := f.info.Types[e]; v.Value != nil && f.info.Uses[e] == types.Universe.Lookup(e.Name) && f.isBool(e) {
			f.wrap("is the opposite", e, "Not(%d, ", ")")
		}
	}
}

const oneMore = "is one more"

func typed(t *types.Basic) string { return types.Default(t).String() }

// binary breaks an operator. What stands on either side of && and || can be left out, too.
func (f *finder) binary(e *ast.BinaryExpr) {
	if f.info.Types[e].Value != nil {
		return
	}
	switch e.Op {
	case token.LAND:
		f.operator("is ||", e, "And(%d, ", ", func() bool { return (", ") })")
		f.wrap("is not asked", e.X, "Always(%d, ", ")")
		f.wrap("is not asked", e.Y, "Always(%d, ", ")")
	case token.LOR:
		f.operator("is &&", e, "Or(%d, ", ", func() bool { return (", ") })")
		f.wrap("is not asked", e.X, "Never(%d, ", ")")
		f.wrap("is not asked", e.Y, "Never(%d, ", ")")
	case token.LSS:
		f.operator("is <=", e, "Less(%d, ", ",", ")")
	case token.LEQ:
		f.operator("is <", e, "AtMost(%d, ", ",", ")")
	case token.GTR: // a > b is not a <= b
		f.operator("is >=", e, "AtMost(%d, ", ",", ")", "!")
	case token.GEQ:
		f.operator("is >", e, "Less(%d, ", ",", ")", "!")
	case token.ADD:
		if isNumber(f.info.TypeOf(e)) {
			f.operator("is -", e, "Plus(%d, ", ",", ")")
		}
	case token.SUB:
		if isNumber(f.info.TypeOf(e)) {
			f.operator("is +", e, "Minus(%d, ", ",", ")")
		}
	}
}

// operator writes a function's call instead of the operator between its operands.
func (f *finder) operator(kind string, e *ast.BinaryExpr, open, between, end string, before ...string) {
	m := f.add(kind, e)
	if m.ID == 0 {
		return
	}
	f.edit(e, strings.Join(before, "")+"mutant."+fmt.Sprintf(open, m.ID), end)
	at := f.offset(e.OpPos)
	f.edits = append(f.edits, edit{at: at, end: at + len(e.Op.String()), text: between, kind: instead})
}

func (f *finder) wrap(kind string, e ast.Expr, open, end string) {
	f.mutate(kind, e, e, "mutant."+open, end)
}

func (f *finder) mutate(kind string, what, where ast.Node, open, end string) {
	if m := f.add(kind, what); m.ID > 0 {
		f.edit(where, fmt.Sprintf(open, m.ID), end)
	}
}

// add notes a mutation of a place; its ID is 0 if there is to be none.
func (f *finder) add(kind string, n ast.Node) mutation {
	text := strings.Join(strings.Fields(string(f.source[f.offset(n.Pos()):f.offset(n.End())])), " ")
	if len(text) > 90 {
		text = text[:60] + " ... " + text[len(text)-25:]
	}
	m := mutation{Package: f.pkg, File: f.name, Line: f.fset.Position(n.Pos()).Line, Func: f.current,
		Kind: kind, Text: text}
	same := m.Key()
	f.nths[same]++
	m.Nth = f.nths[same]
	if !f.skip[m.Key()] {
		m.ID = f.next()
	}
	f.found = append(f.found, m)
	return m
}

func (f *finder) edit(n ast.Node, open, end string) {
	from, to := f.offset(n.Pos()), f.offset(n.End())
	f.edits = append(f.edits,
		edit{at: from, end: from, text: open, kind: opens, span: to - from, nth: len(f.edits)},
		edit{at: to, end: to, text: end, kind: closes, span: to - from, nth: len(f.edits)})
}

func (f *finder) offset(p token.Pos) int { return f.fset.Position(p).Offset }

func (f *finder) isBool(e ast.Expr) bool {
	t := f.info.TypeOf(e)
	return t != nil && (types.Identical(t, types.Typ[types.Bool]) || types.Identical(t, types.Typ[types.UntypedBool]))
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

func isNumber(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&(types.IsInteger|types.IsFloat) != 0
}
