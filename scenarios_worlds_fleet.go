package fakegitlab

import (
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Fleet is a world with a runner in each state that one can be in, for what watches, sorts or cleans up runners. IDs
// are fixed; the times suit the default start time, 2024-07-01T12:00:00Z, and the status rules of GitLab 17.1 and
// later.
//
//	administrator               root (1)
//	fleet (group 1001)          oli owner (2), mia maintainer (3), dan developer (4)
//	├── fleet/web               project 10001, jobs 2000001 to 2000003
//	├── fleet/api               project 10002
//	└── fleet/images (group 1002)
//	    └── fleet/images/base   project 10003
//
//	instance
//	├── 100001 idle             online            one manager
//	├── 100002 busy             online            runs job 2000001
//	├── 100003 never-used       never_contacted   made yesterday
//	└── 100004 never-wanted     stale             made a month ago, never contacted
//	group fleet
//	├── 100005 autoscaled       online            three managers: online, offline and stale
//	├── 100006 upgrading        online            two managers, of 16.11.0 and of 17.2.0
//	├── 100007 draining         online, paused    still runs job 2000002
//	└── 100008 asleep           offline, paused   silent for five hours
//	group fleet/images
//	└── 100009 protected        online            for protected refs alone
//	project fleet/web
//	├── 100010 silent           offline           silent for five hours
//	├── 100011 forgotten        stale             silent for thirty days
//	├── 100012 locked           online            not to be assigned elsewhere
//	├── 100013 shared           online            of fleet/api, too
//	├── 100014 rotating         online            its token dies in an hour
//	├── 100015 lapsed           offline           its token died yesterday
//	└── 100016 registered       online            with a registration token; fleet/web alone
//
// A runner's description is its name here, and its tag: job 2000003 waits for one tagged gpu, which none has. Runners
// take untagged jobs. Managers have the IDs 1000001 and up and the system IDs s_100001a, s_100001b and so on.
func Fleet() Scenario {
	now := defaultStartTime()
	s := worldOf("fleet", Members{"oli": Owner, "mia": Maintainer, "dan": Developer}).
		WithProject("fleet/web", func(p *Project) { p.ID = 10001 }).
		WithProject("fleet/api", func(p *Project) { p.ID = 10002 }).
		WithGroup("fleet/images", func(g *Group) { g.ID = 1002 }).
		WithProject("fleet/images/base", func(p *Project) { p.ID = 10003 })
	s.Runners = fleetRunners(now)
	for i, j := range []Job{
		{Name: "test", Status: JobRunning, RunnerID: 100002, SystemID: "s_100002a"},
		{Name: "lint", Status: JobRunning, RunnerID: 100007, SystemID: "s_100007a"},
		{Name: "train", Status: JobPending, Tags: []string{"gpu"}},
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
		{Description: "protected", Group: "fleet/images", AccessLevel: RefProtected},
		{Description: "silent", Projects: web}, {Description: "forgotten", Projects: web},
		{Description: "locked", Projects: web, Locked: true},
		{Description: "shared", Projects: []string{"fleet/web", "fleet/api"}},
		{Description: "rotating", Projects: web, TokenExpiresAt: now.Add(time.Hour)},
		{Description: "lapsed", Projects: web, TokenExpiresAt: now.Add(-day)},
		{Description: "registered", Projects: web, Registration: ByRegistrationToken}}
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

// heard gives a runner one manager for each silence, which is how long ago that manager was last in contact; the
// shortest comes first.
func heard(r *Runner, now time.Time, silences ...time.Duration) {
	for i, silence := range silences {
		m := companyManager(*r, string(rune('a'+i)))
		m.ContactedAt = now.Add(-silence)
		r.Managers = append(r.Managers, m)
		r.ContactedAt = world.Latest(r.ContactedAt, m.ContactedAt)
	}
}

// worldOf is a world with the group 1001 and its members, users numbered from 2 on, the highest role first.
func worldOf(group string, members Members) Scenario {
	s := NewScenario().WithGroup(group, func(g *Group) { g.ID = 1001 })
	var usernames []string
	for username := range members {
		usernames = append(usernames, username)
	}
	slices.SortFunc(usernames, func(a, b string) int { return int(members[b] - members[a]) })
	for i, username := range usernames {
		s = s.WithUser(username, func(u *User) { u.ID = 2 + i }).WithMember(group, username, members[username])
	}
	return s
}
