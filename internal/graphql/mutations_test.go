package graphql_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// mutating runs one mutation with an input.
func mutating(t testing.TB, gl *fg.Fake, username, name, fields string, input object) answer {
	t.Helper()
	return run(t, gl, username, fmt.Sprintf("mutation($input: %s!) { %s(input: $input) { %s } }", inputs[name], name, fields),
		object{"input": input})
}

// inputs are the types of the inputs of mutations.
var inputs = map[string]string{"runnerCreate": "RunnerCreateInput", "runnerUpdate": "RunnerUpdateInput",
	"runnerDelete": "RunnerDeleteInput", "bulkRunnerDelete": "BulkRunnerDeleteInput", "runnerBulkPause": "RunnerBulkPauseInput",
	"runnerAssignToProject": "RunnerAssignToProjectInput", "runnerUnassignFromProject": "RunnerUnassignFromProjectInput",
	"runnersRegistrationTokenReset": "RunnersRegistrationTokenResetInput", "jobCancel": "JobCancelInput",
	"jobPlay": "JobPlayInput", "jobRetry": "JobRetryInput", "pipelineCancel": "PipelineCancelInput",
	"pipelineRetry": "PipelineRetryInput"}

// What runnerCreate makes is what REST shows, and what it refuses leaves the state as it is.
func TestCreateRunner(t *testing.T) {
	gl := company(t)
	a := mutating(t, gl, "oli", "runnerCreate", "runner { id shortSha } errors clientMutationId", object{
		"runnerType": "GROUP_TYPE", "groupId": groupGID(1001), "description": "made", "paused": true, "runUntagged": false,
		"tagList": []string{"go, linux", "arm"}, "accessLevel": "REF_PROTECTED", "maximumTimeout": 900, "locked": nil,
		"maintenanceNote": "with care", "clientMutationId": "17"})
	assert.Empty(t, a.errors())
	assert.Equal(t, "17", a.at("runnerCreate.clientMutationId"))
	made := gl.Runners()[slices.IndexFunc(gl.Runners(), func(r fg.Runner) bool { return r.Description == "made" })]
	assert.Equal(t, runnerGID(made.ID), a.at("runnerCreate.runner.id"))
	untagged := false
	gl.AssertRunner(t, fg.Runner{ID: made.ID, Type: fg.GroupRunner, Group: "acme", Description: "made", Paused: true,
		RunUntagged: &untagged, Tags: []string{"go", "linux", "arm"}, AccessLevel: fg.RefProtected, MaximumTimeout: 900e9,
		MaintenanceNote: "with care", CreatedBy: "oli", Token: made.Token, CreatedAt: gl.Now()})
	assert.Equal(t, "glrt-"+made.Token[5:], made.Token)
	assert.Equal(t, made.Token[5:13], a.at("runnerCreate.runner.shortSha"))

	before := gl.Snapshot()
	for _, c := range []struct {
		username string
		input    object
		message  string // of the field, or
		problems []any  // in the payload
		reason   string
	}{
		{"oli", object{"runnerType": "GROUP_TYPE"}, "`group_id` is missing", nil, "`group_id` is missing"},
		{"oli", object{"runnerType": "PROJECT_TYPE", "groupId": groupGID(1001)}, "`project_id` is missing", nil, "`project_id` is missing"},
		{"oli", object{"runnerType": "GROUP_TYPE", "groupId": groupGID(404)}, noResource, nil, "there is no group 404"},
		{"oli", object{"runnerType": "PROJECT_TYPE", "projectId": projectGID(404)}, noResource, nil, "there is no project 404"},
		{"mia", object{"runnerType": "GROUP_TYPE", "groupId": groupGID(1001)}, noResource, nil, "mia is Maintainer in acme; needs Owner"},
		{"dan", object{"runnerType": "PROJECT_TYPE", "projectId": projectGID(10001)}, noResource, nil, "dan is Developer in acme/shop; needs Maintainer"},
		{"oli", object{"runnerType": "INSTANCE_TYPE"}, noResource, nil, "oli is no administrator"},
		{"ada", object{"runnerType": "INSTANCE_TYPE", "accessLevel": nil, "maximumTimeout": 599}, "",
			[]any{"Access level can't be blank", "Maximum timeout needs to be at least 10 minutes"}, "GitLab's model refuses"},
	} {
		a := mutating(t, gl, c.username, "runnerCreate", "runner { id } errors", c.input)
		if c.message != "" {
			a.refuses(gl, "runnerCreate", c.message, c.reason)
		} else {
			assert.Empty(t, a.errors())
			assert.Nil(t, a.at("runnerCreate.runner"))
			assert.Equal(t, c.problems, a.at("runnerCreate.errors"))
		}
		gl.AssertSnapshot(t, before)
	}
}

