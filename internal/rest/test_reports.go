package rest

// What the tests of a pipeline have come to, as their JUnit reports tell (lib/gitlab/ci/reports, app/serializers).

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/junit"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// testCounts are how many tests there are of each result.
type testCounts struct {
	TotalTime float64 `json:"total_time"`
	Total     int     `json:"total_count"`
	Success   int     `json:"success_count"`
	Failed    int     `json:"failed_count"`
	Skipped   int     `json:"skipped_count"`
	Error     int     `json:"error_count"`
}

func (c *testCounts) add(other testCounts) {
	c.TotalTime += other.TotalTime
	c.Total += other.Total
	c.Success += other.Success
	c.Failed += other.Failed
	c.Skipped += other.Skipped
	c.Error += other.Error
}

// testReportEntity is app/serializers/test_report_entity.rb.
type testReportEntity struct {
	testCounts
	Suites []testSuiteEntity `json:"test_suites"`
}

// testSuiteEntity are the tests of jobs of one name (test_suite_entity.rb).
type testSuiteEntity struct {
	Name string `json:"name"`
	testCounts
	Problem *string          `json:"suite_error"`
	Cases   []testCaseEntity `json:"test_cases"`
}

// testCaseEntity is test_case_entity.rb.
type testCaseEntity struct {
	Status         string  `json:"status"`
	Name           string  `json:"name"`
	Classname      *string `json:"classname"`
	File           *string `json:"file"`
	Time           float64 `json:"execution_time"`
	Output         *string `json:"system_output"`
	StackTrace     *string `json:"stack_trace"`     // of other formats
	RecentFailures *string `json:"recent_failures"` // which are not counted here
	Attachment     *string `json:"attachment_url,omitempty"`
	key            testKey
}

// testSummaryEntity is test_report_summary_entity.rb.
type testSummaryEntity struct {
	Total  summaryTotal         `json:"total"`
	Suites []suiteSummaryEntity `json:"test_suites"`
}

type summaryTotal struct {
	Time    float64 `json:"time"`
	Count   int     `json:"count"`
	Success int     `json:"success"`
	Failed  int     `json:"failed"`
	Skipped int     `json:"skipped"`
	Error   int     `json:"error"`
	Problem *string `json:"suite_error"`
}

// suiteSummaryEntity is test_suite_summary_entity.rb.
type suiteSummaryEntity struct {
	Name string `json:"name"`
	testCounts
	Jobs    []int   `json:"build_ids"`
	Problem *string `json:"suite_error"`
}

func getTestReport(q request) front.Response {
	p, refusal := q.seenPipeline()
	if refusal != nil {
		return *refusal
	}
	report := testReportEntity{Suites: []testSuiteEntity{}}
	for _, s := range q.testSuites(p) {
		report.add(s.testCounts)
		report.Suites = append(report.Suites, s.testSuiteEntity)
	}
	return front.OK(report)
}

// getTestReportSummary tells of the jobs that have ended, as GitLab counts their tests when they end.
func getTestReportSummary(q request) front.Response {
	p, refusal := q.seenPipeline()
	if refusal != nil {
		return *refusal
	}
	summary := testSummaryEntity{Suites: []suiteSummaryEntity{}}
	var all testCounts
	for _, s := range q.testSuites(p) {
		jobs := world.Filtered(s.jobs, func(j *world.Job) bool { return j.Status.Completed() })
		if len(jobs) == 0 {
			continue
		}
		of := suiteSummaryEntity{Name: s.Name, testCounts: s.testCounts, Problem: s.Problem}
		for _, j := range jobs {
			of.Jobs = append(of.Jobs, j.ID)
		}
		all.add(s.testCounts)
		if summary.Total.Problem == nil {
			summary.Total.Problem = s.Problem
		}
		summary.Suites = append(summary.Suites, of)
	}
	summary.Total.Time, summary.Total.Count = all.TotalTime, all.Total
	summary.Total.Success, summary.Total.Failed = all.Success, all.Failed
	summary.Total.Skipped, summary.Total.Error = all.Skipped, all.Error
	return front.OK(summary)
}

// jobSuite is a suite with the jobs that its tests ran in.
type jobSuite struct {
	testSuiteEntity
	jobs []*world.Job
	at   map[testKey]int // the place of each test among the cases
}

// testKey is by what the same test with the same result is known.
type testKey struct{ status, suite, classname, name string }

