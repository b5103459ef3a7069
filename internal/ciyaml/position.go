package ciyaml

import (
	"regexp"
	"strings"
)

// Psych says where what it was about begins, line and column; go-yaml says the line, and that not always. So the place
// is found by reading again what comes before it: where a text first is wrong in this way, there the problem is.

// maxLocated is how long a text may be to be read again and again, and maxTries how often.
const (
	maxLocated = 64 << 10
	maxTries   = 64
)

// locate finds line and column, from 1, of what Psych would name. The line is 0 if they are not found.
func locate(source, what string) (line, column int) {
	at := firstWrong(source, "", what)
	switch what {
	case noKey:
		at = blockStart(source, at, false)
	case noDash:
		at = blockStart(source, at, true)
	case noBracket:
		at = lastUnclosed(source, "[", what)
	case noBrace:
		at = lastUnclosed(source, "{", what)
	case openQuote:
		at = lastStart(source, `"'`, func(before string) bool { return whatIsWrong(before) != openQuote })
	case badEscape:
		if at >= 0 {
			at = lastStart(source[:at], `"`, func(before string) bool { return whatIsWrong(before) != openQuote })
		}
	case noLineBreak:
		at = strings.LastIndexAny(source[:max(at, 0)], "|>")
	case noToken:
		for at > 0 && source[at-1] == '\t' {
			at--
		}
	case noNodeContent:
		if whatIsWrong(source+" x") != noNodeContent { // what is missing is missing at the end
			return strings.Count(strings.TrimSuffix(source, "\n"), "\n") + 2, 1
		}
		at = firstWrong(source, " x", what)
	}
	if at < 0 {
		return 0, 1
	}
	return strings.Count(source[:at], "\n") + 1, at - strings.LastIndexByte(source[:at], '\n')
}

// offset is where a line and a column are in a text.
func offset(source string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		next := strings.IndexByte(source[at:], '\n')
		if next < 0 {
			return len(source)
		}
		at += next + 1
	}
	return min(at+column-1, len(source))
}

// firstWrong is the last character of the shortest beginning of the text that is wrong in this way with the suffix.
func firstWrong(source, suffix, what string) int {
	low, high := 0, len(source)
	for low < high {
		middle := (low + high) / 2
		if whatIsWrong(source[:middle]+suffix) == what {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return high - 1
}

// lastStart is the last of some characters before which the text is as it should be.
func lastStart(source, characters string, fine func(before string) bool) int {
	at := len(source)
	for range maxTries {
		if at = strings.LastIndexAny(source[:at], characters); at < 0 || fine(source[:at]) {
			return at
		}
	}
	return -1
}

// lastUnclosed is the last bracket from which on the text is wrong in this way, whatever came before.
func lastUnclosed(source, bracket, what string) int {
	at := len(source)
	for range maxTries {
		if at = strings.LastIndex(source[:at], bracket); at < 0 || whatIsWrong(source[at:]) == what {
			return at
		}
	}
	return -1
}

// openBracket is the bracket or brace that is not closed, -1 if there is none.
func openBracket(source string) int {
	flow := map[string]bool{noBracket: true, noBrace: true, noNodeContent: true}
	if !flow[whatIsWrong(source)] {
		return -1
	}
	return lastStart(source, "[{", func(before string) bool { return !flow[whatIsWrong(before)] })
}

// blockLine is a line of a block: its blanks, its dashes, and whether a key follows.
var blockLine = regexp.MustCompile(`^( *)((?:- +)*)(-$|[^\s#'"\[{][^:#]*:(?:\s|$)|["'].*["'] *:(?:\s|$))?`)

// blockStart is where the map, or the list, begins that what stands at a place should be a part of.
func blockStart(source string, at int, list bool) int {
	if at < 0 {
		return -1
	}
	from := strings.LastIndexByte(source[:at], '\n') + 1
	limit, found, indent := at-from, -1, -1
	for end := at; ; end = from - 1 {
		from = strings.LastIndexByte(source[:end], '\n') + 1
		column, began := -1, false
		if match := blockLine.FindStringSubmatch(source[from:end]); match != nil {
			switch {
			case list && (match[2] != "" || match[3] == "-"):
				column = len(match[1])
			case !list && match[3] != "" && match[3] != "-":
				column, began = len(match[1])+len(match[2]), match[2] != ""
			}
		}
		switch {
		case column < 0:
		case indent < 0 && (column < limit || list && column == limit), column == indent:
			indent, found = column, from+column
		case indent >= 0 && column < indent:
			return found
		}
		if from == 0 || began && column == indent {
			return found
		}
	}
}