// What GitLab hands on to a record that knows no such attribute makes GitLab fail, and leaves the state as it is.
func TestCreateRunnerWithStrayScope(t *testing.T) {
	gl := company(t)
	before := gl.Snapshot()
	for _, input := range []string{`runnerType: INSTANCE_TYPE, groupId: "` + groupGID(1001) + `"`,
		`runnerType: INSTANCE_TYPE, associatedProjects: ["` + projectGID(10001) + `"]`} {
		res := gql(t, gl, gl.Token("ada"), query("mutation { runnerCreate(input: {"+input+"}) { errors } }"))
		assert.Equal(t, `500 {"errors":[{"message":"Internal server error"}]}`, res.String())
		calls := gl.Calls("")
		assert.Contains(t, calls[len(calls)-1].Reason, "GitLab fails here: a new runner of instance_type has no ")
		gl.AssertSnapshot(t, before)
	}
}

// runnerUpdate changes what is given and nothing else, and all of it or nothing.
func TestUpdateRunner(t *testing.T) {
	gl := company(t)
	before, _ := gl.Runner(100021)
	a := mutating(t, gl, "mia", "runnerUpdate", "runner { description active tagList maximumTimeout maintenanceNote } errors", object{
		"id": runnerGID(100021), "description": "other", "active": false, "maximumTimeout": nil, "maintenanceNote": ""})
	assert.Empty(t, a.errors())
	after, _ := gl.Runner(100021)
	before.Description, before.Paused, before.MaximumTimeout, before.MaintenanceNote = "other", true, 0, ""
	assert.Equal(t, before, after)
	assert.Equal(t, "", a.at("runnerUpdate.runner.maintenanceNote"))
	assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners/100021").Status)

	snapshot := gl.Snapshot()
	api := []string{projectGID(10002)}
	for name, c := range map[string]struct {
		username string
		input    object
		message  string
		problems []any
		reason   string
	}{
		"no right":  {"dan", object{"id": runnerGID(100021)}, noResource, nil, "dan is Developer in a project of the runner"},
		"no runner": {"mia", object{"id": runnerGID(404)}, noResource, nil, "there is no runner 404"},
		"projects of a group runner": {"oli", object{"id": runnerGID(100011), "associatedProjects": api},
			"associatedProjects must not be specified for 'group_type' scope", nil, ""},
		"a bad value beside projects": {"mia", object{"id": runnerGID(100023), "associatedProjects": api, "maximumTimeout": 1}, "",
			[]any{"Maximum timeout needs to be at least 10 minutes"}, "GitLab's model refuses"},
		"a project without rights": {"ann", object{"id": runnerGID(100023), "associatedProjects": api}, "",
			[]any{"user is not authorized to add runners to project"}, "ann is no member of acme/backend/api; needs Maintainer"},
	} {
		t.Run(name, func(t *testing.T) {
			gl := company(t)
			gl.AddUser(fg.User{Username: "ann"})
			gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Members = fg.Members{"ann": fg.Maintainer} })
			snapshot := gl.Snapshot()
			a := mutating(t, gl, c.username, "runnerUpdate", "runner { id } errors", c.input)
			if c.message != "" {
				a.refuses(gl, "runnerUpdate", c.message, c.reason)
			} else {
				assert.Nil(t, a.at("runnerUpdate.runner"))
				assert.Equal(t, c.problems, a.at("runnerUpdate.errors"))
			}
			gl.AssertSnapshot(t, snapshot)
		})
	}
	gl.AssertSnapshot(t, snapshot)
}

