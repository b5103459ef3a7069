package journal

import "slices"

// Effect is what a call of an endpoint may have done to one record, if it succeeded. What only follows from it, such as
// the next jobs of a pipeline, is no effect, nor is that a runner has been heard of.
type Effect struct {
	// Kind is that of the record: "runner", "job", "project", "group", "user", "access token", "webhook", "variable",
	// "protected ref", "deploy token", "deploy key", "pipeline", "pipeline schedule", "pipeline trigger", "project
	// environment", "deployment", "runner controller"; "share", which goes by the path of what is shared; "settings", of
	// which there is one.
	Kind string
	// Of says which record: the name of the parameter that has its ID or path, or one of Caller, Answered and Only.
	Of string
	// Fields are those that it may change, by their names in JSON, or one of Made and Deleted; nil are those that its
	// parameters are named after.
	Fields []string
}

// What stands among the Fields of an Effect for the record as a whole.
const (
	Made    = "(made)"
	Deleted = "(deleted)"
)

// Whose record an Effect is on, where no parameter says so.
const (
	Caller   = "(caller)"   // of the runner or job that called
	Answered = "(answered)" // whose ID is in the answer
	Only     = "(only)"     // there is but one
	// Mentioned is whose global ID is in the request or its answer, as in GraphQL.
	Mentioned = "(mentioned)"
)

// Effects are those of an endpoint, by its name in GitLab's documentation; nil for one that changes nothing that a
// world shows.
func Effects(endpoint string) []Effect {
	for _, family := range []map[string][]Effect{effects, pipelineEffects, settingEffects} {
		if of := family[endpoint]; of != nil {
			return of
		}
	}
	return nil
}

// MutationEffects are those of a mutation of GraphQL, by its field.
func MutationEffects(field string) []Effect { return mutations[field] }

// Changes reports whether it may have changed a field, or Made or Deleted the record, given the parameters that were
// sent.
func (e Effect) Changes(field string, sent map[string]any) bool {
	if e.Fields != nil {
		return slices.Contains(e.Fields, field)
	}
	for param := range sent {
		if param == field || fieldsOfParams[param] == field {
			return true
		}
	}
	return false
}

// fieldsOfParams are the fields that parameters change which have another name.
var fieldsOfParams = map[string]string{
	"active":                                           "paused",
	"allow_runner_registration_token":                  "registration_tokens_disabled",
	"enable_ssl_verification":                          "tls_unverified",
	"allow_local_requests_from_hooks_and_services":     "local_requests_forbidden",
	"allow_local_requests_from_web_hooks_and_services": "local_requests_forbidden",
}

var (
	made         = []string{Made}
	deleted      = []string{Deleted}
	newToken     = []string{"token", "token_expires_at"}
	registration = []string{"registration_token"}
	assignments  = []string{"projects"}
	artifacts    = []string{"artifacts", "artifacts_expire_at"}
	taken        = []string{"status", "runner_id", "system_id", "started_at", "updated_at"}
	reported     = []string{"status", "failure_reason", "finished_at", "updated_at", "coverage"}
	logged       = []string{"trace", "debug_trace", "updated_at"}
	canceled     = []string{"status", "failure_reason", "finished_at"}
	tokens       = []string{"tokens"}
	scoped       = []string{"instance", "runners"}
	fared        = []string{"disabled", "disabled_until", "failures"}
	headers      = []string{"custom_headers"}
	variables    = []string{"url_variables"}
	erased       = append([]string{"erased", "trace"}, artifacts...)
	members      = []string{"members"}
	marked       = []string{Deleted, "deletion_marked_at", "name", "path", "old_paths"}
	moved        = []string{"path", "old_paths", "visibility", "shared_runners_disabled", "shared_runners_overridable",
		"members"}
	settings = []string{"admin_mode", "attributes", "group_runner_token_expiration_interval", "keep_latest_artifact",
		"local_requests_forbidden", "max_artifacts_size", "new_projects_unshared", "project_runner_token_expiration_interval",
		"registration_tokens_disabled", "restricted_visibility_levels", "runner_token_expiration_interval",
		"valid_runner_registrars"}
	state   = []string{"state"}
	revoked = []string{"revoked"}
	profile = []string{"username", "name", "email", "unconfirmed_email", "admin", "auditor", "external",
		"attributes", "private_profile", "projects_limit", "can_create_group", "password", "password_expired",
		"identities"}
	groupSettings = []string{"name", "path", "description", "visibility", "shared_runners_disabled",
		"shared_runners_overridable", "attributes"}
	projectSettings = []string{"name", "path", "old_paths", "description", "visibility", "shared_runners_disabled",
		"group_runners_disabled", "build_timeout", "ci_default_git_depth", "keep_latest_artifact", "attributes"}
)

