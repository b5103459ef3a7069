package world

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/cron"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

const (
	// scheduleWorkerCron is when GitLab looks for schedules that are due (config/initializers/1_settings.rb).
	scheduleWorkerCron = "3-59/10 * * * *"
	// defaultTimezone is that of a schedule that says nothing of it.
	defaultTimezone = "UTC"
	// maxSchedules is how many a project may have (app/models/plan_limits.rb, ci_pipeline_schedules).
	maxSchedules = 10
)

// scheduleWorker is scheduleWorkerCron, read.
var scheduleWorker, _ = cron.Parse(scheduleWorkerCron)

// ScheduleDraft is the schedule that a change would make of one, or of a new one of an owner, whose ref is written out;
// it is not part of the world. It is for who asks whether it may be made.
func (st *State) ScheduleDraft(p *Project, owner *User, before *PipelineSchedule, c ScheduleChange) *PipelineSchedule {
	s := PipelineSchedule{Project: p, Owner: owner, Active: true, Timezone: defaultTimezone}
	if before != nil {
		s = *before
	}
	c.applyTo(&s)
	s.Ref = st.wholeRef(p, s.Ref)
	return &s
}

// wholeRef is the full name of a branch or tag, in versions that write it out; what is none, or both, stays as it is
// (app/models/ci/pipeline_schedule.rb, expand_short_ref).
func (st *State) wholeRef(p *Project, ref string) string {
	if !st.Has(gitlabversion.ScheduleRefsWhole) || strings.HasPrefix(ref, repository.BranchPrefix) ||
		strings.HasPrefix(ref, repository.TagPrefix) {
		return ref
	}
	branch, tag := p.Repository.Ref(repository.Branch(ref)) != "", p.Repository.Ref(repository.Tag(ref)) != ""
	switch {
	case branch && !tag:
		return repository.Branch(ref)
	case tag && !branch:
		return repository.Tag(ref)
	}
	return ref
}

// CreateSchedule makes a pipeline schedule of a draft (app/services/ci/pipeline_schedules/create_service.rb). The error
// is an *Invalid.
func (st *State) CreateSchedule(draft *PipelineSchedule) (*PipelineSchedule, error) {
	bad := st.checkSchedule(draft)
	if len(st.SchedulesOf(draft.Project)) >= maxSchedules {
		bad.Add(attrBase, fmt.Sprintf(msgfVariableLimit, "ci pipeline schedules", maxSchedules))
	}
	if err := bad.orNil(); err != nil {
		return nil, err
	}
	s := *draft
	s.ID = assignID(st, &st.Schedules, s.ID)
	s.CreatedAt = orNow(s.CreatedAt, st.Now())
	s.UpdatedAt = orNow(s.UpdatedAt, s.CreatedAt)
	s.Variables = st.numbered(s.Variables)
	st.reckon(&s)
	add(st, &st.Schedules, &s)
	return &s, nil
}

// ChangeSchedule makes a schedule what a draft of it is. The error is an *Invalid, and then it is as before.
func (st *State) ChangeSchedule(s, draft *PipelineSchedule) error {
	if err := st.checkSchedule(draft).orNil(); err != nil {
		return err
	}
	before := *s
	st.onUndo(func() { *s = before })
	*s = *draft
	s.Variables, s.UpdatedAt = st.numbered(s.Variables), st.Now()
	st.reckon(s)
	st.handToPipelines(s, s.Given())
	return nil
}

// checkSchedule is the model's validation, ahead of which later versions want the full name of a ref
// (app/models/ci/pipeline_schedule.rb, app/services/ci/pipeline_schedules/base_save_service.rb).
func (st *State) checkSchedule(s *PipelineSchedule) *Invalid {
	var bad Invalid
	if _, _, whole := s.RefName(); st.Has(gitlabversion.ScheduleRefsWhole) && !whole {
		bad.Add(attrRef, msgAmbiguous)
		return &bad
	}
	blank := func(attribute, value string) {
		if strings.TrimSpace(value) == "" {
			bad.Add(attribute, msgBlank)
		}
	}
	syntax := msgCronSyntaxBefore
	if st.Has(gitlabversion.CronSyntaxFirst) {
		syntax = msgCronSyntax
	}
	if _, ok := cron.Parse(s.Cron); !ok {
		bad.Add(attrCron, syntax)
	}
	blank(attrCron, s.Cron)
	if _, ok := cron.Zone(s.Timezone); !ok {
		bad.Add(attrCronTimezone, syntax)
	}
	blank(attrCronTimezone, s.Timezone)
	blank(attrRef, s.Ref)
	blank(attrDescription, s.Description)
	s.checkVariables(&bad)
	s.checkInputs(&bad)
	return &bad
}

