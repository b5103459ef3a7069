package fakegitlab

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
	registrationTokens         = tokenKind{"registration", registrationTokenPrefix}
	botNames                   = tokenKind{"bot", ""}
	queueValues                = tokenKind{"queue", ""}
	shas                       = tokenKind{"sha", ""}
)

const (
	// registrationTokenPrefix marks the registration tokens of groups and projects since the rotation of 2022.
	registrationTokenPrefix = "GR1348941"
	// createdRunnerPrefix marks the authentication tokens of runners made by a user.
	createdRunnerPrefix = "glrt-"
	// jobTokenPrefix marks job tokens; a PRIVATE-TOKEN that begins so is skipped.
	jobTokenPrefix = "glcbt-"
)

// runnerTokenKind is the kind of a runner's authentication token, whose prefix says how the runner was made and, in later
// versions, its type.
func (st *state) runnerTokenKind(t RunnerType, r Registration) tokenKind {
	prefix := ""
	if r == ByUser {
		prefix = createdRunnerPrefix
	}
	if st.has(gitlabversion.PartitionedTokens) {
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
func (st *state) secret(k tokenKind, wanted string) string {
	if wanted == "" {
		return st.made.token(k)
	}
	if !st.made.given[wanted] {
		if st.made.given == nil {
			st.made.given = map[string]bool{}
		}
		st.made.given[wanted] = true
		st.onUndo(func() { delete(st.made.given, wanted) })
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
	scopeAPI          = "api"
	scopeReadAPI      = "read_api"
	scopeReadUser     = "read_user"
	scopeManageRunner = "manage_runner"
	scopeCreateRunner = "create_runner"
	scopeAdminMode    = "admin_mode"
	scopeSudo         = "sudo"
)

// knownScopes are the scopes of access tokens (lib/gitlab/auth.rb). Those of a later version can be seeded in every one, so
// that one world serves tests against several; where GitLab does not know a scope it opens nothing.
var knownScopes = []string{scopeAPI, scopeReadAPI, scopeReadUser, scopeCreateRunner, scopeManageRunner, scopeAdminMode, scopeSudo,
	"k8s_proxy", "read_repository", "write_repository", "read_registry", "write_registry", "ai_features", "ai_workflows",
	"read_service_ping", "self_rotate", "read_observability", "write_observability", "read_virtual_registry", "write_virtual_registry"}

// tokenOf is the user's token with those scopes, made at the first use.
func (st *state) tokenOf(username string, scopes []string) (string, error) {
	u, err := st.userByName(username)
	if err != nil {
		return "", err
	}
	if len(scopes) == 0 {
		scopes = []string{scopeAPI}
	}
	sortedScopes := slices.Sorted(slices.Values(scopes))
	name := tokenName(u.Username, sortedScopes)
	t := st.namedTokens[name]
	if t == nil {
		// Its value follows from its name alone, so that nobody else is given it after a Reset.
		value := st.made.token(tokenKind{name, accessTokens.prefix})
		if t, err = st.addAccessToken(accessToken{Name: name, Scopes: sortedScopes, Token: value}, u.Username); err != nil {
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

// accessToken finds an access token by its value, nil if there is none. One that Token made before a Reset is made again at its
// first use, if there still is such a user.
func (st *state) accessToken(value string) *accessToken {
	if h, ok := st.handed[value]; ok && st.tokenValues[value] == nil {
		_, _ = st.tokenOf(h.username, h.scopes)
	}
	return st.tokenValues[value]
}

// resetInstanceRegistrationToken gives the instance a new registration token.
func (st *state) resetInstanceRegistrationToken() string {
	st.settings.RegistrationToken = st.made.token(instanceRegistrationTokens)
	return st.settings.RegistrationToken
}

// resetRegistrationToken puts a new token in the place of a group's or project's.
func (st *state) resetRegistrationToken(token *string) string {
	*token = st.made.token(registrationTokens)
	return *token
}

// registrarKnown reports whether valid_runner_registrars has a kind of registration token.
func (st *state) registrarKnown(kind string) bool {
	return st.settings.ValidRegistrars == nil || slices.Contains(st.settings.ValidRegistrars, kind)
}

// use notes that a token opened something.
func (st *state) use(t *accessToken) { t.lastUsedAt = st.now() }

// revoke ends a token (app/services/personal_access_tokens/revoke_service.rb).
func (st *state) revoke(t *accessToken) { t.Revoked = true }
