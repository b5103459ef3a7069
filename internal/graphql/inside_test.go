package graphql

import (
	"strings"
	"testing"
	"time"

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

// A cursor has texts alone; what an order does not ask for does not count.
func TestCursorsThatAreRead(t *testing.T) {
	byTime, byID := order{column: "created_at"}, order{ascending: true}
	noon := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	for cursor, want := range map[string]key{
		`{"created_at":"2024-07-01 12:00:00.000000000 UTC","id":"3"}`: {noon, 3},
		`{"created_at":null,"id":"3"}`:                                {time.Time{}, 3},
	} {
		got, err := byTime.parse(encode64(cursor))
		assert.NoError(t, err, cursor)
		assert.Equal(t, want, got, cursor)
	}
	for _, cursor := range []string{`{"id":"3","created_at":5}`, `{"id":3}`, `{"id":"x"}`, `{}`, `[]`, `nonsense`,
		`{"id":"3","created_at":"noon"}`} {
		_, err := byTime.parse(encode64(cursor))
		assert.EqualError(t, err, msgBadCursor, cursor)
	}
	got, err := byID.parse(encode64(`{"id":"3","":"noon","created_at":"noon"}`))
	assert.NoError(t, err)
	assert.Equal(t, key{id: 3}, got)
}

// Rails takes a final slash or a format with a path, and nothing else.
func TestPathsOfGraphQL(t *testing.T) {
	for path, want := range map[string]bool{"/api/graphql": true, "/api/graphql/": true, "/api/graphql.json": true,
		"/api/graphql.json/": true, "/api/graphql.json/x": false, "/api/graphql/x": false, "/api/graphqlx": false,
		"/api/graph": false, "/": false, "": false} {
		assert.Equal(t, want, owns(path), path)
	}
}

func TestNamesInOperations(t *testing.T) {
	for text, want := range map[string][]string{"": nil, "query { a b }": {"a", "b"},
		"query A { a }; mutation B { b }": {"A", "a", "B", "b"}} {
		assert.Equal(t, want, OperationNames(text), text)
		assert.Equal(t, strings.Contains(text, "mutation"), Mutates(text), text)
	}
	assert.False(t, Mutates("query mutation { mutation }"))
}
