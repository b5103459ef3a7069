package params

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/textproto"
)

// Sizes of what is read ahead of a multipart body, and of the headers of one part at most, in bytes.
const (
	partsAhead  = 64 << 10
	partHeaders = 1 << 20
)

// partsReader reads the parts of a multipart body one after the other. It takes the same bodies as mime/multipart, but
// that reads 4 KiB at a time and goes through them three times, so that a large artifact took twice as long as its way
// through the network.
type partsReader struct {
	body     *bufio.Reader
	boundary []byte // that begins the line before each part
	newline  []byte // of the lines with boundaries
	// delimiter ends the content of a part: newline and boundary.
	delimiter []byte
	begun     bool // there was a part
	content   partContent
}

func newPartsReader(body io.Reader, boundary string) *partsReader {
	r := &partsReader{body: bufio.NewReaderSize(body, partsAhead), boundary: []byte("--" + boundary)}
	r.breakLines("\r\n")
	return r
}

func (r *partsReader) breakLines(newline string) {
	r.newline = []byte(newline)
	r.delimiter = append([]byte(newline), r.boundary...)
}

// next skips what is left of the part before, and returns headers and content of the next. The error is io.EOF itself
// after the last part.
func (r *partsReader) next() (textproto.MIMEHeader, io.Reader, error) {
	if r.begun {
		if _, err := io.Copy(io.Discard, &r.content); err != nil {
			return nil, nil, err
		}
	}
	for {
		line, err := r.body.ReadSlice('\n')
		switch {
		case r.isEnd(line) && (err == nil || err == io.EOF):
			return nil, nil, io.EOF
		case err != nil:
			return nil, nil, fmt.Errorf("multipart: NextPart: %w", err)
		case r.isBoundary(line):
			header, err := r.header()
			r.begun, r.content = true, partContent{parts: r}
			return header, &r.content, err
		case !r.begun: // what comes before the first part says nothing
		case !bytes.Equal(line, r.newline): // the line break before a boundary is a line here
			return nil, nil, fmt.Errorf("multipart: a line between two parts: %q", line)
		}
	}
}

// isBoundary reports whether a part begins behind a line. If the first such line ends with a line feed alone, they all
// do.
func (r *partsReader) isBoundary(line []byte) bool {
	rest, found := bytes.CutPrefix(line, r.boundary)
	if !found {
		return false
	}
	rest = bytes.TrimLeft(rest, " \t")
	if !r.begun && string(rest) == "\n" {
		r.breakLines("\n")
	}
	return bytes.Equal(rest, r.newline)
}

// isEnd reports whether no part comes behind a line.
func (r *partsReader) isEnd(line []byte) bool {
	rest, found := bytes.CutPrefix(line, append(r.boundary[:len(r.boundary):len(r.boundary)], "--"...))
	if !found {
		return false
	}
	rest = bytes.TrimLeft(rest, " \t")
	return len(rest) == 0 || bytes.Equal(rest, r.newline)
}

// header reads the headers of a part. The error is io.EOF if the body ends among them: mime/multipart, which Workhorse
// reads uploads with, takes that for the end, too.
func (r *partsReader) header() (textproto.MIMEHeader, error) {
	var lines []byte
	for {
		line, err := r.body.ReadSlice('\n')
		lines = append(lines, line...)
		switch {
		case err == io.EOF, err == nil && len(bytes.TrimRight(line, "\r\n")) == 0:
			return textproto.NewReader(bufio.NewReader(bytes.NewReader(lines))).ReadMIMEHeader()
		case err != nil:
			return nil, err
		case len(lines) > partHeaders:
			return nil, errors.New("multipart: message too large")
		}
	}
}

// partContent reads the content of a part up to its delimiter.
type partContent struct {
	parts  *partsReader
	known  int   // of the bytes read ahead, how many are content
	begun  bool  // its start was looked at, and what is known of it is being read
	failed error // why no more bytes can be read ahead
	err    error // what comes after the known bytes
}

func (c *partContent) Read(p []byte) (int, error) {
	body := c.parts.body
	for c.known == 0 && c.err == nil {
		ahead, _ := body.Peek(body.Buffered())
		known, ends := c.parts.scan(ahead, !c.begun, c.failed != nil)
		switch c.known = known; {
		case ends:
			c.err = io.EOF
		case c.failed != nil:
			c.err = c.failed
		case known == 0:
			if _, c.failed = body.Peek(len(ahead) + 1); c.failed == io.EOF {
				c.failed = io.ErrUnexpectedEOF
			}
		}
	}
	n, _ := body.Read(p[:min(len(p), c.known)])
	c.known -= n
	c.begun = true
	if c.known == 0 {
		return n, c.err
	}
	return n, nil
}

// scan tells how many of the bytes read ahead are content for certain, and whether the part ends behind them. At its
// start the boundary may come without a line break. whole is whether nothing follows the bytes.
func (r *partsReader) scan(ahead []byte, atStart, whole bool) (content int, ends bool) {
	if atStart {
		switch {
		case bytes.HasPrefix(ahead, r.boundary):
			return r.endsAt(0, ahead, r.boundary, whole)
		case bytes.HasPrefix(r.boundary, ahead):
			return 0, false
		}
	}
	if i := bytes.Index(ahead, r.delimiter); i >= 0 {
		return r.endsAt(i, ahead[i:], r.delimiter, whole)
	}
	// The last bytes may be the beginning of a delimiter; behind all of them one may begin anyway.
	for i := max(0, len(ahead)-len(r.delimiter)); ; i++ {
		if bytes.HasPrefix(r.delimiter, ahead[i:]) {
			return i, false
		}
	}
}

// endsAt is scan where a delimiter may be after so many bytes of content. What follows it decides: of a longer boundary
// it would be a part alone.
func (r *partsReader) endsAt(content int, ahead, delimiter []byte, whole bool) (int, bool) {
	switch rest := ahead[len(delimiter):]; {
	case len(rest) == 0, len(rest) == 1 && rest[0] == '-':
		return content, whole && len(rest) == 0
	case bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0, rest[0] == '-' && rest[1] == '-':
		return content, true
	}
	return content + len(delimiter), false
}
