package calltext

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/githttp"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// Call is a recorded call, with the fields of the root's Call, which says what they are: the one is converted to the
// other. E is the root's type of an endpoint.
type Call[E ~string] struct {
	Number        int
	Time          time.Time
	Endpoint      E
	Operation     string
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
	JobRunnerID   int

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
	fmt.Fprintf(&text, "#%d %s", c.Number, c.Asked())
	for segment := range strings.SplitSeq(string(c.Endpoint), "/") {
		if name, ok := strings.CutPrefix(segment, ":"); ok {
			name, _, _ = strings.Cut(name, ".") // in :project.git
			if value, sent := plain.At(c.Params, name); sent {
				fmt.Fprintf(&text, " %s=%s", name, printable(plain.Text(value)))
			}
		}
	}
	if c.Method == http.MethodGet && c.Endpoint != "" && c.Operation == "" { // what a list was asked for
		for _, name := range slices.Sorted(maps.Keys(c.Query)) {
			if !slices.Contains(front.CredentialParams(), name) {
				fmt.Fprintf(&text, " %s=%s", name, printable(strings.Join(c.Query[name], ",")))
			}
		}
	}
	text.WriteString(c.pushed())
	return text.String()
}

// pushed is what a push was to move, as git writes it: " main 09de494..5e4252d"; "" for any other call.
func (c Call[E]) pushed() string {
	refs, _ := c.Params["refs"].([]any)
	if string(c.Endpoint) != githttp.EndpointReceivePack || len(refs) == 0 {
		return ""
	}
	ref, _, _ := repository.ShortName(plain.Text(c.Params["ref"]))
	short := func(param string) string {
		sha := plain.Text(c.Params[param])
		return sha[:min(len(sha), shortSHA)]
	}
	text := fmt.Sprintf(" %s %s..%s", printable(cmp.Or(ref, plain.Text(c.Params["ref"]))), short("before"), short("after"))
	if more := len(refs) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// shortSHA is how many digits of a commit a line has.
const shortSHA = 7

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

// Effects are what the call may have done, if it succeeded: in GraphQL, what its mutations may have that were answered
// with more than null.
func (c Call[E]) Effects() []journal.Effect {
	if c.Operation == "" {
		return journal.Effects(string(c.Endpoint))
	}
	var all []journal.Effect
	executed := bytes.Contains(c.ResponseBody, []byte(`"data":{`))
	for _, field := range strings.Fields(strings.NewReplacer("{", " ", "}", " ").Replace(c.Operation)) {
		if executed && !bytes.Contains(c.ResponseBody, []byte(`"`+field+`":null`)) {
			all = append(all, journal.MutationEffects(field)...)
		}
	}
	return all
}

// models are GitLab's names of kinds of records in global IDs.
var models = map[string]string{"runner": "Ci::Runner", "job": "Ci::Build", "project": "Project", "group": "Group",
	"pipeline": "Ci::Pipeline", "pipeline schedule": "Ci::PipelineSchedule", "pipeline trigger": "Ci::Trigger",
	"project environment": "Environment"}

// target is an argument of GraphQL that names what is to reach a project, or no longer: the call changes the project
// and not that.
var target = regexp.MustCompile(`\btarget\w*\s*:\s*(?:"[^"]*"|\$(\w+))`)

// document is a request of GraphQL.
type document struct {
	Query     string
	Variables map[string]any
}

// names reports whether a path stands in a request of GraphQL, or in one of a batch.
func (c Call[E]) names(path string) bool {
	batch := make([]document, 1)
	if json.Unmarshal(c.Body, &batch[0]) != nil && json.Unmarshal(c.Body, &batch) != nil {
		return false
	}
	return slices.ContainsFunc(batch, func(d document) bool { return d.names(path) })
}

// names reports whether a path stands in the text or the variables, and not as a target.
func (d document) names(path string) bool {
	rest := target.ReplaceAllString(d.Query, "")
	for _, found := range target.FindAllStringSubmatch(d.Query, -1) {
		if used := regexp.MustCompile(`:\s*\$` + found[1] + `\b`); found[1] != "" && !used.MatchString(rest) {
			delete(d.Variables, found[1])
		}
	}
	return strings.Contains(rest, `"`+path+`"`) || holds(d.Variables, path)
}

// holds reports whether a path stands in variables of GraphQL, and not as a target.
func holds(value any, path string) bool {
	switch value := value.(type) {
	case string:
		return value == path
	case []any:
		return slices.ContainsFunc(value, func(element any) bool { return holds(element, path) })
	case map[string]any:
		for name, field := range value {
			if !strings.HasPrefix(name, "target") && holds(field, path) {
				return true
			}
		}
	}
	return false
}

// mentions reports whether the global ID of a record stands in the request or its answer, or its path in the request.
func (c Call[E]) mentions(kind, id string) bool {
	if strings.Contains(id, "/") && c.names(id) {
		return true
	}
	gid := []byte("gid://gitlab/" + models[kind] + "/" + id)
	for _, text := range [][]byte{c.Body, c.ResponseBody} {
		for at := bytes.Index(text, gid); at >= 0; at = bytes.Index(text, gid) {
			text = text[at+len(gid):]
			if len(text) == 0 || text[0] < '0' || text[0] > '9' {
				return true
			}
		}
	}
	return false
}

// Concerns reports whether an effect of the call is on the record that has one of the names, which are its ID and, if
// it has one, its path.
func (c Call[E]) Concerns(e journal.Effect, names []string) bool {
	switch e.Of {
	case journal.Only:
		return true
	case journal.Mentioned:
		return slices.ContainsFunc(names, func(name string) bool { return c.mentions(e.Kind, name) })
	}
	return slices.Contains(names, c.RecordOf(e))
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

// Asked is the name with what a call of GraphQL asks for: "POST /api/graphql query { currentUser }".
func (c Call[E]) Asked() string {
	if c.Operation == "" {
		return c.Name()
	}
	return c.Name() + " " + c.Operation
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
