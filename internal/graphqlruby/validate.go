package graphqlruby

import (
	"fmt"
	"slices"
	"strings"
)

// mostErrors is how many errors a document is told of (validate_max_errors).
const mostErrors = 5

// checker visits a document as graphql-ruby's does, so that the same errors come in the same order: at each node the
// rules are asked in the order of lib/graphql/static_validation/all_rules.rb, and some end the visit of what is below.
// A rule that looks at the whole document speaks at the end, the last rule first.
type checker struct {
	*view
	doc       *document
	fragments map[string]*fragment // by name; the last of a name, as in Query#fragments
	suggest   bool

	errors  []*documentError
	unknown []UnknownField

	path       []any
	types      []*typeDef
	fields     []*fieldDef
	directives []*directiveDef
	arguments  []*argDef // nil where there is no such argument

	operationNames nodesByName[*operation]
	fragmentNames  nodesByName[*fragment]
	undefined      map[string]*documentError     // directives
	twice          map[*directive]*documentError // directives, by the first
	schemaNodes    []int
	spreads        []spreadInScope
	declared       map[string]*variable
	usages         []*variableScope
	dependencies   dependencies
	merge          merging
	fragmentPaths  map[*fragment][]any // of those that were visited
}

// documentError is an error of a document, before its places are worked out.
type documentError struct {
	message    string
	path       []any
	at         []int
	extensions map[string]any
}

// stopValidation is raised when there are enough errors.
type stopValidation struct{}

// nodesByName keeps the order in which names are first seen.
type nodesByName[N any] struct {
	names []string
	nodes map[string][]N
}

func (n *nodesByName[N]) add(name string, node N) {
	if n.nodes == nil {
		n.nodes = map[string][]N{}
	}
	if n.nodes[name] == nil {
		n.names = append(n.names, name)
	}
	n.nodes[name] = append(n.nodes[name], node)
}

// validate finds what is wrong with a document.
func (v *view) validate(doc *document, suggest bool) (errors []*documentError, unknown []UnknownField) {
	c := &checker{
		view: v, doc: doc, suggest: suggest, fragments: doc.fragmentsByName(),
		undefined: map[string]*documentError{}, twice: map[*directive]*documentError{}, fragmentPaths: map[*fragment][]any{},
	}
	defer func() {
		switch raised := recover().(type) {
		case nil:
		case stopValidation:
			errors, unknown = c.errors, c.unknown
		default:
			panic(raised)
		}
	}()
	c.document()
	return c.errors, c.unknown
}

func (doc *document) fragmentsByName() map[string]*fragment {
	all := map[string]*fragment{}
	for _, f := range doc.fragments {
		all[f.name] = f
	}
	return all
}

// add keeps an error; the one that is too many ends validation (BaseVisitor#add_error).
func (c *checker) add(e *documentError) *documentError {
	if len(c.errors) >= mostErrors {
		panic(stopValidation{})
	}
	if e.path == nil {
		e.path = append([]any{}, c.path...)
	}
	c.errors = append(c.errors, e)
	return e
}

// refuse adds an error at the path of now, with a code and pairs of further extensions.
func (c *checker) refuse(code string, at []int, message string, extensions ...any) *documentError {
	return c.add(newError(nil, code, at, message, extensions...))
}

func newError(path []any, code string, at []int, message string, pairs ...any) *documentError {
	extensions := map[string]any{"code": code}
	for i := 0; i < len(pairs); i += 2 {
		extensions[pairs[i].(string)] = pairs[i+1]
	}
	return &documentError{message: message, path: path, at: at, extensions: extensions}
}

func at(place int) []int { return []int{place} }

// push goes down one step of the path; the function that it returns goes up again.
func (c *checker) push(step any) func() {
	c.path = append(c.path, step)
	return func() { c.path = c.path[:len(c.path)-1] }
}

// inside makes a type that of what is visited.
func (c *checker) inside(t *typeDef) func() {
	c.types = append(c.types, t)
	return func() { c.types = c.types[:len(c.types)-1] }
}

func last[T any](list []T) (t T) {
	if len(list) > 0 {
		return list[len(list)-1]
	}
	return t
}

// suggestion is what may have been meant instead of a name.
func (c *checker) suggestion(name string, known []string) string {
	if !c.suggest {
		return ""
	}
	return didYouMean(name, known)
}

func (c *checker) document() {
	for _, d := range c.doc.definitions {
		switch d := d.(type) {
		case *operation:
			c.operation(d)
		case *fragment:
			c.fragment(d)
		case *schemaDefinition:
			c.schemaNodes = append(c.schemaNodes, d.at)
		}
	}
	c.dependencies.resolve(c.doc)
	c.checkVariablesUsed()
	c.checkSpreads()
	c.checkFragmentsUsed()
	c.checkFragmentNames()
	c.checkOperationNames()
	if c.schemaNodes != nil {
		c.refuse("queryContainsSchemaDefinitions", c.schemaNodes, textSchemaDefinitions)
	}
}

