// Package tokenmodel tests the life of access tokens against a model of it: random people make, use, rotate and revoke
// tokens while days pass and users are blocked, and each answer, and what is left of each token, is held against what
// the model says. It is run as any test; -rapid.checks=10000 tells more stories.
package tokenmodel

import (
	"slices"
	"time"
)

// What follows says once more, in the plainest way and without a look at the fake, what becomes of personal access
// tokens in GitLab 17.2.

type person struct {
	name    string
	id      int
	admin   bool
	blocked bool
}

type token struct {
	id      int
	secret  string
	of      *person
	scopes  []string
	expires time.Time // at the beginning of that day, in UTC
	revoked bool
	next    *token // that took its place
}

type model struct {
	today  time.Time
	people []*person
	tokens []*token // by id
}

func (m *model) expired(t *token) bool { return !m.today.Before(t.expires) }

func (m *model) active(t *token) bool { return !t.revoked && !m.expired(t) }

// signIn is how a token is refused before anything else is asked, 0 if it is not. opening are the scopes that will do.
func (m *model) signIn(t *token, opening ...string) int {
	switch {
	case t == nil || !m.active(t):
		return 401
	case t.of.blocked:
		return 403
	case !slices.ContainsFunc(t.scopes, func(s string) bool { return slices.Contains(opening, s) }):
		return 403
	}
	return 0
}

// rotate is the answer to a rotation of one token by another: of a token that is somebody else's nothing is told.
func (m *model) rotate(by, t *token) int {
	refused := m.signIn(by, "api")
	switch {
	case by != nil && by.revoked && !m.expired(by):
		m.revokeFamily(by)
		return 401
	case refused != 0:
		return refused
	case t == nil && by.of.admin:
		return 404
	case t == nil || t.of != by.of && !by.of.admin:
		return 401
	case t.revoked:
		return 400
	}
	return 200
}

// revokeFamily is what becomes of those that took the place of a token which somebody uses to rotate although it has
// been revoked: its owner or a thief, and nobody knows which.
func (m *model) revokeFamily(t *token) {
	for next := t.next; next != nil; next = next.next {
		if m.active(next) {
			next.revoked = true
			return
		}
	}
}

// revoke is the answer to the revocation of one token by another.
func (m *model) revoke(by, t *token) int {
	refused := m.signIn(by, "api")
	switch {
	case refused != 0:
		return refused
	case t == nil:
		return 404
	case t.of != by.of && !by.of.admin:
		return 400
	}
	return 204
}

// read is the answer to a look at one token by another.
func (m *model) read(by, t *token) int {
	refused := m.signIn(by, "api", "read_api")
	switch {
	case refused != 0:
		return refused
	case t == nil && by.of.admin:
		return 404
	case t == nil || t.of != by.of && !by.of.admin:
		return 401
	}
	return 200
}

// listed are the ids that a token sees in a list of those that are active, or of those that are not. On the day on which
// it dies a token is in neither (app/models/personal_access_token.rb, active and inactive).
func (m *model) listed(by *token, active bool) (ids []int) {
	for _, t := range m.tokens {
		shown := m.active(t)
		if !active {
			shown = t.revoked || m.today.After(t.expires)
		}
		if (by.of.admin || t.of == by.of) && shown {
			ids = append(ids, t.id)
		}
	}
	return ids
}
