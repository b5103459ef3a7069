// Package curl runs the command lines of GitLab's documentation, https://docs.gitlab.com/ee/api/runners.html as of 17.2,
// against a fake, as they are printed there: only host and tokens are filled in. See the answers with
//
//	go test -v ./curl
package curl

import (
	_ "embed"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/require"
)

// page is the command lines of the page, in its order, with blank lines between them.
//
//go:embed testdata/runners-api-page-17.2.txt
var page string

// answers is what each command of the page is, and what comes of it.
var answers = []string{
	"GET /runners 200",
	"GET /runners/all 200",
	"GET /runners/:id 200",
	"PUT /runners/:id 200",
	"PUT /runners/:id 200", // paused=true
	"PUT /runners/:id 200", // active=false
	"GET /runners/:id/jobs 200",
	"GET /runners/:id/managers 200",
	"GET /projects/:id/runners 200",
	"POST /projects/:id/runners 201",
	"DELETE /projects/:id/runners/:runner_id 204",
	"GET /groups/:id/runners 200",
	"POST /runners 201",
	"DELETE /runners/:id 204",
	"DELETE /runners 204",
	"POST /runners/verify 200",
	"POST /runners/reset_registration_token 201",
	"POST /projects/:id/runners/reset_registration_token 201",
	"POST /groups/:id/runners/reset_registration_token 201",
	"POST /runners/:id/reset_authentication_token 201",
	"POST /runners/reset_authentication_token 201",
}

func TestPage(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	commands := strings.Split(strings.TrimSpace(page), "\n\n")
	require.Len(t, commands, len(answers))
	for i, command := range commands {
		t.Run(answers[i], func(t *testing.T) {
			t.Parallel()
			gl := newGitLab(t, command)
			t.Logf("%s\n\n%s", command, run(t, gl, command))
			gl.AssertCalls(t, answers[i])
			for _, call := range gl.Calls("") {
				require.Empty(t, call.IgnoredParams)
			}
		})
	}
}

// newGitLab is a world in which the IDs that the page uses exist. What a command assigns is not assigned yet.
func newGitLab(t *testing.T, command string) *fakegitlab.Fake {
	gl := fakegitlab.New(t)
	gl.AddGroup(fakegitlab.Group{ID: 9, Path: "acme"})
	gl.AddProject(fakegitlab.Project{ID: 9, Path: "acme/shop"})
	gl.AddProject(fakegitlab.Project{ID: 10, Path: "acme/site"})
	projects := []string{"acme/site", "acme/shop"}
	if strings.Contains(command, "runner_id=9") {
		projects = projects[:1]
	}
	gl.AddRunner(fakegitlab.Runner{ID: 1, Description: "test-1-20150125", Tags: []string{"ruby"}})
	gl.AddRunner(fakegitlab.Runner{ID: 6, Description: "test-1-20150125", Projects: []string{"acme/shop"}})
	gl.AddRunner(fakegitlab.Runner{ID: 9, Description: "test-2", Projects: projects})
	gl.ContactRunner(1, fakegitlab.RunnerManager{SystemID: "s_89e5e9956577", Version: "16.11.1"})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "test"})
	gl.StartJob(job.ID, 1)
	return gl
}

// run runs a command line of the page with this fake's host and tokens in it, and returns the answer's body.
func run(t *testing.T, gl *fakegitlab.Fake, command string) string {
	runner, _ := gl.Runner(1)
	filledIn := strings.NewReplacer(
		"https://gitlab.example.com", gl.URL(),
		"<your_access_token>", gl.AdminToken(),
		"<registration_token>", gl.Settings().RegistrationToken,
		"<authentication_token>", runner.Token,
		"<current token>", runner.Token,
	).Replace(command)
	cmd := exec.Command("sh", "-c", filledIn)
	cmd.Env = append(os.Environ(), "CURL_HOME="+t.TempDir(), "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1") // no one's own settings
	answer, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		t.Log(string(failed.Stderr))
	}
	require.NoError(t, err)
	return string(answer)
}
