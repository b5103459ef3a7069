// Package nearest finds what somebody probably meant who wrote a name that does not exist.
package nearest

import (
	"math"
	"slices"
	"strings"
)

// Of returns the candidate that name was probably meant to be. That is the one with the fewest typing slips between
// them (a letter wrong, missing, too many, or two exchanged; capitals do not matter), and before those that are more
// than one slip away the shortest that begins as name does. If none is so near, it is the one that shares most words
// with name ("tags" and "tag_list"), and if several have all of its words, the shortest. It is false when none is near
// enough to be of help. Of candidates that are equally near it returns the first in the alphabet, whatever their order.
func Of(name string, candidates []string) (string, bool) {
	best, found := "", false
	least := 0
	for _, candidate := range candidates {
		cost, near := resemblance(name, candidate)
		if near && (!found || cost < least || cost == least && candidate < best) {
			best, found, least = candidate, true, cost
		}
	}
	return best, found
}

// Slip returns the candidate that name was meant to be if one or two slips made it what it is. It is name itself if
// that is a candidate.
func Slip(name string, candidates []string) (string, bool) {
	best := Closest(name, candidates)
	slips := distance([]rune(name), []rune(best))
	return best, best != "" && slips <= 2 && slips < min(len(name), len(best))-1
}

// Closest returns the candidate that is the fewest slips away from name, however many those are. If several are equally
// close it returns the first, and "" if there are no candidates. Use it where name must stand for one of the
// candidates.
func Closest(name string, candidates []string) string {
	best, least := "", math.MaxInt
	for _, candidate := range candidates {
		if d := distance([]rune(name), []rune(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// What a slip costs, and what it does that names only share words: more than any number of slips, and less for every
// word that they share.
const (
	slipCost   = 100
	wordsOnly  = 1_000_000
	wordShared = 50
)

// What has at least so many letters may be the beginning of a name, which is nearer than what is more slips away than
// one.
const (
	leastBegun = 3
	fewSlips   = 1
)

// resemblance is how far apart two names are, and whether they are so near that one was probably meant to be the other.
func resemblance(a, b string) (cost int, near bool) {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if a == "" || b == "" {
		return 0, a == b
	}
	slips := distance([]rune(a), []rune(b))
	if len(a) >= leastBegun && strings.HasPrefix(b, a) && slips > fewSlips {
		return fewSlips*slipCost + min(slips, slipCost-1), true // it was begun and not written to its end
	}
	if slips <= 1+max(len(a), len(b))/4 && slips < min(len(a), len(b)) {
		return slips * slipCost, true
	}
	if shared := sharedWords(a, b); shared > 0 {
		besides := wordShared - 1
		if shared == len(words(a)) { // a part of the name: of what it may be a part of, the shortest
			besides = min(slips, besides)
		}
		return wordsOnly - wordShared*shared + besides, true
	}
	return 0, false
}

// distance is the Damerau-Levenshtein distance in its form of optimal string alignment.
func distance(a, b []rune) int {
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, row = above, row, before
		row[0] = i
		for j := 1; j <= len(b); j++ {
			wrong := 1
			if a[i-1] == b[j-1] {
				wrong = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+wrong)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// sharedWords counts the words of three letters and more that both names have, be it in the plural.
func sharedWords(a, b string) int {
	theirs, shared := words(b), 0
	for _, word := range words(a) {
		if len(word) >= 3 && slices.Contains(theirs, word) {
			shared++
		}
	}
	return shared
}

func words(name string) []string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == ' ' })
	for i, part := range parts {
		parts[i] = strings.TrimSuffix(part, "s")
	}
	return parts
}
