package world

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// pushedTo is a writer of events that notes what it is told of pushes.
type pushedTo struct {
	echo
	told []Pushed
}

func (w *pushedTo) PushEvent(p Pushed) []byte {
	w.told = append(w.told, p)
	return nil
}

// hearing is a project with a commit, in a world that tells a webhook of its pushes.
func hearing(t *testing.T, a WebhookAttributes) (*State, *Project, *repository.Commit, *pushedTo) {
	t.Helper()
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	a.URL, a.Events = "https://ci.example", map[string]bool{PushEvents: true, TagPushEvents: true}
	_, err := st.AddWebhook(Webhook{Project: p, WebhookAttributes: a}, WebhookState{})
	require.NoError(t, err)
	w := &pushedTo{}
	TellWebhooks(st, w, func([]Notice) {})
	return st, p, c, w
}

// lib/gitlab/data_builder/push.rb: what webhooks are told of a branch or tag that is made, moved or deleted.
func TestWhatIsToldOfPushes(t *testing.T) {
	st, p, first, w := hearing(t, WebhookAttributes{})
	const zero, main = repository.ZeroID, "refs/heads/main"
	push := func(u RefUpdate) Pushed {
		w.told = nil
		require.NoError(t, st.PushRefs(p, nil, []RefUpdate{u}, PushOptions{}))
		require.Len(t, w.told, 1)
		return w.told[0]
	}
	_, err := st.AddProtectedRef(ProtectedRef{Project: p, Name: "v*", Tag: true})
	require.NoError(t, err)
	_, err = st.AddProtectedRef(ProtectedRef{Project: p, Name: "main"})
	require.NoError(t, err)
	w.told = nil
	second := commit(t, st, p, "Go on", map[string]string{"b": "b"}, PushOptions{})
	root := st.UserNames[RootUsername]
	assert.Equal(t, []Pushed{{Project: p, User: root, RefUpdate: RefUpdate{main, first.ID, second.ID}, Commit: second.ID,
		Commits: []*repository.Commit{second}, Total: 1, Protected: true}}, w.told)
	for name, c := range map[string]struct {
		u    RefUpdate
		want Pushed
	}{
		"a tag":              {RefUpdate{"refs/tags/v1", zero, first.ID}, Pushed{Tag: true, Commit: first.ID, Total: 1, Protected: true}},
		"a tag like main":    {RefUpdate{"refs/tags/main", zero, first.ID}, Pushed{Tag: true, Commit: first.ID, Total: 1}},
		"a branch like v1":   {RefUpdate{"refs/heads/v1", zero, second.ID}, Pushed{Commit: second.ID}},
		"a branch that goes": {RefUpdate{"refs/heads/old", first.ID, zero}, Pushed{}},
	} {
		t.Run(name, func(t *testing.T) {
			p.Repository.SetRef(c.u.Ref, map[bool]string{true: "", false: c.u.Old}[c.u.Old == zero])
			got := push(c.u)
			c.want.Project, c.want.User, c.want.RefUpdate, c.want.Commits = p, root, c.u, got.Commits
			assert.Equal(t, c.want, got)
			assert.Len(t, got.Commits, c.want.Total)
		})
	}
	said := "object " + first.ID + "\ntype commit\ntag v2\ntagger A <a@x> 1700000000 +0000\n\nSecond\n"
	tag := p.Repository.Add(repository.Object{Kind: repository.KindTag, Data: []byte(said)})
	got := push(RefUpdate{"refs/tags/v2", zero, tag})
	require.NotNil(t, got.Message, "of an annotated tag")
	assert.Contains(t, *got.Message, "Second")
}

// builtin/receive-pack.c; app/services/git/process_ref_changes_service.rb: of what was not there nobody hears that it goes,
// of three refs of which the same becomes one hears, of four not.
func TestPushesThatNobodyHearsOf(t *testing.T) {
	for made, want := range map[int]int{maxPushedRefs: maxPushedRefs, maxPushedRefs + 1: 0} {
		st, p, c, w := hearing(t, WebhookAttributes{})
		require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{"refs/heads/x", repository.ZeroID, repository.ZeroID}}, PushOptions{}))
		assert.Empty(t, w.told)
		var updates []RefUpdate
		for i := range made {
			updates = append(updates, RefUpdate{fmt.Sprint("refs/heads/b", i), repository.ZeroID, c.ID})
		}
		require.NoError(t, st.PushRefs(p, nil, updates, PushOptions{}))
		assert.Len(t, w.told, want)
		Seeding(st, nil, nil, func() { commit(t, st, p, "Seed", map[string]string{"b": "b"}, PushOptions{}) })
		assert.Len(t, w.told, want, "a seed tells what has been for long")
		w.told, p.webhooks[0].Events = nil, nil
		commit(t, st, p, "Go on", map[string]string{"c": "c"}, PushOptions{})
		assert.Empty(t, w.told, "what nobody wants to hear is not written")
	}
}

