//lint:file-ignore SA1019 a deprecated method of the client is one of its methods all the same

package clientgo

import (
	"fmt"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// methodTest is one call of one method of the RunnersService, in a small company of its own.
type methodTest struct {
	method   string
	as       string              // username
	endpoint fakegitlab.Endpoint // the one call that GitLab gets
	status   int
	call     func(*testing.T, *fakegitlab.Fake, *gitlab.Client)
}

var methodTests = []methodTest{
	{"ListRunners", "mia", fakegitlab.ListRunners, 200, listRunners},
	{"ListAllRunners", "root", fakegitlab.ListAllRunners, 200, listAllRunners},
	{"ListProjectRunners", "mia", fakegitlab.ListProjectRunners, 200, listProjectRunners},
	{"ListGroupsRunners", "mia", fakegitlab.ListGroupRunners, 200, listGroupsRunners},
	{"ListRunnerJobs", "mia", fakegitlab.ListRunnerJobs, 200, listRunnerJobs},
	{"ListRunnerManagers", "root", fakegitlab.ListRunnerManagers, 200, listRunnerManagers},
	{"GetRunnerDetails", "mia", fakegitlab.GetRunner, 200, getRunnerDetails},
	{"UpdateRunnerDetails", "mia", fakegitlab.UpdateRunner, 200, updateRunnerDetails},
	{"RemoveRunner", "mia", fakegitlab.DeleteRunner, 204, removeRunner},
	{"DeleteRegisteredRunnerByID", "mia", fakegitlab.DeleteRunner, 204, deleteRegisteredRunnerByID},
	{"DeleteRegisteredRunner", "mia", fakegitlab.DeleteRunnerByToken, 204, deleteRegisteredRunner},
	{"EnableProjectRunner", "mia", fakegitlab.AssignProjectRunner, 201, enableProjectRunner},
	{"DisableProjectRunner", "mia", fakegitlab.UnassignProjectRunner, 204, disableProjectRunner},
	{"RegisterNewRunner", "mia", fakegitlab.RegisterRunner, 201, registerNewRunner},
	{"VerifyRegisteredRunner", "mia", fakegitlab.VerifyRunner, 200, verifyRegisteredRunner},
	{"ResetRunnerAuthenticationToken", "mia", fakegitlab.ResetRunnerToken, 201, resetRunnerAuthenticationToken},
	{"ResetInstanceRunnerRegistrationToken", "root", fakegitlab.ResetInstanceRegistrationToken, 201, resetInstanceRegistrationToken},
	{"ResetGroupRunnerRegistrationToken", "oli", fakegitlab.ResetGroupRegistrationToken, 201, resetGroupRegistrationToken},
	{"ResetProjectRunnerRegistrationToken", "mia", fakegitlab.ResetProjectRegistrationToken, 201, resetProjectRegistrationToken},
}

func TestEveryMethod(t *testing.T) {
	for _, test := range methodTests {
		t.Run(test.method, func(t *testing.T) {
			t.Parallel()
			gl, c := company(t, test.as)
			test.call(t, gl, c)
			gl.AssertCalls(t, fmt.Sprintf("%s %d", test.endpoint, test.status))
			for _, call := range gl.Calls("") {
				assert.Empty(t, call.IgnoredParams, "the client sends what GitLab does not read")
			}
		})
	}
}

// A new method of the client's RunnersService wants a test here.
func TestNoMethodIsLeftOut(t *testing.T) {
	tested := map[string]bool{}
	for _, test := range methodTests {
		tested[test.method] = true
	}
	service := reflect.TypeFor[gitlab.RunnersServiceInterface]()
	for i := range service.NumMethod() {
		method := service.Method(i)
		assert.True(t, tested[method.Name], "nothing calls RunnersService.%s", method.Name)
	}
}

func listRunners(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	runners, response, err := c.Runners.ListRunners(&gitlab.ListRunnersOptions{
		Type: gitlab.Ptr("project_type"), Status: gitlab.Ptr("online"), Paused: gitlab.Ptr(false), TagList: &[]string{"shop"},
	})
	require.NoError(t, err)
	assert.Equal(t, []*gitlab.Runner{{
		ID: projectOnline, Description: "project-online", Active: true, RunnerType: "project_type", Online: true, Status: "online",
	}}, runners)
	assert.EqualValues(t, 1, response.TotalItems)
}

func listAllRunners(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	runners, response, err := c.Runners.ListAllRunners(&gitlab.ListRunnersOptions{Status: gitlab.Ptr("stale")})
	require.NoError(t, err)
	assert.Equal(t, []int64{100003, 100013, projectStale}, ids(runners))
	assert.True(t, runners[0].IsShared)
	assert.EqualValues(t, 1, response.TotalPages)
}

func listProjectRunners(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	runners, _, err := c.Runners.ListProjectRunners("acme/shop", &gitlab.ListProjectRunnersOptions{Type: gitlab.Ptr("project_type")})
	require.NoError(t, err)
	assert.Equal(t, []int64{projectOnline, projectOffline, projectStale, 100025}, ids(runners))
}

func listGroupsRunners(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	runners, _, err := c.Runners.ListGroupsRunners(acme, &gitlab.ListGroupsRunnersOptions{
		Type: gitlab.Ptr("group_type"), TagList: &[]string{"docker", "linux"},
	})
	require.NoError(t, err)
	assert.Equal(t, []int64{100012, 100013, 100015}, ids(runners))
}

func listRunnerJobs(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	jobs, _, err := c.Runners.ListRunnerJobs(projectOnline, &gitlab.ListRunnerJobsOptions{
		OrderBy: gitlab.Ptr("id"), Sort: gitlab.Ptr("desc"),
	})
	require.NoError(t, err)
	require.Len(t, jobs, 1)
	job, _ := gl.Job(int(jobs[0].ID))
	assert.Equal(t, "lint", jobs[0].Name)
	assert.Equal(t, "canceled", jobs[0].Status)
	assert.Equal(t, "acme/shop", jobs[0].Project.PathWithNamespace)
	assert.Equal(t, "dan", jobs[0].User.Username)
	assert.Equal(t, job.Commit.SHA, jobs[0].Commit.ID)
	assert.True(t, job.FinishedAt.Equal(*jobs[0].FinishedAt))
	assert.InDelta(t, (3 * time.Minute).Seconds(), jobs[0].Duration, 0.001)
	assert.InDelta(t, (30 * time.Second).Seconds(), jobs[0].QueuedDuration, 0.001)
}

func listRunnerManagers(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	managers, _, err := c.Runners.ListRunnerManagers(instanceOnline)
	require.NoError(t, err)
	require.Len(t, managers, 2)
	runner, _ := gl.Runner(instanceOnline)
	for i, m := range runner.Managers {
		assert.Equal(t, &gitlab.RunnerManager{
			ID: int64(m.ID), SystemID: m.SystemID, Version: "17.2.0", Revision: "6428c288", Platform: "linux", Architecture: "amd64",
			CreatedAt: &m.CreatedAt, ContactedAt: &m.ContactedAt, IPAddress: "127.0.0.1", Status: "online",
		}, managers[i])
	}
}

func getRunnerDetails(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	details, _, err := c.Runners.GetRunnerDetails(projectOnline)
	require.NoError(t, err)
	runner, _ := gl.Runner(projectOnline)
	assert.Equal(t, &gitlab.RunnerDetails{
		ID: projectOnline, Description: "project-online", Active: true, RunnerType: "project_type",
		ContactedAt: &runner.ContactedAt, Online: true, Status: "online", RunUntagged: true, Locked: true,
		Projects: []gitlab.RunnerDetailsProject{{
			ID: shop, Name: "Shop", NameWithNamespace: "Acme / Shop", Path: "shop", PathWithNamespace: "acme/shop",
		}},
		Groups: []gitlab.RunnerDetailsGroup{}, TagList: []string{"shop"}, AccessLevel: "not_protected",
		Version: "17.2.0", Revision: "6428c288", Platform: "linux", Architecture: "amd64",
	}, details)
}

func updateRunnerDetails(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	before := gl.Snapshot()
	details, _, err := c.Runners.UpdateRunnerDetails(projectOnline, &gitlab.UpdateRunnerDetailsOptions{
		Description: gitlab.Ptr("shop's own"), Paused: gitlab.Ptr(true), TagList: &[]string{"zebra", "ant"}, RunUntagged: gitlab.Ptr(false),
		Locked: gitlab.Ptr(false), AccessLevel: gitlab.Ptr("ref_protected"), MaximumTimeout: gitlab.Ptr(int64(3600)),
		MaintenanceNote: gitlab.Ptr("until Friday"),
	})
	require.NoError(t, err)
	assert.Equal(t, "shop's own", details.Description)
	assert.Equal(t, []string{"zebra", "ant"}, details.TagList, "tags keep their order")
	assert.Equal(t, int64(3600), details.MaximumTimeout)
	gl.AssertChanged(t, before, func(s *fakegitlab.Scenario) {
		for i := range s.Runners {
			if r := &s.Runners[i]; r.ID == projectOnline {
				untagged := false
				r.Description, r.Paused, r.Tags, r.RunUntagged = "shop's own", true, []string{"zebra", "ant"}, &untagged
				r.Locked, r.AccessLevel, r.MaximumTimeout = false, fakegitlab.RefProtected, time.Hour
				r.MaintenanceNote = "until Friday"
			}
		}
	})
}

func removeRunner(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	response, err := c.Runners.RemoveRunner(projectStale)
	require.NoError(t, err)
	assert.Equal(t, http.StatusNoContent, response.StatusCode)
	gl.AssertRunnerGone(t, projectStale)
}

func deleteRegisteredRunnerByID(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	_, err := c.Runners.DeleteRegisteredRunnerByID(projectStale)
	require.NoError(t, err)
	gl.AssertRunnerGone(t, projectStale)
}

func deleteRegisteredRunner(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	runner, _ := gl.Runner(projectOffline)
	_, err := c.Runners.DeleteRegisteredRunner(&gitlab.DeleteRegisteredRunnerOptions{Token: &runner.Token})
	require.NoError(t, err)
	gl.AssertRunnerGone(t, projectOffline)
}

func enableProjectRunner(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	runner, _, err := c.Runners.EnableProjectRunner("acme/backend/api", &gitlab.EnableProjectRunnerOptions{RunnerID: projectStale})
	require.NoError(t, err)
	assert.EqualValues(t, projectStale, runner.ID)
	stored, _ := gl.Runner(projectStale)
	assert.Equal(t, []string{"acme/shop", "acme/backend/api"}, stored.Projects)
}

func disableProjectRunner(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	_, err := c.Runners.DisableProjectRunner(api, projectOffline)
	require.NoError(t, err)
	stored, _ := gl.Runner(projectOffline)
	assert.Equal(t, []string{"acme/shop"}, stored.Projects)
}

func registerNewRunner(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	group, _ := gl.Group("acme")
	registered, _, err := c.Runners.RegisterNewRunner(&gitlab.RegisterNewRunnerOptions{
		Token: &group.RegistrationToken, Description: gitlab.Ptr("for all of acme"), TagList: &[]string{"gpu", "arm64"},
		Info:   &gitlab.RegisterNewRunnerInfoOptions{Name: gitlab.Ptr("runner-1"), Version: gitlab.Ptr("17.2.0")},
		Paused: gitlab.Ptr(true), RunUntagged: gitlab.Ptr(false), MaximumTimeout: gitlab.Ptr(int64(600)),
		MaintenanceNote: gitlab.Ptr("rented"), AccessLevel: gitlab.Ptr("ref_protected"), Locked: gitlab.Ptr(false),
	})
	require.NoError(t, err)
	untagged := false
	gl.AssertRunner(t, fakegitlab.Runner{
		ID: int(registered.ID), Type: fakegitlab.GroupRunner, Group: "acme", Description: "for all of acme", Name: "runner-1",
		MaintenanceNote: "rented", Token: registered.Token, Registration: fakegitlab.ByRegistrationToken, Paused: true,
		RunUntagged: &untagged, Tags: []string{"gpu", "arm64"}, AccessLevel: fakegitlab.RefProtected, MaximumTimeout: 10 * time.Minute,
		CreatedAt: gl.Now(),
	})
}

func verifyRegisteredRunner(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	runner, _ := gl.Runner(projectOffline)
	_, err := c.Runners.VerifyRegisteredRunner(&gitlab.VerifyRegisteredRunnerOptions{Token: &runner.Token})
	require.NoError(t, err)
}

func resetRunnerAuthenticationToken(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	old, _ := gl.Runner(projectOnline)
	renewed, _, err := c.Runners.ResetRunnerAuthenticationToken(projectOnline)
	require.NoError(t, err)
	stored, _ := gl.Runner(projectOnline)
	assert.Equal(t, stored.Token, *renewed.Token)
	assert.NotEqual(t, old.Token, *renewed.Token)
	assert.Nil(t, renewed.TokenExpiresAt)
}

func resetInstanceRegistrationToken(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	old := gl.Settings().RegistrationToken
	renewed, _, err := c.Runners.ResetInstanceRunnerRegistrationToken()
	require.NoError(t, err)
	assert.Equal(t, gl.Settings().RegistrationToken, *renewed.Token)
	assert.NotEqual(t, old, *renewed.Token)
}

func resetGroupRegistrationToken(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	old, _ := gl.Group("acme")
	renewed, _, err := c.Runners.ResetGroupRunnerRegistrationToken("acme")
	require.NoError(t, err)
	group, _ := gl.Group("acme")
	assert.Equal(t, group.RegistrationToken, *renewed.Token)
	assert.NotEqual(t, old.RegistrationToken, *renewed.Token)
}

func resetProjectRegistrationToken(t *testing.T, gl *fakegitlab.Fake, c *gitlab.Client) {
	old, _ := gl.Project("acme/shop")
	renewed, _, err := c.Runners.ResetProjectRunnerRegistrationToken(shop)
	require.NoError(t, err)
	project, _ := gl.Project("acme/shop")
	assert.Equal(t, project.RegistrationToken, *renewed.Token)
	assert.NotEqual(t, old.RegistrationToken, *renewed.Token)
}
