package world

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// What is told of seeds and of what they made, and what is taken back, whose loss no other test noticed (internal/mutate).

// Pipelines are found by their numbers; who names none is told which there are. A pipeline whose jobs were added alone is
// there already, which is told with the first job that has a name.
func TestPipelinesThatAreFound(t *testing.T) {
	st, shop := ruled(t)
	for _, id := range []int{9, 7} {
		_, err := st.AddPipeline(id, shop, PipelineFacts{Status: JobSuccess})
		require.NoError(t, err)
	}
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 8, Name: "build", Status: JobSuccess})
	require.NoError(t, err)
	ids := func(all []*Pipeline) (ids []int) {
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		return ids
	}
	assert.Equal(t, []int{7, 8, 9}, ids(st.AllPipelines()))
	assert.Equal(t, []int{7, 9}, ids(st.MovingPipelines()))
	p, err := st.PipelineByNumber("8")
	require.NoError(t, err)
	assert.Same(t, j.Pipeline, p)
	for _, none := range []string{"10", "x"} {
		_, err = st.PipelineByNumber(none)
		require.ErrorContains(t, err, "7, 8, 9")
	}
	_, err = st.AddPipeline(8, shop, PipelineFacts{})
	assert.ErrorContains(t, err, fmt.Sprintf("there is a pipeline 8 already: %s says that it is of it", jobText(j)))
	_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "build", Status: JobSuccess})
	require.NoError(t, err)
	_, err = st.AddPipeline(-7, shop, PipelineFacts{})
	require.ErrorContains(t, err, "-7")
	_, err = st.AddPipeline(7, shop, PipelineFacts{})
	require.ErrorContains(t, err, "there is a pipeline 7 already")
	assert.NotContains(t, err.Error(), "says that")
	j.Name = ""
	assert.Empty(t, j.Pipeline.madeByJobs(), "a stand-in has made it")
	_, err = st.AddPipeline(10, shop, PipelineFacts{Status: "sucess"})
	assert.ErrorContains(t, err, `"success"`)
	_, err = st.AddVariable("acme/shop", Variable{Key: "TOKEN"})
	require.NoError(t, err)
	_, _, err = st.VariableAt("acme/shop", "TOKNE", "")
	assert.ErrorContains(t, err, `"TOKEN"`)
}

// What a pipeline of a seed is said to be made by is there, and of its project.
func TestMakersOfSeededPipelines(t *testing.T) {
	st, shop := ruled(t)
	trigger, err := st.AddTrigger("acme/shop", "", PipelineTrigger{Description: "x"})
	require.NoError(t, err)
	check := func(id int, p *Project, of *Project) error {
		return checkMaker(st, st.Triggers, "pipeline trigger", id, p, func(*PipelineTrigger) *Project { return of })
	}
	other := &Project{ID: 1, Path: "acme/other"}
	assert.NoError(t, check(0, other, shop))
	assert.NoError(t, check(trigger.ID, shop, shop))
	assert.NoError(t, check(trigger.ID, other, nil), "whose it is is not known")
	assert.NoError(t, check(trigger.ID, &Project{}, shop), "likewise")
	assert.EqualError(t, check(trigger.ID, other, shop), fmt.Sprintf("pipeline trigger %d is of acme/shop, not of acme/other",
		trigger.ID))
	assert.ErrorContains(t, check(5, shop, shop), fmt.Sprintf("no pipeline trigger %q", "5"))
	assert.ErrorContains(t, check(5, shop, shop), fmt.Sprint(trigger.ID))
}

