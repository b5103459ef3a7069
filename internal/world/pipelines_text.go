package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// jobsTold is how many jobs of a pipeline a message has.
const jobsTold = 20

// JobsText says which jobs keep the pipeline from ending, and why, each in a line; of one that is over, which jobs did
// not succeed. why has by its ID why a job is pending, where more is known of that than the world knows; pending are
// the IDs of those told of for which it has nothing.
func (st *State) JobsText(p *Pipeline, why map[int]string) (text string, pending []int) {
	over := p.Status().Completed()
	jobs := Filtered(p.Latest(), func(j *Job) bool { return over && j.Status != JobSuccess || !j.Status.Completed() })
	slices.SortStableFunc(jobs, func(a, b *Job) int { return cmp.Compare(a.StageIndex, b.StageIndex) })
	if len(jobs) == 0 {
		return p.nothingLeft(), nil
	}
	lines := []string{"its jobs that have not ended:"}
	if over {
		lines[0] = "its jobs that did not succeed:"
	}
	if text := p.redundancy(); text != "" {
		lines = append([]string{"it was " + text}, lines...)
	}
	for _, j := range jobs[:min(len(jobs), jobsTold)] {
		if j.Status == JobPending && why[j.ID] == "" {
			pending = append(pending, j.ID)
		}
		lines = append(lines, fmt.Sprintf("  job %d (%s) is %s%s", j.ID, j.Name, j.Status, st.because(j, why[j.ID])))
	}
	if more := len(jobs) - jobsTold; more > 0 {
		lines = append(lines, fmt.Sprintf("  and %d more", more))
	}
	return strings.Join(lines, "\n"), pending
}

// redundancy says which pipeline made this one redundant; "" if none has.
func (p *Pipeline) redundancy() string {
	if !p.Moves() || p.facts.AutoCanceledBy == 0 {
		return ""
	}
	return fmt.Sprintf("auto-canceled by the newer pipeline %d of %s", p.facts.AutoCanceledBy, p.Ref())
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

// because says why a job is in its state, as what follows a sentence; "" where that says it all. pending is why it is
// pending, if that is known.
func (st *State) because(j *Job, pending string) string {
	switch {
	case j.Status == JobCanceled:
		return ""
	case j.Status == JobFailed:
		return ": " + j.FailureReason
	case j.Status == JobPending && pending != "":
		return ": " + pending
	}
	return ": " + WaitText(st.WhyPending(j))
}