// A locked runner gets no other projects but from an administrator, and a plan limit holds for each project.
func TestProjectsOfRunner(t *testing.T) {
	gl := company(t)
	gl.UpdateRunner(100023, func(r *fg.Runner) { r.Locked = true })
	input := object{"id": runnerGID(100023), "associatedProjects": []string{projectGID(10002), projectGID(10002), projectGID(404)}}
	a := mutating(t, gl, "mia", "runnerUpdate", "errors", input)
	assert.Equal(t, []any{"user not allowed to assign runner"}, a.at("runnerUpdate.errors"))
	gl.UpdateSettings(func(s *fg.Settings) { s.MaxProjectRunners = 1 })
	a = mutating(t, gl, "ada", "runnerUpdate", "errors", input)
	assert.Equal(t, []any{"failed to assign projects to runner"}, a.at("runnerUpdate.errors"))
	r, _ := gl.Runner(100023)
	assert.Equal(t, []string{"acme/shop"}, r.Projects)

	gl.UpdateSettings(func(s *fg.Settings) { s.MaxProjectRunners = 0 })
	a = mutating(t, gl, "ada", "runnerUpdate", "errors runner { projects { nodes { fullPath } } ownerProject { fullPath } }", input)
	assert.Equal(t, []any{"acme/backend/api", "acme/shop"}, a.all("runnerUpdate.runner.projects.nodes", "fullPath"))
	assert.Equal(t, "acme/shop", a.at("runnerUpdate.runner.ownerProject.fullPath"))
	input["associatedProjects"] = []string{}
	mutating(t, gl, "ada", "runnerUpdate", "errors", input)
	r, _ = gl.Runner(100023)
	assert.Equal(t, []string{"acme/shop"}, r.Projects)
}

