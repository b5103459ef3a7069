package memnet

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// A Conn is one end of an in-memory connection. It is a net.Conn with the half-close and the reset of a TCP connection,
// and its errors are those of one: *net.OpError around a system call's error number, net.ErrClosed or
// os.ErrDeadlineExceeded. Its methods may be called concurrently.
type Conn struct {
	in, out       *stream
	local, remote net.Addr
}

var _ net.Conn = (*Conn)(nil)

func newPair(clientAddr, serverAddr net.Addr) (client, server *Conn) {
	up, down := newStream(), newStream()
	client = &Conn{in: down, out: up, local: clientAddr, remote: serverAddr}
	server = &Conn{in: up, out: down, local: serverAddr, remote: clientAddr}
	return client, server
}

// Read waits for bytes of the peer. It returns io.EOF after the last one when the peer has closed the connection or its
// writing half, and syscall.ECONNRESET when the peer has reset it.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.in.read(p)
	return n, c.opError("read", err)
}

// Write returns when p is under way, which takes waiting only while 64 KiB are. It fails with syscall.EPIPE when the
// peer has closed the connection (TCP would find out one write later) and with syscall.ECONNRESET when the peer has
// reset it.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.out.write(p)
	return n, c.opError("write", err)
}

// Close ends the connection. What was written before can still be read by the peer. Closing again is an error that
// matches net.ErrClosed, as with TCP.
func (c *Conn) Close() error {
	if !c.in.closeReader(net.ErrClosed, syscall.EPIPE) {
		return c.opError("close", net.ErrClosed)
	}
	c.out.closeWriter(net.ErrClosed, io.EOF)
	return nil
}

// CloseWrite ends the writing half: the peer reads io.EOF, and may write on.
func (c *Conn) CloseWrite() error {
	if c.in.readingClosed() {
		return c.opError("close", net.ErrClosed)
	}
	c.out.closeWriter(syscall.EPIPE, io.EOF)
	return nil
}

// Reset ends the connection as a TCP segment with the RST flag does: the peer's writes fail with syscall.ECONNRESET,
// and so do its reads once it has read what had arrived before. It does nothing to a connection closed already.
func (c *Conn) Reset() {
	if c.in.closeReader(net.ErrClosed, syscall.ECONNRESET) {
		c.out.resetWriter(net.ErrClosed, syscall.ECONNRESET)
	}
}

// LocalAddr returns this end's address, a *net.TCPAddr.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr returns the other end's address, a *net.TCPAddr.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline sets the time after which reads and writes fail with os.ErrDeadlineExceeded, pending ones included. The
// zero time means never.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline is SetDeadline for reads.
func (c *Conn) SetReadDeadline(t time.Time) error {
	if c.in.readingClosed() {
		return opError("set", nil, c.local, net.ErrClosed)
	}
	c.in.setReadDeadline(t)
	return nil
}

// SetWriteDeadline is SetDeadline for writes.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	if c.in.readingClosed() {
		return opError("set", nil, c.local, net.ErrClosed)
	}
	c.out.setWriteDeadline(t)
	return nil
}

func (c *Conn) opError(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return opError(op, c.local, c.remote, err)
}

// opError returns err as package net would word it.
func opError(op string, local, remote net.Addr, err error) error {
	if _, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, err)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: local, Addr: remote, Err: err}
}
