package world

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// Who made a group, or an access token of a group or project, is who has made its first member one, and a token that
// takes the place of another is of the same group or project (app/services/resource_access_tokens/create_service.rb,
// app/services/personal_access_tokens/rotate_service.rb).
func TestWhoMadeMembersAndTokens(t *testing.T) {
	st, shop := ruled(t)
	root := st.UserNames[RootUsername]
	guild, err := st.CreateGroup(NewGroup{Name: "Guild", Path: "guild", Visibility: Private, Creator: root})
	require.NoError(t, err)
	m, _ := MemberOf(guild, root)
	assert.Equal(t, Member{User: root, Role: Owner, Joining: Joining{By: root, CreatedAt: noon, UpdatedAt: noon}}, m)
	later := noon.Add(time.Hour)
	st.clock = func() time.Time { return later }
	draft := MemberDraft{User: root, Role: Owner, ExpiresAt: to(later.Add(48 * time.Hour))}
	require.NoError(t, st.ChangeMemberOf(guild, draft))
	m, _ = MemberOf(guild, root)
	assert.Equal(t, []time.Time{noon, later}, []time.Time{m.CreatedAt, m.UpdatedAt})
	for _, draft := range []AccessToken{{Project: shop}, {Group: guild}} {
		draft.Name, draft.Scopes, draft.Role, draft.ExpiresAt = "bot", []string{ScopeAPI}, Developer, noon.Add(48*time.Hour)
		first, err := st.CreateResourceToken(draft, root, "gitlab.example.com")
		require.NoError(t, err)
		var of Source = shop
		if draft.Group != nil {
			of = guild
		}
		m, _ = MemberOf(of, first.User)
		assert.Equal(t, Joining{By: root, CreatedAt: later, UpdatedAt: later}, m.Joining)
		assert.Equal(t, later, first.User.CreatedAt)
		next, err := st.RotateToken(first, time.Time{})
		require.NoError(t, err)
		assert.Equal(t, []any{draft.Project, draft.Group, first.User}, []any{next.Project, next.Group, next.User})
	}
}

// app/models/personal_access_token.rb: scopes that nobody has heard of are for fine-grained tokens and for those that
// take the place of one.
func TestScopesOfNewTokens(t *testing.T) {
	st, shop := ruled(t)
	first, err := st.CreateToken(AccessToken{Name: "t", User: st.Users.Rows[0], Scopes: []string{ScopeGranular},
		ExpiresAt: noon.Add(48 * time.Hour), Grants: []Grant{{Projects: []*Project{shop}, Groups: []*Group{shop.Group}}}})
	require.NoError(t, err)
	assert.Equal(t, firstTokenID, first.ID)
	st.DeleteGroup(shop.Group)
	assert.Equal(t, []int{0, 0}, []int{len(first.Grants[0].Projects), len(first.Grants[0].Groups)}, "both are gone")
	for scope, c := range map[string]struct {
		from int
		ok   bool
	}{ScopeAPI: {0, true}, ScopeGranular: {0, true}, "none": {0, false}, "old": {7, true}} {
		_, err = st.CreateToken(AccessToken{Name: "t", User: st.Users.Rows[0], Scopes: []string{scope},
			ExpiresAt: noon.Add(48 * time.Hour), RotatedFrom: c.from})
		assert.Equal(t, c.ok, err == nil, scope)
	}
}

// app/services/groups/transfer_service.rb: what is moved into a group is no more visible than that, and the group is
// one that somebody has made.
func TestWhatBecomesOfMovedGroups(t *testing.T) {
	st, shop := ruled(t)
	guild, err := st.AddGroup(Group{Path: "guild", Visibility: Public}, nil)
	require.NoError(t, err)
	open, err := st.AddProject(Project{Path: "guild/open", Visibility: Public}, nil)
	require.NoError(t, err)
	inner, err := st.AddProject(Project{Path: "guild/inner/open", Visibility: Public}, nil)
	require.NoError(t, err)
	inner.Group.Visibility = Internal
	acme := shop.Group
	acme.Visibility = Internal
	require.True(t, acme.implied)
	require.NoError(t, st.TransferGroup(guild, acme, st.Users.Rows[0]))
	assert.Equal(t, []Visibility{Internal, Internal, Internal, Internal},
		[]Visibility{guild.Visibility, open.Visibility, inner.Visibility, inner.Group.Visibility})
	_, err = st.AddGroup(Group{Path: "acme"}, nil)
	assert.ErrorContains(t, err, "taken")
}

