package rest

// What each endpoint wants of a fine-grained access token, as GitLab's page on fine-grained permissions has it
// (doc/auth/tokens/fine_grained_access_tokens_rest.md).

import "github.com/fakegitlab/fakegitlab/internal/front"

// wants is an endpoint that wants one permission.
func wants(permission string, at front.BoundaryKind) *front.Granular {
	return &front.Granular{Permissions: []string{permission}, At: at}
}

// publicOr is wants, but that what is public is open without the permission.
func publicOr(permission string, at front.BoundaryKind) *front.Granular {
	g := wants(permission, at)
	g.Public = true
	return g
}

const registrationReset = "Runner Registration Token: Reset"

// granular has what the endpoints want that take a fine-grained token. Those that runners and jobs call with tokens of
// their own take none.
var granular = map[string]*front.Granular{
	"GET /runners":                                                  wants("Runner: Read", front.AtUser),
	"GET /runners/all":                                              wants("Runner: Read", front.AtInstance),
	"GET /runners/:id":                                              wants("Runner: Read", front.AtRunner),
	"GET /runners/:id/jobs":                                         wants("Runner: Read", front.AtRunner),
	"GET /runners/:id/managers":                                     wants("Runner: Read", front.AtRunner),
	"GET /runners/:id/projects":                                     wants("Runner: Read", front.AtRunner),
	"PUT /runners/:id":                                              wants("Runner: Update", front.AtRunner),
	"POST /runners/:id/reset_authentication_token":                  wants("Runner: Update", front.AtRunner),
	"DELETE /runners/:id":                                           wants("Runner: Delete", front.AtRunner),
	"GET /projects/:id/runners":                                     wants("Runner: Read", front.AtProject),
	"GET /groups/:id/runners":                                       wants("Runner: Read", front.AtGroup),
	"POST /projects/:id/runners":                                    wants("Runner: Assign", front.AtProject),
	"DELETE /projects/:id/runners/:runner_id":                       wants("Runner: Assign", front.AtProject),
	"POST /user/runners":                                            wants("Runner: Create", front.AtUser),
	"POST /runners/reset_registration_token":                        wants(registrationReset, front.AtInstance),
	"POST /projects/:id/runners/reset_registration_token":           wants(registrationReset, front.AtProject),
	"POST /groups/:id/runners/reset_registration_token":             wants(registrationReset, front.AtGroup),
	"GET /projects/:id/jobs":                                        wants("Job: Read", front.AtProject),
	"GET /projects/:id/jobs/:job_id":                                wants("Job: Read", front.AtProject),
	"GET /projects/:id/jobs/:job_id/trace":                          wants("Job: Read", front.AtProject),
	"POST /projects/:id/jobs/:job_id/play":                          wants("Job: Run", front.AtProject),
	"POST /projects/:id/jobs/:job_id/retry":                         wants("Job: Run", front.AtProject),
	"POST /projects/:id/jobs/:job_id/cancel":                        wants("Job: Update", front.AtProject),
	"POST /projects/:id/jobs/:job_id/erase":                         wants("Job: Delete", front.AtProject),
	"GET /projects/:id/ci/lint":                                     wants("CI Config: Read", front.AtProject),
	"POST /projects/:id/ci/lint":                                    wants("CI Config: Validate", front.AtProject),
	"GET /projects/:id/jobs/:job_id/artifacts":                      wants("Job Artifact: Read", front.AtProject),
	"GET /projects/:id/jobs/:job_id/artifacts/*artifact_path":       wants("Job Artifact: Read", front.AtProject),
	"GET /projects/:id/jobs/artifacts/:ref_name/download":           wants("Job Artifact: Read", front.AtProject),
	"GET /projects/:id/jobs/artifacts/:ref_name/raw/*artifact_path": wants("Job Artifact: Read", front.AtProject),
	"POST /projects/:id/jobs/:job_id/artifacts/keep":                wants("Job Artifact: Update", front.AtProject),
	"DELETE /projects/:id/jobs/:job_id/artifacts":                   wants("Job Artifact: Delete", front.AtProject),
	"DELETE /projects/:id/artifacts":                                wants("Job Artifact: Delete", front.AtProject),
	"GET /version":                                                  wants("Metadata: Read", front.AtInstance),
	"GET /metadata":                                                 wants("Metadata: Read", front.AtInstance),
	"GET /user":                                                     wants("User: Read", front.AtUser),
	"GET /personal_access_tokens/self":                              wants("Personal Access Token: Read", front.AtUser),
	"DELETE /personal_access_tokens/self":                           wants("Personal Access Token: Revoke", front.AtUser),
	"GET /application/settings":                                     wants("Application Setting: Read", front.AtInstance),
	"PUT /application/settings": wants("Application Setting: Update",
		front.AtInstance),
	"GET /projects":             wants("Project: Read", front.AtUser),
	"GET /projects/:id":         publicOr("Project: Read", front.AtProject),
	"GET /groups":               wants("Group: Read", front.AtUser),
	"GET /groups/:id":           publicOr("Group: Read", front.AtGroup),
	"GET /groups/:id/projects":  publicOr("Project: Read", front.AtGroup),
	"GET /groups/:id/subgroups": publicOr("Group: Read", front.AtGroup),
}
