package fakegitlab_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Every endpoint that some version serves has a constant in endpoints.go, and every constant is served by some version.
func TestEndpointsHaveConstants(t *testing.T) {
	var served []string
	for _, v := range gitlabversion.All() {
		served = append(served, gitlab.Endpoints(v)...)
	}
	slices.Sort(served)
	assert.Equal(t, slices.Compact(served), endpointConstants(t))
}

// A constant's name in quotes is met with the constant, for each of them.
func TestConstantsAreKnownByName(t *testing.T) {
	racing.Skip(t)
	gl, err := fakegitlab.Start()
	require.NoError(t, err)
	defer gl.Close()
	text, err := os.ReadFile("endpoints.go")
	require.NoError(t, err)
	constants := regexp.MustCompile(`(?m)^\t(\w+) +Endpoint = ("[^"]+")`).FindAllStringSubmatch(string(text), -1)
	require.Len(t, constants, len(endpointConstants(t)))
	for _, c := range constants {
		var spy testkit.Spy
		gl.AssertCalled(&spy, fakegitlab.Endpoint(c[1]))
		assert.Contains(t, strings.Join(spy.Errors, ""), "did you mean the constant "+c[1]+", "+c[2]+"?")
	}
}

// endpointConstants are the values of the constants of type Endpoint in endpoints.go, in order.
func endpointConstants(t *testing.T) (values []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "endpoints.go", nil, 0)
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