// app/models/user.rb: a username is a name of its own, in whatever case; the user who has it may write it otherwise.
func TestUsernamesInAnotherCase(t *testing.T) {
	st, _ := ruled(t)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	max, err := st.AddUser(User{Username: "max"})
	require.NoError(t, err)
	name := "MIA"
	require.Error(t, st.ChangeUser(max, UserChange{Username: &name}, nil))
	dotted := "ends."
	require.Error(t, st.ChangeUser(max, UserChange{Username: &dotted}, nil), "it is a project that may be called so")
	reserved, err := st.AddUser(User{Username: "api"})
	require.NoError(t, err, "a seed may be older than the word")
	require.NoError(t, st.ChangeUser(reserved, UserChange{Name: &name, Username: &reserved.Username}, nil))
	require.NoError(t, st.ChangeUser(mia, UserChange{Username: &name}, nil))
	assert.Equal(t, []string{"MIA", "max"}, []string{mia.Username, max.Username})
	assert.Same(t, mia, st.UserNames["mia"])
	_, err = st.CreateProject(NewProject{Name: "Tools", Path: "tools", In: Namespace{User: max}, Creator: max})
	require.NoError(t, err)
	name = "mara"
	require.NoError(t, st.ChangeUser(mia, UserChange{Username: &name}, nil))
	assert.NotNil(t, st.ProjectPaths["max/tools"], "it is another user's")
}

// app/services/ci/retry_pipeline_service.rb: of the jobs that ended badly those are tried again that the user may
// retry.
func TestWhichJobsOfAPipelineAreTriedAgain(t *testing.T) {
	st, shop := ruled(t)
	var p *Pipeline
	for _, name := range []string{"mine", "theirs"} {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name, Status: JobFailed})
		require.NoError(t, err)
		p = j.Pipeline
	}
	_, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: "mine, too", Status: JobFailed,
		Stage: "deploy", StageIndex: 1})
	require.NoError(t, err)
	Visit(st, func() { st.RetryPipeline(p, st.Users.Rows[0], func(j *Job) bool { return j.Name != "theirs" }) })
	got := map[string]JobStatus{}
	for _, j := range p.Latest() {
		got[j.Name] = j.Status
		assert.Equal(t, j.Status == JobCreated, j.QueuedAt.IsZero(), j.Name)
	}
	assert.Equal(t, map[string]JobStatus{"mine": JobPending, "mine, too": JobCreated, "theirs": JobFailed}, got)
	assert.Len(t, p.Jobs, 5)
}

// app/models/protected_branch.rb, allow_force_push?: what any rule for a branch allows is allowed.
func TestRulesForOneBranch(t *testing.T) {
	st, shop := ruled(t)
	for _, r := range []ProtectedRef{{Name: "main", ForcePush: true}, {Name: "m*", Push: NoOne}} {
		r.Project = shop
		_, err := st.AddProtectedRef(r)
		require.NoError(t, err)
	}
	assert.True(t, st.RefRules(shop, false, "main").ForcePush)
	assert.False(t, st.RefRules(shop, false, "more").ForcePush)
}

// app/services/git/branch_push_service.rb, app/services/projects/protect_default_branch_service.rb: what is protected
// is the default branch, and not the first one that comes.
func TestFirstBranchesAreProtected(t *testing.T) {
	for ref, want := range map[string][]string{"refs/heads/main": {"main"}, "refs/heads/side": {}, "refs/tags/v1": {}} {
		_, from, c := withFiles(t, map[string]string{"a": "a"})
		st, p := emptyWorld(t)
		p.Repository = from.Repository
		p.Repository.SetRef("refs/heads/main", repository.ZeroID)
		require.True(t, p.Repository.Empty())
		require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{ref, repository.ZeroID, c.ID}}, PushOptions{}))
		got := NamesOf(st.ProtectedRefsOf(p, false), func(r *ProtectedRef) string { return r.Name })
		assert.ElementsMatch(t, want, got, ref)
	}
}

