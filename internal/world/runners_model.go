package world

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Invalid is what a model refuses: attributes with their texts, in the order of the model's validations.
type Invalid struct{ Problems []AttributeProblem }

type AttributeProblem struct{ Attribute, Text string }

// NewInvalid is a refusal for one attribute.
func NewInvalid(attribute, text string) *Invalid {
	return &Invalid{[]AttributeProblem{{attribute, text}}}
}

func (v *Invalid) Add(attribute, text string) {
	v.Problems = append(v.Problems, AttributeProblem{attribute, text})
}

// sentence is how GitLab says the problems as one sentence: "Tags list can not be empty, A, and B".
func (v *Invalid) sentence() string {
	var said []string
	for _, p := range v.Problems {
		human := strings.ReplaceAll(strings.ReplaceAll(p.Attribute, "_", " "), ".", " ")
		said = append(said, strings.ToUpper(human[:1])+human[1:]+" "+p.Text)
	}
	return toSentence(said)
}

func (v *Invalid) Error() string { return v.sentence() }

// Limits of a runner's attributes (app/models/ci/runner.rb).
const (
	maxTags            = 50
	maxNoteLength      = 1024
	maxNameLength      = 256
	minMaximumTimeout  = 600       // seconds
	MaxDatabaseInteger = 1<<31 - 1 // of PostgreSQL's integer
)

// validate holds the attributes that a runner is to have against GitLab's model, in the model's order. before are those it
// has, nil when new.
func (st *State) validate(next Attributes, before *Attributes) error {
	var v Invalid
	if !next.RunUntagged && len(next.Tags) == 0 {
		v.Add(attrTagsList, msgTagsNeeded)
	}
	if len(next.Tags) > maxTags && (before == nil || !slices.Equal(before.Tags, next.Tags)) {
		v.Add(attrTagsList, msgTooManyTags)
	}
	if st.Has(gitlabversion.DescriptionLimit) && TooLong(next.Description, maxNoteLength) &&
		(before == nil || !equalText(before.Description, next.Description)) {
		v.Add(attrDescription, MsgTooLong(maxNoteLength))
	}
	if next.AccessLevel == "" {
		v.Add(attrAccessLevel, msgBlank)
	}
	if next.MaximumTimeout != nil && *next.MaximumTimeout < minMaximumTimeout {
		v.Add(attrMaximumTimeout, msgMaximumTimeoutTooShort)
	}
	if TooLong(next.MaintenanceNote, maxNoteLength) {
		v.Add(attrMaintenanceNote, MsgTooLong(maxNoteLength))
	}
	if len(v.Problems) > 0 {
		return &v
	}
	return nil
}

// cleanTags drops blanks and repetitions from tags and keeps their order.
func cleanTags(tags []string) []string {
	var clean []string
	for _, t := range tags {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(clean, t) {
			clean = append(clean, t)
		}
	}
	return clean
}
