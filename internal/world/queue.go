package world

import (
	"iter"
	"slices"
	"strings"
)

// queue is what decides which job a runner gets next. A job is in it exactly while it is pending or running.
type queue struct {
	// Lanes are found by the first tag of their jobs, which is "" without tags: a runner looks at those of its own tags.
	Lanes   map[string]map[laneKey]*lane
	Running map[*Job]bool
}

// lane holds the pending jobs that the same runners may take, by id. That a runner may not take one job of it says so of
// all, which keeps a request cheap however many jobs wait for other runners.
type lane struct{ jobs []*Job }

type laneKey struct {
	project   *Project
	tags      string
	protected bool
}

func newQueue() queue {
	return queue{Lanes: map[string]map[laneKey]*lane{}, Running: map[*Job]bool{}}
}

// place says in which lane a pending job belongs.
func place(j *Job) (firstTag string, key laneKey) {
	tags := slices.Sorted(slices.Values(j.Tags))
	if len(tags) > 0 {
		firstTag = tags[0]
	}
	return firstTag, laneKey{j.Project, strings.Join(tags, "\x00"), j.Protected}
}

// enter puts a job where its status belongs.
func (qu *queue) enter(j *Job) {
	switch j.Status {
	case JobPending:
		tag, key := place(j)
		if qu.Lanes[tag] == nil {
			qu.Lanes[tag] = map[laneKey]*lane{}
		}
		l := qu.Lanes[tag][key]
		if l == nil {
			l = &lane{}
			qu.Lanes[tag][key] = l
		}
		l.jobs = insertByID(l.jobs, j)
	case JobRunning:
		qu.Running[j] = true
	}
}

// leave takes a job out, before its status changes.
func (qu *queue) leave(j *Job) {
	switch j.Status {
	case JobPending:
		tag, key := place(j)
		l := qu.Lanes[tag][key]
		if l.jobs = removeByID(l.jobs, j); len(l.jobs) == 0 {
			delete(qu.Lanes[tag], key)
		}
		if len(qu.Lanes[tag]) == 0 {
			delete(qu.Lanes, tag)
		}
	case JobRunning:
		delete(qu.Running, j)
	}
}

// OnInstanceRunners counts the running jobs of each project that instance runners run.
func (qu *queue) OnInstanceRunners() map[*Project]int {
	counts := map[*Project]int{}
	for j := range qu.Running {
		if j.Runner != nil && j.Runner.Type == InstanceRunner {
			counts[j.Project]++
		}
	}
	return counts
}

// NextFor is the job that the runner gets next, nil if there is none: the lowest id or, on an instance runner, first of the
// project with the fewest jobs on instance runners (app/services/ci/queue/builds_queue_service.rb).
func (st *State) NextFor(r *Runner) *Job {
	var counts map[*Project]int
	if r.Type == InstanceRunner {
		counts = st.Queue.OnInstanceRunners()
	}
	var next *Job
	for l := range st.Queue.lanesFor(r) {
		if j := l.jobs[0]; next == nil || sooner(j, next, counts) {
			next = j
		}
	}
	return next
}

// lanesFor yields the lanes whose jobs the runner may take.
func (qu *queue) lanesFor(r *Runner) iter.Seq[*lane] {
	return func(yield func(*lane) bool) {
		for _, tag := range append([]string{""}, r.Tags...) {
			for _, l := range qu.Lanes[tag] {
				if Unfit(r, l.jobs[0]) == Fits && !yield(l) {
					return
				}
			}
		}
	}
}

// WaitingFor counts the pending jobs that the runner may take.
func (qu *queue) WaitingFor(r *Runner) int {
	n := 0
	for l := range qu.lanesFor(r) {
		n += len(l.jobs)
	}
	return n
}

func sooner(a, b *Job, counts map[*Project]int) bool {
	if ca, cb := counts[a.Project], counts[b.Project]; ca != cb {
		return ca < cb
	}
	return a.ID < b.ID
}

// QueueValueOf returns the runner's value, made on first need.
func (st *State) QueueValueOf(r *Runner) string {
	if r.Queue.value == "" {
		r.Queue.value = st.made.hex(queueValues, queueValueLength)
	}
	return r.Queue.value
}

// queueValueLength is the length of a queue value, in hexadecimal digits.
const queueValueLength = 32

// tick changes the runner's queue value and wakes the requests that wait for it. A runner that has never asked has none.
func (st *State) tick(r *Runner) {
	r.Queue.value = ""
	if r.Queue.Changed != nil {
		close(r.Queue.Changed)
		r.Queue.Changed = nil
	}
}

// tickAll is for changes whose reach is not worth working out.
func (st *State) tickAll() {
	for _, r := range st.Runners.Rows {
		st.tick(r)
	}
}

// tickFor tells the runners that may take the job that it is there.
func (st *State) tickFor(j *Job) {
	for _, r := range st.Runners.Rows {
		if r.Queue.value != "" && Unfit(r, j) == Fits {
			st.tick(r)
		}
	}
}