func (c *checker) operation(o *operation) {
	root := c.root(o.kind)
	defer c.inside(root)()
	defer c.push(strings.TrimSuffix(o.kind+" "+o.name, " "))()
	c.checkDirectivesUnique(o.directives)
	c.operationNames.add(o.name, o)
	c.checkMerge(o.selections, root)
	if root != nil && !c.checkSelections(root, o.selections, operationWords(o), o.name, o.at) {
		return
	}
	c.checkVariableNames(o)
	c.enterOperation(o)
	if !c.checkRoot(o, root) {
		return
	}
	c.dependencies.current = o
	for _, one := range o.variables {
		c.variable(one)
	}
	c.directivesOf(o.directives, operationLocations[o.kind])
	c.selections(o.selections, o.at)
}

func operationWords(o *operation) string {
	if !o.named {
		return "anonymous query"
	}
	return fmt.Sprintf("%s '%s'", o.kind, o.name)
}

func (v *view) root(kind string) *typeDef {
	switch kind {
	case "mutation":
		return v.mutation
	case "subscription":
		return v.subscription
	}
	return v.query
}

func (c *checker) fragment(f *fragment) {
	t := c.view.types[f.on]
	defer c.inside(t)()
	defer c.push("fragment " + f.name)()
	c.checkDirectivesUnique(f.directives)
	c.fragmentNames.add(f.name, f)
	if !f.named {
		c.refuse("anonymousFragment", at(f.at), textFragmentUnnamed)
	}
	if !c.checkCondition(f.on, t, f.at) {
		return
	}
	c.usages = append(c.usages, &variableScope{node: f})
	c.fragmentPaths[f] = slices.Clone(c.path)
	c.dependencies.current = f
	c.directivesOf(f.directives, "FRAGMENT_DEFINITION")
	c.selections(f.selections, f.at)
}

// selections visits what is asked for by the node at a place.
func (c *checker) selections(all []selection, place int) {
	for _, s := range all {
		switch s := s.(type) {
		case *field:
			c.field(s, place)
		case *inline:
			c.inline(s)
		case *spread:
			c.spread(s)
		}
	}
}

func (c *checker) inline(f *inline) {
	parent, t, step := last(c.types), last(c.types), "..."
	if f.on != "" {
		t, step = c.view.types[f.on], "... on "+f.on
	}
	defer c.inside(t)()
	defer c.push(step)()
	c.checkDirectivesUnique(f.directives)
	if f.on != "" && !c.checkCondition(f.on, t, f.at) {
		return
	}
	c.checkSpread(parent, t, "", f.at, nil)
	c.directivesOf(f.directives, "INLINE_FRAGMENT")
	c.selections(f.selections, f.at)
}

func (c *checker) spread(s *spread) {
	defer c.push("... " + s.name)()
	c.checkDirectivesUnique(s.directives)
	c.spreads = append(c.spreads, spreadInScope{s, last(c.types), slices.Clone(c.path)})
	scope := last(c.usages)
	scope.spreads = append(scope.spreads, s.name)
	c.dependencies.add(c, s)
	c.directivesOf(s.directives, "FRAGMENT_SPREAD")
}

func (c *checker) field(f *field, askedAt int) {
	parent := last(c.types)
	d := c.view.field(parent, f.name)
	var t *typeDef
	if d != nil {
		t = c.named(d.typ)
	}
	c.fields = append(c.fields, d)
	defer func() { c.fields = c.fields[:len(c.fields)-1] }()
	defer c.inside(t)()
	defer c.push(f.key())()
	c.checkDirectivesUnique(f.directives)
	if d == nil {
		c.refuseField(f, parent, askedAt)
		return
	}
	c.checkMerge(f.selections, t)
	if !c.checkSelections(t, f.selections, fmt.Sprintf("field '%s'", f.name), f.name, f.at) {
		return
	}
	c.checkRequired(kindField, f.name, f.at, f.arguments, d.args)
	c.checkArgumentNames(f.arguments)
	for _, a := range f.arguments {
		c.argument(a, ownerOfField(f, d, parent))
	}
	c.directivesOf(f.directives, "FIELD")
	c.selections(f.selections, f.at)
}

func (c *checker) directivesOf(all []*directive, location directiveLocation) {
	for _, d := range all {
		def := c.view.directives[d.name]
		if def == nil {
			c.refuseDirective(d)
			continue
		}
		c.directives = append(c.directives, def)
		c.checkLocation(d, def, location)
		c.checkRequired(kindDirective, d.name, d.at, d.arguments, def.args)
		c.checkArgumentNames(d.arguments)
		for _, a := range d.arguments {
			c.argument(a, argumentOwner{kind: kindDirective, shown: d.name, at: d.at, args: def.args})
		}
		c.directives = c.directives[:len(c.directives)-1]
	}
}
