// Package memnet is the network of a fake that was asked to open no sockets.
//
// It has two doors to the same http.Handler:
//
//   - [Listener] carries real HTTP between a real http.Server and any client that lets its dialer be replaced.
//     Connections keep what tests of failures need of TCP: buffering, half-close, deadlines, end of file, reset.
//   - [RoundTripper] hands requests of an http.Client to the handler without speaking HTTP in between. Most of what a
//     call over a Listener costs is net/http reading, writing and switching between its four goroutines, which no
//     connection can make cheaper. BenchmarkCall has a call over a Listener cost half of one over loopback TCP, a
//     RoundTripper's a seventh, and with RoundTripper.Inline a tenth.
//
// Both work inside a testing/synctest bubble: neither has a goroutine of its own, and whoever waits in them is durably
// blocked. A Listener or RoundTripper belongs to the bubble it is used in, as a channel does.
package memnet

import (
	"context"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
)

// Host is the host name to use in URLs of servers that only an in-memory network reaches. The top-level domain test is
// reserved (RFC 6761): should such a URL escape to a real resolver, it leads nowhere.
const Host = "fakegitlab.test"

// The ends of an in-memory connection have addresses of the loopback device, for servers that parse Request.RemoteAddr.
const (
	serverPort      = 80
	firstClientPort = 49152 // the dynamic ports of RFC 6335
	lastClientPort  = 65535
)

func loopback(port int) *net.TCPAddr {
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
}

// A Listener is a net.Listener whose connections are made by its DialContext method. Make one with [Listen].
// Its methods may be called concurrently.
type Listener struct {
	accept chan *Conn
	closed chan struct{}
	once   sync.Once
	dialed atomic.Uint32
}

var _ net.Listener = (*Listener)(nil)

// Listen returns an open Listener.
func Listen() *Listener {
	return &Listener{accept: make(chan *Conn), closed: make(chan struct{})}
}

// Accept waits for the next connection, a [*Conn]. After Close its error matches net.ErrClosed.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.accept:
		return c, nil
	case <-l.closed:
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: net.ErrClosed}
	}
}

// Close makes pending and future calls of Accept and DialContext fail. Connections that were accepted stay open.
// Closing again does nothing. The error is always nil.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns 127.0.0.1:80, a *net.TCPAddr: no other listener's address differs, so it identifies nothing.
func (l *Listener) Addr() net.Addr { return loopback(serverPort) }

// DialContext connects to the listener and returns a [*Conn] once the connection was accepted. It has the signature of
// http.Transport.DialContext and ignores network and address: in this network, every name leads to the one server there
// is. The error is a *net.OpError; it matches syscall.ECONNREFUSED when the listener is closed, and the cause of ctx
// when that ended first.
func (l *Listener) DialContext(ctx context.Context, _, _ string) (net.Conn, error) {
	select { // the select below picks at random: no connection may come of a context that has ended
	case <-ctx.Done():
		return nil, l.dialError(context.Cause(ctx))
	case <-l.closed:
		return nil, l.refused()
	default:
	}
	client, server := l.pair()
	select {
	case l.accept <- server:
		return client, nil
	case <-ctx.Done():
		return nil, l.dialError(context.Cause(ctx))
	case <-l.closed:
		return nil, l.refused()
	}
}

func (l *Listener) pair() (client, server *Conn) {
	nth := int(l.dialed.Add(1)-1) % (lastClientPort - firstClientPort + 1)
	return newPair(loopback(firstClientPort+nth), loopback(serverPort))
}

func (l *Listener) refused() error { return l.dialError(errRefused()) }

func (l *Listener) dialError(err error) error {
	return &net.OpError{Op: "dial", Net: "tcp", Addr: l.Addr(), Err: err}
}

func errRefused() error { return os.NewSyscallError("connect", syscall.ECONNREFUSED) }
