package world

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Verdict says of a runner why it may have a pending job or may not, or of a job why no runner is asked. Its sentences
// are about "the runner" or "the job".
type Verdict struct {
	RunnerID    int    // 0: it is about the job itself, which is not pending, or there is no runner
	Description string // of the runner
	May         bool   // GitLab gives the runner the job when it asks, unless another one comes first
	Reasons     []string
	distance    int  // how much would have to change for the runner to get the job
	silent      bool // the runner has never contacted GitLab
}

// WhyPending says of each runner, by id, why it may have a job or may not. For a job that is not pending it has one
// verdict, without a runner, which says what the job waits for or what has become of it.
func (st *State) WhyPending(j *Job) []Verdict {
	switch {
	case j.Status != JobPending:
		return []Verdict{{Reasons: []string{st.notPending(j)}}}
	case len(st.Runners.Rows) == 0:
		return []Verdict{{Reasons: []string{"there is no runner"}}}
	}
	busy := st.Queue.byRunner()
	verdicts := make([]Verdict, len(st.Runners.Rows))
	for i, r := range st.Runners.Rows {
		v := Verdict{RunnerID: r.ID, Description: OrEmpty(r.Description), silent: r.ContactedAt.IsZero()}
		v.Reasons, v.distance = st.refusals(r, j)
		if v.May = len(v.Reasons) == 0; v.May {
			v.Reasons = st.delays(r, j, busy[r])
		}
		verdicts[i] = v
	}
	return verdicts
}

// Add adds to the verdict on a runner that may have the job what is known beside the world: first what keeps its
// requests from GitLab, last the number of its last request for a job, 0 for none, and how that was answered.
func (v *Verdict) Add(first []string, number int, answer string) {
	v.Reasons = append(first, v.Reasons...)
	switch {
	case number != 0:
		v.Reasons = append(v.Reasons, fmt.Sprintf("its last request for a job was #%d (%s)", number, answer))
	case !v.silent:
		v.Reasons = append(v.Reasons, "no request for a job has come from it")
	}
}

// Reason is all reasons as one.
func (v Verdict) Reason() string { return strings.Join(v.Reasons, reasonsJoined) }

// unreached is the distance of a runner that does not serve the project: any other that may not take the job is nearer.
const unreached = 100

// refusals are the rules that keep the runner from the job, and how far that is from none.
func (st *State) refusals(r *Runner, j *Job) (rules []string, distance int) {
	if !r.TokenExpiresAt.IsZero() && !r.TokenExpiresAt.After(st.Now()) {
		rules = append(rules, "its token expired at "+moment(r.TokenExpiresAt))
	}
	for _, m := range allMisfits(r, j) {
		if rules = append(rules, m.Explain(r, j)); m >= jobsOff && m <= otherProject {
			distance += unreached
		}
	}
	return rules, distance + len(rules)
}

// moment is a time in a reason.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// delays are why a runner that may have the job does not have it yet, as far as GitLab knows.
func (st *State) delays(r *Runner, j *Job, busy []*Job) (all []string) {
	counts := st.Queue.countsFor(r)
	if first := st.Queue.first(r); first != nil && first != j {
		text := jobText(first) + " comes before it"
		if here, there := counts[j.Project], counts[first.Project]; here != there {
			text += fmt.Sprintf(", as %s has %d jobs on instance runners and %s has %d", first.Project.Path, there,
				j.Project.Path, here)
		}
		all = append(all, text)
	}
	if len(busy) > 0 {
		all = append(all, "the runner is at work on "+listed(busy, (*Job).number, "job"))
	}
	switch {
	case r.ContactedAt.IsZero():
		all = append(all, "the runner has never contacted GitLab")
	case !st.IsOnline(r):
		all = append(all, fmt.Sprintf("the runner is %s: GitLab last heard of it at %s", st.RunnerStatus(r),
			moment(r.ContactedAt)))
	}
	return all
}

// byRunner are the running jobs of each runner that has any, by id; of nil those whose runner is gone.
func (qu *JobQueue) byRunner() map[*Runner][]*Job {
	jobs := map[*Runner][]*Job{}
	for j := range qu.running {
		jobs[j.Runner] = insertByID(jobs[j.Runner], j)
	}
	return jobs
}

