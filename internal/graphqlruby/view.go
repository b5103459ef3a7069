package graphqlruby

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// builder makes a view from the parsed schema.
type builder struct {
	*Schema
	view    *view
	without bool // what is deprecated
}

func (s *Schema) newView(withoutDeprecated bool) *view {
	b := &builder{Schema: s, without: withoutDeprecated, view: &view{
		types: map[string]*typeDef{}, directives: map[string]*directiveDef{}, description: s.document.Description,
	}}
	v := b.view
	for _, d := range s.document.Directives {
		v.directives[d.Name] = &directiveDef{
			name: d.Name, description: d.Description, args: b.args(d.Arguments),
			locations: d.Locations, repeatable: d.IsRepeatable,
		}
	}
	v.query, v.mutation = b.root(s.document.Query), b.root(s.document.Mutation)
	v.subscription = b.root(s.document.Subscription)
	nonNull := func(name string) *ast.Type { return &ast.Type{NamedType: name, NonNull: true} }
	v.typename = &fieldDef{name: "__typename", typ: nonNull("String"), bound: Field{Resolve: typeName}}
	v.schema = &fieldDef{name: "__schema", typ: nonNull("__Schema"), bound: Field{Resolve: wholeSchema}}
	v.typ = &fieldDef{name: "__type", typ: &ast.Type{NamedType: "__Type"}, bound: Field{Resolve: typeByName},
		args: []*argDef{{name: "name", typ: nonNull("String")}}}
	for _, name := range []string{"__Schema", "String", "Boolean"} {
		b.reach(name)
	}
	return v
}

func (b *builder) root(d *ast.Definition) *typeDef {
	if d == nil {
		return nil
	}
	return b.reach(d.Name)
}

// reach makes a type and whatever it leads to.
func (b *builder) reach(name string) *typeDef {
	if t := b.view.types[name]; t != nil {
		return t
	}
	d := b.document.Types[name]
	t := &typeDef{kind: d.Kind, name: d.Name, description: d.Description, oneOf: d.Directives.ForName("oneOf") != nil}
	b.view.types[name] = t
	if specified := d.Directives.ForName("specifiedBy"); specified != nil {
		t.specifiedBy = specified.Arguments.ForName("url").Value.Raw
	}
	switch d.Kind {
	case ast.Scalar:
		t.scalar = b.scalar(name)
	case ast.Enum:
		for _, e := range d.EnumValues {
			if reason := deprecation(e.Directives); reason == nil || !b.without {
				t.values = append(t.values, &enumValue{name: e.Name, description: e.Description, deprecation: reason})
			}
		}
	case ast.InputObject:
		b.inputs(t, d)
	default:
		b.outputs(t, d)
	}
	return t
}

func (b *builder) scalar(name string) Scalar {
	s := b.bound.Scalars[name]
	known := builtInScalars[name]
	if s.ParseInput == nil {
		s.ParseInput = known.ParseInput
	}
	if s.Output == nil {
		s.Output = known.Output
	}
	return s
}

func (b *builder) inputs(t *typeDef, d *ast.Definition) {
	for _, f := range d.Fields {
		t.inputs = append(t.inputs, b.args(ast.ArgumentDefinitionList{{
			Name: f.Name, Description: f.Description, Type: f.Type, DefaultValue: f.DefaultValue, Directives: f.Directives,
		}})...)
	}
}

func (b *builder) outputs(t *typeDef, d *ast.Definition) {
	for _, f := range d.Fields {
		reason := deprecation(f.Directives)
		if strings.HasPrefix(f.Name, "__") || reason != nil && b.without {
			continue
		}
		b.reach(f.Type.Name())
		t.fields = append(t.fields, &fieldDef{
			owner: t, name: f.Name, description: f.Description, typ: f.Type, args: b.args(f.Arguments),
			deprecation: reason, bound: b.bound.Fields[d.Name+"."+f.Name],
		})
	}
	for _, name := range d.Interfaces {
		t.interfaces = append(t.interfaces, b.reach(name))
	}
	for _, p := range b.document.PossibleTypes[d.Name] {
		if p.Kind == ast.Object { // gqlparser counts interfaces that implement it, too
			t.possible = append(t.possible, b.reach(p.Name))
		}
	}
	slices.SortFunc(t.interfaces, byName)
	slices.SortFunc(t.possible, byName)
}

func byName(a, b *typeDef) int { return strings.Compare(a.name, b.name) }

func (b *builder) args(list ast.ArgumentDefinitionList) []*argDef {
	var all []*argDef
	for _, a := range list {
		reason := deprecation(a.Directives)
		if reason != nil && b.without {
			continue
		}
		b.reach(a.Type.Name())
		all = append(all, &argDef{
			name: a.Name, description: a.Description, typ: a.Type, deprecation: reason,
			initial: b.ordered(a.Type, schemaLiteral(a.DefaultValue)),
		})
	}
	return all
}

// ordered puts the fields of object literals in the order in which their type has them, as introspection shows them.
func (b *builder) ordered(t *ast.Type, value any) any {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			if t.Elem != nil {
				b.ordered(t.Elem, item)
			}
		}
	case *objectLiteral:
		fields := b.document.Types[t.Name()].Fields
		place := func(a *argument) int {
			return slices.IndexFunc(fields, func(f *ast.FieldDefinition) bool { return f.Name == a.name })
		}
		slices.SortFunc(v.fields, func(one, other *argument) int { return place(one) - place(other) })
		for _, a := range v.fields {
			if f := fields.ForName(a.name); f != nil {
				b.ordered(f.Type, a.value)
			}
		}
	}
	return value
}

func deprecation(list ast.DirectiveList) *string {
	d := list.ForName("deprecated")
	if d == nil {
		return nil
	}
	reason := "No longer supported"
	if given := d.Arguments.ForName("reason"); given != nil && given.Value.Kind != ast.NullValue {
		reason = given.Value.Raw
	}
	return &reason
}

// schemaLiteral is a value of the schema's text as one of a document; nil stays nil.
func schemaLiteral(v *ast.Value) any {
	if v == nil {
		return nil
	}
	switch v.Kind {
	case ast.IntValue:
		return wholeNumber(v.Raw)
	case ast.FloatValue:
		return parseFloat(v.Raw)
	case ast.BooleanValue:
		return v.Raw == "true"
	case ast.NullValue:
		return nullLiteral{}
	case ast.EnumValue:
		return EnumLiteral(v.Raw)
	case ast.ListValue:
		list := []any{}
		for _, c := range v.Children {
			list = append(list, schemaLiteral(c.Value))
		}
		return list
	case ast.ObjectValue:
		o := &objectLiteral{}
		for _, c := range v.Children {
			o.fields = append(o.fields, &argument{name: c.Name, value: schemaLiteral(c.Value)})
		}
		return o
	}
	return v.Raw
}
