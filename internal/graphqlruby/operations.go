package graphqlruby

// Chosen is the operation of a document that Run would run, by its name or nil, whether that is valid or not. It is
// false if there is none, or if the document cannot be parsed.
func Chosen(query string, name *string) (Operation, bool) {
	doc, err := parse(query)
	if err != nil {
		return Operation{}, false
	}
	o := doc.chosen(name)
	if o == nil {
		return Operation{}, false
	}
	w := rootWalk{fragments: doc.fragmentsByName(), spread: map[string]bool{}, known: map[string]bool{}}
	w.walk(o.selections)
	return Operation{Kind: o.kind, Name: o.name, Fields: w.names}, true
}

// rootWalk gathers the fields of an operation's root, each fragment once.
type rootWalk struct {
	fragments     map[string]*fragment
	spread, known map[string]bool
	names         []string
}

func (w *rootWalk) walk(all []selection) {
	for _, s := range all {
		switch s := s.(type) {
		case *field:
			if !w.known[s.name] {
				w.known[s.name] = true
				w.names = append(w.names, s.name)
			}
		case *inline:
			w.walk(s.selections)
		case *spread:
			if f := w.fragments[s.name]; f != nil && !w.spread[s.name] {
				w.spread[s.name] = true
				w.walk(f.selections)
			}
		}
	}
}