// A pipeline that a seed has made of a file has the number and the commit that are said, and is asked about with its ref and
// with the variables that its user gave it.
func TestWhoMakesSeededPipelines(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
	commit(t, st, p, "Go on", map[string]string{".gitlab-ci.yml": "b: {script: x}"}, PushOptions{Silent: true})
	user := st.Users.Rows[0]
	var asked []NewPipeline
	refusal := error(nil)
	st.around.MayRun = func(_ *State, n NewPipeline) error { asked = append(asked, n); return refusal }
	given := []ci.JobVariable{{Key: "A", Value: "1"}}
	made, err := st.MakePipeline(NewPipeline{ID: 7, Project: p}, PipelineFacts{User: user, Commit: Commit{SHA: first.ID},
		Variables: given})
	require.NoError(t, err)
	assert.Equal(t, []any{7, first.ID, "a", given}, []any{made.ID, made.Commit().SHA, made.Jobs[0].Name, made.HandedIn()})
	_, err = st.MakePipeline(NewPipeline{Project: p}, PipelineFacts{User: user, Variables: given, Source: SourceSchedule})
	require.NoError(t, err)
	require.Len(t, asked, 2)
	for i, want := range [][]ci.JobVariable{given, nil} {
		assert.Equal(t, []any{"main", want}, []any{asked[i].Ref, asked[i].Variables})
	}
	s, err := st.AddSchedule(p.Path, RootUsername, PipelineSchedule{Cron: "0 1 * * *"}, ScheduleGifts{})
	require.NoError(t, err)
	of, err := st.MakePipeline(NewPipeline{Project: p, Inputs: map[string]any{"name": "given"},
		CI: "spec: {inputs: {name: {}}}\n---\n$[[ inputs.name ]]: {script: x}"},
		PipelineFacts{User: user, ScheduleID: s.ID, Source: SourceSchedule})
	require.NoError(t, err)
	assert.Equal(t, []any{"given", s.ID}, []any{of.Jobs[0].Name, of.Facts().ScheduleID})
	took := time.Second
	var ps Problems
	_, err = st.MakePipeline(NewPipeline{Project: p}, PipelineFacts{User: user, YAMLErrors: "x", Name: "x", CreatedAt: noon,
		AutoCancel: ci.AutoCancel{OnNewCommit: "none", OnJobFailure: "none"}, UpdatedAt: noon, StartedAt: noon,
		FinishedAt: noon, Duration: &took, AutoCanceledBy: 7}, Problem{Field: "z"})
	require.ErrorAs(t, err, &ps)
	assert.Equal(t, strings.Fields("z auto_cancel_on_job_failure auto_cancel_on_new_commit auto_canceled_by created_at duration "+
		"finished_at name started_at status updated_at yaml_errors"), NamesOf(ps, func(p Problem) string { return p.Field }))
	assert.ErrorContains(t, err, "begins now; duration follows from that")
	_, err = st.MakePipeline(NewPipeline{Project: p, CI: "a: 1"}, PipelineFacts{User: user})
	require.ErrorContains(t, err, "jobs a config should implement")
	refusal = errors.New("may not")
	_, err = st.MakePipeline(NewPipeline{Project: p}, PipelineFacts{User: user})
	require.ErrorContains(t, err, "may not")
	assert.Len(t, p.Pipelines(), 3)

	for _, ref := range []string{"refs/heads/both", "refs/tags/both"} {
		p.Repository.SetRef(ref, first.ID)
	}
	p.Attributes = map[string]string{attrConfigPath: "none.yml"}
	assert.Empty(t, st.misplaced(NewPipeline{Project: p, Ref: "both"}), "which it is is asked later")
	assert.ErrorContains(t, st.misplaced(NewPipeline{Project: p, Ref: "main"}).err(), "has no none.yml at main")
	tagged, err := st.MakePipeline(NewPipeline{Project: p, CI: "a: {script: x}"}, PipelineFacts{User: user, Ref: "both",
		RefIsTag: true})
	require.ErrorContains(t, err, "may not")
	assert.Nil(t, tagged)
	refusal = nil
	tagged, err = st.MakePipeline(NewPipeline{Project: p, CI: "a: {script: x}"}, PipelineFacts{User: user, Ref: "both",
		RefIsTag: true})
	require.NoError(t, err)
	assert.True(t, tagged.RefIsTag())
	for _, n := range []NewPipeline{{Ref: "gone"}, {Commit: Commit{SHA: strings.Repeat("1", 40)}}} {
		n.Project = p
		assert.Len(t, st.misplaced(n), 1)
	}
}

