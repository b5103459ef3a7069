package graphql_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// deed is one thing to do, over REST and by GraphQL; each tells whether GitLab let the user.
type deed struct {
	name string
	// needs is the difference that brought it to GraphQL; always for what was there from the first.
	needs         gitlabversion.Difference
	rest, graphql func(t *testing.T, gl *fg.Fake, username string) bool
}

// readingWords begin the names of deeds that change nothing.
var readingWords = []string{"read", "see", "list"}

const always = gitlabversion.Difference(-1)

// restOK asks REST and reports whether that went well.
func restOK(method, path string, change ...string) func(*testing.T, *fg.Fake, string) bool {
	return func(t *testing.T, gl *fg.Fake, username string) bool {
		token := ""
		if username != "" {
			token = gl.Token(username)
		}
		body := "{}"
		if len(change) > 0 {
			body = change[0]
		}
		return testkit.Ask(t, gl, token, method, path, testkit.WithJSON(body)).Status < 300
	}
}

// graphqlOK asks GraphQL and reports whether the field is there and, of a mutation, has no errors in its payload.
func graphqlOK(field, document string) func(*testing.T, *fg.Fake, string) bool {
	return func(t *testing.T, gl *fg.Fake, username string) bool {
		a := run(t, gl, username, document)
		errors, _ := a.at(field + ".errors").([]any)
		return a.at(field) != nil && len(errors) == 0 && a.at(field) != false
	}
}

// runnerDeeds are what is done to a runner.
func runnerDeeds(r fg.Runner) []deed {
	path, id := fmt.Sprintf("/runners/%d", r.ID), runnerGID(r.ID)
	permission := func(name string) func(*testing.T, *fg.Fake, string) bool {
		return graphqlOK("runner.userPermissions."+name, `{ runner(id: "`+id+`") { userPermissions { `+name+` } } }`)
	}
	deeds := []deed{
		{"update", always, restOK("PUT", path, `{"paused":true}`),
			graphqlOK("runnerUpdate", `mutation { runnerUpdate(input: {id: "`+id+`", paused: true}) { errors } }`)},
		{"may update", always, restOK("PUT", path, `{"paused":true}`), permission("updateRunner")},
		{"delete", always, restOK("DELETE", path),
			graphqlOK("runnerDelete", `mutation { runnerDelete(input: {id: "`+id+`"}) { errors } }`)},
		{"may delete", always, restOK("DELETE", path), permission("deleteRunner")},
		{"delete with others", always, restOK("DELETE", path),
			graphqlOK("bulkRunnerDelete", `mutation { bulkRunnerDelete(input: {ids: ["`+id+`"]}) { errors } }`)},
		{"pause with others", gitlabversion.RunnerBulkPause, restOK("PUT", path, `{"paused":true}`),
			graphqlOK("runnerBulkPause", `mutation { runnerBulkPause(input: {ids: ["`+id+`"], paused: true}) { errors } }`)},
		{"list jobs of", always, restOK("GET", path+"/jobs"), graphqlOK("runner.jobs", `{ runner(id: "`+id+`") { jobs { count } } }`)},
	}
	// Instance runners are shown by REST to everybody before the ability is asked for, and by GraphQL from 18.2 on:
	// TestReadingInstanceRunners has the time before.
	reading := []deed{
		{"read", always, restOK("GET", path), graphqlOK("runner", `{ runner(id: "`+id+`") { id } }`)},
		{"read permission of", always, restOK("GET", path), permission("readRunner")},
		{"read managers of", always, restOK("GET", path+"/managers"),
			graphqlOK("runner.managers", `{ runner(id: "`+id+`") { managers { count } } }`)},
	}
	for _, d := range reading {
		if r.Type == fg.InstanceRunner {
			d.needs = gitlabversion.InstanceRunnersReadByAll
		}
		deeds = append(deeds, d)
	}
	// REST calls a group runner that before it asks for the ability, and fails at an instance runner: what may be
	// assigned is a project runner.
	for i, project := range []string{"acme/shop", "acme/backend/api"} {
		if r.Type != fg.ProjectRunner {
			break
		}
		projectPath := fmt.Sprintf("/projects/%d/runners", 10001+i)
		if !slices.Contains(r.Projects, project) {
			deeds = append(deeds, deed{"assign", gitlabversion.RunnerAssignMutations, restOK("POST", projectPath, fmt.Sprintf(`{"runner_id":%d}`, r.ID)),
				graphqlOK("runnerAssignToProject", `mutation { runnerAssignToProject(input: {runnerId: "`+id+
					`", projectPath: "`+project+`"}) { errors } }`)})
			continue
		}
		deeds = append(deeds, deed{"unassign", gitlabversion.RunnerAssignMutations, restOK("DELETE", fmt.Sprintf("%s/%d", projectPath, r.ID)),
			graphqlOK("runnerUnassignFromProject", `mutation { runnerUnassignFromProject(input: {runnerId: "`+id+
				`", projectPath: "`+project+`"}) { errors } }`)})
	}
	return deeds
}

