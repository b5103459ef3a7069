package datajson

import "slices"

// Deeper is a problem that only the whole shows, and no value alone.
type Deeper struct {
	At      string   // the place of the record
	Field   string   // the field in it; "" for the whole record
	From    []string // the fields that it follows from
	Message string
}

// PlaceDeeper finds the places in the text of problems that only the whole shows. It drops those that follow from
// problems found before: a value that could not be read is not missing as well, and what was said of a value when it
// was read is not said twice.
func PlaceDeeper(deeper []Deeper, found []Problem, offsets Places) []Problem {
	type finding struct{ path, message string }
	unread, said := map[string]bool{}, map[finding]bool{}
	for _, p := range found {
		unread[p.Path], said[finding{p.Path, p.Message}] = true, true
	}
	var more []Problem
	for _, d := range deeper {
		path := Join(d.At, d.Field)
		follows := said[finding{path, IsMissing}] ||
			slices.ContainsFunc(d.From, func(field string) bool { return unread[Join(d.At, field)] })
		if !follows && !said[finding{path, d.Message}] {
			more = append(more, Problem{Path: path, Offset: offsets.Of(path), Message: d.Message})
		}
	}
	return more
}
