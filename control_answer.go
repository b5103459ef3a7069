package fakegitlab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// controlAnswer is what the control API answers: a JSON body, a text or nothing.
type controlAnswer struct {
	status      int
	json        any
	text        string // in place of json, with its contentType
	contentType string
	header      http.Header
}

func controlOK(body any) controlAnswer { return controlAnswer{status: http.StatusOK, json: body} }
func controlCreated(body any) controlAnswer {
	return controlAnswer{status: http.StatusCreated, json: body}
}
func controlDone() controlAnswer { return controlAnswer{status: http.StatusNoContent} }

// controlText is a text that is no JSON.
func controlText(text, contentType string) controlAnswer {
	return controlAnswer{status: http.StatusOK, text: text, contentType: contentType}
}

// controlProblems is the body of a refusal.
type controlProblems struct {
	Error    string   `json:"error"`
	Problems []string `json:"problems,omitempty"` // each of several
}

func controlRefusal(status int, text string) controlAnswer {
	return controlAnswer{status: status, json: controlProblems{Error: text}}
}

// absent is the error of looking for a record that is not there, as against whatever else may fail once it has been
// found.
type absent struct{ error }

// controlError is the refusal for an error: 404 when the path names what is not there, else 400.
func controlError(err error) controlAnswer {
	var lines []string
	var notThere absent
	var scenario *ScenarioError
	var data *datajson.Error
	switch {
	case errors.As(err, &notThere):
		return controlRefusal(http.StatusNotFound, err.Error())
	case errors.As(err, &scenario):
		for _, p := range scenario.Problems {
			lines = append(lines, p.String())
		}
	case errors.As(err, &data):
		for _, p := range data.Problems {
			lines = append(lines, datajson.At(p.Path, p.Message))
		}
	default:
		return controlRefusal(http.StatusBadRequest, err.Error())
	}
	if len(lines) == 1 {
		return controlRefusal(http.StatusBadRequest, lines[0])
	}
	text := fmt.Sprintf("%d problems: %s", len(lines), strings.Join(lines, "; "))
	return controlAnswer{status: http.StatusBadRequest, json: controlProblems{text, lines}}
}

// answered is the answer to a call that may have failed.
func answered[T any](done T, err error) controlAnswer {
	if err != nil {
		return controlError(err)
	}
	return controlOK(done)
}

// answeredEmpty is answered for a call whose success has no body.
func answeredEmpty(err error) controlAnswer {
	if err != nil {
		return controlError(err)
	}
	return controlDone()
}

// atPath does something with the record whose id is in the path. It finds and changes the record under one lock, so
// that nobody can remove it in between and the error tells whether it was absent or could not be changed.
func atPath[R, T any](
	c *control, find func(*world.State, string) (R, error), do func(*world.State, R) (T, error),
) (T, error) {
	return at(c, "id", find, do)
}

// at is atPath for another part of the path than the id.
func at[R, T any](c *control, parameter string, find func(*world.State, string) (R, error),
	do func(*world.State, R) (T, error)) (T, error) {
	return attempt(c.Fake, func(st *world.State) (done T, err error) {
		r, err := find(st, c.vars[parameter])
		if err != nil {
			return done, absent{err}
		}
		return do(st, r)
	})
}

// write writes the answer, JSON indented for whoever calls with curl.
func (a controlAnswer) write(w http.ResponseWriter, r *http.Request) {
	body := []byte(a.text)
	if a.json != nil {
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(a.json); err != nil { // a world of the year 10000, which JSON's times do not reach
			a.status = http.StatusInternalServerError
			text.Reset()
			_ = e.Encode(controlProblems{Error: err.Error()})
		}
		body, a.contentType = text.Bytes(), "application/json"
	}
	// No page may show the control API in a frame of its own, where a person can be led to press its buttons.
	w.Header().Set("X-Frame-Options", "DENY")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "no-store")
	if len(body) > 0 {
		w.Header().Set("Content-Type", a.contentType)
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
