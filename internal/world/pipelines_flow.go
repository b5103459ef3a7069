package world

import (
	"cmp"
	"container/heap"
	"slices"
)

// flow is how far a pipeline that moves by itself has come. What is known of the jobs before each one is counted as
// they change, so that only those are looked at for which something has changed: a pipeline of any shape runs to its
// end with work that grows with its jobs and needs alone.
type flow struct {
	total  tally
	stages []*stage         // in order
	at     map[int]*stage   // by its place in the file
	nodes  map[string]*node // by the name of the job
	// first is where in stages the first one is that has not come to its end, before counts the jobs of those before it.
	first   int
	before  tally
	due     nodeHeap // whose turn is to be looked at
	ranked  bool     // the nodes have their ranks
	touched []*stage // whose status is to be made anew
	// blockedLives is that a newer pipeline may make this one redundant also while it waits for a person.
	blockedLives bool
	looks        int // how often a node or a stage was looked at, for the test that this is linear
}

// stage is a stage of a pipeline (app/models/ci/stage.rb).
type stage struct {
	name    string
	index   int       // its place in the file
	place   int       // its place in flow.stages
	status  JobStatus // what it had when the pipeline last moved
	tally   tally
	nodes   []*node // in the order in which they came
	waiting []*node // jobs without needs that became created
	changed bool    // since the status was made
}

// node is the latest job of a name.
type node struct {
	job      *Job
	as       JobStatus // as what it is counted; empty before
	stage    *stage
	needs    []*node
	neededBy []*node
	needed   tally // of what it needs
	rank     int   // its place in the order of processing
	queued   bool  // it is in flow.due
}

// nodeHeap has nodes in the order in which they are looked at.
type nodeHeap []*node

func (h nodeHeap) Len() int           { return len(h) }
func (h nodeHeap) Less(a, b int) bool { return h[a].rank < h[b].rank }
func (h nodeHeap) Swap(a, b int)      { h[a], h[b] = h[b], h[a] }
func (h *nodeHeap) Push(n any)        { *h = append(*h, n.(*node)) }

func (h *nodeHeap) Pop() any {
	last := len(*h) - 1
	n := (*h)[last]
	*h = (*h)[:last]
	return n
}

func newFlow() *flow { return &flow{at: map[int]*stage{}, nodes: map[string]*node{}} }

// byNeeds reports whether the job waits for those that it needs, and not for the stages before its own. An empty list
// is that it waits for nothing.
func (j *Job) byNeeds() bool { return j.Spec.Needs != nil }

// stageOf is the stage of a job, made if the job is its first.
func (f *flow) stageOf(j *Job) *stage {
	if s := f.at[j.StageIndex]; s != nil {
		return s
	}
	s := &stage{name: j.Stage, index: j.StageIndex, status: JobCreated}
	f.at[j.StageIndex] = s
	place, _ := slices.BinarySearchFunc(f.stages, s.index, func(other *stage, index int) int {
		return cmp.Compare(other.index, index)
	})
	f.stages = slices.Insert(f.stages, place, s)
	for i := place; i < len(f.stages); i++ {
		f.stages[i].place = i
	}
	if place < f.first { // seldom: a seed adds stages in any order
		f.first, f.before = 0, tally{}
	}
	return s
}

// latest notes that a job is the latest of its name; nil is that there is none of it any more.
func (f *flow) latest(name string, j *Job) {
	n := f.nodes[name]
	if j == nil {
		f.count(n, "")
		f.disconnect(n)
		n.job = nil
		return
	}
	if n == nil {
		n = &node{}
		f.nodes[name] = n
	}
	if n.stage == nil {
		n.stage = f.stageOf(j)
		n.stage.nodes = append(n.stage.nodes, n)
		f.ranked = false
	}
	if n.job == nil {
		f.connect(n, j)
	}
	n.job = j
	f.changed(j)
}

// connect notes what a job needs. Of what it needs that is not there yet, an empty node is kept.
func (f *flow) connect(n *node, j *Job) {
	for _, need := range j.Spec.Needs {
		other := f.nodes[need.Job]
		if other == nil {
			other = &node{}
			f.nodes[need.Job] = other
		}
		n.needs = append(n.needs, other)
		other.neededBy = append(other.neededBy, n)
		if other.as != "" {
			n.needed.add(other.as, 1)
		}
	}
}

// disconnect forgets what a job needed of whose name there is none any more: another may come that needs others.
func (f *flow) disconnect(n *node) {
	for _, need := range n.needs {
		need.neededBy = slices.DeleteFunc(need.neededBy, func(other *node) bool { return other == n })
	}
	n.needs, n.needed = nil, tally{}
}

// changed notes what a job has become.
func (f *flow) changed(j *Job) {
	n := f.nodes[j.Name]
	if n.job != j {
		return
	}
	f.count(n, j.statusInPipeline())
	if n.as == JobCreated {
		if j.byNeeds() {
			f.look(n)
		} else {
			n.stage.waiting = append(n.stage.waiting, n)
		}
	}
}