// Several runners at once: what is said of those that stay as they are, and that 50 is the most.
func TestBulk(t *testing.T) {
	gl := company(t, fg.WithVersion("17.11"))
	all := func(ids ...int) (gids []string) {
		for _, id := range ids {
			gids = append(gids, runnerGID(id))
		}
		return gids
	}
	const deletion, pausing = "deletedCount deletedIds errors", "updatedCount updatedRunners { id paused } errors"
	mutating(t, gl, "mia", "bulkRunnerDelete", deletion, object{}).
		is(`{"bulkRunnerDelete":{"deletedCount":null,"deletedIds":null,"errors":[]}}`)
	mutating(t, gl, "mia", "bulkRunnerDelete", deletion, object{"ids": all(100001, 100011, 100021, 100022)}).
		is(`{"bulkRunnerDelete":{"deletedCount":1,"deletedIds":["gid://gitlab/Ci::Runner/100021"],
			"errors":["User does not have permission to delete runner(s) #100001, #100011, #100022"]}}`)
	mutating(t, gl, "mia", "bulkRunnerDelete", deletion, object{"ids": all(100001)}).
		is(`{"bulkRunnerDelete":{"deletedCount":0,"deletedIds":[],"errors":["User does not have permission to delete any of the runners"]}}`)
	mutating(t, gl, "mia", "runnerBulkPause", pausing, object{"ids": all(404), "paused": true}).
		is(`{"runnerBulkPause":{"updatedCount":0,"updatedRunners":[],"errors":[]}}`)
	mutating(t, gl, "mia", "runnerBulkPause", pausing, object{"ids": all(100001), "paused": true}).
		is(`{"runnerBulkPause":{"updatedCount":0,"updatedRunners":[],"errors":["User does not have permission to update / pause any of the runners"]}}`)
	mutating(t, gl, "mia", "runnerBulkPause", pausing, object{"ids": all(100023, 100001, 100023), "paused": true}).
		is(`{"runnerBulkPause":{"updatedCount":1,"updatedRunners":[{"id":"gid://gitlab/Ci::Runner/100023","paused":true}],
			"errors":["User does not have permission to update / pause runner(s) #100001"]}}`)

	var many []int
	for range 51 {
		many = append(many, gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}}).ID)
	}
	a := mutating(t, gl, "mia", "runnerBulkPause", pausing, object{"ids": all(many[:50]...), "paused": true})
	assert.Equal(t, []any{}, a.at("runnerBulkPause.errors"))
	a = mutating(t, gl, "mia", "runnerBulkPause", pausing, object{"ids": all(many...), "paused": true})
	assert.Equal(t, []any{"Can only pause up to 50 runners per call. Ignored the remaining runner(s)."}, a.at("runnerBulkPause.errors"))
	a = mutating(t, gl, "mia", "bulkRunnerDelete", deletion, object{"ids": all(many...)})
	assert.Equal(t, 50.0, a.at("bulkRunnerDelete.deletedCount"))
	assert.Equal(t, []any{"Can only delete up to 50 runners per call. Ignored the remaining runner(s)."}, a.at("bulkRunnerDelete.errors"))
	last, _ := gl.Runner(many[50])
	assert.False(t, last.Paused)
}

// Assigning and unassigning, and each way in which they are refused.
func TestAssignAndUnassign(t *testing.T) {
	gl := company(t, fg.WithVersion("18.4"))
	const assign, unassign = "runnerAssignToProject", "runnerUnassignFromProject"
	to := func(id int, path string) object { return object{"runnerId": runnerGID(id), "projectPath": path} }
	payload := func(username, name string, input object) any {
		a := mutating(t, gl, username, name, "errors", input)
		assert.Empty(t, a.errors())
		return a.at(name + ".errors")
	}
	gl.AddUser(fg.User{Username: "ann"})
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Members = fg.Members{"ann": fg.Maintainer} })

	assert.Equal(t, []any{}, payload("mia", assign, to(100023, "ACME/backend/api")))
	assert.Equal(t, []any{}, payload("mia", assign, to(100023, "acme/backend/api"))) // already is no error
	r, _ := gl.Runner(100023)
	assert.Equal(t, []string{"acme/shop", "acme/backend/api"}, r.Projects)
	before := gl.Snapshot()
	mutating(t, gl, "mia", assign, "errors", to(100023, "acme/none")).refuses(gl, assign, noResource, `there is no project "acme/none"`)
	mutating(t, gl, "mia", assign, "errors", to(404, "acme/shop")).refuses(gl, assign, noResource, "there is no runner 404")
	mutating(t, gl, "dan", assign, "errors", to(100024, "acme/shop")).refuses(gl, assign, noResource, "dan is Developer")
	mutating(t, gl, "ada", assign, "errors", to(100001, "acme/shop")).refuses(gl, assign, "Runner is not a project runner", "")
	assert.Equal(t, []any{"user is not authorized to add runners to project"}, payload("ann", assign, to(100025, "acme/backend/api")))
	gl.AssertSnapshot(t, before)
	gl.UpdateSettings(func(s *fg.Settings) { s.MaxProjectRunners = 1 })
	assert.Equal(t, []any{"Assign to Validation failed: Runner projects base Maximum number of ci registered project runners (1) exceeded"},
		payload("mia", assign, to(100025, "acme/backend/api")))

	before = gl.Snapshot()
	mutating(t, gl, "mia", unassign, "errors", to(100021, "acme/backend/api")).
		refuses(gl, unassign, noResource, "no runner 100021 is assigned to acme/backend/api")
	assert.Equal(t, []any{"You cannot unassign a runner from the owner project. Delete the runner instead"},
		payload("mia", unassign, to(100023, "acme/shop")))
	assert.Equal(t, []any{"User not allowed to manage project's runners"}, payload("dan", unassign, to(100023, "acme/backend/api")))
	gl.AssertSnapshot(t, before)
	assert.Equal(t, []any{}, payload("mia", unassign, to(100023, "acme/backend/api")))
	gl.UpdateRunner(100022, func(r *fg.Runner) { r.Locked = true })
	assert.Equal(t, []any{"Runner is locked"}, payload("mia", unassign, to(100022, "acme/backend/api")))
}

