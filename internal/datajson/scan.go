package datajson

import (
	"encoding/json"
	"slices"
	"unicode/utf8"
)

// scan reads a text that is one value and nothing else, in one pass over it. It is nil for any other text and for what
// is rare: encoding/json judges that, and says what is wrong with it. So scan must take nothing that encoding/json
// refuses, and make the same of what it takes.
func scan(text []byte) *node {
	s := scanner{text: text, names: map[string]string{}}
	s.blank()
	root := s.value(deepest)
	if s.blank(); s.bad || s.at < len(text) {
		return nil
	}
	return root
}

// deepest is how deep values may be within each other, far below what encoding/json refuses.
const deepest = 500

// scanner is at a place of a text. Once it is bad, nothing that it returns counts.
type scanner struct {
	text []byte
	at   int
	bad  bool
	room []node // nodes made ahead, for a text has many

	names map[string]string // of members, each kept once
	// members and items are those of the objects and arrays whose end has not come yet, one behind the other: so their
	// number is known when a list of them is made.
	members []member
	items   []*node
}

func (s *scanner) fail() { s.bad, s.at = true, len(s.text) }

// peek is the next byte; 0 at the end, which begins nothing.
func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

// blank passes over white space.
func (s *scanner) blank() {
	for s.at < len(s.text) &&
		(s.text[s.at] == ' ' || s.text[s.at] == '\n' || s.text[s.at] == '\t' || s.text[s.at] == '\r') {
		s.at++
	}
}

// takes passes over a byte and the white space after it if it is the next one.
func (s *scanner) takes(c byte) bool {
	if s.peek() != c || s.bad {
		return false
	}
	s.at++
	s.blank()
	return true
}

func (s *scanner) node() *node {
	const ahead = 64
	if len(s.room) == 0 {
		s.room = make([]node, min(ahead, 1+len(s.text)/8))
	}
	n := &s.room[0]
	s.room = s.room[1:]
	return n
}

// value reads a value that may have so many levels.
func (s *scanner) value(levels int) *node {
	n := s.node()
	n.start = s.at
	switch c := s.peek(); {
	case levels == 0:
		s.fail()
	case c == '{':
		n.kind = kindObject
		s.object(n, levels)
	case c == '[':
		n.kind = kindArray
		s.array(n, levels)
	case c == '"':
		n.kind, n.text = kindText, s.string()
	case c == '-' || c >= '0' && c <= '9':
		n.kind, n.text = kindNumber, s.number()
	default:
		s.word(n)
	}
	n.end = s.at
	return n
}

func (s *scanner) object(n *node, levels int) {
	s.at++
	before := len(s.members)
	for s.blank(); !s.ends('}', len(s.members)-before); {
		m := member{start: s.at}
		if m.name = s.name(); !s.colon() {
			s.fail()
			return
		}
		m.value = s.value(levels - 1)
		s.blank()
		s.members = append(s.members, m)
	}
	n.members, s.members = slices.Clone(s.members[before:]), s.members[:before]
}

func (s *scanner) array(n *node, levels int) {
	s.at++
	before := len(s.items)
	for s.blank(); !s.ends(']', len(s.items)-before); {
		s.items = append(s.items, s.value(levels-1))
		s.blank()
	}
	n.items, s.items = slices.Clone(s.items[before:]), s.items[:before]
}

func (s *scanner) colon() bool {
	s.blank()
	return s.takes(':')
}

// ends reports whether a list of so many ends here, and passes over its end, or over the comma before what comes next.
func (s *scanner) ends(with byte, count int) bool {
	if s.peek() == with && !s.bad {
		s.at++
		return true
	}
	if s.bad || count > 0 && !s.takes(',') {
		s.fail()
		return true
	}
	return false
}

func (s *scanner) word(n *node) {
	for _, w := range words {
		if rest := s.text[min(s.at, len(s.text)):]; len(rest) >= len(w.text) && string(rest[:len(w.text)]) == w.text {
			s.at += len(w.text)
			n.kind, n.truth = w.kind, w.truth
			return
		}
	}
	s.fail()
}

var words = []struct {
	text  string
	kind  kind
	truth bool
}{{"true", kindBoolean, true}, {"false", kindBoolean, false}, {"null", kindNull, false}}

// string reads a text.
func (s *scanner) string() string {
	quoted, simple := s.quoted()
	if simple {
		return string(quoted[1 : len(quoted)-1])
	}
	return s.decoded(quoted)
}

// name reads the name of a member, of which a text has few different ones.
func (s *scanner) name() string {
	quoted, simple := s.quoted()
	if known, ok := s.names[string(quoted)]; ok {
		return known
	}
	var name string
	if simple {
		name = string(quoted[1 : len(quoted)-1])
	} else {
		name = s.decoded(quoted)
	}
	s.names[string(quoted)] = name
	return name
}

// decoded is what a text says that has escapes, or is not UTF-8: that is left to encoding/json.
func (s *scanner) decoded(quoted []byte) (text string) {
	if json.Unmarshal(quoted, &text) != nil {
		s.fail()
	}
	return text
}

// quoted passes over a text in its quotes. A simple one says what stands between them.
func (s *scanner) quoted() (quoted []byte, simple bool) {
	start := s.at
	if s.peek() != '"' {
		s.fail()
		return nil, false
	}
	simple = true
	for s.at++; s.peek() != '"'; s.at++ {
		switch c := s.peek(); {
		case c < ' ':
			s.fail()
			return nil, false
		case c == '\\':
			s.at++
			simple = false
		case c >= utf8.RuneSelf:
			simple = false
		}
	}
	s.at++
	return s.text[start:s.at], simple
}

// number reads a number, whose parts are each there or not as JSON has it (RFC 8259, 6).
func (s *scanner) number() string {
	start := s.at
	if s.peek() == '-' {
		s.at++
	}
	if s.peek() == '0' {
		s.at++
	} else {
		s.digits()
	}
	if s.peek() == '.' {
		s.at++
		s.digits()
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.at++
		if c := s.peek(); c == '+' || c == '-' {
			s.at++
		}
		s.digits()
	}
	return string(s.text[start:s.at])
}

// digits passes over one digit or more.
func (s *scanner) digits() {
	start := s.at
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.at++
	}
	if s.at == start {
		s.fail()
	}
}
