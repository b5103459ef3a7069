package docs_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// endpointRow is what the pages say of an endpoint.
type endpointRow struct {
	endpoint, since, who, constant string // since is "" for what the default version has
	permission                     string // what a fine-grained token needs, and where; "" if the endpoint takes none
}

// endpointRows asks the router which endpoints there are, and finds out who may call them.
func endpointRows(t *testing.T) (rows []endpointRow) {
	t.Helper()
	constants := endpointConstants(t)
	probes := map[string]*prober{}
	newest := gitlabversion.All()[len(gitlabversion.All())-1].String()
	fineGrained := newProber(t, newest)
	for _, s := range servedEndpoints(t) {
		if probes[s.from] == nil {
			probes[s.from] = newProber(t, s.from)
		}
		row := endpointRow{endpoint: string(s.endpoint), constant: constants[s.endpoint],
			who: lastingWho(t, probes[s.from], fineGrained, s.endpoint), permission: fineGrained.permission(s.endpoint)}
		if s.from != gitlabversion.Default {
			row.since = " (from " + s.from + ")"
		}
		assert.NotEmpty(t, row.constant, "%s has no constant", s.endpoint)
		assert.NotEmpty(t, row.who, "nobody may call %s; tell prober what the request needs", s.endpoint)
		rows = append(rows, row)
	}
	return rows
}

// lastingWho is who may call an endpoint, with the version from which on people no longer may whose place only other
// tokens have kept.
func lastingWho(t *testing.T, first, newest *prober, e fakegitlab.Endpoint) string {
	t.Helper()
	who, left := first.who(e), newest.who(e)
	people, lost := strings.CutSuffix(who, " or "+left)
	if !lost {
		return who
	}
	all := gitlabversion.All()
	for _, v := range all[slices.Index(all, defaultVersion(t)):] {
		if newProber(t, v.String()).who(e) == left {
			return fmt.Sprintf("%s (until %s) or %s", people, v, left)
		}
	}
	return who
}

// endpointTable has a line for each endpoint.
func endpointTable(rows []endpointRow) string {
	var text strings.Builder
	text.WriteString("| endpoint | who may call it | a fine-grained token needs | constant |\n| --- | --- | --- | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(&text, "| `%s`%s | %s | %s | `%s` |\n", r.endpoint, r.since, r.who, r.permission, r.constant)
	}
	return text.String()
}

// endpointsByCaller has a line for those that the same people may call.
func endpointsByCaller(rows []endpointRow) string {
	var callers []string
	endpoints := map[string][]string{}
	for _, r := range rows {
		if endpoints[r.who] == nil {
			callers = append(callers, r.who)
		}
		endpoints[r.who] = append(endpoints[r.who], "`"+r.endpoint+"`"+r.since)
	}
	var text strings.Builder
	text.WriteString("| who may call it | endpoints |\n| --- | --- |\n")
	for _, who := range callers {
		fmt.Fprintf(&text, "| %s | %s |\n", who, strings.Join(endpoints[who], ", "))
	}
	return text.String()
}

// served is an endpoint with the version to ask it of: the default one or, if that has it not, the first that has.
type served struct {
	endpoint fakegitlab.Endpoint
	from     string
}

func servedEndpoints(t *testing.T) []served {
	t.Helper()
	var all []served
	for _, v := range append([]gitlabversion.Version{defaultVersion(t)}, gitlabversion.All()...) {
		f := startVersion(t, v.String())
		at := -1 // keep the order of the documentation
		for _, e := range f.Endpoints() {
			if known := slices.IndexFunc(all, func(s served) bool { return s.endpoint == e }); known >= 0 {
				at = known
				continue
			}
			at++
			all = slices.Insert(all, at, served{e, v.String()})
		}
	}
	return all
}

