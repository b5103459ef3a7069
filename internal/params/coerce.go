package params

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
)

// rubySpace is what Ruby's strip takes away.
const rubySpace = " \t\n\v\f\r\x00"

// coerce turns a raw value into the declared kind; ok is false when Grape would say "is invalid". Null stays null
// except in a comma list. The results are string, int, bool, []string, *File and, for Any, whatever was sent; a hash is
// returned as it came, its fields are coerced one by one.
func coerce(kind Kind, raw any) (value any, ok bool) {
	if kind == CommaList {
		return commaList(raw), true
	}
	if raw == nil || kind == Any {
		return raw, true
	}
	if raw == "" && (kind == Integer || kind == Boolean || kind == DateTime || kind == Date) {
		return nil, true
	}
	switch kind {
	case String:
		return scalarText(raw)
	case Integer:
		return integer(raw)
	case Boolean:
		return boolean(raw)
	case StringList:
		return stringList(raw)
	case DateTime:
		return dateTime(raw)
	case Date:
		return date(raw)
	case Hash:
		value, ok = raw.(Tree)
	}
	return value, ok
}

// scalarText is Ruby's to_s of a scalar; nothing else can become a String parameter.
func scalarText(raw any) (any, bool) {
	switch raw := raw.(type) {
	case string:
		return raw, true
	case json.Number, bool, int:
		return text(raw), true
	default:
		return nil, false
	}
}

// boolean takes the spellings that Grape takes, no others (tRue is invalid).
func boolean(raw any) (any, bool) {
	if _, ok := scalarText(raw); !ok {
		return nil, false
	}
	switch text(raw) {
	case "1", "on", "On", "ON", "t", "true", "True", "TRUE", "T", "y", "yes", "Yes", "YES", "Y":
		return true, true
	case "0", "off", "Off", "OFF", "f", "false", "False", "FALSE", "F", "n", "no", "No", "NO", "N":
		return false, true
	default:
		return nil, false
	}
}

// integer reads text as Ruby's Integer(s, 10) does and truncates a JSON float. A number too large for an int becomes
// the greatest or least int: GitLab would look for such an id and not find it.
func integer(raw any) (any, bool) {
	switch raw := raw.(type) {
	case int:
		return raw, true
	case string:
		return parseInteger(strings.Trim(raw, rubySpace))
	case json.Number:
		if isInteger(raw) {
			return parseInteger(string(raw))
		}
		f, err := raw.Float64()
		if err != nil {
			return nil, false
		}
		return saturate(f), true
	default:
		return nil, false
	}
}

func isInteger(n json.Number) bool { return !strings.ContainsAny(string(n), ".eE") }

func saturate(f float64) int {
	switch {
	case f >= math.MaxInt:
		return math.MaxInt
	case f <= math.MinInt:
		return math.MinInt
	default:
		return int(f)
	}
}

// parseInteger takes a sign, a 0d prefix and single underscores between digits, as Ruby does.
func parseInteger(s string) (any, bool) {
	sign, digits := "", s
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		sign, digits = digits[:1], digits[1:]
	}
	if len(digits) > 2 && digits[0] == '0' && digits[1]|0x20 == 'd' {
		digits = digits[2:]
	}
	for i := range len(digits) {
		switch c := digits[i]; {
		case '0' <= c && c <= '9':
		case c == '_' && i > 0 && i < len(digits)-1 && digits[i-1] != '_':
		default:
			return nil, false
		}
	}
	if digits == "" {
		return nil, false
	}
	// ParseInt returns the nearest number for what is out of range, which is the saturation wanted.
	n, _ := strconv.ParseInt(sign+strings.ReplaceAll(digits, "_", ""), 10, strconv.IntSize)
	return int(n), true
}

// isoSeconds is how Ruby writes a DateTime, UTC as +00:00.
const isoSeconds = "2006-01-02T15:04:05-07:00"

// dateLayouts are the forms of ISO 8601 that clients send; Ruby's DateTime.parse knows more. A fraction of a second may
// follow the seconds.
var dateLayouts = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00",
	"2006-01-02T15:04", time.DateOnly}

// dateTime reads a date, with a time or without; what names no zone is UTC.
func dateTime(raw any) (any, bool) {
	s, ok := raw.(string)
	if !ok {
		return nil, false
	}
	s = strings.Replace(strings.Trim(s, rubySpace), " ", "T", 1)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format(isoSeconds), true
		}
	}
	return nil, false
}

// date reads a date, of which a time of day is left out.
func date(raw any) (any, bool) {
	at, ok := dateTime(raw)
	if !ok {
		return nil, false
	}
	return at.(string)[:len(time.DateOnly)], true
}

// commaList is GitLab's own coercion of comma lists: text is cut and stripped, so is every element of a list, and
// anything else is an empty list.
func commaList(raw any) []string {
	switch raw := raw.(type) {
	case string:
		return splitCommas([]string{}, raw)
	case []string:
		return raw
	case []any:
		list := make([]string, 0, len(raw))
		for _, element := range raw {
			list = splitCommas(list, text(element))
		}
		return list
	default:
		return []string{}
	}
}

// splitCommas appends the parts of s. Like Ruby's split it drops empty parts at the end, and only there.
func splitCommas(list []string, s string) []string {
	s = strings.TrimRight(s, ",")
	if s == "" {
		return list
	}
	for part := range strings.SplitSeq(s, ",") {
		list = append(list, strings.Trim(part, rubySpace))
	}
	return list
}

// stringList is Grape's Array[String]: a list of scalars without null; "" is an empty list.
func stringList(raw any) (any, bool) {
	if raw == "" {
		return []string{}, true
	}
	elements, ok := raw.([]any)
	if !ok {
		return nil, false
	}
	list := make([]string, len(elements))
	for i, element := range elements {
		value, ok := scalarText(element)
		if !ok {
			return nil, false
		}
		list[i] = value.(string)
	}
	return list, true
}

// text is Ruby's to_s as far as parameters need it. Lists and hashes, which GitLab would print in Ruby's notation, are
// printed as JSON.
func text(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case int:
		return strconv.Itoa(value)
	case json.Number:
		return numberText(value)
	case *File:
		return value.Filename
	default:
		encoded, err := json.Marshal(value)
		if err != nil {
			return ""
		}
		return string(encoded)
	}
}

// numberText prints a JSON number as Ruby does once it is an Integer or a Float.
func numberText(n json.Number) string {
	if isInteger(n) {
		if n == "-0" {
			return "0"
		}
		return string(n)
	}
	f, err := n.Float64()
	switch {
	case err != nil && f > 0:
		return "Infinity"
	case err != nil:
		return "-Infinity"
	}
	if magnitude := math.Abs(f); magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e16) {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
		if !strings.Contains(mantissa, ".") {
			mantissa += ".0"
		}
		return mantissa + "e" + exponent
	}
	fixed := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(fixed, ".") {
		fixed += ".0"
	}
	return fixed
}
