package world

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// pins are the ids and tokens that the next records and tokens that requests make are to have, in their order. What
// seeds and changes for a test make, all of which is done Atomically, leaves them alone.
type pins struct {
	ids    []pin[int]
	tokens []pin[string]
	missed []string // problems: what was taken meanwhile
}

type pin[T comparable] struct {
	value T
	at    string // where the test said so, for messages: " at op_test.go:113"
}

func pinned[T comparable](list []pin[T], value T) bool {
	return slices.ContainsFunc(list, func(p pin[T]) bool { return p.value == value })
}

// PinID has the next runner, job, user, access token, group or project that a request makes get that id, after those
// pinned before. The error is that it cannot: a runner has it. Records of other kinds have ids of their own, as in
// GitLab. at is where the test says so, for messages: " at op_test.go:113", or "".
func (st *State) PinID(id int, at string) error {
	switch {
	case id <= 0:
		return fmt.Errorf("%d is no ID, which is 1 or more", id)
	case id > maxID:
		return fmt.Errorf("%d is too large for an ID, at most %d", id, maxID)
	case has(st.Runners, id):
		return fmt.Errorf("the ID is taken by runner %d, which exists", id)
	case pinned(st.pins.ids, id):
		return errors.New("the ID is already that of an earlier record to come")
	}
	st.pins.ids = append(st.pins.ids, pin[int]{id, at})
	return nil
}

// PinToken has the next token that a request makes be that one, after those pinned before: a runner's, a registration
// token or an access token. The error is that it cannot. at is as for PinID.
func (st *State) PinToken(token, at string) error {
	odd := func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }
	switch {
	case token == "" || strings.ContainsFunc(token, odd):
		return fmt.Errorf("%q is no token: it is empty or has blanks", token)
	case st.tokenTaken(token):
		return errors.New("the token is taken")
	case pinned(st.pins.tokens, token):
		return errors.New("the token is already that of an earlier one to come")
	}
	st.pins.tokens = append(st.pins.tokens, pin[string]{token, at})
	return nil
}

func (st *State) tokenTaken(token string) bool {
	holder := st.registrationTokens[token]
	return st.tokenValues[token] != nil || st.RunnerTokens[token] != nil || st.JobTokens[token] != nil ||
		token == st.Settings.RegistrationToken || holder != nil && *holder == token
}

// pinnedID is the next pinned id, for a record of that table; 0 if there is none, or it is no request that asks.
func pinnedID[T Row](st *State, t *table[T]) int {
	if st.undoing || len(st.pins.ids) == 0 {
		return 0
	}
	next := st.pins.ids[0]
	st.pins.ids = st.pins.ids[1:]
	if has(*t, next.value) {
		st.pins.missed = append(st.pins.missed, fmt.Sprintf("NextID(%d)%s: when its turn came, the ID was taken", next.value,
			next.at))
		return 0
	}
	return next.value
}

// pinnedToken is the next pinned token; "" if there is none, or it is no request that asks.
func (st *State) pinnedToken() string {
	if st.undoing || len(st.pins.tokens) == 0 {
		return ""
	}
	next := st.pins.tokens[0]
	token := next.value
	st.pins.tokens = st.pins.tokens[1:]
	if st.tokenTaken(token) {
		st.pins.missed = append(st.pins.missed, fmt.Sprintf("NextToken(%q)%s: when its turn came, the token was taken", token,
			next.at))
		return ""
	}
	if st.made.given == nil {
		st.made.given = map[string]bool{}
	}
	st.made.given[token] = true
	return token
}

// PinProblems says what has become of pins that no request has made use of.
func (st *State) PinProblems() []string {
	problems := append([]string(nil), st.pins.missed...)
	for _, id := range st.pins.ids {
		problems = append(problems, fmt.Sprintf("NextID(%d)%s was never used: no request made what has an ID", id.value,
			id.at))
	}
	for _, token := range st.pins.tokens {
		problems = append(problems, fmt.Sprintf("NextToken(%q)%s was never used: no request made a token", token.value,
			token.at))
	}
	return problems
}