// companyDeeds are what is done to the instance, a group and a project.
func companyDeeds() []deed {
	create := func(form, input string) deed {
		return deed{"create " + form, always, restOK("POST", "/user/runners", form),
			graphqlOK("runnerCreate", "mutation { runnerCreate(input: {"+input+"}) { errors } }")}
	}
	reset := func(path, input string) deed {
		return deed{"reset " + input, always, restOK("POST", path+"/reset_registration_token"),
			graphqlOK("runnersRegistrationTokenReset", "mutation { runnersRegistrationTokenReset(input: {"+input+"}) { errors } }")}
	}
	return []deed{
		create(`{"runner_type":"instance_type"}`, "runnerType: INSTANCE_TYPE"),
		create(`{"runner_type":"group_type","group_id":1001}`, `runnerType: GROUP_TYPE, groupId: "`+groupGID(1001)+`"`),
		create(`{"runner_type":"project_type","project_id":10001}`, `runnerType: PROJECT_TYPE, projectId: "`+projectGID(10001)+`"`),
		reset("/runners", "type: INSTANCE_TYPE"),
		reset("/groups/1001/runners", `type: GROUP_TYPE, id: "`+groupGID(1001)+`"`),
		reset("/projects/10001/runners", `type: PROJECT_TYPE, id: "`+projectGID(10001)+`"`),
		{"list all", always, restOK("GET", "/runners/all"), graphqlOK("runners", "{ runners { count } }")},
		{"list a project's", always, restOK("GET", "/projects/10001/runners"),
			graphqlOK("project.runners", `{ project(fullPath: "acme/shop") { runners { count } } }`)},
		{"list a group's", always, restOK("GET", "/groups/1001/runners"),
			graphqlOK("group.runners", `{ group(fullPath: "acme") { runners(membership: ALL_AVAILABLE) { count } } }`)},
		{"see a project", always, restOK("GET", "/projects/10001"), graphqlOK("project", `{ project(fullPath: "acme/shop") { id } }`)},
		{"see a group", always, restOK("GET", "/groups/1001"), graphqlOK("group", `{ group(fullPath: "acme") { id } }`)},
		{"see a project's jobs", always, restOK("GET", "/projects/10001/jobs"),
			graphqlOK("project.jobs", `{ project(fullPath: "acme/shop") { jobs { count } } }`)},
	}
}

// environmentDeeds are what is done to an environment that is available, and to one that is stopped.
func environmentDeeds(e, stopped fg.ProjectEnvironment) []deed {
	const all = "/projects/10001/environments"
	mutation := func(name, input string) func(*testing.T, *fg.Fake, string) bool {
		return graphqlOK(name, "mutation { "+name+"(input: {"+input+"}) { errors } }")
	}
	id := func(e fg.ProjectEnvironment) string { return fmt.Sprintf(`id: "gid://gitlab/Environment/%d"`, e.ID) }
	path := func(e fg.ProjectEnvironment) string { return fmt.Sprintf("%s/%d", all, e.ID) }
	return []deed{
		{"read an environment", always, restOK("GET", path(e)),
			graphqlOK("project.environment", `{ project(fullPath: "acme/shop") { environment(name: "`+e.Name+`") { id } } }`)},
		{"see a deployment", always, restOK("GET", "/projects/10001/deployments"),
			graphqlOK("project.deployment", `{ project(fullPath: "acme/shop") { deployment(iid: "1") { id } } }`)},
		{"make an environment", always, restOK("POST", all, `{"name":"new"}`),
			mutation("environmentCreate", `projectPath: "acme/shop", name: "new"`)},
		{"update an environment", always, restOK("PUT", path(e), `{"tier":"other"}`), mutation("environmentUpdate", id(e)+", tier: OTHER")},
		{"stop an environment", always, restOK("POST", path(e)+"/stop"), mutation("environmentStop", id(e))},
		{"delete an environment", always, restOK("DELETE", path(e)), mutation("environmentDelete", id(e))},
		{"delete a stopped environment", always, restOK("DELETE", path(stopped)), mutation("environmentDelete", id(stopped))},
	}
}

