package calltext

import (
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

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/plain"
)

// Call is a recorded call, with the fields of the root's Call, which says what they are: the one is converted to the
// other. E is the root's type of an endpoint.
type Call[E ~string] struct {
	Number        int
	Time          time.Time
	Endpoint      E
	Method        string
	Origin        string
	Path          string
	Query         url.Values
	Header        http.Header
	Body          []byte
	Params        map[string]any
	IgnoredParams []string
	User          string
	RunnerID      int
	JobID         int

	Status         int
	ResponseHeader http.Header
	ResponseBody   []byte
	Reason         string
	Failure        bool
	Injected       string
	Held           bool
}

// String is the call in one line: "#3 DELETE /runners/:id id=7 by mia -> 204".
func (c Call[E]) String() string {
	if actor := c.Actor(); actor != "" {
		return c.Request() + " by " + actor + " -> " + c.Answer()
	}
	return c.Request() + " -> " + c.Answer()
}

// Request is the first part of String: "#3 DELETE /runners/:id id=7".
func (c Call[E]) Request() string {
	var text strings.Builder
	fmt.Fprintf(&text, "#%d %s", c.Number, c.Name())
	for segment := range strings.SplitSeq(string(c.Endpoint), "/") {
		if name, ok := strings.CutPrefix(segment, ":"); ok {
			if value, sent := plain.At(c.Params, name); sent {
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

// Made is the record that a call made, " runner 100002", or was given, " job 2000001"; "" if it is none of these.
func (c Call[E]) Made() string {
	for _, e := range journal.Effects(string(c.Endpoint)) {
		if id := c.answeredID(); e.Of == journal.Answered && c.Status == http.StatusCreated && id != 0 {
			return fmt.Sprintf(" %s %d", e.Kind, id)
		}
	}
	return ""
}

// answeredID is the ID of the record that the answer shows; 0 if it shows none.
func (c Call[E]) answeredID() int {
	var record struct {
		ID int `json:"id"`
	}
	if json.Unmarshal(c.ResponseBody, &record) != nil {
		return 0
	}
	return record.ID
}

// RecordOf is the ID or path of the record that the call had an effect on.
func (c Call[E]) RecordOf(e journal.Effect) string {
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
	value, _ := plain.At(c.Params, e.Of)
	return plain.Text(value)
}

// Answer is the last part of String: "201 runner 100002".
func (c Call[E]) Answer() string {
	if c.Held {
		return "held"
	}
	if c.Status == 0 {
		return "no answer"
	}
	return strconv.Itoa(c.Status) + c.Made()
}

// printable quotes what a client sent if it has line breaks or the like, so that a message stays on one line.
func printable(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}

// Name is the endpoint or, when nothing serves the call, its method and path.
func (c Call[E]) Name() string {
	if c.Endpoint != "" {
		return string(c.Endpoint)
	}
	return c.Method + " " + c.Path
}

// Actor is who called: "mia", "job 7 on runner 3"; "" for a call without valid credentials.
func (c Call[E]) Actor() string {
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
