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

	run *run
	at  *target
}

// Document is the same for all fields of one document, and another one for each of those that run together.
func (x *Exec) Document() any { return x.run }

// Operation is the name of the operation; "" if it has none.
func (x *Exec) Operation() string { return x.run.operation.name }

// Path is where the field stands in the answer: keys as strings, and the places in lists as ints.
func (x *Exec) Path() []any { return x.at.in.path(x.at.key) }

// Parents are the objects on the way to the field, the nearest first: that which the field is of, then that which it is
// in, and so on. What the root's fields are of is nil, and not among them.
func (x *Exec) Parents() []any {
	var all []any
	for p := x.at.in; p.parent != nil; p = p.parent {
		if p.object != nil {
			all = append(all, p.value)
		}
	}
	return all
}

// Selects says whether a field is asked for below this one: Selects("nodes", "jobs") is nodes { jobs }. Fragments and
// aliases are looked through, whatever types the fragments are on, and what @skip and @include leave out is not there.
func (x *Exec) Selects(path ...string) bool {
	for _, f := range x.at.all {
		if x.run.selects(f.selections, path) {
			return true
		}
	}
	return false
}

func (r *run) selects(all []selection, path []string) bool {
	if len(path) == 0 {
		return true
	}
	for _, s := range all {
		below, left, directives := []selection(nil), path, []*directive(nil)
		switch s := s.(type) {
		case *field:
			if s.name != path[0] {
				continue
			}
			below, left, directives = s.selections, path[1:], s.directives
		case *inline:
			below, directives = s.selections, s.directives
		case *spread:
			below, directives = r.fragments[s.name].selections, s.directives
		}
		if !r.view.skips(directives, r.values) && r.selects(below, left) {
			return true
		}
	}
	return false
}

// Note records what the caller of Run is to know of this field, such as why it is null.
func (x *Exec) Note(text string) {
	x.run.result.Notes = append(x.run.result.Notes, Note{Path: x.Path(), Text: text})
}

// AddError shows an error at this field beside its value, which a returned *Error would take away.
func (x *Exec) AddError(e *Error) { x.run.show(x.at, e) }
