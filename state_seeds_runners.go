package fakegitlab

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// checkRunner checks a runner's plain data and turns it into what createRunner wants.
func (st *state) checkRunner(in *Runner) (newRunner, error) {
	n := newRunner{id: in.ID, name: text(in.Name), token: in.Token, existing: true}
	if err := errors.Join(
		oneOf("runner type", &in.Type, impliedType(*in)),
		oneOf("access level", &in.AccessLevel, NotProtected),
		oneOf("kind of registration", &in.Registration, ByUser),
	); err != nil {
		return n, err
	}
	if err := st.checkServes(in, &n); err != nil {
		return n, err
	}
	if in.CreatedBy != "" {
		var err error
		if n.creator, err = st.userByName(in.CreatedBy); err != nil {
			return n, fmt.Errorf("CreatedBy: %w", err)
		}
	}
	if in.MaximumTimeout%time.Second != 0 {
		return n, errors.New("MaximumTimeout is whole seconds")
	}
	n.kind, n.registration, n.attributes = in.Type, in.Registration, attributesOf(*in)
	return n, nil
}

// impliedType is the type of a runner of which none is said.
func impliedType(r Runner) RunnerType {
	switch {
	case len(r.Projects) > 0:
		return ProjectRunner
	case r.Group != "":
		return GroupRunner
	}
	return InstanceRunner
}

// checkServes finds the group or projects that a runner of its type has.
func (st *state) checkServes(in *Runner, n *newRunner) error {
	if in.Group != "" && in.Type != GroupRunner {
		return &invalid{[]attributeProblem{{attrRunner, msgGroupsAssigned}}}
	}
	if len(in.Projects) > 0 && in.Type != ProjectRunner {
		return &invalid{[]attributeProblem{{attrRunner, msgProjectsAssigned}}}
	}
	if in.Group != "" {
		var err error
		if n.group, err = st.groupByPath(in.Group); err != nil {
			return err
		}
	}
	for _, path := range in.Projects {
		p, err := st.projectByPath(path)
		if err != nil {
			return err
		}
		if slices.Contains(n.projects, p) {
			return fmt.Errorf("project %q is named twice", path)
		}
		n.projects = append(n.projects, p)
	}
	if in.Type == GroupRunner && n.group == nil {
		return &invalid{[]attributeProblem{{attrRunner, msgGroupNeeded}}}
	}
	return nil
}

func attributesOf(in Runner) attributes {
	a := attributes{description: text(in.Description), maintenanceNote: text(in.MaintenanceNote), paused: in.Paused, locked: in.Locked,
		runUntagged: in.RunUntagged == nil || *in.RunUntagged, tags: slices.Clone(in.Tags), accessLevel: in.AccessLevel}
	if in.MaximumTimeout != 0 {
		seconds := int(in.MaximumTimeout / time.Second)
		a.maximumTimeout = &seconds
	}
	return a
}

// addRunner makes a runner. A project runner without projects is an orphan: its projects are gone.
func (st *state) addRunner(in Runner) (*runner, error) {
	n, err := st.checkRunner(&in)
	if err != nil {
		return nil, err
	}
	if err := freeID(&st.runners, "runner", in.ID); err != nil {
		return nil, err
	}
	if in.Token != "" && st.runnerTokens[in.Token] != nil {
		return nil, errors.New("another runner has that token")
	}
	if err := st.checkManagers(nil, in.Managers); err != nil {
		return nil, err
	}
	r, err := st.createRunner(n)
	if err != nil {
		return nil, err
	}
	st.setTimes(r, in)
	if in.TokenExpiresAt.IsZero() {
		r.tokenExpiresAt = st.tokenExpiry(r, r.createdAt)
	}
	st.setManagers(r, in.Managers)
	st.reindex(r)
	return r, nil
}

func (st *state) setTimes(r *runner, in Runner) {
	r.createdAt = orNow(in.CreatedAt, r.createdAt)
	r.contactedAt, r.tokenExpiresAt = time.Time{}, time.Time{}
	if !in.ContactedAt.IsZero() {
		r.contactedAt = orNow(in.ContactedAt, time.Time{})
	}
	if !in.TokenExpiresAt.IsZero() && in.TokenExpiresAt.Year() < never.Year() {
		r.tokenExpiresAt = orNow(in.TokenExpiresAt, time.Time{})
	}
}

