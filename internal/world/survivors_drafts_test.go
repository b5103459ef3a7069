package world

import (
	"archive/zip"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// fieldsOf are the places of what is wrong, in order.
func fieldsOf(t *testing.T, err error) []string {
	t.Helper()
	var ps Problems
	require.ErrorAs(t, err, &ps)
	return NamesOf(ps, func(p Problem) string { return p.Field })
}

// What nothing can be is told of a job, at its place, and so is what belongs to others.
func TestWordsAndNumbersOfSeededJobs(t *testing.T) {
	below, none := math.Inf(-1), math.NaN()
	other := func(st *State) *Project {
		p, err := st.AddProject(Project{Path: "guild/other"}, nil)
		require.NoError(t, err)
		return p
	}
	for field, c := range map[string]struct {
		j    Job
		want string
	}{
		"status":                 {Job{Status: "runing"}, `did you mean "running"?`},
		"failure_reason":         {Job{Status: JobSuccess, FailureReason: ScriptFailure}, "has no failure reason"},
		"updated_at":             {Job{Status: JobSuccess, UpdatedAt: noon}, "is on no runner and has no UpdatedAt"},
		"stage_idx":              {Job{StageIndex: -1}, "stages are counted from 0, not -1"},
		"coverage":               {Job{Coverage: &below}, "is no number of percent"},
		"artifacts[0].file_type": {Job{Files: []*File{{Filename: "a", Type: "picture"}}}, `"picture"`},
		"node_index":             {Job{Plan: NewPlan(Plan{Part: -1})}, "job -1 of 0 is none of a parallel job's"},
		"commit.id":              {Job{Commit: Commit{SHA: "abc"}}, `"abc" is no commit SHA`},
		"commit.before_sha":      {Job{Commit: Commit{BeforeSHA: "def"}}, `"def" is no commit SHA`},
		"when":                   {Job{Plan: NewPlan(Plan{When: "sometimes"})}, `unknown word of when "sometimes"`},
		"start_in":               {Job{Plan: NewPlan(Plan{StartIn: -time.Second})}, "is before the job's turn"},
		"id":                     {Job{ID: 500}, "job id 500 is taken"},
		"pipeline_id":            {Job{PipelineID: -1}, "pipeline id -1 is negative"},
		"started_at":             {Job{Status: JobRunning, QueuedAt: noon, StartedAt: noon.Add(-1)}, "is before QueuedAt"},
	} {
		st, shop := ruled(t)
		_, err := st.AddJob(&Job{ID: 500, PipelineID: 7, Project: shop, User: st.Users.Rows[0]})
		require.NoError(t, err)
		c.j.Project, c.j.User = shop, st.Users.Rows[0]
		jobs := len(st.Jobs.Rows)
		_, err = st.AddJob(&c.j)
		require.ErrorContains(t, err, c.want)
		assert.Equal(t, []string{field}, fieldsOf(t, err))
		assert.Len(t, st.Jobs.Rows, jobs, "nothing stands for it but in a seed")
		_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Coverage: &none})
		assert.ErrorContains(t, err, "is no number of percent")
		_, err = st.AddJob(&Job{PipelineID: 7, Project: other(st), User: st.Users.Rows[0]})
		assert.ErrorContains(t, err, `pipeline 7 belongs to "acme/shop", the job to "guild/other"`)
	}
}

