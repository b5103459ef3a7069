package world

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// factsOf are the facts of a new pipeline, as far as they are known before its file is read. problem is what keeps it
// from being made, in GitLab's words (lib/gitlab/ci/pipeline/chain/validate/repository.rb).
func (st *State) factsOf(n NewPipeline) (f PipelineFacts, problem string) {
	f = PipelineFacts{Commit: n.Commit, Source: n.Source, User: n.User, Variables: stripped(n.Variables),
		ScheduleID: n.ScheduleID, TriggerID: n.TriggerID, CreatedAt: st.Now(), UpdatedAt: st.Now()}
	f.Ref, f.RefIsTag, problem = n.ref()
	if problem != "" {
		return f, problem
	}
	_, f.Protected = st.protection(nil, n.Project, f.Ref, f.RefIsTag, false)
	if r := n.Project.Repository; !r.Empty() {
		c := r.CommitAt(cmp.Or(n.Commit.SHA, fullRef(f.Ref, f.RefIsTag)))
		if c == nil {
			return f, msgCommitNotFound
		}
		takeCommit(&f.Commit, c)
	}
	st.completeCommit(&f.Commit, f.Ref, f.User)
	return f, ""
}

// ref is the short name of the ref of a new pipeline, and whether it is a tag. In an empty repository any is taken.
func (n NewPipeline) ref() (name string, tag bool, problem string) {
	given := cmp.Or(n.Ref, n.Project.DefaultBranch())
	if short, isTag, full := repository.ShortName(given); full {
		if r := n.Project.Repository; !r.Empty() && r.Ref(given) == "" {
			problem = MsgRefNotFound
		}
		return short, isTag, problem
	}
	r := n.Project.Repository
	if r.Empty() {
		if n.CI == "" {
			return given, n.RefIsTag, MsgRefNotFound
		}
		return given, n.RefIsTag, ""
	}
	branch, isTag := r.Ref(fullRef(given, false)) != "", r.Ref(fullRef(given, true)) != ""
	switch {
	case n.RefIsTag && isTag:
		return given, true, ""
	case n.RefIsTag || !branch && !isTag:
		return given, n.RefIsTag, MsgRefNotFound
	case branch && isTag:
		return given, false, msgRefAmbiguous
	}
	return given, isTag, ""
}

func fullRef(name string, tag bool) string {
	if tag {
		return repository.TagPrefix + name
	}
	return repository.BranchPrefix + name
}

// takeCommit fills in what a commit of the repository says of itself.
func takeCommit(c *Commit, from *repository.Commit) {
	c.SHA = from.ID
	c.Title, c.Message = cmp.Or(c.Title, from.Title()), cmp.Or(c.Message, from.Message)
	c.AuthorName, c.AuthorEmail = cmp.Or(c.AuthorName, from.Author.Name), cmp.Or(c.AuthorEmail, from.Author.Email)
	if c.CreatedAt.IsZero() {
		c.CreatedAt = from.Committer.When
	}
}

// configuration is the text that a new pipeline is made of, empty if there is none, and its path if it is a file of the
// repository. Where the project's is of another one, or at an address, it is a text that includes it
// (lib/gitlab/ci/project_config/project_setting.rb), and inputs are none: they are for the file that is included.
func (n NewPipeline) configuration(f PipelineFacts) (text, path string, inputs map[string]any) {
	path = n.Project.ConfigPath()
	switch {
	case n.CI != "":
		return n.CI, "", n.Inputs
	case remoteConfig.MatchString(path):
		return n.including(map[string]any{"remote": path}), "", nil
	case externalConfig.MatchString(path):
		file, place, _ := strings.Cut(path, "@")
		project, ref, _ := strings.Cut(place, ":")
		include := map[string]any{"project": project, "file": file}
		if strings.TrimSpace(ref) != "" {
			include["ref"] = ref
		}
		return n.including(include), "", nil
	}
	text, _ = n.files(f).Read(path)
	return text, path, n.Inputs
}

// What a project's path of its configuration looks like where it is at an address, or in another project.
var (
	remoteConfig   = regexp.MustCompile(`https?://[^\s]`)
	externalConfig = regexp.MustCompile(`\A.+(?:yml|yaml)@.+\z`)
)

// including is a configuration that does nothing but include another one, which gets the inputs. JSON is YAML.
func (n NewPipeline) including(include map[string]any) string {
	if len(n.Inputs) > 0 {
		include["inputs"] = n.Inputs
	}
	text, _ := json.Marshal(map[string]any{"include": []any{include}}) // inputs came as JSON
	return string(text)
}

// files are the files of the commit of a new pipeline.
func (n NewPipeline) files(f PipelineFacts) ci.Files {
	if n.Files != nil {
		return n.Files
	}
	return &committedFiles{repository: n.Project.Repository, commit: f.Commit.SHA}
}

// committedFiles are the files of a commit.
type committedFiles struct {
	repository *repository.Repository
	commit     string
	paths      []string
}

// Read is the content of a file.
func (c *committedFiles) Read(path string) (string, bool) {
	content, ok := c.repository.ReadFile(c.commit, path)
	return string(content), ok
}

// Paths are the paths of all files.
func (c *committedFiles) Paths() []string {
	if c.paths == nil {
		c.paths = append([]string{}, c.repository.Paths(c.commit)...)
	}
	return c.paths
}

