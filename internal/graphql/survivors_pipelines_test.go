package graphql_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
)

// Rules of environments, pipelines and jobs whose loss no other test noticed (internal/mutate).

// deployed is a project with two environments. To the first was deployed from outside, by a job whose commit the
// repository does not have, and a tag that nobody knows any more.
func deployed(t *testing.T) (gl *fg.Fake, sha string, job fg.Job) {
	gl = world(t)
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"mia": fg.Maintainer}})
	sha = gl.Commit("acme/shop", "main", map[string]string{"a": "b"}, "Begin")
	for _, name := range []string{"production", "staging"} {
		gl.AddEnvironment(fg.ProjectEnvironment{Project: "acme/shop", Name: name, AutoStopAt: day(2), AutoDeleteAt: day(3)})
	}
	p := gl.AddPipeline(fg.Pipeline{Project: "acme/shop", Status: fg.JobSuccess, SHA: strings.Repeat("a1", 20), Commit: fg.Commit{Message: "Only told"}})
	job = gl.AddJob(fg.Job{Project: "acme/shop", PipelineID: p.ID, Name: "ship", Status: fg.JobSuccess})
	for _, d := range []fg.Deployment{{SHA: sha, CreatedAt: day(1), FinishedAt: day(5)},
		{JobID: job.ID, CreatedAt: day(2), FinishedAt: day(7)},
		{Ref: "v1", RefIsTag: true, SHA: strings.Repeat("c3", 20), User: "-", CreatedAt: day(3), FinishedAt: day(4)}} {
		d.Project, d.Environment = "acme/shop", "production"
		gl.AddDeployment(d)
	}
	return gl, sha, job
}

const production = `{ project(fullPath: "acme/shop") { environment(name: "production") { %s } } }`

func TestWhatDeploymentsShow(t *testing.T) {
	gl, sha, job := deployed(t)
	run(t, gl, "mia", fmt.Sprintf(production, `autoStopAt autoDeleteAt
		deployments { nodes { iid tag job { id } commit { sha message } triggerer { username } } }`)).is(fmt.Sprintf(
		`{"project":{"environment":{"autoStopAt":"2024-01-02T00:00:00Z","autoDeleteAt":"2024-01-03T00:00:00Z","deployments":{"nodes":[
			{"iid":"1","tag":false,"job":null,"commit":{"sha":"%s","message":"Begin"},"triggerer":{"username":"root"}},
			{"iid":"2","tag":false,"job":{"id":"%s"},"commit":{"sha":"%s","message":"Only told"},"triggerer":{"username":"root"}},
			{"iid":"3","tag":true,"job":null,"commit":null,"triggerer":null}]}}}}`, sha, jobGID(job.ID), strings.Repeat("a1", 20)))
}

// app/graphql/resolvers/deployments_resolver.rb: the direction counts, and what ended is in order of when it did.
func TestTheOrderOfDeployments(t *testing.T) {
	gl, _, _ := deployed(t)
	for by, want := range map[string][]any{"": {"1", "2", "3"}, "orderBy: {createdAt: ASC}": {"1", "2", "3"},
		"orderBy: {createdAt: DESC}":                      {"3", "2", "1"},
		"statuses: [SUCCESS], orderBy: {finishedAt: ASC}": {"3", "1", "2"}, "statuses: [SUCCESS], orderBy: {finishedAt: DESC}": {"2", "1", "3"}} {
		a := run(t, gl, "mia", fmt.Sprintf(production, strings.Replace("deployments("+by+") { nodes { iid } }", "()", "", 1)))
		assert.Equal(t, want, a.all("project.environment.deployments.nodes", "iid"), by)
	}
}

// lib/gitlab/graphql/limit/field_call_count.rb: what may be asked of one record in a request is refused for the second.
func TestWhatIsAskedOfOneEnvironment(t *testing.T) {
	gl, _, _ := deployed(t)
	for field, text := range map[string]string{"deployments { nodes { iid } }": `"deployments" field can be requested only for 1 Environment(s) at a time.`,
		"userPermissions { updateEnvironment }": `"userPermissions" field can be requested only for 1 Environment(s) at a time.`} {
		a := run(t, gl, "mia", `{ project(fullPath: "acme/shop") { environments { nodes { `+field+` } } } }`)
		assert.Equal(t, []string{text}, a.errors())
	}
}

