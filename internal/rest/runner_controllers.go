package rest

// Runner controllers, their tokens and scopes, as an Enterprise Edition with a licence has them
// (lib/api/ci/runner_controllers.rb, lib/api/ci/runner_controller_tokens.rb, lib/api/ci/runner_controller_scopes.rb).

import (
	"fmt"
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The parameters of runner controllers.
var (
	controllerID      = []params.Param{{Name: "id", Kind: params.Integer, Required: true}}
	controllerTokenID = []params.Param{{Name: "token_id", Kind: params.Integer, Required: true}}
	controllerText    = []params.Param{{Name: "description"}}
	controllerState   = []params.Param{{Name: "state", Values: world.WordsOf(world.RunnerControllerStates...)}}
)

// runnerControllerRows are runner controllers.
func runnerControllerRows() []row {
	const one = "/runner_controllers/:id"
	rows := []row{
		{endpoint: "GET /runner_controllers", spec: listing(), handle: listRunnerControllers},
		{endpoint: "GET " + one, spec: front.Declare(controllerID), handle: onController(getRunnerController)},
		{endpoint: "POST /runner_controllers", spec: front.Declare(controllerText, controllerState),
			handle: createRunnerController},
		{endpoint: "PUT " + one, spec: front.Declare(controllerID, controllerText, controllerState),
			handle: onController(updateRunnerController)},
		{endpoint: "DELETE " + one, spec: front.Declare(controllerID), handle: onController(deleteRunnerController)},
		{endpoint: "GET " + one + "/tokens", spec: listing(controllerID), handle: onController(listControllerTokens)},
		{endpoint: "GET " + one + "/tokens/:token_id", spec: front.Declare(controllerID, controllerTokenID),
			handle: onControllerToken(getControllerToken)},
		{endpoint: "POST " + one + "/tokens", spec: front.Declare(controllerID, controllerText),
			handle: onController(createControllerToken)},
		{endpoint: "POST " + one + "/tokens/:token_id/rotate", spec: front.Declare(controllerID, controllerTokenID),
			handle: onControllerToken(rotateControllerToken)},
		{endpoint: "DELETE " + one + "/tokens/:token_id", spec: front.Declare(controllerID, controllerTokenID),
			handle: onControllerToken(revokeControllerToken)},
		{endpoint: "GET " + one + "/scopes", spec: front.Declare(controllerID), handle: onScopes(listControllerScopes)},
		{endpoint: "POST " + one + "/scopes/instance", spec: front.Declare(controllerID), handle: onScopes(scopeToInstance)},
		{endpoint: "DELETE " + one + "/scopes/instance", spec: front.Declare(controllerID),
			handle: onScopes(unscopeInstance)},
		{endpoint: "POST " + one + "/scopes/runners/:runner_id", spec: front.Declare(controllerID, assignedRunnerID),
			handle: onScopes(scopeToRunner)},
		{endpoint: "DELETE " + one + "/scopes/runners/:runner_id", spec: front.Declare(controllerID, assignedRunnerID),
			handle: onScopes(unscopeRunner)},
	}
	const tokensAndControllers = 10 // the rows before the scopes, which came later
	for i := range rows {
		rows[i].before, rows[i].since = administrators, since(gitlabversion.RunnerControllers)
		if i >= tokensAndControllers {
			rows[i].since = since(gitlabversion.RunnerControllerScopes)
		}
	}
	return rows
}

// controllerHandler answers about a runner controller.
type controllerHandler func(request, *world.RunnerController) front.Response

// onController finds the runner controller of the path.
func onController(handle controllerHandler) func(request) front.Response {
	return func(q request) front.Response {
		id, _ := q.Params.Int("id")
		if c := q.RunnerControllers.ByID(id); c != nil {
			return handle(q, c)
		}
		return front.Usual(http.StatusNotFound, "").Because(fmt.Sprintf("there is no runner controller %d", id))
	}
}

// onScopes is onController where GitLab's database is asked in another way.
func onScopes(handle controllerHandler) func(request) front.Response {
	return func(q request) front.Response {
		id, _ := q.Params.Int("id")
		if c := q.RunnerControllers.ByID(id); c != nil {
			return handle(q, c)
		}
		return noRecord().Because(fmt.Sprintf("there is no runner controller %d", id))
	}
}

// onControllerToken finds the token of the path, too.
func onControllerToken(
	handle func(request, *world.RunnerController, *world.RunnerControllerToken) front.Response,
) func(request) front.Response {
	return onController(func(q request, c *world.RunnerController) front.Response {
		id, _ := q.Params.Int("token_id")
		for _, t := range c.Tokens {
			if t.ID == id {
				return handle(q, c, t)
			}
		}
		return front.Usual(http.StatusNotFound, "").Because(fmt.Sprintf("runner controller %d has no token %d", c.ID, id))
	})
}

func listRunnerControllers(q request) front.Response {
	return offsetPage(q, q.RunnerControllers.Rows, false, q.runnerControllerEntity)
}

func getRunnerController(q request, c *world.RunnerController) front.Response {
	return front.OK(runnerControllerDetailEntity{q.runnerControllerEntity(c), false})
}

// controllerError is how a refusal of the model is told: in a sentence.
func controllerError(err error) front.Response {
	return front.Refuse(http.StatusBadRequest, err.(*world.Invalid).Sentence()).
		Because("GitLab's model refuses: " + err.Error())
}

// describedAs is the description that the request gives, else the one that there is.
func (q request) describedAs(now *string) *string {
	if !q.Params.Has("description") {
		return now
	}
	if s, ok := q.Params.String("description"); ok {
		return &s
	}
	return nil
}

func createRunnerController(q request) front.Response {
	state := world.ControllerDisabled
	if s, ok := q.Params.String("state"); ok {
		state = world.RunnerControllerState(s)
	}
	c, err := q.CreateRunnerController(q.describedAs(nil), state)
	if err != nil {
		return controllerError(err)
	}
	return front.Created(q.runnerControllerEntity(c))
}

func updateRunnerController(q request, c *world.RunnerController) front.Response {
	state := c.State
	if s, ok := q.Params.String("state"); ok {
		state = world.RunnerControllerState(s)
	}
	if err := q.UpdateRunnerController(c, q.describedAs(c.Description), state); err != nil {
		return controllerError(err)
	}
	return front.OK(q.runnerControllerEntity(c))
}

func deleteRunnerController(q request, c *world.RunnerController) front.Response {
	if refusal := q.unmodifiedSince(c.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.DeleteRunnerController(c)
	return front.NoContent()
}

func listControllerTokens(q request, c *world.RunnerController) front.Response {
	return offsetPage(q, c.Tokens, false, func(t *world.RunnerControllerToken) controllerTokenEntity {
		return q.controllerTokenEntity(c, t)
	})
}

func getControllerToken(q request, c *world.RunnerController, t *world.RunnerControllerToken) front.Response {
	return front.OK(q.controllerTokenEntity(c, t))
}

func createControllerToken(q request, c *world.RunnerController) front.Response {
	t, err := q.AddControllerToken(c, q.describedAs(nil))
	if err != nil {
		return controllerError(err)
	}
	return front.Created(newControllerTokenEntity{q.controllerTokenEntity(c, t), t.Token})
}

func rotateControllerToken(q request, c *world.RunnerController, t *world.RunnerControllerToken) front.Response {
	next := q.RotateControllerToken(c, t)
	return front.OK(newControllerTokenEntity{q.controllerTokenEntity(c, next), next.Token})
}

func revokeControllerToken(q request, c *world.RunnerController, t *world.RunnerControllerToken) front.Response {
	q.RevokeControllerToken(c, t)
	return front.NoContent()
}

func listControllerScopes(q request, c *world.RunnerController) front.Response {
	e := controllerScopesEntity{Instance: []controllerScopeEntity{}, Runners: []controllerRunnerEntity{}}
	if c.Instance != nil {
		e.Instance = append(e.Instance, q.controllerScopeEntity(c.Instance))
	}
	for _, s := range c.Runners {
		e.Runners = append(e.Runners, controllerRunnerEntity{s.Runner.ID, q.controllerScopeEntity(s)})
	}
	return front.OK(e)
}

// scopeError is how a refused scope is told.
func scopeError(err error) front.Response {
	status := http.StatusConflict
	if err.(*world.ScopeRefusal).Misplaced {
		status = http.StatusUnprocessableEntity
	}
	return front.Refuse(status, err.Error()).Because(err.Error())
}

func scopeToInstance(q request, c *world.RunnerController) front.Response {
	if err := q.ScopeToInstance(c); err != nil {
		return scopeError(err)
	}
	return front.Created(q.controllerScopeEntity(c.Instance))
}

func unscopeInstance(q request, c *world.RunnerController) front.Response {
	q.UnscopeInstance(c)
	return front.NoContent()
}

// scopedRunner is the runner of the path.
func (q request) scopedRunner() (*world.Runner, *front.Response) {
	id, _ := q.Params.Int("runner_id")
	if r := q.Runners.ByID(id); r != nil {
		return r, nil
	}
	return nil, noRecord().Because(fmt.Sprintf("there is no runner %d", id)).AsRefusal()
}

func scopeToRunner(q request, c *world.RunnerController) front.Response {
	r, refusal := q.scopedRunner()
	if refusal != nil {
		return *refusal
	}
	s, err := q.ScopeToRunner(c, r)
	if err != nil {
		return scopeError(err)
	}
	return front.Created(controllerRunnerEntity{r.ID, q.controllerScopeEntity(s)})
}

func unscopeRunner(q request, c *world.RunnerController) front.Response {
	r, refusal := q.scopedRunner()
	if refusal != nil {
		return *refusal
	}
	q.UnscopeRunner(c, r)
	return front.NoContent()
}