// A job that a seed has on a runner starts now, but for what it says of its start, so that the runner has to fit now;
// that it is paused does not matter, and what has changed since matters only to a job that starts now.
func TestRunnersOfSeededJobs(t *testing.T) {
	for name, c := range map[string]struct {
		change  func(shop *Project, r *Runner)
		ofGuild bool // the runner is of another group
		started time.Time
		want    string
	}{
		"paused":                        {change: func(_ *Project, r *Runner) { r.Paused = true }},
		"tagged jobs alone":             {change: func(_ *Project, r *Runner) { r.RunUntagged = false }, want: "cannot have the job"},
		"tagged jobs alone, since then": {change: func(_ *Project, r *Runner) { r.RunUntagged = false }, started: noon},
		"switched off since then":       {change: func(p *Project, _ *Runner) { p.GroupRunnersDisabled = true }, started: noon},
		"another group's":               {change: func(*Project, *Runner) {}, ofGuild: true, want: "cannot have the job"},
		"another group's, since then": {change: func(*Project, *Runner) {}, ofGuild: true, started: noon,
			want: "cannot have the job: the runner does not serve project acme/shop"},
		"another group's, where those are switched off": {
			change: func(p *Project, _ *Runner) { p.GroupRunnersDisabled = true }, ofGuild: true, started: noon},
	} {
		st, shop := ruled(t)
		of := shop.Group
		if c.ofGuild {
			of = st.newGroup("guild", 0)
		}
		r, err := st.AddRunner(RunnerDraft{Group: of, Attributes: DefaultAttributes()})
		require.NoError(t, err)
		c.change(shop, r)
		_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobRunning, Runner: r, StartedAt: c.started})
		if c.want == "" {
			assert.NoError(t, err, name)
		} else {
			assert.ErrorContains(t, err, c.want, name)
			_, err = st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobSuccess, Runner: r})
			assert.NoError(t, err, "of one that is over nobody knows what the runner was then")
		}
	}
}

// What a seed leaves out of a job follows from the rest, and what it says stays, in the form of GitLab's database.
func TestWhatFollowsInSeededJobs(t *testing.T) {
	st, shop := ruled(t)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	add := func(j Job) *Job {
		j.Project, j.User = shop, st.Users.Rows[0]
		added, err := st.AddJob(&j)
		require.NoError(t, err)
		return added
	}
	for name, c := range map[string]struct {
		j    Job
		want bool
	}{
		"delayed":    {Job{Status: JobSuccess, Plan: NewPlan(Plan{When: whenDelayed})}, true},
		"manual":     {Job{Status: JobSuccess, Plan: NewPlan(Plan{When: whenManual})}, true},
		"said":       {Job{Status: JobSuccess, Manual: true}, true},
		"waits":      {Job{Status: JobManual}, true},
		"of no kind": {Job{Status: JobSuccess}, false},
	} {
		assert.Equal(t, c.want, add(c.j).Manual, name)
	}
	in, until := noon.Add(time.Hour), noon.Add(2*time.Hour)
	file := func() []*File { return []*File{{Filename: "a.txt", Type: Archive, Format: ZipFormat, ExpiresAt: in}} }
	assert.Equal(t, in, add(Job{Status: JobSuccess, Files: file()}).ArtifactsExpireAt)
	assert.Equal(t, until, add(Job{Status: JobSuccess, Files: file(), ArtifactsExpireAt: until}).ArtifactsExpireAt)
	archive := &File{Filename: "a.zip", Type: Archive, Format: ZipFormat}
	w := zip.NewWriter(&archive.Content)
	_, err = w.Create("a")
	require.NoError(t, err)
	require.NoError(t, w.Close())
	assert.Len(t, add(Job{Status: JobSuccess, Files: []*File{archive}}).Files, 2, "Workhorse adds what is in it")

	first := add(Job{PipelineID: 70})
	assert.NotEmpty(t, first.Commit.SHA)
	assert.Equal(t, first.Commit, add(Job{PipelineID: 70}).Commit)
	assert.Equal(t, strings.Repeat("a", 40), add(Job{PipelineID: 70, Commit: Commit{SHA: strings.Repeat("a", 40)}}).Commit.SHA)
	add(Job{PipelineID: 5_000_000})
	assert.Equal(t, 5_000_001, add(Job{}).PipelineID)
	assert.Equal(t, []string{"a", "b"}, add(Job{Tags: []string{"a,b"}}).Tags)
	assert.Zero(t, add(Job{Status: JobPending, Runner: r}).StartedAt, "it is yet to start")
	var places []int
	for _, stage := range []string{"build", "test", "build", "test", "deploy"} {
		places = append(places, add(Job{PipelineID: 950, Stage: stage}).StageIndex)
	}
	assert.Equal(t, []int{0, 1, 0, 1, 2}, places)
	assert.Equal(t, noon, add(Job{Status: JobSuccess, Runner: r}).StartedAt, "it was on the runner")
	zone := time.FixedZone("", 60*60)
	queued := add(Job{Status: JobCreated, CreatedAt: noon.Add(-time.Hour), QueuedAt: noon.Add(-time.Minute - 1).In(zone)})
	assert.Equal(t, noon.Add(-time.Minute-time.Microsecond), queued.QueuedAt)
	started := noon.Add(-time.Hour)
	running := add(Job{Status: JobRunning, Runner: r, CreatedAt: started, StartedAt: started})
	assert.Equal(t, started, running.UpdatedAt)
	running = add(Job{Status: JobRunning, Runner: r, StartedAt: started, UpdatedAt: noon.Add(-1).In(zone)})
	assert.Equal(t, noon.Add(-time.Microsecond), running.UpdatedAt)
	assert.Equal(t, []time.Time{{}, noon}, []time.Time{add(Job{Status: JobSuccess}).ErasedAt,
		add(Job{Status: JobSuccess, Erased: true}).ErasedAt})
	assert.Equal(t, []string{"", ScriptFailure, UnknownFailure}, []string{add(Job{Status: JobSuccess}).FailureReason,
		add(Job{Status: JobFailed}).FailureReason,
		add(Job{Status: JobFailed, FailureReason: UnknownFailure}).FailureReason})

	half, said := 50.0, 5.0
	logged := func(status JobStatus, known *float64) *float64 {
		j := Job{Status: status, Coverage: known, Plan: NewPlan(Plan{Spec: ci.JobSpec{Coverage: `/\d+%/`}})}
		_, _ = j.Log.Write([]byte("50%\n"))
		return add(j).Coverage
	}
	assert.Equal(t, []*float64{&half, &said, nil}, []*float64{logged(JobSuccess, nil), logged(JobSuccess, &said),
		logged(JobRunning, nil)}, "of a job that has ended, where none is said")

	_, err = st.ProtectRef(ProtectedRef{Project: shop, Name: "main", Push: MaintainersUp, Merge: MaintainersUp})
	require.NoError(t, err)
	assert.True(t, add(Job{Ref: "main"}).Protected)
	Seeding(st, nil, nil, func() {
		assert.False(t, add(Job{Ref: "main"}).Protected, "it may not have been so when the job was made")
	})
}

