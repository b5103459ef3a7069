package rest

// What GitLab shows of runner controllers (lib/api/entities/ci/runner_controller.rb,
// lib/api/entities/ci/runner_controller_token.rb, lib/api/entities/ci/runner_controller_instance_level_scoping.rb).

import "github.com/fakegitlab/fakegitlab/internal/world"

type runnerControllerEntity struct {
	ID          int                         `json:"id"`
	Description *string                     `json:"description"`
	State       world.RunnerControllerState `json:"state"`
	CreatedAt   isoTime                     `json:"created_at"`
	UpdatedAt   isoTime                     `json:"updated_at"`
}

// runnerControllerDetailEntity is one alone. Connected is whether a token of it was used within the hour, which none
// can be here.
type runnerControllerDetailEntity struct {
	runnerControllerEntity
	Connected bool `json:"connected"`
}

type controllerTokenEntity struct {
	ID                 int      `json:"id"`
	RunnerControllerID int      `json:"runner_controller_id"`
	Description        *string  `json:"description"`
	LastUsedAt         *isoTime `json:"last_used_at"`
	CreatedAt          isoTime  `json:"created_at"`
	UpdatedAt          isoTime  `json:"updated_at"`
}

// newControllerTokenEntity is a token when it has been made, and never again.
type newControllerTokenEntity struct {
	controllerTokenEntity
	Token string `json:"token"`
}

type controllerScopeEntity struct {
	CreatedAt isoTime `json:"created_at"`
	UpdatedAt isoTime `json:"updated_at"`
}

type controllerRunnerEntity struct {
	RunnerID int `json:"runner_id"`
	controllerScopeEntity
}

type controllerScopesEntity struct {
	Instance []controllerScopeEntity  `json:"instance_level_scopings"`
	Runners  []controllerRunnerEntity `json:"runner_level_scopings"`
}

func (q request) runnerControllerEntity(c *world.RunnerController) runnerControllerEntity {
	return runnerControllerEntity{c.ID, c.Description, c.State, q.iso(c.CreatedAt), q.iso(c.UpdatedAt)}
}

func (q request) controllerTokenEntity(
	c *world.RunnerController, t *world.RunnerControllerToken,
) controllerTokenEntity {
	at := q.iso(t.CreatedAt)
	return controllerTokenEntity{t.ID, c.ID, t.Description, nil, at, at}
}

func (q request) controllerScopeEntity(s *world.RunnerControllerScope) controllerScopeEntity {
	at := q.iso(s.CreatedAt)
	return controllerScopeEntity{at, at}
}
