package world

import "time"

// RunnerControllerState is whether a runner controller decides about jobs, or only says what it would.
type RunnerControllerState string

// The states of runner controllers (app/models/ci/runner_controller.rb).
const (
	ControllerDisabled RunnerControllerState = "disabled"
	ControllerEnabled  RunnerControllerState = "enabled"
	ControllerDryRun   RunnerControllerState = "dry_run"
)

// RunnerControllerStates are all of them.
var RunnerControllerStates = []RunnerControllerState{ControllerDisabled, ControllerEnabled, ControllerDryRun}

// RunnerController is the record of a program that decides which jobs runners may take
// (app/models/ci/runner_controller.rb). Here it decides nothing: it has an API, and there is no job router.
type RunnerController struct {
	ID          int
	Description *string
	State       RunnerControllerState
	Instance    *RunnerControllerScope   // all runners of the instance; nil: not those
	Runners     []*RunnerControllerScope // else those runners, in the order in which they were added
	Tokens      []*RunnerControllerToken // by id
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// RunnerControllerScope is what a runner controller decides about.
type RunnerControllerScope struct {
	Runner    *Runner // nil of the instance
	CreatedAt time.Time
}

// RunnerControllerToken is a token that a runner controller connects with (app/models/ci/runner_controller_token.rb).
// One that is revoked is gone: nobody is shown it any more.
type RunnerControllerToken struct {
	ID          int
	Description *string
	Token       string
	CreatedAt   time.Time
}

func (c *RunnerController) id() int      { return c.ID }
func (t *RunnerControllerToken) id() int { return t.ID }