// app/models/concerns/web_hooks/auto_disabling.rb: a webhook that is disabled is told nothing.
func TestDisabledWebhooksAreToldNothing(t *testing.T) {
	for _, disabled := range []bool{false, true} {
		st, shop := ruled(t)
		st.Settings.FailingWebhooksDisabled = true
		_, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://ci.example",
			Events: map[string]bool{JobEvents: true}}}, WebhookState{Disabled: disabled})
		require.NoError(t, err)
		TellWebhooks(st, echo{}, func([]Notice) {})
		_, err = st.AddJob(&Job{Project: shop, Name: "x", Status: JobPending})
		require.NoError(t, err)
		assert.Equal(t, disabled, len(st.notices) == 0, "a job of nobody")
	}
}

// app/models/hooks/web_hook.rb: what is no address, and how much goes with one.
func TestAddressesOfWebhooks(t *testing.T) {
	st, _ := ruled(t)
	entries := func(n int) map[string]string {
		all := map[string]string{}
		for i := range n {
			all[fmt.Sprint("X-", i)] = "v"
		}
		return all
	}
	st.Settings.LocalRequestsForbidden = true
	for name, c := range map[string]struct {
		a  WebhookAttributes
		ok bool
	}{
		"this machine": {WebhookAttributes{URL: "http://0.0.0.0/"}, false},
		"no host":      {WebhookAttributes{URL: "https://:443/x"}, false},
		"a host":       {WebhookAttributes{URL: "https://ci.example:443/x"}, true},
		"many headers": {WebhookAttributes{URL: "https://ci.example", Headers: entries(maxWebhookEntries)}, true},
		"too many":     {WebhookAttributes{URL: "https://ci.example", Headers: entries(maxWebhookEntries + 1)}, false},
	} {
		assert.Equal(t, c.ok, st.CheckWebhook(c.a) == nil, name)
	}
}

// What a person asks for by a number that is none is told what there is.
func TestWebhooksThatPersonsAskFor(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.WebhookByNumber("1")
	assert.EqualError(t, err, "no webhook 1; there is none at all")
	for range 2 {
		h := Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://x"}}
		_, err = st.AddWebhook(h, WebhookState{})
		require.NoError(t, err)
	}
	first, second := st.Webhooks.Rows[0], st.Webhooks.Rows[1]
	got, err := st.WebhookByNumber(fmt.Sprint(second.ID))
	require.NoError(t, err)
	assert.Same(t, second, got)
	_, err = st.WebhookByNumber("x")
	assert.EqualError(t, err, fmt.Sprintf("no webhook x; there are %d, %d", first.ID, second.ID))
	st.Webhooks.remove(second)
	_, err = st.WebhookByNumber("x")
	assert.EqualError(t, err, fmt.Sprintf("no webhook x; there are %d", first.ID))
}

// lib/gitlab/data_builder/push.rb, build_sample; lib/api/hooks/trigger_test.rb: a test of a webhook tells whoever asks for
// it of the last three commits, the newest first, as if that one had pushed them.
func TestPushesThatAreTried(t *testing.T) {
	st, p, first, w := hearing(t, WebhookAttributes{})
	all := []*repository.Commit{first}
	for i := range 3 {
		all = append(all, commit(t, st, p, fmt.Sprint("Go on ", i), map[string]string{"b": fmt.Sprint(i)},
			PushOptions{Silent: true}))
	}
	w.told = nil
	mia := &User{Username: "mia"}
	_, ok := st.testPush(st.Webhooks.Rows[0], mia)
	require.True(t, ok)
	require.Len(t, w.told, 1)
	got := w.told[0]
	assert.Same(t, mia, got.User)
	assert.Equal(t, []*repository.Commit{all[3], all[2], all[1]}, got.Commits)
	assert.Equal(t, []any{3, all[3].ID}, []any{got.Total, got.New})
	assert.Equal(t, all[1].ID, got.Old)
}

// What is written over a secret may be the secret.
func TestASecretThatIsItsMask(t *testing.T) {
	var b Blob
	n, err := b.ReadFrom(strings.NewReader("a xxxxxxxx b"))
	require.NoError(t, err)
	assert.Equal(t, int64(12), n)
	b.overwrite("xxxxxxxx", "xxxxxxxx")
	assert.Equal(t, "a xxxxxxxx b", b.String())
}

