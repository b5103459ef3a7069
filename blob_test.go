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
