package webhooks

import (
	"strconv"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// deploymentEvent is what a webhook is told of a deployment (lib/gitlab/data_builder/deployment.rb).
type deploymentEvent struct {
	ObjectKind             string                 `json:"object_kind"`
	Status                 world.DeploymentStatus `json:"status"`
	StatusChangedAt        string                 `json:"status_changed_at"`
	DeploymentID           int                    `json:"deployment_id"`
	DeployableID           *int                   `json:"deployable_id"`
	DeployableURL          *string                `json:"deployable_url"`
	Environment            string                 `json:"environment"`
	EnvironmentTier        string                 `json:"environment_tier"`
	EnvironmentSlug        string                 `json:"environment_slug"`
	EnvironmentExternalURL *string                `json:"environment_external_url"`
	Project                project                `json:"project"`
	ShortSHA               string                 `json:"short_sha"`
	User                   *user                  `json:"user"`
	UserURL                *string                `json:"user_url"`
	CommitURL              *string                `json:"commit_url"`
	CommitTitle            *string                `json:"commit_title"`
	Ref                    string                 `json:"ref"`
}

// shortSHA is how many digits of a commit events have.
const shortSHA = 8

// DeploymentEvent is the body that tells of the status that a deployment has had since a time.
func (w Writer) DeploymentEvent(d *world.Deployment, changedAt time.Time) []byte {
	e, by := d.Environment, d.By()
	out := deploymentEvent{ObjectKind: "deployment", Status: d.Status,
		StatusChangedAt: changedAt.In(w.State.Settings.Zone()).Format("2006-01-02 15:04:05 -0700"), DeploymentID: d.ID,
		Environment: e.Name, EnvironmentTier: e.Tier, EnvironmentSlug: e.Slug(),
		EnvironmentExternalURL: world.OrNull(e.ExternalURL), Project: w.project(e.Project),
		ShortSHA: d.SHA[:min(len(d.SHA), shortSHA)], User: w.user(by), Ref: d.Ref}
	at := w.webURL(e.Project) + "/-/"
	if j := d.Job; j != nil {
		id, url := j.ID, at+"jobs/"+strconv.Itoa(j.ID)
		out.DeployableID, out.DeployableURL = &id, &url
		out.CommitTitle = world.OrNull(j.Commit.Title)
	}
	if c := e.Project.Repository.Commit(d.SHA); c != nil {
		title := c.Title()
		out.CommitTitle = &title
	}
	if out.CommitTitle != nil {
		url := at + "commit/" + d.SHA
		out.CommitURL = &url
	}
	if by != nil {
		url := w.BaseURL() + "/" + by.Username
		out.UserURL = &url
	}
	return written(out)
}