// Registration tokens: the new one is what registers from then on, and each way in which none is made.
func TestResetRegistrationToken(t *testing.T) {
	gl := company(t)
	const name = "runnersRegistrationTokenReset"
	for _, c := range []struct {
		username string
		input    object
	}{{"ada", object{"type": "INSTANCE_TYPE"}}, {"oli", object{"type": "GROUP_TYPE", "id": groupGID(1001)}},
		{"mia", object{"type": "PROJECT_TYPE", "id": projectGID(10001)}}} {
		a := mutating(t, gl, c.username, name, "token errors", c.input)
		require.Empty(t, a.errors())
		registered := testkit.Ask(t, gl, "", "POST", "/runners", testkit.WithForm("token="+a.at(name+".token").(string)))
		assert.Equal(t, 201, registered.Status, registered.Body)
	}
	before := gl.Snapshot()
	for message, input := range map[string]object{
		"id must not be specified for 'instance_type' scope":     {"type": "INSTANCE_TYPE", "id": groupGID(1001)},
		" is not a valid GitLab ID.":                             {"type": "GROUP_TYPE"},
		"nonsense is not a valid GitLab ID.":                     {"type": "GROUP_TYPE", "id": "nonsense"},
		"gid://gitlab/Group/1001 is not a valid ID for Project.": {"type": "PROJECT_TYPE", "id": groupGID(1001)},
		noResource: {"type": "PROJECT_TYPE", "id": projectGID(404)},
	} {
		mutating(t, gl, "ada", name, "token", input).refuses(gl, name, message, "")
	}
	mutating(t, gl, "mia", name, "token", object{"type": "GROUP_TYPE", "id": groupGID(1001)}).
		refuses(gl, name, noResource, "mia is Maintainer in acme; needs Owner")
	gl.AssertSnapshot(t, before)
}