// notPending says of a job that is not pending why no runner is asked for it.
func (st *State) notPending(j *Job) string {
	switch j.Status {
	case JobCreated:
		return awaited(j)
	case JobManual:
		return "the job waits for somebody to play it"
	case JobScheduled:
		if j.ScheduledAt.IsZero() {
			return "the job waits for its time to come, or for somebody to play it"
		}
		return fmt.Sprintf("the job is delayed until %s, %s from now", moment(j.ScheduledAt), j.ScheduledAt.Sub(st.Now()))
	case JobWaitingForResource:
		return "the job waits for the resource group " + j.ResourceGroup + st.heldBy(j)
	case JobSkipped:
		return skippedFor(j)
	case JobRunning, JobCanceling:
		if j.Runner == nil {
			return "the runner that had the job is gone"
		}
		return fmt.Sprintf("runner %d has the job", j.Runner.ID)
	case JobCanceled:
		if text := j.Pipeline.redundancy(); text != "" {
			return "the job has ended: it is canceled; its pipeline was " + text
		}
	case JobFailed:
		return "the job has ended: it failed with " + cmp.Or(j.FailureReason, UnknownFailure)
	}
	if j.Status.Completed() {
		return "the job has ended: it is " + string(j.Status)
	}
	return "the job is " + string(j.Status)
}

// heldBy says which job has the resource group of one that waits for it, or is to have it next.
func (st *State) heldBy(j *Job) string {
	first := st.resourceFirst(j)
	if first == nil {
		return ""
	}
	g := st.ResourceGroup(j.Project, j.ResourceGroup)
	if first == g.Holder() {
		return fmt.Sprintf(", which %s has; that one is %s", jobText(first), first.Status)
	}
	return fmt.Sprintf(", which %s is to have first (%s); that one is %s", jobText(first), g.Mode(), first.Status)
}

// resourceFirst is the job that has the resource group for which another one waits, or is to have it before that one;
// nil if there is none.
func (st *State) resourceFirst(j *Job) *Job {
	g := st.ResourceGroup(j.Project, j.ResourceGroup)
	if g == nil {
		return nil
	}
	if holder := g.Holder(); holder != nil {
		return holder
	}
	if first := g.upcoming(); first != j {
		return first
	}
	return nil
}

// before are the jobs whose end decides whether a job starts: those that it needs or, without needs, all of earlier
// stages. Of several tries the last counts.
func (j *Job) before() (jobs []*Job) {
	if !j.byNeeds() {
		return Filtered(j.Pipeline.Latest(), func(other *Job) bool { return other.StageIndex < j.StageIndex })
	}
	for _, need := range j.Spec.Needs {
		if tries := j.Pipeline.triesOf(need.Job); tries != nil && tries != j.tries {
			jobs = append(jobs, tries.jobs[len(tries.jobs)-1])
		}
	}
	return jobs
}

// awaited says what a created job waits for.
func awaited(j *Job) string {
	open := unfinished(j)
	switch {
	case len(open) > 0:
		return "the job waits for " + listed(open, func(other *Job) string {
			return waitingText(other, map[*Job]bool{j: true})
		}, "")
	case j.Pipeline.Moves():
		return "the job waits for no other: it is about to go on"
	}
	return "the job waits for no other, and for being enqueued: jobs that were added alone do not go on by themselves"
}

// unfinished are the jobs before a job that have not ended, those first that are further than created. Without needs
// the others are left out: what they wait for themselves is among the first. Jobs of an earlier stage that people need
// not play do not count.
func unfinished(j *Job) []*Job {
	open := Filtered(j.before(), func(other *Job) bool {
		return !other.Status.Completed() && (j.byNeeds() || other.statusInPipeline() != ignored)
	})
	isCreated := func(other *Job) bool { return other.Status == JobCreated }
	further := Filtered(open, func(other *Job) bool { return !isCreated(other) })
	if j.byNeeds() || len(further) == 0 {
		return append(further, Filtered(open, isCreated)...)
	}
	return further
}

// waitingText is a job that another one waits for, with what it waits for itself. seen are those on the way to it, as
// needs that were seeded may go round in a circle.
func waitingText(j *Job, seen map[*Job]bool) string {
	text := jobText(j) + ", which is " + string(j.Status)
	switch j.Status {
	case JobManual:
		return text + " (somebody has to play it)"
	case JobCreated:
		seen[j] = true
		if open := unfinished(j); len(open) > 0 && !seen[open[0]] {
			return text + " and waits for " + waitingText(open[0], seen)
		}
	}
	return text
}

