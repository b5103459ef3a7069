package docs_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fakegitlab/fakegitlab"
)

// prober finds who may call an endpoint of a SmallCompany by calling it as one after the other.
type prober struct {
	gl *fakegitlab.Fake
	// lenient takes a 4xx that is about the request and not about who sent it for an answer.
	lenient bool
}

func newProber(t *testing.T, version string) *prober {
	t.Helper()
	return &prober{gl: startVersion(t, version, fakegitlab.WithScenario(probedWorld(t)))}
}

// user is whom an endpoint is asked about.
func (p *prober) user(e fakegitlab.Endpoint) int {
	username := map[fakegitlab.Endpoint]string{fakegitlab.ActivateUser: "deactivated", fakegitlab.ApproveUser: "pending",
		fakegitlab.ListUserDeployKeys: "mia",
		fakegitlab.RejectUser:         "pending", fakegitlab.UnbanUser: "banned"}[e]
	u, _ := p.gl.User(cmp.Or(username, "probed"))
	return u.ID
}

// ownToken is the id of the access token that a caller sends; 0 for none.
func (p *prober) ownToken(header http.Header) int {
	for _, t := range p.gl.Snapshot().AccessTokens {
		if t.Token == header.Get("Private-Token") {
			return t.ID
		}
	}
	return 0
}

// sha is the commit that the project's branch is at.
func (p *prober) sha() string {
	pipeline, _ := p.gl.Pipeline(headPipelineID)
	return pipeline.SHA
}

// who is everybody who may, in words. Where no call succeeds, as where a file must be sent, being refused for something
// else has to do.
func (p *prober) who(e fakegitlab.Endpoint) string {
	for _, p.lenient = range []bool{false, true} {
		if who := p.callers(e); who != "" {
			return who
		}
	}
	return ""
}

// callers are everybody, the kinds of tokens, or else the lowest role for each type of runner.
func (p *prober) callers(e fakegitlab.Endpoint) string {
	if !p.lenient && p.accepted(e, fakegitlab.InstanceRunner, url.Values{}, http.Header{}) {
		return "anybody, with a token or without"
	}
	tokens := p.tokens(e)
	if len(tokens) > 0 && (p.lenient || p.lowestRole(e, fakegitlab.InstanceRunner) == "") {
		return strings.Join(tokens, " or ")
	}
	var roles []string
	runners := map[string][]string{} // the types for which a role will do
	kinds := []fakegitlab.RunnerType{fakegitlab.InstanceRunner, fakegitlab.GroupRunner, fakegitlab.ProjectRunner}
	for _, kind := range kinds {
		role := p.lowestRole(e, kind)
		if role == "" {
			continue
		}
		if runners[role] == nil {
			roles = append(roles, role)
		}
		name, _, _ := strings.Cut(string(kind), "_")
		runners[role] = append(runners[role], name)
	}
	if len(roles) > 1 {
		for i, role := range roles {
			roles[i] = fmt.Sprintf("%s (%s runner)", role, strings.Join(runners[role], ", "))
		}
	}
	return strings.Join(append([]string{strings.Join(roles, ", ")}, tokens...), " or ")
}

func (p *prober) tokens(e fakegitlab.Endpoint) (kinds []string) {
	runner, _ := p.gl.Runner(100001)
	job, _ := p.gl.Job(2000005)
	for _, k := range []struct{ name, token string }{
		{"a registration token", p.gl.Settings().RegistrationToken},
		{"a runner's authentication token", runner.Token},
		{"a running job's token", job.Token},
		{"a pipeline trigger token", pipelineTriggerToken},
	} {
		header := http.Header{"Job-Token": {k.token}, "Runner-Token": {k.token}}
		if p.accepted(e, fakegitlab.InstanceRunner, url.Values{"token": {k.token}}, header) {
			kinds = append(kinds, k.name)
		}
	}
	return kinds
}

func (p *prober) lowestRole(e fakegitlab.Endpoint, kind fakegitlab.RunnerType) string {
	for _, actor := range []struct{ username, role string }{
		{"sam", "any user"}, {"gus", "Guest"}, {"pia", "Planner"}, {"ria", "Reporter"}, {"dan", "Developer"},
		{"mia", "Maintainer"}, {"oli", "Owner"}, {"ada", "administrator"},
	} {
		if p.accepted(e, kind, url.Values{}, http.Header{"Private-Token": {p.gl.Token(actor.username)}}) {
			return actor.role
		}
	}
	return ""
}

// permissionMissing finds in the refusal of a fine-grained token which permissions are missing, and where.
var permissionMissing = regexp.MustCompile(`following (\w+) permissions: \[(.*?)\]`)

// permission is what a fine-grained token needs, in the words of the refusal that one without it gets.
func (p *prober) permission(e fakegitlab.Endpoint) string {
	var needed string
	var places []string
	for _, kind := range []fakegitlab.RunnerType{fakegitlab.InstanceRunner, fakegitlab.GroupRunner,
		fakegitlab.ProjectRunner} {
		token := p.gl.AddAccessToken(fakegitlab.AccessToken{User: "ada", Scopes: []string{"granular"}})
		rec := p.call(e, kind, url.Values{}, http.Header{"Private-Token": {token.Token}})
		p.gl.Reset()
		missing := permissionMissing.FindStringSubmatch(rec.Body.String())
		if missing == nil {
			return ""
		}
		needed = missing[2]
		if !slices.Contains(places, missing[1]) {
			places = append(places, missing[1])
		}
	}
	return fmt.Sprintf("`%s` (%s)", needed, strings.Join(places, ", "))
}

