package datajson

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Marshal returns v as compact JSON. Equal values give equal bytes. It fails on what JSON cannot hold: a number that is
// not finite, a year of five digits, a type outside plain data. Its error is an *Error.
func Marshal(v any) ([]byte, error) {
	var e encoder
	if err := e.encode(reflect.ValueOf(v), ""); err != nil {
		return nil, err
	}
	return e.Bytes(), nil
}

// MarshalFields is Marshal for the MarshalJSON of a type that has one for others to find: v is written by its fields.
func MarshalFields(v any) ([]byte, error) {
	var e encoder
	if err := e.kind(reflect.ValueOf(v), ""); err != nil {
		return nil, err
	}
	return e.Bytes(), nil
}

// fail places an error, also one that a type's own method placed within its value.
func fail(path string, err error) error {
	var below *Error
	if errors.As(err, &below) {
		return &Error{Problems: []Problem{{Path: Join(path, below.Problems[0].Path), Message: below.Problems[0].Message}}}
	}
	return &Error{Problems: []Problem{{Path: path, Message: err.Error()}}}
}

type encoder struct{ bytes.Buffer }

func (e *encoder) encode(v reflect.Value, path string) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		if v.IsNil() {
			e.WriteString("null")
			return nil
		}
	case reflect.Invalid:
		e.WriteString("null")
		return nil
	}
	switch v.Type() {
	case timeType:
		return e.time(v.Interface().(time.Time), path)
	case durationType:
		e.WriteString(formatSeconds(time.Duration(v.Int())))
		return nil
	case bytesType:
		e.string(base64.StdEncoding.EncodeToString(v.Bytes()))
		return nil
	}
	switch own := v.Interface().(type) {
	case json.Number:
		text, err := json.Marshal(own)
		if err != nil {
			return fail(path, err)
		}
		e.Write(text)
		return nil
	case json.Marshaler:
		return e.delegate(own, path)
	case encoding.TextMarshaler:
		text, err := own.MarshalText()
		if err != nil {
			return fail(path, err)
		}
		e.string(string(text))
		return nil
	}
	return e.kind(v, path)
}

func (e *encoder) kind(v reflect.Value, path string) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return e.encode(v.Elem(), path)
	case reflect.Struct:
		return e.object(v, path)
	case reflect.Map:
		return e.sortedMap(v, path)
	case reflect.Slice:
		return e.array(v, path)
	case reflect.String:
		e.string(v.String())
		return nil
	case reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		text, err := json.Marshal(v.Interface())
		if err != nil {
			return fail(path, err)
		}
		e.Write(text)
		return nil
	default:
		return fail(path, fmt.Errorf("a %s is no plain data", v.Type()))
	}
}

func (e *encoder) object(v reflect.Value, path string) error {
	e.WriteByte('{')
	first := true
	for _, field := range Fields(v.Type()) {
		value := v.Field(field.Index)
		if !field.Required && isZero(value) {
			continue
		}
		e.key(field.Name, &first)
		if err := e.encode(value, Field(path, field.Name)); err != nil {
			return err
		}
	}
	e.WriteByte('}')
	return nil
}

// isZero is omitzero's rule: a type may say itself what its zero value is.
func isZero(v reflect.Value) bool {
	if own, ok := v.Interface().(interface{ IsZero() bool }); ok && v.Kind() != reflect.Pointer {
		return own.IsZero()
	}
	return v.IsZero()
}

func (e *encoder) sortedMap(v reflect.Value, path string) error {
	if v.Type().Key().Kind() != reflect.String {
		return fail(path, fmt.Errorf("a %s is no plain data", v.Type()))
	}
	values := make(map[string]reflect.Value, v.Len())
	for _, key := range v.MapKeys() {
		values[key.String()] = v.MapIndex(key)
	}
	e.WriteByte('{')
	first := true
	for _, key := range slices.Sorted(maps.Keys(values)) {
		e.key(key, &first)
		if err := e.encode(values[key], Field(path, key)); err != nil {
			return err
		}
	}
	e.WriteByte('}')
	return nil
}

func (e *encoder) key(name string, first *bool) {
	if !*first {
		e.WriteByte(',')
	}
	*first = false
	e.quote(name)
	e.WriteByte(':')
}

func (e *encoder) array(v reflect.Value, path string) error {
	e.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			e.WriteByte(',')
		}
		if err := e.encode(v.Index(i), Index(path, i)); err != nil {
			return err
		}
	}
	e.WriteByte(']')
	return nil
}

// string keeps what JSON's strings cannot: encoding/json would silently replace bytes that are not UTF-8.
func (e *encoder) string(s string) {
	if utf8.ValidString(s) {
		e.quote(s)
		return
	}
	e.WriteString(`{"base64":"` + base64.StdEncoding.EncodeToString([]byte(s)) + `"}`)
}

func (e *encoder) quote(s string) {
	enc := json.NewEncoder(&e.Buffer)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)       // a string in a buffer cannot fail
	e.Truncate(e.Len() - 1) // the line's end that Encode adds
}

func (e *encoder) time(t time.Time, path string) error {
	t = t.UTC()
	if t.Year() < 0 || t.Year() > 9999 {
		return fail(path, fmt.Errorf("RFC 3339 has no year %d", t.Year()))
	}
	e.quote(t.Format(time.RFC3339Nano))
	return nil
}

func (e *encoder) delegate(own json.Marshaler, path string) error {
	text, err := own.MarshalJSON()
	if err != nil {
		return fail(path, err)
	}
	if err := json.Compact(&e.Buffer, text); err != nil {
		return fail(path, err)
	}
	return nil
}

// formatSeconds is exact, as a floating-point number is not.
func formatSeconds(d time.Duration) string {
	sign, rest := "", uint64(d)
	if d < 0 {
		sign, rest = "-", -rest
	}
	whole, part := rest/uint64(time.Second), rest%uint64(time.Second)
	text := sign + strconv.FormatUint(whole, 10)
	if part != 0 {
		text += "." + strings.TrimRight(fmt.Sprintf("%09d", part), "0")
	}
	return text
}
