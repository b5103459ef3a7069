package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// create is what every provisioner has: it makes something, and remembers its id.
func create(client *http.Client, url string, what map[string]any) (id int, err error) {
	body, err := json.Marshal(what)
	if err != nil {
		return 0, err
	}
	res, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return 0, fmt.Errorf("GitLab answers %s", res.Status)
	}
	var made struct{ ID int }
	return made.ID, json.NewDecoder(res.Body).Decode(&made)
}

// setUp is a provisioner's apply: a team with a member, a project, and a runner for it. It returns what destroy deletes.
func setUp(client *http.Client, apiURL, team string, member int) (urls []string, err error) {
	group, err := create(client, apiURL+"/groups", map[string]any{"name": team, "path": team})
	if err != nil {
		return nil, err
	}
	urls = append(urls, fmt.Sprintf("%s/groups/%d", apiURL, group))
	if _, err = create(client, urls[0]+"/members", map[string]any{"user_id": member, "access_level": 40}); err != nil {
		return urls, err
	}
	project, err := create(client, apiURL+"/projects", map[string]any{"name": "shop", "namespace_id": group})
	if err != nil {
		return urls, err
	}
	urls = append(urls, fmt.Sprintf("%s/projects/%d", apiURL, project))
	runner, err := create(client, apiURL+"/user/runners", map[string]any{"runner_type": "project_type",
		"project_id": project, "tag_list": []string{"linux"}})
	return append(urls, fmt.Sprintf("%s/runners/%d", apiURL, runner)), err
}

// tearDown is a provisioner's destroy: the youngest goes first.
func tearDown(client *http.Client, urls []string) error {
	for i := len(urls) - 1; i >= 0; i-- {
		req, err := http.NewRequest(http.MethodDelete, urls[i], nil)
		if err != nil {
			return err
		}
		if err := succeed(client.Do(req)); err != nil {
			return err
		}
	}
	return nil
}

func TestApplyAndDestroy(t *testing.T) {
	gl := fakegitlab.New(t)
	mia := gl.AddUser(fakegitlab.User{Username: "mia"})
	before, root := gl.Snapshot(), gl.ClientAs("root")

	made, err := setUp(root, gl.APIURL(), "acme", mia.ID)
	require.NoError(t, err)
	acme, _ := gl.Group("acme")
	require.Equal(t, fakegitlab.Maintainer, acme.Members["mia"])
	require.Equal(t, []string{"acme/shop"}, gl.Runners()[0].Projects)
	require.NoError(t, pause(gl.ClientAs("mia"), gl.APIURL(), gl.Runners()[0].ID), "her role in the group counts")

	require.NoError(t, tearDown(root, made))
	gl.AssertSnapshot(t, before) // nothing is left
	gl.AssertNothingIgnored(t)   // and no parameter was sent that GitLab does not read
	gl.AssertCalls(t,
		"POST /groups 201", "POST /groups/:id/members 201", "POST /projects 201", "POST /user/runners 201",
		"PUT /runners/:id 200", "DELETE /runners/:id 204", "DELETE /projects/:id 202", "DELETE /groups/:id 202")
}

func TestApplyIsRefused(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddGroup(fakegitlab.Group{Path: "acme"}) // somebody was faster
	mia := gl.AddUser(fakegitlab.User{Username: "mia"})
	before, root := gl.Snapshot(), gl.ClientAs("root")

	_, err := setUp(root, gl.APIURL(), "acme", mia.ID)
	require.ErrorContains(t, err, "400 Bad Request")
	gl.AssertSnapshot(t, before) // what GitLab refuses changes nothing

	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.CreateProject, Status: http.StatusServiceUnavailable, Times: 1})
	made, err := setUp(root, gl.APIURL(), "other", mia.ID)
	require.ErrorContains(t, err, "503")
	require.NoError(t, tearDown(root, made))
	gl.AssertSnapshot(t, before)
}

// What endpoints.md says that clients ask for in vain.
func TestAskedForInVain(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithUnknownEndpoints(true))
	project, root := gl.AddProject(fakegitlab.Project{Path: "acme/shop"}), gl.ClientAs("root")
	send := func(method, path, body string) int {
		req, err := http.NewRequest(method, gl.APIURL()+path, strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		res, err := root.Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body) // the call is over with the last of its answer
		require.NoError(t, err)
		return res.StatusCode
	}
	for _, path := range []string{"/application/plan_limits", "/user/avatar"} {
		assert.Equal(t, http.StatusNotFound, send("PUT", path, "{}"), path)
	}
	one := fmt.Sprintf("/projects/%d", project.ID)
	assert.Equal(t, http.StatusBadRequest, send("PUT", one, `{"avatar": "x"}`))
	assert.Equal(t, http.StatusOK, send("PUT", one, `{"avatar": "x", "description": "y"}`))
	assert.Equal(t, http.StatusCreated, send("POST", "/projects", `{"name": "fresh", "initialize_with_readme": true}`))
	made, _ := gl.Project("root/fresh")
	assert.Equal(t, map[string]string{"README.md": "# fresh\n"}, made.Files)
	var ignored []string
	for _, call := range gl.Calls("") {
		ignored = append(ignored, call.IgnoredParams...)
	}
	assert.Equal(t, []string{"avatar", "avatar"}, ignored)
}
