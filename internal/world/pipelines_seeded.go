package world

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// Pipelines from plain data, and all of them for it.

// AllPipelines are all pipelines, by id, those whose jobs were added alone included.
func (st *State) AllPipelines() []*Pipeline {
	return slices.SortedFunc(maps.Values(st.pipelines), func(a, b *Pipeline) int { return cmp.Compare(a.ID, b.ID) })
}

// MovingPipelines are the pipelines that move by themselves, by id.
func (st *State) MovingPipelines() []*Pipeline { return Filtered(st.AllPipelines(), (*Pipeline).Moves) }

// PipelineByNumber finds a pipeline by its ID in digits, for a person.
func (st *State) PipelineByNumber(id string) (*Pipeline, error) {
	if n, err := strconv.Atoi(id); err == nil && st.pipelines[n] != nil {
		return st.pipelines[n], nil
	}
	return nil, st.missing("pipeline", id, func() []string {
		return NamesOf(st.AllPipelines(), func(p *Pipeline) string { return strconv.Itoa(p.ID) })
	})
}

// HasConfig reports whether there is a .gitlab-ci.yml, or what the project has in its place, in the repository of the
// project at a path, at a commit or else where a branch or tag is. An empty ref is the default branch.
func (st *State) HasConfig(path, ref string, isTag bool, sha string) bool {
	p := st.ProjectPaths[Key(path)]
	if p == nil || p.Repository == nil {
		return false
	}
	name := cmp.Or(ref, p.DefaultBranch())
	if _, _, full := repository.ShortName(name); !full {
		name = fullRef(name, isTag)
	}
	_, has := p.Repository.ReadFile(cmp.Or(sha, name), p.ConfigPath())
	return has
}

// checkPipelineFacts checks a draft of a pipeline, and fills in what is empty and has a default.
func (st *State) checkPipelineFacts(id int, f *PipelineFacts) (ps Problems) {
	ps.Add("id", checkID("pipeline", id))
	if st.pipelines[id] != nil {
		ps.Addf("id", "there is a pipeline %d already", id)
	}
	ps.Add("source", oneOf("source of a pipeline", &f.Source, SourcePush, PipelineSources))
	ps.Add("sha", checkSHA(f.Commit.SHA))
	ps.Add("before_sha", checkSHA(f.Commit.BeforeSHA))
	if f.Status != "" {
		ps.Add("status", oneOf("status of a pipeline", &f.Status, f.Status, JobStatuses))
	}
	if f.YAMLErrors != "" {
		if f.Status != "" && f.Status != JobFailed {
			ps.addFrom("yaml_errors", errFailedByFile, "status")
		}
		f.Status = JobFailed
	}
	autoCancel := func(field string, word *string, known ...string) {
		if *word != "" {
			ps.Add(field, oneOf("word of auto_cancel", word, *word, known))
		}
	}
	autoCancel("auto_cancel_on_new_commit", &f.AutoCancel.OnNewCommit, "conservative", "interruptible", "none")
	autoCancel("auto_cancel_on_job_failure", &f.AutoCancel.OnJobFailure, "none", "all")
	return ps
}

var errFailedByFile = errors.New("a pipeline whose file could not be used has failed")

// MakePipeline makes a pipeline of a file, which is that of the repository where n has no text, as it is in a seed:
// CreatePipeline with the ID, the project, the text and the inputs that n has, and the facts of a draft. What follows
// from the file cannot be said beside it.
func (st *State) MakePipeline(n NewPipeline, f PipelineFacts, found ...Problem) (*Pipeline, error) {
	ps := append(Problems(found), st.checkPipelineFacts(n.ID, &f)...)
	for field, said := range map[string]bool{"status": f.Status != "", "yaml_errors": f.YAMLErrors != "",
		"name": f.Name != "", "auto_cancel_on_new_commit": f.AutoCancel.OnNewCommit != "",
		"auto_cancel_on_job_failure": f.AutoCancel.OnJobFailure != "", "created_at": !f.CreatedAt.IsZero(),
		"updated_at": !f.UpdatedAt.IsZero(), "started_at": !f.StartedAt.IsZero(), "finished_at": !f.FinishedAt.IsZero(),
		"duration": f.Duration != nil, "auto_canceled_by": f.AutoCanceledBy != 0} {
		if said {
			ps.Addf(field, "a pipeline that is made of a .gitlab-ci.yml begins now; %s follows from that, and stays empty",
				field)
		}
	}
	slices.SortStableFunc(ps[len(found):], func(a, b Problem) int { return cmp.Compare(a.Field, b.Field) })
	if len(ps) > 0 {
		return nil, ps
	}
	made, err := st.CreatePipeline(NewPipeline{ID: n.ID, Project: n.Project, Ref: f.Ref, RefIsTag: f.RefIsTag,
		Commit: f.Commit, Source: f.Source, User: f.User, Variables: f.Variables, CI: n.CI, Inputs: n.Inputs,
		IgnoreSkip: true, ScheduleID: f.ScheduleID, TriggerID: f.TriggerID})
	ps.Add("ci", err)
	if len(ps) > 0 {
		return nil, ps
	}
	return made, nil
}
