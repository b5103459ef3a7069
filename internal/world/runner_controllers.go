package world

import (
	"fmt"
	"slices"
)

// What is said of runner controllers (app/services/ci/runner_controllers/scopes/add_instance_service.rb,
// app/services/ci/runner_controllers/scopes/add_runner_service.rb).
const (
	msgInstanceScoped = "Instance-level scope already exists for this runner controller"
	msgRunnersScoped  = "Runner controller already has runner-level scopes. " +
		"Remove them before adding instance-level scope."
	msgInstanceInTheWay   = "Runner controller already has instance-level scope. Remove it before adding runner scopes."
	msgRunnerScoped       = "Runner scope already exists for this runner controller"
	msgInstanceRunnerOnly = "Only instance-type runners can be scoped"

	maxControllerDescription = 1024
)

// ScopeRefusal is why a runner controller is not given a scope. Misplaced is that no controller could be; else what it
// has already is in the way.
type ScopeRefusal struct {
	Text      string
	Misplaced bool
}

func (r *ScopeRefusal) Error() string { return r.Text }

func checkControllerText(description *string) error {
	if description != nil && len([]rune(*description)) > maxControllerDescription {
		return newInvalid(attrDescription, msgTooLong(maxControllerDescription))
	}
	return nil
}

// CreateRunnerController makes a runner controller. The error is an *Invalid.
func (st *State) CreateRunnerController(description *string, s RunnerControllerState) (*RunnerController, error) {
	if err := checkControllerText(description); err != nil {
		return nil, err
	}
	now := st.Now()
	c := &RunnerController{ID: assignID(st, &st.RunnerControllers, 0), Description: description, State: s,
		CreatedAt: now, UpdatedAt: now}
	add(st, &st.RunnerControllers, c)
	return c, nil
}

// UpdateRunnerController changes a runner controller. The error is an *Invalid.
func (st *State) UpdateRunnerController(c *RunnerController, description *string, s RunnerControllerState) error {
	if err := checkControllerText(description); err != nil {
		return err
	}
	c.Description, c.State, c.UpdatedAt = description, s, st.Now()
	return nil
}

// DeleteRunnerController deletes a runner controller with its tokens and scopes.
func (st *State) DeleteRunnerController(c *RunnerController) {
	for _, t := range c.Tokens {
		st.controllerTokens.remove(t)
	}
	st.RunnerControllers.remove(c)
}

// ScopeToInstance has a runner controller decide about all runners of the instance. The error is a *ScopeRefusal.
func (st *State) ScopeToInstance(c *RunnerController) error {
	switch {
	case c.Instance != nil:
		return &ScopeRefusal{Text: msgInstanceScoped}
	case len(c.Runners) > 0:
		return &ScopeRefusal{Text: msgRunnersScoped}
	}
	c.Instance = &RunnerControllerScope{CreatedAt: st.Now()}
	return nil
}

// UnscopeInstance ends that; where it is not so, nothing happens.
func (st *State) UnscopeInstance(c *RunnerController) { c.Instance = nil }

// ScopeToRunner has a runner controller decide about a runner, too. The error is a *ScopeRefusal.
func (st *State) ScopeToRunner(c *RunnerController, r *Runner) (*RunnerControllerScope, error) {
	switch {
	case r.Type != InstanceRunner:
		return nil, &ScopeRefusal{Text: msgInstanceRunnerOnly, Misplaced: true}
	case c.Instance != nil:
		return nil, &ScopeRefusal{Text: msgInstanceInTheWay}
	case slices.ContainsFunc(c.Runners, scopedTo(r)):
		return nil, &ScopeRefusal{Text: msgRunnerScoped}
	}
	s := &RunnerControllerScope{Runner: r, CreatedAt: st.Now()}
	c.Runners = append(c.Runners, s)
	return s, nil
}

// UnscopeRunner ends that; where it is not so, nothing happens.
func (st *State) UnscopeRunner(c *RunnerController, r *Runner) {
	c.Runners = slices.DeleteFunc(slices.Clone(c.Runners), scopedTo(r))
}

func scopedTo(r *Runner) func(*RunnerControllerScope) bool {
	return func(s *RunnerControllerScope) bool { return s.Runner == r }
}

// unscopeEverywhere has the runner controllers forget a runner that is deleted.
func (st *State) unscopeEverywhere(r *Runner) {
	for _, c := range st.RunnerControllers.Rows {
		st.UnscopeRunner(c, r)
	}
}

// AddControllerToken makes a token of a runner controller. The error is an *Invalid.
func (st *State) AddControllerToken(c *RunnerController, description *string) (*RunnerControllerToken, error) {
	if err := checkControllerText(description); err != nil {
		return nil, err
	}
	t := &RunnerControllerToken{ID: assignID(st, &st.controllerTokens, 0), Description: description,
		Token: st.made.token(controllerTokens), CreatedAt: st.Now()}
	st.insertControllerToken(c, t)
	return t, nil
}

func (st *State) insertControllerToken(c *RunnerController, t *RunnerControllerToken) {
	add(st, &st.controllerTokens, t)
	c.Tokens = insertByID(c.Tokens, t)
}

// RevokeControllerToken ends a token of a runner controller.
func (st *State) RevokeControllerToken(c *RunnerController, t *RunnerControllerToken) {
	st.controllerTokens.remove(t)
	c.Tokens = removeByID(c.Tokens, t)
}

// RotateControllerToken ends a token and makes another like it.
func (st *State) RotateControllerToken(c *RunnerController, t *RunnerControllerToken) *RunnerControllerToken {
	st.RevokeControllerToken(c, t)
	next, _ := st.AddControllerToken(c, t.Description) // its description has been checked
	return next
}

// AddRunnerController makes a runner controller of a draft. Of its scopes only the runners are looked at.
func (st *State) AddRunnerController(c RunnerController, found ...Problem) (*RunnerController, error) {
	ps := append(Problems(nil), found...)
	ps.Add("state", oneOf("state of runner controllers", &c.State, ControllerDisabled, RunnerControllerStates))
	ps.Add("id", freeID(&st.RunnerControllers, "runner controller", c.ID))
	if err := checkControllerText(c.Description); err != nil {
		ps.Addf("description", "%s", err)
	}
	if c.Instance != nil && len(c.Runners) > 0 {
		ps.Addf("runners", "a runner controller with the scope of the instance has no runners of its own")
	}
	for i, s := range c.Runners {
		if s.Runner.Type != InstanceRunner {
			ps.Addf(fmt.Sprintf("runners[%d]", i), "runner %d is no instance runner", s.Runner.ID)
		}
	}
	tokens := c.Tokens
	for i, t := range tokens {
		ps.Add(fmt.Sprintf("tokens[%d].id", i), freeID(&st.controllerTokens, "runner controller token", t.ID))
	}
	if len(ps) > 0 {
		return nil, ps
	}
	if c.CreatedAt.IsZero() {
		c.CreatedAt = st.Now()
	}
	c.ID, c.UpdatedAt, c.Tokens = assignID(st, &st.RunnerControllers, c.ID), c.CreatedAt, nil
	if c.Instance != nil {
		c.Instance.CreatedAt = c.CreatedAt
	}
	for _, s := range c.Runners {
		s.CreatedAt = c.CreatedAt
	}
	for _, t := range tokens {
		t.ID, t.Token = assignID(st, &st.controllerTokens, t.ID), st.secret(controllerTokens, t.Token)
		if t.CreatedAt.IsZero() {
			t.CreatedAt = c.CreatedAt
		}
		st.insertControllerToken(&c, t)
	}
	add(st, &st.RunnerControllers, &c)
	return &c, nil
}