// updated are the fields of a runner that runnerUpdate changes.
var updated = []string{"description", "maintenance_note", "maximum_timeout", "access_level", "paused", "locked",
	"run_untagged", "tags", "projects"}

var mutations = map[string][]Effect{
	"runnerCreate":              {{Kind: "runner", Of: Mentioned, Fields: made}},
	"runnerUpdate":              {{Kind: "runner", Of: Mentioned, Fields: updated}},
	"runnerDelete":              {{Kind: "runner", Of: Mentioned, Fields: deleted}},
	"bulkRunnerDelete":          {{Kind: "runner", Of: Mentioned, Fields: deleted}},
	"runnerBulkPause":           {{Kind: "runner", Of: Mentioned, Fields: []string{"paused"}}},
	"runnerAssignToProject":     {{Kind: "runner", Of: Mentioned, Fields: assignments}},
	"runnerUnassignFromProject": {{Kind: "runner", Of: Mentioned, Fields: assignments}},
	"runnersRegistrationTokenReset": {{Kind: "settings", Of: Only, Fields: registration},
		{Kind: "group", Of: Mentioned, Fields: registration}, {Kind: "project", Of: Mentioned, Fields: registration}},
	"jobCancel": {{Kind: "job", Of: Mentioned, Fields: canceled}},
	"jobRetry":  {{Kind: "job", Of: Mentioned, Fields: made}},
	"jobPlay": {{Kind: "job", Of: Mentioned,
		Fields: []string{Made, "status", "queued_at", "user", "spec", "variables"}}},
	"jobUnschedule":   {{Kind: "job", Of: Mentioned, Fields: []string{"status", "scheduled_at"}}},
	"pipelineCreate":  {{Kind: "pipeline", Of: Mentioned, Fields: made}},
	"pipelineDestroy": {{Kind: "pipeline", Of: Mentioned, Fields: deleted}},
	"pipelineRetry":   {{Kind: "pipeline", Of: Mentioned, Fields: progress}},
	"pipelineCancel":  {{Kind: "pipeline", Of: Mentioned, Fields: progress}},

	"pipelineScheduleCreate": {{Kind: "pipeline schedule", Of: Mentioned, Fields: made}},
	"pipelineScheduleUpdate": {{Kind: "pipeline schedule", Of: Mentioned,
		Fields: slices.Concat(scheduleSettings, scheduleVariables, []string{"inputs"})}},
	"pipelineScheduleDelete":        {{Kind: "pipeline schedule", Of: Mentioned, Fields: deleted}},
	"pipelineSchedulePlay":          {{Kind: "pipeline schedule", Of: Mentioned, Fields: []string{"next_run_at"}}},
	"pipelineScheduleTakeOwnership": {{Kind: "pipeline schedule", Of: Mentioned, Fields: []string{"owner"}}},
	"pipelineTriggerCreate":         {{Kind: "pipeline trigger", Of: Mentioned, Fields: made}},
	"pipelineTriggerUpdate":         {{Kind: "pipeline trigger", Of: Mentioned, Fields: []string{"description"}}},
	"pipelineTriggerDelete":         {{Kind: "pipeline trigger", Of: Mentioned, Fields: deleted}},

	"environmentCreate": {{Kind: "project environment", Of: Mentioned, Fields: made}},
	"environmentUpdate": {{Kind: "project environment", Of: Mentioned,
		Fields: []string{"description", "external_url", "tier", "auto_stop_setting", "updated_at"}}},
	"environmentStop":   {{Kind: "project environment", Of: Mentioned, Fields: stopping}},
	"environmentDelete": {{Kind: "project environment", Of: Mentioned, Fields: deleted}},

	"projectCiCdSettingsUpdate": {{Kind: "project", Of: Mentioned,
		Fields: []string{"attributes", "group_runners_disabled", "keep_latest_artifact"}}},
	"ciJobTokenScopeAddProject":        allowlistChanged,
	"ciJobTokenScopeAddGroupOrProject": allowlistChanged,
	"ciJobTokenScopeRemoveProject":     allowlistChanged,
	"ciJobTokenScopeRemoveGroup":       allowlistChanged,
}

// allowlistChanged are the effects of the mutations of whose jobs' tokens reach a project.
var allowlistChanged = []Effect{{Kind: "project", Of: Mentioned, Fields: []string{"job_token_allowlist"}}}

