package rest_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// robotKey and otherKey are keys that ssh-keygen has made.
const (
	robotKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyqL3UNPotPfsiH0RtGpSQ7cvMInor3cVV7wHgEjr1l"
	otherKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHZLGsz/fjip3bdK80I82/qJa9njtaUHs9JWKCsvalP/"
)

// Deploy keys are seeded, shown, written into JSON and read again, and go with what they are of.
func TestDeployKeys(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("18.0"),
		fakegitlab.WithScenario(secretly().WithProject("acme/backend/other")))
	ask := asks(t, gl)
	const shop, keys = "acme/backend/shop", "/projects/acme%2Fbackend%2Fshop/deploy_keys"
	late := gl.Now().Add(-time.Hour)
	robot := gl.AddDeployKey(fakegitlab.DeployKey{Title: "robot", Key: robotKey + " robot", User: "mia",
		ProjectsWithWriteAccess: []string{shop}, ProjectsWithReadonlyAccess: []string{"acme/backend/other"},
		ExpiresAt: late})
	open := gl.AddDeployKey(fakegitlab.DeployKey{Public: true})
	assert.Equal(t, []any{16000001, 16000002, "deploy key", gl.Now()},
		[]any{robot.ID, open.ID, open.Title, open.CreatedAt})
	assert.True(t, strings.HasPrefix(open.Key, "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"), open.Key)
	assert.NotEqual(t, open.Key, gl.AddDeployKey(fakegitlab.DeployKey{}).Key)
	assert.Equal(t, "deploy key robot", robot.String())

	assert.Equal(t, []any{"robot"}, ask("mia", "GET "+keys, "").Each(t, "title"))
	assert.Equal(t, []any{robotKey + " robot", "2024-07-01T11:00:00.000Z"}, []any{
		ask("mia", "GET "+keys, "").Each(t, "key")[0], ask("mia", "GET "+keys, "").Each(t, "expires_at")[0]})
	gl.NextID(77)
	made := ask("mia", "POST "+keys, `{"title":"new","key":"`+otherKey+`"}`)
	assert.Equal(t, []any{201, 77.0}, []any{made.Status, made.Field(t, "id")}, made.Body)
	assert.Equal(t, 200, ask("mia", "PUT "+keys+"/77", `{"can_push":true}`).Status)
	protected := ask("mia", "POST /projects/acme%2Fbackend%2Fshop/protected_branches",
		`{"name":"stable","allowed_to_push":[{"deploy_key_id":77},{"user_id":1}]}`)
	require.Equal(t, 201, protected.Status, protected.Body)
	rules := gl.ProtectedRefs()
	assert.Equal(t, []any{fakegitlab.RefAccess(""), []int{77}}, []any{rules[0].Push, rules[0].DeployKeys})

	var text bytes.Buffer
	require.NoError(t, gl.Snapshot().Write(&text))
	read, err := fakegitlab.ReadScenario(&text)
	require.NoError(t, err)
	again := fakegitlab.New(t, fakegitlab.WithVersion("18.0"), fakegitlab.WithScenario(read))
	again.AssertSnapshot(t, gl.Snapshot())
	assert.Equal(t, []any{"robot", "new"}, ask("mia", "GET "+keys, "").Each(t, "title"))
	assert.Equal(t, []any{"new", "robot"}, asks(t, again)("mia", "GET "+keys, "").Each(t, "title"), "by their IDs")

	assert.Equal(t, 204, ask("mia", "DELETE "+keys+"/77", "").Status)
	assert.Empty(t, gl.ProtectedRefs()[0].DeployKeys)
	gl.DeleteUser("mia")
	gl.DeleteProject(shop)
	left := gl.Snapshot().DeployKeys
	assert.Len(t, left, 3)
	assert.Equal(t, []any{"", []string(nil), []string{"acme/backend/other"}}, []any{left[0].User,
		append([]string(nil), left[0].ProjectsWithWriteAccess...), left[0].ProjectsWithReadonlyAccess})
}

