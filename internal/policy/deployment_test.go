package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Who has environments at all depends on three features; what an archived project takes away is to change them, and an
// environment that is not stopped is deleted by nobody.
func TestEnvironments(t *testing.T) {
	member := ProjectStanding{Where: "acme/shop", Held: Maintainer}
	for name, change := range map[string]func(*ProjectStanding){
		"environments of acme/shop are switched off": func(s *ProjectStanding) { s.Environments = ForNobody },
		"jobs of acme/shop are switched off":         func(s *ProjectStanding) { s.Builds = ForNobody },
		"files of acme/shop are switched off":        func(s *ProjectStanding) { s.Code = ForNobody },
	} {
		s := member
		change(&s)
		for _, may := range []func(Actor, ProjectStanding) Decision{ReadEnvironment, ChangeEnvironments, StopEnvironments,
			DestroyDeployment} {
			assert.Equal(t, Decision{Reason: name}, may(mia, s))
		}
	}
	archived := member
	archived.Archived = true
	assert.True(t, ReadEnvironment(mia, archived).Allowed)
	assert.True(t, StopEnvironments(mia, archived).Allowed)
	for _, may := range []func(Actor, ProjectStanding) Decision{ChangeEnvironments, DestroyDeployment} {
		assert.Equal(t, "acme/shop is archived", may(mia, archived).Reason)
	}
	going := EnvironmentStanding{Project: member}
	assert.Equal(t, "the environment is not stopped", DestroyEnvironment(mia, going).Reason)
	going.Stopped = true
	assert.True(t, DestroyEnvironment(mia, going).Allowed)
}

// Everybody who sees a project sees its environments and what is deployed to them; the job of a project that is kept out
// sees the environments alone.
func TestEnvironmentsThatEverybodySees(t *testing.T) {
	for visibility, seen := range map[Visibility]bool{Public: true, Internal: true, Private: false} {
		s := ProjectStanding{Where: "acme/shop", Visibility: visibility}
		assert.Equal(t, seen, ReadEnvironment(mia, s).Allowed)
		assert.Equal(t, seen, ReadDeployment(mia, s).Allowed)
		s = UnderJobToken(s, JobToken{})
		assert.Equal(t, seen, ReadEnvironment(mia, s).Allowed)
		assert.False(t, ReadDeployment(mia, s).Allowed)
		members := s
		members.Environments = ForMembers
		assert.False(t, ReadEnvironment(mia, members).Allowed)
	}
}

// A reason tells which rule it was: a private project hides its deployments as it hides itself, an open one only from
// the job of a project that is kept out.
func TestReasonsOfDeployments(t *testing.T) {
	open := UnderJobToken(ProjectStanding{Where: "acme/shop", Visibility: Public}, JobToken{})
	assert.Equal(t, "the job's project is not on the job token allowlist of acme/shop", ReadDeployment(mia, open).Reason)
	hidden := ProjectStanding{Where: "acme/shop", Visibility: Private, KeptOut: true}
	assert.Equal(t, ReadEnvironment(mia, hidden), ReadDeployment(mia, hidden))
}

// Maintainers stop whatever its job is; Developers where they may change the job that stops it, which takes nobody
// beyond what they may do in the project.
func TestWhoStopsAnEnvironment(t *testing.T) {
	nobodys := &JobStanding{Project: ProjectStanding{Where: "acme/shop", Held: Maintainer}, Protected: true, Nobody: true}
	theirs := &JobStanding{Project: ProjectStanding{Where: "acme/shop", Held: Maintainer}}
	for _, c := range []struct {
		held    Role
		stops   *JobStanding
		allowed bool
	}{
		{Maintainer, nobodys, true}, {Developer, nobodys, false}, {Developer, theirs, true}, {Developer, nil, true},
		{Reporter, theirs, false}, {Reporter, nil, false},
	} {
		s := EnvironmentStanding{Project: ProjectStanding{Where: "acme/shop", Held: c.held}, StopJob: c.stops}
		assert.Equal(t, c.allowed, StopEnvironment(mia, s).Allowed, c)
	}
}

// Who may change a deployment may change the job that makes it, and the project's environments.
func TestWhoChangesADeployment(t *testing.T) {
	s := ProjectStanding{Where: "acme/shop", Held: Developer}
	archived := s
	archived.Archived = true
	assert.True(t, UpdateDeployment(mia, s, &JobStanding{Project: s}).Allowed)
	assert.True(t, UpdateDeployment(mia, s, nil).Allowed)
	assert.Equal(t, "acme/shop is archived", UpdateDeployment(mia, archived, &JobStanding{Project: s}).Reason)
	old := &JobStanding{Project: s, Outdated: true}
	assert.Equal(t, outdated, UpdateDeployment(mia, s, old))
	guest := &JobStanding{Project: ProjectStanding{Where: "acme/shop", Held: Guest}, Outdated: true}
	assert.Equal(t, CancelBuilds(mia, guest.Project), CancelBuild(mia, *guest), "which is said first")
}
