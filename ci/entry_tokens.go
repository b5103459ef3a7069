package ci

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// idTokens reads the tokens of OpenID Connect, each with who it is for.
func (r *reader) idTokens(e entry, value any) {
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return
	}
	for _, each := range m.Entries() {
		token := e.below(each.Key)
		of, _ := each.Value.(*ciyaml.Map)
		token.required(of, "aud")
		token.keys(of, "aud")
		if !isTextOrTexts(of.Get("aud")) {
			token.addf("aud", errTextTextOrTexts)
		}
	}
}

// isPages says whether a job publishes pages: by the keyword, or by its name.
func isPages(name string, m *ciyaml.Map) bool {
	given := m.Get("pages")
	return !ciyaml.Blank(given) || name == "pages" && given != false
}

// pages reads publish and pages of a job.
func (r *reader) pages(e entry, m *ciyaml.Map) {
	if value := m.Get("publish"); value != nil && !isText(value) {
		e.below("publish").addf("config", errTextText)
	}
	value := m.Get("pages")
	if value == nil {
		return
	}
	pages := e.below("pages")
	if !isMapOrBoolean(value) {
		pages.addf("config", errTextHashOrBool)
	}
	of, _ := value.(*ciyaml.Map)
	pages.keys(of, "path_prefix", "expire_in", "publish")
	pages.field(of, "path_prefix", errTextText, isText)
	pages.field(of, "expire_in", errTextDuration, func(v any) bool { return isDurationOrNever(v) || mentions(v) })
	pages.field(of, "publish", errTextText, isText)
}

const (
	errTextNoDefault     = "must have a default value"
	errTextManyJobInputs = "has too many entries (maximum %d)"
	maxJobInputs         = 50
)

// jobInputs reads the inputs of a job. own is where the job's own errors end.
func (r *reader) jobInputs(e entry, own int, value any) {
	if value == nil {
		return
	}
	below := e.below("inputs")
	m, ok := value.(*ciyaml.Map)
	if !ok {
		below.addf("config", errTextHash)
		return
	}
	for _, each := range m.Entries() {
		of, isHash := each.Value.(*ciyaml.Map)
		input := below.below(each.Key)
		input.input(of)
		if each.Value != nil && !isHash {
			input.addf("config", errTextHash)
			continue
		}
		input.keys(of, "default", "description", "options", "regex", "type")
		if of.Get("default") == nil {
			r.errors = append(r.errors, fmt.Sprintf("%s %s", strings.ToLower(input.place), errTextNoDefault))
		}
	}
	if !below.fine() {
		return
	}
	if m.Len() > maxJobInputs {
		e.laterf(own, "inputs", errTextManyJobInputs, maxJobInputs)
		return
	}
	for _, text := range takeJobInputs(m) {
		e.laterf(own, "inputs", "%s", strings.Replace(text, " input:", ":", 1))
		own++
	}
}

// Taken is a value, as JSON, that somebody who plays or retries the job gives its input, as the type of the input has
// it: null is the input's own. refusals are what GitLab says of one that the input does not take (lib/ci/inputs).
func (in JobInput) Taken(value json.RawMessage) (as json.RawMessage, refusals []string) {
	parsed := func(data json.RawMessage) any {
		v, _ := ciyaml.FromJSON(string(data)) // what is no JSON is nothing
		return v
	}
	spec := (&ciyaml.Map{}).With("type", cmp.Or(in.Type, "string"))
	if in.Value != nil {
		spec = spec.With("default", parsed(in.Value))
	}
	if in.Options != nil {
		options := make([]any, len(in.Options))
		for i, option := range in.Options {
			options[i] = parsed(option)
		}
		spec = spec.With("options", options)
	}
	if in.Regex != "" {
		spec = spec.With("regex", in.Regex)
	}
	taken := inputs{values: &ciyaml.Map{}}
	given := parsed(value)
	taken.take(input{name: in.Name, spec: spec}, given)
	if len(taken.errors) > 0 {
		return nil, taken.errors
	}
	if given == nil {
		return in.Value, nil
	}
	return ciyaml.JSON(taken.values.Get(in.Name)), nil
}

// takeJobInputs is what is wrong with the default values of a job's inputs.
func takeJobInputs(m *ciyaml.Map) []string {
	taken := inputs{values: &ciyaml.Map{}}
	for _, each := range m.Entries() {
		of, _ := each.Value.(*ciyaml.Map)
		taken.take(input{name: each.Key, spec: of}, nil)
	}
	return taken.errors
}
