package world

import (
	"hash/fnv"
	"maps"
	"math/rand/v2"

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
	queueValues                = tokenKind{"queue", ""}
	shas                       = tokenKind{"sha", ""}
)

// The beginnings by which secrets are told apart.
const (
	// RegistrationTokenPrefix marks the registration tokens of groups and projects since the rotation of 2022.
	RegistrationTokenPrefix = "GR1348941"
	// createdRunnerPrefix marks the authentication tokens of runners whose Registration is ByUser.
	createdRunnerPrefix = "glrt-"
	// JobTokenPrefix marks the job tokens of GitLab 16.9 and later; a PRIVATE-TOKEN that begins so is skipped.
	JobTokenPrefix = "glcbt-"
)

// runnerTokenKind is the kind of a runner's authentication token, whose prefix says how the runner was made and, in
// later versions, its type.
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

// jobTokenKind is the kind of a job's token. 64 is the partition of the database that it is in.
func (st *State) jobTokenKind() tokenKind {
	const partition = "64_"
	if st.Has(gitlabversion.JobTokenPrefix) {
		return tokenKind{"job", JobTokenPrefix + partition}
	}
	return tokenKind{"job", partition}
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

// secret is the wanted secret or, if that is empty, a new one of a kind. A wanted one is noted, since it may be just
// what this tokenMaker would make next: the snapshot of another fake has such secrets.
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

// hex makes the next secret of a kind, here n hexadecimal digits.
func (m *tokenMaker) hex(k tokenKind, n int) string {
	r := m.source(k)
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789abcdef"[r.IntN(16)]
	}
	return string(b)
}

// clone is a copy whose sequences go on by themselves; secrets from outside are noted in both.
func (m *tokenMaker) clone() tokenMaker { return tokenMaker{maps.Clone(m.made), m.given} }
