package world

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a test says anew of a record is refused where it would be another record, or has what another one has; what is
// refused changes nothing.
func TestDraftsOfOtherRecordsAreRefused(t *testing.T) {
	st, shop := ruled(t)
	acme := shop.Group
	mia, err := st.AddUser(User{Username: "mia", Email: "mia@corp.example"})
	require.NoError(t, err)
	group := func(change func(*Group)) func() error {
		in := Group{ID: acme.ID, Path: acme.Path, Name: acme.Name, Description: "new"}
		change(&in)
		return func() error { return st.UpdateGroup(acme, in, nil) }
	}
	project := func(change func(*Project)) func() error {
		in := Project{ID: shop.ID, Path: shop.Path, Name: shop.Name, Description: "new"}
		change(&in)
		return func() error { return st.UpdateProject(shop, in, nil) }
	}
	user := func(change func(*User)) func() error {
		in := *mia
		in.Attributes = map[string]string{"bio": "new"}
		change(&in)
		return func() error { return st.UpdateUser(mia, in) }
	}
	beforeGroup, beforeProject, beforeUser := *acme, *shop, *mia
	for name, c := range map[string]struct {
		update func() error
		want   string
	}{
		"group's id":         {group(func(in *Group) { in.ID++ }), "do not change"},
		"group's path":       {group(func(in *Group) { in.Path = "guild" }), "do not change"},
		"group's token":      {group(func(in *Group) { in.RegistrationToken = shop.RegistrationToken }), "is another's"},
		"project's id":       {project(func(in *Project) { in.ID++ }), "do not change"},
		"project's path":     {project(func(in *Project) { in.Path = "acme/site" }), "do not change"},
		"project's old path": {project(func(in *Project) { in.OldPaths = []string{"old/shop"} }), "do not change"},
		"project's token":    {project(func(in *Project) { in.RegistrationToken = acme.RegistrationToken }), "is another's"},
		"user's id":          {user(func(in *User) { in.ID++ }), "do not change"},
		"user's name":        {user(func(in *User) { in.Username = "max" }), "do not change"},
		"a name too long":    {user(func(in *User) { in.Name = strings.Repeat("ü", 256) }), "too long"},
	} {
		assert.ErrorContains(t, c.update(), c.want, name)
		assert.Equal(t, beforeGroup, *acme, name)
		assert.Equal(t, beforeProject, *shop, name)
		assert.Equal(t, beforeUser, *mia, name)
	}
	require.NoError(t, user(func(in *User) { in.Name = strings.Repeat("ü", 255) })())
	_, err = st.AddUser(User{Username: "MIA", Email: "mia@corp.example"})
	assert.EqualError(t, err, "the username is taken", "it is one user twice, and not two with one address")
	_, err = st.AddUser(User{Username: "max", Email: "mia@corp.example"})
	assert.ErrorContains(t, err, `taken by user "mia"`)
}

// Runners that wait are woken by each change after which one may take what it could not take before
// (app/models/ci/runner.rb, tick_runner_queue), in the same order each time.
func TestWhatIsNewsForRunners(t *testing.T) {
	play := func(t *testing.T, change func(*State, *Project, []*Runner)) (before, after []string) {
		st, shop := ruled(t)
		var runners []*Runner
		for i := range 8 {
			n := RunnerDraft{Attributes: DefaultAttributes()}
			if i == 0 {
				n.Group = shop.Group
			}
			r, err := st.AddRunner(n)
			require.NoError(t, err)
			runners, before = append(runners, r), append(before, st.QueueValueOf(r))
		}
		change(st, shop, runners)
		for _, r := range runners {
			after = append(after, st.QueueValueOf(r))
		}
		return before, after
	}
	for name, c := range map[string]struct {
		change func(*State, *Project, []*Runner)
		of     int // how many runners hear of it, the first ones
	}{
		"a project is changed": {func(st *State, p *Project, _ []*Runner) {
			_ = st.ChangeProject(p, ProjectChange{SharedRunners: new(bool)})
		}, 8},
		"a project is said anew": {func(st *State, p *Project, _ []*Runner) {
			_ = st.UpdateProject(p, Project{ID: p.ID, Path: p.Path, SharedRunnersDisabled: true}, nil)
		}, 8},
		"a token is reset": {func(st *State, _ *Project, runners []*Runner) { st.ResetRunnerToken(runners[0]) }, 1},
		"a group goes":     {func(st *State, p *Project, _ []*Runner) { st.DeleteGroup(p.Group) }, 1},
	} {
		before, after := play(t, c.change)
		for i := range before {
			assert.Equal(t, i < c.of, before[i] != after[i], "%s: runner %d", name, i)
		}
		_, again := play(t, c.change)
		assert.Equal(t, after, again, name)
	}
}

