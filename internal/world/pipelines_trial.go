package world

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Trial is what became of a file of which no pipeline was made.
type Trial struct {
	Config           *ci.Config
	Jobs             []ci.Job // that the pipeline would have
	Errors, Warnings []string
	SHA              string // of the commit whose files it may include; empty if there is none
}

// TryPipeline goes the way of CreatePipeline with a text, and makes nothing (lib/gitlab/ci/lint.rb,
// simulate_pipeline_creation).
func (st *State) TryPipeline(n NewPipeline) Trial {
	if strings.TrimSpace(n.CI) == "" {
		blank := ci.Read(n.CI, ci.Options{})
		return Trial{Config: blank, Errors: blank.Errors}
	}
	var t Trial
	f, problem := st.factsOf(n)
	if problem != "" {
		t.Config, t.Errors = &ci.Config{}, []string{problem}
		return t
	}
	if !n.Project.Repository.Empty() {
		t.SHA = f.Commit.SHA
	}
	x := st.contextOf(n, f)
	t.Config = ci.Read(n.CI, x.Options())
	made := t.Config.Pipeline(x)
	t.Jobs, t.Errors, t.Warnings = made.Jobs, made.Errors, made.Warnings
	return t
}

// CheckConfig reads a text beside the files of a commit, without asking what would run (lib/gitlab/ci/lint.rb,
// legacy_static_validation). sha is empty where the repository is; ref is a branch of the commit, if any counts; the
// user is the one who asks, nil for nobody.
func (st *State) CheckConfig(p *Project, text, sha, ref string, u *User) Trial {
	f := PipelineFacts{Ref: ref, CreatedAt: st.Now()}
	if c := p.Repository.CommitAt(sha); c != nil {
		takeCommit(&f.Commit, c)
		f.Commit.BeforeSHA = ZeroSHA
	}
	_, f.Protected = st.protection(p, ref, false, false)
	seen := list(st.PredefinedFor(p, f))
	if ref != "" {
		seen.add("CI_COMMIT_BRANCH", ref)
	}
	o := ci.Options{Project: st.projectFor(u), Variables: slices.Concat(ci.JobVariables(seen), st.settingsFor(p, f, ""))}
	if sha != "" {
		o.Files = &committedFiles{repository: p.Repository, commit: sha}
	}
	t := Trial{Config: ci.Read(text, o), SHA: sha}
	t.Errors, t.Warnings = t.Config.Errors, t.Config.Warnings
	return t
}
