package fakegitlab

import (
	"cmp"
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
)

// pipeline is the record of a pipeline: the jobs that share one, all of one project.
type pipeline struct {
	num     int
	project *project
	jobs    []*job // by id
}

func (p *pipeline) id() int { return p.num }

// joinPipeline puts a job into the pipeline of its PipelineID, which is made for its first job.
func (st *state) joinPipeline(j *job) {
	p := st.pipelines[j.PipelineID]
	if p == nil {
		p = &pipeline{num: j.PipelineID, project: j.project}
		st.pipelines[p.num] = p
		j.project.pipelines = insertByID(j.project.pipelines, p)
	}
	p.jobs = insertByID(p.jobs, j)
	j.pipeline = p
	st.onUndo(func() { st.leavePipeline(j) })
}

func (st *state) leavePipeline(j *job) {
	p := j.pipeline
	if p.jobs = removeByID(p.jobs, j); len(p.jobs) == 0 {
		delete(st.pipelines, p.num)
		p.project.pipelines = removeByID(p.project.pipelines, p)
	}
}

// iid is the pipeline's number within its project, from 1.
func (p *pipeline) iid() int {
	i, _ := slices.BinarySearchFunc(p.project.pipelines, p.num, byID[*pipeline])
	return i + 1
}

// latest are the pipeline's jobs without those that have been retried, by id: of several attempts at one name the last.
func (p *pipeline) latest() []*job {
	last := map[string]*job{}
	for _, j := range p.jobs {
		last[j.Name] = j
	}
	return slices.SortedFunc(maps.Values(last), func(a, b *job) int { return cmp.Compare(a.ID, b.ID) })
}

// retried reports whether there is a later attempt at the job.
func (j *job) retried() bool {
	return slices.ContainsFunc(j.pipeline.jobs, func(other *job) bool { return other.Name == j.Name && other.ID > j.ID })
}

// attempts is how often the job has been tried before this one.
func (j *job) attempts() int {
	n := 0
	for _, other := range j.pipeline.jobs {
		if other.Name == j.Name && other.ID < j.ID {
			n++
		}
	}
	return n
}

// dependencies are the jobs of the pipeline whose artifacts the job gets, by ID: the ones that its needs or its dependencies name
// or, without either, all of earlier stages. Of several attempts at one name the latest counts (Ci::BuildDependencies).
func (j *job) dependencies() []*job {
	if len(j.pipeline.jobs) == 1 {
		return nil
	}
	spec, latest := ci.JobSpec(j.Spec), map[string]*job{}
	for _, other := range j.pipeline.jobs { // by id
		if other != j && spec.WantsArtifactsOf(other.Name, other.StageIndex < j.StageIndex) {
			latest[other.Name] = other
		}
	}
	return slices.SortedFunc(maps.Values(latest), func(a, b *job) int { return cmp.Compare(a.ID, b.ID) })
}
