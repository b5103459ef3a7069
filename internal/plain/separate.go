package plain

import (
	"reflect"
	"sync"
)

// EmptyIsNil copies a value of plain data with all that it points to, and makes empty slices and maps nil.
func EmptyIsNil[V any](value V) V { return separated(value, true) }

// Clone copies a value of plain data with all that it points to, so that neither side sees what the other changes. A
// nil slice or map stays nil and an empty one stays empty.
func Clone[V any](value V) V { return separated(value, false) }

func separated[V any](value V, emptyIsNil bool) V {
	copied := reflect.New(reflect.TypeFor[V]()).Elem()
	copied.Set(reflect.ValueOf(&value).Elem())
	separating{emptyIsNil}.separate(copied)
	return copied.Interface().(V)
}

// separating is how values are to share no memory with those that they were copied from.
type separating struct{ emptyIsNil bool }

// separate copies all that v refers to.
func (s separating) separate(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, i := range referringFields(v.Type()) {
			s.separate(v.Field(i))
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		copied := reflect.New(v.Elem().Type())
		copied.Elem().Set(v.Elem())
		s.separate(copied.Elem())
		if v.Kind() == reflect.Interface {
			copied = copied.Elem()
		}
		v.Set(copied)
	case reflect.Slice, reflect.Map:
		switch {
		case v.IsNil():
		case v.Len() == 0 && s.emptyIsNil:
			v.SetZero()
		case v.Kind() == reflect.Slice:
			s.slice(v)
		default:
			s.mapping(v)
		}
	}
}

func (s separating) slice(v reflect.Value) {
	copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(copied, v)
	if refers(v.Type().Elem()) { // traces and artifacts can be large
		for i := range copied.Len() {
			s.separate(copied.Index(i))
		}
	}
	v.Set(copied)
}

func (s separating) mapping(v reflect.Value) {
	copied := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entries := v.MapRange(); entries.Next(); {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(entries.Value())
		s.separate(value)
		copied.SetMapIndex(entries.Key(), value)
	}
	v.Set(copied)
}

// refers reports whether values of a type may refer to what a copy of them would share.
func refers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		return true
	case reflect.Struct:
		return len(referringFields(t)) > 0
	}
	return false
}

// knownReferring caches referringFields: most of a world refers to nothing.
var knownReferring sync.Map // reflect.Type -> []int

// referringFields are the exported fields of a struct that may refer to something. time.Time, which is immutable, has
// none.
func referringFields(t reflect.Type) []int {
	if known, ok := knownReferring.Load(t); ok {
		return known.([]int)
	}
	var fields []int
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && refers(f.Type) {
			fields = append(fields, i)
		}
	}
	knownReferring.Store(t, fields)
	return fields
}
