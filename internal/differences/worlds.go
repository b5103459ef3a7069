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
var parts = []string{"Settings", "Users", "Variables", "ProtectedRefs", "DeployTokens", "AccessTokens", "Groups",
	"Projects", "Memberships", "Shares", "Runners", "Pipelines", "Jobs", "Webhooks", "PipelineSchedules",
	"PipelineTriggers", "CommitStatuses", "RunnerControllers"}

// linesShown is how many lines a message has on how worlds differ.
const linesShown = 60

// Worlds is "" for two scenarios that are equal. Else it has one line for each field that differs.
func Worlds(want, got any, opts []cmp.Option, cause Cause) string {
	diff := Text(want, got, opts...)
	if diff == "" {
		return ""
	}
	lines := worldLines(reflect.ValueOf(want), reflect.ValueOf(got), opts, cause)
	if lines == "" { // an option that go-cmp cannot work with, or one that looks at whole worlds
		lines = diff
	}
	shown := strings.SplitAfter(lines, "\n")
	if more := len(shown) - 1 - linesShown; more > 1 {
		lines = strings.Join(shown[:linesShown], "") + fmt.Sprintf("  ... and %d more lines\n", more)
	}
	return "the world differs:\n" + lines
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
	stored := make(map[any]any, got.Len())
	for i := range got.Len() {
		stored[identity(got.Index(i))] = got.Index(i).Interface()
	}
	for i := range want.Len() {
		id, w := identity(want.Index(i)), want.Index(i).Interface()
		g, ok := stored[id]
		if !ok {
			fmt.Fprintf(text, "  %s: expected, and not there%s\n", w, cause(w, journal.Deleted))
			continue
		}
		for _, line := range fieldLines(w, g, opts) {
			fmt.Fprintf(text, "  %s: %s%s\n", g, line.text, cause(g, line.name))
		}
		delete(stored, id)
	}
	for i := range got.Len() {
		if g, left := stored[identity(got.Index(i))]; left {
			fmt.Fprintf(text, "  %s: there, and not expected%s\n", g, cause(g, journal.Made))
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
	"Variable": {"Path", "Key", "EnvironmentScope"}, "ProtectedRef": {"ID"}, "DeployToken": {"ID"},
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
