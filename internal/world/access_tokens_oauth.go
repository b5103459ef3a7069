package world

import (
	"slices"
	"time"
)

// Access tokens of OAuth (app/models/oauth_access_token.rb). They have ids of their own, are in no list of access
// tokens, and no seed has them.

// OAuthLife is how long an access token of OAuth lives (config/initializers/doorkeeper.rb).
const OAuthLife = 2 * time.Hour

// The kinds of secrets that OAuth gives out, and how many hexadecimal digits each has.
var (
	oauthTokens   = tokenKind{"oauth", ""}
	refreshTokens = tokenKind{"oauth refresh", ""}
)

const oauthDigits = 64

// GrantOAuth makes an access token of OAuth.
func (st *State) GrantOAuth(u *User, scopes []string) *AccessToken {
	value := st.pinnedToken()
	if value == "" {
		value = st.made.hex(oauthTokens, oauthDigits)
	}
	t := &AccessToken{Token: value, User: u, Scopes: slices.Clone(scopes), CreatedAt: st.Now(),
		OAuth: &OAuth{RefreshToken: st.made.hex(refreshTokens, oauthDigits), Life: OAuthLife}}
	put(&st.tokenValues, t.Token, t)
	return t
}

// RefreshOAuth revokes the access token that a refresh token came with, and makes one in its place; nil if there is
// none that has not been revoked.
func (st *State) RefreshOAuth(refresh string) *AccessToken {
	for _, t := range st.tokenValues {
		if t.OAuth != nil && t.OAuth.RefreshToken == refresh && !t.Revoked {
			st.RevokeToken(t)
			return st.GrantOAuth(t.User, t.Scopes)
		}
	}
	return nil
}
