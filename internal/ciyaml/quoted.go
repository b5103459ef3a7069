package ciyaml

import (
	"regexp"
	"strings"
	"unicode"
)

// quoted is a text to be written as Psych and libyaml do.
type quoted struct {
	text           string
	indent, column int
	folds          bool // it may be broken into lines, which a key may not
}

var (
	// breaksWithin are texts of several lines.
	breaksWithin = regexp.MustCompile(`\n(?s:.)*[^\n]`)
	// notPlain are texts that libyaml cannot write without quotes.
	notPlain = regexp.MustCompile("^[-?:,\\[\\]{}#&*!|>'\"%@` ]|: |:$| #| $")
	// isTime and isOldFloat are further texts that Psych would read as something else.
	isTime     = regexp.MustCompile(`^\d{4}-\d{1,2}-\d{1,2}(?:[Tt]|\s+)\d{1,2}:\d\d:\d\d`)
	isOldFloat = regexp.MustCompile(`^0[0-7]*\.[0-9]`)
)

// lineWidth is the column behind which libyaml breaks a text at its next blank.
const lineWidth = 80

func (q quoted) String() string {
	first := []rune(q.text + " ")[0]
	word := unicode.IsLetter(first) || unicode.IsDigit(first) || first == '_'
	special := strings.ContainsFunc(q.text, func(r rune) bool { return !unicode.IsPrint(r) && r != '\n' })
	switch {
	case q.text == "":
		return "''"
	case special:
		return q.double()
	case breaksWithin.MatchString(q.text) && q.folds:
		return q.literal()
	case q.text == mergeKey:
		return "!!str '<<'"
	case q.text == "y" || q.text == "n" || !word && !strings.Contains(q.text, `"`):
		return q.double()
	case strings.Count(q.text, "\n") == 1 && q.folds: // one line, and its end
		return q.single(strings.TrimSuffix(q.text, "\n") + "\n\n" + strings.Repeat(" ", q.indent+2))
	case strings.Contains(q.text, "\n"):
		return q.double()
	}
	_, isText := plainScalar(q.text).(string)
	if !isText || isDate.MatchString(q.text) || isTime.MatchString(q.text) || isOldFloat.MatchString(q.text) ||
		notPlain.MatchString(q.text) {
		return q.single(q.text)
	}
	return q.folded(q.text, 0)
}

func (q quoted) single(text string) string {
	return "'" + q.folded(strings.ReplaceAll(text, "'", "''"), 1) + "'"
}

// folded breaks a text, if it is too long, at single blanks. opened is how many characters stand before it.
func (q quoted) folded(text string, opened int) string {
	if !q.folds {
		return text
	}
	var b strings.Builder
	runes, column := []rune(text), q.column+opened
	for i, r := range runes {
		single := r == ' ' && i > 0 && i+1 < len(runes) && runes[i-1] != ' ' && runes[i+1] != ' '
		if single && column > lineWidth {
			b.WriteString("\n" + strings.Repeat(" ", q.indent+2))
			column = q.indent + 2
			continue
		}
		b.WriteRune(r)
		column++
	}
	return b.String()
}

// escapes are what libyaml writes with a backslash and a letter.
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`, "\r", `\r`, "\x1b", `\e`, "\x00", `\0`,
	"\a", `\a`, "\b", `\b`, "\f", `\f`, "\v", `\v`)

func (q quoted) double() string { return `"` + q.folded(escapes.Replace(q.text), 1) + `"` }

// literal writes a text of several lines after a bar.
func (q quoted) literal() string {
	header := "|"
	if q.text[0] == ' ' || q.text[0] == '\n' {
		header += "2"
	}
	switch {
	case strings.HasSuffix(q.text, "\n\n"):
		header += "+"
	case !strings.HasSuffix(q.text, "\n"):
		header += "-"
	}
	lines := strings.Split(strings.TrimSuffix(q.text, "\n"), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = strings.Repeat(" ", q.indent+2) + line
		}
	}
	return header + "\n" + strings.Join(lines, "\n")
}
