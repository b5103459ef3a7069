package graphqlruby

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// didYouMean is the suggestion that follows an unknown name (ValidationContext#did_you_mean_suggestion).
func didYouMean(name string, known []string) string {
	found := corrections(name, known)
	for i, word := range found {
		found[i] = "`" + word + "`"
	}
	switch last := len(found) - 1; {
	case last < 0:
		return ""
	case last == 0:
		return fmt.Sprintf(textDidYouMean, found[0])
	default:
		return fmt.Sprintf(textDidYouMean, strings.Join(found[:last], ", ")+" or "+found[last])
	}
}

// corrections are the known words that are like another, the best first, as Ruby's DidYouMean::SpellChecker finds
// them: by Jaro and Winkler's likeness first, then by how many letters are mistyped, and if that finds none, the best
// that shares any.
func corrections(unknown string, known []string) []string {
	input := strings.ToLower(unknown)
	enough := 0.77
	if len([]rune(input)) > 3 {
		enough = 0.834
	}
	type scored struct {
		word  string
		score float64
	}
	var like []scored
	for _, word := range known {
		if word != unknown && winkler(strings.ToLower(word), input) >= enough {
			like = append(like, scored{word, winkler(word, input)})
		}
	}
	slices.SortStableFunc(like, func(a, b scored) int {
		if a.score != b.score {
			return cmpFloat(b.score, a.score)
		}
		return strings.Compare(b.word, a.word)
	})
	mistyped := int(math.Ceil(float64(len([]rune(input))) * 0.25))
	var found []string
	for _, s := range like {
		if editDistance(strings.ToLower(s.word), input) <= mistyped {
			found = append(found, s.word)
		}
	}
	if found != nil {
		return found
	}
	for _, s := range like {
		word := strings.ToLower(s.word)
		if editDistance(word, input) < min(len([]rune(input)), len([]rune(word))) {
			return []string{s.word}
		}
	}
	return nil
}

func cmpFloat(a, b float64) int {
	if a < b {
		return -1
	}
	return 1
}

// winkler is the likeness of two words by Jaro, raised for the letters that they begin with together.
func winkler(a, b string) float64 {
	likeness := jaro(a, b)
	if likeness <= 0.7 {
		return likeness
	}
	left, right, same := []rune(a), []rune(b), 0
	for same < len(left) && same < len(right) && same < 4 && left[same] == right[same] {
		same++
	}
	return likeness + float64(same)*0.1*(1-likeness)
}

func jaro(a, b string) float64 {
	short, long := []rune(a), []rune(b)
	if len(short) > len(long) {
		short, long = long, short
	}
	reach := max(len(long)/2-1, 0)
	usedShort, usedLong := make([]bool, len(short)), make([]bool, len(long))
	matches := 0.0
	for i := range short {
		for j := max(i-reach, 0); j <= i+reach && j < len(long); j++ {
			if !usedLong[j] && short[i] == long[j] {
				usedShort[i], usedLong[j] = true, true
				matches++
				break
			}
		}
	}
	if matches == 0 {
		return 0
	}
	return (matches/float64(len(short)) + matches/float64(len(long)) +
		(matches-transposed(short, long, usedShort, usedLong))/matches) / 3
}

// transposed is half the number of matches that are in another order.
func transposed(short, long []rune, usedShort, usedLong []bool) float64 {
	different, j := 0, 0
	for i := range short {
		if !usedShort[i] {
			continue
		}
		for j < len(long)-1 && !usedLong[j] {
			j++
		}
		if short[i] != long[j] {
			different++
		}
		j++
	}
	return float64(different / 2)
}

// editDistance is Levenshtein's.
func editDistance(a, b string) int {
	left, right := []rune(a), []rune(b)
	row := make([]int, len(right)+1)
	for j := range row {
		row[j] = j
	}
	for i := range left {
		diagonal := row[0]
		row[0] = i + 1
		for j := range right {
			cost := diagonal
			if left[i] != right[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(right)]
}
