package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// With one project a runner's owner is that project, unless it lost its first: then the versions differ.
func TestOwnerProjectRules(t *testing.T) {
	mia := Actor{Name: "mia"}
	for _, c := range []struct {
		projects   int
		then, from bool // before the rule and with it
	}{{projects: 1, then: true, from: false}, {projects: 2, then: true, from: true}} {
		s := Standing{Type: Project, Where: "acme/shop", InProjects: Maintainer, InOwner: Developer, Projects: c.projects}
		for _, ability := range []Ability{UpdateRunner, DeleteRunner} {
			assert.Equal(t, c.then, CanRunner(mia, ability, s, Rules{}).Allowed, ability)
			assert.Equal(t, c.from, CanRunner(mia, ability, s, Rules{OwnerProjectRules: true}).Allowed, ability)
		}
		assert.True(t, CanRunner(mia, ReadRunner, s, Rules{OwnerProjectRules: true}).Allowed)
	}
}
