package ci

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// specError is one problem of a job spec: where, as a path of keywords, and what.
type specError struct{ path, text string }

// JSONPath tells the codec of scenarios where in the spec the mistake is.
func (e *specError) JSONPath() (path, message string) { return e.path, e.text }

func (e *specError) Error() string {
	if e.path == "" {
		return e.text
	}
	return e.path + ": " + e.text
}

// placed moves every problem of err below the keyword (or "[index]") name.
func placed(name string, err error) error {
	switch e := err.(type) {
	case nil:
		return nil
	case *specError:
		sep := "."
		if e.path == "" || e.path[0] == '[' {
			sep = ""
		}
		return &specError{path: name + sep + e.path, text: e.text}
	case *json.UnmarshalTypeError:
		return &specError{path: name, text: "cannot be " + withArticle(e.Value)}
	case interface{ Unwrap() []error }:
		var all []error
		for _, each := range e.Unwrap() {
			all = append(all, placed(name, each))
		}
		return errors.Join(all...)
	default:
		return &specError{path: name, text: err.Error()}
	}
}

// withArticle is the kind of a JSON value as encoding/json calls it, for a sentence.
func withArticle(kind string) string {
	kind = strings.Replace(kind, "bool", "boolean", 1)
	if strings.HasPrefix(kind, "a") || strings.HasPrefix(kind, "o") {
		return "an " + kind
	}
	return "a " + kind
}

// ciKeywordsElsewhere are job keywords of .gitlab-ci.yml that are no part of a JobSpec, with where to look instead.
func ciKeywordsElsewhere(name string) (hint string, ok bool) {
	switch name {
	case "stage", "tags":
		return "is a field of the job, not of its spec", true
	case "when", "rules", "only", "except", "extends", "inherit", "parallel", "trigger", "resource_group", "start_in",
		"workflow", "include", "default", "stages":
		return "is settled before a job exists: a job has a status instead", true
	case "id_tokens", "secrets", "identity", "pages", "publish", "dast_configuration", "manual_confirmation":
		return "is not supported; raw can say what the runner shall get", true
	}
	return "", false
}

func unknownKeyword(name string, known map[string]any) error {
	text := "unknown keyword"
	if hint, ok := ciKeywordsElsewhere(name); ok {
		text = hint
	} else if near := nearest.Closest(name, slices.Sorted(maps.Keys(known))); near != "" {
		text += fmt.Sprintf(", did you mean %q?", near)
	}
	return &specError{path: name, text: text}
}

// keywordsOf maps the JSON names of the fields of the struct that into points at to what decodes them: pointers to the
// fields, some as a type that reads the further forms that .gitlab-ci.yml allows.
func keywordsOf(into any) map[string]any {
	value := reflect.ValueOf(into).Elem()
	known := make(map[string]any, value.NumField())
	for i := range value.NumField() {
		field := value.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name != "-" {
			known[name] = lenient(value.Field(i).Addr().Interface(), field.Tag.Get("form"))
		}
	}
	return known
}

// lenient is the pointer, converted to one to a type that decodes more forms of JSON.
func lenient(pointer any, form string) any {
	switch p := pointer.(type) {
	case *[]string:
		if form == "lines" {
			return (*jsonLines)(p)
		}
		return (*jsonList[string])(p)
	case *[]int:
		return (*jsonOneOrMore[int])(p)
	case *string:
		if form == "scalar" {
			return (*jsonScalar)(p)
		}
	case *time.Duration:
		return (*jsonDuration)(p)
	case *[]Service:
		return (*jsonList[Service])(p)
	case *[]Port:
		return (*jsonList[Port])(p)
	case *[]Need:
		return (*jsonList[Need])(p)
	case *[]ReleaseLink:
		return (*jsonList[ReleaseLink])(p)
	case *[]Cache:
		return (*jsonOneOrMore[Cache])(p)
	case *map[string]Report:
		return (*jsonReports)(p)
	}
	return pointer
}

// unmarshalKeywords decodes an object into the struct that into points at; more are keywords that are no field of it.
// null is the same as leaving a keyword out.
func unmarshalKeywords(data []byte, into any, more map[string]any) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return &specError{text: "must be a map of keywords"}
	}
	known := keywordsOf(into)
	maps.Copy(known, more)
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(object)) {
		target, ok := known[name]
		switch {
		case !ok:
			problems = append(problems, unknownKeyword(name, known))
		case string(object[name]) != "null":
			problems = append(problems, placed(name, json.Unmarshal(object[name], target)))
		}
	}
	return errors.Join(problems...)
}

