package world

import (
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// app/services/ci/pipeline_creation/cancel_redundant_pipelines_service.rb: the pipeline of the newest commit stays.
func TestThePipelineOfTheHeadStays(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{"a": "a"})
	second := commit(t, st, p, "Go on", map[string]string{"b": "b"}, PushOptions{Silent: true})
	third := commit(t, st, p, "Go on and on", map[string]string{"b": "c"}, PushOptions{Silent: true})
	var all []*Pipeline
	for _, sha := range []string{second.ID, third.ID, first.ID} {
		made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0], CI: "a: {script: x}",
			Commit: Commit{SHA: sha}})
		require.NoError(t, err)
		all = append(all, made)
		Visit(st, func() {})
	}
	assert.Equal(t, []JobStatus{JobCanceled, JobPending, JobPending},
		[]JobStatus{all[0].Status(), all[1].Status(), all[2].Status()})
}

// Whether a pipeline is for a protected ref is its own matter, or that of its jobs where these were added alone.
func TestProtectedPipelines(t *testing.T) {
	for _, protected := range []bool{false, true} {
		st, shop := ruled(t)
		moves, err := st.AddPipeline(7, shop, PipelineFacts{Status: JobPending, Protected: protected})
		require.NoError(t, err)
		inIt, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Status: JobPending})
		require.NoError(t, err)
		inIt.Protected = !protected
		alone, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Protected: protected, Status: JobPending})
		require.NoError(t, err)
		assert.Equal(t, []bool{protected, protected}, []bool{moves.Protected(), alone.Pipeline.Protected()})
		assert.Equal(t, protected, alone.Pipeline.Facts().Protected)
	}
}

// app/models/ci/build.rb, keep_artifacts!: neither the job nor a file of it says any more when it ends.
func TestKeptArtifacts(t *testing.T) {
	st, shop := ruled(t)
	ends := noon.Add(time.Hour)
	dotenv := &File{Type: dotenvReport, Format: GzipFormat, Filename: "d.gz", ExpiresAt: ends}
	_, _ = dotenv.Content.Write([]byte("no archive"))
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobSuccess, Files: []*File{dotenv,
		{Type: Archive, Format: ZipFormat, Filename: "a.zip", ExpiresAt: ends}}})
	require.NoError(t, err)
	assert.Equal(t, ends, j.ArtifactsExpireAt)
	assert.Empty(t, j.Dotenv, "a report that GitLab had to refuse")
	st.KeepArtifacts(j)
	assert.Zero(t, j.ArtifactsExpireAt)
	for _, f := range j.Files {
		assert.Zero(t, f.ExpiresAt, f.Type)
	}
	raw := &File{Type: dotenvReport, Format: ArtifactKinds()[Archive].Format}
	_, _ = raw.Content.Write([]byte("no report"))
	assert.Equal(t, msgArtifactFormat, st.KeepFile(j, raw).Text, "it is not read")
}

// What a dotenv report of a seed says is what the job's says.
func TestDotenvOfSeeds(t *testing.T) {
	st, shop := ruled(t)
	f := &File{Type: dotenvReport, Format: GzipFormat, Filename: "d.gz"}
	w := gzip.NewWriter(&f.Content)
	_, _ = w.Write([]byte("A=1\n"))
	require.NoError(t, w.Close())
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobSuccess, Files: []*File{f,
		{Type: Archive, Format: ZipFormat, Filename: "a.zip"}}})
	require.NoError(t, err)
	assert.Equal(t, []ci.JobVariable{{Key: "A", Value: "1"}}, j.Dotenv)
}

