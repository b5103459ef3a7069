// Package controller is what an operator does for each of its resources: it compares what is wanted with what GitLab
// has, and does what is missing. It may be called at any time and any number of times. Its tests show how to try that
// without GitLab.
package controller

import (
	"context"
	"errors"
	"slices"

	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// Resource is a wish for a project runner, and what became of it.
type Resource struct {
	Name    string // the runner's description, by which it is found again; nobody else in the project uses it
	Project int64
	Tags    []string
	Deleted bool // the runner is to go

	RunnerID int64  // 0: none yet
	Token    string // "" while it is not known
}

// Controller makes runners what resources wish. Its client should not retry: Reconcile is called again after an error.
type Controller struct{ GitLab *gitlab.Client }

// Reconcile does what is missing. After an error, what it did so far stands in the resource.
func (c Controller) Reconcile(ctx context.Context, r *Resource) error {
	found, err := c.find(ctx, r)
	switch {
	case err != nil:
		return err
	case r.Deleted && found != nil:
		_, err := c.GitLab.Runners.RemoveRunner(found.ID, gitlab.WithContext(ctx))
		if err != nil && !errors.Is(err, gitlab.ErrNotFound) {
			return err
		}
		r.RunnerID, r.Token = 0, ""
		return nil
	case r.Deleted:
		return nil
	case found == nil:
		return c.create(ctx, r)
	}
	return c.mend(ctx, r, found)
}

// find is the runner of the resource: by its ID or, when the answer to its creation was lost, by its name.
func (c Controller) find(ctx context.Context, r *Resource) (*gitlab.RunnerDetails, error) {
	if r.RunnerID != 0 {
		found, _, err := c.GitLab.Runners.GetRunnerDetails(r.RunnerID, gitlab.WithContext(ctx))
		if !errors.Is(err, gitlab.ErrNotFound) {
			return found, err
		}
		r.RunnerID, r.Token = 0, "" // somebody has deleted it
	}
	options := &gitlab.ListProjectRunnersOptions{Type: gitlab.Ptr("project_type"),
		ListOptions: gitlab.ListOptions{PerPage: 100}}
	runners, err := gitlab.ScanAndCollect(func(p gitlab.PaginationOptionFunc) ([]*gitlab.Runner, *gitlab.Response, error) {
		return c.GitLab.Runners.ListProjectRunners(r.Project, options, p, gitlab.WithContext(ctx))
	})
	at := slices.IndexFunc(runners, func(other *gitlab.Runner) bool { return other.Description == r.Name })
	if err != nil || at < 0 {
		return nil, err
	}
	r.RunnerID = runners[at].ID
	found, _, err := c.GitLab.Runners.GetRunnerDetails(r.RunnerID, gitlab.WithContext(ctx))
	return found, err
}

func (c Controller) create(ctx context.Context, r *Resource) error {
	created, _, err := c.GitLab.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{
		RunnerType: gitlab.Ptr("project_type"), ProjectID: &r.Project, Description: &r.Name, TagList: &r.Tags,
	}, gitlab.WithContext(ctx))
	if err != nil {
		return err
	}
	r.RunnerID, r.Token = created.ID, created.Token
	return nil
}

// mend takes back what others changed, and asks for a new token where none is known.
func (c Controller) mend(ctx context.Context, r *Resource, found *gitlab.RunnerDetails) error {
	if !slices.Equal(found.TagList, r.Tags) || found.Paused {
		wish := &gitlab.UpdateRunnerDetailsOptions{TagList: &r.Tags, Paused: gitlab.Ptr(false)}
		if _, _, err := c.GitLab.Runners.UpdateRunnerDetails(found.ID, wish, gitlab.WithContext(ctx)); err != nil {
			return err
		}
	}
	if r.Token != "" {
		return nil
	}
	renewed, _, err := c.GitLab.Runners.ResetRunnerAuthenticationToken(found.ID, gitlab.WithContext(ctx))
	if err == nil {
		r.Token = *renewed.Token
	}
	return err
}