// OwnSchedule makes a schedule a user's.
func (st *State) OwnSchedule(s *PipelineSchedule, u *User) {
	before := *s
	st.onUndo(func() { *s = before })
	s.Owner, s.UpdatedAt = u, st.Now()
	st.reckon(s)
}

// reckon finds out when a schedule is next seen to: at the worker's own time after that of its line, unless both fall
// together (app/models/concerns/cron_schedulable.rb).
func (st *State) reckon(s *PipelineSchedule) {
	line, _ := cron.Parse(s.Cron)
	zone, ok := cron.Zone(s.Timezone)
	if !ok {
		zone = time.UTC
	}
	now, own := st.Now(), st.Settings.Zone()
	s.NextRunAt = line.Next(now, zone)
	if !s.NextRunAt.IsZero() && !s.NextRunAt.Equal(scheduleWorker.Next(now, own)) {
		s.NextRunAt = scheduleWorker.Next(s.NextRunAt, own)
	}
}

// DeleteSchedule deletes a schedule. Its pipelines stay, without its variables, which never were theirs
// (lib/gitlab/ci/variables/builder.rb, pipeline_schedule_variables).
func (st *State) DeleteSchedule(s *PipelineSchedule) {
	st.handToPipelines(s, nil)
	st.forgetMaker(s.Project, func(f *PipelineFacts) *int { return &f.ScheduleID }, s.ID)
	st.Schedules.remove(s)
	st.onUndo(func() { st.Schedules.insert(s) })
}

// handToPipelines has the pipelines of a schedule have its variables as they are now: GitLab looks them up when a job
// is handed out, however long ago its pipeline was made.
func (st *State) handToPipelines(s *PipelineSchedule, variables []ci.JobVariable) {
	for _, made := range s.PipelinesOf() {
		facts, before := made.facts, made.facts.Variables
		st.onUndo(func() { facts.Variables = before })
		facts.Variables = variables
	}
}

// setVariables gives a schedule and its pipelines variables.
func (st *State) setVariables(s *PipelineSchedule, variables []ScheduleVariable) {
	before := s.Variables
	st.onUndo(func() { s.Variables = before })
	s.Variables = st.numbered(variables)
	st.handToPipelines(s, s.Given())
}

// numbered are variables of a schedule, of which those that are new have been given ids.
func (st *State) numbered(variables []ScheduleVariable) []ScheduleVariable {
	variables = slices.Clone(variables)
	for i := range variables {
		if variables[i].ID == 0 {
			variables[i].ID = nextID(st, &st.scheduleVariables)
		}
	}
	return variables
}

// forgetMaker has the pipelines of a project that were made by what has that ID forget it.
func (st *State) forgetMaker(p *Project, maker func(*PipelineFacts) *int, id int) {
	for _, made := range p.pipelines {
		if made.facts == nil || *maker(made.facts) != id {
			continue
		}
		of := maker(made.facts)
		*of = 0
		st.onUndo(func() { *of = id })
	}
}

// SchedulesOf are the schedules of a project, by id.
func (st *State) SchedulesOf(p *Project) []*PipelineSchedule {
	return Filtered(st.Schedules.Rows, func(s *PipelineSchedule) bool { return s.Project == p })
}

// PipelinesOf are the pipelines that a schedule has made, by id.
func (s *PipelineSchedule) PipelinesOf() []*Pipeline {
	return Filtered(s.Project.pipelines, func(p *Pipeline) bool { return p.facts != nil && p.facts.ScheduleID == s.ID })
}

// SetScheduleVariable puts a variable of a schedule in the place of another one, or adds it where that is nil. The
// error is an *Invalid (app/models/ci/pipeline_schedule_variable.rb).
func (st *State) SetScheduleVariable(s *PipelineSchedule, old *ScheduleVariable, v ci.JobVariable) error {
	return st.setScheduleVariable(s, old, ScheduleVariable{JobVariable: v})
}

// setScheduleVariable is SetScheduleVariable, of a new one with an id or without.
func (st *State) setScheduleVariable(s *PipelineSchedule, old *ScheduleVariable, v ScheduleVariable) error {
	var bad Invalid
	v.Key = strings.TrimSpace(v.Key)
	for _, problem := range keyProblems(v.Key) {
		bad.Add(attrKey, problem)
	}
	if old == nil && s.Variable(v.Key) != nil {
		bad.Add(attrKey, msgAlreadyTaken)
	}
	if err := bad.orNil(); err != nil {
		return err
	}
	variables := slices.Clone(s.Variables)
	same := func(has ScheduleVariable) bool { return old != nil && has.Key == old.Key }
	if i := slices.IndexFunc(variables, same); i >= 0 {
		variables[i].JobVariable = v.JobVariable
	} else {
		variables = append(variables, v)
	}
	st.setVariables(s, variables)
	return nil
}

