package docs_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

func TestDeployBotReadsItsConfiguration(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{"deploy.yml": "replicas: 1\n"}})
	gl.Commit("acme/shop", "scale-up", map[string]string{"deploy.yml": "replicas: 3\n"}, "More of it")

	res, err := gl.ClientAs("root").Get(gl.URL() + "/api/v4/projects/acme%2Fshop/repository/files/deploy.yml/raw?ref=scale-up")
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.Equal(t, "replicas: 3\n", string(text))
}

func TestReleaseBotTagsWhatItChanged(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{"VERSION": "1\n"}})

	releaseBot(t, gl.URL(), gl.Token("root")) // POST .../repository/commits, then .../repository/tags

	p, _ := gl.Project("acme/shop")
	last := p.Repository.Commits[len(p.Repository.Commits)-1]
	assert.Equal(t, map[string]string{"VERSION": "2\n"}, last.Files)
	assert.Equal(t, last.SHA, p.Repository.Refs["refs/tags/v2"])
	gl.AssertCalled(t, fakegitlab.CreateTag, fakegitlab.Param("tag_name", "v2"))
}

// releaseBot is a program that releases the next version of acme/shop.
func releaseBot(t *testing.T, url, token string) {
	t.Helper()
	post(t, url+"/api/v4/projects/acme%2Fshop/repository/commits", token, `{"branch":"main","commit_message":"Version 2",`+
		`"actions":[{"action":"update","file_path":"VERSION","content":"2\n"}]}`)
	post(t, url+"/api/v4/projects/acme%2Fshop/repository/tags", token, `{"tag_name":"v2","ref":"main"}`)
}

func post(t *testing.T, url, token, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header = http.Header{"Private-Token": {token}, "Content-Type": {"application/json"}}
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusCreated, res.StatusCode)
}
