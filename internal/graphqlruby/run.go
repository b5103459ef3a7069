package graphqlruby

import (
	"fmt"
	"slices"
)

// prepared is a request on its way to be run.
type prepared struct {
	request   Request
	view      *view
	doc       *document
	fragments map[string]*fragment
	operation *operation
	values    variables
	result    Result

	// What it is refused for, in the order in which it is shown (Query#static_errors).
	invalid, tooMuch, unparsed []ResultError
}

func (p *prepared) refused() bool {
	return p.operation == nil || p.invalid != nil || p.tooMuch != nil || p.unparsed != nil
}

// finish runs what is not refused.
func (p *prepared) finish(s *Schema, context any, l Limits) Result {
	p.result.Errors = slices.Concat(p.invalid, p.tooMuch, p.unparsed)
	if !p.refused() {
		p.execute(s, context, l)
	}
	return p.result
}

// Run answers one request. The context is handed to the resolvers as it is. It never panics on what a client sent.
func (s *Schema) Run(context any, r Request, l Limits) Result {
	p := s.prepare(r)
	s.analyze(p, l)
	return p.finish(s, context, l)
}

// RunAll answers several requests that came together: all are looked at before the first is run, and the sum of their
// complexities is held to the limit as well, as Schema.multiplex does.
func (s *Schema) RunAll(context any, requests []Request, l Limits) []Result {
	all := make([]*prepared, len(requests))
	sum := 0
	for i, r := range requests {
		all[i] = s.prepare(r)
		s.analyze(all[i], l)
		sum += all[i].result.Complexity
	}
	results := make([]Result, len(requests))
	for i, p := range all {
		p.tooMuch = append(messages(l.checkComplexity(sum)), p.tooMuch...)
		results[i] = p.finish(s, context, l)
	}
	return results
}

func messages(all []*Error) []ResultError {
	var shown []ResultError
	for _, e := range all {
		shown = append(shown, ResultError{Message: e.Message, Extensions: e.Extensions})
	}
	return shown
}

// prepare parses and validates a request (lib/graphql/query/validation_pipeline.rb): what stops it is in its errors.
func (s *Schema) prepare(r Request) *prepared {
	p := &prepared{request: r, view: s.whole}
	if r.RemoveDeprecated {
		p.view = s.current()
	}
	doc, err := parse(r.Query)
	if err != nil {
		p.unparsed = []ResultError{err.shown()}
		return p
	}
	p.doc, p.fragments = doc, doc.fragmentsByName()
	if p.operation = doc.chosen(r.OperationName); p.operation == nil && len(doc.operations) > 0 {
		message := textNameRequired
		if r.OperationName != nil {
			message = fmt.Sprintf(textNoOperation, *r.OperationName)
		}
		p.invalid = []ResultError{{Message: message}}
		return p
	}
	if p.operation != nil {
		p.result.Kind, p.result.Name = p.operation.kind, p.operation.name
	}
	errors, unknown := p.view.validate(doc, r.Suggest)
	p.result.Unknown = unknown
	for _, e := range errors {
		p.invalid = append(p.invalid, doc.shown(e))
	}
	if errors == nil && p.operation != nil {
		p.readVariables()
	}
	return p
}

func (p *prepared) readVariables() {
	values, errors := p.view.readVariables(p.operation, p.request.Variables)
	p.values = values
	for _, e := range errors {
		p.invalid = append(p.invalid, p.doc.shownVariable(e))
	}
}

// chosen is the operation to run: that of a name, or else the only one, or else that without a name
// (Query#find_operation). Of several with one name it is the last; validation refuses them, as it does the last kind.
func (doc *document) chosen(name *string) *operation {
	byName := map[string]*operation{}
	for _, o := range doc.operations {
		key := "named " + o.name
		if !o.named {
			key = ""
		}
		byName[key] = o
	}
	if name != nil {
		return byName["named "+*name]
	}
	if len(byName) == 1 {
		return last(doc.operations)
	}
	return byName[""]
}

// analyze counts what a valid request asks for, and refuses what is too much.
func (s *Schema) analyze(p *prepared, l Limits) {
	if p.refused() {
		return
	}
	a := &analysis{view: p.view, fragments: p.fragments, values: p.values}
	for _, make := range s.bound.Analyzers {
		a.analyzers = append(a.analyzers, make())
	}
	depth, complexity, refused := a.analyze(p.operation)
	if refused != nil {
		p.tooMuch = messages([]*Error{refused})
		return
	}
	p.result.Depth, p.result.Complexity = depth, complexity
	var errors []*Error
	for _, one := range a.analyzers {
		if e := one.Result(); e != nil {
			errors = append(errors, e)
		}
	}
	p.tooMuch = messages(append(errors, l.check(depth, complexity)...))
}
