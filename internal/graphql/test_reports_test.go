package graphql_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	fg "github.com/fakegitlab/fakegitlab"
)

// junitJob is a job that has left a report of tests.
func junitJob(name, tests string) fg.Job {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("<testsuites><testsuite>" + tests + "</testsuite></testsuites>"))
	_ = z.Close()
	return fg.Job{Project: "acme/shop", Name: name, Status: fg.JobSuccess, PipelineID: 7,
		Artifacts: []fg.Artifact{{Filename: "junit.xml.gz", Type: "junit", Content: packed.Bytes()}}}
}

// What the tests of a pipeline have come to is the same as over REST; the tests of some jobs are shown together, one
// by one, the slowest of each result first.
func TestReportsOfTests(t *testing.T) {
	gl := fg.New(t, fg.WithInMemoryNetwork())
	gl.AddProject(fg.Project{Path: "acme/shop"})
	unit := gl.AddJob(junitJob("unit 1/2", `<testcase name="adds" classname="sum" file="sum.go" time="1.5"/><testcase name="skips"><skipped/></testcase>`))
	more := gl.AddJob(junitJob("unit 2/2", `<testcase name="takes" time="2"><failure>no</failure>
		<system-out>[[ATTACHMENT|a.png]]</system-out></testcase>`))
	odd := gl.AddJob(junitJob("odd", `</nothing>`))
	const counts = "name totalTime totalCount successCount failedCount skippedCount errorCount"
	run(t, gl, "root", `{ project(fullPath: "acme/shop") { pipeline(id: "gid://gitlab/Ci::Pipeline/7") { testReportSummary {
		total { time count success failed skipped error } testSuites { count nodes { `+counts+` buildIds } } } } } }`).
		is(fmt.Sprintf(`{"project":{"pipeline":{"testReportSummary":{
			"total":{"time":3.5,"count":3,"success":1,"failed":1,"skipped":1,"error":0},
			"testSuites":{"count":2,"nodes":[
				{"name":"unit","totalTime":3.5,"totalCount":3,"successCount":1,"failedCount":1,"skippedCount":1,"errorCount":0,"buildIds":["%d","%d"]},
				{"name":"odd","totalTime":0,"totalCount":0,"successCount":0,"failedCount":0,"skippedCount":0,"errorCount":0,"buildIds":["%d"]}]}}}}}`,
			unit.ID, more.ID, odd.ID))
	run(t, gl, "root", fmt.Sprintf(`{ project(fullPath: "acme/shop") { pipeline(id: "gid://gitlab/Ci::Pipeline/7") {
		one: testSuite(buildIds: ["%d"]) { `+counts+` testCases { nodes { status name classname file executionTime systemOutput
			stackTrace recentFailures { count } attachmentUrl } } }
		both: testSuite(buildIds: ["%d", "%d"]) { totalCount testCases(first: 1) { count nodes { name status attachmentUrl systemOutput stackTrace } } } } } }`, unit.ID, more.ID, unit.ID)).
		is(`{"project":{"pipeline":{"one":{"name":"unit","totalTime":1.5,"totalCount":2,"successCount":1,"failedCount":0,
				"skippedCount":1,"errorCount":0,"testCases":{"nodes":[
				{"status":"success","name":"adds","classname":"sum","file":"sum.go","executionTime":1.5,"systemOutput":null,
					"stackTrace":null,"recentFailures":null,"attachmentUrl":null},
				{"status":"skipped","name":"skips","classname":null,"file":null,"executionTime":0,"systemOutput":null,
					"stackTrace":null,"recentFailures":null,"attachmentUrl":null}]}},
			"both":{"totalCount":3,"testCases":{"count":3,"nodes":[{"name":"takes","status":"failed","stackTrace":null,
				"attachmentUrl":"` + gl.URL() + fmt.Sprintf("/acme/shop/-/jobs/%d/artifacts/file/a.png", more.ID) + `",
				"systemOutput":"no\n\nSystem Out:\n\n[[ATTACHMENT|a.png]]"}]}}}}}`)
	a := run(t, gl, "root", `{ project(fullPath: "acme/shop") { pipeline(id: "gid://gitlab/Ci::Pipeline/7") {
		testReportSummary { total { suiteError } testSuites { nodes { suiteError } } } } } }`)
	problem := a.at("project.pipeline.testReportSummary.total.suiteError")
	a.is(fmt.Sprintf(`{"project":{"pipeline":{"testReportSummary":{"total":{"suiteError":%[1]q},
		"testSuites":{"nodes":[{"suiteError":null},{"suiteError":%[1]q}]}}}}}`, problem))
}

