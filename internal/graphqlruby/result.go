package graphqlruby

// Result is the answer to one request.
type Result struct {
	// Kind and Name are of the operation that was chosen; Kind is empty if none could be.
	Kind, Name string
	// Executed is false for a document that was refused: its answer has no data.
	Executed bool
	// Data is nil or an *Object.
	Data any
	// Errors are in the order in which they are shown.
	Errors []ResultError
	// Unknown are the fields that the document asked for and the schema has not.
	Unknown []UnknownField
	// Notes are those of the resolvers.
	Notes []Note
	// Complexity and Depth are what the document asked for; zero if it was refused before they were counted.
	Complexity, Depth int
	// Bug is an error of the caller's code: a resolver failed with something that is no *Error, or a field could not be
	// read. Nothing else of the result is then to be shown.
	Bug error
}

// ResultError is one error as it is shown.
type ResultError struct {
	Message string
	// Locations are in the document; empty is shown as an empty list for parse errors without one.
	Locations []Location
	// Path is nil where none is shown.
	Path       []any
	Extensions map[string]any
}

// Location is a place in a document; both count from one.
type Location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}
