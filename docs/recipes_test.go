package docs_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// The tests of this file are blocks of docs/*.md, as those of docs_test.go; the functions without Test are their code
// under test.

// updateWorlds is the flag of TestGoldenWorld; in a reader's project it is called update.
var updateWorlds = flag.Bool("update-worlds", false, "write golden worlds anew")

// pause pauses a runner.
func pause(client *http.Client, apiURL string, id int) error {
	req, err := http.NewRequest(http.MethodPut, fmt.Sprintf("%s/runners/%d?paused=true", apiURL, id), nil)
	if err != nil {
		return err
	}
	return succeed(client.Do(req))
}

func succeed(res *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		return fmt.Errorf("GitLab answers %s", res.Status)
	}
	return nil
}

// retried tries three times, a minute apart.
func retried(try func() error) (err error) {
	for range 3 {
		if err = try(); err == nil {
			return nil
		}
		time.Sleep(time.Minute)
	}
	return err
}

// rotate replaces a runner's authentication token.
func rotate(client *http.Client, apiURL string, id int) (token string, err error) {
	res, err := client.Post(fmt.Sprintf("%s/runners/%d/reset_authentication_token", apiURL, id), "", nil)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var answer struct{ Token string }
	if res.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("GitLab answers %s", res.Status)
	}
	return answer.Token, json.NewDecoder(res.Body).Decode(&answer)
}

// idsOf lists the runners of a query, page by page, and calls seen after each page.
func idsOf(client *http.Client, apiURL, query string, seen func()) (ids []int, err error) {
	return listIDs(client, apiURL+"/runners/all?"+query, seen)
}

// listIDs lists what is at a URL with a query.
func listIDs(client *http.Client, url string, seen func()) (ids []int, err error) {
	for page := "1"; page != ""; {
		res, err := client.Get(url + "&page=" + page)
		if err != nil {
			return nil, err
		}
		var rows []struct{ ID int }
		if res.StatusCode == http.StatusOK {
			err = json.NewDecoder(res.Body).Decode(&rows)
		} else {
			err = fmt.Errorf("GitLab answers %s to %s", res.Status, url)
		}
		res.Body.Close()
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		page = res.Header.Get("X-Next-Page")
		seen()
	}
	return ids, nil
}

// collect finds the runners of all projects and groups of which the user is Maintainer or more.
func collect(client *http.Client, apiURL string) (runners map[int]bool, err error) {
	runners = map[int]bool{}
	for _, kind := range []string{"projects", "groups"} {
		places, err := listIDs(client, apiURL+"/"+kind+"?min_access_level=40&per_page=100", func() {})
		if err != nil {
			return nil, err
		}
		for _, place := range places {
			ids, err := listIDs(client, fmt.Sprintf("%s/%s/%d/runners?per_page=100", apiURL, kind, place), func() {})
			if err != nil {
				return nil, err
			}
			for _, id := range ids {
				runners[id] = true // one may serve many
			}
		}
	}
	return runners, nil
}

func TestWhoDidWhat(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	assert.NoError(t, pause(gl.ClientAs("mia"), gl.APIURL(), 100021))
	assert.Error(t, pause(gl.ClientAs("dan"), gl.APIURL(), 100021))

	gl.AssertCalls(t, "PUT /runners/:id 200", "PUT /runners/:id 403") // all of them, in this order
	gl.AssertCalled(t, "PUT /runners/:id", fakegitlab.By("dan"), fakegitlab.Status(403), fakegitlab.Times(1))
	gl.AssertNotCalled(t, "* /runners/:id/jobs")
	call := gl.Calls(fakegitlab.UpdateRunner, fakegitlab.By("dan"))[0]
	assert.Equal(t, "dan is Developer in a project of the runner (acme/shop); needs Maintainer", call.Reason)
}

func TestWhatBecameOfTheRunner(t *testing.T) {
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{Description: "builder", Tags: []string{"linux"}})
	assert.NoError(t, pause(gl.ClientAs("root"), gl.APIURL(), r.ID))

	r.Paused = true
	gl.AssertRunner(t, r, fakegitlab.IgnoreTimes())
}

func TestWaitForWhatAnotherGoroutineDoes(t *testing.T) {
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{})
	client := gl.ClientAs("root")
	go func() { _ = pause(client, gl.APIURL(), r.ID) }()

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	call, err := gl.WaitForCall(ctx, fakegitlab.UpdateRunner, fakegitlab.Param("paused", true))
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, call.Status)
}

