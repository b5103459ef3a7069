package controlapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// maxBody is the largest body that is read. Even a world with large logs is far smaller.
const maxBody = 100 << 20

// emptyObject is what a missing body means.
const emptyObject = "{}"

// Body is the whole body, or an empty object if there is none.
func Body(r *http.Request) ([]byte, error) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if len(bytes.TrimSpace(text)) == 0 {
		text = []byte(emptyObject)
	}
	return text, err
}

// Waiting is a context for waiting at most that long. It also ends with the request and when the fake is closed, so
// that Close need not wait.
func Waiting(request context.Context, d time.Duration, closing <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(request, d)
	go func() {
		select {
		case <-closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// OnlyKnown returns an error if the query has a parameter that is not known.
func OnlyKnown(query url.Values, known ...string) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if !slices.Contains(known, name) {
			return fmt.Errorf("unknown parameter %q; %s", name, datajson.Suggest(name, known))
		}
	}
	return nil
}

// querying are the calls that read a query. Each says by itself which parameters it knows.
var querying = []string{"/", "/calls", "/deliveries", "/holds", "/holds/:id", "/jobs/:id", "/pipelines/:id"}

// CheckQuery returns an error for a query that a call does not read.
func CheckQuery(endpoint string, query url.Values) error {
	method, path := nearest.CutEndpoint(endpoint)
	path = strings.TrimPrefix(path, Prefix)
	if method == http.MethodGet && (slices.Contains(querying, path) || strings.HasPrefix(path, "/page/")) {
		return nil
	}
	return OnlyKnown(query)
}

// WaitIn is the query parameter wait, or 0 without it.
func WaitIn(query url.Values) (time.Duration, error) {
	if !query.Has("wait") {
		return 0, nil
	}
	text := query.Get("wait")
	if strings.Contains(text, ".") && strings.Trim(text, "0123456789.") == "" { // as a number of seconds in JSON
		text += "s"
	}
	wait, err := datajson.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("wait: %w", err)
	case wait < 0:
		return 0, errors.New("wait: must not be negative")
	}
	return wait, nil
}

// CallQuery is what a list of calls may be narrowed by. nil is what the query does not have.
type CallQuery struct {
	Endpoint      string
	By, Operation *string
	Status, Since *int
	Wait          time.Duration
}

// CallsIn reads the query of a list of calls.
func CallsIn(query url.Values) (q CallQuery, err error) {
	if err := OnlyKnown(query, "endpoint", "by", "operation", "status", "since", "wait"); err != nil {
		return q, err
	}
	number := func(name string) *int {
		if !query.Has(name) || err != nil {
			return nil
		}
		n, bad := strconv.Atoi(query.Get(name))
		if bad != nil {
			err = fmt.Errorf("%s: want a number, have %q", name, query.Get(name))
		}
		return &n
	}
	q.Endpoint = query.Get("endpoint")
	if by := query.Get("by"); query.Has("by") {
		q.By = &by
	}
	if operation := query.Get("operation"); query.Has("operation") {
		q.Operation = &operation
	}
	q.Status, q.Since = number("status"), number("since")
	if err == nil {
		q.Wait, err = WaitIn(query)
	}
	return q, err
}

// ID is the id in a path, or 0, which nothing has, if it is no number.
func ID(vars map[string]string) int {
	id, err := strconv.Atoi(vars["id"])
	if err != nil {
		return 0
	}
	return id
}

// Any is the value of a JSON text that is known to be valid; nil if there is none. Numbers stay as they were written.
func Any(text json.RawMessage) (value any) {
	if len(text) == 0 {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	_ = d.Decode(&value)
	return value
}

// Overlay is plain data, as JSON, in which the fields of a JSON object replace its own; null sets a field to its zero
// value. Where that is a value like any other, as false is, null is refused: who sends it means something else.
func Overlay(onto any, patch []byte) ([]byte, error) {
	var changes map[string]json.RawMessage
	if err := json.Unmarshal(patch, &changes); err != nil || changes == nil {
		return nil, errors.New("want a JSON object with the fields to change")
	}
	if nulls := nullsIn(changes, reflect.TypeOf(onto)); len(nulls) > 0 {
		return nil, &datajson.Error{Problems: nulls}
	}
	text, err := json.Marshal(onto)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	maps.Copy(fields, changes)
	return json.Marshal(fields)
}

// nullsIn are the problems of nulls in place of a truth or of one of a few words, whose zero value is one of them.
func nullsIn(changes map[string]json.RawMessage, t reflect.Type) (problems []datajson.Problem) {
	for _, field := range datajson.Fields(t) {
		of, want := t.Field(field.Index).Type, ""
		switch {
		case of.Kind() == reflect.Bool:
			want = "true or false"
		case of.Kind() == reflect.String && of.PkgPath() != "": // a type of its own
			want = "a string"
		}
		if want != "" && string(changes[field.Name]) == "null" {
			problems = append(problems, datajson.Problem{Path: field.Name,
				Message: "want " + want + ", have null; leave it out to keep what is there"})
		}
	}
	return problems
}
