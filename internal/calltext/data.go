package calltext

import (
	"slices"
	"time"
	"unicode/utf8"
)

// Data is a call as JSON. Bodies are texts; a body that is no text is {"base64": "..."}.
type Data struct {
	Number         int                 `json:"number"`
	Time           time.Time           `json:"time"`
	Endpoint       *string             `json:"endpoint"`            // null when nothing serves it, as in Call
	Operation      string              `json:"operation,omitempty"` // of a call of GraphQL
	Method         string              `json:"method"`
	Path           string              `json:"path"`
	Query          map[string][]string `json:"query,omitempty"`
	Header         map[string][]string `json:"header,omitempty"`
	Body           any                 `json:"body,omitempty"`
	Params         map[string]any      `json:"params,omitempty"`
	IgnoredParams  []string            `json:"ignored_params,omitempty"`
	User           string              `json:"user,omitempty"`
	RunnerID       int                 `json:"runner_id,omitempty"`
	JobID          int                 `json:"job_id,omitempty"`
	JobRunnerID    int                 `json:"job_runner_id,omitempty"`
	Status         int                 `json:"status"` // 0 when there was no answer
	ResponseHeader map[string][]string `json:"response_header,omitempty"`
	ResponseBody   any                 `json:"response_body,omitempty"`
	Reason         string              `json:"reason,omitempty"`
	Failure        bool                `json:"failure,omitempty"`
	Injected       string              `json:"injected,omitempty"` // where the failure came from
}

// Data is the call as JSON.
func (c Call[E]) Data() Data {
	data := Data{c.Number, c.Time, nil, c.Operation, c.Method, c.Path, c.Query, c.Header, BodyData(c.Body), c.Params,
		slices.Clone(c.IgnoredParams), c.User, c.RunnerID, c.JobID, c.JobRunnerID, c.Status, c.ResponseHeader,
		BodyData(c.ResponseBody), c.Reason, c.Failure, c.Injected}
	if c.Endpoint != "" {
		endpoint := string(c.Endpoint)
		data.Endpoint = &endpoint
	}
	return data
}

// BodyData is a body as JSON: a text, {"base64": "..."}, or nil if it is empty.
func BodyData(body []byte) any {
	switch {
	case len(body) == 0:
		return nil
	case utf8.Valid(body):
		return string(body)
	}
	return map[string][]byte{"base64": body}
}
