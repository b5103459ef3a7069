package world

import (
	"cmp"
	"slices"
)

// Record is a row of a table.
type Record interface{ id() int }

// table keeps records of one kind, found by id and listed in the order of ids.
type table[T Record] struct {
	ByID map[int]T
	Rows []T
	next int
}

func newTable[T Record](first int) table[T] { return table[T]{ByID: map[int]T{}, next: first} }

func byID[T Record](r T, id int) int { return cmp.Compare(r.id(), id) }

func (t *table[T]) insert(r T) {
	t.ByID[r.id()] = r
	t.Rows = insertByID(t.Rows, r)
}

func (t *table[T]) remove(r T) {
	delete(t.ByID, r.id())
	t.Rows = removeByID(t.Rows, r)
}

// insertByID adds a record to a list that is ordered by id; usually it is the newest and goes last.
func insertByID[T Record](rows []T, r T) []T {
	if n := len(rows); n == 0 || rows[n-1].id() < r.id() {
		return append(rows, r)
	}
	i, _ := slices.BinarySearchFunc(rows, r.id(), byID[T])
	return slices.Insert(rows, i, r)
}

func removeByID[T Record](rows []T, r T) []T {
	if i, ok := slices.BinarySearchFunc(rows, r.id(), byID[T]); ok {
		return slices.Delete(rows, i, i+1)
	}
	return rows
}

// Keep are the rows that pass all filters.
func Keep[T any](rows []T, filters ...func(T) bool) (kept []T) {
	for _, row := range rows {
		if !slices.ContainsFunc(filters, func(pass func(T) bool) bool { return !pass(row) }) {
			kept = append(kept, row)
		}
	}
	return kept
}

func has[T Record](t table[T], id int) bool { _, ok := t.ByID[id]; return ok }
