package memnet_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/memnet"
)

// A tcpConn is what a test of connections may ask of either kind.
type tcpConn interface {
	net.Conn
	CloseWrite() error
}

func pairs() map[string]func(*testing.T) (client, server tcpConn) {
	connect := func(t *testing.T, l net.Listener, dial func() (net.Conn, error)) (tcpConn, tcpConn) {
		accepted := make(chan net.Conn)
		go func() {
			c, _ := l.Accept()
			accepted <- c
		}()
		client, err := dial()
		require.NoError(t, err)
		server := <-accepted
		t.Cleanup(func() { _ = client.Close(); _ = server.Close(); _ = l.Close() })
		return client.(tcpConn), server.(tcpConn)
	}
	return map[string]func(*testing.T) (client, server tcpConn){
		"TCP": func(t *testing.T) (tcpConn, tcpConn) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			return connect(t, l, func() (net.Conn, error) { return net.Dial("tcp", l.Addr().String()) })
		},
		"memory": func(t *testing.T) (tcpConn, tcpConn) {
			l := memnet.Listen()
			return connect(t, l, func() (net.Conn, error) { return l.DialContext(t.Context(), "tcp", "any:80") })
		},
	}
}

func reset(c net.Conn) {
	if c, ok := c.(*memnet.Conn); ok {
		c.Reset()
		return
	}
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

var ports = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// TestConnErrors wants each ending of a connection to be what it is over TCP, to the word.
func TestConnErrors(t *testing.T) {
	one := make([]byte, 1)
	read := func(c net.Conn) error { _, err := c.Read(one); return err }
	write := func(c net.Conn) error { _, err := c.Write(one); return err }
	for _, test := range []struct {
		name string
		do   func(client, server tcpConn) error
		want string
		is   error
	}{
		{"read at the end", func(c, s tcpConn) error { _ = s.Close(); return read(c) }, "EOF", io.EOF},
		{"bytes outlive their writer", func(c, s tcpConn) error { _ = write(s); _ = s.Close(); return read(c) }, "", nil},
		{"read after half-close", func(c, s tcpConn) error { _ = s.CloseWrite(); return read(c) }, "EOF", io.EOF},
		{"write to the half-closed", func(c, s tcpConn) error { _ = s.CloseWrite(); return write(c) }, "", nil},
		{"write after own half-close", func(c, _ tcpConn) error { _ = c.CloseWrite(); return write(c) },
			"write tcp A->A: write: broken pipe", syscall.EPIPE},
		{"read after close", func(c, _ tcpConn) error { _ = c.Close(); return read(c) },
			"read tcp A->A: use of closed network connection", net.ErrClosed},
		{"write after close", func(c, _ tcpConn) error { _ = c.Close(); return write(c) },
			"write tcp A->A: use of closed network connection", net.ErrClosed},
		{"close after close", func(c, _ tcpConn) error { _ = c.Close(); return c.Close() },
			"close tcp A->A: use of closed network connection", net.ErrClosed},
		{"half-close after close", func(c, _ tcpConn) error { _ = c.Close(); return c.CloseWrite() },
			"close tcp A->A: use of closed network connection", net.ErrClosed},
		{"deadline after close", func(c, _ tcpConn) error { _ = c.Close(); return c.SetReadDeadline(time.Time{}) },
			"set tcp A: use of closed network connection", net.ErrClosed},
		{"write deadline after close", func(c, _ tcpConn) error { _ = c.Close(); return c.SetWriteDeadline(time.Time{}) },
			"set tcp A: use of closed network connection", net.ErrClosed},
		{"read after reset", func(c, s tcpConn) error { reset(s); return read(c) },
			"read tcp A->A: read: connection reset by peer", syscall.ECONNRESET},
		{"read what came before a reset", func(c, s tcpConn) error { _ = write(s); reset(s); return read(c) }, "", nil},
		{"read after reset of the half-closed", func(c, s tcpConn) error { _ = c.CloseWrite(); reset(s); return read(c) },
			"read tcp A->A: read: connection reset by peer", syscall.ECONNRESET},
		{"read after own reset", func(c, _ tcpConn) error { reset(c); return read(c) },
			"read tcp A->A: use of closed network connection", net.ErrClosed},
		{"read past the deadline", func(c, _ tcpConn) error { _ = c.SetDeadline(time.Unix(1, 0)); return read(c) },
			"read tcp A->A: i/o timeout", os.ErrDeadlineExceeded},
		{"write past the deadline", func(c, _ tcpConn) error { _ = c.SetDeadline(time.Unix(1, 0)); return write(c) },
			"write tcp A->A: i/o timeout", os.ErrDeadlineExceeded},
		{"read after the deadline was lifted", func(c, s tcpConn) error {
			_ = c.SetDeadline(time.Unix(1, 0))
			_ = c.SetDeadline(time.Time{})
			_ = write(s)
			return read(c)
		}, "", nil},
	} {
		for name, pair := range pairs() {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				err := test.do(pair(t))
				require.ErrorIs(t, err, test.is)
				assert.Equal(t, test.want, ports.ReplaceAllString(errorText(err), "A"))
			})
		}
	}
}

func TestWritesToTheGoneFail(t *testing.T) {
	client, server := pairs()["memory"](t)
	reset(server)
	_, err := client.Write([]byte("a"))
	require.ErrorIs(t, err, syscall.ECONNRESET)

	client, server = pairs()["memory"](t)
	require.NoError(t, server.Close())
	_, err = client.Write([]byte("a"))
	require.ErrorIs(t, err, syscall.EPIPE)
	server.(*memnet.Conn).Reset()
	_, err = client.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF, "a closed connection cannot be reset")
}

