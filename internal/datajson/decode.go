package datajson

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	return unmarshal(text, v, known, func(d *decoder, n *node, v reflect.Value) {
		if n.kind == kindNull {
			v.SetZero()
			return
		}
		d.kind(n, v)
	})
}

func unmarshal(text []byte, v any, known Known, read func(*decoder, *node, reflect.Value)) error {
	d := decoder{text: text, known: known}
	d.at = d.room[:0]
	var root *node
	start := 0
	if within, ok := partOf(text); ok {
		d.text, root, start = within.text, within.node, within.node.start
	} else {
		root, d.problems = parse(text)
	}
	if root != nil {
		read(&d, root, reflect.ValueOf(v).Elem())
	}
	if len(d.problems) == 0 {
		return nil
	}
	for i := range d.problems {
		d.problems[i].Offset -= start
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return a.Offset - b.Offset })
	return &Error{Problems: d.problems}
}

// piece is a value within a text that has been read already.
type piece struct {
	text []byte
	node *node
}

// pieces has, while a type's own UnmarshalJSON is at work on a value, what has been read of it, by its first byte in
// memory. Such a method mostly is UnmarshalFields, which gets here again: it need not read the same text once more, as
// often as values are within values.
var pieces sync.Map // *byte -> piece

// partOf finds what has been read of a text by whoever has it read right now.
func partOf(text []byte) (piece, bool) {
	if len(text) == 0 {
		return piece{}, false
	}
	found, _ := pieces.Load(&text[0])
	of, ok := found.(piece)
	return of, ok && len(text) == of.node.end-of.node.start
}

// own has a type's own method read a value.
func (d *decoder) own(n *node, own json.Unmarshaler) {
	text := d.text[n.start:n.end:n.end]
	pieces.Store(&text[0], piece{d.text, n})
	defer pieces.Delete(&text[0])
	d.adopt(n, own.UnmarshalJSON(text))
}

type decoder struct {
	text     []byte
	known    Known
	at       []step  // where the value is that is read
	room     [4]step // of at, which is seldom longer
	problems []Problem
}

func (d *decoder) report(n *node, format string, args ...any) {
	d.add("", n.start, fmt.Sprintf(format, args...))
}

// add notes a problem of what is at a path below the value that is read.
func (d *decoder) add(below string, offset int, message string) {
	d.problems = append(d.problems, Problem{Path: Join(pathOf(d.at), below), Offset: offset, Message: message})
}

func (d *decoder) want(n *node, what string) { d.report(n, "want %s, have %s", what, n.kind) }

// below reads a value that is a step below.
func (d *decoder) below(s step, n *node, v reflect.Value) {
	d.at = append(d.at, s)
	d.decode(n, v)
	d.at = d.at[:len(d.at)-1]
}

func (d *decoder) decode(n *node, v reflect.Value) {
	if n.kind == kindNull {
		v.SetZero()
		return
	}
	switch v.Type() {
	case timeType:
		scalar(d, n, v, "a time", ParseTime)
		return
	case durationType:
		d.duration(n, v)
		return
	case bytesType:
		scalar(d, n, v, "a string in base64", parseBytes)
		return
	}
	switch own := v.Addr().Interface().(type) {
	case json.Unmarshaler:
		d.own(n, own)
		return
	case encoding.TextUnmarshaler:
		scalar(d, n, reflect.Value{}, "a string", func(s string) (any, error) {
			return nil, own.UnmarshalText([]byte(s))
		})
		return
	}
	d.kind(n, v)
}

// anything reads a value of no type of its own.
func (d *decoder) anything(n *node, v reflect.Value) {
	value, err := Anything(d.text[n.start:n.end])
	if err != nil {
		d.report(n, "%v", err)
		return
	}
	v.Set(reflect.ValueOf(value))
}

