package world

import (
	"cmp"
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Pipeline is the record of a pipeline: the jobs that share one, all of one project.
type Pipeline struct {
	ID      int
	project *Project
	Jobs    []*Job // by id
}

func (p *Pipeline) id() int { return p.ID }

// joinPipeline puts a job into the pipeline of its PipelineID, which is made for its first job.
func (st *State) joinPipeline(j *Job) {
	p := st.pipelines[j.PipelineID]
	if p == nil {
		p = &Pipeline{ID: j.PipelineID, project: j.Project}
		st.pipelines[p.ID] = p
		j.Project.pipelines = insertByID(j.Project.pipelines, p)
	}
	p.Jobs = insertByID(p.Jobs, j)
	j.Pipeline = p
	st.OnUndo(func() { st.leavePipeline(j) })
}

func (st *State) leavePipeline(j *Job) {
	p := j.Pipeline
	if p.Jobs = removeByID(p.Jobs, j); len(p.Jobs) == 0 {
		delete(st.pipelines, p.ID)
		p.project.pipelines = removeByID(p.project.pipelines, p)
	}
}

// Iid is the pipeline's number within its project, from 1.
func (p *Pipeline) Iid() int {
	i, _ := slices.BinarySearchFunc(p.project.pipelines, p.ID, byID[*Pipeline])
	return i + 1
}

// Latest are the pipeline's jobs without those that have been retried, by id: of several attempts at one name the last.
func (p *Pipeline) Latest() []*Job {
	last := map[string]*Job{}
	for _, j := range p.Jobs {
		last[j.Name] = j
	}
	return slices.SortedFunc(maps.Values(last), func(a, b *Job) int { return cmp.Compare(a.ID, b.ID) })
}

// retried reports whether there is a later attempt at the job.
func (j *Job) retried() bool {
	return slices.ContainsFunc(j.Pipeline.Jobs, func(other *Job) bool { return other.Name == j.Name && other.ID > j.ID })
}

// attempts is how often the job has been tried before this one.
func (j *Job) attempts() int {
	n := 0
	for _, other := range j.Pipeline.Jobs {
		if other.Name == j.Name && other.ID < j.ID {
			n++
		}
	}
	return n
}

// Dependencies are the jobs of the pipeline whose artifacts the job gets, by ID: the ones that its needs or its dependencies name
// or, without either, all of earlier stages. Of several attempts at one name the latest counts (Ci::BuildDependencies).
func (j *Job) Dependencies() []*Job {
	if len(j.Pipeline.Jobs) == 1 {
		return nil
	}
	spec, latest := ci.JobSpec(j.Spec), map[string]*Job{}
	for _, other := range j.Pipeline.Jobs { // by id
		if other != j && spec.WantsArtifactsOf(other.Name, other.StageIndex < j.StageIndex) {
			latest[other.Name] = other
		}
	}
	return slices.SortedFunc(maps.Values(latest), func(a, b *Job) int { return cmp.Compare(a.ID, b.ID) })
}
