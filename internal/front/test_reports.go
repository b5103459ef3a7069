package front

// What the tests of a pipeline have come to, as their JUnit reports tell, and as every protocol shows it
// (lib/gitlab/ci/reports, app/serializers).

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/junit"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// TestCounts are how many tests there are of each result.
type TestCounts struct {
	TotalTime float64 `json:"total_time"`
	Total     int     `json:"total_count"`
	Success   int     `json:"success_count"`
	Failed    int     `json:"failed_count"`
	Skipped   int     `json:"skipped_count"`
	Error     int     `json:"error_count"`
}

// Add adds the counts of other tests.
func (c *TestCounts) Add(other TestCounts) {
	c.TotalTime = junit.Finite(c.TotalTime + other.TotalTime)
	c.Total += other.Total
	c.Success += other.Success
	c.Failed += other.Failed
	c.Skipped += other.Skipped
	c.Error += other.Error
}

// TestSuite are the tests of jobs of one name (test_suite_entity.rb).
type TestSuite struct {
	Name string `json:"name"`
	TestCounts
	Problem *string         `json:"suite_error"`
	Cases   []TestCase      `json:"test_cases"`
	jobs    []*world.Job    // that its tests ran in
	at      map[testKey]int // the place of each test among the cases
}

// TestCase is test_case_entity.rb.
type TestCase struct {
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

// TestSummary is test_report_summary_entity.rb.
type TestSummary struct {
	Total  TestTotal          `json:"total"`
	Suites []TestSuiteSummary `json:"test_suites"`
}

// TestTotal are the tests of all suites.
type TestTotal struct {
	Time    float64 `json:"time"`
	Count   int     `json:"count"`
	Success int     `json:"success"`
	Failed  int     `json:"failed"`
	Skipped int     `json:"skipped"`
	Error   int     `json:"error"`
	Problem *string `json:"suite_error"`
}

// TestSuiteSummary is test_suite_summary_entity.rb.
type TestSuiteSummary struct {
	Name string `json:"name"`
	TestCounts
	Jobs    []int   `json:"build_ids"`
	Problem *string `json:"suite_error"`
}

// TestSummaryOf tells of the jobs of a pipeline that have ended, as GitLab counts their tests when they end.
func (q *Request) TestSummaryOf(p *world.Pipeline) TestSummary {
	summary := TestSummary{Suites: []TestSuiteSummary{}}
	var all TestCounts
	for _, s := range q.TestSuites(p) {
		jobs := world.Filtered(s.jobs, func(j *world.Job) bool { return j.Status.Completed() })
		if len(jobs) == 0 {
			continue
		}
		of := TestSuiteSummary{Name: s.Name, TestCounts: s.TestCounts, Problem: s.Problem}
		for _, j := range jobs {
			of.Jobs = append(of.Jobs, j.ID)
		}
		all.Add(s.TestCounts)
		if summary.Total.Problem == nil {
			summary.Total.Problem = s.Problem
		}
		summary.Suites = append(summary.Suites, of)
	}
	summary.Total.Time, summary.Total.Count = all.TotalTime, all.Total
	summary.Total.Success, summary.Total.Failed = all.Success, all.Failed
	summary.Total.Skipped, summary.Total.Error = all.Skipped, all.Error
	return summary
}

// testKey is by what the same test with the same result is known.
type testKey struct{ status, suite, classname, name string }

// newSuite is a suite without tests.
func newSuite(name string) *TestSuite {
	return &TestSuite{Name: name, Cases: []TestCase{}, at: map[testKey]int{}}
}

// TestSuites are the suites of a pipeline: one for each name of jobs whose latest attempts have left a report.
func (q *Request) TestSuites(p *world.Pipeline) (suites []*TestSuite) {
	kept := q.KeptIn(p)
	for _, j := range p.Latest() {
		f := kept.Artifact(j, reportJUnit)
		if f == nil {
			continue
		}
		name := suiteName(j)
		i := slices.IndexFunc(suites, func(s *TestSuite) bool { return s.Name == name })
		if i < 0 {
			i, suites = len(suites), append(suites, newSuite(name))
		}
		suites[i].jobs = append(suites[i].jobs, j)
		q.addReport(suites[i], j, f)
	}
	for _, s := range suites {
		s.count()
	}
	return suites
}

// TestSuiteOf is the sum of the suites that each of some of a pipeline's jobs has of its own; nil without jobs. It has
// the last one's name and none of their errors: what was read of them counts
// (app/graphql/resolvers/ci/test_suite_resolver.rb, lib/gitlab/ci/reports/test_suite.rb).
func (q *Request) TestSuiteOf(p *world.Pipeline, jobs []*world.Job) *TestSuite {
	if len(jobs) == 0 {
		return nil
	}
	kept, sum, time := q.KeptIn(p), newSuite(""), 0.0
	for _, j := range jobs {
		sum.Name, sum.TotalTime = suiteName(j), 0
		if f := kept.Artifact(j, reportJUnit); f != nil {
			q.addReport(sum, j, f)
		}
		time = junit.Finite(time + sum.TotalTime)
	}
	sum.TotalTime, sum.Problem = time, nil
	sum.count()
	return sum
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

// testReport is what a file of reports came to.
type testReport struct {
	cases   []junit.Case
	problem string // what cannot be read; "" if all can
}

// addReport adds the tests of a file to a suite. The last that is said of a test of one result counts.
func (q *Request) addReport(s *TestSuite, j *world.Job, f *world.File) {
	read := q.reportIn(f)
	if read.problem != "" {
		s.Problem = &read.problem
	}
	for _, c := range read.cases {
		s.add(q.testCase(j, s.Name, c))
	}
}

// reportIn reads a file of reports, once in a request: a query of GraphQL may ask for the same file a thousand times.
// What it holds is one report after the other, each packed by itself.
func (q *Request) reportIn(f *world.File) *testReport {
	if read := q.reports[f]; read != nil {
		return read
	}
	read := &testReport{}
	for report, err := range unzipped(f.Content) {
		cases, problem := []junit.Case(nil), ""
		if err != nil {
			problem = msgJUnitData + err.Error()
		} else {
			cases, problem = junit.Parse(report)
		}
		if problem != "" {
			read.problem = problem
		}
		read.cases = append(read.cases, cases...)
	}
	if q.reports == nil {
		q.reports = map[*world.File]*testReport{}
	}
	q.reports[f] = read
	return read
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
func (s *TestSuite) add(c TestCase) {
	s.TotalTime = junit.Finite(s.TotalTime + c.Time)
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
func (s *TestSuite) count() {
	if s.Problem != nil {
		s.Cases = []TestCase{}
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
	slices.SortStableFunc(s.Cases, func(a, b TestCase) int {
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
func (q *Request) testCase(j *world.Job, suite string, c junit.Case) TestCase {
	e := TestCase{Status: c.Status, Name: msgNoName, Classname: c.Classname, File: c.File, Time: c.Time,
		Output: c.Output}
	if c.Name != nil {
		e.Name = *c.Name
	}
	if c.Suite != nil {
		suite = *c.Suite
	}
	e.key = testKey{c.Status, suite, world.OrEmpty(c.Classname), world.OrEmpty(c.Name)}
	if c.Attachment != "" {
		u := q.WebURL(JobPage(j) + "/artifacts/file/" + c.Attachment)
		e.Attachment = &u
	}
	return e
}
