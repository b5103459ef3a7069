package ci

import (
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

const (
	errTextDatetime = "must be a valid datetime"
	errTextRef      = "must be a valid ref"
)

// isoForms are the forms in which ISO 8601 has a date and, if there is one, a time; a fraction may follow the seconds.
var isoForms = isoMoments()

func isoMoments() (forms []string) {
	for _, date := range []string{"2006-01-02", "20060102", "2006-002", "2006002"} {
		forms = append(forms, date)
		for _, clock := range []string{"15:04:05", "15:04", "150405", "1504", "15"} {
			for _, zone := range []string{"", "Z07:00", "Z0700", "Z07"} {
				forms = append(forms, date+"T"+clock+zone)
			}
		}
	}
	return forms
}

func (r *reader) release(e entry, value any) {
	if value == nil {
		return
	}
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return
	}
	e.keys(m, "tag_name", "tag_message", "name", "description", "ref", "released_at", "milestones", "assets")
	e.needed(m, "tag_name")
	if !ciyaml.Blank(m.Get("tag_message")) {
		e.field(m, "tag_message", errTextText, isText)
	}
	e.needed(m, "description")
	if !ciyaml.Blank(m.Get("milestones")) {
		e.field(m, "milestones", errTextTextOrTexts, isTextOrTexts)
	}
	e.field(m, "released_at", errTextDatetime, isDatetime)
	e.field(m, "ref", errTextRef, isGitRef)
	assets := m.Get("assets")
	if assets == nil || !e.fine() {
		return
	}
	a := e.below("assets")
	inner, ok := assets.(*ciyaml.Map)
	if !ok {
		a.addf("config", errTextHash)
		return
	}
	a.keys(inner, "links")
	links, _ := inner.Get("links").([]any)
	if inner.Get("links") == nil || slices.ContainsFunc(links, func(v any) bool { return !isMap(v) }) ||
		!isList(inner.Get("links")) {
		a.addf("links", errTextMatrix)
	}
	if ciyaml.Blank(inner.Get("links")) {
		a.addf("links", errTextBlank)
	}
	// GitLab has a class for a link and never makes one of it: what a link holds is not looked at.
}

// isDatetime says whether a value is a moment in one of the forms of ISO 8601.
func isDatetime(value any) bool {
	text, _ := value.(string)
	return slices.ContainsFunc(isoForms, func(form string) bool {
		_, err := time.Parse(form, strings.ToUpper(strings.TrimSpace(text)))
		return err == nil
	})
}

// isGitRef says whether a value may be a commit, a branch or a tag (lib/gitlab/git_ref_validator.rb).
func isGitRef(value any) bool {
	text, ok := value.(string)
	return ok && repository.ValidBranch(text) && !strings.HasPrefix(text, repository.BranchPrefix) &&
		!strings.HasPrefix(text, "refs/remotes/")
}
