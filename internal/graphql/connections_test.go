package graphql_test

import (
	"encoding/base64"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
)

const pageFields = `nodes { id } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`

// A list of a table can be walked through in both directions, each item once, in every order, also where items are
// equal in what they are ordered by; count is of all.
func TestWalkingRunners(t *testing.T) {
	gl := fg.New(t, fg.WithInMemoryNetwork())
	for i := range 7 {
		r := fg.Runner{ID: 11 + i, CreatedAt: gl.Now().Add(-time.Duration(i/3) * time.Hour)}
		if i%2 == 0 {
			r.ContactedAt = gl.Now().Add(-time.Duration(i/4) * time.Minute)
		}
		gl.AddRunner(r)
	}
	for sort, want := range map[string][]int{
		"CREATED_DESC":   {13, 12, 11, 16, 15, 14, 17},
		"CREATED_ASC":    {17, 16, 15, 14, 13, 12, 11},
		"CONTACTED_ASC":  {17, 15, 13, 11, 16, 14, 12}, // never contacted is null, which PostgreSQL puts last
		"CONTACTED_DESC": {16, 14, 12, 13, 11, 17, 15},
	} {
		var forward, backward []any
		after, before := any(nil), any(nil)
		for range 4 {
			a := run(t, gl, "root", `query($after: String) { runners(sort: `+sort+`, first: 2, after: $after) { count `+pageFields+` } }`,
				object{"after": after})
			assert.Equal(t, 7.0, a.at("runners.count"))
			forward = append(forward, a.all("runners.nodes", "id")...)
			assert.Equal(t, after != nil, a.at("runners.pageInfo.hasPreviousPage"))
			assert.Equal(t, len(forward) < 7, a.at("runners.pageInfo.hasNextPage"))
			after = a.at("runners.pageInfo.endCursor")

			a = run(t, gl, "root", `query($before: String) { runners(sort: `+sort+`, last: 2, before: $before) { `+pageFields+` } }`,
				object{"before": before})
			backward = append(a.all("runners.nodes", "id"), backward...)
			assert.Equal(t, before != nil, a.at("runners.pageInfo.hasNextPage"))
			assert.Equal(t, len(backward) < 7, a.at("runners.pageInfo.hasPreviousPage"))
			before = a.at("runners.pageInfo.startCursor")
		}
		var ids []any
		for _, id := range want {
			ids = append(ids, runnerGID(id))
		}
		assert.Equal(t, ids, forward, sort)
		assert.Equal(t, ids, backward, sort)
	}
}

// A cursor is a place, which stays one when what it was of is gone; it is the values of the order in base64.
func TestCursors(t *testing.T) {
	gl := fg.New(t, fg.WithInMemoryNetwork())
	for id := range 3 {
		gl.AddRunner(fg.Runner{ID: 11 + id})
	}
	a := run(t, gl, "root", `{ runners(first: 2) { pageInfo { endCursor } } }`)
	cursor := a.at("runners.pageInfo.endCursor").(string)
	decoded, err := base64.RawURLEncoding.DecodeString(cursor)
	require.NoError(t, err)
	assert.Equal(t, `{"created_at":"2024-07-01 12:00:00.000000000 UTC","id":"12"}`, string(decoded))
	gl.DeleteRunner(12)
	after := `query($after: String) { runners(after: $after) { nodes { id } } }`
	run(t, gl, "root", after, object{"after": cursor}).is(`{"runners":{"nodes":[{"id":"gid://gitlab/Ci::Runner/11"}]}}`)
	run(t, gl, "root", after, object{"after": cursor + "=="}).is(`{"runners":{"nodes":[{"id":"gid://gitlab/Ci::Runner/11"}]}}`)
	assert.Len(t, run(t, gl, "root", after, object{"after": ""}).at("runners.nodes"), 2)

	encoded := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	for cursor, want := range map[string]string{"%": `Invalid input: "%"`, encoded("nonsense"): "Please provide a valid cursor",
		encoded(`{"id":"x"}`): "Please provide a valid cursor", encoded(`{"created_at":"yesterday","id":"12"}`): "Please provide a valid cursor"} {
		a := run(t, gl, "root", after, object{"after": cursor})
		assert.Equal(t, []string{want}, a.errors())
		assert.Nil(t, a.at("runners.nodes"))
	}
	assert.Equal(t, []string{"Can only provide either `first` or `last`, not both"},
		run(t, gl, "root", `{ runners(first: 1, last: 1) { nodes { id } } }`).errors())
	assert.Empty(t, run(t, gl, "root", `{ runners(first: 1, last: 1) { count } }`).errors())
}

