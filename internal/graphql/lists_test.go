package graphql_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
)

// The projects of the instance and of a group, narrowed and sorted.
func TestNarrowedProjects(t *testing.T) {
	shop, api, open := fg.Project{Path: "acme/shop", CreatedAt: day(3)}, fg.Project{Path: "acme/backend/api", CreatedAt: day(1)},
		fg.Project{Path: "open/source", Visibility: fg.Public, CreatedAt: day(2)}
	gl := fg.New(t, fg.WithInMemoryNetwork())
	gl.AddUser(fg.User{Username: "mia"})
	for _, p := range []fg.Project{shop, api, open} {
		gl.AddProject(p)
	}
	gl.UpdateGroup("acme", func(g *fg.Group) { g.Members = fg.Members{"mia": fg.Maintainer} })
	id := func(path string) string { p, _ := gl.Project(path); return projectGID(p.ID) }
	paths := func(of ...string) (all []any) {
		for _, path := range of {
			all = append(all, path)
		}
		return all
	}
	const inShop, inAPI, inOpen = "acme/shop", "acme/backend/api", "open/source"
	for arguments, want := range map[string][]any{
		``:                   paths(inOpen, inAPI, inShop),
		`(membership: true)`: paths(inAPI, inShop),
		`(search: "sho")`:    paths(inShop),
		`(search: "acme")`:   nil,
		`(search: "acme", searchNamespaces: true)`:               paths(inAPI, inShop),
		`(topics: ["go"])`:                                       nil,
		`(sort: "id_asc")`:                                       paths(inShop, inAPI, inOpen),
		`(sort: "created_asc")`:                                  paths(inAPI, inOpen, inShop),
		`(sort: "created_desc")`:                                 paths(inShop, inOpen, inAPI),
		`(sort: "updated_asc")`:                                  paths(inAPI, inOpen, inShop),
		`(sort: "latest_activity_desc")`:                         paths(inShop, inOpen, inAPI),
		`(sort: "stars_desc")`:                                   paths(inOpen, inAPI, inShop),
		`(ids: ["` + id(inAPI) + `", "` + projectGID(77) + `"])`: paths(inAPI),
		`(first: 1, sort: "created_asc")`:                        paths(inAPI),
		`(last: 1, sort: "created_asc")`:                         paths(inShop),
	} {
		assert.Equal(t, want, run(t, gl, "mia", `{ projects`+arguments+` { nodes { fullPath } } }`).all("projects.nodes", "fullPath"), arguments)
	}
	assert.Equal(t, paths(inOpen), run(t, gl, "", `{ projects { nodes { fullPath } } }`).all("projects.nodes", "fullPath"))
	for arguments, want := range map[string][]any{
		``:                         paths(inShop),
		`(includeSubgroups: true)`: paths(inAPI, inShop),
		`(includeSubgroups: true, search: "api")`:            paths(inAPI),
		`(ids: ["` + id(inShop) + `", "` + id(inAPI) + `"])`: paths(inShop),
	} {
		a := run(t, gl, "mia", `{ group(fullPath: "acme") { projects`+arguments+` { nodes { fullPath } } } }`)
		assert.Equal(t, want, a.all("group.projects.nodes", "fullPath"), arguments)
	}
	for _, list := range []string{`{ projects(ids: ["7"]) { nodes { id } } }`, `{ group(fullPath: "acme") { projects(ids: ["7"]) { nodes { id } } } }`} {
		assert.Equal(t, []string{"7 is not a valid GitLab ID."}, run(t, gl, "mia", list).errors())
	}
}

func day(n int) time.Time { return time.Date(2024, 1, n, 0, 0, 0, 0, time.UTC) }

