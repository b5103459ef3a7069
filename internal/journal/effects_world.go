package journal

// The effects of the endpoints of what projects, groups and the instance have set.

// ended are the fields of an access token that goes, and the whole, as its bot may go with it.
var ended = []string{"revoked", Deleted}

// inGit are the fields of a project that tell what is in its repository.
var inGit = []string{"files", "repository"}

// keyProjects are the fields of a deploy key that tell which projects have it.
var keyProjects = []string{"projects_with_write_access", "projects_with_readonly_access"}

// inProject is the effect on one field of the project of the path.
func inProject(field string) []Effect {
	return []Effect{{Kind: "project", Of: "id", Fields: []string{field}}}
}

var settingEffects = map[string][]Effect{
	"POST /projects/:id/variables":          {{Kind: "variable", Of: "key", Fields: made}},
	"PUT /projects/:id/variables/:key":      {{Kind: "variable", Of: "key"}},
	"DELETE /projects/:id/variables/:key":   {{Kind: "variable", Of: "key", Fields: deleted}},
	"POST /groups/:id/variables":            {{Kind: "variable", Of: "key", Fields: made}},
	"PUT /groups/:id/variables/:key":        {{Kind: "variable", Of: "key"}},
	"DELETE /groups/:id/variables/:key":     {{Kind: "variable", Of: "key", Fields: deleted}},
	"POST /admin/ci/variables":              {{Kind: "variable", Of: "key", Fields: made}},
	"PUT /admin/ci/variables/:key":          {{Kind: "variable", Of: "key"}},
	"DELETE /admin/ci/variables/:key":       {{Kind: "variable", Of: "key", Fields: deleted}},
	"POST /projects/:id/protected_branches": {{Kind: "protected ref", Of: "name", Fields: made}},
	"PATCH /projects/:id/protected_branches/:name": {{Kind: "protected ref", Of: "name",
		Fields: []string{"allow_force_push"}}},
	"DELETE /projects/:id/protected_branches/:name": {{Kind: "protected ref", Of: "name", Fields: deleted}},
	"PUT /projects/:id/repository/branches/:branch/protect": {{Kind: "protected ref", Of: "branch",
		Fields: []string{Made, "push_access", "merge_access"}}},
	"PUT /projects/:id/repository/branches/:branch/unprotect": {{Kind: "protected ref", Of: "branch", Fields: deleted}},
	"POST /projects/:id/protected_tags":                       {{Kind: "protected ref", Of: "name", Fields: made}},
	"DELETE /projects/:id/protected_tags/:name":               {{Kind: "protected ref", Of: "name", Fields: deleted}},
	"POST /projects/:id/repository/branches":                  {{Kind: "project", Of: "id", Fields: inGit}},
	"DELETE /projects/:id/repository/branches/:branch":        {{Kind: "project", Of: "id", Fields: inGit}},
	"DELETE /projects/:id/repository/merged_branches":         {{Kind: "project", Of: "id", Fields: inGit}},
	"POST /projects/:id/repository/tags":                      {{Kind: "project", Of: "id", Fields: inGit}},
	"DELETE /projects/:id/repository/tags/:tag_name":          {{Kind: "project", Of: "id", Fields: inGit}},
	"POST /projects/:id/repository/commits":                   {{Kind: "project", Of: "id", Fields: inGit}},
	"POST /projects/:id/repository/commits/:sha/cherry_pick":  {{Kind: "project", Of: "id", Fields: inGit}},
	"POST /projects/:id/repository/commits/:sha/revert":       {{Kind: "project", Of: "id", Fields: inGit}},
	"POST /projects/:id/repository/files/:file_path":          {{Kind: "project", Of: "id", Fields: inGit}},
	"PUT /projects/:id/repository/files/:file_path":           {{Kind: "project", Of: "id", Fields: inGit}},
	"DELETE /projects/:id/repository/files/:file_path":        {{Kind: "project", Of: "id", Fields: inGit}},
	"POST /:project.git/git-receive-pack":                     {{Kind: "project", Of: "project", Fields: inGit}},
	"POST /projects/:id/access_tokens":                        {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /projects/:id/access_tokens/:token_id/rotate": {{Kind: "access token", Of: "token_id", Fields: ended[:1]},
		{Kind: "access token", Of: Answered, Fields: made}},
	"POST /projects/:id/access_tokens/self/rotate": {{Kind: "access token", Of: Answered, Fields: made}},
	"DELETE /projects/:id/access_tokens/:token_id": {{Kind: "access token", Of: "token_id", Fields: ended}},
	"POST /groups/:id/access_tokens":               {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /groups/:id/access_tokens/:token_id/rotate": {{Kind: "access token", Of: "token_id", Fields: ended[:1]},
		{Kind: "access token", Of: Answered, Fields: made}},
	"POST /groups/:id/access_tokens/self/rotate":   {{Kind: "access token", Of: Answered, Fields: made}},
	"DELETE /groups/:id/access_tokens/:token_id":   {{Kind: "access token", Of: "token_id", Fields: ended}},
	"POST /projects/:id/deploy_tokens":             {{Kind: "deploy token", Of: Answered, Fields: made}},
	"DELETE /projects/:id/deploy_tokens/:token_id": {{Kind: "deploy token", Of: "token_id", Fields: deleted}},
	"POST /groups/:id/deploy_tokens":               {{Kind: "deploy token", Of: Answered, Fields: made}},
	"DELETE /groups/:id/deploy_tokens/:token_id":   {{Kind: "deploy token", Of: "token_id", Fields: deleted}},
	"POST /deploy_keys":                            {{Kind: "deploy key", Of: Answered, Fields: made}},
	"POST /projects/:id/deploy_keys": {{Kind: "deploy key", Of: Answered,
		Fields: append([]string{Made}, keyProjects...)}},
	"PUT /projects/:id/deploy_keys/:key_id": {{Kind: "deploy key", Of: "key_id",
		Fields: append([]string{"title"}, keyProjects...)}},
	"POST /projects/:id/deploy_keys/:key_id/enable": {{Kind: "deploy key", Of: "key_id", Fields: keyProjects}},
	"DELETE /projects/:id/deploy_keys/:key_id": {{Kind: "deploy key", Of: "key_id",
		Fields: append([]string{Deleted}, keyProjects...)}},

	"PATCH /projects/:id/job_token_scope":                                    inProject("attributes"),
	"POST /projects/:id/job_token_scope/allowlist":                           inProject("job_token_allowlist"),
	"DELETE /projects/:id/job_token_scope/allowlist/:target_project_id":      inProject("job_token_allowlist"),
	"POST /projects/:id/job_token_scope/groups_allowlist":                    inProject("job_token_allowlist"),
	"DELETE /projects/:id/job_token_scope/groups_allowlist/:target_group_id": inProject("job_token_allowlist"),
}
