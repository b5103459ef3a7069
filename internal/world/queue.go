package world

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// JobQueue decides which job a runner gets next. A job is in it exactly while it is pending or running.
type JobQueue struct {
	// lanes has the lanes by the first, in order of the alphabet, of the tags that their jobs have, "" for none. So a
	// runner need look only at those under "" and under its own tags.
	lanes   map[string]map[laneKey]*lane
	running map[*Job]bool
}

// lane holds pending jobs that the same runners may take, by id: what Unfit says of one is so of all. That keeps a
// request cheap however many jobs wait for other runners.
type lane struct{ jobs []*Job }

// laneKey is what Unfit looks at in a job: jobs that have it in common wait in one lane.
type laneKey struct {
	project   *Project
	tags      string // sorted and joined
	protected bool
}

// newQueue makes an empty queue.
func newQueue() JobQueue {
	return JobQueue{lanes: map[string]map[laneKey]*lane{}, running: map[*Job]bool{}}
}

// place says in which lane a pending job belongs.
func place(j *Job) (firstTag string, key laneKey) {
	tags := slices.Sorted(slices.Values(j.Tags))
	if len(tags) > 0 {
		firstTag = tags[0]
	}
	return firstTag, laneKey{j.Project, strings.Join(tags, "\x00"), j.Protected}
}

// enter takes a job in after its status has changed; one that is neither pending nor running stays outside.
func (qu *JobQueue) enter(j *Job) {
	switch j.Status {
	case JobPending:
		tag, key := place(j)
		if qu.lanes[tag] == nil {
			qu.lanes[tag] = map[laneKey]*lane{}
		}
		l := qu.lanes[tag][key]
		if l == nil {
			l = &lane{}
			qu.lanes[tag][key] = l
		}
		l.jobs = insertByID(l.jobs, j)
	case JobRunning:
		qu.running[j] = true
	}
}

// leave takes a job out before its status changes.
func (qu *JobQueue) leave(j *Job) {
	switch j.Status {
	case JobPending:
		tag, key := place(j)
		l := qu.lanes[tag][key]
		if l.jobs = removeByID(l.jobs, j); len(l.jobs) == 0 {
			delete(qu.lanes[tag], key)
		}
		if len(qu.lanes[tag]) == 0 {
			delete(qu.lanes, tag)
		}
	case JobRunning:
		delete(qu.running, j)
	}
}

// OnInstanceRunners counts, for each project that has any, the jobs that run on instance runners.
func (qu *JobQueue) OnInstanceRunners() map[*Project]int {
	counts := map[*Project]int{}
	for j := range qu.running {
		if j.Runner != nil && j.Runner.Type == InstanceRunner {
			counts[j.Project]++
		}
	}
	return counts
}

// NextFor is the pending job that the runner gets next, nil if there is none: the one with the lowest id. On an
// instance runner the project with the fewest jobs on instance runners comes first
// (app/services/ci/queue/builds_queue_service.rb).
func (st *State) NextFor(r *Runner) *Job {
	var counts map[*Project]int
	if r.Type == InstanceRunner {
		counts = st.Queue.OnInstanceRunners()
	}
	return st.Queue.first(r, counts)
}

// first is NextFor, given what OnInstanceRunners counts for a runner of the instance, and nil for another.
func (qu *JobQueue) first(r *Runner, counts map[*Project]int) (next *Job) {
	for l := range qu.lanesFor(r) {
		if j := l.jobs[0]; next == nil || sooner(j, next, counts) {
			next = j
		}
	}
	return next
}

// lanesFor yields the lanes whose jobs the runner may take.
func (qu *JobQueue) lanesFor(r *Runner) iter.Seq[*lane] {
	return func(yield func(*lane) bool) {
		for _, tag := range append([]string{""}, r.Tags...) {
			for _, l := range qu.lanes[tag] {
				if Unfit(r, l.jobs[0]) == Fits && !yield(l) {
					return
				}
			}
		}
	}
}

// WaitingFor counts the pending jobs that the runner may take.
func (qu *JobQueue) WaitingFor(r *Runner) int {
	n := 0
	for l := range qu.lanesFor(r) {
		n += len(l.jobs)
	}
	return n
}

// Empty reports whether no job is pending.
func (qu *JobQueue) Empty() bool { return len(qu.lanes) == 0 }

// explainedLanes is how many lanes WhyNoneFor looks at: a test has few, and a load of many is not to pay for a text.
const explainedLanes = 64

// WhyNoneFor says why a runner that may take none of the pending jobs gets none: of the oldest by name, of the others
// how many there are. It is "" while no job is pending.
func (qu *JobQueue) WhyNoneFor(r *Runner) string {
	if qu.Empty() {
		return ""
	}
	if r.Paused {
		return isPaused.Explain(r, nil)
	}
	var oldest *Job
	lanes, jobs := 0, 0
	for _, byKey := range qu.lanes {
		for _, l := range byKey {
			if lanes++; lanes > explainedLanes {
				return "no pending job is for the runner"
			}
			jobs += len(l.jobs)
			if oldest == nil || l.jobs[0].ID < oldest.ID {
				oldest = l.jobs[0]
			}
		}
	}
	text := fmt.Sprintf("job %d is not for the runner: %s", oldest.ID, whyUnfit(r, oldest))
	switch others := jobs - 1; {
	case others == 1:
		text += "; nor is another that is pending"
	case others > 1:
		text += fmt.Sprintf("; nor are %d others that are pending", others)
	}
	return text
}

// sooner reports whether job a comes before job b, by the running jobs of their projects and then by id.
func sooner(a, b *Job, counts map[*Project]int) bool {
	if ca, cb := counts[a.Project], counts[b.Project]; ca != cb {
		return ca < cb
	}
	return a.ID < b.ID
}

// queueValueLifetime is for how long GitLab keeps a queue value (app/models/ci/runner.rb, RUNNER_QUEUE_EXPIRY_TIME).
const queueValueLifetime = time.Hour

// QueueValueOf returns the runner's queue value, which is made when it is first asked for after a change, or after its
// lifetime: so a runner whose last value is older has the queue looked at anew.
func (st *State) QueueValueOf(r *Runner) string {
	now := st.Now()
	if r.queue.value == "" || now.Sub(r.queue.madeAt) >= queueValueLifetime {
		r.queue.value, r.queue.madeAt = st.made.hex(queueValues, queueValueLength), now
	}
	return r.queue.value
}

// queueValueLength is the length of a queue value, in hexadecimal digits.
const queueValueLength = 32

// tick has the runner's queue value be another one from now on, and wakes the requests that wait for that.
func (st *State) tick(r *Runner) {
	r.queue.value = ""
	if r.queue.changed != nil {
		close(r.queue.changed)
		r.queue.changed = nil
	}
}

// tickAll is tick for all runners, for changes of which it would be laborious to say whom they concern.
func (st *State) tickAll() {
	for _, r := range st.Runners.Rows {
		st.tick(r)
	}
}

// tickFor is tick for the runners that may take a job which has become pending. One whose value nobody has asked for
// since the last change needs none.
func (st *State) tickFor(j *Job) {
	for _, r := range st.Runners.Rows {
		if r.queue.value != "" && Unfit(r, j) == Fits {
			st.tick(r)
		}
	}
}