// count has a node be counted as a status; empty is not at all.
func (f *flow) count(n *node, as JobStatus) {
	was := n.as
	if was == as {
		return
	}
	n.as = as
	f.replace(&f.total, was, as)
	f.replace(&n.stage.tally, was, as)
	if !n.stage.changed {
		n.stage.changed = true
		f.touched = append(f.touched, n.stage)
	}
	if n.stage.place < f.first {
		f.replace(&f.before, was, as)
	}
	for _, other := range n.neededBy {
		f.replace(&other.needed, was, as)
		if other.job != nil && other.job.Status == JobCreated {
			f.look(other)
		}
	}
	for f.first > n.stage.place && !n.stage.over() {
		f.looks++
		f.first--
		f.before.addAll(f.stages[f.first].tally, -1)
	}
}

// replace counts one status in the place of another; an empty one is none.
func (f *flow) replace(t *tally, was, as JobStatus) {
	f.looks++
	if was != "" {
		t.add(was, -1)
	}
	if as != "" {
		t.add(as, 1)
	}
}

// over reports whether nothing of the stage is to come, but for what may be left out.
func (s *stage) over() bool {
	return s.tally.only(JobSuccess, JobFailed, JobCanceled, JobSkipped, successWithWarnings, ignored)
}

// look has the turn of a node be looked at.
func (f *flow) look(n *node) {
	if n.queued {
		return
	}
	n.queued = true
	if f.ranked {
		heap.Push(&f.due, n)
	} else {
		f.due = append(f.due, n)
	}
}

// next is the node that is to be looked at next: a created job whose needs have changed, or one of the first stage that
// is not over. nil is that there is none.
func (f *flow) next() *node {
	f.order()
	for {
		for f.first < len(f.stages) && f.stages[f.first].over() {
			f.looks++
			f.before.addAll(f.stages[f.first].tally, 1)
			f.first++
		}
		if f.first < len(f.stages) {
			s := f.stages[f.first]
			for _, n := range s.waiting {
				f.look(n)
			}
			s.waiting = nil
		}
		if len(f.due) == 0 {
			return nil
		}
		n := heap.Pop(&f.due).(*node)
		n.queued = false
		f.looks++
		if n.job != nil && n.job.Status == JobCreated {
			return n
		}
	}
}

// previous is the status of what comes before a job that next has returned: of what it needs, or of the stages before
// its own. Nothing counts as success (atomic_processing_service.rb; status_collection.rb).
func (f *flow) previous(n *node) JobStatus {
	before := &f.before
	if n.job.byNeeds() {
		if before = &n.needed; before.has(JobSkipped, ignored) {
			return JobSkipped
		}
	}
	if *before == (tally{}) {
		return JobSuccess
	}
	return before.status()
}

// order gives the nodes their ranks: stage by stage, in a stage those that are needed before those that need them.
func (f *flow) order() {
	if f.ranked {
		return
	}
	f.ranked = true
	rank := 0
	for _, s := range f.stages {
		for _, n := range s.nodes {
			n.rank = -1
		}
		for _, n := range s.nodes {
			rank = f.rankFrom(n, rank)
		}
	}
	heap.Init(&f.due)
}

// rankFrom ranks a node of a stage after those of the stage that it needs, beginning with a rank, and returns the next
// one. It does so without recursion, for a chain may be as long as a file.
func (f *flow) rankFrom(start *node, rank int) int {
	type frame struct {
		n  *node
		at int
	}
	if start.rank >= 0 {
		return rank
	}
	const begun = -2
	start.rank = begun
	for path := []frame{{n: start}}; len(path) > 0; {
		f.looks++
		top := &path[len(path)-1]
		if top.at == len(top.n.needs) {
			top.n.rank = rank
			rank++
			path = path[:len(path)-1]
			continue
		}
		need := top.n.needs[top.at]
		top.at++
		if need.rank == -1 { // which those of this stage alone have
			need.rank = begun
			path = append(path, frame{n: need})
		}
	}
	return rank
}

// dependents are the jobs that need a job, or need one that does, on any depth; itself among them.
func (f *flow) dependents(j *Job) map[*node]struct{} {
	start := f.nodes[j.Name]
	found := map[*node]struct{}{start: {}}
	for left := []*node{start}; len(left) > 0; {
		n := left[len(left)-1]
		left = left[:len(left)-1]
		for _, other := range n.neededBy {
			f.looks++
			if _, has := found[other]; !has {
				found[other] = struct{}{}
				left = append(left, other)
			}
		}
	}
	return found
}

// total counts the pipeline's jobs and what was told of those outside.
func (p *Pipeline) total() tally {
	t := p.flow.total
	t.addAll(p.told(), 1)
	return t
}
