package rest

// Checking a .gitlab-ci.yml (lib/api/lint.rb, lib/gitlab/ci/lint.rb). What is read, and how, is for package ci.

import (
	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// lintRows are the CI Lint API. Nobody need say who they are: a project that is hidden from all is 404.
func lintRows() []row {
	byContentRef := with(front.Declare(pathID, lintParams, lintRef, lintContentRef),
		params.Rule{Kind: params.MutuallyExclusive, Names: []string{"sha", "content_ref"}},
		params.Rule{Kind: params.MutuallyExclusive, Names: []string{"ref", "dry_run_ref"}})
	return []row{
		{endpoint: "GET /projects/:id/ci/lint", access: front.ByAnyone,
			spec:  front.Declare(pathID, lintParams, lintRef),
			later: &front.LaterSpec{Since: gitlabversion.LintContentRef, Spec: byContentRef}, handle: lintProject},
		{endpoint: "POST /projects/:id/ci/lint", access: front.ByAnyone,
			spec: front.Declare(pathID, lintContent, lintParams), handle: lintText},
	}
}

// The parameters of the CI Lint API. sha and ref have been renamed to content_ref and dry_run_ref.
var (
	lintContent = []params.Param{{Name: "content", Required: true}}
	lintParams  = []params.Param{{Name: "dry_run", Kind: params.Boolean}, {Name: "include_jobs", Kind: params.Boolean},
		{Name: "ref"}}
	lintRef        = []params.Param{{Name: "sha"}}
	lintContentRef = []params.Param{{Name: "content_ref"}, {Name: "dry_run_ref"}}
)

// maxLintWarnings is how many warnings an answer has at most (Gitlab::Ci::Warnings::MAX_LIMIT).
const maxLintWarnings = 25

type lintEntity struct {
	Valid      bool     `json:"valid"`
	Errors     []string `json:"errors"`
	Warnings   []string `json:"warnings"`
	MergedYAML *string  `json:"merged_yaml"`
	Includes   []string `json:"includes"`
	Jobs       *[]any   `json:"jobs,omitempty"`
}

// lintJobEntity is a job of a pipeline that was tried out.
type lintJobEntity struct {
	Name         string   `json:"name"`
	Stage        string   `json:"stage"`
	BeforeScript []string `json:"before_script"`
	Script       []string `json:"script"`
	AfterScript  []string `json:"after_script"`
	TagList      []string `json:"tag_list"`
	Environment  *string  `json:"environment"`
	When         string   `json:"when"`
	AllowFailure bool     `json:"allow_failure"`
}

// lintStaticJobEntity is a job of the file.
type lintStaticJobEntity struct {
	lintJobEntity
	Only   *ci.Policy       `json:"only"`
	Except *ci.Policy       `json:"except"`
	Needs  []lintNeedEntity `json:"needs"`
}

type lintNeedEntity struct {
	Name      string `json:"name"`
	Artifacts bool   `json:"artifacts"`
	Optional  bool   `json:"optional"`
}

// lintText checks the text of the request.
func lintText(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.CreatePipeline), ""); refusal != nil {
		return *refusal
	}
	text, _ := q.Params.String("content")
	return q.lint(text, "ref")
}

// lintProject checks the project's own file, which there is none of: the repository has no files.
func lintProject(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.ReadCode), ""); refusal != nil {
		return *refusal
	}
	contentRefs, runRefs := []string{"sha"}, []string{"ref"}
	if q.Has(gitlabversion.LintContentRef) {
		contentRefs, runRefs = []string{"content_ref", "sha"}, []string{"dry_run_ref", "ref"}
	}
	for _, name := range contentRefs {
		if ref, given := q.Params.String(name); given && ref != world.DefaultRef {
			return front.NotFound("Commit").Because(name + " is not " + world.DefaultRef + ", the one branch")
		}
	}
	return q.lint("", runRefs...)
}

// lint answers what GitLab makes of a text: of the file or, for dry_run, of a push to the ref that one of the
// parameters names.
func (q request) lint(text string, refParams ...string) front.Response {
	config := ci.Read(text, ci.Options{})
	answer := lintEntity{Errors: config.Errors, Warnings: config.Warnings}
	jobs := []any{}
	if isTrue(q.Params, "dry_run") {
		pipeline := config.Pipeline(ci.Context{Ref: q.lintRef(refParams), ProjectPath: q.Project.Path})
		answer.Errors, answer.Warnings = pipeline.Errors, pipeline.Warnings
		for _, j := range pipeline.Jobs {
			jobs = append(jobs, lintJob(j))
		}
	} else {
		for _, stage := range config.Stages {
			for _, j := range config.Jobs {
				if j.Stage == stage {
					jobs = append(jobs, lintStaticJob(j))
				}
			}
		}
	}
	answer.Valid = len(answer.Errors) == 0
	answer.Errors = listed(answer.Errors)
	answer.Warnings = listed(answer.Warnings[:min(len(answer.Warnings), maxLintWarnings)])
	if config.Merged != "" {
		answer.MergedYAML, answer.Includes = &config.Merged, []string{}
	}
	if isTrue(q.Params, "include_jobs") {
		answer.Jobs = &jobs
	}
	return front.OK(answer)
}

// lintRef is the ref that the first of the parameters that is given names.
func (q request) lintRef(names []string) string {
	for _, name := range names {
		if given, ok := q.Params.String(name); ok && given != "" {
			return given
		}
	}
	return world.DefaultRef
}

func lintJob(j ci.Job) lintJobEntity {
	e := lintJobEntity{Name: j.Name, Stage: j.Stage, BeforeScript: listed(j.Spec.BeforeScript),
		Script: listed(j.Spec.Script), AfterScript: listed(j.Spec.AfterScript), TagList: listed(j.Tags), When: j.When,
		AllowFailure: j.Spec.AllowFailure.Always}
	if name := j.Spec.Environment.Name; name != "" {
		e.Environment = &name
	}
	return e
}

func lintStaticJob(j ci.Job) lintStaticJobEntity {
	e := lintStaticJobEntity{lintJobEntity: lintJob(j), Only: j.Only, Except: j.Except}
	if j.Spec.Needs != nil {
		e.Needs = []lintNeedEntity{}
	}
	for _, n := range j.Spec.Needs {
		e.Needs = append(e.Needs, lintNeedEntity{n.Job, n.Artifacts == nil || *n.Artifacts, n.Optional})
	}
	return e
}

// listed is a list that is written as one even if it is nil.
func listed(list []string) []string { return append([]string{}, list...) }
