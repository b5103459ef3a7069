package fakegitlab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/journal"
)

// Journal is the recorded calls for a person to read, one line a call: number, endpoint, who called, status, and in
// brackets the reason of a refusal and what else is odd about it. A line between calls says that the fake's clock has
// moved. A call that repeats the one before it, which had failed, is indented below it; many that are alike are one
// line. Tokens are shortened.
func (f *Fake) Journal() string {
	text := calltext.Journal(textsOf(f.log.Closed()))
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
func journalLines(calls []Call) string { return journal.Indent(calltext.Journal(textsOf(calls)), "  ") }

func journalLine(c Call) string { return c.text().Line() }

func ignoredText(c Call) string { return c.text().Ignored() }

// seeJournal says where the rest of the calls is to be seen.
func (f *Fake) seeJournal() string {
	return journal.See(len(f.log.Closed()), f.droppedText(), f.shedText())
}

// droppedText says how many calls the journal has dropped; "" if it has them all.
func (f *Fake) droppedText() string {
	return f.log.Lost().Dropped(f.options.journalLimit, f.options.journalBytes)
}

// shedText says how many calls have lost their bodies; "" if none has.
func (f *Fake) shedText() string { return f.log.Lost().Bodiless(f.options.journalBytes) }

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
func (f *Fake) JournalMermaid() string { return calltext.Mermaid(textsOf(f.log.Closed())) }