// app/models/hooks/active_hook_filter.rb: of which branches a webhook is told.
func TestBranchesThatAWebhookWants(t *testing.T) {
	for _, c := range []struct {
		filter   string
		strategy string
		branch   string
		want     bool
	}{
		{"", "wildcard", "main", true}, {"stable-*", "wildcard", "main", false}, {"stable-*", "wildcard", "stable-1", true},
		{"stable-*", AllBranches, "main", true}, {"^ma", FilterByRegex, "main", true}, {"^ma", FilterByRegex, "stable", false},
		{"(", FilterByRegex, "main", false}, {"ma", "wildcard", "main", false},
	} {
		h := &Webhook{WebhookAttributes: WebhookAttributes{BranchFilter: &c.filter, BranchFilterStrategy: c.strategy}}
		assert.Equal(t, c.want, h.wantsBranch(c.branch), c)
	}
}

// app/services/git/base_hooks_service.rb: there are no pipelines of what is not there any more.
func TestNoPipelineOfTheLastBranchThatGoes(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
	require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{"refs/heads/main", c.ID, repository.ZeroID}}, PushOptions{SkipCI: true}))
	assert.Empty(t, p.Pipelines())
}

// Pipelines API page, issue 519958: the option ci.input, in later versions.
func TestInputsOfPushes(t *testing.T) {
	for version, want := range map[string]string{"17.2": "usual", "18.11": "given"} {
		st := versioned(t, version)
		p, err := st.AddProject(Project{Path: "acme/shop"}, nil)
		require.NoError(t, err)
		commit(t, st, p, "Begin", map[string]string{".gitlab-ci.yml": "spec: {inputs: {word: {default: usual}}}\n---\n" +
			`a: {stage: "$[[ inputs.word ]]", script: x}` + "\nstages: [given, usual]"},
			PushOptions{Inputs: map[string]any{"word": "given"}})
		require.Len(t, p.Pipelines(), 1)
		assert.Empty(t, p.Pipelines()[0].Facts().YAMLErrors)
		require.Len(t, p.Pipelines()[0].Jobs, 1)
		assert.Equal(t, want, p.Pipelines()[0].Jobs[0].Stage, version)
	}
}

// threshold_commits and limited_commits of app/services/git/branch_hooks_service.rb: which commits a push brings, and that
// the last twenty are told, the oldest first.
func TestCommitsOfPushes(t *testing.T) {
	st, p, first, w := hearing(t, WebhookAttributes{})
	made := []*repository.Commit{first}
	for i := range shownCommits + 1 {
		made = append(made, commit(t, st, p, fmt.Sprint("Go on ", i), map[string]string{"b": fmt.Sprint(i)}, PushOptions{Silent: true}))
	}
	for _, c := range []struct {
		ref      string
		from, to int
		commits  []*repository.Commit
		total    int
	}{
		{"refs/heads/side", 0, 3, made[1:4], 3}, {"refs/heads/side", 0, shownCommits, made[1 : shownCommits+1], shownCommits},
		{"refs/heads/side", 0, shownCommits + 1, made[2:], shownCommits + 1}, {"refs/heads/new", -1, 3, nil, 0},
		{"refs/heads/main", -1, 2, made[:3], 3},
	} {
		old := repository.ZeroID
		if c.from >= 0 {
			old = made[c.from].ID
		}
		got := st.pushed(p, nil, RefUpdate{c.ref, old, made[c.to].ID})
		assert.Equal(t, []any{c.total, c.commits}, []any{got.Total, got.Commits}, c)
	}
	assert.Empty(t, w.told)
}

