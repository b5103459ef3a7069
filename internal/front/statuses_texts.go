package front

import "github.com/fakegitlab/fakegitlab/internal/world"

// failureWords are the failure reasons that are said in other words than their own
// (lib/gitlab/ci/status/build/failed.rb).
var failureWords = map[string]string{
	"api_failure":                                    "API failure",
	world.RunnerUnsupported:                          "unsupported runner",
	"pipeline_loop_detected":                         "job would create infinitely looping pipelines",
	"invalid_bridge_trigger":                         "downstream pipeline trigger definition is invalid",
	"downstream_bridge_project_not_found":            "downstream project could not be found",
	"upstream_bridge_project_not_found":              "upstream project could not be found",
	"insufficient_bridge_permissions":                "no permissions to trigger downstream pipeline",
	"insufficient_upstream_permissions":              "no permissions to read upstream project",
	"bridge_pipeline_is_child_pipeline":              "creation of child pipeline not allowed from another child pipeline",
	"downstream_pipeline_creation_failed":            "downstream pipeline can not be created",
	"secrets_provider_not_found":                     "secrets provider can not be found",
	"reached_max_descendant_pipelines_depth":         "reached maximum depth of child pipelines",
	"reached_max_pipeline_hierarchy_size":            "downstream pipeline tree is too large",
	"project_deleted":                                "pipeline project was deleted",
	world.UserBlockedFailure:                         "pipeline user was blocked",
	"ci_quota_exceeded":                              "no more compute minutes available",
	"no_matching_runner":                             "no matching runner available",
	world.TraceSizeExceeded:                          "log size limit exceeded",
	"builds_disabled":                                "project builds are disabled",
	"ip_restriction_failure":                         "IP address restriction failure",
	"reached_downstream_pipeline_trigger_rate_limit": msgTooManyDownstream,
}

const (
	msgRunnerOutdated     = "Your runner is outdated, please upgrade your runner"
	msgTooManyDownstream  = "Too many downstream pipelines triggered in the last minute. Try again later."
	msgScriptTookTooLong  = "The script exceeded the maximum execution time set for the job"
	msgJobCouldNotBecause = "This job could not be executed because "
)

