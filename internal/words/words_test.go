package words_test

import (
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