// DeleteScheduleVariable takes the variable of a key out of a schedule.
func (st *State) DeleteScheduleVariable(s *PipelineSchedule, key string) {
	gone := func(v ScheduleVariable) bool { return v.Key == key }
	st.setVariables(s, slices.DeleteFunc(slices.Clone(s.Variables), gone))
}

// RunSchedule makes a pipeline of a schedule for a user (app/workers/run_pipeline_schedule_worker.rb). The error is why
// there is none, which nobody is told.
func (st *State) RunSchedule(s *PipelineSchedule, u *User) (*Pipeline, error) {
	ref, tag, _ := s.RefName()
	if s.Project.Repository.Ref(repository.Branch(ref)) == "" && s.Project.Repository.Ref(repository.Tag(ref)) != "" {
		tag = true
	}
	if st.around.MayRun != nil {
		if err := st.around.MayRun(st, NewPipeline{Project: s.Project, Ref: ref, RefIsTag: tag, User: u}); err != nil {
			return nil, err
		}
	}
	n := NewPipeline{Project: s.Project, Ref: ref, RefIsTag: tag, Source: SourceSchedule, User: u,
		Variables: s.Given(), IgnoreSkip: true, ScheduleID: s.ID,
		SaveOnErrors: st.Has(gitlabversion.ScheduleErrorsSaved)}
	if st.Has(gitlabversion.ScheduleInputs) {
		n.Inputs = InputValues(s.Inputs)
	}
	return st.CreatePipeline(n)
}

// PlaySchedule has a schedule wait for its next time, and makes a pipeline of it for a user, if one can be made
// (app/services/ci/pipeline_schedules/play_service.rb).
func (st *State) PlaySchedule(s *PipelineSchedule, u *User) {
	before := *s
	st.onUndo(func() { *s = before })
	st.reckon(s)
	if !s.NextRunAt.Equal(before.NextRunAt) { // nothing else is saved
		s.UpdatedAt = st.Now()
	}
	_, _ = st.RunSchedule(s, u) // nobody is told why not
}

// InputValues are inputs by their names, as they are in JSON; nil where there are none.
func InputValues(inputs []ScheduleInput) map[string]any {
	var values map[string]any
	for _, in := range inputs {
		if values == nil {
			values = map[string]any{}
		}
		values[in.Name], _ = datajson.Anything(in.Value) // it was made by json.Marshal
	}
	return values
}

// runSchedules makes the pipelines of the schedules that are due, each of them one, however long ago that was
// (app/workers/pipeline_schedule_worker.rb).
func (st *State) runSchedules() {
	now := st.Now()
	due := Filtered(st.Schedules.Rows, func(s *PipelineSchedule) bool {
		return s.Active && !s.NextRunAt.IsZero() && !s.NextRunAt.After(now)
	})
	slices.SortStableFunc(due, func(a, b *PipelineSchedule) int {
		return cmp.Or(a.NextRunAt.Compare(b.NextRunAt), cmp.Compare(a.ID, b.ID))
	})
	for _, s := range due {
		st.reckon(s)
		s.UpdatedAt = now
		if s.Owner != nil {
			_, _ = st.RunSchedule(s, s.Owner) // GitLab logs why not
		}
	}
}

// NextSchedule is when the workers have the next schedule to see to, which may be over; zero for never.
func (st *State) NextSchedule() (next time.Time) {
	for _, s := range st.Schedules.Rows {
		if s.Active && !s.NextRunAt.IsZero() && (next.IsZero() || s.NextRunAt.Before(next)) {
			next = s.NextRunAt
		}
	}
	return next
}

// disableSchedulesOf has no schedule of a user run any more, who is blocked
// (app/services/ci/disable_user_pipeline_schedules_service.rb).
func (st *State) disableSchedulesOf(u *User) {
	for _, s := range st.Schedules.Rows {
		if s.Owner == u {
			s.Active = false
		}
	}
}

// ScheduleGifts are what the pipelines of a new schedule are given: variables, the ids of some of them by their keys,
// and inputs.
type ScheduleGifts struct {
	Variables []ci.JobVariable
	IDs       map[string]int
	Inputs    map[string]any
}

