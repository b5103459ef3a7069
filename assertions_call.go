package fakegitlab

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/plain"
)

// Call is one request that the fake was sent, with its answer. The zero value is no call. All copies of a Call share
// its maps and slices, and so does the request itself while it is being served: read them, do not change them.
type Call struct {
	Number   int       // 1, 2, 3 ... in the order of arrival
	Time     time.Time // of arrival, by the fake's clock
	Endpoint Endpoint  // "" when nothing serves it, in this version or a later one
	Method   string
	Origin   string // what the client called: "http://127.0.0.1:41234"
	Path     string // as sent, still escaped: "/api/v4/projects/acme%2Fshop/runners"
	Query    url.Values
	Header   http.Header
	// Body is as sent; of a piece of log and of an upload of artifacts it is the first 64 KiB.
	Body []byte
	// Params are the parameters as GitLab understood them: those of path, query, form, multipart and JSON together.
	Params map[string]any
	// IgnoredParams are parameters that were sent but that nothing reads; often they are misspelt.
	IgnoredParams []string
	// User, RunnerID and JobID are who authenticated: a username, the runner of an authentication token, the job of a job
	// token (or the job that POST /jobs/request handed out). All are zero for a call without valid credentials.
	User     string
	RunnerID int
	JobID    int

	Status         int // 0 when there was no answer
	ResponseHeader http.Header
	ResponseBody   []byte // of a log and of artifacts the first 64 KiB
	// Reason is, for a refusal, the rule that decided: "mia is Developer in acme/shop; needs Maintainer"; for a runner
	// that got no job while some are pending, why. It never goes over the wire.
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
func (c Call) String() string {
	if actor := c.actor(); actor != "" {
		return c.request() + " by " + actor + " -> " + c.answer()
	}
	return c.request() + " -> " + c.answer()
}

func (c Call) request() string {
	var text strings.Builder
	fmt.Fprintf(&text, "#%d %s", c.Number, c.name())
	for segment := range strings.SplitSeq(string(c.Endpoint), "/") {
		if name, ok := strings.CutPrefix(segment, ":"); ok {
			if value, sent := c.param(name); sent {
				fmt.Fprintf(&text, " %s=%s", name, printable(plain.Text(value)))
			}
		}
	}
	if c.Method == http.MethodGet && c.Endpoint != "" { // what a list was asked for
		for _, name := range slices.Sorted(maps.Keys(c.Query)) {
			if !slices.Contains(front.CredentialParams(), name) {
				fmt.Fprintf(&text, " %s=%s", name, printable(strings.Join(c.Query[name], ",")))
			}
		}
	}
	return text.String()
}

// made is the record that a call made, " runner 100002", or was given, " job 2000001"; "" if it is none of these.
func (c Call) made() string {
	for _, e := range journal.Effects(string(c.Endpoint)) {
		if id := c.answeredID(); e.Of == journal.Answered && c.Status == http.StatusCreated && id != 0 {
			return fmt.Sprintf(" %s %d", e.Kind, id)
		}
	}
	return ""
}

// answeredID is the ID of the record that the answer shows; 0 if it shows none.
func (c Call) answeredID() int {
	var record struct {
		ID int `json:"id"`
	}
	if json.Unmarshal(c.ResponseBody, &record) != nil {
		return 0
	}
	return record.ID
}

// recordOf is the ID or path of the record that the call had an effect on.
func (c Call) recordOf(e journal.Effect) string {
	switch e.Of {
	case journal.Only:
		return ""
	case journal.Answered:
		return strconv.Itoa(c.answeredID())
	case journal.Caller:
		if e.Kind == "job" {
			return strconv.Itoa(c.JobID)
		}
		return strconv.Itoa(c.RunnerID)
	}
	value, _ := c.param(e.Of)
	return plain.Text(value)
}

// param is a parameter by its name or, in a hash or list, by its dotted path.
func (c Call) param(name string) (value any, present bool) {
	if value, present = c.Params[name]; present {
		return value, true
	}
	value = c.Params
	for key := range strings.SplitSeq(name, ".") {
		if value, present = plain.Element(value, key); !present {
			return nil, false
		}
	}
	return value, true
}

func (c Call) answer() string {
	if c.Held {
		return "held"
	}
	if c.Status == 0 {
		return "no answer"
	}
	return strconv.Itoa(c.Status) + c.made()
}

// printable quotes what a client sent if it has line breaks or the like, so that a message stays on one line.
func printable(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// name is the endpoint or, when nothing serves the call, its method and path.
func (c Call) name() string {
	if c.Endpoint != "" {
		return string(c.Endpoint)
	}
	return c.Method + " " + c.Path
}

func (c Call) actor() string {
	switch {
	case c.User != "":
		return c.User
	case c.JobID != 0 && c.RunnerID != 0:
		return fmt.Sprintf("job %d on runner %d", c.JobID, c.RunnerID)
	case c.JobID != 0:
		return fmt.Sprintf("job %d", c.JobID)
	case c.RunnerID != 0:
		return fmt.Sprintf("runner %d", c.RunnerID)
	default:
		return ""
	}
}

func (c Call) succeeded() bool { return c.Status > 0 && c.Status < 400 }

// Curl is a shell command that sends the request again, credentials included. A body that is no text travels as base64.
func (c Call) Curl() string {
	target := c.Origin + c.Path
	if len(c.Query) > 0 {
		target += "?" + c.Query.Encode()
	}
	command := []string{"curl"}
	if strings.ContainsAny(target, "[]{}") {
		command = append(command, "--globoff")
	}
	if c.Method == http.MethodHead {
		command = append(command, "--head", shellQuote(target)) // curl would wait for a body after -X HEAD
	} else {
		command = append(command, "-X", shellQuote(c.Method), shellQuote(target))
	}
	command = append(command, c.curlHeaders()...)
	switch {
	case len(c.Body) == 0:
	case utf8.Valid(c.Body) && !strings.Contains(string(c.Body), "\x00"):
		command = append(command, "--data-raw", shellQuote(string(c.Body)))
	default:
		encoded := base64.StdEncoding.EncodeToString(c.Body)
		command = append([]string{"echo", encoded, "|", "base64", "-d", "|"}, append(command, "--data-binary", "@-")...)
	}
	return strings.Join(command, " ")
}

// curlHeaders leaves out what curl sends by itself and what belongs to the client's own connection.
func (c Call) curlHeaders() []string {
	var options []string
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		switch http.CanonicalHeaderKey(name) {
		case "Host", "Connection", "Content-Length", "Transfer-Encoding", "Accept-Encoding", "User-Agent", "Expect":
			continue
		}
		for _, value := range c.Header[name] {
			header := name + ": " + value
			if value == "" {
				header = name + ";" // how curl is told of an empty one
			}
			options = append(options, "-H", shellQuote(header))
		}
	}
	if len(c.Body) > 0 && c.Header.Get("Content-Type") == "" {
		options = append(options, "-H", shellQuote("Content-Type:")) // else curl calls it a form
	}
	return options
}

func shellQuote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
