package fakegitlab

import (
	"iter"
	"slices"
	"strings"
)

// queue is what decides which job a runner gets next. A job is in it exactly while it is pending or running.
type queue struct {
	// lanes are found by the first tag of their jobs, which is "" without tags: a runner looks at those of its own tags.
	lanes   map[string]map[laneKey]*lane
	running map[*job]bool
}

// lane holds the pending jobs that the same runners may take, by id. That a runner may not take one job of it says so of
// all, which keeps a request cheap however many jobs wait for other runners.
type lane struct{ jobs []*job }

type laneKey struct {
	project   *project
	tags      string
	protected bool
}

func newQueue() queue {
	return queue{lanes: map[string]map[laneKey]*lane{}, running: map[*job]bool{}}
}

// place says in which lane a pending job belongs.
func place(j *job) (firstTag string, key laneKey) {
	tags := slices.Sorted(slices.Values(j.Tags))
	if len(tags) > 0 {
		firstTag = tags[0]
	}
	return firstTag, laneKey{j.project, strings.Join(tags, "\x00"), j.Protected}
}

// enter puts a job where its status belongs.
func (qu *queue) enter(j *job) {
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

// leave takes a job out, before its status changes.
func (qu *queue) leave(j *job) {
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

// onInstanceRunners counts the running jobs of each project that instance runners run.
func (qu *queue) onInstanceRunners() map[*project]int {
	counts := map[*project]int{}
	for j := range qu.running {
		if j.runner != nil && j.runner.kind == InstanceRunner {
			counts[j.project]++
		}
	}
	return counts
}

// nextFor is the job that the runner gets next, nil if there is none: the lowest id or, on an instance runner, first of the
// project with the fewest jobs on instance runners (app/services/ci/queue/builds_queue_service.rb).
func (st *state) nextFor(r *runner) *job {
	var counts map[*project]int
	if r.kind == InstanceRunner {
		counts = st.queue.onInstanceRunners()
	}
	var next *job
	for l := range st.queue.lanesFor(r) {
		if j := l.jobs[0]; next == nil || sooner(j, next, counts) {
			next = j
		}
	}
	return next
}

// lanesFor yields the lanes whose jobs the runner may take.
func (qu *queue) lanesFor(r *runner) iter.Seq[*lane] {
	return func(yield func(*lane) bool) {
		for _, tag := range append([]string{""}, r.tags...) {
			for _, l := range qu.lanes[tag] {
				if unfit(r, l.jobs[0]) == fits && !yield(l) {
					return
				}
			}
		}
	}
}

// waitingFor counts the pending jobs that the runner may take.
func (qu *queue) waitingFor(r *runner) int {
	n := 0
	for l := range qu.lanesFor(r) {
		n += len(l.jobs)
	}
	return n
}

func sooner(a, b *job, counts map[*project]int) bool {
	if ca, cb := counts[a.project], counts[b.project]; ca != cb {
		return ca < cb
	}
	return a.ID < b.ID
}

// queueValue is the X-GitLab-Last-Update of a runner: it is another one after every change that may give the runner a job.
type queueValue struct {
	value   string
	changed chan struct{} // closed at the next change; nil while nobody waits
}

// queueValueOf returns the runner's value, made on first need.
func (st *state) queueValueOf(r *runner) string {
	if r.queue.value == "" {
		r.queue.value = st.made.hex(queueValues, queueValueLength)
	}
	return r.queue.value
}

// queueValueLength is the length of a queue value, in hexadecimal digits.
const queueValueLength = 32

// queueChange is closed when the runner's queue value changes.
func (r *runner) queueChange() <-chan struct{} {
	if r.queue.changed == nil {
		r.queue.changed = make(chan struct{})
	}
	return r.queue.changed
}

// tick changes the runner's queue value and wakes the requests that wait for it. A runner that has never asked has none.
func (st *state) tick(r *runner) {
	r.queue.value = ""
	if r.queue.changed != nil {
		close(r.queue.changed)
		r.queue.changed = nil
	}
}

// tickAll is for changes whose reach is not worth working out.
func (st *state) tickAll() {
	for _, r := range st.runners.rows {
		st.tick(r)
	}
}

// tickFor tells the runners that may take the job that it is there.
func (st *state) tickFor(j *job) {
	for _, r := range st.runners.rows {
		if r.queue.value != "" && unfit(r, j) == fits {
			st.tick(r)
		}
	}
}
