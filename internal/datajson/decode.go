package datajson

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Unmarshal reads text into the value that v points to; known may be nil. Its error is an *Error with every problem;
// what is sound has been read all the same.
func Unmarshal(text []byte, v any, known Known) error {
	return unmarshal(text, v, known, (*decoder).decode)
}

// UnmarshalFields is Unmarshal for the UnmarshalJSON of a type that has one for others to find: v is read by its
// fields.
func UnmarshalFields(text []byte, v any, known Known) error {
	return unmarshal(text, v, known, func(d *decoder, n *node, v reflect.Value, path string) {
		if n.token == nil {
			v.SetZero()
			return
		}
		d.kind(n, v, path)
	})
}

func unmarshal(text []byte, v any, known Known, read func(*decoder, *node, reflect.Value, string)) error {
	d := decoder{text: text, known: known}
	root, problems := parse(text)
	d.problems = problems
	if root != nil {
		read(&d, root, reflect.ValueOf(v).Elem(), "")
	}
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return a.Offset - b.Offset })
	return &Error{Problems: d.problems}
}

type decoder struct {
	text     []byte
	known    Known
	problems []Problem
}

func (d *decoder) report(n *node, path, format string, args ...any) {
	d.problems = append(d.problems, Problem{Path: path, Offset: n.start, Message: fmt.Sprintf(format, args...)})
}

func (d *decoder) want(n *node, path, what string) {
	d.report(n, path, "want %s, have %s", what, n.kind())
}

func (d *decoder) decode(n *node, v reflect.Value, path string) {
	if n.token == nil {
		v.SetZero()
		return
	}
	switch v.Type() {
	case timeType:
		scalar(d, n, v, path, "a time", parseTime)
		return
	case durationType:
		d.duration(n, v, path)
		return
	case bytesType:
		scalar(d, n, v, path, "a string in base64", parseBytes)
		return
	}
	switch own := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		d.adopt(n, path, own.UnmarshalJSON(d.text[n.start:n.end]))
		return
	case encoding.TextUnmarshaler:
		scalar(d, n, reflect.Value{}, path, "a string", func(s string) (any, error) {
			return nil, own.UnmarshalText([]byte(s))
		})
		return
	}
	d.kind(n, v, path)
}

func (d *decoder) kind(n *node, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), path)
	case reflect.Struct:
		d.object(n, v, path)
	case reflect.Map:
		d.stringMap(n, v, path)
	case reflect.Slice:
		d.array(n, v, path)
	case reflect.String:
		d.string(n, v, path)
	case reflect.Bool:
		if b, ok := n.token.(bool); ok {
			v.SetBool(b)
		} else {
			d.want(n, path, "true or false")
		}
	case reflect.Int, reflect.Int64, reflect.Float64:
		d.number(n, v, path)
	default:
		d.report(n, path, "a %s is no plain data", v.Type())
	}
}

// Placed is an error of a type's own UnmarshalJSON that knows where in the type's value it belongs. Several of them
// come in one error, as errors.Join makes it.
type Placed interface {
	JSONPath() (path, message string)
}

// adopt makes the problems that a type's own method found this decoder's.
func (d *decoder) adopt(n *node, path string, err error) {
	switch found := err.(type) {
	case nil:
	case *Error:
		for _, p := range found.Problems {
			d.problems = append(d.problems, Problem{Path: Join(path, p.Path), Offset: n.start + p.Offset, Message: p.Message})
		}
	case interface{ Unwrap() []error }:
		for _, each := range found.Unwrap() {
			d.adopt(n, path, each)
		}
	case Placed:
		below, message := found.JSONPath()
		places := Places{}
		n.locate("", places)
		d.problems = append(d.problems, Problem{Path: Join(path, below), Offset: places.Of(below), Message: message})
	default:
		d.report(n, path, "%s", err)
	}
}

// Join puts a path before one that goes on below it.
func Join(path, below string) string {
	if path == "" || below == "" || strings.HasPrefix(below, "[") {
		return path + below
	}
	return path + "." + below
}

func (d *decoder) object(n *node, v reflect.Value, path string) {
	if n.token != json.Delim('{') {
		d.want(n, path, "an object")
		return
	}
	fields := Fields(v.Type())
	given := map[string]bool{}
	for _, m := range n.members {
		i := slices.IndexFunc(fields, func(f StructField) bool { return f.Name == m.name })
		switch {
		case i < 0:
			d.unknown(m, fields, path)
		case d.repeated(m, given, path):
		default:
			d.decode(m.value, v.Field(fields[i].Index), Field(path, m.name))
		}
	}
	for _, field := range fields {
		if field.Required && !given[field.Name] {
			d.report(n, Field(path, field.Name), "is missing")
		}
	}
}

