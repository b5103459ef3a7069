package journal

import "slices"

// Effect is what a call of an endpoint may have done to one record, if it succeeded. What only follows from it, such as
// the next jobs of a pipeline, is no effect, nor is that a runner has been heard of.
type Effect struct {
	Kind string // of the record: "runner", "access token"; "settings", of which there is one
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
)

// Effects are those of an endpoint, by its name in GitLab's documentation; nil for one that changes nothing that a
// world shows.
func Effects(endpoint string) []Effect {
	for _, family := range []map[string][]Effect{effects, namespaceEffects, userEffects, tokenEffects, settingEffects} {
		if of := family[endpoint]; of != nil {
			return of
		}
	}
	return nil
}

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
	"active":                          "paused",
	"allow_runner_registration_token": "registration_tokens_disabled",
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
	erased       = append([]string{"erased", "trace"}, artifacts...)
)

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
	"PUT /application/settings":                           {{Kind: "settings", Of: Only}},
	"POST /jobs/request":                                  {{Kind: "job", Of: Answered, Fields: taken}},
	"PUT /jobs/:id":                                       {{Kind: "job", Of: Caller, Fields: reported}},
	"PATCH /jobs/:id/trace":                               {{Kind: "job", Of: Caller, Fields: logged}},
	"POST /jobs/:id/artifacts":                            {{Kind: "job", Of: Caller, Fields: artifacts}},
	"POST /projects/:id/jobs/:job_id/cancel":              {{Kind: "job", Of: "job_id", Fields: canceled}},
	"POST /projects/:id/jobs/:job_id/retry":               {{Kind: "job", Of: Answered, Fields: made}},
	"POST /projects/:id/jobs/:job_id/play": {{Kind: "job", Of: "job_id",
		Fields: []string{"status", "queued_at", "user", "spec"}}, {Kind: "job", Of: Answered, Fields: made}},
	"POST /projects/:id/jobs/:job_id/erase":          {{Kind: "job", Of: "job_id", Fields: erased}},
	"POST /projects/:id/jobs/:job_id/artifacts/keep": {{Kind: "job", Of: "job_id", Fields: artifacts}},
	"DELETE /projects/:id/jobs/:job_id/artifacts":    {{Kind: "job", Of: "job_id", Fields: artifacts}},
}
