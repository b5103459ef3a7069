package conformance

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// match returns "" when a JSON value fits what is wanted of it: an object has at least the wanted fields, a list
// exactly the wanted elements, an object of $matchers holds. Otherwise it says where and what differs.
func match(at string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		if isMatcher(want) {
			return matchAll(at, want, got)
		}
		return matchObject(at, want, got)
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Sprintf("%s: want %d elements, got %.200v", at, len(want), got)
		}
		for i := range want {
			if mismatch := match(fmt.Sprintf("%s[%d]", at, i), want[i], list[i]); mismatch != "" {
				return mismatch
			}
		}
		return ""
	}
	if !reflect.DeepEqual(want, got) {
		return fmt.Sprintf("%s = %#v, want %#v", at, got, want)
	}
	return ""
}

func isMatcher(want map[string]any) bool {
	for name := range want {
		if strings.HasPrefix(name, "$") {
			return true
		}
	}
	return false
}

func matchObject(at string, want map[string]any, got any) string {
	object, ok := got.(map[string]any)
	if !ok {
		return fmt.Sprintf("%s: want an object, got %.100v", at, got)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, there := object[name]
		if matchers, ok := want[name].(map[string]any); ok && matchers["$absent"] == true {
			if there {
				return fmt.Sprintf("%s.%s: want it absent, got %.100v", at, name, value)
			}
			continue
		}
		if !there {
			return fmt.Sprintf("%s.%s: absent", at, name)
		}
		if mismatch := match(at+"."+name, want[name], value); mismatch != "" {
			return mismatch
		}
	}
	return ""
}

func matchAll(at string, matchers map[string]any, got any) string {
	for _, name := range slices.Sorted(maps.Keys(matchers)) {
		if !matchOne(name, matchers[name], got) {
			return fmt.Sprintf("%s: %.200v does not hold of %s %v", at, got, name, matchers[name])
		}
	}
	return ""
}

func matchOne(matcher string, want, got any) bool {
	switch matcher {
	case "$any":
		return true
	case "$absent":
		return got == nil
	case "$type":
		return jsonType(got) == want
	case "$re":
		return got != nil && regexp.MustCompile(want.(string)).MatchString(textOf(got))
	case "$len":
		return jsonLen(got) == int(want.(float64))
	case "$not":
		return !reflect.DeepEqual(want, got)
	case "$set":
		list, ok := got.([]any)
		return ok && len(list) == len(want.([]any)) && containsAll(list, want.([]any))
	case "$exactly":
		return matchExactly(want.(map[string]any), got)
	case "$contains":
		list, _ := got.([]any)
		return containsAll(list, want.([]any))
	}
	return false
}

// matchExactly reports whether an object has the wanted fields and no others.
func matchExactly(want map[string]any, got any) bool {
	object, _ := got.(map[string]any)
	for name := range object {
		if _, wanted := want[name]; !wanted {
			return false
		}
	}
	return matchObject("", want, got) == ""
}

// containsAll reports whether every wanted element fits one of the list that fits no earlier one.
func containsAll(list, want []any) bool {
	rest := slices.Clone(list)
	for _, w := range want {
		i := slices.IndexFunc(rest, func(g any) bool { return match("", w, g) == "" })
		if i < 0 {
			return false
		}
		rest = slices.Delete(rest, i, i+1)
	}
	return true
}

func jsonType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "string"
	case float64:
		return "number"
	case bool:
		return "bool"
	case []any:
		return "array"
	}
	return "object"
}

func jsonLen(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		return len(v)
	}
	return -1
}
