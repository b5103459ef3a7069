package rest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What an answer says and what a later GET says agree, to the byte.
func TestALifeAgreesWithItself(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	created := testkit.Ask(t, gl, mia, "POST", "/user/runners",
		testkit.WithForm("runner_type=project_type&project_id=10001&description=new&tag_list=z,a,m&maximum_timeout=600"))
	require.Equal(t, 201, created.Status, created.Body)
	id := int(created.Field(t, "id").(float64))
	path := "/runners/" + strconv.Itoa(id)
	first := testkit.Ask(t, gl, mia, "GET", path)
	assert.Equal(t, []any{"z", "a", "m"}, first.Field(t, "tag_list"), "tags keep their order")
	assert.Equal(t, "never_contacted", first.Field(t, "status"))
	assert.Nil(t, first.Field(t, "online"))

	for _, change := range []string{`{"description":"renamed","tag_list":["b","a"]}`, `{"paused":true}`,
		`{"maximum_timeout":null,"description":""}`} {
		updated := testkit.Ask(t, gl, mia, "PUT", path, testkit.WithJSON(change))
		require.Equal(t, 200, updated.Status, updated.Body)
		got := testkit.Ask(t, gl, mia, "GET", path)
		assert.Equal(t, updated.Body, got.Body)
		assert.Equal(t, updated.Header.Get("ETag"), got.Header.Get("ETag"))
	}
	last := testkit.Ask(t, gl, mia, "GET", path)
	assert.Equal(t, "", last.Field(t, "description"), "an empty text is not null")
	assert.Nil(t, last.Field(t, "maximum_timeout"))
	assert.Equal(t, true, last.Field(t, "paused"))
	assert.Equal(t, false, last.Field(t, "active"))

	assert.Equal(t, "204", testkit.Ask(t, gl, mia, "DELETE", path).String())
	assert.Equal(t, `404 {"message":"404 Not found"}`, testkit.Ask(t, gl, mia, "GET", path).String())
	assert.Equal(t, 403, testkit.Ask(t, gl, "", "POST", "/runners/verify",
		testkit.WithForm("token="+created.Field(t, "token").(string))).Status, "the token is dead")
}

func TestParametersOnDelete(t *testing.T) {
	multipart := "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nshop-token\r\n--b--\r\n"
	for name, c := range map[string]struct {
		query string
		body  func(*http.Request)
	}{
		"query":                     {query: "?token=shop-token"},
		"form":                      {body: testkit.WithForm("token=shop-token")},
		"JSON":                      {body: testkit.WithJSON(`{"token":"shop-token"}`)},
		"multipart":                 {body: testkit.WithBody("multipart/form-data; boundary=b", multipart)},
		"the body before the query": {query: "?token=other", body: testkit.WithForm("token=shop-token")},
	} {
		t.Run(name, func(t *testing.T) {
			gl := testkit.NewMia(t)
			change := []func(*http.Request){}
			if c.body != nil {
				change = append(change, c.body)
			}
			assert.Equal(t, "204", testkit.Ask(t, gl, "", "DELETE", "/runners"+c.query, change...).String())
			gl.AssertRunnerGone(t, 5)
		})
	}
}

