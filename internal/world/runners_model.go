package world

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Limits of a runner's attributes (app/models/ci/runner.rb), in characters unless something else is said.
const (
	maxTags           = 50 // tags
	maxNoteLength     = 1024
	maxNameLength     = 256
	minMaximumTimeout = 600 // seconds
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
		return &Invalid{v.Problems} // v itself would be on the heap also where it is empty
	}
	return nil
}

// cleanTags drops blanks and repetitions from tags and keeps their order. GitLab counts tags only after that, so that
// the list may be as long as a request can be.
func cleanTags(tags []string) []string {
	clean := make([]string, 0, len(tags))
	seen := make(map[string]bool, len(tags))
	for _, t := range tags {
		if t = strings.TrimSpace(t); t != "" && !seen[t] {
			seen[t] = true
			clean = append(clean, t)
		}
	}
	if len(clean) == 0 {
		return nil
	}
	return clean
}
