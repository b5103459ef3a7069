package ci

import (
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// EnvironmentNameProblem is what GitLab says of a name that no environment has, other than that it is missing or too
// long; "" of any other.
func EnvironmentNameProblem(name string) string {
	if environmentName.MatchString(name) {
		return ""
	}
	return errTextEnvironmentName
}

// maxEnvironment is how many characters the name of an environment may have.
const maxEnvironment = 255

// IsEnvironmentName reports whether an environment may have a name. What is too long is not looked at any further.
func IsEnvironmentName(name string) bool {
	return len(name) <= maxEnvironment*utf8.UTFMax && utf8.RuneCountInString(name) <= maxEnvironment &&
		environmentName.MatchString(name)
}

// Expander puts values in the place of references in texts of the jobs of one Pipeline, for all of which together there
// is as much room as there is for the Pipeline itself.
type Expander struct {
	b    *builder
	last *layer // the variables of the job that came last, which are often those of the next one
}

// Expander is what expands texts of the jobs that are evaluated for the context.
func (x Context) Expander() *Expander { return &Expander{b: newBuilder(&Config{}, x), last: &layer{}} }

// Expand is a text in which references to the variables of a job stand for their values, and those to others for
// nothing (lib/expand_variables.rb, expand). The job has the variables that it would run with, as one of a Pipeline
// has; more come on top of these.
func (e *Expander) Expand(j Job, text string, more JobVariables) string {
	if !ciexpr.MayRefer(text) {
		return text
	}
	if own := j.Spec.Variables; len(own) != len(e.last.list) || len(own) > 0 && &own[0] != &e.last.list[0] {
		e.last = &layer{list: own}
	}
	b := e.b
	seen := scopeOf(b.room, &layer{list: b.x.predefinedOf(j)}, b.predefined, e.last, b.caller, &layer{list: more}, b.given)
	return ciexpr.Replaced(text, ciexpr.InText, seen.expanded, false, b.room)
}