// Which jobs keep a pipeline from ending, or did not succeed, and why.
func TestWhatIsToldOfJobsOfPipelines(t *testing.T) {
	st, _, p, r := moving(t, "a: {script: x, stage: build, allow_failure: true}\nb: {script: x, stage: build}\nask: {script: x, "+
		"when: manual, allow_failure: false}\nc: {script: x, stage: deploy}")
	line := func(j *Job, text string) string { return fmt.Sprintf("\n  job %d (%s) is %s", j.ID, j.Name, text) }
	a, b, ask, c := p.Jobs[0], p.Jobs[1], p.Jobs[2], p.Jobs[3]
	require.NoError(t, st.StartJob(a, r, nil, false))
	require.NoError(t, st.FinishJob(a, JobFailed, ScriptFailure, nil))
	Visit(st, func() {})
	text, pending := st.JobsText(p, nil)
	begin := "its jobs that have not ended:"
	assert.Equal(t, begin+line(b, "pending: "+WaitText(st.WhyPending(b)))+
		line(ask, "created: "+WaitText(st.WhyPending(ask)))+line(c, "created: "+WaitText(st.WhyPending(c))), text)
	assert.Equal(t, []int{b.ID}, pending)
	text, pending = st.JobsText(p, map[int]string{b.ID: "its runner is busy", ask.ID: "it was pending"})
	assert.Contains(t, text, line(b, "pending: its runner is busy"))
	assert.NotContains(t, text, "it was pending")
	assert.Empty(t, pending)
	Visit(st, func() { require.NoError(t, st.CancelJob(b, false)) })
	for _, j := range []*Job{ask, c} {
		if !j.Status.Completed() {
			Visit(st, func() { require.NoError(t, st.CancelJob(j, false)) })
		}
	}
	require.Equal(t, JobCanceled, p.Status())
	p.facts.AutoCanceledBy = 1
	text, pending = st.JobsText(p, nil)
	begin = "it was auto-canceled by the newer pipeline 1 of main\nits jobs that did not succeed:"
	assert.Equal(t, begin+line(a, "failed: script_failure")+line(b, "canceled"), strings.Split(text, line(ask, string(ask.Status)))[0])
	assert.Empty(t, pending)
	alone, err := st.AddJob(&Job{Project: p.project, User: st.Users.Rows[0], Name: "alone", Status: JobManual})
	require.NoError(t, err)
	text, _ = st.JobsText(alone.Pipeline, nil)
	assert.Contains(t, text, line(alone, "manual: "))
	p.facts.AutoCanceledBy = 0
	text, _ = st.JobsText(p, nil)
	assert.True(t, strings.HasPrefix(text, "its jobs that did not succeed:\n"), text)
}

// What is asked of a file that is only looked at is answered with what there is: its branch, its time, its project's
// variables (lib/gitlab/ci/lint.rb).
func TestFilesThatAreLookedAt(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{"a.yml": "a: {script: x}"})
	_, err := st.AddVariable(p.Path, Variable{Key: "GUARDED", Value: "1", Protected: true})
	require.NoError(t, err)
	includes := func(rule, ref, sha string) bool {
		text := fmt.Sprintf("include: [{local: a.yml, rules: [{if: '%s'}]}]\nb: {script: x}", rule)
		seen := st.CheckConfig(p, text, sha, ref, nil)
		require.Empty(t, seen.Errors, rule)
		return strings.Contains(fmt.Sprint(NamesOf(seen.Config.Jobs, func(j ci.Job) string { return j.Name })), "a")
	}
	assert.False(t, includes(`$CI_COMMIT_REF_PROTECTED == "true"`, "main", first.ID))
	_, err = st.ProtectRef(ProtectedRef{Project: p, Name: "main", Push: MaintainersUp, Merge: MaintainersUp})
	require.NoError(t, err)
	for _, c := range []struct {
		rule, ref string
		seen      bool
	}{
		{`$CI_COMMIT_TITLE == "Begin"`, "", true}, {`$CI_COMMIT_BEFORE_SHA =~ /^0+$/`, "", true},
		{`$CI_PIPELINE_CREATED_AT =~ /^20/`, "main", true}, {`$CI_COMMIT_BRANCH == "main"`, "main", true},
		{`$CI_COMMIT_BRANCH == null`, "main", false}, {`$CI_COMMIT_BRANCH == null`, "", true},
		{`$CI_COMMIT_REF_PROTECTED == "true"`, "main", true}, {`$GUARDED == "1"`, "main", true}, {`$GUARDED == "1"`, "topic", false},
	} {
		assert.Equal(t, c.seen, includes(c.rule, c.ref, first.ID), c)
	}
	assert.Equal(t, first.ID, st.CheckConfig(p, "", first.ID, "", nil).SHA)
	seen := st.CheckConfig(p, "include: {project: acme/shop, file: a.yml}", "", "", nil)
	assert.Empty(t, seen.Errors)
	seen = st.CheckConfig(p, "include: a.yml", "", "", nil)
	assert.NotEmpty(t, seen.Errors, "there is no commit whose file it is")
}

