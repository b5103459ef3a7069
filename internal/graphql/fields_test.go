package graphql_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// ways lead to an object of each type; %s is what is asked of it.
var ways = map[string]string{
	"Query":               `{ %s }`,
	"CiRunner":            `{ runner(id: "gid://gitlab/Ci::Runner/100022") { %s } }`,
	"CiRunnerManager":     `{ runner(id: "gid://gitlab/Ci::Runner/100022") { managers(first: 1) { nodes { %s } } } }`,
	"RunnerPermissions":   `{ runner(id: "gid://gitlab/Ci::Runner/100022") { userPermissions { %s } } }`,
	"CiJob":               `{ project(fullPath: "acme/shop") { jobs(first: 2) { nodes { %s } } } }`,
	"CiStage":             `{ project(fullPath: "acme/shop") { jobs { nodes { stage { %s } } } } }`,
	"JobPermissions":      `{ project(fullPath: "acme/shop") { jobs { nodes { userPermissions { %s } } } } }`,
	"Pipeline":            `{ project(fullPath: "acme/shop") { pipelines(first: 2) { nodes { %s } } } }`,
	"PipelinePermissions": `{ project(fullPath: "acme/shop") { pipelines(first: 2) { nodes { userPermissions { %s } } } } }`,
	"Project":             `{ project(fullPath: "acme/shop") { %s } }`,
	"ProjectPermissions":  `{ project(fullPath: "acme/shop") { userPermissions { %s } } }`,
	"Group":               `{ group(fullPath: "acme/backend") { %s } }`,
	"GroupPermissions":    `{ group(fullPath: "acme/backend") { userPermissions { %s } } }`,
	"CurrentUser":         `{ currentUser { %s } }`,
	"UserCore":            `{ project(fullPath: "acme/shop") { pipelines(first: 2) { nodes { user { %s } } } } }`,
	"CiGroup":             `{ project(fullPath: "acme/shop") { pipelines { nodes { stages { nodes { groups { nodes { %s } } } } } } } }`,
	"DetailedStatus":      `{ project(fullPath: "acme/shop") { jobs { nodes { detailedStatus { %s } } } } }`,
	"StatusAction":        `{ project(fullPath: "acme/shop") { jobs { nodes { detailedStatus { action { %s } } } } } }`,
	"CiBuildNeed":         `{ project(fullPath: "acme/shop") { jobs { nodes { needs { nodes { %s } } } } } }`,
	"CiJobArtifact":       `{ project(fullPath: "acme/shop") { pipelines { nodes { jobArtifacts { %s } } } } }`,
	"Metadata":            `{ metadata { %s } }`,
	"Kas":                 `{ metadata { kas { %s } } }`,
	"QueryComplexity":     `{ queryComplexity { %s } }`,
}

// Every field of every version is answered, alone and without its arguments, to an administrator, a Developer and nobody.
func TestEveryField(t *testing.T) {
	racing.Skip(t)
	for _, version := range []string{"16.0", "17.2", "19.4"} {
		gl := company(t, fg.WithVersion(version))
		schema := introspect(t, gl)
		asked := 0
		for name, way := range ways {
			typ := schema.Types[name]
			if !assert.NotNil(t, typ, name) {
				continue
			}
			for _, f := range typ.Fields {
				if strings.HasPrefix(f.Name, "__") || needsArguments(f) {
					continue
				}
				document := fmt.Sprintf(way, f.Name+selection(schema, f.Type))
				for _, username := range []string{"ada", "dan", ""} {
					asked++
					a := run(t, gl, username, document)
					for _, message := range a.errors() {
						assert.Contains(t, []string{noResource, "You don't have permissions to view this resource"}, message, document)
					}
				}
			}
		}
		assert.Greater(t, asked, 400)
	}
}

func needsArguments(f *ast.FieldDefinition) bool {
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil {
			return true
		}
	}
	return f.Name == "job" // it needs either of two
}

// selection is the least that may be asked of a type.
func selection(schema *ast.Schema, typ *ast.Type) string {
	if definition := schema.Types[typ.Name()]; definition != nil && definition.IsLeafType() {
		return ""
	}
	if strings.HasSuffix(typ.Name(), "Connection") {
		return " { nodes { __typename } }"
	}
	return " { __typename }"
}

// rest is what REST says of something.
func rest(t *testing.T, gl *fg.Fake, username, path string) (body object) {
	t.Helper()
	res := testkit.AskBy(t, gl.Client(), gl.URL(), gl.Token(username), "GET", "/api/v4"+path)
	require.Equal(t, 200, res.Status, path)
	require.NoError(t, json.Unmarshal([]byte(res.Body), &body))
	return body
}