// startVersion starts a fake whose journal nobody wants to see when a page is out of date.
func startVersion(t *testing.T, version string, opts ...fakegitlab.Option) *fakegitlab.Fake {
	t.Helper()
	f, err := fakegitlab.Start(append(opts, fakegitlab.WithVersion(version))...)
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

func defaultVersion(t *testing.T) gitlabversion.Version {
	t.Helper()
	v, err := gitlabversion.Parse(gitlabversion.Default)
	require.NoError(t, err)
	return v
}

// endpointConstants finds the names of the constants of type Endpoint.
func endpointConstants(t *testing.T) map[fakegitlab.Endpoint]string {
	t.Helper()
	constants := map[fakegitlab.Endpoint]string{}
	file, err := parser.ParseFile(gotoken.NewFileSet(), testkit.Path("endpoints.go"), nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				constants[fakegitlab.Endpoint(value)] = spec.Names[0].Name
			}
		}
		return true
	})
	return constants
}

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

// probedWorld is a SmallCompany with one of all that an endpoint may be asked about.
func probedWorld(t *testing.T) fakegitlab.Scenario {
	t.Helper()
	world := fakegitlab.SmallCompany().WithJob("acme/shop", "package", func(j *fakegitlab.Job) {
		j.Status, j.RunnerID, j.Trace = fakegitlab.JobSuccess, 100001, "done"
		j.Ref, j.User = archivedRef, "dan"
		j.Artifacts = []fakegitlab.Artifact{{Filename: "artifacts.zip", Content: archiveOf(t, archivedFile)}}
	})
	world = world.WithJob("acme/shop", "by hand", func(j *fakegitlab.Job) { j.Status = fakegitlab.JobManual })
	invited := fakegitlab.Members{"mia": fakegitlab.Guest, "oli": fakegitlab.Guest}
	world = world.WithUser("tia", func(u *fakegitlab.User) { u.ID = memberID }).
		WithMember("acme", "tia", fakegitlab.Guest).WithMember("acme/shop", "tia", fakegitlab.Guest).
		WithGroup("partners", func(g *fakegitlab.Group) { g.ID, g.Members = partnersID, invited }).
		WithGroup("friends", func(g *fakegitlab.Group) { g.ID = friendsID })
	world = world.WithShare("acme", "friends", fakegitlab.Guest).WithShare("acme/shop", "friends", fakegitlab.Guest)
	world = world.WithAccessToken("", "glpat-of-the-project", func(t *fakegitlab.AccessToken) {
		t.ID, t.Project, t.Role = probedTokens["projects"], "acme/shop", fakegitlab.Guest
	}).WithAccessToken("", "glpat-of-the-group", func(t *fakegitlab.AccessToken) {
		t.ID, t.Group, t.Role = probedTokens["groups"], "acme", fakegitlab.Guest
	})
	for kind, path := range map[string]string{"projects": "acme/shop", "groups": "acme"} {
		world.DeployTokens = append(world.DeployTokens, fakegitlab.DeployToken{ID: 5_000_000 + probedTokens[kind], Path: path})
	}
	world = world.WithProtectedBranch("acme/shop", probedKey).WithProtectedTag("acme/shop", probedKey)
	for _, path := range []string{"", "acme", "acme/shop"} {
		world = world.WithVariable(path, probedKey, "x")
	}
	for username, state := range probedUsers {
		world = world.WithUser(username, func(u *fakegitlab.User) { u.State, u.Password = state, probedPassword })
	}
	world = world.WithAccessToken("probed", probedToken, func(t *fakegitlab.AccessToken) { t.Impersonation = true })
	world = withSchedules(withRepository(withWebhooks(world))).WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) {
		p.ID, p.Status = headPipelineID, fakegitlab.JobSuccess
	})
	world.RunnerControllers = []fakegitlab.RunnerController{{ID: controllerID,
		Tokens: []fakegitlab.RunnerControllerToken{{ID: controllerTokenID}}}}
	return world
}

// Whom and what the calls about members and shares name: a direct member of the group and of the project, somebody who
// is none yet, a group that may be invited, and one that is.
const (
	memberID, strangerID  = 10, 9
	partnersID, friendsID = 1003, 1004
	probedKey             = "PROBED" // of a CI/CD variable of each kind, and what is protected
)

// probedFile is a file that is in the repository of acme/shop, probedBlob what it contains.
const (
	probedFile = "README.md"
	probedBlob = "c1b0730e0133447badcfd47fd144e254807b06e1"
)

