package worlds

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Fleet is a world with a runner in each state that one can be in, as of now.
func Fleet(now time.Time) Scenario {
	s := worldOf("fleet", Members{"oli": world.Owner, "mia": world.Maintainer, "dan": world.Developer})
	s.Groups = append(s.Groups, Group{ID: 1002, Path: "fleet/images"})
	s.Projects = []Project{{ID: 10001, Path: "fleet/web"}, {ID: 10002, Path: "fleet/api"},
		{ID: 10003, Path: "fleet/images/base"}}
	s.Runners = fleetRunners(now)
	for i, j := range []Job{
		{Name: "test", Status: world.JobRunning, RunnerID: 100002, SystemID: "s_100002a"},
		{Name: "lint", Status: world.JobRunning, RunnerID: 100007, SystemID: "s_100007a"},
		{Name: "train", Status: world.JobPending, Tags: []string{"gpu"}},
	} {
		j.ID, j.PipelineID, j.Project, j.User = 2000001+i, 4000001, "fleet/web", "dan"
		j.Stage, j.StageIndex = companyStage("test")
		s.Jobs = append(s.Jobs, companyTimes(j, now.Add(-10*time.Minute)))
	}
	return s.bornBefore(now)
}

func fleetRunners(now time.Time) []Runner {
	const day = 24 * time.Hour
	no := []time.Duration{}
	recently, hours, month := []time.Duration{5 * time.Minute}, []time.Duration{5 * time.Hour}, []time.Duration{30 * day}
	web := []string{"fleet/web"}
	runners := []Runner{{Description: "idle"}, {Description: "busy"}, {Description: "never-used"},
		{Description: "never-wanted"},
		{Description: "autoscaled", Group: "fleet"}, {Description: "upgrading", Group: "fleet"},
		{Description: "draining", Group: "fleet", Paused: true},
		{Description: "asleep", Group: "fleet", Paused: true},
		{Description: "protected", Group: "fleet/images", AccessLevel: world.RefProtected},
		{Description: "silent", Projects: web}, {Description: "forgotten", Projects: web},
		{Description: "locked", Projects: web, Locked: true},
		{Description: "shared", Projects: []string{"fleet/web", "fleet/api"}},
		{Description: "rotating", Projects: web, TokenExpiresAt: now.Add(time.Hour)},
		{Description: "lapsed", Projects: web, TokenExpiresAt: now.Add(-day)},
		{Description: "registered", Projects: web, Registration: world.ByRegistrationToken}}
	silences := map[string][]time.Duration{"never-used": no, "never-wanted": no,
		"autoscaled": {time.Minute, 5 * time.Hour, 8 * day},
		"upgrading":  {time.Minute, 2 * time.Minute}, "asleep": hours, "silent": hours, "forgotten": month, "lapsed": {day}}
	for i := range runners {
		r := &runners[i]
		r.ID, r.Tags, r.CreatedAt = 100001+i, []string{r.Description}, now.Add(-40*day)
		if r.Description == "never-used" {
			r.CreatedAt = now.Add(-day)
		}
		switch {
		case r.Registration != "":
		case r.Group == "" && len(r.Projects) == 0:
			r.CreatedBy = world.RootUsername // nobody else makes instance runners
		default:
			r.CreatedBy = "oli"
		}
		silence, special := silences[r.Description]
		if !special {
			silence = recently
		}
		heard(r, now, silence...)
	}
	runners[5].Managers[1].Version = "16.11.0"
	return numberManagers(runners)
}
