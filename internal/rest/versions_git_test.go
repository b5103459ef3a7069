package rest_test

import (
	"net/http"
	"strings"

	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// gitProofs prove what differs where git is spoken.
func gitProofs() map[gitlabversion.Difference]proof {
	pushes := func(v inVersion, user, password string) string {
		base := strings.TrimSuffix(v.gl.APIURL(), "/api/v4")
		r := testkit.AskBy(v.T, v.gl.Client(), base, "", "GET", "/acme/shop.git/info/refs?service=git-receive-pack",
			func(r *http.Request) { r.SetBasicAuth(user, password) })
		text, _, _ := strings.Cut(r.Body, " See ")
		return text
	}
	return map[gitlabversion.Difference]proof{
		gitlabversion.JobTokensPush: {func(v inVersion) any {
			runner := v.gl.AddRunner(fg.Runner{})
			job := v.gl.AddJob(fg.Job{Project: "acme/shop", RunnerID: runner.ID, Status: fg.JobRunning, User: "mia"})
			require.NotEmpty(v, job.Token)
			return pushes(v, "gitlab-ci-token", job.Token)
		}, "You are not allowed to upload code.", "You are not allowed to push code to this project.", nil},
		gitlabversion.GitDeniedTellsOfTokens: {func(v inVersion) any { return pushes(v, "mia", "nonsense") },
			"HTTP Basic: Access denied. The provided password or token is incorrect or your account has 2FA enabled and you " +
				"must use a personal access token instead of a password.",
			"HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or " +
				"you're required to use a token instead of a password. If a token was provided, it was either incorrect, " +
				"expired, or improperly scoped.", nil},
		gitlabversion.ArchivedPushToldApart: {func(v inVersion) any {
			v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Archived = true })
			return pushes(v, "mia", v.gl.Token("mia"))
		}, "You are not allowed to push code to this project.", "You can't push code to an archived project.", nil},
	}
}
