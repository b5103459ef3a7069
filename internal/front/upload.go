package front

// What is left of a body that was read as a stream.

import (
	"io"
	"strings"
	"unicode"

	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// BodyReader stores a body in the upload, of which it takes no more than a byte over a limit. It runs without the
// state's mutex.
type BodyReader func(io.Reader, *Upload) *Response

// Upload is the body of an endpoint that streams.
type Upload struct {
	Content  world.Blob // no more than one byte beyond the limit
	Filename string     // of a file, cleaned
	HasFile  bool       // whether the body was multipart and had a file
}

// take takes in the file. done is whether it is too large, so that nothing else matters.
func (u *Upload) take(p params.Part, fields params.Tree, limit int64) (done bool, err error) {
	if _, err = u.Content.ReadFrom(io.LimitReader(p, limit+1)); err != nil {
		return false, err
	}
	u.HasFile, u.Filename = true, cleanFilename(p.Filename)
	fields[p.Name] = &params.File{Filename: u.Filename, ContentType: p.ContentType}
	return u.Content.Size > limit, nil
}

// cleanFilename is the name under which GitLab keeps an uploaded file: without folders, and with underscores for all
// but letters, digits and a few signs (lib/uploaded_file.rb).
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

// maxField is the largest field of an upload that is not the file.
const maxField = 1 << 20

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

// keptOfUpload is how much of a log or a file the journal keeps.
const keptOfUpload = 64 << 10