func TestTokenExpires(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RunnerTokenExpiration = 30 * 24 * time.Hour })
	r := gl.AddRunner(fakegitlab.Runner{})
	verify := func() int {
		res, err := http.PostForm(gl.APIURL()+"/runners/verify", url.Values{"token": {r.Token}})
		require.NoError(t, err)
		res.Body.Close()
		return res.StatusCode
	}
	gl.Advance(30*24*time.Hour - time.Second)
	assert.Equal(t, http.StatusOK, verify())
	gl.Advance(time.Second)
	assert.Equal(t, http.StatusForbidden, verify())
}

func TestBackOffTakesNoTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gl := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork(), fakegitlab.WithClock(time.Now))
		r := gl.AddRunner(fakegitlab.Runner{})
		client, start := gl.ClientAs("root"), time.Now()
		gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.UpdateRunner, Status: 503, Times: 2})

		assert.NoError(t, retried(func() error { return pause(client, gl.APIURL(), r.ID) }))

		assert.Equal(t, 2*time.Minute, time.Since(start))
	})
}

func TestFineGrainedToken(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithVersion("19.2"), fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	token := gl.AddAccessToken(fakegitlab.AccessToken{User: "mia", Scopes: []string{"granular"},
		Grants: []fakegitlab.TokenGrant{{Projects: []string{"acme/shop"}, Permissions: []string{"Runner: Read"}}}})
	for path, want := range map[string]int{"/projects/acme%2Fshop/runners": 200, "/runners": 403} {
		res, err := gl.Client().Get(gl.APIURL() + path + "?private_token=" + token.Token)
		require.NoError(t, err)
		res.Body.Close()
		assert.Equal(t, want, res.StatusCode, gl.Journal())
	}
}

func TestEveryRole(t *testing.T) {
	want := map[string]bool{"sam": false, "gus": false, "dan": false, "mia": true, "oli": true, "ada": true}
	for username, may := range want {
		t.Run(username, func(t *testing.T) {
			gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
			err := pause(gl.ClientAs(username), gl.APIURL(), 100022)
			assert.Equal(t, may, err == nil, gl.Journal())
		})
	}
}

func TestMyClientRetries(t *testing.T) {
	fakegitlab.Sweep(t, func(t *testing.T, gl *fakegitlab.Fake) {
		r := gl.AddRunner(fakegitlab.Runner{})
		gl.Invariant("the runner is paused", func(gl *fakegitlab.Fake) error {
			if now, _ := gl.Runner(r.ID); !now.Paused {
				return errors.New("it takes jobs")
			}
			return nil
		})
		client := gl.ClientAs("root")
		assert.NoError(t, retried(func() error { return pause(client, gl.APIURL(), r.ID) }))
	}, fakegitlab.WithInMemoryNetwork())
}

func TestWhichFaultsMyClientHas(t *testing.T) {
	var broken []string
	for _, run := range fakegitlab.SweepRuns(t, func(tb fakegitlab.TB, gl *fakegitlab.Fake) {
		r := gl.AddRunner(fakegitlab.Runner{})
		assert.NoError(tb, pause(gl.ClientAs("root"), gl.APIURL(), r.ID)) // without retrying
	}) {
		if !run.Passed() {
			broken = append(broken, run.Name)
		}
	}
	assert.Equal(t, []string{"#1 PUT /runners/:id, 503", "#1 PUT /runners/:id, answer lost",
		"#1 PUT /runners/:id, connection reset"}, broken)
}

func TestTokenRotation(t *testing.T) {
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{Token: "glrt-before"})
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ResetRunnerToken, Network: fakegitlab.EmptyReply, Applied: true,
		Times: 1})

	_, err := rotate(gl.ClientAs("root"), gl.APIURL(), r.ID)
	assert.Error(t, err) // the answer is lost, and with it the only copy of the new token
	token, err := rotate(gl.ClientAs("root"), gl.APIURL(), r.ID)
	require.NoError(t, err)

	now, _ := gl.Runner(r.ID)
	assert.Equal(t, now.Token, token)
}

func TestTwoActorsRace(t *testing.T) {
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{})
	client, held, rotated := gl.ClientAs("root"), gl.Hold(fakegitlab.ResetRunnerToken), make(chan error)
	go func() {
		_, err := rotate(client, gl.APIURL(), r.ID)
		rotated <- err
	}()
	_, err := held.Wait(t.Context()) // the first has asked ...
	require.NoError(t, err)

	gl.DeleteRunner(r.ID) // ... and the second is faster
	held.Release()
	assert.ErrorContains(t, <-rotated, "404")
}

func TestPagingUnderDeletion(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.ThousandRunners()))
	oldest := 100001
	ids, err := idsOf(gl.ClientAs("root"), gl.APIURL(), "per_page=100", func() {
		gl.DeleteRunner(oldest) // after each page a runner of the first one goes, and all that follow move up
		oldest++
	})
	require.NoError(t, err)

	assert.Equal(t, 1000-9, len(ids), "at each turn of the page one is lost that is still there ...")
	assert.False(t, slices.Contains(ids, 100101), "... as the first of the second page")
}

