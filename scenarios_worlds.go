package fakegitlab

import (
	"fmt"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// SmallCompany is a world with one of everything: each role, each type of runner in each status, a job in each state.
// IDs are fixed; times are told from when it is seeded, by the fake's clock (Scenario.Now), and suit the status rules
// of GitLab 17.1 and later.
//
//	administrators              root (1), ada (2)
//	strangers                   sam (9), a member of nothing
//	acme (group 1001)           gus guest, pia planner, ria reporter, dan developer, mia maintainer, oli owner (3 to 8)
//	├── acme/shop (project 10001)
//	│   ├── pipeline 4000001    2000001 success, 2000002 failed, 2000003 canceled, 2000004 skipped
//	│   └── pipeline 4000002    2000005 running, 2000006 canceling, 2000007 pending, 2000008 created
//	└── acme/backend (group 1002)
//	    └── acme/backend/api (project 10002)
//	        └── pipeline 4000003    2000009 manual, 2000010 scheduled, 2000011 waiting_for_resource, 2000012 preparing
//
// The initial of a user's name is that of the role: gus is the guest, mia the maintainer, ada the administrator, sam
// the stranger. Their membership of acme reaches everything below it.
//
//	               online   offline   stale    never contacted   paused
//	instance       100001   100002    100003   100004            100005
//	group          100011   100012    100013   100014            100015
//	project        100021   100022    100023   100024            100025
//
// A runner's description is its type and status: "instance-online", "group-never-contacted", "project-paused". Group
// runners belong to acme, 100014 to acme/backend; project runners to acme/shop, 100022 to acme/shop and
// acme/backend/api, 100024 to acme/backend/api. Some differ in more than their status:
//
//	100001 instance-online     tags docker, linux; takes untagged jobs; two managers, s_100001a and s_100001b
//	100011 group-online        tag deploy; takes no untagged jobs; protected
//	100021 project-online      tag shop; locked
//
// Every other runner has the tags docker and linux, and takes untagged jobs. A runner that was ever in contact has a
// manager, s_ and the runner's ID (100002: s_100002). Managers have the IDs 1000001 and up, in the order of their
// runners. Job 2000005 runs on s_100001a, 2000006 on s_100001b; 2000001 ran on s_100001a, 2000002 on s_100022, 2000003
// on s_100021.
func SmallCompany() Scenario {
	s := NewScenario().WithAdmin("ada", func(u *User) { u.ID, u.Name = 2, "Ada Administrator" })
	s = s.WithGroup("acme", func(g *Group) { g.ID, g.Name = 1001, "Acme" }).
		WithGroup("acme/backend", func(g *Group) { g.ID, g.Name = 1002, "Backend" }).
		WithProject("acme/shop", func(p *Project) { p.ID, p.Name = 10001, "Shop" }).
		WithProject("acme/backend/api", func(p *Project) { p.ID, p.Name = 10002, "API" })
	for i, member := range []struct {
		username, name string
		role           Role
	}{
		{"gus", "Gus Guest", Guest}, {"pia", "Pia Planner", Planner}, {"ria", "Ria Reporter", Reporter},
		{"dan", "Dan Developer", Developer}, {"mia", "Mia Maintainer", Maintainer}, {"oli", "Oli Owner", Owner},
	} {
		s = s.WithUser(member.username, func(u *User) { u.ID, u.Name = 3+i, member.name }).
			WithMember("acme", member.username, member.role)
	}
	s = s.WithUser("sam", func(u *User) { u.ID, u.Name = 9, "Sam Stranger" })
	started := defaultStartTime()
	s.Runners = companyRunners(started)
	s.Jobs = companyJobs(started)
	return s.bornBefore(started)
}

func companyRunners(now time.Time) []Runner {
	const day = 24 * time.Hour
	var runners []Runner
	for i, t := range []RunnerType{InstanceRunner, GroupRunner, ProjectRunner} {
		for j, state := range []struct {
			name         string
			age, silence time.Duration // no silence: never contacted
		}{
			{"online", 30 * day, 5 * time.Minute}, {"offline", 30 * day, 5 * time.Hour}, {"stale", 30 * day, 8 * day},
			{"never-contacted", day, 0}, {"paused", 30 * day, 10 * time.Minute},
		} {
			r := Runner{
				ID: 100001 + 10*i + j, Type: t, Description: []string{"instance", "group", "project"}[i] + "-" + state.name,
				Tags: []string{"docker", "linux"}, CreatedBy: []string{"ada", "oli", "mia"}[i],
				Paused: state.name == "paused", CreatedAt: now.Add(-state.age),
			}
			r.Group, r.Projects = companyReach(r)
			if state.silence > 0 {
				r.ContactedAt = now.Add(-state.silence)
				r.Managers = []RunnerManager{companyManager(r, "")}
			}
			runners = append(runners, companySpecial(r))
		}
	}
	return numberManagers(runners)
}

// companyReach sets whom a runner serves.
func companyReach(r Runner) (group string, projects []string) {
	switch {
	case r.ID == 100014:
		return "acme/backend", nil
	case r.ID == 100022:
		return "", []string{"acme/shop", "acme/backend/api"}
	case r.ID == 100024:
		return "", []string{"acme/backend/api"}
	case r.Type == GroupRunner:
		return "acme", nil
	case r.Type == ProjectRunner:
		return "", []string{"acme/shop"}
	}
	return "", nil
}

// companySpecial gives each online runner what distinguishes it from the other runners.
func companySpecial(r Runner) Runner {
	switch r.ID {
	case 100001:
		r.Managers = []RunnerManager{companyManager(r, "a"), companyManager(r, "b")}
	case 100011:
		untagged := false
		r.Tags, r.RunUntagged, r.AccessLevel = []string{"deploy"}, &untagged, RefProtected
	case 100021:
		r.Tags, r.Locked = []string{"shop"}, true
	}
	return r
}

func companyManager(r Runner, suffix string) RunnerManager {
	return RunnerManager{
		SystemID: fmt.Sprintf("s_%d%s", r.ID, suffix), Version: "17.2.0", Revision: "6428c288", Platform: "linux",
		Architecture: "amd64", Executor: "docker", IPAddress: "127.0.0.1", CreatedAt: r.CreatedAt, ContactedAt: r.ContactedAt,
	}
}

func companyJobs(now time.Time) []Job {
	var jobs []Job
	ages := []time.Duration{6 * time.Hour, 10 * time.Minute, 20 * time.Minute} // of the pipelines
	for i, j := range []Job{
		{Name: "build", Stage: "build", Status: JobSuccess, RunnerID: 100001, SystemID: "s_100001a"},
		{Name: "unit-tests", Status: JobFailed, FailureReason: world.ScriptFailure, RunnerID: 100022, SystemID: "s_100022"},
		{Name: "lint", Status: JobCanceled, RunnerID: 100021, SystemID: "s_100021", Tags: []string{"shop"}},
		{Name: "deploy", Stage: "deploy", Status: JobSkipped},
		{Name: "build", Stage: "build", Status: JobRunning, RunnerID: 100001, SystemID: "s_100001a"},
		{Name: "lint", Stage: "build", Status: JobCanceling, RunnerID: 100001, SystemID: "s_100001b"},
		{Name: "unit-tests", Stage: "build", Status: JobPending, Tags: []string{"docker"}},
		{Name: "deploy", Stage: "deploy", Status: JobCreated},
		{Name: "approve", Status: JobManual},
		{Name: "nightly", Status: JobScheduled},
		{Name: "migrate", Status: JobWaitingForResource},
		{Name: "review", Status: JobPreparing},
	} {
		pipeline := i / 4
		j.ID, j.PipelineID, j.User = 2000001+i, 4000001+pipeline, "dan"
		j.Project = []string{"acme/shop", "acme/shop", "acme/backend/api"}[pipeline]
		j.Stage, j.StageIndex = companyStage(j.Stage)
		j.Spec = JobSpec{Script: []string{"make " + j.Name}}
		jobs = append(jobs, companyTimes(j, now.Add(-ages[pipeline])))
	}
	return jobs
}

func companyStage(stage string) (name string, index int) {
	switch stage {
	case "build":
		return stage, 0
	case "deploy":
		return stage, 2
	}
	return "test", 1
}

// companyTimes gives a job the times that one of its status has: queued and started within a minute, over after three.
func companyTimes(j Job, created time.Time) Job {
	j.CreatedAt = created
	switch j.Status {
	case JobSuccess, JobFailed, JobCanceled:
		j.FinishedAt = created.Add(4 * time.Minute)
		fallthrough
	case JobRunning, JobCanceling:
		j.StartedAt = created.Add(time.Minute)
		fallthrough
	case JobPending:
		j.QueuedAt = created.Add(30 * time.Second)
	}
	return j
}

// bornBefore makes everything half a year old, but for runners and jobs, whose age the scenario states. Now is that
// time. It changes s itself, which must be a clone.
func (s Scenario) bornBefore(now time.Time) Scenario {
	s.Now = now
	created := now.AddDate(0, -6, 0)
	for i := range s.Users {
		s.Users[i].CreatedAt = created
	}
	for i := range s.Groups {
		s.Groups[i].CreatedAt = created
	}
	for i := range s.Projects {
		s.Projects[i].CreatedAt = created
	}
	return s
}

func numberManagers(runners []Runner) []Runner {
	number := 1000001
	for i := range runners {
		for j := range runners[i].Managers {
			runners[i].Managers[j].ID = number
			number++
		}
	}
	return runners
}
