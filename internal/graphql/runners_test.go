package graphql_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Every field of a runner and of its machine, where they say the same as REST and where they do not.
func TestRunnerFields(t *testing.T) {
	gl := fleet(t, fg.WithVersion("18.4"))
	gl.UpdateRunner(5, func(r *fg.Runner) {
		r.Locked, r.MaximumTimeout, r.AccessLevel, r.MaintenanceNote = true, 20*time.Minute, fg.RefProtected, "# Keep\n\n- it *up*\n- `a<b`"
	})
	run(t, gl, "mia", `{ runner(id: "`+runnerGID(5)+`") { accessLevel active contactedAt createdAt createdBy { id username name webUrl webPath }
		creationMethod creationState description groups { nodes { id } } id jobCount jobExecutionStatus locked maintenanceNote
		maintenanceNoteHtml maximumTimeout ownerProject { fullPath } paused projectCount runUntagged runnerType shortSha status tagList
		tokenExpiresAt userPermissions { readRunner updateRunner deleteRunner assignRunner } adminUrl editAdminUrl registerAdminUrl
		managers { nodes { architectureName contactedAt createdAt executorName id ipAddress jobExecutionStatus platformName revision
			runner { id } status systemId version } } } }`).
		is(fmt.Sprintf(`{"runner":{"accessLevel":"REF_PROTECTED","active":true,"contactedAt":"2024-07-01T12:00:00Z",
			"createdAt":"2024-07-01T12:00:00Z","createdBy":{"id":"gid://gitlab/User/2","username":"mia","name":"mia","webUrl":"%s/mia","webPath":"/mia"},
			"creationMethod":"AUTHENTICATED_USER","creationState":"FINISHED","description":"shop","groups":null,"id":"gid://gitlab/Ci::Runner/5",
			"jobCount":2,"jobExecutionStatus":"ACTIVE","locked":true,"maintenanceNote":"# Keep\n\n- it *up*\n- `+"`a<b`"+`",
			"maintenanceNoteHtml":"<h1 dir=\"auto\">Keep</h1>\n<ul dir=\"auto\">\n<li>it <em>up</em></li>\n<li><code>a&lt;b</code></li>\n</ul>",
			"maximumTimeout":1200,"ownerProject":{"fullPath":"acme/shop"},"paused":false,"projectCount":1,"runUntagged":true,
			"runnerType":"PROJECT_TYPE","shortSha":"shop-tok","status":"ONLINE","tagList":["go","linux"],"tokenExpiresAt":null,
			"userPermissions":{"readRunner":true,"updateRunner":true,"deleteRunner":true,"assignRunner":false},
			"adminUrl":null,"editAdminUrl":null,"registerAdminUrl":null,
			"managers":{"nodes":[{"architectureName":"amd64","contactedAt":"2024-07-01T12:00:00Z","createdAt":"2024-07-01T12:00:00Z",
				"executorName":null,"id":"gid://gitlab/Ci::RunnerManager/1000001","ipAddress":"10.0.0.1","jobExecutionStatus":"ACTIVE",
				"platformName":"linux","revision":"abc","runner":{"id":"gid://gitlab/Ci::Runner/5"},"status":"ONLINE","systemId":"s_1",
				"version":"17.2.0"}]}}}`, gl.URL()))
	calls := gl.Calls("")
	assert.Contains(t, calls[len(calls)-1].Reason, "runner.adminUrl: mia is no administrator")
}

// The token of a new runner and the page that says how to register it, for who made it, for an hour, until it is used.
func TestEphemeralToken(t *testing.T) {
	gl := company(t, fg.WithVersion("18.4"))
	a := mutating(t, gl, "oli", "runnerCreate", "runner { id }", object{"runnerType": "GROUP_TYPE", "groupId": groupGID(1001)})
	id := a.at("runnerCreate.runner.id")
	const document = `query($id: CiRunnerID!) { runner(id: $id) { ephemeralAuthenticationToken ephemeralRegisterUrl registerAdminUrl creationState } }`
	of := func(username string) []any {
		a := run(t, gl, username, document, object{"id": id})
		return []any{a.at("runner.ephemeralAuthenticationToken") != nil, a.at("runner.ephemeralRegisterUrl"),
			a.at("runner.registerAdminUrl"), a.at("runner.creationState")}
	}
	var number int
	_, err := fmt.Sscanf(id.(string), "gid://gitlab/Ci::Runner/%d", &number)
	assert.NoError(t, err)
	page := fmt.Sprintf("%s/groups/acme/-/runners/%d/register", gl.URL(), number)
	admin := fmt.Sprintf("%s/admin/runners/%d/register", gl.URL(), number)
	assert.Equal(t, []any{true, page, nil, "STARTED"}, of("oli"))
	assert.Equal(t, []any{false, nil, admin, "STARTED"}, of("ada"))
	calls := gl.Calls("")
	assert.Contains(t, calls[len(calls)-1].Reason, "ada did not make runner")
	gl.Advance(time.Hour - time.Second)
	assert.Equal(t, []any{true, page, nil, "STARTED"}, of("oli"))
	gl.Advance(time.Second)
	assert.Equal(t, []any{false, nil, nil, "STARTED"}, of("oli"))
	gl.ContactRunner(number, fg.RunnerManager{SystemID: "s"})
	assert.Equal(t, []any{false, nil, nil, "FINISHED"}, of("ada"))
}