func TestCollector(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	// mia may read it, but not its runners
	gl.AddProject(fakegitlab.Project{Path: "open/site", Visibility: fakegitlab.Public})
	for range 120 {
		gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}}) // more than a page
	}

	runners, err := collect(gl.ClientAs("mia"), gl.APIURL())
	require.NoError(t, err)

	assert.Equal(t, len(gl.Runners()), len(runners))
	gl.AssertCalled(t, fakegitlab.ListProjects, fakegitlab.Param("min_access_level", 40), fakegitlab.Times(1))
	gl.AssertAllSucceeded(t)
}

func TestOneFakeForManyTests(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	mia := gl.ClientAs("mia") // made once, as is a program that was started with gl.Token("mia")
	for _, id := range []int{100021, 100022} {
		t.Run(fmt.Sprint(id), func(t *testing.T) {
			gl.Reset() // at the start, whatever the test before left behind
			t.Cleanup(func() {
				assert.Empty(t, gl.Problems()) // the next Reset forgets them
				if t.Failed() {
					t.Log(gl.Journal()) // this test's calls alone
				}
			})
			before := gl.Snapshot()

			assert.NoError(t, pause(mia, gl.APIURL(), id))

			gl.AssertChanged(t, before, func(s *fakegitlab.Scenario) {
				r, _ := gl.Runner(id)
				*s = s.WithRunner(r.Description, func(r *fakegitlab.Runner) { r.Paused = true })
			})
			gl.AssertAllSucceeded(t)
		})
	}
}

func TestGoldenWorld(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.TokenMigration()))
	assert.NoError(t, pause(gl.ClientAs("mia"), gl.APIURL(), 100004))

	gl.AssertGolden(t, "testdata/golden/paused_world.json", *updateWorlds)
}

// freeze should pause a runner, but its parameter is none of GitLab's.
func freeze(client *http.Client, apiURL string, id int) error {
	req, err := http.NewRequest(http.MethodPut, fmt.Sprintf("%s/runners/%d?pause=true", apiURL, id), nil)
	if err != nil {
		return err
	}
	return succeed(client.Do(req))
}

func TestFreezeWithAStub(t *testing.T) {
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && r.URL.Path == "/api/v4/runners/1" {
			fmt.Fprint(w, `{"id": 1, "paused": true}`)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	defer stub.Close()

	assert.NoError(t, freeze(stub.Client(), stub.URL+"/api/v4", 1)) // all is well, says the stub
}

func TestFreezeWithTheFake(t *testing.T) {
	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{})

	assert.ErrorContains(t, freeze(gl.ClientAs("root"), gl.APIURL(), r.ID), "400 Bad Request") // as GitLab says
	assert.NoError(t, pause(gl.ClientAs("root"), gl.APIURL(), r.ID))

	r.Paused = true
	gl.AssertRunner(t, r)
}

func TestWhatGitLabMakesUp(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.NextID(7)
	gl.NextToken("glrt-of-the-fixture")

	res, err := gl.ClientAs("root").PostForm(gl.APIURL()+"/user/runners", url.Values{"runner_type": {"instance_type"}})
	require.NoError(t, err)
	res.Body.Close()

	gl.AssertRunnerFields(t, 7, map[string]any{"token": "glrt-of-the-fixture", "paused": false})
}

func TestAnswerThatGitLabNeverGives(t *testing.T) {
	gl := fakegitlab.New(t)
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.GetRunner, Status: 200,
		Body: map[string]any{"id": "seven", "paused": nil}})

	res, err := gl.ClientAs("root").Get(gl.APIURL() + "/runners/7") // there need not be one
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	res.Body.Close()
	assert.JSONEq(t, `{"id": "seven", "paused": null}`, string(body))
}

// scaler is code under test that adds a runner for each job that waits.
type scaler struct{ waiting chan string }

func (s *scaler) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	var event struct {
		Status string `json:"build_status"`
		Name   string `json:"build_name"`
	}
	if json.NewDecoder(r.Body).Decode(&event) == nil && event.Status == "pending" {
		s.waiting <- event.Name
	}
}

func TestScalerHearsOfJobs(t *testing.T) {
	s := &scaler{waiting: make(chan string, 1)}
	server := httptest.NewServer(s)
	defer server.Close()
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	gl.AddWebhook(fakegitlab.Webhook{Project: "acme/shop", URL: server.URL, Token: "s3cret", JobEvents: true})

	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Name: "build"})

	assert.Equal(t, "build", <-s.waiting)
	require.NoError(t, gl.WaitForDeliveries(t.Context()))
	gl.AssertDelivered(t, "Job Hook", func(d fakegitlab.Delivery) bool { return d.Status == 200 })
}
