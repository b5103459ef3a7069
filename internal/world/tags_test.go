package world

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// lib/gitlab/ci/tags/parser.rb: the elements are joined with ", " and split again, quotes counting at the beginning and
// the end of a tag alone. The results were reckoned with its two regular expressions in Ruby.
func TestParseTags(t *testing.T) {
	for text, want := range map[string][]string{
		"":                        nil,
		"a,b , a,,c":              {"a", "b", "c"},
		`"docker"`:                {"docker"},
		`z|"x,y"`:                 {"x,y", "z"},
		`"x|y"|z`:                 {"x, y", "z"},
		` "a" ,b`:                 {"a", "b"},
		`'a b'|c`:                 {"a b", "c"},
		`'one'|"two"|three`:       {"two", "one", "three"},
		`a"b|"c"d|"e`:             {`a"b`, `"c"d`, `"e`},
		`""|a`:                    {"a"},
		"\"a\nb\"|c":              {"\"a\nb\"", "c"},
		`"a"  |  "b"`:             {"a", "b"},
		`"it's"|'say "hi"'|plain`: {"it's", `say "hi"`, "plain"},
		`"`:                       {`"`},
		`"a" b|c`:                 {`"a" b`, "c"},
		`"a" "b"`:                 {`a" "b`},
		`,"a"`:                    {"a"},
		`a "b"`:                   {`a "b"`},
		`a"b"`:                    {`a"b"`},
		`"a",`:                    {"a"},
		`"a "|"b"`:                {"a", "b"},
		"\"a\"  ,\"b\"":           {"a", "b"},
	} {
		var given []string
		if text != "" {
			given = strings.Split(text, "|")
		}
		assert.Equal(t, want, ParseTags(given), text)
	}
}

// Tags that a seed is given to have are written so that they are read as they are, if that can be.
func TestWrittenTags(t *testing.T) {
	tags := []string{"plain", "a,b", `"c"`, `say "hi"`, `"d, e"`, `'f', g`, ","}
	written := WrittenTags(tags)
	assert.Equal(t, []string{"plain", `"a,b"`, `""c""`, `say "hi"`, `""d, e""`, `"'f', g"`, `","`}, written)
	for i, tag := range written {
		assert.Equal(t, tags[i:i+1], ParseTags([]string{tag}))
	}
	assert.Equal(t, []string{"plain", "a,b", `"c"`}, tags[:3], "they are not changed")
	both := []string{`a",b',c`}
	assert.Equal(t, both, WrittenTags(both), "no quotes keep it")
}

// Many quotes that never end, and many tags, take no more than their length.
func TestParseManyTags(t *testing.T) {
	begun := time.Now()
	ParseTags([]string{strings.Repeat(`,"x`, 300_000)})
	many := make([]string, 100_000)
	for i := range many {
		many[i] = "tag" + base36(i, 5)
	}
	assert.Len(t, ParseTags(many), len(many))
	assert.Less(t, time.Since(begun), 5*time.Second)
}
