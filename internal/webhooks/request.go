package webhooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The headers of a call (app/services/web_hook_service.rb, lib/gitlab/web_hooks.rb).
const (
	HeaderEvent     = "X-Gitlab-Event"
	HeaderToken     = "X-Gitlab-Token"
	HeaderEventUUID = "X-Gitlab-Event-UUID"
	HeaderUUID      = "X-Gitlab-Webhook-UUID"
	HeaderInstance  = "X-Gitlab-Instance"
	HeaderKey       = "Idempotency-Key"
	HeaderID        = "webhook-id" // of a call that is signed, as the next two
	HeaderTimestamp = "webhook-timestamp"
	HeaderSignature = "webhook-signature"
)

// How long GitLab waits for an answer, in real time; how much it sends, and how much it reads of the answer.
const (
	patience   = 10 * time.Second
	largest    = 25 << 20
	readAnswer = 8 << 10
)

// Why a call is not made.
const (
	msgfTooLarge = "the body has %d bytes; GitLab sends at most %d"
	msgClosed    = "this GitLab has ended, or the webhook is gone"
	msgfPublic   = "%s is beyond the local network, which nothing here calls unless WithWebhookClient gives the means"
)

// call makes one call.
func (c *Courier) call(ctx context.Context, to world.Target, n world.Notice) Delivery {
	d := Delivery{WebhookID: n.WebhookID, Event: world.EventNames[n.Event], Time: c.Now().UTC(), Body: n.Body}
	fail := func(err error) Delivery {
		// The address has the values of the webhook's variables in it. Ruby's errors, which GitLab shows, name no more than
		// host and port, and so does the cause of Go's.
		if whole := new(url.Error); errors.As(err, &whole) {
			err = whole.Err
		}
		d.Err = err.Error()
		return d
	}
	body, err := rendered(to.Template, n.Body)
	if err != nil {
		return fail(err)
	}
	d.Body = body
	u, err := url.Parse(to.URL)
	if err != nil {
		return fail(err)
	}
	d.Header = c.header(to, n)
	sign(d.Header, to.SigningToken, n.Key, d.Time, body)
	switch {
	case c.Unreachable != "":
		return fail(errors.New(c.Unreachable))
	case len(body) > largest:
		return fail(fmt.Errorf(msgfTooLarge, len(body), largest))
	case to.LocalForbidden && world.LocalRefusal(u.Hostname()) != "":
		return fail(refusedAsLocal(u.Hostname()))
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	user := u.User
	u.User = nil
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return fail(err)
	}
	r.Header = d.Header.Clone()
	if user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
		d.Header = r.Header.Clone()
	}
	answer, err := c.client(to).Do(r)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(answer.Body, readAnswer))
	d.Status, d.Answer = answer.StatusCode, string(text)
	return d
}

// refusedAsLocal is why a local address is not called, with the setting that would let it be.
func refusedAsLocal(host string) error {
	return fmt.Errorf("URL %s; %s forbids it", world.LocalRefusal(host), world.LocalRequestsSetting)
}

// header are the headers of a call. Those of the webhook's own do not take the place of GitLab's.
func (c *Courier) header(to world.Target, n world.Notice) http.Header {
	h := http.Header{}
	for name, value := range to.Headers {
		h.Set(name, value)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "GitLab/" + c.Version,
		HeaderEvent: world.EventNames[n.Event], HeaderEventUUID: n.EventUUID, HeaderInstance: c.BaseURL(),
	} {
		h.Set(name, value)
	}
	if to.SendsUUID {
		h.Set(HeaderUUID, n.UUID)
	}
	if to.SendsWebhookKey {
		h.Set(HeaderKey, n.Key)
	}
	if to.Token != "" {
		h.Set(HeaderToken, strings.NewReplacer("\r", "", "\n", "").Replace(to.Token))
	}
	return h
}

// sign adds who a call is and when it was made, and that whoever has the signing token made it: as the specification
// "Standard Webhooks" has it. Without such a token there is nothing to add.
func sign(h http.Header, token, id string, at time.Time, body []byte) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(token, world.SigningTokenPrefix))
	if token == "" || err != nil {
		return
	}
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + seconds + "."))
	mac.Write(body)
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, seconds)
	h.Set(HeaderSignature, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// client is who makes a call: it does not follow redirections, which count as success.
func (c *Courier) client(to world.Target) *http.Client {
	if c.Client == nil {
		return c.own.get(to.UnverifiedTLS, to.LocalForbidden)
	}
	client := *c.Client
	client.CheckRedirect = keepRedirect
	return &client
}

func keepRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// ownClients are the clients of a Courier that has been given none, made when they are first needed.
type ownClients struct {
	mu      sync.Mutex
	clients map[clientKind]*http.Client
}

type clientKind struct{ unverified, localForbidden bool }

func (o *ownClients) get(unverified, localForbidden bool) *http.Client {
	o.mu.Lock()
	defer o.mu.Unlock()
	kind := clientKind{unverified, localForbidden}
	if c := o.clients[kind]; c != nil {
		return c
	}
	if o.clients == nil {
		o.clients = map[clientKind]*http.Client{}
	}
	dialer := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		return reachable(address, localForbidden)
	}}
	c := &http.Client{CheckRedirect: keepRedirect, Transport: &http.Transport{DialContext: dialer.DialContext,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: unverified}}} // as the webhook's owner has it
	o.clients[kind] = c
	return c
}

func (o *ownClients) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range o.clients {
		c.CloseIdleConnections()
	}
}

// reachable refuses an address that a name has led to. A test double calls nobody in the world at large.
func reachable(address string, localForbidden bool) error {
	ap, err := netip.ParseAddrPort(address)
	switch {
	case err != nil:
		return err
	case !world.LocalAddress(ap.Addr()):
		return fmt.Errorf(msgfPublic, address)
	case localForbidden:
		return refusedAsLocal(ap.Addr().String())
	}
	return nil
}
