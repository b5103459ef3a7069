package rest

// What GitLab shows of webhooks (lib/api/entities/hook.rb, project_hook.rb). Their tokens, and the values of their
// variables and headers, are never shown.

import (
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// groupEvents are the events that the webhooks of groups alone have.
var groupEvents = []string{"subgroup_events", "member_events", "project_events"}

// hookShown is where a webhook is shown; the list of a project's leaves out their variables and headers
// (spec/support/shared_examples/requests/api/hooks_shared_examples.rb), that of a group's does not.
type hookShown bool

const (
	hookAlone  hookShown = false
	hookInList hookShown = true
)

type hookKey struct {
	Key string `json:"key"`
}

type hookEntity struct {
	ID                     int                 `json:"id"`
	URL                    string              `json:"url"`
	Name                   optional[string]    `json:"name,omitzero"`
	Description            optional[string]    `json:"description,omitzero"`
	CreatedAt              isoTime             `json:"created_at"`
	PushEvents             bool                `json:"push_events"`
	TagPushEvents          bool                `json:"tag_push_events"`
	MergeRequestsEvents    bool                `json:"merge_requests_events"`
	RepositoryUpdateEvents bool                `json:"repository_update_events"`
	EnableSSLVerification  bool                `json:"enable_ssl_verification"`
	AlertStatus            world.WebhookStatus `json:"alert_status"`
	DisabledUntil          *isoTime            `json:"disabled_until"`
	URLVariables           []hookKey           `json:"url_variables,omitzero"`
	PushEventsBranchFilter *string             `json:"push_events_branch_filter"`
	BranchFilterStrategy   string              `json:"branch_filter_strategy"`
	CustomWebhookTemplate  optional[string]    `json:"custom_webhook_template,omitzero"`
	CustomHeaders          []hookKey           `json:"custom_headers,omitzero"`
	TokenPresent           optional[bool]      `json:"token_present,omitzero"`
	SigningTokenPresent    optional[bool]      `json:"signing_token_present,omitzero"`
}

type projectHookEntity struct {
	hookEntity
	ProjectID int `json:"project_id"`
	hookEventsEntity
}

type groupHookEntity struct {
	hookEntity
	GroupID int `json:"group_id"`
	hookEventsEntity
	SubgroupEvents bool `json:"subgroup_events"`
	MemberEvents   bool `json:"member_events"`
	ProjectEvents  bool `json:"project_events"`
}

type hookEventsEntity struct {
	IssuesEvents              bool           `json:"issues_events"`
	ConfidentialIssuesEvents  bool           `json:"confidential_issues_events"`
	NoteEvents                bool           `json:"note_events"`
	ConfidentialNoteEvents    *bool          `json:"confidential_note_events"`
	PipelineEvents            bool           `json:"pipeline_events"`
	WikiPageEvents            bool           `json:"wiki_page_events"`
	DeploymentEvents          bool           `json:"deployment_events"`
	FeatureFlagEvents         bool           `json:"feature_flag_events"`
	JobEvents                 bool           `json:"job_events"`
	ReleasesEvents            bool           `json:"releases_events"`
	MilestoneEvents           optional[bool] `json:"milestone_events,omitzero"`
	EmojiEvents               optional[bool] `json:"emoji_events,omitzero"`
	ResourceAccessTokenEvents optional[bool] `json:"resource_access_token_events,omitzero"`
	ResourceDeployTokenEvents optional[bool] `json:"resource_deploy_token_events,omitzero"`
	VulnerabilityEvents       optional[bool] `json:"vulnerability_events,omitzero"`
}

func (q request) hookEntity(h *world.Webhook, shown hookShown) hookEntity {
	e := hookEntity{ID: h.ID, URL: h.URL, CreatedAt: q.iso(h.CreatedAt), PushEvents: h.Events[world.PushEvents],
		TagPushEvents: h.Events["tag_push_events"], MergeRequestsEvents: h.Events["merge_requests_events"],
		RepositoryUpdateEvents: h.Events["repository_update_events"], EnableSSLVerification: !h.UnverifiedTLS,
		AlertStatus: q.WebhookStatus(h), DisabledUntil: q.timeOrNull(h.DisabledUntil),
		PushEventsBranchFilter: h.BranchFilter, BranchFilterStrategy: h.BranchFilterStrategy}
	if q.Has(gitlabversion.WebhookNames) {
		e.Name, e.Description = some(h.Name), some(h.Description)
	}
	if q.Has(gitlabversion.WebhookTemplates) {
		e.CustomWebhookTemplate = some(h.Template)
	}
	if q.Has(gitlabversion.WebhookSigningTokens) {
		token, signing := h.Token != "", h.SigningToken != ""
		e.TokenPresent, e.SigningTokenPresent = some(&token), some(&signing)
	}
	if shown == hookInList {
		return e
	}
	e.URLVariables = keysOf(h.Variables)
	if q.Has(gitlabversion.WebhookNames) {
		e.CustomHeaders = keysOf(h.Headers)
	}
	return e
}

func keysOf(entries map[string]string) []hookKey {
	return entitiesOf(slices.Sorted(maps.Keys(entries)), func(key string) hookKey { return hookKey{key} })
}

func (q request) hookEvents(h *world.Webhook) hookEventsEntity {
	e := hookEventsEntity{IssuesEvents: h.Events["issues_events"],
		ConfidentialIssuesEvents: h.Events["confidential_issues_events"], NoteEvents: h.Events["note_events"],
		PipelineEvents: h.Events[world.PipelineEvents], WikiPageEvents: h.Events["wiki_page_events"],
		DeploymentEvents: h.Events["deployment_events"], FeatureFlagEvents: h.Events["feature_flag_events"],
		JobEvents: h.Events[world.JobEvents], ReleasesEvents: h.Events["releases_events"]}
	if on, said := h.Events["confidential_note_events"]; said {
		e.ConfidentialNoteEvents = &on
	}
	shown := func(event string) optional[bool] {
		on := h.Events[event]
		return some(&on)
	}
	if q.Has(gitlabversion.WebhookTemplates) {
		e.EmojiEvents, e.ResourceAccessTokenEvents = shown("emoji_events"), shown("resource_access_token_events")
	}
	if q.Has(gitlabversion.WebhookEventsOf18) {
		e.MilestoneEvents, e.VulnerabilityEvents = shown("milestone_events"), shown("vulnerability_events")
		e.ResourceDeployTokenEvents = shown("resource_deploy_token_events")
	}
	return e
}

func projectHookEntityOf(q request, h *world.Webhook, shown hookShown) any {
	return projectHookEntity{q.hookEntity(h, shown), h.Project.ID, q.hookEvents(h)}
}

func groupHookEntityOf(q request, h *world.Webhook, shown hookShown) any {
	return groupHookEntity{q.hookEntity(h, shown), h.Group.ID, q.hookEvents(h), h.Events["subgroup_events"],
		h.Events["member_events"], h.Events["project_events"]}
}
