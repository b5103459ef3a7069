package plain

import (
	"fmt"
	"reflect"
)

// As copies plain data into another type of the same form: each field into the one of the same name, which may have a
// type of its own, to any depth. What only the other type has stays zero; what is of one type in both is shared. That a
// field is missing, or is of another kind, is a mistake in the program, and panics.
func As[To any](from any) (to To) {
	copyInto(reflect.ValueOf(&to).Elem(), reflect.ValueOf(from))
	return to
}

func copyInto(to, from reflect.Value) {
	switch {
	case from.Type() == to.Type():
		to.Set(from)
	case from.Kind() != to.Kind():
		panic(fmt.Sprintf("plain.As: %s cannot be %s", from.Type(), to.Type()))
	case from.Kind() == reflect.Struct:
		for i := range from.NumField() {
			name := from.Type().Field(i).Name
			field := to.FieldByName(name)
			if !field.IsValid() {
				panic(fmt.Sprintf("plain.As: %s has no %s", to.Type(), name))
			}
			copyInto(field, from.Field(i))
		}
	case from.Kind() == reflect.Slice && !from.IsNil():
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyInto(to.Index(i), from.Index(i))
		}
	case from.Kind() == reflect.Map && !from.IsNil():
		to.Set(reflect.MakeMapWithSize(to.Type(), from.Len()))
		for entries := from.MapRange(); entries.Next(); {
			value := reflect.New(to.Type().Elem()).Elem()
			copyInto(value, entries.Value())
			to.SetMapIndex(entries.Key().Convert(to.Type().Key()), value)
		}
	case from.Kind() != reflect.Slice && from.Kind() != reflect.Map:
		to.Set(from.Convert(to.Type())) // of one kind: a word or a number with a name of its own
	}
}
