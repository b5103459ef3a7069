package world

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEnvironmentSlug has the names of spec/lib/gitlab/slug/environment_spec.rb, where each sum of a name is made of aa.
func TestEnvironmentSlug(t *testing.T) {
	assert.Equal(t, "q517sa", slugSuffix(bytes.Repeat([]byte{0xaa}, 32)))
	for name, want := range map[string]string{
		"staging-12345678901234567": "staging-123456789-q517sa",
		"9-staging-123456789012345": "env-9-staging-123-q517sa",
		"staging-1234567890123456":  "staging-1234567890123456",
		"staging-1234567890123456-": "staging-123456789-q517sa",
		"production":                "production",
		"PRODUCTION":                "production-q517sa",
		"review/1-foo":              "review-1-foo-q517sa",
		"1-foo":                     "env-1-foo-q517sa",
		"1/foo":                     "env-1-foo-q517sa",
		"foo-":                      "foo",
		"foo--bar":                  "foo-bar-q517sa",
		"foo**bar":                  "foo-bar-q517sa",
		"*-foo":                     "env-foo-q517sa",
		"staging-12345678-":         "staging-12345678",
		"staging-12345678-01234567": "staging-12345678-q517sa",
		"":                          "env-q517sa",
		"a1":                        "a1",
		"1a":                        "env-1a-q517sa",
	} {
		got := EnvironmentSlug(name)
		if kept, ok := strings.CutSuffix(want, "q517sa"); ok {
			sum := sha256.Sum256([]byte(name))
			want = kept + slugSuffix(sum[:])
		}
		assert.Equal(t, want, got, name)
	}
}

// Environments come about in a time that grows with their number and no faster, and a slug is free once its environment
// is gone.
func TestManyEnvironments(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{"README.md": "x"})
	const many = 30_000
	started := time.Now()
	for i := range many {
		_, err := st.CreateEnvironment(p, fmt.Sprintf("review/%d", i), EnvironmentChange{})
		require.NoError(t, err)
	}
	assert.Less(t, time.Since(started), 20*time.Second)

	foo, err := st.CreateEnvironment(p, "foo", EnvironmentChange{})
	require.NoError(t, err)
	_, err = st.CreateEnvironment(p, "foo-", EnvironmentChange{})
	assert.Equal(t, newInvalid(attrSlug, msgAlreadyTaken), err)
	_, err = st.AddEnvironment(Environment{Project: p, Name: "foo-"})
	assert.ErrorContains(t, err, `"foo-" has the slug of the environment "foo", "foo"`)
	undone := fmt.Errorf("the test")
	require.ErrorIs(t, Atomically(st, func() error { st.DeleteEnvironment(foo); return undone }), undone)
	_, err = st.CreateEnvironment(p, "foo-", EnvironmentChange{})
	require.Error(t, err)
	st.DeleteEnvironment(foo)
	_, err = st.CreateEnvironment(p, "foo-", EnvironmentChange{})
	require.NoError(t, err)
}

// A job whose environment would have the slug of another fails before it has begun, as GitLab cannot save that
// environment (app/services/environments/create_for_job_service.rb).
func TestJobsOfEnvironmentsWithATakenSlug(t *testing.T) {
	st, p, _ := withFiles(t, map[string]string{".gitlab-ci.yml": `
a: {script: x, environment: foo}
b: {script: x, environment: foo-}
c: {script: x, environment: foo}
`})
	made, err := st.CreatePipeline(NewPipeline{Project: p, User: st.Users.Rows[0]})
	require.NoError(t, err)
	var reasons []string
	for _, j := range made.Jobs {
		reasons = append(reasons, j.Name+" "+j.FailureReason)
	}
	assert.Equal(t, []string{"a ", "b environment_creation_failure", "c "}, reasons)
	assert.Len(t, p.Environments(), 1)
}
