// Package plain looks at plain data of any type by reflection: values with exported fields, lists and maps that refer
// to nothing but such data.
package plain

import (
	"reflect"
	"time"
)

// MoveTimes moves all times in the plain data that p points to, which must be a clone. The zero time stays, and so do
// those in the year of never and later.
func MoveTimes[V any](p *V, by time.Duration, never time.Time) {
	moveTimes(reflect.ValueOf(p).Elem(), by, never)
}

func moveTimes(v reflect.Value, by time.Duration, never time.Time) {
	if at, ok := v.Interface().(time.Time); ok {
		if !at.IsZero() && at.Year() < never.Year() {
			v.Set(reflect.ValueOf(at.Add(by)))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				moveTimes(v.Field(i), by, never)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				moveTimes(v.Index(i), by, never)
			}
		}
	}
}
