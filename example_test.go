package fakegitlab_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab"
)

// exampleT stands in for the *testing.T that an Example has not: it prints what a test would report.
type exampleT struct {
	failed   bool
	cleanups []func()
}

func (t *exampleT) Helper()                           {}
func (t *exampleT) Name() string                      { return "Example" }
func (t *exampleT) Failed() bool                      { return t.failed }
func (t *exampleT) FailNow()                          { panic("FailNow") }
func (t *exampleT) Cleanup(f func())                  { t.cleanups = append(t.cleanups, f) }
func (t *exampleT) Logf(format string, args ...any)   { fmt.Printf(format+"\n", args...) }
func (t *exampleT) Errorf(format string, args ...any) { t.failed = true; t.Logf(format, args...) }

// end is what the testing package does when a test is over.
func (t *exampleT) end() {
	for _, f := range t.cleanups {
		f()
	}
}

// answer is the status and body of an answer, for an Example to print.
func answer(res *http.Response, err error) string {
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(fmt.Sprint(res.StatusCode, " ", string(body)))
}

func Example() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
	r := gl.AddRunner(fakegitlab.Runner{Description: "builder", Projects: []string{"acme/shop"}})

	req, _ := http.NewRequest(http.MethodDelete, fmt.Sprintf("%s/runners/%d", gl.APIURL(), r.ID), nil)
	fmt.Println(answer(gl.ClientAs("mia").Do(req)))
	fmt.Println(gl.AssertRunnerGone(t, r.ID))
	// Output:
	// 204
	// true
}

func ExampleNew() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t)
	fmt.Println(gl.Version(), gl.Now())
	fmt.Println(gl.Users()[0].Username, len(gl.Runners()))
	// Output:
	// 17.2 2024-07-01 12:00:00 +0000 UTC
	// root 0
}

func ExampleStart() {
	gl, err := fakegitlab.Start(fakegitlab.WithVersion("18.0"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer gl.Close()
	fmt.Println(gl.Version())

	_, err = fakegitlab.Start(fakegitlab.WithVersion("15.11"))
	fmt.Println(err)
	// Output:
	// 18.0
	// GitLab version "15.11" is not supported; supported are 16.0 to 16.11, 17.0 to 17.11, 18.0 to 18.11, 19.0 to 19.4
}

func ExampleFake_AddRunner() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t)
	gl.AddGroup(fakegitlab.Group{Path: "acme/backend"}) // makes acme, too
	gl.AddProject(fakegitlab.Project{Path: "acme/shop"})

	for _, r := range []fakegitlab.Runner{
		{Description: "for all", ContactedAt: gl.Now()},
		{Description: "for a group", Group: "acme", Paused: true},
		{Description: "for a project", Projects: []string{"acme/shop"}, Tags: []string{"linux", "docker"}},
	} {
		r = gl.AddRunner(r)
		fmt.Println(r.ID, r.Type, gl.RunnerStatus(r.ID), r.Tags)
	}
	// Output:
	// 100001 instance_type online []
	// 100002 group_type never_contacted []
	// 100003 project_type never_contacted [linux docker]
}

func ExampleScenario_WithRunner() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	base := fakegitlab.NewScenario().
		WithUser("mia").
		WithProject("acme/shop").
		WithMember("acme", "mia", fakegitlab.Owner)
	busy := base.WithRunner("builder", func(r *fakegitlab.Runner) { r.Projects = []string{"acme/shop"} })

	gl := fakegitlab.New(t, fakegitlab.WithScenario(busy))
	fmt.Println(len(gl.Runners()), "runner;", len(base.Runners), "in the scenario it was built on")
	// Output:
	// 1 runner; 0 in the scenario it was built on
}

