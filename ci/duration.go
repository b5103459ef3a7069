package ci

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// amount is a number as chronic_duration cuts it out of a text: what is around it, and more points, are other words.
var amount = regexp.MustCompile(`[0-9]*\.?[0-9]+`)

// clock is a duration as a clock shows it, "1:30:00".
var clock = regexp.MustCompile(`^[0-9]+(?::[0-9]+){1,5}(?:\.[0-9]*)?$`)

// clockUnits are what the parts of such a text are, the last one first.
var clockUnits = []string{"s", "m", "h", "d", "mo", "y"}

// ParseDuration reads a duration as GitLab's configuration has it in timeout, expire_in and the like (its library is
// chronic_duration): numbers with units, "1h 30m", "2 hrs 20 min", "3 weeks and 2 days", "1 year", or as a clock shows
// it, "1:30:00". Capitals do not matter, nor do a comma at a word, and the words and, with and plus; a number without a
// unit is seconds if it is the last, and counts for nothing if another number follows. A unit without a number is one
// of it, "day", if the text begins with it. Units go from the second to the year, in full or short (s, min, h, d, wk,
// mo, yr). As in GitLab a month is 30 days and a year 365.25. Numbers are written with digits.
//
// The "never" that expire_in also takes is no duration, and neither are an empty text and a negative number.
func ParseDuration(text string) (time.Duration, error) {
	bad := &specError{text: fmt.Sprintf("%q is not a duration such as \"1h 30m\" or a number of seconds", text)}
	words := durationWords(strings.ToLower(text))
	if _, ok := unit(first(words)); ok {
		words = append([]string{"1"}, words...)
	}
	var total float64
	for i, word := range words {
		if !amount.MatchString(word) {
			if _, ok := unit(word); !ok {
				return 0, bad
			}
			continue
		}
		value, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return 0, bad
		}
		if i+1 == len(words) {
			total += value
		} else if size, ok := unit(words[i+1]); ok {
			total += value * size.Seconds()
		}
	}
	if len(words) == 0 || total > float64(1<<62)/float64(time.Second) {
		return 0, bad
	}
	return time.Duration(total * float64(time.Second)), nil
}

// first is the first of some words, "" of none.
func first(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// durationWords are the numbers and units of a duration, without the words that join them.
func durationWords(text string) []string {
	if tight := strings.ReplaceAll(text, " ", ""); clock.MatchString(tight) {
		parts := strings.Split(tight, ":")
		text = ""
		for i, part := range parts {
			text += part + clockUnits[len(parts)-1-i] + " "
		}
	}
	var words []string
	for _, word := range strings.Fields(amount.ReplaceAllString(text, " $0 ")) {
		word = strings.TrimSuffix(strings.TrimPrefix(word, ","), ",")
		if word != "and" && word != "with" && word != "plus" {
			words = append(words, word)
		}
	}
	return words
}

// unit adds to the units of all durations those that only GitLab's configuration has.
func unit(name string) (time.Duration, bool) {
	const day = 24 * time.Hour
	switch name {
	case "mo", "mos", "month", "months":
		return 30 * day, true
	case "dy":
		return day, true
	case "y", "yr", "yrs", "year", "years":
		return 365*day + day/4, true
	}
	return datajson.Unit(name)
}
