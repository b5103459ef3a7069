package world

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// JobQueue decides which job a runner gets next. A job is in it exactly while it is pending or running. The zero value
// is an empty queue.
type JobQueue struct {
	// lanes has the lanes by the first, in order of the alphabet, of the tags that their jobs have, "" for none. So a
	// runner need look only at those under "" and under its own tags.
	lanes   map[string]map[laneKey]*lane
	running map[*Job]bool
	// onInstance counts, for each project that has any, the jobs that run on instance runners.
	onInstance map[*Project]int
	// asked are the queue values of the runners that have one, those alone which a change concerns: a runner that waits
	// for a change has one, too. Of many runners few have asked since their last change.
	asked map[*Runner]*queueValue
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
		inLane := qu.lanes[tag]
		l := inLane[key]
		if l == nil {
			l = &lane{}
			put(&inLane, key, l)
			put(&qu.lanes, tag, inLane)
		}
		l.jobs = insertByID(l.jobs, j)
	case JobRunning:
		put(&qu.running, j, true)
		qu.count(j, 1)
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
		qu.count(j, -1)
		delete(qu.running, j)
	}
}

// count adds n to the jobs of the job's project that run on instance runners, if it is one of them.
func (qu *JobQueue) count(j *Job, n int) {
	if j.Runner == nil || j.Runner.Type != InstanceRunner || !qu.running[j] {
		return
	}
	if n += qu.onInstance[j.Project]; n == 0 {
		delete(qu.onInstance, j.Project)
	} else {
		put(&qu.onInstance, j.Project, n)
	}
}

// setRunner notes who took the job, or with nil that nobody is known to have it; what is counted by runners follows.
func (st *State) setRunner(j *Job, r *Runner, m *Manager) {
	st.Queue.count(j, -1)
	j.Runner, j.Manager = r, m
	st.Queue.count(j, 1)
}

// OnInstanceRunners is how many jobs of a project run on instance runners.
func (qu *JobQueue) OnInstanceRunners(p *Project) int { return qu.onInstance[p] }

// NextFor is the pending job that the runner gets next, nil if there is none: the one with the lowest id. On an
// instance runner the project with the fewest jobs on instance runners comes first
// (app/services/ci/queue/builds_queue_service.rb).
func (st *State) NextFor(r *Runner) *Job { return st.Queue.first(r) }

// first is NextFor.
func (qu *JobQueue) first(r *Runner) (next *Job) {
	counts := qu.countsFor(r)
	qu.eachLaneFor(r, func(l *lane) {
		if j := l.jobs[0]; next == nil || sooner(j, next, counts) {
			next = j
		}
	})
	return next
}

// countsFor are the numbers that decide which project comes first on a runner, by project: none but on one of the
// instance.
func (qu *JobQueue) countsFor(r *Runner) map[*Project]int {
	if r.Type != InstanceRunner {
		return nil
	}
	return qu.onInstance
}

// eachLaneFor does something with each lane whose jobs the runner may take.
func (qu *JobQueue) eachLaneFor(r *Runner, do func(*lane)) {
	for _, tag := range append([]string{""}, r.Tags...) {
		for _, l := range qu.lanes[tag] {
			if Unfit(r, l.jobs[0]) == Fits {
				do(l)
			}
		}
	}
}

// WaitingFor counts the pending jobs that the runner may take.
func (qu *JobQueue) WaitingFor(r *Runner) int {
	n := 0
	qu.eachLaneFor(r, func(l *lane) { n += len(l.jobs) })
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

// queueValue is what a runner gets as X-GitLab-Last-Update. Every change that may give the runner a job makes it
// another one (app/models/ci/runner.rb, ensure_runner_queue_value and tick_runner_queue).
type queueValue struct {
	value   string
	madeAt  time.Time
	changed chan struct{} // closed at the next change; nil while nobody waits
}

// QueueValueOf returns the runner's queue value, which is made when it is first asked for after a change, or after its
// lifetime: so a runner whose last value is older has the queue looked at anew.
func (st *State) QueueValueOf(r *Runner) string { return st.queueValueOf(r).value }

func (st *State) queueValueOf(r *Runner) *queueValue {
	v := st.Queue.asked[r]
	if v == nil {
		v = &queueValue{}
		put(&st.Queue.asked, r, v)
	}
	if now := st.Now(); now.Sub(v.madeAt) >= queueValueLifetime {
		v.value, v.madeAt = st.made.hex(queueValues, queueValueLength), now
	}
	return v
}

// QueueChange is a channel that is closed when the runner's queue value changes.
func (st *State) QueueChange(r *Runner) <-chan struct{} {
	v := st.queueValueOf(r)
	if v.changed == nil {
		v.changed = make(chan struct{})
	}
	return v.changed
}

// queueValueLength is the length of a queue value, in hexadecimal digits.
const queueValueLength = 32

// tick has the runner's queue value be another one from now on, and wakes the requests that wait for that.
func (st *State) tick(r *Runner) {
	if v := st.Queue.asked[r]; v != nil && v.changed != nil {
		close(v.changed)
	}
	delete(st.Queue.asked, r)
}

// tickAll is tick for all runners, for changes of which it would be laborious to say whom they concern.
func (st *State) tickAll() { st.tickThose(func(*Runner) bool { return true }) }

// tickFor is tick for the runners that may take a job which has become pending.
func (st *State) tickFor(j *Job) { st.tickThose(func(r *Runner) bool { return Unfit(r, j) == Fits }) }

// tickThose is tick for the runners that have asked and are concerned, by id, so that those who wait are woken in the
// same order each time. One whose value nobody has asked for since the last change needs none.
func (st *State) tickThose(concerned func(*Runner) bool) {
	var those []*Runner
	for r := range st.Queue.asked {
		if concerned(r) {
			those = append(those, r)
		}
	}
	slices.SortFunc(those, func(a, b *Runner) int { return a.ID - b.ID })
	for _, r := range those {
		st.tick(r)
	}
}
