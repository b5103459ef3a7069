package rest

// Pipelines (lib/api/ci/pipelines.rb and the services behind it).

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// pipelineRows are the Pipelines API. What is read needs nobody to say who they are where all may see it.
func pipelineRows() []row {
	const all, one = "/projects/:id/pipelines", "/projects/:id/pipelines/:pipeline_id"
	create := front.Declare(pathID, requiredRef, pipelineVariables)
	spec := front.Declare(pathID, pathPipelineID)
	reading := func(endpoint string, spec params.Spec, handle func(request) front.Response) row {
		return row{endpoint: "GET " + endpoint, access: front.ByAnyone, spec: spec, handle: handle}
	}
	bridges := listing(pathID, pathPipelineID, jobScope)
	jobs := readByJobsSince(reading(one+"/jobs", listing(pathID, pathPipelineID, jobScope, []params.Param{
		{Name: "include_retried", Kind: params.Boolean, Default: false}}), listPipelineJobs), gitlabversion.JobTokensReadJobs)
	list := readByJobsSince(reading(all, listing(pathID, pipelineFilters(), pipelineOrder), listPipelines),
		gitlabversion.JobTokensReadPipelines)
	list.later = &front.LaterSpec{Since: gitlabversion.PipelinesByName,
		Spec: listing(pathID, pipelineFilters(), pipelineOrder, []params.Param{{Name: "name"}})}
	return []row{
		list,
		reading(all+"/latest", front.Declare(pathID, []params.Param{{Name: "ref"}}), getLatestPipeline),
		readByJobsSince(reading(one, spec, getPipeline), gitlabversion.JobTokensReadPipelines),
		jobs,
		readByJobsSince(reading(one+"/bridges", bridges, listPipelineBridges), gitlabversion.JobTokensReadPipelines),
		{endpoint: "GET " + one + "/trigger_jobs", since: since(gitlabversion.TriggerJobsByName), access: front.ByAnyone,
			jobTokens: true, spec: bridges, handle: listPipelineBridges},
		reading(one+"/variables", spec, listPipelineVariables),
		reading(one+"/test_report", spec, getTestReport),
		reading(one+"/test_report_summary", spec, getTestReportSummary),
		{endpoint: "POST /projects/:id/pipeline", spec: create,
			later: &front.LaterSpec{Since: gitlabversion.PipelineInputs,
				Spec: front.Declare(pathID, requiredRef, pipelineVariables, pipelineInputs)},
			handle: createPipeline},
		{endpoint: "PUT " + one + "/metadata", since: since(gitlabversion.PipelineMetadata), jobTokens: true,
			spec:   front.Declare(pathID, pathPipelineID, []params.Param{{Name: "name", Required: true}}),
			handle: renamePipeline},
		{endpoint: "POST " + one + "/retry", spec: spec, handle: retryPipeline},
		{endpoint: "POST " + one + "/cancel", spec: spec, handle: cancelPipeline},
		{endpoint: "DELETE " + one, spec: spec, handle: deletePipeline},
	}
}

// The parameters of the Pipelines API.
var (
	pathPipelineID    = []params.Param{{Name: "pipeline_id", Kind: params.Integer, Required: true}}
	requiredRef       = []params.Param{{Name: "ref", Required: true}}
	pipelineVariables = []params.Param{{Name: "variables", Kind: params.Any}}
	pipelineInputs    = []params.Param{{Name: "inputs", Kind: params.Hash}}
	pipelineOrder     = []params.Param{{Name: "order_by", Values: pipelineColumns, Default: "id"},
		{Name: "sort", Values: []string{sortAsc, sortDesc}, Default: sortDesc},
		{Name: "source", Values: world.PipelineSources}}
	pipelineScopes = []string{"running", "pending", "finished", "branches", "tags"}
)

// pipelineFilters are what narrows lists of pipelines.
func pipelineFilters() []params.Param {
	filters := []params.Param{{Name: "scope", Values: pipelineScopes}, {Name: "status", Values: jobStatusNames()},
		{Name: "ref"}, {Name: "sha"}, {Name: "yaml_errors", Kind: params.Boolean}, {Name: "username"}}
	return append(filters, pipelineTimes...)
}

// pipelineTimes narrow lists of pipelines by when they were made or changed.
var pipelineTimes = []params.Param{{Name: "updated_before", Kind: params.DateTime},
	{Name: "updated_after", Kind: params.DateTime}, {Name: "created_before", Kind: params.DateTime},
	{Name: "created_after", Kind: params.DateTime}}

// pipelineReaders is what stands before the pipelines of a project: who sees the project but not its jobs gets a 403.
func pipelineReaders(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.ReadPipeline), "")
}

