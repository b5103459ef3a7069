package graphql_test

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// fleet is what the queries of public programs are asked of: a group with two projects, a runner of each type, one of
// them with a machine, and two jobs in a pipeline.
func fleet(t testing.TB, opts ...fg.Option) *fg.Fake {
	t.Helper()
	s := testkit.MiasWorld().
		WithProject("acme/api", func(p *fg.Project) { p.Members = fg.Members{"mia": fg.Maintainer} }).
		WithMember("acme", "mia", fg.Owner)
	gl := fg.New(t, append([]fg.Option{fg.WithScenario(s), fg.WithInMemoryNetwork()}, opts...)...)
	gl.UpdateRunner(5, func(r *fg.Runner) { r.Tags, r.CreatedBy = []string{"go", "linux"}, "mia" })
	gl.ContactRunner(5, fg.RunnerManager{SystemID: "s_1", Version: "17.2.0", Revision: "abc", Platform: "linux",
		Architecture: "amd64", IPAddress: "10.0.0.1"})
	for id, status := range map[int]fg.JobStatus{71: fg.JobSuccess, 72: fg.JobRunning} {
		gl.AddJob(fg.Job{ID: id, Project: "acme/shop", Name: "test", PipelineID: 9, Status: status, RunnerID: 5, SystemID: "s_1"})
	}
	return gl
}

