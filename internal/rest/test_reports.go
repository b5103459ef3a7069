package rest

// What the tests of a pipeline have come to (lib/api/ci/pipelines.rb).

import "github.com/fakegitlab/fakegitlab/internal/front"

// testReportEntity is app/serializers/test_report_entity.rb.
type testReportEntity struct {
	front.TestCounts
	Suites []*front.TestSuite `json:"test_suites"`
}

func getTestReport(q request) front.Response {
	p, refusal := q.seenPipeline()
	if refusal != nil {
		return *refusal
	}
	report := testReportEntity{Suites: []*front.TestSuite{}}
	for _, s := range q.TestSuites(p) {
		report.Add(s.TestCounts)
		report.Suites = append(report.Suites, s)
	}
	return front.OK(report)
}

func getTestReportSummary(q request) front.Response {
	p, refusal := q.seenPipeline()
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.TestSummaryOf(p))
}
