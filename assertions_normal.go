package fakegitlab

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// normalRunner writes defaults out in full and makes empty lists nil, so that two runners that mean the same to GitLab
// are equal.
func normalRunner(r Runner) Runner {
	r = emptyIsNil(r)
	if r.RunUntagged != nil && *r.RunUntagged {
		r.RunUntagged = nil
	}
	r.Type = cmp.Or(r.Type, RunnerType(world.ImpliedType(r.Group != "", len(r.Projects) > 0)))
	r.Registration = cmp.Or(r.Registration, ByUser)
	r.AccessLevel = cmp.Or(r.AccessLevel, NotProtected)
	return r
}

func normalJob(j Job) Job {
	j.Status = cmp.Or(j.Status, JobPending)
	return j
}

func normalScenario(s Scenario) Scenario {
	registrars := s.Settings.ValidRegistrars
	s = emptyIsNil(s)
	s.Settings.ValidRegistrars = registrars // the only list where empty and nil mean different things
	for i := range s.Users {
		s.Users[i].State = cmp.Or(s.Users[i].State, UserActive)
	}
	for i := range s.Groups {
		s.Groups[i].Visibility = cmp.Or(s.Groups[i].Visibility, Private)
	}
	for i := range s.Projects {
		s.Projects[i].Visibility = cmp.Or(s.Projects[i].Visibility, Private)
	}
	for i := range s.Runners {
		s.Runners[i] = normalRunner(s.Runners[i])
	}
	for i := range s.Jobs {
		s.Jobs[i] = normalJob(s.Jobs[i])
	}
	return s
}

// emptyIsNil copies a value of plain data with all that it points to, and makes empty slices and maps nil.
func emptyIsNil[V any](value V) V {
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

// String is the user on one line: "user mia (2, admin)".
func (u User) String() string {
	state := unless(string(u.State), string(UserActive))
	return "user " + u.Username + inBrackets(idText(u.ID), when(u.Admin, "admin"), state)
}

// String is the group on one line: "group acme (1001, public)".
func (g Group) String() string {
	return "group " + g.Path + inBrackets(idText(g.ID), string(g.Visibility))
}

// String is the project on one line: "project acme/shop (10001, private, archived)".
func (p Project) String() string {
	return "project " + p.Path + inBrackets(idText(p.ID), string(p.Visibility), when(p.Archived, "archived"))
}

// String is the runner on one line, without its token: `runner 100001 (project_type, "old", paused)`.
func (r Runner) String() string {
	name := ""
	if r.Description != "" {
		name = strconv.Quote(r.Description)
	}
	return "runner" + spaced(idText(r.ID)) + inBrackets(string(normalRunner(r).Type), name, when(r.Paused, "paused"),
		when(r.Locked, "locked"))
}

// String is the job on one line, without its token: `job 2000001 (acme/shop, "build", failed: script_failure, runner
// 7)`.
func (j Job) String() string {
	status, runner := string(normalJob(j).Status), ""
	if j.FailureReason != "" {
		status += ": " + j.FailureReason
	}
	if j.RunnerID != 0 {
		runner = "runner " + strconv.Itoa(j.RunnerID)
	}
	return "job" + spaced(idText(j.ID)) + inBrackets(j.Project, strconv.Quote(j.Name), status, runner)
}

// String is the access token on one line, without its value: "access token 6000001 of mia (api, revoked)".
func (t AccessToken) String() string {
	return "access token" + spaced(idText(t.ID)) + " of " + cmp.Or(t.User, t.Project, t.Group) +
		inBrackets(strings.Join(t.Scopes, " "), when(t.Revoked, "revoked"))
}

func idText(id int) string {
	if id == 0 {
		return ""
	}
	return strconv.Itoa(id)
}

func spaced(word string) string {
	if word == "" {
		return ""
	}
	return " " + word
}

func when(is bool, word string) string {
	if is {
		return word
	}
	return ""
}

func unless(word, usual string) string { return when(word != usual, word) }

// inBrackets lists the words that are not empty: " (a, b)".
func inBrackets(words ...string) string {
	words = slices.DeleteFunc(words, func(word string) bool { return word == "" })
	if len(words) == 0 {
		return ""
	}
	return " (" + strings.Join(words, ", ") + ")"
}

// element is what a hash has under a key, or a list at a place.
func element(of any, key string) (value any, present bool) {
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

func isNil(value any) bool {
	v := reflect.ValueOf(value)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// gitlabText is a parameter's value as a form field would carry it.
func gitlabText(value any) string {
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
		return gitlabText(v.Elem().Interface())
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
			texts[i] = gitlabText(v.Index(i).Interface())
		}
		return strings.Join(texts, ",")
	case reflect.Map, reflect.Struct:
		if text, err := json.Marshal(value); err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(value)
}

// goText is a value as a test writes it in Go.
func goText(value any) string {
	if isNil(value) {
		return "nil"
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.String {
		return strconv.Quote(v.String())
	}
	return fmt.Sprint(value)
}