// failureMessages say what has failed and what to do (app/presenters/commit_status_presenter.rb).
var failureMessages = map[string]string{
	world.UnknownFailure:       "There is an unknown failure, please try again",
	"api_failure":              "There has been an API failure, please try again",
	"runner_system_failure":    "There has been a runner system failure, please try again",
	world.RunnerUnsupported:    "No runners support the requirements to run this job.",
	"stale_schedule":           "Delayed job could not be executed by some reason, please try again",
	"job_execution_timeout":    msgScriptTookTooLong,
	"no_updates_canceling":     "The job was canceling but showed no activity for an extended period. Try again",
	"server_timeout_running":   "The running job exceeded the maximum execution time set for the job",
	"server_timeout_canceling": "The canceling job exceeded the maximum execution time set for the job",
	world.ArchivedFailure:      "The job is archived and cannot be run",
	"unmet_prerequisites":      "The job failed to complete prerequisite tasks",
	"pipeline_loop_detected":   msgJobCouldNotBecause + "it would create infinitely looping pipelines",
	"invalid_bridge_trigger":   msgJobCouldNotBecause + "downstream pipeline trigger definition is invalid",
	"project_deleted":          "The job belongs to a deleted project",
	world.UserBlockedFailure:   "The user who created this job is blocked",
	"ci_quota_exceeded":        "No more compute minutes available",
	"no_matching_runner":       "No matching runner available",
	world.TraceSizeExceeded:    "The job log size limit was reached",
	"builds_disabled":          "The CI/CD is disabled for this project",
	"deployment_rejected":      "This deployment job was rejected.",
	"job_router_failure":       "The Job Router failed to run this job. Please contact your administrator.",
	"job_token_expired":        "The CI job token has expired. The job may have exceeded the maximum time limit.",

	world.MissingDependencyFailure:                   "There has been a missing dependency failure",
	"job_execution_server_timeout":                   msgScriptTookTooLong,
	"downstream_pipeline_creation_failed":            "The downstream pipeline could not be created",
	"reached_max_descendant_pipelines_depth":         "You reached the maximum depth of child pipelines",
	"reached_max_pipeline_hierarchy_size":            "The downstream pipeline tree is too large",
	"reached_downstream_pipeline_trigger_rate_limit": msgTooManyDownstream,

	"stuck_or_timeout_failure": "There has been a timeout failure or the job got stuck. Check your timeout " +
		"limits or try again",
	"runner_configuration_error": "There has been a configuration error. Check your job configuration or " +
		"contact your runner administrator.",
	"runner_external_dependency_failure": "The runner could not reach an external dependency. Please try " +
		"again.",
	"runner_interrupted": "The runner process was interrupted before this job could finish. The job is " +
		"safe to retry.",
	"stuck_pending_with_matching_runners": "The job was stuck in pending state with matching runners " +
		"available. Check your job configuration or try again",
	"stuck_pending_no_matching_runners": "The job was stuck in pending state with no matching runners " +
		"available. Check your runner tags or configuration",
	"no_updates_running": "The job was running but showed no activity for an extended period. Check your " +
		"job script or try again",
	world.SchedulerFailure: "The scheduler failed to assign job to the runner, please try again or contact " +
		"system administrator",
	"data_integrity_failure": "There has been an unknown job problem, please contact your system " +
		"administrator with the job ID to review the logs",
	"forward_deployment_failure": "The deployment job is older than the previously succeeded deployment " +
		"job, and therefore cannot be run",
	"insufficient_upstream_permissions": msgJobCouldNotBecause + "of insufficient permissions to track the " +
		"upstream project.",
	"upstream_bridge_project_not_found": msgJobCouldNotBecause + "upstream bridge project could not be " +
		"found.",
	"downstream_project_trigger_resolved_to_empty": msgJobCouldNotBecause + "the trigger:project value " +
		"resolved to a blank value. Check that the variables or inputs used in trigger:project are set.",
	"downstream_bridge_project_not_found": msgJobCouldNotBecause + "downstream bridge project could not be " +
		"found",
	"protected_environment_failure": "The environment this job is deploying to is protected. Only users " +
		"with permission may successfully run this job.",
	"insufficient_bridge_permissions": msgJobCouldNotBecause + "of insufficient permissions to create a " +
		"downstream pipeline",
	"bridge_pipeline_is_child_pipeline": "This job belongs to a child pipeline and cannot create further " +
		"child pipelines",
	"secrets_provider_not_found": "The secrets provider can not be found. Check your CI/CD variables and " +
		"try again.",
	"environment_creation_failure": msgJobCouldNotBecause + "it would create an environment with an " +
		"invalid parameter.",
	"ip_restriction_failure": msgJobCouldNotBecause + "group IP address restrictions are enabled, and the " +
		"runner's IP address is not in the allowed range.",
	"duo_workflow_not_allowed": "Duo Agent Platform cannot run on this runner. Duo jobs can only run on " +
		"instance wide or top level group runners. Be sure to remove the gitlab--duo tag from this runner to avoid " +
		"it picking these jobs.",
	"failed_outdated_deployment_job": "The deployment job is older than the latest deployment, and " +
		"therefore failed.",
	"id_token_burned_project_path": "ID token issuance is disabled in CI because this project's path was " +
		"previously used by a different project. To restore ID tokens, set `ci_id_token_sub_claim_components` to " +
		"start with `project_id` (for example, `[\"project_id\", \"ref_type\", \"ref\"]`) and update your cloud " +
		"trust policy to match.",
}

// failureHelp are the pages of GitLab's help that some of them refer to.
var failureHelp = map[string]string{
	"environment_creation_failure": "ci/environments/_index.md#error-job-would-create-an-environment-with-an-invalid-" +
		"parameter",
	"failed_outdated_deployment_job": "ci/environments/deployment_safety.md#prevent-outdated-deployment-jobs",
	"id_token_burned_project_path":   "ci/secrets/id_token_authentication.md#error-id-token-issuance-is-disabled",
}
