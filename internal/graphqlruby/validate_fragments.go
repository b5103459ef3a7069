package graphqlruby

import (
	"fmt"
	"slices"
)

// dependencies say which definition spreads which fragment (lib/graphql/static_validation/definition_dependencies.rb).
type dependencies struct {
	current any // the *operation or *fragment that is visited

	definitions []any // those that spread something, in the order of their first spread
	spreads     map[any][]*spread
	paths       map[*spread][]any
	dependents  map[string][]any // of a fragment's name

	unmet  []*spread
	unused []*fragment
	cyclic []*fragment
}

func (d *dependencies) add(c *checker, s *spread) {
	if d.spreads == nil {
		d.spreads, d.paths, d.dependents = map[any][]*spread{}, map[*spread][]any{}, map[string][]any{}
	}
	if d.spreads[d.current] == nil {
		d.definitions = append(d.definitions, d.current)
	}
	d.spreads[d.current] = append(d.spreads[d.current], s)
	d.paths[s] = slices.Clone(c.path)
	if !slices.Contains(d.dependents[s.name], d.current) {
		d.dependents[s.name] = append(d.dependents[s.name], d.current)
	}
}

// resolve takes fragments that depend on nothing, the last first, off the list of what the others depend on, until none
// is left to take. What stays is a loop, or was never defined.
func (d *dependencies) resolve(doc *document) {
	byName, free := map[string]bool{}, []*fragment{}
	for _, f := range doc.fragments {
		byName[f.name] = true
		if d.spreads[f] == nil {
			free = append(free, f)
		}
	}
	seen := map[string]bool{}
	for len(free) > 0 {
		f := free[len(free)-1]
		free = free[:len(free)-1]
		if seen[f.name] {
			continue
		}
		seen[f.name] = true
		delete(d.spreads, f)
		if len(d.dependents[f.name]) == 0 {
			d.unused = append(d.unused, f)
		}
		for _, node := range d.dependents[f.name] {
			left := slices.DeleteFunc(slices.Clone(d.spreads[node]), func(s *spread) bool { return s.name == f.name })
			d.spreads[node] = left
			if by, ok := node.(*fragment); ok && len(left) == 0 && by.name != f.name {
				free = append(free, by)
			}
		}
	}
	for _, node := range d.definitions {
		met := false
		for _, s := range d.spreads[node] {
			if byName[s.name] {
				met = true
			} else {
				d.unmet = append(d.unmet, s)
			}
		}
		if f, ok := node.(*fragment); ok && met {
			d.cyclic = append(d.cyclic, f)
		}
	}
}

// checkFragmentsUsed is the rules FragmentsAreUsed and FragmentsAreFinite.
func (c *checker) checkFragmentsUsed() {
	d := &c.dependencies
	for _, s := range d.unmet {
		c.add(newError(d.paths[s], "useAndDefineFragment", at(s.at), fmt.Sprintf(textFragmentUndefined, s.name),
			"fragmentName", s.name))
	}
	for _, f := range d.unused {
		if path := c.fragmentPaths[f]; path != nil && f.named {
			c.add(newError(path, "useAndDefineFragment", at(f.at), fmt.Sprintf(textFragmentUnused, f.name),
				"fragmentName", f.name))
		}
	}
	for _, f := range d.cyclic {
		name := any(f.name)
		if !f.named {
			name = nil
		}
		c.add(newError(c.fragmentPaths[f], "infiniteLoop", at(f.at), fmt.Sprintf(textFragmentLoop, f.name),
			"fragmentName", name))
	}
}
