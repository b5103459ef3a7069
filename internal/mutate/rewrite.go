//go:build unix

package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// edit is text that is written at one place of a file, or instead of what stands there up to end.
type edit struct {
	at, end int
	text    string
	kind    int
	span    int // of what it opens or closes
	nth     int
}

// At one place what is closed comes before what is opened, and what is replaced comes last.
const (
	closes = iota
	opens
	instead
)

// rewritten is the source with the edits. Its lines stay where they were, so that positions in it are those of the
// file.
func rewritten(source []byte, edits []edit, importLine string, afterPackage int) []byte {
	slices.SortStableFunc(edits, func(a, b edit) int {
		if d := cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.kind, b.kind)); d != 0 {
			return d
		}
		if a.kind == opens { // the outer one first, and of two of one place the earlier is the outer
			return cmp.Or(cmp.Compare(b.span, a.span), cmp.Compare(a.nth, b.nth))
		}
		return cmp.Or(cmp.Compare(a.span, b.span), cmp.Compare(b.nth, a.nth))
	})
	var b strings.Builder
	b.Write(source[:afterPackage])
	b.WriteString(importLine)
	at := afterPackage
	for _, e := range edits {
		b.Write(source[at:e.at])
		b.WriteString(e.text)
		at = e.end
	}
	b.Write(source[at:])
	return []byte(b.String())
}

// mutants finds the mutations of one parsed file and what it is with all of them in it.
func (f *finder) mutants(file *ast.File) ([]mutation, []byte) {
	f.file(file)
	if len(f.edits) == 0 {
		return nil, f.source
	}
	after := f.offset(file.Name.End())
	text := rewritten(f.source, f.edits, fmt.Sprintf("; import %q", modulePath+"/internal/mutate/mutant"), after)
	return f.found, text
}

func parse(fset *token.FileSet, name string, source []byte) (*ast.File, error) {
	return parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
}
