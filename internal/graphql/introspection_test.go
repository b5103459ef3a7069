package graphql_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// introspectionQuery asks for the whole schema, as the tools of clients do.
const introspectionQuery = `query IntrospectionQuery {
	__schema {
		queryType { name } mutationType { name } subscriptionType { name }
		types { ...FullType }
		directives { name locations args(includeDeprecated: true) { ...InputValue } }
	}
}
fragment FullType on __Type {
	kind name description
	fields(includeDeprecated: true) { name args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
	inputFields(includeDeprecated: true) { ...InputValue }
	interfaces { ...TypeRef }
	enumValues(includeDeprecated: true) { name isDeprecated deprecationReason }
	possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name type { ...TypeRef } defaultValue isDeprecated deprecationReason }
fragment TypeRef on __Type {
	kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } }
}`

// What introspection tells of a schema.
type (
	introspected struct {
		Types []introspectedType
	}
	introspectedType struct {
		Kind, Name                string
		Fields                    []introspectedField
		InputFields               []introspectedInput
		Interfaces, PossibleTypes []typeRef
		EnumValues                []struct{ Name string }
	}
	introspectedField struct {
		Name string
		Args []introspectedInput
		Type typeRef
	}
	introspectedInput struct {
		Name         string
		Type         typeRef
		DefaultValue *string
	}
	typeRef struct {
		Kind, Name string
		OfType     *typeRef
	}
)

func (r typeRef) String() string {
	switch r.Kind {
	case "NON_NULL":
		return r.OfType.String() + "!"
	case "LIST":
		return "[" + r.OfType.String() + "]"
	}
	return r.Name
}

func (i introspectedInput) String() string {
	if i.DefaultValue != nil {
		return i.Name + ": " + i.Type.String() + " = " + *i.DefaultValue
	}
	return i.Name + ": " + i.Type.String()
}

// sdl is the type as a client writes it down.
func (t introspectedType) sdl() string {
	keyword := map[string]string{"OBJECT": "type", "INTERFACE": "interface", "INPUT_OBJECT": "input", "ENUM": "enum"}[t.Kind]
	if keyword == "" {
		return "scalar " + t.Name + "\n"
	}
	var text strings.Builder
	text.WriteString(keyword + " " + t.Name)
	for i, implemented := range t.Interfaces {
		text.WriteString(map[bool]string{true: " implements ", false: " & "}[i == 0] + implemented.Name)
	}
	text.WriteString(" {\n")
	for _, f := range t.Fields {
		arguments := ""
		if len(f.Args) > 0 {
			var all []string
			for _, a := range f.Args {
				all = append(all, a.String())
			}
			arguments = "(" + strings.Join(all, ", ") + ")"
		}
		fmt.Fprintf(&text, "  %s%s: %s\n", f.Name, arguments, f.Type)
	}
	for _, f := range t.InputFields {
		fmt.Fprintf(&text, "  %s\n", f)
	}
	for _, v := range t.EnumValues {
		fmt.Fprintf(&text, "  %s\n", v.Name)
	}
	text.WriteString("}\n")
	return text.String()
}

// introspect is the schema as a client builds it from what introspection answers.
func introspect(t *testing.T, gl *fg.Fake) *ast.Schema {
	t.Helper()
	res := gql(t, gl, "", asking(object{"query": introspectionQuery, "operationName": "IntrospectionQuery"}))
	var answered struct {
		Data struct {
			Schema introspected `json:"__schema"`
		}
		Errors []any
	}
	require.NoError(t, json.Unmarshal([]byte(res.Body), &answered))
	require.Empty(t, answered.Errors)
	var sdl strings.Builder
	builtIn := map[string]bool{"Int": true, "Float": true, "String": true, "Boolean": true, "ID": true}
	for _, typ := range answered.Data.Schema.Types {
		if !builtIn[typ.Name] && !strings.HasPrefix(typ.Name, "__") {
			sdl.WriteString(typ.sdl())
		}
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "introspected", Input: sdl.String()})
	require.NoError(t, err)
	return schema
}

