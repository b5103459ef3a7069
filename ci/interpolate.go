package ci

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

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
)

var (
	block         = regexp.MustCompile(`\$\[\[\s*(.*?)\s*\]\]`)
	indexedAccess = regexp.MustCompile(`^(\w+)((?:\[\d+\])+)$`)
	truncateCall  = regexp.MustCompile(`^truncate\(\s*(\d+)\s*,\s*(\d+)\s*\)?$`)
	splitCall     = regexp.MustCompile(`^split\('([^']*)'\)$`)
	notShellPlain = regexp.MustCompile(`[^A-Za-z0-9_\-.,:+/@\n]`)
)

// interpolator puts inputs into the text of a configuration, block by block: $[[ inputs.name | function ]].
type interpolator struct {
	inputs    *ciyaml.Map
	variables JobVariables
	known     map[string]string // blocks with what they become
}

// interpolate is the text with all its blocks replaced. The error is GitLab's about the first that is wrong.
func (p interpolator) interpolate(text string) (string, error) {
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

func (p interpolator) block(whole, inner string) (string, error) {
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
	for _, call := range parts[1:] {
		if value, err = p.call(call, value); err != nil {
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
func (p interpolator) access(path string) (any, error) {
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

// call is what a function makes of a value.
func (p interpolator) call(call string, value any) (any, error) {
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
	for _, v := range p.variables {
		if v.Masked && expand(text, JobVariables{v}.lookup, true) != text {
			return nil, errors.New(errTextMaskedExpansion)
		}
	}
	return expand(text, p.variables.lookup, true), nil
}

// truncated is a part of a text, counted in characters.
func truncated(text, offset, length string) string {
	from, _ := strconv.Atoi(offset)
	count, _ := strconv.Atoi(length)
	return beginning(text[len(beginning(text, from)):], count)
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
	text = notShellPlain.ReplaceAllString(text, `\$0`)
	return strings.ReplaceAll(text, "\n", "'\n'")
}
