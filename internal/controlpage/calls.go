package controlpage

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/params"
)

// Call is a recorded call, and a row of the journal.
type Call struct {
	Number          int
	Time            time.Time
	Method, Path    string
	Endpoint        string // "" when nothing serves it
	Line            string // endpoint and parameters of its path, without number and method
	Query           url.Values
	Header          http.Header
	Body            []byte
	Params          map[string]any
	Ignored         string // the parameters that nothing reads, with what was meant
	Who             string // "" is nobody
	RunnerID, JobID int
	Made            string // " runner 100002": what it made
	Status          int    // 0 for no answer
	ResponseHeader  http.Header
	ResponseBody    []byte
	Reason          string
	Failure         string        // which injected failure answered; "" for none
	Injected        string        // where the failure came from that it met, be it that it only delayed
	Curl            func() string // a command that sends it again
	Repeats         []Call        // the calls behind it that are the same again, with the same answer
}

func (c Call) count() int { return 1 + len(c.Repeats) }

// Tone is the colour of the answer.
func (c Call) Tone() string {
	switch {
	case c.Status == 0 || c.Status >= 500:
		return "bad"
	case c.Status >= 400:
		return "warn"
	}
	return "good"
}

// Answer is the status, with its text for a person.
func (c Call) Answer() string {
	if c.Status == 0 {
		return "no answer"
	}
	return strconv.Itoa(c.Status)
}

// StatusText is the words of the status.
func (c Call) StatusText() string { return http.StatusText(c.Status) }

// Full is the path with the query.
func (c Call) Full() string {
	if len(c.Query) == 0 {
		return c.Path
	}
	return c.Path + "?" + c.Query.Encode()
}

// FirstRepeat and LastRepeat are the first and the last of the repeats.
func (c Call) FirstRepeat() Call { return c.Repeats[0] }

// LastRepeat is the last of the repeats.
func (c Call) LastRepeat() Call { return c.Repeats[len(c.Repeats)-1] }

// Found reports whether the call is what is looked for, by its texts or its bodies.
func (c Call) Found(find Find) bool {
	if len(find) == 0 {
		return true
	}
	texts := []string{"#" + strconv.Itoa(c.Number) + " " + c.Method + " " + c.Line + " -> " + c.Answer() + c.Made, c.Path,
		c.sent(), c.Reason, c.Who, c.Failure, c.Injected, c.Ignored}
	for _, r := range c.Repeats {
		texts = append(texts, "#"+strconv.Itoa(r.Number))
	}
	return find.In(texts, c.Body, c.ResponseBody)
}

// Concerns reports whether the call is about a runner or job (kind) with that ID: it is in its path or parameters, it
// called, or it was made.
func (c Call) Concerns(kind string, id int) bool {
	caller := map[string]int{"runner": c.RunnerID, "job": c.JobID}[kind]
	name := strconv.Itoa(id)
	if caller == id || c.Made == " "+kind+" "+name {
		return true
	}
	segments := strings.Split(c.Path, "/")
	for i, segment := range segments {
		if segment == kind+"s" && i+1 < len(segments) && segments[i+1] == name {
			return true
		}
	}
	given, sent := c.Params[kind+"_id"]
	return sent && fmt.Sprint(given) == name
}

// maxCopied is how long a command may be to be on the overview; a longer one is on the page of its call.
const maxCopied = 4 << 10

// ShortCurl is Curl, or "" for what is too long to be in a list.
func (c Call) ShortCurl() string {
	if len(c.Body) > maxCopied {
		return ""
	}
	return c.Curl()
}

// maxSent is how many characters of what was sent are in a list of calls.
const maxSent = 160

// Sent is what was sent in query and body, on one line and not too long.
func (c Call) Sent() string {
	text := journal.ShortenTokens(c.sent())
	if short := []rune(text); len(short) > maxSent {
		return string(short[:maxSent]) + "…"
	}
	return text
}

// sent is query and body as they came, not Params, which also has GitLab's defaults. What a list was asked for is in
// Line already.
func (c Call) sent() string {
	var sent []string
	if c.Method != http.MethodGet || c.Endpoint == "" {
		sent = pairs(c.Query)
	}
	switch kind := params.MediaType(c.Header.Get("Content-Type")); {
	case !isText(c.Body) || kind == "multipart/form-data":
	case kind == "application/x-www-form-urlencoded":
		form, _ := url.ParseQuery(string(c.Body))
		sent = append(sent, pairs(form)...)
	default:
		sent = append(sent, unmarked(string(c.Body))) // it may be a piece of a log
	}
	return strings.Join(strings.Fields(strings.Join(sent, " ")), " ")
}

func pairs(values map[string][]string) (texts []string) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			texts = append(texts, name+"="+value)
		}
	}
	return texts
}

// Notes say why the call was answered so, and what is odd about it.
func (c Call) Notes() []string {
	var notes []string
	for _, note := range []string{c.Reason, c.failed(), c.Ignored} {
		if note != "" {
			notes = append(notes, journal.ShortenTokens(note))
		}
	}
	if c.Endpoint == "" && c.Reason == "" && c.Failure == "" {
		notes = append(notes, "nothing serves this")
	}
	return notes
}

// failed says which failure answered, or which only had a hand in it.
func (c Call) failed() string {
	if c.Failure == "" && c.Injected != "" {
		return "met the failure injected at " + c.Injected
	}
	return c.Failure
}

// HeaderLine is a header of one name.
type HeaderLine struct{ Name, Value string }

// Headers are the headers of the request.
func (c Call) Headers() []HeaderLine { return headerLines(c.Header) }

// ResponseHeaders are the headers of the answer.
func (c Call) ResponseHeaders() []HeaderLine { return headerLines(c.ResponseHeader) }

func headerLines(h http.Header) (lines []HeaderLine) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			lines = append(lines, HeaderLine{name, value})
		}
	}
	return lines
}

// Parameters are the parameters as GitLab understood them.
func (c Call) Parameters() (lines []HeaderLine) {
	for _, name := range slices.Sorted(maps.Keys(c.Params)) {
		lines = append(lines, HeaderLine{name, valueText(c.Params[name])})
	}
	return lines
}

// RequestText is the body of the request for a person to read.
func (c Call) RequestText() string { return bodyText(c.Body) }

// ResponseText is the body of the answer for a person to read.
func (c Call) ResponseText() string { return bodyText(c.ResponseBody) }