// app/services/ci/parse_dotenv_artifact_service.rb: what cannot be unpacked is refused.
func TestDotenvThatIsCutOff(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("A=1\n"))
	require.NoError(t, w.Close())
	for length, want := range map[int]error{packed.Len(): nil, packed.Len() - 4: errDotenvFormat, 3: errDotenvFormat} {
		f := &File{Type: dotenvReport, Format: GzipFormat}
		_, _ = f.Content.Write(packed.Bytes()[:length])
		got, err := readDotenv(f)
		assert.Equal(t, want, err, length)
		assert.Equal(t, want == nil, len(got) == 1 && got[0] == ci.JobVariable{Key: "A", Value: "1"})
	}
}

// The refs of pipelines are those whose commits are there (app/models/ci/persistent_ref.rb).
func TestRefsOfPipelines(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	made, err := st.AddPipeline(0, p, PipelineFacts{Status: JobSuccess, Commit: Commit{SHA: c.ID}})
	require.NoError(t, err)
	_, err = st.AddPipeline(0, p, PipelineFacts{Status: JobSuccess, Commit: Commit{SHA: strings.Repeat("1", 40)}})
	require.NoError(t, err)
	assert.Equal(t, []repository.Ref{{Name: fmt.Sprint("refs/pipelines/", made.ID), ID: c.ID}}, p.PipelineRefs())
}

// lib/gitlab/ci/build/rules/rule/clause/changes.rb: what has changed is what the request says or, else, what differs
// from the commit before; of a tag it is everything.
func TestWhatRulesTakeForChanged(t *testing.T) {
	st, p, first := withFiles(t, map[string]string{"docs/a": "a"})
	commit(t, st, p, "Go on", map[string]string{"src/b": "b"}, PushOptions{Silent: true})
	const file = "docs: {script: x, rules: [{changes: [docs/*]}]}\nsrc: {script: x, rules: [{changes: [src/*]}]}"
	p.Repository.SetRef("refs/tags/v1", p.Repository.Ref("refs/heads/main"))
	before := Commit{BeforeSHA: first.ID}
	for name, c := range map[string]struct {
		n    NewPipeline
		want []string
	}{
		"since the commit before": {NewPipeline{Commit: before}, []string{"src"}},
		"what is said":            {NewPipeline{Commit: before, Changes: []string{"docs/a"}}, []string{"docs"}},
		"a tag":                   {NewPipeline{Commit: before, Ref: "v1", RefIsTag: true}, []string{"docs", "src"}},
	} {
		c.n.Project, c.n.User, c.n.CI = p, st.Users.Rows[0], file
		made, err := st.CreatePipeline(c.n)
		require.NoError(t, err, name)
		assert.ElementsMatch(t, c.want, NamesOf(made.Jobs, func(j *Job) string { return j.Name }), name)
	}
}

// What stands for something refused keeps its name, and nobody else's.
func TestWhatStandInsAreCalled(t *testing.T) {
	st, shop := ruled(t)
	acme := shop.Group
	err := Atomically(st, func() error {
		Seeding(st, nil, nil, func() {
			st.standInForGroup(Group{Path: "Acme"})
			st.standInForGroup(Group{})
			assert.Same(t, acme, st.GroupPaths["acme"])
			assert.Nil(t, st.GroupPaths[""])
			st.standInForProject(Project{ID: 5, Path: "guild/site"})
			_, err := st.AddProject(Project{ID: 5, Path: "guild/other"}, nil)
			assert.ErrorContains(t, err, "id 5 is taken")
			assert.True(t, st.standsIn(st.ProjectPaths["guild/site"]))
		})
		return errors.New("refused")
	})
	require.Error(t, err)
	assert.Nil(t, st.ProjectPaths["guild/site"])
}

// app/models/ci/pipeline_schedule.rb, expand_short_ref: what is a branch and a tag is neither.
func TestSchedulesOfAnAmbiguousRef(t *testing.T) {
	st := versioned(t, "17.2")
	require.True(t, st.Has(gitlabversion.ScheduleRefsWhole))
	p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	c := commit(t, st, p, "Begin", map[string]string{"a": "a"}, PushOptions{Silent: true})
	p.Repository.SetRef("refs/tags/main", c.ID)
	p.Repository.SetRef("refs/tags/v1", c.ID)
	assert.Equal(t, []string{"main", "refs/tags/v1", "none"},
		[]string{st.wholeRef(p, "main"), st.wholeRef(p, "v1"), st.wholeRef(p, "none")})
}
