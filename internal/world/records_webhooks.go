package world

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// The events that webhooks are told of here, by the attributes that switch them on.
const (
	PushEvents     = "push_events"
	JobEvents      = "job_events"
	PipelineEvents = "pipeline_events"
	TagPushEvents  = "tag_push_events"

	DeploymentEvents = "deployment_events"
)

// webhookEvents are all events that a webhook may want, by the attributes that switch them on, and EventNames are those
// that are told of here, by what X-Gitlab-Event calls them (app/models/concerns/triggerable_hooks.rb,
// app/services/web_hook_service.rb, hook_to_event).
var (
	webhookEvents = []string{PushEvents, TagPushEvents, "merge_requests_events", "repository_update_events",
		"issues_events", "confidential_issues_events", "note_events", "confidential_note_events", PipelineEvents,
		"wiki_page_events", DeploymentEvents, "feature_flag_events", JobEvents, "releases_events", "milestone_events",
		"emoji_events", "resource_access_token_events", "resource_deploy_token_events", "vulnerability_events",
		"subgroup_events", "member_events", "project_events"}
	EventNames = map[string]string{JobEvents: "Job Hook", PipelineEvents: "Pipeline Hook", PushEvents: "Push Hook",
		TagPushEvents: "Tag Push Hook", DeploymentEvents: "Deployment Hook"}
)

// IsWebhookEvent reports whether an attribute switches an event on.
func IsWebhookEvent(attribute string) bool { return slices.Contains(webhookEvents, attribute) }

// How a webhook narrows push events by their branch (app/models/concerns/web_hooks/hook.rb, branch_filter_strategy).
const (
	FilterByWildcard = "wildcard"
	FilterByRegex    = "regex"
	AllBranches      = "all_branches"
)

// BranchFilterStrategies are all of them.
var BranchFilterStrategies = []string{FilterByWildcard, FilterByRegex, AllBranches}

// Webhook is the record of a webhook of a project or of a group (app/models/hooks/project_hook.rb).
type Webhook struct {
	ID      int
	Project *Project // nil of a group's
	Group   *Group   // nil of a project's
	WebhookAttributes
	// Failures are the deliveries that failed since the last one that did not, as far as the rule about them was on.
	Failures int
	// DisabledUntil is when a webhook that failed too often is tried again; zero: it is not disabled, or for good.
	DisabledUntil time.Time
	Disabled      bool // for good: a test alone brings it back
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// WebhookAttributes are what people say of a webhook.
type WebhookAttributes struct {
	URL, Token           string // URL may have names in braces, whose values are in Variables
	SigningToken         string // by which calls are signed; empty: they are not
	Name, Description    *string
	Events               map[string]bool // by the attributes that switch them on; without an entry, it is off
	UnverifiedTLS        bool            // enable_ssl_verification=false
	BranchFilter         *string         // push_events_branch_filter
	BranchFilterStrategy string
	Template             *string           // custom_webhook_template
	Variables            map[string]string // url_variables
	Headers              map[string]string // custom_headers
}

func (h *Webhook) id() int { return h.ID }

// Clone is a copy that shares no memory with the attributes.
func (a WebhookAttributes) Clone() WebhookAttributes {
	a.Name, a.Description = clone.Pointer(a.Name, clone.Shallow), clone.Pointer(a.Description, clone.Shallow)
	a.BranchFilter, a.Template = clone.Pointer(a.BranchFilter, clone.Shallow), clone.Pointer(a.Template, clone.Shallow)
	a.Events, a.Variables, a.Headers = maps.Clone(a.Events), maps.Clone(a.Variables), maps.Clone(a.Headers)
	return a
}

var variableInURL = regexp.MustCompile(`\{[A-Za-z]+[0-9]*(?:[._-][A-Za-z0-9]+)*\}`)

// address is the URL with the values of its variables. Those without a value are left as they are, and returned.
func (a WebhookAttributes) address() (url string, missing []string) {
	url = variableInURL.ReplaceAllStringFunc(a.URL, func(reference string) string {
		name := strings.Trim(reference, "{}")
		if value, known := a.Variables[name]; known {
			return value
		}
		if !slices.Contains(missing, name) {
			missing = append(missing, name)
		}
		return reference
	})
	return url, missing
}

// Webhooks are the project's own, by id.
func (p *Project) Webhooks() []*Webhook { return p.webhooks }

// Webhooks are the group's own, by id.
func (g *Group) Webhooks() []*Webhook { return g.webhooks }

// listening are the webhooks that want an event of a project: its own and those of the groups above it.
func (p *Project) listening(event string) (all []*Webhook) {
	wants := func(h *Webhook) bool { return h.Events[event] }
	all = Filtered(p.webhooks, wants)
	for g := range p.Group.Lineage {
		all = append(all, Filtered(g.webhooks, wants)...)
	}
	return all
}

// Notice is an event on its way to a webhook: plain data, which whoever delivers it may keep.
type Notice struct {
	WebhookID int
	Event     string // by the attribute that switches it on: JobEvents, PipelineEvents
	Body      []byte // JSON
	// EventUUID is that of the event, the same for all webhooks that are told of it; UUID and Key are this notice's.
	EventUUID, UUID, Key string
}

// EventWriter writes what webhooks are told of an event, as JSON. It is called with the state's mutex held.
type EventWriter interface {
	JobEvent(j *Job, status JobStatus) []byte // status is that of the job then
	PipelineEvent(p *Pipeline) []byte
	DeploymentEvent(d *Deployment, changedAt time.Time) []byte
	PushEvent(p Pushed) []byte
}

// Pushed is what webhooks are told of one branch or tag that was pushed.
type Pushed struct {
	Project *Project
	User    *User
	RefUpdate
	Tag bool
	// Commit is the commit that it leads to now; "" if it leads to none.
	Commit  string
	Message *string // of an annotated tag
	// Commits are the last of those that came with it, the oldest first, and Total is how many did.
	Commits   []*repository.Commit
	Total     int
	Protected bool
}

// RefUpdate is one ref that somebody moves, makes or deletes.
type RefUpdate struct {
	Ref      string // the full name: "refs/heads/main"
	Old, New string // the object before and after; repository.ZeroID for none
}
