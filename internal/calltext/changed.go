package calltext

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/plain"
)

// kindOf is the kind of a record by the name of its type: "pipeline schedule" of PipelineSchedule.
func kindOf(record reflect.Type) string {
	var kind strings.Builder
	for i, r := range record.Name() {
		if unicode.IsUpper(r) && i > 0 {
			kind.WriteByte(' ')
		}
		kind.WriteRune(unicode.ToLower(r))
	}
	return kind.String()
}

// ChangedBy names the last call that succeeded and, by its endpoint, changes that field of the record, or has made or
// deleted it (journal.Made, journal.Deleted); "" if there was none.
func ChangedBy[E ~string](calls []Call[E], record any, field string) string {
	v := reflect.ValueOf(record)
	kind, names := kindOf(v.Type()), []string{}
	for _, name := range []string{"ID", "Path", "Key", "Name"} {
		if f := v.FieldByName(name); f.IsValid() {
			names = append(names, plain.Text(f.Interface()))
		}
	}
	for _, c := range slices.Backward(calls) {
		did := func(e journal.Effect) bool {
			return e.Kind == kind && e.Changes(field, c.Params) && c.Concerns(e, names)
		}
		if c.Status > 0 && c.Status < 400 && !c.Failure && slices.ContainsFunc(c.Effects(), did) {
			return fmt.Sprintf(" (%s)", journal.ShortenTokens(c.String()))
		}
	}
	return ""
}
