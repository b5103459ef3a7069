package search

import (
	"slices"
	"strings"
	"unicode"
)

// mostWords is how many words of a search are looked at (app/finders/ci/build_name_finder.rb).
const mostWords = 5

// unlooked are words that PostgreSQL does not look for in English, of those that names have.
var unlooked = []string{"a", "all", "an", "and", "as", "at", "be", "by", "for", "from", "in", "is", "it", "no", "not",
	"of", "on", "only", "or", "the", "to", "with"}

// Names is a search for names in which each of its words begins a word. The zero value finds none.
type Names []string

// ParseNames reads a search for names (app/models/concerns/pg_full_text_searchable.rb). Words are not led back to their
// stems, as PostgreSQL does.
func ParseNames(text string) (n Names) {
	fields := strings.Fields(text)
	for _, word := range wordsOf(strings.Join(fields[:min(mostWords, len(fields))], " ")) {
		if !slices.Contains(unlooked, word) {
			n = append(n, word)
		}
	}
	return n
}

// Matches reports whether each word that is searched for begins one of the name's.
func (n Names) Matches(name string) bool {
	words := wordsOf(name)
	return len(n) > 0 && !slices.ContainsFunc(n, func(wanted string) bool {
		return !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, wanted) })
	})
}

// wordsOf are the words of a text, in lower case.
func wordsOf(text string) []string {
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	return strings.FieldsFunc(strings.ToLower(text), between)
}
