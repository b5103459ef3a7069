package rest

// Impersonation tokens, with which administrators act as a user (lib/api/users.rb).

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/page"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func impersonationTokenRows() []row {
	id := []params.Param{{Name: "impersonation_token_id", Kind: params.Integer, Required: true}}
	listed := front.Declare(userOfTokens, page.Params(),
		[]params.Param{{Name: "state", Values: []string{"all", stateActive, stateInactive}, Default: "all"}})
	made := front.Declare(userOfTokens, []params.Param{{Name: "name", Required: true}}, expiry,
		[]params.Param{{Name: "scopes", Kind: params.CommaList}})
	one := front.Declare(userOfTokens, id)
	return []row{
		{endpoint: "GET " + impersonationTokens, scopes: profile, before: administrators, spec: listed,
			handle: listImpersonationTokens},
		{endpoint: "POST " + impersonationTokens, scopes: profile, before: administrators, spec: made,
			handle: createImpersonationToken},
		{endpoint: "GET " + impersonationToken, scopes: profile, before: administrators, spec: one,
			handle: getImpersonationToken},
		{endpoint: "DELETE " + impersonationToken, scopes: profile, before: administrators, spec: one,
			handle: revokeImpersonationToken},
	}
}

func listImpersonationTokens(q request) front.Response {
	u, refusal := q.findUser("user_id")
	if refusal != nil {
		return *refusal
	}
	state, _ := q.Params.String("state")
	rows := world.Filtered(q.Tokens.Rows, func(t *world.AccessToken) bool { return t.User == u && t.Impersonation },
		q.inState(state))
	return offsetPage(q, rows, false, q.impersonationToken)
}

func createImpersonationToken(q request) front.Response {
	u, refusal := q.findUser("user_id")
	if refusal != nil {
		return *refusal
	}
	draft := q.saidOfToken(u)
	draft.Impersonation = true
	t, err := q.CreateToken(draft)
	if err != nil {
		return modelError(err)
	}
	e := q.impersonationToken(t)
	e.Token = t.Token
	return front.Created(e)
}

// pathImpersonationToken finds the token of the path, or refuses with the 404: another kind of token is none.
func (q request) pathImpersonationToken() (*world.AccessToken, *front.Response) {
	u, refusal := q.findUser("user_id")
	if refusal != nil {
		return nil, refusal
	}
	id, _ := q.Params.Int("impersonation_token_id")
	if t := q.Tokens.ByID(id); t != nil && t.User == u && t.Impersonation {
		return t, nil
	}
	return nil, front.NotFound("Impersonation Token").
		Because(fmt.Sprintf("%s has no impersonation token %d", u.Username, id)).AsRefusal()
}

func getImpersonationToken(q request) front.Response {
	t, refusal := q.pathImpersonationToken()
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.impersonationToken(t))
}

func revokeImpersonationToken(q request) front.Response {
	t, refusal := q.pathImpersonationToken()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(t.CreatedAt); refusal != nil {
		return *refusal
	}
	q.RevokeToken(t)
	return front.NoContent()
}