// The first push of a repository may bring several branches: its own default branch is that still, and another one has
// those commits alone that it has not.
func TestTheFirstPushOfManyBranches(t *testing.T) {
	from, whole, first := withFiles(t, map[string]string{"a": "a"})
	second := commit(t, from, whole, "Go on", map[string]string{"b": "b"}, PushOptions{})
	for name, c := range map[string]struct {
		refs    []string
		stands  string
		commits []int // of each
	}{
		"the default branch last":  {[]string{"side", "main"}, "main", []int{1, 1}},
		"the default branch first": {[]string{"main", "side"}, "main", []int{1, 1}},
		"without it":               {[]string{"side", "more"}, "side", []int{2, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			st, p := emptyWorld(t)
			p.Repository = repository.New(func() string { return repository.Branch(p.DefaultBranch()) })
			p.Repository.Adopt(whole.Repository)
			for _, ref := range p.Repository.Branches() {
				p.Repository.SetRef(repository.Branch(ref.Name), "")
			}
			_, err := st.AddWebhook(Webhook{Project: p, WebhookAttributes: WebhookAttributes{URL: "https://x",
				Events: map[string]bool{PushEvents: true}}}, WebhookState{})
			require.NoError(t, err)
			w := &pushedTo{}
			TellWebhooks(st, w, func([]Notice) {})
			var updates []RefUpdate
			for _, ref := range c.refs {
				to := second.ID
				if ref == "main" {
					to = first.ID
				}
				updates = append(updates, RefUpdate{repository.Branch(ref), repository.ZeroID, to})
			}
			require.NoError(t, st.PushRefs(p, nil, updates, PushOptions{}))
			assert.Equal(t, c.stands, p.DefaultBranch())
			var commits []int
			for _, told := range w.told {
				commits = append(commits, told.Total)
			}
			assert.Equal(t, c.commits, commits)
		})
	}
}

// Which webhooks hear of a branch and which of a tag, for which a filter of branches is none; nobody does where nobody
// writes what they hear.
func TestWhoHearsOfBranchesAndTags(t *testing.T) {
	filter := "stable"
	for name, c := range map[string]struct {
		events    []string
		heads, of int // how often branches and tags are told of
	}{
		"both": {[]string{PushEvents, TagPushEvents}, 1, 1}, "branches": {[]string{PushEvents}, 1, 0},
		"tags": {[]string{TagPushEvents}, 0, 1}, "nothing": {nil, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			st, p, first, w := hearing(t, WebhookAttributes{BranchFilter: &filter})
			h := p.webhooks[0]
			h.Events = map[string]bool{}
			for _, event := range c.events {
				h.Events[event] = true
			}
			var events []string
			TellWebhooks(st, w, func(all []Notice) {
				events = append(events, NamesOf(all, func(n Notice) string { return n.Event })...)
			})
			for _, ref := range []string{"refs/heads/side", "refs/heads/stable", "refs/tags/side"} {
				Visit(st, func() {
					require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{ref, repository.ZeroID, first.ID}}, PushOptions{}))
				})
			}
			var heads, tags int
			for _, told := range w.told {
				if told.Tag {
					tags++
				} else {
					heads++
				}
			}
			assert.Equal(t, []int{c.heads, c.of}, []int{heads, tags})
			assert.Equal(t, c.events, events)
		})
	}
	st, p, first := withFiles(t, map[string]string{"a": "a"})
	_, err := st.AddWebhook(Webhook{Project: p, WebhookAttributes: WebhookAttributes{URL: "https://x",
		Events: map[string]bool{PushEvents: true}}}, WebhookState{})
	require.NoError(t, err)
	require.NoError(t, st.PushRefs(p, nil, []RefUpdate{{"refs/heads/side", repository.ZeroID, first.ID}}, PushOptions{}))
	assert.Empty(t, st.notices)
}

