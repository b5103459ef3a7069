package world

import (
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// Problem is one thing that keeps a draft from becoming a record.
type Problem struct {
	Field string // its place in the record, in the names of a scenario's JSON: managers[1].system_id; empty for the whole
	Text  string
	Terse bool // the text says nothing without the field
	// From are the fields that it follows from, if they are others, or that have no value: of what could not be read,
	// nothing follows.
	From []string
}

// Error is the text, with the field where it needs that.
func (p Problem) Error() string {
	if p.Terse {
		return datajson.At(p.Field, p.Text)
	}
	return p.Text
}

// Problems are all that is wrong with a draft.
type Problems []Problem

// Error is one sentence for a person.
func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.Error()
	}
	return strings.Join(texts, "; and ")
}

// Addf adds a problem of a field.
func (ps *Problems) Addf(field, format string, args ...any) {
	*ps = append(*ps, Problem{Field: field, Text: fmt.Sprintf(format, args...)})
}

// unset adds that a field has no value, which may follow from others, too.
func (ps *Problems) unset(field, text string, from ...string) {
	*ps = append(*ps, Problem{Field: field, Text: text, From: append(from, field)})
}

// addFrom adds what an error says of a field, which follows from others.
func (ps *Problems) addFrom(field string, err error, from ...string) {
	if err != nil {
		*ps = append(*ps, Problem{Field: field, Text: err.Error(), From: from})
	}
}

// Add adds all that an error says of a field; it may be nil.
func (ps *Problems) Add(field string, err error) {
	switch err := err.(type) {
	case nil:
	case Problem:
		err.Field = datajson.Join(field, err.Field)
		from := make([]string, len(err.From))
		for i := range from {
			from[i] = datajson.Join(field, err.From[i])
		}
		err.From = from
		*ps = append(*ps, err)
	case Problems:
		for _, p := range err {
			ps.Add(field, p)
		}
	case *Invalid:
		for _, p := range err.Problems {
			if p.Text == msgTagsNeeded {
				ps.unset(datajson.Join(field, "tag_list"), p.sentence(), datajson.Join(field, "run_untagged"))
			} else {
				ps.Addf(datajson.Join(field, fieldOf[p.Attribute]), "%s", p.sentence())
			}
		}
	case datajson.Placed:
		below, text := err.JSONPath()
		*ps = append(*ps, Problem{Field: datajson.Join(field, below), Text: text, Terse: true})
	case interface{ Unwrap() []error }:
		for _, each := range err.Unwrap() {
			ps.Add(field, each)
		}
	default:
		ps.Addf(field, "%s", err)
	}
}

// terse are problems that say nothing without their fields.
func (ps Problems) terse() Problems {
	for i := range ps {
		ps[i].Terse = true
	}
	return ps
}

// err is the problems as an error, nil where there are none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// fieldOf names the fields of a runner's attributes, which GitLab's model calls otherwise.
var fieldOf = map[string]string{
	attrMaximumTimeout: "maximum_timeout", attrTagsList: "tag_list", attrMaintenanceNote: "maintenance_note",
	attrAccessLevel: "access_level", attrDescription: "description", attrName: "name",
	attrVisibility: "visibility", attrKey: "key", attrValue: "value", attrScope: "environment_scope", attrMasked: "masked",
}