// agree holds that both say the same; the names of REST are by those of GraphQL. Times are compared by seconds.
func agree(t *testing.T, a answer, at string, said object, names map[string]string) {
	t.Helper()
	second := func(value any) any {
		if text, isText := value.(string); isText {
			if moment, err := time.Parse(time.RFC3339, text); err == nil {
				return moment.Truncate(time.Second).UTC()
			}
		}
		return value
	}
	for field, name := range names {
		assert.Equal(t, second(testkit.Descend(said, name)), second(a.at(at+"."+field)), field)
	}
}

// What GraphQL shows of a job is what REST shows.
func TestJobAsREST(t *testing.T) {
	gl := company(t, fg.WithVersion("18.4"))
	names := map[string]string{"name": "name", "stage.name": "stage", "refName": "ref", "coverage": "coverage",
		"createdAt": "created_at", "startedAt": "started_at", "finishedAt": "finished_at", "erasedAt": "erased_at",
		"tags": "tag_list", "allowFailure": "allow_failure", "createdByTag": "tag", "shortSha": "commit.short_id",
		"pipeline.ref": "pipeline.ref", "pipeline.sha": "pipeline.sha", "pipeline.source": "pipeline.source",
		"pipeline.createdAt": "pipeline.created_at", "pipeline.updatedAt": "pipeline.updated_at", "pipeline.user.username": "user.username",
		"runner.description": "runner.description", "runner.paused": "runner.paused", "runnerManager.systemId": "runner_manager.system_id"}
	checked := 0
	for _, j := range gl.Jobs() {
		if j.Project != "acme/shop" {
			continue
		}
		checked++
		said := rest(t, gl, "oli", fmt.Sprintf("/projects/10001/jobs/%d", j.ID))
		a := run(t, gl, "oli", fmt.Sprintf(`{ project(fullPath: "acme/shop") { pipeline(id: "gid://gitlab/Ci::Pipeline/%.0f") { job(id: "%s") {
			id status duration queuedDuration name stage { name } refName coverage createdAt startedAt finishedAt erasedAt tags allowFailure
			createdByTag shortSha webPath commitPath runner { description paused } runnerManager { systemId } project { fullPath }
			pipeline { path user { username } ... on Pipeline { ref sha source createdAt updatedAt status } } } } } }`, testkit.Descend(said, "pipeline.id"), jobGID(j.ID)))
		const at = "project.pipeline.job"
		require.NotNil(t, a.at(at), a.body)
		agree(t, a, at, said, names)
		upper := func(name string) any { return strings.ToUpper(testkit.Descend(said, name).(string)) }
		assert.Equal(t, upper("status"), a.at(at+".status"))
		assert.Equal(t, upper("pipeline.status"), a.at(at+".pipeline.status"))
		assert.Equal(t, testkit.Descend(said, "web_url"), gl.URL()+a.at(at+".webPath").(string))
		assert.Equal(t, testkit.Descend(said, "pipeline.web_url"), gl.URL()+a.at(at+".pipeline.path").(string))
		assert.Equal(t, testkit.Descend(said, "queued_duration"), a.at(at+".queuedDuration"))
		if seconds, ran := said["duration"].(float64); ran {
			assert.Equal(t, float64(int(seconds)), a.at(at+".duration"))
		} else {
			assert.Nil(t, a.at(at+".duration"))
		}
	}
	assert.Greater(t, checked, 3)
}

