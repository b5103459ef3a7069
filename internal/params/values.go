package params

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Values are the parameters of one request: the declared ones coerced and with their defaults, the others as sent.
// They never change. The zero value has no parameters.
//
// The typed getters follow what was declared; a value of another type is coerced if it can be, else it is not there.
type Values struct {
	data   Tree // coerced; shares what was not coerced with given
	given  Tree // as sent
	params []Param
	known  []string
}

// Has reports whether the request has the parameter, be it null. A default does not count.
func (v Values) Has(name string) bool {
	_, ok := v.given[name]
	return ok
}

// String returns a text; false when it is absent or null.
func (v Values) String(name string) (string, bool) {
	return get[string](v, String, name)
}

// Int returns a number; false when it is absent or null. A number beyond int is the greatest or least int.
func (v Values) Int(name string) (int, bool) {
	return get[int](v, Integer, name)
}

// Bool returns a truth value; false, false when it is absent or null.
func (v Values) Bool(name string) (value, ok bool) {
	return get[bool](v, Boolean, name)
}

// Time returns a DateTime; false when it is absent or null.
func (v Values) Time(name string) (time.Time, bool) {
	s, ok := get[string](v, DateTime, name)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(isoSeconds, s)
	return t, err == nil
}

// Date returns the beginning of a Date, in UTC; false when it is absent or null.
func (v Values) Date(name string) (time.Time, bool) {
	s, ok := get[string](v, Date, name)
	if !ok {
		return time.Time{}, false
	}
	t, err := time.Parse(time.DateOnly, s)
	return t, err == nil
}

func get[T any](v Values, kind Kind, name string) (value T, ok bool) {
	coerced, valid := coerce(kind, v.data[name])
	if !valid {
		return value, false
	}
	value, ok = coerced.(T)
	return value, ok
}

// List returns a list, never nil. It is true as soon as the key is there: null and what is no list are empty lists.
func (v Values) List(name string) ([]string, bool) {
	raw, ok := v.data[name]
	return append([]string{}, commaList(raw)...), ok
}

// Hash returns the inside of a hash; false when it is absent, null or something else.
func (v Values) Hash(name string) (Values, bool) {
	data, ok := v.data[name].(Tree)
	if !ok {
		return Values{}, false
	}
	inside := Values{data: data}
	inside.given, _ = v.given[name].(Tree)
	if p := v.declaration(name); p != nil {
		inside.params = p.Fields
	}
	return inside, true
}

// declaration returns the Param in force for a name, nil when there is none.
func (v Values) declaration(name string) *Param {
	for i := range v.params {
		if p := &v.params[i]; p.Name == name && p.When.met(v.data) {
			return p
		}
	}
	return nil
}

// With returns a copy with one value set (string, int, bool, []string or nil), as links to other pages need.
func (v Values) With(name string, value any) Values {
	data := maps.Clone(v.data)
	if data == nil {
		data = make(Tree, 1)
	}
	data[name] = value
	v.data = data
	return v
}

// Without returns a copy that lacks some values, as if they had neither been sent nor had a default.
func (v Values) Without(names ...string) Values {
	data := maps.Clone(v.data)
	for _, name := range names {
		delete(data, name)
	}
	v.data = data
	return v
}

// Names returns the declared names in the order of declaration, without those that wait for another value (When).
func (v Values) Names() []string {
	names := make([]string, 0, len(v.params))
	for i := range v.params {
		if p := &v.params[i]; p.When.met(v.data) && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// Ignored returns the names that were sent but that no declaration and no Spec.Known takes notice of, sorted; those
// inside a hash are written info[foo].
func (v Values) Ignored() []string {
	var names []string
	for name := range v.given {
		p := v.declaration(name)
		if p == nil {
			if !slices.Contains(v.known, name) {
				names = append(names, name)
			}
			continue
		}
		if p.Kind != Hash || p.Fields == nil {
			continue
		}
		if inside, ok := v.Hash(name); ok {
			for _, field := range inside.Ignored() {
				names = append(names, nestedName(name, field))
			}
		}
	}
	slices.Sort(names)
	return names
}

// nestedName puts a field, which may have brackets of its own, into a hash: a and b[c] are a[b][c].
func nestedName(hash, field string) string {
	key, rest := field, ""
	if i := strings.IndexByte(field, '['); i > 0 {
		key, rest = field[:i], field[i:]
	}
	return hash + "[" + key + "]" + rest
}

// All returns everything as plain Go values: string, int, float64, bool, nil, []string (a declared list), []any and
// map[string]any. A file is its name; an undeclared JSON number too large for its type is its text. It is a deep copy,
// except that what holds nothing but scalars is shared with v: who changes it must have no more use for v.
func (v Values) All() map[string]any {
	if v.data != nil && onlyScalars(v.data) {
		return v.data
	}
	all, _ := plain(v.data, plainNumber).(map[string]any)
	return all
}

// Exact is what All has for a name, with all numbers as they were sent: those of JSON are json.Number.
func (v Values) Exact(name string) any {
	return plain(v.data[name], func(n json.Number) any { return n })
}

func onlyScalars(t Tree) bool {
	for _, value := range t {
		switch value.(type) {
		case string, int, bool, nil:
		default:
			return false
		}
	}
	return true
}

func plain(value any, number func(json.Number) any) any {
	switch value := value.(type) {
	case Tree:
		hash := make(map[string]any, len(value))
		for name, element := range value {
			hash[name] = plain(element, number)
		}
		return hash
	case []any:
		list := make([]any, len(value))
		for i, element := range value {
			list[i] = plain(element, number)
		}
		return list
	case []string:
		return append([]string{}, value...)
	case json.Number:
		return number(value)
	case *File:
		return value.Filename
	default:
		return value
	}
}

func plainNumber(n json.Number) any {
	if isInteger(n) {
		if i, err := strconv.Atoi(string(n)); err == nil {
			return i
		}
	} else if f, err := n.Float64(); err == nil {
		return f
	}
	return string(n)
}
