package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// jobsTold is how many jobs of a pipeline a message has.
const jobsTold = 20

// JobsText says which jobs keep the pipeline from ending, and why, each in a line; of one that is over, which jobs did
// not succeed. untaken is what is to be said of a job that is pending.
func (p *Pipeline) JobsText(untaken func(*Job) string) string {
	over := p.Status().Completed()
	jobs := Filtered(p.Latest(), func(j *Job) bool { return over && j.Status != JobSuccess || !j.Status.Completed() })
	slices.SortStableFunc(jobs, func(a, b *Job) int { return cmp.Compare(a.StageIndex, b.StageIndex) })
	if len(jobs) == 0 {
		return p.nothingLeft()
	}
	head := "its jobs that have not ended:"
	if over {
		head = "its jobs that did not succeed:"
	}
	lines := []string{head}
	for _, j := range jobs[:min(len(jobs), jobsTold)] {
		lines = append(lines, fmt.Sprintf("  job %d (%s) is %s%s", j.ID, j.Name, j.Status, j.because(untaken)))
	}
	if more := len(jobs) - jobsTold; more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// nothingLeft says of a pipeline none of whose jobs is to be told of, why that is.
func (p *Pipeline) nothingLeft() string {
	switch {
	case len(p.Jobs) > 0:
		return "all of its jobs succeeded"
	case p.Moves() && p.facts.YAMLErrors != "":
		return "it has no jobs: " + p.facts.YAMLErrors
	}
	return "it has no jobs"
}

// because says why a job is in its state, as what follows a sentence; "" where that says it all.
func (j *Job) because(untaken func(*Job) string) string {
	switch j.Status {
	case JobPending:
		return untaken(j)
	case JobRunning:
		if j.Runner != nil {
			return fmt.Sprintf(" on runner %d", j.Runner.ID)
		}
	case JobFailed:
		return ": " + j.FailureReason
	case JobManual:
		return ": it waits for a person to play it"
	case JobScheduled:
		return ": it starts at " + j.ScheduledAt.Format(time.RFC3339)
	case JobWaitingForResource:
		return ": it waits for the resource group " + j.ResourceGroup
	case JobCreated:
		if names := NamesOf(j.awaited(), func(other *Job) string { return other.Name }); len(names) > 0 {
			return ": it waits for " + strings.Join(names, ", ")
		}
	}
	return ""
}

// awaited are the jobs before a created one that have not ended: those that it needs or, without needs, those of
// earlier stages.
func (j *Job) awaited() []*Job {
	return Filtered(j.Pipeline.Latest(), func(other *Job) bool {
		before := other.StageIndex < j.StageIndex
		if j.Spec.Needs != nil {
			before = slices.ContainsFunc(j.Spec.Needs, func(n ci.Need) bool { return n.Job == other.Name })
		}
		return before && !other.Status.Completed()
	})
}
