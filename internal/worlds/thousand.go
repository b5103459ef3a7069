package worlds

import (
	"fmt"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// ThousandRunners is a world with a thousand runners over a hundred projects, as of now.
func ThousandRunners(now time.Time) Scenario {
	s := worldOf("team-0", Members{"oli": world.Owner, "mia": world.Maintainer})
	for team := 1; team < 10; team++ {
		s.Groups = append(s.Groups, Group{ID: 1001 + team, Path: fmt.Sprintf("team-%d", team),
			Members: Members{"oli": world.Owner}})
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
