package ci

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// shared reads one of the keywords that may stand in a job, in default and at the root alike. Their values go into the
// spec as they are, so that here they are only checked.
func (r *reader) shared(e entry, key string, value any) {
	if value == nil {
		return
	}
	switch key {
	case "script", "before_script", "after_script":
		if _, ok := script(value); !ok {
			e.addf("config", errTextNested)
		}
	case "image":
		r.container(e, value, "docker", "kubernetes")
	case "services":
		r.services(e, value)
	case "cache":
		r.caches(e, value)
	case "hooks":
		r.hooks(e, value)
	case "interruptible":
		if !isBoolean(value) {
			e.addf("config", errTextBoolean)
		}
	case "timeout":
		if !isDuration(value) {
			e.addf("config", errTextDuration)
		}
	case "retry":
		r.retry(value)
	case "tags":
		if !isTexts(value) {
			e.addf("config", errTextTexts)
		}
	case "artifacts":
		r.artifacts(e, value)
	}
}

const errTextPullPolicy = "should be one of, or an array of: always, if-not-present, never"

// container reads an image or a service.
func (r *reader) container(e entry, value any, more ...string) {
	if text, ok := value.(string); ok {
		if blank(text) {
			e.addf("name", errTextBlank)
		}
		return
	}
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHashOrText)
		return
	}
	if m.Has("ports") {
		e.addf("config", "contains disallowed keys: ports")
	}
	if blank(m.Get("name")) {
		e.addf("name", errTextBlank)
	}
	e.field(m, "name", errTextText, isText)
	e.field(m, "entrypoint", errTextTexts, isTexts)
	e.keys(m, slices.Concat([]string{"name", "entrypoint", "ports", "pull_policy"}, more)...)
	if policy := m.Get("pull_policy"); policy != nil && e.fine() {
		for _, each := range one(policy) {
			if !among("always", "if-not-present", "never")(each) {
				e.below("pull_policy").addf("config", errTextPullPolicy)
				break
			}
		}
	}
	for _, key := range []string{"docker", "kubernetes"} {
		options := m.Get(key)
		if options == nil || !e.fine() {
			continue
		}
		if inner, ok := options.(*ciyaml.Map); !ok {
			e.below(key).addf("config", errTextHash)
		} else if key == "docker" {
			e.below(key).keys(inner, "platform", "user")
		} else {
			e.below(key).keys(inner, "user")
		}
	}
}

func (r *reader) services(e entry, value any) {
	list, ok := value.([]any)
	if !ok {
		e.addf("config", "should be a array") // GitLab's words
		return
	}
	for _, each := range list {
		s := e.below("service")
		m, _ := each.(*ciyaml.Map)
		r.container(s, each, "docker", "kubernetes", "command", "alias", "variables")
		s.field(m, "command", errTextTexts, isTexts)
		s.field(m, "alias", errTextText, isText)
		if m.Has("variables") && s.fine() {
			r.variables(s.below("variables"), m.Get("variables"), false)
		}
	}
}

func (r *reader) hooks(e entry, value any) {
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return
	}
	e.keys(m, "pre_get_sources_script")
	if lines := m.Get("pre_get_sources_script"); lines != nil && e.fine() {
		r.shared(e.below("pre_get_sources_script"), "script", lines)
	}
}

const (
	errTextCaches       = "can only be a hash or an array of hashes"
	errTextCachePolicy  = "should be a variable or one of: pull-push, push, pull"
	errTextFallbackKeys = "has to many entries (maximum %d)" // GitLab's words
	errTextCacheKey     = "should be a hash, a string or a symbol"
	errTextNoFiles      = "requires at least 1 item"
	errTextManyFiles    = "has too many items (maximum is %d)"
	errTextSlash        = `cannot contain the "/" character`
	errTextDots         = `cannot be "." or ".."`
	errTextManyCaches   = "no more than %d caches can be created"
	maxFallbackKeys     = 5
	maxKeyFiles         = 2
	maxCaches           = 4
)

func (r *reader) caches(e entry, value any) {
	list := one(value)
	if len(list) > maxCaches {
		e.addf("config", errTextManyCaches, maxCaches)
	}
	for _, each := range list {
		c := r.at(e.place)
		m, ok := each.(*ciyaml.Map)
		if !ok {
			c.addf("config", errTextCaches)
			continue
		}
		r.cache(c, m)
	}
}

