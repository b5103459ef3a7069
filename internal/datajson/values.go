package datajson

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
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
	t.value(reflect.ValueOf(v), "")
	return t.found
}

type valueCheck struct {
	bytes []string
	found []Problem
}

func (t *valueCheck) text(s, path string) {
	if strings.IndexByte(s, 0) >= 0 {
		t.found = append(t.found, Problem{Path: path, Message: hasNUL})
	} else if !utf8.ValidString(s) {
		t.found = append(t.found, Problem{Path: path, Message: notUTF8})
	}
}

func (t *valueCheck) value(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.String:
		t.text(v.String(), path)
	case reflect.Pointer:
		if !v.IsNil() {
			t.value(v.Elem(), path)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // bytes
		}
		for i := range v.Len() {
			t.value(v.Index(i), Index(path, i))
		}
	case reflect.Map:
		t.entries(v, path)
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			if year := at.UTC().Year(); year < 1 || year > 9999 {
				t.found = append(t.found, Problem{Path: path, Message: badYear})
			}
			return
		}
		for i := range v.NumField() {
			t.field(v.Type(), v.Type().Field(i), v.Field(i), path)
		}
	}
}

// field looks at a field of a struct; one that no tag names has the place of what it is in.
func (t *valueCheck) field(of reflect.Type, f reflect.StructField, v reflect.Value, path string) {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case !f.IsExported(),
		name != "" && (slices.Contains(t.bytes, name) || slices.Contains(t.bytes, of.Name()+"."+name)):
	case name == "", name == "-":
		t.value(v, path)
	default:
		t.value(v, Field(path, name))
	}
}

// entries looks at a map, whose keys may be texts as well.
func (t *valueCheck) entries(v reflect.Value, path string) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		return strings.Compare(fmt.Sprint(a.Interface()), fmt.Sprint(b.Interface()))
	})
	for _, key := range keys {
		at := Field(path, fmt.Sprint(key.Interface()))
		if key.Kind() == reflect.String {
			t.text(key.String(), at)
		}
		t.value(v.MapIndex(key), at)
	}
}
