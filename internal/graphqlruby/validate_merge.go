package graphqlruby

import (
	"fmt"
	"slices"
	"strings"
)

// mostComparisons is how many pairs of fields are compared in one document. graphql-ruby ends validation after a time;
// this is about what it does in the 0.2 seconds that GitLab gives it.
const mostComparisons = 200_000

// merging is the state of the rule FieldsWillMerge
// (lib/graphql/static_validation/rules/fields_will_merge.rb): fields with one key in one answer must be the same field
// with the same arguments.
type merging struct {
	visited     map[string]bool // fragments
	compared    map[string]bool // pairs of fragments
	count       int
	comparisons int
	conflicts   []*conflicts // of this selection, by what is in conflict
}

// conflicts are those of fields or those of arguments. They keep the order of the keys.
type conflicts struct {
	kind, article string
	keys          []string
	byKey         map[string]*conflict
}

type conflict struct {
	nodes []*field
	texts []string
}

// mergeField is a field in its scope: the types that the fragments around it name.
type mergeField struct {
	node    *field
	def     *fieldDef
	parents []*typeDef
}

type mergeSpread struct {
	name    string
	parents []*typeDef
}

// mergeSet is what a selection asks for, fragments spread in it left aside.
type mergeSet struct {
	keys    []string
	fields  map[string][]mergeField
	spreads []mergeSpread
}

// checkMerge looks at one selection.
func (c *checker) checkMerge(all []selection, t *typeDef) {
	if t == nil || len(all) == 0 {
		return
	}
	m := &c.merge
	if m.visited == nil {
		m.visited, m.compared = map[string]bool{}, map[string]bool{}
	}
	m.conflicts = nil
	set := c.mergeSet(all, t, nil)
	c.mergeWithin(set)
	for i, s := range set.spreads {
		c.mergeFieldsAndSpread(s, set, exclusive(s.parents, []*typeDef{t}))
		for _, other := range set.spreads[i+1:] {
			c.mergeSpreads(s, other, exclusive(s.parents, other.parents))
		}
	}
	for _, all := range m.conflicts {
		for _, key := range all.keys {
			c.refuseMerge(key, all)
		}
	}
}

func (c *checker) refuseMerge(key string, all *conflicts) {
	found := all.byKey[key]
	places := make([]int, len(found.nodes))
	for i, n := range found.nodes {
		places[i] = n.at
	}
	texts := strings.Join(found.texts, " or ")
	c.add(newError([]any{}, "fieldConflict", places, fmt.Sprintf(textFieldConflict, key, all.article, all.kind, texts),
		"fieldName", key, "conflicts", texts))
}

// of finds the conflicts of a kind.
func (m *merging) of(kind, article string) *conflicts {
	for _, all := range m.conflicts {
		if all.kind == kind {
			return all
		}
	}
	all := &conflicts{kind: kind, article: article, byKey: map[string]*conflict{}}
	m.conflicts = append(m.conflicts, all)
	return all
}

func (c *checker) mergeSet(all []selection, t *typeDef, parents []*typeDef) *mergeSet {
	set := &mergeSet{fields: map[string][]mergeField{}}
	c.gather(set, all, t, parents)
	return set
}

func (c *checker) gather(set *mergeSet, all []selection, t *typeDef, parents []*typeDef) {
	for _, s := range all {
		switch s := s.(type) {
		case *field:
			if set.fields[s.key()] == nil {
				set.keys = append(set.keys, s.key())
			}
			set.fields[s.key()] = append(set.fields[s.key()], mergeField{s, c.view.field(t, s.name), parents})
		case *inline:
			inner := t
			if s.on != "" {
				inner = c.view.types[s.on]
			}
			if inner != nil {
				c.gather(set, s.selections, inner, append(slices.Clone(parents), inner))
			}
		case *spread:
			set.spreads = append(set.spreads, mergeSpread{s.name, parents})
		}
	}
}

func (c *checker) mergeWithin(set *mergeSet) {
	for _, key := range set.keys {
		fields := set.fields[key]
		for i := range fields {
			for j := i + 1; j < len(fields); j++ {
				c.mergePair(key, fields[i], fields[j], false)
			}
		}
	}
}

func (c *checker) mergeBetween(a, b *mergeSet, excluded bool) {
	for _, key := range a.keys {
		for _, one := range a.fields[key] {
			for _, other := range b.fields[key] {
				c.mergePair(key, one, other, excluded)
			}
		}
	}
}

