package worlds

import (
	"fmt"
	"github.com/fakegitlab/fakegitlab/ci"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// SmallCompany is a world with one of everything, as of now.
func SmallCompany(now time.Time) Scenario {
	s := Scenario{Users: []User{{ID: 2, Username: "ada", Name: "Ada Administrator", Admin: true}},
		Groups: []Group{{ID: 1001, Path: "acme", Name: "Acme", Members: Members{}},
			{ID: 1002, Path: "acme/backend", Name: "Backend"}},
		Projects: []Project{{ID: 10001, Path: "acme/shop", Name: "Shop"},
			{ID: 10002, Path: "acme/backend/api", Name: "API"}}}
	for i, member := range []struct {
		username, name string
		role           world.Role
	}{
		{"gus", "Gus Guest", world.Guest}, {"pia", "Pia Planner", world.Planner}, {"ria", "Ria Reporter", world.Reporter},
		{"dan", "Dan Developer", world.Developer}, {"mia", "Mia Maintainer", world.Maintainer},
		{"oli", "Oli Owner", world.Owner},
	} {
		s.Users = append(s.Users, User{ID: 3 + i, Username: member.username, Name: member.name})
		s.Groups[0].Members[member.username] = member.role
	}
	s.Users = append(s.Users, User{ID: 9, Username: "sam", Name: "Sam Stranger"})
	s.Runners = companyRunners(now)
	s.Jobs = companyJobs(now)
	return s.bornBefore(now)
}

func companyRunners(now time.Time) []Runner {
	const day = 24 * time.Hour
	var runners []Runner
	for i, t := range []world.RunnerType{world.InstanceRunner, world.GroupRunner, world.ProjectRunner} {
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
	case r.Type == world.GroupRunner:
		return "acme", nil
	case r.Type == world.ProjectRunner:
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
		r.Tags, r.RunUntagged, r.AccessLevel = []string{"deploy"}, &untagged, world.RefProtected
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
		{Name: "build", Stage: "build", Status: world.JobSuccess, RunnerID: 100001, SystemID: "s_100001a"},
		{Name: "unit-tests", Status: world.JobFailed, FailureReason: world.ScriptFailure, RunnerID: 100022,
			SystemID: "s_100022"},
		{Name: "lint", Status: world.JobCanceled, RunnerID: 100021, SystemID: "s_100021", Tags: []string{"shop"}},
		{Name: "deploy", Stage: "deploy", Status: world.JobSkipped},
		{Name: "build", Stage: "build", Status: world.JobRunning, RunnerID: 100001, SystemID: "s_100001a"},
		{Name: "lint", Stage: "build", Status: world.JobCanceling, RunnerID: 100001, SystemID: "s_100001b"},
		{Name: "unit-tests", Stage: "build", Status: world.JobPending, Tags: []string{"docker"}},
		{Name: "deploy", Stage: "deploy", Status: world.JobCreated},
		{Name: "approve", Status: world.JobManual},
		{Name: "nightly", Status: world.JobScheduled},
		{Name: "migrate", Status: world.JobWaitingForResource},
		{Name: "review", Status: world.JobPreparing},
	} {
		pipeline := i / 4
		j.ID, j.PipelineID, j.User = 2000001+i, 4000001+pipeline, "dan"
		j.Project = []string{"acme/shop", "acme/shop", "acme/backend/api"}[pipeline]
		j.Stage, j.StageIndex = companyStage(j.Stage)
		j.Spec = ci.JobSpec{Script: []string{"make " + j.Name}}
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
	case world.JobSuccess, world.JobFailed, world.JobCanceled:
		j.FinishedAt = created.Add(4 * time.Minute)
		fallthrough
	case world.JobRunning, world.JobCanceling:
		j.StartedAt = created.Add(time.Minute)
		fallthrough
	case world.JobPending:
		j.QueuedAt = created.Add(30 * time.Second)
	}
	return j
}