// At most 100 items are on a page, and as many if nothing is asked for; jobs are counted as far as the limit.
func TestPageSizes(t *testing.T) {
	gl := fg.New(t, fg.WithInMemoryNetwork())
	gl.AddProject(fg.Project{Path: "acme/shop"})
	shop := gl.AddRunner(fg.Runner{Projects: []string{"acme/shop"}})
	for range 120 {
		gl.AddRunner(fg.Runner{})
		gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, RunnerID: shop.ID})
	}
	for arguments, want := range map[string]int{"": 100, "(first: 1000)": 100, "(last: 1000)": 100, "(first: 0)": 0, "(first: 7)": 7} {
		assert.Len(t, run(t, gl, "root", `{ runners`+arguments+` { nodes { id } } }`).at("runners.nodes"), want, arguments)
	}
	jobs := `{ runner(id: "` + runnerGID(shop.ID) + `") { jobCount jobs { count%s nodes { id } } } }`
	a := run(t, gl, "root", fmt.Sprintf(jobs, ""))
	assert.Equal(t, []any{120.0, 120.0, 100}, []any{a.at("runner.jobCount"), a.at("runner.jobs.count"), len(a.at("runner.jobs.nodes").([]any))})
	assert.Equal(t, 51.0, run(t, gl, "root", fmt.Sprintf(jobs, "(limit: 50)")).at("runner.jobs.count"))
	assert.Equal(t, []string{"limit must be greater than 0"}, run(t, gl, "root", fmt.Sprintf(jobs, "(limit: 0)")).errors())
	assert.Equal(t, []string{"limit must be less than or equal to 1000"}, run(t, gl, "root", fmt.Sprintf(jobs, "(limit: 1001)")).errors())
}

// What GitLab has as a list in memory is paged by place: from 1, in base64.
func TestWalkingManagers(t *testing.T) {
	gl := fg.New(t, fg.WithInMemoryNetwork())
	r := gl.AddRunner(fg.Runner{Managers: []fg.RunnerManager{{SystemID: "a"}, {SystemID: "b"}, {SystemID: "c"}}})
	managers := func(arguments string) answer {
		return run(t, gl, "root", `{ runner(id: "`+runnerGID(r.ID)+`") { managers`+arguments+` { count nodes { systemId }
			edges { cursor node { systemId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`)
	}
	for arguments, want := range map[string]struct {
		ids                  []any
		hasNext, hasPrevious bool
		start, end           any
	}{
		"":                            {[]any{"c", "b", "a"}, false, false, "MQ", "Mw"},
		"(first: 2)":                  {[]any{"c", "b"}, true, false, "MQ", "Mg"},
		`(first: 2, after: "MQ")`:     {[]any{"b", "a"}, false, true, "Mg", "Mw"},
		`(last: 1)`:                   {[]any{"a"}, false, true, "Mw", "Mw"},
		`(last: 1, before: "Mw")`:     {[]any{"b"}, true, true, "Mg", "Mg"},
		`(before: "MQ")`:              {nil, true, false, nil, nil},
		`(after: "MQ", before: "Mw")`: {[]any{"b"}, true, true, "Mg", "Mg"},
		`(after: "OTk")`:              {nil, false, true, nil, nil},
		`(systemId: "b")`:             {[]any{"b"}, false, false, "MQ", "MQ"},
	} {
		a := managers(arguments)
		assert.Empty(t, a.errors(), arguments)
		const at = "runner.managers."
		assert.Equal(t, want.ids, a.all(at+"nodes", "systemId"), arguments)
		assert.Equal(t, want.ids, a.all(at+"edges", "node.systemId"), arguments)
		assert.Equal(t, []any{want.hasNext, want.hasPrevious, want.start, want.end}, []any{a.at(at + "pageInfo.hasNextPage"),
			a.at(at + "pageInfo.hasPreviousPage"), a.at(at + "pageInfo.startCursor"), a.at(at + "pageInfo.endCursor")}, arguments)
	}
	assert.Equal(t, []string{`Invalid input: "%"`}, managers(`(after: "%")`).errors()[:1])
}

// What the user does not see is left out of a page, and counted.
func TestUnseenItems(t *testing.T) {
	gl := company(t)
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Members = fg.Members{"sam": fg.Maintainer} })
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.SharedRunnersDisabled = true })
	// sam is a Maintainer of one project that uses no instance runners; the runners of its group it may read.
	a := run(t, gl, "sam", `{ project(fullPath: "acme/shop") { runners(type: GROUP_TYPE) { count nodes { id } edges { webUrl editUrl } } } }`)
	assert.Len(t, a.at("project.runners.nodes"), 4)
	assert.Equal(t, gl.URL()+"/acme/shop/-/runners/100011", a.all("project.runners.edges", "webUrl")[3])
	assert.Equal(t, gl.URL()+"/acme/shop/-/runners/100011/edit", a.all("project.runners.edges", "editUrl")[3])
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.GroupRunnersDisabled = true })
	assert.Equal(t, 0.0, run(t, gl, "sam", `{ project(fullPath: "acme/shop") { runners(type: GROUP_TYPE) { count } } }`).at("project.runners.count"))

	// projects and jobs of projects that the user does not see
	a = run(t, gl, "sam", `{ runner(id: "`+runnerGID(100022)+`") { projectCount projects { count nodes { fullPath } } ownerProject { fullPath }
		jobs { count nodes { status shortSha tags webPath project { id } } } } }`)
	assert.Equal(t, []any{2.0, 1.0}, []any{a.at("runner.projectCount"), a.at("runner.projects.count")})
	job := gl.AddJob(fg.Job{Project: "acme/backend/api", Status: fg.JobSuccess, RunnerID: 100022})
	a = run(t, gl, "sam", `{ runner(id: "`+runnerGID(100022)+`") { jobs(first: 1) { nodes { id status shortSha tags webPath project { id } } } } }`)
	a.is(`{"runner":{"jobs":{"nodes":[{"id":"` + jobGID(job.ID) + `","status":"SUCCESS","shortSha":"Unauthorized","tags":null,
		"webPath":null,"project":null}]}}}`)
	calls := gl.Calls("")
	assert.Contains(t, calls[len(calls)-1].Reason, "runner.jobs.nodes.0.project: sam is no member of acme/backend/api, which is private")
}
