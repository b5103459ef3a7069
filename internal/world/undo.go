package world

import (
	"slices"
)

// onUndo remembers f, which takes back a change that was just made, for the case that what Atomically runs fails. The
// last change is taken back first. Outside of Atomically it does nothing.
func (st *State) onUndo(f func()) {
	if st.undoing {
		st.undo = append(st.undo, f)
	}
}

// Atomically runs a change that either succeeds whole or leaves no trace, and returns its error. It also leaves no
// trace when the change panics or ends its goroutine, as a test's FailNow does. One change at a time: it does not nest.
func Atomically(st *State, change func() error) error {
	if st.undoing {
		panic("world: Atomically within Atomically would forget how to undo the outer one")
	}
	made, pipeline, notices := st.made.clone(), st.pipeline, len(st.notices)
	st.undoing = true
	done := false
	defer func() {
		if !done {
			for _, f := range slices.Backward(st.undo) {
				f()
			}
			st.made, st.pipeline, st.notices = made, pipeline, st.notices[:notices]
		}
		st.undo, st.undoing = nil, false
	}()
	err := change()
	done = err == nil
	return err
}

// retractably runs a change that cannot fail, outside of Atomically, and returns what takes it back, which may be used
// as long as nothing else has changed.
func (st *State) retractably(change func()) (takeBack func()) {
	if st.undoing {
		panic("world: what is retracted within Atomically would be forgotten by it")
	}
	made := st.made.clone()
	st.undoing = true
	defer func() { st.undo, st.undoing = nil, false }()
	change()
	done := st.undo
	return func() {
		for _, f := range slices.Backward(done) {
			f()
		}
		st.made = made
	}
}

// add inserts a record and remembers how to take it back.
func add[T Row](st *State, t *table[T], r T) {
	t.insert(r)
	next := t.next
	st.onUndo(func() {
		t.remove(r)
		t.next = next
	})
}

// put puts a value into a map, which is made for the first: most worlds have no use for most of them.
func put[K comparable, T any](m *map[K]T, key K, value T) {
	if *m == nil {
		*m = map[K]T{}
	}
	(*m)[key] = value
}

// setKey puts a record into an index, which is made for the first, and remembers how to take it out.
func setKey[K comparable, T any](st *State, index *map[K]T, key K, r T) {
	old, had := (*index)[key]
	put(index, key, r)
	st.onUndo(func() {
		if had {
			(*index)[key] = old
		} else {
			delete(*index, key)
		}
	})
}

// assignID returns the id that a new record of a kind gets: the wanted one unless that is 0, which asks for the next
// that no record of any kind has. Whether a wanted id is free is for the caller to check.
func assignID[T Row](st *State, t *table[T], wanted int) int {
	if wanted != 0 {
		return wanted
	}
	switch any(t).(type) {
	case *table[*Manager], *table[*Webhook], *table[*RunnerController], *table[*RunnerControllerToken],
		*table[*ProtectedRef], *table[*ResourceGroup], *table[*Enabled], *table[*Environment], *table[*Deployment]:
		// some come along with what a test asks for; the others are not what it asks for, or go by their names
	default:
		if id := pinnedID(st, t); id != 0 {
			return id
		}
	}
	return nextID(st, t)
}

// nextID is the next id of a kind that no record of any kind has, whatever ids a test wants requests to give.
func nextID[T Row](st *State, t *table[T]) int {
	before := t.next
	st.onUndo(func() { t.next = before })
	for st.idTaken(t.next) {
		t.next++
	}
	t.next++
	return t.next - 1
}

// idTaken reports whether a record of any kind but a pipeline has that id.
func (st *State) idTaken(id int) bool {
	return has(st.Users, id) || has(st.Groups, id) || has(st.Projects, id) || has(st.Runners, id) ||
		has(st.managers, id) || has(st.Jobs, id) || has(st.Tokens, id) || has(st.Webhooks, id) ||
		has(st.RunnerControllers, id) || has(st.controllerTokens, id) ||
		has(st.ProtectedRefs, id) || has(st.DeployTokens, id) ||
		has(st.Schedules, id) || has(st.Triggers, id) || has(st.Statuses, id) ||
		has(st.resources, id) || has(st.DeployKeys, id) || has(st.EnabledKeys, id) ||
		has(st.Environments, id) || has(st.Deployments, id)
}