// lib/gitlab/graphql: what Gitaly is called for costs one more, a pipeline that is named less, an environment that is
// looked for more.
func TestCostsOfPipelines(t *testing.T) {
	gl, _, _ := deployed(t)
	cost := func(fields string) float64 {
		a := run(t, gl, "mia", `{ queryComplexity { score } project(fullPath: "acme/shop") { `+fields+` } }`)
		return a.at("queryComplexity.score").(float64)
	}
	base := cost("id")
	for fields, more := range map[string]float64{
		`pipeline { id job(name: "ship") { id } }`:                                           cost(`pipeline { id }`) - base + 2,
		`pipeline(iid: "1") { id commit { sha message } latest refText }`:                    0,
		`environment(search: "prod") { id }`:                                                 cost(`environment(name: "production") { id }`) - base + 5,
		`deployment(iid: "1") { commit { sha } }`:                                            cost(`deployment(iid: "1") { job { id } }`) - base + 1,
		`deployment(iid: "1") { userPermissions { updateDeployment } }`:                      cost(`deployment(iid: "1") { userPermissions { destroyDeployment } }`) - base + 1,
		`pipeline { job(name: "ship") { trace { htmlSummary } } }`:                           cost(`pipeline { job(name: "ship") { pipeline { id } } }`) - base + 1,
		`pipeline(iid: "1") { id iid status path sha createdAt finishedAt duration active }`: cost(`pipeline { iid }`) - base - 1,
	} {
		assert.Equal(t, base+more, cost(fields), fields)
	}
}

// app/graphql/mutations/environments: what is not there is no resource, what is as it was is told.
func TestEnvironmentsThatAreNotThere(t *testing.T) {
	gl, _, _ := deployed(t)
	const create = `mutation { environmentCreate(input: {projectPath: "acme/none", name: "x"}) { errors } }`
	run(t, gl, "mia", create).refuses(gl, "environmentCreate", noResource, `there is no project "acme/none"`)
	e, _ := gl.Environment("acme/shop", "production")
	stop := fmt.Sprintf(`mutation { environmentStop(input: {id: "gid://gitlab/Environment/%d"}) { errors environment { state } } }`, e.ID)
	run(t, gl, "mia", stop).is(`{"environmentStop":{"errors":[],"environment":{"state":"stopped"}}}`)
	a := run(t, gl, "mia", stop)
	assert.Len(t, a.at("environmentStop.errors"), 1)
	calls := gl.Calls("")
	assert.Contains(t, calls[len(calls)-1].Reason, fmt.Sprintf("environment %d is stopped", e.ID))
}

// app/services/environments/stop_service.rb plays the jobs that stop an environment as whoever they are of, and raises
// where that person may not; by force it plays none.
func TestStoppingByAJobThatNobodyMayPlay(t *testing.T) {
	gl := world(t)
	gl.AddUser(fg.User{Username: "sam"})
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"mia": fg.Maintainer}})
	e := gl.AddEnvironment(fg.ProjectEnvironment{Project: "acme/shop", Name: "review"})
	ship := gl.AddJob(fg.Job{Project: "acme/shop", Name: "ship", Status: fg.JobSuccess, User: "mia"})
	gl.AddJob(fg.Job{Project: "acme/shop", Name: "stop", PipelineID: ship.PipelineID, Status: fg.JobManual, Manual: true, When: "manual", User: "sam"})
	gl.AddDeployment(fg.Deployment{Project: "acme/shop", Environment: "review", JobID: ship.ID, OnStop: "stop"})
	stop := func(force bool) string {
		return gql(t, gl, gl.Token("mia"), query(fmt.Sprintf(`mutation { environmentStop(input: {id: "gid://gitlab/Environment/%d", force: %t}) {
			environment { state } } }`, e.ID, force))).String()
	}
	assert.Contains(t, stop(false), "500 ")
	assert.Equal(t, `200 {"data":{"environmentStop":{"environment":{"state":"stopped"}}}}`, strings.TrimSpace(stop(true)))
}