// Anything is the value of a text of JSON as encoding/json reads it, but for numbers that no float64 is written as: 1.0
// and long ones are json.Number.
func Anything(text []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err = d.Token(); err != io.EOF {
		return nil, errors.New("there is more behind the value")
	}
	return shortNumbers(value), nil
}

func shortNumbers(value any) any {
	switch v := value.(type) {
	case json.Number:
		f, err := v.Float64()
		if text, _ := json.Marshal(f); err == nil && string(text) == string(v) {
			return f
		}
	case []any:
		for i, each := range v {
			v[i] = shortNumbers(each)
		}
	case map[string]any:
		for key, each := range v {
			v[key] = shortNumbers(each)
		}
	}
	return value
}

func (d *decoder) kind(n *node, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem())
	case reflect.Struct:
		d.object(n, v)
	case reflect.Map:
		d.stringMap(n, v)
	case reflect.Slice:
		d.array(n, v)
	case reflect.String:
		d.string(n, v)
	case reflect.Bool:
		if n.kind == kindBoolean {
			v.SetBool(n.truth)
		} else {
			d.want(n, "true or false")
		}
	case reflect.Int, reflect.Int64, reflect.Float64:
		d.number(n, v)
	case reflect.Interface:
		d.anything(n, v)
	default:
		d.report(n, "a %s is no plain data", v.Type())
	}
}

// Placed is an error of a type's own UnmarshalJSON that knows where in the type's value it belongs. Several of them
// come in one error, as errors.Join makes it.
type Placed interface {
	JSONPath() (path, message string)
}

// adopt makes the problems that a type's own method found this decoder's.
func (d *decoder) adopt(n *node, err error) {
	switch found := err.(type) {
	case nil:
	case *Error:
		for _, p := range found.Problems {
			d.add(p.Path, n.start+p.Offset, p.Message)
		}
	case interface{ Unwrap() []error }:
		for _, each := range found.Unwrap() {
			d.adopt(n, each)
		}
	case Placed:
		below, message := found.JSONPath()
		places := Places{}
		n.locate("", places)
		d.add(below, places.Of(below), message)
	default:
		d.report(n, "%s", err)
	}
}

// Join puts a path before one that goes on below it.
func Join(path, below string) string {
	if path == "" || below == "" || strings.HasPrefix(below, "[") {
		return path + below
	}
	return path + "." + below
}

func (d *decoder) object(n *node, v reflect.Value) {
	if n.kind != kindObject {
		d.want(n, "an object")
		return
	}
	fields := Fields(v.Type())
	given := make([]bool, len(fields))
	for _, m := range n.members {
		i := slices.IndexFunc(fields, func(f StructField) bool { return f.Name == m.name })
		switch {
		case i < 0:
			d.unknown(m, fields)
		case given[i]:
			d.twice(m)
		default:
			given[i] = true
			if m.value.kind == kindNull && fields[i].Required && !nilable(v.Field(fields[i].Index).Type()) {
				d.add(Field("", m.name), m.value.start, IsMissing)
				continue
			}
			d.below(step{name: m.name}, m.value, v.Field(fields[i].Index))
		}
	}
	for i, field := range fields {
		if field.Required && !given[i] {
			d.add(Field("", field.Name), n.start, IsMissing)
		}
	}
}

// IsMissing is the problem of a field that has to be given.
const IsMissing = "is missing"

func (d *decoder) twice(m member) { d.add(Field("", m.name), m.start, "given twice") }

func (d *decoder) unknown(m member, fields []StructField) {
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
	d.add(Field("", m.name), m.start, "unknown field; "+hint)
}

// otherWords are what GitLab's answers, and those who remember them, call what has another name in a scenario.
var otherWords = []struct{ name, field, remark string }{
	{"tag", "tag_list", ""},
	{"active", "paused", ", which is its opposite"},
	{"status", "contacted_at", ", from which a runner's status follows"},
	{"online", "contacted_at", ", from which a runner's status follows"},
	{"access_level", "role", ""},
	{"user", "username", ""},
	{"username", "user", ""},
	{"full_path", "path", ""},
	{"path_with_namespace", "path", ""},
	{"is_shared", "runner_type", ""},
}

