package params

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"path"
	"strings"
	"unicode/utf8"
)

// maxNesting is the depth that Ruby's JSON parser accepts.
const maxNesting = 100

func parseJSON(body []byte) (Tree, *Error) {
	if !utf8.Valid(body) {
		return nil, badEncoding()
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, &Error{Kind: BadJSON}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, &Error{Kind: BadJSON}
	}
	if err := checkJSON(value, maxNesting); err != nil {
		return nil, err
	}
	tree, _ := value.(Tree)
	return tree, nil
}

// checkJSON refuses NUL bytes, which JSON can write as an escape, and nesting that GitLab's parser would not take.
func checkJSON(value any, depth int) *Error {
	switch value := value.(type) {
	case string:
		if strings.IndexByte(value, 0) >= 0 {
			return badEncoding()
		}
	case []any:
		if depth == 0 {
			return &Error{Kind: BadJSON}
		}
		for _, element := range value {
			if err := checkJSON(element, depth-1); err != nil {
				return err
			}
		}
	case Tree:
		if depth == 0 {
			return &Error{Kind: BadJSON}
		}
		for name, element := range value {
			if strings.IndexByte(name, 0) >= 0 {
				return badEncoding()
			}
			if err := checkJSON(element, depth-1); err != nil {
				return err
			}
		}
	}
	return nil
}

func parseMultipart(contentType string, body []byte) (Tree, *Error) {
	_, attributes, err := mime.ParseMediaType(contentType)
	if err != nil || attributes["boundary"] == "" {
		return nil, badEncoding()
	}
	tree := Tree{}
	reader := multipart.NewReader(bytes.NewReader(body), attributes["boundary"])
	for {
		part, err := reader.NextRawPart() // raw: Rack does not undo quoted-printable
		if err == io.EOF {                // not errors.Is: a body cut short wraps EOF
			return tree, nil
		}
		if err != nil {
			return nil, badEncoding()
		}
		if err := addPart(tree, part); err != nil {
			return nil, err
		}
	}
}

// addPart adds a field or a file. A part without a name is left out, and so is a file with an empty name, which is how
// a browser sends "no file chosen".
func addPart(tree Tree, part *multipart.Part) *Error {
	content, err := io.ReadAll(part)
	if err != nil {
		return badEncoding()
	}
	_, attributes, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil {
		return nil //nolint:nilerr // Rack skips what it cannot name
	}
	name := attributes["name"]
	filename, isFile := attributes["filename"]
	if malformed(name) || malformed(filename) {
		return badEncoding()
	}
	var value any
	switch {
	case name == "" || isFile && filename == "":
		return nil
	case isFile:
		base := path.Base(strings.ReplaceAll(filename, `\`, "/"))
		value = &File{Filename: base, ContentType: part.Header.Get("Content-Type"), Content: content}
	case malformed(string(content)):
		return badEncoding()
	default:
		value = string(content)
	}
	if !insert(tree, name, value) {
		return badEncoding()
	}
	return nil
}