// Of what cannot take a job, the nearest to it are told: those that do not serve the project are the farthest.
func TestWhichRunnersAreNearest(t *testing.T) {
	st, shop := ruled(t)
	other, err := st.AddProject(Project{Path: "guild/other"}, nil)
	require.NoError(t, err)
	add := func(n RunnerDraft, expires time.Time) *Runner {
		attributes := DefaultAttributes()
		attributes.Paused, attributes.Tags = n.Attributes.Paused, n.Attributes.Tags
		n.Attributes = attributes
		r, err := st.AddRunner(n)
		require.NoError(t, err)
		r.TokenExpiresAt = expires
		return r
	}
	far := add(RunnerDraft{Projects: []*Project{other}, Attributes: Attributes{Tags: []string{"x"}}}, time.Time{})
	near := add(RunnerDraft{Attributes: Attributes{Paused: true}}, noon)
	fits := add(RunnerDraft{Attributes: Attributes{Tags: []string{"x"}}}, noon.Add(time.Second))
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobPending, Tags: []string{"x"}})
	require.NoError(t, err)
	var ids []int
	for _, v := range Nearest(st.WhyPending(j)) {
		ids = append(ids, v.RunnerID)
		assert.Equal(t, v.RunnerID == fits.ID, v.May, v.Reasons)
		assert.Equal(t, v.RunnerID == near.ID, strings.Contains(v.Reason(), "expired at 2024-07-01T12:00:00Z"))
	}
	assert.Equal(t, []int{fits.ID, near.ID, far.ID}, ids)
}

// Of what runners say alike it is told once, and of many that say other things only how many there are.
func TestWhatManyRunnersSay(t *testing.T) {
	verdicts := func(may bool, reasons ...string) (all []Verdict) {
		for i, text := range reasons {
			all = append(all, Verdict{RunnerID: i + 1, May: may, Reasons: []string{text}})
		}
		return all
	}
	const none, waits = "no runner may take it; ", "it waits for runner 1 and 2 to ask for a job"
	long := strings.Repeat("a|", 4)
	for want, given := range map[string][]Verdict{
		waits + ": busy": verdicts(true, "busy", "busy"),
		waits + "; runner 1: busy; runner 2: away":                   verdicts(true, "busy", "away"),
		none + "runner 1: a; runner 2: b; runner 3: c":               verdicts(false, "a", "b", "c"),
		none + "runner 1 and 4: a; runner 2: b; runner 3: c; 1 more": verdicts(false, "a", "b", "c", "a", "d"),
		none + "runner 1: a; runner 2: b; runner 3: c; 2 more":       verdicts(false, "a", "b", "c", "d", "e"),
		none + "runner 1, 2, 3 and 1 more: a":                        verdicts(false, strings.Split(long[:7], "|")...),
	} {
		assert.Equal(t, want, strings.Join(strings.Fields(WaitText(given)), " "))
	}
}

// A runner that gets no job is told of one that is not for it, and how many others are not.
func TestHowManyJobsAreForOthers(t *testing.T) {
	st, shop := ruled(t)
	attributes := DefaultAttributes()
	attributes.Paused = false
	r, err := st.AddRunner(RunnerDraft{Attributes: attributes})
	require.NoError(t, err)
	for _, want := range []string{"", "; nor is another that is pending", "; nor are 2 others that are pending"} {
		_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], Status: JobPending, Tags: []string{"x"}})
		require.NoError(t, err)
		text := st.Queue.WhyNoneFor(r)
		assert.True(t, strings.HasSuffix(text, want), text)
		assert.Equal(t, want != "", strings.Contains(text, "nor"), text)
	}
}

// Of many jobs that keep a pipeline from ending some are told, and for those that are pending and of which nothing is
// known somebody has to ask.
func TestHowManyJobsAreTold(t *testing.T) {
	st, shop := ruled(t)
	var p *Pipeline
	add := func(status JobStatus) int {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Status: status,
			Name: fmt.Sprint("j", len(st.Jobs.Rows))})
		require.NoError(t, err)
		p = j.Pipeline
		return j.ID
	}
	first, second := add(JobPending), add(JobPending)
	for range jobsTold - 2 {
		add(JobManual)
	}
	text, pending := st.JobsText(p, map[int]string{first: "known"})
	assert.NotContains(t, text, "more")
	assert.Equal(t, []int{second}, pending)
	add(JobManual)
	text, _ = st.JobsText(p, nil)
	assert.True(t, strings.HasSuffix(text, "\n  and 1 more"), text)
}

