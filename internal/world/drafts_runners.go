package world

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// checkRunner checks a draft of a runner and says what follows of it: a type of which none is said.
func (st *State) checkRunner(n *RunnerDraft) (ps Problems) {
	err := oneOf("runner type", &n.Type, ImpliedType(n.Group != nil, len(n.Projects) > 0), RunnerKinds)
	ps.Add("runner_type", err)
	switch {
	case err != nil: // of a type that is none, nothing follows
	case n.Group != nil && len(n.Projects) > 0:
		ps.addFrom("group", errors.New("a runner is of a group or of projects, and not of both"), "projects", "runner_type")
	case n.Group != nil && n.Type != GroupRunner:
		ps.addFrom("group", newInvalid(attrRunner, msgGroupsAssigned), "runner_type")
	case len(n.Projects) > 0 && n.Type != ProjectRunner:
		ps.addFrom("projects", newInvalid(attrRunner, msgProjectsAssigned), "runner_type")
	case n.Type == GroupRunner && n.Group == nil && (n.ID == 0 || n.Token == ""): // else an orphan out of a snapshot
		ps.unset("group", newInvalid(attrRunner, msgGroupNeeded).Error())
	}
	ps.Add("access_level", oneOf("access level", &n.Attributes.AccessLevel, NotProtected, RefAccessLevels))
	ps.Add("registration_type", oneOf("kind of registration", &n.Registration, ByUser, Registrations))
	named := make(map[string]bool, len(n.Projects))
	for i, p := range n.Projects {
		if named[Key(p.Path)] {
			ps.Addf(datajson.Index("projects", i), "project %q is named twice", p.Path)
		}
		named[Key(p.Path)] = true
	}
	n.Attributes.Tags = ParseTags(n.Attributes.Tags)
	ps.Add("", st.validate(n.Attributes, &n.Attributes))
	return ps
}

// AddRunner makes a runner of a draft. A project runner without projects is an orphan: its projects are gone. So is a
// group runner without a group, if the draft gives its id and token, as that of a snapshot does; else somebody forgot
// the group.
func (st *State) AddRunner(n RunnerDraft, found ...Problem) (*Runner, error) {
	ps := append(Problems(found), st.checkRunner(&n)...)
	ps.Add("id", freeID(&st.Runners, "runner", n.ID))
	if st.RunnerTokens[n.Token] != nil {
		ps.Addf("token", "another runner has that token")
	}
	ps = append(ps, st.checkRunnerTimes(nil, n)...)
	if ps = append(ps, st.checkManagers(nil, n.Managers)...); len(ps) > 0 {
		st.standInForRunner(n)
		return nil, ps
	}
	r, err := st.createRunner(n)
	if err != nil {
		return nil, err
	}
	tokenFrom := orNow(n.CreatedAt, r.CreatedAt)
	if n.CreatedAt.IsZero() {
		n.CreatedAt = n.firstContact(r.CreatedAt)
	}
	st.setTimes(r, n)
	if n.TokenExpiresAt.IsZero() {
		r.TokenExpiresAt = st.TokenExpiry(r, tokenFrom)
	}
	st.setManagers(r, n.Managers)
	st.reindex(r)
	return r, nil
}

// firstContact is the earliest time at which a runner of the draft was heard of, or now: a runner that is silent since
// last week was not made today, and is stale rather than offline.
func (n RunnerDraft) firstContact(now time.Time) time.Time {
	first := Earliest(now, n.ContactedAt)
	for _, m := range n.Managers {
		first = Earliest(first, m.CreatedAt, m.ContactedAt)
	}
	return first
}

func (st *State) setTimes(r *Runner, n RunnerDraft) {
	r.CreatedAt = orNow(n.CreatedAt, r.CreatedAt)
	r.ContactedAt, r.TokenExpiresAt = orNow(n.ContactedAt, time.Time{}), orNow(n.TokenExpiresAt, time.Time{})
	if n.TokenExpiresAt.Year() >= Never.Year() {
		r.TokenExpiresAt = time.Time{}
	}
}

