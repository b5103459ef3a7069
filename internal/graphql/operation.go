package graphql

// What a request asks for in one line, and the names in it.

import (
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

const kindMutation = "mutation"

// operations is what runs of a request: "mutation Fleet { runnerCreate }", those of a batch one after the other; "" for
// documents that cannot be read, or where none of several operations is chosen.
func (a *incoming) operations() string {
	var texts []string
	for _, d := range a.documents {
		if d.chosen {
			texts = append(texts, operationText(d.operation))
		}
	}
	return strings.Join(texts, operationsApart)
}

// operationsApart is what stands between the operations of a batch.
const operationsApart = "; "

func operationText(o graphqlruby.Operation) string {
	var text strings.Builder
	text.WriteString(o.Kind)
	if o.Name != "" {
		text.WriteString(" " + o.Name)
	}
	text.WriteString(" { " + strings.Join(o.Fields, " ") + " }")
	return text.String()
}

// Mutates reports whether there is a mutation in what a Record has as its Operation.
func Mutates(text string) bool {
	for operation := range strings.SplitSeq(text, operationsApart) {
		if strings.HasPrefix(operation, kindMutation+" ") {
			return true
		}
	}
	return false
}

// OperationNames are the names in what a Record has as its Operation: those of the operations and of their fields at
// the root.
func OperationNames(text string) []string {
	var names []string
	for operation := range strings.SplitSeq(text, operationsApart) {
		words := strings.Fields(strings.NewReplacer("{", " ", "}", " ").Replace(operation))
		if len(words) > 0 {
			names = append(names, words[1:]...) // the first is the kind
		}
	}
	return names
}
