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
	found, err := e.root.value(lookup)
	if err != nil {
		return false
	}
	return present(found)
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
