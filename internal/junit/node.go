package junit

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// node is an element as Rails has it in a hash (ActiveSupport::XMLConverter): its text, its fields, which are its
// attributes and the elements in it, or nothing at all.
type node struct {
	text   string
	isText bool
	fields map[string][]*node // an attribute is a text; of elements of one name there may be several
	order  []string           // of the names of fields
}

// empty reports whether Rails has nil for the element.
func (n *node) empty() bool { return !n.isText && len(n.fields) == 0 }

// add adds a field.
func (n *node) add(name string, field *node) {
	name = strings.ReplaceAll(name, "-", "_")
	if n.fields == nil {
		n.fields = map[string][]*node{}
	}
	if _, known := n.fields[name]; !known {
		n.order = append(n.order, name)
	}
	n.fields[name] = append(n.fields[name], field)
}

// has reports whether there is an attribute or an element of a name.
func (n *node) has(name string) bool { return len(n.fields[name]) > 0 }

// value is the text of an attribute or element; nil if there is none.
func (n *node) value(name string) *string {
	for _, f := range n.fields[name] {
		if f.isText {
			return &f.text
		}
	}
	return nil
}

// inspected is the element as Ruby prints it: its text, or its fields.
func (n *node) inspected() string {
	if n.isText {
		return n.text
	}
	var b strings.Builder
	n.inspect(&b)
	return b.String()
}

// inspect writes the element as Ruby prints it within another: a text in quotes, fields in braces, of a name that
// several have a list.
func (n *node) inspect(b *strings.Builder) {
	switch {
	case n.isText:
		b.WriteString(strconv.Quote(n.text))
		return
	case n.empty():
		b.WriteString("nil")
		return
	}
	b.WriteByte('{')
	for i, name := range n.order {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(name) + "=>")
		several := n.fields[name]
		if len(several) > 1 {
			b.WriteByte('[')
		}
		for i, f := range several {
			if i > 0 {
				b.WriteString(", ")
			}
			f.inspect(b)
		}
		if len(several) > 1 {
			b.WriteByte(']')
		}
	}
	b.WriteByte('}')
}

// settle makes of an element that has been read what Rails makes of it: an element with text is that text, whatever
// attributes it has, unless the text is blank.
func (n *node) settle() {
	blank := strings.TrimSpace(n.text) == ""
	n.isText = n.text != "" && (!blank || len(n.fields) == 0)
	if n.isText {
		n.fields, n.order = nil, nil
	}
}

// What libxml says of text that is no XML, with the line and the column.
const (
	msgfSyntax     = "%d:%d: FATAL: %s"
	msgEmpty       = "Document is empty"
	msgExpected    = "expected '>'"
	msgfPremature  = "Premature end of data in tag %s line %d"
	msgfDepth      = "Excessive depth in document: %d use XML_PARSE_HUGE option"
	msgfMismatched = "Opening and ending tag mismatch: %s line %d and %s"
)

// maxDepth is how deep elements may nest (libxml's xmlParserMaxDepth).
const maxDepth = 256

// opened is an element that has begun and not ended.
type opened struct {
	node *node
	name string
	line int
	text *strings.Builder // what has come of its text, piece by piece
}

// read reads a document. The error is worded as libxml words it, as far as the kinds of errors that it knows go.
func read(data []byte) (root *node, err error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	d.Entity = xml.HTMLEntity
	root = &node{}
	path := []opened{{node: root}}
	for {
		token, err := d.RawToken()
		line, column := d.InputPos()
		top := path[len(path)-1]
		fail := func(format string, args ...any) (*node, error) {
			return nil, fmt.Errorf(msgfSyntax, line, column, fmt.Sprintf(format, args...))
		}
		switch {
		case errors.Is(err, io.EOF) && len(path) > 1:
			return fail(msgfPremature, top.name, top.line)
		case errors.Is(err, io.EOF) && len(root.fields) == 0:
			return fail(msgEmpty)
		case errors.Is(err, io.EOF):
			return root, nil
		case err != nil:
			return fail(msgExpected)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(path) > maxDepth {
				return fail(msgfDepth, maxDepth)
			}
			n := &node{}
			for _, a := range token.Attr {
				n.add(a.Name.Local, &node{text: a.Value, isText: true})
			}
			top.node.add(token.Name.Local, n)
			path = append(path, opened{n, token.Name.Local, line, &strings.Builder{}})
		case xml.EndElement:
			if top.name != token.Name.Local || len(path) == 1 {
				return fail(msgfMismatched, top.name, top.line, token.Name.Local)
			}
			top.node.text = top.text.String()
			top.node.settle()
			path = path[:len(path)-1]
		case xml.CharData:
			if len(path) > 1 {
				top.text.Write(token)
			} else if strings.TrimSpace(string(token)) != "" && len(root.fields) == 0 {
				return fail("Start tag expected, '<' not found")
			}
		}
	}
}
