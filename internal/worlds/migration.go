package worlds

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// TokenMigration is a world half way from registration tokens to runners made by users, as of now.
func TokenMigration(now time.Time) Scenario {
	project := func(id int, path, token string) Project {
		return Project{ID: id, Path: path, RegistrationToken: world.RegistrationTokenPrefix + token}
	}
	s := worldOf("acme", Members{"oli": world.Owner, "mia": world.Maintainer, "dan": world.Developer})
	s.Settings.RegistrationToken = "instanceToken0000000"
	s.Groups[0].RegistrationToken = world.RegistrationTokenPrefix + "acmeGroupToken000000"
	s.Groups = append(s.Groups, Group{ID: 1002, Path: "modern", RegistrationTokensDisabled: true,
		RegistrationToken: world.RegistrationTokenPrefix + "modernGroupToken0000", Members: Members{"oli": world.Owner}})
	s.Projects = []Project{project(10001, "acme/legacy", "legacyProjectToken00"),
		project(10002, "acme/pilot", "pilotProjectToken000"), project(10003, "acme/closed", "closedProjectToken00"),
		project(10004, "modern/app", "appProjectToken00000")}
	s.Projects[2].RegistrationTokensDisabled = true
	s.Runners = migratingRunners(now)
	s.Jobs = []Job{companyTimes(Job{ID: 2000001, PipelineID: 4000001, Project: "acme/pilot", Name: "deploy", User: "dan",
		Status: world.JobRunning, RunnerID: 100006, SystemID: "s_100006a", Stage: "test", StageIndex: 1},
		now.Add(-10*time.Minute))}
	return s.bornBefore(now)
}

func migratingRunners(now time.Time) []Runner {
	const day = 24 * time.Hour
	legacy, pilot, app := []string{"acme/legacy"}, []string{"acme/pilot"}, []string{"modern/app"}
	runners := []Runner{
		{Description: "shared-old"}, {Description: "shared-new", CreatedBy: world.RootUsername},
		{Description: "acme-old", Group: "acme"},
		{Description: "legacy-old", Projects: legacy}, {Description: "legacy-dead", Projects: legacy},
		{Description: "pilot-old", Projects: pilot, Tags: []string{"deploy", "linux"}, Paused: true},
		{Description: "pilot-new", Projects: pilot, Tags: []string{"deploy", "linux"}, CreatedBy: "mia"},
		{Description: "closed-new", Projects: []string{"acme/closed"}, CreatedBy: "mia"},
		{Description: "app-new", Projects: app, CreatedBy: "oli"},
		{Description: "app-unused", Projects: app, CreatedBy: "oli"},
	}
	for i := range runners {
		r := &runners[i]
		r.ID, r.CreatedAt = 100001+i, now.Add(-3*day)
		if r.CreatedBy == "" {
			r.Registration, r.CreatedAt, r.Name = world.ByRegistrationToken, now.Add(-100*day), "gitlab-runner"
		}
		switch r.Description {
		case "app-unused":
		case "legacy-dead":
			heard(r, now, 60*day)
		default:
			heard(r, now, time.Minute)
		}
	}
	return numberManagers(runners)
}