// What GraphQL shows of projects, groups and users is what REST shows.
func TestNamespacesAsREST(t *testing.T) {
	gl := company(t)
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Description = "What we sell" })
	a := run(t, gl, "oli", `{ project(fullPath: "acme/shop") { archived createdAt description fullPath httpUrlToRepo name nameWithNamespace
		path sharedRunnersEnabled sshUrlToRepo starCount forksCount topics visibility webUrl lastActivityAt publicJobs group { fullPath } } }`)
	agree(t, a, "project", rest(t, gl, "oli", "/projects/10001"), map[string]string{"archived": "archived", "createdAt": "created_at",
		"description": "description", "fullPath": "path_with_namespace", "httpUrlToRepo": "http_url_to_repo", "name": "name",
		"nameWithNamespace": "name_with_namespace", "path": "path", "sharedRunnersEnabled": "shared_runners_enabled",
		"sshUrlToRepo": "ssh_url_to_repo", "starCount": "star_count", "forksCount": "forks_count", "topics": "topics",
		"visibility": "visibility", "webUrl": "web_url", "lastActivityAt": "last_activity_at", "publicJobs": "public_jobs",
		"group.fullPath": "namespace.full_path"})

	a = run(t, gl, "oli", `{ group(fullPath: "acme/backend") { createdAt description fullName fullPath name path visibility webUrl parent { fullPath } } }`)
	agree(t, a, "group", rest(t, gl, "oli", "/groups/acme%2Fbackend"), map[string]string{"createdAt": "created_at", "description": "description",
		"fullName": "full_name", "fullPath": "full_path", "name": "name", "path": "path", "visibility": "visibility", "webUrl": "web_url"})
	assert.Equal(t, "acme", a.at("group.parent.fullPath"))

	change := func(path, body string) {
		res := testkit.Ask(t, gl, gl.Token("oli"), "PUT", path, testkit.WithJSON(body))
		require.Equal(t, 200, res.Status, res.Body)
	}
	gl.Advance(time.Hour)
	change("/projects/10001", `{"public_jobs": false, "topics": ["go", "ci"]}`)
	change("/groups/acme%2Fbackend", `{"description": "Whoever keeps it up"}`)
	a = run(t, gl, "oli", `{ project(fullPath: "acme/shop") { topics tagList publicJobs updatedAt } group(fullPath: "acme/backend") { description }
		projects(topics: ["go"], sort: "updated_desc") { nodes { fullPath } } none: projects(topics: ["go", "rust"]) { nodes { fullPath } } }`)
	agree(t, a, "project", rest(t, gl, "oli", "/projects/10001"), map[string]string{"topics": "topics", "publicJobs": "public_jobs",
		"updatedAt": "updated_at"})
	assert.Equal(t, "go, ci", a.at("project.tagList"))
	assert.Equal(t, "Whoever keeps it up", a.at("group.description"))
	assert.Equal(t, []any{"acme/shop"}, a.all("projects.nodes", "fullPath"))
	assert.Empty(t, a.all("none.nodes", "fullPath"))

	a = run(t, gl, "oli", `{ currentUser { avatarUrl createdAt name state username webUrl bot } }`)
	agree(t, a, "currentUser", rest(t, gl, "oli", "/user"), map[string]string{"avatarUrl": "avatar_url", "createdAt": "created_at",
		"name": "name", "state": "state", "username": "username", "webUrl": "web_url", "bot": "bot"})

	a = run(t, gl, "oli", `{ metadata { version revision enterprise kas { enabled } } }`)
	agree(t, a, "metadata", rest(t, gl, "oli", "/metadata"), map[string]string{"version": "version", "revision": "revision",
		"enterprise": "enterprise", "kas.enabled": "kas.enabled"})
	assert.Nil(t, run(t, gl, "", `{ metadata { version } }`).at("metadata"))
}

// What a job found out of its log is shown, and who may not change it is told so.
func TestCoverageAndPermissionsOfJobs(t *testing.T) {
	covered := 81.5
	gl := fg.New(t, fg.WithScenario(testkit.MiasWorld()))
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Members["sam"] = fg.Reporter })
	gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobRunning, Coverage: &covered})
	const document = `{ project(fullPath: "acme/shop") { jobs { nodes { coverage userPermissions { readBuild updateBuild cancelBuild } } } } }`
	for user, may := range map[string]bool{"mia": true, "sam": false} {
		a := run(t, gl, user, document)
		assert.Equal(t, []any{covered}, a.all("project.jobs.nodes", "coverage"), user)
		assert.Equal(t, []any{true}, a.all("project.jobs.nodes", "userPermissions.readBuild"), user)
		assert.Equal(t, []any{may}, a.all("project.jobs.nodes", "userPermissions.updateBuild"), user)
		assert.Equal(t, []any{may}, a.all("project.jobs.nodes", "userPermissions.cancelBuild"), user)
	}
	gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobManual})
	for user, may := range map[string]bool{"mia": true, "sam": false} {
		a := run(t, gl, user, `{ project(fullPath: "acme/shop") { jobs { nodes { status canPlayJob } } } }`)
		assert.Equal(t, []any{"MANUAL", "RUNNING"}, a.all("project.jobs.nodes", "status"))
		assert.Equal(t, []any{may, false}, a.all("project.jobs.nodes", "canPlayJob"), user)
	}
}
