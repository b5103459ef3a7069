package graphqlruby

import (
	"bytes"
	"encoding/json"
)

// Result is the answer to one request.
type Result struct {
	// Kind and Name are of the operation that was chosen; Kind is empty if none could be.
	Kind, Name string
	// Executed is false for a document that was refused: its answer has no data.
	Executed bool
	// Data is what was asked for; nil if a null had to take all of it, or if nothing was executed.
	Data *Object
	// Errors are in the order in which they are shown.
	Errors []ResultError
	// Unknown are the fields that the document asked for and the schema has not.
	Unknown []UnknownField
	// Notes are those of the resolvers, in the order in which they were made.
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
	// Locations are in the document. Nil is not shown, an empty list is.
	Locations []Location
	// Path is not shown if it is nil.
	Path []any
	// Extensions are not shown if there are none.
	Extensions map[string]any
}

// Location is a place in a document; both count from one.
type Location struct {
	Line   int `json:"line"`
	Column int `json:"column"`
}

// MarshalJSON shows the errors, if any, and then the data, if the document was executed.
func (r Result) MarshalJSON() ([]byte, error) {
	o := &Object{values: map[string]any{}}
	if len(r.Errors) > 0 {
		o.put("errors", r.Errors)
	}
	if r.Executed {
		o.put("data", r.Data)
	}
	return o.MarshalJSON()
}

// MarshalJSON shows message, locations, path and extensions, in this order.
func (e ResultError) MarshalJSON() ([]byte, error) {
	o := &Object{values: map[string]any{}}
	o.put("message", e.Message)
	if e.Locations != nil {
		o.put("locations", e.Locations)
	}
	if e.Path != nil {
		o.put("path", e.Path)
	}
	if len(e.Extensions) > 0 {
		o.put("extensions", e.Extensions)
	}
	return o.MarshalJSON()
}

// Object is an object of the answer, with its keys in the order in which they were asked for.
type Object struct {
	keys   []string
	values map[string]any
	place  *place
}

// list is a list of the answer; what is in it may still be worked on.
type list struct{ place *place }

func (o *Object) put(key string, value any) {
	o.keys = append(o.keys, key)
	o.values[key] = value
}

// MarshalJSON shows the keys in their order.
func (o *Object) MarshalJSON() ([]byte, error) {
	if o == nil {
		return []byte("null"), nil
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, key := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := marshal(key)
		if err != nil {
			return nil, err
		}
		value, err := marshal(o.values[key])
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// MarshalJSON shows the items.
func (l *list) MarshalJSON() ([]byte, error) { return marshal(l.place.list) }

// marshal is json.Marshal without escapes that no Ruby makes.
func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// location is the line and column of a node (Parser#line_at, #column_at). The gem compares the place, which is one in
// bytes, with those of line breaks in characters; and on the last line of a document that does not end in a line break
// it counts the column from the beginning of the document.
func (doc *document) location(at int) Location {
	line, before, character := 1, -1, 0
	for _, r := range doc.text {
		if r == '\n' {
			if character >= at {
				return Location{Line: line, Column: at - before}
			}
			line, before = line+1, character
		}
		character++
	}
	return Location{Line: line, Column: at + 1}
}

func (e *parseError) shown() ResultError {
	shown := ResultError{Message: e.message, Locations: []Location{}}
	if e.line > 0 {
		shown.Locations = append(shown.Locations, Location{Line: e.line, Column: e.column})
	}
	return shown
}

func (doc *document) shown(e *documentError) ResultError {
	shown := ResultError{Message: e.message, Locations: []Location{}, Path: e.path, Extensions: e.extensions}
	for _, at := range e.at {
		shown.Locations = append(shown.Locations, doc.location(at))
	}
	return shown
}

func (doc *document) shownVariable(e *variableError) ResultError {
	shown := ResultError{Message: e.message, Extensions: map[string]any{"value": e.value, "problems": e.problems}}
	if e.declared != nil {
		shown.Locations = []Location{doc.location(e.declared.at)}
	}
	return shown
}
