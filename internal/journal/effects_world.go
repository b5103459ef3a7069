package journal

// The effects of the endpoints that build a world.

var (
	membersOf = []string{"members"}
	moved     = []string{"path", "visibility", "old_paths", "shared_runners_disabled", "shared_runners_overridable"}
	marked    = []string{Deleted, "deletion_marked_at", "path", "name"}
	archived  = []string{"archived"}
	state     = []string{"state"}
	revoked   = []string{"revoked"}
	force     = []string{"allow_force_push"}
)

var namespaceEffects = map[string][]Effect{
	"POST /groups":                          {{Kind: "group", Of: Answered, Fields: made}},
	"PUT /groups/:id":                       {{Kind: "group", Of: "id"}},
	"DELETE /groups/:id":                    {{Kind: "group", Of: "id", Fields: marked}},
	"POST /groups/:id/restore":              {{Kind: "group", Of: "id", Fields: marked[1:]}},
	"POST /groups/:id/transfer":             {{Kind: "group", Of: "id", Fields: moved}},
	"POST /groups/:id/projects/:project_id": {{Kind: "project", Of: "project_id", Fields: moved}},
	"POST /projects":                        {{Kind: "project", Of: Answered, Fields: made}},
	"POST /projects/user/:user_id":          {{Kind: "project", Of: Answered, Fields: made}},
	"PUT /projects/:id":                     {{Kind: "project", Of: "id"}},
	"DELETE /projects/:id":                  {{Kind: "project", Of: "id", Fields: marked}},
	"POST /projects/:id/restore":            {{Kind: "project", Of: "id", Fields: marked[1:]}},
	"POST /projects/:id/archive":            {{Kind: "project", Of: "id", Fields: archived}},
	"POST /projects/:id/unarchive":          {{Kind: "project", Of: "id", Fields: archived}},
	"PUT /projects/:id/transfer":            {{Kind: "project", Of: "id", Fields: moved}},
	"POST /groups/:id/members":              {{Kind: "group", Of: "id", Fields: membersOf}},
	"PUT /groups/:id/members/:user_id":      {{Kind: "group", Of: "id", Fields: membersOf}},
	"DELETE /groups/:id/members/:user_id":   {{Kind: "group", Of: "id", Fields: membersOf}},
	"POST /projects/:id/members":            {{Kind: "project", Of: "id", Fields: membersOf}},
	"PUT /projects/:id/members/:user_id":    {{Kind: "project", Of: "id", Fields: membersOf}},
	"DELETE /projects/:id/members/:user_id": {{Kind: "project", Of: "id", Fields: membersOf}},
	"POST /groups/:id/share":                {{Kind: "share", Of: "id", Fields: made}},
	"DELETE /groups/:id/share/:group_id":    {{Kind: "share", Of: "id", Fields: deleted}},
	"POST /projects/:id/share":              {{Kind: "share", Of: "id", Fields: made}},
	"DELETE /projects/:id/share/:group_id":  {{Kind: "share", Of: "id", Fields: deleted}},
}

var userEffects = map[string][]Effect{
	"POST /users":                {{Kind: "user", Of: Answered, Fields: made}},
	"PUT /users/:id":             {{Kind: "user", Of: "id"}},
	"DELETE /users/:id":          {{Kind: "user", Of: "id", Fields: deleted}},
	"POST /users/:id/activate":   {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/deactivate": {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/block":      {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/unblock":    {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/ban":        {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/unban":      {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/approve":    {{Kind: "user", Of: "id", Fields: state}},
	"POST /users/:id/reject":     {{Kind: "user", Of: "id", Fields: deleted}},
}

var tokenEffects = map[string][]Effect{
	"POST /user/personal_access_tokens":           {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /users/:user_id/personal_access_tokens": {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /users/:user_id/impersonation_tokens":   {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /personal_access_tokens/self/rotate":    {{Kind: "access token", Of: Answered, Fields: made}},
	"POST /personal_access_tokens/:id/rotate": {{Kind: "access token", Of: "id", Fields: revoked},
		{Kind: "access token", Of: Answered, Fields: made}},
	"DELETE /personal_access_tokens/:id": {{Kind: "access token", Of: "id", Fields: revoked}},
	"DELETE /users/:user_id/impersonation_tokens/:impersonation_token_id": {
		{Kind: "access token", Of: "impersonation_token_id", Fields: revoked}},
}

var settingEffects = map[string][]Effect{
	"POST /projects/:id/variables":                  {{Kind: "variable", Of: "key", Fields: made}},
	"PUT /projects/:id/variables/:key":              {{Kind: "variable", Of: "key"}},
	"DELETE /projects/:id/variables/:key":           {{Kind: "variable", Of: "key", Fields: deleted}},
	"POST /groups/:id/variables":                    {{Kind: "variable", Of: "key", Fields: made}},
	"PUT /groups/:id/variables/:key":                {{Kind: "variable", Of: "key"}},
	"DELETE /groups/:id/variables/:key":             {{Kind: "variable", Of: "key", Fields: deleted}},
	"POST /admin/ci/variables":                      {{Kind: "variable", Of: "key", Fields: made}},
	"PUT /admin/ci/variables/:key":                  {{Kind: "variable", Of: "key"}},
	"DELETE /admin/ci/variables/:key":               {{Kind: "variable", Of: "key", Fields: deleted}},
	"POST /projects/:id/protected_branches":         {{Kind: "protected ref", Of: "name", Fields: made}},
	"PATCH /projects/:id/protected_branches/:name":  {{Kind: "protected ref", Of: "name", Fields: force}},
	"DELETE /projects/:id/protected_branches/:name": {{Kind: "protected ref", Of: "name", Fields: deleted}},
	"POST /projects/:id/protected_tags":             {{Kind: "protected ref", Of: "name", Fields: made}},
	"DELETE /projects/:id/protected_tags/:name":     {{Kind: "protected ref", Of: "name", Fields: deleted}},
}
