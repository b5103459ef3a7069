package ci

import (
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// reader turns the tree of a configuration into what it says, as lib/gitlab/ci/config/entry does, and collects what is
// wrong with it: an entry's own errors come before those of its parts, and an entry with errors of its own does not
// look at its parts.
type reader struct {
	errors, warnings []string
	raised           string // what is wrong and, as GitLab stops at it, is the only error
	defaults         *ciyaml.Map
	hasWorkflowRules bool
	jobs             []*draft
	combined         int // variables of all combinations of matrices
}

// draft is a job that is being read.
type draft struct {
	job       Job
	keywords  *ciyaml.Map // with those of default
	needs     []need
	parallel  parallel
	generates []string // the jobs whose artifacts have the child pipeline's configuration
	bridges   int      // needs of a pipeline of another project
	ownNeeds  bool     // it is a part whose needs are by its own variables, and not those of all parts
}

// need is a need of a job of the same pipeline.
type need struct {
	Need
	matrix []combination // the parts that it picks; nil is all
}

// entry is a place of the configuration.
type entry struct {
	r     *reader
	place string
	from  int // where its errors begin
}

func (r *reader) at(place string) entry { return entry{r, place, len(r.errors)} }

// below is a part of the entry.
func (e entry) below(key string) entry {
	if e.place != "" {
		key = e.place + ":" + key
	}
	return e.r.at(key)
}

// addf reports what is wrong with a field. GitLab writes all of it in small letters.
func (e entry) addf(field, format string, args ...any) {
	e.r.errors = append(e.r.errors, strings.ToLower(e.text(field, format, args...)))
}

// laterf reports what GitLab finds once it has looked at the parts, and yet lists before what is wrong with them.
func (e entry) laterf(own int, field, format string, args ...any) {
	text := strings.ToLower(e.text(field, format, args...))
	e.r.errors = slices.Insert(e.r.errors, own, text)
}

func (e entry) text(field, format string, args ...any) string {
	text := field + " " + fmt.Sprintf(format, args...)
	if e.place != "" {
		text = e.place + " " + text
	}
	return text
}

// kindf reports a value of none of the kinds that the entry may have. Here GitLab keeps the case of the place.
func (e entry) kindf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if e.place != "" {
		text = e.place + " " + text
	}
	e.r.errors = append(e.r.errors, text)
}

// fine says whether nothing was wrong so far.
func (e entry) fine() bool { return len(e.r.errors) == e.from }

// Texts that many entries share.
const (
	errTextUnknownKeys  = "contains unknown keys: %s"
	errTextMissingKeys  = "missing required keys: %s"
	errTextBlank        = "can't be blank"
	errTextText         = "should be a string"
	errTextTexts        = "should be an array of strings"
	errTextTextOrTexts  = "should be an array of strings or a string"
	errTextBoolean      = "should be a boolean value"
	errTextHash         = "should be a hash"
	errTextDuration     = "should be a duration"
	errTextOneOf        = "should be one of: %s"
	errTextNested       = "should be a string or a nested array of strings up to 10 levels deep"
	errTextIntegers     = "should be an array of integers or an integer"
	errTextHashOrText   = "should be a hash or a string"
	errTextExpression   = "invalid expression syntax"
	errTextRe2          = "must be a regular expression with re2 syntax"
	errTextNestedHashes = "should be an array containing hashes and arrays of hashes"
	errTextTogether     = "these keys cannot be used together: %s"
	errTextLimit        = "should not exceed the limit"
	errTextNotInList    = "is not included in the list"

	errTextUnknownValues = "contains unknown values: %s"
)

// keys wants the keys of a map to be among those that are known.
func (e entry) keys(m *ciyaml.Map, known ...string) {
	var unknown []string
	for _, key := range m.Keys() {
		if !slices.Contains(known, key) {
			unknown = append(unknown, key)
		}
	}
	if unknown != nil {
		e.addf("config", errTextUnknownKeys, strings.Join(unknown, ", "))
	}
}

// required wants a map to have keys.
func (e entry) required(m *ciyaml.Map, keys ...string) {
	var missing []string
	for _, key := range keys {
		if !m.Has(key) {
			missing = append(missing, key)
		}
	}
	if missing != nil {
		e.addf("config", errTextMissingKeys, strings.Join(missing, ", "))
	}
}

// field is a check of one key of a map, which passes if the key is not there or has nothing.
func (e entry) field(m *ciyaml.Map, key, text string, good func(any) bool) {
	if value := m.Get(key); value != nil && !good(value) {
		e.addf(human(key), "%s", text)
	}
}

// oneOf wants a key, if it is there, to be one of some words. What is no text at all is wrong in two ways.
func (e entry) oneOf(m *ciyaml.Map, key string, words ...string) {
	e.word(m, key, fmt.Sprintf(errTextOneOf, strings.Join(words, ", ")), words...)
}

// word is oneOf with a text of its own.
func (e entry) word(m *ciyaml.Map, key, text string, words ...string) {
	e.field(m, key, errTextText, isText)
	e.field(m, key, text, among(words...))
}

// needed wants a key to be there with a text that is not blank. Without it, it is neither a text nor there.
func (e entry) needed(m *ciyaml.Map, key string) {
	if !isText(m.Get(key)) {
		e.addf(human(key), errTextText)
	}
	if ciyaml.Blank(m.Get(key)) {
		e.addf(human(key), errTextBlank)
	}
}

// together refuses keys that exclude each other.
func (e entry) together(m *ciyaml.Map, keys ...string) {
	given := slices.DeleteFunc(m.Keys(), func(key string) bool { return !slices.Contains(keys, key) })
	if len(given) > 1 {
		e.addf("config", errTextTogether, strings.Join(given, ", "))
	}
}

