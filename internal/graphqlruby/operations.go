package graphqlruby

// Operations are those of a document, for a journal. The error is that of a document that cannot be parsed.
func Operations(query string) ([]Operation, error) {
	doc, err := parse(query)
	if err != nil {
		return nil, err
	}
	all := make([]Operation, len(doc.operations))
	for i, o := range doc.operations {
		w := rootWalk{fragments: doc.fragmentsByName(), spread: map[string]bool{}, known: map[string]bool{}}
		w.walk(o.selections)
		all[i] = Operation{Kind: o.kind, Name: o.name, Fields: w.names}
	}
	return all, nil
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
