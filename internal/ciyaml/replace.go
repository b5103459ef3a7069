package ciyaml

import "errors"

// maxTaken is how many elements lists may take in in all: more would be too big as YAML, too. The limit is ours. GitLab
// has one of the nodes that it visits (MAX_NODES), which no configuration reaches that is not too big by itself.
const maxTaken = 500_000

// ErrTooLarge is the error about a configuration that other values make too large
// (lib/gitlab/ci/config/interpolation/config.rb).
var ErrTooLarge = errors.New("config too large")

// Replace is the configuration with other values in the place of its texts, keys included, in their order. A list that
// takes the place of an element of a list is taken into it. What !reference holds stays. The first error of replaced
// ends it.
func Replace(config *Map, replaced func(text string) (any, error)) (*Map, error) {
	r := replacer{replaced: replaced, left: maxTaken}
	value, err := r.value(config)
	if err != nil {
		return nil, err
	}
	return value.(*Map), nil
}

type replacer struct {
	replaced func(text string) (any, error)
	left     int // how many more elements lists may take in
}

func (r *replacer) value(value any) (any, error) {
	switch v := value.(type) {
	case string:
		return r.replaced(v)
	case Symbol:
		return r.replaced(string(v))
	case []any:
		return r.list(v)
	case *Map:
		return r.hash(v)
	}
	return value, nil
}

func (r *replacer) list(list []any) (any, error) {
	result := make([]any, 0, len(list))
	for _, each := range list {
		value, err := r.value(each)
		if err != nil {
			return nil, err
		}
		_, wasText := each.(string)
		taken, isList := value.([]any)
		if !wasText || !isList {
			result = append(result, value)
			continue
		}
		if r.left -= len(taken); r.left < 0 {
			return nil, ErrTooLarge
		}
		result = append(result, taken...)
	}
	return result, nil
}

func (r *replacer) hash(m *Map) (any, error) {
	result := &Map{}
	for _, e := range m.Entries() {
		if e.Named {
			key, err := r.replaced(e.Key)
			if err != nil {
				return nil, err
			}
			_, e.Named = key.(string)
			e.Key = Text(key)
		}
		var err error
		if e.Value, err = r.value(e.Value); err != nil {
			return nil, err
		}
		result.put(e)
	}
	return result, nil
}