// A rule keeps a key that is taken from its project while another has it, over a Snapshot, too.
func TestRulesKeepKeysOfOtherProjects(t *testing.T) {
	const shop = "acme/backend/shop"
	s := secretly()
	s.DeployKeys = []fakegitlab.DeployKey{{ID: 5, Key: robotKey, ProjectsWithWriteAccess: []string{shop,
		"acme/backend/two"}}}
	s = s.WithProject("acme/backend/two")
	s.ProtectedRefs = []fakegitlab.ProtectedRef{{Project: shop, Name: "main", DeployKeys: []int{5}}}
	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))
	answer := testkit.Ask(t, gl, gl.AdminToken(), "DELETE", "/projects/acme%2Fbackend%2Fshop/deploy_keys/5")
	require.Equal(t, 204, answer.Status, answer.String())
	assert.Equal(t, []int{5}, gl.ProtectedRefs()[0].DeployKeys)
	fakegitlab.New(t, fakegitlab.WithScenario(gl.Snapshot())).AssertSnapshot(t, gl.Snapshot())
}

// What GitLab could not have is refused, each with a sentence, and nothing of it is there.
func TestDeployKeysThatCannotBe(t *testing.T) {
	const shop = "acme/backend/shop"
	for want, k := range map[string]fakegitlab.DeployKey{
		"it is no public key":                 {Key: "ssh-rsa AAAA"},
		`deploy key 5, "first", has that key`: {Key: robotKey + " other"},
		"deploy key id 5 is taken":            {ID: 5},
		"no user":                             {User: "nobody"},
		"projects_with_write_access[0]":       {ProjectsWithWriteAccess: []string{"acme/none"}},
		"projects_with_readonly_access[0]: acme": {ProjectsWithWriteAccess: []string{shop},
			ProjectsWithReadonlyAccess: []string{shop}},
		"maximum is 255 characters": {Title: strings.Repeat("t", 256)},
	} {
		s := secretly()
		s.DeployKeys = []fakegitlab.DeployKey{{ID: 5, Title: "first", Key: robotKey,
			ProjectsWithReadonlyAccess: []string{shop}}, k}
		// That a rule names the refused key is not refused as well.
		s.ProtectedRefs = []fakegitlab.ProtectedRef{{Project: shop, Name: "main", DeployKeys: []int{5}}}
		err := s.Validate()
		if assert.Error(t, err, want) {
			assert.Contains(t, err.Error(), want)
			assert.Contains(t, err.Error(), "deploy_keys[1]")
			assert.NotContains(t, err.Error(), "protected_refs")
		}
	}
	s := secretly()
	s.DeployKeys = []fakegitlab.DeployKey{{ID: 5, Key: "x"}}
	s.ProtectedRefs = []fakegitlab.ProtectedRef{{Project: shop, Name: "main", DeployKeys: []int{5}}}
	assert.NotContains(t, s.Validate().Error(), "protected_refs")
	s.DeployKeys[0].Key = robotKey
	s.ProtectedRefs[0].DeployKeys = []int{5, 6}
	assert.ErrorContains(t, s.Validate(), "there is no deploy key 6")
	s.ProtectedRefs[0].DeployKeys = []int{5, 5}
	assert.ErrorContains(t, s.Validate(), "named twice")
	s.ProtectedRefs[0].DeployKeys = []int{5}
	assert.ErrorContains(t, s.Validate(), "protected_refs[0].deploy_keys[0]: deploy key 5 is not for the project "+shop)
	s.DeployKeys[0].ProjectsWithWriteAccess = []string{shop}
	assert.NoError(t, s.Validate())
}

