package graphql_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
)

// fine is a document sent with a fine-grained token of mia that has these permissions in acme/shop, in the group acme's
// own place, for her own and at the instance.
func fine(t *testing.T, document string, permissions ...string) (*fg.Fake, string) {
	t.Helper()
	gl := company(t, fg.WithVersion("19.2"))
	who := "mia"
	if len(permissions) > 0 && permissions[0] == "as ada" {
		who, permissions = "ada", permissions[1:]
	}
	gl.AddAccessToken(fg.AccessToken{Token: "fine", User: who, Scopes: []string{"granular"}, Grants: []fg.TokenGrant{
		{Projects: []string{"acme/shop"}, Permissions: permissions}, {Access: "user", Permissions: permissions},
		{Access: "instance", Permissions: permissions}}})
	return gl, gql(t, gl, "fine", query(document)).String()
}

// What a type wants is asked of every object of it; without that it is null, or left out of a list.
func TestTypesForFineGrainedTokens(t *testing.T) {
	const project = `{ project(fullPath: "acme/shop") { `
	for _, c := range []struct {
		document    string
		permissions []string
		want        string
	}{
		{project + `name } }`, nil, `{"project":null}`},
		{project + `name } }`, []string{"Project: Read"}, `"name":"Shop"`},
		{project + `group { name } } }`, []string{"Project: Read", "Group: Read"}, `{"project":{"group":null}}`},
		{project + `jobs { count nodes { name } } } }`, []string{"Project: Read"}, `"nodes":[]`},
		{project + `jobs { nodes { kind } } } }`, []string{"Project: Read", "Job: Read"}, `"nodes":[{"kind":"BUILD"}`},
		{project + `pipelines { nodes { ref } } } }`, []string{"Project: Read"}, `"nodes":[]`},
		{project + `pipelines { nodes { ref stages { nodes { name } } } } } }`, []string{"Project: Read", "Pipeline: Read"},
			`"stages":{"nodes":[{"name":"`},
		{project + `pipelines { nodes { commit { sha } } } } }`, []string{"Project: Read", "Pipeline: Read"},
			`"commit":null`},
		{project + `pipelines { nodes { commit { shortId } } } } }`, []string{"Project: Read", "Pipeline: Read", "Code: Read"},
			`"commit":{"shortId":"`},
		{project + `pipelines { nodes { user { name } jobArtifacts { name } } } } }`,
			[]string{"Project: Read", "Pipeline: Read"}, `{"user":null,"jobArtifacts":[]}`},
		{project + `userPermissions { readProject } } }`, []string{"Project: Read"},
			"Cannot return null for non-nullable field Project.userPermissions"},
		{project + `pipelines { edges { cursor node { ref } } } } }`, []string{"Project: Read", "Pipeline: Read"},
			`"node":{"ref":"`},
		{project + `pipelines { pageInfo { hasNextPage } } } }`, []string{"Project: Read"}, `"pageInfo":{"hasNextPage":`},
		{project + `runners { count nodes { id } } } }`, []string{"Project: Read"}, `"nodes":[]`},
		{`{ runner(id: "gid://gitlab/Ci::Runner/100021") { status managers { nodes { id } edges { cursor } } } }`,
			[]string{"Runner: Read"}, `"managers":{"nodes":[],"edges":[]}`},
		{`{ runner(id: "gid://gitlab/Ci::Runner/100001") { runnerType } }`, []string{"Runner: Read"},
			`{"runner":{"runnerType":"INSTANCE_TYPE"}}`},
		{`{ runner(id: "gid://gitlab/Ci::Runner/100011") { runnerType } }`, []string{"Runner: Read"}, `{"runner":null}`},
		{`{ group(fullPath: "acme") { name } projects { nodes { fullPath } } }`, []string{"Project: Read", "Group: Read"},
			`{"group":null,"projects":{"nodes":[{"fullPath":"acme/shop"}]}}`},
		{`{ currentUser { username } metadata { kas { enabled } } }`, []string{"User: Read", "Metadata: Read"},
			`{"currentUser":{"username":"mia"},"metadata":{"kas":{"enabled":false}}}`},
		{`{ currentUser { username } metadata { version } queryComplexity { limit } }`, nil,
			`{"currentUser":null,"metadata":null,"queryComplexity":null}`},
		{`{ __typename echo(text: "x") __type(name: "Kas") { name } }`, nil,
			`{"__typename":"Query","echo":"\"mia\" says: x","__type":{"name":"Kas"}}`},
	} {
		_, got := fine(t, c.document, c.permissions...)
		assert.Contains(t, got, c.want, "%s with %v", c.document, c.permissions)
	}
}