func (r *reader) cache(e entry, m *ciyaml.Map) {
	e.keys(m, "key", "untracked", "paths", "when", "policy", "unprotect", "fallback_keys")
	e.field(m, "policy", errTextCachePolicy, func(v any) bool {
		return among("pull-push", "push", "pull")(v) || isText(v) && reference.MatchString(v.(string))
	})
	e.oneOf(m, "when", "on_success", "on_failure", "always")
	e.field(m, "fallback_keys", errTextTexts, isTexts)
	if list := texts(m.Get("fallback_keys")); len(list) > maxFallbackKeys {
		e.addf("fallback keys", errTextFallbackKeys, maxFallbackKeys)
	}
	if !e.fine() {
		return
	}
	if key := m.Get("key"); key != nil {
		r.cacheKey(e.below("key"), key)
	}
	for _, key := range []string{"unprotect", "untracked"} {
		if value := m.Get(key); value != nil && !isBoolean(value) {
			e.below(key).addf("config", errTextBoolean)
		}
	}
	if paths := m.Get("paths"); paths != nil && !isTexts(paths) {
		e.below("paths").addf("config", errTextTexts)
	}
}

func (r *reader) cacheKey(e entry, value any) {
	switch v := value.(type) {
	case string, ciyaml.Symbol:
		text := strings.ReplaceAll(strings.ReplaceAll(ciyaml.Text(v), "%2F", "/"), "%2f", "/")
		if strings.Contains(text, "/") {
			e.addf("config", errTextSlash)
		} else if text == "." || text == ".." {
			e.addf("config", errTextDots)
		}
	case *ciyaml.Map:
		e.keys(v, "files", "files_commits", "prefix")
		if !v.Has("files_commits") {
			e.required(v, "files")
		}
		if !e.fine() {
			return
		}
		if files, has := v.Lookup("files"); has {
			f := e.below("files")
			list, ok := textList(files)
			switch {
			case !ok:
				f.addf("config", errTextTexts)
			case len(list) == 0:
				f.addf("config", errTextNoFiles)
			case len(list) > maxKeyFiles:
				f.addf("config", errTextManyFiles, maxKeyFiles)
			}
		}
		if prefix := v.Get("prefix"); prefix != nil && !isText(prefix) {
			e.below("prefix").addf("config", errTextText)
		}
	default:
		e.kindf(errTextCacheKey)
	}
}

func (r *reader) artifacts(e entry, value any) {
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return
	}
	e.keys(m, "name", "untracked", "paths", "reports", "when", "expire_in", "expose_as", "exclude", "public", "access")
	e.field(m, "name", errTextText, isText)
	e.field(m, "untracked", errTextBoolean, isBoolean)
	e.field(m, "paths", errTextTexts, isTexts)
	e.field(m, "expose_as", errTextText, isText)
	e.field(m, "exclude", errTextTexts, isTexts)
	e.field(m, "reports", errTextHash, isMap)
	e.oneOf(m, "when", "on_success", "on_failure", "always")
	e.field(m, "expire_in", errTextDuration, isDurationOrNever)
	e.oneOf(m, "access", "none", "developer", "all", "maintainer")
	if m.Has("public") && m.Has("access") {
		e.addf("config", "these keys cannot be used together: public, access")
	}
	e.field(m, "public", errTextBoolean, isBoolean)
	if reports, ok := m.Get("reports").(*ciyaml.Map); ok && e.fine() {
		r.reports(e.below("reports"), reports)
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
	c.oneOf(inner, "coverage_format", "cobertura", "jacoco")
	if blank(inner.Get("coverage_format")) {
		c.addf("coverage format", errTextBlank)
	}
	if blank(inner.Get("path")) {
		c.addf("path", errTextBlank)
	}
	c.field(inner, "path", errTextText, isText)
}

const (
	errTextEnvironmentName = "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', and spaces, " +
		"but it cannot start or end with '/'"
	errTextAction = "should be start, stop, prepare, verify, or access"
	errTextTier   = "must be one of production, staging, testing, development, other"
)