func TestSpellingsOfParameters(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	for spelling, want := range map[string]any{"true": true, "True": true, "1": true, "on": true, "Y": true,
		"false": false, "F": false, "0": false, "Off": false, "no": false} {
		got := testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithForm("paused="+spelling))
		assert.Equal(t, want, got.Field(t, "paused"), spelling)
	}
	for _, body := range []string{`{"paused":true}`, `{"paused":"true"}`, `{"paused":1}`} {
		assert.Equal(t, true, testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithJSON(body)).Field(t, "paused"), body)
	}
	for body, want := range map[string][]any{
		"tag_list=b,%20a,,b,": {"b", "a"}, "tag_list[]=b&tag_list[]=a": {"b", "a"},
		"tag_list[]=b,a&tag_list[]=c": {"b", "a", "c"}, "tag_list=": {},
	} {
		assert.Equal(t, want, testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithForm(body)).Field(t, "tag_list"), body)
	}
	for body, want := range map[string]string{
		"paused=tRue":                               `400 {"error":"paused is invalid"}`,
		"maximum_timeout=1.5":                       `400 {"error":"maximum_timeout is invalid"}`,
		"access_level=":                             `400 {"error":"access_level does not have a valid value"}`,
		"active=true&paused=false":                  `400 {"error":"active, paused are mutually exclusive"}`,
		"locked=x&access_level=y&maximum_timeout=z": `400 {"error":"locked is invalid, access_level does not have a valid value, maximum_timeout is invalid"}`,
		"nonsense=1":                                `400 {"error":"description, active, paused, tag_list, run_untagged, locked, access_level, maximum_timeout, maintenance_note are missing, at least one parameter must be provided"}`,
	} {
		assert.Equal(t, want, testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithForm(body)).String(), body)
	}
	testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithForm("pausd=1&description=x"))
	calls := gl.Calls(fakegitlab.UpdateRunner, fakegitlab.Param("description", "x"))
	require.Len(t, calls, 1)
	assert.Equal(t, []string{"pausd"}, calls[0].IgnoredParams)
}

func TestProjectsOfARunner(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("18.0"))
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/own", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	gl.AddProject(fakegitlab.Project{Path: "acme/open", Visibility: fakegitlab.Internal})
	gl.AddProject(fakegitlab.Project{Path: "acme/secret"})
	r := gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/secret", "acme/open", "acme/own"}})
	path := fmt.Sprintf("/runners/%d", r.ID)
	assert.Equal(t, []any{"acme/open", "acme/own"}, testkit.Ask(t, gl, gl.Token("mia"), "GET", path+"/projects").Each(t,
		"path_with_namespace"), "those that she may see")
	assert.Len(t, testkit.Ask(t, gl, gl.Token("mia"), "GET", path).Field(t, "projects"), 1,
		"those that she is a member of")
}

func TestSpellingsOfDates(t *testing.T) {
	for date, want := range map[string]int{"Sun, 19 Jan 2014 04:11:00 GMT": 412, "Fri, 9 Jan 2014 04:11:00 +0000": 412,
		"19 Jan 2014 04:11:00 GMT":  412,
		"2014-01-19 04:11:00 +0100": 412, "2014-01-19T04:11:00Z": 412, "2014-01-19": 412, "yesterday": 204} {
		assert.Equal(t, want, testkit.Ask(t, testkit.NewMia(t), "", "DELETE", "/runners?token=shop-token",
			testkit.WithHeader("If-Unmodified-Since", date)).Status, date)
	}
}

func TestLimitsHoldForChangesAlone(t *testing.T) {
	gl := fakegitlab.New(t)
	var tags []string
	for i := range 51 {
		tags = append(tags, fmt.Sprint("t", i))
	}
	long := strings.Repeat("d", 1025)
	r := gl.AddRunner(fakegitlab.Runner{Tags: tags, Description: long, Name: strings.Repeat("n", 257)})
	path, root := fmt.Sprintf("/runners/%d", r.ID), gl.AdminToken()
	assert.Equal(t, 200, testkit.Ask(t, gl, root, "PUT", path, testkit.WithForm("paused=1")).Status)
	assert.Equal(t, 200, testkit.Ask(t, gl, root, "PUT", path,
		testkit.WithForm("description="+long+"&tag_list="+strings.Join(tags, ","))).Status)
	assert.Equal(t, `400 {"message":{"tags_list":["Too many tags specified. Please limit the number of tags to 50"]}}`,
		testkit.Ask(t, gl, root, "PUT", path, testkit.WithForm("tag_list=x,"+strings.Join(tags, ","))).String())
	assert.Equal(t, `400 {"message":{"description":["is too long (maximum is 1024 characters)"]}}`,
		testkit.Ask(t, gl, root, "PUT", path, testkit.WithForm("description=x"+long)).String())
}

