package ci

import (
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

const (
	// maxTimeout is Project::MAX_BUILD_TIMEOUT, a month.
	maxTimeout = 30 * 24 * time.Hour
	// maxTags is one more than a job may have.
	maxTags         = 50
	errTextManyTags = "must be less than the limit of %d tags"
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
		e.duration("config", value, maxTimeout)
	case "retry":
		r.retry(value)
	case "tags":
		if !isTexts(value) {
			e.addf("config", errTextTexts)
		}
		if list, _ := value.([]any); tagCount(list) >= maxTags {
			e.addf("config", errTextManyTags, maxTags)
		}
	case "artifacts":
		r.artifacts(e, value)
	case "id_tokens":
		r.idTokens(e, value)
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

// isPattern says whether a value is a regular expression between slashes.
func isPattern(value any) bool {
	text, _ := value.(string)
	_, ok, err := ciexpr.Regexp(text)
	return ok && err == nil
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
		if most := v.Get("max"); most != nil {
			e.number("max", most, 0, maxRetries)
		}
		e.field(v, "when", errTextTextOrTexts, isTextOrTexts)
		e.known("when", v.Get("when"), retryReasons...)
		if isText(v.Get("when")) {
			e.field(v, "when", errTextNotInList, among(retryReasons...))
		}
		e.field(v, "exit_codes", errTextIntegers, isIntegers)
	default:
		r.at("retry config").kindf("has to be either an integer or a hash")
	}
}

// tagCount is how many tags a list names: commas divide them, and what is named twice counts once.
func tagCount(list []any) int {
	names := map[string]bool{}
	for _, each := range list {
		for name := range strings.SplitSeq(ciyaml.Text(each), ",") {
			if name = strings.TrimSpace(name); name != "" {
				names[name] = true
			}
		}
	}
	return len(names)
}
