package datajson

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// What is said of texts and times that GitLab does not keep.
const (
	badYear = "a time has a year from 1 to 9999"
	hasNUL  = "a text cannot have a NUL byte"
	notUTF8 = "a text must be UTF-8"
)

// BadValues finds the texts in plain data that GitLab's database does not hold, since they have a NUL byte or are not
// UTF-8 (lib/gitlab/middleware/handle_malformed_strings.rb refuses them in every request), and the times that JSON does
// not. Fields that are named in bytes, as logs, may hold anything: by their names in JSON, of all types or, with a dot
// between them, of one. Problems have no Offset.
func BadValues(v any, bytes ...string) []Problem {
	t := valueCheck{bytes: bytes}
	t.at = t.room[:0]
	t.value(reflect.ValueOf(v))
	return t.found
}

type valueCheck struct {
	bytes []string
	at    []step  // where the value is that is looked at
	room  [4]step // of at, which is seldom longer
	found []Problem
}

// step is a name or an index by which a value is found in another. A path is made of steps when there is something to
// say of a value, for in nearly all data there is nothing.
type step struct {
	name   string
	index  int
	listed bool // index counts, not name
}

// pathOf is the path of all steps from the whole on.
func pathOf(steps []step) (path string) {
	for _, s := range steps {
		if s.listed {
			path = Index(path, s.index)
		} else {
			path = Field(path, s.name)
		}
	}
	return path
}

func (t *valueCheck) report(message string) {
	t.found = append(t.found, Problem{Path: pathOf(t.at), Message: message})
}

// below looks at a value that is a step below.
func (t *valueCheck) below(s step, v reflect.Value) {
	t.at = append(t.at, s)
	t.value(v)
	t.at = t.at[:len(t.at)-1]
}

func (t *valueCheck) text(s string) {
	if strings.IndexByte(s, 0) >= 0 {
		t.report(hasNUL)
	} else if !utf8.ValidString(s) {
		t.report(notUTF8)
	}
}

func (t *valueCheck) value(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		t.text(v.String())
	case reflect.Pointer:
		if !v.IsNil() {
			t.value(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // bytes
		}
		for i := range v.Len() {
			t.below(step{index: i, listed: true}, v.Index(i))
		}
	case reflect.Map:
		t.entries(v)
	case reflect.Struct:
		if v.Type() == timeType {
			if year := v.Interface().(time.Time).UTC().Year(); year < 1 || year > 9999 {
				t.report(badYear)
			}
			return
		}
		for _, f := range checkedFieldsOf(v.Type()) {
			if of := v.Field(f.index); !of.IsZero() { // most are
				t.field(f, of)
			}
		}
	}
}

// field looks at a field of a struct; one that no tag names has the place of what it is in.
func (t *valueCheck) field(f checkedField, v reflect.Value) {
	switch {
	case f.name == "":
		t.value(v)
	case slices.Contains(t.bytes, f.name) || slices.Contains(t.bytes, f.ofType):
	default:
		t.below(step{name: f.name}, v)
	}
}

// entries looks at a map, whose keys may be texts as well.
func (t *valueCheck) entries(v reflect.Value) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		return strings.Compare(fmt.Sprint(a.Interface()), fmt.Sprint(b.Interface()))
	})
	for _, key := range keys {
		t.at = append(t.at, step{name: fmt.Sprint(key.Interface())})
		if key.Kind() == reflect.String {
			t.text(key.String())
		}
		t.value(v.MapIndex(key))
		t.at = t.at[:len(t.at)-1]
	}
}

// checkedField is a field of a struct that is looked at.
type checkedField struct {
	index  int
	name   string // in JSON; empty for one that no tag names
	ofType string // "Job.log"
}

// checkedFields caches checkedFieldsOf.
var checkedFields sync.Map // reflect.Type -> []checkedField

// checkedFieldsOf are the fields of a struct type that may hold texts and times: exported, and neither numbers nor
// booleans.
func checkedFieldsOf(of reflect.Type) []checkedField {
	if known, ok := checkedFields.Load(of); ok {
		return known.([]checkedField)
	}
	var fields []checkedField
	for i := range of.NumField() {
		f := of.Field(i)
		if !f.IsExported() || f.Type.Kind() >= reflect.Bool && f.Type.Kind() <= reflect.Complex128 {
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			name = ""
		}
		fields = append(fields, checkedField{index: i, name: name, ofType: of.Name() + "." + name})
	}
	checkedFields.Store(of, fields)
	return fields
}
