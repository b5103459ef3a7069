package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMembersOfGroups(t *testing.T) {
	at := func(held Role) GroupStanding { return GroupStanding{Where: "acme", Held: held, Around: true} }
	gus := MemberStanding{Name: "gus", Role: Guest}
	self := MemberStanding{Name: "mia", Self: true, Role: Developer}
	last := MemberStanding{Name: "mia", Self: true, Role: Owner, LastOwner: true}
	bot := MemberStanding{Name: "group_7_bot", Role: Developer, Bot: true}
	const botStays = "group_7_bot is the bot of an access token, and a member as long as that lives"
	for _, c := range []struct {
		who                     Actor
		held                    Role
		member                  MemberStanding
		read, add, change, drop string // "" is yes
	}{
		{mia, Owner, gus, "", "", "", ""},
		{root, None, gus, "", "", "", ""},
		{mia, Maintainer, gus, "", "mia is Maintainer in acme; needs Owner", "mia is Maintainer in acme; needs Owner",
			"mia is Maintainer in acme; needs Owner"},
		{mia, Developer, self, "", "mia is Developer in acme; needs Owner", "mia is Developer in acme; needs Owner", ""},
		{mia, None, gus, "mia is no member of acme, which is private", "mia is no member of acme; needs Owner",
			"mia is no member of acme; needs Owner", "mia is no member of acme; needs Owner"},
		{mia, Owner, last, "", "", "mia is the last owner of acme", "mia is the last owner of acme"},
		{root, None, last, "", "", "mia is the last owner of acme", "mia is the last owner of acme"},
		{mia, Owner, bot, "", "", botStays, botStays},
		{root, None, bot, "", "", botStays, botStays},
	} {
		check(t, c.read, ReadGroupMembers(c.who, at(c.held)), c)
		check(t, c.add, AdminGroupMember(c.who, at(c.held)), c)
		check(t, c.change, UpdateGroupMember(c.who, at(c.held), c.member), c)
		check(t, c.drop, DestroyGroupMember(c.who, at(c.held), c.member), c)
	}
}

func TestMembersOfProjects(t *testing.T) {
	at := func(held Role) ProjectStanding { return ProjectStanding{Where: "acme/shop", Held: held} }
	bot := MemberStanding{Name: "project_7_bot", Role: Maintainer, Bot: true}
	itself := MemberStanding{Name: "project_7_bot", Self: true, Role: Owner, Bot: true}
	const botStays = "project_7_bot is the bot of an access token, and a member as long as that lives"
	for _, c := range []struct {
		held         Role
		member       MemberStanding
		change, drop string // "" is yes
	}{
		{Maintainer, MemberStanding{Name: "gus", Role: Guest}, "", ""},
		{Maintainer, MemberStanding{Name: "oli", Role: Owner}, "mia is Maintainer in acme/shop; needs Owner",
			"mia is Maintainer in acme/shop; needs Owner"},
		{Owner, MemberStanding{Name: "oli", Role: Owner}, "", ""},
		{Guest, MemberStanding{Name: "mia", Self: true, Role: Guest}, "mia is Guest in acme/shop; needs Maintainer", ""},
		{Owner, MemberStanding{Name: "mia", Self: true, Role: Owner, Holder: true},
			"acme/shop lies in the namespace of mia", "acme/shop lies in the namespace of mia"},
		{Owner, bot, botStays, botStays},
		{Owner, itself, botStays, ""},
	} {
		check(t, c.change, UpdateProjectMember(mia, at(c.held), c.member), c)
		check(t, c.drop, DestroyProjectMember(mia, at(c.held), c.member), c)
	}
	assert.True(t, AdminProjectMember(mia, at(Maintainer)).Allowed)
	assert.False(t, ManageOwners(mia, at(Maintainer)).Allowed)
}

func TestLinksOfProjects(t *testing.T) {
	for _, c := range []struct {
		held, invited, role Role
		want                string // "" is yes
	}{
		{Maintainer, None, Maintainer, ""},
		{Developer, None, Developer, "mia is Developer in acme/shop; needs Maintainer"},
		{Developer, Maintainer, Developer, "mia is Developer in acme/shop; needs Maintainer"},
		{Maintainer, Maintainer, Owner, "mia is Maintainer in acme/shop; needs Owner"},
		{Owner, None, Owner, ""},
		{Maintainer, Owner, Owner, ""},
		{None, Owner, Owner, ""},
	} {
		s, invited := ProjectStanding{Where: "acme/shop", Held: c.held}, GroupStanding{Where: "team", Held: c.invited}
		check(t, c.want, DestroyProjectGroupLink(mia, s, invited, c.role), c)
		check(t, "", DestroyProjectGroupLink(root, s, invited, c.role), c)
	}
}

func TestMakingThingsInGroups(t *testing.T) {
	for _, c := range []struct {
		held, subgroups, projects Role
		subgroup, project, moved  string // "" is yes
	}{
		{Maintainer, Maintainer, Developer, "", "", ""},
		{Developer, Maintainer, Developer, "mia is Developer in acme; needs Maintainer", "",
			"mia is Developer in acme; needs Maintainer"},
		{Maintainer, Owner, Maintainer, "mia is Maintainer in acme; needs Owner", "", ""},
		{Owner, Owner, Noone, "", "project_creation_level of acme is noone", "project_creation_level of acme is noone"},
	} {
		s := GroupStanding{Where: "acme", Held: c.held, Subgroups: c.subgroups, Projects: c.projects}
		check(t, c.subgroup, CreateSubgroup(mia, s), c)
		check(t, c.project, CreateProjectsInGroup(mia, s), c)
		check(t, c.moved, TransferProjectsToGroup(mia, s), c)
	}
	assert.False(t, CreateProjectsInGroup(root, GroupStanding{Projects: Noone}).Allowed, "not even administrators")
}

func TestFeaturesOfProjects(t *testing.T) {
	member, stranger := ProjectStanding{Where: "acme/shop", Held: Guest}, ProjectStanding{Where: "acme/shop"}
	for _, c := range []struct {
		who    Actor
		s      ProjectStanding
		access FeatureAccess
		want   string
	}{
		{mia, stranger, ForAll, ""},
		{mia, member, ForMembers, ""},
		{eva, stranger, ForMembers, ""},
		{mia, stranger, ForMembers, "jobs of acme/shop are for members and mia is none"},
		{root, member, ForNobody, "jobs of acme/shop are switched off"},
	} {
		c.s.Builds = c.access
		check(t, c.want, useBuilds(c.who, c.s), c)
		c.s.Visibility = Public
		check(t, c.want, ReadBuild(c.who, c.s), c)
	}
	hidden := ProjectStanding{Where: "acme/shop", Held: Guest, Visibility: Public, MembersJobs: true}
	check(t, "mia is Guest in acme/shop; needs Reporter", ReadBuild(mia, hidden), hidden)
	check(t, "jobs of acme/shop are switched off",
		CancelBuilds(mia, ProjectStanding{Where: "acme/shop", Held: Maintainer, Builds: ForNobody}), "cancel")
}
