package fakegitlab

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/memnet"
)

// network is how clients reach the fake.
type network struct {
	server *httptest.Server
	url    string // scheme and host
	client *http.Client
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	conns  *door
	direct *memnet.RoundTripper // what client calls in memory; else nil
}

// close lets nobody in any more and waits until all have gone.
func (n network) close() {
	if n.direct != nil {
		_ = n.direct.Shutdown(context.Background())
	}
	n.server.Close()
}

// cut breaks all connections.
func (n network) cut() {
	if n.direct != nil {
		_ = n.direct.Close()
	}
	n.conns.cut()
}

// via is what the fake knows of the way on which a request came.
type via struct {
	front.Way
	// reset is what a handler panics with to have the connection reset, where there is none to reset by hand.
	reset any
	conns *door // nil when it came on no connection of the fake's own
}

// tlsHost is a name that httptest's certificate is for.
const tlsHost = "example.com"

// WithAddr sets the address to listen on. The default, which "" means, too, is "127.0.0.1:0": a free port that this
// machine alone reaches. Another address is the test author's choice and is taken as it is: on ":8080" or
// "0.0.0.0:8080" all machines of the network reach the fake, and with WithControl whoever reaches it may do anything
// with it. WithLoopbackOnly rules that out.
func WithAddr(addr string) Option {
	return func(o *options) {
		if o.addr = addr; addr == "" { // an unset variable is no wish to be reached by everybody, as it is for net.Listen
			o.addr = defaultAddr
		}
	}
}

// defaultAddr is a free port of the machine's own.
const defaultAddr = "127.0.0.1:0"

// WithLoopbackOnly fails the start if other machines could reach the address that the fake listens on, whatever the
// spelling of WithAddr.
func WithLoopbackOnly() Option { return func(o *options) { o.loopbackOnly = true } }

// listen opens the fake's network.
func (f *Fake) listen() error {
	if f.options.inMemory {
		f.network = f.listenInMemory()
		return nil
	}
	addr := f.options.addr
	l, err := openDoor(func() (net.Listener, error) { return net.Listen("tcp", addr) })
	if err != nil {
		return err
	}
	if f.options.loopbackOnly && !isLoopback(l.Addr()) {
		_ = l.Close()
		return fmt.Errorf("WithLoopbackOnly: %q is %s, which other machines may reach", f.options.addr, l.Addr())
	}
	addr = l.Addr().String() // from now on that port
	if ap, err := netip.ParseAddrPort(addr); err == nil && ap.Addr().IsUnspecified() {
		addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), ap.Port()).String()
	}
	s := f.startServer(l, addr)
	var d net.Dialer
	f.network = network{server: s, url: f.scheme() + "://" + addr, client: s.Client(), conns: l,
		dial: func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "tcp", addr) }}
	return nil
}

// isLoopback is whether only this machine reaches an address that is listened on.
func isLoopback(addr net.Addr) bool {
	tcp, isTCP := addr.(*net.TCPAddr)
	return isTCP && tcp.IP.IsLoopback()
}

// listenInMemory makes a network without sockets. Client calls the handler without a connection in between, which is
// many times faster; Dial gives connections to a real HTTP server.
func (f *Fake) listenInMemory() network {
	l, _ := openDoor(func() (net.Listener, error) { return memnet.Listen(), nil })
	host := memnet.Host
	if f.options.tls {
		host = tlsHost
	}
	s := f.startServer(l, host)
	direct := &memnet.RoundTripper{
		Handler:  f.own(host, memnet.ErrReset, nil),
		ErrorLog: quiet(),
		// A handler of the test may do what only one in a goroutine of its own may.
		Inline: func(*http.Request) bool { return f.added.none() },
	}
	return network{server: s, url: f.scheme() + "://" + host, client: &http.Client{Transport: direct},
		conns: l, direct: direct, dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return l.listener().(*memnet.Listener).DialContext(ctx, network, addr)
		}}
}

// startServer serves what comes through the listener of a host.
func (f *Fake) startServer(l *door, host string) *httptest.Server {
	s := &httptest.Server{Listener: l, EnableHTTP2: true,
		Config: &http.Server{Handler: f.own(host, http.ErrAbortHandler, l), ErrorLog: quiet(), ConnState: l.note}}
	if f.options.tls {
		s.StartTLS()
	} else {
		s.Start()
	}
	return s
}

// quiet is a log for what goes wrong with a connection: that is the client's to notice.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func (f *Fake) scheme() string {
	if f.options.tls {
		return "https"
	}
	return "http"
}

// own serves what came through the fake's own network, whose URL is known. It must not ask the fake for it, which
// knows of its network only when that serves already.
func (f *Fake) own(host string, reset any, conns *door) http.Handler {
	way := f.via(f.scheme(), host, reset)
	way.conns = conns
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, way) })
}

func (f *Fake) via(scheme, host string, reset any) via {
	u := url.URL{Scheme: scheme, Host: host}
	origin := scheme + "://" + host
	return via{Way: front.Way{Origin: origin, BaseURL: origin + f.options.basePath, Host: u.Hostname()}, reset: reset}
}

// URL is where GitLab is: "http://127.0.0.1:41234", with the base path if there is one and without a slash at the end.
func (f *Fake) URL() string { return f.network.url + f.options.basePath }