// lib/gitlab/ci/pipeline/chain/helpers.rb: what a message is that is told, signs that HTML writes otherwise included.
func TestMessagesWithSigns(t *testing.T) {
	for text, want := range map[string]string{"a\u00a0b": "a&nbsp;b", "x</b": "x", "x</": "x&lt;/", "plain": "plain"} {
		assert.Equal(t, want, sanitized(text), "%q", text)
	}
}

// The ids of a schedule's variables are said of variables that there are, and none is given twice.
func TestIDsOfVariablesOfSchedules(t *testing.T) {
	st, _ := ruled(t)
	add := func(ids map[string]int) error {
		_, err := st.AddSchedule("acme/shop", "", PipelineSchedule{Cron: "0 1 * * *"}, ScheduleGifts{
			Variables: []ci.JobVariable{{Key: "A", Value: "1"}, {Key: "B", Value: "2"}}, IDs: ids})
		return err
	}
	next := st.scheduleVariables.next
	require.NoError(t, add(map[string]int{"A": next + 7}))
	assert.Equal(t, next+9, st.scheduleVariables.next, "the other got the next one")
	var ids []int
	for _, v := range st.Schedules.Rows[0].Variables {
		ids = append(ids, v.ID-next)
	}
	assert.Equal(t, []int{7, 8}, ids)
	for name, c := range map[string]struct {
		ids  map[string]int
		want string
	}{
		"no such variable":  {map[string]int{"C": 5}, `no variable "C"; known are A, B`},
		"no id":             {map[string]int{"A": -1}, "-1"},
		"another's":         {map[string]int{"A": next + 8}, fmt.Sprintf("variable id %d is taken", next+8)},
		"of two":            {map[string]int{"A": next + 50, "B": next + 50}, fmt.Sprintf("variable_ids.B: variable id %d is taken", next+50)},
		"of one which is 0": {map[string]int{"A": 0, "B": 0}, "none"},
	} {
		before := st.scheduleVariables.next
		err := Atomically(st, func() error {
			var ps Problems
			if errors.As(add(c.ids), &ps) {
				return fmt.Errorf("%s: %s", ps[0].Field, ps[0].Text)
			}
			return errors.New("none")
		})
		require.ErrorContains(t, err, c.want, name)
		assert.Equal(t, before, st.scheduleVariables.next, name)
	}
}

// A token that came from outside is not made again, and whose a token is stands in it where GitLab says so.
func TestTokensThatAreGivenFromOutside(t *testing.T) {
	for version, always := range map[string]string{"17.2": "glrt-2XwOYkxOgkw4m4uePA8v",
		"18.11": "glrt-z2SqG3p1S9zIz6IGWC94mW86MQp0OjEH.01.0w1ws35f5"} {
		first := func(st *State) string {
			r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
			require.NoError(t, err)
			return r.Token
		}
		st := versioned(t, version)
		wanted := first(st)
		assert.Equal(t, version == "18.11", strings.Count(wanted, ".") == 2, wanted)
		assert.Equal(t, always, wanted, "it is the same in every run")
		second := first(st)
		st = versioned(t, version)
		for _, token := range []string{wanted, second} {
			_, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Token: token})
			require.NoError(t, err)
		}
		assert.NotContains(t, []string{wanted, second}, first(st))
		require.NoError(t, st.PinToken("glrt-pinned", ""))
		assert.Equal(t, "glrt-pinned", st.newRunnerToken(&Runner{Attributes: DefaultAttributes()}))
	}
	st := versioned(t, "18.11")
	st.secret(tokenKind{}, "kept")
	require.Error(t, Atomically(st, func() error {
		for _, token := range []string{"taken back", "kept"} {
			st.secret(tokenKind{}, token)
		}
		return errors.New("the test")
	}))
	assert.Equal(t, map[string]bool{"kept": true}, st.made.given)
	r := &Runner{Type: GroupRunner}
	require.True(t, r.Orphaned())
	assert.NotContains(t, st.newRunnerToken(r), ".", "nobody's name is in it")
}

