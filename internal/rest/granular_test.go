package rest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/rest"
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
