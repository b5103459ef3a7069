package hostile_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// The frames of HTTP/2 (RFC 9113, section 6).
const (
	frameHeaders      = 1
	frameReset        = 3
	frameSettings     = 4
	framePing         = 6
	frameWindow       = 8
	frameContinuation = 9

	endStream  = 1
	endHeaders = 4
)

func frame(kind, flags byte, stream uint32, payload []byte) []byte {
	b := []byte{byte(len(payload) >> 16), byte(len(payload) >> 8), byte(len(payload)), kind, flags}
	return append(binary.BigEndian.AppendUint32(b, stream), payload...)
}

// getVersion is the head of GET https://x/api/v4/version: fields of HPACK's static table, and two texts.
var getVersion = append([]byte{0x82, 0x87, 0x04, 15}, "/api/v4/version\x01\x01x"...)

// A client of HTTP/2 that floods gets its connection closed, or its frames swallowed; the others do not notice, and what
// it cost is given back.
func TestFloodsOfHTTP2(t *testing.T) {
	many := 5_000
	if racing.Detected {
		many = 1_000
	}
	repeat := func(f func(i uint32) []byte) []byte {
		var b bytes.Buffer
		for i := range uint32(many) {
			b.Write(f(i))
		}
		return b.Bytes()
	}
	for name, flood := range map[string][]byte{
		"rapid reset": repeat(func(i uint32) []byte {
			return append(frame(frameHeaders, endStream|endHeaders, 2*i+1, getVersion), frame(frameReset, 0, 2*i+1, make([]byte, 4))...)
		}),
		"streams that are never read": repeat(func(i uint32) []byte {
			return frame(frameHeaders, endStream|endHeaders, 2*i+1, getVersion)
		}),
		"streams without an end": repeat(func(i uint32) []byte { return frame(frameHeaders, endHeaders, 2*i+1, getVersion) }),
		"settings":               repeat(func(uint32) []byte { return frame(frameSettings, 0, 0, nil) }),
		"pings":                  repeat(func(uint32) []byte { return frame(framePing, 0, 0, make([]byte, 8)) }),
		"windows of nothing":     repeat(func(uint32) []byte { return frame(frameWindow, 0, 0, make([]byte, 4)) }),
		"headers without an end": append(frame(frameHeaders, endStream, 1, getVersion),
			repeat(func(uint32) []byte {
				return frame(frameContinuation, 0, 1, bytes.Repeat([]byte{0x40, 1, 'a', 1, 'b'}, 100))
			})...),
		"a table that explodes": append(frame(frameHeaders, endStream, 1, append(bytes.Clone(getVersion),
			append([]byte{0x40, 1, 'a', 0x7f, 0x81, 0x1e}, bytes.Repeat([]byte("a"), 4000)...)...)),
			repeat(func(uint32) []byte { return frame(frameContinuation, 0, 1, bytes.Repeat([]byte{0xbe}, 16000)) })...),
		"a frame of 16 MiB": frame(frameHeaders, endStream|endHeaders, 1, make([]byte, 1<<24-1)),
		"no frames":         bytes.Repeat([]byte("x"), 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t, fakegitlab.WithTLS(), fakegitlab.WithUnknownEndpoints(true), fakegitlab.WithJournalLimit(10))
			before := gl.Snapshot()
			well(t, gl, before)
			idle := runtime.NumGoroutine()
			roots := x509.NewCertPool()
			roots.AppendCertsFromPEM(gl.CertificatePEM())
			raw, err := gl.DialContext(t.Context(), "tcp", "")
			require.NoError(t, err)
			c := tls.Client(raw, &tls.Config{RootCAs: roots, ServerName: "example.com", NextProtos: []string{"h2"}})
			require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
			require.NoError(t, c.Handshake())
			require.Equal(t, "h2", c.ConnectionState().NegotiatedProtocol)
			drained := make(chan struct{})
			go func() {
				defer close(drained)
				_, _ = io.Copy(io.Discard, c)
			}()
			_, err = c.Write(append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(frameSettings, 0, 0, nil)...))
			require.NoError(t, err)
			_, _ = c.Write(flood) // which may be cut
			well(t, gl, before)
			_ = c.Close()
			<-drained
			assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= idle+1 }, 20*time.Second, 5*time.Millisecond,
				"goroutines are left")
		})
	}
}
