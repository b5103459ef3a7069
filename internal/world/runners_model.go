package world

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

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
	human := strings.ReplaceAll(strings.ReplaceAll(p.Attribute, "_", " "), ".", " ")
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

// Limits of a runner's attributes (app/models/ci/runner.rb), in characters unless something else is said.
const (
	maxTags            = 50 // tags
	maxNoteLength      = 1024
	maxNameLength      = 256
	minMaximumTimeout  = 600       // seconds
	MaxDatabaseInteger = 1<<31 - 1 // the largest number that PostgreSQL's integer holds
)

// validate holds the attributes that a runner is to have against GitLab's model, in the model's order; the error is an
// *Invalid. before are those that it has, nil for a new one: what is over a limit that came later may stay as it is.
func (st *State) validate(next Attributes, before *Attributes) error {
	var v Invalid
	if !next.RunUntagged && len(next.Tags) == 0 {
		v.Add(attrTagsList, msgTagsNeeded)
	}
	if len(next.Tags) > maxTags && (before == nil || !slices.Equal(before.Tags, next.Tags)) {
		v.Add(attrTagsList, msgTooManyTags)
	}
	if st.Has(gitlabversion.DescriptionLimit) && tooLong(next.Description, maxNoteLength) &&
		(before == nil || !equalText(before.Description, next.Description)) {
		v.Add(attrDescription, msgTooLong(maxNoteLength))
	}
	if next.AccessLevel == "" {
		v.Add(attrAccessLevel, msgBlank)
	}
	if next.MaximumTimeout != nil && *next.MaximumTimeout < minMaximumTimeout {
		v.Add(attrMaximumTimeout, msgMaximumTimeoutTooShort)
	}
	if tooLong(next.MaintenanceNote, maxNoteLength) {
		v.Add(attrMaintenanceNote, msgTooLong(maxNoteLength))
	}
	if len(v.Problems) > 0 {
		return &v
	}
	return nil
}

// cleanTags drops blanks and repetitions from tags and keeps their order. GitLab counts tags only after that, so that
// the list may be as long as a request can be.
func cleanTags(tags []string) []string {
	var clean []string
	seen := make(map[string]bool, len(tags))
	for _, t := range tags {
		if t = strings.TrimSpace(t); t != "" && !seen[t] {
			seen[t] = true
			clean = append(clean, t)
		}
	}
	return clean
}