// withRepository gives acme/shop a file, and a branch and a tag that may go.
func withRepository(world fakegitlab.Scenario) fakegitlab.Scenario {
	for i := range world.Projects {
		if p := &world.Projects[i]; p.Path == "acme/shop" {
			p.Repository = &fakegitlab.Repository{
				Refs: map[string]string{"refs/heads/main": "first", "refs/heads/" + probedKey + "-gone": "first",
					"refs/tags/" + probedKey + "-gone": "first"},
				Commits: []fakegitlab.RepositoryCommit{{SHA: "first", Author: "Ann <ann@example.com> 2024-06-01T12:00:00Z",
					Message: "First", Files: map[string]string{probedFile: "x", ".gitlab-ci.yml": "test: {script: x}"}}}}
		}
	}
	return world
}

// probedTokens are the access tokens of a project and a group.
var probedTokens = map[string]int{"projects": 6000101, "groups": 6000102}

// wanted are the parameters that an endpoint needs beside those of all.
func wanted(e fakegitlab.Endpoint) map[string]string {
	switch e {
	case fakegitlab.CreateGroup, fakegitlab.CreateProject, fakegitlab.CreateUserProject:
		return map[string]string{"name": "fresh", "path": "fresh"}
	case fakegitlab.AddGroupMember, fakegitlab.AddProjectMember:
		return map[string]string{"user_id": strconv.Itoa(strangerID), "access_level": "10"}
	case fakegitlab.UpdateGroupMember, fakegitlab.UpdateProjectMember:
		return map[string]string{"access_level": "10"}
	case fakegitlab.ShareGroup, fakegitlab.ShareProject:
		return map[string]string{"group_id": strconv.Itoa(partnersID), "group_access": "10"}
	case fakegitlab.TransferProject:
		return map[string]string{"namespace": "acme/backend"}
	case fakegitlab.ListProjectAccessTokens, fakegitlab.ListGroupAccessTokens:
		return map[string]string{"state": "active"}
	case fakegitlab.CreateProjectAccessToken, fakegitlab.CreateGroupAccessToken:
		return map[string]string{"name": "new", "scopes": "api", "access_level": "10"}
	case fakegitlab.CreateProjectDeployToken, fakegitlab.CreateGroupDeployToken:
		return map[string]string{"name": "new", "scopes": "read_repository"}
	case fakegitlab.CreateBranch:
		return map[string]string{"branch": "new", "ref": "main"}
	case fakegitlab.CreateTag:
		return map[string]string{"tag_name": "new", "ref": "main"}
	case fakegitlab.CreateCommit:
		return map[string]string{"branch": "main", "commit_message": "m", "actions[][action]": "create",
			"actions[][file_path]": "new"}
	case fakegitlab.CompareRefs:
		return map[string]string{"from": "main", "to": "main"}
	case fakegitlab.GetMergeBase:
		return map[string]string{"refs": "main,main"}
	case fakegitlab.GetRepositoryFile, fakegitlab.GetRawRepositoryFile:
		return map[string]string{"ref": "main"}
	case fakegitlab.CreateRepositoryFile, fakegitlab.UpdateRepositoryFile, fakegitlab.DeleteRepositoryFile:
		return map[string]string{"branch": "main", "commit_message": "m", "content": "y"}
	case fakegitlab.CreatePipelineSchedule:
		return map[string]string{"ref": "main", "cron": "0 1 * * *"}
	case fakegitlab.CreateProjectPipeline, fakegitlab.TriggerPipeline:
		return map[string]string{"ref": "main"}
	case fakegitlab.CreateScheduleVariable:
		return map[string]string{"key": "NEW", "value": "x"}
	case fakegitlab.ProtectBranch, fakegitlab.ProtectTag, fakegitlab.UpdatePipelineMetadata:
		return map[string]string{"name": "new"}
	case fakegitlab.CreateProjectVariable, fakegitlab.CreateGroupVariable, fakegitlab.CreateInstanceVariable:
		return map[string]string{"key": "NEW", "value": "x"}
	}
	return nil
}