// pathPipeline finds the pipeline of the path in its project, which the user must be allowed to see.
func (q request) pathPipeline() (*world.Pipeline, *front.Response) {
	if refusal := projectReaders(q); refusal != nil {
		return nil, refusal
	}
	return q.pipelineOfProject()
}

// pipelineOfProject finds the pipeline of the path in its project, which has been found.
func (q request) pipelineOfProject() (*world.Pipeline, *front.Response) {
	id, _ := q.Params.Int("pipeline_id")
	if p := q.PipelineByID(id); p != nil && p.Project() == q.Project {
		return p, nil
	}
	return nil, noRecord().Because(fmt.Sprintf("%s has no pipeline %d", q.Project.Path, id)).AsRefusal()
}

// seenPipeline is pathPipeline for those who may see the project's pipelines.
func (q request) seenPipeline() (*world.Pipeline, *front.Response) {
	p, refusal := q.pathPipeline()
	if refusal != nil {
		return nil, refusal
	}
	return p, front.Allow(q.OnProject(q.Project, policy.ReadPipeline), "")
}

// permittedPipeline is pathPipeline for those who may do this to it.
func (q request) permittedPipeline(may front.JobRule) (*world.Pipeline, *front.Response) {
	p, refusal := q.pathPipeline()
	if refusal != nil {
		return nil, refusal
	}
	return p, front.Allow(q.OnPipeline(p, may), "")
}

func listPipelines(q request) front.Response {
	if refusal := pipelineReaders(q); refusal != nil {
		return *refusal
	}
	source, _ := q.Params.String("source")
	found := q.filteredPipelines(q.Project.Pipelines(), source == world.SourceParent)
	return offsetPage(q, found, false, q.namedPipeline)
}

// getLatestPipeline answers with the newest pipeline of the commit that a branch or tag is at (app/models/project.rb,
// latest_pipeline). In a project whose repository is empty, and whose jobs were seeded alone, that is the newest of the
// ref.
func getLatestPipeline(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	ref, _ := q.Params.String("ref")
	if ref == "" {
		ref = q.Project.DefaultBranch()
	}
	head := q.Project.Repository.CommitAt(ref)
	for _, p := range slices.Backward(q.Project.Pipelines()) {
		at := head != nil && p.Commit().SHA == head.ID || q.Project.Repository.Empty()
		if p.Ref() != ref || !at || p.Dangling() {
			continue
		}
		if refusal := front.Allow(q.OnProject(q.Project, policy.ReadPipeline), ""); refusal != nil {
			return *refusal
		}
		return front.OK(q.fullNamedPipeline(p))
	}
	return front.Forbidden("", fmt.Sprintf("the commit that %s of %s is at has no pipeline", ref, q.Project.Path))
}

func getPipeline(q request) front.Response {
	p, refusal := q.seenPipeline()
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.fullNamedPipeline(p))
}

func listPipelineJobs(q request) front.Response {
	scope, refusal := q.jobScope(false)
	if refusal != nil {
		return *refusal
	}
	if refusal := pipelineReaders(q); refusal != nil {
		return *refusal
	}
	p, refusal := q.pipelineOfProject()
	if refusal != nil {
		return *refusal
	}
	return offsetPage(q, jobsIn(p, scope, isTrue(q.Params, "include_retried"), false), false, q.projectJobEntity)
}

func listPipelineBridges(q request) front.Response {
	scope, refusal := q.jobScope(false)
	if refusal != nil {
		return *refusal
	}
	if refusal := jobReaders(q); refusal != nil {
		return *refusal
	}
	p, refusal := q.pipelineOfProject()
	if refusal != nil {
		return *refusal
	}
	return offsetPage(q, jobsIn(p, scope, false, true), false, q.bridgeEntity)
}

// jobsIn are the jobs of a pipeline, the newest first: its trigger jobs or the others, of some statuses unless scope is
// empty, and those that were retried if so asked (app/finders/ci/jobs_finder.rb).
func jobsIn(p *world.Pipeline, scope []string, retried, bridges bool) []*world.Job {
	jobs := world.Filtered(p.Jobs, func(j *world.Job) bool {
		return j.IsBridge() == bridges && (retried || !j.Retried()) &&
			(len(scope) == 0 || slices.Contains(scope, string(j.Status)))
	})
	slices.Reverse(jobs)
	return jobs
}

func listPipelineVariables(q request) front.Response {
	p, refusal := q.permittedPipeline(policy.ReadPipelineVariables)
	if refusal != nil {
		return *refusal
	}
	return front.OK(entitiesOf(p.HandedIn(), pipelineVariable))
}

