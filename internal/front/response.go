package front

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
	Text   string // a plain text body instead, with contentType
	// ContentType is of text; JSON has its own.
	ContentType string
	Header      http.Header
	File        *world.Blob // a large body instead
	// Reason is why it is a refusal, for the journal alone.
	Reason string
	// Bare answers come from outside the API's own helpers and lack the headers that those set.
	Bare bool
}

func (r Response) With(name, value string) Response {
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set(name, value)
	return r
}

func (r Response) Because(reason string) Response {
	r.Reason = reason
	return r
}

// AsRefusal is the response where nil would mean that there is none.
func (r Response) AsRefusal() *Response { return &r }

func OK(body any) Response      { return Response{Status: http.StatusOK, Body: body} }
func Created(body any) Response { return Response{Status: http.StatusCreated, Body: body} }
func NoContent() Response       { return Response{Status: http.StatusNoContent} }

// message is a refusal by the API's helpers, errors one by Grape.
type (
	messageBody struct {
		Message any `json:"message"`
	}
	errorBody struct {
		Error string `json:"error"`
	}
	oauthErrorBody struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
		Scope       string `json:"scope,omitempty"`
	}
)

func Refuse(status int, message any) Response {
	return Response{Status: status, Body: messageBody{message}}
}

func RefuseError(status int, text string) Response {
	return Response{Status: status, Body: errorBody{text}}
}

func Plain(status int, text string) Response {
	return Response{Status: status, Text: text, ContentType: "text/plain; charset=utf-8", Bare: true}
}

// railsError is how Rails itself refuses what never reaches the API.
type railsError struct {
	Status int    `json:"status"`
	Error  string `json:"error"`
}

func Forbidden(text, reason string) Response {
	if text == "" {
		return Refuse(http.StatusForbidden, MsgForbidden).Because(reason)
	}
	return Refuse(http.StatusForbidden, fmt.Sprintf(msgfForbidden, text)).Because(reason)
}

func BadRequest(text string) Response {
	return Refuse(http.StatusBadRequest, fmt.Sprintf(msgfBadRequest, text))
}

func NotFound(what string) Response {
	return Refuse(http.StatusNotFound, fmt.Sprintf(msgfNotFound, what))
}

// Allow is nil if the decision is for the request, and else the 403 with the text that GitLab gives, if any.
func Allow(d policy.Decision, text string) *Response {
	if d.Allowed {
		return nil
	}
	return Forbidden(text, d.Reason).AsRefusal()
}

// AllowBy is allow where the text depends on the rule that refused.
func AllowBy(d policy.Decision, texts map[policy.Rule]string) *Response {
	return Allow(d, texts[d.Rule])
}
