package plain

import (
	"cmp"
	"reflect"
	"regexp"
	"strings"
	"unicode"
)

// JSONNames are the names of a plain type's fields in JSON.
func JSONNames(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		names = append(names, jsonName(t.Field(i)))
	}
	return names
}

// InJSON is a text that names fields of a plain type as Go does, with their names in JSON. What is in quotes stays.
func InJSON(text string, t reflect.Type) string {
	return inJSON(text, func(string) bool { return true }, t)
}

// CamelsInJSON is InJSON for the fields whose names are no words that a sentence may begin with: CreatedAt, not Tags.
func CamelsInJSON(text string, types ...reflect.Type) string {
	return inJSON(text, func(name string) bool {
		return strings.ContainsFunc(name[1:], unicode.IsUpper) && name != strings.ToUpper(name)
	}, types...)
}

func inJSON(text string, meant func(name string) bool, types ...reflect.Type) string {
	names := map[string]string{}
	for _, t := range types {
		for i := range t.NumField() {
			if f := t.Field(i); meant(f.Name) {
				names[f.Name] = jsonName(f)
			}
		}
	}
	return regexp.MustCompile(`"(\\.|[^"\\])*"|\w+`).ReplaceAllStringFunc(text, func(word string) string {
		return cmp.Or(names[word], word)
	})
}

// Fields are the fields of a plain value by their names in JSON.
func Fields(value any) map[string]any {
	fields := map[string]any{}
	v := reflect.ValueOf(value)
	for i := range v.NumField() {
		fields[jsonName(v.Type().Field(i))] = v.Field(i).Interface()
	}
	return fields
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

// IsSet is whether a field has a value: false has, an empty list has not.
func IsSet(value any) bool {
	v := reflect.ValueOf(value)
	empty := v.Kind() == reflect.Slice && v.Len() == 0
	return !IsNil(value) && (!v.IsZero() || v.Kind() == reflect.Bool) && !empty
}

// ListText is Text, but of a list what a person writes: "[a, b]".
func ListText(value any) string {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Slice {
		return Text(value)
	}
	texts := make([]string, v.Len())
	for i := range texts {
		texts[i] = Text(v.Index(i).Interface())
	}
	return "[" + strings.Join(texts, ", ") + "]"
}
