package params

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"path"
	"strings"
)

// Part is a part of a multipart body that has a name.
type Part struct {
	io.Reader   // of its content; what is left of it when the next part is asked for is skipped
	Name        string
	IsFile      bool   // it has a file name
	Filename    string // as sent, with folders
	ContentType string // as sent, "" when there is none
}

// EachPart reads a multipart body in pieces, so that a large one need not be in memory, and calls each for every part
// that has a name, in their order, until it says that it is done. Left out are parts that Rack cannot name, and files
// whose name is empty: so a browser says that none was chosen.
func EachPart(contentType string, body io.Reader, each func(Part) (done bool, err error)) error {
	_, attributes, err := mime.ParseMediaType(contentType)
	if err != nil || attributes["boundary"] == "" {
		return errors.New("a multipart body without a boundary")
	}
	parts := newPartsReader(body, attributes["boundary"])
	for {
		header, content, err := parts.next() // quoted-printable stays, as with Rack
		if err == io.EOF {                   // not errors.Is: a body cut short wraps EOF
			return nil
		}
		if err != nil {
			return err
		}
		_, attributes, err := mime.ParseMediaType(header.Get("Content-Disposition"))
		if err != nil || attributes["name"] == "" {
			continue
		}
		p := Part{Reader: content, Name: attributes["name"], ContentType: header.Get("Content-Type")}
		if p.Filename, p.IsFile = attributes["filename"]; malformed(p.Name) || malformed(p.Filename) {
			return errors.New("the name of a field or file is not text")
		}
		if p.IsFile && p.Filename == "" {
			continue
		}
		if done, err := each(p); done || err != nil {
			return err
		}
	}
}

// Value is what a part is as a parameter: a *File without its content, which is skipped, or a text of at most limit
// bytes.
func (p Part) Value(limit int64) (any, error) {
	if p.IsFile {
		return &File{Filename: Basename(p.Filename), ContentType: p.ContentType}, nil
	}
	return p.text(limit)
}

func (p Part) text(limit int64) (string, error) {
	content, err := io.ReadAll(io.LimitReader(p, limit+1))
	switch {
	case err != nil:
		return "", err
	case int64(len(content)) > limit:
		return "", fmt.Errorf("the field %s has more than %d bytes", p.Name, limit)
	case malformed(string(content)):
		return "", fmt.Errorf("the field %s is not text", p.Name)
	}
	return string(content), nil
}

// Basename is the name of a file without the folders that some clients send.
func Basename(filename string) string { return path.Base(strings.ReplaceAll(filename, `\`, "/")) }

// Insert puts a parameter of a body where its name says: a[b] into a. It fails for a name that is too deep or clashes
// with an earlier one.
func Insert(tree Tree, name string, value any) error {
	if !insert(tree, name, value) {
		return badEncoding()
	}
	return nil
}
