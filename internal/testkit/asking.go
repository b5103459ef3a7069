// Package testkit is what the tests in several folders have in common: asking a fake, a few small worlds, and a test to
// spy on.
package testkit

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// Reply is an answer, read whole.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// Ask sends a request to a path below /api/v4, with a user's token unless it is "".
func Ask(t testing.TB, gl *fakegitlab.Fake, token, method, path string, change ...func(*http.Request)) Reply {
	t.Helper()
	return AskBy(t, gl.Client(), gl.APIURL(), token, method, path, change...)
}

// AskBy is Ask with a client of the test's own.
func AskBy(t testing.TB, client *http.Client, apiURL, token, method, path string, change ...func(*http.Request)) Reply {
	t.Helper()
	r, err := http.NewRequest(method, apiURL+path, nil)
	require.NoError(t, err)
	if token != "" {
		r.Header.Set("PRIVATE-TOKEN", token)
	}
	for _, c := range change {
		c(r)
	}
	res, err := client.Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return Reply{res.StatusCode, res.Header, string(body)}
}

// String is "403 {...}", as most tests compare it.
func (r Reply) String() string { return strings.TrimSpace(fmt.Sprintf("%d %s", r.Status, r.Body)) }

// Field is a value of the answer's JSON, along a dotted path.
func (r Reply) Field(t testing.TB, path string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(r.Body), &v), r.String())
	return Descend(v, path)
}

// JSON is an answer that is an object.
func (r Reply) JSON(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.Body), &m), r.Body)
	return m
}

// Each is one field of all elements of a list.
func (r Reply) Each(t testing.TB, name string) []any {
	t.Helper()
	var rows []map[string]any
	require.NoError(t, json.Unmarshal([]byte(r.Body), &rows), r.String())
	fields := make([]any, len(rows))
	for i, row := range rows {
		fields[i] = row[name]
	}
	return fields
}

// WithHeader sets a header of what Ask sends.
func WithHeader(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// WithBody gives what Ask sends a body, and a Content-Type unless it is "".
func WithBody(contentType, body string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		if contentType != "" {
			r.Header.Set("Content-Type", contentType)
		}
	}
}

// WithJSON is WithBody for JSON.
func WithJSON(body string) func(*http.Request) { return WithBody("application/json", body) }

// WithForm is WithBody for a form.
func WithForm(body string) func(*http.Request) {
	return WithBody("application/x-www-form-urlencoded", body)
}

// Descend goes down a JSON value along a dotted path.
func Descend(v any, path string) any {
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				return nil
			}
			v = at[i]
		}
	}
	return v
}