// Who made a key that a rule lets push may push as the key may, as long as they are a Developer and the key may push
// at all.
func TestTheMakerOfAKeyPushes(t *testing.T) {
	const commits = "/projects/acme%2Fbackend%2Fshop/repository/commits"
	s := secretly().WithUser("dan").WithUser("ria").WithUser("eve").WithMember("acme", "dan", fakegitlab.Developer).
		WithMember("acme", "eve", fakegitlab.Developer).WithMember("acme", "ria", fakegitlab.Reporter)
	for i := range s.Projects {
		s.Projects[i].Files = map[string]string{"README.md": "x"}
	}
	s.DeployKeys = []fakegitlab.DeployKey{{ID: 5, User: "dan", ProjectsWithWriteAccess: []string{"acme/backend/shop"}},
		{ID: 6, User: "ria", ProjectsWithWriteAccess: []string{"acme/backend/shop"}}}
	s.ProtectedRefs = []fakegitlab.ProtectedRef{{Project: "acme/backend/shop", Name: "main", DeployKeys: []int{5, 6}},
		{Project: "acme/backend/shop", Name: "v*", Tag: true, Push: fakegitlab.NoOne, DeployKeys: []int{5}}}
	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))
	ask := asks(t, gl)
	n := 0
	push := func(user string) int {
		n++
		return ask(user, "POST "+commits, `{"branch":"main","commit_message":"m","actions":[{"action":"create",`+
			`"file_path":"f`+strconv.Itoa(n)+`"}]}`).Status
	}
	tag := func(user string) int {
		n++
		return ask(user, "POST /projects/acme%2Fbackend%2Fshop/repository/tags",
			`{"tag_name":"v`+strconv.Itoa(n)+`","ref":"main"}`).Status
	}
	assert.Equal(t, []int{201, 403, 403, 403}, []int{push("dan"), push("ria"), push("eve"), push("mia")})
	assert.Equal(t, []int{201, 403, 400}, []int{tag("dan"), tag("ria"), tag("eve")})
	const main = "/projects/acme%2Fbackend%2Fshop/repository/branches/main"
	assert.Equal(t, true, ask("dan", "GET "+main, "").Field(t, "can_push"))
	assert.Equal(t, false, ask("mia", "GET "+main, "").Field(t, "can_push"))
	rule := ask("mia", "GET /projects/acme%2Fbackend%2Fshop/protected_tags/v%2A", "")
	assert.Len(t, rule.Field(t, "create_access_levels"), 2)

	// What the endpoints of branches say of people stands beside the keys.
	assert.Equal(t, 200, ask("mia", "PUT "+main+"/protect", `{}`).Status)
	assert.Equal(t, 403, push("mia"))
	assert.Equal(t, 200, ask("mia", "PUT "+main+"/protect",
		`{"developers_can_push":true}`).Status)
	assert.Equal(t, []int{201, 201}, []int{push("mia"), push("eve")})
	assert.Equal(t, fakegitlab.DevelopersUp, gl.ProtectedRefs()[0].Push)
	assert.Equal(t, 200, ask("mia", "PUT "+main+"/protect",
		`{"developers_can_push":false}`).Status)
	assert.Equal(t, []int{201, 403}, []int{push("dan"), push("eve")})
	assert.Equal(t, 200, ask("mia", "PUT /projects/acme%2Fbackend%2Fshop/deploy_keys/5", `{"can_push":false}`).Status)
	assert.Equal(t, 403, push("dan"))
}

// keyed is a project whose main branch Maintainers made a key of a Developer's the only one to push to.
func keyed(t *testing.T, allowed string) *fakegitlab.Fake {
	s := secretly().WithUser("dan").WithUser("eve").WithMember("acme", "dan", fakegitlab.Developer).
		WithMember("acme", "eve", fakegitlab.Developer)
	for i := range s.Projects {
		s.Projects[i].Files = map[string]string{".gitlab-ci.yml": "a: {script: x}\nb: {script: x, when: manual}"}
	}
	s.DeployKeys = []fakegitlab.DeployKey{{ID: 5, User: "dan", ProjectsWithWriteAccess: []string{"acme/backend/shop"}}}
	gl := fakegitlab.New(t, fakegitlab.WithVersion("18.10"), fakegitlab.WithScenario(s))
	ask := asks(t, gl)
	made := ask("mia", "POST /projects/acme%2Fbackend%2Fshop/protected_branches",
		`{"name":"main","merge_access_level":0,"allowed_to_push":`+allowed+`}`)
	require.Equal(t, 201, made.Status, made.Body)
	return gl
}

// pushStatus is what a commit to the main branch is answered with.
func pushStatus(t *testing.T, gl *fakegitlab.Fake, user string) int {
	return asks(t, gl)(user, "POST /projects/acme%2Fbackend%2Fshop/repository/commits",
		`{"branch":"main","commit_message":"m","actions":[{"action":"create","file_path":"of-`+user+`"}]}`).Status
}

