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

// IsEnvironmentName reports whether an environment may have a name.
func IsEnvironmentName(name string) bool {
	return environmentName.MatchString(name) && utf8.RuneCountInString(name) <= maxEnvironment
}

// Expand is a text in which references to the variables of a job stand for their values, and those to others for
// nothing (lib/expand_variables.rb, expand). The job has the variables that it would run with, as one of a Pipeline
// has; more come on top of these.
func (x Context) Expand(j Job, text string, more JobVariables) string {
	if !ciexpr.MayRefer(text) {
		return text
	}
	b := newBuilder(&Config{}, x)
	seen := scopeOf(b.room, &layer{list: x.predefinedOf(j)}, b.predefined, &layer{list: j.Spec.Variables}, b.caller,
		&layer{list: more}, b.given)
	return ciexpr.Replaced(text, ciexpr.InText, seen.expanded, false, b.room)
}
