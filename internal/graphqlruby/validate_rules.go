package graphqlruby

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

type directiveLocation = ast.DirectiveLocation

var operationLocations = map[string]directiveLocation{
	"query": ast.LocationQuery, "mutation": ast.LocationMutation, "subscription": ast.LocationSubscription,
}

// locationNames are in DirectivesAreInValidLocations; a directive for the schema's text alone has none to show.
var locationNames = map[directiveLocation]string{
	ast.LocationQuery:              "queries",
	ast.LocationMutation:           "mutations",
	ast.LocationSubscription:       "subscriptions",
	ast.LocationField:              "fields",
	ast.LocationFragmentDefinition: "fragment definitions",
	ast.LocationFragmentSpread:     "fragment spreads",
	ast.LocationInlineFragment:     "inline fragments",
	ast.LocationVariableDefinition: "variable definitions",
}

// refuseDirective is the rule DirectivesAreDefined: one error for all directives of a name.
func (c *checker) refuseDirective(d *directive) {
	e := c.undefined[d.name]
	if e == nil {
		e = c.refuse("undefinedDirective", nil,
			fmt.Sprintf(textUndefinedDirective, d.name, c.suggestion(d.name, sortedKeys(c.view.directives))),
			"directiveName", d.name)
		c.undefined[d.name] = e
	}
	e.at = append(e.at, d.at)
}

// checkLocation is the rule DirectivesAreInValidLocations.
func (c *checker) checkLocation(d *directive, def *directiveDef, location directiveLocation) {
	if slices.Contains(def.locations, location) {
		return
	}
	allowed := make([]string, len(def.locations))
	for i, l := range def.locations {
		allowed[i] = locationNames[l]
	}
	target := locationNames[location]
	c.refuse("directiveCannotBeApplied", at(d.at),
		fmt.Sprintf(textDirectiveLocation, d.name, target, strings.Join(allowed, ", ")),
		"targetName", target, "name", d.name)
}

// checkDirectivesUnique is the rule UniqueDirectivesPerLocation.
func (c *checker) checkDirectivesUnique(all []*directive) {
	if len(all) < 2 {
		return
	}
	used := map[string]*directive{}
	for _, d := range all {
		def := c.view.directives[d.name]
		switch first := used[d.name]; {
		case first != nil:
			e := c.twice[first]
			if e == nil {
				e = c.refuse("directiveNotUniqueForLocation", at(first.at), fmt.Sprintf(textDirectiveTwice, d.name),
					"directiveName", d.name)
				c.twice[first] = e
			}
			e.at = append(e.at, d.at)
		case def == nil || !def.repeatable:
			used[d.name] = d
		}
	}
}

// checkOperationNames is the rule OperationNamesAreValid.
func (c *checker) checkOperationNames() {
	for _, name := range c.operationNames.names {
		nodes := c.operationNames.nodes[name]
		places := make([]int, len(nodes))
		for i, o := range nodes {
			places[i] = o.at
		}
		switch {
		case !nodes[0].named && len(c.doc.operations) > 1:
			c.refuse("uniquelyNamedOperations", places, textOperationsUnnamed)
		case len(nodes) > 1:
			c.refuse("uniquelyNamedOperations", places, fmt.Sprintf(textOperationNameTwice, name), "operationName", name)
		}
	}
}

// checkFragmentNames is the rule FragmentNamesAreUnique.
func (c *checker) checkFragmentNames() {
	for _, name := range c.fragmentNames.names {
		nodes := c.fragmentNames.nodes[name]
		if len(nodes) < 2 {
			continue
		}
		places := make([]int, len(nodes))
		for i, f := range nodes {
			places[i] = f.at
		}
		c.refuse("fragmentNotUnique", places, fmt.Sprintf(textFragmentNameTwice, name), "fragmentName", name)
	}
}

// checkCondition is the rules FragmentTypesExist and FragmentsAreOnCompositeTypes.
func (c *checker) checkCondition(name string, t *typeDef, place int) bool {
	if t == nil {
		c.refuse("undefinedType", at(place),
			fmt.Sprintf(textFragmentType, name, c.suggestion(name, c.typeNames((*typeDef).hasFields))), "typeName", name)
		return false
	}
	if !t.composite() {
		c.refuse("fragmentOnNonCompositeType", at(place), fmt.Sprintf(textFragmentNoComposite, name), "typeName", name)
		return false
	}
	return true
}

