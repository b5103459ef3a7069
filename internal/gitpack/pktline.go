package gitpack

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
)

// The lengths of the protocol's lines.
const (
	PktHead    = 4     // hexadecimal digits of the length, which counts them, too
	PktLongest = 65520 // bytes of a line with its length
	Flush      = "0000"
)

// errCutShort is of a body that ends within what it has begun to say.
var errCutShort = errors.New("the body ends too early")

// AppendPkt appends a line with its length. It is no longer than PktLongest.
func AppendPkt(b []byte, line string) []byte {
	return append(fmt.Appendf(b, "%04x", len(line)+PktHead), line...)
}

// cutPkt cuts the first line off a body. isFlush is whether it is the mark between lists of lines, which has no text.
func cutPkt(body []byte) (line, rest []byte, isFlush bool, err error) {
	if len(body) < PktHead {
		return nil, nil, false, errCutShort
	}
	n, err := strconv.ParseUint(string(body[:PktHead]), 16, 16)
	switch {
	case err != nil:
		return nil, nil, false, fmt.Errorf("%q is no length of a line", body[:PktHead])
	case n == 0:
		return nil, body[PktHead:], true, nil
	case n < PktHead:
		return nil, nil, false, fmt.Errorf("a line of length %d has no place in a push", n)
	case int(n) > len(body):
		return nil, nil, false, errCutShort
	}
	return bytes.TrimSuffix(body[PktHead:n], []byte{'\n'}), body[n:], false, nil
}
