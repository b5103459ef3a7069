package differences

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fakegitlab/fakegitlab/internal/plain"
)

// Text is go-cmp's diff, "" for equal values. An option that go-cmp cannot work with is reported in place of the
// diff: a panic out of an assertion would hide which one it was.
func Text(want, got any, opts ...cmp.Option) (text string) {
	defer func() {
		if problem := recover(); problem != nil {
			text = fmt.Sprintf("cannot compare: %v\n", problem)
		}
	}()
	// go-cmp mixes no-break spaces in, at random, against programs that parse it.
	return strings.ReplaceAll(cmp.Diff(want, got, opts...), "\u00a0", " ")
}

// Ignore leaves out fields of the structs that a package declares, and of no others, because options are often shared
// with comparisons of other things.
func Ignore(pkgPath string, ignored func(cmp.StructField) bool) cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		field, ok := p.Last().(cmp.StructField)
		return ok && p.Index(-2).Type().PkgPath() == pkgPath && ignored(field)
	}, cmp.Ignore())
}

// Value is the value of a field for comparing and for a person.
func Value(name string, value any) string {
	if name == "maximum_timeout" {
		if text, ok := value.(string); ok {
			if d, err := time.ParseDuration(strings.ReplaceAll(text, " ", "")); err == nil {
				value = d
			}
		}
	}
	if !plain.IsSet(value) {
		return "not set"
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice {
		texts := make([]string, v.Len())
		for i := range texts {
			texts[i] = sortedJSON(plain.Text(v.Index(i).Interface()))
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	return plain.Text(value)
}

// sortedJSON is an object in JSON with its keys in order, by which a struct and a map compare; any other text stays.
func sortedJSON(text string) string {
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		return text
	}
	sorted, _ := json.Marshal(object) // what was read can be written
	return string(sorted)
}
