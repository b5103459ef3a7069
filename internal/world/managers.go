package world

import (
	"cmp"
	"time"
)

// legacySystemID is the system id of the manager of a runner that sends none.
const legacySystemID = "<legacy>"

// Contact is what a runner says of itself in a call. Without info only the address is new.
type Contact struct {
	SystemID string
	Address  string
	Info     *Manager // of which ID, times and runner are not read
}

// Heartbeat notes that a manager of the runner called, and makes its record if it is new. contacts is false for calls that
// say only what a manager is, and count as contact of neither it, unless it is new, nor the runner.
func (st *State) Heartbeat(r *Runner, c Contact, contacts bool) *Manager {
	now := st.Now()
	if contacts {
		st.SetContacted(r, now)
	}
	if c.SystemID == "" {
		c.SystemID = legacySystemID
	}
	m := r.Manager(c.SystemID)
	if m == nil {
		m = &Manager{ID: assignID(st, &st.managers, 0), SystemID: c.SystemID, CreatedAt: now, ContactedAt: now, Runner: r}
		add(st, &st.managers, m)
		r.Managers = insertByID(r.Managers, m)
	}
	if m.IPAddress = c.Address; contacts {
		m.ContactedAt = now
	}
	if i := c.Info; i != nil { // what it leaves out or blank stays (lib/api/helpers.rb, attributes_for_keys)
		m.Version, m.Revision, m.Platform = cmp.Or(i.Version, m.Version), cmp.Or(i.Revision, m.Revision), cmp.Or(i.Platform, m.Platform)
		m.Architecture, m.Executor = cmp.Or(i.Architecture, m.Architecture), cmp.Or(i.Executor, m.Executor)
	}
	return m
}

// ContactBy is a heartbeat, now, of the manager that a draft describes.
func (st *State) ContactBy(r *Runner, draft Manager) error {
	if TooLong(&draft.SystemID, MaxSystemIDLength) {
		return st.checkManagers(r, []Manager{draft})
	}
	c := Contact{SystemID: draft.SystemID, Address: draft.IPAddress}
	if draft.Version+draft.Revision+draft.Platform+draft.Architecture+draft.Executor != "" {
		c.Info = &draft
	}
	st.Heartbeat(r, c, true)
	return nil
}

// DeleteManager removes one manager; when it was the last, the runner has never been heard of again.
func (st *State) DeleteManager(m *Manager) {
	r := m.Runner
	r.Managers = removeByID(r.Managers, m)
	st.managers.remove(m)
	r.replaceManager(m, nil)
	if len(r.Managers) == 0 {
		st.SetContacted(r, time.Time{})
	}
}

func (st *State) SetContacted(r *Runner, at time.Time) {
	r.ContactedAt = at
	st.reindex(r)
}
