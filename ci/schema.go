package ci

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// property is what a JSON schema of GitLab's says of a key: of which kind its value is, and how long a text may be. No
// text may be empty.
type property struct {
	name, kind string
	most       int
}

// Kinds of values, as json_schemer names them in errors.
const (
	kindText          = "is not a string"
	kindBoolean       = "is not a boolean"
	kindTextOrInteger = `is not one of the types: ["string", "integer"]`
)

func (p property) takes(value any) bool {
	switch p.kind {
	case kindBoolean:
		return isBoolean(value)
	case kindTextOrInteger:
		return isText(value) || isInteger(value)
	}
	return isText(value)
}

// object holds the value of a field against a JSON schema of an object without other properties, in the words of the
// gem json_schemer. at is where the value is in what the schema is of, as a JSON pointer.
func (e entry) object(field, at string, value any, required []string, properties ...property) {
	place := "`" + at + "`"
	if at == "" {
		place = "root"
	}
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf(field, "value at %s is not an object", place)
		return
	}
	known := make([]string, len(properties))
	for i, p := range properties {
		known[i] = p.name
		given, has := m.Lookup(p.name)
		switch {
		case !has:
		case !p.takes(given):
			e.addf(field, "value at `%s/%s` %s", at, p.name, p.kind)
		case isText(given) && given == "":
			e.addf(field, "string length at `%s/%s` is less than: 1", at, p.name)
		case isText(given) && length(given) > p.most:
			e.addf(field, "string length at `%s/%s` is greater than: %d", at, p.name, p.most)
		}
	}
	missing := slices.DeleteFunc(slices.Clone(required), m.Has)
	if len(missing) > 0 {
		e.addf(field, "object at %s is missing required properties: %s", place, strings.Join(missing, ", "))
	}
	for _, key := range m.Keys() {
		if !slices.Contains(known, key) {
			e.addf(field, "object property at `%s/%s` is a disallowed additional property", at, key)
		}
	}
}
