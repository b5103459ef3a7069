package world

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Personal access tokens that requests make (app/models/personal_access_token.rb, app/services/personal_access_tokens).

const (
	// longestTokenLife is how far the day may be on which a new token expires.
	longestTokenLife = 365 * day
	// rotatedTokenLife is how long a token lives that has taken another's place.
	rotatedTokenLife = 7 * day
)

// today is the day that it is, in UTC.
func (st *State) today() time.Time { return st.Now().Truncate(day) }

// LatestTokenExpiry is the last day on which a token that is made today may expire, and on which one does of which
// nothing is said.
func (st *State) LatestTokenExpiry() time.Time { return st.today().Add(longestTokenLife) }

// Tomorrow is the day after the one that it is.
func (st *State) Tomorrow() time.Time { return st.today().Add(day) }

// registryScopes are known where there is a registry.
var registryScopes = []string{"read_registry", "write_registry"}

// scopeSince are the differences that brought scopes which not every version knows.
var scopeSince = map[string]gitlabversion.Difference{
	ScopeManageRunner: gitlabversion.ManageRunnerScope, ScopeGranular: gitlabversion.GranularTokens}

// ScopeSince is the difference between versions that brought a scope; false for one that was always there.
func ScopeSince(scope string) (gitlabversion.Difference, bool) {
	d, dated := scopeSince[scope]
	return d, dated
}

// Scopes are those that this GitLab gives to tokens which requests make (lib/gitlab/auth.rb, all_available_scopes).
func (st *State) Scopes() []string {
	return Filtered(knownScopes, func(scope string) bool {
		d, dated := ScopeSince(scope)
		return scope != ScopeGranular && (!dated || st.Has(d)) &&
			(st.Settings.RegistryHost != "" || !slices.Contains(registryScopes, scope))
	})
}

// KnownScopes are the scopes of all versions.
func KnownScopes() []string { return slices.Clone(knownScopes) }

// CreateToken makes a personal access token of a draft without an id and a value; the error is an *Invalid.
func (st *State) CreateToken(t AccessToken) (*AccessToken, error) {
	if err := st.checkNewToken(t); err != nil {
		return nil, err
	}
	if t.Token = st.pinnedToken(); t.Token == "" {
		t.Token = st.Settings.Attribute(settingTokenPrefix) +
			strings.TrimPrefix(st.made.token(accessTokens), accessTokens.prefix)
	}
	t.ID, t.CreatedAt = assignID(st, &st.Tokens, 0), st.Now()
	add(st, &st.Tokens, &t)
	setKey(st, &st.tokenValues, t.Token, &t)
	return &t, nil
}

// checkNewToken is the model's validation of a token that is to be made.
func (st *State) checkNewToken(t AccessToken) error {
	var v Invalid
	if strings.TrimSpace(t.Name) == "" {
		v.Add(attrName, msgBlank)
	}
	if len(t.Scopes) == 0 {
		v.Add(attrScopes, msgBlank)
	}
	if t.ExpiresAt.IsZero() {
		v.Add(attrExpiresAt, msgBlank)
	}
	known := st.Scopes()
	if slices.ContainsFunc(t.Scopes, func(s string) bool {
		return !slices.Contains(known, s) && !t.IsGranular() && t.RotatedFrom == 0
	}) {
		v.Add(attrScopes, msgUnknownScopes)
	}
	if latest := st.LatestTokenExpiry(); t.ExpiresAt.After(latest) {
		v.Add(attrExpiresAt, fmt.Sprintf(msgfExpiryTooFar, latest.Format(time.DateOnly)))
	}
	return v.orNil()
}

// TokenSentence is what CreateToken refuses, in one sentence.
func TokenSentence(err error) string {
	v, ok := err.(*Invalid)
	if !ok {
		return err.Error()
	}
	var said []string
	for _, p := range v.Problems {
		if p.Attribute == attrExpiresAt {
			said = append(said, humanExpiry+" "+p.Text)
			continue
		}
		said = append(said, p.sentence())
	}
	return toSentence(said)
}

// RotateToken revokes a token and makes another in its place, which expires on a day, or in a week where that is zero.
// The error is why not, in GitLab's words; then the token lives on
// (app/services/personal_access_tokens/rotate_service.rb).
func (st *State) RotateToken(t *AccessToken, expires time.Time) (*AccessToken, error) {
	if t.Revoked {
		return nil, errors.New(msgAlreadyRevoked)
	}
	if expires.IsZero() || !st.Has(gitlabversion.TokenRotationExpiry) {
		expires = st.today().Add(rotatedTokenLife)
	}
	next, err := st.CreateToken(AccessToken{Name: t.Name, Description: t.Description, User: t.User, Scopes: t.Scopes,
		Grants: t.Grants, ExpiresAt: expires, Impersonation: t.Impersonation, Project: t.Project, Group: t.Group,
		Role: t.Role, RotatedFrom: t.ID})
	if err != nil {
		return nil, errors.New(TokenSentence(err))
	}
	st.RevokeToken(t)
	return next, nil
}

// RevokeFamily revokes what has come of a token by rotation, however often it was rotated, and is still active: one
// that has expired stays as it is, and so can be rotated
// (app/services/personal_access_tokens/revoke_token_family_service.rb). One of OAuth has no id that others could name.
func (st *State) RevokeFamily(t *AccessToken) {
	if t.OAuth != nil || !st.Has(gitlabversion.TokenFamilyRevoked) {
		return
	}
	family := map[int]bool{t.ID: true}
	for grown := true; grown; { // in a seed, ids need not go up from one to the next
		grown = false
		for _, next := range st.Tokens.Rows {
			if family[next.RotatedFrom] && !family[next.ID] {
				family[next.ID], grown = true, true
				if next.LivesOn(st.Now()) {
					st.RevokeToken(next)
				}
			}
		}
	}
}
