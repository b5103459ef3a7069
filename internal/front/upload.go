package front

import (
	"crypto/sha256"
	"hash"
	"io"
	"maps"
	"net/http"
	"strings"
	"unicode"

	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// keptOfUpload is how much of a log or a file the journal keeps.
const keptOfUpload = 64 << 10

// ParamFile is the parameter that holds the file of an upload.
const ParamFile = "file"

const MultipartForm = "multipart/form-data"

// maxField is the largest field of an upload that is not the file.
const maxField = 1 << 20

// BodyReader stores a body in the upload, of which it takes no more than a byte over a limit. It runs without the
// state's mutex.
type BodyReader func(io.Reader, *upload) *Response

// upload is the body of an endpoint that streams.
type upload struct {
	Content  world.Blob // no more than one byte beyond the limit
	Sum      [sha256.Size]byte
	Filename string
	HasFile  bool
}

// beginning keeps the first bytes of what is read through it, for the journal.
type beginning struct {
	io.Reader
	kept  []byte
	ended bool
}

func (b *beginning) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if room := keptOfUpload - len(b.kept); room > 0 {
		b.kept = append(b.kept, p[:min(n, room)]...)
	}
	b.ended = b.ended || err == io.EOF
	return n, err
}

// receiveUpload reads the body, of which the journal gets the beginning.
func (q *Request) receiveUpload(read BodyReader) *Response {
	body := &beginning{Reader: q.HTTP.Body}
	q.Upload = &upload{}
	refusal := read(body, q.Upload)
	q.unread = !body.ended
	if len(body.kept) > 0 {
		q.Record.Body = body.kept
	}
	return refusal
}

func cutOff(err error) *Response {
	return Plain(http.StatusBadRequest, msgBadRequestPlain).Because("the body was cut off: " + err.Error()).AsRefusal()
}

// ReadText reads a body that is one text of a limited size.
func ReadText(limit int64) BodyReader {
	return func(body io.Reader, u *upload) *Response {
		if _, err := u.Content.ReadFrom(io.LimitReader(body, limit+1)); err != nil {
			return cutOff(err)
		}
		return nil
	}
}

// ReadMultipart reads a body with a file of a limited size and puts its fields among the parameters.
func (q *Request) ReadMultipart(limit int64) BodyReader {
	return func(body io.Reader, u *upload) *Response {
		fields := params.Tree{}
		err := params.EachPart(q.HTTP.Header.Get("Content-Type"), body, func(p params.Part) (done bool, err error) {
			if p.Name == ParamFile && p.Filename != "" {
				return u.take(p, fields, limit)
			}
			value, err := p.Text(maxField)
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
		q.tree = maps.Clone(q.tree) // hooks may look at the one so far
		params.Overlay(q.tree, fields, q.Vars)
		return nil
	}
}

// take takes in the file. done is whether it is too large, so that nothing else matters.
func (u *upload) take(p params.Part, fields params.Tree, limit int64) (done bool, err error) {
	sum := sha256.New()
	if u.Content, err = readFile(p, sum, limit); err != nil {
		return false, err
	}
	u.HasFile, u.Filename = true, cleanFilename(p.Filename)
	sum.Sum(u.Sum[:0])
	fields[p.Name] = &params.File{Filename: u.Filename, ContentType: p.ContentType}
	return u.Content.Size > limit, nil
}

// WithoutFile reads the body of an upload that is no multipart: its parameters alone.
func (q *Request) WithoutFile(media string) BodyReader {
	return func(body io.Reader, _ *upload) *Response {
		content, err := io.ReadAll(io.LimitReader(body, maxField))
		if err != nil {
			return cutOff(err)
		}
		tree, problem := params.Parse(params.Input{RawQuery: q.HTTP.URL.RawQuery, ContentType: media, Body: content, Path: q.Vars})
		if problem != nil {
			r := q.unreadable(problem)
			return &r
		}
		q.tree = tree
		return nil
	}
}

// cleanFilename is the name under which GitLab keeps an uploaded file: without folders, and with underscores for all but
// letters, digits and a few signs (lib/uploaded_file.rb).
func cleanFilename(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Letter, unicode.Mark, unicode.Nd, unicode.Pc) || strings.ContainsRune(".-+", r) {
			return r
		}
		return '_'
	}, params.Basename(name))
	if strings.Trim(name, ".") == "" {
		return "_" + name
	}
	return name
}

func readFile(r io.Reader, sum hash.Hash, limit int64) (world.Blob, error) {
	var content world.Blob
	_, err := content.ReadFrom(io.TeeReader(io.LimitReader(r, limit+1), sum))
	return content, err
}