// building is a project with pipelines 1 to 4: on main finished, on a branch failed, of a tag, on main running.
func building(t *testing.T) *fg.Fake {
	t.Helper()
	gl := fg.New(t, fg.WithVersion("18.3"), fg.WithInMemoryNetwork())
	gl.AddUser(fg.User{Username: "mia"})
	gl.AddProject(fg.Project{Path: "acme/shop", Members: fg.Members{"mia": fg.Maintainer}})
	runner := gl.AddRunner(fg.Runner{})
	at := func(minutes int) time.Time { return day(1).Add(time.Duration(minutes) * time.Minute) }
	job := func(id, pipeline int, j fg.Job) {
		j.ID, j.PipelineID, j.Project, j.User, j.RunnerID = id, pipeline, "acme/shop", "mia", runner.ID
		gl.AddJob(j)
	}
	job(11, 1, fg.Job{Name: "build", Status: fg.JobSuccess, CreatedAt: at(0), QueuedAt: at(0), StartedAt: at(1), FinishedAt: at(4)})
	job(12, 1, fg.Job{Name: "test", Status: fg.JobSuccess, CreatedAt: at(0), QueuedAt: at(0), StartedAt: at(3), FinishedAt: at(6)})
	job(13, 1, fg.Job{Name: "deploy", Status: fg.JobSuccess, CreatedAt: at(0), QueuedAt: at(8), StartedAt: at(10), FinishedAt: at(11)})
	job(21, 2, fg.Job{Name: "test", Ref: "fix", Status: fg.JobFailed, CreatedAt: at(20), QueuedAt: at(20), StartedAt: at(21), FinishedAt: at(22)})
	job(31, 3, fg.Job{Name: "release", Ref: "v1", RefIsTag: true, Status: fg.JobSuccess, User: "root", CreatedAt: at(30), QueuedAt: at(30),
		StartedAt: at(31), FinishedAt: at(32)})
	job(41, 4, fg.Job{Name: "test", Status: fg.JobRunning, CreatedAt: at(40), QueuedAt: at(40), StartedAt: at(41)})
	return gl
}

// The pipelines of a project: what is in them, which are found, and how.
func TestPipelines(t *testing.T) {
	gl := building(t)
	inShop := func(what string) answer { return run(t, gl, "mia", `{ project(fullPath: "acme/shop") { `+what+` } }`) }
	inShop(`pipeline(iid: "1") { id active complete cancelable retryable createdAt startedAt finishedAt duration totalJobs status
		userPermissions { cancelPipeline updatePipeline } jobs { nodes { name } } }`).is(`{"project":{"pipeline":{
		"id":"gid://gitlab/Ci::Pipeline/1","active":false,"complete":true,"cancelable":false,"retryable":false,
		"createdAt":"2024-01-01T00:00:00Z","startedAt":"2024-01-01T00:01:00Z","finishedAt":"2024-01-01T00:11:00Z","duration":360,
		"totalJobs":3,"status":"SUCCESS","userPermissions":{"cancelPipeline":true,"updatePipeline":true},
		"jobs":{"nodes":[{"name":"deploy"},{"name":"test"},{"name":"build"}]}}}}`)
	inShop(`pipeline { id active complete cancelable finishedAt duration status }`).is(`{"project":{"pipeline":{
		"id":"gid://gitlab/Ci::Pipeline/4","active":true,"complete":false,"cancelable":true,"finishedAt":null,"duration":null,"status":"RUNNING"}}}`)

	of := func(numbers ...int) (ids []any) {
		for _, n := range numbers {
			ids = append(ids, fmt.Sprintf("gid://gitlab/Ci::Pipeline/%d", n))
		}
		return ids
	}
	sha := inShop(`pipeline(iid: "2") { sha short: sha(format: SHORT) }`)
	assert.Equal(t, sha.at("project.pipeline.sha").(string)[:8], sha.at("project.pipeline.short"))
	for arguments, want := range map[string][]any{
		``:                                       of(4, 3, 2, 1),
		`(status: SUCCESS)`:                      of(3, 1),
		`(scope: RUNNING)`:                       of(4),
		`(scope: PENDING)`:                       nil,
		`(scope: FINISHED)`:                      of(3, 2, 1),
		`(scope: BRANCHES)`:                      of(4, 2),
		`(scope: TAGS)`:                          of(3),
		`(ref: "main")`:                          of(4, 1),
		`(source: "push")`:                       of(4, 3, 2, 1),
		`(source: "web")`:                        nil,
		`(username: "nobody")`:                   nil,
		`(updatedAfter: "2024-01-01T00:22:00Z")`: of(4, 3, 2),
		`(updatedBefore: "2024-01-01 00:22:00 UTC")`:                           of(2, 1),
		`(updatedAfter: "2024-01-02")`:                                         nil,
		`(sha: "` + sha.at("project.pipeline.sha").(string) + `", ref: "fix")`: of(2),
	} {
		assert.Equal(t, want, inShop(`pipelines`+arguments+` { nodes { id } }`).all("project.pipelines.nodes", "id"), arguments)
	}
	for arguments, want := range map[string]any{
		`(id: "gid://gitlab/Ci::Pipeline/3")`: of(3)[0], `(iid: "3")`: of(3)[0], `(iid: "9")`: nil,
		`(sha: "` + sha.at("project.pipeline.sha").(string) + `")`: of(2)[0],
	} {
		assert.Equal(t, want, inShop(`pipeline`+arguments+` { id }`).at("project.pipeline.id"), arguments)
	}
	for arguments, want := range map[string]any{
		`(name: "test")`: jobGID(12), `(name: "none")`: nil, `(id: "` + jobGID(11) + `")`: jobGID(11), `(id: "` + jobGID(21) + `")`: nil,
	} {
		assert.Equal(t, want, inShop(`pipeline(iid: "1") { job`+arguments+` { id } }`).at("project.pipeline.job.id"), arguments)
	}
	assert.Equal(t, []string{"One of id or name is required"}, inShop(`pipeline(iid: "1") { job { id } }`).errors())
	assert.Equal(t, []string{`no time information in "soon"`}, inShop(`pipelines(updatedAfter: "soon") { nodes { id } }`).errors())
}

