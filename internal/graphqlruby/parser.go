package graphqlruby

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
)

// deepest is how deep selections and values may be nested. graphql-ruby refuses with the same text what overflows
// Ruby's stack; that happens to its validation, with some dozen frames a level, at about this depth.
const deepest = 800

// parser reads a document in the way of lib/graphql/language/parser.rb: in its order, so that the first thing that it
// cannot use is the same. An error is raised as a *parseError, which parse catches.
type parser struct {
	lexer
	kind  token // of the current token
	depth int
}

// parse reads a document.
func parse(text string) (doc *document, refused *parseError) {
	if !utf8.ValidString(text) {
		return nil, &parseError{message: textBadUnicode}
	}
	defer func() {
		switch raised := recover().(type) {
		case nil:
		case *parseError:
			doc, refused = nil, raised
		default:
			panic(raised)
		}
	}()
	p := &parser{lexer: lexer{text: text}}
	p.step()
	if p.kind == tokEnd {
		return nil, &parseError{message: textEndOfDocument}
	}
	doc = &document{text: text}
	for p.kind != tokEnd {
		p.definition(doc)
	}
	return doc, nil
}

func (p *parser) step() { p.kind = p.advance() }

func (p *parser) is(kind token) bool { return p.kind == kind }

// expect takes the token if it is of a kind.
func (p *parser) expect(kind token) {
	if p.kind != kind {
		p.refuse(fmt.Sprintf(textExpected, kind, orElse(string(p.kind), nothingHere), inspect(p.shown(p.kind))))
	}
	p.step()
}

func (p *parser) expectOneOf(kinds string) {
	p.refuse(fmt.Sprintf(textExpectedOne, kinds, orElse(string(p.kind), nothingOfMany), inspect(p.shown(p.kind))))
}

func (p *parser) refuse(message string) {
	line, column := p.place()
	p.fail(fmt.Sprintf(textParsePlace, message, line, column))
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// deeper counts a level of nesting; the function that it returns ends it.
func (p *parser) deeper() func() {
	p.depth++
	if p.depth > deepest {
		panic(&parseError{message: textTooLarge})
	}
	return func() { p.depth-- }
}

func (p *parser) definition(doc *document) {
	switch p.kind {
	case "FRAGMENT":
		f := p.fragment()
		doc.fragments = append(doc.fragments, f)
		doc.definitions = append(doc.definitions, f)
	case "QUERY", "MUTATION", "SUBSCRIPTION", tokOpenCurly:
		o := p.operation()
		doc.operations = append(doc.operations, o)
		doc.definitions = append(doc.definitions, o)
	default:
		doc.definitions = append(doc.definitions, p.schemaDefinition())
	}
}

func (p *parser) fragment() *fragment {
	f := &fragment{at: p.at}
	p.step()
	if !p.is("ON") {
		f.name, f.named = p.name(), true
	}
	p.expect("ON")
	f.on = p.name()
	f.directives = p.directives()
	f.selections = p.selectionSet()
	return f
}

func (p *parser) operation() *operation {
	o := &operation{at: p.at, kind: "query"}
	if !p.is(tokOpenCurly) {
		o.kind = strings.ToLower(string(p.kind))
		p.step()
	}
	if !p.is(tokOpenParen) && !p.is(tokOpenCurly) && !p.is(tokAt) {
		o.name, o.named = p.name(), true
	}
	if p.is(tokOpenParen) {
		p.step()
		for !p.is(tokCloseParen) {
			o.variables = append(o.variables, p.variable())
		}
		p.step()
	}
	o.directives = p.directives()
	o.selections = p.selectionSet()
	return o
}

func (p *parser) variable() *variable {
	v := &variable{at: p.at}
	p.expect(tokDollar)
	v.name = p.name()
	p.expect(tokColon)
	v.typ = p.typeReference()
	if v.typ == nil {
		p.refuse(fmt.Sprintf(textNoType, v.name))
	}
	if p.is(tokEquals) {
		p.step()
		v.initial = p.literal()
	}
	v.directives = p.directives()
	return v
}

// typeReference is nil if there is none. A list of nothing is none, too, and takes its brackets.
func (p *parser) typeReference() *ast.Type {
	defer p.deeper()()
	var t *ast.Type
	switch p.kind {
	case tokName:
		t = &ast.Type{NamedType: p.name()}
	case tokOpenList:
		p.step()
		inner := p.typeReference()
		if inner != nil {
			t = &ast.Type{Elem: inner}
		}
		p.expect(tokCloseList)
	}
	if t != nil && p.is(tokBang) {
		t.NonNull = true
		p.step()
	}
	return t
}

func (p *parser) selectionSet() []selection {
	defer p.deeper()()
	p.expect(tokOpenCurly)
	var all []selection
	for !p.is(tokCloseCurly) {
		if p.is(tokEllipsis) {
			all = append(all, p.spreadOrInline())
		} else {
			all = append(all, p.field())
		}
	}
	p.step()
	return all
}

func (p *parser) spreadOrInline() selection {
	at := p.at
	p.step()
	switch p.kind {
	case "ON", tokAt, tokOpenCurly:
		f := &inline{at: at}
		if p.is("ON") {
			p.step()
			f.on = p.name()
		}
		f.directives = p.directives()
		f.selections = p.selectionSet()
		return f
	}
	s := &spread{at: at, name: p.name()}
	s.directives = p.directives()
	return s
}

func (p *parser) field() *field {
	f := &field{at: p.at}
	f.name = p.name()
	if p.is(tokColon) {
		p.step()
		f.alias, f.name = f.name, p.name()
	}
	f.arguments = p.arguments()
	f.directives = p.directives()
	if p.is(tokOpenCurly) {
		f.selections = p.selectionSet()
	}
	return f
}

// name takes an identifier or a keyword, which may be a name anywhere.
func (p *parser) name() string {
	if !p.is(tokName) && !isKeyword(p.kind) {
		p.expect("NAME")
	}
	word := p.value()
	p.step()
	return word
}

func isKeyword(kind token) bool {
	return keywords[strings.ToLower(string(kind))] == kind && kind != tokEnd
}

func (p *parser) directives() []*directive {
	var all []*directive
	for p.is(tokAt) {
		d := &directive{at: p.at}
		p.step()
		d.name = p.name()
		d.arguments = p.arguments()
		all = append(all, d)
	}
	return all
}

func (p *parser) arguments() []*argument {
	if !p.is(tokOpenParen) {
		return nil
	}
	p.step()
	all := p.pairs(tokCloseParen)
	if len(all) == 0 {
		p.expect("ARGUMENT_NAME")
	}
	p.step()
	return all
}

// pairs are names with values up to a token.
func (p *parser) pairs(end token) []*argument {
	var all []*argument
	for !p.is(end) {
		a := &argument{at: p.at}
		a.name = p.name()
		p.expect(tokColon)
		a.value = p.literal()
		all = append(all, a)
	}
	return all
}