// AddSchedule makes a schedule of a draft, of the project at a path and the user of a name.
func (st *State) AddSchedule(path, owner string, draft PipelineSchedule, gifts ScheduleGifts,
	found ...Problem) (*PipelineSchedule, error) {
	ps := Problems(found)
	p, err := st.ProjectByPath(path)
	if ps.Add("project", err); err == nil && draft.Ref != "" {
		ps.Add("ref", st.misspelt(p, draft.Ref))
	}
	draft.Owner, err = st.userOrNobody(owner)
	ps.Add("owner", err)
	ps.Add("id", freeID(&st.Schedules, "pipeline schedule", draft.ID))
	if _, ok := cron.Parse(strings.TrimSpace(draft.Cron)); !ok {
		ps.Addf("cron", "%q is no cron line; one is %q, at one o'clock each night", draft.Cron, "0 1 * * *")
	}
	draft.Timezone = cmp.Or(draft.Timezone, defaultTimezone)
	if _, ok := cron.Zone(draft.Timezone); !ok {
		ps.Addf(attrCronTimezone, "%q is no time zone; one is %q", draft.Timezone, "Europe/Berlin")
	}
	ps = append(ps, st.variableIDs(gifts)...)
	for _, name := range slices.Sorted(maps.Keys(gifts.Inputs)) {
		value, err := json.Marshal(gifts.Inputs[name])
		ps.Add("inputs."+name, err)
		draft.Inputs = append(draft.Inputs, ScheduleInput{Name: name, Value: value})
	}
	if len(ps) > 0 {
		st.standInForSchedule(draft)
		return nil, ps
	}
	draft.Project = p
	draft.Ref = cmp.Or(draft.Ref, p.DefaultBranch())
	draft.Description = cmp.Or(draft.Description, "schedule")
	draft.Ref = st.wholeRef(p, draft.Ref)
	if short, _, whole := draft.RefName(); !st.Has(gitlabversion.ScheduleRefsWhole) && draft.isOfNothing() {
		draft.Ref = short // see SeedRef
	} else if st.Has(gitlabversion.ScheduleRefsWhole) && !whole {
		draft.Ref = repository.Branch(draft.Ref) // of an empty repository
	}
	s, err := st.CreateSchedule(&draft)
	if ps.Add("", err); err != nil {
		st.standInForSchedule(draft)
	} else if !draft.NextRunAt.IsZero() {
		s.NextRunAt = draft.NextRunAt
	}
	if err != nil {
		return s, ps.err()
	}
	for _, v := range gifts.Variables {
		ps.Add("variables", st.setScheduleVariable(s, nil, ScheduleVariable{gifts.IDs[v.Key], v}))
	}
	return s, ps.err()
}

// variableIDs is what is wrong with the ids of a new schedule's variables, which from now on no other gets.
func (st *State) variableIDs(gifts ScheduleGifts) (ps Problems) {
	var keys []string
	for _, v := range gifts.Variables {
		keys = append(keys, v.Key)
	}
	taken := map[int]bool{}
	for _, s := range st.Schedules.Rows {
		for _, v := range s.Variables {
			taken[v.ID] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(gifts.IDs)) {
		place, id := "variable_ids."+key, gifts.IDs[key]
		if !slices.Contains(keys, key) {
			ps.Add(place, Missing("variable", key, keys))
		} else if err := checkID("variable", id); err != nil {
			ps.Add(place, err)
		} else if taken[id] && id != 0 {
			ps.Addf(place, "variable id %d is taken", id)
		}
		taken[id] = true
		before := st.scheduleVariables.next
		st.onUndo(func() { st.scheduleVariables.next = before })
		st.scheduleVariables.keepID(&ScheduleVariable{ID: id})
	}
	return ps
}

// misspelt is the error of a seed's ref that a project does not have, though it has others; nil for one that is there.
// A whole one may come later, or be gone.
func (st *State) misspelt(p *Project, ref string) error {
	s := PipelineSchedule{Project: p, Ref: ref}
	if _, _, whole := s.RefName(); whole || !s.isOfNothing() {
		return nil
	}
	return fmt.Errorf("%w; one that is still to come is said whole, %q", st.noRef(p, ref, false), repository.Branch(ref))
}

// isOfNothing reports whether the schedule's ref is not there, in a repository that has others.
func (s *PipelineSchedule) isOfNothing() bool {
	r := s.Project.Repository
	switch name, _, whole := s.RefName(); {
	case r.Empty():
		return false
	case whole:
		return r.Ref(s.Ref) == ""
	default:
		return r.Ref(repository.Branch(name)) == "" && r.Ref(repository.Tag(name)) == ""
	}
}

// SeedRef is the ref of the schedule as a seed says it: whole where it is not there, so that it is not taken for a
// mistake.
func (s *PipelineSchedule) SeedRef() string {
	if name, _, whole := s.RefName(); !whole && s.isOfNothing() {
		return repository.Branch(name)
	}
	return s.Ref
}

// dropPipelineMakers takes away the schedules and triggers of a project that goes, and the triggers of a user who goes.
func (st *State) dropPipelineMakers(of func(*Project, *User) bool) {
	for _, s := range slices.Clone(st.Schedules.Rows) {
		if of(s.Project, nil) {
			st.Schedules.remove(s)
		}
	}
	for _, t := range slices.Clone(st.Triggers.Rows) {
		if of(t.Project, t.Owner) {
			st.Triggers.remove(t)
		}
	}
}
