package ci

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// Texts of lib/gitlab/ci/config/interpolation.
const (
	errTextBadAccess       = "invalid pattern used for interpolation. valid pattern is $[[ inputs.input ]]"
	errTextLongAccess      = "maximum interpolation expression size exceeded"
	errTextUnknownAccess   = "unknown interpolation provided: `%s` in `%s`"
	errTextNoArray         = "cannot index into non-array value at [%d] in `%s`"
	errTextOutOfBounds     = "array index %d out of bounds (size: %d) in `%s`"
	errTextNoIndex         = "invalid array index syntax in `%s`"
	errTextManyFunctions   = "too many functions in interpolation block"
	errTextManyBlocks      = "too many interpolation blocks"
	errTextNoFunction      = "no function matching `%s`: check that the function name, arguments, and types are correct"
	errTextFunctionType    = "error in `%s` function: invalid input type: %[1]s can only be used with string inputs"
	errTextMaskedExpansion = "error in `expand_vars` function: variable expansion error: masked variables cannot be " +
		"expanded"
	errTextEmptySeparator   = "error in `split` function: invalid argument: separator cannot be empty"
	errTextConfigTooLarge   = "config too large"
	maxBlocks, maxFunctions = 10_000, 3
	maxAccess               = 1024
	maxAccessObjects        = 5
	// maxInterpolated is what a text may grow to: more would be too big as YAML, too.
	maxInterpolated = 16 << 20
	// maxWorked is how many bytes the functions of one text may read and make in all.
	maxWorked        = 64 << 20
	errTextManyBytes = "more than %d bytes in functions of interpolation blocks are not followed by fakegitlab"
)

var (
	block         = regexp.MustCompile(`\$\[\[\s*(.*?)\s*\]\]`)
	indexedAccess = regexp.MustCompile(`^(\w+)((?:\[\d+\])+)$`)
	truncateCall  = regexp.MustCompile(`^truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)?$`)
	splitCall     = regexp.MustCompile(`^split\('([^']*)'\)$`)
)

// interpolator puts inputs into the text of a configuration, block by block: $[[ inputs.name | function ]].
type interpolator struct {
	inputs *ciyaml.Map
	byKey  map[string]JobVariable
	known  map[string]string // blocks with what they become
	// made is what functions have made of a value, by all that stands in a block up to them.
	made   map[string]any
	worked int // how many bytes they have read and made
}

func newInterpolator(inputs *ciyaml.Map, variables JobVariables) *interpolator {
	p := &interpolator{inputs: inputs, byKey: make(map[string]JobVariable, len(variables)), known: map[string]string{},
		made: map[string]any{}}
	for _, v := range variables {
		p.byKey[v.Key] = v
	}
	return p
}

// interpolate is the text with all its blocks replaced. The error is GitLab's about the first that is wrong.
func (p *interpolator) interpolate(text string) (string, error) {
	var b strings.Builder
	from := 0
	for _, at := range block.FindAllStringSubmatchIndex(text, -1) {
		value, err := p.block(text[at[0]:at[1]], text[at[2]:at[3]])
		if err != nil {
			return "", err
		}
		b.WriteString(text[from:at[0]])
		b.WriteString(value)
		if from = at[1]; b.Len() > maxInterpolated {
			return "", errors.New(errTextConfigTooLarge)
		}
	}
	b.WriteString(text[from:])
	return b.String(), nil
}

func (p *interpolator) block(whole, inner string) (string, error) {
	if value, ok := p.known[whole]; ok {
		return value, nil
	}
	parts := strings.Split(inner, "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if strings.HasPrefix(parts[0], "matrix.") { // known only once there are jobs
		return whole, nil
	}
	value, err := p.access(parts[0])
	if err != nil {
		return "", err
	}
	if len(parts)-1 > maxFunctions {
		return "", errors.New(errTextManyFunctions)
	}
	said := parts[0]
	for _, call := range parts[1:] {
		said += "|" + call
		if value, err = p.called(said, call, value); err != nil {
			return "", err
		}
	}
	if len(p.known) >= maxBlocks {
		return "", errors.New(errTextManyBlocks)
	}
	text, isText := value.(string)
	if !isText {
		text = string(ciyaml.JSON(value))
	}
	p.known[whole] = text
	return text, nil
}

