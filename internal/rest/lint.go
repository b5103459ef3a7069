package rest

// Checking a .gitlab-ci.yml (lib/api/lint.rb, lib/gitlab/ci/lint.rb). What is read, and how, is for package ci.

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
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
	Valid      bool                `json:"valid"`
	Errors     []string            `json:"errors"`
	Warnings   []string            `json:"warnings"`
	MergedYAML *string             `json:"merged_yaml"`
	Includes   []lintIncludeEntity `json:"includes"`
	Jobs       *[]any              `json:"jobs,omitempty"`
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

// lintIncludeEntity is a file that another includes (lib/gitlab/ci/config/external/file/local.rb and project.rb).
type lintIncludeEntity struct {
	ContextProject string `json:"context_project"`
	ContextSHA     string `json:"context_sha"`
	Type           string `json:"type"`
	Location       string `json:"location"`
	Blob           string `json:"blob"`
	Raw            string `json:"raw"`
	Extra          any    `json:"extra"`
}

// lintIncludeExtra is how an include names a file of another project.
type lintIncludeExtra struct {
	Project string `json:"project,omitempty"`
	Ref     string `json:"ref,omitempty"`
}

// lintText checks the text of the request. Files that it includes are those of the default branch or, for dry_run, of
// the ref.
func lintText(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.CreatePipeline), ""); refusal != nil {
		return *refusal
	}
	text, _ := q.Params.String("content")
	sha := ""
	if c := q.Project.Repository.CommitAt(q.Project.DefaultBranch()); c != nil {
		sha = c.ID
	}
	return q.lint(text, sha, "ref")
}

// lintProject checks the project's own file at a commit.
func lintProject(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.ReadCode), ""); refusal != nil {
		return *refusal
	}
	if q.Project.Repository.Empty() {
		return front.NotFound("Repository").Because("the repository of " + q.Project.Path + " is empty")
	}
	contentRefs, runRefs := []string{"sha"}, []string{"ref"}
	if q.Has(gitlabversion.LintContentRef) {
		contentRefs, runRefs = []string{"content_ref", "sha"}, []string{"dry_run_ref", "ref"}
	}
	at := q.lintRef(contentRefs)
	c := q.Project.Repository.CommitAt(at)
	if c == nil {
		return front.NotFound("Commit").Because("the repository of " + q.Project.Path + " has no " + at)
	}
	text, _ := q.Project.Repository.ReadFile(c.ID, q.Project.ConfigPath())
	return q.lint(string(text), c.ID, runRefs...)
}

// lint answers what GitLab makes of a text: of the file beside those of a commit or, for dry_run, of a push to the ref
// that one of the parameters names.
func (q request) lint(text, sha string, refParams ...string) front.Response {
	var t world.Trial
	jobs := []any{}
	if isTrue(q.Params, "dry_run") {
		t = q.tried(text, q.lintRef(refParams))
		for _, j := range t.Jobs {
			jobs = append(jobs, lintJob(j))
		}
	} else {
		t = q.CheckConfig(q.Project, text, sha, q.branchOf(sha), q.User)
		for _, stage := range t.Config.Stages {
			for _, j := range t.Config.Jobs {
				if j.Stage == stage {
					jobs = append(jobs, lintStaticJob(j))
				}
			}
		}
	}
	answer := lintEntity{Valid: len(t.Errors) == 0, Errors: listed(t.Errors),
		Warnings: listed(t.Warnings[:min(len(t.Warnings), maxLintWarnings)])}
	if t.Config.Merged != "" {
		answer.MergedYAML, answer.Includes = &t.Config.Merged, []lintIncludeEntity{}
		for _, file := range t.Config.Includes {
			answer.Includes = append(answer.Includes, q.lintInclude(file, t.SHA))
		}
	}
	if isTrue(q.Params, "include_jobs") {
		answer.Jobs = &jobs
	}
	return front.OK(answer)
}

// branchOf is the first branch that has a commit, if whoever asks may change it (lib/gitlab/ci/lint.rb, find_ref).
func (q request) branchOf(sha string) string {
	has := q.Project.Repository.Reaching(sha)
	branches := q.Project.Repository.Branches()
	i := slices.IndexFunc(branches, func(b repository.Ref) bool { return has(b.ID) })
	if i < 0 || !q.OnRef(q.Project, branches[i].Name, false, false, policy.UpdateBuild).Allowed {
		return ""
	}
	return branches[i].Name
}

// tried is what would become of a push to a ref.
func (q request) tried(text, ref string) world.Trial {
	if ref == "" { // world would take the default branch
		return world.Trial{Config: &ci.Config{}, Errors: []string{world.MsgRefNotFound}}
	}
	return q.TryPipeline(world.NewPipeline{Project: q.Project, Ref: ref, CI: text})
}

// lintInclude shows a file that another includes; sha is the commit that is read.
func (q request) lintInclude(file ci.Include, sha string) lintIncludeEntity {
	in, of := file.In, file.Of
	for _, place := range []*ci.Place{&in, &of} {
		if place.Project == "" {
			*place = ci.Place{Project: q.Project.Path, SHA: sha}
		}
	}
	kind := "local"
	if file.Project != "" {
		kind = "file"
	}
	at, path := q.WebURL(of.Project), of.SHA+"/"+file.Location
	return lintIncludeEntity{ContextProject: in.Project, ContextSHA: in.SHA, Type: kind, Location: file.Location,
		Blob: at + "/-/blob/" + path, Raw: at + "/-/raw/" + path, Extra: lintIncludeExtra{file.Project, file.Ref}}
}

// lintRef is the ref that the first of the parameters that is given names, else the default branch. An empty one is no
// commit's.
func (q request) lintRef(names []string) string {
	for _, name := range names {
		if given, ok := q.Params.String(name); ok {
			return given
		}
	}
	return q.Project.DefaultBranch()
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