// app/graphql/types/ci/pipeline_type.rb: a tag is none of the branches of its name, and the latest is what its ref is at.
func TestOriginsOfPipelines(t *testing.T) {
	gl := world(t)
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"mia": fg.Maintainer}})
	first := gl.Commit("acme/shop", "main", map[string]string{"a": "b"}, "Begin")
	second := gl.Commit("acme/shop", "main", map[string]string{"a": "c"}, "Go on")
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", Status: fg.JobSuccess, SHA: first, Commit: fg.Commit{Message: "Told otherwise"}})
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", Status: fg.JobSuccess, SHA: second})
	gl.AddPipeline(fg.Pipeline{Project: "acme/shop", Status: fg.JobSuccess, SHA: second, Ref: "main", RefIsTag: true})
	run(t, gl, "mia", `{ project(fullPath: "acme/shop") { pipelines { nodes { type latest refText commit { message } } } } }`).
		is(`{"project":{"pipelines":{"nodes":[
			{"type":"tag","latest":false,"refText":"for <span class=\"ref-name\">main</span>","commit":{"message":"Go on"}},
			{"type":"branch","latest":true,"refText":"for <a class=\"ref-name\" href=\"/acme/shop/-/commits/main\">main</a>","commit":{"message":"Go on"}},
			{"type":"branch","latest":false,"refText":"for <a class=\"ref-name\" href=\"/acme/shop/-/commits/main\">main</a>","commit":{"message":"Told otherwise"}}]}}}`)
	for _, two := range []string{`id: "gid://gitlab/Ci::Pipeline/1", sha: "x"`, `iid: "1", sha: "x"`, `id: "gid://gitlab/Ci::Pipeline/1", iid: "1"`} {
		assert.Equal(t, []string{"Only one of [id, iid, sha] arguments is allowed at the same time."},
			run(t, gl, "mia", `{ project(fullPath: "acme/shop") { pipeline(`+two+`) { id } } }`).errors(), two)
	}
}

// app/models/ci/build.rb, manual_actions and scheduled_actions: jobs that people started, and those that waited, when
// they are over. Variables have those alone that people start (app/graphql/types/ci/job_type.rb).
func TestWhatPeopleStart(t *testing.T) {
	gl := world(t)
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"mia": fg.Maintainer}})
	given := fg.JobVariables{{Key: "A", Value: "1", Raw: true}}
	for i, j := range []fg.Job{{Manual: true, When: "delayed"}, {Manual: true, When: "manual", Variables: given}, {Variables: given},
		{Manual: true, When: "manual", Variables: given, Trigger: json.RawMessage(`{"project":"acme/shop"}`)}} {
		j.Project, j.Name, j.PipelineID, j.Status = "acme/shop", fmt.Sprint("job ", i), i+1, fg.JobSuccess
		gl.AddJob(j)
	}
	const asked = `{ project(fullPath: "acme/shop") { pipelines { nodes { hasManualActions hasScheduledActions
		jobs { nodes { manualVariables { nodes { key raw } } } } } } } }`
	const none = `"jobs":{"nodes":[{"manualVariables":{"nodes":[]}}]}}`
	run(t, gl, "mia", asked).is(`{"project":{"pipelines":{"nodes":[
		{"hasManualActions":true,"hasScheduledActions":false,` + none + `,
		{"hasManualActions":false,"hasScheduledActions":false,` + none + `,
		{"hasManualActions":true,"hasScheduledActions":false,"jobs":{"nodes":[{"manualVariables":{"nodes":[{"key":"A","raw":true}]}}]}},
		{"hasManualActions":false,"hasScheduledActions":true,` + none + `]}}}`)
}