func TestModelRules(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	tags := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint("t", i))
		}
		return strings.Join(all, ",")
	}
	before := gl.Snapshot()
	for body, want := range map[string]string{
		"run_untagged=false": `{"tags_list":["can not be empty when runner is not allowed to pick untagged jobs"]}`,
		"tag_list=" +
			tags(51): `{"tags_list":["Too many tags specified. Please limit the number of tags to 50"]}`,
		"maximum_timeout=599":                            `{"maximum_timeout":["needs to be at least 10 minutes"]}`,
		"maintenance_note=" + strings.Repeat("n", 1025):  `{"maintenance_note":["is too long (maximum is 1024 characters)"]}`,
		"description=" + strings.Repeat("d", 1025):       `{"description":["is too long (maximum is 1024 characters)"]}`,
		"maximum_timeout=-1&run_untagged=0&description=": `{"maximum_timeout":["needs to be at least 10 minutes"],"tags_list":["can not be empty when runner is not allowed to pick untagged jobs"]}`,
	} {
		assert.Equal(t, `400 {"message":`+want+`}`, testkit.Ask(t, gl, mia, "PUT", "/runners/5",
			testkit.WithForm(body)).String())
	}
	assert.Equal(t, `400 {"message":{"access_level":["can't be blank"]}}`,
		testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithJSON(`{"access_level":null}`)).String())
	gl.AssertSnapshot(t, before)
	for _, body := range []string{"tag_list=" + tags(50), "maximum_timeout=600",
		"maintenance_note=" + strings.Repeat("ü", 1024), "run_untagged=false&tag_list=a"} {
		assert.Equal(t, 200, testkit.Ask(t, gl, mia, "PUT", "/runners/5", testkit.WithForm(body)).Status, body)
	}
	both := testkit.Ask(t, gl, mia, "POST", "/user/runners",
		testkit.WithForm("runner_type=project_type&project_id=10001&run_untagged=false&maximum_timeout=1"))
	assert.Equal(t,
		`400 {"message":"400 Bad request - Tags list can not be empty when runner is not allowed to pick untagged jobs and Maximum timeout needs to be at least 10 minutes"}`, both.String())
}

// A runner and its managers age by the one clock.
func TestStatusOverTime(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	status := func() string { return fmt.Sprint(testkit.Ask(t, gl, mia, "GET", "/runners/5").Field(t, "status")) }
	assert.Equal(t, "never_contacted", status())
	gl.ContactRunner(5, fakegitlab.RunnerManager{SystemID: "s_1"})
	assert.Equal(t, "online", status())
	gl.Advance(2*time.Hour - time.Second)
	assert.Equal(t, "online", status())
	gl.Advance(time.Second)
	assert.Equal(t, "offline", status(), "exactly two hours are too long")
	assert.Equal(t, fakegitlab.Offline, gl.RunnerStatus(5))
	gl.Advance(7*24*time.Hour - 2*time.Hour - time.Second)
	assert.Equal(t, "offline", status())
	gl.Advance(time.Second)
	assert.Equal(t, "stale", status())
	assert.Equal(t, []any{"stale"}, testkit.Ask(t, gl, mia, "GET", "/runners/5/managers").Each(t, "status"))
	gl.ContactRunner(5, fakegitlab.RunnerManager{SystemID: "s_1"})
	gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Paused = true })
	assert.Equal(t, "paused", status())
	assert.Equal(t, true, testkit.Ask(t, gl, mia, "GET", "/runners/5").Field(t, "online"),
		"a paused runner is online all the same")
	assert.Equal(t, fakegitlab.Online, gl.RunnerStatus(5))
}