// environmentName is Gitlab::Regex.environment_name_regex.
var environmentName = regexp.MustCompile(`^[a-zA-Z0-9_\\${}. -](?:[a-zA-Z0-9_/\\${}. -]*[a-zA-Z0-9_\\${}. -])?$`)

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
	if blank(name) {
		e.addf("name", errTextBlank)
	}
	if !named || !environmentName.MatchString(text) {
		e.addf("name", errTextEnvironmentName)
	}
	if !ok {
		return
	}
	e.keys(m, "name", "url", "action", "on_stop", "auto_stop_in", "kubernetes", "deployment_tier")
	e.field(m, "url", "is too long (maximum is 255 characters)", func(v any) bool {
		return utf8.RuneCountInString(ciyaml.Text(v)) <= maxName
	})
	e.field(m, "action", errTextAction, among("start", "stop", "prepare", "verify", "access"))
	e.field(m, "deployment_tier", errTextTier, among("production", "staging", "testing", "development", "other"))
	e.field(m, "on_stop", errTextText, isText)
	e.field(m, "kubernetes", errTextHash, isMap)
	e.field(m, "auto_stop_in", errTextDuration, func(v any) bool {
		return isDurationOrNever(v) || isText(v) && reference.MatchString(v.(string))
	})
}

// isPattern says whether a value is a regular expression between slashes.
func isPattern(value any) bool {
	text, _ := value.(string)
	_, ok, err := ciexpr.Regexp(text)
	return ok && err == nil
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
	for _, key := range []string{"tag_name", "description"} {
		if blank(m.Get(key)) {
			e.addf(human(key), errTextBlank)
		}
		e.field(m, key, errTextText, isText)
	}
	e.field(m, "tag_message", errTextText, isText)
	e.field(m, "milestones", errTextTextOrTexts, isTextOrTexts)
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
	links, ok := inner.Get("links").([]any)
	if !ok && inner.Get("links") != nil {
		a.addf("links", "should be an array of hashes")
	}
	for _, each := range links {
		link, _ := each.(*ciyaml.Map)
		l := a.below("links:link")
		l.keys(link, "name", "url", "filepath", "link_type")
		for _, key := range []string{"name", "url"} {
			if blank(link.Get(key)) {
				l.addf(key, errTextBlank)
			}
			l.field(link, key, errTextText, isText)
		}
	}
}

// maxRetries is how often GitLab runs a job again by itself.
const maxRetries = 2

// retryReasons are what retry:when may hold.
var retryReasons = []string{"always", "unknown_failure", "script_failure", "api_failure", "stuck_or_timeout_failure",
	"runner_system_failure", "missing_dependency_failure", "runner_unsupported", "schedule_expired", "stale_schedule",
	"job_execution_timeout", "archived_failure", "unmet_prerequisites", "scheduler_failure", "data_integrity_failure",
	"forward_deployment_failure", "user_blocked", "project_deleted", "ci_quota_exceeded", "pipeline_loop_detected",
	"no_matching_runner", "trace_size_exceeded", "builds_disabled", "environment_creation_failure",
	"deployment_rejected", "failed_outdated_deployment_job", "ip_restriction_failure",
	"protected_environment_failure", "insufficient_bridge_permissions", "downstream_bridge_project_not_found",
	"invalid_bridge_trigger", "insufficient_upstream_permissions", "upstream_bridge_project_not_found",
	"downstream_pipeline_creation_failed", "secrets_provider_not_found", "reached_max_descendant_pipelines_depth",
	"reached_max_pipeline_hierarchy_size", "runner_provisioning_timeout", "job_router_failure", "job_token_expired",
	"bridge_pipeline_is_child_pipeline", "reached_downstream_pipeline_trigger_rate_limit"}

// retry reads the keyword. Its errors have no place of their own in GitLab.
func (r *reader) retry(value any) {
	e := r.at("retry")
	switch v := value.(type) {
	case int64:
		e.number("config", v, 0, maxRetries)
	case *ciyaml.Map:
		e.keys(v, "max", "when", "exit_codes")
		switch most := v.Get("max").(type) {
		case nil:
		case int64:
			e.number("max", most, 0, maxRetries)
		default:
			e.addf("max", "is not a number")
		}
		e.field(v, "when", errTextTextOrTexts, isTextOrTexts)
		if list, ok := textList(v.Get("when")); ok {
			unknown := slices.DeleteFunc(list, func(s string) bool { return slices.Contains(retryReasons, s) })
			if len(unknown) > 0 {
				e.addf("when", "contains unknown values: %s", strings.Join(unknown, ", "))
			}
		} else if isText(v.Get("when")) {
			e.field(v, "when", "is not included in the list", among(retryReasons...))
		}
		e.field(v, "exit_codes", errTextIntegers, isIntegers)
	default:
		r.at("retry config").kindf("has to be either an integer or a hash")
	}
}

// number wants a number within limits.
func (e entry) number(field string, value, least, most int64) {
	if value < least {
		e.addf(field, "must be greater than or equal to %d", least)
	}
	if value > most {
		e.addf(field, "must be less than or equal to %d", most)
	}
}