// What cannot be is told of a group, a project, or who is in them.
func TestMoreNamespacesOfSeedsThatAreRefused(t *testing.T) {
	group := func(g Group, members map[string]Role) func(*State) error {
		return func(st *State) error { _, err := st.AddGroup(g, members); return err }
	}
	project := func(p Project) func(*State) error {
		return func(st *State) error { _, err := st.AddProject(p, nil); return err }
	}
	long := strings.Repeat("n", maxSegmentLength+1)
	for want, c := range map[string]struct {
		add    func(*State) error
		fields []string
	}{
		"api is a reserved name": {group(Group{Path: "api"}, nil), []string{"path"}},
		"no role is given": {func(st *State) error { return st.AddMember("acme", RootUsername, 0, time.Time{}) },
			[]string{"role"}},
		`no group or project "acne"`: {func(st *State) error {
			return st.AddMember("acne", RootUsername, Developer, time.Time{})
		}, []string{"path"}},
		"has already been shared": {func(st *State) error {
			st.newGroup("guild", 0)
			_, err := st.AddShare("acme", "guild", Guest, time.Time{})
			require.NoError(t, err)
			_, err = st.AddShare("acme", "guild", Guest, time.Time{})
			return err
		}, []string{"group"}},
		`no group or project "acnes"`: {func(st *State) error {
			_, err := st.AddShare("acnes", "acme/team", Guest, time.Time{})
			return err
		}, []string{"path"}},
		`no group "gild"`: {func(st *State) error {
			_, err := st.AddShare("acme", "gild", Guest, time.Time{})
			return err
		}, []string{"group"}},
		"Parent has too deep level of nesting": {group(Group{Path: strings.Repeat("a/", maxAncestors+1) + "a"}, nil),
			[]string{"path"}},
		`"acme/shop" is a project; nothing lies below it`: {group(Group{Path: "acme/shop/x"}, nil), []string{"path"}},
		`"guild./x" is no full path of a project`:         {project(Project{Path: "guild./x"}), []string{"path"}},
		`no user "no"`: {group(Group{Path: "guild"}, map[string]Role{"no": Guest, "nobody": Guest}),
			[]string{"members.no", "members.nobody"}},
		`"root" is given two roles`: {group(Group{Path: "guild"}, map[string]Role{"ROOT": Guest, "root": Owner}),
			[]string{"members.root"}},
		"members.root: no role has the number 7": {group(Group{Path: "guild"}, map[string]Role{"root": 7}),
			[]string{"members.root"}},
		`no user "nobody"`: {func(st *State) error { return st.AddMember("acme", "nobody", Developer, time.Time{}) },
			[]string{"user"}},
		`"shop" is no full path of a project, which has`:  {project(Project{Path: "shop"}), []string{"path"}},
		"badges is a reserved name":                       {project(Project{Path: "guild/badges"}), []string{"path"}},
		"a job cannot time out after -1s":                 {project(Project{Path: "guild/x", BuildTimeout: -time.Second}), []string{"build_timeout"}},
		"a token cannot live for -1s":                     {group(Group{Path: "guild", RunnerTokenExpiration: -time.Second}, nil), []string{fieldExpiration}},
		"the path is taken by another group":              {group(Group{Path: "acme/team", ID: firstGroupID + 1}, nil), []string{"path", "id"}},
		`"guild/" is no full path`:                        {group(Group{Path: "guild/", Name: "n"}, nil), []string{"path"}},
		`unknown visibility "seen"; GitLab knows private`: {group(Group{Path: "guild", Visibility: "seen"}, nil), []string{"visibility"}},
		"Name is too long (maximum is 255 characters)":    {project(Project{Path: "guild/x", Name: long}), []string{"name"}},
		"Name can contain only": {func(st *State) error {
			acme := st.GroupPaths["acme"]
			return st.UpdateGroup(acme, Group{ID: acme.ID, Path: "acme", Name: "<new>"}, nil)
		}, []string{"name"}},
		"users have projects, but no groups": {project(Project{Path: "root/x/y"}), []string{"path"}},
		`"root" is a user; users`:            {group(Group{Path: "root/x"}, nil), []string{"path"}},
		"Name is too long":                   {group(Group{Path: "guild", Name: long}, nil), []string{"name"}},
		"is a user's namespace":              {group(Group{Path: "root"}, nil), []string{"path"}},
		`unknown process mode "wild"`: {project(Project{Path: "guild/x", ProcessModes: map[string]ProcessMode{"k": "wild"}}),
			[]string{"resource_groups.k"}},
		"the path is taken by another project": {project(Project{Path: "ACME/shop"}), []string{"path"}},
		"the path is taken by a group":         {project(Project{Path: "acme/team"}), []string{"path"}},
		"the registration token is another's":  {project(Project{Path: "guild/x", RegistrationToken: "GR-acme"}), []string{"registration_token"}},
		"its last part can contain":            {project(Project{Path: "guild/..."}), []string{"path"}},
		"each part is 255 characters":          {group(Group{Path: long, Name: "long"}, nil), []string{"path"}},
		`"guild/x.git" is no full path`:        {project(Project{Path: "guild/x.git"}), []string{"path"}},
		`"x.atom" is no full path`:             {group(Group{Path: "x.atom"}, nil), []string{"path"}},
	} {
		st, shop := ruled(t)
		shop.Group.RegistrationToken = "GR-acme"
		st.indexRegistrationToken(&shop.Group.RegistrationToken)
		_, err := st.AddGroup(Group{Path: "acme/team"}, nil)
		require.NoError(t, err)
		err = c.add(st)
		require.ErrorContains(t, err, want)
		assert.Equal(t, c.fields, fieldsOf(t, err), want)
	}
	for _, path := range []string{"guild/x.", strings.Repeat("p", maxSegmentLength) + "/x"} {
		st, _ := ruled(t)
		_, err := st.AddProject(Project{Path: path}, nil)
		assert.NoError(t, err)
	}
	st, _ := ruled(t)
	_, err := st.AddUser(User{Username: "admin"})
	require.NoError(t, err)
	p, err := st.AddProject(Project{Path: "Admin/x", Name: "<old>", OldPaths: []string{"old/x"}}, nil)
	require.NoError(t, err, "some were so before there was a rule")
	assert.Equal(t, "admin/x", p.Path)
	g, err := st.AddGroup(Group{Path: "guild", Name: "<old>", Attributes: map[string]string{"lfs_enabled": "true"}}, nil)
	require.NoError(t, err)
	assert.Nil(t, g.Attributes, "they are as in a new one")
	_, err = st.AddProject(Project{Path: "old/x"}, nil)
	require.NoError(t, err)
	assert.NotContains(t, st.oldPaths, "old/x", "it leads to another one now")
	require.NoError(t, st.AddMember("guild", "admin", Developer, time.Date(2024, 8, 1, 23, 0, 0, 0, time.UTC)))
	m, _ := MemberOf(g, st.UserNames["admin"])
	assert.Equal(t, time.Date(2024, 8, 1, 0, 0, 0, 0, time.UTC), m.Joining.ExpiresAt)
	assert.Equal(t, Problem{Text: "no role is given", From: []string{""}}, checkRole(0), "of no role nothing follows")
}

