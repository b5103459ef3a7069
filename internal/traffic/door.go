package traffic

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Door is a listener that can be shut and opened again at the same address. It knows the connections that came through
// it, as long as they are open and net/http's.
type Door struct {
	open func() (net.Listener, error)

	mu      sync.Mutex
	now     net.Listener // closed while the door is shut
	isShut  bool
	closed  bool
	changed chan struct{} // closed when the door is opened again or closed for good
	conns   map[net.Conn]*Conn
	remotes map[string]*Conn // of two with one address, as there are in memory, the last
}

// Conn is a connection with what is known of it.
type Conn struct {
	net.Conn
	Remote string
	active bool    // a request is being read, served or answered
	Last   *Flying // the last that came on it
}

// OpenDoor opens a door; open is asked for the listener each time that it is opened. The error is that of open.
func OpenDoor(open func() (net.Listener, error)) (*Door, error) {
	l, err := open()
	return &Door{open: open, now: l, changed: make(chan struct{})}, err
}

// Listener is the one of now, closed while the door is shut.
func (d *Door) Listener() net.Listener {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// Accept waits for the next connection, also while the door is shut.
func (d *Door) Accept() (net.Conn, error) {
	for {
		l := d.Listener()
		c, err := l.Accept()
		d.mu.Lock()
		changed, shut, closed := d.changed, d.isShut, d.closed
		same := l == d.now && !shut && !closed
		if err == nil && same {
			d.note(&Conn{Conn: c, Remote: c.RemoteAddr().String()})
		}
		d.mu.Unlock()
		if same {
			return c, err
		}
		if err == nil {
			_ = c.Close() // it came while the door was being shut
		}
		switch {
		case closed:
			return nil, net.ErrClosed
		case shut:
			<-changed
		}
	}
}

// note notes a connection. The maps are made for the first: most fakes with a network in memory never have one.
func (d *Door) note(c *Conn) {
	if d.conns == nil {
		d.conns, d.remotes = map[net.Conn]*Conn{}, map[string]*Conn{}
	}
	d.conns[c.Conn], d.remotes[c.Remote] = c, c
}

// Close closes the door for good.
func (d *Door) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	close(d.changed)
	return d.now.Close()
}

// Addr is where the door is.
func (d *Door) Addr() net.Addr { return d.Listener().Addr() }

// Shut shuts the door: nobody comes in until Reopen.
func (d *Door) Shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.isShut = true
	_ = d.now.Close()
}

// IsShut reports whether nobody comes in.
func (d *Door) IsShut() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.isShut
}

// Reopen opens the door again, at the same address. It does nothing if it is open, or closed for good.
func (d *Door) Reopen() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || !d.isShut {
		return nil
	}
	l, err := d.open()
	if err != nil {
		return err
	}
	d.now, d.isShut = l, false
	close(d.changed)
	d.changed = make(chan struct{})
	return nil
}

// Note is told by net/http what becomes of a connection.
func (d *Door) Note(c net.Conn, state http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if wrapped, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
		c = wrapped.NetConn()
	}
	known := d.conns[c]
	switch {
	case known == nil:
	case state == http.StateClosed || state == http.StateHijacked:
		delete(d.conns, c)
		if d.remotes[known.Remote] == known {
			delete(d.remotes, known.Remote)
		}
	default:
		known.active = state == http.StateActive
	}
}

// CalledBy notes the call that came on a connection.
func (d *Door) CalledBy(remote string, call *Flying) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.remotes[remote]; c != nil {
		c.Last = call
	}
}

// Busy are the connections that are not idle, in the order of their addresses.
func (d *Door) Busy() []Conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	var busy []Conn
	for _, c := range d.conns {
		if c.active {
			busy = append(busy, *c)
		}
	}
	slices.SortFunc(busy, func(a, b Conn) int { return strings.Compare(a.Remote, b.Remote) })
	return busy
}

// Cut closes all connections, below TLS: to take leave of one who does not read would take time.
func (d *Door) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.conns {
		_ = c.Close()
	}
}

// Reset breaks a connection so that its peer is told: over TCP with RST.
func Reset(c net.Conn) {
	if wrapped, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
		c = wrapped.NetConn()
	}
	switch c := c.(type) {
	case *net.TCPConn:
		_ = c.SetLinger(0)
	case interface{ Reset() }: // in memory
		c.Reset()
	}
	_ = c.Close()
}