func TestFilters(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	ada := gl.Token("ada")
	for query, want := range map[string][]any{
		"type=project_type&status=online":         {100021.0, 100025.0},
		"scope=shared&paused=true":                {100005.0},
		"status=offline&type=instance_type":       {100002.0, 100003.0},
		"status=never_contacted":                  {100004.0, 100014.0, 100024.0},
		"status=stale&scope=specific":             {100013.0, 100023.0},
		"status=paused":                           {100005.0, 100015.0, 100025.0},
		"status=active&type=group_type":           {100011.0, 100012.0, 100013.0, 100014.0},
		"tag_list=docker,linux&type=project_type": {100022.0, 100023.0, 100024.0, 100025.0},
		"tag_list[]=shop":                         {100021.0},
		"tag_list=":                               {},
		"version_prefix=17&type=group_type":       {100011.0, 100012.0, 100013.0, 100015.0},
		// 100001 has two managers of that version, which GitLab joins.
		"version_prefix=17.2.": {100001.0, 100001.0, 100002.0, 100003.0, 100005.0, 100011.0, 100012.0,
			100013.0, 100015.0, 100021.0, 100022.0, 100023.0, 100025.0},
		"version_prefix=1":                              {},
		"version_prefix=17.2.0.":                        {},
		"scope=offline&status=stale&type=instance_type": {100003.0},
	} {
		assert.Equal(t, want, testkit.Ask(t, gl, ada, "GET", "/runners/all?"+query).Each(t, "id"), query)
	}
	for path, want := range map[string]string{
		"/runners?scope=shared":          `400 {"message":"Scope contains invalid value"}`,
		"/runners?scope=bogus":           `400 {"error":"scope does not have a valid value"}`,
		"/runners/all?version_prefix=x":  `400 {"error":"version_prefix is invalid"}`,
		"/runners/all?type=a&status=b":   `400 {"error":"type does not have a valid value, status does not have a valid value"}`,
		"/runners/all?per_page=0&page=x": `400 {"error":"page is invalid, per_page has a value not allowed"}`,
	} {
		assert.Equal(t, want, testkit.Ask(t, gl, ada, "GET", path).String(), path)
	}
	assert.Equal(t, []any{}, testkit.Ask(t, gl, ada, "GET", "/runners").Each(t, "id"),
		"an administrator owns nothing by being one")
	assert.Equal(t, []any{100021.0, 100022.0, 100023.0, 100024.0, 100025.0},
		testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners").Each(t, "id"))
	assert.Len(t, testkit.Ask(t, gl, gl.Token("oli"), "GET", "/runners").Each(t, "id"), 10)
}

func TestPagination(t *testing.T) {
	gl := testkit.NewMia(t)
	for range 5 {
		gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}})
	}
	mia, list := gl.Token("mia"), "/projects/acme%2Fshop/runners"
	at := "<" + gl.APIURL() + list + "?id=acme%2Fshop&page="
	got := testkit.Ask(t, gl, mia, "GET", list+"?page=2&per_page=2&paused=false&type=project_type&unknown=1")
	tail := "&paused=false&per_page=2&type=project_type&unknown=1>"
	assert.Equal(t,
		at+`1`+tail+`; rel="prev", `+at+`3`+tail+`; rel="next", `+at+`1`+tail+`; rel="first", `+at+`3`+tail+`; rel="last"`,
		got.Header.Get("Link"))
	for name, want := range map[string]string{"X-Total": "6", "X-Total-Pages": "3", "X-Per-Page": "2", "X-Page": "2",
		"X-Next-Page": "3", "X-Prev-Page": "1"} {
		assert.Equal(t, []string{want}, got.Header.Values(name), name)
	}
	past := testkit.Ask(t, gl, mia, "GET", list+"?page=9&type=project_type")
	assert.Equal(t, "200 []", past.String())
	assert.Equal(t, []string{"9", "", "", "6"}, []string{past.Header.Get("X-Page"), past.Header.Get("X-Next-Page"),
		past.Header.Get("X-Prev-Page"), past.Header.Get("X-Total")})
	assert.Equal(t, "100", testkit.Ask(t, gl, mia, "GET", list+"?per_page=1000").Header.Get("X-Per-Page"))

	seen := map[any]int{}
	next := list + "?per_page=3"
	for next != "" {
		page := testkit.Ask(t, gl, mia, "GET", next)
		for _, id := range page.Each(t, "id") {
			seen[id]++
		}
		next = ""
		for link := range strings.SplitSeq(page.Header.Get("Link"), ", ") {
			if url, ok := strings.CutSuffix(link, `>; rel="next"`); ok {
				next = strings.TrimPrefix(url, "<"+gl.APIURL())
			}
		}
	}
	assert.Len(t, seen, 8, "6 of the project, one of its group, one of the instance")
}

