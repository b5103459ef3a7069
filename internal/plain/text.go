package plain

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Element is what a hash has under a key, or a list at a place.
func Element(of any, key string) (value any, present bool) {
	v := reflect.ValueOf(of)
	switch v.Kind() {
	case reflect.Map:
		if v.Type().Key().Kind() != reflect.String {
			return nil, false
		}
		found := v.MapIndex(reflect.ValueOf(key).Convert(v.Type().Key()))
		if !found.IsValid() {
			return nil, false
		}
		return found.Interface(), true
	case reflect.Slice:
		i, err := strconv.Atoi(key)
		if err != nil || i < 0 || i >= v.Len() {
			return nil, false
		}
		return v.Index(i).Interface(), true
	default:
		return nil, false
	}
}

// At is what a hash has under a name or, in a hash or list of it, at a dotted path.
func At(of map[string]any, path string) (value any, present bool) {
	if value, present = of[path]; present {
		return value, true
	}
	value = of
	for key := range strings.SplitSeq(path, ".") {
		if value, present = Element(value, key); !present {
			return nil, false
		}
	}
	return value, true
}

// IsNil is whether a value is nil, or a pointer that is.
func IsNil(value any) bool {
	v := reflect.ValueOf(value)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// Text is a value as a form field would carry it to GitLab: a list joined by commas, a duration in seconds.
func Text(value any) string {
	switch value := value.(type) {
	case json.Number:
		return value.String()
	case time.Duration:
		return strconv.FormatFloat(value.Seconds(), 'f', -1, 64)
	case time.Time:
		return value.UTC().Format(time.RFC3339Nano)
	}
	v := reflect.ValueOf(value)
	switch v.Kind() {
	case reflect.Invalid:
		return ""
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return Text(v.Elem().Interface())
	case reflect.String:
		return v.String()
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case reflect.Slice, reflect.Array:
		if text, ok := value.([]byte); ok {
			return string(text)
		}
		texts := make([]string, v.Len())
		for i := range texts {
			texts[i] = Text(v.Index(i).Interface())
		}
		return strings.Join(texts, ",")
	case reflect.Map, reflect.Struct:
		if text, err := json.Marshal(value); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(value)
}

// GoText is a value as a test writes it in Go.
func GoText(value any) string {
	if IsNil(value) {
		return "nil"
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.String {
		return strconv.Quote(v.String())
	}
	return fmt.Sprint(value)
}
