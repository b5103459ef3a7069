package datajson

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Object reads the top level of a JSON object: its keys in their order, each once, and the JSON of each. Of a key given
// twice the last value counts, as in encoding/json; null is an object without keys. The values share the memory of
// text.
func Object(text []byte) (keys []string, values map[string]json.RawMessage, err error) {
	root, problems := parse(text)
	switch {
	case len(problems) > 0:
		return nil, nil, &Error{Problems: problems}
	case root.kind != kindNull && root.kind != kindObject:
		return nil, nil, fmt.Errorf("want an object, have %s", root.kind)
	}
	values = make(map[string]json.RawMessage, len(root.members))
	for _, m := range root.members {
		if _, twice := values[m.name]; !twice {
			keys = append(keys, m.name)
		}
		values[m.name] = json.RawMessage(text[m.value.start:m.value.end:m.value.end])
	}
	return keys, values, nil
}

// MarshalObject writes list as an object whose keys keep the list's order.
func MarshalObject[T any](list []T, split func(T) (key string, value any)) ([]byte, error) {
	out := []byte{'{'}
	for i, each := range list {
		key, value := split(each)
		name, err := MarshalPlain(key)
		if err != nil {
			return nil, err
		}
		text, err := MarshalPlain(value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(append(out, name...), ':'), text...)
	}
	return append(out, '}'), nil
}

// MarshalPlain is json.Marshal without the escapes of HTML, which would make scripts hard to read.
func MarshalPlain(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
