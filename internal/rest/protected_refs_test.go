package rest_test

import (
	"net/url"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func TestProtectedRefsOverREST(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(secretly()))
	ask := asks(t, gl)
	const branches, tags = "/projects/acme%2Fbackend%2Fshop/protected_branches", "/projects/acme%2Fbackend%2Fshop/protected_tags"
	name := "release/1.*"
	one := "/" + url.PathEscape(name)

	made := ask("mia", "POST "+branches, `{"name":"`+name+`","push_access_level":0,"merge_access_level":60}`)
	require.Equal(t, 201, made.Status, made.Body)
	id := made.Field(t, "id")
	assert.Equal(t, []any{map[string]any{"id": id, "access_level": 0.0, "access_level_description": "No one",
		"deploy_key_id": nil, "user_id": nil, "group_id": nil}}, made.Field(t, "push_access_levels"))
	twice := ask("mia", "POST "+branches, `{"name":"`+name+`"}`)
	assert.Equal(t, []any{409, "Protected branch 'release/1.*' already exists"}, []any{twice.Status, twice.Field(t, "message")})
	for body, want := range map[string]string{`{"name":"x","push_access_level":50}`: "push_access_level does not have a valid value",
		`{"name":"x","merge_access_level":"a"}`: "merge_access_level is invalid, merge_access_level does not have a valid value"} {
		assert.Equal(t, want, ask("mia", "POST "+branches, body).Field(t, "error"))
	}
	assert.Equal(t, []any{"Name can't be blank"}, ask("mia", "POST "+branches, `{"name":" "}`).Field(t, "message"))
	assert.Equal(t, "allow_force_push is empty", ask("mia", "PATCH "+branches+one, `{"allow_force_push":null}`).Field(t, "error"))
	assert.Equal(t, true, ask("mia", "PATCH "+branches+one, `{"allow_force_push":true}`).Field(t, "allow_force_push"))
	assert.Equal(t, true, ask("mia", "PATCH "+branches+one, `{}`).Field(t, "allow_force_push"))
	assert.Equal(t, 404, ask("mia", "PATCH "+branches+"/other", `{}`).Status)
	assert.Equal(t, []any{name}, ask("mia", "GET "+branches+"?search=release", "").Each(t, "name"))
	assert.Empty(t, ask("mia", "GET "+branches+"?search=main", "").Each(t, "name"))
	assert.Equal(t, name, ask("mia", "GET "+branches+one, "").Field(t, "name"))

	assert.Equal(t, 201, ask("mia", "POST "+tags, `{"name":"v1.0","create_access_level":30}`).Status)
	levels := ask("mia", "GET "+tags+"/v1.0", "").Field(t, "create_access_levels").([]any)
	assert.Equal(t, 30.0, levels[0].(map[string]any)["access_level"])
	assert.Equal(t, 412, testkit.Ask(t, gl, gl.Token("mia"), "DELETE", tags+"/v1.0",
		testkit.WithHeader("If-Unmodified-Since", "Mon, 01 Jan 2024 00:00:00 GMT")).Status)
	assert.Equal(t, 204, ask("mia", "DELETE "+tags+"/v1.0", "").Status)
	assert.Empty(t, ask("mia", "GET "+tags, "").Each(t, "name"))
	assert.Equal(t, 204, ask("mia", "DELETE "+branches+one, "").Status)
	assert.Empty(t, gl.ProtectedRefs())
}

// Whether a job is of a protected ref is decided when it is made; who may change it, and which variables it gets, by the
// rules that there are then.
func TestWhatProtectionMeans(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(secretly().WithUser("dan").WithUser("olga").
		WithMember("acme", "dan", fakegitlab.Developer).
		WithProtectedBranch("acme/backend/shop", "stable*").
		WithProtectedBranch("acme/backend/shop", "*-dev", func(r *fakegitlab.ProtectedRef) { r.Merge = fakegitlab.DevelopersUp }).
		WithProtectedBranch("acme/backend/shop", "locked", func(r *fakegitlab.ProtectedRef) {
			r.Push, r.Merge = fakegitlab.NoOne, fakegitlab.AdminsOnly
		}).
		WithProtectedBranch("acme/backend/shop", "frozen", func(r *fakegitlab.ProtectedRef) {
			r.Push, r.Merge = fakegitlab.NoOne, fakegitlab.NoOne
		}).
		WithProtectedTag("acme/backend/shop", "v*", func(r *fakegitlab.ProtectedRef) { r.Push = fakegitlab.DevelopersUp })))
	job := func(ref string, tag bool) fakegitlab.Job {
		return gl.AddJob(fakegitlab.Job{Project: "acme/backend/shop", Ref: ref, RefIsTag: tag})
	}
	cancel := func(who string, j fakegitlab.Job) int {
		path := "/projects/acme%2Fbackend%2Fshop/jobs/" + strconv.Itoa(j.ID) + "/cancel"
		return testkit.Ask(t, gl, gl.Token(who), "POST", path).Status
	}
	for _, c := range []struct {
		ref            string
		tag, protected bool
		dan, mia       int
	}{
		{"topic", false, false, 201, 201}, {"stable-1", false, true, 403, 201}, {"stable-dev", false, true, 201, 201},
		{"locked", false, true, 403, 403}, {"v1", true, true, 201, 201}, {"stable", true, false, 201, 201},
	} {
		one := job(c.ref, c.tag)
		assert.Equal(t, c.protected, one.Protected, c.ref)
		assert.Equal(t, c.dan, cancel("dan", one), c.ref)
		assert.Equal(t, c.mia, cancel("mia", job(c.ref, c.tag)), c.ref)
		assert.Equal(t, 201, cancel("root", job(c.ref, c.tag)), c.ref)
	}
	assert.Equal(t, 201, cancel("mia", gl.AddJob(fakegitlab.Job{Project: "acme/backend/shop"})))
	assert.Equal(t, 403, cancel("root", job("frozen", false)), "no one is no administrator either")
}

// A rule that comes later protects a job's variables, and no runner that is for protected refs takes the job for that.
func TestProtectionByTheRulesOfTheMoment(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(secretly()))
	gl.AddJob(fakegitlab.Job{Project: "acme/backend/shop", Ref: "later"})
	gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: "acme/backend/shop", Name: "later"})
	gl.UpdateRunner(gl.Runners()[0].ID, func(r *fakegitlab.Runner) { r.AccessLevel = fakegitlab.RefProtected })
	assert.Equal(t, 204, testkit.Ask(t, gl, "", "POST", "/jobs/request", testkit.WithJSON(`{"token":"glrt-runner"}`)).Status)
	gl.UpdateRunner(gl.Runners()[0].ID, func(r *fakegitlab.Runner) { r.AccessLevel = fakegitlab.NotProtected })
	assert.Len(t, named(given(t, gl), "SECRET"), 4)
	gl.DeleteProtectedBranch("acme/backend/shop", "later")
	assert.Empty(t, gl.ProtectedRefs())
}
