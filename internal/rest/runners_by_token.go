package rest

// The runner that calls with its authentication token, and what it says of itself (lib/api/ci/helpers/runner.rb). Calls
// about the runner and requests for a job have that in common.

import (
	"fmt"
	"net/http"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// currentRunner finds the runner of the token parameter (authenticate_runner!). A dead or unknown token is a 403
// without a text; some versions refuse that of an orphaned runner as well, with a text.
func (q request) currentRunner() (*world.Runner, *front.Response) {
	token, _ := q.Params.String(front.ParamToken)
	if r := q.RunnerByToken(token); r != nil {
		q.Record.RunnerID = r.ID
		if r.Orphaned() && q.Has(gitlabversion.OrphanedRunnersForbidden) {
			return nil, front.Forbidden(msgRunnerOrphaned, whyOrphaned(r)).AsRefusal()
		}
		return r, nil
	}
	why := "no runner has that authentication token"
	if r := q.RunnerTokens[token]; r != nil {
		why = fmt.Sprintf("the token of runner %d expired at %s", r.ID, r.TokenExpiresAt.Format(time.RFC3339))
	}
	q.Record.RunnerID = 0
	return nil, front.Forbidden("", why).AsRefusal()
}

// ownedRunner is currentRunner for the endpoints that make the manager's record, which some versions cannot make for an
// orphaned runner.
func (q request) ownedRunner() (*world.Runner, *front.Response) {
	r, refusal := q.currentRunner()
	if refusal == nil && r.Orphaned() && q.Has(gitlabversion.OrphanedRunners) {
		refusal = front.Refuse(http.StatusUnprocessableEntity, msgRunnerOrphaned).Because(whyOrphaned(r)).AsRefusal()
	}
	return r, refusal
}

// whyOrphaned is the reason of a refusal because a runner is orphaned.
func whyOrphaned(r *world.Runner) string {
	return fmt.Sprintf("the group or projects of runner %d are gone", r.ID)
}

// checkSystemID is what comes of a system id that no manager's record can have. GitLab makes the record with save!
// and rescues nothing (app/models/ci/runner.rb, ensure_manager).
func (q request) checkSystemID() *front.Response {
	if !q.Params.Has("system_id") {
		return nil
	}
	id, _ := q.Params.String("system_id")
	if err := world.CheckSystemID(id); err != nil {
		return gitlabFails(err.Error())
	}
	return nil
}

// contact reads what the runner says of itself.
func (q request) contact() world.Contact {
	c := world.Contact{Address: q.Address()}
	c.SystemID, _ = q.Params.String("system_id")
	said := &world.Manager{}
	info, _ := q.Params.Hash("info")
	for name, field := range map[string]*string{"version": &said.Version, "revision": &said.Revision,
		"platform": &said.Platform, "architecture": &said.Architecture, "executor": &said.Executor} {
		*field, _ = info.String(name)
	}
	c.Info = said
	return c
}
