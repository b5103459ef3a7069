package controlapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/controlapi"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

func TestGuard(t *testing.T) {
	hosts := []string{"ci.example.org", ":8080", "example.com"}
	for _, own := range []string{"127.0.0.1:1", "[::1]:1", "::1", "", "LOCALHOST", "gitlab", "a.test.", "x.internal:1",
		"ci.example.org:443", "Example.com"} {
		assert.Empty(t, controlapi.Guard(&http.Request{Method: "GET", Host: own}, "http://u", hosts), own)
	}
	for _, other := range []string{"evil.com", "test.com:80", "example.com.evil.org", "ci.example.org.x"} {
		problem := controlapi.Guard(&http.Request{Method: "GET", Host: other}, "http://u", hosts)
		assert.Contains(t, problem, "does not answer to the name", other)
	}
}

func TestGuardAgainstPagesOfAnotherOrigin(t *testing.T) {
	for _, c := range []struct{ method, origin, site, mode, want string }{
		{"POST", "", "", "", ""},
		{"POST", "", "cross-site", "no-cors", "Sec-Fetch-Site is cross-site"},
		{"GET", "", "cross-site", "no-cors", "Sec-Fetch-Site is cross-site"},
		{"GET", "http://evil.example", "same-site", "cors", "Sec-Fetch-Site is same-site"},
		{"GET", "http://evil.example", "", "", "Origin is http://evil.example"},
		{"POST", "null", "", "", "Origin is null"},
		{"DELETE", "http://localhost:81", "", "", "Origin is http://localhost:81"},
		{"POST", "http://localhost:80", "", "", ""},
		{"POST", "http://localhost:80", "same-origin", "cors", ""},
		{"GET", "", "none", "navigate", ""},
		{"GET", "", "cross-site", "navigate", ""}, // a link
		{"POST", "http://evil.example", "cross-site", "navigate", "Sec-Fetch-Site is cross-site"},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		r.Host = "localhost:80"
		for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.site, "Sec-Fetch-Mode": c.mode} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		want := ""
		if c.want != "" {
			want = "the control API does not answer to web pages of another origin, and the browser says that " + c.want +
				": call it without a browser, or from the page at http://u/-/fake/"
		}
		assert.Equal(t, want, controlapi.Guard(r, "http://u", nil), c)
	}
}

func rows(yield func(string, int) bool) {
	_ = yield("GET /-/fake/jobs/:id", 1) && yield("DELETE /-/fake/calls", 2)
}

func TestTable(t *testing.T) {
	var table controlapi.Table[int]
	for _, method := range []string{"GET", "HEAD"} {
		got, vars, found := table.Find(method, "/-/fake/jobs/7", rows)
		assert.True(t, found)
		assert.Equal(t, 1, got)
		assert.Equal(t, 7, controlapi.ID(vars))
	}
	_, _, found := table.Find("POST", "/-/fake/calls", rows)
	assert.False(t, found)
	assert.Equal(t, "nothing serves POST /-/fake/calls, but there is DELETE /-/fake/calls",
		controlapi.Unserved("POST", "/-/fake/calls", rows))
	assert.Zero(t, controlapi.ID(map[string]string{"id": "x"}))
}

func TestCallsIn(t *testing.T) {
	q, err := controlapi.CallsIn(url.Values{"by": {""}, "status": {"404"}, "wait": {"2s"}, "endpoint": {"GET /x"}})
	require.NoError(t, err)
	nobody, status := "", 404
	assert.Equal(t, controlapi.CallQuery{Endpoint: "GET /x", By: &nobody, Status: &status, Wait: 2 * time.Second}, q)
	for want, query := range map[string]url.Values{
		`status: want a number, have "x"`:             {"status": {"x"}, "since": {"y"}},
		`since: want a number, have "y"`:              {"since": {"y"}, "wait": {"-1s"}},
		"wait: must not be negative":                  {"wait": {"-1s"}},
		`unknown parameter "bye"; did you mean "by"?`: {"bye": {"mia"}, "status": {"x"}},
	} {
		_, err := controlapi.CallsIn(query)
		assert.EqualError(t, err, want)
	}
}