// access is the value that inputs.name or inputs.name[0] names.
func (p *interpolator) access(path string) (any, error) {
	segments := strings.SplitN(path, ".", maxAccessObjects)
	switch {
	case len(segments) < 2:
		return nil, errors.New(errTextBadAccess)
	case len(path) > maxAccess:
		return nil, errors.New(errTextLongAccess)
	}
	var at any = (&ciyaml.Map{}).With("inputs", p.inputs)
	for _, segment := range segments {
		key, places := segment, ""
		if strings.Contains(segment, "[") {
			match := indexedAccess.FindStringSubmatch(segment)
			if match == nil {
				return nil, fmt.Errorf(errTextNoIndex, path)
			}
			key, places = match[1], match[2]
		}
		m, _ := at.(*ciyaml.Map)
		if !m.Has(key) {
			return nil, fmt.Errorf(errTextUnknownAccess, key, path)
		}
		at = m.Get(key)
		for _, place := range strings.FieldsFunc(places, func(r rune) bool { return r == '[' || r == ']' }) {
			i, _ := strconv.Atoi(place)
			list, isList := at.([]any)
			if !isList {
				return nil, fmt.Errorf(errTextNoArray, i, path)
			}
			if i >= len(list) {
				return nil, fmt.Errorf(errTextOutOfBounds, i, len(list), path)
			}
			at = list[i]
		}
	}
	return at, nil
}

// called is what a function makes of a value, once for all blocks that say the same up to it.
func (p *interpolator) called(said, call string, value any) (any, error) {
	if made, ok := p.made[said]; ok {
		return made, nil
	}
	made, err := p.call(call, value)
	if err != nil {
		return nil, err
	}
	read := weight(value)
	if match := truncateCall.FindStringSubmatch(call); match != nil { // which copies nothing, and looks no further
		read = len(beginning(value.(string), number(match[1])))
	} else {
		p.made[said] = made
	}
	if p.worked += read + weight(made); p.worked > maxWorked {
		return nil, fmt.Errorf(errTextManyBytes, maxWorked)
	}
	return made, nil
}

// weight is how many bytes a value of text is.
func weight(value any) (bytes int) {
	switch v := value.(type) {
	case string:
		return len(v)
	case []any:
		for _, each := range v {
			bytes += weight(each) + 16 // of which a string's head is
		}
	}
	return bytes
}

// call is what a function makes of a value.
func (p *interpolator) call(call string, value any) (any, error) {
	text, isText := value.(string)
	name, _, _ := strings.Cut(call, "(")
	truncate, split := truncateCall.FindStringSubmatch(call), splitCall.FindStringSubmatch(call)
	switch {
	case truncate == nil && split == nil && call != "expand_vars" && call != "posix_escape":
		return nil, fmt.Errorf(errTextNoFunction, call)
	case !isText:
		return nil, fmt.Errorf(errTextFunctionType, name)
	case truncate != nil:
		return truncated(text, truncate[1], truncate[2]), nil
	case split != nil:
		return splitText(text, split[1])
	case call == "posix_escape":
		return shellEscaped(text), nil
	}
	masked := false
	expanded := expand(text, func(name string) (string, bool) {
		v, ok := p.byKey[name]
		masked = masked || v.Masked
		return v.Value, ok
	}, true)
	if masked {
		return nil, errors.New(errTextMaskedExpansion)
	}
	return expanded, nil
}

// truncated is a part of a text, counted in characters.
func truncated(text, offset, length string) string {
	return beginning(text[len(beginning(text, number(offset))):], number(length))
}

// number is what digits say; the largest there is, where they say more.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// beginning is the first characters of a text, without a copy of it.
func beginning(text string, count int) string {
	for i := range text {
		if count == 0 {
			return text[:i]
		}
		count--
	}
	return text
}

func splitText(text, separator string) (any, error) {
	if separator == "" {
		return nil, errors.New(errTextEmptySeparator)
	}
	list := []any{}
	for _, part := range strings.Split(text, separator) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}

// shellEscaped is Ruby's Shellwords.escape.
func shellEscaped(text string) string {
	if text == "" {
		return "''"
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/4)
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\n':
			b.WriteString("'\n'")
			continue
		case c < utf8.RuneSelf && !shellPlain(c) || utf8.RuneStart(c) && c >= utf8.RuneSelf:
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// shellPlain reports whether a shell takes a character of ASCII as it is.
func shellPlain(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_-.,:+/@", c) >= 0
}