var effects = map[string][]Effect{
	"POST /user/runners":  {{Kind: "runner", Of: Answered, Fields: made}},
	"POST /runners":       {{Kind: "runner", Of: Answered, Fields: made}},
	"PUT /runners/:id":    {{Kind: "runner", Of: "id"}},
	"DELETE /runners/:id": {{Kind: "runner", Of: "id", Fields: deleted}},
	"DELETE /runners":     {{Kind: "runner", Of: Caller, Fields: deleted}},
	"POST /runners/:id/reset_authentication_token":        {{Kind: "runner", Of: "id", Fields: newToken}},
	"POST /runners/reset_authentication_token":            {{Kind: "runner", Of: Caller, Fields: newToken}},
	"DELETE /runners/managers":                            {{Kind: "runner", Of: Caller, Fields: []string{"managers"}}},
	"POST /projects/:id/runners":                          {{Kind: "runner", Of: "runner_id", Fields: assignments}},
	"DELETE /projects/:id/runners/:runner_id":             {{Kind: "runner", Of: "runner_id", Fields: assignments}},
	"POST /runners/reset_registration_token":              {{Kind: "settings", Of: Only, Fields: registration}},
	"POST /groups/:id/runners/reset_registration_token":   {{Kind: "group", Of: "id", Fields: registration}},
	"POST /projects/:id/runners/reset_registration_token": {{Kind: "project", Of: "id", Fields: registration}},
	"PUT /application/settings":                           {{Kind: "settings", Of: Only, Fields: settings}},
	"POST /jobs/request":                                  {{Kind: "job", Of: Answered, Fields: taken}},
	"PUT /jobs/:id":                                       {{Kind: "job", Of: Caller, Fields: reported}},
	"PATCH /jobs/:id/trace":                               {{Kind: "job", Of: Caller, Fields: logged}},
	"POST /jobs/:id/artifacts":                            {{Kind: "job", Of: Caller, Fields: artifacts}},
	"POST /projects/:id/jobs/:job_id/cancel":              {{Kind: "job", Of: "job_id", Fields: canceled}},
	"POST /projects/:id/jobs/:job_id/retry":               {{Kind: "job", Of: Answered, Fields: made}},
	"POST /projects/:id/jobs/:job_id/play": {{Kind: "job", Of: "job_id",
		Fields: []string{"status", "queued_at", "user", "spec", "variables"}}, {Kind: "job", Of: Answered, Fields: made}},
	"POST /projects/:id/jobs/:job_id/erase":          {{Kind: "job", Of: "job_id", Fields: erased}},
	"POST /projects/:id/jobs/:job_id/artifacts/keep": {{Kind: "job", Of: "job_id", Fields: artifacts}},
	"DELETE /projects/:id/jobs/:job_id/artifacts":    {{Kind: "job", Of: "job_id", Fields: artifacts}},
	"POST /groups":                                {{Kind: "group", Of: Answered, Fields: made}},
	"PUT /groups/:id":                             {{Kind: "group", Of: "id", Fields: groupSettings}},
	"DELETE /groups/:id":                          {{Kind: "group", Of: "id", Fields: marked}},
	"POST /groups/:id/restore":                    {{Kind: "group", Of: "id", Fields: marked[1:]}},
	"POST /groups/:id/transfer":                   {{Kind: "group", Of: "id", Fields: moved}},
	"POST /groups/:id/projects/:project_id":       {{Kind: "project", Of: "project_id", Fields: moved}},
	"POST /groups/:id/members":                    {{Kind: "group", Of: "id", Fields: members}},
	"PUT /groups/:id/members/:user_id":            {{Kind: "group", Of: "id", Fields: members}},
	"DELETE /groups/:id/members/:user_id":         {{Kind: "group", Of: "id", Fields: members}},
	"POST /groups/:id/share":                      {{Kind: "share", Of: "id", Fields: made}},
	"DELETE /groups/:id/share/:group_id":          {{Kind: "share", Of: "id", Fields: deleted}},
	"POST /projects":                              {{Kind: "project", Of: Answered, Fields: made}},
	"POST /projects/user/:user_id":                {{Kind: "project", Of: Answered, Fields: made}},
	"PUT /projects/:id":                           {{Kind: "project", Of: "id", Fields: projectSettings}},
	"DELETE /projects/:id":                        {{Kind: "project", Of: "id", Fields: marked}},
	"POST /projects/:id/restore":                  {{Kind: "project", Of: "id", Fields: marked[1:]}},
	"POST /projects/:id/archive":                  {{Kind: "project", Of: "id", Fields: []string{"archived"}}},
	"POST /projects/:id/unarchive":                {{Kind: "project", Of: "id", Fields: []string{"archived"}}},
	"PUT /projects/:id/transfer":                  {{Kind: "project", Of: "id", Fields: moved}},
	"POST /projects/:id/members":                  {{Kind: "project", Of: "id", Fields: members}},
	"PUT /projects/:id/members/:user_id":          {{Kind: "project", Of: "id", Fields: members}},
	"DELETE /projects/:id/members/:user_id":       {{Kind: "project", Of: "id", Fields: members}},
	"POST /projects/:id/share":                    {{Kind: "share", Of: "id", Fields: made}},
	"DELETE /projects/:id/share/:group_id":        {{Kind: "share", Of: "id", Fields: deleted}},
	"POST /users":                                 {{Kind: "user", Of: Answered, Fields: made}},
	"PUT /users/:id":                              {{Kind: "user", Of: "id", Fields: profile}},
	"DELETE /users/:id":                           {{Kind: "user", Of: "id", Fields: deleted}},
	"POST /users/:id/reject":                      {{Kind: "user", Of: "id", Fields: deleted}},
	"POST /users/:id/activate":                    {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/approve":                     {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/ban":                         {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/block":                       {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/deactivate":                  {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/unban":                       {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/unblock":                     {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:user_id/personal_access_tokens": {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /user/personal_access_tokens":           {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /users/:user_id/impersonation_tokens":   {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /personal_access_tokens/self/rotate":    {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /personal_access_tokens/:id/rotate": {{Kind: "access token", Of: "id", Fields: revoked},
		{Kind: "access token", Of: Answered, Fields: made}},
	"DELETE /personal_access_tokens/:id": {{Kind: "access token", Of: "id", Fields: revoked}},
	"DELETE /users/:user_id/impersonation_tokens/:impersonation_token_id": {
		{Kind: "access token", Of: "impersonation_token_id", Fields: revoked}},
	"POST /projects/:id/hooks":                                 {{Kind: "webhook", Of: Answered, Fields: made}},
	"PUT /projects/:id/hooks/:hook_id":                         {{Kind: "webhook", Of: "hook_id"}},
	"DELETE /projects/:id/hooks/:hook_id":                      {{Kind: "webhook", Of: "hook_id", Fields: deleted}},
	"POST /projects/:id/hooks/:hook_id/test/:trigger":          {{Kind: "webhook", Of: "hook_id", Fields: fared}},
	"PUT /projects/:id/hooks/:hook_id/custom_headers/:key":     {{Kind: "webhook", Of: "hook_id", Fields: headers}},
	"DELETE /projects/:id/hooks/:hook_id/custom_headers/:key":  {{Kind: "webhook", Of: "hook_id", Fields: headers}},
	"PUT /projects/:id/hooks/:hook_id/url_variables/:key":      {{Kind: "webhook", Of: "hook_id", Fields: variables}},
	"DELETE /projects/:id/hooks/:hook_id/url_variables/:key":   {{Kind: "webhook", Of: "hook_id", Fields: variables}},
	"POST /groups/:id/hooks":                                   {{Kind: "webhook", Of: Answered, Fields: made}},
	"PUT /groups/:id/hooks/:hook_id":                           {{Kind: "webhook", Of: "hook_id"}},
	"DELETE /groups/:id/hooks/:hook_id":                        {{Kind: "webhook", Of: "hook_id", Fields: deleted}},
	"POST /groups/:id/hooks/:hook_id/test/:trigger":            {{Kind: "webhook", Of: "hook_id", Fields: fared}},
	"PUT /groups/:id/hooks/:hook_id/custom_headers/:key":       {{Kind: "webhook", Of: "hook_id", Fields: headers}},
	"DELETE /groups/:id/hooks/:hook_id/custom_headers/:key":    {{Kind: "webhook", Of: "hook_id", Fields: headers}},
	"PUT /groups/:id/hooks/:hook_id/url_variables/:key":        {{Kind: "webhook", Of: "hook_id", Fields: variables}},
	"DELETE /groups/:id/hooks/:hook_id/url_variables/:key":     {{Kind: "webhook", Of: "hook_id", Fields: variables}},
	"POST /runner_controllers":                                 {{Kind: "runner controller", Of: Answered, Fields: made}},
	"PUT /runner_controllers/:id":                              {{Kind: "runner controller", Of: "id"}},
	"DELETE /runner_controllers/:id":                           {{Kind: "runner controller", Of: "id", Fields: deleted}},
	"POST /runner_controllers/:id/tokens":                      {{Kind: "runner controller", Of: "id", Fields: tokens}},
	"POST /runner_controllers/:id/tokens/:token_id/rotate":     {{Kind: "runner controller", Of: "id", Fields: tokens}},
	"DELETE /runner_controllers/:id/tokens/:token_id":          {{Kind: "runner controller", Of: "id", Fields: tokens}},
	"POST /runner_controllers/:id/scopes/instance":             {{Kind: "runner controller", Of: "id", Fields: scoped}},
	"DELETE /runner_controllers/:id/scopes/instance":           {{Kind: "runner controller", Of: "id", Fields: scoped}},
	"POST /runner_controllers/:id/scopes/runners/:runner_id":   {{Kind: "runner controller", Of: "id", Fields: scoped}},
	"DELETE /runner_controllers/:id/scopes/runners/:runner_id": {{Kind: "runner controller", Of: "id", Fields: scoped}},
}
