package ciexpr

import "strings"

// Expr is an expression that was read. It is safe for concurrent use.
type Expr struct{ root node }

// Parse reads an expression; the error says what is wrong with it.
func Parse(text string) (*Expr, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	root, err := parse(tokens)
	if err != nil {
		return nil, err
	}
	return &Expr{root}, nil
}

// True says whether the expression holds for the variables that lookup knows. One that fails while it is evaluated, by
// a variable that holds no regular expression where one is wanted, is false.
func (e *Expr) True(lookup func(name string) (value string, ok bool)) bool {
	return e.holds(scope{variable: lookup})
}

// TrueOfInputs is True for inputs, each of which is nil if it is not known.
func (e *Expr) TrueOfInputs(lookup func(name string) any) bool {
	return e.holds(scope{variable: func(string) (string, bool) { return "", false }, input: lookup})
}

func (e *Expr) holds(of scope) bool {
	found, err := e.root.value(of)
	return err == nil && present(found)
}

// Inputs are the names of the inputs that the expression speaks of, but for those behind a !
// (lib/gitlab/ci/pipeline/expression/statement.rb, collect_input_names).
func (e *Expr) Inputs() []string { return inputsOf(e.root) }

func inputsOf(n node) []string {
	switch n := n.(type) {
	case input:
		return []string{string(n)}
	case operation:
		return append(inputsOf(n.left), inputsOf(n.right)...)
	}
	return nil
}

// present is Rails' idea of a value that is something.
func present(value any) bool {
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v) != ""
	case bool:
		return v
	}
	return value != nil
}
