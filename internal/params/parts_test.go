package params

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/textproto"
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
	} {
		f.Add([]byte(body), true)
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
			content, err := io.ReadAll(r)
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

// The headers of a part have an end, so that nobody fills the memory with them.
func TestEndlessPartHeaders(t *testing.T) {
	body := append([]byte("--b\r\n"), bytes.Repeat([]byte("A: b\r\n"), partHeaders/6+1)...)
	_, _, err := newPartsReader(bytes.NewReader(body), "b").next()
	assert.ErrorContains(t, err, "message too large")
}