// In the time before 17.0 a runner says of its machine what its manager says later.
func TestMachineOfRunner(t *testing.T) {
	gl := fleet(t, fg.WithVersion("16.11"))
	gl.UpdateRunner(5, func(r *fg.Runner) { r.Managers[0].Executor = "docker_windows" })
	const machine = `version revision ipAddress executorName architectureName platformName`
	want := `{"version":"17.2.0","revision":"abc","ipAddress":"10.0.0.1","executorName":"docker-windows","architectureName":"amd64","platformName":"linux"}`
	run(t, gl, "mia", `{ runner(id: "`+runnerGID(5)+`") { `+machine+` } }`).is(`{"runner":` + want + `}`)
	run(t, gl, "mia", `{ runner(id: "`+runnerGID(5)+`") { managers { nodes { `+machine+` } } } }`).is(`{"runner":{"managers":{"nodes":[` + want + `]}}}`)
	run(t, gl, "mia", `{ runner(id: "`+runnerGID(7)+`") { version } }`).is(`{"runner":{"version":null}}`)
}

// What lists of runners are narrowed by.
func TestNarrowedRunners(t *testing.T) {
	gl := company(t, fg.WithVersion("17.8"))
	ids := func(username, path, arguments, around string) (ids []any) {
		document := "{ runners" + arguments + " { nodes { id } } }"
		if around != "" {
			document = "{ " + around + document + " }"
		}
		a := run(t, gl, username, document)
		assert.Empty(t, a.errors(), document)
		return a.all(path, "id")
	}
	token, _ := gl.Runner(100021)
	for arguments, want := range map[string][]int{
		`(type: GROUP_TYPE, status: STALE)`:                 {100013},
		`(type: GROUP_TYPE, status: OFFLINE)`:               {100013, 100012},
		`(type: GROUP_TYPE, status: ACTIVE, active: false)`: {100014, 100013, 100012, 100011},
		`(type: GROUP_TYPE, status: PAUSED)`:                {100015},
		`(type: GROUP_TYPE, active: true)`:                  {100014, 100013, 100012, 100011},
		`(type: GROUP_TYPE, active: true, paused: true)`:    {100015},
		`(tagList: ["deploy"])`:                             {100011},
		`(tagList: ["docker", "nope"])`:                     {},
		`(search: "PROJECT-on")`:                            {100021},
		`(search: "` + token.Token + `")`:                   {100021},
		`(search: "` + token.Token[:20] + `")`:              {},
		`(creatorUsername: "OLI", status: ONLINE)`:          {100015, 100011},
		`(creatorUsername: "none")`:                         {},
		`(creatorId: "gid://gitlab/User/404")`:              {},
		`(ownerFullPath: "acme/backend")`:                   {100014},
		`(ownerFullPath: "acme/backend/api")`:               {100024, 100022},
		`(ownerFullPath: "acme/none")`:                      {},
		`(ownerWildcard: ADMINISTRATORS, status: ONLINE)`:   {100005, 100001},
		`(versionPrefix: "99.")`:                            {},
		`(type: PROJECT_TYPE, versionPrefix: "a.b")`:        {100024, 100025, 100023, 100022, 100021},
		`(upgradeStatus: AVAILABLE)`:                        {},
	} {
		wanted := []any(nil)
		for _, id := range want {
			wanted = append(wanted, runnerGID(id))
		}
		assert.Equal(t, wanted, ids("ada", "runners.nodes", arguments, ""), arguments)
	}
	for membership, want := range map[string]int{"DIRECT": 1, "DESCENDANTS": 3, "ALL_AVAILABLE": 12} {
		assert.Len(t, ids("oli", "group.runners.nodes", "(membership: "+membership+")", `group(fullPath: "acme/backend") `), want, membership)
	}
	assert.Len(t, ids("mia", "project.runners.nodes", "", `project(fullPath: "acme/backend/api") `), 12)
}

