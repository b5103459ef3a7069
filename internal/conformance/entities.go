package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// entities is a JSON object that keeps the order of its keys.
type entities struct {
	names  []string
	values map[string]json.RawMessage
}

func (e *entities) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		e.set(fmt.Sprint(name), value)
	}
	return nil
}

func (e *entities) set(name string, value json.RawMessage) {
	if e.values == nil {
		e.values = map[string]json.RawMessage{}
	}
	if _, known := e.values[name]; !known {
		e.names = append(e.names, name)
	}
	e.values[name] = value
}

// mergedWith lays other entities over these: one named again is replaced, or merged key by key.
func (e entities) mergedWith(over entities, byKey bool) entities {
	merged := entities{names: slices.Clone(e.names), values: maps.Clone(e.values)}
	for _, name := range over.names {
		value := over.values[name]
		if base, known := merged.values[name]; known && byKey {
			value = mergedObject(base, value)
		}
		merged.set(name, value)
	}
	return merged
}

func mergedObject(base, over json.RawMessage) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(base, &object) != nil || json.Unmarshal(over, &object) != nil {
		return over
	}
	merged, err := json.Marshal(object)
	if err != nil {
		return over
	}
	return merged
}
