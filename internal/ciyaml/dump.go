package ciyaml

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
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
		if e.Named {
			b.WriteString(dumpText(e.Key, indent))
		} else {
			b.WriteString(e.Key)
		}
		b.WriteByte(':')
		dumpValue(b, e.Value, indent, false)
	}
}

// dumpValue writes what follows a key's colon or a list's dash. Ruby does not indent a list below its key.
func dumpValue(b *strings.Builder, value any, indent int, inList bool) {
	switch v := value.(type) {
	case *Map:
		if v.Len() == 0 {
			b.WriteString(" {}\n")
			return
		}
		if inList {
			b.WriteByte(' ')
		} else {
			b.WriteString("\n" + strings.Repeat(" ", indent+2))
		}
		dumpMap(b, v, indent+2)
	case []any:
		if len(v) == 0 {
			b.WriteString(" []\n")
			return
		}
		if inList {
			b.WriteByte(' ')
			indent += 2
		} else {
			b.WriteByte('\n')
		}
		for i, each := range v {
			if i > 0 || !inList {
				b.WriteString(strings.Repeat(" ", indent))
			}
			b.WriteByte('-')
			dumpValue(b, each, indent, true)
		}
	case nil:
		b.WriteByte('\n')
	case string:
		b.WriteString(" " + dumpText(v, indent) + "\n")
	case Symbol:
		b.WriteString(" :" + string(v) + "\n")
	case float64:
		b.WriteString(" " + dumpFloat(v) + "\n")
	default:
		b.WriteString(" " + Text(v) + "\n")
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

// needsQuotes are texts that YAML would read as something else.
var needsQuotes = regexp.MustCompile("^[-?:,\\[\\]{}#&*!|>'\"%@` ]|: |:$| #| $")

func dumpText(text string, indent int) string {
	switch {
	case text == "":
		return `''`
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }):
		return strconv.Quote(text)
	case strings.Contains(text, "\n"):
		return dumpBlock(text, indent)
	}
	_, isText := plainScalar(text).(string)
	if isText && !isDate.MatchString(text) && (!needsQuotes.MatchString(text) || plainDash(text)) {
		return text
	}
	if strings.Contains(text, "'") && !strings.ContainsAny(text, `"\`) {
		return `"` + text + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// plainDash says whether a text begins with a dash that does not begin a list.
func plainDash(text string) bool {
	return len(text) > 1 && text[0] == '-' && text[1] != ' ' && !needsQuotes.MatchString(text[1:])
}

func dumpBlock(text string, indent int) string {
	header := "|-"
	if strings.HasSuffix(text, "\n\n") {
		header = "|+"
	} else if strings.HasSuffix(text, "\n") {
		header = "|"
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		if line != "" {
			lines[i] = strings.Repeat(" ", indent+2) + line
		}
	}
	return header + "\n" + strings.Join(lines, "\n")
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
	case bool, int64:
		b.WriteString(Text(v))
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			writeJSONText(b, Text(v))
			return
		}
		b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
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
