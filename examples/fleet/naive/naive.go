// Package naive manages a fleet of runners as one writes it first. It reads well, its tests pass, it works for weeks.
// Sweep finds its bugs (../fleet_test.go); package fleet is the same manager without them:
//
//	diff -u examples/fleet/naive/naive.go examples/fleet/fleet.go
package naive

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/examples/fleet"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// Manager keeps a project's fleet of runners as it should be.
type Manager struct {
	client *gitlab.Client
	store  *fleet.Store
	config fleet.Config
}

// New makes a manager that speaks to the GitLab at url, over httpClient, with the access token of a Maintainer of the
// project.
func New(httpClient *http.Client, url, token string, store *fleet.Store, config fleet.Config) (*Manager, error) {
	client, err := gitlab.NewClient(token, gitlab.WithBaseURL(url), gitlab.WithHTTPClient(httpClient))
	if err != nil {
		return nil, err
	}
	return &Manager{client: client, store: store, config: config}, nil
}

// Reconcile makes the fleet what it should be. It is called every minute; what one call fails to do, the next one does.
func (m *Manager) Reconcile(ctx context.Context) error {
	if err := m.cleanUp(ctx); err != nil {
		return fmt.Errorf("clean up: %w", err)
	}
	runners, err := m.dropDead(ctx, m.store.Runners())
	if err != nil {
		return fmt.Errorf("look after the runners: %w", err)
	}
	m.rotate(ctx, runners)
	if runners, err = m.fill(ctx, runners); err != nil {
		return fmt.Errorf("create runners: %w", err)
	}
	m.store.Save(runners)
	return nil
}

// cleanUp removes what earlier fleets of that name have left behind: runners that nobody has heard of for long.
func (m *Manager) cleanUp(ctx context.Context) error {
	opt := &gitlab.ListProjectRunnersOptions{Type: gitlab.Ptr("project_type"), Status: gitlab.Ptr("stale")}
	for {
		runners, resp, err := m.client.Runners.ListProjectRunners(m.config.ProjectID, opt, gitlab.WithContext(ctx))
		if err != nil {
			return err
		}
		for _, r := range runners {
			if !m.owns(r) {
				continue
			}
			if err := m.remove(ctx, r.ID); err != nil {
				return err
			}
		}
		if resp.NextPage == 0 {
			return nil
		}
		opt.Page = resp.NextPage
	}
}

// dropDead forgets the runners that are gone from GitLab, and removes those whose machines are silent for long.
func (m *Manager) dropDead(ctx context.Context, runners []fleet.Runner) ([]fleet.Runner, error) {
	var alive []fleet.Runner
	for _, r := range runners {
		details, _, err := m.client.Runners.GetRunnerDetails(r.ID, gitlab.WithContext(ctx))
		switch {
		case errors.Is(err, gitlab.ErrNotFound):
			continue
		case err != nil:
			return nil, err
		case details.Status == "stale":
			if err := m.remove(ctx, r.ID); err != nil {
				return nil, err
			}
			continue
		}
		alive = append(alive, r)
	}
	return alive, nil
}

// rotate replaces tokens in time. A runner that cannot be helped must not stop the others.
func (m *Manager) rotate(ctx context.Context, runners []fleet.Runner) {
	for i := range runners {
		r := &runners[i]
		if time.Now().Before(r.RotateAt) {
			continue
		}
		r.RotateAt = time.Now().Add(m.config.RotateEvery)
		reset, _, err := m.client.Runners.ResetRunnerAuthenticationToken(r.ID, gitlab.WithContext(ctx))
		if err != nil {
			slog.Debug("a token could not be rotated", "runner", r.ID, "error", err)
			continue
		}
		r.Token = *reset.Token
	}
}

// fill creates the runners that are missing.
func (m *Manager) fill(ctx context.Context, runners []fleet.Runner) ([]fleet.Runner, error) {
	for len(runners) < m.config.Size {
		created, _, err := m.client.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{
			RunnerType:  gitlab.Ptr("project_type"),
			ProjectID:   gitlab.Ptr(m.config.ProjectID),
			Description: gitlab.Ptr(m.prefix() + "machine"),
			TagList:     &[]string{m.config.Name},
		}, gitlab.WithContext(ctx))
		if err != nil {
			return nil, err
		}
		runners = append(runners, fleet.Runner{ID: created.ID, Token: created.Token,
			RotateAt: time.Now().Add(m.config.RotateEvery)})
	}
	return runners, nil
}

// remove deletes a runner; one that is gone already will do.
func (m *Manager) remove(ctx context.Context, id int64) error {
	_, err := m.client.Runners.RemoveRunner(id, gitlab.WithContext(ctx))
	if errors.Is(err, gitlab.ErrNotFound) {
		return nil
	}
	return err
}

func (m *Manager) owns(r *gitlab.Runner) bool { return strings.HasPrefix(r.Description, m.prefix()) }

func (m *Manager) prefix() string { return "fleet " + m.config.Name + ": " }
