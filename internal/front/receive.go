package front

// The third stage: body and parameters are read, as Workhorse, Rack and Grape do before they look at anything else.

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/params"
)

// Receive reads the request as the layers in front of the endpoint do. It returns their answer, or nil if the request
// goes on to Identify and Answer.
func (q *Request) Receive() *Response {
	q.find()
	if answer := q.preflight(); answer != nil {
		return answer
	}
	if refusal := q.readBody(); refusal != nil {
		return refusal
	}
	if refusal := q.readParams(); refusal != nil {
		return refusal
	}
	if q.route != nil && q.route.Reads != nil {
		q.route.Reads(q, q.tree)
		q.validated = true
	}
	q.received = true
	return nil
}

// maxBodySize is the largest body of a request that Workhorse lets through.
const maxBodySize = 100 << 20

// readBody reads the body, up to what Workhorse lets through.
func (q *Request) readBody() *Response {
	if q.route != nil && q.route.Streams != nil {
		q.unread = q.HTTP.ContentLength != 0
		return nil
	}
	if q.HTTP.Body == http.NoBody {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, q.HTTP.Body, maxBodySize))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return Refuse(http.StatusRequestEntityTooLarge, msgTooLargeError).
			Because(fmt.Sprintf("the body is larger than %d bytes", int64(maxBodySize))).AsRefusal()
	case err != nil:
		return cutOff(err)
	}
	if len(body) > 0 {
		q.Record.Body = body
	}
	return nil
}

// cutOff is the 400 of a body that ended too early.
func cutOff(err error) *Response {
	return Plain(http.StatusBadRequest, msgBadRequestPlain).Because("the body was cut off: " + err.Error()).AsRefusal()
}

// readParams decodes the parameters of path, query and body, as Rack and Grape do before they look at anything else.
func (q *Request) readParams() *Response {
	if path := q.HTTP.URL.Path; !utf8.ValidString(path) || strings.IndexByte(path, 0) >= 0 || q.malformedBasic() {
		return q.unreadable(&params.Error{Kind: params.BadEncoding}).AsRefusal()
	}
	if q.readPathAlone() {
		return nil
	}
	tree, err := params.Parse(params.Input{RawQuery: q.HTTP.URL.RawQuery, ContentType: q.header("Content-Type"),
		Body: q.Record.Body, Path: q.Vars, Rails: q.route != nil && q.route.Rails,
		AllowText: q.route != nil && (q.route.Access == ByToken || q.route.Access == ByJobToken)})
	if err == nil {
		q.tree, q.Record.Params = tree, tree
		if _, twice := q.tree[paramAccessToken].(string); twice && q.bearer() != "" && !q.sentJSON() && !q.signsIn() {
			return Response{Status: http.StatusBadRequest,
				Body: oauthErrorBody{Error: errInvalidRequest, Description: msgTokenTwice}, Bare: true}.
				Because("a token came in the Authorization header and as access_token").AsRefusal()
		}
		return nil
	}
	return q.unreadable(err).AsRefusal()
}

// MediaType is the media type that the body claims to have.
func (q *Request) MediaType() string { return params.MediaType(q.header("Content-Type")) }

// sentJSON reports whether the body claims to be JSON.
func (q *Request) sentJSON() bool {
	return q.MediaType() == "application/json"
}

// unreadable is the refusal of parameters that cannot be decoded, by Grape, Rails or Rack.
func (q *Request) unreadable(err *params.Error) Response {
	switch err.Kind {
	case params.UnsupportedMediaType:
		why := "GitLab reads JSON, forms and multipart"
		if q.header("Content-Type") == "" {
			why = "no Content-Type was sent; " + why
		}
		return RefuseError(http.StatusUnsupportedMediaType, fmt.Sprintf(MsgfMediaType, err.ContentType)).Because(why)
	case params.BadJSON:
		if strings.Contains(q.header("Accept"), "application/json") {
			return Response{Status: http.StatusBadRequest, Body: railsError{http.StatusBadRequest, msgBadRequestPlain},
				ContentType: "application/json; charset=utf-8", Bare: true}.Because("the body is not JSON")
		}
		return Response{Status: http.StatusBadRequest, ContentType: "text/html; charset=utf-8", Bare: true}.
			Because("the body is not JSON")
	}
	return Plain(http.StatusBadRequest, msgBadRequestPlain).
		Because("a parameter has a NUL byte, is not UTF-8, cannot be decoded or is two things at once (a=1&a[]=2)")
}
