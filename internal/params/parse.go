// Package params reads the parameters of a request as GitLab's REST API does, which is built on Rack and Grape: query,
// form, multipart and JSON together, checked against a declaration, coerced, and refused with Grape's sentences.
//
// Parse turns a request into a Tree; a Spec turns the Tree into Values. Nothing here knows what a parameter means.
// The rules follow GitLab 17.2 (Grape, Rack 2.2): see
// https://docs.gitlab.com/ee/api/rest/ and https://github.com/ruby-grape/grape#parameters.
package params

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"
)

// Tree holds decoded parameters before they are declared. A value is a string, nil, bool, json.Number, []any, Tree or
// *File.
type Tree = map[string]any

// File is a part of a multipart body that has a file name. Its content is read by whoever reads the body in pieces.
type File struct {
	Filename    string // base name as sent, never empty
	ContentType string // as sent, "" when the part has none
}

// Input is what Parse reads of a request.
type Input struct {
	RawQuery    string            // as in the URL, without the question mark
	ContentType string            // the header as sent, "" when there is none
	Body        []byte            // empty: no body, whatever ContentType says
	Path        map[string]string // path parameters, already unescaped
	AllowText   bool              // a text/plain body is accepted and left alone, as the runner's own endpoints do
	// Rails reads the parameters as Rails does where no Grape stands before it: JSON that is no object is a parameter of
	// the name JSONName, a body of an unknown type has none, and those of the query count before those of the body.
	Rails bool
}

// JSONName is the name that Rails gives to JSON that is no object.
const JSONName = "_json"

// ErrorKind says why a request could not be read at all.
type ErrorKind int

// The kinds of Error. GitLab answers 400 with a text/plain "Bad Request", 400, and 415.
const (
	// BadEncoding is a NUL byte, invalid UTF-8, bad percent-encoding, clashing or too deep names, a broken multipart body.
	BadEncoding          ErrorKind = iota
	BadJSON                        // the body says it is JSON and is not
	UnsupportedMediaType           // a body that is neither JSON nor a form
)

// Error is a request that could not be read.
type Error struct {
	Kind ErrorKind
	// ContentType is the refused media type, in lower case and without parameters; "" when none was sent. Only
	// UnsupportedMediaType has it.
	ContentType string
}

// Error returns GitLab's sentence where it has one.
func (e *Error) Error() string {
	switch e.Kind {
	case BadJSON:
		return "Bad Request: the body is not valid JSON"
	case UnsupportedMediaType:
		return fmt.Sprintf("The provided content-type '%s' is not supported.", e.ContentType)
	default:
		return "Bad Request"
	}
}

// Parse reads the parameters of a request. A body parameter replaces a query parameter of the same name, and a path
// parameter replaces both. A JSON body that is no object has no parameters. The returned Tree is never nil, except
// beside an error.
func Parse(in Input) (Tree, *Error) {
	tree := make(Tree, len(in.Path))
	if err := parseNested(tree, in.RawQuery, "&;"); err != nil {
		return nil, err
	}
	var body Tree
	for name, value := range in.Path {
		if malformed(name) || malformed(value) {
			return nil, badEncoding()
		}
	}
	if len(in.Body) > 0 {
		var err *Error
		if body, err = parseBody(in); err != nil {
			return nil, err
		}
	}
	if in.Rails {
		for name := range tree {
			delete(body, name)
		}
	}
	Overlay(tree, body, in.Path)
	return tree, nil
}

// Overlay puts the parameters of body and path over those of the query: the path counts first, then the body.
func Overlay(tree, body Tree, path map[string]string) {
	maps.Copy(tree, body)
	for name, value := range path {
		tree[name] = value
	}
}

func parseBody(in Input) (Tree, *Error) {
	media := MediaType(in.ContentType)
	switch {
	case in.Rails:
		return parseRailsBody(media, in)
	case media == "application/json":
		return parseJSON(in.Body)
	case media == "application/x-www-form-urlencoded":
		tree := Tree{}
		return tree, parseNested(tree, string(in.Body), "&")
	case media == "multipart/form-data":
		return parseMultipart(in.ContentType, in.Body)
	case media == "text/plain" && in.AllowText:
		return nil, nil
	default:
		return nil, &Error{Kind: UnsupportedMediaType, ContentType: media}
	}
}

// parseRailsBody reads a body as Rails does (ActionDispatch::Http::Parameters). A body without any type is a form.
func parseRailsBody(media string, in Input) (Tree, *Error) {
	switch media {
	case "application/json", "text/x-json", "application/jsonrequest", "application/vnd.api+json":
		value, err := decodeJSON(in.Body)
		if err != nil {
			return nil, err
		}
		if tree, isObject := value.(Tree); isObject {
			return tree, nil
		}
		return Tree{JSONName: value}, nil
	case "", "application/x-www-form-urlencoded":
		tree := Tree{}
		return tree, parseNested(tree, string(in.Body), "&")
	case "multipart/form-data":
		return parseMultipart(in.ContentType, in.Body)
	}
	return nil, nil
}

// MediaType cuts a Content-Type the way Rack does: at the first semicolon or comma, in lower case.
func MediaType(contentType string) string {
	if i := strings.IndexAny(contentType, ";,"); i >= 0 {
		contentType = contentType[:i]
	}
	return strings.ToLower(strings.TrimSpace(contentType))
}

// malformed reports what GitLab refuses in any string of a request.
func malformed(s string) bool { return strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) }

func badEncoding() *Error { return &Error{Kind: BadEncoding} }
