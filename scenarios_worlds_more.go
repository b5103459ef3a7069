package fakegitlab

import (
	"fmt"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// TokenMigration is a world half way from registration tokens to runners made by users, which GitLab asks for since
// 16.0. IDs are fixed; times are told from when it is seeded, by the fake's clock (Scenario.Now).
//
//	administrator               root (1)
//	instance                    registration token instanceToken0000000
//	├── 100001 shared-old       registered, online
//	└── 100002 shared-new       created by root, online
//	acme (group 1001)           oli owner (2), mia maintainer (3), dan developer (4)
//	│                           registration token GR1348941acmeGroupToken000000
//	├── 100003 acme-old         registered, online, no successor yet
//	├── acme/legacy             project 10001, nothing done yet; registration token GR1348941legacyProjectToken00
//	│   ├── 100004 legacy-old   registered, online
//	│   └── 100005 legacy-dead  registered, stale: nobody will miss it
//	├── acme/pilot              project 10002, both at once; registration token GR1348941pilotProjectToken000
//	│   ├── 100006 pilot-old    registered, online, paused, its last job 2000001 still running
//	│   └── 100007 pilot-new    created by mia, online, with the tags of pilot-old
//	└── acme/closed             project 10003, done: its own registration tokens are switched off
//	    └── 100008 closed-new   created by mia, online
//	modern (group 1002)         oli owner; done: registration tokens are switched off for all below
//	└── modern/app              project 10004
//	    ├── 100009 app-new      created by oli, online
//	    └── 100010 app-unused   created by oli, never contacted
//
// POST /runners is 201 with these four tokens, and 410 with those of acme/closed (GR1348941closedProjectToken00),
// modern (GR1348941modernGroupToken0000) and modern/app (GR1348941appProjectToken00000). Authentication tokens are made
// up: runners that registered have them without the prefix glrt-.
func TokenMigration() Scenario {
	now := defaultStartTime()
	project := func(id int, name string) func(*Project) {
		return func(p *Project) { p.ID, p.RegistrationToken = id, world.RegistrationTokenPrefix+name }
	}
	s := worldOf("acme", Members{"oli": Owner, "mia": Maintainer, "dan": Developer}).
		WithSettings(func(s *Settings) { s.RegistrationToken = "instanceToken0000000" }).
		WithGroup("acme", func(g *Group) { g.RegistrationToken = world.RegistrationTokenPrefix + "acmeGroupToken000000" }).
		WithGroup("modern", func(g *Group) {
			g.ID, g.RegistrationTokensDisabled = 1002, true
			g.RegistrationToken = world.RegistrationTokenPrefix + "modernGroupToken0000"
		}).
		WithMember("modern", "oli", Owner).
		WithProject("acme/legacy", project(10001, "legacyProjectToken00")).
		WithProject("acme/pilot", project(10002, "pilotProjectToken000")).
		WithProject("acme/closed", project(10003, "closedProjectToken00"), func(p *Project) {
			p.RegistrationTokensDisabled = true
		}).
		WithProject("modern/app", project(10004, "appProjectToken00000"))
	s.Runners = migratingRunners(now)
	s.Jobs = []Job{companyTimes(Job{ID: 2000001, PipelineID: 4000001, Project: "acme/pilot", Name: "deploy", User: "dan",
		Status:   JobRunning,
		RunnerID: 100006, SystemID: "s_100006a", Stage: "test", StageIndex: 1}, now.Add(-10*time.Minute))}
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
			r.Registration, r.CreatedAt, r.Name = ByRegistrationToken, now.Add(-100*day), "gitlab-runner"
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

// ThousandRunners is a world with a thousand runners over a hundred projects, for paging, filters and what takes its
// time. IDs are fixed; times are told from when it is seeded, by the fake's clock (Scenario.Now), and suit the status
// rules of GitLab 17.1 and later.
//
//	administrator               root (1)
//	instance                    100001 to 100020: 20 instance runners
//	team-0 (group 1001)         oli owner (2), mia maintainer (3)
//	├── 8 group runners         100021 to 100028
//	├── team-0/project-0        project 10001, 9 project runners, 100101 to 100109
//	├── ...
//	└── team-0/project-9        project 10010, 9 project runners, 100182 to 100190
//	...
//	team-9 (group 1010)         oli owner; 8 group runners, 100093 to 100100
//	└── team-9/project-9        project 10100, 9 project runners, 100992 to 101000
//
// oli owns every team, mia is in team-0 alone: she sees 90 project runners with GET /runners. By the last digit of its
// ID a runner is offline (7, 8), stale (9), never contacted (0) or else online; one whose ID ends in 5 is paused. It
// has the tags linux, windows and macos in turn, and large where its ID ends in 2. Its description is runner-0001 to
// runner-1000. There are no jobs.
func ThousandRunners() Scenario {
	now := defaultStartTime()
	s := worldOf("team-0", Members{"oli": Owner, "mia": Maintainer})
	for team := 1; team < 10; team++ {
		s.Groups = append(s.Groups, Group{ID: 1001 + team, Path: fmt.Sprintf("team-%d", team),
			Members: Members{"oli": Owner}})
	}
	for i := range 100 {
		s.Projects = append(s.Projects, Project{ID: 10001 + i, Path: fmt.Sprintf("team-%d/project-%d", i/10, i%10)})
	}
	for i := range 1000 {
		s.Runners = append(s.Runners, thousandth(i, now))
	}
	numberManagers(s.Runners)
	return s.bornBefore(now)
}

// thousandth is the runner of number i, from 0.
func thousandth(i int, now time.Time) Runner {
	const day = 24 * time.Hour
	r := Runner{ID: 100001 + i, Description: fmt.Sprintf("runner-%04d", i+1),
		Tags:      []string{[]string{"linux", "windows", "macos"}[i%3]},
		CreatedBy: "oli", CreatedAt: now.Add(-40 * day)}
	switch {
	case i < 20:
		r.CreatedBy = world.RootUsername
	case i < 100:
		r.Group = fmt.Sprintf("team-%d", (i-20)/8)
	default:
		r.Projects = []string{fmt.Sprintf("team-%d/project-%d", (i-100)/90, (i-100)/9%10)}
	}
	switch r.ID % 10 {
	case 0:
		r.CreatedAt = now.Add(-day)
	case 2:
		r.Tags = append(r.Tags, "large")
		heard(&r, now, time.Minute)
	case 5:
		r.Paused = true
		heard(&r, now, time.Minute)
	case 7, 8:
		heard(&r, now, 5*time.Hour)
	case 9:
		heard(&r, now, 8*day)
	default:
		heard(&r, now, time.Minute)
	}
	return r
}

// Fleet is a world with a runner in each state that one can be in, for what watches, sorts or cleans up runners. IDs
// are fixed; times are told from when it is seeded, by the fake's clock (Scenario.Now), and suit the status rules of
// GitLab 17.1 and later.
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
		r.ContactedAt = world.Later(r.ContactedAt, m.ContactedAt)
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
