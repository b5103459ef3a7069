package fakegitlab_test

import (
	"fmt"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What the code under test has made is expected as a test would write it: with what the code said, and without what
// GitLab gave by itself.
func TestAssertChangedOfWhatIsNew(t *testing.T) {
	racing.Skip(t)
	const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF8wwZGPXFpfXCkJ8uuLEGxdXgKPH2p8r+qZuqrDa1hT robot"
	for name, c := range map[string]struct {
		method, path, form string
		change             func(*fakegitlab.Scenario)
	}{
		"runner": {"POST", "/user/runners", "runner_type=instance_type&description=new&tag_list=a,b&locked=true",
			func(s *fakegitlab.Scenario) {
				s.Runners = append(s.Runners, fakegitlab.Runner{Description: "new", Tags: []string{"a", "b"}, Locked: true})
			}},
		"runner of a project": {"POST", "/user/runners", "runner_type=project_type&project_id=10001",
			func(s *fakegitlab.Scenario) {
				s.Runners = append(s.Runners, fakegitlab.Runner{Projects: []string{"acme/shop"}})
			}},
		"project": {"POST", "/projects", "name=tools&namespace_id=1001",
			func(s *fakegitlab.Scenario) { *s = s.WithProject("acme/tools") }},
		"group": {"POST", "/groups", "name=Tools&path=tools&parent_id=1001", func(s *fakegitlab.Scenario) {
			*s = s.WithGroup("acme/tools", func(g *fakegitlab.Group) { g.Name = "Tools" })
		}},
		"user": {"POST", "/users", "username=zoe&name=Zoe&email=zoe@example.com&password=Uncommon-8&skip_confirmation=true",
			func(s *fakegitlab.Scenario) {
				*s = s.WithUser("zoe", func(u *fakegitlab.User) {
					u.Name, u.Email, u.Password = "Zoe", "zoe@example.com", "Uncommon-8"
				})
			}},
		"schedule": {"POST", "/projects/10001/pipeline_schedules", "description=nightly&ref=refs/heads/main&cron=0 1 * * *",
			func(s *fakegitlab.Scenario) {
				s.PipelineSchedules = append(s.PipelineSchedules,
					fakegitlab.PipelineSchedule{Project: "acme/shop", Description: "nightly", Ref: "refs/heads/main",
						Cron: "0 1 * * *"})
			}},
		"trigger": {"POST", "/projects/10001/triggers", "description=deploys", func(s *fakegitlab.Scenario) {
			s.PipelineTriggers = append(s.PipelineTriggers,
				fakegitlab.PipelineTrigger{Project: "acme/shop", Description: "deploys"})
		}},
		"deploy key": {"POST", "/projects/10001/deploy_keys", "title=robot&key=" + url.QueryEscape(key),
			func(s *fakegitlab.Scenario) {
				s.DeployKeys = append(s.DeployKeys, fakegitlab.DeployKey{Title: "robot", Key: key,
					ProjectsWithReadonlyAccess: []string{"acme/shop"}})
			}},
		"deploy token": {"POST", "/projects/10001/deploy_tokens", "name=puller&scopes[]=read_repository",
			func(s *fakegitlab.Scenario) {
				s.DeployTokens = append(s.DeployTokens, fakegitlab.DeployToken{Path: "acme/shop", Name: "puller"})
			}},
		"protected branch": {"POST", "/projects/10001/protected_branches", "name=rel-*", func(s *fakegitlab.Scenario) {
			s.ProtectedRefs = append(s.ProtectedRefs, fakegitlab.ProtectedRef{Project: "acme/shop", Name: "rel-*"})
		}},
		"protected tag": {"POST", "/projects/10001/protected_tags", "name=v*&create_access_level=0",
			func(s *fakegitlab.Scenario) {
				*s = s.WithProtectedTag("acme/shop", "v*", func(r *fakegitlab.ProtectedRef) { r.Push = fakegitlab.NoOne })
			}},
		"variable": {"POST", "/projects/10001/variables", "key=A&value=b", func(s *fakegitlab.Scenario) {
			s.Variables = append(s.Variables, fakegitlab.Variable{Path: "acme/shop", Key: "A", Value: "b"})
		}},
		"webhook": {"POST", "/projects/10001/hooks", "url=https://example.com&push_events=false&job_events=true",
			func(s *fakegitlab.Scenario) {
				s.Webhooks = append(s.Webhooks,
					fakegitlab.Webhook{Project: "acme/shop", URL: "https://example.com", JobEvents: true})
			}},
		"environment": {"POST", "/projects/10001/environments", "name=production", func(s *fakegitlab.Scenario) {
			s.Environments = append(s.Environments, fakegitlab.ProjectEnvironment{Project: "acme/shop", Name: "production"})
		}},
		"access token": {"POST", "/users/3/personal_access_tokens", "name=robot&scopes[]=api",
			func(s *fakegitlab.Scenario) {
				*s = s.WithAccessToken("gus", "", func(t *fakegitlab.AccessToken) {
					t.Name, t.ExpiresAt = "robot", time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
				})
			}},
		"job that is tried again": {"POST", "/projects/10001/jobs/2000002/retry", "", func(s *fakegitlab.Scenario) {
			s.Jobs = append(s.Jobs, fakegitlab.Job{Project: "acme/shop", Name: "unit-tests"})
			s.Jobs[3].Status = fakegitlab.JobCreated
		}},
	} {
		t.Run(name, func(t *testing.T) {
			gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
			before := gl.Snapshot()
			answer := testkit.Ask(t, gl, gl.AdminToken(), c.method, c.path, testkit.WithForm(c.form))
			assert.Less(t, answer.Status, 300, answer.String())
			gl.AssertChanged(t, before, c.change)
		})
	}
}

// What the code said is compared, whatever GitLab filled in, and of several that are new each is told from the others.
func TestAssertChangedSaysWhatIsNotAsSaid(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	create := func(form string) {
		assert.Equal(t, 201, testkit.Ask(t, gl, gl.AdminToken(), "POST", "/user/runners",
			testkit.WithForm("runner_type=instance_type&"+form)).Status)
	}
	before := gl.Snapshot()
	create("description=one&tag_list=a")
	create("description=two&paused=true")
	one := fakegitlab.Runner{Description: "one", Tags: []string{"a"}}
	two := fakegitlab.Runner{Description: "two", Paused: true}
	three := fakegitlab.Runner{Description: "three"}
	gone := func(r fakegitlab.Runner) fakegitlab.Runner { r.ID = 7; return r }
	untagged := func(r fakegitlab.Runner) fakegitlab.Runner { r.Tags = nil; return r }
	going := func(r fakegitlab.Runner) fakegitlab.Runner { r.Paused = false; return r }
	tagged := fakegitlab.Runner{Description: "two", Paused: true, Tags: []string{"b"}}
	for _, c := range []struct {
		new  []fakegitlab.Runner
		says string
	}{
		{[]fakegitlab.Runner{one, two}, ""},
		{[]fakegitlab.Runner{two, one}, ""},
		{[]fakegitlab.Runner{two, untagged(one)}, `runner 100006 (instance_type, "one"): Tags: expected none, got [a]`},
		{[]fakegitlab.Runner{going(two), one},
			`runner 100007 (instance_type, "two", paused): Paused: expected false, got true`},
		{[]fakegitlab.Runner{tagged, one}, `runner 100007 (instance_type, "two", paused): Tags: expected [b], got none`},
		{[]fakegitlab.Runner{one}, `runner 100007 (instance_type, "two", paused): there, and not expected`},
		{[]fakegitlab.Runner{one, gone(two)}, "runner 7 (instance_type, \"two\", paused): expected, and not there\n" +
			`  runner 100007 (instance_type, "two", paused): there, and not expected`},
		{[]fakegitlab.Runner{three, one, two}, `runner (instance_type, "three"): expected, and not there`},
	} {
		var spy testkit.Spy
		held := gl.AssertChanged(&spy, before, func(s *fakegitlab.Scenario) { s.Runners = append(s.Runners, c.new...) })
		assert.Equal(t, c.says == "", held)
		if c.says != "" {
			assert.Regexp(t, `^the world differs:\n  `+regexp.QuoteMeta(c.says)+`( \(#\d .*)?$`, fmt.Sprint(spy.Errors[0]))
		}
	}
}

// Nothing is filled in of what was there before, nor where nothing may have changed.
func TestAssertChangedIsExactOfWhatWasThere(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
	before := gl.Snapshot()
	gl.AddRunner(fakegitlab.Runner{Description: "new"})
	var spy testkit.Spy
	gl.AssertChanged(&spy, before, func(s *fakegitlab.Scenario) {
		s.Runners[0].Token, s.Runners[0].CreatedBy = "", ""
		s.Runners = append(s.Runners, fakegitlab.Runner{Description: "new"})
	})
	assert.Regexp(t, `^the world differs:\n  runner 100001 .*: Token: expected "", got "glrt-.*\n`+
		`  runner 100001 .*: CreatedBy: expected "", got "ada"$`, spy.Errors[0])
	spy = testkit.Spy{}
	gl.AssertChanged(&spy, before, nil)
	assert.Regexp(t, `^the world differs:\n  runner 100006 .*: there, and not expected$`, spy.Errors[0])
}

// What the code said is not GitLab's gift: a role, a day, a member, and whatever a record has that was only renamed.
func TestAssertChangedFillsInNoMoreThanGitLabGives(t *testing.T) {
	racing.Skip(t)
	type calls [][3]string
	for want, c := range map[string]struct {
		calls  calls
		change func(*fakegitlab.Scenario)
	}{
		"Members: ": {calls{{"POST", "/projects", "name=tools&namespace_id=1001"},
			{"POST", "/projects/acme%2Ftools/members", "user_id=3&access_level=40"}},
			func(s *fakegitlab.Scenario) { *s = s.WithProject("acme/tools") }},
		"ExpiresAt: ": {calls{{"POST", "/projects/10001/deploy_tokens",
			"name=puller&scopes[]=read_repository&expires_at=2030-01-01"}}, func(s *fakegitlab.Scenario) {
			s.DeployTokens = append(s.DeployTokens, fakegitlab.DeployToken{Path: "acme/shop", Name: "puller"})
		}},
		`Ref: expected "", got "refs/heads/side"`: {calls{{"POST", "/projects/10001/pipeline_schedules",
			"description=nightly&ref=refs/heads/side&cron=0 1 * * *"}}, func(s *fakegitlab.Scenario) {
			s.PipelineSchedules = append(s.PipelineSchedules,
				fakegitlab.PipelineSchedule{Project: "acme/shop", Description: "nightly", Cron: "0 1 * * *"})
		}},
		"Members: expected ": {calls{{"PUT", "/groups/1001", "path=renamed"},
			{"POST", "/groups/1001/members", "user_id=9&access_level=40"}}, func(s *fakegitlab.Scenario) {
			s.Groups[0].Path, s.Groups[0].Members = "renamed", nil
		}},
	} {
		gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()))
		before := gl.Snapshot()
		for _, call := range c.calls {
			answer := testkit.Ask(t, gl, gl.AdminToken(), call[0], call[1], testkit.WithForm(call[2]))
			assert.Less(t, answer.Status, 300, answer.String())
		}
		var spy testkit.Spy
		assert.False(t, gl.AssertChanged(&spy, before, c.change), want)
		assert.Contains(t, fmt.Sprint(spy.Errors), want)
	}
}