// probedUsers are whom something is asked of or done to, in the states that it wants; none of them calls.
var probedUsers = map[string]fakegitlab.UserState{"probed": fakegitlab.UserActive,
	"deactivated": fakegitlab.UserDeactivated, "pending": fakegitlab.UserBlockedPendingApproval,
	"banned": fakegitlab.UserBanned}

// probedPassword is theirs, probedToken an impersonation token of one of them.
const (
	probedPassword = "Wq7-tundra-Lk29"
	probedToken    = "glpat-probed-probed-probed"
)

// user is whom an endpoint is asked about.
func (p *prober) user(e fakegitlab.Endpoint) int {
	username := map[fakegitlab.Endpoint]string{fakegitlab.ActivateUser: "deactivated", fakegitlab.ApproveUser: "pending",
		fakegitlab.RejectUser: "pending", fakegitlab.UnbanUser: "banned"}[e]
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

// sentToUsers is what the endpoints of users and tokens get, which read some names as others do not.
func sentToUsers() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"email": "new@corp.example", "name": "New", "username": "probed",
		"password": probedPassword, "scopes": "k8s_proxy", "expires_at": "2024-07-02", "grant_type": "password"} {
		query.Set(name, value)
	}
	return query
}

// A runner controller and its token.
const controllerID, controllerTokenID = 9_000_001, 9_500_001

// The webhooks of the project and of the group that is asked about, with a variable and a header of one name.
const (
	projectHookID, groupHookID = 8_000_001, 8_000_002
	hookKey                    = "place"
)

func withWebhooks(s fakegitlab.Scenario) fakegitlab.Scenario {
	entries := func(id int, group string) func(*fakegitlab.Webhook) {
		return func(h *fakegitlab.Webhook) {
			h.ID, h.Group = id, group
			h.URLVariables, h.Headers = map[string]string{hookKey: "x"}, map[string]string{hookKey: "x"}
		}
	}
	return s.WithWebhook("acme/shop", "https://hooks.example.com/", entries(projectHookID, "")).
		WithWebhook("", "https://hooks.example.com/", entries(groupHookID, "acme"))
}

// The schedules and the trigger of the project that is asked about: who owns a schedule may change it, who does not may
// take it over.
const (
	ownScheduleID, rootScheduleID = 7_000_001, 7_000_002
	pipelineTriggerID             = 7_500_001
	pipelineTriggerToken          = "glptt-probed-probed-probed"
)

func withSchedules(s fakegitlab.Scenario) fakegitlab.Scenario {
	for id, owner := range map[int]string{ownScheduleID: "dan", rootScheduleID: "root"} {
		s.PipelineSchedules = append(s.PipelineSchedules, fakegitlab.PipelineSchedule{ID: id, Project: "acme/shop",
			Owner: owner, Ref: "main", Description: "nightly", Cron: "0 1 * * *",
			Variables: map[string]string{probedKey: "x"}})
	}
	s.PipelineTriggers = append(s.PipelineTriggers, fakegitlab.PipelineTrigger{ID: pipelineTriggerID,
		Project: "acme/shop", Owner: "mia", Token: pipelineTriggerToken})
	return s
}

// schedule is the schedule that an endpoint is asked about.
func schedule(e fakegitlab.Endpoint) int {
	switch e {
	case fakegitlab.OwnPipelineSchedule, fakegitlab.DeletePipelineSchedule, fakegitlab.GetScheduleVariable,
		fakegitlab.DeleteScheduleVariable:
		return rootScheduleID
	}
	return ownScheduleID
}

// sha is the commit that the project's branch is at.
func (p *prober) sha() string {
	pipeline, _ := p.gl.Pipeline(headPipelineID)
	return pipeline.SHA
}

// pipelineID is a pipeline of the project that is asked about, headPipelineID that of the commit its branch is at.
const pipelineID, headPipelineID = 4000001, 3900001

// archivedFile is what the archive of the job package has, archivedRef the branch that the job ran for.
const (
	archivedFile = "report.txt"
	archivedRef  = "packaged"
)