// Links lead to where the client found GitLab.
func TestLinksFollowTheMount(t *testing.T) {
	gl := testkit.NewMia(t, fakegitlab.WithBasePath("gitlab/"))
	assert.True(t, strings.HasSuffix(gl.URL(), "/gitlab"), gl.URL())
	get := func(handler http.Handler, target string) string {
		r := httptest.NewRequest("GET", target, nil)
		r.Header.Set("PRIVATE-TOKEN", gl.Token("mia"))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code, w.Body.String())
		return w.Header().Get("Link") + w.Body.String()
	}
	assert.Contains(t, testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners").Header.Get("Link"),
		"<"+gl.APIURL()+"/runners?page=1")
	assert.Contains(t, get(gl, "http://gitlab.example.com:8443/gitlab/api/v4/runners"),
		"<http://gitlab.example.com:8443/gitlab/api/v4/runners?page=1")
	assert.Contains(t, get(gl, "https://gitlab.example.com/gitlab/api/v4/runners/5"),
		`"web_url":"https://gitlab.example.com/gitlab/acme/shop"`)

	res, err := gl.Client().Get(strings.TrimSuffix(gl.URL(), "/gitlab") + "/api/v4/version")
	require.NoError(t, err)
	_ = res.Body.Close()
	assert.Equal(t, 404, res.StatusCode, "nothing of this GitLab's is there")
	outside := gl.Calls("", fakegitlab.Status(404))
	require.Len(t, outside, 1)
	assert.Equal(t, "nothing serves GET /api/v4/version; this GitLab is below /gitlab", outside[0].Reason)
	gl.ClearCalls()
}

// Beyond ten thousand rows GitLab does not count.
func TestMoreRowsThanGitLabCounts(t *testing.T) {
	gl := testkit.NewMia(t)
	for _, r := range gl.Runners() {
		gl.DeleteRunner(r.ID)
	}
	paused := fakegitlab.Runner{Paused: true, Projects: []string{"acme/shop"}}
	gl.Seed(fakegitlab.Scenario{Runners: append(slices.Repeat([]fakegitlab.Runner{{}}, 10_000),
		slices.Repeat([]fakegitlab.Runner{paused}, 10_000)...)})
	list := func() testkit.Reply {
		return testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runners/all?page=3&type=instance_type")
	}
	counted := list()
	assert.Equal(t, "10000", counted.Header.Get("X-Total"))
	assert.Contains(t, counted.Header.Get("Link"), `rel="last"`)
	gl.AddRunner(fakegitlab.Runner{})
	uncounted := list()
	assert.NotContains(t, uncounted.Header, "X-Total")
	assert.NotContains(t, uncounted.Header, "X-Total-Pages")
	assert.NotContains(t, uncounted.Header.Get("Link"), `rel="last"`)
	assert.Equal(t, "4", uncounted.Header.Get("X-Next-Page"))
	last := testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runners/all?page=101&per_page=100&type=instance_type")
	assert.Len(t, last.Each(t, "id"), 1)
	assert.Equal(t, "", last.Header.Get("X-Next-Page"))

	filtered := func() http.Header { // row by row
		return testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners?paused=true&per_page=1").Header
	}
	assert.Equal(t, "10000", filtered().Get("X-Total"))
	gl.AddRunner(paused)
	assert.NotContains(t, filtered(), "X-Total")
}

