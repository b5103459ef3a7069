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