// A user's own runners, and those that a project may still get.
func TestRunnersOfUser(t *testing.T) {
	gl := company(t, fg.WithVersion("18.3"))
	own := run(t, gl, "mia", `{ currentUser { runners { nodes { id } } } }`)
	over := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners")
	assert.Len(t, own.at("currentUser.runners.nodes"), len(over.Each(t, "id")))
	a := run(t, gl, "mia", `{ currentUser { runners(assignableToProjectPath: "acme/backend/api") { nodes { id } } } }`)
	assert.Equal(t, []any{runnerGID(100025), runnerGID(100023)}, a.all("currentUser.runners.nodes", "id"))
	assert.Len(t, run(t, gl, "mia", `{ currentUser { runners(assignableToProjectPath: "none") { count } } }`).body, 1)
	run(t, gl, "", `{ currentUser { runners { count } } }`).is(`{"currentUser":null}`)
}

// What a query costs by GitLab's rule, and that too dear ones are refused.
func TestCosts(t *testing.T) {
	gl := company(t)
	score := func(rest string) any {
		return run(t, gl, "ada", "{ queryComplexity { score } "+rest+" }").at("queryComplexity.score")
	}
	base := score("")
	assert.Equal(t, 2.0, base)
	for document, want := range map[string]float64{
		`runner(id: "` + runnerGID(100001) + `") { id status }`:                                    3,
		`runners { nodes { id } }`:                                                                 (1 + 1 + 1) * 2,
		`runners(first: 10) { nodes { id } }`:                                                      3, // 3.3
		`runners(first: 10, search: "x", sort: CREATED_ASC) { nodes { id } }`:                      9, // (1+6+2) * 1.1 = 9.9
		`runners(first: 100, search: null) { count }`:                                              4,
		`project(fullPath: "acme/shop") { forksCount pipelines(ref: "main", first: 1) { count } }`: 1 + 2 + 4, // 4.04
	} {
		assert.Equal(t, want, score(document).(float64)-base.(float64), document)
	}
	dear := `query($n: Int) { `
	for i := range 9 {
		dear += fmt.Sprintf(`a%d: runners(first: $n) { nodes { id status paused description shortSha tagList locked runnerType jobCount createdAt } } `, i)
	}
	assert.Equal(t, []string{"Query has complexity of 216, which exceeds max complexity of 200"},
		run(t, gl, "", dear+"}").errors())
	assert.Empty(t, run(t, gl, "ada", dear+"}").errors())
}

// Queries that go round in circles are refused.
func TestRecursion(t *testing.T) {
	gl := company(t)
	circle := `{ runner(id: "` + runnerGID(100022) + `") { jobs { nodes { runner { managers { nodes { runner { id } } } } } } } }`
	assert.Equal(t, []string{"Recursive query - too many of fields '{\"runner\"=>3}' detected\nin single branch of the query\")\n"},
		run(t, gl, "ada", circle).errors())
	assert.Empty(t, run(t, gl, "ada", `{ runner(id: "`+runnerGID(100022)+`") { managers { nodes { runner { id } } } } }`).errors())
	deeper := strings.Replace(circle, "runner { id }", "runner { managers { nodes { runner { id } } } }", 1)
	assert.Equal(t, []string{"Recursive query - too many of fields '{\"runner\"=>4}' detected\nin single branch of the query\")\n"},
		run(t, gl, "ada", deeper).errors())
}

// A field that a document may ask for once may be asked for once in each document.
func TestOncePerDocument(t *testing.T) {
	gl := company(t)
	jobs := `{ runner(id: "` + runnerGID(100022) + `") { jobs { count } } }`
	res := gql(t, gl, gl.Token("ada"), asking([]any{object{"query": jobs}, object{"query": jobs}}))
	assert.NotContains(t, res.Body, "errors")
	a := run(t, gl, "ada", `{ a: project(fullPath: "acme/shop") { jobs { count } } b: project(fullPath: "acme/backend/api") { jobs { count } } }`)
	assert.Equal(t, []string{`"jobs" field can be requested only for 1 Project(s) at a time.`}, a.errors())
}
