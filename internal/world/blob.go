package world

import (
	"bytes"
	"io"
	"strings"
)

// Sizes of a blob's pieces, in bytes: small logs stay small, and a large artifact is never copied to grow.
const (
	// SmallestPiece is also the longest secret that a log is searched for.
	SmallestPiece = 4 << 10
	largestPiece  = 1 << 20
	// adopted is how large a blob is whose pieces become another's: below that a copy costs less than a short piece.
	adopted = 64 << 10
	// probed is how much is read to find out whether there is more.
	probed = 512
)

// Blob is bytes that only ever grow: a job's log or a file it kept. They lie in pieces, so that growing copies nothing,
// and so that a Snapshot, which shares the pieces, still reads what it had when it was made. The zero value is empty.
type Blob struct {
	pieces [][]byte
	Size   int64 // bytes
}

// Write appends p; it never fails.
func (b *Blob) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		room := b.room()
		taken := copy(room, p)
		b.grow(taken)
		p = p[taken:]
	}
	return n, nil
}

// ReadFrom appends all that r has, read straight into the blob. The error is r's; what came before it stays.
func (b *Blob) ReadFrom(r io.Reader) (n int64, err error) {
	var probe []byte
	for {
		var read int
		if b.free() == 0 && b.Size > 0 { // no large piece is made before it is known that something comes
			if probe == nil {
				probe = make([]byte, probed)
			}
			read, err = r.Read(probe)
			_, _ = b.Write(probe[:read])
		} else {
			read, err = r.Read(b.room())
			b.grow(read)
		}
		n += int64(read)
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// take appends another blob, which is not to be used afterwards. A large one is not copied, unless much room would be
// lost in the last piece.
func (b *Blob) take(other Blob) {
	if other.Size < max(adopted, 8*int64(b.free())) {
		_, _ = other.WriteTo(b)
		return
	}
	b.pieces = append(b.pieces, other.pieces...)
	b.Size += other.Size
}

// free is how much room there is in the last piece.
func (b *Blob) free() int {
	if len(b.pieces) == 0 {
		return 0
	}
	last := b.pieces[len(b.pieces)-1]
	return cap(last) - len(last)
}

// room is the free rest of the last piece or, if that is full, a new piece.
func (b *Blob) room() []byte {
	last := len(b.pieces) - 1
	if b.free() == 0 {
		size := min(max(int(b.Size), SmallestPiece), largestPiece)
		b.pieces = append(b.pieces, make([]byte, 0, size))
		last++
	}
	p := b.pieces[last]
	return p[len(p):cap(p)]
}

// grow makes the first n bytes that were written to room a part of the blob.
func (b *Blob) grow(n int) {
	last := len(b.pieces) - 1
	b.pieces[last] = b.pieces[last][:len(b.pieces[last])+n]
	b.Size += int64(n)
}

// WriteTo writes the whole blob. The error is w's.
func (b Blob) WriteTo(w io.Writer) (n int64, err error) {
	for _, p := range b.pieces {
		written, err := w.Write(p)
		n += int64(written)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// overwrite writes a text, which is as long as secret, over secret wherever it is. It changes the pieces, so no
// Snapshot may have them yet. It does nothing about a secret longer than SmallestPiece.
func (b Blob) overwrite(secret, with string) {
	if secret == "" || len(secret) > SmallestPiece {
		return
	}
	wanted := newNeedle(secret)
	for i, p := range b.pieces {
		for rest, at := p, wanted.index(p); at >= 0; at = wanted.index(rest) {
			copy(rest[at:], with)
			rest = rest[at+len(secret):]
		}
		if i == 0 { // a piece but the last is longer than the secret, so that it lies in two at the most
			continue
		}
		before := b.pieces[i-1]
		end, begin := before[max(len(before)-len(secret)+1, 0):], p[:min(len(secret)-1, len(p))]
		seam := append(bytes.Clone(end), begin...)
		if at := wanted.index(seam); at >= 0 {
			copy(seam[at:], with)
			copy(begin, seam[copy(end, seam):])
		}
	}
}

// needle is a text that is looked for by its rarest byte: a log is full of the letters that a token begins with, and
// bytes.Index stops at each of them.
type needle struct {
	text []byte
	rare int // where in text the byte is
}

// rareBytes are what tokens are made of and logs have little of, the rarest first.
const rareBytes = "QZXJKVWYUHGBFPMLDNROCIATSEqzjxkv"

func newNeedle(text string) needle {
	for _, b := range []byte(rareBytes) {
		if at := strings.IndexByte(text, b); at >= 0 {
			return needle{[]byte(text), at}
		}
	}
	return needle{[]byte(text), 0}
}

// index is where the text is in p; -1 if it is not.
func (n needle) index(p []byte) int {
	for from := n.rare; from < len(p); from++ {
		at := bytes.IndexByte(p[from:], n.text[n.rare])
		if at < 0 {
			return -1
		}
		from += at
		if bytes.HasPrefix(p[from-n.rare:], n.text) {
			return from - n.rare
		}
	}
	return -1
}

// Snapshot is the blob as it is now: appending to the original does not change it.
func (b *Blob) Snapshot() Blob { return Blob{append([][]byte(nil), b.pieces...), b.Size} }

// Bytes is a copy of the whole blob in one piece; nil when it is empty.
func (b Blob) Bytes() []byte {
	if b.Size == 0 {
		return nil
	}
	return bytes.Join(b.pieces, nil)
}

// Equals reports whether both have the same bytes.
func (b Blob) Equals(other Blob) bool {
	if b.Size != other.Size {
		return false
	}
	var p, q []byte // what is left of the piece of each
	for i, k := 0, 0; ; {
		for ; len(p) == 0 && i < len(b.pieces); i++ {
			p = b.pieces[i]
		}
		for ; len(q) == 0 && k < len(other.pieces); k++ {
			q = other.pieces[k]
		}
		n := min(len(p), len(q))
		if n == 0 || !bytes.Equal(p[:n], q[:n]) {
			return n == 0 // of one size, they end together
		}
		p, q = p[n:], q[n:]
	}
}

// Contains reports whether text is in the blob.
func (b Blob) Contains(text []byte) bool { return b.ContainsAfter(0, text) }

// ContainsAfter reports whether text is in the blob behind its first n bytes, without putting its pieces together.
func (b Blob) ContainsAfter(n int64, text []byte) bool {
	if len(text) == 0 {
		return true
	}
	var seam []byte // the end of the pieces before, one byte too short to hold the text
	for _, p := range b.pieces {
		skipped := min(n, int64(len(p)))
		n, p = n-skipped, p[skipped:]
		if bytes.Contains(p, text) || bytes.Contains(append(seam, p[:min(len(p), len(text)-1)]...), text) {
			return true
		}
		seam = append(seam, p[max(0, len(p)-len(text)+1):]...)
		seam = seam[max(0, len(seam)-len(text)+1):]
	}
	return false
}

// Head is a copy of the first n bytes, or of all if there are fewer.
func (b Blob) Head(n int) []byte {
	var head []byte
	for _, p := range b.pieces {
		head = append(head, p[:min(len(p), n-len(head))]...)
	}
	return head
}

// ReadAt reads into p what there is from an offset on.
func (b Blob) ReadAt(p []byte, offset int64) (n int, err error) {
	for _, piece := range b.pieces {
		if offset >= int64(len(piece)) {
			offset -= int64(len(piece))
			continue
		}
		n += copy(p[n:], piece[offset:])
		if n == len(p) {
			return n, nil
		}
		offset = 0
	}
	return n, io.EOF
}

// Reader reads the blob from its beginning.
func (b Blob) Reader() io.Reader {
	readers := make([]io.Reader, len(b.pieces))
	for i, p := range b.pieces {
		readers[i] = bytes.NewReader(p)
	}
	return io.MultiReader(readers...)
}

// String is a copy of the whole blob as a text.
func (b Blob) String() string { return string(b.Bytes()) }
