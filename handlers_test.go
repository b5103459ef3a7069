package fakegitlab_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Every endpoint that some version serves has a constant in handlers.go, and every constant is served by some version.
func TestEndpointsHaveConstants(t *testing.T) {
	var served []string
	for _, v := range gitlabversion.All() {
		served = append(served, gitlab.Endpoints(v)...)
	}
	slices.Sort(served)
	assert.Equal(t, slices.Compact(served), endpointConstants(t))
}

// endpointConstants are the values of the constants of type Endpoint in handlers.go, in order.
func endpointConstants(t *testing.T) (values []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "handlers.go", nil, 0)
	require.NoError(t, err)
	for _, decl := range file.Decls {
		consts, isGen := decl.(*ast.GenDecl)
		if !isGen || consts.Tok != token.CONST {
			continue
		}
		for _, spec := range consts.Specs {
			constant := spec.(*ast.ValueSpec)
			if name, isName := constant.Type.(*ast.Ident); isName && name.Name == "Endpoint" {
				value, err := strconv.Unquote(constant.Values[0].(*ast.BasicLit).Value)
				require.NoError(t, err)
				values = append(values, value)
			}
		}
	}
	slices.Sort(values)
	return values
}