func (c *checker) mergePair(key string, a, b mergeField, excluded bool) {
	m := &c.merge
	if m.count >= mostErrors || a.def == nil || b.def == nil {
		return
	}
	if m.comparisons++; m.comparisons > mostComparisons {
		c.add(newError(nil, "validationTimeout", nil, textValidationTimeout)).path = nil
		panic(stopValidation{})
	}
	excluded = excluded || exclusive(a.parents, b.parents)
	if !excluded && a.node.name != b.node.name {
		found := m.of("field", "a")
		found.add(key, a.node, a.node.name)
		found.add(key, b.node, b.node.name)
		m.count++
	}
	if !excluded && !sameArguments(a.node, b.node) {
		found := m.of("argument", "an")
		found.add(key, a.node, argumentsText(a.node))
		found.add(key, b.node, argumentsText(b.node))
		m.count++
	}
	if len(a.node.selections) > 0 || len(b.node.selections) > 0 {
		c.mergeBelow(a, b, excluded)
	}
}

func (c *conflicts) add(key string, node *field, text string) {
	if c.byKey[key] == nil {
		c.byKey[key] = &conflict{}
		c.keys = append(c.keys, key)
	}
	one := c.byKey[key]
	if !slices.Contains(one.nodes, node) {
		one.nodes, one.texts = append(one.nodes, node), append(one.texts, text)
	}
}

// mergeBelow compares what is asked for below two fields.
func (c *checker) mergeBelow(a, b mergeField, excluded bool) {
	typeA, typeB := c.named(a.def.typ), c.named(b.def.typ)
	setA := c.mergeSet(a.node.selections, typeA, []*typeDef{typeA})
	setB := c.mergeSet(b.node.selections, typeB, []*typeDef{typeB})
	c.mergeBetween(setA, setB, excluded)
	for _, s := range setB.spreads {
		c.mergeFieldsAndSpread(s, setA, excluded)
	}
	for _, s := range setA.spreads {
		c.mergeFieldsAndSpread(s, setB, excluded)
	}
	for _, one := range setA.spreads {
		for _, other := range setB.spreads {
			c.mergeSpreads(one, other, excluded)
		}
	}
}

// condition is the type that a fragment is on; nil if there is no such fragment, or no such type.
func (c *checker) condition(name string) *typeDef {
	if f := c.fragments[name]; f != nil {
		return c.view.types[f.on]
	}
	return nil
}

// spreadSet is what a fragment asks for, in the scope of a spread. Its fields are looked up in the owner.
func (c *checker) spreadSet(s mergeSpread, owner *typeDef) *mergeSet {
	return c.mergeSet(c.fragments[s.name].selections, owner, append(slices.Clone(s.parents), c.condition(s.name)))
}

func (c *checker) mergeFieldsAndSpread(s mergeSpread, fields *mergeSet, excluded bool) {
	if c.merge.visited[s.name] {
		return
	}
	c.merge.visited[s.name] = true
	if c.condition(s.name) == nil {
		return
	}
	set := c.spreadSet(s, c.condition(s.name))
	c.mergeBetween(fields, set, excluded)
	for _, inner := range set.spreads {
		c.mergeFieldsAndSpread(inner, fields, excluded)
	}
}

func (c *checker) mergeSpreads(a, b mergeSpread, excluded bool) {
	if a.name == b.name {
		return
	}
	key := fmt.Sprintf("%s-%s-%t", min(a.name, b.name), max(a.name, b.name), excluded)
	if c.merge.compared[key] {
		return
	}
	c.merge.compared[key] = true
	if c.condition(a.name) == nil || c.condition(b.name) == nil {
		return
	}
	// graphql-ruby looks up the fields of both in the type of the first, so that it finds fewer conflicts than it could.
	setA, setB := c.spreadSet(a, c.condition(a.name)), c.spreadSet(b, c.condition(a.name))
	c.mergeBetween(setA, setB, excluded)
	for _, s := range setB.spreads {
		c.mergeSpreads(a, s, excluded)
	}
	for _, s := range setA.spreads {
		c.mergeSpreads(b, s, excluded)
	}
}

// exclusive says that no value can be in both scopes. graphql-ruby takes scopes of different depth for exclusive.
func exclusive(a, b []*typeDef) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	if len(a) != len(b) {
		return true
	}
	for i := range a {
		if !intersect(a[i], b[i]) {
			return true
		}
	}
	return false
}

func sameArguments(a, b *field) bool {
	if len(a.arguments) != len(b.arguments) {
		return false
	}
	for _, one := range a.arguments {
		other := argumentNamed(b.arguments, one.name)
		if other == nil || printLiteral(one.value) != printLiteral(other.value) {
			return false
		}
	}
	return true
}

// argumentsText is GraphQL::Language.serialize of the arguments' texts.
func argumentsText(f *field) string {
	texts := make([]string, len(f.arguments))
	for i, a := range f.arguments {
		texts[i] = a.name + ":" + toJSON(printLiteral(a.value))
	}
	return "{" + strings.Join(texts, ",") + "}"
}
