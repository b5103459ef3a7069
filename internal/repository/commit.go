package repository

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Signature is who made a commit or a tag, and when: git keeps whole seconds and the zone.
type Signature struct {
	Name, Email string
	When        time.Time
}

// crud are the characters that git takes off the ends of names (ident.c).
const crud = " .,:;<>\"\\'\t\n\v\f\r"

// encode is the signature as it stands in a commit. Names lose what would break the line, as git takes it away.
func (s Signature) encode() string {
	clean := strings.NewReplacer("\n", "", "<", "", ">", "")
	return fmt.Sprintf("%s <%s> %d %s", clean.Replace(strings.Trim(s.Name, crud)),
		clean.Replace(strings.Trim(s.Email, crud)), s.When.Unix(), s.When.Format("-0700"))
}

// parseSignature reads one; what is broken in it is empty.
func parseSignature(line string) (s Signature) {
	name, rest, _ := strings.Cut(line, "<")
	email, rest, _ := strings.Cut(rest, ">")
	s.Name, s.Email = strings.TrimSpace(name), email
	if parts := strings.Fields(rest); len(parts) == 2 {
		seconds, _ := strconv.ParseInt(parts[0], 10, 64)
		s.When = time.Unix(seconds, 0).UTC()
		if zone, err := time.Parse("-0700", parts[1]); err == nil {
			if _, offset := zone.Zone(); offset != 0 {
				s.When = s.When.In(time.FixedZone("", offset))
			}
		}
	}
	return s
}

// Commit is a commit. ID is what it is called; Object does not look at it.
type Commit struct {
	ID        string
	Tree      string
	Parents   []string
	Author    Signature
	Committer Signature
	Message   string
}

// Object is the commit as git stores it.
func (c Commit) Object() Object {
	var b strings.Builder
	b.WriteString("tree " + c.Tree + "\n")
	for _, parent := range c.Parents {
		b.WriteString("parent " + parent + "\n")
	}
	b.WriteString("author " + c.Author.encode() + "\ncommitter " + c.Committer.encode() + "\n\n" + c.Message)
	return Object{KindCommit, []byte(b.String())}
}

// Title is the first line of the commit's message.
func (c *Commit) Title() string {
	title, _, _ := strings.Cut(strings.TrimLeft(c.Message, "\n"), "\n")
	return strings.TrimRight(title, " \t\r")
}

// AnnotatedTag is a tag that is an object: with a message and who made it.
type AnnotatedTag struct {
	ID         string // what it is called; Object does not look at it
	Target     string
	TargetKind Kind
	Name       string // without refs/tags/
	Tagger     Signature
	Message    string
}

// Object is the tag as git stores it.
func (t AnnotatedTag) Object() Object {
	return Object{KindTag, []byte("object " + t.Target + "\ntype " + string(t.TargetKind) + "\ntag " + t.Name +
		"\ntagger " + t.Tagger.encode() + "\n\n" + t.Message)}
}

// headers reads the lines ahead of the message, and hands each to field. Lines that go on with a space belong to the
// one before.
func headers(data []byte, field func(name, value string)) (message string) {
	for {
		line, rest, found := bytes.Cut(data, []byte{'\n'})
		if len(line) == 0 {
			return string(rest)
		}
		for found && bytes.HasPrefix(rest, []byte{' '}) {
			var more []byte
			more, rest, found = bytes.Cut(rest[1:], []byte{'\n'})
			line = append(append(bytes.Clone(line), '\n'), more...)
		}
		name, value, _ := strings.Cut(string(line), " ")
		field(name, value)
		if !found {
			return ""
		}
		data = rest
	}
}

var errBrokenCommit = errors.New("the commit is broken")

// ParseCommit reads a commit; what it has beside (signatures, encodings) is passed over.
func ParseCommit(data []byte) (*Commit, error) {
	c := &Commit{ID: Object{KindCommit, data}.ID()}
	c.Message = headers(data, func(name, value string) {
		switch name {
		case "tree":
			c.Tree = value
		case "parent":
			c.Parents = append(c.Parents, value)
		case "author":
			c.Author = parseSignature(value)
		case "committer":
			c.Committer = parseSignature(value)
		}
	})
	if !IsID(c.Tree) {
		return nil, errBrokenCommit
	}
	return c, nil
}

var errBrokenTag = errors.New("the tag is broken")

// ParseTag reads an annotated tag.
func ParseTag(data []byte) (*AnnotatedTag, error) {
	t := &AnnotatedTag{ID: Object{KindTag, data}.ID()}
	t.Message = headers(data, func(name, value string) {
		switch name {
		case "object":
			t.Target = value
		case "type":
			t.TargetKind = Kind(value)
		case "tag":
			t.Name = value
		case "tagger":
			t.Tagger = parseSignature(value)
		}
	})
	if !IsID(t.Target) {
		return nil, errBrokenTag
	}
	return t, nil
}