// jobDeeds are what is done to a job.
func jobDeeds(j fg.Job) []deed {
	path := func(deed string) string { return fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d/%s", j.ID, deed) }
	mutation := func(name string) func(*testing.T, *fg.Fake, string) bool {
		return graphqlOK(name, "mutation { "+name+`(input: {id: "`+jobGID(j.ID)+`"}) { errors } }`)
	}
	return []deed{{"cancel", always, restOK("POST", path("cancel")), mutation("jobCancel")},
		{"retry", always, restOK("POST", path("retry")), mutation("jobRetry")}}
}

// TestMatrix holds that whoever may do something over REST may do it by GraphQL, and nobody else: each deed by each user
// of the company, in each of several versions, in a world of its own.
func TestMatrix(t *testing.T) {
	racing.Skip(t)
	users := []string{"", "sam", "ria", "dan", "mia", "oli", "ada", "ann", "aud"}
	// One of each kind: for the instance, for a group, for one below it, for two projects, for either of them.
	runners := []int{100002, 100012, 100014, 100022, 100023, 100024}
	statuses := []fg.JobStatus{fg.JobRunning, fg.JobFailed, fg.JobSkipped}
	scenario := fg.SmallCompany().WithUser("aud", func(u *fg.User) { u.Auditor = true }).
		WithUser("ann"). // a Maintainer of one project alone
		WithMember("acme/backend/api", "ann", fg.Maintainer).
		WithEnvironment("acme/shop", "prod").
		WithEnvironment("acme/shop", "gone", func(e *fg.ProjectEnvironment) { e.State = fg.EnvironmentStopped })
	scenario.Deployments = []fg.Deployment{{Project: "acme/shop", Environment: "prod"}}
	for _, version := range []string{"16.0", "17.2", "19.4"} {
		t.Run(version, func(t *testing.T) {
			v, err := gitlabversion.Parse(version)
			require.NoError(t, err)
			gl := fg.New(t, fg.WithScenario(scenario), fg.WithVersion(version), fg.WithInMemoryNetwork())
			e, _ := gl.Environment("acme/shop", "prod")
			stopped, _ := gl.Environment("acme/shop", "gone")
			deeds := append(companyDeeds(), environmentDeeds(e, stopped)...)
			for _, id := range runners {
				r, _ := gl.Runner(id)
				for _, d := range runnerDeeds(r) {
					d.name = fmt.Sprintf("%s runner %d", d.name, r.ID)
					deeds = append(deeds, d)
				}
			}
			for _, j := range gl.Jobs() {
				for _, d := range jobDeeds(j) {
					if j.Project == "acme/shop" && slices.Contains(statuses, j.Status) {
						d.name = fmt.Sprintf("%s job %d", d.name, j.ID)
						deeds = append(deeds, d)
					}
				}
			}
			let := 0
			for _, d := range deeds {
				changes := !slices.Contains(readingWords, strings.Fields(d.name)[0])
				if d.needs != always && !v.Has(d.needs) {
					continue
				}
				for _, username := range users {
					may := d.rest(t, gl, username)
					if may && changes {
						gl.Reset()
					}
					if may {
						let++
					}
					byGraphQL := d.graphql(t, gl, username)
					assert.Equal(t, may, byGraphQL, "%s by %q", d.name, username)
					if byGraphQL && changes {
						gl.Reset()
					}
				}
			}
			assert.Greater(t, let, 100)
		})
	}
}

// TestReadingInstanceRunners holds who is shown instance runners in the time before everybody was: administrators,
// auditors, and Maintainers of something that uses such runners.
func TestReadingInstanceRunners(t *testing.T) {
	gl := company(t)
	gl.AddUser(fg.User{Username: "aud", Auditor: true})
	document := `{ runner(id: "` + runnerGID(100001) + `") { id tokenExpiresAt userPermissions { readRunner updateRunner } } }`
	for username, want := range map[string]bool{"": false, "sam": false, "dan": false, "mia": true, "oli": true, "ada": true, "aud": true} {
		assert.Equal(t, want, run(t, gl, username, document).at("runner") != nil, username)
	}
	run(t, gl, "sam", document).is(`{"runner":null}`)
	calls := gl.Calls(fg.GraphQL)
	assert.Equal(t, "runner: sam is no administrator, nor Maintainer of a group or project that uses instance runners; "+
		"this version shows runner 100001 to nobody else", calls[len(calls)-1].Reason)
	for _, path := range []string{"acme", "acme/backend"} {
		gl.UpdateGroup(path, func(g *fg.Group) { g.SharedRunnersDisabled = true })
	}
	for _, path := range []string{"acme/shop", "acme/backend/api"} {
		gl.UpdateProject(path, func(p *fg.Project) { p.SharedRunnersDisabled = true })
	}
	assert.Nil(t, run(t, gl, "mia", document).at("runner"))
}
