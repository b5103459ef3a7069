package fakegitlab

import (
	"net/http"
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/webhooks"
	"github.com/fakegitlab/fakegitlab/internal/words"
)

// Webhook is an address of a project, or of a group for all projects below it, that GitLab calls when something
// happens. Job events (X-Gitlab-Event: Job Hook), pipeline events (Pipeline Hook), those of deployments (Deployment
// Hook) and pushes of branches (Push Hook) and tags (Tag Push Hook) are sent; of the others the fake only knows who
// wants them.
type Webhook struct {
	ID           int    `json:"id,omitzero"`
	Project      string `json:"project,omitzero"`       // full path; a webhook is of a project or of a group
	Group        string `json:"group,omitzero"`         // full path
	URL          string `json:"url"`                    // may have names in braces, whose values are in URLVariables
	Token        string `json:"token,omitzero"`         // sent as X-Gitlab-Token; empty: that header is not sent
	SigningToken string `json:"signing_token,omitzero"` // calls are signed by it: whsec_ and 32 bytes in base64
	// JobEvents, PipelineEvents, PushEvents (branches) and TagPushEvents are whether it is called for these. PushEvents is
	// off here, while POST /projects/:id/hooks switches it on unless told otherwise.
	JobEvents      bool `json:"job_events,omitzero"`
	PipelineEvents bool `json:"pipeline_events,omitzero"`
	// DeploymentEvents is whether it is called for deployments that run and that end.
	DeploymentEvents bool `json:"deployment_events,omitzero"`
	PushEvents       bool `json:"push_events,omitzero"`
	TagPushEvents    bool `json:"tag_push_events,omitzero"`
	// OtherEvents are more that it wants, by GitLab's names: "issues_events", "releases_events".
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
	Event     string // what X-Gitlab-Event says: "Job Hook", "Pipeline Hook", "Deployment Hook", "Push Hook" and so on
	Header    http.Header
	Body      []byte
	Status    int       // of the answer; 0: there is none, and Err says why
	Err       string    // empty: it was answered
	Time      time.Time // by the fake's clock, when it was sent
}

// String is the delivery on a line.
func (d Delivery) String() string {
	return webhooks.Delivery{WebhookID: d.WebhookID, Event: d.Event, Body: d.Body, Status: d.Status, Err: d.Err}.String()
}
