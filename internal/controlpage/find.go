package controlpage

import (
	"slices"
	"strings"
)

// Find is what is looked for: words in lower case, all of which must be there. None is everything.
type Find []string

// Words are the words of what a person has typed.
func Words(typed string) Find { return strings.Fields(strings.ToLower(typed)) }

func (f Find) String() string { return strings.Join(f, " ") }

// In reports whether each word is in one of the texts or, if it is in none of them, in one of the bodies.
func (f Find) In(texts []string, bodies ...[]byte) bool {
	missing := f.without(texts)
	for _, body := range bodies {
		if len(missing) == 0 {
			break
		}
		missing = missing.without([]string{string(body)})
	}
	return len(missing) == 0
}

// without are the words that are in none of the texts.
func (f Find) without(texts []string) Find {
	missing := f
	for _, text := range texts {
		if len(missing) == 0 {
			return nil
		}
		low := strings.ToLower(text)
		missing = slices.DeleteFunc(slices.Clone(missing), func(word string) bool { return strings.Contains(low, word) })
	}
	return missing
}

// maxRows is how many rows of a kind a page shows: it is for a person, and is made anew every second.
const maxRows = 200

// List is the part of a list that is shown.
type List[T any] struct {
	Rows         []T
	Found, Total int // how many there are of what was looked for, and at all
}

// More is how many are not shown, of what was looked for.
func (l List[T]) More() int { return l.Found - l.shown() }

func (l List[T]) shown() (n int) {
	for _, row := range l.Rows {
		n += countOf(row)
	}
	return n
}

// countOf is for how many a row stands.
func countOf(row any) int {
	if several, ok := row.(interface{ count() int }); ok {
		return several.count()
	}
	return 1
}

// Add counts a row that was found, and shows it while there is room.
func (l *List[T]) Add(row T) {
	l.Found += countOf(row)
	if len(l.Rows) < maxRows {
		l.Rows = append(l.Rows, row)
	}
}

// Take counts a row, and makes and shows it while there is room.
func (l *List[T]) Take(row func() T) {
	l.Total++
	if len(l.Rows) < maxRows {
		l.Rows = append(l.Rows, row())
	}
	l.Found = l.Total
}

// Row is a row that says what it is found by.
type Row interface{ Words() []string }

// FirstRows are the first rows of a list of records that are found.
func FirstRows[R any, T Row](records []R, find Find, show func(R) T) List[T] {
	list := List[T]{Total: len(records)}
	for _, r := range records {
		if len(find) == 0 && len(list.Rows) == maxRows { // what is not shown need not be made
			list.Found = len(records)
			break
		}
		if row := show(r); find.In(row.Words()) {
			list.Add(row)
		}
	}
	return list
}
