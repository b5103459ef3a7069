package world

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBlobContainsAcrossItsPieces(t *testing.T) {
	text := strings.Repeat("x", SmallestPiece-3) + "needle" + strings.Repeat("y", 3*SmallestPiece)
	for _, size := range []int{1, 2, 5, 7, SmallestPiece, len(text)} {
		var b Blob
		for rest := []byte(text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			b.pieces = append(b.pieces, bytes.Clone(rest[:min(size, len(rest))]))
		}
		b.Size = int64(len(text))
		whole := b.Bytes()
		for _, wanted := range []string{
			"", "n", "needle", "xneedle", "needley", text, text[1:], "needles", "yx", text + "y",
		} {
			assert.Equal(t, bytes.Contains(whole, []byte(wanted)), b.Contains([]byte(wanted)),
				"pieces of %d bytes, %d bytes of text", size, len(wanted))
		}
		assert.Equal(t, whole, b.Bytes(), "looking changes nothing")
	}
	assert.True(t, Blob{}.Contains(nil))
	assert.False(t, Blob{}.Contains([]byte("x")))
}

func TestBlobOverwritesAcrossItsPieces(t *testing.T) {
	const secret, with = "glcbt-64_secret", "[MASKED]xxxxxxx"
	for before := SmallestPiece - len(secret) - 1; before <= SmallestPiece+1; before++ {
		between := strings.Repeat("-", 3*SmallestPiece-before-len(secret))
		text := strings.Repeat("-", before) + secret + secret + between + secret + secret[1:]
		var b Blob
		_, err := b.ReadFrom(strings.NewReader(text))
		assert.NoError(t, err)
		b.overwrite(secret, with)
		assert.True(t, strings.ReplaceAll(text, secret, with) == b.String(), "%d bytes before it", before)
	}
	var short Blob
	_, _ = short.Write([]byte("text"))
	short.overwrite("", "")
	short.overwrite(secret, with)
	short.overwrite(strings.Repeat("x", SmallestPiece+1), strings.Repeat("y", SmallestPiece+1))
	assert.Equal(t, "text", short.String())
	Blob{}.overwrite(secret, with)
}
