package graphql

// What jobs need and keep, and what their pipelines were given (app/graphql/types/ci/build_need_type.rb,
// app/graphql/types/ci/job_artifact_type.rb, app/graphql/types/ci/pipeline_manual_variable_type.rb).

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// need is a job that another one waits for.
type need struct {
	number int
	name   string
}

// needsOf are the needs of a job that are of its own pipeline. They have no records here: the numbers are made of the
// job's, so that no two are alike.
func needsOf(j *world.Job) (needs []need) {
	for i, n := range j.Spec.Needs {
		needs = append(needs, need{j.ID*world.MostNeeds + i, n.Job})
	}
	return needs
}

func needKey(n need) key { return key{id: n.number} }

func needRows() rows {
	return rows{
		"id":   of(func(_ *call, n need) any { return gid(modelNeed, n.number) }),
		"name": of(func(_ *call, n need) any { return n.name }),
	}
}

// listNeeds are what a job needs, the last first, as GitLab lists records of which no order is said.
func listNeeds(_ *call, x *exec, j *world.Job, a args) (any, error) {
	return byKeys(x, needsOf(j), newestFirst, needKey, a, anything[need]), nil
}

// jobsBefore are the latest jobs of the stage before that of a job.
func jobsBefore(j *world.Job) []*world.Job {
	return world.Filtered(j.Pipeline.Latest(), func(other *world.Job) bool { return other.StageIndex == j.StageIndex-1 })
}

func listJobsBefore(_ *call, x *exec, j *world.Job, a args) (any, error) {
	return byPlace(x, jobsBefore(j), a, anything[*world.Job]), nil
}

// listBeforeOrNeeds are what a job waits for: what it needs, or the stage before it.
func listBeforeOrNeeds(c *call, x *exec, j *world.Job, a args) (any, error) {
	if j.Spec.Needs != nil {
		return listNeeds(c, x, j, a)
	}
	return listJobsBefore(c, x, j, a)
}

// artifact is a file that a job kept.
type artifact struct {
	job *world.Job
	*world.File
}

// artifactsOf are the files of a job, as they came.
func artifactsOf(j *world.Job) (all []artifact) {
	for _, f := range j.Files {
		all = append(all, artifact{j, f})
	}
	if log := j.LogFile(); log != nil {
		all = append(all, artifact{j, log})
	}
	return all
}

func artifactRows() rows {
	return rows{
		"downloadPath": of(func(_ *call, f artifact) any {
			return jobPage(f.job, "/artifacts/download?file_type="+f.Type)
		}),
		"expireAt": of(func(_ *call, f artifact) any { return when(f.ExpiresAt) }),
		"fileType": of(func(_ *call, f artifact) any { return enum(f.Type) }),
		"name":     of(func(_ *call, f artifact) any { return f.Filename }),
		"size":     of(func(_ *call, f artifact) any { return f.Content.Size }),
	}
}

// listArtifacts are the files of a job, the last first; those of a trigger job are null.
func listArtifacts(_ *call, x *exec, j *world.Job, a args) (any, error) {
	if j.IsBridge() {
		return nil, nil
	}
	files := artifactsOf(j)
	slices.Reverse(files)
	return byPlace(x, files, a, anything[artifact]), nil
}

// pipelineArtifacts are the files of all jobs of a pipeline.
func pipelineArtifacts(c *call, p *world.Pipeline) any {
	files := []artifact{}
	for _, j := range p.Jobs {
		files = append(files, artifactsOf(j)...)
	}
	return slices.DeleteFunc(files, func(f artifact) bool { return !c.opens(f).Allowed })
}

// variable is one that a pipeline was given.
type variable struct {
	pipeline   *world.Pipeline
	key, value string
}

func variableRows() rows {
	return rows{
		"key": of(func(_ *call, v variable) any { return v.key }),
		"value": reached(func(c *call, x *exec, v variable) any {
			return shown(x, c.OnPipeline(v.pipeline, policy.ReadPipelineVariables), v.value)
		}),
	}
}

// listVariables are the variables that a pipeline was given, the last first.
func listVariables(_ *call, x *exec, p *world.Pipeline, a args) (any, error) {
	var all []variable
	for _, v := range slices.Backward(p.HandedIn()) {
		all = append(all, variable{p, v.Key, v.Value})
	}
	return byPlace(x, all, a, anything[variable]), nil
}

// manualVariable is one that whoever played a job gave it.
type manualVariable struct {
	job   *world.Job
	place int
	ci.JobVariable
}

// mostManualVariables is how many variables of a job are told apart by their ids.
const mostManualVariables = 1000

func manualVariableRows() rows {
	return rows{
		"environmentScope": of(func(*call, manualVariable) any { return nil }),
		"id": of(func(_ *call, v manualVariable) any {
			return gid(modelVariable, v.job.ID*mostManualVariables+v.place)
		}),
		"key":          of(func(_ *call, v manualVariable) any { return v.Key }),
		"raw":          of(func(_ *call, v manualVariable) any { return v.Raw }),
		"value":        of(func(_ *call, v manualVariable) any { return v.Value }),
		"variableType": of(func(_ *call, v manualVariable) any { return variableType(v.JobVariable) }),
	}
}

// listManualVariables are the variables that whoever played a job gave it; jobs that people do not start have none.
// They have no records here: the numbers are made of the job's.
func listManualVariables(c *call, x *exec, j *world.Job, a args) (any, error) {
	if d := c.OnJob(j, policy.ReadManualVariables); !d.Allowed {
		x.Note(d.Reason)
		return nil, nil
	}
	var all []manualVariable
	for i, v := range j.Variables {
		if j.Manual && !j.IsBridge() {
			all = append(all, manualVariable{j, i, v})
		}
	}
	return byPlace(x, all, a, anything[manualVariable]), nil
}
