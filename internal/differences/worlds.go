package differences

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/words"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Cause is what a line ends with on the call that changed a field of a record, by its name in JSON, or has made or
// deleted the record (journal.Made, journal.Deleted); "" if none is known.
type Cause func(record any, field string) string

// parts are the fields of a scenario in the order in which a message goes through them.
var parts = []string{"Settings", "Users", "Variables", "ProtectedRefs", "DeployTokens", "DeployKeys", "AccessTokens",
	"Groups", "Projects", "Memberships", "Shares", "Runners", "Pipelines", "Jobs", "Environments", "Deployments",
	"Webhooks", "PipelineSchedules", "PipelineTriggers", "CommitStatuses", "RunnerControllers"}

// linesShown is how many lines a message has on how worlds differ.
const linesShown = 60

// Worlds is "" for two scenarios that are equal. Else it has one line for each field that differs.
func Worlds(want, got any, opts []cmp.Option, cause Cause) string {
	if Same(want, got, opts...) {
		return ""
	}
	lines := worldLines(reflect.ValueOf(want), reflect.ValueOf(got), opts, cause)
	if lines == "" { // an option that go-cmp cannot work with, or one that looks at whole worlds
		lines = Text(want, got, opts...)
	}
	shown := strings.SplitAfter(lines, "\n")
	if more := len(shown) - 1 - linesShown; more > 1 {
		lines = strings.Join(shown[:linesShown], "") + fmt.Sprintf("  ... and %d more lines\n", more)
	}
	return "the world differs:\n" + lines
}

// Same reports whether two scenarios are equal. It is false, too, for an option that go-cmp cannot work with.
func Same(want, got any, opts ...cmp.Option) (same bool) {
	if len(opts) == 0 {
		return sameFields(reflect.ValueOf(want), reflect.ValueOf(got))
	}
	defer func() {
		if recover() != nil { // Text says what it is
			same = false
		}
	}()
	return cmp.Equal(want, got, append([]cmp.Option{equalRecords()}, opts...)...)
}

// sameFields is Same without options, which ask for no more than that pairs of records are equal, one after the other.
func sameFields(want, got reflect.Value) bool {
	for i := range want.NumField() {
		w, g := want.Field(i), got.Field(i)
		if w.Kind() != reflect.Slice || w.IsNil() || g.IsNil() {
			if !cmp.Equal(w.Interface(), g.Interface()) {
				return false
			}
			continue
		}
		if w.Len() != g.Len() {
			return false
		}
		for k := range w.Len() {
			if !equal(w.Index(k), g.Index(k)) && !cmp.Equal(w.Index(k).Interface(), g.Index(k).Interface()) {
				return false
			}
		}
	}
	return true
}

// Narrowed is two scenarios without what need not be looked at. Without options these are the pairs of records that are
// equal in every detail, in lists that are as long as each other. Options may look at any record, and at whole worlds:
// then only scenarios that are equal are narrowed, to the first record of each kind, which shows whether go-cmp can
// work with the options.
func Narrowed[S any](want, got S, opts []cmp.Option) (S, S) {
	if len(opts) > 0 {
		if reflect.DeepEqual(want, got) {
			return firsts(want), firsts(got)
		}
		return want, got
	}
	w, g := reflect.ValueOf(&want).Elem(), reflect.ValueOf(&got).Elem()
	for _, part := range parts {
		a, b := w.FieldByName(part), g.FieldByName(part)
		if a.Kind() != reflect.Slice || a.Len() != b.Len() {
			continue
		}
		left, right := reflect.Zero(a.Type()), reflect.Zero(b.Type())
		for i := range a.Len() {
			if !equal(a.Index(i), b.Index(i)) {
				left, right = reflect.Append(left, a.Index(i)), reflect.Append(right, b.Index(i))
			}
		}
		a.Set(left)
		b.Set(right)
	}
	return want, got
}

// firsts is a scenario with the first record of each kind alone.
func firsts[S any](s S) S {
	v := reflect.ValueOf(&s).Elem()
	for _, part := range parts {
		if list := v.FieldByName(part); list.Kind() == reflect.Slice {
			list.Set(list.Slice(0, min(1, list.Len())))
		}
	}
	return s
}

// equalRecords has go-cmp pass over records that are equal, which most are and which it takes far longer to find out.
// It leaves the first of each kind alone, so that it notices options that it cannot work with. As a variable it would
// have go-cmp linked into every program, and with that all methods of all types, since go-cmp asks types for methods.
func equalRecords() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		const depth = 3 // the scenario, its list, the record
		item, listed := p.Last().(cmp.SliceIndex)
		if !listed || len(p) != depth || item.Key() == 0 {
			return false
		}
		want, got := item.Values()
		return want.IsValid() && got.IsValid() && equal(want, got)
	}, cmp.Ignore())
}

