package rest

// Personal access tokens (lib/api/personal_access_tokens.rb, lib/api/personal_access_tokens/self_rotation.rb,
// lib/api/users.rb).

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func accessTokenRows() []row {
	return []row{
		{endpoint: "GET /personal_access_tokens", before: ownTokensAlone, spec: accessTokensSpec(),
			later: &front.LaterSpec{Since: gitlabversion.TokenExpiryFilters, Spec: accessTokensSpec(
				params.Param{Name: "expires_before", Kind: params.Date}, params.Param{Name: "expires_after", Kind: params.Date})},
			handle: listAccessTokens},
		{endpoint: "GET /personal_access_tokens/:id", before: ownTokensAlone, spec: front.Declare(tokenID),
			handle: getAccessToken},
		{endpoint: "POST /personal_access_tokens/:id/rotate", before: ownTokensAlone, spec: front.Declare(tokenID),
			later: rotationWithExpiry(tokenID), handle: rotateAccessToken},
		{endpoint: "POST /personal_access_tokens/self/rotate", since: since(gitlabversion.TokenSelfRotation),
			scopes: rotating, spec: front.Declare(expiry), handle: rotateOwnAccessToken},
		{endpoint: "DELETE /personal_access_tokens/:id", before: ownTokensAlone, spec: front.Declare(tokenID),
			handle: revokeAccessToken},
		{endpoint: "POST /users/:user_id/personal_access_tokens", scopes: profile, before: administrators,
			spec: newTokenSpec(userOfTokens, world.KnownScopes()), later: describedToken(userOfTokens, world.KnownScopes()),
			handle: createAccessToken},
		{endpoint: "POST /user/personal_access_tokens", scopes: profile, since: since(gitlabversion.OwnTokenCreation),
			spec: newTokenSpec(nil, ownTokenScopes), later: describedToken(nil, ownTokenScopes),
			handle: createOwnAccessToken},
	}
}

// rotating are the scopes beside api with which a token rotates itself.
var rotating = []string{"self_rotate"}

// ownTokenScopes are those of tokens that people make for themselves over the API.
var ownTokenScopes = []string{"k8s_proxy"}

var (
	tokenID      = []params.Param{{Name: "id", Kind: params.Integer, Required: true}}
	userOfTokens = []params.Param{{Name: "user_id", Kind: params.Integer, Required: true}}
	expiry       = []params.Param{{Name: "expires_at", Kind: params.Date}}
)

func accessTokensSpec(later ...params.Param) params.Spec {
	return listing([]params.Param{
		{Name: "user_id", Kind: params.Integer},
		{Name: "revoked", Kind: params.Boolean},
		{Name: "state", Values: []string{stateActive, stateInactive}},
		{Name: "created_before", Kind: params.DateTime},
		{Name: "created_after", Kind: params.DateTime},
		{Name: "last_used_before", Kind: params.DateTime},
		{Name: "last_used_after", Kind: params.DateTime},
	}, later, []params.Param{{Name: "search"}, {Name: "sort"}})
}

// The states that lists of tokens are narrowed by.
const (
	stateActive   = "active"
	stateInactive = "inactive"
)

func rotationWithExpiry(path []params.Param) *front.LaterSpec {
	return &front.LaterSpec{Since: gitlabversion.TokenRotationExpiry, Spec: front.Declare(path, expiry)}
}

func newTokenSpec(path []params.Param, scopes []string, described ...params.Param) params.Spec {
	return tokenSpec(path, params.CommaList, scopes, described...)
}

// tokenSpec is what is said of a new token, whose scopes are such a list.
func tokenSpec(path []params.Param, list params.Kind, scopes []string, described ...params.Param) params.Spec {
	return front.Declare(path, []params.Param{
		{Name: "name", Required: true},
		{Name: "scopes", Kind: list, Required: true, Values: scopes},
	}, described, expiry)
}

// describedToken is newTokenSpec of versions in which tokens have a description.
func describedToken(path []params.Param, scopes []string) *front.LaterSpec {
	return &front.LaterSpec{Since: gitlabversion.TokenDescription,
		Spec: newTokenSpec(path, scopes, params.Param{Name: "description"})}
}

// ownTokensAlone is the before block of tokens: who is no administrator and names a user names themselves.
func ownTokensAlone(q request) *front.Response {
	sent := q.Sent("user_id")
	if sent == "" || policy.AdminUsers(q.Actor).Allowed {
		return nil
	}
	id, _ := strconv.Atoi(sent) // what is none is no user's
	u, reason := q.Users.ByID(id), "there is no user "+sent
	if u != nil {
		d := q.OnUser(u, policy.ReadUserPersonalAccessTokens)
		if d.Allowed {
			return nil
		}
		reason = d.Reason
	}
	return q.unauthorized(reason).AsRefusal()
}

