package front

// Within the authentication: what a fine-grained access token may do (lib/api/api_guard.rb,
// app/services/authz/tokens/authorize_granular_scopes_service.rb).

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// authorizeGranular is the refusal of a fine-grained token that may not do what is asked, or nil.
func (q *Request) authorizeGranular() *Response {
	who := "the token of " + q.Token.User.Username
	switch {
	case !q.Has(gitlabversion.GranularTokens):
		return insufficientGranularScope(msgGranularOff, who+" is a fine-grained one"+q.laterScopes(q.Token))
	case q.route.Granular == nil:
		return insufficientGranularScope(msgGranularUnsupported, who+" is a fine-grained one")
	}
	b, known := q.boundary()
	if !known {
		return Refuse(http.StatusNotFound, MsgNotFound).
			Because("there is nothing at which a fine-grained token could have permissions").AsRefusal()
	}
	refusal, why := q.GranularRefusal(b, q.route.Granular.Public, q.route.Granular.Permissions...)
	switch refusal {
	case "":
		return nil
	case MsgNotFound:
		return Refuse(http.StatusNotFound, MsgNotFound).Because(why).AsRefusal()
	}
	return insufficientGranularScope(refusal, why)
}

// GranularRefusal is what GitLab says to the fine-grained token of the request where it has not the permissions that
// are needed at a boundary, and why; "" where it has them. open says that what is public is open without them.
func (q *Request) GranularRefusal(b world.Boundary, open bool, needed ...string) (text, why string) {
	at := q.tokenBoundary(b, open)
	d := policy.UseGranularToken(q.Actor, at, needed)
	if d.Allowed {
		return "", ""
	}
	if seen := q.seesBoundary(b); !seen.Allowed {
		return MsgNotFound, seen.Reason
	}
	return fmt.Sprintf(msgfGranularMissing, at.Kind, strings.Join(at.Missing(needed), ", ")), d.Reason
}

// insufficientGranularScope is the 403 of a fine-grained token.
func insufficientGranularScope(text, reason string) *Response {
	r := Response{Status: http.StatusForbidden, Bare: true,
		Body: oauthErrorBody{Error: errInsufficientGranularScope, Description: text}}.Because(reason)
	return &r
}

// boundary finds where the permissions are needed; it is unknown if there is nothing of that name.
func (q *Request) boundary() (b world.Boundary, known bool) {
	switch q.route.Granular.At {
	case AtUser:
		return world.Boundary{Access: world.AccessUser}, true
	case AtProject:
		b.Project = q.ProjectByRef(q.Vars["id"])
		return b, b.Project != nil
	case AtGroup:
		b.Group = q.GroupByRef(q.Vars["id"])
		return b, b.Group != nil
	case AtRunner:
		r := q.runnerOfPath()
		if r == nil || r.Orphaned() {
			return b, false
		}
		return RunnerBoundary(r), true
	}
	return world.Boundary{Access: world.AccessInstance}, true
}

// RunnerBoundary is where a fine-grained token needs what it needs for a runner: at its owner project, its group or the
// instance.
func RunnerBoundary(r *world.Runner) world.Boundary {
	if r.Type == world.InstanceRunner {
		return world.Boundary{Access: world.AccessInstance}
	}
	return world.Boundary{Project: r.Owner(), Group: r.Group}
}

// runnerOfPath finds the runner that the path has as :id; nil if there is none.
func (q *Request) runnerOfPath() *world.Runner {
	id, err := strconv.Atoi(q.Vars["id"])
	if err != nil || !world.IsNumber(q.Vars["id"]) {
		return nil
	}
	return q.Runners.ByID(id)
}

// tokenBoundary is a boundary as policy knows it; open says that what is wanted there is open to all who see it if it
// is public.
func (q *Request) tokenBoundary(b world.Boundary, open bool) policy.TokenBoundary {
	out := policy.TokenBoundary{Permissions: q.Token.PermissionsAt(b)}
	visibility := world.Private
	switch {
	case b.Project != nil:
		out.Kind, out.Where, visibility = "project", b.Project.Path, b.Project.Visibility
	case b.Group != nil:
		out.Kind, out.Where, visibility = "group", "group "+b.Group.Path, b.Group.Visibility
	default:
		out.Kind, out.Where = string(b.Access), "the "+string(b.Access)
	}
	out.Open = open && visibility == world.Public
	return out
}

// seesBoundary says whether the user may know of a boundary.
func (q *Request) seesBoundary(b world.Boundary) policy.Decision {
	switch {
	case b.Project != nil:
		return q.OnProject(b.Project, policy.ReadProject)
	case b.Group != nil:
		return q.OnGroup(b.Group, policy.ReadGroup)
	}
	return policy.Decision{Allowed: true}
}