// Schedules, triggers and artifacts are where their project is. What is public is not open to such tokens, either, and
// what a list leaves out stands in the journal.
func TestRecordsForFineGrainedTokens(t *testing.T) {
	gl := company(t, fg.WithVersion("19.2"))
	gl.AddProject(fg.Project{Path: "acme/open", Visibility: fg.Public})
	gl.AddPipelineSchedule(fg.PipelineSchedule{ID: 7, Project: "acme/shop", Cron: "0 1 * * *", Variables: map[string]string{"A": "1"}})
	gl.AddPipelineTrigger(fg.PipelineTrigger{ID: 8, Project: "acme/shop"})
	gl.AddJob(fg.Job{ID: 9, Project: "acme/shop", Artifacts: []fg.Artifact{{Filename: "a.zip", Content: []byte("x")}}})
	orphan := gl.AddRunner(fg.Runner{Type: fg.ProjectRunner})
	orphaned := fmt.Sprintf(`{ runner(id: "gid://gitlab/Ci::Runner/%d") { runnerType } }`, orphan.ID)
	gl.AddAccessToken(fg.AccessToken{Token: "no", User: "mia", Scopes: []string{"granular"}, Grants: []fg.TokenGrant{
		{Projects: []string{"acme/shop"}, Permissions: []string{"Project: Read", "Pipeline: Read"}}}})
	gl.AddDeployment(fg.Deployment{Project: "acme/shop", Environment: gl.AddEnvironment(fg.ProjectEnvironment{Project: "acme/shop",
		Name: "prod"}).Name})
	all := []string{"Environment: Read", "Project: Read", "Pipeline: Read", "Pipeline Schedule: Read", "Trigger: Read", "Trigger: Create", "Job Artifact: Read"}
	gl.AddAccessToken(fg.AccessToken{Token: "yes", User: "mia", Scopes: []string{"granular"}, Grants: []fg.TokenGrant{
		{Projects: []string{"acme/shop"}, Permissions: all}}})
	gl.AddAccessToken(fg.AccessToken{Token: "ada", User: "ada", Scopes: []string{"granular"}, Grants: []fg.TokenGrant{
		{Access: "instance", Permissions: []string{"Runner: Read"}}}})
	for _, c := range []struct{ document, without, with, reason string }{
		{`{ project(fullPath: "acme/shop") { pipelineSchedules { nodes { cron } } } }`, `"nodes":[]`, `"cron":"0 1 * * *"`,
			"Pipeline Schedule: Read"},
		{`{ project(fullPath: "acme/shop") { pipelineTriggers { nodes { description } } } }`, `"nodes":[]`,
			`"description":"trigger"`, "Trigger: Read"},
		{`{ project(fullPath: "acme/shop") { environments { nodes { name } } } }`, `"nodes":[]`, `"name":"prod"`, "Environment: Read"},
		{`{ project(fullPath: "acme/shop") { environment { deployments { nodes { iid } } } } }`, `"environment":null`,
			`"deployments":{"nodes":[]}`, "Environment: Read"},
		{`{ project(fullPath: "acme/shop") { pipelines(first: 1) { nodes { jobArtifacts { name } } } } }`, `"jobArtifacts":[]`,
			`"jobArtifacts":[{"name":"a.zip"}]`, ""},
		{`{ project(fullPath: "acme/shop") { pipelineSchedules { nodes { variables { nodes { key } } } } } }`, `"nodes":[]`,
			`"variables":{"nodes":[null]}`, ""},
		{`mutation { pipelineTriggerCreate(input: {projectPath: "acme/shop", description: "x"}) { errors } }`,
			"[Trigger: Create]", `{"pipelineTriggerCreate":{"errors":[]}}`, ""},
		{`{ project(fullPath: "acme/open") { name } }`, `{"project":null}`, `{"project":null}`, "Project: Read"},
		{`mutation { pipelineTriggerCreate(input: {projectPath: "acme/open", description: "x"}) { errors } }`,
			"[Trigger: Create]", "[Trigger: Create]", ""},
	} {
		assert.Contains(t, gql(t, gl, "no", query(c.document)).String(), c.without, c.document)
		calls := gl.Calls("")
		assert.Contains(t, calls[len(calls)-1].Reason, c.reason, c.document)
		assert.Contains(t, gql(t, gl, "yes", query(c.document)).String(), c.with, c.document)
	}
	assert.Contains(t, gql(t, gl, "ada", query(orphaned)).String(), `"runnerType":"PROJECT_TYPE"`)
}

