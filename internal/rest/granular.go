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
	"GET /projects":                            wants("Project: Read", front.AtUser),
	"GET /projects/:id":                        publicOr("Project: Read", front.AtProject),
	"GET /groups":                              wants("Group: Read", front.AtUser),
	"GET /groups/:id":                          publicOr("Group: Read", front.AtGroup),
	"GET /groups/:id/projects":                 publicOr("Project: Read", front.AtGroup),
	"GET /groups/:id/subgroups":                publicOr("Group: Read", front.AtGroup),
	"GET /groups/:id/descendant_groups":        publicOr("Group: Read", front.AtGroup),
	"POST /groups":                             wants("Group: Create", front.AtUser),
	"PUT /groups/:id":                          wants("Group: Update", front.AtGroup),
	"DELETE /groups/:id":                       wants("Group: Delete", front.AtGroup),
	"POST /groups/:id/restore":                 wants("Group: Update", front.AtGroup),
	"POST /groups/:id/transfer":                wants("Group: Transfer", front.AtGroup),
	"POST /groups/:id/projects/:project_id":    wants("Project: Transfer", front.AtInstance),
	"POST /groups/:id/share":                   wants("Group: Share", front.AtGroup),
	"DELETE /groups/:id/share/:group_id":       wants("Group: Share", front.AtGroup),
	"POST /projects":                           wants("Project: Create", front.AtUser),
	"POST /projects/user/:user_id":             wants("Project: Create", front.AtUser),
	"PUT /projects/:id":                        wants("Project: Update", front.AtProject),
	"DELETE /projects/:id":                     wants("Project: Delete", front.AtProject),
	"POST /projects/:id/restore":               wants("Project: Update", front.AtProject),
	"POST /projects/:id/archive":               wants("Project: Archive", front.AtProject),
	"POST /projects/:id/unarchive":             wants("Project: Archive", front.AtProject),
	"PUT /projects/:id/transfer":               wants("Project: Transfer", front.AtProject),
	"POST /projects/:id/share":                 wants("Project: Share", front.AtProject),
	"DELETE /projects/:id/share/:group_id":     wants("Project: Share", front.AtProject),
	"GET /groups/:id/members":                  wants("Member: Read", front.AtGroup),
	"GET /groups/:id/members/all":              wants("Member: Read", front.AtGroup),
	"GET /groups/:id/members/:user_id":         wants("Member: Read", front.AtGroup),
	"GET /groups/:id/members/all/:user_id":     wants("Member: Read", front.AtGroup),
	"POST /groups/:id/members":                 wants("Member: Create", front.AtGroup),
	"PUT /groups/:id/members/:user_id":         wants("Member: Update", front.AtGroup),
	"DELETE /groups/:id/members/:user_id":      wants("Member: Delete", front.AtGroup),
	"GET /projects/:id/members":                wants("Member: Read", front.AtProject),
	"GET /projects/:id/members/all":            wants("Member: Read", front.AtProject),
	"GET /projects/:id/members/:user_id":       wants("Member: Read", front.AtProject),
	"GET /projects/:id/members/all/:user_id":   wants("Member: Read", front.AtProject),
	"POST /projects/:id/members":               wants("Member: Create", front.AtProject),
	"PUT /projects/:id/members/:user_id":       wants("Member: Update", front.AtProject),
	"DELETE /projects/:id/members/:user_id":    wants("Member: Delete", front.AtProject),
	"GET /personal_access_tokens":              wants("Personal Access Token: Read", front.AtUser),
	"GET /personal_access_tokens/:id":          wants("Personal Access Token: Read", front.AtUser),
	"POST /personal_access_tokens/:id/rotate":  wants("Personal Access Token: Rotate", front.AtUser),
	"POST /personal_access_tokens/self/rotate": wants("Personal Access Token: Rotate", front.AtUser),
	"DELETE /personal_access_tokens/:id":       wants("Personal Access Token: Revoke", front.AtUser),
	"GET /projects/:id/variables":              wants("Variable: Read", front.AtProject),
	"GET /projects/:id/variables/:key":         wants("Variable: Read", front.AtProject),
	"POST /projects/:id/variables":             wants("Variable: Create", front.AtProject),
	"PUT /projects/:id/variables/:key":         wants("Variable: Update", front.AtProject),
	"DELETE /projects/:id/variables/:key":      wants("Variable: Delete", front.AtProject),
	"GET /groups/:id/variables":                wants("Variable: Read", front.AtGroup),
	"GET /groups/:id/variables/:key":           wants("Variable: Read", front.AtGroup),
	"POST /groups/:id/variables":               wants("Variable: Create", front.AtGroup),
	"PUT /groups/:id/variables/:key":           wants("Variable: Update", front.AtGroup),
	"DELETE /groups/:id/variables/:key":        wants("Variable: Delete", front.AtGroup),
	"GET /admin/ci/variables":                  wants("Variable: Read", front.AtInstance),
	"GET /admin/ci/variables/:key":             wants("Variable: Read", front.AtInstance),
	"POST /admin/ci/variables":                 wants("Variable: Create", front.AtInstance),
	"PUT /admin/ci/variables/:key":             wants("Variable: Update", front.AtInstance),
	"DELETE /admin/ci/variables/:key":          wants("Variable: Delete", front.AtInstance),
}