// caseDocuments are the documents of the conformance cases that GitLab answers with data, by case.
func caseDocuments(t *testing.T) map[string][]string {
	t.Helper()
	type step struct {
		Request struct{ JSON json.RawMessage }
		Expect  struct{ JSON json.RawMessage }
	}
	var file struct {
		Cases []struct {
			step
			ID   string
			Then []step
		}
	}
	text, err := os.ReadFile(testkit.Path("testdata/conformance/graphql.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &file))
	found := map[string][]string{}
	for _, c := range file.Cases {
		for _, s := range append(c.Then, c.step) {
			var answer struct{ Data map[string]any }
			if json.Unmarshal(s.Expect.JSON, &answer) == nil && answer.Data != nil && answer.Data["$absent"] == nil {
				found[c.ID] = append(found[c.ID], documentsIn(s.Request.JSON)...)
			}
		}
	}
	return found
}

// documentsIn are the documents of one request.
func documentsIn(body json.RawMessage) (documents []string) {
	var one struct{ Query string }
	var several []struct{ Query string }
	if json.Unmarshal(body, &several) == nil {
		for _, d := range several {
			documents = append(documents, d.Query)
		}
	} else if json.Unmarshal(body, &one) == nil && one.Query != "" {
		documents = append(documents, one.Query)
	}
	return documents
}

// A client that builds a schema from introspection validates with it every document of the cases.
func TestIntrospectedSchema(t *testing.T) {
	gl := fg.New(t, fg.WithVersion("18.3"), fg.WithInMemoryNetwork())
	schema := introspect(t, gl)
	documents := 0
	for id, all := range caseDocuments(t) {
		for _, document := range all {
			documents++
			_, errs := gqlparser.LoadQueryWithRules(schema, document, rules.NewDefaultRules())
			assert.Empty(t, errs, id)
		}
	}
	assert.Greater(t, documents, 70)
	_, errs := gqlparser.LoadQueryWithRules(schema, `{ runner(id: "x") { nope } }`, rules.NewDefaultRules())
	assert.NotEmpty(t, errs)
}

// TestLimitsOfUsers holds whose documents may cost how much: introspection is known by the operation's name, where it
// comes alone.
func TestLimitsOfUsers(t *testing.T) {
	gl := fleet(t)
	const limit, introspection = `{ queryComplexity { limit } }`, `query IntrospectionQuery { queryComplexity { limit } }`
	for _, c := range []struct {
		username string
		body     any
		want     float64
	}{
		{"", object{"query": limit}, 200},
		{"mia", object{"query": limit}, 250},
		{"root", object{"query": limit}, 300},
		{"", object{"query": introspection}, 217},
		{"", object{"query": introspection, "operationName": "IntrospectionQuery"}, 217},
		{"", object{"query": introspection, "operationName": nil}, 200},
		{"", []any{object{"query": introspection}}, 200},
		{"mia", object{"query": introspection}, 250},
	} {
		token := ""
		if c.username != "" {
			token = gl.Token(c.username)
		}
		res := gql(t, gl, token, asking(c.body))
		path := "data.queryComplexity.limit"
		if _, batch := c.body.([]any); batch {
			path = "0." + path
		}
		assert.Equal(t, c.want, res.Field(t, path), "%s %v", c.username, c.body)
	}
}

// remove_deprecated takes what is deprecated and what is an experiment out of the schema.
func TestRemoveDeprecated(t *testing.T) {
	gl := fleet(t)
	document := `{ runner(id: "` + runnerGID(5) + `") { %s } __type(name: "CiRunner") { fields(includeDeprecated: true) { name } } }`
	for field, stays := range map[string]bool{"paused": true, "active": false, "ephemeralAuthenticationToken": false} {
		for _, parameter := range []string{"", "?remove_deprecated=true"} {
			res := testkit.AskBy(t, gl.Client(), gl.URL(), gl.Token("mia"), "POST", "/api/graphql"+parameter,
				query(fmt.Sprintf(document, field)))
			assert.Equal(t, stays || parameter == "", !strings.Contains(res.Body, "errors"), field+parameter)
		}
	}
}
