package fakegitlab

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/webhooks"
	"github.com/fakegitlab/fakegitlab/internal/words"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Webhook is an address of a project, or of a group for all projects below it, that GitLab calls when something
// happens. Job events (X-Gitlab-Event: Job Hook) and pipeline events (Pipeline Hook) are sent; of the others the fake
// only knows who wants them.
type Webhook struct {
	ID      int    `json:"id,omitzero"`
	Project string `json:"project,omitzero"` // full path; a webhook is of a project or of a group
	Group   string `json:"group,omitzero"`   // full path
	URL     string `json:"url"`              // may have names in braces, whose values are in URLVariables
	Token   string `json:"token,omitzero"`   // sent as X-Gitlab-Token; empty: that header is not sent
	// JobEvents, PipelineEvents and PushEvents are whether it is called for these. PushEvents is off here, while POST
	// /projects/:id/hooks switches it on unless told otherwise.
	JobEvents      bool `json:"job_events,omitzero"`
	PipelineEvents bool `json:"pipeline_events,omitzero"`
	PushEvents     bool `json:"push_events,omitzero"`
	// OtherEvents are more that it wants, by GitLab's names: "tag_push_events", "releases_events".
	OtherEvents []string `json:"other_events,omitzero"`
	Name        string   `json:"name,omitzero"`
	Description string   `json:"description,omitzero"`
	// TLSUnverified is enable_ssl_verification=false: any certificate will do.
	TLSUnverified bool `json:"tls_unverified,omitzero"`
	// BranchFilter and BranchFilterStrategy narrow push events: "wildcard" (the default), "regex" or "all_branches".
	BranchFilter         string `json:"push_events_branch_filter,omitzero"`
	BranchFilterStrategy string `json:"branch_filter_strategy,omitzero"`
	// Template is what is sent instead of GitLab's body, with fields of that as {{build_status}}; empty: GitLab's body.
	Template     string            `json:"custom_webhook_template,omitzero"`
	URLVariables map[string]string `json:"url_variables,omitzero"`
	Headers      map[string]string `json:"custom_headers,omitzero"` // sent as well; GitLab's own stay
	// Disabled: it failed too often, and is not called before DisabledUntil or, where that is zero, until a test of it
	// succeeds. That counts while Settings.FailingWebhooksDisabled is set.
	Disabled      bool      `json:"disabled,omitzero"`
	DisabledUntil time.Time `json:"disabled_until,omitzero"`
	Failures      int       `json:"failures,omitzero"`   // in a row, counted while that setting is on
	CreatedAt     time.Time `json:"created_at,omitzero"` // the fake's time when zero
}

// String is the webhook on one line, without its token: `webhook 8000001 (acme/shop, "https://...", disabled)`.
func (h Webhook) String() string {
	return "webhook" + words.Spaced(words.ID(h.ID)) + words.InBrackets(h.Project+h.Group, strconv.Quote(h.URL),
		words.When(h.Disabled, "disabled"))
}

// Delivery is one call of a webhook by the fake, which has ended. Each event is sent once to each webhook, whatever
// comes of it.
type Delivery struct {
	WebhookID int
	Event     string // what X-Gitlab-Event says: "Job Hook", "Pipeline Hook"
	Header    http.Header
	Body      []byte
	Status    int       // of the answer; 0: there is none, and Err says why
	Err       string    // empty: it was answered
	Time      time.Time // by the fake's clock, when it was sent
}

// String is the delivery on a line.
func (d Delivery) String() string {
	return webhooks.Delivery{WebhookID: d.WebhookID, Event: d.Event, Status: d.Status, Err: d.Err}.String()
}

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
		Told: f.news.tell, Client: f.options.webhookClient}
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

// AddWebhook adds a webhook and returns it with what was empty filled in.
func (f *Fake) AddWebhook(h Webhook) Webhook {
	f.tb.Helper()
	return change(f, "AddWebhook(%q)", h.URL, adding(addWebhook, h, publicWebhook))
}

// UpdateWebhook changes a webhook and returns it. ID, Project, Group and CreatedAt stay.
func (f *Fake) UpdateWebhook(id int, alter func(*Webhook)) Webhook {
	f.tb.Helper()
	return webhookEdits.update(f, "UpdateWebhook(%s)", strconv.Itoa(id), alter)
}

// DeleteWebhook deletes a webhook. What it has not been told yet, it never is.
func (f *Fake) DeleteWebhook(id int) {
	f.tb.Helper()
	number := strconv.Itoa(id)
	change(f, "DeleteWebhook(%s)", number,
		deletion(number, (*world.State).WebhookByNumber, surely((*world.State).DeleteWebhook)))
}

// Webhooks returns copies of all webhooks, ordered by ID.
func (f *Fake) Webhooks() []Webhook {
	return read(f, func(st *world.State) []Webhook { return copies(st.Webhooks.Rows, publicWebhook) })
}

// Deliveries returns the calls of webhooks for an event ("Job Hook", "Pipeline Hook"; "" is all) that have ended, in
// the order of what happened. The latest 10,000 are kept. WaitForDeliveries waits until none is under way.
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
	wanted := deliveriesOf(event, where)
	if err := wanted.Check(); err != nil {
		return Delivery{}, fmt.Errorf("WaitForDelivery: %w", err)
	}
	var found []webhooks.Delivery
	err := f.courier.Wait(ctx, f.news.next, f.closing, errClosed, func() bool {
		found = f.courier.Find(wanted)
		return len(found) > 0
	})
	if err != nil {
		return Delivery{}, fmt.Errorf("WaitForDelivery: no %s: %w\n%s", wanted, err, f.courier.Lines(wanted))
	}
	return publicDelivery(found[0]), nil
}

// WaitForDeliveries waits until everything that has happened so far has been told to the webhooks that want to know it,
// so that Deliveries has it all. When ctx ends first, the error wraps ctx.Err().
func (f *Fake) WaitForDeliveries(ctx context.Context) error {
	if err := f.courier.Wait(ctx, f.news.next, f.closing, errClosed, f.courier.Idle); err != nil {
		return fmt.Errorf("WaitForDeliveries: %w\n%s", err, f.courier.Lines(webhooks.Wanted{}))
	}
	return nil
}

// AssertDelivered asserts that a webhook has been called for an event ("" is any) and has answered, with any status,
// all conditions met. It does not wait: WaitForDelivery and WaitForDeliveries do.
func (f *Fake) AssertDelivered(t T, event string, where ...func(Delivery) bool) bool {
	if h, ok := t.(helper); ok {
		h.Helper()
	}
	wanted := deliveriesOf(event, where)
	if err := wanted.Check(); err != nil {
		return report(t, err.Error())
	}
	answered := func(d webhooks.Delivery) bool { return d.Err == "" }
	if !slices.ContainsFunc(f.courier.Find(wanted), answered) {
		return report(t, fmt.Sprintf("want %s delivered\n%s", wanted, f.courier.Lines(wanted)))
	}
	return report(t, "")
}
