package journal

import (
	"fmt"
	"regexp"
	"strings"
)

// How many lines of the journal are in the log of a failed test: some from its beginning, more from before the failure.
const (
	firstLines = 20
	lastLines  = 180
)

// CutMiddle shortens a long journal to its beginning and its end.
func CutMiddle(journal string) string { return CutTo(journal, firstLines, lastLines) }

// CutTo shortens the lines of a journal to the first and the last of them.
func CutTo(journal string, first, last int) string {
	lines := strings.SplitAfter(journal, "\n")
	left := len(lines) - first - last
	if left <= 1 {
		return journal
	}
	return strings.Join(lines[:first], "") +
		fmt.Sprintf("... %d lines are left out; Journal has them, and WithJournalTo writes them as they come ...\n", left) +
		strings.Join(lines[first+left:], "")
}

// Size is a number of bytes for a person: "64 MiB", "1000 bytes".
func Size(n int64) string {
	if n > 0 && n%(1<<20) == 0 {
		return fmt.Sprintf("%d MiB", n>>20)
	}
	return fmt.Sprintf("%d bytes", n)
}

// Indent puts by before every line of a text.
func Indent(text, by string) string {
	var indented strings.Builder
	for line := range strings.Lines(text) {
		indented.WriteString(by + line)
	}
	return indented.String()
}

// tokenPattern finds GitLab's tokens by their prefixes (those in lib/gitlab/ci and app/models). Its group is what
// ShortenTokens keeps: the prefix and four more characters.
var tokenPattern = regexp.MustCompile(
	`\b((?:gl[a-z]+-(?:t\d_)?|GR1348941)[\w-]{4})[\w-]{8,}(?:\.[0-9a-z]{2}\.[0-9a-z]{9})?`)

// ShortenTokens cuts each token down to enough to tell it from others.
func ShortenTokens(text string) string { return tokenPattern.ReplaceAllString(text, "$1…") }

// mermaidEscapes replaces characters that mean something to Mermaid by their codes.
var mermaidEscapes = strings.NewReplacer("#", "#35;", ";", "#59;", "<", "#lt;", ">", "#gt;", "\n", " ", "\r", " ")

// Mermaid is a text as a label in a diagram, its tokens shortened.
func Mermaid(text string) string { return mermaidEscapes.Replace(ShortenTokens(text)) }

// See says where the recorded calls are to be seen, given how many there are and what was dropped of them.
func See(calls int, dropped, shed string) string {
	switch {
	case dropped != "" && shed != "":
		return fmt.Sprintf("gl.Journal() shows the last %d calls; %s; %s\n", calls, dropped, shed)
	case dropped != "":
		return fmt.Sprintf("gl.Journal() shows the last %d calls; %s\n", calls, dropped)
	case shed != "":
		return fmt.Sprintf("gl.Journal() shows all %d recorded calls; %s\n", calls, shed)
	}
	switch calls {
	case 0:
		return "no call was recorded\n"
	case 1:
		return "gl.Journal() shows the 1 recorded call\n"
	}
	return fmt.Sprintf("gl.Journal() shows all %d recorded calls\n", calls)
}

// Dropped says how many calls were dropped to keep to the limits, in calls and in bytes; "" if none was.
func (l Losses) Dropped(limit int, weight int64) string {
	var texts []string
	if l.Excess > 0 {
		texts = append(texts, fmt.Sprintf("%d earlier ones were dropped: WithJournalLimit keeps %d", l.Excess, limit))
	}
	if l.Heavy > 0 {
		texts = append(texts, fmt.Sprintf("%d earlier ones were dropped: WithJournalBytes keeps %s", l.Heavy, Size(weight)))
	}
	return strings.Join(texts, "; ")
}

// Bodiless says how many calls have lost their bodies to keep to the limit in bytes; "" if none has.
func (l Losses) Bodiless(weight int64) string {
	if l.Shed == 0 {
		return ""
	}
	return fmt.Sprintf("the bodies and parameters of the oldest %d were dropped: WithJournalBytes keeps %s", l.Shed,
		Size(weight))
}

// Once are texts without those that are there before, each with how many there are of it, if more than one: of what, as
// "calls".
func Once(texts []string, what string) (once []string) {
	times := map[string]int{}
	for _, text := range texts {
		if times[text]++; times[text] == 1 {
			once = append(once, text)
		}
	}
	for i, text := range once {
		if n := times[text]; n > 1 {
			once[i] += fmt.Sprintf(" (%d %s)", n, what)
		}
	}
	return once
}