// unauthorized is a 401 of a caller who is known: GitLab does not tell what there is.
func (q request) unauthorized(reason string) front.Response {
	return front.Refuse(http.StatusUnauthorized, front.MsgUnauthorized).Because(reason)
}

func listAccessTokens(q request) front.Response {
	owner, all := q.User, policy.AdminUsers(q.Actor).Allowed
	if all {
		owner = nil
		if id, _ := q.Params.Int("user_id"); q.Params.Has("user_id") {
			if owner = q.Users.ByID(id); owner == nil {
				return front.Refuse(http.StatusNotFound, front.MsgNotFound).Because(fmt.Sprintf("there is no user %d", id))
			}
		}
	}
	rows := world.Filtered(q.Tokens.Rows, func(t *world.AccessToken) bool {
		return (owner == nil || t.User == owner) && (all || !t.Impersonation)
	}, q.wantedToken())
	order, _ := q.Params.String("sort")
	sortTokens(rows, order)
	return offsetPage(q, rows, false, q.accessTokenWithAddresses)
}

// inState tells whether a token is active or inactive, any for "". One that dies today is neither.
func (q request) inState(state string) func(*world.AccessToken) bool {
	now := q.Now()
	return func(t *world.AccessToken) bool {
		switch state {
		case stateActive:
			return t.LivesOn(now)
		case stateInactive:
			return t.Revoked || !t.ExpiresAt.IsZero() && now.Sub(t.ExpiresAt.Truncate(24*time.Hour)) >= 24*time.Hour
		}
		return true
	}
}

// wantedToken tells whether a token passes the filters of the list (app/finders/personal_access_tokens_finder.rb).
func (q request) wantedToken() func(*world.AccessToken) bool {
	state, _ := q.Params.String("state")
	revoked, byRevoked := q.Params.Bool("revoked")
	within := func(name string, read func(string) (time.Time, bool), of func(*world.AccessToken) time.Time,
	) func(*world.AccessToken) bool {
		before, byBefore := read(name + "_before")
		after, byAfter := read(name + "_after")
		return func(t *world.AccessToken) bool {
			at := of(t)
			return (!byBefore || !at.IsZero() && !at.After(before)) && (!byAfter || !at.IsZero() && !at.Before(after))
		}
	}
	created := within("created", q.Params.Time, func(t *world.AccessToken) time.Time { return t.CreatedAt })
	used := within("last_used", q.Params.Time, func(t *world.AccessToken) time.Time { return t.LastUsedAt })
	expires, inState, query := q.expiresWithin(), q.inState(state), q.searched()
	return func(t *world.AccessToken) bool {
		return inState(t) && (!byRevoked || t.Revoked == revoked) && created(t) && used(t) && expires(t) &&
			query.Matches(t.Name)
	}
}

// expiresWithin tells whether a token expires before the one day, and not before the other.
func (q request) expiresWithin() func(*world.AccessToken) bool {
	before, byBefore := q.Params.Date("expires_before")
	after, _ := q.Params.Date("expires_after") // nothing expires before the zero time
	if !q.Has(gitlabversion.TokenExpiryFilters) {
		byBefore, after = false, time.Time{}
	}
	return func(t *world.AccessToken) bool {
		return (!byBefore || !t.ExpiresAt.IsZero() && t.ExpiresAt.Before(before)) && !t.ExpiresAt.Before(after)
	}
}

// sortTokens orders by what is asked for; words that GitLab does not know ask for nothing (Sortable).
func sortTokens(rows []*world.AccessToken, order string) {
	column, descending := strings.CutSuffix(strings.TrimSuffix(order, "_id_desc"), "_desc")
	column = strings.TrimSuffix(strings.TrimSuffix(column, "_asc"), "_at")
	turn := 1
	if descending {
		turn = -1
	}
	var by func(a, b *world.AccessToken) int
	switch column {
	case "id", "created", "created_date", "updated":
		by = func(a, b *world.AccessToken) int { return turn * a.CreatedAt.Compare(b.CreatedAt) }
		if column == "id" {
			by = func(a, b *world.AccessToken) int { return turn * (a.ID - b.ID) }
		}
	case "name":
		by = func(a, b *world.AccessToken) int { return turn * strings.Compare(a.Name, b.Name) }
	case "expires":
		by = func(a, b *world.AccessToken) int { return turn * unsetLast(a.ExpiresAt, b.ExpiresAt) }
	case "last_used":
		by = func(a, b *world.AccessToken) int { return turn * unsetLast(a.LastUsedAt, b.LastUsedAt) }
	default:
		return
	}
	slices.SortStableFunc(rows, func(a, b *world.AccessToken) int { return cmp.Or(by(a, b), b.ID-a.ID) })
}

