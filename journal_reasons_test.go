package fakegitlab_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// The journal tells what neither a status nor a body does, of answers that are no refusals as well.

// journalOf is the journal, with the lines of the test that it names all alike.
func journalOf(gl *fakegitlab.Fake) string {
	return regexp.MustCompile(`_test\.go:\d+`).ReplaceAllString(gl.Journal(), "_test.go:1")
}

func TestJournalOfLists(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	gl.AddGroup(fakegitlab.Group{Path: "other", Members: fakegitlab.Members{"sam": fakegitlab.Maintainer}})
	gl.AddRunner(fakegitlab.Runner{Group: "other"})
	for _, asked := range []struct{ user, path string }{{"mia", "/runners"}, {"oli", "/runners"}, {"sam", "/runners"},
		{"root", "/runners"}, {"root", "/runners/all?per_page=2"}, {"oli", "/groups/acme/runners?per_page=100"},
		{"mia", "/projects/10001/runners?type=project_type"}, {"mia", "/runners/100021/managers"}, {"mia", "/user"}} {
		assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token(asked.user), "GET", asked.path).Status)
	}
	assert.Equal(t, `#1 GET /runners by mia -> 200 (5 runners; 5 left out: mia is Maintainer in group acme; needs Owner)
#2 GET /runners by oli -> 200 (10 runners)
#3 GET /runners by sam -> 200 (0 runners; 1 left out: sam is Maintainer in group other; needs Owner)
#4 GET /runners by root -> 200 (0 runners; 5 left out: runners of the instance are in GET /runners/all alone)
#5 GET /runners/all per_page=2 by root -> 200 (2 of 16 runners)
#6 GET /groups/:id/runners id=acme per_page=100 by oli -> 200 (9 runners)
#7 GET /projects/:id/runners id=10001 type=project_type by mia -> 200 (4 runners)
#8 GET /runners/:id/managers id=100021 by mia -> 200 (1 manager)
#9 GET /user by mia -> 200
`, gl.Journal())
}

// A client that is none of the fake's own never reaches one without sockets, and its error names a host that is not there.
func TestJournalOfNobody(t *testing.T) {
	assert.Equal(t, "no call was recorded\n"+
		"only Client, ClientAs and DialContext reach this fake, which has no socket (WithInMemoryNetwork)\n",
		fakegitlab.New(t, fakegitlab.WithInMemoryNetwork()).Journal())
	assert.Equal(t, "no call was recorded\n", fakegitlab.New(t).Journal())
}

// GitLab says that a value is not valid, or a body of no type that it reads, and not what would be.
func TestJournalOfBadParameters(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
	testkit.Ask(t, gl, gl.AdminToken(), "GET", "/runners?type=shared&paused=maybe")
	testkit.Ask(t, gl, gl.AdminToken(), "POST", "/user/runners", testkit.WithBody("", "x"),
		func(r *http.Request) { r.Header.Del("Content-Type") })
	assert.Equal(t, "#1 GET /runners paused=maybe type=shared by root -> 400 (type does not have a valid value "+
		"(instance_type, group_type, project_type), paused is invalid)\n"+
		"#2 POST /user/runners -> 415 (no Content-Type was sent; GitLab reads JSON, forms and multipart)\n",
		gl.Journal())
}

func TestJournalOfLogs(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	gl.StartJob(job.ID, r.ID)
	testkit.PatchTrace(t, gl, job, 0, "hello")
	gl.JobRun(job.ID).LoseLog(1)
	testkit.PatchTrace(t, gl, job, 5, "world")
	testkit.PatchTrace(t, gl, job, 10, "!")
	testkit.PatchTrace(t, gl, job, 5, "world")
	testkit.PatchTrace(t, gl, job, 0, strings.Repeat("x", 10))
	who := "PATCH /jobs/:id/trace id=2000001 by job 2000001 on runner 100001 -> "
	assert.Equal(t, "#1 "+who+"202 (0-4; the log has 5 bytes)\n"+
		"#2 "+who+"202 (5-9, these bytes were dropped: LoseLog at journal_reasons_test.go:1; the log has 5 bytes)\n"+
		"#3 "+who+"416 (the log has 5 bytes, so more of it begins there and not at 10)\n"+
		"#4 "+who+"202 (5-9; the log has 10 bytes)\n"+
		"#5 "+who+"202 (0-9; the log has 10 bytes)\n", journalOf(gl))
}

func TestJournalOfNetworkFaults(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})
	r := gl.AddRunner(fakegitlab.Runner{})
	job := gl.AddJob(fakegitlab.Job{Project: "acme/shop"})
	ask := func() {
		body := strings.NewReader(`{"token": "` + r.Token + `"}`)
		_, _ = testkit.TrySend(t, t.Context(), gl, "POST", "/jobs/request", body, "Content-Type", "application/json")
	}
	for _, failure := range []fakegitlab.Failure{
		{Network: fakegitlab.ConnectionReset},
		{Network: fakegitlab.EmptyReply, Applied: true},
		{Status: 503, Network: fakegitlab.TruncatedBody},
		{Network: fakegitlab.MalformedJSON},
		{Status: 502, Applied: true},
		{Status: 502},
	} {
		failure.Endpoint, failure.Times = fakegitlab.RequestJob, 1
		gl.Inject(failure)
		ask()
	}
	ask()
	gl.FinishJob(job.ID, fakegitlab.JobSuccess)
	ask()
	lost := "job 2000001 went to this runner with #2, whose answer was lost"
	asked := "POST /jobs/request by runner 100001 -> "
	at := " [failure injected at journal_reasons_test.go:1]"
	assert.Equal(t, "#1 "+asked+"no answer (connection reset; it took no effect)"+at+"\n"+
		"  #2 POST /jobs/request by job 2000001 on runner 100001 -> no answer (empty reply; its own answer, 201, was lost)"+at+" [retry 1]\n"+
		"  #3 "+asked+"503 (truncated body; it took no effect)"+at+" [retry 2]\n"+
		"  #4 "+asked+"204 (malformed JSON; "+lost+")"+at+" [retry 3]\n"+
		"  #5 "+asked+"502 (its own answer, 204, was lost; "+lost+")"+at+" [retry 4]\n"+
		"  #6 "+asked+"502"+at+" [retry 5]\n"+
		"  #7 "+asked+"204 ("+lost+") [retry 6]\n"+
		"#8 "+asked+"204\n", journalOf(gl))
}