// equal reports whether two records are equal in every detail, so that no option needs to be asked. They are compared
// where they are, in lists, since copies of many would take longer than that.
func equal(want, got reflect.Value) bool {
	if want.CanAddr() && got.CanAddr() {
		return reflect.DeepEqual(want.Addr().Interface(), got.Addr().Interface())
	}
	return reflect.DeepEqual(want.Interface(), got.Interface())
}

func worldLines(want, got reflect.Value, opts []cmp.Option, cause Cause) string {
	var text strings.Builder
	for _, part := range parts {
		w, g := want.FieldByName(part), got.FieldByName(part)
		if w.Kind() == reflect.Slice {
			listLines(&text, w, g, opts, cause)
			continue
		}
		for _, line := range fieldLines(w.Interface(), g.Interface(), opts) {
			fmt.Fprintf(&text, "  %s: %s%s\n", strings.ToLower(part), line.text, cause(g.Interface(), line.name))
		}
	}
	return text.String()
}

// listLines compares the records of one kind.
func listLines(text *strings.Builder, want, got reflect.Value, opts []cmp.Option, cause Cause) {
	stored, ids := make(map[any]reflect.Value, got.Len()), make([]any, got.Len())
	for i := range got.Len() {
		ids[i] = identity(got.Index(i))
		stored[ids[i]] = got.Index(i)
	}
	for i := range want.Len() {
		w, id := want.Index(i), identity(want.Index(i))
		g, ok := stored[id]
		if !ok {
			fmt.Fprintf(text, "  %s: expected, and not there%s\n", w.Interface(), cause(w.Interface(), journal.Deleted))
			continue
		}
		delete(stored, id)
		if equal(w, g) {
			continue
		}
		for _, line := range fieldLines(w.Interface(), g.Interface(), opts) {
			fmt.Fprintf(text, "  %s: %s%s\n", g.Interface(), line.text, cause(g.Interface(), line.name))
		}
	}
	for i := range got.Len() {
		if g, left := stored[ids[i]]; left {
			fmt.Fprintf(text, "  %s: there, and not expected%s\n", g.Interface(), cause(g.Interface(), journal.Made))
		}
	}
}

// fieldLine is a field that differs: its name in JSON, and what a person is told.
type fieldLine struct{ name, text string }

// fieldLines compares two records field by field.
func fieldLines(want, got any, opts []cmp.Option) (lines []fieldLine) {
	w, g := reflect.ValueOf(want), reflect.ValueOf(got)
	if Text(want, got, opts...) == "" {
		return nil
	}
	for i := range w.NumField() {
		field := w.Type().Field(i)
		// A whole record with that field alone, for the sake of options that look at paths.
		a, b := reflect.New(w.Type()).Elem(), reflect.New(w.Type()).Elem()
		a.Field(i).Set(w.Field(i))
		b.Field(i).Set(g.Field(i))
		if Text(a.Interface(), b.Interface(), opts...) == "" {
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		expected, stored := words.Differing(fieldValue(w.Field(i)), fieldValue(g.Field(i)))
		lines = append(lines, fieldLine{name, fmt.Sprintf("%s: expected %s, got %s", field.Name, expected, stored)})
	}
	return lines
}

// fieldValue is the value of a field on one line.
func fieldValue(v reflect.Value) string {
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	composed := v.Kind() == reflect.Struct || v.Kind() == reflect.Slice || v.Kind() == reflect.Map
	switch at, isTime := v.Interface().(time.Time); {
	case v.IsZero() && (composed || v.Kind() == reflect.Pointer):
		return "none"
	case isTime:
		return at.Format(time.RFC3339Nano)
	case v.Kind() == reflect.String:
		return strconv.Quote(v.String())
	case v.Kind() == reflect.Struct, v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		if text, err := datajson.Marshal(v.Interface()); err == nil { // else a test's own option made something else of it
			return string(text)
		}
	}
	return fmt.Sprint(v.Interface())
}

// identities are the fields that tell a record from others of its kind, where those are not the ones of identity.
var identities = map[string][]string{"Membership": {"Path", "User"}, "Share": {"Path", "Group"},
	"Variable": {"Path", "Key", "EnvironmentScope"}, "ProtectedRef": {"ID"}, "DeployToken": {"ID"}, "DeployKey": {"ID"},
	"PipelineSchedule": {"ID"}, "PipelineTrigger": {"ID"}, "CommitStatus": {"ID"}}

// identity is what tells a record from others of its kind: its username, its full path or, if it has neither, its ID.
func identity(record reflect.Value) any {
	kind := record.Type().Name()
	if fields := identities[kind]; fields != nil {
		var id [3]any
		for i, name := range fields {
			id[i] = record.FieldByName(name).Interface()
		}
		if kind == "Variable" {
			id[0] = world.Key(record.FieldByName("Path").String())
		}
		return id
	}
	for _, name := range []string{"Username", "Path", "ID"} {
		if field := record.FieldByName(name); field.IsValid() {
			return field.Interface()
		}
	}
	return nil
}
