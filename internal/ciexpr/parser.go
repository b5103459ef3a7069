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
	var results []node
	var operators []token
	apply := func(t token) error {
		if last := len(results) - 1; t.kind == negation && last >= 0 {
			results[last] = not{results[last]}
			return nil
		}
		if len(results) < 2 {
			return errShape
		}
		left, right := results[len(results)-2], results[len(results)-1]
		results = append(results[:len(results)-2], operation{t.operator, left, right})
		return nil
	}
	unwind := func(until func(top token) bool) error {
		for len(operators) > 0 && !until(operators[len(operators)-1]) {
			top := operators[len(operators)-1]
			operators = operators[:len(operators)-1]
			if top.kind != operator && top.kind != negation {
				return errShape
			}
			if err := apply(top); err != nil {
				return err
			}
		}
		return nil
	}
	for _, t := range tokens {
		var err error
		switch t.kind {
		case operand:
			results = append(results, t.leaf)
		case operator:
			err = unwind(func(top token) bool {
				return top.kind != negation && (top.kind != operator || precedence[t.operator] < precedence[top.operator])
			})
			operators = append(operators, t)
		case open, negation:
			operators = append(operators, t)
		case closing:
			err = unwind(func(top token) bool { return top.kind == open })
			if err == nil && len(operators) == 0 {
				err = errShape
			}
			if err == nil {
				operators = operators[:len(operators)-1]
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if err := unwind(func(token) bool { return false }); err != nil {
		return nil, err
	}
	if len(results) != 1 {
		return nil, errShape
	}
	return results[0], nil
}
