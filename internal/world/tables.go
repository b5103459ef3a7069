package world

import (
	"cmp"
	"slices"
)

// Row is what a table keeps: whatever has an id.
type Row interface{ id() int }

// table keeps records of one kind, found by id and listed in the order of ids.
type table[T Row] struct {
	Rows []T // by id, which ByID searches
	next int // the lowest id that the next record may get: no id is given twice, as of a sequence of PostgreSQL
}

// newTable makes an empty table whose ids begin with first.
func newTable[T Row](first int) table[T] { return table[T]{next: first} }

// ByID finds a record by its id, the zero T if there is none.
func (t table[T]) ByID(id int) T {
	r, _ := t.find(id)
	return r
}

// find finds a record at the place that its id gives if no id below it was left out, and searches for it if one was. A
// map would take some 30 bytes for each record.
func (t table[T]) find(id int) (r T, there bool) {
	n := len(t.Rows)
	if n == 0 || id < t.Rows[0].id() || id > t.Rows[n-1].id() {
		return r, false
	}
	if i := id - t.Rows[0].id(); i < n && t.Rows[i].id() == id {
		return t.Rows[i], true
	}
	i, there := slices.BinarySearchFunc(t.Rows, id, byID[T])
	if there {
		r = t.Rows[i]
	}
	return r, there
}

// byID compares a record's id with another id, to search and to sort by.
func byID[T Row](r T, id int) int { return cmp.Compare(r.id(), id) }

// insert puts a record in, which Atomically does not take back; add is for that.
func (t *table[T]) insert(r T) {
	t.Rows = insertByID(t.Rows, r)
}

// remove takes a record out; one that is not there is none the worse for it.
func (t *table[T]) remove(r T) {
	t.Rows = removeByID(t.Rows, r)
	t.keepID(r)
}

// keepID has the id of a record that was removed not given again.
func (t *table[T]) keepID(r T) { t.next = max(t.next, r.id()+1) }

// removeAll takes out the records of which gone says so, in one pass. gone is asked of each once.
func (t *table[T]) removeAll(gone func(T) bool) {
	t.Rows = slices.DeleteFunc(t.Rows, func(r T) bool {
		goes := gone(r)
		if goes {
			t.keepID(r)
		}
		return goes
	})
}

// insertByID adds a record to a list that is ordered by id. It looks at the end first, where a new record belongs.
func insertByID[T Row](rows []T, r T) []T {
	if n := len(rows); n == 0 || rows[n-1].id() < r.id() {
		return append(rows, r)
	}
	i, _ := slices.BinarySearchFunc(rows, r.id(), byID[T])
	return slices.Insert(rows, i, r)
}

// removeByID removes a record, which may be missing, from a list that is ordered by id.
func removeByID[T Row](rows []T, r T) []T {
	if i, ok := slices.BinarySearchFunc(rows, r.id(), byID[T]); ok {
		return slices.Delete(rows, i, i+1)
	}
	return rows
}

// Filtered returns the rows that pass all filters, in their order; nil when there are none.
func Filtered[T any](rows []T, filters ...func(T) bool) (kept []T) {
	for _, row := range rows {
		if !slices.ContainsFunc(filters, func(pass func(T) bool) bool { return !pass(row) }) {
			kept = append(kept, row)
		}
	}
	return kept
}

// has reports whether there is a record with that id.
func has[T Row](t table[T], id int) bool { _, there := t.find(id); return there }

func without[T comparable](rows []T, gone T) []T {
	return slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return row == gone })
}
