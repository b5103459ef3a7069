package ci

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

const (
	errTextExposeAs    = "can contain only letters, digits, '-', '_' and spaces"
	errTextExposedStar = "can't contain '*' when used with 'expose_as'"
	errTextCoverage    = "must be one of supported formats: %s."
	maxExposeAs        = 100
)

var (
	exposeAs        = regexp.MustCompile(`^\w[-\w ]*$`)
	coverageFormats = []string{"cobertura", "jacoco"}
)

func (r *reader) artifacts(e entry, value any) {
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return
	}
	e.keys(m, "name", "untracked", "paths", "reports", "when", "expire_in", "expose_as", "exclude", "public", "access")
	exposed := m.Get("expose_as")
	if exposed != nil && ciyaml.Blank(m.Get("paths")) {
		e.addf("paths", errTextBlank)
	}
	e.together(m, "public", "access")
	e.field(m, "name", errTextText, isText)
	e.field(m, "public", errTextBoolean, isBoolean)
	e.field(m, "untracked", errTextBoolean, isBoolean)
	e.field(m, "paths", errTextTexts, isTexts)
	if exposed != nil {
		e.exposed(m, exposed)
	}
	e.field(m, "exclude", errTextTexts, isTexts)
	e.field(m, "reports", errTextHash, isMap)
	e.oneOf(m, "when", "on_success", "on_failure", "always")
	e.field(m, "expire_in", errTextDuration, isDurationOrNever)
	e.oneOf(m, "access", "none", "developer", "maintainer", "all")
	if reports, ok := m.Get("reports").(*ciyaml.Map); ok && e.fine() {
		r.reports(e.below("reports"), reports)
	}
}

// exposed is what else holds for artifacts that merge requests link to, by the name given.
func (e entry) exposed(m *ciyaml.Map, name any) {
	e.field(m, "paths", errTextTexts, isTexts)
	if slices.ContainsFunc(texts(m.Get("paths")), func(path string) bool { return strings.Contains(path, "*") }) {
		e.addf("paths", errTextExposedStar)
	}
	e.field(m, "expose_as", errTextText, isText)
	if length(name) > maxExposeAs {
		e.addf("expose as", errTextNameTooLong, maxExposeAs)
	}
	if !exposeAs.MatchString(ciyaml.Text(name)) {
		e.addf("expose as", errTextExposeAs)
	}
}

func (r *reader) reports(e entry, m *ciyaml.Map) {
	known := []string{"coverage_report"}
	for kind := range ReportTypes() {
		known = append(known, kind)
	}
	e.keys(m, known...)
	for _, each := range m.Entries() {
		if each.Key != "coverage_report" {
			e.field(m, each.Key, errTextTextOrTexts, isTextOrTexts)
		}
	}
	coverage := m.Get("coverage_report")
	if coverage == nil || !e.fine() {
		return
	}
	c := e.below("coverage_report")
	inner, ok := coverage.(*ciyaml.Map)
	if !ok {
		c.addf("config", errTextHash)
		return
	}
	c.keys(inner, "coverage_format", "path")
	format, path := inner.Get("coverage_format"), inner.Get("path")
	if ciyaml.Blank(format) {
		c.addf("coverage format", errTextBlank)
	}
	if !among(coverageFormats...)(format) {
		c.addf("coverage format", errTextCoverage, strings.Join(coverageFormats, ", "))
	}
	if ciyaml.Blank(path) {
		c.addf("path", errTextBlank)
	}
	if !isText(path) {
		c.addf("path", errTextText)
	}
}
