package graphql

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestNamesOfMembers(t *testing.T) {
	for line, want := range map[string]string{"  id: ID!": "id", "\tazAZ09_(x: Int): Int": "azAZ09_", "RUNNING": "RUNNING",
		"  STALE @deprecated": "STALE", "}": "", "a/b": "a", "a:b": "a", "a@b": "a", "a[b": "a", "a`b": "a", "a{b": "a", "": ""} {
		assert.Equal(t, want, memberName(line), "%q", line)
	}
}

// GraphQL::Language.escape_single_quoted_newlines: line breaks within single quotes, and no others, are written out.
func TestLineBreaksWithinQuotes(t *testing.T) {
	for text, want := range map[string]string{
		"{ a }\n":                         "{ a }\n",
		`{ a(b: "c") }`:                   `{ a(b: "c") }`,
		"{ a(b: \"c\nd\r\ne\") }\r\n":     `{ a(b: "c\nd\r\ne") }` + "\r\n",
		"\"a\n\" \n \"b\n\"\n":            "\"a\\n\" \n \"b\\n\"\n",
		"\"say \\\"\n\\\" it\"\n":         "\"say \\\"\\n\\\" it\"\n",
		"\"\"\"a\n\"b\"\n\"\"\" \"c\nd\"": "\"\"\"a\n\"b\"\n\"\"\" \"c\\nd\"",
		"\"\n":                            "\"\\n",
		"\n\"\"\"":                        "\n\"\"\"",
		"\n\\\"":                          "\n\\\"",
	} {
		assert.Equal(t, want, withoutLineBreaks(text), "%q", text)
	}
}
