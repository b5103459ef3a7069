package graphqlruby

// Bindings tell a schema how its fields are read, its scalars spoken and its abstract types told apart.
type Bindings struct {
	// Fields are by the type's name and the field's, as "CiRunner.jobs". A field without a row is taken from its parent:
	// a map[string]any is asked by name, anything else must be a FieldValuer. The fields of the root types need a row.
	Fields map[string]Field
	// Scalars are by name. A scalar without a row takes any value and shows it as it is; the five of the specification
	// (Int, Float, String, Boolean, ID) are known.
	Scalars map[string]Scalar
	// TypeOf names the object type of a value whose declared type is an interface or a union. It is not needed if the
	// schema has neither.
	TypeOf func(value any) string
	// Authorized is asked of every object that an answer is to show, by the name of its type, before its fields are read.
	// "" shows it; anything else is a note of why it is null. Nil shows everything.
	Authorized func(context any, typeName string, value any) (why string)
	// Analyzers are asked of each document that is valid, in this order, before it is run. Each call makes a new one.
	Analyzers []func() Analyzer
}

// Analyzer looks at a valid document before it is run, as a query analyzer of graphql-ruby: at every field of the
// chosen operation, through fragments, in the order of the document.
type Analyzer interface {
	// Enter and Leave are called around the fields below.
	Enter(AnalyzedField)
	Leave(AnalyzedField)
	// Result is nil, or why the document is refused.
	Result() *Error
}

// AnalyzedField is one field of a document, as an Analyzer sees it.
type AnalyzedField struct {
	Name string
	// Selections says that fields are asked for below it, Skipped that @skip or @include leave it out.
	Selections, Skipped bool
}

// FieldValuer is a parent that reads its own fields. It says false for a field that it does not know, which is a bug of
// the caller's (Result.Bug).
type FieldValuer interface {
	FieldValue(name string) (any, bool)
}

// Field is how a field is resolved, and what it costs.
type Field struct {
	// Resolve gives the field's value: nil is null; a list is any slice; an object whatever its fields are read from. An
	// *Error is shown to the client, with the field as null. Any other error is a bug (Result.Bug). When Resolve is nil
	// the field is taken from its parent, as one without a row.
	Resolve func(x *Exec, parent any, args Args) (any, error)
	// Cost is what the field adds to the query's complexity, given what the fields below it cost together. Nil is the
	// plain rule: 1 and the children.
	Cost func(args Args, children int) int
}

// Scalar is how a scalar type reads and shows its values.
type Scalar struct {
	// ParseInput turns a literal or the value of a variable (string, bool, int64, float64, []any, map[string]any; an
	// enum's literal comes as an EnumLiteral) into what a resolver gets. The text of its error is shown to the client,
	// as that of a GraphQL::CoercionError; nil and no error says that the value is refused without a text of the
	// scalar's own. It is never asked for null.
	ParseInput func(value any) (any, error)
	// Output turns what a resolver gave into what is shown. It is never asked for nil. An error that it gives is a bug
	// (Result.Bug).
	Output func(value any) any
}

// EnumLiteral is a bare word of a document where a scalar was expected.
type EnumLiteral string

// Args are the arguments of a field as declared: coerced, with defaults, and without those that neither were given nor
// have a default. Null is nil. An enum is its name as a string, Int an int, a list []any, an input object Args.
type Args map[string]any

// Error is an error that the client sees. A resolver returns a pointer to it.
type Error struct {
	// Message is shown as it is.
	Message string
	// Extensions are shown if there are any.
	Extensions map[string]any
}

// Error is the message.
func (e *Error) Error() string { return e.Message }

// Request is one document with what is to be made of it.
type Request struct {
	// Query is the document. An empty one is answered with a parse error.
	Query string
	// OperationName chooses among several operations. Nil is none; an empty one is a name, which no operation has.
	OperationName *string
	// Variables are values as encoding/json decodes them, numbers as float64, json.Number or an integer type. A
	// json.Number keeps 1.0 from being taken for the whole number 1, and a long one exact. In what order a client sent
	// the keys of an object is lost: what is wrong with several is listed in the order of the schema.
	Variables map[string]any
	// RemoveDeprecated takes everything deprecated out of the schema for this request.
	RemoveDeprecated bool
	// Suggest adds to an unknown name what may have been meant, as graphql-ruby does from 2.4 on.
	Suggest bool
}

// Limits are what a request may ask for. A zero is no limit.
type Limits struct {
	// Depth is how deep fields may be nested.
	Depth int
	// Complexity is the highest sum of costs of one document, and of all documents that RunAll runs together.
	Complexity int
}

// Operation is what a document asks for, without looking at any schema.
type Operation struct {
	// Kind is query, mutation or subscription.
	Kind string
	// Name is empty for an anonymous operation.
	Name string
	// Fields are the names of the root fields in their order, each once, through fragments, without aliases.
	Fields []string
}

// UnknownField is a field of a document that its type has not, or an argument that a field or an input type has not.
type UnknownField struct {
	// Field is "" where an input type has not the argument.
	Type, Field string
	// Argument is "" where it is the field that is not there.
	Argument string
	// Path is where it was asked for, as in the error.
	Path []any
}

// Note is what a resolver had to say of a field, for whoever records the request; the client never sees it.
type Note struct {
	Path []any
	Text string
}