// app/services/projects/transfer_service.rb: a name is one project's in a namespace; one without
// shared runners stays so.
func TestWhatKeepsAProjectFromMoving(t *testing.T) {
	st, shop := ruled(t)
	guild, err := st.AddGroup(Group{Path: "guild"}, nil)
	require.NoError(t, err)
	other, err := st.AddProject(Project{Path: "guild/other", Name: "Shop"}, nil)
	require.NoError(t, err)
	shop.Name, shop.SharedRunnersDisabled = "Shop", true
	assert.Equal(t, newInvalid(attrNewNamespace, msgTakenInNamespace), st.TransferProject(shop, Namespace{Group: guild}))
	assert.Equal(t, "acme/shop", shop.Path)
	other.Name = "Other"
	require.NoError(t, st.TransferProject(shop, Namespace{Group: guild}))
	assert.Equal(t, "guild/shop", shop.Path)
	assert.True(t, shop.SharedRunnersDisabled)
}

// app/services/projects/update_service.rb and create_service.rb: what is null has the default, what is too long is
// refused, and instance runners are what the settings say.
func TestSettingsOfProjects(t *testing.T) {
	st, shop := ruled(t)
	require.NoError(t, st.ChangeProject(shop, ProjectChange{GitDepth: to(7)}))
	assert.Equal(t, 7, shop.Depth())
	require.NoError(t, st.ChangeProject(shop, ProjectChange{GitDepth: Change[int]{Given: true}}))
	assert.Equal(t, 20, shop.Depth())
	path := func(length int) error {
		text := strings.Repeat("ü", length)
		return st.ChangeProject(shop, ProjectChange{Attributes: map[string]string{attrConfigPath: text}})
	}
	require.NoError(t, path(maxSegmentLength))
	assert.Equal(t, newInvalid(attrConfigPath, msgTooLong(maxSegmentLength)), path(maxSegmentLength+1))
	for _, disabled := range []bool{false, true} {
		st.NewProjectsUnshared = disabled
		made, err := st.CreateProject(NewProject{Name: fmt.Sprint("p ", disabled), Path: fmt.Sprint("p-", disabled),
			In: Namespace{User: st.Users.Rows[0]}, Creator: st.Users.Rows[0]})
		require.NoError(t, err)
		assert.Equal(t, disabled, made.SharedRunnersDisabled)
	}
}

// app/models/user.rb: an address that waits to be confirmed is another one than the user's; the ghost stays.
func TestAddressesThatWait(t *testing.T) {
	st, _ := ruled(t)
	mia, err := st.AddUser(User{Username: "mia", Email: "mia@corp.example"})
	require.NoError(t, err)
	for waits, want := range map[string]string{"mia@corp.example": "", "mia@new.example": "mia@new.example"} {
		require.NoError(t, st.ChangeUser(mia, UserChange{UnconfirmedEmail: &waits}, mia))
		assert.Equal(t, want, mia.UnconfirmedEmail)
	}
	gone, err := st.AddUser(User{Username: "gone"})
	require.NoError(t, err)
	_, err = st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Creator: gone, Registration: ByUser})
	require.NoError(t, err)
	_, err = st.AddJob(&Job{Project: st.Projects.Rows[0], User: gone, Status: JobSuccess})
	require.NoError(t, err)
	require.NoError(t, st.DeleteUser(gone))
	ghost := st.UserNames[GhostUsername]
	require.NotNil(t, ghost)
	assert.ErrorContains(t, st.DeleteUser(ghost), "stands for deleted users")
}

