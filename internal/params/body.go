package params

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// maxNesting is the depth that Ruby's JSON parser accepts.
const maxNesting = 100

// parseJSON reads JSON whose parameters are those of an object; anything else has none.
func parseJSON(body []byte) (Tree, *Error) {
	value, err := decodeJSON(body)
	tree, _ := value.(Tree)
	return tree, err
}

func decodeJSON(body []byte) (value any, refused *Error) {
	if !utf8.Valid(body) {
		return nil, badEncoding()
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, &Error{Kind: BadJSON}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, &Error{Kind: BadJSON}
	}
	if err := checkJSON(value, maxNesting); err != nil {
		return nil, err
	}
	return value, nil
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

// parseMultipart reads a multipart body that is in memory.
func parseMultipart(contentType string, body []byte) (Tree, *Error) {
	tree := Tree{}
	err := EachPart(contentType, bytes.NewReader(body), func(p Part) (done bool, err error) {
		value, err := p.Value(int64(len(body)))
		if err != nil {
			return false, err
		}
		return false, Insert(tree, p.Name, value)
	})
	if err != nil {
		return nil, badEncoding()
	}
	return tree, nil
}