func TestIfUnmodifiedSince(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/api", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Projects = append(r.Projects, "acme/api") })
	gl.Advance(time.Hour)
	require.Equal(t, 200, testkit.Ask(t, gl, gl.Token("mia"), "PUT", "/runners/5",
		testkit.WithForm("description=changed")).Status)
	old := testkit.WithHeader("If-Unmodified-Since", gl.Now().Add(-time.Minute).Format(http.TimeFormat))
	assert.Equal(t, `412 {"message":"412 Precondition Failed"}`,
		testkit.Ask(t, gl, "", "DELETE", "/runners?token=shop-token", old).String())
	assert.Equal(t, 412, testkit.Ask(t, gl, gl.AdminToken(), "DELETE", "/runners/5", old).Status)
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("sam"), "DELETE", "/runners/6", old).Status, "roles first")
	assert.Equal(t, 204, testkit.Ask(t, gl, gl.Token("mia"), "DELETE", "/projects/acme%2Fapi/runners/5", old).Status,
		"the assignment is older")
	assert.Equal(t, 204, testkit.Ask(t, gl, gl.Token("mia"), "DELETE", "/runners/5",
		testkit.WithHeader("If-Unmodified-Since", "yesterday-ish")).Status, "what nobody can read counts for nothing")
	gl.AssertRunnerGone(t, 5)
}

func TestProjectsByPath(t *testing.T) {
	gl := testkit.NewMia(t)
	mia := gl.Token("mia")
	for path, status := range map[string]int{
		"/projects/acme%2Fshop/runners": 200, "/projects/ACME%2fShop/runners": 200, "/projects/10001/runners": 200,
		"/projects/shop/runners":           404,
		"/projects/acme%2Fshop%20/runners": 404, "/projects/acme/shop/runners": 404, "/groups/ACME/": 200,
		"/groups/1001": 200, "/groups/acme%2Fshop": 404,
		"//projects//acme%2Fshop//runners//": 200, "/runners/5/": 200, "/runners/5.json": 200, "/runners/5.5": 200,
		"/runners/abc": 400, "/runners/99999999999999999999": 404, "/runners/-1": 404,
	} {
		assert.Equal(t, status, testkit.Ask(t, gl, mia, "GET", path).Status, path)
	}
	gl.ClearCalls() // one of them is served by nothing
}

