package front

// An answer as plain data, and the constructors of refusals. Which one is right follows from what GitLab's source
// calls:
//
//	render_api_error!, forbidden!, bad_request! ...   {"message": ...}        Refuse, Forbidden, BadRequest, NotFound
//	error!, a failed validation                       {"error": ...}          RefuseError
//	what stands before the API: Rack, Rails           text/plain              Plain
//	the rules of internal/policy                      403, or nil             Allow, AllowBy

import (
	"fmt"
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Response is what a handler answers. It is plain data: writing it is the pipeline's business.
type Response struct {
	Status int
	Body   any    // marshalled as JSON; nil is an empty body
	Text   string // a body that is text instead, of the type ContentType
	// ContentType is that of Text; JSON has its own unless it is set.
	ContentType string
	Header      http.Header
	File        *world.Blob // a large body instead
	ETag        string      // of File, whose bytes Rails does not see; "" for none
	// Outside, if set, makes the answer once the state's mutex has been let go, for what takes its time.
	Outside func() Response
	// Reason is why it is a refusal, for the journal alone.
	Reason string
	// Bare answers come from outside the API's own helpers and lack the headers that those set.
	Bare bool
	// FromWorkhorse: Rails, which sets most headers, has not seen the request.
	FromWorkhorse bool
}

// OK is a 200 with JSON.
func OK(body any) Response { return Response{Status: http.StatusOK, Body: body} }

// Created is a 201 with JSON.
func Created(body any) Response { return Response{Status: http.StatusCreated, Body: body} }

// NoContent is a 204.
func NoContent() Response { return Response{Status: http.StatusNoContent} }

// Refuse is GitLab's render_api_error! with a whole message: {"message": message}. The status is not put in front of
// it.
func Refuse(status int, message any) Response {
	return Response{Status: status, Body: messageBody{message}}
}

// Forbidden is GitLab's forbidden!: "403 Forbidden", and " - text" if there is one. reason is for the journal.
func Forbidden(text, reason string) Response {
	if text == "" {
		return Refuse(http.StatusForbidden, MsgForbidden).Because(reason)
	}
	return Refuse(http.StatusForbidden, fmt.Sprintf(msgfForbidden, text)).Because(reason)
}

// BadRequest is GitLab's bad_request!: "400 Bad request - text".
func BadRequest(text string) Response {
	return Refuse(http.StatusBadRequest, fmt.Sprintf(msgfBadRequest, text))
}

// NotFound is GitLab's not_found!: "404 what Not Found".
func NotFound(what string) Response {
	return Refuse(http.StatusNotFound, fmt.Sprintf(msgfNotFound, what))
}

// Allow is nil if the decision allows the request, and else the Forbidden with the text that GitLab gives, if any.
func Allow(d policy.Decision, text string) *Response {
	if d.Allowed {
		return nil
	}
	return Forbidden(text, d.Reason).AsRefusal()
}

// AllowBy is Allow where the text depends on the rule that refused.
func AllowBy(d policy.Decision, texts map[policy.Rule]string) *Response {
	return Allow(d, texts[d.Rule])
}

// RefuseError is Grape's error! and what it says of parameters that are not as declared: {"error": text}.
func RefuseError(status int, text string) Response {
	return Response{Status: status, Body: errorBody{text}}
}

// RefuseErrors is RefuseError with a list: {"error": [text]}.
func RefuseErrors(status int, texts []string) Response {
	return Response{Status: status, Body: errorsBody{texts}}
}

// Plain is a refusal by what stands before the API, Rack or Workhorse: a text, without the headers of the API.
func Plain(status int, text string) Response {
	return Response{Status: status, Text: text, ContentType: "text/plain; charset=utf-8", Bare: true}
}

// usualTexts are what GitLab says with a status where nothing more is to be said.
var usualTexts = map[int]string{
	http.StatusBadRequest:            MsgBadRequest,
	http.StatusUnauthorized:          MsgUnauthorized,
	http.StatusForbidden:             MsgForbidden,
	http.StatusNotFound:              MsgNotFound,
	http.StatusConflict:              msgConflictLock,
	http.StatusGone:                  MsgRegistrationDisallowed,
	http.StatusPreconditionFailed:    MsgPrecondition,
	http.StatusRequestEntityTooLarge: msgTooLargeError,
	http.StatusTooManyRequests:       msgTooManyRequests,
	http.StatusInternalServerError:   MsgInternalError,
	http.StatusServiceUnavailable:    msgUnavailable,
}

// Usual is GitLab's own answer of a status; message, unless empty, replaces its text.
func Usual(status int, message string) Response {
	text := usualTexts[status]
	switch {
	case message != "":
		return Refuse(status, message)
	case status == http.StatusBadGateway:
		return Plain(status, msgNotResponding)
	case status == http.StatusNoContent || status == http.StatusNotModified:
		return Response{Status: status}
	case text == "":
		text = fmt.Sprintf("%d %s", status, http.StatusText(status))
	}
	return Refuse(status, text)
}

// TellsOtherwise reports whether the request's endpoint tells of refusals in another form than REST.
func (q *Request) TellsOtherwise() bool { return q.route != nil && q.route.Shape != nil }

// Refusal is a refusal in the form in which the request's endpoint tells of it.
func (q *Request) Refusal(status int, text string) Response {
	if !q.TellsOtherwise() {
		return Refuse(status, text)
	}
	return q.route.Shape(q, status, text)
}

// Usual is GitLab's own answer of a status at the request's endpoint; message, unless empty, replaces its text.
func (q *Request) Usual(status int, message string) Response {
	if !q.TellsOtherwise() {
		return Usual(status, message)
	}
	return q.route.Shape(q, status, message)
}

// With is the response with a header more.
func (r Response) With(name, value string) Response {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set(name, value)
	return r
}

// Because is the response with the reason for a refusal, which the journal shows and no client sees.
func (r Response) Because(reason string) Response {
	r.Reason = reason
	return r
}

// AsRefusal is the response as a result for which nil means that nothing is refused.
func (r Response) AsRefusal() *Response { return &r }

// The bodies of refusals: by the helpers of the API, by Grape, and by OAuth.
type (
	messageBody struct {
		Message any `json:"message"`
	}
	errorBody struct {
		Error string `json:"error"`
	}
	errorsBody struct {
		Error []string `json:"error"`
	}
	oauthErrorBody struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Scope       string `json:"scope,omitempty"`
	}
)

// railsError is how Rails itself refuses what never reaches the API.
type railsError struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}
