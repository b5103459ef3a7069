package graphqlruby

// verdict is what LiteralValidator says of a literal: it is valid, or refused with or without problems.
type verdict struct {
	refused  bool
	problems []problem
}

var (
	fine    = verdict{}
	refused = verdict{refused: true}
)

func judged(all []problem) verdict { return verdict{refused: all != nil, problems: all} }

// checkLiteral says whether a literal fits a type (lib/graphql/static_validation/literal_validator.rb). The first thing
// that does not fit is the answer. A type of nil is that of an argument which is not there.
func (v *view) checkLiteral(t *typeRef, value any) verdict {
	if t == nil {
		return refused
	}
	if value == (nullLiteral{}) {
		return verdict{refused: t.NonNull}
	}
	if t.Elem != nil {
		for _, item := range asList(value) {
			if said := v.checkLiteral(t.Elem, item); said.refused {
				return said
			}
		}
		return fine
	}
	if _, ok := value.(*variableUse); ok {
		return fine
	}
	d := v.named(t)
	object, isObject := value.(*objectLiteral)
	switch {
	case d == nil:
		return refused
	case d.kind == kindScalar && constant(value):
		return judged(d.checkScalar(scalarInput(value)))
	case d.kind == kindEnum:
		if word, ok := value.(EnumLiteral); ok {
			return judged(d.checkEnum(string(word)))
		}
	case d.kind == kindInputObject && isObject:
		return v.checkObjectLiteral(d, object)
	}
	return refused
}

func (v *view) checkObjectLiteral(t *typeDef, o *objectLiteral) verdict {
	for _, a := range t.inputs {
		if a.required() && argumentNamed(o.fields, a.name) == nil {
			return refused
		}
	}
	if t.oneOf && len(o.fields) != 1 {
		return judged(problems(textOneOfLiteral, t.name, len(o.fields)))
	}
	for _, given := range o.fields {
		var typ *typeRef
		if a := t.arg(given.name); a != nil {
			typ = a.typ
		}
		if said := v.checkLiteral(typ, given.value); said.refused {
			return said
		}
	}
	return fine
}

func argumentNamed(all []*argument, name string) *argument {
	for _, a := range all {
		if a.name == name {
			return a
		}
	}
	return nil
}

// constant says that no variable is in a value.
func constant(value any) bool {
	switch v := value.(type) {
	case *variableUse:
		return false
	case []any:
		for _, item := range v {
			if !constant(item) {
				return false
			}
		}
	case *objectLiteral:
		for _, a := range v.fields {
			if !constant(a.value) {
				return false
			}
		}
	}
	return true
}

// scalarInput is a constant literal as a scalar gets it.
func scalarInput(value any) any {
	switch v := value.(type) {
	case nullLiteral:
		return nil
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = scalarInput(item)
		}
		return list
	case *objectLiteral:
		object := map[string]any{}
		for _, a := range v.fields {
			object[a.name] = scalarInput(a.value)
		}
		return object
	}
	return value
}
