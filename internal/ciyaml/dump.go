package ciyaml

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Dump is the configuration as Ruby's to_yaml writes it.
func Dump(config *Map) string {
	if config.Len() == 0 {
		return "--- {}\n"
	}
	var b strings.Builder
	b.WriteString("---\n")
	dumpMap(&b, config, 0)
	return b.String()
}

func dumpMap(b *strings.Builder, m *Map, indent int) {
	for i, e := range m.Entries() {
		if i > 0 || indent == 0 {
			b.WriteString(strings.Repeat(" ", indent))
		}
		key := e.Key
		if e.Named {
			key = quoted{text: e.Key, indent: indent}.String()
		}
		b.WriteString(key + ":")
		dumpValue(b, e.Value, place{indent: indent, column: indent + len([]rune(key)) + 2})
	}
}

// place is where a value is written: the indent of the map or list that it is in, and its own column.
type place struct {
	indent, column int
	inList         bool
}

// dumpValue writes what follows a key's colon or a list's dash. Ruby does not indent a list below its key.
func dumpValue(b *strings.Builder, value any, at place) {
	switch v := value.(type) {
	case *Map:
		switch {
		case v.Len() == 0:
			b.WriteString(" {}\n")
			return
		case at.inList:
			b.WriteByte(' ')
		default:
			b.WriteString("\n" + strings.Repeat(" ", at.indent+2))
		}
		dumpMap(b, v, at.indent+2)
	case []any:
		dumpList(b, v, at)
	case nil:
		b.WriteByte('\n')
	case string:
		b.WriteString(" " + quoted{v, at.indent, at.column, true}.String() + "\n")
	case Symbol:
		b.WriteString(" :" + string(v) + "\n")
	case float64:
		b.WriteString(" " + dumpFloat(v) + "\n")
	default:
		b.WriteString(" " + Text(v) + "\n")
	}
}

func dumpList(b *strings.Builder, list []any, at place) {
	indent := at.indent
	switch {
	case len(list) == 0:
		b.WriteString(" []\n")
		return
	case at.inList:
		b.WriteByte(' ')
		indent += 2
	default:
		b.WriteByte('\n')
	}
	for i, each := range list {
		if i > 0 || !at.inList {
			b.WriteString(strings.Repeat(" ", indent))
		}
		b.WriteByte('-')
		dumpValue(b, each, place{indent, indent + 2, true})
	}
}

func dumpFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 0):
		return strings.Replace(strconv.FormatFloat(f, 'f', -1, 64), "Inf", ".inf", 1)
	}
	return floatText(f)
}

// JSON is the value as JSON, maps in their order.
func JSON(value any) []byte {
	var b bytes.Buffer
	writeJSON(&b, value)
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case *Map:
		b.WriteByte('{')
		for i, e := range v.Entries() {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSONText(b, e.Key)
			b.WriteByte(':')
			writeJSON(b, e.Value)
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, each := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, each)
		}
		b.WriteByte(']')
	case nil:
		b.WriteString("null")
	case bool, int64, *big.Int:
		b.WriteString(Text(v))
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			writeJSONText(b, Text(v))
			return
		}
		b.WriteString(floatText(v)) // as Ruby writes it there, too
	default:
		writeJSONText(b, Text(v))
	}
}

func writeJSONText(b *bytes.Buffer, text string) {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a text always encodes
	b.Truncate(b.Len() - 1)
}