// A group that is there only as somebody's parent is made by what is said of it, and keeps what is not.
func TestGroupsThatWereImplied(t *testing.T) {
	for said, want := range map[int]int{0: firstGroupID, firstGroupID: firstGroupID, 1: 1} {
		st, shop := ruled(t)
		g, err := st.AddGroup(Group{Path: "acme", ID: said}, nil)
		require.NoError(t, err)
		assert.Same(t, shop.Group, g)
		assert.Equal(t, want, g.ID)
		assert.Same(t, g, st.Groups.ByID(want))
	}
	st, shop := ruled(t)
	shop.Group.variables = []*Variable{{Key: "A"}}
	kept := shop.Group.variables
	require.NoError(t, st.UpdateGroup(shop.Group, Group{ID: shop.Group.ID, Path: "acme"}, nil))
	assert.Equal(t, kept, shop.Group.variables)
}

// What a project is said to be anew has the token, the resource groups and the number of deployments that there were;
// one that is taken back is in no group.
func TestProjectsThatAreSaidAnew(t *testing.T) {
	st, shop := ruled(t)
	token := shop.RegistrationToken
	in := Project{ID: shop.ID, Path: shop.Path}
	in.lastIID = 3
	shop.lastIID = 7
	require.NoError(t, st.UpdateProject(shop, in, nil))
	assert.Equal(t, []any{token, 7}, []any{shop.RegistrationToken, shop.lastIID})
	in.lastIID, in.ProcessModes = 9, nil
	shop.ProcessModes = map[string]ProcessMode{"k": OldestFirst}
	shop.Shares = []*Share{{ID: 1, Group: st.newGroup("guild", 0)}}
	shares := shop.Shares
	require.NoError(t, st.UpdateProject(shop, in, nil))
	assert.Equal(t, []any{9, shares}, []any{shop.lastIID, shop.Shares})
	assert.Contains(t, shop.ProcessModes, "k", "the group is there")
	before := shop.Group.Projects
	require.Error(t, Atomically(st, func() error {
		p, err := st.AddProject(Project{Path: "acme/site", ProcessModes: map[string]ProcessMode{"k": OldestFirst}}, nil)
		require.NoError(t, err)
		require.Len(t, st.ResourceGroups(p), 1)
		assert.Equal(t, "k", st.ResourceGroups(p)[0].Key)
		return errors.New("the test")
	}))
	assert.Equal(t, before, shop.Group.Projects)
}

