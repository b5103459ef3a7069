// Quickstart shows in one run what a fake GitLab is good for: it seeds a small world, drives it with GitLab's official
// Go client, breaks a rule or two, and prints what the fake saw of it.
//
//	go run ./examples/quickstart
//
// In a test fakegitlab.New(t) takes the place of Start and Close, and assertions take the place of the printing;
// ../clientgo has such tests.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

const shop = "acme/shop"

func main() {
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(out io.Writer) error {
	gl, err := fakegitlab.Start()
	if err != nil {
		return err
	}
	defer gl.Close()
	t := &tour{gl: gl, out: out}

	t.chapter("A world")
	t.seed()
	mia, err := t.client("mia")
	if err != nil {
		return err
	}
	dan, err := t.client("dan")
	if err != nil {
		return err
	}
	steps := []struct {
		chapter string
		do      func(*gitlab.Client) error
		as      *gitlab.Client
	}{
		{"A runner's life, by mia, a Maintainer", t.liveAndDie, mia},
		{"What a runner did", t.listJobs, mia},
		{"dan is a Developer: he may not pause it", t.beRefused, dan},
		{"GitLab retires registration tokens", t.registerTooLate, mia},
	}
	for _, step := range steps {
		t.chapter(step.chapter)
		if err := step.do(step.as); err != nil {
			return fmt.Errorf("%s: %w", step.chapter, err)
		}
	}

	t.chapter("The journal: all that was asked, by whom, and what came of it")
	fmt.Fprint(out, gl.Journal())
	return nil
}

// tour is one walk through one fake.
type tour struct {
	gl      *fakegitlab.Fake
	out     io.Writer
	builder fakegitlab.Runner
}

func (t *tour) chapter(title string) { fmt.Fprintf(t.out, "\n== %s\n", title) }

func (t *tour) say(format string, args ...any) { fmt.Fprintf(t.out, "   "+format+"\n", args...) }

// client is the official client, signed in as one of the users. A fake does not care which client it is.
func (t *tour) client(username string) (*gitlab.Client, error) {
	return gitlab.NewClient(t.gl.Token(username), gitlab.WithBaseURL(t.gl.URL()))
}

// seed says what exists. Plain structs; whatever is left out is GitLab's default, and IDs, tokens and times are made
// up, the same in every run.
func (t *tour) seed() {
	t.gl.AddUser(fakegitlab.User{Username: "mia", Name: "Mia Maintainer"})
	t.gl.AddUser(fakegitlab.User{Username: "dan", Name: "Dan Developer"})
	project := t.gl.AddProject(fakegitlab.Project{
		Path:    shop,
		Members: fakegitlab.Members{"mia": fakegitlab.Maintainer, "dan": fakegitlab.Developer},
	})
	t.builder = t.gl.AddRunner(fakegitlab.Runner{Description: "builder", Projects: []string{shop},
		Tags: []string{"linux"}})
	t.gl.ContactRunner(t.builder.ID, fakegitlab.RunnerManager{SystemID: "s_0123456789ab", Version: "17.2.0"})
	for _, name := range []string{"compile", "unit tests"} {
		job := t.gl.AddJob(fakegitlab.Job{Project: shop, Name: name, Tags: []string{"linux"}})
		t.gl.StartJob(job.ID, t.builder.ID)
	}
	t.gl.Advance(90 * time.Second) // the fake's clock stands still otherwise
	t.gl.FinishJob(t.gl.Jobs()[0].ID, fakegitlab.JobSuccess)

	t.say("project %s (%d) of mia and dan, runner %q (%d, %s), %d jobs",
		project.Path, project.ID, t.builder.Description, t.builder.ID, t.gl.RunnerStatus(t.builder.ID), len(t.gl.Jobs()))
}

// liveAndDie registers a runner, lists, pauses, resets and deletes it. Each answer is GitLab's, and the fake's state
// follows.
func (t *tour) liveAndDie(client *gitlab.Client) error {
	registered, err := t.register(client)
	if err != nil {
		return err
	}
	t.say("registered %d with token %s", registered.ID, registered.Token)

	runners, _, err := client.Runners.ListProjectRunners(shop, nil)
	if err != nil {
		return err
	}
	for _, r := range runners {
		t.say("listed     %d %s, %s, %s", r.ID, r.Description, r.RunnerType, r.Status)
	}
	details, _, err := client.Runners.UpdateRunnerDetails(registered.ID,
		&gitlab.UpdateRunnerDetailsOptions{Paused: gitlab.Ptr(true)})
	if err != nil {
		return err
	}
	t.say("paused     %d: paused=%t, tags %s", details.ID, details.Paused, strings.Join(details.TagList, ", "))

	renewed, _, err := client.Runners.ResetRunnerAuthenticationToken(registered.ID)
	if err != nil {
		return err
	}
	t.say("reset      %d: the token is now %s", registered.ID, *renewed.Token)

	if _, err := client.Runners.RemoveRunner(registered.ID); err != nil {
		return err
	}
	_, exists := t.gl.Runner(int(registered.ID))
	t.say("deleted    %d: still there? %t", registered.ID, exists)
	return nil
}

// register registers a project runner with the project's registration token.
func (t *tour) register(client *gitlab.Client) (*gitlab.Runner, error) {
	project, _ := t.gl.Project(shop)
	r, _, err := client.Runners.RegisterNewRunner(&gitlab.RegisterNewRunnerOptions{
		Token:       gitlab.Ptr(project.RegistrationToken),
		Description: gitlab.Ptr("newcomer"),
		TagList:     &[]string{"ruby", "mysql"},
	})
	return r, err
}

func (t *tour) listJobs(client *gitlab.Client) error {
	jobs, _, err := client.Runners.ListRunnerJobs(t.builder.ID, nil)
	if err != nil {
		return err
	}
	for _, job := range jobs {
		t.say("%d %-10s %s", job.ID, job.Name, job.Status)
	}
	return nil
}

// beRefused shows a refusal from both sides: what the client is told, and the rule that decided, which GitLab never
// tells.
func (t *tour) beRefused(client *gitlab.Client) error {
	_, _, err := client.Runners.UpdateRunnerDetails(t.builder.ID,
		&gitlab.UpdateRunnerDetailsOptions{Paused: gitlab.Ptr(true)})
	return t.expect(err, http.StatusForbidden)
}

// registerTooLate meets a GitLab whose administrator has disabled registration tokens.
func (t *tour) registerTooLate(client *gitlab.Client) error {
	t.gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RegistrationTokensDisabled = true })
	_, err := t.register(client)
	return t.expect(err, http.StatusGone)
}

// expect checks that the last call was refused with the status, and prints why.
func (t *tour) expect(err error, status int) error {
	var refusal *gitlab.ErrorResponse
	if !errors.As(err, &refusal) || refusal.StatusCode != status {
		return fmt.Errorf("got %v, want a refusal with status %d", err, status)
	}
	calls := t.gl.Calls("")
	t.say("client:  %d %s", refusal.StatusCode, refusal.Message)
	t.say("reason:  %s", calls[len(calls)-1].Reason)
	return nil
}