// duration wants a text that is a duration and not longer than a limit. What is none is over the limit, too.
func (e entry) duration(field string, value any, limit time.Duration) {
	good := isDuration(value)
	if !good {
		e.addf(field, errTextDuration)
	}
	if !good || seconds(value) > limit {
		e.addf(field, errTextLimit)
	}
}

// known wants the elements of a list to be among some words.
func (e entry) known(field string, value any, words ...string) {
	list, _ := value.([]any)
	var unknown []string
	for _, each := range list {
		if !among(words...)(each) {
			unknown = append(unknown, ciyaml.Text(each))
		}
	}
	if unknown != nil {
		e.addf(field, errTextUnknownValues, strings.Join(unknown, ", "))
	}
}

// number wants what Rails takes for a whole number within limits, which may be the text of one.
func (e entry) number(field string, value any, least, most int64) {
	text := ciyaml.Text(value)
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	infinite := isText(value) && (math.IsInf(n, 0) || math.IsNaN(n)) // whose names are no numbers to Ruby
	switch {
	case err != nil || infinite || isBoolean(value) || !isScalar(value):
		e.addf(field, "is not a number")
	case !wholeNumber.MatchString(text):
		e.addf(field, "must be an integer")
	case n < float64(least):
		e.addf(field, "must be greater than or equal to %d", least)
	case n > float64(most):
		e.addf(field, "must be less than or equal to %d", most)
	}
}

// wholeNumber is what only_integer of Rails takes.
var wholeNumber = regexp.MustCompile(`^[+-]?[0-9]+$`)

// human is a keyword as GitLab names it in an error.
func human(key string) string { return strings.ReplaceAll(key, "_", " ") }

func among(words ...string) func(any) bool {
	return func(value any) bool {
		text, ok := value.(string)
		return ok && slices.Contains(words, text)
	}
}

func isText(value any) bool    { _, ok := value.(string); return ok }
func isBoolean(value any) bool { _, ok := value.(bool); return ok }
func isInteger(value any) bool { _, ok := value.(int64); return ok }
func isMap(value any) bool     { _, ok := value.(*ciyaml.Map); return ok }
func isTexts(value any) bool   { _, ok := textList(value); return ok }

func isTextOrTexts(value any) bool { return isWord(value) || isTexts(value) }

// isWord says whether a value is what GitLab takes for a text within a list: one, or a symbol.
func isWord(value any) bool {
	_, isSymbol := value.(ciyaml.Symbol)
	return isSymbol || isText(value)
}

func isScalar(value any) bool {
	switch value.(type) {
	case string, ciyaml.Symbol, int64, *big.Int, float64, bool:
		return true
	}
	return false
}

func isAlphanumeric(value any) bool {
	return isWord(value) || isInteger(value)
}

func isIntegers(value any) bool {
	list, ok := value.([]any)
	return isInteger(value) || ok && !slices.ContainsFunc(list, func(each any) bool { return !isInteger(each) })
}

// isDuration says whether a value is a duration: a text, and of more than no time.
func isDuration(value any) bool {
	return isText(value) && seconds(value) > 0
}

// seconds is the duration that a value says; 0 if it says none.
func seconds(value any) time.Duration {
	d, _ := ParseDuration(ciyaml.Text(value))
	return d
}

// length is how long Rails finds a value.
func length(value any) int {
	switch v := value.(type) {
	case []any:
		return len(v)
	case *ciyaml.Map:
		return v.Len()
	}
	return utf8.RuneCountInString(ciyaml.Text(value))
}

func isDurationOrNever(value any) bool {
	return isDuration(value) || isText(value) && strings.EqualFold(value.(string), "never")
}

// mentions says whether a value is a text with a variable in it.
func mentions(value any) bool { return isText(value) && ciexpr.InText.MatchString(value.(string)) }

func isExpression(value any) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	_, err := ciexpr.Parse(text)
	return err == nil
}

// isRef says whether a value may stand in only or except: a text and, with slashes around it, a regular expression.
func isRef(value any) bool {
	text, ok := value.(string)
	if !ok {
		return false
	}
	_, isPattern, err := ciexpr.Regexp(text)
	return !isPattern || err == nil
}

func isRefs(value any) bool {
	list, ok := value.([]any)
	return ok && !slices.ContainsFunc(list, func(each any) bool { return !isRef(each) })
}

func textList(value any) ([]string, bool) {
	list, ok := value.([]any)
	texts := make([]string, len(list))
	for i, each := range list {
		if !isWord(each) {
			return nil, false
		}
		texts[i] = ciyaml.Text(each)
	}
	return texts, ok
}

// maxNesting is how deep lists may lie within lists.
const maxNesting = 10

// script is a command, or lists of them within lists, as one list.
func script(value any) ([]string, bool) {
	if isWord(value) {
		return []string{ciyaml.Text(value)}, true
	}
	flat, ok := flattened(value, maxNesting)
	if !ok {
		return nil, false
	}
	return textList(flat)
}

// flattened is a list without the lists within it.
func flattened(value any, depth int) ([]any, bool) {
	list, ok := value.([]any)
	if !ok || depth == 0 {
		return nil, false
	}
	flat := []any{}
	for _, each := range list {
		if _, isList := each.([]any); !isList {
			flat = append(flat, each)
			continue
		}
		inner, ok := flattened(each, depth-1)
		if !ok {
			return nil, false
		}
		flat = append(flat, inner...)
	}
	return flat, true
}

// texts are the elements of a list of texts; nil of anything else.
func texts(value any) []string {
	if list, ok := textList(value); ok {
		return list
	}
	return nil
}

// one is a value as a list of it, unless it is one.
func one(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}
