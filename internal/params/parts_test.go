package params

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
)

// FuzzParts compares what is read of a multipart body with what mime/multipart reads of it.
func FuzzParts(f *testing.F) {
	for _, body := range []string{
		"--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n",
		"--b\r\nA: 1\r\nB: 2\r\n more\r\n\r\none\r\n--b \t\r\n\r\ntwo\r\n--b--",
		"before\r\n--b\n\none\n--b\n\n\n--b--\n", "--b\r\n\r\n--b\r\n\r\n--bb\r\n--bb\r\n--b--\r\nafter",
		"--b\r\n\r\n\r\n\r\n--b--", "--b\r\n\r\none\r\n--b", "--b\r\n\r\none\r\n--b-", "--b\r\n\r\none\r\n--bx\r\n--b--",
		"--b\r\n\r\none\r\n-", "--b\r\n\r\none", "--b\r\nA: 1", "--b\r\nA\r\n\r\n", "--b", "--b--", "", "\r\n--b\r\n\r\n\r\n--b\r\nx",
		"--b\r\n\r\n\r--b\r\n\r\r\n--b\r\n\r\n--b\r\n--b--",
		// What begins like a boundary, in content and between parts.
		"--b\r\n\r\none--b\r\n--b--", "--b\r\n\r\none\r\n--b-x\r\n--b--", "--b\r\n\r\none\r\n--b ", "--b\r\n\r\none\r\n--b\r",
		"--b\r\n\r\none\r\n--b x\r\n--b\r\n\r\ntwo\r\n--b--", "--b\r\n\r\n--b x\r\n--b\r\n\r\ntwo\r\n--b--",
		"--b\r\n\r\none\r\n--b\n\r\ntwo\r\n--b--", "--b\r\n\r\none\r\n--b-- \t\r\n", "--b\r\n\r\none\r\n--b-- ", "--b\r\n\r\none\r\n--b--x\r\n",
		"--b--x\r\n--bb\r\n \r\n\r\n--b\r\n\r\none\r\n--b--",
	} {
		f.Add([]byte(body), true)
		f.Add([]byte(body), false)
	}
	type part struct {
		header  textproto.MIMEHeader
		content string
	}
	all := func(next func() (textproto.MIMEHeader, io.Reader, error)) (parts []part, whole bool) {
		for {
			header, r, err := next()
			if err != nil {
				return parts, err == io.EOF
			}
			content, err := io.ReadAll(iotest.OneByteReader(r))
			if err != nil {
				return parts, false
			}
			parts = append(parts, part{header, string(content)})
		}
	}
	f.Fuzz(func(t *testing.T, body []byte, bytewise bool) {
		theirs := multipart.NewReader(bytes.NewReader(body), "b")
		want, wantWhole := all(func() (textproto.MIMEHeader, io.Reader, error) {
			p, err := theirs.NextRawPart()
			if err != nil {
				return nil, nil, err
			}
			return p.Header, p, nil
		})
		var read io.Reader = bytes.NewReader(body)
		if bytewise {
			read = iotest.OneByteReader(read)
		}
		got, gotWhole := all(newPartsReader(read, "b").next)
		assert.Equal(t, want, got)
		assert.Equal(t, wantWhole, gotWhole)
	})
}

// Content that is longer than what is read ahead comes whole, wherever its delimiter lies.
func TestLongParts(t *testing.T) {
	for _, length := range []int{partsAhead - 9, partsAhead - 5, partsAhead - 1, partsAhead, partsAhead + 3, 3*partsAhead - 2} {
		content := bytes.Repeat([]byte("a\r\n--"), length/5+1)[:length]
		body := append(append([]byte("--b\r\n\r\n"), content...), "\r\n--b\r\n\r\nnext\r\n--b--"...)
		for _, read := range []io.Reader{bytes.NewReader(body), iotest.HalfReader(bytes.NewReader(body))} {
			parts := newPartsReader(read, "b")
			for _, want := range [][]byte{content, []byte("next")} {
				_, r, err := parts.next()
				assert.NoError(t, err)
				got, err := io.ReadAll(r)
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(want, got), length)
			}
			_, _, err := parts.next()
			assert.Equal(t, io.EOF, err)
		}
	}
}

// Of a part whose end is missing comes what is content for certain: what may be the beginning of a delimiter is not.
func TestCutOffParts(t *testing.T) {
	for body, want := range map[string]string{
		"": "", "-": "", "--bx": "--bx", "--b-": "", "a": "a", "one": "one", "one\r": "one", "one\r\n--": "one",
		"one\r\n-x": "one\r\n-x", "one\r\n--x": "one\r\n--x", "one\r\n--b-": "one",
		"one\r\n--bx": "one\r\n--bx", "four\r\n--bx": "four\r\n--bx",
	} {
		parts := newPartsReader(iotest.OneByteReader(bytes.NewReader([]byte("--b\r\n\r\n"+body))), "b")
		_, r, err := parts.next()
		assert.NoError(t, err)
		got, err := io.ReadAll(r)
		assert.Equal(t, io.ErrUnexpectedEOF, err, body)
		assert.Equal(t, want, string(got), body)
		_, _, err = parts.next()
		assert.Equal(t, io.ErrUnexpectedEOF, err, body)
	}
}

// Wherever a body breaks off with an error, that is the error of its parts.
func TestBrokenParts(t *testing.T) {
	body := "--b\r\nA: 1\r\n\r\none\r\n--b--"
	broken := errors.New("broken")
	for length := range len(body) + 1 {
		parts := newPartsReader(io.MultiReader(strings.NewReader(body[:length]), iotest.ErrReader(broken)), "b")
		_, _, err := parts.next()
		if strings.Contains(body[:length], "\r\n\r\n") {
			assert.NoError(t, err, length)
			_, _, err = parts.next()
		}
		assert.ErrorIs(t, err, broken, length)
	}
}

// The headers of a part have an end, so that nobody fills the memory with them.
func TestEndlessPartHeaders(t *testing.T) {
	read := func(first string) error {
		body := "--b\r\n" + first + strings.Repeat("A: bcd\r\n", partHeaders/8-1) + "\r\n"
		_, _, err := newPartsReader(strings.NewReader(body), "b").next()
		return err
	}
	assert.NoError(t, read("A: bcd\r\n"))
	assert.ErrorContains(t, read("A: bcde\r\n"), "message too large")
}
