package graphqlruby

// Kinds of tokens in the order in which the parser's errors list them.
const (
	schemaKinds    = "SCHEMA, SCALAR, TYPE, ENUM, INPUT, UNION, INTERFACE"
	operationKinds = "QUERY, MUTATION, SUBSCRIPTION"
)

// schemaDefinition passes over the definition of a type, a directive or a schema. Validation refuses any, but only if
// it can be parsed.
func (p *parser) schemaDefinition() *schemaDefinition {
	d := &schemaDefinition{at: p.at}
	extension := p.is("EXTEND")
	if extension {
		p.step()
	} else {
		p.description()
	}
	kind := p.kind
	switch kind {
	case "SCALAR", "TYPE", "INTERFACE", "UNION", "ENUM", "INPUT":
		p.step()
		p.name()
		p.typeDefinition(kind, extension)
	case "SCHEMA":
		p.step()
		p.directives()
		if !extension || p.is(tokOpenCurly) {
			p.roots()
		}
	case "DIRECTIVE":
		if extension {
			p.expectOneOf(schemaKinds)
		}
		p.step()
		p.directiveDefinition()
	default:
		p.expectOneOf(schemaKinds)
	}
	return d
}

func (p *parser) description() {
	if p.is(tokString) {
		p.stringValue()
		p.step()
	}
}

func (p *parser) typeDefinition(kind token, extension bool) {
	if kind == "INTERFACE" && extension {
		p.directives()
		p.implemented()
	} else {
		if kind == "TYPE" || kind == "INTERFACE" {
			p.implemented()
		}
		p.directives()
	}
	switch {
	case kind == "UNION":
		p.members()
	case kind == "ENUM":
		p.block(p.enumDefinition)
	case kind == "INPUT":
		p.block(p.inputDefinition)
	case kind == "INTERFACE" && !extension && !p.is(tokOpenCurly):
		p.expect(tokOpenCurly)
	case kind != "SCALAR":
		p.block(p.fieldDefinition)
	}
}

// block takes definitions in braces, if there are braces.
func (p *parser) block(one func()) { p.between(tokOpenCurly, tokCloseCurly, one) }

func (p *parser) between(open, end token, one func()) {
	if !p.is(open) {
		return
	}
	p.step()
	for !p.is(end) {
		one()
	}
	p.step()
}

func (p *parser) roots() {
	p.expect(tokOpenCurly)
	for !p.is(tokCloseCurly) {
		switch p.kind {
		case "QUERY", "MUTATION", "SUBSCRIPTION":
			p.step()
			p.expect(tokColon)
			p.name()
		default:
			p.expectOneOf(operationKinds)
		}
	}
	p.step()
}

func (p *parser) directiveDefinition() {
	p.expect(tokAt)
	p.name()
	p.between(tokOpenParen, tokCloseParen, p.inputDefinition)
	if p.is("REPEATABLE") {
		p.step()
	}
	p.expect("ON")
	p.name()
	p.piped()
}

// piped takes names with a bar before each.
func (p *parser) piped() {
	for p.is("PIPE") {
		p.step()
		p.name()
	}
}

func (p *parser) members() {
	if !p.is(tokEquals) {
		return
	}
	p.step()
	if p.is("PIPE") {
		p.step()
	}
	p.name()
	p.piped()
}

func (p *parser) implemented() {
	if !p.is("IMPLEMENTS") {
		return
	}
	p.step()
	for {
		if p.is("AMP") {
			p.step()
		}
		if !p.is(tokName) {
			return
		}
		p.step()
	}
}

func (p *parser) enumDefinition() {
	p.description()
	if p.is("TRUE") || p.is("FALSE") || p.is("NULL") {
		p.expect(tokName)
	}
	p.name()
	p.directives()
}

func (p *parser) fieldDefinition() {
	p.description()
	p.name()
	p.between(tokOpenParen, tokCloseParen, p.inputDefinition)
	p.expect(tokColon)
	p.typeReference()
	p.directives()
}

func (p *parser) inputDefinition() {
	p.description()
	p.name()
	p.expect(tokColon)
	p.typeReference()
	if p.is(tokEquals) {
		p.step()
		p.literal()
	}
	p.directives()
}
