package datajson

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Check returns what is wrong with a value of a type: nothing when it is empty, listed or the type takes any.
func (k Known) Check(t reflect.Type, value string) string {
	if k == nil || value == "" {
		return ""
	}
	known := k(t)
	if known == nil || slices.Contains(known, value) {
		return ""
	}
	return fmt.Sprintf("no such value %q; %s", value, Suggest(value, known))
}

// most is how many names a message lists at most.
const most = 20

// Suggest ends a message about a name that does not exist: with the nearest that does, or with all of them.
func Suggest(name string, known []string) string {
	if near, ok := nearest.Of(name, known); ok {
		return fmt.Sprintf("did you mean %q?", near)
	}
	switch {
	case len(known) == 0:
		return "there are none"
	case len(known) > most:
		return fmt.Sprintf("known are %s and %d more", strings.Join(known[:most], ", "), len(known)-most)
	}
	return "known are " + strings.Join(known, ", ")
}
