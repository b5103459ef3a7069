package fakegitlab

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Journal is the recorded calls for a person to read, one line a call: number, endpoint, who called, status, and in
// brackets the reason of a refusal and what else is odd about it. A line between calls says that the fake's clock has
// moved. A call that repeats the one before it, which had failed, is indented below it; many that are alike are one
// line. Tokens are shortened.
func (f *Fake) Journal() string {
	text := journalText(f.log.Closed())
	for _, lost := range []string{f.shedText(), f.droppedText()} {
		if lost != "" {
			text = lost + "\n" + text
		}
	}
	if text == "" {
		text = "no call was recorded\n"
	}
	if open := f.log.StillOpen(); len(open) > 0 {
		text += "not answered yet: #" + strings.Trim(strings.ReplaceAll(fmt.Sprint(open), " ", ", #"), "[]") + "\n"
	}
	return text
}

// journalLines is calls as in Journal, below a line of a message.
func journalLines(calls []Call) string { return journal.Indent(journalText(calls), "  ") }

func journalText(calls []Call) string {
	var text strings.Builder
	retries := 0
	for i := 0; i < len(calls); i++ {
		c := calls[i]
		if i > 0 {
			text.WriteString(laterLine(calls[i-1], c))
		}
		if i == 0 || !retried(calls[i-1], c) {
			retries = 0
			text.WriteString(journalLine(c) + "\n")
			continue
		}
		retries++
		fmt.Fprintf(&text, "  %s [retry %d]\n", journalLine(c), retries)
		if n := likeIt(calls[i:]); n > 1 {
			retries, i = retries+n, i+n
			fmt.Fprintf(&text, "    ... %d more like it, up to #%d\n", n, calls[i].Number)
		}
	}
	return text.String()
}

// likeIt counts the calls after the first that repeat it with the same answer.
func likeIt(calls []Call) int {
	first := calls[0]
	for n, c := range calls[1:] {
		same := c.Status == first.Status && c.Failure == first.Failure && c.Reason == first.Reason
		if !same || !retried(first, c) {
			return n
		}
	}
	return len(calls) - 1
}

// laterLine says that the fake's clock has moved on between two calls, by a second or more; else it is "".
func laterLine(before, after Call) string {
	passed := after.Time.Sub(before.Time)
	if before.Time.IsZero() || after.Time.IsZero() || passed < time.Second {
		return ""
	}
	return fmt.Sprintf("-- %s later, at %s\n", passed.Truncate(time.Millisecond), after.Time.Format(time.RFC3339))
}

func journalLine(c Call) string {
	line := c.String()
	if c.Reason != "" {
		line += " (" + c.Reason + ")"
	}
	if c.Failure {
		line += " " + injectedText(c)
	}
	if c.Endpoint == "" && c.Reason == "" && !c.succeeded() { // who asks whether GitLab is there is answered
		line += " [nothing serves this]"
	}
	if len(c.IgnoredParams) > 0 {
		line += " [nothing reads " + ignoredText(c) + "]"
	}
	return journal.ShortenTokens(strings.ReplaceAll(line, "\n", " "))
}

// injectedText says that a Failure answered, and which.
func injectedText(c Call) string {
	if c.Injected == "" {
		return "[injected failure]"
	}
	return "[failure injected at " + c.Injected + "]"
}

// ignoredText names the parameters that nothing read, each with the nearest that the endpoint knows: they are often
// misspelt. One that the endpoint reads beside something else says beside what.
func ignoredText(c Call) string {
	known := gitlab.Parameters(string(c.Endpoint))
	texts := slices.Clone(c.IgnoredParams)
	for i, name := range texts {
		if meant, near := nearest.Of(name, known); near && meant != name {
			texts[i] += " (did you mean " + meant + "?)"
		}
	}
	return strings.Join(texts, ", ")
}

// retried is whether the second call is the same request again after the first one failed in a way that may pass.
func retried(first, second Call) bool {
	passing := first.Failure || first.Status == 0 || first.Status == 429 || first.Status >= 500
	return passing && first.Method == second.Method && first.Path == second.Path &&
		maps.EqualFunc(first.Query, second.Query, slices.Equal) && bytes.Equal(first.Body, second.Body)
}

