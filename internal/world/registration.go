package world

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// RegistrationTokensAllowed reports whether the registration token of a group, or of a project in it, is accepted: the
// instance and the top-level group decide (app/models/namespace_setting.rb, allow_runner_registration_token?). For nil,
// a personal namespace, the instance alone decides.
func (st *State) RegistrationTokensAllowed(g *Group) bool {
	return !st.Settings.RegistrationTokensDisabled && (g == nil || !g.Root().RegistrationTokensDisabled)
}

// ProjectRegistrationTokensAllowed reports whether a project's registration token is accepted: its own
// runner_registration_enabled decides, together with what RegistrationTokensAllowed looks at.
func (st *State) ProjectRegistrationTokensAllowed(p *Project) bool {
	return !p.RegistrationTokensDisabled && st.RegistrationTokensAllowed(p.Group)
}

// RegistrarKnown reports whether the setting valid_runner_registrars has a kind of registration token: RegistrarGroup
// or RegistrarProject.
func (st *State) RegistrarKnown(kind string) bool {
	return slices.Contains(st.Settings.Registrars(), kind)
}

// ResetInstanceRegistrationToken gives the instance a new registration token and returns it; the old one is dead at
// once.
func (st *State) ResetInstanceRegistrationToken() string {
	st.Settings.RegistrationToken = cmp.Or(st.pinnedToken(), st.made.token(instanceRegistrationTokens))
	return st.Settings.RegistrationToken
}

// ResetProjectRegistrationToken gives the project a new registration token and returns it; the old one is dead at once.
func (st *State) ResetProjectRegistrationToken(p *Project) string {
	return st.resetRegistrationToken(&p.RegistrationToken)
}

// ResetGroupRegistrationToken gives the group a new registration token and returns it; the old one is dead at once.
func (st *State) ResetGroupRegistrationToken(g *Group) string {
	return st.resetRegistrationToken(&g.RegistrationToken)
}

func (st *State) resetRegistrationToken(token *string) string {
	*token = cmp.Or(st.pinnedToken(), st.made.token(registrationTokens))
	st.indexRegistrationToken(token)
	return *token
}

// activeCount counts the runners that a plan limit is held against: those that are not stale.
func (st *State) activeCount(rs []*Runner) int {
	m, n := st.moments(), 0
	for _, r := range rs {
		if !m.isStale(r.CreatedAt, r.ContactedAt) {
			n++
		}
	}
	return n
}

// planLimit is the refusal of one runner more for a group or a project, of which one is nil; nil where there is room
// (app/models/concerns/limitable.rb).
func (st *State) planLimit(g *Group, p *Project) *Invalid {
	switch {
	case g != nil && st.Settings.MaxGroupRunners > 0 && st.activeCount(g.runners) >= st.Settings.MaxGroupRunners:
		return newInvalid(attrGroupLimit, fmt.Sprintf(msgfGroupRunnerLimit, st.Settings.MaxGroupRunners))
	case p != nil && st.Settings.MaxProjectRunners > 0 && st.activeCount(p.Runners) >= st.Settings.MaxProjectRunners:
		return newInvalid(attrProjectLimit, fmt.Sprintf(msgfProjectRunnerLimit, st.Settings.MaxProjectRunners))
	}
	return nil
}

// indexRegistrationToken notes where a group's or project's token stands. What stands there may change without a word:
// whoever looks it up compares.
func (st *State) indexRegistrationToken(at *string) {
	setKey(st, &st.registrationTokens, *at, at)
}

// checkRegistrationToken refuses a registration token that something else has already.
func (st *State) checkRegistrationToken(token, own string) error {
	if token == "" || token == own {
		return nil
	}
	holder := st.registrationTokens[token]
	if token == st.Settings.RegistrationToken || holder != nil && *holder == token {
		return errors.New("the registration token is another's")
	}
	return nil
}

// fieldRegistrationToken is the registration token of the instance, a group or a project.
const fieldRegistrationToken = "registration_token"
