package plain

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// Diff is go-cmp's diff, "" for equal values. An option that go-cmp cannot work with is reported in place of the
// diff: a panic out of an assertion would hide which one it was.
func Diff(want, got any, opts ...cmp.Option) (text string) {
	defer func() {
		if problem := recover(); problem != nil {
			text = fmt.Sprintf("cannot compare: %v\n", problem)
		}
	}()
	// go-cmp mixes no-break spaces in, at random, against programs that parse it.
	return strings.ReplaceAll(cmp.Diff(want, got, opts...), "\u00a0", " ")
}

// IgnoreFields makes a comparison ignore fields of the structs of one package, because options are often shared with
// comparisons of other things.
func IgnoreFields(pkg string, ignored func(cmp.StructField) bool) cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		field, ok := p.Last().(cmp.StructField)
		return ok && p.Index(-2).Type().PkgPath() == pkg && ignored(field)
	}, cmp.Ignore())
}

// Changes has a line for each record that is only wanted or only there, and for each field in which two of the same
// identity differ. note continues the line of a record's field, given by its name in JSON.
func Changes[E fmt.Stringer](want, got []E, note func(record E, field string) string, opts ...cmp.Option) string {
	var text strings.Builder
	stored := make(map[any]E, len(got))
	for _, g := range got {
		stored[identity(g)] = g
	}
	for _, w := range want {
		g, ok := stored[identity(w)]
		if !ok {
			fmt.Fprintf(&text, "  %s: expected, and not there\n", w)
			continue
		}
		for _, line := range FieldLines(w, g, opts...) {
			fmt.Fprintf(&text, "  %s: %s%s\n", g, line.Text, note(g, line.Name))
		}
		delete(stored, identity(w))
	}
	for _, g := range got {
		if _, left := stored[identity(g)]; left {
			fmt.Fprintf(&text, "  %s: there, and not expected\n", g)
		}
	}
	return text.String()
}

// FieldLine is a field that differs: its name in JSON, and what a person is told.
type FieldLine struct{ Name, Text string }

// FieldLines compares two records field by field.
func FieldLines(want, got any, opts ...cmp.Option) (lines []FieldLine) {
	w, g := reflect.ValueOf(want), reflect.ValueOf(got)
	if Diff(want, got, opts...) == "" {
		return nil
	}
	for i := range w.NumField() {
		field := w.Type().Field(i)
		// A whole record with that field alone, for the sake of options that look at paths.
		a, b := reflect.New(w.Type()).Elem(), reflect.New(w.Type()).Elem()
		a.Field(i).Set(w.Field(i))
		b.Field(i).Set(g.Field(i))
		if Diff(a.Interface(), b.Interface(), opts...) == "" {
			continue
		}
		lines = append(lines, FieldLine{jsonName(field), fmt.Sprintf("%s: expected %s, got %s", field.Name,
			short(w.Field(i)), short(g.Field(i)))})
	}
	return lines
}
