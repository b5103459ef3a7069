package fakegitlab

import (
	"maps"
	"reflect"
	"slices"
)

// The clone functions below copy everything that a value refers to, so that neither side sees what the other changes.
// A nil slice or map stays nil and an empty one stays empty, because Settings.ValidRegistrars tells them apart.

func cloneScenario(s Scenario) Scenario {
	s.Settings = cloneSettings(s.Settings)
	s.Users = slices.Clone(s.Users)
	s.AccessTokens = cloneEach(s.AccessTokens, cloneAccessToken)
	s.Groups = cloneEach(s.Groups, cloneGroup)
	s.Projects = cloneEach(s.Projects, cloneProject)
	s.Memberships = slices.Clone(s.Memberships)
	s.Runners = cloneEach(s.Runners, cloneRunner)
	s.Jobs = cloneEach(s.Jobs, cloneJob)
	return s
}

func cloneSettings(s Settings) Settings {
	s.ValidRegistrars = slices.Clone(s.ValidRegistrars)
	return s
}

func cloneUser(u User) User { return u }

func cloneAccessToken(t AccessToken) AccessToken {
	t.Scopes = slices.Clone(t.Scopes)
	return t
}

func cloneGroup(g Group) Group {
	g.Members = maps.Clone(g.Members)
	return g
}

func cloneProject(p Project) Project {
	p.Members = maps.Clone(p.Members)
	return p
}

func cloneRunner(r Runner) Runner {
	r.Projects = slices.Clone(r.Projects)
	r.RunUntagged = clonePointer(r.RunUntagged)
	r.Tags = slices.Clone(r.Tags)
	r.Managers = slices.Clone(r.Managers)
	return r
}

func cloneJob(j Job) Job {
	j.Tags = slices.Clone(j.Tags)
	j.Coverage = clonePointer(j.Coverage)
	j.Spec = cloneJobSpec(j.Spec)
	j.Artifacts = cloneEach(j.Artifacts, cloneArtifact)
	return j
}

// cloneJobSpec goes by reflection: a JobSpec has some hundred fields on several levels, and is copied seldom.
func cloneJobSpec(s JobSpec) JobSpec {
	copyReferences(reflect.ValueOf(&s).Elem())
	return s
}

func cloneArtifact(a Artifact) Artifact {
	a.Content = slices.Clone(a.Content)
	return a
}

func cloneEach[T any](items []T, clone func(T) T) []T {
	items = slices.Clone(items)
	for i := range items {
		items[i] = clone(items[i])
	}
	return items
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	value := *p
	return &value
}

// copyReferences replaces whatever v refers to through exported fields by copies. v is a copy already as far as it goes.
func copyReferences(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				copyReferences(v.Field(i))
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			copyReferences(v.Index(i))
		}
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map:
		if !v.IsNil() {
			v.Set(copyOf(v))
		}
	}
}

// copyOf copies a pointer, interface, slice or map that is not nil, with all below it.
func copyOf(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Slice:
		items := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(items, v)
		for i := range items.Len() {
			copyReferences(items.Index(i))
		}
		return items
	case reflect.Map:
		entries := reflect.MakeMapWithSize(v.Type(), v.Len())
		for it := v.MapRange(); it.Next(); {
			entries.SetMapIndex(it.Key(), settable(it.Value()))
		}
		return entries
	case reflect.Pointer:
		return settable(v.Elem()).Addr()
	default:
		return settable(v.Elem())
	}
}

// settable returns a deep copy of v that has an address.
func settable(v reflect.Value) reflect.Value {
	value := reflect.New(v.Type()).Elem()
	value.Set(v)
	copyReferences(value)
	return value
}
