// Package fleet manages a fleet of runners: it creates them up to a number, replaces those whose machines are silent,
// rotates tokens before they expire and removes what it no longer needs.
//
// Package naive is the same as one writes it first. What is different here is what Sweep asked for, and is marked
// "Mended".
package fleet

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// Manager keeps a project's fleet of runners as it should be.
type Manager struct {
	client *gitlab.Client
	store  *Store
	config Config
}

// New makes a manager that speaks to the GitLab at url, over httpClient, with the access token of a Maintainer of the
// project.
//
// Mended: by itself the client sends a POST again when a proxy answers 502 or 504, and those often say no more than
// that GitLab was slow with what it did all the same. So one runner was asked for and two were made.
func New(httpClient *http.Client, url, token string, store *Store, config Config) (*Manager, error) {
	client, err := gitlab.NewClient(token, gitlab.WithBaseURL(url), gitlab.WithHTTPClient(httpClient),
		gitlab.WithOnlyIdempotentRetries())
	if err != nil {
		return nil, err
	}
	return &Manager{client: client, store: store, config: config}, nil
}

// Reconcile makes the fleet what it should be. It is called every minute; what one call fails to do, the next one does.
//
// Mended: each step saves what it has done when it has done it. What was saved at the end was lost to any error on the
// way there.
func (m *Manager) Reconcile(ctx context.Context) error {
	if err := m.cleanUp(ctx); err != nil {
		return fmt.Errorf("clean up: %w", err)
	}
	if err := m.dropDead(ctx); err != nil {
		return fmt.Errorf("look after the runners: %w", err)
	}
	rotated := m.rotate(ctx)
	if err := m.fill(ctx); err != nil {
		return errors.Join(rotated, fmt.Errorf("create runners: %w", err))
	}
	return rotated
}

// cleanUp removes what earlier fleets of that name have left behind, and what this one does not know.
//
// Mended: it used to remove stale runners alone. A runner that was made and whose token never arrived is of no use to
// anybody, and nobody else will ever remove it.
func (m *Manager) cleanUp(ctx context.Context) error {
	runners, err := m.list(ctx)
	if err != nil {
		return err
	}
	known := map[int64]bool{}
	for _, r := range m.store.Runners() {
		known[r.ID] = true
	}
	for _, r := range runners {
		if !m.owns(r) || known[r.ID] && r.Status != "stale" {
			continue
		}
		if err := m.remove(ctx, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// list is all runners of the project.
//
// Mended: it reads all pages before anything is removed. A page is an offset into the list; with twenty runners gone
// from the first page, the second begins twenty runners too late.
func (m *Manager) list(ctx context.Context) ([]*gitlab.Runner, error) {
	opt := &gitlab.ListProjectRunnersOptions{Type: gitlab.Ptr("project_type")}
	return gitlab.ScanAndCollect(func(page gitlab.PaginationOptionFunc) ([]*gitlab.Runner, *gitlab.Response, error) {
		return m.client.Runners.ListProjectRunners(m.config.ProjectID, opt, page, gitlab.WithContext(ctx))
	})
}

// dropDead forgets the runners that are gone from GitLab, and removes those whose machines are silent for long.
func (m *Manager) dropDead(ctx context.Context) error {
	for _, r := range m.store.Runners() {
		details, _, err := m.client.Runners.GetRunnerDetails(r.ID, gitlab.WithContext(ctx))
		switch {
		case errors.Is(err, gitlab.ErrNotFound):
		case err != nil:
			return err
		case details.Status == "stale":
			if err := m.remove(ctx, r.ID); err != nil {
				return err
			}
		default:
			continue
		}
		m.store.Forget(r.ID)
	}
	return nil
}

// rotate replaces tokens in time. A runner that cannot be helped must not stop the others.
//
// Mended: the date moves only when the new token is here. When the answer is lost the old token is dead all the same,
// and the new one nobody knows; the cure is to reset it once more, at once and not at the next date.
func (m *Manager) rotate(ctx context.Context) error {
	var failed []error
	for _, r := range m.store.Runners() {
		if time.Now().Before(r.RotateAt) {
			continue
		}
		reset, _, err := m.client.Runners.ResetRunnerAuthenticationToken(r.ID, gitlab.WithContext(ctx))
		if err != nil {
			failed = append(failed, fmt.Errorf("rotate the token of runner %d: %w", r.ID, err))
			continue
		}
		m.store.Put(Runner{ID: r.ID, Token: *reset.Token, RotateAt: time.Now().Add(m.config.RotateEvery)})
	}
	return errors.Join(failed...)
}

// fill creates the runners that are missing.
func (m *Manager) fill(ctx context.Context) error {
	for len(m.store.Runners()) < m.config.Size {
		created, _, err := m.client.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{
			RunnerType:  gitlab.Ptr("project_type"),
			ProjectID:   gitlab.Ptr(m.config.ProjectID),
			Description: gitlab.Ptr(m.prefix() + "machine"),
			TagList:     &[]string{m.config.Name},
		}, gitlab.WithContext(ctx))
		if err != nil {
			return err
		}
		m.store.Put(Runner{ID: created.ID, Token: created.Token, RotateAt: time.Now().Add(m.config.RotateEvery)})
	}
	return nil
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
