package rest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What a version does not declare of a webhook is passed over, and neither checked nor kept.
func TestWebhooksPassOverLaterParameters(t *testing.T) {
	const url = `"url":"https://hooks.example.com"`
	for version, kept := range map[string]bool{"16.0": false, "19.0": true} {
		gl := fg.New(t, fg.WithVersion(version), fg.WithScenario(fg.SmallCompany()))
		ask := func(method, path, body string) testkit.Reply {
			return testkit.Ask(t, gl, gl.Token("mia"), method, "/projects/10001/hooks"+path, testkit.WithJSON(body))
		}
		made := ask("POST", "", `{`+url+`,"name":"n","custom_webhook_template":"{}","signing_token":"x"}`)
		assert.Equal(t, map[bool]int{true: 422, false: 201}[kept], made.Status, made.Body)
		if kept {
			continue
		}
		id := fmt.Sprintf("/%.0f", made.Field(t, "id"))
		require.Equal(t, 200, ask("PUT", id, `{`+url+`,"signing_token":"x","description":"d"}`).Status)
		h := gl.Webhooks()[0]
		assert.Equal(t, []any{"", "", "", ""}, []any{h.SigningToken, h.Name, h.Description, h.Template})
	}
}

// Artifacts that are not for everybody stay so when they have expired, until they are swept away.
func TestExpiredArtifactsStayPrivate(t *testing.T) {
	gl := fg.New(t, fg.WithScenario(fg.NewScenario().WithUser("eve")))
	gl.AddProject(fg.Project{Path: "acme/shop", Visibility: fg.Public})
	no := false
	res := testkit.Ask(t, gl, gl.AdminToken(), "PUT", "/projects/10001?keep_latest_artifact=false")
	require.Equal(t, 200, res.Status, res.Body)
	j := gl.AddJob(fg.Job{Project: "acme/shop", Status: fg.JobSuccess,
		Spec:      fg.JobSpec{Artifacts: &ci.JobArtifacts{Public: &no}},
		Artifacts: []fg.Artifact{{Filename: "a.zip", Content: []byte("PK"), ExpiresAt: gl.Now().Add(time.Hour)}}})
	get := func() int {
		return testkit.Ask(t, gl, gl.Token("eve"), "GET", fmt.Sprintf("/projects/10001/jobs/%d/artifacts", j.ID)).Status
	}
	assert.Equal(t, 403, get())
	gl.Advance(2 * time.Hour)
	assert.Equal(t, 403, get())
	gl.RunWorkers()
	assert.Equal(t, 404, get())
}

// The levels of keys have ids of their own, whatever ids the rules of a seed have.
func TestLevelsOfKeysHaveTheirIDs(t *testing.T) {
	s := secretly()
	const shop = "acme/backend/shop"
	s.DeployKeys = []fg.DeployKey{{ID: 5, User: "mia", ProjectsWithWriteAccess: []string{shop}}}
	s.ProtectedRefs = []fg.ProtectedRef{{ID: 1, Project: shop, Name: "a", Push: fg.NoOne, DeployKeys: []int{5}},
		{ID: 2, Project: shop, Name: "b"}, {Project: shop, Name: "c", Push: fg.NoOne, DeployKeys: []int{5}}}
	gl := fg.New(t, fg.WithScenario(s))
	seen := map[any]bool{}
	for _, name := range []string{"a", "b", "c"} {
		rule := asks(t, gl)("mia", "GET /projects/acme%2Fbackend%2Fshop/protected_branches/"+name, "")
		for _, level := range rule.Field(t, "push_access_levels").([]any) {
			id := level.(map[string]any)["id"]
			assert.False(t, seen[id], id)
			seen[id] = true
		}
	}
	assert.Len(t, seen, 5)
}

// A seed's job has a regex that can be used.
func TestRegexOfAnInputIsChecked(t *testing.T) {
	s := fg.NewScenario().WithProject("acme/shop")
	s.Jobs = []fg.Job{{Project: "acme/shop", Spec: fg.JobSpec{Inputs: fg.JobInputs{{Name: "a", Value: []byte(`"x"`),
		Regex: "("}}}}}
	assert.ErrorContains(t, s.Validate(), "inputs.a.regex")
	s.Jobs[0].Spec.Inputs[0].Regex = "^x$"
	assert.NoError(t, s.Validate())
}

// A form that names nobody lets nobody more push; a text that is no JSON is refused.
func TestNobodyIsNamedToPush(t *testing.T) {
	gl := fg.New(t, fg.WithVersion("18.0"), fg.WithScenario(secretly()))
	post := func(body string) int {
		return asks(t, gl)("mia", "POST /projects/acme%2Fbackend%2Fshop/protected_branches", body).Status
	}
	assert.Equal(t, []int{201, 201, 400}, []int{post(`{"name":"a","allowed_to_push":""}`),
		post(`{"name":"b","allowed_to_push":" "}`), post(`{"name":"c","allowed_to_push":"x"}`)})
	assert.Equal(t, fg.MaintainersUp, gl.ProtectedRefs()[0].Push)
}
