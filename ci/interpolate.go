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
	errTextBadIndex        = "invalid array index in `%s`: `%s` is not a valid index"
	errTextOpenIndex       = "invalid array index in `%s`: missing closing bracket"
	errTextNoKey           = "invalid indexed access without a key in `%s`"
	errTextManyIndices     = "too many array indices in `%s` (maximum depth: %d)"
	errTextManyFunctions   = "too many functions in interpolation block"
	errTextManyBlocks      = "too many interpolation blocks"
	errTextNoFunction      = "no function matching `%s`: check that the function name, arguments, and types are correct"
	errTextFunctionType    = "error in `%s` function: invalid input type: %[1]s can only be used with string inputs"
	errTextMaskedExpansion = "error in `expand_vars` function: variable expansion error: masked variables cannot be " +
		"expanded"
	errTextEmptySeparator   = "error in `split` function: invalid argument: separator cannot be empty"
	errTextNodeTooLarge     = "config node too large"
	maxBlocks, maxFunctions = 10_000, 3
	maxAccess               = 1024
	maxAccessObjects        = 5
	maxIndices              = 5
	maxNode                 = 1 << 20 // bytes of one text
	// maxInterpolated is by how much the texts of a document may grow: more would be too big as YAML, too.
	maxInterpolated = 16 << 20
	// maxScanned is how many bytes of the texts of a document may be gone through, each text once for each of its blocks.
	maxScanned       = 1 << 30
	errTextManyTexts = "more than %d bytes of texts with interpolation blocks are not followed by fakegitlab"
	// maxWorked is how many bytes the functions of one document may read and make in all.
	maxWorked        = 64 << 20
	errTextManyBytes = "more than %d bytes in functions of interpolation blocks are not followed by fakegitlab"
)

var (
	block         = regexp.MustCompile(`\$\[\[\s*(\S.*?\S)\s*\]\]`)
	indexedAccess = regexp.MustCompile(`^([\w-]*)((?:\[\d+\])+)$`)
	indexPlace    = regexp.MustCompile(`\[([^\]]*)\]`)
	truncateCall  = regexp.MustCompile(`^truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)?$`)
	splitCall     = regexp.MustCompile(`^split\('([^']*)'\)$`)
	isDigits      = regexp.MustCompile(`^\d+$`)
)

// interpolator puts inputs into the values of a configuration, block by block: $[[ inputs.name | function ]].
type interpolator struct {
	inputs *ciyaml.Map
	byKey  map[string]JobVariable
	known  map[string]any // blocks with what they become
	grown  int            // bytes that texts have become longer by
	// scanned is how many bytes of texts were gone through.
	scanned int
	// called is what functions have made of a value, by all that stands in a block up to them.
	called map[string]any
	worked int // how many bytes they have read and made
}

func newInterpolator(inputs *ciyaml.Map, variables JobVariables) *interpolator {
	p := &interpolator{inputs: inputs, byKey: make(map[string]JobVariable, len(variables)), known: map[string]any{},
		called: map[string]any{}}
	for _, v := range variables {
		p.byKey[v.Key] = v
	}
	return p
}

// interpolate is what a text becomes: of one that is a block and nothing else the value as it is, of others a text. The
// error is GitLab's about the first block that is wrong.
func (p *interpolator) interpolate(text string) (any, error) {
	if len(text) > maxNode {
		return nil, errors.New(errTextNodeTooLarge)
	}
	if !strings.Contains(text, "$[[") {
		return text, nil
	}
	found := block.FindAllStringSubmatch(text, -1)
	values := make([]any, len(found))
	for i, match := range found {
		var err error
		if values[i], err = p.block(match[0], match[1]); err != nil {
			return nil, err
		}
	}
	if len(found) == 1 && found[0][0] == text {
		return values[0], nil
	}
	done := make(map[string]bool, len(found))
	for i, match := range found {
		if done[match[0]] {
			continue
		}
		done[match[0]] = true
		var err error
		if text, err = p.put(ciyaml.Text(values[i]), match[0], text); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// put is a text with a value in the place of a block.
func (p *interpolator) put(value, block, text string) (string, error) {
	if p.scanned += len(text); p.scanned > maxScanned {
		return "", fmt.Errorf(errTextManyTexts, maxScanned)
	}
	p.grown += max(strings.Count(text, block)*(len(value)-len(block)), 0)
	if p.grown > maxInterpolated {
		return "", ciyaml.ErrTooLarge
	}
	return strings.ReplaceAll(text, block, value), nil
}

func (p *interpolator) block(whole, inner string) (any, error) {
	if value, ok := p.known[whole]; ok {
		return value, nil
	}
	parts := strings.Split(inner, "|")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if parts[0] == "matrix" || strings.HasPrefix(parts[0], "matrix.") { // known only once there are jobs
		return whole, nil
	}
	value, err := p.access(parts[0])
	if err != nil {
		return nil, err
	}
	if len(parts)-1 > maxFunctions {
		return nil, errors.New(errTextManyFunctions)
	}
	said := parts[0]
	for _, call := range parts[1:] {
		said += "|" + call
		if value, err = p.once(said, call, value); err != nil {
			return nil, err
		}
	}
	if len(p.known) >= maxBlocks {
		return nil, errors.New(errTextManyBlocks)
	}
	p.known[whole] = value
	return value, nil
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
	// No file here is a component's, of which GitLab would know a name, a version and so on.
	var at any = (&ciyaml.Map{}).With("inputs", p.inputs).With("component", &ciyaml.Map{})
	for _, segment := range segments {
		key, places := segment, []string(nil)
		if strings.Contains(segment, "[") {
			var err error
			if key, places, err = indices(segment, path); err != nil {
				return nil, err
			}
		}
		m, _ := at.(*ciyaml.Map)
		if !m.Has(key) {
			return nil, fmt.Errorf(errTextUnknownAccess, key, path)
		}
		at = m.Get(key)
		for _, place := range places {
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

// indices are the key and the places of a segment such as name[0][1].
func indices(segment, path string) (key string, places []string, err error) {
	found := indexPlace.FindAllStringSubmatch(segment, -1)
	for _, each := range found {
		places = append(places, each[1])
	}
	match := indexedAccess.FindStringSubmatch(segment)
	switch {
	case match != nil && match[1] == "":
		return "", nil, fmt.Errorf(errTextNoKey, path)
	case match != nil && len(places) > maxIndices:
		return "", nil, fmt.Errorf(errTextManyIndices, path, maxIndices)
	case match != nil:
		return match[1], places, nil
	case strings.Count(segment, "[") != strings.Count(segment, "]"):
		return "", nil, fmt.Errorf(errTextOpenIndex, path)
	}
	for _, place := range places {
		if !isDigits.MatchString(place) {
			return "", nil, fmt.Errorf(errTextBadIndex, path, place)
		}
	}
	return "", nil, fmt.Errorf(errTextNoIndex, path)
}

// once is what a function makes of a value, once for all blocks that say the same up to it.
func (p *interpolator) once(said, call string, value any) (any, error) {
	if made, ok := p.called[said]; ok {
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
		p.called[said] = made
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