func (f *Fake) seeJournal() string {
	calls := len(f.log.Closed())
	dropped, shed := f.droppedText(), f.shedText()
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

// droppedText says how many calls the journal has dropped; "" if it has them all.
func (f *Fake) droppedText() string {
	lost := f.log.Lost()
	var texts []string
	if n := lost.Excess; n > 0 {
		texts = append(texts, fmt.Sprintf("%d earlier ones were dropped: WithJournalLimit keeps %d", n,
			f.options.journalLimit))
	}
	if n := lost.Heavy; n > 0 {
		texts = append(texts, fmt.Sprintf("%d earlier ones were dropped: WithJournalBytes keeps %s", n,
			journal.Size(f.options.journalBytes)))
	}
	return strings.Join(texts, "; ")
}

// shedText says how many calls have lost their bodies; "" if none has.
func (f *Fake) shedText() string {
	n := f.log.Lost().Shed
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("the bodies and parameters of the oldest %d were dropped: WithJournalBytes keeps %s", n,
		journal.Size(f.options.journalBytes))
}

// shedProblem is the problem of an assertion that has to know of every call whether it meets the conditions, when calls
// of the endpoint have lost what a condition looks at; "" if none has.
func (f *Fake) shedProblem(e Endpoint, where []CallMatcher) string {
	looks := func(m CallMatcher) bool {
		c, is := m.(condition)
		return is && c.ofBody
	}
	shed := f.shedText()
	if shed == "" || !slices.ContainsFunc(where, looks) {
		return ""
	}
	return fmt.Sprintf("the journal does not know all of the calls of %s; %s", e.text(), shed)
}

// usualCall is about what a call takes beside what varies, in bytes.
const usualCall = 1 << 10

// weight is about what the call takes in the journal, in bytes. Parameters are a second copy of what brought them.
func (c Call) weight() int64 {
	n := usualCall + len(c.Body) + len(c.ResponseBody) + len(c.Path) + len(c.Reason)
	if len(c.Params) > 0 {
		n += len(c.Body)
	}
	for _, values := range []map[string][]string{c.Query, c.Header, c.ResponseHeader} {
		for name, list := range values {
			n += len(name)
			for _, value := range list {
				n += len(value)
			}
		}
	}
	return int64(n)
}

// shed is the call without its bodies and parameters, but for those of the path.
func (c Call) shed() Call {
	kept := map[string]any{}
	for segment := range strings.SplitSeq(string(c.Endpoint), "/") {
		if name, ok := strings.CutPrefix(segment, ":"); ok {
			if value, sent := c.Params[name]; sent {
				kept[name] = value
			}
		}
	}
	c.Body, c.ResponseBody, c.Params = nil, nil, kept
	return c
}

// incompleteProblem is the problem of an assertion that has to know every call (none, at most, exactly) when the
// journal has dropped some; "" if it has them all.
func (f *Fake) incompleteProblem() string {
	if dropped := f.droppedText(); dropped != "" {
		return "the journal does not know all calls; " + dropped
	}
	return ""
}

// JournalMermaid is the recorded calls as a sequence diagram for Mermaid (https://mermaid.js.org), as GitLab's and
// GitHub's Markdown show it. Tokens are shortened.
func (f *Fake) JournalMermaid() string {
	calls := f.log.Closed()
	var text strings.Builder
	text.WriteString("sequenceDiagram\n")
	aliases := map[string]string{}
	for _, c := range calls {
		if actor := mermaidActor(c); aliases[actor] == "" {
			aliases[actor] = fmt.Sprintf("a%d", len(aliases)+1)
			fmt.Fprintf(&text, "    participant %s as %s\n", aliases[actor], journal.Mermaid(actor))
		}
	}
	text.WriteString("    participant gitlab as GitLab\n")
	for _, c := range calls {
		writeMermaid(&text, aliases[mermaidActor(c)], c)
	}
	return text.String()
}

func writeMermaid(text *strings.Builder, actor string, c Call) {
	answer, arrow := c.answer(), "-->>"
	if c.Failure {
		answer += " " + injectedText(c)
	}
	if c.Failure || c.Status == 0 {
		arrow = "--x"
	}
	fmt.Fprintf(text, "    %s->>gitlab: %s\n", actor, journal.Mermaid(c.request()))
	fmt.Fprintf(text, "    gitlab%s%s: %s\n", arrow, actor, journal.Mermaid(answer))
	if c.Reason != "" {
		fmt.Fprintf(text, "    Note over gitlab: %s\n", journal.Mermaid(c.Reason))
	}
}

func mermaidActor(c Call) string {
	if actor := c.actor(); actor != "" {
		return actor
	}
	return "anonymous"
}
