package ciyaml

import (
	"fmt"
	"strings"
)

const referenceTag = "!reference"

// Reference is GitLab's tag !reference: the value that stands elsewhere.
type Reference struct{ data any }

// String is the reference as GitLab's errors have it.
func (r *Reference) String() string { return referenceTag + " " + Inspect(r.data) }

// Resolve puts what they name in the place of all references, as lib/gitlab/ci/config/yaml/tags does. The error is
// GitLab's.
func Resolve(config *Map) (*Map, error) {
	if TooBig(config) { // which extends may have made it, of what is shared as yet and copied below
		return nil, ErrTooBig
	}
	r := resolver{config: config, known: map[string]any{}}
	value, err := r.value(config, 0)
	if err != nil {
		return nil, err
	}
	if TooBig(value) {
		return nil, ErrTooBig
	}
	return value.(*Map), nil
}

// resolver resolves each reference once and shares the result, so that references of references do not explode.
type resolver struct {
	config *Map
	known  map[string]any
	open   []string
}

func (r *resolver) value(value any, depth int) (any, error) {
	if depth > maxDepth*maxExtends {
		return nil, ErrTooBig
	}
	switch v := value.(type) {
	case *Reference:
		return r.reference(v, depth)
	case []any:
		list := make([]any, len(v))
		for i, each := range v {
			var err error
			if list[i], err = r.value(each, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *Map:
		m := &Map{}
		for _, e := range v.Entries() {
			var err error
			if e.Value, err = r.value(e.Value, depth+1); err != nil {
				return nil, err
			}
			m.put(e)
		}
		return m, nil
	}
	return value, nil
}

func (r *resolver) reference(reference *Reference, depth int) (any, error) {
	path, ok := texts(reference.data)
	if !ok {
		return nil, fmt.Errorf("%s %s is not valid", referenceTag, Inspect(reference.data))
	}
	name := strings.Join(path, "\x00")
	if value, ok := r.known[name]; ok {
		return value, nil
	}
	for _, above := range r.open {
		if above == name {
			return nil, fmt.Errorf("%s is part of a circular chain", reference)
		}
	}
	r.open = append(r.open, name)
	defer func() { r.open = r.open[:len(r.open)-1] }()
	var at any = r.config
	for _, key := range path {
		m, isMap := at.(*Map)
		if !isMap {
			return nil, fmt.Errorf("%s could not be found", reference)
		}
		at = m.Get(key)
	}
	value, err := r.value(at, depth+1)
	if err == nil && (value == nil || value == false) {
		err = fmt.Errorf("%s could not be found", reference)
	}
	if err != nil {
		return nil, err
	}
	r.known[name] = value
	return value, nil
}

func texts(value any) (list []string, ok bool) {
	items, _ := value.([]any)
	for _, each := range items {
		text, isText := each.(string)
		if !isText {
			return nil, false
		}
		list = append(list, text)
	}
	return list, len(list) > 0
}
