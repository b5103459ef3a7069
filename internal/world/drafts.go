package world

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Making records from plain data, for seeds and for changes on GitLab's side. Every Add... and Update... either does
// what it is told or returns Problems, which say why GitLab could not be in that state, and then has changed nothing.
// What whoever drafted the record has found already, as that it names what is not there, is handed on as found.

var (
	usernamePattern = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$`)
	shaPattern      = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// oneOf checks that a value is one of the words that GitLab knows for its type; empty means the fallback.
func oneOf[S ~string](what string, v *S, fallback S, known []S) error {
	*v = cmp.Or(*v, fallback)
	if slices.Contains(known, *v) {
		return nil
	}
	words := WordsOf(known...)
	if near, ok := nearest.Of(string(*v), words); ok {
		return fmt.Errorf("unknown %s %q; did you mean %q?", what, *v, near)
	}
	return fmt.Errorf("unknown %s %q; GitLab knows %s", what, *v, strings.Join(words, ", "))
}

func freeID[T Row](t *table[T], what string, id int) error {
	if err := checkID(what, id); err != nil {
		return err
	}
	if has(*t, id) {
		return fmt.Errorf("%s id %d is taken", what, id)
	}
	return nil
}
