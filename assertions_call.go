package fakegitlab

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/calltext"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/plain"
)

// Call is one request that the fake was sent, with its answer. The zero value is no call. All copies of a Call share
// its maps and slices, and so does the request itself while it is being served: read them, do not change them.
type Call struct {
	Number   int       // 1, 2, 3 ... in the order of arrival
	Time     time.Time // of arrival, by the fake's clock
	Endpoint Endpoint  // "" when nothing serves it, in this version or a later one
	// Operation is what a call of GraphQL asks for, with its kind, its name if it has one, and its fields at the root:
	// "mutation Fleet { runnerCreate }". Those of a batch are divided by "; ". It is "" for other calls, and for a
	// document that cannot be read or is longer than GitLab reads.
	Operation string
	Method    string
	Origin    string // what the client called: "http://127.0.0.1:41234"
	Path      string // as sent, still escaped: "/api/v4/projects/acme%2Fshop/runners"
	Query     url.Values
	Header    http.Header
	// Body is as sent; of a piece of log and of an upload of artifacts it is the first 64 KiB.
	Body []byte
	// Params are the parameters as GitLab understood them: those of path, query, form, multipart and JSON together. Of a
	// call of GraphQL they are the variables; of a batch, those of each document under its place: "0", "1" ...
	Params map[string]any
	// IgnoredParams are parameters that were sent but that nothing reads; often they are misspelt.
	IgnoredParams []string
	// User, RunnerID and JobID are who authenticated: a username, the runner of an authentication token, the job of a job
	// token (or the job that POST /jobs/request handed out). All are zero for a call without valid credentials.
	User     string
	RunnerID int
	JobID    int
	// JobRunnerID is the runner of the job whose token a runner sent, be it that the job is over and the token refused.
	JobRunnerID int

	Status         int // 0 when there was no answer
	ResponseHeader http.Header
	ResponseBody   []byte // of a log and of artifacts the first 64 KiB
	// Reason is, for a refusal, the rule that decided: "mia is Developer in acme/shop; needs Maintainer". For others it is
	// what their answer does not tell: why a runner got no job while some are pending, whom a list leaves out, which part
	// of a log came, what a network fault left of the answer; for a call of GraphQL, why fields are null,
	// "runner: mia is ...", what is the same for many items of a list once, or else which errors there are. It never goes
	// over the wire.
	Reason string
	// Failure is whether an injected Failure answered.
	Failure bool
	// Injected is where the Failure was injected that the call met, be it that it answered, delayed or changed the
	// answer: "op_test.go:113". For one of the control API it is its path there. It is "" if there was none, or if that
	// is unknown.
	Injected string
	// Held is whether a Hold holds the request: so in what Held.Wait returns, and never in the journal.
	Held bool
}

// JSON decodes the body of the request into a value. The error names the call.
func (c Call) JSON(into any) error {
	if err := json.Unmarshal(c.Body, into); err != nil {
		return fmt.Errorf("body of #%d %s: %w", c.Number, c.name(), err)
	}
	return nil
}

// String is the call in one line: "#3 DELETE /runners/:id id=7 by mia -> 204". Path parameters follow the endpoint, and
// what a list was asked for; "by" is left out for a call without valid credentials. What a call made follows the
// status: "-> 201 runner 100002".
func (c Call) String() string { return c.text().String() }

// text is the call where it is turned into text.
func (c Call) text() calltext.Call[Endpoint] { return calltext.Call[Endpoint](c) }

func textsOf(calls []Call) []calltext.Call[Endpoint] {
	texts := make([]calltext.Call[Endpoint], len(calls))
	for i, c := range calls {
		texts[i] = c.text()
	}
	return texts
}

func (c Call) name() string  { return c.text().Name() }
func (c Call) asked() string { return c.text().Asked() }

// param is a parameter by its name or, in a hash or list, by its dotted path.
func (c Call) param(name string) (value any, present bool) { return plain.At(c.Params, name) }

// cloneCall is for the functions of a test that see a request while it is served: what they change is theirs.
func cloneCall(c Call) Call { return Call(c.text().Clone()) }

func (c Call) succeeded() bool { return c.Status > 0 && c.Status < 400 }

// Curl is a shell command that sends the request again, credentials included. A body that is no text travels as base64.
func (c Call) Curl() string { return c.text().Curl() }

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
		if f.options.inMemory && f.log.Last() == 0 {
			text += "only Client, ClientAs and DialContext reach this fake, which has no socket (WithInMemoryNetwork)\n"
		}
	}
	if open := f.log.StillOpen(); len(open) > 0 {
		text += "not answered yet: #" + strings.Trim(strings.ReplaceAll(fmt.Sprint(open), " ", ", #"), "[]") + "\n"
	}
	return text
}

// journalLines is calls as in Journal, below a line of a message; of many the first and the last.
func journalLines(calls []Call) string {
	const first, last = 10, 10
	return journal.Indent(journal.CutTo(calltext.Journal(textsOf(calls)), first, last), "  ")
}

func journalLine(c Call) string { return c.text().Line() }

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
