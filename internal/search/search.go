// Package search finds rows by words and ranks them by likeness, as GitLab's lists do for their parameter search
// (lib/gitlab/sql/pattern.rb, lib/gitlab/database/similarity_score.rb).
package search

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shortest is how many characters a word must have to be looked for inside other words.
const shortest = 3

// Query is what a search asks for. The zero value asks for nothing, and everything matches it.
type Query struct {
	whole string   // squeezed and in lower case
	words []string // those long enough to be looked for inside of others
}

// Parse reads a search. A blank one is the zero Query.
func Parse(text string) Query {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	q, seen := Query{whole: text}, map[string]bool{}
	for text != "" {
		word, rest := quoted(text)
		if word == "" {
			word, rest, _ = strings.Cut(text, " ")
		}
		if utf8.RuneCountInString(word) >= shortest && !seen[word] {
			seen[word] = true
			q.words = append(q.words, word)
		}
		text = rest
	}
	return q
}

// quoted is the words in quotes with which text begins, if a blank or nothing follows them: they are looked for as one.
func quoted(text string) (phrase, rest string) {
	inside, begins := strings.CutPrefix(text, `"`)
	if !begins {
		return "", "" // without a look at all that follows, which may be long and is asked for at each word of it
	}
	phrase, rest, ends := strings.Cut(inside, `"`)
	if !ends || rest != "" && rest[0] != ' ' {
		return "", ""
	}
	return phrase, strings.TrimPrefix(rest, " ")
}

// Blank reports whether q asks for nothing.
func (q Query) Blank() bool { return q.whole == "" }

// Matches reports whether one of the columns has all the words. If all the words are too short to be looked for inside
// others, a column must equal the whole search.
func (q Query) Matches(columns ...string) bool {
	return q.Blank() || slices.ContainsFunc(columns, q.matches)
}

func (q Query) matches(column string) bool {
	column = strings.ToLower(column)
	if len(q.words) == 0 {
		return column == q.whole
	}
	return !slices.ContainsFunc(q.words, func(word string) bool { return !strings.Contains(column, word) })
}

// Text is a text that others are compared with: what is to be known of it is found out once.
type Text struct{ trigrams map[[3]rune]bool }

// NewText looks at a text.
func NewText(text string) Text {
	t := Text{map[[3]rune]bool{}}
	for trigram := range trigrams(text) {
		t.trigrams[trigram] = true
	}
	return t
}

// Similarity is how alike the texts are, from 0 to 1: the share of three letters in a row that both have, as
// PostgreSQL's pg_trgm counts them.
func (t Text) Similarity(other string) float64 {
	seen, shared := map[[3]rune]bool{}, 0
	for trigram := range trigrams(other) {
		if !seen[trigram] && t.trigrams[trigram] {
			shared++
		}
		seen[trigram] = true
	}
	all := len(t.trigrams) + len(seen) - shared
	if all == 0 {
		return 0
	}
	return float64(shared) / float64(all)
}

// trigrams yields those of each word, which counts as having two blanks before it and one behind; some several times.
func trigrams(text string) iter.Seq[[3]rune] {
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }
	return func(yield func([3]rune) bool) {
		for word := range strings.FieldsFuncSeq(strings.ToLower(text), between) {
			padded := []rune("  " + word + " ")
			for i := range len(padded) - 2 {
				if !yield([3]rune(padded[i : i+3])) {
					return
				}
			}
		}
	}
}
