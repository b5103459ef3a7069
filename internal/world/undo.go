package world

import (
	"slices"
)

func (st *State) OnUndo(f func()) {
	if st.undoing {
		st.undo = append(st.undo, f)
	}
}

// Atomically runs a change that either succeeds whole or leaves no trace, be it that a function of the test panics in it or
// ends its goroutine, as FailNow does.
func (st *State) Atomically(change func() error) error {
	made, pipeline := st.made.clone(), st.pipeline
	st.undoing = true
	done := false
	defer func() {
		if !done {
			for _, f := range slices.Backward(st.undo) {
				f()
			}
			st.made, st.pipeline = made, pipeline
		}
		st.undo, st.undoing = nil, false
	}()
	err := change()
	done = err == nil
	return err
}

// add inserts a record and remembers how to take it back.
func add[T Record](st *State, t *table[T], r T) {
	t.insert(r)
	st.OnUndo(func() { t.remove(r) })
}

// setKey puts a record into an index and remembers how to take it out.
func setKey[T any](st *State, index map[string]T, key string, r T) {
	old, had := index[key]
	index[key] = r
	st.OnUndo(func() {
		if had {
			index[key] = old
		} else {
			delete(index, key)
		}
	})
}

// assignID returns the id that a new record of a kind gets: the wanted one, or the next that no record of any kind has.
func assignID[T Record](st *State, t *table[T], wanted int) int {
	if wanted != 0 {
		return wanted
	}
	before := t.next
	st.OnUndo(func() { t.next = before })
	for st.idTaken(t.next) {
		t.next++
	}
	t.next++
	return t.next - 1
}

func (st *State) idTaken(id int) bool {
	return has(st.Users, id) || has(st.Groups, id) || has(st.Projects, id) || has(st.Runners, id) ||
		has(st.managers, id) || has(st.Jobs, id) || has(st.Tokens, id)
}