// app/models/project.rb, triggered_hooks: a filter for branches is none for tags.
func TestTagsPassFiltersForBranches(t *testing.T) {
	main := "main"
	st, p, c, w := hearing(t, WebhookAttributes{BranchFilter: &main, BranchFilterStrategy: "wildcard"})
	for ref, want := range map[string]int{"refs/tags/v1": 1, "refs/heads/side": 0} {
		w.told = nil
		require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{ref, strings.Repeat("0", 40), c.ID}}, PushOptions{}))
		assert.Len(t, w.told, want, ref)
	}
}

// A limit is a number that is not below zero, in whatever field; a size is one that fits into the database.
func TestLimitsOfSettings(t *testing.T) {
	st, _ := ruled(t)
	before := st.Settings.Clone()
	for field, in := range map[string]Settings{"ci_registered_project_runners": {MaxProjectRunners: -1},
		"ci_registered_group_runners": {MaxGroupRunners: -1}, "project_ci_variables": {MaxProjectVariables: -1},
		"group_ci_variables": {MaxGroupVariables: -1}, "ci_jobs_trace_size_limit": {MaxTraceSize: -1},
		columnMaxArtifactsSize: {MaxArtifactsSize: -1}} {
		var ps Problems
		require.ErrorAs(t, st.UpdateSettings(in), &ps, field)
		assert.Equal(t, field, ps[0].Field)
		assert.Equal(t, before, st.Settings, field)
	}
	require.NoError(t, st.ChangeSettings(SettingsChange{ValidRegistrars: Change[[]string]{Given: true}}))
	assert.Equal(t, before.ValidRegistrars, st.Settings.ValidRegistrars)
	require.NoError(t, st.ChangeSettings(SettingsChange{MaxArtifactsSize: to(MaxDatabaseInteger)}))
	assert.Error(t, st.ChangeSettings(SettingsChange{MaxArtifactsSize: to(MaxDatabaseInteger + 1)}))
}

// What happens in a seed that is refused is undone, down to what stood for it.
func TestStandInsOfRunnersAndTokens(t *testing.T) {
	st, shop := ruled(t)
	r, err := st.AddRunner(RunnerDraft{ID: 5, Token: "glrt-taken", Attributes: DefaultAttributes(),
		Managers: []Manager{{SystemID: "a"}, {SystemID: "b"}, {SystemID: "d"}}})
	require.NoError(t, err)
	managers, settings := append([]*Manager(nil), r.Managers...), st.Settings.Clone()
	require.Error(t, Atomically(st, func() error {
		Seeding(st, nil, nil, func() {
			st.standInForRunner(RunnerDraft{ID: 5, Token: "glrt-taken", Managers: []Manager{{SystemID: "c"}}})
			assert.Same(t, r, st.RunnerTokens["glrt-taken"])
			assert.Len(t, r.Managers, 4)
			st.standInForRunner(RunnerDraft{})
			assert.Nil(t, st.RunnerTokens[""])
			st.standInForAccessToken(AccessToken{Project: shop}, "bot")
			assert.NoError(t, st.checkBot(&AccessToken{Project: shop}, "bot"))
			st.standInForAccessToken(AccessToken{ID: 900, Token: "glpat-gone"}, "")
			_, err := st.AddAccessToken(AccessToken{ID: 900}, RootUsername)
			assert.ErrorContains(t, err, "id 900 is taken")
			st.standInForSettings(Settings{RegistrationToken: "instance-token"})
			st.standInForSettings(Settings{})
			assert.Equal(t, "instance-token", st.Settings.RegistrationToken)
		})
		return errors.New("refused")
	}))
	assert.Equal(t, managers, r.Managers)
	assert.Equal(t, settings, st.Settings)
	st.standInForSettings(Settings{RegistrationToken: "instance-token"})
	assert.Equal(t, settings, st.Settings, "nothing is seeded")
}