// The jobs of a pipeline and of a project, narrowed.
func TestNarrowedJobs(t *testing.T) {
	gl := building(t)
	retried := mutating(t, gl, "mia", "jobRetry", "job { id }", object{"id": jobGID(21)}).at("jobRetry.job.id")
	for list, want := range map[string][]any{
		`pipeline(iid: "2") { jobs { nodes { id } } }`:                     {retried, jobGID(21)},
		`pipeline(iid: "2") { jobs(retried: true) { nodes { id } } }`:      {jobGID(21)},
		`pipeline(iid: "2") { jobs(retried: false) { nodes { id } } }`:     {retried},
		`pipeline(iid: "1") { jobs(statuses: [FAILED]) { nodes { id } } }`: nil,
		`pipeline(iid: "1") { jobs(statuses: []) { nodes { id } } }`:       {jobGID(13), jobGID(12), jobGID(11)},
	} {
		a := run(t, gl, "mia", `{ project(fullPath: "acme/shop") { `+list+` } }`)
		assert.Equal(t, want, a.all("project.pipeline.jobs.nodes", "id"), list)
	}
	for arguments, want := range map[string][]any{
		`(statuses: [RUNNING, FAILED])`: {jobGID(41), jobGID(21)},
		`(statuses: PENDING)`:           {retried},
		`(withArtifacts: true)`:         nil,
	} {
		a := run(t, gl, "mia", `{ project(fullPath: "acme/shop") { jobs`+arguments+` { nodes { id } } } }`)
		assert.Equal(t, want, a.all("project.jobs.nodes", "id"), arguments)
	}
	// There is a runner, but it is not online.
	a := run(t, gl, "mia", `{ project(fullPath: "acme/shop") { jobs(statuses: PENDING) { nodes { stuck } } } }`)
	assert.Equal(t, []any{true}, a.all("project.jobs.nodes", "stuck"))
	// app/finders/ci/build_name_finder.rb: words of the name, of which the beginning is enough.
	for _, name := range []string{"build test", "build-deploy", "a b c d e f", "unique-name"} {
		gl.AddJob(fg.Job{Project: "acme/shop", Name: name})
	}
	for name, want := range map[string][]any{
		"Build": {"build-deploy", "build test", "build"}, "dep": {"build-deploy", "deploy"}, "a b c d e z z z": {"a b c d e f"},
		"a": nil, "-": nil, "eploy": nil, "build name": nil, "unique": {"unique-name"},
	} {
		a := run(t, gl, "mia", `{ project(fullPath: "acme/shop") { jobs(name: "`+name+`") { nodes { name } } } }`)
		assert.Equal(t, want, a.all("project.jobs.nodes", "name"), name)
	}
	blank := run(t, gl, "mia", `{ project(fullPath: "acme/shop") { jobs(name: " ") { nodes { id } } } }`)
	assert.Greater(t, len(blank.all("project.jobs.nodes", "id")), 4, "a blank name asks for nothing")
}

// Managers are found by their system and by their status; those that are stale are offline as well.
func TestNarrowedManagers(t *testing.T) {
	gl := fleet(t)
	gl.UpdateRunner(5, func(r *fg.Runner) {
		old := gl.Now().AddDate(-1, 0, 0)
		r.Managers = append(r.Managers, fg.RunnerManager{SystemID: "stale", CreatedAt: old, ContactedAt: old},
			fg.RunnerManager{SystemID: "never"}, fg.RunnerManager{SystemID: "never, long ago", CreatedAt: old})
	})
	for arguments, want := range map[string][]any{
		`(systemId: "s_1")`:         {"s_1"},
		`(status: ONLINE)`:          {"s_1"},
		`(status: OFFLINE)`:         {"stale"},
		`(status: STALE)`:           {"never, long ago", "stale"},
		`(status: NEVER_CONTACTED)`: {"never, long ago", "never"},
	} {
		a := run(t, gl, "mia", `{ runner(id: "`+runnerGID(5)+`") { managers`+arguments+` { nodes { systemId } } } }`)
		assert.Equal(t, want, a.all("runner.managers.nodes", "systemId"), arguments)
	}
}