func ExampleWithScenario() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	s, err := fakegitlab.ReadScenario(strings.NewReader(`{
	  "users": [{"username": "mia"}],
	  "projects": [{"path": "acme/shop", "members": {"mia": "maintainer"}}],
	  "runners": [{"description": "builder", "projects": ["acme/shop"], "tag_list": ["linux"]}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))
	fmt.Println(answer(gl.ClientAs("mia").Get(gl.APIURL() + "/projects/acme%2Fshop/runners")))
	// Output:
	// 200 [{"id":100001,"description":"builder","ip_address":null,"active":true,"paused":false,"is_shared":false,"runner_type":"project_type","name":null,"online":null,"status":"never_contacted"}]
}

func ExampleFake_Inject() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t)
	register := func() string {
		return answer(http.PostForm(gl.APIURL()+"/runners", url.Values{"token": {gl.Settings().RegistrationToken}}))
	}
	remove := gl.Inject(fakegitlab.RegistrationDisabled())
	fmt.Println(register())
	remove()

	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.RegisterRunner, Status: 503, Times: 1})
	fmt.Println(register())
	fmt.Println(register()[:3], len(gl.Runners()))
	// Output:
	// 410 {"message":"410 Gone - runner registration disallowed"}
	// 503 {"message":"503 Service Unavailable"}
	// 201 1
}

func ExampleFake_Before() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{})
	gl.Before(fakegitlab.GetRunner, func(fakegitlab.Call) { gl.DeleteRunner(r.ID) }) // somebody else is faster
	fmt.Println(answer(gl.ClientAs("root").Get(fmt.Sprintf("%s/runners/%d", gl.APIURL(), r.ID))))
	// Output:
	// 404 {"message":"404 Not found"}
}

func ExampleFake_AssertCalled() {
	t := &exampleT{} // in a test, its *testing.T

	gl := fakegitlab.New(t)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	fmt.Println(answer(gl.ClientAs("mia").Get(gl.APIURL() + "/runners?paused=true")))

	gl.AssertCalled(t, fakegitlab.ListRunners, fakegitlab.By("mia"), fakegitlab.Param("paused", true), fakegitlab.Times(1))
	gl.AssertNotCalled(t, fakegitlab.DeleteRunner)
	gl.AssertCalls(t, "GET /runners 200")
	gl.AssertAllSucceeded(t)

	gl.AssertCalled(t, "GET /runers") // fails
	// Output:
	// 200 []
	// nothing serves GET /runers; did you mean GET /runners?
}

func ExampleFake_AssertChanged() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	mia := gl.ClientAs("mia")
	before := gl.Snapshot()

	req, _ := http.NewRequest(http.MethodPut, gl.APIURL()+"/runners/100021?paused=true", nil)
	fmt.Println(answer(mia.Do(req))[:3])

	fmt.Println(gl.AssertChanged(t, before, func(s *fakegitlab.Scenario) {
		*s = s.WithRunner("project-online", func(r *fakegitlab.Runner) { r.Paused = true })
	}))
	// Output:
	// 200
	// true
}

func ExampleFake_Advance() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t)
	r := gl.AddRunner(fakegitlab.Runner{ContactedAt: gl.Now()})
	fmt.Println(gl.RunnerStatus(r.ID))
	gl.Advance(2 * time.Hour)
	fmt.Println(gl.RunnerStatus(r.ID))
	gl.Advance(7 * 24 * time.Hour)
	fmt.Println(gl.RunnerStatus(r.ID))
	gl.ContactRunner(r.ID, fakegitlab.RunnerManager{SystemID: "s_1"})
	fmt.Println(gl.RunnerStatus(r.ID))
	// Output:
	// online
	// offline
	// stale
	// online
}

func ExampleFake_Journal() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListAllRunners, Status: 503, Times: 1})
	answer(gl.ClientAs("mia").Get(gl.APIURL() + "/projects/acme%2Fshop/runners?pausd=true"))
	answer(gl.ClientAs("dan").Get(gl.APIURL() + "/projects/acme%2Fshop/runners"))
	answer(gl.ClientAs("dan").Get(gl.APIURL() + "/runners/100011"))
	answer(gl.ClientAs("root").Get(gl.APIURL() + "/runners/all"))
	answer(gl.ClientAs("root").Get(gl.APIURL() + "/runners/all"))
	fmt.Print(gl.Journal())
	// Output:
	// #1 GET /projects/:id/runners id=acme/shop pausd=true by mia -> 200 (13 runners) [nothing reads pausd (did you mean paused?)]
	// #2 GET /projects/:id/runners id=acme/shop by dan -> 403 (dan is Developer in acme/shop; needs Maintainer)
	// #3 GET /runners/:id id=100011 by dan -> 403 (dan is Developer in group acme; needs Maintainer (the documentation says Developer))
	// #4 GET /runners/all by root -> 503 [failure injected at example_test.go:246]
	//   #5 GET /runners/all by root -> 200 (15 runners) [retry 1]
}

func ExampleFake_ClientAs() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	for _, username := range []string{"sam", "dan", "mia"} {
		text := answer(gl.ClientAs(username).Get(gl.APIURL() + "/projects/acme%2Fshop/runners?paused=true&type=project_type"))
		fmt.Printf("%s: %.40s\n", username, text)
	}
	// Output:
	// sam: 404 {"message":"404 Project Not Found"}
	// dan: 403 {"message":"403 Forbidden"}
	// mia: 200 [{"id":100025,"description":"project
}

func ExampleFake_Handle() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t)
	gl.Handle("GET /projects/:id/milestones", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `[{"id":1,"status":"success"}]`)
	}))
	fmt.Println(answer(gl.Client().Get(gl.APIURL() + "/projects/acme%2Fshop/milestones")))
	gl.AssertCalled(t, "GET /projects/:id/milestones", fakegitlab.Param("id", "acme/shop"))
	// Output:
	// 200 [{"id":1,"status":"success"}]
}

func ExampleFake_Hold() {
	t := &exampleT{} // in a test, its *testing.T
	defer t.end()

	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	client, held := gl.ClientAs("mia"), gl.Hold(fakegitlab.GetRunner)
	answered := make(chan string)
	go func() { answered <- answer(client.Get(gl.APIURL() + "/runners/100021")) }()

	call, err := held.Wait(context.Background()) // it has arrived ...
	fmt.Println(call.Endpoint, err)
	gl.DeleteRunner(100021) // ... and somebody else is faster
	held.Release()
	fmt.Println(<-answered)
	// Output:
	// GET /runners/:id <nil>
	// 404 {"message":"404 Not found"}
}