// A person and a group of one name are one mistake, not one more for all that lies in the group.
func TestAUserWhoHasAGroupsName(t *testing.T) {
	st, _ := ruled(t)
	Seeding(st, nil, nil, func() {
		_, err := st.AddUser(User{Username: "acme"})
		assert.EqualError(t, err, "a group has that path")
		_, err = st.AddGroup(Group{Path: "acme/team"}, nil)
		assert.NoError(t, err)
	})
}

// A history that cannot be is told by its parts, and files by the first thing that is wrong with each.
func TestHistoriesOfSeedsThatAreRefused(t *testing.T) {
	bad := &repository.History{Refs: map[string]string{"refs/heads/main": "none"},
		Commits: []repository.HistoryCommit{{SHA: "one", Author: "nobody", Message: "m"}}}
	err := RepositoryDraft{History: bad}.Check().err()
	require.Error(t, err)
	assert.Equal(t, []string{"repository.commits[0].author", `repository.refs["refs/heads/main"]`}, fieldsOf(t, err))
	for range 5 {
		err = RepositoryDraft{Files: map[string]string{"../a": "", "../b": "", "../c": ""}}.Check().err()
		require.Error(t, err)
		assert.Equal(t, []string{`files["../a"]`, `files["../b"]`, `files["../c"]`}, fieldsOf(t, err), "in their order")
	}
	st, _ := ruled(t)
	old, err := st.AddProject(Project{Path: "acme/old", CreatedAt: noon.Add(-day)}, nil)
	require.NoError(t, err)
	assert.Equal(t, RepositoryDraft{}, old.RepositoryDraft())
	require.NoError(t, st.FillRepository(old, RepositoryDraft{Files: map[string]string{"a": "A"}}))
	assert.Nil(t, old.RepositoryDraft().History, "the files are as old as the project")
	odd, err := st.AddProject(Project{Path: "acme/odd", Attributes: map[string]string{AttrDefaultBranch: "a..b"}}, nil)
	require.NoError(t, err)
	assert.Error(t, st.FillRepository(odd, RepositoryDraft{Files: map[string]string{"a": "A"}}), "git takes no such branch")
}

