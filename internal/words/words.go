// Package words puts a line about a record together from words, some of which may be missing.
package words

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ID is an ID in digits, "" for 0, which is none.
func ID(id int) string {
	if id == 0 {
		return ""
	}
	return strconv.Itoa(id)
}

// Spaced puts a blank before a word, unless it is empty.
func Spaced(word string) string {
	if word == "" {
		return ""
	}
	return " " + word
}

// When is the word if it holds, else "".
func When(is bool, word string) string {
	if is {
		return word
	}
	return ""
}

// Unless is the word if it is not the usual one, else "".
func Unless(word, usual string) string { return When(word != usual, word) }

// InBrackets lists the words that are not empty: " (a, b)".
func InBrackets(words ...string) string {
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// Differing shortens two long texts to about where they begin to differ.
func Differing(a, b string) (string, string) {
	const long, before = 120, 40
	first, second := []rune(a), []rune(b)
	same := 0
	for same < min(len(first), len(second)) && first[same] == second[same] {
		same++
	}
	short := func(text []rune) string {
		from := 0
		if len(text) > long {
			from = max(0, min(same-before, len(text)-long))
		}
		cut := string(text[from:min(len(text), from+long)])
		if from > 0 {
			cut = "..." + cut
		}
		if from+long < len(text) {
			cut += "..."
		}
		return cut
	}
	return short(first), short(second)
}

// someShown is how many records Some names.
const someShown = 10

// Some is a line that names records of a kind, "jobs: a, b, and 5 more", the first of them if there are many.
func Some[R any](kind string, records []R, name func(R) string) string {
	if len(records) == 0 {
		return "there are no " + kind + "\n"
	}
	var names []string
	for _, r := range records[:min(len(records), someShown)] {
		names = append(names, name(r))
	}
	if more := len(records) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return kind + ": " + strings.Join(names, ", ") + "\n"
}