// testSuites are the suites of a pipeline: one for each name of jobs whose latest attempts have left a report.
func (q request) testSuites(p *world.Pipeline) (suites []*jobSuite) {
	kept := q.KeptIn(p)
	for _, j := range p.Latest() {
		f := kept.Artifact(j, reportJUnit)
		if f == nil {
			continue
		}
		name := suiteName(j)
		i := slices.IndexFunc(suites, func(s *jobSuite) bool { return s.Name == name })
		if i < 0 {
			i, suites = len(suites), append(suites, &jobSuite{testSuiteEntity: testSuiteEntity{Name: name,
				Cases: []testCaseEntity{}}, at: map[testKey]int{}})
		}
		suites[i].jobs = append(suites[i].jobs, j)
		q.readReport(suites[i], j, f)
	}
	for _, s := range suites {
		s.count()
	}
	return suites
}

// reportJUnit is the type of artifacts that hold tests.
const reportJUnit = "junit"

// suiteName is the name of a job without which part of parallel ones it is. Jobs of a matrix are apart
// (app/models/ci/build.rb, test_suite_name).
func suiteName(j *world.Job) string {
	if strings.HasSuffix(j.Name, "]") {
		return j.Name
	}
	return j.GroupName()
}

// readReport adds the tests of a file to a suite. It holds one report after the other, each packed by itself. The last
// that is said of a test of one result counts.
func (q request) readReport(s *jobSuite, j *world.Job, f *world.File) {
	for report, err := range unzipped(f.Content) {
		cases, problem := []junit.Case(nil), ""
		if err != nil {
			problem = msgJUnitData + err.Error()
		} else {
			cases, problem = junit.Parse(report)
		}
		if problem != "" {
			s.Problem = &problem
		}
		for _, c := range cases {
			s.add(q.testCase(j, s.Name, c))
		}
	}
}

// largestReport is how much of a job's reports is read, in bytes: what is packed can be a thousand times its own size.
const largestReport = 64 << 20

// unzipped yields the parts that a file was packed of.
func unzipped(file world.Blob) func(yield func([]byte, error) bool) {
	return func(yield func([]byte, error) bool) {
		in := bufio.NewReader(io.NewSectionReader(file, 0, file.Size))
		left := int64(largestReport)
		z, err := gzip.NewReader(in)
		for err == nil && left > 0 {
			z.Multistream(false)
			var part []byte
			if part, err = io.ReadAll(io.LimitReader(z, left)); err == nil && !yield(part, nil) {
				return
			}
			if left -= int64(len(part)); err == nil {
				err = z.Reset(in)
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			yield(nil, err)
		}
	}
}

// add adds a test to a suite; the same test with the same result takes the place of the one before.
func (s *jobSuite) add(c testCaseEntity) {
	s.TotalTime += c.Time
	if i, known := s.at[c.key]; known {
		s.Cases[i] = c
		return
	}
	s.at[c.key] = len(s.Cases)
	s.Cases = append(s.Cases, c)
}

// caseOrder is the order of results in a suite.
var caseOrder = []string{junit.Error, junit.Failed, junit.Success, junit.Skipped}

// count counts a suite's tests and puts them into GitLab's order: by result, the slowest first. Of a suite that cannot
// be read none counts.
func (s *jobSuite) count() {
	if s.Problem != nil {
		s.Cases = []testCaseEntity{}
		return
	}
	for _, c := range s.Cases {
		s.Total++
		switch c.Status {
		case junit.Success:
			s.Success++
		case junit.Failed:
			s.Failed++
		case junit.Skipped:
			s.Skipped++
		case junit.Error:
			s.Error++
		}
	}
	slices.SortStableFunc(s.Cases, func(a, b testCaseEntity) int {
		if c := slices.Index(caseOrder, a.Status) - slices.Index(caseOrder, b.Status); c != 0 {
			return c
		}
		switch {
		case a.Time > b.Time:
			return -1
		case a.Time < b.Time:
			return 1
		}
		return 0
	})
}

// testCase is a test as GitLab shows it.
func (q request) testCase(j *world.Job, suite string, c junit.Case) testCaseEntity {
	e := testCaseEntity{Status: c.Status, Name: msgNoName, Classname: c.Classname, File: c.File, Time: c.Time,
		Output: c.Output}
	if c.Name != nil {
		e.Name = *c.Name
	}
	if c.Suite != nil {
		suite = *c.Suite
	}
	e.key = testKey{c.Status, suite, world.OrEmpty(c.Classname), world.OrEmpty(c.Name)}
	if c.Attachment != "" {
		u := q.WebURL(front.JobPage(j) + "/artifacts/file/" + c.Attachment)
		e.Attachment = &u
	}
	return e
}
