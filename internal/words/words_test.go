package words_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/words"
)

func TestInBrackets(t *testing.T) {
	assert.Equal(t, " (7, paused)",
		words.InBrackets(words.ID(7), words.When(true, "paused"), words.Unless("active", "active"), words.ID(0)))
	assert.Empty(t, words.InBrackets("", words.When(false, "a")))
	assert.Equal(t, " 7", words.Spaced(words.ID(7)))
	assert.Empty(t, words.Spaced(""))
}

func TestDiffering(t *testing.T) {
	long := strings.Repeat("a", 200)
	for _, c := range []struct{ a, b, first, second string }{
		{"one", "two", "one", "two"},
		{long + "1", long + "2", "..." + long[:119] + "1", "..." + long[:119] + "2"},
		{"1" + long, "2", "1" + long[:119] + "...", "2"},
		{long + "1" + long, long + "2" + long, "..." + long[:40] + "1" + long[:79] + "...",
			"..." + long[:40] + "2" + long[:79] + "..."},
		{long, long[:50], "..." + long[:120] + "...", long[:50]},
	} {
		first, second := words.Differing(c.a, c.b)
		assert.Equal(t, []string{c.first, c.second}, []string{first, second})
	}
}
