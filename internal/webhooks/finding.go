package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Wanted are deliveries that somebody asks for: those of an event, "" for any, of which all conditions hold.
type Wanted struct {
	Event string
	Holds []func(Delivery) bool
}

// Check is what is wrong with the question.
func (w Wanted) Check() error {
	names := slices.Sorted(maps.Values(world.EventNames))
	for attribute, name := range world.EventNames {
		if strings.EqualFold(w.Event, attribute) {
			return fmt.Errorf("no event is called %q; did you mean %q?", w.Event, name)
		}
	}
	switch {
	case w.Event != "" && !slices.Contains(names, w.Event):
		return fmt.Errorf("no event %q is sent; %s", w.Event, datajson.Suggest(w.Event, names))
	case slices.ContainsFunc(w.Holds, func(holds func(Delivery) bool) bool { return holds == nil }):
		return errors.New("a condition is nil")
	}
	return nil
}

// String is what is asked for.
func (w Wanted) String() string {
	text := w.Event
	if text == "" {
		text = "event"
	}
	switch n := len(w.Holds); n {
	case 0:
	case 1:
		text += " that meets the condition"
	default:
		text += fmt.Sprintf(" that meets %d conditions", n)
	}
	return text
}

// wantedBy reports whether a webhook is to be called for the event.
func (w Wanted) wantedBy(h *world.Webhook) bool {
	for attribute, name := range world.EventNames {
		if h.Events[attribute] && (w.Event == "" || w.Event == name) {
			return true
		}
	}
	return false
}

// Find are the deliveries that are wanted, in the order of their events.
func (c *Courier) Find(w Wanted) []Delivery {
	return slices.DeleteFunc(c.of(w.Event), func(d Delivery) bool {
		for i := range w.Holds {
			if !w.holds(i, d) {
				return true
			}
		}
		return false
	})
}

// of are the deliveries of an event, "" for any.
func (c *Courier) of(event string) []Delivery {
	return slices.DeleteFunc(c.all(), func(d Delivery) bool { return event != "" && d.Event != event })
}

// Wait waits until something holds, which is asked now and after whatever next waits for. The error is that ctx ended,
// or that this GitLab has.
func (c *Courier) Wait(ctx context.Context, next func() <-chan struct{}, closing <-chan struct{}, closed error,
	holds func() bool) error {
	for {
		changed := next() // before asking: what happens meanwhile is to be asked about again
		if holds() {
			return nil
		}
		select {
		case <-changed:
		case <-closing:
			return closed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// String is the delivery on a line.
func (d Delivery) String() string {
	came := strconv.Itoa(d.Status)
	if d.Err != "" {
		came = d.Err
	}
	told := Summary(d.Body)
	if told != "" {
		told = ": " + told
	}
	return fmt.Sprintf("%s to webhook %d%s -> %s", d.Event, d.WebhookID, told, came)
}

// Lines are the deliveries that came nearest to what is wanted, the last ones of the event or, if there is none, of
// any, and, where no webhook could be told of what is wanted, that; for the message of a failure.
func (c *Courier) Lines(w Wanted) string {
	const shown = 20
	all, ours := c.all(), c.of(w.Event)
	if len(ours) == 0 {
		ours = all
	}
	lines := append(w.nearest(c.of(w.Event)), fmt.Sprintf("deliveries: %d", len(all)))
	if others := len(all) - len(ours); others > 0 {
		lines[len(lines)-1] += fmt.Sprintf(", of which %d are of other events", others)
	}
	if earlier := len(ours) - shown; earlier > 0 {
		lines = append(lines, fmt.Sprintf("  %d earlier ones", earlier))
	}
	for _, d := range ours[max(0, len(ours)-shown):] {
		lines = append(lines, "  "+d.String())
	}
	if !c.Idle() {
		lines = append(lines, "  more are under way")
	}
	webhooks, told := 0, false
	world.Visit(c.State, func() {
		webhooks = len(c.State.Webhooks.Rows)
		told = slices.ContainsFunc(c.State.Webhooks.Rows, w.wantedBy)
	})
	switch {
	case webhooks == 0:
		lines = append(lines, "  there is no webhook; AddWebhook adds one")
	case !told:
		lines = append(lines, "  no webhook wants it; JobEvents, PipelineEvents, PushEvents and TagPushEvents say "+
			"what one is called for")
	}
	return strings.Join(lines, "\n")
}

// Data is a delivery as JSON.
type Data struct {
	WebhookID int                 `json:"webhook_id"`
	Event     string              `json:"event"`
	Header    map[string][]string `json:"header"`
	Body      json.RawMessage     `json:"body"`
	Status    int                 `json:"status"` // 0 without an answer
	Err       string              `json:"err,omitempty"`
	Time      time.Time           `json:"time"`
}

// DataOf are deliveries as JSON.
func DataOf(all []Delivery) []Data {
	data := make([]Data, len(all))
	for i, d := range all {
		data[i] = Data{d.WebhookID, d.Event, d.Header, d.Body, d.Status, d.Err, d.Time}
	}
	return data
}
