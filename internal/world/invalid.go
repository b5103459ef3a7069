package world

import "strings"

// Invalid is the error of a record that GitLab's model refuses: what is wrong, in the order of the model's validations.
type Invalid struct{ Problems []AttributeProblem }

// AttributeProblem is one attribute and what the model says of it, such as "maximum_timeout" and "needs to be at least
// 10 minutes".
type AttributeProblem struct{ Attribute, Text string }

// newInvalid is an Invalid with one problem.
func newInvalid(attribute, text string) *Invalid {
	return &Invalid{[]AttributeProblem{{attribute, text}}}
}

// Add adds a problem.
func (v *Invalid) Add(attribute, text string) {
	v.Problems = append(v.Problems, AttributeProblem{attribute, text})
}

// orNil is the error, nil where there is no problem.
func (v *Invalid) orNil() error {
	if len(v.Problems) == 0 {
		return nil
	}
	return v
}

// Sentence has all problems in one sentence, as Rails' full_messages.to_sentence does: "Tags list can not be empty, A,
// and B".
func (v *Invalid) Sentence() string {
	return toSentence(v.Sentences())
}

// sentence is the problem with its attribute as people write it; one of the whole record has none.
func (p AttributeProblem) sentence() string {
	if p.Attribute == attrBase {
		return p.Text
	}
	human := strings.ReplaceAll(strings.ReplaceAll(strings.TrimSuffix(p.Attribute, "_id"), "_", " "), ".", " ")
	return strings.ToUpper(human[:1]) + human[1:] + " " + p.Text
}

// Sentences are the problems, each in a sentence of its own, as Rails' full_messages are.
func (v *Invalid) Sentences() []string {
	var said []string
	for _, p := range v.Problems {
		said = append(said, p.sentence())
	}
	return said
}

// Error has all problems in one sentence.
func (v *Invalid) Error() string { return v.Sentence() }

// MaxDatabaseInteger is the largest number that PostgreSQL's integer holds.
const MaxDatabaseInteger = 1<<31 - 1
