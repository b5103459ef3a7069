package search

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/racing"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		query, column string
		want          bool
	}{
		{"", "anything", true},
		{" \t", "", true},
		{"shop", "acme-shop", true},
		{"SHOP", "The Shops", true},
		{"shop web", "web shop", true},
		{"shop web", "shop", false},
		{"ho", "shop", false},
		{"ho", "Ho", true},
		{"ho sh", "shop", false},
		{"a  b", "A B", true},
		{"my shop", "the shop", true},
		{"éé", "ÉÉ", true},
		{"ééé", "xÉÉÉx", true},
		{"50%", "50%", true},
		{"50%", "500", false},
		{`"web shop"`, "my web shop", true},
		{`"web shop"`, "shop web", false},
		{`"web shop" "my own"`, "my own web shop", true},
		{`"web shop" "my own"`, "my web shop", false},
		{`"we" shop`, "shop", true},
		{`x"web shop"`, "shop", false},
		{`"web shop"x`, "web shop", false},
		{`"web shop`, `my "web shop`, true},
		{`"" shop`, "shop", true},
	} {
		assert.Equal(t, c.want, Parse(c.query).Matches(c.column), "%q in %q", c.query, c.column)
	}
	assert.True(t, Parse("shop").Matches("x", "shops"))
	assert.False(t, Parse("web shop").Matches("web", "shop"), "all of them in one column")
	assert.False(t, Parse("x").Matches())
	assert.True(t, Parse(" ").Blank())
	assert.False(t, Parse("x").Blank())
}

// The numbers are those of PostgreSQL's documentation and of counting by hand.
func TestSimilarity(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"word", "two words", 4.0 / 11},
		{"cat", "CAT", 1},
		{"cat", "cat-cat", 1},
		{"cat", "dog", 0},
		{"", "cat", 0},
		{"", "", 0},
		{"--", "__", 0},
		{"shop", "shops", 4.0 / 7},
	} {
		assert.InDelta(t, c.want, NewText(c.a).Similarity(c.b), 1e-9, "%q %q", c.a, c.b)
		assert.InDelta(t, c.want, NewText(c.b).Similarity(c.a), 1e-9, "%q %q", c.b, c.a)
	}
}

// A search may be as long as a request can be. This takes a moment; it would take minutes if each word, or each row,
// looked at the whole of it.
func TestLongSearches(t *testing.T) {
	racing.Skip(t)
	assert.Len(t, Parse(strings.Repeat("shop ", 1<<20)).words, 1, "a word is looked for once")
	assert.Empty(t, Parse(strings.Repeat("a b ", 1<<20)).words)
	long := strings.Repeat("shop at the corner ", 1<<15)
	assert.True(t, Parse(strings.Repeat("shop ", 1<<20)).Matches(long))
	text := NewText(long)
	for range 1 << 15 {
		assert.InDelta(t, 0.0, text.Similarity("zz"), 1e-9)
	}
	assert.InDelta(t, 1.0, text.Similarity("the corner: at SHOP"), 1e-9)
}