// APIURL is URL with /api/v4, what most clients ask for as the base URL.
func (f *Fake) APIURL() string { return f.URL() + front.APIPrefix }

// Client returns an HTTP client that trusts the fake's certificate and knows the in-memory network. It sends no
// credentials. All calls return the same client; copy it to change it.
func (f *Fake) Client() *http.Client { return f.network.client }

// DialContext connects to the fake, whatever the address says. It is for the Transport of a client of one's own,
// above all with WithInMemoryNetwork, where nothing else reaches the fake.
func (f *Fake) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return f.network.dial(ctx, network, addr)
}

// CertificatePEM is the certificate to trust with WithTLS, for clients that want a CA file. It is nil without TLS.
func (f *Fake) CertificatePEM() []byte {
	cert := f.network.server.Certificate()
	if cert == nil {
		return nil
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
}

// ClientAs returns an HTTP client that sends the user's Token, as it is now, as PRIVATE-TOKEN, unless the request has
// one.
func (f *Fake) ClientAs(username string) *http.Client {
	f.tb.Helper()
	c := *f.Client()
	c.Transport = withToken{c.Transport, f.Token(username)}
	return &c
}

type withToken struct {
	next  http.RoundTripper
	token string
}

func (t withToken) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get(front.HeaderPrivateToken) == "" {
		r = r.Clone(r.Context())
		r.Header.Set(front.HeaderPrivateToken, t.token)
	}
	return t.next.RoundTrip(r)
}

// Down takes the fake off its network, as when GitLab is being installed anew: connections are refused, and those that
// are open break, whatever is being answered on them. What it knows stays. Up, Reset or Close end that; Down again does
// nothing. Where the fake is mounted with ServeHTTP it changes nothing.
func (f *Fake) Down() {
	f.network.conns.shut()
	f.network.cut()
	f.network.server.Client().CloseIdleConnections() // Client is not to try one that it does not yet know to be broken
}

// Up puts the fake back on its network, at the address that it had. If it is not down, or closed, nothing happens. It
// fails the test if somebody else has taken the port meanwhile.
func (f *Fake) Up() {
	f.tb.Helper()
	if err := f.up(); err != nil {
		f.misuse("Up: %v", err)
	}
}

func (f *Fake) up() error {
	select {
	case <-f.closing:
		return nil
	default:
	}
	if err := f.network.conns.reopen(); err != nil {
		return err
	}
	if f.network.direct != nil {
		f.network.direct.Reopen()
	}
	return nil
}

// door is a listener that can be shut and opened again at the same address. It knows the connections that came through
// it, as long as they are open and net/http's.
type door struct {
	open func() (net.Listener, error)

	mu      sync.Mutex
	now     net.Listener // closed while the door is shut
	isShut  bool
	closed  bool
	changed chan struct{} // closed when the door is opened again or closed for good
	conns   map[string]*doorConn
}

// doorConn is a connection with what is known of it.
type doorConn struct {
	net.Conn
	remote string
	active bool    // a request is being read, served or answered
	last   *flying // the last that came on it
}

func openDoor(open func() (net.Listener, error)) (*door, error) {
	l, err := open()
	return &door{open: open, now: l, changed: make(chan struct{}), conns: map[string]*doorConn{}}, err
}

func (d *door) listener() net.Listener {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// Accept waits for the next connection, also while the door is shut.
func (d *door) Accept() (net.Conn, error) {
	for {
		l := d.listener()
		c, err := l.Accept()
		d.mu.Lock()
		changed, shut, closed := d.changed, d.isShut, d.closed
		same := l == d.now && !shut && !closed
		if err == nil && same {
			d.conns[c.RemoteAddr().String()] = &doorConn{Conn: c, remote: c.RemoteAddr().String()}
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

// Close closes the door for good.
func (d *door) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	close(d.changed)
	return d.now.Close()
}

func (d *door) Addr() net.Addr { return d.listener().Addr() }

func (d *door) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.isShut = true
	_ = d.now.Close()
}

func (d *door) reopen() error {
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

// note is told by net/http what becomes of a connection.
func (d *door) note(c net.Conn, state http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	remote := c.RemoteAddr().String()
	known := d.conns[remote]
	if wrapped, ok := c.(interface{ NetConn() net.Conn }); ok { // TLS
		c = wrapped.NetConn()
	}
	switch {
	case known == nil || known.Conn != c: // in memory, addresses come again
	case state == http.StateClosed || state == http.StateHijacked:
		delete(d.conns, remote)
	default:
		known.active = state == http.StateActive
	}
}

// calledBy notes the call that came on a connection.
func (d *door) calledBy(remote string, call *flying) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.conns[remote]; c != nil {
		c.last = call
	}
}

// busy are the connections that are not idle, in the order of their addresses.
func (d *door) busy() []doorConn {
	d.mu.Lock()
	defer d.mu.Unlock()
	var busy []doorConn
	for _, remote := range slices.Sorted(maps.Keys(d.conns)) {
		if c := d.conns[remote]; c.active {
			busy = append(busy, *c)
		}
	}
	return busy
}

// cut closes all connections, below TLS: to take leave of one who does not read would take time.
func (d *door) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.conns {
		_ = c.Close()
	}
}
