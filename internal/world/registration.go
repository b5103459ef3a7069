package world

import (
	"fmt"
	"slices"
)

// RegistrationTokensAllowed says whether the registration token of a group, or of a project in it, is accepted: the
// instance and the top-level group decide (namespace_setting.rb, allow_runner_registration_token?).
func (st *State) RegistrationTokensAllowed(g *Group) bool {
	return !st.Settings.RegistrationTokensDisabled && (g == nil || !g.Root().RegistrationTokensDisabled)
}

// ProjectRegistrationTokensAllowed is the same for a project, which has a switch of its own.
func (st *State) ProjectRegistrationTokensAllowed(p *Project) bool {
	return !p.RegistrationTokensDisabled && st.RegistrationTokensAllowed(p.Group)
}

// RegistrarKnown reports whether valid_runner_registrars has a kind of registration token.
func (st *State) RegistrarKnown(kind string) bool {
	return st.Settings.ValidRegistrars == nil || slices.Contains(st.Settings.ValidRegistrars, kind)
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

// activeCount counts the runners that a plan limit is held against: those made or heard of since the stale limit.
func (st *State) activeCount(rs []*Runner) int {
	before, n := st.StaleBefore(), 0
	for _, r := range rs {
		if Latest(r.CreatedAt, r.ContactedAt).After(before) {
			n++
		}
	}
	return n
}

// PlanLimitExceeded is GitLab's refusal of one runner more for a group or project, or "".
func (st *State) PlanLimitExceeded(g *Group, p *Project) (attribute, text string) {
	switch {
	case g != nil && st.Settings.MaxGroupRunners > 0 && st.activeCount(g.runners) >= st.Settings.MaxGroupRunners:
		return attrGroupLimit, fmt.Sprintf(msgfGroupRunnerLimit, st.Settings.MaxGroupRunners)
	case p != nil && st.Settings.MaxProjectRunners > 0 && st.activeCount(p.Runners) >= st.Settings.MaxProjectRunners:
		return attrProjectLimit, fmt.Sprintf(msgfProjectRunnerLimit, st.Settings.MaxProjectRunners)
	}
	return "", ""
}
