package graphqlruby

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// problem is one reason why a value is refused (lib/graphql/query/input_validation_result.rb).
type problem struct {
	Path        []any          `json:"path"`
	Explanation string         `json:"explanation"`
	Extensions  map[string]any `json:"extensions,omitempty"`
	Message     string         `json:"message,omitempty"` // a scalar's own text
}

func problems(text string, args ...any) []problem {
	return []problem{{Path: []any{}, Explanation: fmt.Sprintf(text, args...)}}
}

// below puts a step before the paths of problems.
func below(step any, inner []problem) []problem {
	for i := range inner {
		inner[i].Path = append([]any{step}, inner[i].Path...)
	}
	return inner
}

// unlimited is for lists that are checked to their end.
const unlimited = -1

// checkInput says what is wrong with the value of a variable (validate_input of lib/graphql/schema/*.rb). A list stops
// after so many wrong items.
func (v *view) checkInput(t *typeRef, value any, limit int) []problem {
	if value == nil {
		if t.NonNull {
			return problems(textNotNull)
		}
		return nil
	}
	if t.Elem != nil {
		return v.checkList(t, value, limit)
	}
	switch d := v.named(t); {
	case d == nil:
		return nil
	case d.kind == kindEnum:
		return d.checkEnum(value)
	case d.kind == kindInputObject:
		return v.checkObject(d, value)
	default:
		return d.checkScalar(value)
	}
}

func (v *view) checkList(t *typeRef, value any, limit int) []problem {
	var all []problem
	for i, item := range asList(value) {
		wrong := v.checkInput(t.Elem, item, unlimited)
		if wrong == nil {
			continue
		}
		if limit == 0 {
			return append(all, below(nil, problems(textTooManyItems))...)
		}
		limit--
		all = append(all, below(i, wrong)...)
	}
	return all
}

func asList(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

func (t *typeDef) checkEnum(value any) []problem {
	if name, ok := value.(string); ok && t.has(name) {
		return nil
	}
	names := make([]string, len(t.values))
	for i, e := range t.values {
		names[i] = e.name
	}
	return problems(textNotInEnum, serialize(value), strings.Join(names, ", "))
}

func (t *typeDef) has(value string) bool {
	return slices.ContainsFunc(t.values, func(e *enumValue) bool { return e.name == value })
}

func (t *typeDef) checkScalar(value any) []problem {
	coerced, err := t.parse(value)
	if err != nil {
		p := problem{Path: []any{}, Explanation: err.Error(), Message: err.Error()}
		var shown *Error
		if errors.As(err, &shown) {
			p.Extensions = shown.Extensions
		}
		return []problem{p}
	}
	if coerced == nil {
		return problems(textNotCoercible, serialize(value), t.name)
	}
	return nil
}

// parse reads the value of a scalar; a scalar that says nothing takes any.
func (t *typeDef) parse(value any) (any, error) {
	if t.scalar.ParseInput == nil {
		return finite(value), nil
	}
	return t.scalar.ParseInput(value)
}

// finite is a value without numbers that JSON cannot show: they are shown as null.
func finite(value any) any {
	switch v := value.(type) {
	case float64:
		if math.IsInf(v, 0) {
			return json.RawMessage("null")
		}
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = finite(item)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, item := range v {
			object[key] = finite(item)
		}
		return object
	}
	return value
}

// checkObject looks at the fields in the order in which the schema has them, then at those that it has not, by name: in
// what order the client sent them is lost.
func (v *view) checkObject(t *typeDef, value any) []problem {
	given, ok := value.(map[string]any)
	if !ok {
		return problems(textNotAnObject, toJSON(value))
	}
	var all []problem
	for _, a := range t.inputs {
		if item, ok := given[a.name]; ok {
			all = append(all, below(a.name, v.checkInput(a.typ, item, unlimited))...)
		}
	}
	for _, name := range sortedKeys(given) {
		if t.arg(name) == nil {
			all = append(all, below(name, problems(textNotAField, t.name))...)
		}
	}
	for _, a := range t.inputs {
		if _, ok := given[a.name]; !ok && a.required() {
			all = append(all, below(a.name, problems(textNotNull))...)
		}
	}
	return append(all, t.checkOneOf(given)...)
}

func (t *typeDef) checkOneOf(given map[string]any) []problem {
	if !t.oneOf {
		return nil
	}
	if len(given) != 1 {
		return problems(textOneOfProblemCount, t.name, len(given))
	}
	for name, value := range given {
		if value == nil {
			return problems(textOneOfProblemNull, t.name, name)
		}
	}
	return nil
}

// plainValue turns what encoding/json makes of a value into what scalars are asked about: whole numbers are int64.
func plainValue(value any) any {
	switch v := value.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			return parseFloat(v.String())
		}
		return wholeNumber(v.String())
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v)
		}
	case float32:
		return plainValue(float64(v))
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = plainValue(item)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, item := range v {
			object[key] = plainValue(item)
		}
		return object
	case string, bool, nil:
	default:
		if n, ok := wholeOf(value); ok {
			return n
		}
	}
	return value
}
