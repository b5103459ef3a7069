package world

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// legacySystemID is the system id of a manager that sends none (lib/api/ci/helpers/runner.rb, LEGACY_SYSTEM_XID).
const legacySystemID = "<legacy>"

// Contact is what a runner says of itself in a call.
type Contact struct {
	SystemID string   // empty: of a runner older than system ids
	Address  string   // the IP address that the call came from
	Info     *Manager // nil: says nothing else. Of its fields ID, SystemID, IPAddress, times and Runner are not read
}

// Heartbeat notes that a manager of the runner has called, and returns its record, which is made if it is new
// (app/models/ci/runner.rb and runner_manager.rb, heartbeat). contacts says whether the call counts as contact. Where
// it does not, the runner's ContactedAt stays as it is, and so does the manager's; before NewManagersUncontacted that
// of a new one is now all the same.
func (st *State) Heartbeat(r *Runner, c Contact, contacts bool) *Manager {
	now := st.Now()
	if contacts && st.contactDue(r.ContactedAt) {
		st.SetContacted(r, now)
	}
	if c.SystemID == "" {
		c.SystemID = legacySystemID
	}
	m := r.Manager(c.SystemID)
	if m == nil {
		m = &Manager{ID: assignID(st, &st.managers, 0), SystemID: c.SystemID, CreatedAt: now, Runner: r}
		if !st.Has(gitlabversion.NewManagersUncontacted) {
			m.ContactedAt = now
		}
		add(st, &st.managers, m)
		r.Managers = insertByID(r.Managers, m)
	}
	if m.IPAddress = c.Address; contacts && st.contactDue(m.ContactedAt) {
		m.ContactedAt = now
	}
	if i := c.Info; i != nil { // what it leaves out or blank stays (lib/api/helpers.rb, attributes_for_keys)
		m.Version, m.Revision = cmp.Or(i.Version, m.Version), cmp.Or(i.Revision, m.Revision)
		m.Platform, m.Architecture = cmp.Or(i.Platform, m.Platform), cmp.Or(i.Architecture, m.Architecture)
		m.Executor = cmp.Or(i.Executor, m.Executor)
	}
	return m
}

// contactDue reports whether a contact now is written down, the last one written having been then.
func (st *State) contactDue(last time.Time) bool {
	every := st.Settings.ContactInterval
	return every == 0 || st.Now().Sub(last) >= every
}

// maxSystemIDLength is the longest system id of a manager, in characters (app/models/ci/runner_manager.rb).
const maxSystemIDLength = 64

// CheckSystemID says why no manager can have a system id: it is blank or too long (app/models/ci/runner_manager.rb).
// Whoever names none at all has legacySystemID.
func CheckSystemID(id string) error {
	switch {
	case strings.TrimSpace(id) == "":
		return errors.New("a manager cannot have a blank system id; one that is not sent at all is another thing")
	case tooLong(&id, maxSystemIDLength):
		return fmt.Errorf("the system id %q has more than %d characters", id, maxSystemIDLength)
	}
	return nil
}

// ContactBy is a Heartbeat, now, of the manager that a draft describes. The error is CheckSystemID's.
func (st *State) ContactBy(r *Runner, draft Manager) error {
	if draft.SystemID != "" && CheckSystemID(draft.SystemID) != nil {
		return st.checkManagers(r, []Manager{draft}).err()
	}
	st.Heartbeat(r, Contact{SystemID: draft.SystemID, Address: draft.IPAddress, Info: &draft}, true)
	return nil
}

// DeleteManager removes one manager; the jobs that it took forget it. When it was the runner's last, the runner counts
// as never contacted.
func (st *State) DeleteManager(m *Manager) {
	r := m.Runner
	st.managers.remove(m)
	r.forget(func(other *Manager) bool { return other == m })
	if len(r.Managers) == 0 {
		st.SetContacted(r, time.Time{})
	}
}

// forget has the runner lose the managers of which gone says so, and the jobs that they took forget them. Each list is
// gone through once, however many they are.
func (r *Runner) forget(gone func(*Manager) bool) {
	r.Managers = slices.DeleteFunc(r.Managers, gone)
	for _, j := range r.Jobs {
		if j.Manager != nil && gone(j.Manager) {
			j.Manager = nil
		}
	}
}

// SetContacted sets when the runner was heard of last; zero is never.
func (st *State) SetContacted(r *Runner, at time.Time) {
	r.ContactedAt = at
	st.reindex(r)
}

// checkManagers checks the managers that a runner, nil if it is yet to be made, is to have.
func (st *State) checkManagers(r *Runner, in []Manager) (ps Problems) {
	seen, ids := map[string]bool{}, map[int]bool{}
	for i, m := range in {
		var of Problems
		known := st.managers.ByID(m.ID)
		switch {
		case checkID("runner manager", m.ID) != nil:
			of.Add("id", checkID("runner manager", m.ID))
		case ids[m.ID] || known != nil && (known.Runner != r || known.SystemID != m.SystemID):
			of.Addf("id", "runner manager id %d is taken", m.ID)
		}
		ids[m.ID] = m.ID != 0
		switch {
		case m.SystemID == "":
			of.unset("system_id", "a manager has no system id")
		case CheckSystemID(m.SystemID) != nil:
			of.Add("system_id", CheckSystemID(m.SystemID))
		case seen[m.SystemID]:
			of.Addf("system_id", "two managers have the system id %q", m.SystemID)
		}
		seen[m.SystemID] = true
		ps.Add(datajson.Index("managers", i), of)
	}
	return ps
}
