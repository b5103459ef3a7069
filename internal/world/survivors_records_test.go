package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// What is read of records, whose loss no other test noticed (internal/mutate).

// app/models/ci/build_dependencies.rb: what is needed without its artifacts hands none on.
func TestWhoseArtifactsAJobWants(t *testing.T) {
	yes, no := true, false
	wants := artifactsWanted(ci.JobSpec{Needs: []ci.Need{{Job: "a", Artifacts: &no}, {Job: "b", Artifacts: &yes},
		{Job: "c"}}})
	assert.Equal(t, []bool{false, true, true, false}, []bool{wants("a", true), wants("b", true), wants("c", false),
		wants("d", true)})
}

// A pipeline whose jobs were added alone was made with the first of them, and is what they and what is told of it are.
func TestPipelinesOfJobsAlone(t *testing.T) {
	st, shop := ruled(t)
	var p *Pipeline
	for i, name := range []string{"a", "b", "c"} {
		j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0], PipelineID: 7, Name: name, Status: JobSuccess,
			CreatedAt: noon.Add(-[]time.Duration{2, 3, 1}[i] * time.Hour)})
		require.NoError(t, err)
		p = j.Pipeline
	}
	created, _, _ := p.Times()
	assert.Equal(t, noon.Add(-3*time.Hour), created)
	assert.Equal(t, JobSuccess, p.Status())
	_, err := st.AddStatus(7, "", CommitStatus{Status: JobFailed})
	require.NoError(t, err)
	assert.Equal(t, JobFailed, p.Status())
}

// A branch is not spoken of by the tag that is called the same.
func TestMessagesOfTags(t *testing.T) {
	st, p, c := withFiles(t, map[string]string{"a": "a"})
	tag := repository.AnnotatedTag{Target: c.ID, TargetKind: repository.KindCommit, Name: "v1", Tagger: c.Author,
		Message: "First\n"}
	p.Repository.SetRef("refs/tags/v1", p.Repository.Add(tag.Object()))
	p.Repository.SetRef("refs/heads/v1", c.ID)
	for isTag, want := range map[bool]string{true: "First", false: ""} {
		made, err := st.AddPipeline(0, p, PipelineFacts{Ref: "v1", RefIsTag: isTag, Status: JobSuccess})
		require.NoError(t, err)
		assert.Equal(t, want, made.TagMessage())
	}
}

// lib/gitlab/data_builder/push.rb and app/services/git/base_hooks_service.rb: of a default branch that is made anew all
// commits are told.
func TestADefaultBranchThatIsMadeAgain(t *testing.T) {
	st, p, c, w := hearing(t, WebhookAttributes{})
	p.Repository.SetRef("refs/heads/side", c.ID)
	p.Repository.SetRef(p.Repository.Head(), repository.ZeroID)
	w.told = nil
	update := RefUpdate{p.Repository.Head(), repository.ZeroID, c.ID}
	require.NoError(t, st.PushRefs(p, nil, []RefUpdate{update}, PushOptions{}))
	require.Len(t, w.told, 1)
	assert.Equal(t, []*repository.Commit{c}, w.told[0].Commits)
}

// What a GitLab does not know yet it does not do.
func TestHiddenVariablesOfOldGitLabs(t *testing.T) {
	for version, want := range map[string]bool{"16.0": false, "18.5": true} {
		assert.Equal(t, want, versioned(t, version).ValueHidden(&Variable{Hidden: true}), version)
	}
	who, root := &User{ID: 1}, &User{ID: 2}
	assert.Same(t, who, (&Project{Creator: who, root: root}).firstAuthor())
	assert.Same(t, root, (&Project{root: root}).firstAuthor())
}
