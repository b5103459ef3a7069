package fakegitlab

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/memnet"
	"github.com/fakegitlab/fakegitlab/internal/traffic"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// network is how clients reach the fake.
type network struct {
	server *httptest.Server
	url    string // scheme and host
	client *http.Client
	dial   func(ctx context.Context, network, addr string) (net.Conn, error)
	conns  *traffic.Door
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
	n.conns.Cut()
}

// via is what the fake knows of the way on which a request came.
type via struct {
	front.Way
	// reset is what a handler panics with to have the connection reset, where there is none to reset by hand.
	reset any
	// mounted is whether the request came through another server, and its answer goes there.
	mounted bool
	conns   *traffic.Door // nil when it came on no connection of the fake's own
}

// tlsHost is a name that httptest's certificate is for.
const tlsHost = "example.com"

// WithAddr sets the address to listen on. The default, which "" means, too, is "127.0.0.1:0": a free port that this
// machine alone reaches. Another address is the test author's choice and is taken as it is: on ":8080" or
// "0.0.0.0:8080" all machines of the network reach the fake, and with WithControl whoever reaches it may do anything
// with it. WithLoopbackOnly rules that out.
func WithAddr(addr string) Option { return func(o *options) { o.addr = addr } }

// defaultAddr is a free port of the machine's own; for "", too: an unset variable does not wish to be reached by all.
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
	l, addr, err := traffic.OpenTCP(f.options.addr)
	if err != nil {
		return err
	}
	if f.options.loopbackOnly && !traffic.IsLoopback(l.Addr()) {
		_ = l.Close()
		return fmt.Errorf("WithLoopbackOnly: %q is %s, which other machines may reach", f.options.addr, l.Addr())
	}
	s := f.startServer(l, addr)
	var d net.Dialer
	f.network = network{server: s, url: f.scheme() + "://" + addr, client: s.Client(), conns: l,
		dial: func(ctx context.Context, _, _ string) (net.Conn, error) { return d.DialContext(ctx, "tcp", addr) }}
	return nil
}

// listenInMemory makes a network without sockets. Client calls the handler without a connection in between, which is
// many times faster; Dial gives connections to a real HTTP server.
func (f *Fake) listenInMemory() network {
	l, _ := traffic.OpenDoor(func() (net.Listener, error) { return memnet.Listen(), nil })
	host := memnet.Host
	if f.options.tls != nil {
		host = tlsHost
	}
	s := f.startServer(l, host)
	direct := &memnet.RoundTripper{
		Handler:  f.own(host, memnet.ErrReset, nil),
		ErrorLog: quiet,
		// A handler of the test may do what only one in a goroutine of its own may.
		Inline: func(*http.Request) bool { return f.added.None() },
	}
	return network{server: s, url: f.scheme() + "://" + host, client: &http.Client{Transport: direct},
		conns: l, direct: direct, dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return l.Listener().(*memnet.Listener).DialContext(ctx, network, addr)
		}}
}

// startServer serves what comes through the listener of a host.
func (f *Fake) startServer(l *traffic.Door, host string) *httptest.Server {
	s := &httptest.Server{Listener: l, EnableHTTP2: true,
		Config: &http.Server{Handler: f.own(host, http.ErrAbortHandler, l), ErrorLog: quiet, ConnState: l.Note}}
	if f.options.tls != nil {
		f.options.tls(s)
	} else {
		s.Config.Protocols = &withoutTLS
		s.Start()
	}
	return s
}

// withoutTLS is HTTP/1 alone: nobody could agree on HTTP/2, and what it takes need not be made.
var withoutTLS = func() (p http.Protocols) { p.SetHTTP1(true); return p }()

// quiet is a log for what goes wrong with a connection: that is the client's to notice.
var quiet = log.New(io.Discard, "", 0)

func (f *Fake) scheme() string {
	if f.options.tls != nil {
		return "https"
	}
	return "http"
}

// own serves what came through the fake's own network, whose URL is known. It must not ask the fake for it, which
// knows of its network only when that serves already.
func (f *Fake) own(host string, reset any, conns *traffic.Door) http.Handler {
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

// Token returns a personal access token of a user: made at the first use, the same afterwards, after a Reset as well.
// When it has been revoked, be it by the code under test, Token makes another one; what has the old one keeps it, and
// 401. Without scopes it has "api".
func (f *Fake) Token(username string, scopes ...string) string {
	f.tb.Helper()
	return f.tokenFor("Token(%q)", username, scopes)
}

// tokenFor is Token for a function of that name.
func (f *Fake) tokenFor(function, username string, scopes []string) string {
	f.tb.Helper()
	return askWorld(f, function, username, func(st *world.State) (string, error) {
		token, err := st.TokenOf(username, scopes)
		_, there := st.UserNames[world.Key(username)]
		if err != nil && username != "" && !there && !strings.Contains(err.Error(), "did you mean") {
			err = fmt.Errorf("%w; AddUser adds one", err)
		}
		return token, err
	})
}

// AdminToken is Token("root"): the administrator that every GitLab starts with.
func (f *Fake) AdminToken() string {
	f.tb.Helper()
	return f.Token(world.RootUsername)
}

// ClientAs returns an HTTP client that sends the user's Token, as it is now, as PRIVATE-TOKEN, unless the request has
// one. Nobody but the fake gets it, redirected or not; over WithInMemoryNetwork there is nobody else.
func (f *Fake) ClientAs(username string) *http.Client {
	f.tb.Helper()
	token, inMemory := f.tokenFor("ClientAs(%q)", username, nil), f.network.direct != nil
	return traffic.WithHeader(f.Client(), front.HeaderPrivateToken, token, f.network.url, inMemory)
}

// Down takes the fake off its network, as when GitLab is being installed anew: connections are refused, and those that
// are open break, whatever is being answered on them. What it knows stays. Up, Reset or Close end that; Down again does
// nothing. Where the fake is mounted with ServeHTTP it changes nothing.
func (f *Fake) Down() {
	f.network.conns.Shut()
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
	if f.isClosed() {
		return nil
	}
	if err := f.network.conns.Reopen(); err != nil {
		return err
	}
	if f.network.direct != nil {
		f.network.direct.Reopen()
	}
	return nil
}