// A commit on GitLab's side is made of what is there, on a branch that git takes.
func TestCommitsOfATest(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{"a": "A", "b": "B"})
	for want, commit := range map[string]func() (string, error){
		"acme/none":                    func() (string, error) { return st.CommitFiles("acme/none", "", nil, nil, "m") },
		"has no message":               func() (string, error) { return st.CommitFiles(p.Path, "", map[string]string{"a": ""}, nil, "") },
		`called "a..b"`:                func() (string, error) { return st.CommitFiles(p.Path, "a..b", nil, nil, "m") },
		`no file "aa"; known are a, b`: func() (string, error) { return st.CommitFiles(p.Path, "", nil, []string{"aa"}, "m") },
		`"a" is a file`:                func() (string, error) { return st.CommitFiles(p.Path, "", map[string]string{"a/b": ""}, nil, "m") },
	} {
		_, err := commit()
		assert.ErrorContains(t, err, want)
	}
	_, err := st.CommitFiles(p.Path, "side", nil, []string{"a"}, "without a")
	require.NoError(t, err)
	_, err = st.CommitFiles(p.Path, "side", map[string]string{"c": "C"}, nil, "c")
	require.NoError(t, err)
	_, err = st.CommitFiles(p.Path, "side", nil, []string{"c"}, "which main has not")
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"a", "b"}, {"b"}}, [][]string{p.Repository.Paths("main"), p.Repository.Paths("side")})
}
