package world

import (
	"html"
	"strings"
)

// sanitized is a message of a pipeline as GitLab keeps and tells it: without HTML's tags, and with the signs of which
// HTML is made as entities (lib/gitlab/ci/pipeline/chain/helpers.rb). So an error of YAML that begins with (<unknown>)
// begins with (), and R&D is R&amp;D.
func sanitized(text string) string {
	var b strings.Builder
	for text != "" {
		at := strings.IndexByte(text, '<')
		if at < 0 {
			b.WriteString(text)
			break
		}
		b.WriteString(text[:at])
		length := tagLength(text[at:])
		if length == 0 { // it begins no tag
			b.WriteByte('<')
			length = 1
		}
		text = text[at+length:]
	}
	return entities.Replace(html.UnescapeString(b.String()))
}

// entities are what stands for the signs that text in HTML cannot have.
var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\u00a0", "&nbsp;")

// tagLength is how long the tag or comment is that a text begins with, 0 if it begins with none. One that does not end
// takes all the rest.
func tagLength(text string) int {
	end := ">"
	switch {
	case strings.HasPrefix(text, "<!--"):
		end = "-->"
	case len(text) < 2 || !strings.ContainsRune(tagBegins, rune(text[1])):
		return 0
	case text[1] == '/' && (len(text) < 3 || !strings.ContainsRune(tagBegins[:len(tagBegins)-3], rune(text[2]))):
		return 0
	}
	if at := strings.Index(text, end); at >= 0 {
		return at + len(end)
	}
	return len(text)
}

// tagBegins are the signs that make a tag of a < before them: letters, and those of the ends of tags, of declarations
// and of instructions.
const tagBegins = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/!?"

// sanitizedAll are messages as GitLab tells them.
func sanitizedAll(texts []string) []string {
	told := make([]string, len(texts))
	for i, text := range texts {
		told[i] = sanitized(text)
	}
	return told
}
