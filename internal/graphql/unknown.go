package graphql

// What a person should know of fields that a document asks for and the schema has not.

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// absences are the fields and arguments that documents asked for in vain, each once. missing are the fields that this
// GitLab has and the fake has not: a client that asks for one does nothing wrong. meant are those that only later
// versions have, and what was meant by those that no GitLab has.
func absences(v gitlabversion.Version, results []graphqlruby.Result) (missing, meant []string) {
	for _, r := range results {
		for _, u := range r.Unknown {
			name := u.Type + "." + u.Field
			text, has := elsewhere(v, u.Type, u.Field)
			if u.Argument != "" {
				text, has = argumentElsewhere(v, u), false
			} else if text == "" && !has && !v.Has(gitlabversion.GraphQLSuggests) {
				text = fieldMeant(v, u)
			}
			switch {
			case has:
				missing = append(missing, fmt.Sprintf("GitLab has the field %s and this fake has not", name))
			case text != "":
				meant = append(meant, text)
			}
		}
	}
	return unique(missing), unique(meant)
}

// fieldMeant names the field of the same type that was probably meant, if the version has it, as later versions do
// themselves; "" for none.
func fieldMeant(v gitlabversion.Version, u graphqlruby.UnknownField) string {
	if field, near := nearest.Of(u.Field, schemaOf(v).FieldsOf(u.Type)); near {
		return fmt.Sprintf("did you mean %s.%s?", u.Type, field)
	}
	return ""
}
