package graphqlruby

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// token is the kind of a token by graphql-ruby's name for it, which its parse errors show. The empty one is the end of
// the document.
type token string

const (
	tokEnd        token = ""
	tokName       token = "IDENTIFIER"
	tokInt        token = "INT"
	tokFloat      token = "FLOAT"
	tokString     token = "STRING"
	tokEllipsis   token = "ELLIPSIS"
	tokUnknown    token = "UNKNOWN_CHAR"
	tokOpenCurly  token = "LCURLY"
	tokCloseCurly token = "RCURLY"
	tokOpenParen  token = "LPAREN"
	tokCloseParen token = "RPAREN"
	tokOpenList   token = "LBRACKET"
	tokCloseList  token = "RBRACKET"
	tokColon      token = "COLON"
	tokDollar     token = "VAR_SIGN"
	tokAt         token = "DIR_SIGN"
	tokEquals     token = "EQUALS"
	tokBang       token = "BANG"
)

var punctuation = map[byte]token{
	'{': tokOpenCurly, '}': tokCloseCurly, '(': tokOpenParen, ')': tokCloseParen, '[': tokOpenList, ']': tokCloseList,
	':': tokColon, '$': tokDollar, '@': tokAt, '=': tokEquals, '!': tokBang, '|': "PIPE", '&': "AMP",
}

// keywords are tokens of their own kind, named in capitals; they are names as well wherever a name may stand.
var keywords = map[string]token{}

func init() {
	for _, word := range strings.Fields("on fragment true false null query mutation subscription schema scalar type" +
		" extend implements interface union enum input directive repeatable") {
		keywords[word] = token(strings.ToUpper(word))
	}
}

// The regular expressions are those of lib/graphql/language/lexer.rb, as RE2 can say them.
var (
	nameText      = regexp.MustCompile(`^[_A-Za-z][_0-9A-Za-z]*`)
	numberText    = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(\.[0-9]+[eE][+-]?[0-9]+|\.[0-9]+|[eE][+-]?[0-9]+)?`)
	malformedText = regexp.MustCompile(`^-\s?[A-Za-z0-9]*`)
	quotedText    = regexp.MustCompile(`^"(?:\\"|[^"\\\n\r]|\\u(?:[0-9A-Za-z]{4}|\{[0-9A-Za-z]{4,}\})|\\[\\/bfnrt])*"`)
	ignoredText   = regexp.MustCompile(`^(?:[, \r\n\t]+|#[^\n]*)*`)
)

// lexer reads tokens one by one. A text that is no token raises a *parseError.
type lexer struct {
	text    string
	next    int    // where the token after this one is looked for
	at      int    // where the token begins; at the end of the document still that of the last one
	ignored string // what was passed over before it
}

// advance reads the next token.
func (l *lexer) advance() token {
	l.ignored = ignoredText.FindString(l.text[l.next:])
	l.next += len(l.ignored)
	if l.next >= len(l.text) {
		return tokEnd
	}
	l.at = l.next
	rest := l.text[l.at:]
	c := rest[0]
	switch {
	case punctuation[c] != "":
		return l.take(punctuation[c], 1)
	case c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
		word := nameText.FindString(rest)
		if kind, ok := keywords[word]; ok {
			return l.take(kind, len(word))
		}
		return l.take(tokName, len(word))
	case c == '-' || '0' <= c && c <= '9':
		return l.number(rest)
	case c == '.':
		if !strings.HasPrefix(rest, "...") {
			l.fail(fmt.Sprintf(textNoEllipsis, inspect(firstRunes(rest, 3))))
		}
		return l.take(tokEllipsis, 3)
	case c == '"':
		if n := stringLength(rest); n > 0 {
			return l.take(tokString, n)
		}
		l.fail(textMalformedString)
	}
	return l.take(tokUnknown, 1)
}

func (l *lexer) take(kind token, length int) token {
	l.next = l.at + length
	return kind
}

func (l *lexer) number(rest string) token {
	m := numberText.FindStringSubmatch(rest)
	if m == nil {
		l.fail(fmt.Sprintf(textMalformedNumber, inspect(malformedText.FindString(rest))))
	}
	if m[1] != "" {
		return l.take(tokFloat, len(m[0]))
	}
	return l.take(tokInt, len(m[0]))
}

// value is the text of the token.
func (l *lexer) value() string { return l.text[l.at:l.next] }

// shown is what a parse error shows of the token. At the end of the document and at a character that begins no token
// that is whatever the scanner matched last, as graphql-ruby has it (Lexer#debug_token_value).
func (l *lexer) shown(kind token) string {
	switch kind {
	case tokEnd:
		return l.ignored
	case tokUnknown:
		return l.text[l.next-len(l.ignored) : l.next]
	case tokString:
		return l.stringValue()
	}
	return l.value()
}

// stringLength is how long the string is that a text begins with, and 0 if it is malformed. A block string without an
// end is an empty string and whatever comes after it.
func stringLength(text string) int {
	if strings.HasPrefix(text, `"""`) {
		if n := blockLength(text, 3, map[int]bool{}); n > 0 {
			return n
		}
	}
	return len(quotedText.FindString(text))
}

// blockLength is BLOCK_STRING_REGEXP of the gem, from inside: it tries what the expression tries, in its order, so that
// quotes and backslashes before the end are taken as it takes them.
func blockLength(text string, i int, failed map[int]bool) int {
	start := i
	if failed[start] {
		return 0
	}
	plain := strings.IndexAny(text[i:], "\"\\")
	if plain < 0 {
		return 0
	}
	i += plain
	skip, most := 0, 2
	if text[i] == '\\' {
		skip, most = 1, 3
	}
	quotes := quotesAt(text, i+skip)
	for n := min(quotes, most); skip+n > 0; n-- {
		// Quotes that are taken must not be followed by another, but a backslash may be taken alone.
		if n < quotes && n > 0 {
			continue
		}
		if end := blockLength(text, i+skip+n, failed); end > 0 {
			return end
		}
		if n == 0 {
			break
		}
	}
	switch quotes = quotesAt(text, i); {
	case quotes >= 5:
		return i + 5
	case quotes >= 3:
		return i + 3
	}
	failed[start] = true
	return 0
}

func quotesAt(text string, i int) int {
	return len(text[i:]) - len(strings.TrimLeft(text[i:], `"`))
}

// fail raises a parse error at the token.
func (l *lexer) fail(message string) {
	line, column := l.place()
	panic(&parseError{message: message, line: line, column: column})
}

// place is the line and the column of the token (Lexer#line_number, #column_number). The gem takes the place, which is
// one in bytes, for one in characters.
func (l *lexer) place() (line, column int) {
	before := firstRunes(l.text, l.at+1)
	line = strings.Count(before, "\n") + 1
	before = strings.TrimRight(before, "\n")
	return line, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// parseError is a document that cannot be parsed. A line of zero is no place.
type parseError struct {
	message      string
	line, column int
}

func (e *parseError) Error() string { return e.message }
