package fakegitlab

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
)

// referring returns a T in which every pointer, slice and map that exported fields lead to is there.
func referring[T any]() T {
	var value T
	populate(reflect.ValueOf(&value).Elem(), 0)
	return value
}

func populate(v reflect.Value, depth int) {
	if depth > 8 {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				populate(v.Field(i), depth+1)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		populate(v.Elem(), depth+1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 4))
		populate(v.Index(0), depth+1)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		populate(value, depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	}
}

// sharedMemory lists the places at which two values refer to the same memory.
func sharedMemory(a, b reflect.Value, path string) []string {
	var found []string
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			found = append(found, sharedMemory(a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name)...)
		}
	case reflect.Slice, reflect.Map, reflect.Pointer:
		if a.IsNil() || a.Kind() == reflect.Slice && a.Len() == 0 || a.Type().String() == "*time.Location" {
			return nil
		}
		if a.Pointer() == b.Pointer() {
			return []string{path}
		}
		switch a.Kind() {
		case reflect.Pointer:
			return sharedMemory(a.Elem(), b.Elem(), path)
		case reflect.Slice:
			for i := range a.Len() {
				found = append(found, sharedMemory(a.Index(i), b.Index(i), fmt.Sprintf("%s[%d]", path, i))...)
			}
		case reflect.Map:
			for _, key := range a.MapKeys() {
				found = append(found, sharedMemory(a.MapIndex(key), b.MapIndex(key), path+"[]")...)
			}
		}
	case reflect.Interface:
		if !a.IsNil() {
			return sharedMemory(a.Elem(), b.Elem(), path)
		}
	}
	return found
}

func checkClone[T any](t *testing.T, clone func(T) T) {
	t.Helper()
	original := referring[T]()
	duplicate := clone(original)
	assert.Empty(t, cmp.Diff(original, duplicate))
	assert.Empty(t, sharedMemory(reflect.ValueOf(original), reflect.ValueOf(duplicate), fmt.Sprintf("%T", original)))

	var zero T
	assert.Empty(t, cmp.Diff(zero, clone(zero)), "nil stays nil")
}

func TestClonesShareNothing(t *testing.T) {
	checkClone(t, plain.Clone[Scenario])
}

func TestCloneKeepsEmptyApartFromNil(t *testing.T) {
	assert.NotNil(t, plain.Clone(Settings{ValidRegistrars: []string{}}).ValidRegistrars)
	assert.NotNil(t, plain.Clone(Group{Members: Members{}}).Members)
	assert.NotNil(t, plain.Clone(Scenario{Jobs: []Job{}}).Jobs)
}

func TestSeedEntersMemberships(t *testing.T) {
	s := Scenario{
		Projects:    []Project{{Path: "acme/shop"}},
		Memberships: []Membership{{Path: "acme/shop", User: "root", Role: Owner}},
	}
	gl := New(t)
	assert.NoError(t, gl.Seed(s))
	got, _ := gl.Project("acme/shop")
	assert.Equal(t, Members{"root": Owner}, got.Members)
	assert.Nil(t, s.Projects[0].Members, "the scenario itself is left alone")

	s.Memberships[0].User = "mia"
	assert.EqualError(t, New(t).Seed(s), `scenario: memberships[0].user (acme/shop): no user "mia"; known are root`)
}
