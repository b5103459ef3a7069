package world

import (
	"cmp"
	"errors"
	"slices"
)

// TokenOf returns the value of a personal access token of a user with those scopes, ScopeAPI if there are none. It
// makes one at the first use; then it is always the same, also after Replace, until it is revoked or expires: then it
// makes another. The error is that there is no such user or scope.
func (st *State) TokenOf(username string, scopes []string) (string, error) {
	u, err := st.UserByName(username)
	if err != nil {
		return "", err
	}
	if len(scopes) == 0 {
		scopes = []string{ScopeAPI}
	}
	h := handedToken{u.Username, slices.Sorted(slices.Values(scopes))}
	name := TokenName(h.username, h.scopes)
	t := st.namedTokens[name]
	if t == nil || t.Revoked || t.Expired(st.Now()) {
		// Its value follows from its name alone, so that nobody else is given it after Replace.
		if t, err = st.addHanded(h, st.made.token(tokenKind{name, accessTokens.prefix})); err != nil {
			return "", err
		}
		setKey(st, &st.namedTokens, name, t)
	}
	if st.handed == nil {
		st.handed = map[string]handedToken{}
	}
	st.handed[t.Token] = h
	return t.Token, nil
}

// addHanded makes the access token that TokenOf hands out, or handed out before Replace.
func (st *State) addHanded(h handedToken, value string) (*AccessToken, error) {
	return st.AddAccessToken(AccessToken{Name: TokenName(h.username, h.scopes), Scopes: h.scopes, Token: value},
		h.username)
}

// AccessToken finds an access token by its value; nil if there is none. One that TokenOf made before Replace is found
// as long as there is such a user, but is in no table until Remake puts it there: being looked for changes nothing.
func (st *State) AccessToken(value string) *AccessToken {
	if t := st.tokenValues[value]; t != nil {
		return t
	}
	h := st.handed[value] // of another value it is nobody's
	u := st.UserNames[Key(h.username)]
	if u == nil || st.goneTokens[value] != "" {
		return nil
	}
	return &AccessToken{Name: TokenName(u.Username, h.scopes), Scopes: h.scopes, Token: value, User: u}
}

// Remake makes a token again that AccessToken found to be from before Replace, and returns its record and what takes
// that back. For any other token it does nothing.
func (st *State) Remake(t *AccessToken) (made *AccessToken, takeBack func()) {
	h, ok := st.handed[t.Token]
	if known := st.tokenValues[t.Token]; known != nil || !ok {
		return cmp.Or(known, t), func() {}
	}
	takeBack = st.retractably(func() {
		var err error
		if made, err = st.addHanded(h, t.Token); err != nil {
			made = t // its user is gone since it was found
			return
		}
		made.LastUsedAt, made.LastUsedIPs = t.LastUsedAt, t.LastUsedIPs
		if name := TokenName(h.username, h.scopes); st.namedTokens[name] == nil {
			setKey(st, &st.namedTokens, name, made)
		}
	})
	return made, takeBack
}

// AccessTokenByValue finds an access token for a person. The error does not repeat what may be a secret.
func (st *State) AccessTokenByValue(value string) (*AccessToken, error) {
	t := st.AccessToken(value)
	if t == nil {
		return nil, errors.New("no access token has that value")
	}
	if st.tokenValues[value] == nil { // of before a Reset
		return st.addHanded(st.handed[value], value)
	}
	return t, nil
}
