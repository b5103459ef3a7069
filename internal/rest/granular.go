package rest

// What each endpoint wants of a fine-grained access token, as GitLab's page on fine-grained permissions has it
// (doc/auth/tokens/fine_grained_access_tokens_rest.md).

import "github.com/fakegitlab/fakegitlab/internal/front"

// needs is an endpoint that needs one permission.
func needs(permission string, at front.BoundaryKind) *front.Granular {
	return &front.Granular{Permissions: []string{permission}, At: at}
}

// open is needs, but that what is public is open without the permission.
func open(permission string, at front.BoundaryKind) *front.Granular {
	g := needs(permission, at)
	g.Public = true
	return g
}

const registrationReset = "Runner Registration Token: Reset"

// granular has what the endpoints want that take a fine-grained token. Those for runners and jobs take none.
var granular = map[string]*front.Granular{
	"GET /runners":                                                  needs("Runner: Read", front.AtUser),
	"GET /runners/all":                                              needs("Runner: Read", front.AtInstance),
	"GET /runners/:id":                                              needs("Runner: Read", front.AtRunner),
	"GET /runners/:id/jobs":                                         needs("Runner: Read", front.AtRunner),
	"GET /runners/:id/managers":                                     needs("Runner: Read", front.AtRunner),
	"GET /runners/:id/projects":                                     needs("Runner: Read", front.AtRunner),
	"PUT /runners/:id":                                              needs("Runner: Update", front.AtRunner),
	"POST /runners/:id/reset_authentication_token":                  needs("Runner: Update", front.AtRunner),
	"DELETE /runners/:id":                                           needs("Runner: Delete", front.AtRunner),
	"GET /projects/:id/runners":                                     needs("Runner: Read", front.AtProject),
	"GET /groups/:id/runners":                                       needs("Runner: Read", front.AtGroup),
	"POST /projects/:id/runners":                                    needs("Runner: Assign", front.AtProject),
	"DELETE /projects/:id/runners/:runner_id":                       needs("Runner: Assign", front.AtProject),
	"POST /user/runners":                                            needs("Runner: Create", front.AtUser),
	"POST /runners/reset_registration_token":                        needs(registrationReset, front.AtInstance),
	"POST /projects/:id/runners/reset_registration_token":           needs(registrationReset, front.AtProject),
	"POST /groups/:id/runners/reset_registration_token":             needs(registrationReset, front.AtGroup),
	"GET /projects/:id/jobs":                                        needs("Job: Read", front.AtProject),
	"GET /projects/:id/jobs/:job_id":                                needs("Job: Read", front.AtProject),
	"GET /projects/:id/jobs/:job_id/trace":                          needs("Job: Read", front.AtProject),
	"POST /projects/:id/jobs/:job_id/play":                          needs("Job: Run", front.AtProject),
	"POST /projects/:id/jobs/:job_id/retry":                         needs("Job: Run", front.AtProject),
	"POST /projects/:id/jobs/:job_id/cancel":                        needs("Job: Update", front.AtProject),
	"POST /projects/:id/jobs/:job_id/erase":                         needs("Job: Delete", front.AtProject),
	"GET /projects/:id/jobs/:job_id/artifacts":                      needs("Job Artifact: Read", front.AtProject),
	"GET /projects/:id/jobs/:job_id/artifacts/*artifact_path":       needs("Job Artifact: Read", front.AtProject),
	"GET /projects/:id/jobs/artifacts/:ref_name/download":           needs("Job Artifact: Read", front.AtProject),
	"GET /projects/:id/jobs/artifacts/:ref_name/raw/*artifact_path": needs("Job Artifact: Read", front.AtProject),
	"POST /projects/:id/jobs/:job_id/artifacts/keep":                needs("Job Artifact: Update", front.AtProject),
	"DELETE /projects/:id/jobs/:job_id/artifacts":                   needs("Job Artifact: Delete", front.AtProject),
	"DELETE /projects/:id/artifacts":                                needs("Job Artifact: Delete", front.AtProject),
	"GET /version":                                                  needs("Metadata: Read", front.AtInstance),
	"GET /metadata":                                                 needs("Metadata: Read", front.AtInstance),
	"GET /user":                                                     needs("User: Read", front.AtUser),
	"GET /personal_access_tokens/self":                              needs("Personal Access Token: Read", front.AtUser),
	"DELETE /personal_access_tokens/self":                           needs("Personal Access Token: Revoke", front.AtUser),
	"GET /application/settings":                                     needs("Application Setting: Read", front.AtInstance),
	"PUT /application/settings": needs("Application Setting: Update",
		front.AtInstance),
	"GET /projects":             needs("Project: Read", front.AtUser),
	"GET /projects/:id":         open("Project: Read", front.AtProject),
	"GET /groups":               needs("Group: Read", front.AtUser),
	"GET /groups/:id":           open("Group: Read", front.AtGroup),
	"GET /groups/:id/projects":  open("Project: Read", front.AtGroup),
	"GET /groups/:id/subgroups": open("Group: Read", front.AtGroup),
}
