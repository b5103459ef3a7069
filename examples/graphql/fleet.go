// Package graphql keeps the runners of a project at a number, and speaks to GitLab in GraphQL alone, by client-go.
package graphql

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// Fleet is the runners of a project that carry a tag of the fleet's own.
type Fleet struct {
	client       *gitlab.Client
	project, tag string
	size         int
	// Tokens are those of the fleet's runners, by their global IDs. GitLab shows a token to whoever made the runner, for
	// an hour and until a machine has used it.
	Tokens map[string]string
}

// New makes a fleet of a project, with the access token of a Maintainer. The client does not repeat what GitLab may
// have done already: Reconcile finds out.
func New(httpClient *http.Client, url, token, project, tag string, size int) (*Fleet, error) {
	client, err := gitlab.NewClient(token, gitlab.WithBaseURL(url), gitlab.WithHTTPClient(httpClient),
		gitlab.WithoutRetries())
	if err != nil {
		return nil, err
	}
	return &Fleet{client: client, project: project, tag: tag, size: size, Tokens: map[string]string{}}, nil
}

// Reconcile makes the fleet what it should be: stale runners go, and so do those whose tokens nobody knows; then
// runners are made up to the number. What one call fails to do, the next one does.
func (f *Fleet) Reconcile(ctx context.Context) error {
	projectID, runners, err := f.list(ctx)
	if err != nil {
		return fmt.Errorf("list the runners: %w", err)
	}
	known := map[string]string{}
	for _, r := range runners {
		token := f.Tokens[r.ID]
		if token == "" { // the answer to runnerCreate was lost: the token can still be read
			token = r.EphemeralAuthenticationToken
		}
		if token != "" && r.Status != "STALE" {
			known[r.ID] = token
			continue
		}
		if err := f.remove(ctx, r.ID); err != nil {
			return fmt.Errorf("delete %s: %w", r.ID, err)
		}
	}
	f.Tokens = known
	for len(f.Tokens) < f.size {
		if err := f.create(ctx, projectID); err != nil {
			return fmt.Errorf("create a runner: %w", err)
		}
	}
	return nil
}

// Pause pauses the whole fleet, or lets it go on.
func (f *Fleet) Pause(ctx context.Context, paused bool) error {
	for id := range f.Tokens {
		var data struct{ RunnerUpdate struct{ Errors []string } }
		err := f.do(ctx, `mutation PauseRunner($id: CiRunnerID!, $paused: Boolean!) {
			runnerUpdate(input: {id: $id, paused: $paused}) { errors }
		}`, map[string]any{"id": id, "paused": paused}, &data)
		if err = errors.Join(err, said(data.RunnerUpdate.Errors)); err != nil {
			return fmt.Errorf("update %s: %w", id, err)
		}
	}
	return nil
}

type runner struct {
	ID, Status                   string
	EphemeralAuthenticationToken string // "" for null
}

// list is all runners of the fleet, from as many pages as there are, and the project's global ID.
func (f *Fleet) list(ctx context.Context) (projectID string, runners []runner, err error) {
	var after *string
	for {
		var data struct {
			Project *struct {
				ID      string
				Runners struct {
					Nodes    []runner
					PageInfo struct {
						HasNextPage bool
						EndCursor   *string
					}
				}
			}
		}
		err := f.do(ctx, `query FleetRunners($project: ID!, $tags: [String!], $after: String) {
			project(fullPath: $project) {
				id
				runners(type: PROJECT_TYPE, tagList: $tags, first: 20, after: $after) {
					nodes { id status ephemeralAuthenticationToken }
					pageInfo { hasNextPage endCursor }
				}
			}
		}`, map[string]any{"project": f.project, "tags": []string{f.tag}, "after": after}, &data)
		switch {
		case err != nil:
			return "", nil, err
		case data.Project == nil:
			return "", nil, fmt.Errorf("there is no project %s, or it is not to be seen", f.project)
		}
		runners = append(runners, data.Project.Runners.Nodes...)
		if !data.Project.Runners.PageInfo.HasNextPage {
			return data.Project.ID, runners, nil
		}
		after = data.Project.Runners.PageInfo.EndCursor
	}
}

// create makes a runner and keeps its token.
func (f *Fleet) create(ctx context.Context, projectID string) error {
	var data struct {
		RunnerCreate struct {
			Runner *runner
			Errors []string
		}
	}
	err := f.do(ctx, `mutation CreateRunner($project: ProjectID!, $tags: [String!]) {
		runnerCreate(input: {runnerType: PROJECT_TYPE, projectId: $project, tagList: $tags, runUntagged: false}) {
			runner { id ephemeralAuthenticationToken }
			errors
		}
	}`, map[string]any{"project": projectID, "tags": []string{f.tag}}, &data)
	switch {
	case err != nil:
		return err
	case data.RunnerCreate.Runner == nil:
		return said(data.RunnerCreate.Errors)
	}
	f.Tokens[data.RunnerCreate.Runner.ID] = data.RunnerCreate.Runner.EphemeralAuthenticationToken
	return nil
}

func (f *Fleet) remove(ctx context.Context, id string) error {
	var data struct{ RunnerDelete struct{ Errors []string } }
	err := f.do(ctx, `mutation DeleteRunner($id: CiRunnerID!) { runnerDelete(input: {id: $id}) { errors } }`,
		map[string]any{"id": id}, &data)
	return errors.Join(err, said(data.RunnerDelete.Errors))
}

// do sends a document. Errors of GraphQL come with the status 200, and client-go leaves them to its callers.
func (f *Fleet) do(ctx context.Context, document string, variables map[string]any, data any) error {
	answer := struct {
		Data any
		gitlab.GenericGraphQLErrors
	}{Data: data}
	_, err := f.client.GraphQL.Do(gitlab.GraphQLQuery{Query: document, Variables: variables}, &answer,
		gitlab.WithContext(ctx))
	if err != nil {
		return err
	}
	var messages []string
	for _, e := range answer.Errors {
		messages = append(messages, e.Message)
	}
	return said(messages)
}

// said is an error of what GitLab said, nil for nothing.
func said(messages []string) error {
	if len(messages) == 0 {
		return nil
	}
	return errors.New(strings.Join(messages, "; "))
}
