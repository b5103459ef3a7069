package fakegitlab

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/webhooks"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// WithWebhookClient has webhooks called by a client of the test's: in the in-memory network, where there is no other
// way, and for addresses beyond this machine's local network, which the fake calls for nobody. Redirections are not
// followed, and count as success, as in GitLab; c itself is not changed.
func WithWebhookClient(c *http.Client) Option {
	return func(o *options) {
		if o.webhookClient = c; c == nil {
			o.mistaken("WithWebhookClient(nil): there is no client; without WithWebhookClient the fake has its own")
		}
	}
}

// tellWebhooks has events sent to webhooks.
func (f *Fake) tellWebhooks() {
	f.courier = &webhooks.Courier{State: f.state, Version: f.version.Full(), BaseURL: f.URL, Now: f.clock.Now,
		Told: f.news.Tell, Client: f.options.webhookClient, Most: f.options.journalLimit, MostBytes: f.options.journalBytes}
	if f.options.inMemory && f.options.webhookClient == nil {
		f.courier.Unreachable = "WithInMemoryNetwork has no way to a webhook; give New the option WithWebhookClient"
	}
	world.TellWebhooks(f.state, webhooks.Writer{State: f.state, BaseURL: f.URL}, f.courier.Take)
	f.site.TestWebhook = func(ctx context.Context, n world.Notice) (status int, text string) {
		d := f.courier.Test(ctx, n)
		if d.Err != "" {
			return 0, d.Err
		}
		return d.Status, d.Answer
	}
}

// noticeCutWebhooks names the webhooks whose calls Close has to cut.
func (f *Fake) noticeCutWebhooks(after time.Duration) {
	for _, id := range f.courier.Cut() {
		f.notice(fmt.Sprintf("Close cut a call of webhook %d after %s, which had not answered", id, after))
	}
}

// Deliveries returns the calls of webhooks for an event ("Job Hook", "Pipeline Hook"; "" is all) that have ended, in
// the order of what happened. The latest are kept, as many and as large as calls by WithJournalLimit and
// WithJournalBytes. WaitForDeliveries waits until none is under way.
func (f *Fake) Deliveries(event string) []Delivery {
	f.tb.Helper()
	wanted := deliveriesOf(event, nil)
	if err := wanted.Check(); err != nil {
		f.misuse("Deliveries: %v", err)
	}
	return publicDeliveries(f.courier.Find(wanted))
}

// WaitForDelivery waits for a call of a webhook for an event ("" is any) of which all conditions hold, and returns the
// first, be it that it has ended already. One that had no answer counts: its Err says why. When ctx ends first, the
// error wraps ctx.Err() and lists what was delivered; so it does when the fake is closed.
func (f *Fake) WaitForDelivery(ctx context.Context, event string, where ...func(Delivery) bool) (Delivery, error) {
	found, err := f.courier.Await(ctx, deliveriesOf(event, where), f.news.Next, f.closing, errClosed)
	if err != nil {
		return Delivery{}, fmt.Errorf("WaitForDelivery: %w", err)
	}
	return publicDelivery(found), nil
}

// WaitForDeliveries waits until everything that has happened so far has been told to the webhooks that want to know it,
// so that Deliveries has it all. When ctx ends first, the error wraps ctx.Err().
func (f *Fake) WaitForDeliveries(ctx context.Context) error {
	if err := f.courier.Wait(ctx, f.news.Next, f.closing, errClosed, f.courier.Idle); err != nil {
		return fmt.Errorf("WaitForDeliveries: %w\n%s", err, f.courier.Lines(webhooks.Wanted{}))
	}
	return nil
}

// AssertDelivered asserts that a webhook has been called for an event ("" is any) and has answered, with any status,
// all conditions met. It does not wait: WaitForDelivery and WaitForDeliveries do.
func (f *Fake) AssertDelivered(t T, event string, where ...func(Delivery) bool) bool {
	helperOf(t).Helper()
	return report(t, f.courier.Missing(deliveriesOf(event, where)))
}
