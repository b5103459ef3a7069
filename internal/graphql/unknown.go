package graphql

// What a person should know of fields that a document asks for and the schema has not.

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

// absences are the fields and arguments that documents asked for in vain, each once. missing are those that this GitLab has and the
// fake has not: a client that asks for one does nothing wrong. later are those that only later versions have.
func absences(v gitlabversion.Version, results []graphqlruby.Result) (missing, later []string) {
	for _, r := range results {
		for _, u := range r.Unknown {
			name := u.Type + "." + u.Field
			text, has := elsewhere(v, u.Type, u.Field)
			if u.Argument != "" {
				text, has = argumentElsewhere(v, u), false
			}
			switch {
			case has:
				missing = append(missing, fmt.Sprintf("GitLab has the field %s and this fake has not", name))
			case text != "":
				later = append(later, text)
			}
		}
	}
	return unique(missing), unique(later)
}
