// Package search finds rows by words and ranks them by likeness, as GitLab's lists do for their parameter search
// (lib/gitlab/sql/pattern.rb, lib/gitlab/database/similarity_score.rb).
package search

import (
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
	q := Query{whole: text}
	for text != "" {
		word, rest := quoted(text)
		if word == "" {
			word, rest, _ = strings.Cut(text, " ")
		}
		if utf8.RuneCountInString(word) >= shortest {
			q.words = append(q.words, word)
		}
		text = rest
	}
	return q
}

// quoted is the words in quotes with which text begins, if a blank or nothing follows them: they are looked for as one.
func quoted(text string) (phrase, rest string) {
	inside, begins := strings.CutPrefix(text, `"`)
	phrase, rest, ends := strings.Cut(inside, `"`)
	if !begins || !ends || rest != "" && rest[0] != ' ' {
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

// Similarity is how alike two texts are, from 0 to 1: the share of three letters in a row that both have, as
// PostgreSQL's pg_trgm counts them.
func Similarity(a, b string) float64 {
	inA, inB := trigrams(a), trigrams(b)
	shared := 0
	for t := range inA {
		if inB[t] {
			shared++
		}
	}
	all := len(inA) + len(inB) - shared
	if all == 0 {
		return 0
	}
	return float64(shared) / float64(all)
}

// trigrams are those of each word, which counts as having two blanks before it and one behind.
func trigrams(text string) map[[3]rune]bool {
	all := map[[3]rune]bool{}
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), between) {
		padded := []rune("  " + word + " ")
		for i := range len(padded) - 2 {
			all[[3]rune(padded[i:i+3])] = true
		}
	}
	return all
}