// A branch that only a key could be pushed to with stays closed when the key goes, also in a world made of a Snapshot.
func TestABranchStaysClosedWhenItsKeyGoes(t *testing.T) {
	gl := keyed(t, `[{"deploy_key_id":5}]`)
	assert.Equal(t, []int{403, 201}, []int{pushStatus(t, gl, "mia"), pushStatus(t, gl, "dan")})
	assert.Equal(t, 204, asks(t, gl)("mia", "DELETE /projects/acme%2Fbackend%2Fshop/deploy_keys/5", "").Status)
	assert.Equal(t, 403, pushStatus(t, gl, "mia"))
	saved := gl.Snapshot()
	assert.Equal(t, fakegitlab.NoOne, saved.ProtectedRefs[0].Push)
	gl.ResetTo(saved)
	assert.Equal(t, []int{403, 403}, []int{pushStatus(t, gl, "mia"), pushStatus(t, gl, "dan")})
}

// A key that is named twice is let in once, and the Snapshot can be seeded.
func TestAKeyThatIsNamedTwice(t *testing.T) {
	gl := keyed(t, `[{"deploy_key_id":5},{"deploy_key_id":"5"},{"deploy_key_id":5}]`)
	saved := gl.Snapshot()
	assert.Equal(t, []int{5}, saved.ProtectedRefs[0].DeployKeys)
	require.NoError(t, saved.Validate())
}

// Who may push by a key may run pipelines and their jobs for the branch, too (lib/gitlab/user_access.rb,
// can_update_branch?).
func TestTheMakerOfAKeyRunsPipelines(t *testing.T) {
	gl := keyed(t, `[{"deploy_key_id":5}]`)
	ask := asks(t, gl)
	const project = "/projects/acme%2Fbackend%2Fshop"
	run := func(user string) testkit.Reply { return ask(user, "POST "+project+"/pipeline", `{"ref":"main"}`) }
	assert.Equal(t, []int{400, 400}, []int{run("mia").Status, run("eve").Status})
	made := run("dan")
	require.Equal(t, 201, made.Status, made.Body)
	id := strconv.Itoa(int(made.Field(t, "id").(float64)))
	for _, job := range gl.Jobs() {
		if job.Name == "b" {
			play := "POST " + project + "/jobs/" + strconv.Itoa(job.ID) + "/play"
			assert.Equal(t, []int{403, 200}, []int{ask("eve", play, "").Status, ask("dan", play, "").Status})
		}
	}
	cancel := "POST " + project + "/pipelines/" + id + "/cancel"
	assert.Equal(t, []int{403, 200}, []int{ask("eve", cancel, "").Status, ask("dan", cancel, "").Status})
	assert.Equal(t, 200, ask("mia", "PUT "+project+"/deploy_keys/5", `{"can_push":false}`).Status)
	assert.Equal(t, 400, run("dan").Status)
}

// The levels of keys have ids of their own, whatever ids the rules of a seed have.
func TestLevelsOfKeysHaveTheirIDs(t *testing.T) {
	s := secretly()
	const shop = "acme/backend/shop"
	s.DeployKeys = []fakegitlab.DeployKey{{ID: 5, User: "mia", ProjectsWithWriteAccess: []string{shop}}}
	s.ProtectedRefs = []fakegitlab.ProtectedRef{{ID: 1, Project: shop, Name: "a", Push: fakegitlab.NoOne, DeployKeys: []int{5}},
		{ID: 2, Project: shop, Name: "b"}, {Project: shop, Name: "c", Push: fakegitlab.NoOne, DeployKeys: []int{5}}}
	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))
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

// A form that names nobody lets nobody more push; a text that is no JSON is refused.
func TestNobodyIsNamedToPush(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("18.0"), fakegitlab.WithScenario(secretly()))
	post := func(body string) int {
		return asks(t, gl)("mia", "POST /projects/acme%2Fbackend%2Fshop/protected_branches", body).Status
	}
	assert.Equal(t, []int{201, 201, 400}, []int{post(`{"name":"a","allowed_to_push":""}`),
		post(`{"name":"b","allowed_to_push":" "}`), post(`{"name":"c","allowed_to_push":"x"}`)})
	assert.Equal(t, fakegitlab.MaintainersUp, gl.ProtectedRefs()[0].Push)
}
