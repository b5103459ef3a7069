package webhooks

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Delivery is one call of a webhook and what came of it.
type Delivery struct {
	WebhookID int
	Event     string // what X-Gitlab-Event says
	Header    http.Header
	Body      []byte
	Status    int    // of the answer; 0 without one
	Err       string // why there is none
	Time      time.Time
	Answer    string // the beginning of its body
	number    int
}

// size is about how many bytes a delivery takes.
func (d Delivery) size() int64 {
	n := len(d.Event) + len(d.Err) + len(d.Answer) + len(d.Body)
	for name, values := range d.Header {
		n += len(name) + headerRoom
		for _, v := range values {
			n += len(v)
		}
	}
	return int64(n)
}

// headerRoom is what a header takes beside its text: its place in a map, and the list of its values.
const headerRoom = 64

// Courier calls webhooks: each with one notice after the other, several webhooks at the same time. Its exported fields
// are set before it is used.
type Courier struct {
	State   *world.State
	Version string        // of GitLab: "17.2.0-ee"
	BaseURL func() string // as of Writer
	Now     func() time.Time
	Told    func() // called with no lock held when a call has ended and when nothing is left to do
	// Client makes the calls; nil: a client of the Courier's own, which reaches nothing beyond the local network.
	Client *http.Client
	// Unreachable, unless empty, says why no webhook can be called.
	Unreachable string
	// Most and MostBytes are how many deliveries are kept, and how many bytes of them, the latest; 0 is without an end.
	Most      int
	MostBytes int64

	own        ownClients
	mu         sync.Mutex
	number     int            // of the last delivery
	round      *round         // what Forget ends
	deliveries []Delivery     // by number, but for those under way
	bytes      int64          // of deliveries
	running    sync.WaitGroup // the goroutines
	closed     bool
}

// round is all that came between a Forget and the next.
type round struct {
	over   bool
	ctx    context.Context
	cancel context.CancelFunc
	queues map[int]*queue // by webhook; one that is empty is not there
	tests  int            // under way
}

// queue is what a webhook is yet to be told.
type queue struct{ notices []numbered }

type numbered struct {
	world.Notice
	number int
}

// now is the round that goes on. The mutex is held.
func (c *Courier) now() *round {
	if c.round == nil {
		ctx, cancel := context.WithCancel(context.Background())
		c.round = &round{ctx: ctx, cancel: cancel, queues: map[int]*queue{}}
	}
	return c.round
}

// Take takes over notices, in their order. It does not wait for anything, as the state's mutex is held.
func (c *Courier) Take(notices []world.Notice) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	r := c.now()
	for _, n := range notices {
		c.number++
		q := r.queues[n.WebhookID]
		if q == nil {
			q = &queue{}
			r.queues[n.WebhookID] = q
			c.running.Add(1)
			go c.run(r, q, n.WebhookID)
		}
		q.notices = append(q.notices, numbered{n, c.number})
	}
}

// run calls one webhook until nothing is left to tell it.
func (c *Courier) run(r *round, q *queue, webhookID int) {
	defer c.running.Done()
	defer c.Told()
	for {
		n, more := c.next(r, q, webhookID)
		if !more {
			return
		}
		if c.deliver(r.ctx, r, n, false) != nil {
			c.Told()
		}
	}
}

// next takes the next notice out of a queue; without one the queue is gone.
func (c *Courier) next(r *round, q *queue, webhookID int) (n numbered, more bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(q.notices) == 0 {
		delete(r.queues, webhookID)
		return n, false
	}
	n, q.notices = q.notices[0], q.notices[1:]
	return n, true
}

// deliver calls a webhook and notes what came of it. It returns nil where the webhook is not to be called any more, or
// where nobody is to know of it, because the world is another one by now.
func (c *Courier) deliver(ctx context.Context, r *round, n numbered, test bool) *Delivery {
	var to world.Target
	var wanted bool
	world.Visit(c.State, func() {
		if wanted = c.goesOn(r); wanted {
			to, wanted = c.State.TargetOf(n.Notice, test)
		}
	})
	if !wanted {
		return nil
	}
	d := c.call(ctx, to, n.Notice)
	d.number = n.number
	world.Visit(c.State, func() {
		if wanted = c.goesOn(r); wanted {
			c.State.Delivered(n.Notice, d.Status)
		}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.over {
		return nil
	}
	c.keep(d)
	return &d
}

// keep keeps a delivery, and of all no more than there is room for: the oldest go, but never the last, which somebody
// may wait for. The mutex is held.
func (c *Courier) keep(d Delivery) {
	at, _ := slices.BinarySearchFunc(c.deliveries, d.number, func(d Delivery, number int) int { return d.number - number })
	c.deliveries = slices.Insert(c.deliveries, at, d)
	c.bytes += d.size()
	extra, last := 0, len(c.deliveries)-1
	for extra < last && (c.Most > 0 && len(c.deliveries)-extra > c.Most || c.MostBytes > 0 && c.bytes > c.MostBytes) {
		c.bytes -= c.deliveries[extra].size()
		extra++
	}
	c.deliveries = slices.Delete(c.deliveries, 0, extra)
}

func (c *Courier) goesOn(r *round) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !r.over
}

// Test calls a webhook at once, disabled or not, and returns what came of it; a webhook that is gone meanwhile answers
// nothing. No lock is held while it does.
func (c *Courier) Test(ctx context.Context, n world.Notice) Delivery {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return Delivery{Err: msgClosed}
	}
	r := c.now()
	c.number++
	number := c.number
	r.tests++
	c.running.Add(1)
	c.mu.Unlock()
	defer c.running.Done()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.ctx, cancel)()
	d := c.deliver(ctx, r, numbered{n, number}, true)
	c.mu.Lock()
	r.tests--
	c.mu.Unlock()
	c.Told()
	if d == nil {
		return Delivery{Err: msgClosed}
	}
	return *d
}

// all are the calls that have ended, in the order of their events.
func (c *Courier) all() []Delivery {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.deliveries)
}

// Idle reports whether nothing is under way and nothing waits for its turn.
func (c *Courier) Idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.round == nil || len(c.round.queues) == 0 && c.round.tests == 0
}

// Forget drops what is to be told, cuts the calls under way, and forgets those that have ended. Of what is cut nobody
// hears any more.
func (c *Courier) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deliveries, c.bytes = nil, 0
	if r := c.round; r != nil {
		r.over = true
		r.drop()
		r.cancel()
		c.round = nil
	}
}

// drop leaves nothing but what is under way. The mutex is held.
func (r *round) drop() {
	for _, q := range r.queues {
		q.notices = nil
	}
}

// Close drops what has not begun, takes nothing more and waits for the calls under way.
func (c *Courier) Close() {
	c.mu.Lock()
	c.closed = true
	if c.round != nil {
		c.round.drop()
	}
	c.mu.Unlock()
	c.running.Wait()
	c.own.close()
}

// Cut breaks the calls under way, and returns the ids of the webhooks that are being called.
func (c *Courier) Cut() (webhooks []int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.round == nil {
		return nil
	}
	for id := range c.round.queues {
		webhooks = append(webhooks, id)
	}
	c.round.cancel()
	slices.Sort(webhooks)
	return webhooks
}
