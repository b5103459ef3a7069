package front

// Within the answer, where an endpoint streams: a body of any size, read without the state's mutex.

import (
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// How much is read of a body that nobody wants any more, and how long.
const (
	lingering   = 8 << 20
	lingersUpTo = time.Second
)

// Linger reads on for a while, after the answer, what the client still sends: were the connection closed at once, it
// might see a reset instead of the answer. NGINX before a GitLab does so too (lingering_close).
func (x *Sending) Linger() {
	r := x.Request.HTTP
	if !x.Request.unread || !x.written || r.ProtoMajor != 1 {
		return
	}
	conn := http.NewResponseController(x.W)
	if conn.SetReadDeadline(time.Now().Add(lingersUpTo)) != nil {
		return // in memory there is no connection
	}
	_ = conn.Flush()
	_, _ = io.CopyN(io.Discard, r.Body, lingering)
}

// receiveUpload reads the body, of which the journal gets the beginning.
func (q *Request) receiveUpload(read BodyReader) *Response {
	body := &beginning{Reader: q.HTTP.Body}
	q.Upload = &Upload{}
	refusal := read(body, q.Upload)
	q.unread = !body.ended
	if len(body.kept) > 0 {
		q.Record.Body = body.kept
	}
	return refusal
}

// ReadText reads a body that is one text of a limited size.
func ReadText(limit int64) BodyReader {
	return func(body io.Reader, u *Upload) *Response {
		if _, err := u.Content.ReadFrom(io.LimitReader(body, limit+1)); err != nil {
			return cutOff(err)
		}
		return nil
	}
}

// ReadMultipart reads a body with a file of a limited size and puts its fields among the parameters.
// What another file than that has in it, nobody wants.
func (q *Request) ReadMultipart(limit int64) BodyReader {
	return func(body io.Reader, u *Upload) *Response {
		fields := params.Tree{}
		err := params.EachPart(q.header("Content-Type"), body, func(p params.Part) (done bool, err error) {
			if p.IsFile && p.Name == ParamFile {
				return u.take(p, fields, limit)
			}
			value, err := p.Value(maxField)
			if err != nil {
				return false, err
			}
			return false, params.Insert(fields, p.Name, value)
		})
		if err != nil {
			return cutOff(err)
		}
		if u.Content.Size <= limit {
			// What follows the last boundary says nothing.
			_, _ = io.Copy(io.Discard, io.LimitReader(body, world.SmallestPiece))
		}
		q.tree = maps.Clone(q.tree) // the Record has the one so far, and others may be reading it
		params.Overlay(q.tree, fields, q.Vars)
		return nil
	}
}

// WithoutFile reads the body of an upload that is no multipart: its parameters alone.
func (q *Request) WithoutFile() BodyReader {
	return func(body io.Reader, _ *Upload) *Response {
		content, err := io.ReadAll(io.LimitReader(body, maxField))
		if err != nil {
			return cutOff(err)
		}
		tree, problem := params.Parse(params.Input{RawQuery: q.HTTP.URL.RawQuery, ContentType: q.MediaType(),
			Body: content, Path: q.Vars})
		if problem != nil {
			r := q.unreadable(problem)
			return &r
		}
		q.tree = tree
		return nil
	}
}