// app/services/git/branch_push_service.rb, stop_environments: those of a branch that goes, not of what moves and not of a
// tag of its name. A push may make no pipelines.
func TestWhatFollowsFromAPush(t *testing.T) {
	for name, c := range map[string]struct {
		u       RefUpdate
		o       PushOptions
		stopped bool
		made    int
	}{
		"the branch goes":   {RefUpdate{Ref: "refs/heads/side", New: repository.ZeroID}, PushOptions{}, true, 0},
		"a tag goes":        {RefUpdate{Ref: "refs/tags/side", New: repository.ZeroID}, PushOptions{}, false, 0},
		"the branch moves":  {RefUpdate{Ref: "refs/heads/side"}, PushOptions{}, false, 1},
		"without pipelines": {RefUpdate{Ref: "refs/heads/side"}, PushOptions{NoPipelines: true}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			st, p, first := withFiles(t, map[string]string{".gitlab-ci.yml": "a: {script: x}"})
			_, err := st.AddEnvironment(Environment{Project: p, Name: "review"})
			require.NoError(t, err)
			_, err = st.AddDeployment(DeploymentPlace{Project: p, Environment: "review"}, Deployment{Ref: "side"})
			require.NoError(t, err)
			before := len(p.Pipelines())
			p.Repository.SetRef(c.u.Ref, first.ID)
			if c.u.Old = first.ID; c.u.New == "" {
				second := *first
				second.Parents, second.Message = []string{first.ID}, "More"
				c.u.New = p.Repository.AddCommit(second).ID
			}
			require.NoError(t, st.PushRefs(p, st.Users.Rows[0], []RefUpdate{c.u}, c.o))
			assert.Equal(t, c.stopped, p.environments[0].State == EnvironmentStopped)
			assert.Len(t, p.Pipelines(), before+c.made)
		})
	}
}

// app/services/files/multi_service.rb and lib/gitlab/git: where a branch begins that is not there, and who made a commit.
func TestWhereBranchesBegin(t *testing.T) {
	for name, c := range map[string]struct {
		empty  bool
		before func(*Project)
		d      CommitDraft
		parent bool
		err    error
	}{
		"the first":                       {empty: true, d: CommitDraft{Branch: "main"}},
		"the first, from somewhere":       {empty: true, d: CommitDraft{Branch: "main", Start: "v1"}, err: ErrNoStart},
		"on a branch":                     {d: CommitDraft{Branch: "main"}, parent: true},
		"a new branch":                    {d: CommitDraft{Branch: "side"}, parent: true},
		"a new branch, from somewhere":    {d: CommitDraft{Branch: "side", Start: "main"}, parent: true},
		"a new branch, from nowhere":      {d: CommitDraft{Branch: "side", Start: "v1"}, err: ErrNoStart},
		"a branch, and a start":           {d: CommitDraft{Branch: "main", Start: "v1"}, parent: true},
		"a branch, by force from nowhere": {d: CommitDraft{Branch: "main", Start: "v1", Force: true}, err: ErrNoStart},
		"a branch, by force from HEAD":    {d: CommitDraft{Branch: "main", Force: true}, parent: true},
		"without a default branch": {d: CommitDraft{Branch: "side"}, err: ErrNoStart, before: func(p *Project) {
			p.Attributes = map[string]string{AttrDefaultBranch: "gone"}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			st, p, first := withFiles(t, map[string]string{"a": "a"})
			if c.empty {
				st, p = emptyWorld(t)
			}
			if c.before != nil {
				c.before(p)
			}
			c.d.Writes = writesOf(map[string]string{"b": "b"})
			for _, by := range []*repository.Signature{nil, {Name: "Mia", Email: "mia@example.com", When: noon.Add(-1)}} {
				c.d.Committer = by
				made, err := st.Commit(p, st.Users.Rows[0], c.d, PushOptions{})
				if c.err != nil {
					assert.Equal(t, c.err, err)
					return
				}
				require.NoError(t, err)
				if by == nil {
					assert.Equal(t, SignatureOf(st.Users.Rows[0], noon), made.Committer)
					assert.Equal(t, c.parent, len(made.Parents) == 1 && made.Parents[0] == first.ID)
					c.d.Writes = writesOf(map[string]string{"b": "c"})
				} else {
					assert.Equal(t, repository.Signature{Name: by.Name, Email: by.Email, When: noon}, made.Committer)
				}
				assert.Equal(t, made.Committer, made.Author)
			}
		})
	}
	for description, want := range map[string]string{"": "# Shop\n", "Sells": "# Shop\n\nSells\n"} {
		st, p := emptyWorld(t)
		p.Name, p.Description = "Shop", description
		require.NoError(t, st.WriteReadme(p, nil))
		text, there := p.Repository.ReadFile("HEAD", ReadmeFile)
		assert.True(t, there)
		assert.Equal(t, want, string(text))
	}
	st, p := emptyWorld(t)
	p.Attributes = map[string]string{AttrDefaultBranch: "a..b"}
	assert.Error(t, st.WriteReadme(p, nil), "git takes no such name")
}
