package fakegitlab

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The schema is made from the structs and their comments, so that an editor completes, checks and explains what
// ReadScenario reads: go test -run TestScenarioSchema -update .
func TestScenarioSchema(t *testing.T) {
	const file = "docs/scenario.schema.json"
	g := schemas{t: t, comments: fieldComments(t, "state.go", "state_cicd.go", "scenarios.go",
		"jobspec.go"), definitions: map[string]any{}}
	root := g.object(reflect.TypeFor[Scenario]())
	root["properties"].(map[string]any)["$schema"] = map[string]any{"type": "string"}
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["$id"] = "https://raw.githubusercontent.com/fakegitlab/fakegitlab/main/" + file
	root["title"] = "A world of fakegitlab, as ReadScenario reads it"
	root["definitions"] = g.definitions
	text, err := json.MarshalIndent(root, "", "  ")
	require.NoError(t, err)
	text = append(text, '\n')
	if *update {
		require.NoError(t, os.WriteFile(file, text, 0o644))
	}
	have, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(have), string(text), "run with -update")
	assert.Equal(t, string(have), string(Schema()))
}

// schemas makes a JSON Schema of plain data.
type schemas struct {
	t           *testing.T
	comments    map[string]string // by Type.Field
	definitions map[string]any
}

func (g schemas) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range datajson.Fields(t) {
		field := t.Field(f.Index)
		property := g.of(field.Type, t.Name()+"."+field.Name)
		if comment := g.commentOf(t, field); comment != "" {
			if _, isReference := property["$ref"]; isReference { // draft 7 reads nothing beside a $ref
				property = map[string]any{"allOf": []any{property}}
			}
			property["description"] = comment
		}
		properties[f.Name] = property
		if f.Required {
			required = append(required, f.Name)
		}
	}
	schema := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

// anyBytes are the texts that may hold anything.
var anyBytes = []string{"Job.Trace", "Project.Files[]", "RepositoryCommit.Files[]", "RepositoryCommit.Raw", "RepositoryTag.Raw",
	"Repository.Objects[]"}

func (g schemas) of(t reflect.Type, name string) map[string]any {
	text := map[string]any{"type": "string"}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "pattern": `^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d))?$`}
	case t == reflect.TypeFor[time.Duration]():
		return duration()
	case t == reflect.TypeFor[Role]():
		var words []any
		for _, r := range world.RoleNames()[1:] {
			words = append(words, r.Name, int(r.Role))
		}
		return map[string]any{"enum": words}
	case t == reflect.TypeFor[[]byte]():
		return map[string]any{"type": "string", "contentEncoding": "base64", "pattern": `^[A-Za-z0-9+/]*=?=?$`}
	case t == reflect.TypeFor[json.RawMessage](), t == reflect.TypeFor[any](): // any JSON
		return map[string]any{}
	case t == reflect.TypeFor[JobSpec]():
		return g.spec(t)
	case t == reflect.TypeFor[JobVariables](): // as in a JobSpec
		return map[string]any{"type": "object"}
	case slices.Contains(anyBytes, name): // what is no UTF-8 is written so
		bytes := map[string]any{"type": "object", "properties": map[string]any{"base64": text},
			"required": []string{"base64"}, "additionalProperties": false}
		return map[string]any{"anyOf": []any{text, bytes}}
	case knownValues(t) != nil:
		return map[string]any{"enum": knownValues(t)}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.of(t.Elem(), name)
	case reflect.Struct:
		if _, done := g.definitions[t.Name()]; !done {
			g.definitions[t.Name()] = g.object(t)
		}
		return map[string]any{"$ref": "#/definitions/" + t.Name()}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": g.of(t.Elem(), name+"[]")}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": g.of(t.Elem(), name+"[]")}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Int, reflect.Int64:
		if name == "Project.GitDepth" { // a negative one is a whole clone
			return map[string]any{"type": "integer"}
		}
		return map[string]any{"type": "integer", "minimum": 0}
	case reflect.String:
		return text
	}
	g.t.Fatalf("%s: no schema for a %s", name, t)
	return nil
}

// duration is a number of seconds or a text. The union is no list of types, which strict validators complain of.
func duration() map[string]any {
	seconds := map[string]any{"type": "number", "minimum": 0}
	text := map[string]any{"type": "string", "pattern": `^ *([0-9]+|([0-9]+(\.[0-9]+)? *[A-Za-zµ]+[ ,]*)+)$`}
	return map[string]any{"anyOf": []any{seconds, text}, "examples": []any{3600, "1h 30m", "30 days"}}
}

