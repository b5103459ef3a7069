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
