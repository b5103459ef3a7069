package controlapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Problems is the body of a refusal.
type Problems struct {
	Error    string   `json:"error"`
	Problems []string `json:"problems,omitempty"` // each of several
}

// Absent is the error of looking for a record that is not there, as against whatever else may fail once it has been
// found.
type Absent struct{ Why error }

// Error says what is not there.
func (a Absent) Error() string { return a.Why.Error() }

// NoneWithID is the error of looking for something with an id that only those have.
func NoneWithID(what, id string, ids []string) error { return Absent{world.Missing(what, id, ids)} }

// Refuse is the refusal for an error: 404 when the path names what is not there, 409 when what was waited for is not so
// yet, else 400. Some clients repeat what is answered 408 or 504, and would wait again; none repeats a 409. lines are
// the several problems that the error stands for, if the caller knows them.
func Refuse(err error, lines ...string) (status int, body Problems) {
	var notThere Absent
	if errors.As(err, &notThere) {
		return http.StatusNotFound, Problems{Error: err.Error()}
	}
	var inVain InVain
	if errors.As(err, &inVain) {
		return http.StatusConflict, Problems{Error: err.Error()}
	}
	var data *datajson.Error
	if len(lines) == 0 && errors.As(err, &data) {
		for _, p := range data.Problems {
			lines = append(lines, datajson.At(p.Path, p.Message))
		}
	}
	switch len(lines) {
	case 0:
		return http.StatusBadRequest, Problems{Error: err.Error()}
	case 1:
		return http.StatusBadRequest, Problems{Error: lines[0]}
	}
	return http.StatusBadRequest,
		Problems{fmt.Sprintf("%d problems: %s", len(lines), strings.Join(lines, "; ")), lines}
}

// Say has all that is said worded anew.
func (p *Problems) Say(in func(text string) string) {
	p.Error = in(p.Error)
	for i, problem := range p.Problems {
		p.Problems[i] = in(problem)
	}
}

// InCalls is a text that was made for a test in Go, for whoever calls the control API.
func InCalls(text string) string {
	for _, words := range [][2]string{ // what Go has, and what is called here
		{`\bStartJob\((\d+), \.\.\.\)`, "POST " + Prefix + "/jobs/$1/start"},
		{`\bFinishJob\((\d+), \.\.\.\)`, "POST " + Prefix + "/jobs/$1/finish"},
		{`\bEnqueueJob\((\d+)\)`, "POST " + Prefix + "/jobs/$1/enqueue"},
		{`\bPlayJob\((\d+)\)`, "POST " + Prefix + "/jobs/$1/play"},
		{`\bAdvance(, or | moves it$)`, "POST " + Prefix + "/advance$1"},
		{`\(WithStartTime\)`, "(-start-time)"},
		{`, gl\.Now\(\),`, ""},
		{`"now" \(Now, At\)`, `"now"`},
	} {
		text = regexp.MustCompile(words[0]).ReplaceAllString(text, words[1])
	}
	return text
}

// Answer is what the control API answers: a JSON body, a text or nothing.
type Answer struct {
	Status      int
	JSON        any
	Text        string // in place of JSON, with its ContentType
	ContentType string
	Header      http.Header
}

// OK is a body with 200.
func OK(body any) Answer { return Answer{Status: http.StatusOK, JSON: body} }

// Created is a body with 201.
func Created(body any) Answer { return Answer{Status: http.StatusCreated, JSON: body} }

// Done is 204.
func Done() Answer { return Answer{Status: http.StatusNoContent} }

// Text is a text that is no JSON, with 200.
func Text(text, contentType string) Answer {
	return Answer{Status: http.StatusOK, Text: text, ContentType: contentType}
}

// Refusal is a sentence with the status of a refusal.
func Refusal(status int, text string) Answer {
	return Answer{Status: status, JSON: Problems{Error: text}}
}

// Write writes the answer, JSON indented for whoever calls with curl.
func (a Answer) Write(w http.ResponseWriter, r *http.Request) {
	body := []byte(a.Text)
	if a.JSON != nil {
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(a.JSON); err != nil { // a world of the year 10000, which JSON's times do not reach
			a.Status = http.StatusInternalServerError
			text.Reset()
			_ = e.Encode(Problems{Error: err.Error()})
		}
		body, a.ContentType = text.Bytes(), "application/json"
	}
	// No page may show the control API in a frame of its own, where a person can be led to press its buttons.
	w.Header().Set("X-Frame-Options", "DENY")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "no-store")
	if len(body) > 0 {
		w.Header().Set("Content-Type", a.ContentType)
	}
	w.WriteHeader(a.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