func (d *decoder) repeated(m member, given map[string]bool, path string) bool {
	if given[m.name] {
		d.problems = append(d.problems, Problem{Field(path, m.name), m.start, "given twice"})
		return true
	}
	given[m.name] = true
	return false
}

func (d *decoder) unknown(m member, fields []StructField, path string) {
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = field.Name
	}
	hint := Suggest(m.name, names)
	for _, other := range otherWords {
		if strings.HasPrefix(m.name, other.name) && slices.Contains(names, other.field) {
			hint = fmt.Sprintf("did you mean %q%s?", other.field, other.remark)
		}
	}
	d.problems = append(d.problems, Problem{Field(path, m.name), m.start, "unknown field; " + hint})
}

// otherWords are what GitLab's answers, and those who remember them, call what has another name in a scenario.
var otherWords = []struct{ name, field, remark string }{
	{"tag", "tag_list", ""},
	{"active", "paused", ", which is its opposite"},
	{"status", "contacted_at", ", from which a runner's status follows"},
	{"online", "contacted_at", ", from which a runner's status follows"},
	{"access_level", "role", ""},
	{"user", "username", ""},
	{"full_path", "path", ""},
	{"path_with_namespace", "path", ""},
	{"is_shared", "runner_type", ""},
}

func (d *decoder) stringMap(n *node, v reflect.Value, path string) {
	if n.token != json.Delim('{') || v.Type().Key().Kind() != reflect.String {
		d.want(n, path, "an object")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	given := map[string]bool{}
	for _, m := range n.members {
		if d.repeated(m, given, path) {
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(m.value, value, Field(path, m.name))
		v.SetMapIndex(reflect.ValueOf(m.name).Convert(v.Type().Key()), value)
	}
}

func (d *decoder) array(n *node, v reflect.Value, path string) {
	if n.token != json.Delim('[') {
		d.want(n, path, "an array")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		if item.token == nil && !nilable(v.Type().Elem()) {
			d.report(item, Index(path, i), "null is no element of a list; leave it out")
			continue
		}
		d.decode(item, v.Index(i), Index(path, i))
	}
}

// nilable reports whether null is a value of the type, and is written so.
func nilable(t reflect.Type) bool {
	return slices.Contains([]reflect.Kind{reflect.Slice, reflect.Map, reflect.Pointer}, t.Kind())
}

func (d *decoder) string(n *node, v reflect.Value, path string) {
	if len(n.members) == 1 && n.members[0].name == "base64" {
		scalar(d, n.members[0].value, reflect.Value{}, Field(path, "base64"), "a string in base64",
			func(s string) (any, error) {
				content, err := parseBytes(s)
				v.SetString(string(content))
				return nil, err
			})
		return
	}
	s, ok := n.token.(string)
	if !ok {
		d.want(n, path, "a string")
		return
	}
	if message := d.known.Check(v.Type(), s); message != "" {
		d.report(n, path, "%s", message)
		return
	}
	v.SetString(s)
}

func (d *decoder) number(n *node, v reflect.Value, path string) {
	number, ok := n.token.(json.Number)
	switch {
	case !ok && v.Kind() == reflect.Float64:
		d.want(n, path, "a number")
	case !ok:
		d.want(n, path, "an integer")
	case v.Kind() == reflect.Float64:
		f, err := strconv.ParseFloat(string(number), 64)
		if err != nil {
			d.report(n, path, "%s is out of range", number)
			return
		}
		v.SetFloat(f)
	default:
		i, err := strconv.ParseInt(string(number), 10, v.Type().Bits())
		switch {
		case errors.Is(err, strconv.ErrRange):
			d.report(n, path, "%s is out of range", number)
		case err != nil:
			d.report(n, path, "want an integer, have %s", number)
		default:
			v.SetInt(i)
		}
	}
}

func (d *decoder) duration(n *node, v reflect.Value, path string) {
	if number, ok := n.token.(json.Number); ok {
		duration, err := parseSeconds(string(number))
		if err != nil {
			d.report(n, path, "%s, have %s", err, number)
			return
		}
		v.SetInt(int64(duration))
		return
	}
	scalar(d, n, v, path, `seconds or a duration such as "1h 30m"`, ParseDuration)
}

// scalar reads a string by parse and sets v to what it gives, unless v is the zero Value.
func scalar[T any](d *decoder, n *node, v reflect.Value, path, what string, parse func(string) (T, error)) {
	s, ok := n.token.(string)
	if !ok {
		d.want(n, path, what)
		return
	}
	value, err := parse(s)
	switch {
	case err != nil:
		d.report(n, path, "%s, have %q", err, s)
	case v.IsValid():
		v.Set(reflect.ValueOf(value))
	}
}

func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errors.New("want a time as RFC 3339 has it, 2024-07-01T12:00:00Z")
}

func parseBytes(s string) ([]byte, error) {
	content, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, errors.New("want base64")
	}
	return content, nil
}
