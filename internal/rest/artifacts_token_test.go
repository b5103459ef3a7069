package rest_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// An access token from before a Reset is there again after GET /jobs/:id/artifacts, as after any other call; a refusal
// leaves no trace of it.
func TestArtifactsByATokenFromBeforeAReset(t *testing.T) {
	gl := testkit.NewMia(t)
	token := gl.Token("mia")
	get := func(id int) int {
		return testkit.Ask(t, gl, token, "GET", fmt.Sprintf("/jobs/%d/artifacts", id)).Status
	}
	for _, known := range []bool{false, true} {
		gl.Reset()
		j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess, Artifacts: []fg.Artifact{{Filename: "a.zip"}}})
		if !known {
			assert.Equal(t, 403, get(404))
			assert.Empty(t, gl.Snapshot().AccessTokens)
			continue
		}
		assert.Equal(t, 200, get(j.ID))
		tokens := gl.Snapshot().AccessTokens
		if assert.Len(t, tokens, 1) {
			assert.Equal(t, token, tokens[0].Token)
		}
	}
}

// Of several things that are wrong with a request the reason names the same one each time.
func TestReasonsAreTheSameEachTime(t *testing.T) {
	gl := testkit.NewMia(t)
	for range 20 {
		a := testkit.Ask(t, gl, gl.AdminToken(), "POST", "/user/runners",
			testkit.WithForm("runner_type=instance_type&project_id=1&group_id=1"))
		assert.Equal(t, 500, a.Status, a.Body)
	}
	for _, c := range gl.Calls("POST /user/runners") {
		assert.Contains(t, c.Reason, "a runner of instance_type has no group_id")
	}
}

// The runner at which a fine-grained token must have its permission is that of a number, and of nothing like one.
func TestRunnerOfAFineGrainedTokensPath(t *testing.T) {
	gl := testkit.NewMia(t, fg.WithVersion("19.4"))
	token := gl.AddAccessToken(fg.AccessToken{User: "root", Scopes: []string{"granular"},
		Grants: []fg.TokenGrant{{Access: "instance", Permissions: []string{"Runner: Read"}}}}).Token
	id := gl.AddRunner(fg.Runner{}).ID
	for path, want := range map[string]int{fmt.Sprint(id): 200, fmt.Sprint("+", id): 404, "404": 404, "-1": 404,
		"99999999999999999999": 404} {
		assert.Equal(t, want, testkit.Ask(t, gl, token, "GET", "/runners/"+path).Status, path)
	}
}
