package world

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	n, _ := strconv.Atoi(id) // which is no id of a pipeline if it fails
	if p := st.pipelines[n]; p != nil {
		return p, nil
	}
	return nil, st.missing("pipeline", id, func() []string {
		return NamesOf(st.AllPipelines(), func(p *Pipeline) string { return strconv.Itoa(p.ID) })
	})
}

// IsMade reports whether a pipeline of the project at a path, of which neither a status nor a file's text is given, is
// to be made of the repository's file: always, unless the repository is empty.
func (st *State) IsMade(path string) bool {
	p := st.ProjectPaths[Key(path)]
	return p != nil && !p.Repository.Empty()
}

// misplaced is what is wrong with the place in the repository that a seed gives a pipeline, by the field that says it.
func (st *State) misplaced(n NewPipeline) (ps Problems) {
	repo := n.Project.Repository
	if repo.Empty() {
		return nil
	}
	name, tag, problem := n.ref()
	if problem == MsgRefNotFound {
		ps.Add("ref", st.noRef(n.Project, name, tag))
		return ps
	}
	c := repo.CommitAt(cmp.Or(n.Commit.SHA, fullRef(name, tag)))
	switch {
	case problem != "":
	case c == nil:
		ps.Addf("sha", "%s: %s has no commit %s", msgCommitNotFound, n.Project.Path, n.Commit.SHA)
	default:
		if text, _, _ := n.configuration(PipelineFacts{Commit: Commit{SHA: c.ID}}); text == "" {
			ps.Addf("status", "%s: %s has no %s at %s; a pipeline that is made of none says its Status, or CI",
				msgMissingConfig, n.Project.Path, n.Project.ConfigPath(), name)
		}
	}
	return ps
}

// noRef is the error of a name that no branch or tag of a project has, with the nearest; with tag that no tag has.
func (st *State) noRef(p *Project, name string, tag bool) error {
	kind, prefix := "branch or tag", ""
	if tag {
		kind, prefix = "tag", repository.TagPrefix
	}
	return fmt.Errorf("%s: %w", MsgRefNotFound, st.missing(kind, name, func() (names []string) {
		for _, r := range p.Repository.Refs() {
			if short, _, whole := repository.ShortName(r.Name); whole && strings.HasPrefix(r.Name, prefix) {
				names = append(names, short)
			}
		}
		return names
	}))
}

// forbidden is why the user of a seed's pipeline may not make it; nil if that is allowed, or not known.
func (st *State) forbidden(n NewPipeline) error {
	if st.around.MayRun == nil || st.standsIn(n.User) || st.standsIn(n.Project) {
		return nil
	}
	n.Ref = cmp.Or(n.Ref, n.Project.DefaultBranch())
	if n.Source == SourceSchedule {
		n.Variables = nil // they are the schedule's own
	}
	err := st.around.MayRun(st, n)
	if err == nil {
		return nil
	}
	is := "is no member of"
	if role := RoleInProject(n.User, n.Project); role != 0 {
		is = "is " + role.title() + " in"
	}
	return fmt.Errorf("%w: %s %s %s", err, n.User.Username, is, n.Project.Path)
}

// madeByJobs says of a pipeline whose jobs were added alone how it came about, behind a sentence; "" for any other.
func (p *Pipeline) madeByJobs() string {
	if p.Moves() {
		return ""
	}
	first := slices.IndexFunc(p.Jobs, func(j *Job) bool { return j.Name != "" }) // stand-ins have none
	if first < 0 {
		return ""
	}
	return fmt.Sprintf(": %s says that it is of it. A job joins a pipeline that is there before; one that is made of a "+
		".gitlab-ci.yml makes its jobs itself", jobText(p.Jobs[first]))
}

// checkMaker refuses a schedule or trigger by which a pipeline cannot be made: one that is not there, or of another
// project.
func checkMaker[T Row](st *State, all table[T], what string, id int, p *Project, projectOf func(T) *Project) error {
	if id == 0 {
		return nil
	}
	maker, there := all.find(id)
	if !there {
		return st.missing(what, strconv.Itoa(id), func() []string { return numbersOf(all) })
	}
	if of := projectOf(maker); of != nil && of != p && p.ID != 0 && !st.standsIn(p) {
		return fmt.Errorf("%s %d is of %s, not of %s", what, id, of.Path, p.Path)
	}
	return nil
}

// checkPipelineFacts checks a draft of a pipeline of a project, and fills in what is empty and has a default.
func (st *State) checkPipelineFacts(id int, p *Project, f *PipelineFacts) (ps Problems) {
	ps.Add("id", checkID("pipeline", id))
	if taken := st.pipelines[id]; taken != nil {
		ps.Addf("id", "there is a pipeline %d already%s", id, taken.madeByJobs())
	}
	ps.Add("source", oneOf("source of a pipeline", &f.Source, SourcePush, PipelineSources))
	ps.Add("schedule_id", checkMaker(st, st.Schedules, "pipeline schedule", f.ScheduleID, p,
		func(s *PipelineSchedule) *Project { return s.Project }))
	ps.Add("trigger_id", checkMaker(st, st.Triggers, "pipeline trigger", f.TriggerID, p,
		func(t *PipelineTrigger) *Project { return t.Project }))
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
	for _, v := range f.Variables {
		for _, problem := range keyProblems(v.Key) {
			ps.Addf("variables", "the key %q %s", v.Key, problem)
		}
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
	ps := append(Problems(found), st.checkPipelineFacts(n.ID, n.Project, &f)...)
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
	n = NewPipeline{ID: n.ID, Project: n.Project, Ref: f.Ref, RefIsTag: f.RefIsTag, Commit: f.Commit,
		Source: f.Source, User: f.User, Variables: f.Variables, CI: n.CI, Inputs: n.Inputs, IgnoreSkip: true,
		ScheduleID: f.ScheduleID, TriggerID: f.TriggerID}
	if ps = st.misplaced(n); len(ps) == 0 {
		ps.addFrom("user", st.forbidden(n), "project")
	}
	if len(ps) > 0 {
		return nil, ps
	}
	made, err := st.CreatePipeline(n)
	ps.Add("ci", err)
	if len(ps) > 0 {
		return nil, ps
	}
	return made, nil
}
