package graphqlruby

import "fmt"

// mostVisits is how many nodes of a document are looked at when it is analyzed, fragments counted wherever they are
// spread. graphql-ruby stops after a time; fragments that spread each other twice would otherwise take forever.
const mostVisits = 100_000

// analysis counts the depth and the complexity of an operation (lib/graphql/analysis/*.rb).
type analysis struct {
	*view
	fragments map[string]*fragment
	values    variables
	analyzers []Analyzer
	visits    int
	depth     int
	deepest   int
}

// scope is a key of a selection with all that is asked for below it, whichever fragments that stands in
// (QueryComplexity::ScopedTypeComplexity).
type scope struct {
	node  *field // the first of the key
	def   *fieldDef
	types []*typeDef // the types that selections below are made on, in their order
	below map[*typeDef]*keys
}

// keys are the fields that are asked of one type.
type keys struct {
	names  []string
	scopes map[string]*scope
}

// tooMuch is raised when an analysis has looked at enough.
type tooMuch struct{}

// analyze gives the figures of an operation, and an error if it takes too long to find them.
func (a *analysis) analyze(o *operation) (depth, complexity int, refused *Error) {
	defer func() {
		switch raised := recover().(type) {
		case nil:
		case tooMuch:
			refused = &Error{Message: textValidationTimeout}
		default:
			panic(raised)
		}
	}()
	root := &scope{}
	a.selections(o.selections, a.root(o.kind), root, false)
	return a.deepest, a.complexity([]*scope{root}), nil
}

func (a *analysis) count() {
	if a.visits++; a.visits > mostVisits {
		panic(tooMuch{})
	}
}

func (a *analysis) selections(all []selection, t *typeDef, into *scope, skipped bool) {
	for _, s := range all {
		a.count()
		switch s := s.(type) {
		case *field:
			a.field(s, t, into, skipped || a.view.skips(s.directives, a.values))
		case *inline:
			inner := t
			if s.on != "" {
				inner = a.view.types[s.on]
			}
			a.selections(s.selections, inner, into, skipped || a.view.skips(s.directives, a.values))
		case *spread:
			f := a.fragments[s.name]
			a.selections(f.selections, a.view.types[f.on], into, skipped || a.view.skips(s.directives, a.values))
		}
	}
}

func (a *analysis) field(f *field, t *typeDef, into *scope, skipped bool) {
	def := a.view.field(t, f.name)
	seen := AnalyzedField{Name: f.name, Selections: len(f.selections) > 0, Skipped: skipped}
	for _, one := range a.analyzers {
		one.Enter(seen)
	}
	if !skipped {
		into = into.key(f, def, t)
		a.depth++
		a.deepest = max(a.deepest, a.depth)
	}
	a.selections(f.selections, a.named(def.typ), into, skipped)
	if !skipped {
		a.depth--
	}
	for _, one := range a.analyzers {
		one.Leave(seen)
	}
}

// key finds or makes the scope of a field that is asked of a type.
func (s *scope) key(f *field, def *fieldDef, t *typeDef) *scope {
	if s.below == nil {
		s.below = map[*typeDef]*keys{}
	}
	of := s.below[t]
	if of == nil {
		of = &keys{scopes: map[string]*scope{}}
		s.below[t] = of
		s.types = append(s.types, t)
	}
	one := of.scopes[f.key()]
	if one == nil {
		one = &scope{node: f, def: def}
		of.scopes[f.key()] = one
		of.names = append(of.names, f.key())
	}
	return one
}

// complexity is the most that selections may cost together: of each object type that a value may be of, what all
// selections on that type, its interfaces and unions cost (merged_max_complexity_for_scopes).
func (a *analysis) complexity(scopes []*scope) int {
	var possible []*typeDef
	known := map[*typeDef]bool{}
	learn := func(t *typeDef) {
		if !known[t] {
			known[t] = true
			possible = append(possible, t)
		}
	}
	for _, s := range scopes {
		for _, t := range s.types {
			if !t.abstract() {
				learn(t)
				continue
			}
			for _, object := range t.possible {
				learn(object)
			}
		}
	}
	most := 0
	for _, object := range possible {
		var inner []*keys
		for _, s := range scopes {
			for _, t := range s.types {
				if intersect(t, object) {
					inner = append(inner, s.below[t])
				}
			}
		}
		most = max(most, a.sum(inner))
	}
	return most
}

// sum is what all keys cost: each the most of what its fields cost (merged_max_complexity).
func (a *analysis) sum(all []*keys) int {
	total := 0
	done := map[string]bool{}
	for _, one := range all {
		for _, name := range one.names {
			if done[name] {
				continue
			}
			done[name] = true
			a.count()
			var children []*scope
			for _, other := range all {
				if s := other.scopes[name]; s != nil {
					children = append(children, s)
				}
			}
			below, most := a.complexity(children), 0
			for _, s := range children {
				most = max(most, a.cost(s, below))
			}
			total += most
		}
	}
	return total
}

// cost is that of one field (lib/graphql/schema/field.rb, calculate_complexity). Arguments that cannot be read make it
// free.
func (a *analysis) cost(s *scope, children int) int {
	if s.def.bound.Cost == nil {
		return 1 + children
	}
	args, err := a.coerce(s.def.args, a.values.plainArguments(s.node.arguments))
	if err != nil {
		return children
	}
	return s.def.bound.Cost(args, children)
}

// skips says that @skip or @include leave a node out (lib/graphql/execution/directive_checks.rb).
func (v *view) skips(all []*directive, values variables) bool {
	for _, d := range all {
		condition := argumentNamed(d.arguments, "if")
		if condition == nil {
			continue
		}
		switch value := values.plain(condition.value); d.name {
		case "skip":
			if value == true {
				return true
			}
		case "include":
			if value == false {
				return true
			}
		}
	}
	return false
}

// limits are the errors of figures that are too high.
func (l Limits) check(depth, complexity int) []*Error {
	var errors []*Error
	if l.Depth > 0 && depth > l.Depth {
		errors = append(errors, &Error{Message: fmt.Sprintf(textTooDeep, depth, l.Depth)})
	}
	return append(errors, l.checkComplexity(complexity)...)
}

func (l Limits) checkComplexity(complexity int) []*Error {
	if l.Complexity > 0 && complexity > l.Complexity {
		return []*Error{{Message: fmt.Sprintf(textTooComplex, complexity, l.Complexity)}}
	}
	return nil
}
