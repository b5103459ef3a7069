package graphqlruby

import (
	"cmp"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// typeName, wholeSchema and typeByName resolve the fields that no type declares
// (lib/graphql/introspection/dynamic_fields.rb, entry_points.rb).
func typeName(x *Exec, _ any, _ Args) (any, error) { return x.Type, nil }

func wholeSchema(x *Exec, _ any, _ Args) (any, error) { return x.run.view, nil }

func typeByName(x *Exec, _ any, args Args) (any, error) {
	name, _ := args["name"].(string)
	if x.run.view.types[name] == nil {
		return nil, nil
	}
	return &typeRef{NamedType: name}, nil
}

// introspection resolves the fields of the types that speak of the schema (lib/graphql/introspection/*_type.rb). Their
// parents are a *view, a *typeRef, a *fieldDef, an *argDef, an *enumValue or a *directiveDef.
var introspection = map[string]Field{
	"__Schema.description":      of(func(v *view) any { return text(v.description) }),
	"__Schema.queryType":        of(func(v *view) any { return rootRef(v.query) }),
	"__Schema.mutationType":     of(func(v *view) any { return rootRef(v.mutation) }),
	"__Schema.subscriptionType": of(func(v *view) any { return rootRef(v.subscription) }),
	"__Schema.types":            of(func(v *view) any { return refs(byKey(v.types)) }),
	"__Schema.directives":       of(func(v *view) any { return byKey(v.directives) }),

	"__Type.kind":           ofType(func(_ *view, t *typeRef, d *typeDef) any { return kindOf(t, d) }),
	"__Type.name":           ofNamed(func(d *typeDef) any { return d.name }),
	"__Type.description":    ofNamed(func(d *typeDef) any { return text(d.description) }),
	"__Type.specifiedByURL": ofNamed(func(d *typeDef) any { return text(d.specifiedBy) }),
	"__Type.isOneOf":        ofType(func(_ *view, _ *typeRef, d *typeDef) any { return d != nil && d.oneOf }),
	"__Type.ofType":         ofType(func(_ *view, t *typeRef, _ *typeDef) any { return unwrapped(t) }),
	"__Type.interfaces":     ofNamed(interfacesOf),
	"__Type.possibleTypes":  ofNamed(possibleOf),
	"__Type.fields":         ofArgs(fieldsOf),
	"__Type.inputFields":    ofArgs(inputsOf),
	"__Type.enumValues":     ofArgs(valuesOf),

	"__Field.name":              of(func(f *fieldDef) any { return f.name }),
	"__Field.description":       of(func(f *fieldDef) any { return text(f.description) }),
	"__Field.type":              of(func(f *fieldDef) any { return f.typ }),
	"__Field.isDeprecated":      of(func(f *fieldDef) any { return f.deprecation != nil }),
	"__Field.deprecationReason": of(func(f *fieldDef) any { return f.deprecation }),
	"__Field.args":              argsOf(func(f *fieldDef) []*argDef { return f.args }),

	"__InputValue.name":              of(func(a *argDef) any { return a.name }),
	"__InputValue.description":       of(func(a *argDef) any { return text(a.description) }),
	"__InputValue.type":              of(func(a *argDef) any { return a.typ }),
	"__InputValue.defaultValue":      of(initialOf),
	"__InputValue.isDeprecated":      of(func(a *argDef) any { return a.deprecation != nil }),
	"__InputValue.deprecationReason": of(func(a *argDef) any { return a.deprecation }),

	"__EnumValue.name":              of(func(e *enumValue) any { return e.name }),
	"__EnumValue.description":       of(func(e *enumValue) any { return text(e.description) }),
	"__EnumValue.isDeprecated":      of(func(e *enumValue) any { return e.deprecation != nil }),
	"__EnumValue.deprecationReason": of(func(e *enumValue) any { return e.deprecation }),

	"__Directive.name":         of(func(d *directiveDef) any { return d.name }),
	"__Directive.description":  of(func(d *directiveDef) any { return text(d.description) }),
	"__Directive.locations":    of(func(d *directiveDef) any { return d.locations }),
	"__Directive.isRepeatable": of(func(d *directiveDef) any { return d.repeatable }),
	"__Directive.args":         argsOf(func(d *directiveDef) []*argDef { return d.args }),
	"__Directive.onOperation":  of(func(d *directiveDef) any { return d.on("QUERY", "MUTATION", "SUBSCRIPTION") }),
	"__Directive.onFragment":   of(func(d *directiveDef) any { return d.on("FRAGMENT_SPREAD", "INLINE_FRAGMENT") }),
	"__Directive.onField":      of(func(d *directiveDef) any { return d.on("FIELD") }),
}

// of makes a field of a function of its parent.
func of[P any](read func(P) any) Field {
	return Field{Resolve: func(_ *Exec, parent any, _ Args) (any, error) { return read(parent.(P)), nil }}
}

// ofType makes a field of __Type. A list or a non-null has no definition.
func ofType(read func(*view, *typeRef, *typeDef) any) Field {
	return Field{Resolve: func(x *Exec, parent any, _ Args) (any, error) {
		t, d := parent.(*typeRef), (*typeDef)(nil)
		if t.NamedType != "" && !t.NonNull {
			d = x.run.view.types[t.NamedType]
		}
		return read(x.run.view, t, d), nil
	}}
}

// ofNamed makes a field of __Type that is null for a list and a non-null.
func ofNamed(read func(*typeDef) any) Field {
	return ofType(func(_ *view, _ *typeRef, d *typeDef) any {
		if d == nil {
			return nil
		}
		return read(d)
	})
}

// ofArgs makes a field of __Type that may leave out what is deprecated.
func ofArgs(read func(d *typeDef, deprecated bool) any) Field {
	return Field{Resolve: func(x *Exec, parent any, args Args) (any, error) {
		t := parent.(*typeRef)
		if t.NamedType == "" || t.NonNull {
			return nil, nil
		}
		return read(x.run.view.types[t.NamedType], args["includeDeprecated"] == true), nil
	}}
}

func argsOf[P any](read func(P) []*argDef) Field {
	return Field{Resolve: func(_ *Exec, parent any, args Args) (any, error) {
		return currentOf(read(parent.(P)), args["includeDeprecated"] == true, argDeprecated), nil
	}}
}

func argDeprecated(a *argDef) bool { return a.deprecation != nil }

// currentOf are those that are not deprecated, or all.
func currentOf[T any](all []T, deprecated bool, is func(T) bool) []T {
	kept := []T{}
	for _, one := range all {
		if deprecated || !is(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

func fieldsOf(d *typeDef, deprecated bool) any {
	if !d.hasFields() {
		return nil
	}
	fields := currentOf(d.fields, deprecated, func(f *fieldDef) bool { return f.deprecation != nil })
	slices.SortFunc(fields, func(a, b *fieldDef) int { return cmp.Compare(a.name, b.name) })
	return fields
}

func inputsOf(d *typeDef, deprecated bool) any {
	if d.kind != kindInputObject {
		return nil
	}
	return currentOf(d.inputs, deprecated, argDeprecated)
}

func valuesOf(d *typeDef, deprecated bool) any {
	if d.kind != kindEnum {
		return nil
	}
	return currentOf(d.values, deprecated, func(e *enumValue) bool { return e.deprecation != nil })
}

func interfacesOf(d *typeDef) any {
	if !d.hasFields() {
		return nil
	}
	return refs(d.interfaces)
}

func possibleOf(d *typeDef) any {
	if !d.abstract() {
		return nil
	}
	return refs(d.possible)
}

func kindOf(t *typeRef, d *typeDef) string {
	switch {
	case t.NonNull:
		return "NON_NULL"
	case t.Elem != nil:
		return "LIST"
	}
	return string(d.kind)
}

// unwrapped is what is in a non-null or a list.
func unwrapped(t *typeRef) any {
	switch {
	case t.NonNull:
		inner := *t
		inner.NonNull = false
		return &inner
	case t.Elem != nil:
		return t.Elem
	}
	return nil
}

func rootRef(d *typeDef) any {
	if d == nil {
		return nil
	}
	return &typeRef{NamedType: d.name}
}

func refs(all []*typeDef) []*typeRef {
	list := make([]*typeRef, len(all))
	for i, d := range all {
		list[i] = &typeRef{NamedType: d.name}
	}
	return list
}

func byKey[V any](all map[string]V) []V {
	list := make([]V, 0, len(all))
	for _, name := range sortedKeys(all) {
		list = append(list, all[name])
	}
	return list
}

// text is null if it is empty: the schema's text cannot tell an empty description from none.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (d *directiveDef) on(locations ...ast.DirectiveLocation) bool {
	return slices.ContainsFunc(locations, func(l ast.DirectiveLocation) bool { return slices.Contains(d.locations, l) })
}

// initialOf is the default as a literal (lib/graphql/introspection/input_value_type.rb).
func initialOf(a *argDef) any {
	if a.initial == nil {
		return nil
	}
	if _, ok := a.initial.([]any); !ok && a.typ.Elem != nil && a.initial != (nullLiteral{}) {
		return "[" + printLiteral(a.initial) + "]"
	}
	return printLiteral(a.initial)
}
