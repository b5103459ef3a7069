package repository

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// Kind is what an object is, in git's word for it.
type Kind string

// The kinds of objects that git has.
const (
	KindBlob   Kind = "blob"
	KindTree   Kind = "tree"
	KindCommit Kind = "commit"
	KindTag    Kind = "tag" // an annotated tag; a lightweight one is only a ref
)

// ZeroID is the name of no object: what a ref was before it was made, and is once it is deleted.
const ZeroID = "0000000000000000000000000000000000000000"

// idLength is how many hexadecimal digits the name of an object has.
const idLength = len(ZeroID)

// Object is one object as git stores it, without the header that its kind and length make. Data is not to be changed.
type Object struct {
	Kind Kind
	Data []byte
}

// ID is the object's name: the SHA-1 of its header and its data, 40 hexadecimal digits.
func (o Object) ID() string {
	h := sha1.New()
	h.Write(o.header())
	h.Write(o.Data)
	return hex.EncodeToString(h.Sum(nil))
}

func (o Object) header() []byte {
	return append(strconv.AppendInt([]byte(string(o.Kind)+" "), int64(len(o.Data)), 10), 0)
}

// Loose is the object as it lies in a repository's folder objects/, in the file that LoosePath names.
func (o Object) Loose() []byte {
	var b bytes.Buffer
	Deflate(&b, o.header(), o.Data)
	return b.Bytes()
}

// deflaters are writers that nobody uses: one is more than a megabyte, most objects are some hundred bytes.
var deflaters = sync.Pool{New: func() any {
	z, _ := zlib.NewWriterLevel(nil, zlib.BestSpeed) // the level is one that there is
	return z
}}

// Deflate packs texts, one behind the other, as git packs objects.
func Deflate(to *bytes.Buffer, texts ...[]byte) {
	z := deflaters.Get().(*zlib.Writer)
	z.Reset(to)
	for _, text := range texts {
		_, _ = z.Write(text) // a buffer takes everything
	}
	_ = z.Close()
	z.Reset(nil) // or it would keep the buffer
	deflaters.Put(z)
}

// LoosePath is where a loose object lies below objects/: "ab/cdef...".
func LoosePath(id string) string { return id[:2] + "/" + id[2:] }

// ReadBatch reads what `git cat-file --batch` prints, and hands each object to add, which checks it by its name. It
// ends with the input. An object that git reports as missing is an error, as is output cut short.
func ReadBatch(r io.Reader, add func(id string, o Object) error) error {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadString('\n')
		if err == io.EOF && line == "" {
			return nil
		}
		if err != nil {
			return fmt.Errorf("git cat-file ended within a line: %q", line)
		}
		parts := strings.Fields(line)
		if len(parts) != 3 {
			return fmt.Errorf("git cat-file says %q", strings.TrimSpace(line))
		}
		size, err := strconv.Atoi(parts[2])
		if err != nil || size < 0 {
			return fmt.Errorf("git cat-file gives no size: %q", strings.TrimSpace(line))
		}
		data := make([]byte, size+1) // and the end of the line
		if _, err := io.ReadFull(in, data); err != nil {
			return fmt.Errorf("git cat-file ended within %s: %w", parts[0], err)
		}
		if err := add(parts[0], Object{Kind(parts[1]), data[:size]}); err != nil {
			return err
		}
	}
}

// IsID reports whether a text has the form of an object's whole name.
func IsID(s string) bool { return len(s) == idLength && isHex(s) }

func isHex(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) }) < 0
}
