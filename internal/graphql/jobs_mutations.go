package graphql

// What people do to jobs and pipelines (app/graphql/mutations/ci/job,
// app/graphql/mutations/ci/pipeline/create.rb, app/graphql/mutations/ci/pipeline/destroy.rb and those beside them).

import (
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func cancelJob(c *call, x *exec, input args) (payload, error) {
	j, err := c.findJob(x, input["id"], policy.CancelBuild)
	if err != nil {
		return nil, err
	}
	if j.Cancelable() { // else GitLab leaves the job as it is and says nothing
		_ = c.CancelJob(j, false) // from these states it can
	}
	return payload{"job": j}, nil
}

// playJob starts a job by hand. What cannot be started is tried again or, if that cannot be either, left alone, of
// which older versions say nothing.
func playJob(c *call, x *exec, input args) (payload, error) {
	j, err := c.findJob(x, input["id"], policy.PlayJob)
	if err != nil {
		return nil, err
	}
	variables := jobVariables(input["variables"])
	if d := c.MaySetVariables(j.Project); len(variables) > 0 && !d.Allowed {
		return nil, &GitLabFails{fmt.Sprintf("variables for job %d: %s", j.ID, d.Reason)} // which nothing rescues
	}
	inputs, refusal := givenInputs(x, j, input["inputs"])
	if refusal != nil {
		return refusal, nil
	}
	before := j.Status
	played := c.PlayJob(j, c.User, variables, inputs)
	if !c.Has(gitlabversion.PlayAnswersNewAttempt) {
		return payload{"job": j}, nil
	}
	if played == j && j.Status == before {
		x.Note(fmt.Sprintf("job %d is %s, or has been retried", j.ID, j.Status))
		return unchanged(front.MsgNotRetryable), nil
	}
	return payload{"job": played}, nil
}

func retryJob(c *call, x *exec, input args) (payload, error) {
	j, err := c.findJob(x, input["id"], policy.RetryJob)
	if err != nil {
		return nil, err
	}
	if !j.Retryable() {
		x.Note(fmt.Sprintf("job %d is %s, or has been retried", j.ID, j.Status))
		if !c.Has(gitlabversion.RetryRefusalText) {
			return unchanged(msgCannotRetry), nil
		}
		return unchanged(front.MsgNotRetryable), nil
	}
	inputs, refusal := givenInputs(x, j, input["inputs"])
	if refusal != nil {
		return refusal, nil
	}
	return payload{"job": c.RetryJobWith(j, c.User, jobVariables(input["variables"]), inputs)}, nil
}

// givenInputs are the inputs of a job with those that a mutation gives in their place, and the refusal of what the job
// does not take.
func givenInputs(x *exec, j *world.Job, list any) (ci.JobInputs, payload) {
	var given []world.GivenInput
	elements, _ := list.([]any)
	for _, element := range elements {
		in := element.(args)
		given = append(given, world.GivenInput{Name: in["name"].(string), Value: in["value"]})
	}
	inputs, err := j.InputsWith(given)
	if err != nil {
		x.Note(fmt.Sprintf("job %d has other inputs", j.ID))
		return nil, unchanged(err.Error())
	}
	return inputs, nil
}

// unscheduleJob has a delayed job wait for a person instead; of any other job GitLab says nothing.
func unscheduleJob(c *call, x *exec, input args) (payload, error) {
	j, err := c.findJob(x, input["id"], policy.UnscheduleJob)
	if err != nil {
		return nil, err
	}
	c.UnscheduleJob(j)
	return payload{"job": j}, nil
}

// jobVariables are those that a mutation gives a job.
func jobVariables(list any) []ci.JobVariable {
	var all []ci.JobVariable
	elements, _ := list.([]any)
	for _, element := range elements {
		v := element.(args)
		all = append(all, ci.JobVariable{Key: v["key"].(string), Value: v["value"].(string),
			File: v["variableType"] == fileVariable})
	}
	return all
}

// operationOfPage is what GitLab's own page calls its operation (app/graphql/mutations/ci/pipeline/create.rb).
const operationOfPage = "internalPipelineCreate"

// createPipeline makes a pipeline for a ref, of its file. What the file says is wrong leaves no pipeline.
func createPipeline(c *call, x *exec, input args) (payload, error) {
	p, err := c.projectAt(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	if err := allow(x, c.OnProject(p, policy.CreatePipeline)); err != nil {
		return nil, err
	}
	inputs := map[string]any{}
	elements, _ := input["inputs"].([]any)
	for _, element := range elements {
		given := element.(args)
		inputs[given["name"].(string)] = inputValue(given["value"])
	}
	source := world.SourceAPI
	if x.Operation() == operationOfPage {
		source = world.SourceWeb
	}
	made, err := c.MakePipeline(c.User, world.NewPipeline{Project: p, Ref: input["ref"].(string), Source: source,
		Variables: jobVariables(input["variables"]), Inputs: inputs, IgnoreSkip: true})
	if err != nil {
		return unchanged(strings.Join(sentences(x, err), " and ")), nil
	}
	return payload{"pipeline": made}, nil
}

// inputValue is the value of an input as JSON has it: a text may be written for a number, a truth or a list.
func inputValue(value any) any {
	if text, ok := value.(string); ok {
		return world.InputOf(text)
	}
	return value
}

// destroyPipeline deletes a pipeline, for those who own the project.
func destroyPipeline(c *call, x *exec, input args) (payload, error) {
	owned := func(a policy.Actor, s policy.JobStanding) policy.Decision {
		return policy.DestroyPipeline(a, s.Project)
	}
	p, err := c.findPipeline(x, input["id"], owned)
	if err != nil {
		return nil, err
	}
	c.DeletePipeline(p)
	return payload{}, nil
}

// findPipeline finds the pipeline of a mutation for those who may do this to it.
func (c *call) findPipeline(x *exec, id any, may front.JobRule) (*world.Pipeline, error) {
	p := c.PipelineByID(id.(int))
	if p == nil {
		return nil, noResource(x, fmt.Sprintf("there is no pipeline %d", id))
	}
	return p, allow(x, c.OnPipeline(p, may))
}

func cancelPipeline(c *call, x *exec, input args) (payload, error) {
	p, err := c.findPipeline(x, input["id"], policy.CancelPipeline)
	if err != nil {
		return nil, err
	}
	if !p.Cancelable() {
		x.Note(fmt.Sprintf("pipeline %d is %s", p.ID, p.Status()))
		return payload{"pipeline": p, "errors": []string{msgNotCancelable}}, nil
	}
	c.CancelPipeline(p)
	return payload{"pipeline": p}, nil
}

func retryPipeline(c *call, x *exec, input args) (payload, error) {
	p, err := c.findPipeline(x, input["id"], policy.UpdatePipeline)
	if err != nil {
		return nil, err
	}
	c.RetryPipeline(p, c.User, func(j *world.Job) bool { return c.OnJob(j, policy.RetryJob).Allowed })
	return payload{"pipeline": p}, nil
}
