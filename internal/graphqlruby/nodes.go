package graphqlruby

import "github.com/vektah/gqlparser/v2/ast"

// document is a parsed document. Places are offsets in its text; at what line and column they are is worked out only
// for the few that an error names.
type document struct {
	text       string
	operations []*operation
	fragments  []*fragment
	// definitions are all of them in their order: *operation, *fragment, and *schemaDefinition, which may not be there.
	definitions []any
}

type operation struct {
	at         int
	kind       string
	name       string
	named      bool
	variables  []*variable
	directives []*directive
	selections []selection
}

type variable struct {
	at         int
	name       string
	typ        *ast.Type
	initial    any // nil if there is none: a null is a nullLiteral
	directives []*directive
}

type fragment struct {
	at         int
	name       string
	named      bool
	on         string
	directives []*directive
	selections []selection
}

// schemaDefinition is a type, a directive or an extension in a document: legal to parse, refused by validation.
type schemaDefinition struct{ at int }

// selection is a *field, an *inline or a *spread.
type selection any

type field struct {
	at          int
	alias, name string
	arguments   []*argument
	directives  []*directive
	selections  []selection
}

type inline struct {
	at         int
	on         string // empty if it names no type
	directives []*directive
	selections []selection
}

type spread struct {
	at         int
	name       string
	directives []*directive
}

// key is the name of the field in the answer.
func (f *field) key() string {
	if f.alias != "" {
		return f.alias
	}
	return f.name
}

type directive struct {
	at        int
	name      string
	arguments []*argument
}

// argument is one of a field or a directive, or a field of an object literal. Its value is a string, a bool, an int64,
// a float64, a json.Number for what does not fit, an EnumLiteral, a nullLiteral, an *objectLiteral, a *variableUse, or
// a []any of those.
type argument struct {
	at    int
	name  string
	value any
}

type nullLiteral struct{}

type objectLiteral struct {
	at     int
	fields []*argument
}

type variableUse struct {
	at   int
	name string
}

// nodesIn are the values that are nodes of their own in graphql-ruby, lists flattened: all but plain scalars
// (lib/graphql/language/nodes.rb, Argument#children).
func nodesIn(value any) []any {
	switch v := value.(type) {
	case []any:
		var all []any
		for _, item := range v {
			all = append(all, nodesIn(item)...)
		}
		return all
	case *variableUse, *objectLiteral, EnumLiteral, nullLiteral:
		return []any{v}
	}
	return nil
}
