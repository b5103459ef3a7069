package fakegitlab

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBlobContainsAcrossItsPieces(t *testing.T) {
	text := strings.Repeat("x", smallestPiece-3) + "needle" + strings.Repeat("y", 3*smallestPiece)
	for _, size := range []int{1, 2, 5, 7, smallestPiece, len(text)} {
		var b blob
		for rest := []byte(text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			b.pieces = append(b.pieces, bytes.Clone(rest[:min(size, len(rest))]))
		}
		b.size = int64(len(text))
		whole := b.bytes()
		for _, wanted := range []string{"", "n", "needle", "xneedle", "needley", text, text[1:], "needles", "yx", text + "y"} {
			assert.Equal(t, bytes.Contains(whole, []byte(wanted)), b.contains([]byte(wanted)), "pieces of %d bytes, %d bytes of text", size, len(wanted))
		}
		assert.Equal(t, whole, b.bytes(), "looking changes nothing")
	}
	assert.True(t, blob{}.contains(nil))
	assert.False(t, blob{}.contains([]byte("x")))
}

func TestBlobOverwritesAcrossItsPieces(t *testing.T) {
	const secret, with = "glcbt-64_secret", "[MASKED]xxxxxxx"
	for before := smallestPiece - len(secret) - 1; before <= smallestPiece+1; before++ {
		text := strings.Repeat("-", before) + secret + secret + strings.Repeat("-", 3*smallestPiece-before-len(secret)) + secret + secret[1:]
		var b blob
		_, err := b.ReadFrom(strings.NewReader(text))
		assert.NoError(t, err)
		b.overwrite(secret, with)
		assert.True(t, strings.ReplaceAll(text, secret, with) == b.String(), "%d bytes before it", before)
	}
	var short blob
	_, _ = short.Write([]byte("text"))
	short.overwrite("", "")
	short.overwrite(secret, with)
	short.overwrite(strings.Repeat("x", smallestPiece+1), strings.Repeat("y", smallestPiece+1))
	assert.Equal(t, "text", short.String())
	blob{}.overwrite(secret, with)
}