func createPipeline(q request) front.Response {
	variables, refusal := q.pipelineVariables()
	if refusal != nil {
		return *refusal
	}
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.CreatePipeline), ""); refusal != nil {
		return *refusal
	}
	ref, _ := q.Params.String("ref")
	p, err := q.MakePipeline(q.User, world.NewPipeline{Project: q.Project, Ref: ref, Source: world.SourceAPI,
		Variables: variables, Inputs: q.pipelineInputs(), IgnoreSkip: true})
	if err != nil {
		return modelError(err)
	}
	return front.Created(q.fullPipeline(p))
}

// pipelineInputs are the values that the request has for spec:inputs of the file; the file says which are right.
func (q request) pipelineInputs() map[string]any {
	if !q.Has(gitlabversion.PipelineInputs) {
		return nil
	}
	given, _ := q.Params.Exact("inputs").(map[string]any)
	inputs := maps.Clone(given)
	for name, value := range given {
		if text, isText := value.(string); isText {
			inputs[name] = world.InputOf(text)
		}
	}
	return inputs
}

// refNotEmpty is the refusal of a ref that is empty or null, where Grape wants one that is not blank.
func (q request) refNotEmpty() *front.Response {
	if ref, _ := q.Params.String("ref"); strings.TrimSpace(ref) == "" {
		return front.RefuseError(http.StatusBadRequest, fmt.Sprintf(msgfIsEmpty, "ref")).Because("ref is empty").AsRefusal()
	}
	return nil
}

// pipelineVariables reads the variables that a pipeline is given: a list of hashes with key, value and variable_type.
func (q request) pipelineVariables() (variables []ci.JobVariable, refusal *front.Response) {
	invalid := func(text string) ([]ci.JobVariable, *front.Response) {
		return nil, front.RefuseError(http.StatusBadRequest, text).
			Because("variables is a list of hashes with key, value and variable_type").AsRefusal()
	}
	given := q.Record.Params["variables"]
	list, isList := given.([]any)
	if given != nil && !isList {
		return invalid(msgPipelineVariablesInvalid)
	}
	for i, element := range list {
		hash, isHash := element.(map[string]any)
		if !isHash {
			return invalid(msgPipelineVariablesInvalid)
		}
		v := ci.JobVariable{Key: textOf(hash["key"]), Value: textOf(hash["value"])}
		switch kind := textOf(hash["variable_type"]); kind {
		case typeFile:
			v.File = true
		case typeEnvVar, "":
		default:
			return invalid(fmt.Sprintf(msgfVariableTypeInvalid, i))
		}
		variables = append(variables, v)
	}
	return variables, nil
}

// textOf is a scalar as a text; "" for null and for what is no scalar.
func textOf(value any) string {
	switch value.(type) {
	case nil, []any, map[string]any:
		return ""
	}
	return fmt.Sprint(value)
}

func renamePipeline(q request) front.Response {
	p, refusal := q.permittedPipeline(policy.UpdatePipeline)
	if refusal != nil {
		return *refusal
	}
	name, given := q.Params.String("name")
	if !given {
		return *gitlabFails("name is null, of which GitLab asks for the text without blanks around it")
	}
	if err := q.RenamePipeline(p, name); err != nil {
		sentences := err.(*world.Invalid).Sentences()
		return front.Refuse(http.StatusBadRequest, fmt.Sprintf(msgfPipelineNotUpdated, strings.Join(sentences, ", "))).
			Because("GitLab's model refuses: " + err.Error())
	}
	return front.OK(q.fullNamedPipeline(p))
}

func retryPipeline(q request) front.Response {
	p, refusal := q.permittedPipeline(policy.UpdatePipeline)
	if refusal != nil {
		return *refusal
	}
	q.RetryPipeline(p, q.User, func(j *world.Job) bool { return q.OnJob(j, policy.RetryJob).Allowed })
	q.MovePipelines()
	return front.Created(q.fullPipeline(p))
}

// cancelPipeline answers 200 whether there was anything to cancel or not.
func cancelPipeline(q request) front.Response {
	p, refusal := q.permittedPipeline(policy.CancelPipeline)
	if refusal != nil {
		return *refusal
	}
	q.CancelPipeline(p)
	q.MovePipelines()
	return front.OK(q.fullPipeline(p))
}

func deletePipeline(q request) front.Response {
	p, refusal := q.pathPipeline()
	if refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.DestroyPipeline), ""); refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(p.UpdatedAt()); refusal != nil {
		return *refusal
	}
	q.DeletePipeline(p)
	return front.NoContent()
}