// Jobs: each mutation is the same transition as REST's.
func TestJobMutations(t *testing.T) {
	job := func(gl *fg.Fake, status fg.JobStatus) fg.Job {
		jobs := gl.Jobs()
		i := slices.IndexFunc(jobs, func(j fg.Job) bool { return j.Status == status })
		require.GreaterOrEqual(t, i, 0, status)
		return jobs[i]
	}
	const fields = "job { id status } errors"
	for _, status := range []fg.JobStatus{fg.JobRunning, fg.JobPending, fg.JobSuccess, fg.JobManual, fg.JobScheduled, fg.JobFailed,
		fg.JobCanceled, fg.JobSkipped, fg.JobCanceling} {
		for name, path := range map[string]string{"jobCancel": "cancel", "jobRetry": "retry", "jobPlay": "play"} {
			over, by := company(t), company(t)
			j := job(over, status)
			rest := testkit.Ask(t, over, over.Token("mia"), "POST", fmt.Sprintf("/projects/%s/jobs/%d/%s", url.PathEscape(j.Project), j.ID, path))
			a := mutating(t, by, "mia", name, fields, object{"id": jobGID(j.ID)})
			assert.Empty(t, a.errors())
			if name == "jobCancel" && (status == fg.JobManual || status == fg.JobScheduled) {
				// app/services/ci/build_cancel_service.rb looks first whether the job is cancelable; REST does not.
				assert.Equal(t, status, job(by, status).Status)
				assert.Equal(t, strings.ToUpper(string(status)), a.at("jobCancel.job.status"))
				continue
			}
			if name == "jobPlay" && status != fg.JobManual && status != fg.JobScheduled {
				continue // REST asks first whether people play the job at all
			}
			assert.Empty(t, cmp.Diff(over.Jobs(), by.Jobs()), "%s of a job that is %s: %s", name, status, rest)
			if name == "jobRetry" && rest.Status == 403 {
				a.is(`{"jobRetry":{"job":null,"errors":["Job cannot be retried"]}}`)
			}
		}
	}
	gl := company(t)
	manual := job(gl, fg.JobManual)
	mutating(t, gl, "mia", "jobPlay", fields, object{"id": jobGID(manual.ID), "variables": []object{{"key": "A", "value": "b"}}}).
		is(fmt.Sprintf(`{"jobPlay":{"job":{"id":"%s","status":"PENDING"},"errors":[]}}`, jobGID(manual.ID)))
	played, _ := gl.Job(manual.ID)
	assert.Equal(t, "mia", played.User)
	assert.Equal(t, fg.JobVariables{{Key: "A", Value: "b"}}, played.Variables)
	assert.Equal(t, manual.Spec.Variables, played.Spec.Variables, "which is what its file says")
	mutating(t, gl, "mia", "jobCancel", fields, object{"id": jobGID(404)}).refuses(gl, "jobCancel", noResource, "there is no job 404")
	mutating(t, gl, "ria", "jobCancel", fields, object{"id": jobGID(manual.ID)}).refuses(gl, "jobCancel", noResource, "ria is Reporter")
	mutating(t, gl, "sam", "jobRetry", fields, object{"id": jobGID(manual.ID)}).refuses(gl, "jobRetry", noResource, "sam is no member of acme/backend/api")
	over := job(gl, fg.JobSuccess)
	mutating(t, gl, "mia", "jobPlay", fields, object{"id": jobGID(over.ID)}). // what is over is tried again, of which only newer versions tell
											is(fmt.Sprintf(`{"jobPlay":{"job":{"id":"%s","status":"SUCCESS"},"errors":[]}}`, jobGID(over.ID)))
	assert.Equal(t, over.Name, gl.Jobs()[len(gl.Jobs())-1].Name)
	newer := company(t, fg.WithVersion("18.10"))
	mutating(t, newer, "mia", "jobPlay", fields, object{"id": jobGID(job(newer, fg.JobRunning).ID)}).
		is(`{"jobPlay":{"job":null,"errors":["Job is not retryable"]}}`)
}

