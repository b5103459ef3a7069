package ciexpr

import (
	"regexp"
	"strings"
)

// References to variables: $NAME, ${NAME} and %NAME%. What does not begin as a name does, such as $1, is none.
var (
	// InText are those in a text, in which nothing escapes them (lib/expand_variables.rb).
	InText = regexp.MustCompile(`\$` + name + `|\$\{` + name + `\}|%` + name + `%`)
	// InValue are those in the value of a variable, and $$, %% and ${}, which name nothing there
	// (lib/gitlab/ci/variables/collection/item.rb).
	InValue = regexp.MustCompile(`\$\$|%%|\$` + name + `|\$\{(?:` + name + `)?\}|%` + name + `%`)
)

const name = `[a-zA-Z_][a-zA-Z0-9_]*`

// Named is the name of the variable that a match of InText or InValue names; empty if it names none.
func Named(match string) string { return strings.Trim(match, "${}%") }

// References are the names that the value of a variable refers to, in their order.
func References(value string) (names []string) {
	if !MayRefer(value) {
		return nil
	}
	for _, match := range InValue.FindAllString(value, -1) {
		if name := Named(match); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Replaced is a text with the values of what references in it name, as long as there is room for them, in bytes; keep
// leaves a reference to what is not there as it stands, for which nothing comes otherwise.
func Replaced(text string, references *regexp.Regexp, lookup func(string) (string, bool), keep bool, room *int) string {
	if !MayRefer(text) {
		return text
	}
	return references.ReplaceAllStringFunc(text, func(found string) string {
		name := Named(found)
		if name == "" {
			return found
		}
		value, ok := lookup(name)
		if !ok && keep || len(value) > *room {
			return found
		}
		*room -= len(value)
		return value
	})
}

// MayRefer says whether there may be references in a text.
func MayRefer(text string) bool { return strings.ContainsAny(text, "$%") }

// MostExpanded is how long all values together may be that are put in the place of references to variables, in bytes.
// GitLab has no such limit; but 30 variables, each twice the one before it, make gigabytes.
const MostExpanded = 16 << 20
