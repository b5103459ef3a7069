package world

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// WebhookState is how a webhook has fared. Disabled without DisabledUntil is for good.
type WebhookState struct {
	Disabled      bool
	DisabledUntil time.Time
	Failures      int
}

// checkWebhookDraft checks what plain data says of a webhook, and fills in what it leaves out.
func checkWebhookDraft(a *WebhookAttributes, s WebhookState) (ps Problems) {
	ps.Add("branch_filter_strategy", oneOf("branch filter strategy", &a.BranchFilterStrategy, FilterByWildcard,
		BranchFilterStrategies))
	// One at a local address may be older than the setting that forbids it.
	if invalid, ok := checkWebhook(*a, true).(*Invalid); ok {
		for _, p := range invalid.Problems {
			if p.Attribute == attrWholeURL {
				p.Attribute = AttrURL
			}
			ps.Addf(p.Attribute, "%s", p.sentence())
		}
	}
	others := slices.DeleteFunc(inOrder(keys(a.Events)), IsWebhookEvent)
	for _, event := range others {
		text := fmt.Sprintf("no event %q", event)
		if near, ok := nearest.Of(event, webhookEvents); ok {
			text += fmt.Sprintf("; did you mean %q?", near)
		}
		ps.Addf("other_events", "%s", text)
	}
	if s.Failures < 0 {
		ps.Addf("failures", "Failures: %d is no number of failures", s.Failures)
	}
	return ps
}

func keys(m map[string]bool) (all []string) {
	for k := range m {
		all = append(all, k)
	}
	return all
}

// set gives a webhook that state.
func (h *Webhook) set(s WebhookState) {
	h.Failures, h.DisabledUntil = s.Failures, s.DisabledUntil
	if h.Disabled = s.Disabled && s.DisabledUntil.IsZero(); h.Disabled || !s.DisabledUntil.IsZero() {
		h.Failures = cmp.Or(h.Failures, failuresForgiven+1)
	}
}

// AddWebhook makes a webhook of a draft, which has the project or the group that it is of.
func (st *State) AddWebhook(h Webhook, s WebhookState, found ...Problem) (*Webhook, error) {
	ps := append(Problems(found), checkWebhookDraft(&h.WebhookAttributes, s)...)
	ps.Add("id", freeID(&st.Webhooks, "webhook", h.ID))
	if len(found) == 0 && (h.Project == nil) == (h.Group == nil) {
		ps.unset("project", "a webhook is of a project or of a group", "group")
	}
	if len(ps) > 0 {
		return nil, ps
	}
	h.ID = assignID(st, &st.Webhooks, h.ID)
	if h.CreatedAt.IsZero() {
		h.CreatedAt = st.Now()
	}
	h.UpdatedAt = h.CreatedAt
	h.set(s)
	st.insertWebhook(&h)
	return &h, nil
}

// ReviseWebhook gives a webhook what plain data says of it.
func (st *State) ReviseWebhook(h *Webhook, a WebhookAttributes, s WebhookState) error {
	if ps := checkWebhookDraft(&a, s); len(ps) > 0 {
		return ps
	}
	h.WebhookAttributes, h.UpdatedAt = a.Clone(), st.Now()
	h.set(s)
	return nil
}

// WebhookByNumber finds a webhook for a person.
func (st *State) WebhookByNumber(number string) (*Webhook, error) {
	var known []string
	for _, h := range st.Webhooks.Rows {
		if known = append(known, strconv.Itoa(h.ID)); strconv.Itoa(h.ID) == number {
			return h, nil
		}
	}
	if len(known) == 0 {
		return nil, fmt.Errorf("no webhook %s; there is none at all", number)
	}
	return nil, fmt.Errorf("no webhook %s; there are %s", number, strings.Join(known, ", "))
}
