// Package plain looks at plain data of any type by reflection: values with exported fields, lists and maps that refer
// to nothing but such data.
package plain

import (
	"reflect"
	"time"
)

// MoveTimes moves all times in the plain data that p points to, which must be a clone, so that what was told from one
// moment is told from another. The zero time stays, and so do those in the year of never and later.
func MoveTimes[V any](p *V, from, to, never time.Time) {
	moveTimes(reflect.ValueOf(p).Elem(), func(at time.Time) time.Time {
		if at.IsZero() || at.Year() >= never.Year() {
			return at
		}
		return to.Add(at.Sub(from)).In(at.Location()) // a Duration would not reach over 292 years from one to the other
	})
}

func moveTimes(v reflect.Value, moved func(time.Time) time.Time) {
	if at, ok := v.Interface().(time.Time); ok {
		v.Set(reflect.ValueOf(moved(at)))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				moveTimes(v.Field(i), moved)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				moveTimes(v.Index(i), moved)
			}
		}
	}
}
