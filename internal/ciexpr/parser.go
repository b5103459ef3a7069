package ciexpr

import "strconv"

// node is a part of an expression. Its value is a string, a bool, a *pattern or nil, which is GitLab's null.
type node interface {
	value(of scope) (any, error)
}

// scope is what an expression may speak of.
type scope struct {
	variable func(name string) (value string, ok bool)
	input    func(name string) any // nil where there are none
}

type (
	null     struct{}
	boolean  bool
	text     string
	variable string
	input    string
	// operation is an operator with what stands on both its sides.
	operation struct {
		operator    string
		left, right node
	}
	// not is ! before an operand.
	not struct{ operand node }
)

func (null) value(scope) (any, error)      { return nil, nil }
func (b boolean) value(scope) (any, error) { return bool(b), nil }
func (t text) value(scope) (any, error)    { return string(t), nil }

func (v variable) value(of scope) (any, error) {
	if value, ok := of.variable(string(v)); ok {
		return value, nil
	}
	return nil, nil
}

// value of an input is what it is but for a list, which is no more than something or nothing here.
func (i input) value(of scope) (any, error) {
	if of.input == nil {
		return nil, nil
	}
	if list, isList := of.input(string(i)).([]any); isList {
		return len(list) > 0, nil
	}
	return of.input(string(i)), nil
}

func (o operation) value(of scope) (any, error) {
	left, err := o.left.value(of)
	if err != nil {
		return nil, err
	}
	// An empty text is true here, as it is in Ruby: only null and false are not.
	truthy := left != nil && left != false
	if o.operator == "&&" && !truthy || o.operator == "||" && truthy {
		return left, nil
	}
	right, err := o.right.value(of)
	if err != nil {
		return nil, err
	}
	switch o.operator {
	case "==":
		return equal(left, right), nil
	case "!=":
		return !equal(left, right), nil
	case "=~":
		return matches(left, right, false)
	case "!~":
		return matches(left, right, true)
	}
	return right, nil
}

func (n not) value(of scope) (any, error) {
	value, err := n.operand.value(of)
	if err != nil {
		return nil, err
	}
	return !present(value), nil
}

// equal compares two values. A boolean is compared with a text as the word for it.
func equal(left, right any) bool {
	_, leftIsText := left.(string)
	_, rightIsText := right.(string)
	if b, ok := left.(bool); ok && rightIsText {
		left = strconv.FormatBool(b)
	}
	if b, ok := right.(bool); ok && leftIsText {
		right = strconv.FormatBool(b)
	}
	return left == right
}

// precedence of an operator: the lower binds the stronger.
var precedence = map[string]int{"==": 10, "!=": 10, "=~": 10, "!~": 10, "&&": 11, "||": 12}

// parse builds the tree by way of reverse Polish notation, which makes the same of a malformed expression as GitLab.
func parse(tokens []token) (node, error) {
	var s stacks
	for _, t := range tokens {
		if err := s.take(t); err != nil {
			return nil, err
		}
	}
	if err := s.unwind(func(token) bool { return false }); err != nil {
		return nil, err
	}
	if len(s.results) != 1 {
		return nil, errShape
	}
	return s.results[0], nil
}

// stacks are the trees that are built by now, and the operators that wait for what stands behind them.
type stacks struct {
	results   []node
	operators []token
}

// take goes on by a token.
func (s *stacks) take(t token) (err error) {
	switch t.kind {
	case operand:
		s.results = append(s.results, t.leaf)
	case operator:
		err = s.unwind(func(top token) bool {
			return top.kind != negation && (top.kind != operator || precedence[t.operator] < precedence[top.operator])
		})
		s.operators = append(s.operators, t)
	case open, negation:
		s.operators = append(s.operators, t)
	case closing:
		if err = s.unwind(func(top token) bool { return top.kind == open }); err != nil {
			return err
		}
		if len(s.operators) == 0 {
			return errShape
		}
		s.operators = s.operators[:len(s.operators)-1]
	}
	return err
}

// unwind applies the operators from the top down to one that holds it up.
func (s *stacks) unwind(until func(top token) bool) error {
	for len(s.operators) > 0 && !until(s.operators[len(s.operators)-1]) {
		top := s.operators[len(s.operators)-1]
		s.operators = s.operators[:len(s.operators)-1]
		if top.kind != operator && top.kind != negation {
			return errShape
		}
		if err := s.apply(top); err != nil {
			return err
		}
	}
	return nil
}

// apply makes one tree of an operator and what it stands between or before.
func (s *stacks) apply(t token) error {
	last := len(s.results) - 1
	if t.kind == negation && last >= 0 {
		s.results[last] = not{s.results[last]}
		return nil
	}
	if len(s.results) < 2 {
		return errShape
	}
	s.results = append(s.results[:last-1], operation{t.operator, s.results[last-1], s.results[last]})
	return nil
}
