package graphqlruby

// Exec is where a resolver is: which request, which field of it, and what is asked for below.
type Exec struct {
	// Context is what the caller passed to Run.
	Context any
	// Type is the object type that the field is of, Field its name, Key the alias or else the name.
	Type, Field, Key string
	// Limits are what the request may ask for, Complexity and Depth what it does ask for.
	Limits            Limits
	Complexity, Depth int
}

// Path is where the field stands in the answer: keys, and the places in lists. It is the caller's.
func (x *Exec) Path() []any { return nil }

// Parents are the objects on the way to the field, the nearest first; that which the field is of is the first.
func (x *Exec) Parents() []any { return nil }

// Selects says whether a field is asked for below this one: Selects("nodes", "jobs") is nodes { jobs }. Fragments and
// aliases are looked through, and what @skip and @include leave out is not there. It is false for a scalar.
func (x *Exec) Selects(path ...string) bool { return false }

// Note records what the caller of Run is to know of this field, such as why it is null.
func (x *Exec) Note(text string) {}

// AddError shows an error at this field beside its value, which a returned *Error would take away.
func (x *Exec) AddError(e *Error) {}
