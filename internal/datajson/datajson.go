// Package datajson writes plain Go data as JSON for people and reads it back strictly: it finds every mistake at once
// and says where each is and what was probably meant.
//
// It goes by the json tags of encoding/json (name and omitzero) and differs from it in this:
//   - A field without omitzero must be given.
//   - A time.Duration is a number of seconds; "1h 30m" is read as well.
//   - A time.Time is RFC 3339 in UTC, with as many digits of the second as it has; a date alone is read as well.
//   - A string that is not valid UTF-8, as a job's log may be, is {"base64": "..."}.
//   - Names of fields are told apart by their case; null is the same as a field left out.
//   - A string type may have a list of the values it takes (see Known).
//
// Types with their own MarshalJSON and UnmarshalJSON are left to those. A type that uses this package for its own
// methods goes by its fields, so that they do not call themselves:
//
//	func (r Runner) MarshalJSON() ([]byte, error) { return datajson.MarshalFields(r) }
package datajson

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Problem is one mistake in a JSON text, or one thing that JSON cannot hold.
type Problem struct {
	Path    string // runners[2].projects[0]; empty for the whole
	Offset  int    // of the value concerned in the text, in bytes
	Message string
}

// Error is everything that Unmarshal found wrong, or the first thing that Marshal did.
type Error struct {
	Problems []Problem
}

// Error lists the problems, one a line where there are several.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = At(p.Path, p.Message)
	}
	return strings.Join(lines, "\n")
}

// At puts a path before a message.
func At(path, message string) string {
	if path == "" {
		return message
	}
	return path + ": " + message
}

// InFile is a message with its place in a text, if it is known, as compilers write it, so that terminals and editors
// lead there. line is 0 without a text, file empty if it has no name.
func InFile(file string, line, column int, message string) string {
	switch {
	case line == 0:
		return message
	case file != "":
		return fmt.Sprintf("%s:%d:%d: %s", file, line, column, message)
	}
	return fmt.Sprintf("%d:%d: %s", line, column, message)
}

// Known tells the values that a string type takes, beside the empty one. It returns nil for types that take any.
type Known func(reflect.Type) []string

// Position is the line and the column, both counted from 1, of an offset in a text. Columns count characters.
func Position(text []byte, offset int) (line, column int) {
	before := text[:min(max(offset, 0), len(text))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte{'\n'}), 1 + len([]rune(string(before[start:])))
}

// Field joins a field's name, or a map's key, to a path.
func Field(path, name string) string {
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isWord(r) }) {
		return path + "[" + strconv.Quote(name) + "]"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

func isWord(r rune) bool {
	return r == '_' || r == '-' || r == '$' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

// Index joins the index of an item to a path.
func Index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// StructField is a field of a struct as its json tag names it.
type StructField struct {
	Name     string
	Index    int
	Required bool // not omitzero
}

// fieldsOf caches Fields, as encoding/json caches its own: reading the tags anew is most of the cost of a large world.
var fieldsOf sync.Map // reflect.Type -> []StructField

// Fields are the fields of a struct type that take part in its JSON, in their order. Callers do not change them.
func Fields(t reflect.Type) []StructField {
	if known, ok := fieldsOf.Load(t); ok {
		return known.([]StructField)
	}
	fields := make([]StructField, 0, t.NumField())
	for i := range t.NumField() {
		name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields = append(fields, StructField{Name: name, Index: i, Required: options != "omitzero"})
	}
	fieldsOf.Store(t, fields)
	return fields
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	bytesType    = reflect.TypeFor[[]byte]()
)
