package plain

import "reflect"

// EmptyIsNil copies a value of plain data with all that it points to, and makes empty slices and maps nil.
func EmptyIsNil[V any](value V) V {
	copied := reflect.New(reflect.TypeFor[V]()).Elem()
	copied.Set(reflect.ValueOf(&value).Elem())
	separate(copied)
	return copied.Interface().(V)
}

// separate copies all that v refers to, so that it shares no memory with the value that it was copied from.
func separate(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() { // time.Time, which has none, is immutable
				separate(v.Field(i))
			}
		}
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return
		}
		copied := reflect.New(v.Elem().Type())
		copied.Elem().Set(v.Elem())
		separate(copied.Elem())
		if v.Kind() == reflect.Interface {
			copied = copied.Elem()
		}
		v.Set(copied)
	case reflect.Slice:
		separateSlice(v)
	case reflect.Map:
		separateMap(v)
	}
}

func separateSlice(v reflect.Value) {
	if v.Len() == 0 {
		v.SetZero()
		return
	}
	copied := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	reflect.Copy(copied, v)
	if v.Type().Elem().Kind() != reflect.Uint8 { // traces and artifacts can be large
		for i := range copied.Len() {
			separate(copied.Index(i))
		}
	}
	v.Set(copied)
}

func separateMap(v reflect.Value) {
	if v.Len() == 0 {
		v.SetZero()
		return
	}
	copied := reflect.MakeMapWithSize(v.Type(), v.Len())
	for entries := v.MapRange(); entries.Next(); {
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(entries.Value())
		separate(value)
		copied.SetMapIndex(entries.Key(), value)
	}
	v.Set(copied)
}