// skippedFor says why a job was skipped, as far as that can be seen of the jobs before it: they failed or, if none did,
// were canceled or, if none was, did not run themselves.
func skippedFor(j *Job) string {
	const text = "the job was skipped"
	notRun := []JobStatus{JobSkipped}
	if j.byNeeds() {
		notRun = append(notRun, ignored)
	}
	before := j.before()
	for _, kind := range [][]JobStatus{{JobFailed}, {JobCanceled}, notRun} {
		causes := Filtered(before, func(other *Job) bool { return slices.Contains(kind, other.statusInPipeline()) })
		switch {
		case j.When == whenOnFailure:
			if len(causes) == 0 {
				return text + ": it is one for failures (when: on_failure), and none was before it"
			}
			return text
		case len(causes) > 0:
			return text + ": it comes after " +
				listed(causes, func(other *Job) string { return jobText(other) + ", which is " + string(other.Status) }, "")
		}
	}
	return text
}

// jobText is a job for a person: "job 7 (build)".
func jobText(j *Job) string { return fmt.Sprintf("job %d (%s)", j.ID, j.Name) }

func (j *Job) number() string { return strconv.Itoa(j.ID) }

// named is how many of several are named in a sentence; of the others it says how many there are.
const named = 3

// listed are several in a sentence, with a word before them: "job 7, 8 and 2 more".
func listed[T any](all []T, text func(T) string, word string) string {
	var texts []string
	for _, one := range all[:min(named, len(all))] {
		texts = append(texts, text(one))
	}
	if others := len(all) - named; others > 0 {
		texts = append(texts, fmt.Sprintf("%d more", others))
	}
	last, and := len(texts)-1, " and "
	said := texts[last]
	if strings.Contains(texts[0], ", ") {
		and = ", and " // which ends a clause
	}
	if last > 0 {
		said = strings.Join(texts[:last], ", ") + and + said
	}
	return strings.TrimPrefix(word+" "+said, " ")
}

// Nearest are verdicts with the runners first that may have the job, and of the others those that are nearest to it.
func Nearest(verdicts []Verdict) []Verdict {
	nearest := slices.Clone(verdicts)
	slices.SortStableFunc(nearest, func(a, b Verdict) int { return cmp.Compare(a.distance, b.distance) })
	return nearest
}

// WaitHead is verdicts as a short text that tells no more than which runner the job waits for.
func WaitHead(verdicts []Verdict) string {
	if len(verdicts) == 1 && verdicts[0].RunnerID == 0 {
		return verdicts[0].Reason()
	}
	if may := Filtered(verdicts, Verdict.may); len(may) > 0 {
		return "it waits for " + listed(may, Verdict.runner, "runner") + " to ask for a job"
	}
	return "no runner may take it"
}

func (v Verdict) may() bool      { return v.May }
func (v Verdict) runner() string { return strconv.Itoa(v.RunnerID) }

// WaitText is verdicts as one text, for the error of a wait that was in vain. Runners for which the same holds are told
// together. Of those that may not have the job it tells only where there is no other.
func WaitText(verdicts []Verdict) string {
	head := WaitHead(verdicts)
	if len(verdicts) == 1 && verdicts[0].RunnerID == 0 {
		return head
	}
	told := Filtered(verdicts, Verdict.may)
	if len(told) == 0 {
		told = Nearest(verdicts)
	}
	groups := alike(told)
	if told[0].Reason() == "" {
		return head
	}
	if told[0].May && len(groups) == 1 {
		return head + ": " + told[0].Reason()
	}
	return head + "; " + toldAlike(groups)
}

// alike puts verdicts together that say the same, in their order.
func alike(verdicts []Verdict) (groups [][]Verdict) {
	at := map[string]int{}
	for _, v := range verdicts {
		i, known := at[v.Reason()]
		if !known {
			i, at[v.Reason()] = len(groups), len(groups)
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], v)
	}
	return groups
}

// toldAlike tells of the first groups, and of the others how many runners they are.
func toldAlike(groups [][]Verdict) string {
	var texts []string
	others := 0
	for i, group := range groups {
		if i < named {
			texts = append(texts, listed(group, Verdict.runner, "runner")+": "+group[0].Reason())
		} else {
			others += len(group)
		}
	}
	if others > 0 {
		texts = append(texts, fmt.Sprintf("%d more", others))
	}
	return strings.Join(texts, "; ")
}