// lib/gitlab/ci/reports/test_suite.rb: the tests of several jobs are those of their own suites put together. The sum has
// the name of the last and no error, whatever their reports are like, and has what was read of them.
func TestSumsOfSuites(t *testing.T) {
	gl := fg.New(t, fg.WithInMemoryNetwork())
	gl.AddProject(fg.Project{Path: "acme/shop"})
	add := func(name, tests string) string {
		return strconv.Itoa(gl.AddJob(junitJob(name, tests)).ID)
	}
	const same = `<testcase name="adds" time="0.1"/>`
	one := add("unit", same+`<testcase name="adds" time="0.2"/>`)
	two := add("more", same+same+`<testcase name="fails" time="0.3"><failure/></testcase>`)
	odd := add("odd", `<testcase name="first" time="1"/><testcase>text</testcase>`)
	huge := add("huge", `<testcase name="a" time="1e308"/><testcase name="b" time="1e308"/>`)
	bare := strconv.Itoa(gl.AddJob(fg.Job{Project: "acme/shop", Name: "bare", Status: fg.JobSuccess, PipelineID: 7}).ID)
	bridge := gl.AddJob(fg.Job{Project: "acme/shop", Name: "bridge", Status: fg.JobSuccess, PipelineID: 7,
		Trigger: json.RawMessage(`{"project":"acme/shop"}`)})
	for ids, want := range map[string]string{
		strconv.Itoa(bridge.ID): "null",
		one: `{"name":"unit","totalTime":0.30000000000000004,"totalCount":1,"suiteError":null,
			"testCases":{"nodes":[{"name":"adds","executionTime":0.2}]}}`,
		one + " " + two: `{"name":"more","totalTime":0.8,"totalCount":3,"suiteError":null,"testCases":{"nodes":[
			{"name":"fails","executionTime":0.3},{"name":"adds","executionTime":0.2},{"name":"adds","executionTime":0.1}]}}`,
		odd: `{"name":"odd","totalTime":1,"totalCount":1,"suiteError":null,
			"testCases":{"nodes":[{"name":"first","executionTime":1}]}}`,
		odd + " " + bare: `{"name":"bare","totalTime":1,"totalCount":1,"suiteError":null,
			"testCases":{"nodes":[{"name":"first","executionTime":1}]}}`,
		huge: `{"name":"huge","totalTime":1.7976931348623157e+308,"totalCount":2,"suiteError":null,
			"testCases":{"nodes":[{"name":"a","executionTime":1e308},{"name":"b","executionTime":1e308}]}}`,
	} {
		run(t, gl, "root", fmt.Sprintf(`{ project(fullPath: "acme/shop") { pipeline(id: "gid://gitlab/Ci::Pipeline/7") {
			testSuite(buildIds: ["%s"]) { name totalTime totalCount suiteError testCases { nodes { name executionTime } } } } } }`,
			strings.ReplaceAll(ids, " ", `", "`))).is(`{"project":{"pipeline":{"testSuite":` + want + `}}}`)
	}
	run(t, gl, "root", `{ project(fullPath: "acme/shop") { pipeline(id: "gid://gitlab/Ci::Pipeline/7") {
		none: testSuite(buildIds: ["1"]) { name } testReportSummary { total { time count } } } } }`).is(`{"project":{"pipeline":{"none":null,"testReportSummary":{
			"total":{"time":1.7976931348623157e+308,"count":5}}}}}`)
}