// unsetLast compares times as PostgreSQL does: one that is not set is the latest.
func unsetLast(a, b time.Time) int {
	switch {
	case a.IsZero() == b.IsZero():
		return a.Compare(b)
	case a.IsZero():
		return 1
	}
	return -1
}

// tokenFor finds the token of the path for those who may do this with the tokens of its user. Only administrators learn
// that there is none.
func (q request) tokenFor(may func(policy.Actor, policy.UserStanding) policy.Decision,
) (*world.AccessToken, *front.Response) {
	id, _ := q.Params.Int("id")
	t, reason := q.Tokens.ByID(id), fmt.Sprintf("there is no access token %d", id)
	if t != nil {
		d := q.OnUser(t.User, may)
		if d.Allowed {
			return t, nil
		}
		reason = d.Reason
	}
	if policy.AdminUsers(q.Actor).Allowed {
		return nil, front.Refuse(http.StatusNotFound, front.MsgNotFound).Because(reason).AsRefusal()
	}
	return nil, q.unauthorized(reason).AsRefusal()
}

func getAccessToken(q request) front.Response {
	t, refusal := q.tokenFor(policy.ReadUserPersonalAccessTokens)
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.accessTokenWithAddresses(t))
}

func rotateAccessToken(q request) front.Response {
	t, refusal := q.tokenFor(policy.ManageUserPersonalAccessToken)
	if refusal != nil {
		return *refusal
	}
	return q.rotated(t)
}

func rotateOwnAccessToken(q request) front.Response {
	if q.Token.OAuth != nil {
		return front.Refuse(http.StatusMethodNotAllowed, msgNotAllowed).Because(msgReasonOAuth)
	}
	return q.rotated(q.Token)
}

// rotated answers with the token that takes another's place.
func (q request) rotated(t *world.AccessToken) front.Response {
	expires, _ := q.Params.Date("expires_at")
	next, err := q.RotateToken(t, expires)
	if err != nil {
		return front.BadRequest(err.Error()).Because(err.Error())
	}
	return front.OK(q.madeToken(next))
}

func revokeAccessToken(q request) front.Response {
	id, _ := q.Params.Int("id")
	t := q.Tokens.ByID(id)
	if t == nil {
		return noRecord().Because(fmt.Sprintf("there is no access token %d", id))
	}
	if d := policy.RevokeToken(q.Actor, t.User == q.User, t.Impersonation); !d.Allowed {
		return front.Refuse(http.StatusBadRequest, front.MsgBadRequest).Because(d.Reason)
	}
	q.RevokeToken(t)
	return front.NoContent()
}

func createAccessToken(q request) front.Response {
	u, refusal := q.findUser("user_id")
	if refusal != nil {
		return *refusal
	}
	known := q.Scopes()
	t := q.saidOfToken(u)
	for _, scope := range t.Scopes {
		if !slices.Contains(known, scope) {
			return front.RefuseError(http.StatusBadRequest, msgScopesValue).
				Because(scope + " is no scope of this GitLab's tokens")
		}
	}
	if t.ExpiresAt.IsZero() {
		t.ExpiresAt = q.LatestTokenExpiry()
	}
	return q.createdToken(t)
}

// createOwnAccessToken makes a token for oneself, which by itself lives until tomorrow.
func createOwnAccessToken(q request) front.Response {
	t := q.saidOfToken(q.User)
	if t.ExpiresAt.IsZero() {
		t.ExpiresAt = q.Tomorrow()
	}
	return q.createdToken(t)
}

// saidOfToken is a new token as the parameters have it.
func (q request) saidOfToken(u *world.User) world.AccessToken {
	t := world.AccessToken{User: u}
	t.Name, _ = q.Params.String("name")
	t.Scopes, _ = q.Params.List("scopes")
	t.ExpiresAt, _ = q.Params.Date("expires_at")
	if q.Has(gitlabversion.TokenDescription) {
		t.Description, _ = q.Params.String("description")
	}
	return t
}

func (q request) createdToken(draft world.AccessToken) front.Response {
	t, err := q.CreateToken(draft)
	if err != nil {
		text := world.TokenSentence(err)
		return front.Refuse(http.StatusUnprocessableEntity, text).Because("GitLab's model refuses: " + text)
	}
	return front.Created(q.madeToken(t))
}