func TestOverlay(t *testing.T) {
	onto := struct {
		A int `json:"a"`
		B int `json:"b"`
	}{1, 2}
	text, err := controlapi.Overlay(onto, []byte(`{"b": null, "c": 3}`))
	require.NoError(t, err)
	assert.JSONEq(t, `{"a": 1, "b": null, "c": 3}`, string(text))
	for _, none := range []string{"null", "[]", "{", ""} {
		_, err := controlapi.Overlay(onto, []byte(none))
		assert.EqualError(t, err, "want a JSON object with the fields to change", none)
	}
}

func TestOverlayOfNull(t *testing.T) {
	type word string
	onto := struct {
		On    bool       `json:"on"`
		Word  word       `json:"word"`
		Maybe *bool      `json:"maybe"`
		Text  string     `json:"text"`
		Limit int        `json:"limit"`
		Then  time.Time  `json:"then"`
		List  []string   `json:"list"`
		Ever  *time.Time `json:"ever"`
	}{On: true, Word: "x", Text: "y", Limit: 1}
	_, err := controlapi.Overlay(onto, []byte(`{"word": null, "on": null, "text": "z"}`))
	assert.EqualError(t, err, "on: want true or false, have null; leave it out to keep what is there\n"+
		"word: want a string, have null; leave it out to keep what is there")
	_, err = controlapi.Overlay(onto,
		[]byte(`{"maybe": null, "text": null, "limit": null, "then": null, "list": null, "ever": null}`))
	assert.NoError(t, err, "null is what they have where they have nothing")
}

func TestRefuse(t *testing.T) {
	status, body := controlapi.Refuse(controlapi.NoneWithID("hold", "7", []string{"1"}))
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, controlapi.Problems{Error: `no hold "7"; known are 1`}, body)
	status, body = controlapi.Refuse(errors.New("no"))
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, controlapi.Problems{Error: "no"}, body)
	two := &datajson.Error{Problems: []datajson.Problem{{Path: "a", Message: "x"}, {Path: "b", Message: "y"}}}
	_, body = controlapi.Refuse(two)
	assert.Equal(t, controlapi.Problems{Error: "2 problems: a: x; b: y", Problems: []string{"a: x", "b: y"}}, body)
	_, body = controlapi.Refuse(two, "only this")
	assert.Equal(t, controlapi.Problems{Error: "only this"}, body)
}

func TestFailure(t *testing.T) {
	type fault string
	type failure = controlapi.Failure[fault]
	require.NoError(t, failure{Ready: "unavailable"}.Check())
	assert.EqualError(t, failure{Ready: "unavailable", Status: 500}.Check(), "ready: unavailable says itself what is answered")
	assert.ErrorContains(t, failure{RetryAfter: 1}.Check(), "retry_after: goes with")
	assert.EqualError(t, failure{Ready: "rate_limited", RetryAfter: -1}.Check(), "retry_after: must not be negative")
	assert.Nil(t, failure{}.Sent())
	assert.Equal(t, "a", failure{Body: []byte(`"a"`)}.Sent())
	assert.Equal(t, []byte("[1]"), failure{Body: []byte("[1]")}.Sent())
	assert.Nil(t, failure{}.SentHeader())
	assert.Equal(t, http.Header{"X-A": {"b"}}, failure{Header: map[string]string{"x-a": "b"}}.SentHeader())
}

func TestFixedAnswer(t *testing.T) {
	rec := httptest.NewRecorder()
	controlapi.FixedAnswer{Status: 201, Body: []byte(`{"a":1}`), Header: map[string]string{"X-A": "b"}}.ServeHTTP(rec, nil)
	assert.Equal(t, []any{201, `{"a":1}`, "application/json", "b"},
		[]any{rec.Code, rec.Body.String(), rec.Header().Get("Content-Type"), rec.Header().Get("X-A")})
	rec = httptest.NewRecorder()
	controlapi.FixedAnswer{Status: 200, Body: []byte(`"text"`)}.ServeHTTP(rec, nil)
	assert.Equal(t, []string{"text", ""}, []string{rec.Body.String(), rec.Header().Get("Content-Type")})
}

