package world

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/racing"
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
	tooLong := strings.Repeat("x", SmallestPiece+1)
	var long Blob
	_, _ = long.Write([]byte(tooLong))
	long.overwrite(tooLong, strings.Repeat("y", len(tooLong)))
	assert.Equal(t, tooLong, long.String())
}

// Two blobs are compared however their bytes lie in pieces.
func TestBlobEquals(t *testing.T) {
	in := func(text string, size int) (b Blob) {
		for rest := []byte(text); len(rest) > 0; rest = rest[min(size, len(rest)):] {
			b.pieces = append(b.pieces, bytes.Clone(rest[:min(size, len(rest))]))
		}
		b.Size = int64(len(text))
		return b
	}
	const text = "needle in a haystack"
	for _, a := range []int{1, 2, 3, 7, 100} {
		for _, b := range []int{1, 3, 6, 100} {
			assert.True(t, in(text, a).Equals(in(text, b)), "%d and %d", a, b)
			for i := range len(text) {
				assert.False(t, in(text, a).Equals(in(text[:i]+"!"+text[i+1:], b)), "%d and %d, at %d", a, b, i)
			}
			assert.False(t, in(text, a).Equals(in(text[1:], b)))
			assert.False(t, in(text[:1], a).Equals(in(text, b)))
		}
	}
	assert.True(t, Blob{}.Equals(Blob{}))
	assert.False(t, Blob{}.Equals(in(text, 4)))
	empty := in(text, 4)
	empty.pieces = append(empty.pieces, []byte{}, []byte{})
	assert.True(t, empty.Equals(in(text, 100)), "a piece may have nothing yet")
}

// What a blob takes in pieces lies in it as if it had been written, and no more room is lost than is filled.
func TestBlobTakesPieces(t *testing.T) {
	racing.Skip(t)
	var whole strings.Builder
	var b Blob
	held := func() (bytes int64) {
		for _, p := range b.pieces {
			bytes += int64(cap(p))
		}
		return bytes
	}
	for i := range 300 {
		var piece Blob
		text := strings.Repeat(string(rune('a'+i%26)), i*i*7%(3*adopted))
		_, _ = piece.ReadFrom(strings.NewReader(text))
		snapshot := b.Snapshot()
		b.take(piece)
		assert.True(t, snapshot.String() == whole.String(), "a snapshot stays")
		whole.WriteString(text)
	}
	assert.True(t, b.String() == whole.String())
	assert.Equal(t, int64(whole.Len()), b.Size)
	assert.Less(t, held(), b.Size*5/4)
}

// A secret is found where bytes.Index finds it, whatever its rarest byte is.
func TestNeedle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = "aZx-"[random.IntN(4)]
		}
		return string(b)
	}
	for range 2000 {
		p, secret := text(random.IntN(40)), text(1+random.IntN(4))
		assert.Equal(t, strings.Index(p, secret), newNeedle(secret).index([]byte(p)), "%s in %s", secret, p)
	}
}
