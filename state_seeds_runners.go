package fakegitlab

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// checkRunner checks a draft of a runner and says what follows of it: a type of which none is said.
func (st *state) checkRunner(n *newRunner) error {
	if err := errors.Join(
		oneOf("runner type", &n.kind, impliedType(n.group != nil, len(n.projects) > 0), runnerKinds),
		oneOf("access level", &n.attributes.accessLevel, NotProtected, refAccessLevels),
		oneOf("kind of registration", &n.registration, ByUser, registrations),
	); err != nil {
		return err
	}
	switch {
	case n.group != nil && n.kind != GroupRunner:
		return &invalid{[]attributeProblem{{attrRunner, msgGroupsAssigned}}}
	case len(n.projects) > 0 && n.kind != ProjectRunner:
		return &invalid{[]attributeProblem{{attrRunner, msgProjectsAssigned}}}
	case n.kind == GroupRunner && n.group == nil:
		return &invalid{[]attributeProblem{{attrRunner, msgGroupNeeded}}}
	}
	for i, p := range n.projects {
		if slices.Contains(n.projects[:i], p) {
			return fmt.Errorf("project %q is named twice", p.Path)
		}
	}
	return nil
}

// impliedType is the type of a runner of which none is said.
func impliedType(group, projects bool) RunnerType {
	switch {
	case projects:
		return ProjectRunner
	case group:
		return GroupRunner
	}
	return InstanceRunner
}

// addRunner makes a runner of a draft. A project runner without projects is an orphan: its projects are gone.
func (st *state) addRunner(n newRunner) (*runner, error) {
	if err := st.checkRunner(&n); err != nil {
		return nil, err
	}
	if err := freeID(&st.runners, "runner", n.id); err != nil {
		return nil, err
	}
	if n.token != "" && st.runnerTokens[n.token] != nil {
		return nil, errors.New("another runner has that token")
	}
	if err := st.checkManagers(nil, n.managers); err != nil {
		return nil, err
	}
	r, err := st.createRunner(n)
	if err != nil {
		return nil, err
	}
	st.setTimes(r, n)
	if n.tokenExpiresAt.IsZero() {
		r.tokenExpiresAt = st.tokenExpiry(r, r.createdAt)
	}
	st.setManagers(r, n.managers)
	st.reindex(r)
	return r, nil
}

func (st *state) setTimes(r *runner, n newRunner) {
	r.createdAt = orNow(n.createdAt, r.createdAt)
	r.contactedAt, r.tokenExpiresAt = time.Time{}, time.Time{}
	if !n.contactedAt.IsZero() {
		r.contactedAt = orNow(n.contactedAt, time.Time{})
	}
	if !n.tokenExpiresAt.IsZero() && n.tokenExpiresAt.Year() < never.Year() {
		r.tokenExpiresAt = orNow(n.tokenExpiresAt, time.Time{})
	}
}

// never is how plain data says that a token lives for ever although the settings have an interval.
var never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// maxSystemIDLength is the longest system id of a manager, in characters (app/models/ci/runner_manager.rb).
const maxSystemIDLength = 64

// checkManagers checks the managers that a runner, nil if it is yet to be made, is to have.
func (st *state) checkManagers(r *runner, in []manager) error {
	seen, ids := map[string]bool{}, map[int]bool{}
	for i, m := range in {
		if known := st.managers.byID[m.ID]; m.ID < 0 || ids[m.ID] || known != nil && (known.runner != r || known.SystemID != m.SystemID) {
			return fmt.Errorf("runner manager id %d is taken", m.ID)
		}
		ids[m.ID] = m.ID != 0
		switch {
		case m.SystemID == "":
			return fmt.Errorf("Managers[%d] has no SystemID", i)
		case tooLong(&m.SystemID, maxSystemIDLength):
			return fmt.Errorf("the system id %q has more than %d characters", m.SystemID, maxSystemIDLength)
		case seen[m.SystemID]:
			return fmt.Errorf("two managers have the system id %q", m.SystemID)
		}
		seen[m.SystemID] = true
	}
	return nil
}

// setManagers makes the runner's managers those that are given; one that is known by its system id keeps its record.
func (st *state) setManagers(r *runner, in []manager) {
	var kept []*manager
	// Those that say their ID come first, so that none of the others is given it.
	in = slices.SortedStableFunc(slices.Values(in), func(a, b manager) int { return cmp.Compare(b.ID, a.ID) })
	for _, m := range in {
		known := r.manager(m.SystemID)
		if known == nil || m.ID != 0 && m.ID != known.ID {
			known = &manager{ID: assignID(st, &st.managers, m.ID), CreatedAt: st.now()}
			add(st, &st.managers, known)
		}
		m.ID, m.CreatedAt, m.runner = known.ID, orNow(m.CreatedAt, known.CreatedAt), r
		if !m.ContactedAt.IsZero() {
			m.ContactedAt = orNow(m.ContactedAt, time.Time{})
		}
		*known = m
		kept = insertByID(kept, known)
	}
	gone := slices.DeleteFunc(slices.Clone(r.managers), func(m *manager) bool { return slices.Contains(kept, m) })
	r.managers = kept
	for _, m := range gone {
		st.managers.remove(m)
		r.replaceManager(m, r.manager(m.SystemID))
	}
}

// replaceManager has the jobs that a manager took taken by another of the runner's, or by none that is known.
func (r *runner) replaceManager(gone, next *manager) {
	for _, j := range r.jobs {
		if j.manager == gone {
			j.manager = next
		}
	}
}

// changeRunner replaces what is known of a runner by a draft. What it is, ID and Type and Group, stays.
func (st *state) changeRunner(r *runner, n newRunner) error {
	if n.id != r.num || n.kind != r.kind || n.group != r.group {
		return errors.New("a runner's ID, Type and Group do not change")
	}
	if err := st.checkRunner(&n); err != nil {
		return err
	}
	if n.kind == ProjectRunner && len(n.projects) == 0 && len(r.assignments) > 0 {
		return &invalid{[]attributeProblem{{attrRunner, msgProjectNeeded}}}
	}
	if n.token != r.token && (n.token == "" || st.runnerTokens[n.token] != nil) {
		return errors.New("a runner has a token, and no other runner's")
	}
	if err := st.checkManagers(r, n.managers); err != nil {
		return err
	}
	draft := n.attributes
	draft.description = keepBlank(r.description, draft.description)
	draft.maintenanceNote = keepBlank(r.maintenanceNote, draft.maintenanceNote)
	if err := st.updateRunner(r, draft); err != nil {
		return err
	}
	r.name, r.registration, r.creator = keepBlank(r.name, n.name), n.registration, n.creator
	st.setRunnerToken(r, st.secret(st.runnerTokenKind(r.kind, r.registration), n.token))
	st.setTimes(r, n)
	st.setAssignments(r, n.projects)
	st.setManagers(r, n.managers)
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

func (st *state) setAssignments(r *runner, projects []*project) {
	kept := map[*project]*assignment{}
	for _, a := range r.assignments {
		kept[a.project] = a
	}
	st.unlinkRunner(r)
	r.assignments = nil
	for _, p := range projects {
		if kept[p] == nil {
			kept[p] = &assignment{p, st.now()}
		}
		r.assignments = append(r.assignments, kept[p])
	}
	st.linkRunner(r)
}