// TestQueriesOfPrograms runs what public programs send, word for word.
func TestQueriesOfPrograms(t *testing.T) {
	gl := fleet(t, fg.WithVersion("18.3"))
	shop, _ := gl.Project("acme/shop")
	api, _ := gl.Project("acme/api")
	for _, c := range []struct {
		name, document string
		variables      object
		want           string
	}{
		{"a fleet manager asks who it is", `query { currentUser { username } }`, nil, `{"currentUser":{"username":"mia"}}`},
		{"a fleet manager looks for its runners", `query($membership: Boolean, $after: String, $tagList: [String!]) {
			projects(membership: $membership, after: $after) {
				pageInfo { hasNextPage endCursor }
				nodes {
					id
					runners(tagList: $tagList) { edges { node { id status description } } }
					pipelines(status: RUNNING) { nodes { jobs { nodes { status } } } }
				}
			}
		}`, object{"membership": true, "after": nil, "tagList": []string{"go"}}, `{"projects":{
			"pageInfo":{"hasNextPage":false,"endCursor":"eyJpZCI6IjEwMDAxIn0"},
			"nodes":[
				{"id":"` + projectGID(api.ID) + `","runners":{"edges":[]},"pipelines":{"nodes":[]}},
				{"id":"` + projectGID(shop.ID) + `","runners":{"edges":[{"node":{"id":"gid://gitlab/Ci::Runner/5","status":"ONLINE","description":"shop"}}]},
					"pipelines":{"nodes":[{"jobs":{"nodes":[{"status":"RUNNING"},{"status":"SUCCESS"}]}}]}}]}}`},
		{"a CI program asks what keeps a runner", `query($id: CiRunnerID!) { runner(id: $id) { jobExecutionStatus } }`,
			object{"id": runnerGID(5)}, `{"runner":{"jobExecutionStatus":"ACTIVE"}}`},
		{"a runner platform looks at one", `query($id: CiRunnerID!) { runner(id: $id) { id paused status contactedAt jobExecutionStatus } }`,
			object{"id": runnerGID(5)}, `{"runner":{"id":"gid://gitlab/Ci::Runner/5","paused":false,"status":"ONLINE",
				"contactedAt":"2024-07-01T12:00:00Z","jobExecutionStatus":"ACTIVE"}}`},
		{"a runner platform looks at its projects", `query($id: CiRunnerID!, $first: Int) { runner(id: $id) { id projects(first: $first) { nodes { fullPath } pageInfo { hasNextPage } } } }`,
			object{"id": runnerGID(5), "first": 1}, `{"runner":{"id":"gid://gitlab/Ci::Runner/5",
				"projects":{"nodes":[{"fullPath":"acme/shop"}],"pageInfo":{"hasNextPage":false}}}}`},
		{"a Go library, with the id within", `query {runner(id: "gid://gitlab/Ci::Runner/5") { id description status runnerType managers { nodes { systemId ipAddress version revision } } } }`,
			nil, `{"runner":{"id":"gid://gitlab/Ci::Runner/5","description":"shop","status":"ONLINE","runnerType":"PROJECT_TYPE",
				"managers":{"nodes":[{"systemId":"s_1","ipAddress":"10.0.0.1","version":"17.2.0","revision":"abc"}]}}}`},
		{"an assistant lists its own, every filter null", `query ListOwnedRunners($type: CiRunnerType, $status: CiRunnerStatus, $paused: Boolean, $tagList: [String!], $search: String, $first: Int, $after: String) {
			currentUser { runners(type: $type, status: $status, paused: $paused, tagList: $tagList, search: $search, first: $first, after: $after) {
				nodes { id description runnerType status paused locked runUntagged tagList accessLevel maximumTimeout jobExecutionStatus jobCount contactedAt createdAt }
				pageInfo { hasNextPage endCursor } } } }`,
			object{"type": nil, "status": nil, "paused": nil, "tagList": nil, "search": nil, "first": 1, "after": nil}, `{"currentUser":{"runners":{
				"nodes":[{"id":"gid://gitlab/Ci::Runner/7","description":"team","runnerType":"GROUP_TYPE","status":"NEVER_CONTACTED",
					"paused":false,"locked":false,"runUntagged":true,"tagList":[],"accessLevel":"NOT_PROTECTED","maximumTimeout":null,
					"jobExecutionStatus":"IDLE","jobCount":0,"contactedAt":null,"createdAt":"2024-07-01T12:00:00Z"}],
				"pageInfo":{"hasNextPage":true,"endCursor":"eyJjcmVhdGVkX2F0IjoiMjAyNC0wNy0wMSAxMjowMDowMC4wMDAwMDAwMDAgVVRDIiwiaWQiOiI3In0"}}}}`},
		{"an assistant looks for a group", `query ResolveGroupId($fullPath: ID!) { group(fullPath: $fullPath) { id } }`,
			object{"fullPath": "acme"}, `{"group":{"id":"gid://gitlab/Group/1001"}}`},
		{"an assistant looks for a project", `query ResolveProjectId($fullPath: ID!) { project(fullPath: $fullPath) { id } }`,
			object{"fullPath": "ACME/Shop"}, `{"project":{"id":"` + projectGID(shop.ID) + `"}}`},
		{"an assistant lists a runner's jobs", `query ListRunnerJobs($id: CiRunnerID!, $statuses: [CiJobStatus!], $first: Int, $after: String) {
			runner(id: $id) { jobs(statuses: $statuses, first: $first, after: $after) {
				nodes { id name status createdAt finishedAt duration webPath } pageInfo { hasNextPage endCursor } } } }`,
			object{"id": runnerGID(5), "statuses": []string{"RUNNING"}, "first": 20, "after": nil}, `{"runner":{"jobs":{
				"nodes":[{"id":"gid://gitlab/Ci::Build/72","name":"test","status":"RUNNING","createdAt":"2024-07-01T12:00:00Z",
					"finishedAt":null,"duration":0,"webPath":"/acme/shop/-/jobs/72"}],
				"pageInfo":{"hasNextPage":false,"endCursor":"eyJpZCI6IjcyIn0"}}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.variables == nil {
				c.variables = object{}
			}
			run(t, gl, "mia", c.document, c.variables).is(c.want)
		})
	}
}

// TestListsOfAnAssistant asks for runners in the four places as a public MCP server does: every filter is declared, and
// those that are not wanted are null.
func TestListsOfAnAssistant(t *testing.T) {
	gl := fleet(t, fg.WithVersion("18.3"))
	const declared = `$type: CiRunnerType, $status: CiRunnerStatus, $paused: Boolean, $tagList: [String!], $search: String, $first: Int, $after: String`
	const list = `runners(type: $type, status: $status, paused: $paused, tagList: $tagList, search: $search, first: $first, after: $after) {
		nodes { id description runnerType status paused locked runUntagged tagList accessLevel maximumTimeout jobExecutionStatus jobCount contactedAt createdAt }
		pageInfo { hasNextPage endCursor } }`
	for _, c := range []struct {
		name, document, path, username string
		all, instance, online          []int
	}{
		{"ListRunners", `query ListRunners(` + declared + `) { ` + list + ` }`, "runners", "root", []int{7, 6, 5}, []int{6}, []int{5}},
		{"ListOwnedRunners", `query ListOwnedRunners(` + declared + `) { currentUser { ` + list + ` } }`, "currentUser.runners", "mia",
			[]int{7, 5}, nil, []int{5}},
		{"ListGroupRunners", `query ListGroupRunners($fullPath: ID!, ` + declared + `) { group(fullPath: $fullPath) { ` + list + ` } }`,
			"group.runners", "mia", []int{7, 5}, nil, []int{5}},
		{"ListProjectRunners", `query ListProjectRunners($fullPath: ID!, ` + declared + `) { project(fullPath: $fullPath) { ` + list + ` } }`,
			"project.runners", "mia", []int{7, 6, 5}, []int{6}, []int{5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := func(narrowed object) (ids []int) {
				sent := object{"type": nil, "status": nil, "paused": nil, "tagList": nil, "search": nil, "first": 20, "after": nil}
				for name, path := range map[string]string{"ListGroupRunners": "acme", "ListProjectRunners": "acme/shop"} {
					if c.name == name {
						sent["fullPath"] = path
					}
				}
				maps.Copy(sent, narrowed)
				a := run(t, gl, c.username, c.document, sent)
				assert.Empty(t, a.errors())
				assert.Equal(t, false, a.at(c.path+".pageInfo.hasNextPage"))
				for _, gid := range a.all(c.path+".nodes", "id") {
					id, err := strconv.Atoi(strings.TrimPrefix(gid.(string), "gid://gitlab/Ci::Runner/"))
					require.NoError(t, err)
					ids = append(ids, id)
				}
				return ids
			}
			assert.Equal(t, c.all, found(nil))
			assert.Equal(t, c.instance, found(object{"type": "INSTANCE_TYPE"}))
			assert.Equal(t, c.online, found(object{"status": "ONLINE", "tagList": []string{"go", "linux"}, "search": "sho", "paused": false}))
			assert.Empty(t, found(object{"paused": true}))
		})
	}
}

// TestQueriesOfAdministrators runs what public programs send as administrators.
func TestQueriesOfAdministrators(t *testing.T) {
	gl := fleet(t)
	exporter := `query($after: String) { runners(after: $after) { nodes { id shortSha description runnerType tagList status locked
		paused accessLevel runUntagged contactedAt createdAt createdBy { id username } } pageInfo { hasNextPage endCursor } } }`
	a := run(t, gl, "root", exporter, object{"after": nil})
	assert.Equal(t, []any{runnerGID(7), runnerGID(6), runnerGID(5)}, a.all("runners.nodes", "id"))
	assert.Equal(t, []any{nil, nil, "mia"}, a.all("runners.nodes", "createdBy.username"))
	assert.Equal(t, []any{"team-tok", "shared-t", "shop-tok"}, a.all("runners.nodes", "shortSha"))

	a = run(t, gl, "root", exporter, object{"after": a.at("runners.pageInfo.endCursor")})
	a.is(`{"runners":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}}}`)
}

// TestMutationsOfPrograms runs the changes that public programs ask for, and looks at them over REST.
func TestMutationsOfPrograms(t *testing.T) {
	gl := fleet(t)
	api, _ := gl.Project("acme/api")
	run(t, gl, "mia", `mutation($input: RunnerUpdateInput!) { runnerUpdate(input: $input) { errors } }`,
		object{"input": object{"id": runnerGID(5), "associatedProjects": []string{projectGID(api.ID)}}}).
		is(`{"runnerUpdate":{"errors":[]}}`)
	r, _ := gl.Runner(5)
	assert.Equal(t, []string{"acme/shop", "acme/api"}, r.Projects)

	a := run(t, gl, "mia", `mutation RunnerCreate($input: RunnerCreateInput!) { runnerCreate(input: $input) {
		runner { id description runnerType status paused ephemeralAuthenticationToken } errors } }`,
		object{"input": object{"runnerType": "PROJECT_TYPE", "projectId": projectGID(api.ID), "description": "made", "tagList": []string{"go"}}})
	token := a.at("runnerCreate.runner.ephemeralAuthenticationToken").(string)
	verified := testkit.Ask(t, gl, "", "POST", "/runners/verify", testkit.WithForm("token="+token))
	assert.Equal(t, 200, verified.Status, verified.Body)
	var made struct{ ID int }
	require.NoError(t, json.Unmarshal([]byte(verified.Body), &made))
	assert.Equal(t, runnerGID(made.ID), a.at("runnerCreate.runner.id"))

	run(t, gl, "mia", `mutation($input: RunnerDeleteInput!) { runnerDelete(input: $input) { errors } }`,
		object{"input": object{"id": runnerGID(made.ID)}}).is(`{"runnerDelete":{"errors":[]}}`)
	gl.AssertRunnerGone(t, made.ID)
	run(t, gl, "mia", `mutation { bulkRunnerDelete(input: {ids: ["gid://gitlab/Ci::Runner/7", "gid://gitlab/Ci::Runner/404"]}) {
		deletedCount deletedIds errors } }`).is(`{"bulkRunnerDelete":{"deletedCount":1,"deletedIds":["gid://gitlab/Ci::Runner/7"],"errors":[]}}`)
	gl.AssertRunnerGone(t, 7)
}