// Who waits for something to happen to a job hears of a file that it keeps, and that it goes.
func TestWhatHappensToAJobIsHeard(t *testing.T) {
	st, shop := ruled(t)
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning})
	require.NoError(t, err)
	for name, happen := range map[string]func(){
		"a file":  func() { assert.Nil(t, st.KeepFile(j, &File{Type: Archive, Format: ZipFormat, Filename: "a.zip"})) },
		"it goes": func() { st.DeletePipeline(j.Pipeline) },
	} {
		change := j.NextChange()
		happen()
		select {
		case <-change:
		default:
			assert.Fail(t, "nobody hears of it", name)
		}
		if name == "it goes" {
			break
		}
	}
}

// A runner of a group that is gone stays an orphan, which may be said of it still, and its token ends as the settings
// say (app/services/ci/runners/unregister_runner_service.rb leaves it).
func TestOrphanedRunnersStay(t *testing.T) {
	st, shop := ruled(t)
	other, err := st.AddProject(Project{Path: "guild/other"}, nil)
	require.NoError(t, err)
	ofGroup, err := st.AddRunner(RunnerDraft{Group: shop.Group, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	ofProject, err := st.AddRunner(RunnerDraft{Projects: []*Project{other}, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	shop.Group.RunnerTokenExpiration, st.Settings.GroupRunnerTokenExpiration = time.Minute, time.Hour
	assert.Equal(t, noon.Add(time.Minute), st.TokenExpiry(ofGroup, noon))
	st.DeleteGroup(shop.Group)
	assert.Equal(t, noon.Add(time.Hour), st.TokenExpiry(ofGroup, noon))
	st.DeleteProject(other)
	require.Empty(t, ofProject.Assignments)
	for _, r := range []*Runner{ofGroup, ofProject} {
		text := "an orphan"
		n := RunnerDraft{ID: r.ID, Type: r.Type, Attributes: r.Attributes, Token: r.Token, CreatedAt: r.CreatedAt}
		n.Attributes.Description = &text
		require.NoError(t, st.ChangeRunner(r, n), r.Type)
		assert.Equal(t, &text, r.Description)
	}
	_, err = st.AddRunner(RunnerDraft{Group: st.GroupPaths["guild"], Type: InstanceRunner,
		Attributes: DefaultAttributes()})
	assert.ErrorContains(t, err, msgGroupsAssigned)
	for _, n := range []RunnerDraft{{ID: 900}, {Token: "glrt-orphan"}, {}} {
		n.Type, n.Attributes = GroupRunner, DefaultAttributes()
		_, err = st.AddRunner(n)
		assert.ErrorContains(t, err, msgGroupNeeded)
	}
	_, err = st.AddRunner(RunnerDraft{ID: 900, Token: "glrt-orphan", Type: GroupRunner, Attributes: DefaultAttributes()})
	assert.NoError(t, err, "as a snapshot has it")
}

// A manager that is gone leaves its ID to another one.
func TestIDsOfManagersThatAreGone(t *testing.T) {
	st, _ := ruled(t)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Managers: []Manager{{ID: 5, SystemID: "a"}}})
	require.NoError(t, err)
	n := RunnerDraft{Attributes: DefaultAttributes(), Managers: []Manager{{ID: 5, SystemID: "b"}}}
	_, err = st.AddRunner(n)
	require.ErrorContains(t, err, "is taken")
	st.DeleteManager(r.Managers[0])
	r, err = st.AddRunner(n)
	assert.NoError(t, err)
	first := st.Heartbeat(r, Contact{SystemID: "c"}, true)
	st.managers.removeAll(func(m *Manager) bool { return m == first })
	r.Managers = r.Managers[:1]
	assert.Equal(t, first.ID+1, st.Heartbeat(r, Contact{SystemID: "c"}, true).ID, "GitLab itself gives none twice")
	c, err := st.AddRunnerController(RunnerController{})
	require.NoError(t, err)
	token, err := st.AddControllerToken(c, nil)
	require.NoError(t, err)
	st.RevokeControllerToken(c, token)
	assert.Empty(t, c.Tokens)
	_, err = st.AddRunnerController(RunnerController{Tokens: []*RunnerControllerToken{{ID: token.ID}}})
	assert.NoError(t, err)
}

// What a seed says of a job stays, and what follows from its plan is filled in.
func TestWhatIsFilledInOfSeededJobs(t *testing.T) {
	st, shop := ruled(t)
	covered := Plan{}
	covered.Spec.Coverage = `/\d+%/`
	mayFail := Plan{}
	mayFail.Spec.AllowFailure.Always = true
	said := 12.5
	other, err := st.AddProject(Project{Path: "guild/other"}, nil)
	require.NoError(t, err)
	far, err := st.AddRunner(RunnerDraft{Projects: []*Project{other}, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	found := Problem{Field: "runner_id", Text: "there is none"}
	_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning, Runner: far}, found)
	assert.Equal(t, Problems{found}, err, "one mistake is told once")
	for name, c := range map[string]struct {
		j        Job
		coverage float64
		mayFail  bool
	}{
		"read from its log":    {Job{Status: JobSuccess, Plan: NewPlan(covered)}, 80, false},
		"said":                 {Job{Status: JobSuccess, Plan: NewPlan(covered), Coverage: &said}, 12.5, false},
		"not before its end":   {Job{Status: JobRunning, Plan: NewPlan(covered)}, 0, false},
		"may fail by its plan": {Job{Status: JobFailed, Plan: NewPlan(mayFail)}, 0, true},
		"may fail":             {Job{Status: JobFailed, AllowFailure: true}, 0, true},
	} {
		c.j.Project, c.j.User = shop, st.Users.Rows[0]
		_, _ = c.j.Log.Write([]byte("80%\n"))
		j, err := st.AddJob(&c.j)
		require.NoError(t, err, name)
		got := 0.0
		if j.Coverage != nil {
			got = *j.Coverage
		}
		assert.Equal(t, c.coverage, got, name)
		assert.Equal(t, c.mayFail, j.AllowFailure, name)
	}
}

// A pipeline that a seed has made of a file is by a trigger that is there and of the project; where it cannot be made
// none is left.
func TestPipelinesThatSeedsHaveMade(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{"a": "a"})
	trigger, err := st.AddTrigger(p.Path, RootUsername, PipelineTrigger{Description: "deploys"})
	require.NoError(t, err)
	other, err := st.AddProject(Project{Path: "guild/other"}, nil)
	require.NoError(t, err)
	const file = "a: {script: x}"
	user := st.Users.Rows[0]
	made, err := st.MakePipeline(NewPipeline{Project: p, CI: file}, PipelineFacts{User: user, TriggerID: trigger.ID,
		Source: SourceTrigger})
	require.NoError(t, err)
	assert.Equal(t, trigger.ID, made.Facts().TriggerID)
	_, err = st.MakePipeline(NewPipeline{Project: other, CI: file}, PipelineFacts{User: user, TriggerID: trigger.ID})
	assert.ErrorContains(t, err, "is of "+p.Path+", not of guild/other")
	_, err = st.MakePipeline(NewPipeline{Project: p, CI: file}, PipelineFacts{User: user, Ref: "mian"})
	var ps Problems
	require.ErrorAs(t, err, &ps)
	assert.Equal(t, "ref", ps[0].Field, "it is told where it is said")
	assert.Equal(t, []*Pipeline{made}, p.pipelines)
	st.around.MayRun = func(*State, NewPipeline) error { return errors.New("may not") }
	_, err = st.MakePipeline(NewPipeline{Project: p, CI: file}, PipelineFacts{User: user})
	assert.ErrorContains(t, err, "may not: root is no member of "+p.Path)
	Seeding(st, nil, nil, func() {
		n := NewPipeline{Project: other, User: user}
		f := PipelineFacts{TriggerID: trigger.ID}
		assert.Error(t, st.forbidden(n))
		assert.NotEmpty(t, st.checkPipelineFacts(0, other, &f))
		st.standIns[other] = true
		assert.Empty(t, st.checkPipelineFacts(0, other, &f), "it may be the trigger of what it stands for")
		assert.NoError(t, st.forbidden(n), "it is not known who may what there")
	})
}
