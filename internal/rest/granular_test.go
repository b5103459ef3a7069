package rest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/rest"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// GitLab's page on fine-grained permissions has every endpoint for people that is here, but for those of /job, which are a
// job's questions about itself.
func TestEveryEndpointForPeopleSaysItsPermission(t *testing.T) {
	for _, r := range rest.Routes() {
		if strings.HasPrefix(r.Endpoint, "GET /job/") || r.Endpoint == "GET /job" {
			continue
		}
		switch r.Access {
		case front.ByToken, front.ByJobToken, front.ByRunnerHeader:
			assert.Nil(t, r.Granular, "%s takes no access token", r.Endpoint)
		default:
			assert.NotNil(t, r.Granular, "%s has no permission in granular.go", r.Endpoint)
		}
	}
}

// What is public is read without a permission for it; what is not, or is changed, is not.
func TestFineGrainedTokensReadWhatIsPublic(t *testing.T) {
	gl, _ := testkit.Factory(t, fg.WithVersion("19.2"))
	gl.AddProject(fg.Project{Path: "acme/open", Visibility: fg.Public, Members: fg.Members{"mia": fg.Maintainer}})
	token := gl.AddAccessToken(fg.AccessToken{User: "mia", Scopes: []string{"granular"},
		Grants: []fg.TokenGrant{{Access: "user", Permissions: []string{"User: Read"}}}})
	for path, status := range map[string]int{"open": 200, "open/repository/branches": 200, "open/hooks": 403, "shop": 403,
		"shop/repository/branches": 403} {
		assert.Equal(t, status, testkit.Ask(t, gl, token.Token, "GET", "/projects/acme%2F"+path).Status, path)
	}
}

// What two permissions open, one of them does not.
func TestFineGrainedTokensNeedAllPermissions(t *testing.T) {
	gl, _ := testkit.Factory(t, fg.WithVersion("19.2"))
	gl.Commit("acme/shop", "main", map[string]string{"a": "a"}, "Begin")
	s := gl.AddPipelineSchedule(fg.PipelineSchedule{Project: "acme/shop", Owner: "mia", Ref: "main", Cron: "0 1 * * *"})
	for _, c := range []struct {
		status      int
		permissions []string
	}{{200, []string{"Pipeline Schedule: Read", "Pipeline: Read"}}, {403, []string{"Pipeline Schedule: Read"}},
		{403, []string{"Pipeline: Read"}}} {
		token := gl.AddAccessToken(fg.AccessToken{User: "mia", Scopes: []string{"granular"},
			Grants: []fg.TokenGrant{{Projects: []string{"acme/shop"}, Permissions: c.permissions}}})
		got := testkit.Ask(t, gl, token.Token, "GET", fmt.Sprintf("/projects/acme%%2Fshop/pipeline_schedules/%d/pipelines", s.ID))
		assert.Equal(t, c.status, got.Status, "%s: %s", c.permissions, got.Body)
	}
	gl.Commit("acme/shop", "main", map[string]string{".gitlab-ci.yml": "x: {script: x, resource_group: a}"}, "Go on")
	for permission, status := range map[string]int{"Resource Group: Read": 403, "Job: Read": 403,
		"Resource Group: Read,Job: Read": 200} {
		token := gl.AddAccessToken(fg.AccessToken{User: "mia", Scopes: []string{"granular"},
			Grants: []fg.TokenGrant{{Projects: []string{"acme/shop"}, Permissions: strings.Split(permission, ",")}}})
		got := testkit.Ask(t, gl, token.Token, "GET", "/projects/acme%2Fshop/resource_groups/a/upcoming_jobs")
		assert.Equal(t, status, got.Status, "%s: %s", permission, got.Body)
	}
}
