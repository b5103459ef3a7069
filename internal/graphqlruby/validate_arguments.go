package graphqlruby

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Kinds of nodes that have arguments, as errors name them.
const (
	kindField     = "Field"
	kindDirective = "Directive"
	kindInput     = "InputObject"
)

// argumentOwner is what an argument is of: a field, a directive, or an object literal in another argument.
type argumentOwner struct {
	kind  string // empty if what it is of is not known, and then nothing is asked of the argument
	shown string
	at    int
	args  []*argDef
	// typ is the input type, or that which has the field; both are empty for a directive.
	typ, field string
}

func ownerOfField(f *field, d *fieldDef, parent *typeDef) argumentOwner {
	return argumentOwner{kind: kindField, shown: f.key(), at: f.at, args: d.args, typ: parent.name, field: f.name}
}

// ownerOfObject is the input type of the argument that an object literal is the value of, or is in.
func (c *checker) ownerOfObject(o *objectLiteral) argumentOwner {
	if t := c.inputType(); t != nil {
		return argumentOwner{kind: kindInput, shown: t.name, at: o.at, args: t.inputs, typ: t.name}
	}
	return argumentOwner{at: o.at}
}

// inputType is that of the argument which is visited, if it is an input object or a list of those.
func (c *checker) inputType() *typeDef {
	a := last(c.arguments)
	if a == nil {
		return nil
	}
	if t := c.named(a.typ); t != nil && t.kind == kindInputObject {
		return t
	}
	return nil
}

// argument is a Visitor's on_argument with the rules ArgumentsAreDefined, VariableUsagesAreAllowed, and, once what is
// below it has been visited, ArgumentLiteralsAreCompatible.
func (c *checker) argument(a *argument, of argumentOwner) {
	def := argNamed(of.args, a.name)
	c.arguments = append(c.arguments, def)
	defer func() { c.arguments = c.arguments[:len(c.arguments)-1] }()
	defer c.push(a.name)()
	if def == nil && of.kind != "" {
		e := c.refuse("argumentNotAccepted", at(a.at),
			fmt.Sprintf(textUndefinedArgument, of.kind, of.shown, a.name, c.suggestion(a.name, argNames(of.args))),
			"name", of.shown, "typeName", of.kind, "argumentName", a.name)
		if of.typ != "" {
			c.unknown = append(c.unknown, UnknownField{Type: of.typ, Field: of.field, Argument: a.name, Path: e.path})
		}
		return
	}
	if def != nil {
		c.checkUsages(a, def)
	}
	c.values(a)
	if def != nil {
		c.checkArgumentLiteral(a, def, of)
	}
}

func argNames(args []*argDef) []string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.name
	}
	return names
}

// values visits the variables and the object literals of an argument.
func (c *checker) values(a *argument) {
	nodes := nodesIn(a.value)
	for i, node := range nodes {
		switch node := node.(type) {
		case *variableUse:
			last(c.usages).use(node, c.path)
		case *objectLiteral:
			up := func() {}
			if def := last(c.arguments); def != nil && def.typ.Elem != nil {
				up = c.push(firstLike(nodes[:i+1]))
			}
			c.object(node)
			up()
		}
	}
}

// firstLike is the place of the first node that reads like the last: graphql-ruby compares nodes by what they say.
func firstLike(nodes []any) int {
	text := printLiteral(nodes[len(nodes)-1])
	return slices.IndexFunc(nodes, func(n any) bool { return printLiteral(n) == text })
}

func (c *checker) object(o *objectLiteral) {
	t := c.inputType()
	if t != nil {
		c.checkAttributes(o, t)
	}
	var names nodesByName[int]
	for _, f := range o.fields {
		names.add(f.name, f.at)
	}
	for _, name := range names.names {
		if places := names.nodes[name]; len(places) > 1 {
			c.refuse("inputFieldNotUnique", places, fmt.Sprintf(textInputFieldTwice, name), "name", name)
		}
	}
	if t != nil && t.oneOf {
		c.checkOneOf(o, t)
	}
	owner := c.ownerOfObject(o)
	for _, f := range o.fields {
		c.argument(f, owner)
	}
}