// A mutation wants its permission where its record or path is, and says which one is missing.
func TestMutationsForFineGrainedTokens(t *testing.T) {
	const missing = "Access denied: This operation requires a fine-grained personal access token with the following "
	job, pipeline := `id: "gid://gitlab/Ci::Build/10000003"`, `id: "gid://gitlab/Ci::Pipeline/1"`
	for name, c := range map[string]struct{ input, at, permission string }{
		"ciJobTokenScopeAddGroupOrProject": {`projectPath: "acme/shop", targetPath: "acme"`, "project",
			"Job Token Scope Allowlist: Create"},
		"ciJobTokenScopeAddProject": {`projectPath: "acme/shop", targetProjectPath: "x"`, "project",
			"Job Token Scope Allowlist: Create"},
		"ciJobTokenScopeRemoveGroup": {`projectPath: "acme/shop", targetGroupPath: "acme"`, "project",
			"Job Token Scope Allowlist: Delete"},
		"ciJobTokenScopeRemoveProject": {`projectPath: "acme/shop", targetProjectPath: "x"`, "project",
			"Job Token Scope Allowlist: Delete"},
		"environmentCreate":             {`projectPath: "acme/shop", name: "x"`, "project", "Environment: Create"},
		"environmentDelete":             {`id: "gid://gitlab/Environment/6"`, "project", "Environment: Delete"},
		"environmentStop":               {`id: "gid://gitlab/Environment/6"`, "project", "Environment: Stop"},
		"environmentUpdate":             {`id: "gid://gitlab/Environment/6"`, "project", "Environment: Update"},
		"jobCancel":                     {job, "project", "Job: Update"},
		"jobPlay":                       {job, "project", "Job: Run"},
		"jobRetry":                      {job, "project", "Job: Run"},
		"jobUnschedule":                 {job, "project", "Job: Update"},
		"pipelineCancel":                {pipeline, "project", "Pipeline: Update"},
		"pipelineCreate":                {`projectPath: "acme/shop", ref: "x"`, "project", "Pipeline: Create"},
		"pipelineDestroy":               {pipeline, "project", "Pipeline: Delete"},
		"pipelineRetry":                 {pipeline, "project", "Pipeline: Update"},
		"pipelineScheduleDelete":        {`id: "gid://gitlab/Ci::PipelineSchedule/7"`, "project", "Pipeline Schedule: Delete"},
		"pipelineSchedulePlay":          {`id: "gid://gitlab/Ci::PipelineSchedule/7"`, "project", "Pipeline Schedule: Update"},
		"pipelineScheduleTakeOwnership": {`id: "gid://gitlab/Ci::PipelineSchedule/7"`, "project", "Pipeline Schedule: Update"},
		"pipelineScheduleUpdate":        {`id: "gid://gitlab/Ci::PipelineSchedule/7"`, "project", "Pipeline Schedule: Update"},
		"pipelineScheduleCreate": {`projectPath: "acme/shop", description: "x", cron: "x", ref: "x"`, "project",
			"Pipeline Schedule: Create"},
		"pipelineTriggerCreate":     {`projectPath: "acme/shop", description: "x"`, "project", "Trigger: Create"},
		"pipelineTriggerDelete":     {`id: "gid://gitlab/Ci::Trigger/8"`, "project", "Trigger: Delete"},
		"pipelineTriggerUpdate":     {`id: "gid://gitlab/Ci::Trigger/8", description: "x"`, "project", "Trigger: Update"},
		"projectCiCdSettingsUpdate": {`fullPath: "acme/shop"`, "project", "CI/CD Setting: Update"},
		"runnerAssignToProject": {`projectPath: "acme/shop", runnerId: "gid://gitlab/Ci::Runner/9"`, "project",
			"Runner: Assign"},
		"runnerUnassignFromProject": {`projectPath: "acme/shop", runnerId: "gid://gitlab/Ci::Runner/9"`, "project",
			"Runner: Assign"},
		"runnerCreate": {`runnerType: PROJECT_TYPE, projectId: "gid://gitlab/Project/10001"`, "project", "Runner: Create"},
		"runnerDelete": {`id: "gid://gitlab/Ci::Runner/100021"`, "project", "Runner: Delete"},
		"runnerUpdate": {`id: "gid://gitlab/Ci::Runner/100001"`, "instance", "Runner: Update"},
	} {
		gl := company(t, fg.WithVersion("19.2"))
		gl.AddPipelineSchedule(fg.PipelineSchedule{ID: 7, Project: "acme/shop", Cron: "0 1 * * *"})
		gl.AddPipelineTrigger(fg.PipelineTrigger{ID: 8, Project: "acme/shop"})
		gl.AddEnvironment(fg.ProjectEnvironment{ID: 6, Project: "acme/shop", Name: "gone", State: "stopped"})
		gl.AddJob(fg.Job{ID: 10000003, PipelineID: 1, Project: "acme/shop", Status: fg.JobManual})
		gl.AddAccessToken(fg.AccessToken{Token: "fine", User: "mia", Scopes: []string{"granular"}})
		gl.AddAccessToken(fg.AccessToken{Token: "finer", User: "mia", Scopes: []string{"granular"},
			Grants: []fg.TokenGrant{{Projects: []string{"acme/shop"}, Permissions: []string{c.permission}},
				{Access: "instance", Permissions: []string{c.permission}}}})
		document := query(`mutation { ` + name + `(input: {` + c.input + `}) { errors } }`)
		want := missing + c.at + " permissions: [" + c.permission + "]."
		assert.Contains(t, gql(t, gl, "fine", document).String(), want, name)
		assert.NotContains(t, gql(t, gl, "finer", document).String(), "Access denied", name)
	}
	for document, want := range map[string]string{
		`mutation { runnerCreate(input: {runnerType: GROUP_TYPE, groupId: "gid://gitlab/Group/1001"}) { errors } }`: missing +
			"group permissions: [Runner: Create].",
		`mutation { runnerCreate(input: {runnerType: PROJECT_TYPE, projectId: "gid://gitlab/Project/9"}) { errors } }`: missing +
			"instance permissions: [Runner: Create].",
		`mutation { runnerCreate(input: {runnerType: GROUP_TYPE, groupId: "gid://gitlab/Group/9"}) { errors } }`: missing +
			"instance permissions: [Runner: Create].",
		`mutation { runnerDelete(input: {id: "gid://gitlab/Ci::Runner/100011"}) { errors } }`: missing +
			"group permissions: [Runner: Delete].",
		`mutation { runnerDelete(input: {id: "gid://gitlab/Ci::Runner/9"}) { errors } }`: missing +
			"instance permissions: [Runner: Delete].",
		`mutation { jobRetry(input: {id: "gid://gitlab/Ci::Build/9"}) { errors } }`:                               "404 Not Found",
		`mutation { pipelineRetry(input: {id: "gid://gitlab/Ci::Pipeline/9999"}) { errors } }`:                    "404 Not Found",
		`mutation { pipelineScheduleDelete(input: {id: "gid://gitlab/Ci::PipelineSchedule/9"}) { errors } }`:      "404 Not Found",
		`mutation { pipelineTriggerDelete(input: {id: "gid://gitlab/Ci::Trigger/9"}) { errors } }`:                "404 Not Found",
		`mutation { environmentStop(input: {id: "gid://gitlab/Environment/9"}) { errors } }`:                      "404 Not Found",
		`mutation { pipelineCreate(input: {projectPath: "no/such", ref: "x"}) { errors } }`:                       "404 Not Found",
		`mutation { echoCreate(input: {messages: ["x"]}) { errors } }`:                                            noResource,
		`mutation { bulkRunnerDelete(input: {ids: []}) { errors } }`:                                              noResource,
		`mutation { a: runnersRegistrationTokenReset(input: {type: INSTANCE_TYPE}) { errors } }`:                  noResource,
		`mutation { runnerBulkPause(input: {ids: ["gid://gitlab/Ci::Runner/100021"], paused: true}) { errors } }`: noResource,
	} {
		gl, got := fine(t, document)
		assert.Contains(t, got, want, document)
		assert.NotEmpty(t, gl.Calls("")[0].Reason, document)
	}
}
