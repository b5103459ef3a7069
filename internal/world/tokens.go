package world

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// tokenKind is a kind of secret that GitLab makes, by its prefix and purpose.
type tokenKind struct{ name, prefix string }

var (
	accessTokens               = tokenKind{"access", "glpat-"}
	jobTokens                  = tokenKind{"job", "glcbt-64_"}
	instanceRegistrationTokens = tokenKind{"instance registration", ""}
	registrationTokens         = tokenKind{"registration", RegistrationTokenPrefix}
	botNames                   = tokenKind{"bot", ""}
	queueValues                = tokenKind{"queue", ""}
	shas                       = tokenKind{"sha", ""}
)

const (
	// RegistrationTokenPrefix marks the registration tokens of groups and projects since the rotation of 2022.
	RegistrationTokenPrefix = "GR1348941"
	// createdRunnerPrefix marks the authentication tokens of runners made by a user.
	createdRunnerPrefix = "glrt-"
	// JobTokenPrefix marks job tokens; a PRIVATE-TOKEN that begins so is skipped.
	JobTokenPrefix = "glcbt-"
)

// runnerTokenKind is the kind of a runner's authentication token, whose prefix says how the runner was made and, in later
// versions, its type.
func (st *State) runnerTokenKind(t RunnerType, r Registration) tokenKind {
	prefix := ""
	if r == ByUser {
		prefix = createdRunnerPrefix
	}
	if st.Has(gitlabversion.PartitionedTokens) {
		prefix += map[RunnerType]string{InstanceRunner: "t1_", GroupRunner: "t2_", ProjectRunner: "t3_"}[t]
	}
	return tokenKind{"runner", prefix}
}

// tokenMaker makes secrets that are the same in every run: each kind has a sequence of its own, so that one call more of
// one kind changes none of another. What was given from outside is never made again.
type tokenMaker struct {
	made  map[string]uint64
	given map[string]bool
}

const (
	tokenLength   = 20
	tokenAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

func (m *tokenMaker) source(k tokenKind) *rand.Rand {
	if m.made == nil {
		m.made = map[string]uint64{}
	}
	m.made[k.name]++
	h := fnv.New64a()
	_, _ = h.Write([]byte(k.name))
	return rand.New(rand.NewPCG(h.Sum64(), m.made[k.name]))
}

// token makes the next secret of a kind: its prefix and 20 characters.
func (m *tokenMaker) token(k tokenKind) string {
	for {
		r := m.source(k)
		b := make([]byte, tokenLength)
		for i := range b {
			b[i] = tokenAlphabet[r.IntN(len(tokenAlphabet))]
		}
		if t := k.prefix + string(b); !m.given[t] {
			return t
		}
	}
}

// secret is the wanted secret or, if none is wanted, a new one of a kind. A snapshot of another fake has secrets that this
// one would make next; they must not come twice.
func (st *State) secret(k tokenKind, wanted string) string {
	if wanted == "" {
		return st.made.token(k)
	}
	if !st.made.given[wanted] {
		if st.made.given == nil {
			st.made.given = map[string]bool{}
		}
		st.made.given[wanted] = true
		st.OnUndo(func() { delete(st.made.given, wanted) })
	}
	return wanted
}

// hex makes the next string of n hexadecimal digits of a kind.
func (m *tokenMaker) hex(k tokenKind, n int) string {
	r := m.source(k)
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789abcdef"[r.IntN(16)]
	}
	return string(b)
}

// clone is a copy with sequences of its own.
func (m *tokenMaker) clone() tokenMaker { return tokenMaker{maps.Clone(m.made), m.given} }

// The scopes of access tokens that open something here.
const (
	ScopeAPI          = "api"
	ScopeReadAPI      = "read_api"
	ScopeReadUser     = "read_user"
	ScopeManageRunner = "manage_runner"
	ScopeCreateRunner = "create_runner"
	ScopeAdminMode    = "admin_mode"
	ScopeSudo         = "sudo"
)

// knownScopes are the scopes of access tokens (lib/gitlab/auth.rb). Those of a later version can be seeded in every one, so
// that one world serves tests against several; where GitLab does not know a scope it opens nothing.
var knownScopes = []string{ScopeAPI, ScopeReadAPI, ScopeReadUser, ScopeCreateRunner, ScopeManageRunner, ScopeAdminMode, ScopeSudo,
	"k8s_proxy", "read_repository", "write_repository", "read_registry", "write_registry", "ai_features", "ai_workflows",
	"read_service_ping", "self_rotate", "read_observability", "write_observability", "read_virtual_registry", "write_virtual_registry"}

// TokenOf is the user's token with those scopes, made at the first use.
func (st *State) TokenOf(username string, scopes []string) (string, error) {
	u, err := st.UserByName(username)
	if err != nil {
		return "", err
	}
	if len(scopes) == 0 {
		scopes = []string{ScopeAPI}
	}
	sortedScopes := slices.Sorted(slices.Values(scopes))
	name := TokenName(u.Username, sortedScopes)
	t := st.namedTokens[name]
	if t == nil {
		// Its value follows from its name alone, so that nobody else is given it after a Reset.
		value := st.made.token(tokenKind{name, accessTokens.prefix})
		if t, err = st.AddAccessToken(AccessToken{Name: name, Scopes: sortedScopes, Token: value}, u.Username); err != nil {
			return "", err
		}
		setKey(st, st.namedTokens, name, t)
	}
	if st.handed == nil {
		st.handed = map[string]handedToken{}
	}
	st.handed[t.Token] = handedToken{u.Username, sortedScopes}
	return t.Token, nil
}

// AccessToken finds an access token by its value, nil if there is none. One that Token made before a Reset is made again at its
// first use, if there still is such a user.
func (st *State) AccessToken(value string) *AccessToken {
	if h, ok := st.handed[value]; ok && st.tokenValues[value] == nil {
		_, _ = st.TokenOf(h.username, h.scopes)
	}
	return st.tokenValues[value]
}

// ResetInstanceRegistrationToken gives the instance a new registration token.
func (st *State) ResetInstanceRegistrationToken() string {
	st.Settings.RegistrationToken = st.made.token(instanceRegistrationTokens)
	return st.Settings.RegistrationToken
}

// ResetRegistrationToken puts a new token in the place of a group's or project's.
func (st *State) ResetRegistrationToken(token *string) string {
	*token = st.made.token(registrationTokens)
	return *token
}

// RegistrarKnown reports whether valid_runner_registrars has a kind of registration token.
func (st *State) RegistrarKnown(kind string) bool {
	return st.Settings.ValidRegistrars == nil || slices.Contains(st.Settings.ValidRegistrars, kind)
}

// Use notes that a token opened something.
func (st *State) Use(t *AccessToken) { t.LastUsedAt = st.Now() }

// Revoke ends a token (app/services/personal_access_tokens/revoke_service.rb).
func (st *State) Revoke(t *AccessToken) { t.Revoked = true }