// setManagers makes the runner's managers those that are given; one that is known by its system id keeps its record.
func (st *State) setManagers(r *Runner, in []Manager) {
	if len(in)+len(r.Managers) == 0 {
		return
	}
	var kept []*Manager
	bySystemID, stays := make(map[string]*Manager, len(r.Managers)), make(map[*Manager]bool, len(in))
	for _, m := range slices.Backward(r.Managers) {
		bySystemID[m.SystemID] = m // the first, as Runner.Manager finds it
	}
	// Those that say their ID come first, so that none of the others is given it.
	in = slices.SortedStableFunc(slices.Values(in), func(a, b Manager) int { return cmp.Compare(b.ID, a.ID) })
	for _, m := range in {
		known := bySystemID[m.SystemID]
		if known == nil || m.ID != 0 && m.ID != known.ID {
			known = &Manager{ID: assignID(st, &st.managers, m.ID), CreatedAt: Earliest(st.Now(), orNow(m.ContactedAt, st.Now()))}
			add(st, &st.managers, known)
		}
		m.ID, m.CreatedAt, m.Runner = known.ID, orNow(m.CreatedAt, known.CreatedAt), r
		m.ContactedAt = orNow(m.ContactedAt, time.Time{})
		*known = m
		kept, stays[known], bySystemID[m.SystemID] = append(kept, known), true, known
	}
	for _, m := range r.Managers {
		if !stays[m] {
			st.managers.remove(m)
		}
	}
	slices.SortFunc(kept, func(a, b *Manager) int { return cmp.Compare(a.ID, b.ID) })
	r.Managers = kept
	for _, j := range r.Jobs { // another manager of that system id may have come in the place of theirs
		if j.Manager != nil {
			if j.Manager = bySystemID[j.Manager.SystemID]; !stays[j.Manager] {
				j.Manager = nil
			}
		}
	}
}

// ChangeRunner replaces what is known of a runner by a draft. What it is, ID and Type and Group, stays.
func (st *State) ChangeRunner(r *Runner, n RunnerDraft, found ...Problem) error {
	if len(found) == 0 && (n.ID != r.ID || n.Type != r.Type || n.Group != r.Group) {
		return errors.New("a runner's ID, Type and Group do not change")
	}
	ps := append(Problems(found), st.checkRunner(&n)...)
	if len(n.Projects) == 0 && len(r.Assignments) > 0 {
		ps.Addf("projects", "%s", newInvalid(attrRunner, msgProjectNeeded))
	}
	if n.Token != r.Token && (n.Token == "" || st.RunnerTokens[n.Token] != nil) {
		ps.Addf("token", "a runner has a token, and no other runner's")
	}
	ps = append(ps, st.checkRunnerTimes(r, n)...)
	if ps = append(ps, st.checkManagers(r, n.Managers)...); len(ps) > 0 {
		return ps
	}
	draft := n.Attributes
	draft.Description = keepBlank(r.Description, draft.Description)
	draft.MaintenanceNote = keepBlank(r.MaintenanceNote, draft.MaintenanceNote)
	if err := st.UpdateRunner(r, draft); err != nil {
		return err
	}
	r.Name, r.Registration, r.Creator = keepBlank(r.Name, n.Name), n.Registration, n.Creator
	st.setRunnerToken(r, st.runnerSecret(r, n.Token))
	st.setTimes(r, n)
	st.setAssignments(r, n.Projects)
	st.setManagers(r, n.Managers)
	st.reindex(r)
	return nil
}

// keepBlank keeps the difference between null and "", which plain data does not show.
func keepBlank(before, now *string) *string {
	if now == nil && before != nil && *before == "" {
		return before
	}
	return now
}

func (st *State) setAssignments(r *Runner, projects []*Project) {
	kept := map[*Project]*Assignment{}
	for _, a := range r.Assignments {
		kept[a.Project] = a
	}
	st.unlinkRunner(r)
	r.Assignments = nil
	for _, p := range projects {
		if kept[p] == nil {
			kept[p] = &Assignment{p, st.Now()}
		}
		r.Assignments = append(r.Assignments, kept[p])
	}
	st.linkRunner(r)
}
