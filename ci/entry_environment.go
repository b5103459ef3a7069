package ci

import (
	"regexp"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

const (
	errTextEnvironmentName = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, " +
		"but it cannot start or end with '/'"
	errTextAction = "should be start, stop, prepare, verify, or access"
	errTextTier   = "must be one of production, staging, testing, development, other"
)

// environmentName is Gitlab::Regex.environment_name_regex.
var environmentName = regexp.MustCompile(`^[a-zA-Z0-9_${}. -](?:[a-zA-Z0-9_/${}. -]*[a-zA-Z0-9_${}. -])?$`)

func (r *reader) environment(e entry, value any) {
	if value == nil {
		return
	}
	name := value
	m, ok := value.(*ciyaml.Map)
	if ok {
		name = m.Get("name")
	} else if !isText(value) {
		e.addf("config", errTextHashOrText)
		name = nil
	}
	text, named := name.(string)
	if ciyaml.Blank(name) {
		e.addf("name", errTextBlank)
	}
	if !named || !environmentName.MatchString(text) {
		e.addf("name", errTextEnvironmentName)
	}
	if !ok {
		return
	}
	e.keys(m, "name", "url", "action", "on_stop", "auto_stop_in", "kubernetes", "deployment_tier")
	e.field(m, "url", errTextText, isText)
	if url := m.Get("url"); url != nil && length(url) > maxName {
		e.addf("url", errTextNameTooLong, maxName)
	}
	e.word(m, "action", errTextAction, "start", "stop", "prepare", "verify", "access")
	e.word(m, "deployment_tier", errTextTier, "production", "staging", "testing", "development", "other")
	e.field(m, "on_stop", errTextText, isText)
	e.field(m, "kubernetes", errTextHash, isMap)
	e.field(m, "auto_stop_in", errTextDuration, func(v any) bool { return isDurationOrNever(v) || mentions(v) })
	if cluster, ok := m.Get("kubernetes").(*ciyaml.Map); ok && e.fine() {
		e.below("kubernetes").kubernetes(cluster)
	}
}

const (
	errTextTwoNamespaces = "cannot be specified when dashboard.namespace is set"
	errTextTwoFluxPaths  = "cannot be specified when dashboard.flux_resource_path is set"
)

// kubernetes reads environment:kubernetes.
func (e entry) kubernetes(m *ciyaml.Map) {
	if m.Len() == 0 {
		e.addf("config", errTextBlank)
	}
	e.keys(m, "namespace", "agent", "flux_resource_path", "managed_resources", "dashboard")
	flux, dashboard := m.Get("flux_resource_path"), m.Get("dashboard")
	managed, _ := m.Get("managed_resources").(*ciyaml.Map)
	e.field(m, "namespace", errTextText, isText)
	if !ciyaml.Blank(flux) && ciyaml.Blank(m.Get("namespace")) {
		e.addf("namespace", errTextBlank)
	}
	e.field(m, "agent", errTextText, isText)
	byAgent := !ciyaml.Blank(flux) || !ciyaml.Blank(dashboard) || managed.Get("enabled") == true
	if byAgent && ciyaml.Blank(m.Get("agent")) {
		e.addf("agent", errTextBlank)
	}
	e.field(m, "flux_resource_path", errTextText, isText)
	if given := m.Get("managed_resources"); given != nil {
		e.object("managed resources", "", given, nil, property{"enabled", kindBoolean, 0})
	}
	if !ciyaml.Blank(dashboard) {
		e.object("dashboard", "", dashboard, []string{"namespace"},
			property{"namespace", kindText, 63}, property{"flux_resource_path", kindText, 255})
	}
	shown, _ := dashboard.(*ciyaml.Map)
	if !ciyaml.Blank(m.Get("namespace")) && !ciyaml.Blank(shown.Get("namespace")) {
		e.addf("namespace", errTextTwoNamespaces)
	}
	if !ciyaml.Blank(flux) && !ciyaml.Blank(shown.Get("flux_resource_path")) {
		e.addf("flux resource path", errTextTwoFluxPaths)
	}
}

// isResourceKey reports whether there can be a resource group with a key: a job of any other is in none
// (app/models/ci/resource_group.rb, lib/gitlab/ci/pipeline/seed/processable/resource_group.rb).
func isResourceKey(key string) bool {
	return environmentName.MatchString(key) && utf8.RuneCountInString(key) <= maxResourceKey
}

// maxResourceKey is how many characters the key of a resource group may have.
const maxResourceKey = 255