func (d *decoder) stringMap(n *node, v reflect.Value) {
	if n.kind != kindObject || v.Type().Key().Kind() != reflect.String {
		d.want(n, "an object")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	given := map[string]bool{}
	for _, m := range n.members {
		if given[m.name] {
			d.twice(m)
			continue
		}
		given[m.name] = true
		value := reflect.New(v.Type().Elem()).Elem()
		d.below(step{name: m.name}, m.value, value)
		v.SetMapIndex(reflect.ValueOf(m.name).Convert(v.Type().Key()), value)
	}
}

func (d *decoder) array(n *node, v reflect.Value) {
	if n.kind != kindArray {
		d.want(n, "an array")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	v.Grow(len(n.items))
	v.SetLen(len(n.items))
	v.SetCap(len(n.items))
	for i, item := range n.items {
		if item.kind == kindNull && !nilable(v.Type().Elem()) {
			d.add(Index("", i), item.start, "null is no element of a list; leave it out")
			continue
		}
		d.below(step{index: i, listed: true}, item, v.Index(i))
	}
}

// nilable reports whether null is a value of the type, and is written so.
func nilable(t reflect.Type) bool {
	return slices.Contains([]reflect.Kind{reflect.Slice, reflect.Map, reflect.Pointer}, t.Kind())
}

func (d *decoder) string(n *node, v reflect.Value) {
	if len(n.members) == 1 && n.members[0].name == "base64" {
		d.at = append(d.at, step{name: "base64"})
		scalar(d, n.members[0].value, reflect.Value{}, "a string in base64", func(s string) (any, error) {
			content, err := parseBytes(s)
			v.SetString(string(content))
			return nil, err
		})
		d.at = d.at[:len(d.at)-1]
		return
	}
	if n.kind != kindText {
		d.want(n, "a string")
		return
	}
	if message := d.known.Check(v.Type(), n.text); message != "" {
		d.report(n, "%s", message)
		return
	}
	v.SetString(n.text)
}

func (d *decoder) number(n *node, v reflect.Value) {
	switch {
	case n.kind != kindNumber && v.Kind() == reflect.Float64:
		d.want(n, "a number")
	case n.kind != kindNumber:
		d.want(n, "an integer")
	case v.Kind() == reflect.Float64:
		f, err := strconv.ParseFloat(n.text, 64)
		if err != nil {
			d.report(n, "%s is out of range", n.text)
			return
		}
		v.SetFloat(f)
	default:
		i, err := strconv.ParseInt(n.text, 10, v.Type().Bits())
		switch {
		case errors.Is(err, strconv.ErrRange):
			d.report(n, "%s is out of range", n.text)
		case err != nil:
			d.report(n, "want an integer, have %s", n.text)
		default:
			v.SetInt(i)
		}
	}
}

func (d *decoder) duration(n *node, v reflect.Value) {
	if n.kind == kindNumber {
		duration, err := parseSeconds(n.text)
		if err != nil {
			d.report(n, "%s, have %s", err, n.text)
			return
		}
		v.SetInt(int64(duration))
		return
	}
	scalar(d, n, v, `seconds or a duration such as "1h 30m"`, ParseDuration)
}

// scalar reads a string by parse and sets v to what it gives, unless v is the zero Value.
func scalar[T any](d *decoder, n *node, v reflect.Value, what string, parse func(string) (T, error)) {
	if n.kind != kindText {
		d.want(n, what)
		return
	}
	value, err := parse(n.text)
	switch {
	case err != nil:
		d.report(n, "%s, have %q", err, n.text)
	case v.IsValid():
		*v.Addr().Interface().(*T) = value
	}
}

// ParseTime reads a time as RFC 3339 has it, or a day, which begins at midnight in UTC. The error says what is wanted.
func ParseTime(s string) (time.Time, error) {
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
