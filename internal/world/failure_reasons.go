package world

import (
	"fmt"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// The failure reasons that are given or looked at here (app/models/concerns/enums/ci/commit_status.rb).
const (
	UnknownFailure           = "unknown_failure"
	ScriptFailure            = "script_failure"
	MissingDependencyFailure = "missing_dependency_failure"
	RunnerUnsupported        = "runner_unsupported"
	ArchivedFailure          = "archived_failure"
	SchedulerFailure         = "scheduler_failure"
	UserBlockedFailure       = "user_blocked"
	projectDeletedFailure    = "project_deleted"
	TraceSizeExceeded        = "trace_size_exceeded"
	BuildsDisabledFailure    = "builds_disabled"
	stuckOrTimeout           = "stuck_or_timeout_failure"
)

// The failure reasons that workers give in later versions (app/models/concerns/enums/ci/commit_status.rb).
const (
	jobExecutionServerTimeout       = "job_execution_server_timeout"
	stuckPendingWithMatchingRunners = "stuck_pending_with_matching_runners"
	stuckPendingNoMatchingRunners   = "stuck_pending_no_matching_runners"
	noUpdatesRunning                = "no_updates_running"
	noUpdatesCanceling              = "no_updates_canceling"
	serverTimeoutRunning            = "server_timeout_running"
	serverTimeoutCanceling          = "server_timeout_canceling"
)

// neverRan are the reasons for which GitLab fails a job that it was about to give to a runner.
func neverRan() []string {
	return []string{MissingDependencyFailure, RunnerUnsupported, ArchivedFailure, projectDeletedFailure,
		BuildsDisabledFailure, UserBlockedFailure}
}

// neverTriedAgain are the reasons that the keyword retry does not cover (lib/gitlab/ci/build/auto_retry.rb).
var neverTriedAgain = []string{"ci_quota_exceeded", "no_matching_runner", MissingDependencyFailure,
	"forward_deployment_failure", "environment_creation_failure"}

// reasonAliases are the names by which retry:when may also mean a failure reason
// (https://gitlab.com/gitlab-org/gitlab/-/issues/602133): that of an older reason which it is a case of, and the other
// way round.
var reasonAliases = aliasesOf(map[string][]string{
	stuckOrTimeout: {stuckPendingWithMatchingRunners, stuckPendingNoMatchingRunners, noUpdatesRunning,
		noUpdatesCanceling},
	"job_execution_timeout": {serverTimeoutRunning, serverTimeoutCanceling},
})

// aliasesOf are the cases of each reason, and of each case the reason.
func aliasesOf(cases map[string][]string) map[string][]string {
	aliases := map[string][]string{}
	for reason, names := range cases {
		aliases[reason] = names
		for _, name := range names {
			aliases[name] = []string{reason}
		}
	}
	return aliases
}

// schedulerRetries is how often a job that GitLab itself failed to hand out is tried again, without any keyword
// (lib/gitlab/ci/build/auto_retry.rb, DEFAULT_RETRIES).
const schedulerRetries = 2

// FailureReasons are all failure reasons that GitLab knows, in its order; a runner is told that it may send them. newer
// adds those of GitLab 18 and later (app/models/concerns/enums/ci/commit_status.rb).
func FailureReasons(newer bool) []string {
	reasons := []string{
		UnknownFailure, ScriptFailure, "api_failure", stuckOrTimeout, "runner_system_failure",
		MissingDependencyFailure, RunnerUnsupported, "stale_schedule", "job_execution_timeout", ArchivedFailure,
		"unmet_prerequisites", SchedulerFailure, "data_integrity_failure", "forward_deployment_failure", UserBlockedFailure,
		projectDeletedFailure, "ci_quota_exceeded", "pipeline_loop_detected", "no_matching_runner", TraceSizeExceeded,
		BuildsDisabledFailure, "environment_creation_failure", "deployment_rejected", "failed_outdated_deployment_job",
	}
	if newer {
		reasons = append(reasons,
			jobExecutionServerTimeout, stuckPendingWithMatchingRunners, stuckPendingNoMatchingRunners,
			noUpdatesRunning, noUpdatesCanceling, serverTimeoutRunning, serverTimeoutCanceling,
			"runner_configuration_error", "runner_external_dependency_failure", "runner_interrupted")
	}
	reasons = append(reasons,
		"protected_environment_failure", "insufficient_bridge_permissions", "downstream_bridge_project_not_found",
		"invalid_bridge_trigger", "upstream_bridge_project_not_found", "insufficient_upstream_permissions",
		"bridge_pipeline_is_child_pipeline", "downstream_pipeline_creation_failed", "secrets_provider_not_found",
		"reached_max_descendant_pipelines_depth", "ip_restriction_failure", "reached_max_pipeline_hierarchy_size",
		"reached_downstream_pipeline_trigger_rate_limit")
	if newer {
		reasons = append(reasons, "duo_workflow_not_allowed", "job_router_failure", "job_token_expired",
			"id_token_burned_project_path", "downstream_project_trigger_resolved_to_empty")
	}
	return reasons
}

// checkReasonOf refuses a failure reason that is none of those known, or is one of a job that has not failed; "" is
// none.
func checkReasonOf(status JobStatus, reason string, known []string) error {
	switch {
	case reason == "":
		return nil
	case status != JobFailed:
		return fmt.Errorf("a job that is %s has no failure reason", status)
	case !slices.Contains(known, reason):
		return fmt.Errorf("unknown failure reason %q; %s", shortened(reason), datajson.Suggest(reason, known))
	}
	return nil
}