// What schedules and triggers show: variables as they are, and whether who made a trigger still has access.
func TestWhatSchedulesAndTriggersShow(t *testing.T) {
	gl := world(t)
	gl.AddUser(fg.User{Username: "sam"})
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"mia": fg.Maintainer}})
	gl.AddPipelineSchedule(fg.PipelineSchedule{Project: "acme/shop", Owner: "mia", Cron: "0 1 * * *", Variables: map[string]string{"A": "$B"},
		RawVariables: []string{"A"}})
	gl.AddPipelineTrigger(fg.PipelineTrigger{Project: "acme/shop", Owner: "sam"})
	run(t, gl, "mia", `{ project(fullPath: "acme/shop") { pipelineSchedules { nodes { variables { nodes { key raw } } } }
		pipelineTriggers { nodes { canAccessProject } } } }`).is(`{"project":{
		"pipelineSchedules":{"nodes":[{"variables":{"nodes":[{"key":"A","raw":true}]}}]},
		"pipelineTriggers":{"nodes":[{"canAccessProject":false}]}}}`)
}

// Projects of one name are the newest first, whichever way they are sorted by it; of a runner's, too.
func TestProjectsOfOneName(t *testing.T) {
	gl := fg.New(t, fg.WithInMemoryNetwork())
	paths := []string{"b/same", "a/same", "c/first"}
	for i, path := range paths {
		gl.AddProject(fg.Project{ID: 20 - i, Path: path, Name: map[bool]string{true: "Same", false: "first"}[i < 2]})
	}
	r := gl.AddRunner(fg.Runner{Projects: paths})
	of := func(sort string) []any {
		projects := `projects(sort: "` + sort + `") { nodes { fullPath } }`
		a := run(t, gl, "root", `{ `+projects+` runner(id: "`+runnerGID(r.ID)+`") { `+projects+` } }`)
		assert.Equal(t, a.all("projects.nodes", "fullPath"), a.all("runner.projects.nodes", "fullPath"), sort)
		return a.all("projects.nodes", "fullPath")
	}
	assert.Equal(t, []any{"c/first", "b/same", "a/same"}, of("name_asc"))
	assert.Equal(t, []any{"b/same", "a/same", "c/first"}, of("name_desc"))
	assert.Equal(t, []any{"c/first", "b/same", "a/same"}, of("path_asc"))
	assert.Equal(t, []any{"b/same", "a/same", "c/first"}, of("stars_asc"))
	assert.Equal(t, []any{"c/first", "a/same", "b/same"}, of("id_asc"))
}

// A project that is not there is none on the list of those whose jobs' tokens may (app/services/ci/job_token_scope).
func TestRemovingAProjectThatIsNotThere(t *testing.T) {
	gl := world(t, fg.WithVersion("19.0"))
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"mia": fg.Maintainer}})
	a := run(t, gl, "mia", `mutation { ciJobTokenScopeRemoveProject(input: {projectPath: "acme/shop", targetProjectPath: "acme/none"}) { errors } }`)
	assert.Len(t, a.at("ciJobTokenScopeRemoveProject.errors"), 1)
}

// Where a fine-grained token has no permission the journal says why; groups are where their permissions are.
func TestPlacesOfFineGrainedTokens(t *testing.T) {
	gl := company(t, fg.WithVersion("19.2"))
	gl.AddAccessToken(fg.AccessToken{Token: "fine", User: "oli", Scopes: []string{"granular"}, Grants: []fg.TokenGrant{
		{Groups: []string{"acme"}, Permissions: []string{"Group: Read"}}}})
	ask := func(document string) string { return gql(t, gl, "fine", query(document)).String() }
	assert.Equal(t, `200 {"data":{"group":{"name":"Acme"}}}`, strings.TrimSpace(ask(`{ group(fullPath: "acme") { name } }`)))
	ask(`mutation { echoCreate(input: {}) { errors } }`)
	assert.Contains(t, gl.Calls("")[1].Reason, "GitLab has no permission of fine-grained tokens for echoCreate")
}