func TestAssignments(t *testing.T) {
	gl := testkit.NewMia(t)
	mia, root := gl.Token("mia"), gl.AdminToken()
	gl.AddProject(fakegitlab.Project{ID: 20, Path: "acme/api",
		Members: fakegitlab.Members{"mia": fakegitlab.Maintainer, "sam": fakegitlab.Maintainer}})
	for name, c := range map[string]struct{ token, runner, want string }{
		"group runner, administrator too": {root, "7", `403 {"message":"403 Forbidden - Runner is a group runner"}`},
		"instance runner":                 {mia, "6", `403 {"message":"403 Forbidden - No access granted"}`},
		"another's runner":                {gl.Token("sam"), "5", `403 {"message":"403 Forbidden - No access granted"}`},
		"none":                            {mia, "404", `404 {"message":"404 Not found"}`},
		"no number":                       {mia, "x", `400 {"error":"runner_id is invalid"}`},
	} {
		assert.Equal(t, c.want, testkit.Ask(t, gl, c.token, "POST", "/projects/20/runners",
			testkit.WithForm("runner_id="+c.runner)).String(), name)
	}
	assert.Equal(t,
		`403 {"message":"403 Forbidden - Only one project associated with the runner. Please remove the runner instead"}`,
		testkit.Ask(t, gl, mia, "DELETE", "/projects/10001/runners/5").String())
	assert.Equal(t, 201, testkit.Ask(t, gl, mia, "POST", "/projects/20/runners", testkit.WithForm("runner_id=5")).Status)
	assert.Equal(t,
		`400 {"message":{"assign_to":["Validation failed: Runner projects runner has already been taken"],"runner_projects.runner":["has already been taken"]}}`, testkit.Ask(t, gl, mia, "POST", "/projects/20/runners", testkit.WithForm("runner_id=5")).String())
	assert.Equal(t, `403 {"message":"403 Forbidden - Runner associated with more than one project"}`,
		testkit.Ask(t, gl, mia, "DELETE", "/runners/5").String())
	assert.Equal(t, 204, testkit.Ask(t, gl, mia, "DELETE", "/projects/10001/runners/5").Status,
		"also from the owner project, in 17.2")
	r, _ := gl.Runner(5)
	assert.Equal(t, []string{"acme/api"}, r.Projects)
	assert.Equal(t, `404 {"message":"404 Runner Not Found"}`,
		testkit.Ask(t, gl, mia, "DELETE", "/projects/10001/runners/5").String())
	gl.UpdateRunner(5, func(r *fakegitlab.Runner) { r.Locked = true })
	assert.Equal(t, `403 {"message":"403 Forbidden - Runner is locked"}`,
		testkit.Ask(t, gl, mia, "POST", "/projects/10001/runners", testkit.WithForm("runner_id=5")).String())
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.MaxProjectRunners = 1 })
	gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}})
	assert.Contains(t, testkit.Ask(t, gl, root, "POST", "/projects/10001/runners", testkit.WithForm("runner_id=5")).Body,
		"Maximum number of ci registered project runners (1) exceeded")
}

func TestJobsOfARunner(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	ada := gl.Token("ada")
	list := func(query string) testkit.Reply { return testkit.Ask(t, gl, ada, "GET", "/runners/100001/jobs"+query) }
	ids := func(query string) []any { return list(query).Each(t, "id") }
	assert.Equal(t, []any{2000001.0, 2000005.0, 2000006.0}, ids(""))
	assert.Equal(t, ids(""), ids("?sort=desc"), "sort does nothing alone")
	assert.Equal(t, []any{2000006.0, 2000005.0, 2000001.0}, ids("?order_by=id"))
	assert.Equal(t, ids(""), ids("?order_by=id&sort=asc"))
	assert.Equal(t, []any{2000005.0}, ids("?status=running"))
	assert.Equal(t, []any{2000006.0}, ids("?system_id=s_100001b"))
	assert.NotContains(t, list("?system_id=s_100001b").Header, "X-Total")
	assert.Equal(t, []any{}, ids("?system_id=unknown"))

	first := list("?pagination=keyset&per_page=2")
	assert.Equal(t, []any{2000006.0, 2000005.0}, first.Each(t, "id"))
	assert.NotContains(t, first.Header, "X-Page")
	next, ok := strings.CutSuffix(first.Header.Get("Link"), `>; rel="next"`)
	require.True(t, ok, first.Header.Get("Link"))
	second := testkit.Ask(t, gl, ada, "GET", strings.TrimPrefix(next, "<"+gl.APIURL()))
	assert.Equal(t, []any{2000001.0}, second.Each(t, "id"))
	assert.NotContains(t, second.Header, "Link")
	assert.Equal(t, 405, list("?pagination=keyset&order_by=id&sort=asc").Status)
	assert.Equal(t, `400 {"error":"cursor is invalid"}`, list("?pagination=keyset&cursor=@").String())
	assert.Equal(t, `403 {"message":"403 Forbidden - No access granted"}`,
		testkit.Ask(t, gl, gl.Token("oli"), "GET", "/runners/100001/jobs").String())
}
