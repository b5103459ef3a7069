package world

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// tokenKind is a kind of secret that GitLab makes: the name of its sequence, and what each begins with.
type tokenKind struct{ name, prefix string }

// The kinds of secrets, but for the tokens of runners (runnerTokenKind) and jobs (jobTokenKind).
var (
	accessTokens               = tokenKind{"access", "glpat-"}
	instanceRegistrationTokens = tokenKind{"instance registration", ""}
	registrationTokens         = tokenKind{"registration", RegistrationTokenPrefix}
	botNames                   = tokenKind{"bot", ""}
	deployKeys                 = tokenKind{"deploy key", ""}
	deployTokens               = tokenKind{"deploy", "gldt-"}
	triggerTokens              = tokenKind{"trigger", "glptt-"}
	queueValues                = tokenKind{"queue", ""}
	shas                       = tokenKind{"sha", ""}
	restoredPaths              = tokenKind{"restored path", ""}
	controllerTokens           = tokenKind{"runner controller", "glrct-"}
	uuids                      = tokenKind{"uuid", ""}
)

// The beginnings by which secrets are told apart.
const (
	// RegistrationTokenPrefix marks the registration tokens of groups and projects since the rotation of 2022.
	RegistrationTokenPrefix = "GR1348941"
	// createdRunnerPrefix marks the authentication tokens of runners whose Registration is ByUser.
	createdRunnerPrefix = "glrt-"
	// registeredRunnerPrefix marks those of the others, in versions with routable tokens.
	registeredRunnerPrefix = "glrtr-"
	// JobTokenPrefix marks the job tokens of GitLab 16.9 and later; a PRIVATE-TOKEN that begins so is skipped.
	JobTokenPrefix = "glcbt-"
)

// runnerTypeNumbers are the types of runners as GitLab's database has them (app/models/ci/runner.rb, runner_type).
var runnerTypeNumbers = map[RunnerType]int{InstanceRunner: 1, GroupRunner: 2, ProjectRunner: 3}

// runnerTokenKind is the kind of a runner's authentication token, whose prefix says how the runner was made and, in
// some versions, its type.
func (st *State) runnerTokenKind(r *Runner) tokenKind {
	prefix := ""
	switch {
	case r.Registration == ByUser:
		prefix = createdRunnerPrefix
	case st.Has(gitlabversion.RoutableRunnerTokens):
		prefix = registeredRunnerPrefix
	}
	if st.Has(gitlabversion.PartitionedTokens) {
		prefix += fmt.Sprintf("t%d_", runnerTypeNumbers[r.Type])
	}
	return tokenKind{"runner", prefix}
}

// jobTokenKind is the kind of a job's token. 64 is the partition of the database that it is in.
func (st *State) jobTokenKind() tokenKind {
	const partition = "64_"
	if st.Has(gitlabversion.JobTokenPrefix) {
		return tokenKind{"job", JobTokenPrefix + partition}
	}
	return tokenKind{"job", partition}
}

// newRunnerToken makes an authentication token for the runner. A routable one says in itself whose it is, which an
// orphaned runner cannot.
func (st *State) newRunnerToken(r *Runner) string {
	if token := st.pinnedToken(); token != "" {
		return token
	}
	k := st.runnerTokenKind(r)
	if st.Has(gitlabversion.RoutableRunnerTokens) && !r.Orphaned() {
		return st.made.routable(k, routingPayload(r))
	}
	return st.made.token(k)
}

// runnerSecret is the wanted authentication token of a runner or, if that is empty, a new one.
func (st *State) runnerSecret(r *Runner, wanted string) string {
	if wanted == "" {
		return st.newRunnerToken(r)
	}
	return st.secret(st.runnerTokenKind(r), wanted)
}

// DefaultOrganization is the id of the organization that everything of a self-managed instance is in.
const DefaultOrganization = 1

// routingPayload is what a routable token says of its runner, a letter and a number to the base of 36 in each line, by
// the letter: group, organization, project, type, user (app/models/ci/runner.rb, routable_token).
func routingPayload(r *Runner) string {
	var lines []string
	say := func(letter string, n int) { lines = append(lines, letter+":"+base36(n, 1)) }
	if r.Group != nil {
		say("g", r.Group.ID)
	}
	say("o", DefaultOrganization)
	if p := r.Owner(); p != nil {
		say("p", p.ID)
	}
	say("t", runnerTypeNumbers[r.Type])
	if r.Creator != nil {
		say("u", r.Creator.ID)
	}
	return strings.Join(lines, "\n")
}

// base36 writes a number with at least so many digits.
func base36(n, digits int) string {
	s := strconv.FormatInt(int64(n), 36)
	return strings.Repeat("0", max(0, digits-len(s))) + s
}

// tokenMaker makes secrets that are the same in every run. Each kind has a sequence of its own, so that one more of a
// kind changes no secret of another kind. A secret that was given from outside is never made again.
type tokenMaker struct {
	made  map[string]uint64 // how many, by the kind's name
	given map[string]bool   // the secrets that came from outside
}

// What a token consists of after its prefix.
const (
	tokenLength   = 20
	tokenAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// source is the source of chance for the next secret of a kind.
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

// routable makes the next secret of a kind in the form that names what it is for: the prefix; random bytes, a payload
// and its length in base64; a version; and that base64's length with a checksum of all before it
// (lib/authn/token_field/generator/routable_token.rb).
func (m *tokenMaker) routable(k tokenKind, payload string) string {
	const randomBytes, version, lengthDigits, checksumDigits = 16, "01", 2, 7
	for {
		r := m.source(k)
		b := make([]byte, randomBytes, randomBytes+len(payload)+1)
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		b = append(append(b, payload...), byte(len(payload)))
		encoded := base64.RawURLEncoding.EncodeToString(b)
		t := k.prefix + encoded + "." + version + "." + base36(len(encoded), lengthDigits)
		t += base36(int(crc32.ChecksumIEEE([]byte(t))), checksumDigits)
		if !m.given[t] {
			return t
		}
	}
}

// secret is the wanted secret or, if that is empty, a new one of a kind. A wanted one is noted, since it may be just
// what this tokenMaker would make next: the snapshot of another fake has such secrets.
func (st *State) secret(k tokenKind, wanted string) string {
	if wanted == "" {
		return st.made.token(k)
	}
	if !st.made.given[wanted] {
		put(&st.made.given, wanted, true)
		st.onUndo(func() { delete(st.made.given, wanted) })
	}
	return wanted
}

// hex makes the next secret of a kind: here its prefix and n hexadecimal digits.
func (m *tokenMaker) hex(k tokenKind, n int) string {
	for {
		r := m.source(k)
		b := make([]byte, n)
		for i := range b {
			b[i] = "0123456789abcdef"[r.IntN(16)]
		}
		if t := k.prefix + string(b); !m.given[t] {
			return t
		}
	}
}

// newBotName is the username of a bot of that project or group, of words that the next secrets are, which nobody has: a
// seed that is the snapshot of another fake has the first ones.
func (st *State) newBotName(of string, next func() string) string {
	for {
		if name := of + "_bot_" + next(); st.UserNames[Key(name)] == nil {
			return name
		}
	}
}

// clone is a copy whose sequences go on by themselves; secrets from outside are noted in both.
func (m *tokenMaker) clone() tokenMaker { return tokenMaker{maps.Clone(m.made), m.given} }
