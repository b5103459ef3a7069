package graphqlruby

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"
)

// Schema is a loaded schema with its bindings. It never changes, and may be used by many goroutines.
type Schema struct {
	bound    Bindings
	document *ast.Schema
	whole    *view
	current  func() *view // without what is deprecated; made when it is first asked for
}

// FieldsOf are the names of the fields of a type, in the schema's order; none of what is no type with fields.
func (s *Schema) FieldsOf(typeName string) (names []string) {
	if t := s.document.Types[typeName]; t != nil {
		for _, f := range t.Fields {
			names = append(names, f.Name)
		}
	}
	return names
}

// Load parses a schema and binds it. It panics if the text is no schema, if a binding names what the schema has not, or
// if a field of a root type has no way to be resolved: those are bugs of the caller's.
func Load(sdl string, b Bindings) *Schema {
	document, err := validator.LoadSchema(
		&ast.Source{Name: "prelude", Input: prelude, BuiltIn: true}, &ast.Source{Name: "schema", Input: sdl})
	if err != nil {
		panic(fmt.Sprintf("graphqlruby: the schema cannot be read: %v", err))
	}
	s := &Schema{bound: b, document: document}
	s.check()
	s.bound.Fields = maps.Clone(b.Fields)
	if s.bound.Fields == nil {
		s.bound.Fields = map[string]Field{}
	}
	maps.Copy(s.bound.Fields, introspection)
	s.whole = s.newView(false)
	s.current = sync.OnceValue(func() *view { return s.newView(true) })
	return s
}

// check panics at the first binding that is wrong, in the order of their names.
func (s *Schema) check() {
	for _, name := range sortedKeys(s.bound.Fields) {
		of, field, _ := strings.Cut(name, ".")
		t := s.document.Types[of]
		if t == nil || t.Kind != ast.Object || t.Fields.ForName(field) == nil {
			panic(fmt.Sprintf("graphqlruby: a binding is for %s, which no object type of the schema has", name))
		}
	}
	for _, name := range sortedKeys(s.bound.Scalars) {
		if t := s.document.Types[name]; t == nil || t.Kind != ast.Scalar {
			panic(fmt.Sprintf("graphqlruby: a binding is for %s, which is no scalar of the schema", name))
		}
	}
	if s.document.Query == nil {
		panic("graphqlruby: the schema has no type Query")
	}
	for _, root := range []*ast.Definition{s.document.Query, s.document.Mutation, s.document.Subscription} {
		if root == nil {
			continue
		}
		for _, f := range root.Fields {
			name := root.Name + "." + f.Name
			if s.bound.Fields[name].Resolve == nil && !strings.HasPrefix(f.Name, "__") {
				panic(fmt.Sprintf("graphqlruby: %s has no Resolve, and no parent that it could be taken from", name))
			}
		}
	}
	for _, name := range sortedKeys(s.document.Types) {
		if s.document.Types[name].IsAbstractType() && s.bound.TypeOf == nil {
			panic(fmt.Sprintf("graphqlruby: %s needs TypeOf, which is nil", name))
		}
	}
}

// view is the schema as one request sees it: with or without what is deprecated, and without the types that nothing
// leads to.
type view struct {
	types                         map[string]*typeDef
	query, mutation, subscription *typeDef
	directives                    map[string]*directiveDef
	description                   string
	typename, schema, typ         *fieldDef // the fields that no type declares
}

type typeDef struct {
	kind        ast.DefinitionKind
	name        string
	description string
	fields      []*fieldDef
	inputs      []*argDef
	values      []*enumValue
	interfaces  []*typeDef
	possible    []*typeDef // object types: of an object type itself
	scalar      Scalar
	oneOf       bool
	specifiedBy string
}

type fieldDef struct {
	owner       *typeDef
	name        string
	description string
	typ         *ast.Type
	args        []*argDef
	deprecation *string
	bound       Field
}

type argDef struct {
	name        string
	description string
	typ         *ast.Type
	initial     any // a literal; nil if there is none
	deprecation *string
}

type enumValue struct {
	name, description string
	deprecation       *string
}

type directiveDef struct {
	name, description string
	args              []*argDef
	locations         []ast.DirectiveLocation
	repeatable        bool
}

func (t *typeDef) leaf() bool      { return t.kind == ast.Scalar || t.kind == ast.Enum }
func (t *typeDef) abstract() bool  { return t.kind == ast.Interface || t.kind == ast.Union }
func (t *typeDef) hasFields() bool { return t.kind == ast.Object || t.kind == ast.Interface }
func (t *typeDef) composite() bool { return t.hasFields() || t.kind == ast.Union }
func (t *typeDef) input() bool     { return t.leaf() || t.kind == ast.InputObject }

func (t *typeDef) arg(name string) *argDef { return argNamed(t.inputs, name) }

func argNamed(args []*argDef, name string) *argDef {
	i := slices.IndexFunc(args, func(a *argDef) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	return args[i]
}

// required says that the argument must be given.
func (a *argDef) required() bool { return a.typ.NonNull && a.initial == nil }

// named is the type at the heart of a reference, nil if this view has none.
func (v *view) named(t *ast.Type) *typeDef { return v.types[t.Name()] }

// field is a field of a type, with those that no type declares: __typename of any, __schema and __type of the root.
func (v *view) field(t *typeDef, name string) *fieldDef {
	if i := slices.IndexFunc(t.fields, func(f *fieldDef) bool { return f.name == name }); i >= 0 {
		return t.fields[i]
	}
	switch {
	case name == v.typename.name && t.composite():
		return v.typename
	case name == v.schema.name && t == v.query:
		return v.schema
	case name == v.typ.name && t == v.query:
		return v.typ
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Short names for what gqlparser calls these.
type typeRef = ast.Type

const (
	kindScalar      = ast.Scalar
	kindEnum        = ast.Enum
	kindInputObject = ast.InputObject
)