// never is how plain data says that a token lives for ever although the settings have an interval.
var never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

// maxSystemIDLength is the longest system id of a manager, in characters (app/models/ci/runner_manager.rb).
const maxSystemIDLength = 64

// checkManagers checks the managers that a runner, nil if it is yet to be made, is to have.
func (st *state) checkManagers(r *runner, in []RunnerManager) error {
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
func (st *state) setManagers(r *runner, in []RunnerManager) {
	var kept []*manager
	// Those that say their ID come first, so that none of the others is given it.
	in = slices.SortedStableFunc(slices.Values(in), func(a, b RunnerManager) int { return cmp.Compare(b.ID, a.ID) })
	for _, m := range in {
		known := r.manager(m.SystemID)
		if known == nil || m.ID != 0 && m.ID != known.ID {
			known = &manager{RunnerManager{ID: assignID(st, &st.managers, m.ID), CreatedAt: st.now()}, r}
			add(st, &st.managers, known)
		}
		m.ID, m.CreatedAt = known.ID, orNow(m.CreatedAt, known.CreatedAt)
		if !m.ContactedAt.IsZero() {
			m.ContactedAt = orNow(m.ContactedAt, time.Time{})
		}
		known.RunnerManager = m
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

// changeRunner replaces what is known of a runner. What it is, ID and Type and Group, stays.
func (st *state) changeRunner(r *runner, in Runner) error {
	if in.ID != r.num || in.Type != r.kind || in.Group != r.public().Group {
		return errors.New("a runner's ID, Type and Group do not change")
	}
	n, err := st.checkRunner(&in)
	if err != nil {
		return err
	}
	if in.Type == ProjectRunner && len(n.projects) == 0 && len(r.assignments) > 0 {
		return &invalid{[]attributeProblem{{attrRunner, msgProjectNeeded}}}
	}
	if in.Token != r.token && (in.Token == "" || st.runnerTokens[in.Token] != nil) {
		return errors.New("a runner has a token, and no other runner's")
	}
	if err := st.checkManagers(r, in.Managers); err != nil {
		return err
	}
	draft := n.attributes
	draft.description = keepBlank(r.description, draft.description)
	draft.maintenanceNote = keepBlank(r.maintenanceNote, draft.maintenanceNote)
	if err := st.updateRunner(r, draft); err != nil {
		return err
	}
	r.name, r.registration, r.creator = keepBlank(r.name, n.name), n.registration, n.creator
	st.setRunnerToken(r, st.secret(st.runnerTokenKind(r.kind, r.registration), in.Token))
	st.setTimes(r, in)
	st.setAssignments(r, n.projects)
	st.setManagers(r, in.Managers)
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

// public is the runner as plain data.
func (r *runner) public() Runner {
	out := Runner{ID: r.num, Type: r.kind, Description: orEmpty(r.description), Name: orEmpty(r.name), MaintenanceNote: orEmpty(r.maintenanceNote),
		Token: r.token, TokenExpiresAt: r.tokenExpiresAt, Registration: r.registration, Paused: r.paused, Locked: r.locked,
		Tags: slices.Clone(r.tags), AccessLevel: r.accessLevel, CreatedAt: r.createdAt, ContactedAt: r.contactedAt}
	if r.group != nil {
		out.Group = r.group.Path
	}
	for _, a := range r.assignments {
		out.Projects = append(out.Projects, a.project.Path)
	}
	if r.creator != nil {
		out.CreatedBy = r.creator.Username
	}
	if !r.runUntagged {
		out.RunUntagged = new(bool)
	}
	if r.maximumTimeout != nil {
		out.MaximumTimeout = time.Duration(*r.maximumTimeout) * time.Second
	}
	for _, m := range r.managers {
		out.Managers = append(out.Managers, m.RunnerManager)
	}
	return out
}
