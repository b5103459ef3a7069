package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAtLeast(t *testing.T) {
	for _, reading := range []bool{true, false} {
		assert.True(t, atLeast(mia, Maintainer, "acme", Maintainer, reading).Allowed)
		assert.True(t, atLeast(mia, Owner, "acme", Maintainer, reading).Allowed)
		assert.True(t, atLeast(root, None, "acme", Owner, reading).Allowed)
		assert.Equal(t, Decision{Reason: "mia is Developer in acme; needs Maintainer"}, atLeast(mia, Developer, "acme",
			Maintainer, reading))
	}
	assert.True(t, atLeast(eva, None, "acme", Maintainer, true).Allowed)
	assert.Equal(t, Decision{Reason: "eva is no member of acme; needs Maintainer"}, atLeast(eva, None, "acme",
		Maintainer, false))
}

func TestIsAdmin(t *testing.T) {
	assert.True(t, isAdmin(Actor{Admin: true}, false).Allowed)
	assert.True(t, isAdmin(Actor{Auditor: true}, true).Allowed)
	for _, a := range []Actor{{Name: "mia"}, {Name: "mia", Auditor: true}} {
		assert.Equal(t, Decision{Reason: "mia is no administrator"}, isAdmin(a, false))
	}
}

func TestCanSee(t *testing.T) {
	ext := Actor{Name: "ext", External: true}
	for _, c := range []struct {
		who    Actor
		member bool
		v      Visibility
		want   string // "" is yes
	}{
		{mia, false, Public, ""},
		{ext, false, Public, ""},
		{Anonymous(), false, Public, ""},
		{mia, false, Internal, ""},
		{ext, false, Internal, "ext is external and no member of acme, which is internal"},
		{ext, true, Internal, ""},
		{Anonymous(), false, Internal, "an anonymous caller is external and no member of acme, which is internal"},
		{mia, false, Private, "mia is no member of acme, which is private"},
		{ext, false, Private, "ext is no member of acme, which is private"},
		{mia, true, Private, ""},
		{eva, false, Private, ""},
		{Actor{Name: "root", Admin: true, External: true}, false, Private, ""},
	} {
		role := None
		if c.member {
			role = Guest
		}
		check(t, c.want, canSee(c.who, c.member, c.v, "acme"), c)
		check(t, c.want, ReadGroup(c.who, GroupStanding{Where: "acme", Around: c.member, Visibility: c.v}), c)
		check(t, c.want, ReadProject(c.who, ProjectStanding{Where: "acme", Held: role, Visibility: c.v}), c)
		check(t, c.want, ReadBuild(c.who, ProjectStanding{Where: "acme", Held: role, Visibility: c.v}), c)
	}
}

func TestNamesOfRoles(t *testing.T) {
	for role, want := range map[Role]string{None: "no member", Guest: "Guest", Planner: "Planner", Reporter: "Reporter",
		Developer:  "Developer",
		Maintainer: "Maintainer", Owner: "Owner", 7: "role 7"} {
		assert.Equal(t, want, role.String())
	}
}