// archiveOf is a zip archive with one file.
func archiveOf(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	_, err := w.Create(name)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
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
	if rec.Code < 400 {
		p.gl.Reset()
		return true
	}
	turnedAway := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}
	return p.lenient && !slices.Contains(turnedAway, rec.Code)
}

// call makes a call with all that any endpoint asks for.
func (p *prober) call(
	e fakegitlab.Endpoint, kind fakegitlab.RunnerType, query url.Values, header http.Header,
) *httptest.ResponseRecorder {
	ids := p.ids(e, kind)
	for name, value := range map[string]string{
		"runner_id": strconv.Itoa(ids["runner_id"]), "runner_type": string(kind), "system_id": "s_100001a",
		"description": "x", "admin_mode": "false", "state": "success", "job": "package",
		"url": "https://hooks.example.com/in", "value": "x", "content": "a: {script: x}",
	} {
		query.Set(name, value)
	}
	switch kind {
	case fakegitlab.GroupRunner:
		query.Set("group_id", "1001")
	case fakegitlab.ProjectRunner:
		query.Set("project_id", "10001")
	}
	for name, value := range wanted(e) {
		query.Set(name, value)
	}
	method, path := cut(e)
	if strings.HasPrefix(path, "/:project.git/") {
		return p.callGit(e, header)
	}
	parts := strings.Split(path, "/")
	prefix := "/api/v4"
	switch parts[1] {
	case "api":
		prefix = ""
	case "oauth":
		prefix, query = "", sentToUsers()
	case "users", "user", "personal_access_tokens":
		if e != fakegitlab.CreateUserRunner {
			query = sentToUsers()
		}
		if e == fakegitlab.CreateUser || e == fakegitlab.UpdateUser {
			query.Set("username", "newcomer")
		}
		ids["user_id"] = p.user(e)
		if parts[1] == "users" {
			ids["id"] = ids["user_id"]
		} else {
			ids["id"] = p.ownToken(header)
		}
		ids["impersonation_token_id"] = p.ownToken(http.Header{"Private-Token": {probedToken}})
	case "runner_controllers":
		query.Set("state", "enabled")
	}
	for i, part := range parts {
		switch name, isParam := strings.CutPrefix(part, ":"); {
		case part == "*artifact_path":
			parts[i] = archivedFile
		case !isParam: // a word of the path
		case name == "ref_name":
			parts[i] = archivedRef
		case name == "sha" && slices.Contains(parts, "statuses"):
			parts[i] = p.sha()
		case isParam && name == "ref":
			parts[i] = "main"
		case name == "branch", name == "tag_name":
			parts[i] = probedKey + "-gone"
		case name == "sha" && parts[i-1] == "blobs":
			parts[i] = probedBlob
		case name == "sha":
			parts[i] = "main"
		case name == "file_path" && e == fakegitlab.CreateRepositoryFile:
			parts[i] = "new"
		case name == "file_path":
			parts[i] = probedFile
		case isParam && name == "trigger":
			parts[i] = "job_events"
		case name == "key" && parts[3] == "hooks":
			parts[i] = hookKey
		case name == "token_id" && parts[1] != "runner_controllers":
			parts[i] = strconv.Itoa(probedTokens[parts[1]])
			if parts[3] == "deploy_tokens" {
				parts[i] = strconv.Itoa(5_000_000 + probedTokens[parts[1]])
			}
		case name == "key", name == "name":
			parts[i] = probedKey
		default:
			parts[i] = strconv.Itoa(ids[name])
		}
	}
	req := httptest.NewRequest(method, prefix+strings.Join(parts, "/")+"?"+query.Encode(), nil)
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
	case "groups":
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
	hook := projectHookID
	if id == 1001 {
		hook = groupHookID
	}
	return map[string]int{"id": id, "runner_id": runner, "job_id": p.job(status), "user_id": memberID,
		"group_id": friendsID, "project_id": 10002, "hook_id": hook, "token_id": controllerTokenID,
		"pipeline_id": pipelineID, "pipeline_schedule_id": schedule(e), "trigger_id": pipelineTriggerID}
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
