package fakegitlab

import (
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/webhooks"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Webhooks as plain data and back.

func publicWebhook(h *world.Webhook) Webhook {
	a := h.Clone()
	out := Webhook{ID: h.ID, URL: a.URL, Token: a.Token, SigningToken: a.SigningToken,
		JobEvents: a.Events[world.JobEvents], PipelineEvents: a.Events[world.PipelineEvents],
		PushEvents: a.Events[world.PushEvents], TagPushEvents: a.Events[world.TagPushEvents],
		DeploymentEvents: a.Events[world.DeploymentEvents], Name: world.OrEmpty(a.Name),
		Description: world.OrEmpty(a.Description), TLSUnverified: a.UnverifiedTLS,
		BranchFilter: world.OrEmpty(a.BranchFilter), Template: world.OrEmpty(a.Template), URLVariables: a.Variables,
		Headers: a.Headers, Disabled: h.Disabled || !h.DisabledUntil.IsZero(), DisabledUntil: h.DisabledUntil,
		Failures: h.Failures, CreatedAt: h.CreatedAt}
	if a.BranchFilterStrategy != world.FilterByWildcard {
		out.BranchFilterStrategy = a.BranchFilterStrategy
	}
	if h.Project != nil {
		out.Project = h.Project.Path
	}
	if h.Group != nil {
		out.Group = h.Group.Path
	}
	for _, event := range slices.Sorted(maps.Keys(a.Events)) {
		ours := []string{world.JobEvents, world.PipelineEvents, world.PushEvents, world.TagPushEvents,
			world.DeploymentEvents}
		if a.Events[event] && !slices.Contains(ours, event) {
			out.OtherEvents = append(out.OtherEvents, event)
		}
	}
	return out
}

func webhookAttributes(in Webhook) world.WebhookAttributes {
	a := world.WebhookAttributes{URL: in.URL, Token: in.Token, SigningToken: in.SigningToken, Name: world.OrNull(in.Name),
		Description: world.OrNull(in.Description), UnverifiedTLS: in.TLSUnverified,
		BranchFilter: world.OrNull(in.BranchFilter), BranchFilterStrategy: in.BranchFilterStrategy,
		Template: world.OrNull(in.Template), Variables: in.URLVariables, Headers: in.Headers,
		Events: map[string]bool{world.JobEvents: in.JobEvents, world.PipelineEvents: in.PipelineEvents,
			world.PushEvents: in.PushEvents, world.TagPushEvents: in.TagPushEvents,
			world.DeploymentEvents: in.DeploymentEvents}}
	for _, event := range in.OtherEvents {
		a.Events[event] = true
	}
	return a.Clone()
}

func webhookState(in Webhook) world.WebhookState {
	return world.WebhookState{Disabled: in.Disabled, DisabledUntil: in.DisabledUntil, Failures: in.Failures}
}

func addWebhook(st *world.State, in Webhook) (*world.Webhook, error) {
	found := references{st: st}
	h := world.Webhook{ID: in.ID, WebhookAttributes: webhookAttributes(in), CreatedAt: in.CreatedAt}
	if in.Project != "" {
		h.Project = found.project("project", in.Project)
	}
	if in.Group != "" {
		h.Group = found.group("group", in.Group)
	}
	return st.AddWebhook(h, webhookState(in), found.problems...)
}

func rewriteWebhook(st *world.State, h *world.Webhook, in Webhook) error {
	return st.ReviseWebhook(h, webhookAttributes(in), webhookState(in))
}

func publicDelivery(d webhooks.Delivery) Delivery {
	return Delivery{WebhookID: d.WebhookID, Event: d.Event, Header: d.Header.Clone(), Body: slices.Clone(d.Body),
		Status: d.Status, Err: d.Err, Time: d.Time}
}

func publicDeliveries(all []webhooks.Delivery) []Delivery {
	out := make([]Delivery, len(all))
	for i, d := range all {
		out[i] = publicDelivery(d)
	}
	return out
}

// deliveriesOf are the deliveries that conditions of a test ask for.
func deliveriesOf(event string, where []func(Delivery) bool) webhooks.Wanted {
	wanted := webhooks.Wanted{Event: event}
	for _, holds := range where {
		if holds == nil {
			wanted.Holds = append(wanted.Holds, nil)
			continue
		}
		wanted.Holds = append(wanted.Holds, func(d webhooks.Delivery) bool { return holds(publicDelivery(d)) })
	}
	return wanted
}
