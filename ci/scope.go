package ci

import "github.com/fakegitlab/fakegitlab/internal/ciexpr"

// scope are the variables that a condition or a text sees. Most are the same for all jobs of a pipeline, and most jobs
// look at few of them: so they stay in the lists that they are in, each of which is indexed once, and only what is
// asked for is expanded.
type scope struct {
	layers []*layer // the strongest last
	values map[string]string
	room   *int // for what is put in the place of references
}

// layer is a list of variables, of which the last of a name counts.
type layer struct {
	list   JobVariables
	at     map[string]int
	refer  []referring // those that refer to others, once they were looked for
	looked bool
}

func (l *layer) lookup(name string) (JobVariable, bool) {
	if l.at == nil {
		l.at = make(map[string]int, len(l.list))
		for i, each := range l.list {
			l.at[each.Key] = i
		}
	}
	i, ok := l.at[name]
	if !ok {
		return JobVariable{}, false
	}
	return l.list[i], true
}

// scopeOf is a scope of lists of variables, the strongest last.
func scopeOf(room *int, layers ...*layer) *scope {
	return &scope{layers: layers, values: map[string]string{}, room: room}
}

func (s *scope) variable(name string) (JobVariable, bool) {
	for i := len(s.layers) - 1; i >= 0; i-- {
		if v, ok := s.layers[i].lookup(name); ok {
			return v, true
		}
	}
	return JobVariable{}, false
}

// lookup is the value of a variable as it is written.
func (s *scope) lookup(name string) (string, bool) {
	v, ok := s.variable(name)
	return v.Value, ok
}

// expanded is the value of a variable with those that it refers to replaced, and so on, as long as there is room; what
// is not there becomes empty. Variables that refer to each other in a circle stay as they are, as does a reference to
// itself (lib/gitlab/ci/variables/collection.rb, sort_and_expand_all).
func (s *scope) expanded(name string) (string, bool) {
	v, ok := s.variable(name)
	if !ok || v.references() == nil {
		return v.Value, ok
	}
	for _, component := range connected([]string{name}, s.references) {
		for _, each := range component {
			v, known := s.variable(each)
			if _, done := s.values[each]; done || !known {
				continue
			}
			if len(component) == 1 {
				v.Value = ciexpr.Replaced(v.Value, ciexpr.InValue, s.known, false, s.room)
			}
			s.values[each] = v.Value
		}
	}
	return s.values[name], true
}

// references are the names that a variable refers to, if it is not expanded yet.
func (s *scope) references(name string) []string {
	if _, done := s.values[name]; done {
		return nil
	}
	v, _ := s.variable(name)
	return v.references()
}

// known is the value of a variable as far as it was expanded.
func (s *scope) known(name string) (string, bool) {
	if value, ok := s.values[name]; ok {
		return value, true
	}
	return s.lookup(name)
}
