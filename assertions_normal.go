package fakegitlab

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/words"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// normalRunner writes defaults out in full and makes empty lists nil, so that two runners that mean the same to GitLab
// are equal.
func normalRunner(r Runner) Runner { return inFull(plain.EmptyIsNil(r)) }

// inFull is a runner with its defaults written out.
func inFull(r Runner) Runner {
	if r.RunUntagged != nil && *r.RunUntagged {
		r.RunUntagged = nil
	}
	r.Type = cmp.Or(r.Type, RunnerType(world.ImpliedType(r.Group != "", len(r.Projects) > 0)))
	r.Registration = cmp.Or(r.Registration, ByUser)
	r.AccessLevel = cmp.Or(r.AccessLevel, NotProtected)
	return r
}

func normalJob(j Job) Job {
	j.Status = cmp.Or(j.Status, JobPending)
	return j
}

func normalScenario(s Scenario) Scenario {
	registrars := s.Settings.ValidRegistrars
	s = plain.EmptyIsNil(s)
	s.Settings.ValidRegistrars = registrars // the only list where empty and nil mean different things
	for i := range s.Users {
		s.Users[i].State = cmp.Or(s.Users[i].State, UserActive)
	}
	for i := range s.Groups {
		s.Groups[i].Visibility = cmp.Or(s.Groups[i].Visibility, Private)
	}
	for i := range s.Projects {
		s.Projects[i].Visibility = cmp.Or(s.Projects[i].Visibility, Private)
	}
	for i := range s.Runners {
		s.Runners[i] = inFull(s.Runners[i])
	}
	for i := range s.Jobs {
		s.Jobs[i] = normalJob(s.Jobs[i])
	}
	return s
}

// String is the user on one line: "user mia (2, admin)".
func (u User) String() string {
	state := words.Unless(string(u.State), string(UserActive))
	return "user " + u.Username + words.InBrackets(words.ID(u.ID), words.When(u.Admin, "admin"), state)
}

// String is the group on one line: "group acme (1001, public)".
func (g Group) String() string {
	return "group " + g.Path + words.InBrackets(words.ID(g.ID), string(g.Visibility))
}

// String is the project on one line: "project acme/shop (10001, private, archived)".
func (p Project) String() string {
	return "project " + p.Path + words.InBrackets(words.ID(p.ID), string(p.Visibility), words.When(p.Archived, "archived"))
}

// String is the membership on one line: "member mia of acme (maintainer)".
func (m Membership) String() string {
	return "member " + m.User + " of " + m.Path + words.InBrackets(m.Role.String())
}

// String is the share on one line: "share of acme with team (developer)".
func (s Share) String() string {
	return "share of " + s.Path + " with " + s.Group + words.InBrackets(s.Role.String())
}

// String is the runner on one line, without its token: `runner 100001 (project_type, "old", paused)`.
func (r Runner) String() string {
	name := ""
	if r.Description != "" {
		name = strconv.Quote(r.Description)
	}
	return "runner" + words.Spaced(words.ID(r.ID)) + words.InBrackets(string(normalRunner(r).Type), name,
		words.When(r.Paused, "paused"), words.When(r.Locked, "locked"))
}

// String is the job on one line, without its token: `job 2000001 (acme/shop, "build", failed: script_failure, runner
// 7)`.
func (j Job) String() string {
	status, runner := string(normalJob(j).Status), ""
	if j.FailureReason != "" {
		status += ": " + j.FailureReason
	}
	if j.RunnerID != 0 {
		runner = "runner " + strconv.Itoa(j.RunnerID)
	}
	return "job" + words.Spaced(words.ID(j.ID)) + words.InBrackets(j.Project, strconv.Quote(j.Name), status, runner)
}

// String is the access token on one line, without its value: "access token 6000001 of mia (api, revoked)".
func (t AccessToken) String() string {
	return "access token" + words.Spaced(words.ID(t.ID)) + " of " + cmp.Or(t.User, t.Project, t.Group) +
		words.InBrackets(strings.Join(t.Scopes, " "), words.When(t.Revoked, "revoked"))
}

// String is the runner controller on one line, without its tokens.
func (c RunnerController) String() string {
	return "runner controller" + words.Spaced(words.ID(c.ID)) + words.InBrackets(c.State, strconv.Quote(c.Description))
}
