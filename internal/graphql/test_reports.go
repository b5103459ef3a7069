package graphql

// What the tests of pipelines have come to (app/graphql/types/ci/test_report_summary_type.rb, test_suite_type.rb,
// app/graphql/resolvers/ci/test_report_summary_resolver.rb, test_suite_resolver.rb).

import (
	"maps"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func testReportRows() rows {
	return rows{
		"testSuites": asked(func(_ *call, x *exec, s front.TestSummary, a args) (any, error) {
			return byPlace(x, s.Suites, a, anything[front.TestSuiteSummary]), nil
		}),
		"total": of(func(_ *call, s front.TestSummary) any { return s.Total }),
	}
}

func testTotalRows() rows {
	return rows{
		"count":      of(func(_ *call, t front.TestTotal) any { return t.Count }),
		"error":      of(func(_ *call, t front.TestTotal) any { return t.Error }),
		"failed":     of(func(_ *call, t front.TestTotal) any { return t.Failed }),
		"skipped":    of(func(_ *call, t front.TestTotal) any { return t.Skipped }),
		"success":    of(func(_ *call, t front.TestTotal) any { return t.Success }),
		"suiteError": of(func(_ *call, t front.TestTotal) any { return text(t.Problem) }),
		"time":       of(func(_ *call, t front.TestTotal) any { return t.Time }),
	}
}

// testCountRows are how many tests of each result something has.
func testCountRows[T any](counts func(T) front.TestCounts) rows {
	count := func(read func(front.TestCounts) any) field {
		return of(func(_ *call, of T) any { return read(counts(of)) })
	}
	return rows{
		"errorCount":   count(func(n front.TestCounts) any { return n.Error }),
		"failedCount":  count(func(n front.TestCounts) any { return n.Failed }),
		"skippedCount": count(func(n front.TestCounts) any { return n.Skipped }),
		"successCount": count(func(n front.TestCounts) any { return n.Success }),
		"totalCount":   count(func(n front.TestCounts) any { return n.Total }),
		"totalTime":    count(func(n front.TestCounts) any { return n.TotalTime }),
	}
}

func testSuiteSummaryRows() rows {
	all := rows{
		"buildIds": of(func(_ *call, s front.TestSuiteSummary) any {
			ids := make([]string, len(s.Jobs))
			for i, id := range s.Jobs {
				ids[i] = strconv.Itoa(id)
			}
			return ids
		}),
		"name":       of(func(_ *call, s front.TestSuiteSummary) any { return s.Name }),
		"suiteError": of(func(_ *call, s front.TestSuiteSummary) any { return text(s.Problem) }),
	}
	maps.Copy(all, testCountRows(func(s front.TestSuiteSummary) front.TestCounts { return s.TestCounts }))
	return all
}

func testSuiteRows() rows {
	all := rows{
		"name": of(func(_ *call, s *front.TestSuite) any { return s.Name }),
		// The sum of several suites has none, be it of one (lib/gitlab/ci/reports/test_suite.rb).
		"suiteError": of(func(*call, *front.TestSuite) any { return nil }),
		"testCases": asked(func(_ *call, x *exec, s *front.TestSuite, a args) (any, error) {
			return byPlace(x, s.Cases, a, anything[front.TestCase]), nil
		}),
	}
	maps.Copy(all, testCountRows(func(s *front.TestSuite) front.TestCounts { return s.TestCounts }))
	return all
}

func testCaseRows() rows {
	all := rows{
		"executionTime": of(func(_ *call, t front.TestCase) any { return t.Time }),
		"name":          of(func(_ *call, t front.TestCase) any { return t.Name }),
		"status":        of(func(_ *call, t front.TestCase) any { return t.Status }),
		// The failures of other pipelines are not counted.
		"recentFailures": of(func(*call, front.TestCase) any { return nil }),
	}
	for name, read := range map[string]func(front.TestCase) *string{
		"attachmentUrl": func(t front.TestCase) *string { return t.Attachment },
		"classname":     func(t front.TestCase) *string { return t.Classname },
		"file":          func(t front.TestCase) *string { return t.File },
		"stackTrace":    func(t front.TestCase) *string { return t.StackTrace },
		"systemOutput":  func(t front.TestCase) *string { return t.Output },
	} {
		all[name] = of(func(_ *call, t front.TestCase) any { return text(read(t)) })
	}
	return all
}

// findTestSuite are the tests of those of a pipeline's latest jobs that are named; null if none of them is one.
func findTestSuite(c *call, _ *exec, p *world.Pipeline, a args) (any, error) {
	ids := texts(a["buildIds"])
	suite := c.TestSuiteOf(p, world.Filtered(p.Latest(), func(j *world.Job) bool {
		return !j.IsBridge() && slices.Contains(ids, strconv.Itoa(j.ID))
	}))
	if suite == nil {
		return nil, nil
	}
	return suite, nil
}