func (v *view) typeNames(of func(*typeDef) bool) []string {
	var names []string
	for _, name := range sortedKeys(v.types) {
		if of(v.types[name]) {
			names = append(names, name)
		}
	}
	return names
}

// spreadInScope is a spread, and where it is.
type spreadInScope struct {
	node   *spread
	parent *typeDef
	path   []any
}

// checkSpreads and checkSpread are the rule FragmentSpreadsArePossible.
func (c *checker) checkSpreads() {
	for _, s := range c.spreads {
		if f := c.fragments[s.node.name]; f != nil && c.view.types[f.on] != nil {
			c.checkSpread(s.parent, c.view.types[f.on], s.node.name, s.node.at, s.path)
		}
	}
}

func (c *checker) checkSpread(parent, child *typeDef, name string, place int, path []any) {
	if parent == nil || !child.hasFields() || intersect(parent, child) {
		return
	}
	shown := "unknown"
	if name != "" {
		name = " " + name
		shown = name
	}
	c.add(newError(path, "cannotSpreadFragment", at(place),
		fmt.Sprintf(textFragmentImpossible, name, child.name, parent.name),
		"typeName", child.name, "fragmentName", shown, "parentName", parent.name))
}

// intersect says that a value may be of both types.
func intersect(a, b *typeDef) bool {
	return a == b || slices.ContainsFunc(b.possible, func(t *typeDef) bool { return slices.Contains(a.possible, t) })
}

// refuseField is the rule FieldsAreDefinedOnType.
func (c *checker) refuseField(f *field, parent *typeDef, askedAt int) {
	if parent.kind == ast.Union {
		c.refuse(codeSelections, at(askedAt), fmt.Sprintf(textUnionField, parent.name), "nodeName", parent.name)
		return
	}
	names := make([]string, len(parent.fields))
	for i, d := range parent.fields {
		names[i] = d.name
	}
	e := c.refuse("undefinedField", at(f.at),
		fmt.Sprintf(textUndefinedField, f.name, parent.name, c.suggestion(f.name, names)),
		"typeName", parent.name, "fieldName", f.name)
	c.unknown = append(c.unknown, UnknownField{Type: parent.name, Field: f.name, Path: e.path})
}

const codeSelections = "selectionMismatch"

// checkSelections is the rule FieldsHaveAppropriateSelections. A union may do without: graphql-ruby lets it pass unless
// the schema says otherwise (allow_legacy_invalid_empty_selections_on_union).
func (c *checker) checkSelections(t *typeDef, all []selection, words, name string, place int) bool {
	message := ""
	switch {
	case t.leaf() && len(all) > 0:
		texts := make([]string, len(all))
		for i, s := range all {
			texts[i] = selectionText(s)
		}
		message = fmt.Sprintf(textLeafSelections, strings.ToLower(string(t.kind)), words, t.name, strings.Join(texts, ", "))
	case t.hasFields() && len(all) == 0:
		message = fmt.Sprintf(textNoSelections, words, t.name, name)
	default:
		return true
	}
	c.refuse(codeSelections, at(place), message, "nodeName", words, "typeName", t.name)
	return false
}

func selectionText(s selection) string {
	switch s := s.(type) {
	case *field:
		return `"` + s.name + `"`
	case *spread:
		return `"` + s.name + `"`
	case *inline:
		return `"... on ` + s.on + ` { ... }"`
	}
	return ""
}

// checkRoot is the rules MutationRootExists and SubscriptionRootExistsAndSingleSubscriptionSelection.
func (c *checker) checkRoot(o *operation, root *typeDef) bool {
	switch {
	case o.kind == "mutation" && root == nil:
		c.refuse("missingMutationConfiguration", at(o.at), textNoMutations)
	case o.kind == "subscription" && root == nil:
		c.refuse("missingSubscriptionConfiguration", at(o.at), textNoSubscriptions)
	case o.kind == "subscription" && len(o.selections) != 1:
		c.refuse("notSingleSubscription", at(o.at), textOneSubscription)
	default:
		return true
	}
	return false
}
