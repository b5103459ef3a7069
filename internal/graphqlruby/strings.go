package graphqlruby

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	validString = regexp.MustCompile(`^(?:[^\\]|\\["\\/bfnrt]|\\u(?:[0-9A-Fa-f]{4}|\{[0-9A-Fa-f]{4,}\}))*$`)
	escapes     = regexp.MustCompile(`\\["\\/bfnrt]|\\u(?:([0-9A-Fa-f]{4})|\{([0-9A-Fa-f]{4,})\})(?:\\u([0-9A-Fa-f]{4}))?`)
	escaped     = map[string]string{
		`\"`: `"`, `\\`: `\`, `\/`: `/`, `\b`: "\b", `\f`: "\f", `\n`: "\n", `\r`: "\r", `\t`: "\t",
	}
)

// stringValue is what the string token means (Lexer#string_value).
func (l *lexer) stringValue() string {
	text := l.value()
	if strings.HasPrefix(text, `"""`) {
		return trimBlock(text[3 : len(text)-3])
	}
	text = text[1 : len(text)-1]
	if !validString.MatchString(text) {
		l.fail(fmt.Sprintf(textBadEscape, inspect(text)))
	}
	value := escapes.ReplaceAllStringFunc(text, func(found string) string {
		if plain, ok := escaped[found]; ok {
			return plain
		}
		return unescape(found)
	})
	if !utf8.ValidString(value) {
		l.fail(fmt.Sprintf(textBadEscape, inspect(value)))
	}
	return value
}

// unescape turns one escaped code point, or two that may be the halves of one, into characters. A lone half is no
// character: the bytes that it becomes are not valid, as they are not in Ruby.
func unescape(found string) string {
	m := escapes.FindStringSubmatch(found)
	first := codePoint(m[1] + m[2])
	if m[3] == "" {
		return encode(first)
	}
	second := codePoint(m[3])
	if 0xD800 <= first && first <= 0xDBFF && 0xDC00 <= second && second <= 0xDFFF {
		return encode((first-0xD800)*0x400 + second - 0xDC00 + 0x10000)
	}
	return encode(first) + encode(second)
}

// codePoint reads a number; one that Ruby has no character for is the highest that it has.
func codePoint(hex string) int64 {
	n, err := strconv.ParseInt(hex, 16, 32)
	if err != nil {
		return math.MaxInt32
	}
	return n
}

// encode is UTF-8 of a code point, of half a character and of one beyond the last as well.
func encode(point int64) string {
	if utf8.ValidRune(rune(point)) {
		return string(rune(point))
	}
	size := 3
	for point >= 1<<(5*size+1) {
		size++
	}
	text := make([]byte, size)
	for i := size - 1; i > 0; i-- {
		text[i] = 0x80 | byte(point)&0x3F
		point >>= 6
	}
	text[0] = byte(0xFF<<(8-size)) | byte(point)
	return string(text)
}

// trimBlock takes from a block string its common indentation and its blank lines at both ends
// (lib/graphql/language/block_string.rb, trim_whitespace).
func trimBlock(text string) string {
	if !strings.Contains(text, "\n") && !strings.HasPrefix(text, " ") {
		return text
	}
	lines := strings.Split(text, "\n")
	common := -1
	for _, line := range lines[1:] {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if indent < len(line) && (common < 0 || indent < common) {
			common = indent
		}
	}
	for i := range lines {
		if i > 0 && common > 0 {
			lines[i] = lines[i][min(common, len(lines[i])):]
		}
	}
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines, "\n")
}

// Inspect is how Ruby's #inspect shows a value that came as JSON or as a literal, for messages that have one in them.
func Inspect(value any) string {
	switch value := value.(type) {
	case nil:
		return "nil"
	case string:
		return inspect(value)
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = Inspect(item)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case map[string]any:
		items := make([]string, 0, len(value))
		for _, key := range sortedKeys(value) { // Ruby has the order in which they came, which is lost
			items = append(items, inspect(key)+"=>"+Inspect(value[key]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	case EnumLiteral:
		return string(value)
	}
	return serialize(value)
}

// inspect is how Ruby's String#inspect shows a text.
func inspect(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02X`, text[i])
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '#' && i+1 < len(text) && strings.IndexByte("{$@", text[i+1]) >= 0:
			b.WriteString(`\#`)
		case rubyEscapes[r] != "":
			b.WriteString(rubyEscapes[r])
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\x%02X`, r)
		case !strconv.IsPrint(r):
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

var rubyEscapes = map[rune]string{
	'\a': `\a`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\v': `\v`, '\f': `\f`, '\r': `\r`, 0x1b: `\e`,
}