func TestResetAfterHalfClose(t *testing.T) {
	client, server := pairs()["memory"](t)
	require.NoError(t, server.CloseWrite())
	reset(server)
	_, err := client.Read(make([]byte, 1))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

func inBubble(t *testing.T, test func(t *testing.T, client, server tcpConn)) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pairs()["memory"](t)
		test(t, client, server)
	})
}

func TestDeadlines(t *testing.T) {
	inBubble(t, func(t *testing.T, client, server tcpConn) {
		start := time.Now()
		require.NoError(t, client.SetDeadline(start.Add(time.Hour)))
		_, err := client.Read(make([]byte, 1))
		var netErr net.Error
		require.ErrorAs(t, err, &netErr)
		assert.True(t, netErr.Timeout())
		_, err = client.Write([]byte("a"))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, time.Hour, time.Since(start))

		require.NoError(t, client.SetWriteDeadline(start.Add(2*time.Hour)))
		n, err := client.Write(make([]byte, 100<<10))
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		assert.Equal(t, 64<<10, n, "what fits is under way")
		assert.Equal(t, 2*time.Hour, time.Since(start))

		require.NoError(t, server.SetReadDeadline(start.Add(3*time.Hour)))
		require.NoError(t, server.SetReadDeadline(time.Time{}))
		_, err = io.ReadFull(server, make([]byte, n))
		require.NoError(t, err)
		time.AfterFunc(3*time.Hour, func() { _, _ = io.WriteString(client, "x") })
		require.NoError(t, client.SetDeadline(time.Time{}))
		_, err = server.Read(make([]byte, 1))
		require.NoError(t, err, "a deadline lifted in time does not pass")
	})
}

func TestDeadlineWakesReader(t *testing.T) {
	inBubble(t, func(t *testing.T, client, _ tcpConn) {
		failed := make(chan error)
		go func() {
			_, err := client.Read(make([]byte, 1))
			failed <- err
		}()
		synctest.Wait()
		require.NoError(t, client.SetReadDeadline(time.Unix(1, 0)))
		require.ErrorIs(t, <-failed, os.ErrDeadlineExceeded)
	})
}

func TestWriterWaitsForReader(t *testing.T) {
	inBubble(t, func(t *testing.T, client, server tcpConn) {
		text := strings.Repeat("0123456789", 50_000)
		var writers sync.WaitGroup
		for range 2 {
			writers.Go(func() {
				n, err := io.WriteString(client, text)
				assert.NoError(t, err)
				assert.Equal(t, len(text), n)
				time.Sleep(time.Hour)
			})
		}
		time.Sleep(time.Hour) // the bubble's time moves: waiting writers are durably blocked
		go func() { writers.Wait(); _ = client.CloseWrite() }()
		got, err := io.ReadAll(server)
		require.NoError(t, err)
		assert.Equal(t, text+text, string(got), "writes do not mix")
	})
}

func TestCloseWakesWaiting(t *testing.T) {
	inBubble(t, func(t *testing.T, client, server tcpConn) {
		failed := make(chan error)
		for range 2 { // one in the middle of its write, one waiting for that
			go func() {
				_, err := client.Write(make([]byte, 100<<10))
				failed <- err
			}()
		}
		go func() {
			_, err := client.Read(make([]byte, 1))
			failed <- err
		}()
		synctest.Wait()
		reset(server)
		for range 3 {
			require.ErrorIs(t, <-failed, syscall.ECONNRESET)
		}
	})
}

func TestConnAddresses(t *testing.T) {
	client, server := pairs()["memory"](t)
	assert.Equal(t, "127.0.0.1:80", server.LocalAddr().String())
	assert.Equal(t, "127.0.0.1:49152", server.RemoteAddr().String())
	assert.Equal(t, server.LocalAddr(), client.RemoteAddr())
	assert.Equal(t, server.RemoteAddr(), client.LocalAddr())
	n, err := client.Read(nil)
	require.NoError(t, err)
	assert.Zero(t, n)
}

func TestListenerClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		dialed := make(chan error)
		go func() {
			_, err := l.DialContext(t.Context(), "tcp", "a:80")
			dialed <- err
		}()
		synctest.Wait()
		require.NoError(t, l.Close())
		require.NoError(t, l.Close())
		require.ErrorIs(t, <-dialed, syscall.ECONNREFUSED)
		_, err := l.DialContext(t.Context(), "tcp", "a:80")
		require.EqualError(t, err, "dial tcp 127.0.0.1:80: connect: connection refused")
		_, err = l.Accept()
		require.ErrorIs(t, err, net.ErrClosed)

		l = memnet.Listen()
		accepted := make(chan error)
		go func() {
			_, err := l.Accept()
			accepted <- err
		}()
		synctest.Wait()
		require.NoError(t, l.Close())
		require.ErrorIs(t, <-accepted, net.ErrClosed)
	})
}

func TestDialGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := memnet.Listen()
		cause := errors.New("tired")
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Hour, cause)
		defer cancel()
		for range 2 { // while waiting, and at once
			_, err := l.DialContext(ctx, "tcp", "a:80")
			require.ErrorIs(t, err, cause)
		}
	})
}