func TestJournalOfClientsThatLeft(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
	leave := func(begun func()) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		left := make(chan error)
		go func() {
			_, err := testkit.TrySend(t, ctx, gl, "GET", "/version", nil)
			left <- err
		}()
		begun()
		cancel()
		require.Error(t, <-left)
	}
	held := gl.Hold(fakegitlab.GetVersion)
	leave(func() {
		_, err := held.Wait(t.Context())
		require.NoError(t, err)
	})
	_, err := gl.WaitForCall(t.Context(), fakegitlab.GetVersion)
	require.NoError(t, err)
	held.Release()
	seen := make(chan bool)
	gl.Before(fakegitlab.GetVersion, func(fakegitlab.Call) { close(seen) })
	gl.Inject(fakegitlab.Slow(fakegitlab.GetVersion, 1<<40))
	leave(func() { <-seen })
	require.NoError(t, gl.WaitFor(t.Context(), func(gl *fakegitlab.Fake) error {
		if len(gl.Calls("")) < 2 {
			return errors.New("the second is still being served")
		}
		return nil
	}))
	assert.Equal(t, `#1 GET /version -> no answer (its client left while it was held)
  #2 GET /version -> no answer (its client left before the Delay of 18m19.511627776s was over) [retry 1]
`, journalOf(gl))
}

// The token of a job that an endpoint does not read makes nobody of its caller, which is told beside what that met.
func TestJournalOfJobTokensThatNothingReads(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Files: map[string]string{"x": "y"}})
	gl.AddRunner(fakegitlab.Runner{ID: 7, Type: fakegitlab.InstanceRunner})
	id := gl.AddJob(fakegitlab.Job{Project: "acme/shop"}).ID
	gl.StartJob(id, 7)
	j, _ := gl.Job(id)
	for _, path := range []string{"tree", "branches", "files/x/raw?ref=main"} {
		assert.Equal(t, 404, testkit.Ask(t, gl, "", "GET", "/projects/acme%2Fshop/repository/"+path,
			testkit.WithHeader("JOB-TOKEN", j.Token)).Status, path)
	}
	assert.Equal(t, 401, testkit.Ask(t, gl, "", "GET", "/projects/acme%2Fshop/jobs", testkit.WithHeader("JOB-TOKEN", j.Token)).Status)
	testkit.Ask(t, gl, "", "GET", "/projects/acme%2Fshop/repository/tree?job_token="+j.Token)
	testkit.Ask(t, gl, "", "GET", "/projects/acme%2Fshop/repository/tree")
	const none = "an anonymous caller is no member of acme/shop, which is private"
	said := journalOf(gl)
	assert.Equal(t, 2, strings.Count(said, "(job tokens are not accepted here; "+none), said)
	assert.Contains(t, said, "(job tokens are not accepted here: GitLab has job tokens for GET /projects/:id/repository/branches from 18.3 on, "+
		"and this one is 17.2; "+none)
	assert.Contains(t, said, "GET /projects/:id/jobs id=acme/shop -> 401 (job tokens are not accepted here: GitLab has job tokens for ")
	assert.Equal(t, 1, strings.Count(said, "("+none), said)
}

// A token of today has expired since the day began, whatever hour it was given.
func TestTokensExpireByTheDay(t *testing.T) {
	gl := testkit.NewMia(t)
	at := gl.Now().Add(time.Hour)
	gl.UpdateUser("mia", func(u *fakegitlab.User) { u.Password = "Uncommon-8" })
	gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Token: "glpat-of-today", ExpiresAt: at})
	gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Token: "glpat-of-yesterday", ExpiresAt: at.AddDate(0, 0, -1)})
	for _, token := range []string{"glpat-of-today", "glpat-of-yesterday"} {
		assert.Equal(t, 401, testkit.Ask(t, gl, token, "GET", "/user").Status)
	}
	calls := gl.Calls(fakegitlab.GetCurrentUser)
	assert.Equal(t, "the token of mia expired on 2024-07-01, as that day began: tokens expire by the day", calls[0].Reason)
	assert.Equal(t, "the token of mia expired on 2024-06-30", calls[1].Reason)

	res, err := http.PostForm(gl.URL()+"/oauth/token", url.Values{"grant_type": {"password"}, "username": {"mia"},
		"password": {"Uncommon-8"}})
	require.NoError(t, err)
	var given struct {
		Token string `json:"access_token"`
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&given))
	require.NoError(t, res.Body.Close())
	gl.Advance(3 * time.Hour)
	assert.Equal(t, 401, testkit.Ask(t, gl, "", "GET", "/user", func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+given.Token)
	}).Status)
	assert.Equal(t, "the token of mia expired on 2024-07-01", gl.Calls(fakegitlab.GetCurrentUser)[2].Reason, "of OAuth, by the hour")
}