func TestAdvance(t *testing.T) {
	second := time.Second
	for _, a := range []controlapi.Advance{{ByNumber: &second}, {ByText: &second}} {
		by, err := a.By()
		require.NoError(t, err)
		assert.Equal(t, second, by)
	}
	for _, a := range []controlapi.Advance{{}, {ByNumber: &second, ByText: &second}} {
		_, err := a.By()
		assert.ErrorContains(t, err, `give either "seconds"`)
	}
}

func TestWaitsAreAskedForWhole(t *testing.T) {
	job := func(query url.Values) (string, error) {
		q, err := controlapi.JobIn(query)
		return fmt.Sprint(q.Waits, q.Wait, " ", q.Wanted()), err
	}
	pipeline := func(query url.Values) (string, error) {
		q, err := controlapi.PipelineIn[string](query)
		return fmt.Sprint(q.Waits, q.Wait, " ", q.Statuses), err
	}
	for _, c := range []struct {
		read        func(url.Values) (string, error)
		query, want string
	}{
		{job, "", "false 0s has ended"},
		{job, "wait=5", "true 5s has ended"},
		{job, "wait=0&trace=b&status=success", `true 0s is success and has logged "b"`},
		{job, "trace=b", "trace says what is waited for, and wait how many seconds, which is missing"},
		{job, "wait=5&status=done", "status: \"done\" is no job status; there are created"},
		{job, "wait=soon&status=success", "wait: want seconds"},
		{job, "wait=5&ref=main", `unknown parameter "ref"`},
		{pipeline, "", "false 0s []"},
		{pipeline, "wait=0.5&status=running", "true 500ms [running]"},
		{pipeline, "status=running", "status says what is waited for, and wait how many seconds, which is missing"},
		{pipeline, "wait=5&trace=b", `unknown parameter "trace"`},
	} {
		query, err := url.ParseQuery(c.query)
		require.NoError(t, err)
		got, err := c.read(query)
		if err != nil {
			got = err.Error()
		}
		assert.Contains(t, got, c.want, c.query)
	}
}

// A wait may have been in vain so far, or for good.
func TestWaitsInVain(t *testing.T) {
	require.NoError(t, controlapi.WaitError(time.Second, nil))
	for text, c := range map[string]struct {
		err    error
		status int
	}{
		"which is pending: the 5s are over\nits jobs": {
			fmt.Errorf("fakegitlab: which is pending: %w\nits jobs", context.DeadlineExceeded), 409},
		"which is pending: context canceled": {fmt.Errorf("fakegitlab: which is pending: %w", context.Canceled), 409},
		"it never is success":                {errors.New("fakegitlab: it never is success"), 400},
	} {
		status, body := controlapi.Refuse(controlapi.WaitError(5*time.Second, c.err))
		assert.Equal(t, c.status, status, text)
		assert.Equal(t, text, body.Error)
	}
}

func TestQueriesThatNothingReads(t *testing.T) {
	for endpoint, says := range map[string]string{
		"GET /-/fake/snapshot":      `unknown parameter "stauts"; there are none`,
		"DELETE /-/fake/calls":      `unknown parameter "stauts"; there are none`,
		"GET /-/fake/calls":         "",
		"GET /-/fake/jobs/:id":      "",
		"GET /-/fake/page/jobs/:id": "",
	} {
		err := controlapi.CheckQuery(endpoint, url.Values{"stauts": {"1"}})
		if says == "" {
			assert.NoError(t, err, endpoint)
		} else {
			assert.EqualError(t, err, says, endpoint)
		}
	}
}