// specKinds are the kinds of JSON values that the keywords of a job take. What is in them is as in .gitlab-ci.yml, for
// which editors have GitLab's own schema.
func specKinds() map[string][]string {
	return map[string][]string{
		"before_script": {"string", "array"}, "script": {"string", "array"}, "after_script": {"string", "array"},
		"image": {"string", "object"}, "services": {"array"}, "variables": {"object"}, "artifacts": {"object"},
		"cache":        {"object", "array"},
		"dependencies": {"array"}, "needs": {"array"}, "hooks": {"object"}, "release": {"object"},
		"allow_failure": {"boolean", "object"},
		"retry":         {"integer", "object"}, "interruptible": {"boolean"}, "coverage": {"string"},
		"environment": {"string", "object"},
		"run":         {"array"}, "inputs": {"object"}, "raw": {"object"},
	}
}

func (g schemas) spec(t reflect.Type) map[string]any {
	properties := map[string]any{}
	for i := range t.NumField() {
		field := t.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		property := duration()
		if name != "timeout" {
			var kinds []any
			for _, kind := range specKinds()[name] {
				kinds = append(kinds, map[string]any{"type": kind})
			}
			require.NotEmpty(g.t, kinds, name)
			property = map[string]any{"anyOf": kinds}
		}
		if comment := g.commentOf(t, field); comment != "" {
			property["description"] = comment
		}
		properties[name] = property
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

// A keyword of a job takes no kind of value but those that the schema has for it.
func TestScenarioSchemaOfKeywords(t *testing.T) {
	for name, kinds := range specKinds() {
		for kind, value := range map[string]string{"string": `"x"`, "integer": "1", "boolean": "true", "array": "[]",
			"object": "{}"} {
			if slices.Contains(kinds, kind) {
				continue
			}
			var s JobSpec
			assert.Error(t, json.Unmarshal([]byte(`{"`+name+`": `+value+`}`), &s), "%s: %s", name, value)
		}
	}
}

// goName is a word that may be a name in Go. A header, as in "RateLimit-", is none.
var goName = regexp.MustCompile(`\b[A-Z]\w+-?`)

// goConstants are the values that comments call by the names of Go's constants.
var goConstants = map[string]any{"UserActive": UserActive, "InstanceRunner": InstanceRunner, "GroupRunner": GroupRunner,
	"ProjectRunner": ProjectRunner, "JobFailed": JobFailed}

// leftOut says in the words of a file what comments say of zero values.
var leftOut = strings.NewReplacer("when zero", "when left out", "zero: ", "left out: ", "Zero: ", "Left out: ",
	"Zero is", "Left out is",
	"nil is", "left out is", "unless nil", "unless left out", "nil leaves it", "left out, that is left", "an empty slice",
	"an empty list",
	"The zero value allows it", "Left out it is allowed")

// commentOf is what an editor shows of a field: its comment, with the names that stand in the file in place of Go's.
func (g schemas) commentOf(t reflect.Type, field reflect.StructField) string {
	jsonName := func(f reflect.StructField) string {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		return name
	}
	comment := goName.ReplaceAllStringFunc(leftOut.Replace(g.comments[t.Name()+"."+field.Name]), func(word string) string {
		if value, isConstant := goConstants[word]; isConstant {
			return fmt.Sprint(value)
		}
		if other, isField := t.FieldByName(word); isField && jsonName(other) != "" {
			return jsonName(other)
		}
		return word
	})
	itself := jsonName(field) + " is " + jsonName(field) + ", " // where the comment tells GitLab's name of it
	return strings.TrimPrefix(comment, itself)
}

// fieldComments are the comments of the fields of the plain data, by Type.Field, each on one line.
func fieldComments(t *testing.T, files ...string) map[string]string {
	comments := map[string]string{}
	for _, file := range files {
		parsed, err := parser.ParseFile(gotoken.NewFileSet(), file, nil, parser.ParseComments)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			spec, isType := n.(*ast.TypeSpec)
			if !isType {
				return true
			}
			if body, isStruct := spec.Type.(*ast.StructType); isStruct {
				for _, field := range body.Fields.List {
					comment := strings.Join(strings.Fields(field.Doc.Text()+" "+field.Comment.Text()), " ")
					for _, name := range field.Names {
						comments[spec.Name.Name+"."+name.Name] = comment
					}
				}
			}
			return false
		})
	}
	return comments
}