// Variables at play are for those who may give some to pipelines; when a job is tried again, others take their place.
func TestVariablesOfPlayedJobs(t *testing.T) {
	gl := fg.New(t, fg.WithScenario(testkit.MiasWorld()), fg.WithInMemoryNetwork())
	manual := gl.AddJob(fg.Job{Project: "acme/shop", Name: "ship", Status: fg.JobManual})
	const fields = "job { id status } errors"
	input := func(id int, value string, keys ...string) object {
		variables := []object{}
		for _, key := range keys {
			variables = append(variables, object{"key": key, "value": value})
		}
		return object{"id": jobGID(id), "variables": variables}
	}
	ask := func(mutation string, id int, keys ...string) answer {
		return mutating(t, gl, "mia", mutation, fields, input(id, "of "+mutation, keys...))
	}
	gl.UpdateProject("acme/shop", func(p *fg.Project) {
		p.Attributes = map[string]string{"restrict_user_defined_variables": "true",
			"ci_pipeline_variables_minimum_override_role": "no_one_allowed"}
	})
	before := gl.Snapshot()
	refused := gql(t, gl, gl.Token("mia"), asking(object{"variables": object{"input": input(manual.ID, "x", "A")},
		"query": "mutation($input: JobPlayInput!) { jobPlay(input: $input) { " + fields + " } }"}))
	assert.Equal(t, 500, refused.Status)
	assert.JSONEq(t, `{"errors":[{"message":"Internal server error"}]}`, refused.Body)
	gl.AssertSnapshot(t, before)
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Attributes = nil })

	assert.Empty(t, ask("jobPlay", manual.ID, "B", "A", "B").errors())
	last := func() fg.Job { return gl.Jobs()[len(gl.Jobs())-1] }
	given := fg.JobVariables{{Key: "A", Value: "of jobPlay"}, {Key: "B", Value: "of jobPlay"}}
	assert.Equal(t, given, last().Variables)
	gl.CancelJob(manual.ID)
	ask("jobRetry", manual.ID)
	assert.Equal(t, given, last().Variables)
	gl.CancelJob(last().ID)
	ask("jobRetry", last().ID, "C")
	assert.Equal(t, fg.JobVariables{{Key: "C", Value: "of jobRetry"}}, last().Variables)
}

// Pipelines: all that can be canceled is, and a retry tries what ended badly again, a stage after the other.
func TestPipelineMutations(t *testing.T) {
	gl := fg.New(t, fg.WithScenario(testkit.MiasWorld()), fg.WithInMemoryNetwork())
	for i, j := range []fg.Job{{Name: "lint", Status: fg.JobSuccess}, {Name: "test", Status: fg.JobFailed},
		{Name: "deploy", Stage: "deploy", StageIndex: 2, Status: fg.JobSkipped}, {Name: "pack", Stage: "pack", StageIndex: 1, Status: fg.JobCanceled}} {
		j.ID, j.Project, j.PipelineID = 81+i, "acme/shop", 9
		gl.AddJob(j)
	}
	const id = "gid://gitlab/Ci::Pipeline/9"
	mutating(t, gl, "sam", "pipelineCancel", "errors", object{"id": id}).refuses(gl, "pipelineCancel", noResource, "sam is no member of acme/shop")
	mutating(t, gl, "mia", "pipelineCancel", "errors", object{"id": id}).is(`{"pipelineCancel":{"errors":["Pipeline is not cancelable"]}}`)
	a := mutating(t, gl, "mia", "pipelineRetry", "pipeline { status totalJobs jobs(retried: false) { nodes { name status } } } errors", object{"id": id})
	assert.Equal(t, "RUNNING", a.at("pipelineRetry.pipeline.status"))
	assert.Equal(t, []any{"pack", "test", "deploy", "lint"}, a.all("pipelineRetry.pipeline.jobs.nodes", "name"))
	assert.Equal(t, []any{"CREATED", "PENDING", "CREATED", "SUCCESS"}, a.all("pipelineRetry.pipeline.jobs.nodes", "status"))

	mutating(t, gl, "mia", "pipelineCancel", "errors", object{"id": id}).is(`{"pipelineCancel":{"errors":[]}}`)
	shown := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/acme%2Fshop/jobs")
	var jobs []struct{ Status string }
	require.NoError(t, json.Unmarshal([]byte(shown.Body), &jobs))
	var statuses []string
	for _, j := range jobs {
		statuses = append(statuses, j.Status)
	}
	assert.Equal(t, []string{"canceled", "canceled", "canceled", "canceled", "failed", "success"}, statuses)
	mutating(t, gl, "sam", "pipelineRetry", "errors", object{"id": id}).refuses(gl, "pipelineRetry", noResource, "sam is no member")
	mutating(t, gl, "mia", "pipelineRetry", "errors", object{"id": "gid://gitlab/Ci::Pipeline/404"}).
		refuses(gl, "pipelineRetry", noResource, "there is no pipeline 404")
}