// contextOf is what the file of a new pipeline is evaluated for.
func (st *State) contextOf(n NewPipeline, f PipelineFacts) ci.Context {
	r, sha := n.Project.Repository, f.Commit.SHA
	x := ci.Context{Ref: f.Ref, Tag: f.RefIsTag, Source: f.Source, ProjectPath: n.Project.Path, Files: n.files(f),
		Predefined: st.PredefinedFor(n.Project, f),
		Caller:     st.callerOf(f), Variables: st.givenTo(n.Project, f, ""), Changes: n.Changes,
		Project: st.projectFor(f.User), NoJobGroupName: !st.Has(gitlabversion.JobGroupName),
		RulesTextsReview: st.Has(gitlabversion.RulesTextsReview)}
	x.OnEnvironment = func(name string) ci.JobVariables { return st.givenTo(n.Project, f, name) }
	if before := f.Commit.BeforeSHA; x.Changes == nil && !f.RefIsTag && r.Commit(before) != nil {
		x.Changes = append([]string{}, r.ChangedPaths(before, sha)...)
	}
	if !r.Empty() {
		x.ChangesFrom = func(ref string) ([]string, bool) {
			other := r.CommitAt(ref)
			if other == nil {
				return nil, false
			}
			base := ""
			if c := r.MergeBase(other.ID, sha); c != nil {
				base = c.ID
			}
			return append([]string{}, r.ChangedPaths(base, sha)...), true
		}
	}
	return x
}

// projectFor finds projects whose code a user may read, at a ref.
func (st *State) projectFor(u *User) func(path, ref string) *ci.Project {
	return func(path, ref string) *ci.Project {
		p := st.ProjectPaths[Key(path)]
		if p == nil || st.around.MayReadCode != nil && !st.around.MayReadCode(u, p) {
			return nil
		}
		found := &ci.Project{Path: p.Path}
		if c := p.Repository.CommitAt(ref); c != nil {
			found.SHA, found.Files = c.ID, &committedFiles{repository: p.Repository, commit: c.ID}
		}
		return found
	}
}

// givenTo are the variables that win against those of the file, for jobs of an environment; "" is none.
func (st *State) givenTo(p *Project, f PipelineFacts, environment string) ci.JobVariables {
	return slices.Concat(st.settingsFor(p, f, environment), f.Variables)
}

// callerOf are the variables that tell who set a pipeline going, and by which trigger
// (lib/gitlab/ci/variables/builder.rb, predefined_variables_from_job_attr and user_variables).
func (st *State) callerOf(f PipelineFacts) ci.JobVariables {
	var l list
	if t := st.Triggers.ByID(f.TriggerID); t != nil {
		l.add("CI_PIPELINE_TRIGGERED", "true")
		l.add("CI_TRIGGER_SHORT_TOKEN", t.Short())
	}
	if u := f.User; u != nil {
		l.add("GITLAB_USER_ID", strconv.Itoa(u.ID))
		l.add("GITLAB_USER_EMAIL", u.Email)
		l.add("GITLAB_USER_LOGIN", u.Username)
		l.add("GITLAB_USER_NAME", u.Name)
	}
	return ci.JobVariables(l)
}

// settingsFor are the variables of the settings that rules see: those that are for all environments, and for the one
// given.
func (st *State) settingsFor(p *Project, f PipelineFacts, environment string) (seen ci.JobVariables) {
	for _, level := range st.VariablesFor(&Job{Project: p, Ref: f.Ref, RefIsTag: f.RefIsTag, Protected: f.Protected}) {
		for _, v := range OnEnvironment(level, environment) {
			seen = append(seen, ci.JobVariable{Key: v.Key, Value: v.Value, File: v.File, Masked: v.Masked, Raw: v.Raw})
		}
	}
	return seen
}

// shortSHA is how many digits of a SHA CI_COMMIT_SHORT_SHA has.
const shortSHA = 8

// maxPushedPipelines is for how many of the first refs of one push there are pipelines, whatever these are
// (app/services/git/process_ref_changes_service.rb, PIPELINE_PROCESS_LIMIT, or git_push_pipeline_limit).
const maxPushedPipelines = 4

// pipelinesOfPush makes the pipelines that follow from a push, for each branch and tag that is there afterwards. Where
// GitLab makes none, as without a configuration, there is none (app/services/git/base_hooks_service.rb).
func (st *State) pipelinesOfPush(p *Project, user *User, pushed []pushedRef, o PushOptions) {
	for _, u := range pushed {
		if u.index >= maxPushedPipelines || u.New == repository.ZeroID {
			continue
		}
		n := NewPipeline{Project: p, Ref: u.Ref, User: user, Skip: o.SkipCI, SaveOnErrors: true,
			Commit: Commit{BeforeSHA: u.Old}}
		for _, key := range slices.Sorted(maps.Keys(o.Variables)) {
			n.Variables = append(n.Variables, ci.JobVariable{Key: key, Value: o.Variables[key]})
		}
		if st.Has(gitlabversion.PipelineInputs) {
			n.Inputs = o.Inputs
		}
		_, _ = st.CreatePipeline(n) // the push itself has succeeded
	}
}
