package graphqlruby

import (
	"fmt"
	"slices"
)

// variableScope is what an operation or a fragment does with variables (VariablesAreUsedAndDefined).
type variableScope struct {
	node    any // *operation or *fragment
	names   []string
	uses    map[string]*usage
	spreads []string
}

type usage struct {
	declared *operation
	usedBy   any // *operation or *fragment; nil if it is not used
	at       int
	path     []any
}

func (s *variableScope) of(name string) *usage {
	if s.uses == nil {
		s.uses = map[string]*usage{}
	}
	u := s.uses[name]
	if u == nil {
		u = &usage{}
		s.uses[name] = u
		s.names = append(s.names, name)
	}
	return u
}

func (s *variableScope) use(v *variableUse, path []any) {
	u := s.of(v.name)
	u.usedBy, u.at, u.path = s.node, v.at, slices.Clone(path)
}

// enterOperation opens an operation's scope, with what it declares. What is declared stays known until the next
// operation: graphql-ruby looks at the variables of fragments in the light of the operation before them.
func (c *checker) enterOperation(o *operation) {
	scope := &variableScope{node: o}
	c.declared = map[string]*variable{}
	for _, v := range o.variables {
		u := scope.of(v.name)
		u.declared, u.path = o, slices.Clone(c.path)
		c.declared[v.name] = v
	}
	c.usages = append(c.usages, scope)
}

// checkVariableNames is the rule VariableNamesAreUnique.
func (c *checker) checkVariableNames(o *operation) {
	var names nodesByName[int]
	for _, v := range o.variables {
		names.add(v.name, v.at)
	}
	for _, name := range names.names {
		if places := names.nodes[name]; len(places) > 1 {
			c.refuse("variableNotUnique", places, fmt.Sprintf(textVariableTwice, name), "variableName", name)
		}
	}
}

// variable is the rules VariablesAreInputTypes and VariableDefaultValuesAreCorrectlyTyped.
func (c *checker) variable(v *variable) {
	name := v.typ.Name()
	t := c.view.types[name]
	switch {
	case t == nil:
		known := c.typeNames((*typeDef).input)
		c.refuse("variableRequiresValidType", at(v.at),
			fmt.Sprintf(textVariableTypeMissing, name, v.name, c.suggestion(name, known)),
			"typeName", name, "variableName", v.name)
	case !t.input():
		c.refuse("variableRequiresValidType", at(v.at), fmt.Sprintf(textVariableTypeOutput, name, v.name),
			"typeName", name, "variableName", v.name)
	}
	if v.initial != nil && t != nil {
		c.checkDefault(v)
	}
	c.directivesOf(v.directives, "VARIABLE_DEFINITION")
}

func (c *checker) checkDefault(v *variable) {
	said := c.checkLiteral(v.typ, v.initial)
	if !said.refused {
		return
	}
	message := fmt.Sprintf(textVariableDefault, v.name, v.typ)
	if len(said.problems) > 0 {
		message = said.problems[0].Explanation
	}
	c.refuse("defaultValueInvalidType", at(v.at), message, "variableName", v.name, "typeName", v.typ.String())
}

// checkUsages is the rule VariableUsagesAreAllowed: for a variable that is the value, or an item of a list that is.
func (c *checker) checkUsages(a *argument, def *argDef) {
	for _, value := range asList(a.value) {
		use, ok := value.(*variableUse)
		if !ok {
			continue
		}
		if declared := c.declared[use.name]; declared != nil && c.view.types[declared.typ.Name()] != nil {
			c.checkUsage(a, def, declared)
		}
	}
}

func (c *checker) checkUsage(a *argument, def *argDef, declared *variable) {
	given := *declared.typ
	if declared.initial != nil {
		given.NonNull = true
	}
	wanted := *def.typ
	if def.initial != nil {
		wanted.NonNull = false
	}
	got := &given
	for range listDepth(a.value) {
		got = &typeRef{Elem: got, NonNull: true}
	}
	problem := ""
	switch {
	case got.Name() != wanted.Name():
		problem = "Type mismatch"
	case dimension(got) != dimension(&wanted):
		problem = "List dimension mismatch"
	case !nullsFit(&wanted, got):
		problem = "Nullability mismatch"
	default:
		return
	}
	c.refuse("variableMismatch", at(a.at),
		fmt.Sprintf(textVariableMismatch, problem, declared.name, a.name, got, def.typ),
		"variableName", declared.name, "typeName", got.String(), "argumentName", a.name, "errorMessage", problem)
}

func listDepth(value any) int {
	list, ok := value.([]any)
	if !ok {
		return 0
	}
	depth := 0
	for _, item := range list {
		depth = max(depth, listDepth(item))
	}
	return 1 + depth
}

func dimension(t *typeRef) int {
	if t.Elem == nil {
		return 0
	}
	return 1 + dimension(t.Elem)
}

func nullsFit(wanted, got *typeRef) bool {
	if wanted.NonNull && !got.NonNull {
		return false
	}
	return wanted.Elem == nil || got.Elem == nil || nullsFit(wanted.Elem, got.Elem)
}

// checkVariablesUsed is the rule VariablesAreUsedAndDefined: of each operation, with the fragments that it spreads.
func (c *checker) checkVariablesUsed() {
	scopes := map[string]*variableScope{}
	for _, s := range c.usages {
		if f, ok := s.node.(*fragment); ok && scopes[f.name] == nil {
			scopes[f.name] = s
		}
	}
	for _, s := range c.usages {
		if _, ok := s.node.(*operation); ok {
			s.follow(s, scopes, map[string]bool{})
			c.refuseVariables(s)
		}
	}
}

// follow takes over what the fragments do with variables that this scope spreads.
func (s *variableScope) follow(from *variableScope, scopes map[string]*variableScope, visited map[string]bool) {
	for _, name := range from.spreads {
		inner := scopes[name]
		if inner == nil || visited[name] {
			continue
		}
		visited[name] = true
		for _, variable := range inner.names {
			if child := inner.uses[variable]; child.usedBy != nil {
				u := s.of(variable)
				u.usedBy, u.at, u.path = child.usedBy, child.at, child.path
			}
		}
		s.follow(inner, scopes, visited)
	}
}

func (c *checker) refuseVariables(s *variableScope) {
	for _, name := range s.names {
		if u := s.uses[name]; u.declared != nil && u.usedBy == nil {
			c.add(newError(u.path, "variableNotUsed", at(u.declared.at),
				fmt.Sprintf(textVariableUnused, name, scopeName(u.declared)), "variableName", name))
		}
	}
	for _, name := range s.names {
		if u := s.uses[name]; u.declared == nil && u.usedBy != nil {
			c.add(newError(u.path, "variableNotDefined", at(u.at),
				fmt.Sprintf(textVariableUndefined, name, scopeName(u.usedBy)), "variableName", name))
		}
	}
}

func scopeName(node any) string {
	switch n := node.(type) {
	case *fragment:
		return n.name
	case *operation:
		if n.named {
			return n.name
		}
		return "anonymous " + n.kind
	}
	return ""
}