// What a seed has begun is forgotten with it; and who only wants to know what else is wrong has no time.
func TestTimesOfSeeds(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	assert.Equal(t, noon, st.Begun(), "it is now as long as nobody has begun")
	assert.Equal(t, noon, st.Begin())
	now = noon.Add(time.Hour)
	require.Error(t, Atomically(st, func() error {
		assert.Equal(t, now, st.Begin())
		return errors.New("the test")
	}))
	assert.Equal(t, noon, st.Begun())
	later := draftTime{"created_at", "CreatedAt", now.Add(time.Hour)}
	assert.NotEmpty(t, st.yetToCome(later))
	st.Timeless()
	assert.Empty(t, st.yetToCome(later))
}

// Whoever waits for a job of a world hears that it is gone, and the world that takes its place goes by the clock of the old.
func TestWorldsThatTakeTheirPlace(t *testing.T) {
	st, shop := ruled(t)
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning})
	require.NoError(t, err)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	changes := []<-chan struct{}{j.NextChange(), st.QueueChange(r)}
	next, _ := ruled(t)
	at := noon.Add(time.Hour)
	Replace(st, next, func() time.Time { return at })
	for _, change := range changes {
		select {
		case <-change:
		default:
			assert.Fail(t, "nobody hears of it")
		}
	}
	assert.Equal(t, at, st.Now())
	assert.Empty(t, st.Jobs.Rows)

	fresh := versioned(t, "18.11")
	assert.Equal(t, []int{firstRunnerID, firstControllerTokenID, firstDeployID, firstStatusID}, []int{fresh.Runners.next,
		fresh.controllerTokens.next, fresh.DeployTokens.next, fresh.Statuses.next})
	users := newTable[*User](5)
	for _, id := range []int{7, 9, 8} {
		users.insert(&User{ID: id})
	}
	users.removeAll(func(u *User) bool { return u.ID > 7 })
	assert.Equal(t, []int{1, 10}, []int{len(users.Rows), users.next}, "no id is given twice")
}

// No id is of two records, whatever they are.
func TestIDsThatAreTaken(t *testing.T) {
	const id = 5
	for kind, add := range map[string]func(st *State){
		"user":             func(st *State) { st.Users.insert(&User{ID: id}) },
		"group":            func(st *State) { st.Groups.insert(&Group{ID: id}) },
		"project":          func(st *State) { st.Projects.insert(&Project{ID: id}) },
		"runner":           func(st *State) { st.Runners.insert(&Runner{ID: id}) },
		"manager":          func(st *State) { st.managers.insert(&Manager{ID: id}) },
		"job":              func(st *State) { st.Jobs.insert(&Job{ID: id}) },
		"token":            func(st *State) { st.Tokens.insert(&AccessToken{ID: id}) },
		"webhook":          func(st *State) { st.Webhooks.insert(&Webhook{ID: id}) },
		"controller":       func(st *State) { st.RunnerControllers.insert(&RunnerController{ID: id}) },
		"controller token": func(st *State) { st.controllerTokens.insert(&RunnerControllerToken{ID: id}) },
		"protected ref":    func(st *State) { st.ProtectedRefs.insert(&ProtectedRef{ID: id}) },
		"deploy token":     func(st *State) { st.DeployTokens.insert(&DeployToken{ID: id}) },
		"schedule":         func(st *State) { st.Schedules.insert(&PipelineSchedule{ID: id}) },
		"trigger":          func(st *State) { st.Triggers.insert(&PipelineTrigger{ID: id}) },
		"status":           func(st *State) { st.Statuses.insert(&CommitStatus{ID: id}) },
		"resource group":   func(st *State) { st.resources.insert(&ResourceGroup{ID: id}) },
		"deploy key":       func(st *State) { st.DeployKeys.insert(&DeployKey{ID: id}) },
		"enabled key":      func(st *State) { st.EnabledKeys.insert(&Enabled{ID: id}) },
		"environment":      func(st *State) { st.Environments.insert(&Environment{ID: id}) },
		"deployment":       func(st *State) { st.Deployments.insert(&Deployment{ID: id}) },
	} {
		st := versioned(t, "18.11")
		add(st)
		assert.True(t, st.idTaken(id), kind)
		assert.False(t, st.idTaken(id+1), kind)
	}
}