// checkAttributes is the rule RequiredInputObjectAttributesArePresent.
func (c *checker) checkAttributes(o *objectLiteral, t *typeDef) {
	for _, a := range t.inputs {
		if !a.required() || argumentNamed(o.fields, a.name) != nil {
			continue
		}
		path := append(slices.Clone(c.path), a.name)
		c.add(newError(path, "missingRequiredInputObjectAttribute", at(o.at),
			fmt.Sprintf(textMissingAttribute, a.name, t.name, a.typ),
			"argumentName", a.name, "argumentType", a.typ.String(), "inputObjectType", t.name))
	}
}

// checkOneOf is the rule OneOfInputObjectsAreValid.
func (c *checker) checkOneOf(o *objectLiteral, t *typeDef) {
	refuse := func(path []any, place int, message string) {
		c.add(newError(path, "invalidOneOfInputObject", at(place), message, "inputObjectType", t.name))
	}
	if len(o.fields) != 1 {
		refuse(nil, o.at, fmt.Sprintf(textOneOfKeys, t.name))
		return
	}
	only := o.fields[0]
	path := append(slices.Clone(c.path), only.name)
	switch value := only.value.(type) {
	case nullLiteral:
		refuse(path, only.at, fmt.Sprintf(textOneOfNull, t.name, only.name))
	case *variableUse:
		if declared := c.declared[value.name]; declared != nil && !declared.typ.NonNull {
			refuse(path, o.at, fmt.Sprintf(textOneOfVariable, value.name, t.name))
		}
	}
}

// checkArgumentLiteral is the rule ArgumentLiteralsAreCompatible. It says nothing of an argument that an error is about
// already.
func (c *checker) checkArgumentLiteral(a *argument, def *argDef, of argumentOwner) {
	if _, ok := a.value.(*variableUse); ok || c.refusedBelow() {
		return
	}
	said := c.checkLiteral(def.typ, a.value)
	if !said.refused {
		return
	}
	if len(said.problems) > 0 && said.problems[0].Message != "" {
		extensions := said.problems[0].Extensions
		if extensions == nil {
			extensions = map[string]any{"code": codeLiteral}
		}
		pairs := []any{"typeName", "CoercionError"}
		for _, key := range sortedKeys(extensions) {
			pairs = append(pairs, key, extensions[key])
		}
		e := c.refuse(codeLiteral, at(of.at), said.problems[0].Message, pairs...)
		if _, given := extensions["code"]; !given {
			delete(e.extensions, "code")
		}
		return
	}
	shown := " (" + printLiteral(a.value) + ")"
	if f, ok := a.value.(float64); ok && math.IsInf(f, 0) {
		shown = ""
	}
	c.refuse(codeLiteral, at(of.at),
		fmt.Sprintf(textArgumentLiteral, a.name, of.kind, of.shown, shown, def.typ),
		"typeName", of.kind, "argumentName", a.name)
}

const codeLiteral = "argumentLiteralsIncompatible"

func (c *checker) refusedBelow() bool {
	return slices.ContainsFunc(c.errors, func(e *documentError) bool {
		return len(e.path) >= len(c.path) && slices.Equal(e.path[:len(c.path)], c.path)
	})
}

// checkRequired is the rule RequiredArgumentsArePresent.
func (c *checker) checkRequired(kind, name string, place int, given []*argument, args []*argDef) {
	var missing []string
	for _, a := range args {
		if a.required() && argumentNamed(given, a.name) == nil {
			missing = append(missing, a.name)
		}
	}
	if missing != nil {
		names := strings.Join(missing, ", ")
		c.refuse("missingRequiredArguments", at(place), fmt.Sprintf(textMissingArguments, kind, name, names),
			"className", kind, "name", name, "arguments", names)
	}
}

// checkArgumentNames is the rule ArgumentNamesAreUnique.
func (c *checker) checkArgumentNames(given []*argument) {
	var names nodesByName[int]
	for _, a := range given {
		names.add(a.name, a.at)
	}
	for _, name := range names.names {
		if places := names.nodes[name]; len(places) > 1 {
			c.refuse("argumentNotUnique", places, fmt.Sprintf(textArgumentTwice, name), "name", name)
		}
	}
}
