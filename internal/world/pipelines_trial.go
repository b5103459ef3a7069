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
	t := Trial{Config: &ci.Config{}}
	if strings.TrimSpace(n.CI) == "" {
		n.CI = "" // which is that of the repository
	}
	f, problem := st.factsOf(n)
	if text, _ := st.unmakeable(n, problem); text != "" {
		t.Errors = []string{sanitized(text)}
		return t
	}
	if !n.Project.Repository.Empty() {
		t.SHA = f.Commit.SHA
	}
	if skipPattern.MatchString(f.Commit.Message) {
		return t // nothing is read, and nothing wrong
	}
	text, path, _ := n.configuration(f)
	if text == "" {
		t.Errors = []string{msgMissingConfig}
		return t
	}
	x := st.contextOf(n, f)
	o := x.Options()
	o.Path = path
	t.Config = ci.Read(text, o)
	made := t.Config.Pipeline(x)
	t.Jobs, t.Warnings = made.Jobs, sanitizedAll(made.Warnings)
	switch {
	case !t.Config.Valid():
		t.Errors = []string{sanitized(t.Config.Errors[0])}
	case len(made.Errors) > 0:
		t.Errors = []string{sanitized(strings.Join(made.Errors, "\n"))}
	}
	return t
}

// CheckConfig reads a text beside the files of a commit, without asking what would run (lib/gitlab/ci/lint.rb,
// legacy_static_validation). sha is empty where the repository is; ref is a branch of the commit, if any counts; the
// user is the one who asks, nil for nobody.
func (st *State) CheckConfig(p *Project, text, sha, ref string, u *User) Trial {
	f := PipelineFacts{Ref: ref, CreatedAt: st.Now()}
	if c := p.Repository.CommitAt(sha); c != nil {
		takeCommit(&f.Commit, c)
	}
	_, f.Protected = st.protection(nil, p, ref, false, false)
	seen := list(st.PredefinedFor(p, f))
	if ref != "" {
		seen.add("CI_COMMIT_BRANCH", ref)
	}
	o := ci.Options{Project: st.projectFor(u), Files: &committedFiles{repository: p.Repository, commit: sha},
		Variables: slices.Concat(ci.JobVariables(seen), st.settingsFor(p, f, ""))}
	t := Trial{Config: ci.Read(text, o), SHA: sha}
	t.Errors, t.Warnings = t.Config.Errors, t.Config.Warnings
	return t
}
