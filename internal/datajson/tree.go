package datajson

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// node is a JSON value with its place in the text.
type node struct {
	start, end int
	kind       kind
	truth      bool   // of a boolean
	text       string // of a string, and a number as it stands there
	members    []member
	items      []*node
}

// kind is what JSON calls the type of a value.
type kind byte

const (
	kindNull kind = iota
	kindBoolean
	kindNumber
	kindText
	kindObject
	kindArray
)

type member struct {
	name  string
	start int // of the name
	value *node
}

// String says what the value is, with its article.
func (k kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "an object", "an array"}[k]
}

// parse reads one value and reports what follows it as a problem of its own.
func parse(text []byte) (*node, []Problem) {
	if root := scan(text); root != nil {
		return root, nil
	}
	end, problem := measure(text)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	p := parser{text: text, dec: json.NewDecoder(bytes.NewReader(text[:end]))}
	p.dec.UseNumber()
	root := p.value()
	if rest := skip(text, end, ""); rest < len(text) {
		return root, []Problem{{Offset: rest, Message: "more text after the end of the JSON"}}
	}
	return root, nil
}

// measure finds the end of the first value, or why there is none.
func measure(text []byte) (int, *Problem) {
	dec := json.NewDecoder(bytes.NewReader(text))
	var raw json.RawMessage
	err := dec.Decode(&raw)
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return int(dec.InputOffset()), nil
	case errors.As(err, &syntax):
		// SyntaxError counts the bytes read, the offending one among them.
		at := max(int(syntax.Offset)-1, 0)
		return 0, &Problem{Offset: at, Message: "malformed JSON: " + cmp.Or(slip(text, at), syntax.Error())}
	case errors.Is(err, io.EOF):
		return 0, &Problem{Offset: len(text), Message: "malformed JSON: there is none"}
	default:
		return 0, &Problem{Offset: len(text), Message: "malformed JSON: it ends in the middle"}
	}
}

// byteOrderMark is what some editors put before a text, and JSON does not have (RFC 8259, 8.1).
const byteOrderMark = "\xef\xbb\xbf"

// slip says what is wrong at a place of malformed JSON in the words of whoever wrote it, if that is one of the usual
// mistakes; else it is "".
func slip(text []byte, at int) string {
	if at >= len(text) {
		return ""
	}
	before, rest := bytes.TrimRight(text[:at], " \t\r\n"), text[at:]
	last := byte(0)
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	value := `"{[-0123456789tfn`
	switch {
	case bytes.HasPrefix(text, []byte(byteOrderMark)) && at < len(byteOrderMark):
		return "it begins with a byte order mark, which JSON does not have: save it as UTF-8 without one"
	case rest[0] == '/' || rest[0] == '#':
		return "JSON has no comments"
	case last == ',' && (rest[0] == '}' || rest[0] == ']'):
		return fmt.Sprintf("there is a comma before %q, where nothing follows", rest[:1])
	case rest[0] == '\'':
		return "texts and names are in double quotes"
	case strings.IndexByte(value, rest[0]) >= 0 && last != 0 && strings.IndexByte(`{[,:`, last) < 0:
		return "a comma is missing before this"
	}
	return ""
}

// parser builds nodes of a text that is known to be well-formed.
type parser struct {
	text []byte
	dec  *json.Decoder
}

// next is the place where the next token starts.
func (p *parser) next() int { return skip(p.text, int(p.dec.InputOffset()), ",:") }

func skip(text []byte, from int, also string) int {
	for from < len(text) && strings.IndexByte(" \t\r\n"+also, text[from]) >= 0 {
		from++
	}
	return from
}

func (p *parser) value() *node {
	n := &node{start: p.next()}
	token, _ := p.dec.Token() // measure has seen that it is well-formed
	switch token := token.(type) {
	case bool:
		n.kind, n.truth = kindBoolean, token
	case json.Number:
		n.kind, n.text = kindNumber, string(token)
	case string:
		n.kind, n.text = kindText, token
	}
	switch token {
	case json.Delim('{'):
		n.kind = kindObject
		for p.dec.More() {
			m := member{start: p.next()}
			name, _ := p.dec.Token()
			m.name, _ = name.(string)
			m.value = p.value()
			n.members = append(n.members, m)
		}
		_, _ = p.dec.Token()
	case json.Delim('['):
		n.kind = kindArray
		for p.dec.More() {
			n.items = append(n.items, p.value())
		}
		_, _ = p.dec.Token()
	}
	n.end = int(p.dec.InputOffset())
	return n
}

// Places are the offsets of the values of a text, by path.
type Places map[string]int

// Offsets returns where the values of a text are. A text that is not well-formed has none.
func Offsets(text []byte) Places {
	places := Places{}
	if root, _ := parse(text); root != nil {
		root.locate("", places)
	}
	return places
}

// Of is where the value at path is or, if the text does not have it, where what should hold it is.
func (p Places) Of(path string) int {
	for {
		if offset, ok := p[path]; ok || path == "" {
			return offset
		}
		path = path[:max(strings.LastIndexAny(path, ".["), 0)]
	}
}

func (n *node) locate(path string, places Places) {
	places[path] = n.start
	for _, m := range n.members {
		m.value.locate(Field(path, m.name), places)
	}
	for i, item := range n.items {
		item.locate(Index(path, i), places)
	}
}