// accepted makes a call and reports whether it succeeded, or whether at least it was neither 401, 403 nor 404. What it
// changed is undone.
func (p *prober) accepted(
	e fakegitlab.Endpoint, kind fakegitlab.RunnerType, query url.Values, header http.Header,
) bool {
	rec := p.call(e, kind, query, header)
	if rec.Code < 400 || isUnsigned(rec) {
		p.gl.Reset()
		return true
	}
	turnedAway := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}
	return p.lenient && !slices.Contains(turnedAway, rec.Code)
}

// isUnsigned reports whether somebody who was let in was told that nobody has signed what the signature is asked of.
func isUnsigned(rec *httptest.ResponseRecorder) bool {
	return strings.Contains(rec.Body.String(), "404 Signature Not Found")
}

// call makes a call with all that any endpoint asks for.
func (p *prober) call(
	e fakegitlab.Endpoint, kind fakegitlab.RunnerType, query url.Values, header http.Header,
) *httptest.ResponseRecorder {
	method, path := cut(e)
	parts := strings.Split(path, "/")
	ids := p.ids(e, kind)
	prefix := "/api/v4"
	switch parts[1] {
	case ":project.git":
		return p.callGit(e, header)
	case "api", "oauth":
		prefix = ""
	case "users":
		ids["user_id"] = p.user(e)
		ids["id"] = ids["user_id"]
		ids["impersonation_token_id"] = p.ownToken(http.Header{"Private-Token": {probedToken}})
	case "user", "personal_access_tokens":
		ids["id"] = p.ownToken(header)
	}
	filled := make([]string, len(parts))
	for i := range parts {
		filled[i] = inPath(e, parts, i, ids)
		if parts[i] == ":sha" && slices.Contains(parts, "statuses") {
			filled[i] = p.sha()
		}
	}
	query = inQuery(e, kind, ids["runner_id"], query)
	req := httptest.NewRequest(method, prefix+strings.Join(filled, "/")+"?"+query.Encode(), nil)
	req.Header = header
	rec := httptest.NewRecorder()
	p.gl.ServeHTTP(rec, req)
	return rec
}

// callGit makes a call as git does, with a token as the password.
func (p *prober) callGit(e fakegitlab.Endpoint, header http.Header) *httptest.ResponseRecorder {
	method, path := cut(e)
	const nothing = "0000" // to fetch or to push
	req := httptest.NewRequest(method, strings.Replace(path, ":project", "acme/shop", 1)+"?service=git-upload-pack",
		strings.NewReader(nothing))
	if token := header.Get("Private-Token"); token != "" {
		req.SetBasicAuth("git", token)
	} else if token := header.Get("Job-Token"); token != "" {
		req.SetBasicAuth("gitlab-ci-token", token)
	}
	rec := httptest.NewRecorder()
	p.gl.ServeHTTP(rec, req)
	return rec
}

// ids are the parameters of the path: a runner to which nothing but the caller's role stands in the way.
func (p *prober) ids(e fakegitlab.Endpoint, kind fakegitlab.RunnerType) map[string]int {
	runner := map[fakegitlab.RunnerType]int{
		fakegitlab.InstanceRunner: 100001, fakegitlab.GroupRunner: 100011, fakegitlab.ProjectRunner: 100021,
	}[kind]
	switch {
	case kind == fakegitlab.ProjectRunner && e == fakegitlab.AssignProjectRunner:
		runner = 100024 // not in the project yet
	case kind == fakegitlab.ProjectRunner && e == fakegitlab.UnassignProjectRunner:
		runner = 100022 // in another one as well
	}
	_, path := cut(e)
	id := runner
	switch family, _, _ := strings.Cut(path[1:], "/"); family {
	case "projects":
		id = 10001
	case "groups", "namespaces":
		id = 1001
	case "jobs":
		id = 2000005
	case "runner_controllers":
		id, runner = controllerID, 100001
	}
	if e == fakegitlab.DownloadArtifacts {
		id = p.job(fakegitlab.JobSuccess)
	}
	status := map[fakegitlab.Endpoint]fakegitlab.JobStatus{
		fakegitlab.CancelJob: fakegitlab.JobRunning, fakegitlab.PlayJob: fakegitlab.JobManual,
	}[e]
	if status == "" {
		status = fakegitlab.JobSuccess
	}
	hook, deployKey := projectHookID, shopKeyID
	if e == fakegitlab.EnableProjectDeployKey {
		deployKey = openKeyID
	}
	if id == 1001 {
		hook = groupHookID
	}
	return map[string]int{"id": id, "runner_id": runner, "job_id": p.job(status), "user_id": memberID,
		"group_id": friendsID, "project_id": 10002, "hook_id": hook, "token_id": controllerTokenID,
		"key_id":            deployKey,
		"target_project_id": listedID, "target_group_id": listedID, "pipeline_id": pipelineID, "pipeline_schedule_id": schedule(e), "trigger_id": pipelineTriggerID,
		"environment_id": environment(e), "deployment_id": deployment(e)}
}

// job is the last job of acme/shop in a state: of JobSuccess, the one with artifacts.
func (p *prober) job(status fakegitlab.JobStatus) (id int) {
	for _, j := range p.gl.Jobs() {
		if j.Project == "acme/shop" && j.Status == status {
			id = j.ID
		}
	}
	return id
}

// cut gives the method and the path of an endpoint.
func cut(e fakegitlab.Endpoint) (method, path string) {
	method, path, _ = strings.Cut(string(e), " ")
	return method, path
}