// begins says which form a JSON value has. Who calls an UnmarshalJSON by hand may pass nothing at all.
func begins(data []byte, first byte) bool { return len(data) > 0 && data[0] == first }

// nameOrKeywords decodes a string into name, anything else as a map.
func nameOrKeywords(data []byte, name *string, into any, more map[string]any) error {
	if begins(data, '"') {
		return json.Unmarshal(data, name)
	}
	return unmarshalKeywords(data, into, more)
}

// jsonLines reads a string, a list of strings or lists within lists as one list.
type jsonLines []string

func (l *jsonLines) UnmarshalJSON(data []byte) error {
	var tree any
	if err := json.Unmarshal(data, &tree); err != nil {
		return err
	}
	lines, ok := flatten([]string{}, tree)
	if !ok {
		return &specError{text: "must be a string or a list of strings"}
	}
	*l = lines
	return nil
}

func flatten(to []string, tree any) (lines []string, ok bool) {
	switch node := tree.(type) {
	case string:
		return append(to, node), true
	case []any:
		for _, each := range node {
			if to, ok = flatten(to, each); !ok {
				return nil, false
			}
		}
		return to, true
	}
	return nil, false
}

// jsonList reads a list and places each problem at its index.
type jsonList[T any] []T

func (l *jsonList[T]) UnmarshalJSON(data []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return &specError{text: "must be a list"}
	}
	list := make([]T, len(raw))
	var problems []error
	for i := range raw {
		problems = append(problems, placed("["+strconv.Itoa(i)+"]", json.Unmarshal(raw[i], &list[i])))
	}
	*l = list
	return errors.Join(problems...)
}

// jsonOneOrMore reads a list, or one element as a list of it.
type jsonOneOrMore[T any] []T

func (l *jsonOneOrMore[T]) UnmarshalJSON(data []byte) error {
	if begins(data, '[') {
		return (*jsonList[T])(l).UnmarshalJSON(data)
	}
	list := make([]T, 1)
	*l = list
	return json.Unmarshal(data, &list[0])
}

// jsonScalar reads a string, a number or a boolean as text, as YAML does.
type jsonScalar string

func (s *jsonScalar) UnmarshalJSON(data []byte) error {
	switch {
	case begins(data, '"'):
		return json.Unmarshal(data, (*string)(s))
	case begins(data, '{'), begins(data, '['):
		return &specError{text: "must be a string or a number"}
	}
	*s = jsonScalar(data)
	return nil
}

// jsonDuration reads GitLab's duration text or a number of seconds, and writes seconds.
type jsonDuration time.Duration

func (d jsonDuration) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, time.Duration(d).Seconds(), 'f', -1, 64), nil
}

func (d *jsonDuration) UnmarshalJSON(data []byte) error {
	text := string(data)
	if begins(data, '"') {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
	}
	parsed, err := ParseDuration(text)
	if err != nil {
		return err
	}
	*d = jsonDuration(parsed)
	return nil
}

// jsonReports reads reports, each problem below the kind.
type jsonReports map[string]Report

func (r *jsonReports) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return &specError{text: "must be a map"}
	}
	*r = make(jsonReports, len(raw))
	var problems []error
	for _, kind := range slices.Sorted(maps.Keys(raw)) {
		var report Report
		problems = append(problems, placed(kind, json.Unmarshal(raw[kind], &report)))
		(*r)[kind] = report
	}
	return errors.Join(problems...)
}

// unmarshalOrdered reads an object as a list in the order of its keys; of a key given twice the last value counts.
func unmarshalOrdered[T any](data []byte, read func(key string, raw json.RawMessage) (T, error)) ([]T, error) {
	keys, values, err := datajson.Object(data)
	if err != nil {
		return nil, &specError{text: "must be a map"}
	}
	list := make([]T, 0, len(keys))
	var problems []error
	for _, key := range keys {
		each, err := read(key, values[key])
		problems = append(problems, placed(key, err))
		list = append(list, each)
	}
	return list, errors.Join(problems...)
}
