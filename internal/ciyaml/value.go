package ciyaml

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// A value is nil, a bool, an int64, a *big.Int beyond that, a float64, a string, a Symbol, a *Map, a []any or a
// *Reference.
// Values are shared between the places of a document that name the same anchor, so they are never changed once they are
// read.

// Symbol is Ruby's: a plain word with a colon before it.
type Symbol string

// Map is a hash that keeps the order of its keys. The zero value is empty.
type Map struct {
	entries []Entry
	index   map[string]int
}

// Entry is a key with its value.
type Entry struct {
	Key   string // as Ruby's to_s writes it
	Named bool   // the key is a text, and not a number, a boolean or nothing
	Value any
}

// Entries are the map's, in order. They must not be changed.
func (m *Map) Entries() []Entry {
	if m == nil {
		return nil
	}
	return m.entries
}

// Keys are the keys, in order.
func (m *Map) Keys() []string {
	keys := make([]string, len(m.Entries()))
	for i, e := range m.Entries() {
		keys[i] = e.Key
	}
	return keys
}

// Len is the number of keys.
func (m *Map) Len() int { return len(m.Entries()) }

// Get is the value of a key; nil, too, if the map does not have it.
func (m *Map) Get(key string) any {
	value, _ := m.Lookup(key)
	return value
}

// Has says whether the map has the key, be it with a value of nothing.
func (m *Map) Has(key string) bool {
	_, ok := m.Lookup(key)
	return ok
}

// Lookup is the value of a key.
func (m *Map) Lookup(key string) (any, bool) {
	if m == nil {
		return nil, false
	}
	i, ok := m.index[key]
	if !ok {
		return nil, false
	}
	return m.entries[i].Value, true
}

// Set gives a key a value. A key that was there keeps its place.
func (m *Map) Set(key string, value any) { m.put(Entry{key, true, value}) }

func (m *Map) put(e Entry) {
	if i, ok := m.index[e.Key]; ok {
		m.entries[i].Value = e.Value
		return
	}
	if m.index == nil {
		m.index = map[string]int{}
	}
	m.index[e.Key] = len(m.entries)
	m.entries = append(m.entries, e)
}

// Without is a copy that lacks the keys.
func (m *Map) Without(keys ...string) *Map {
	result := &Map{}
next:
	for _, e := range m.Entries() {
		for _, key := range keys {
			if e.Key == key {
				continue next
			}
		}
		result.put(e)
	}
	return result
}

// Merge is Rails' deep_merge: over is laid on m, maps are merged, all else is replaced.
func (m *Map) Merge(over *Map) *Map {
	result := &Map{}
	for _, e := range m.Entries() {
		result.put(e)
	}
	for _, e := range over.Entries() {
		below, isMap := result.Get(e.Key).(*Map)
		above, bothMaps := e.Value.(*Map)
		if isMap && bothMaps {
			e.Value = below.Merge(above)
		}
		result.put(e)
	}
	return result
}

// Text is the value as Ruby's to_s writes it.
func Text(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case Symbol:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case *big.Int:
		return v.String()
	case float64:
		return floatText(v)
	}
	return Inspect(value)
}

func floatText(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case math.IsNaN(f):
		return "NaN"
	case f == 0 || math.Abs(f) >= 1e-4 && math.Abs(f) < 1e16:
		text := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	return mantissa + "e" + exponent
}

// Inspect is the value as Ruby's inspect writes it.
func Inspect(value any) string {
	var b strings.Builder
	inspect(&b, value, 0)
	return b.String()
}

func inspect(b *strings.Builder, value any, depth int) {
	switch v := value.(type) {
	case nil:
		b.WriteString("nil")
	case string:
		b.WriteString(strconv.Quote(v))
	case Symbol:
		b.WriteString(":" + string(v))
	case []any:
		b.WriteByte('[')
		for i, each := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			inspect(b, each, depth+1)
		}
		b.WriteByte(']')
	case *Map:
		b.WriteByte('{')
		for i, e := range v.Entries() {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, ":%s=>", e.Key)
			inspect(b, e.Value, depth+1)
		}
		b.WriteByte('}')
	case *Reference:
		b.WriteString(v.String())
	default:
		b.WriteString(Text(value))
	}
}

const (
	// maxSize is what a configuration may weigh, in bytes of a Ruby process (max_yaml_size_bytes).
	maxSize = 2 << 20
	// maxDepth is how deep its values may nest (max_yaml_depth).
	maxDepth = 100
	// weight is what every value weighs, beside its text.
	weight = 40
)

// TooBig says whether a value is larger or deeper than GitLab reads. What an anchor shares is counted wherever it is
// named, as in GitLab: this is what stops documents whose anchors explode.
func TooBig(value any) bool {
	left := maxSize
	return !fits(value, &left, 1)
}

func fits(value any, left *int, depth int) bool {
	*left -= weight
	if *left < 0 || depth > maxDepth {
		return false
	}
	switch v := value.(type) {
	case string:
		*left -= len(v)
	case *big.Int:
		*left -= v.BitLen() / 8
	case []any:
		for _, each := range v {
			if !fits(each, left, depth+1) {
				return false
			}
		}
	case *Map:
		for _, e := range v.Entries() {
			*left -= len(e.Key)
			if !fits(e.Value, left, depth+1) {
				return false
			}
		}
	case *Reference:
		return fits(v.data, left, depth+1)
	}
	return *left >= 0
}

// With is a copy in which a key has another value.
func (m *Map) With(key string, value any) *Map {
	result := m.Without()
	result.Set(key, value)
	return result
}
