package policy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	. "github.com/fakegitlab/fakegitlab/internal/policy"
)

// TestPushRef holds who may move which ref, rule by rule. The people are told by their roles.
func TestPushRef(t *testing.T) {
	admin := Actor{Name: "ada", Admin: true}
	mia := Actor{Name: "mia"}
	maintainers, developers := RefAccess{Least: Maintainer}, RefAccess{Least: Developer}
	guarded := RefChange{Name: "main", Protected: true, Push: maintainers, Merge: developers, First: developers}
	with := func(c RefChange, change func(*RefChange)) RefChange { change(&c); return c }
	for name, c := range map[string]struct {
		actor Actor
		held  Role
		does  RefChange
		rule  Rule // ByStanding is that it is allowed
	}{
		"a reporter pushes nothing":        {mia, Reporter, RefChange{Name: "a"}, ByRefRole},
		"a developer pushes":               {mia, Developer, RefChange{Name: "a", Forced: true, First: developers}, ByStanding},
		"a protected branch":               {mia, Developer, guarded, ProtectedPush},
		"for whom its rules name":          {mia, Maintainer, guarded, ByStanding},
		"an administrator is among them":   {admin, None, guarded, ByStanding},
		"where there are any":              {admin, None, with(guarded, func(c *RefChange) { c.Push.Nobody = true }), ProtectedPush},
		"not by force":                     {mia, Maintainer, with(guarded, func(c *RefChange) { c.Forced = true }), ProtectedNotForced},
		"unless the rule says so":          {mia, Maintainer, with(guarded, func(c *RefChange) { c.Forced, c.ForceAllowed = true, true }), ByStanding},
		"made by who may merge":            {mia, Developer, with(guarded, func(c *RefChange) { c.Made = true }), ProtectedMadeOfCommit},
		"of a commit that one has, not so": {mia, Developer, with(guarded, func(c *RefChange) { c.Made, c.OfProtected = true, true }), ProtectedMadeOnPages},
		"made by who may neither": {mia, Developer, with(guarded, func(c *RefChange) { c.Made, c.Merge = true, maintainers }),
			ProtectedMade},
		"deleted by a developer":         {mia, Developer, with(guarded, func(c *RefChange) { c.Gone = true }), ProtectedGone},
		"deleted with git":               {mia, Maintainer, with(guarded, func(c *RefChange) { c.Gone = true }), ProtectedGoneOnPages},
		"the default branch is kept":     {admin, None, with(guarded, func(c *RefChange) { c.Gone, c.Default = true, true }), DefaultBranchStays},
		"a branch like a commit":         {mia, Owner, RefChange{Name: strings.Repeat("a1", 20) + "/x", Made: true}, BranchLikeCommit},
		"a branch not quite like one":    {mia, Owner, RefChange{Name: strings.Repeat("a1", 20) + "x", Made: true}, ByStanding},
		"the first branch":               {mia, Developer, RefChange{Name: "main", Empty: true, First: maintainers}, ProtectedFirst},
		"the first branch by maintainer": {mia, Maintainer, RefChange{Name: "main", Empty: true, First: maintainers}, ByStanding},
		"a tag":                          {mia, Developer, RefChange{Name: "v1", Tag: true, Made: true}, ByStanding},
		"a tag like a commit":            {mia, Owner, RefChange{Name: strings.Repeat("a1", 20) + "x", Tag: true, Made: true}, TagLikeCommit},
		"a tag like the default branch":  {mia, Owner, RefChange{Name: "main", Tag: true, Made: true, Default: true}, TagLikeDefaultBranch},
		"a protected tag is made":        {mia, Developer, RefChange{Name: "v1", Tag: true, Made: true, Protected: true, Push: maintainers}, ProtectedTagMade},
		"a protected tag is changed":     {mia, Owner, RefChange{Name: "v1", Tag: true, Protected: true, Push: maintainers}, ProtectedTagChanged},
		"a protected tag is deleted":     {mia, Developer, RefChange{Name: "v1", Tag: true, Gone: true, Protected: true}, ProtectedTagGone},
		"others' first branch":           {mia, Developer, RefChange{Name: "a", First: maintainers}, ByStanding},
		"others' first branch is gone":   {mia, Developer, RefChange{Name: "a", Gone: true, First: maintainers}, ByStanding},
		"a rule beside the first branch": {mia, Developer, with(guarded, func(c *RefChange) { c.Empty, c.First, c.Push = true, maintainers, developers }), ByStanding},
		"the default branch is pushed":   {mia, Maintainer, with(guarded, func(c *RefChange) { c.Default = true }), ByStanding},
		"a name like a commit's goes":    {mia, Developer, RefChange{Name: strings.Repeat("a1", 20), Gone: true}, ByStanding},
		"an auditor has no role more":    {Actor{Name: "eva", Auditor: true}, Developer, guarded, ProtectedPush},
		"a tag is moved":                 {mia, Developer, RefChange{Name: "v1", Tag: true}, ByStanding},
		"a tag like the branch goes":     {mia, Developer, RefChange{Name: "main", Tag: true, Gone: true, Default: true}, ByStanding},
		"a tag like a commit goes":       {mia, Developer, RefChange{Name: strings.Repeat("a1", 20), Tag: true, Gone: true}, ByStanding},
		"a protected tag by who may":     {mia, Maintainer, RefChange{Name: "v1", Tag: true, Made: true, Protected: true, Push: maintainers}, ByStanding},
		"a protected tag, with git":      {mia, Owner, RefChange{Name: "v1", Tag: true, Gone: true, Protected: true}, ProtectedTagGoneOnPage},
	} {
		d := PushRef(c.actor, ProjectStanding{Where: "acme/shop", Held: c.held}, c.does)
		assert.Equal(t, c.rule, d.Rule, "%s: %s", name, d.Reason)
		assert.Equal(t, c.rule == ByStanding, d.Allowed, name)
		assert.Equal(t, d.Allowed, d.Reason == "", name)
	}
}

func TestPushAndReadAsAJob(t *testing.T) {
	mia, s := Actor{Name: "mia"}, ProjectStanding{Where: "acme/shop", Held: Developer}
	own := JobToken{Project: "acme/shop", SameProject: true}
	assert.True(t, PushCodeByBuild(mia, s, own, true).Allowed)
	assert.Contains(t, PushCodeByBuild(mia, s, own, false).Reason, "ci_push_repository_for_job_token_allowed")
	assert.Contains(t, PushCodeByBuild(mia, s, JobToken{Project: "acme/docs"}, true).Reason, "acme/docs")
	s.Archived = true
	assert.Equal(t, "acme/shop is archived", PushCode(mia, s).Reason)
	s.Code = ForNobody
	assert.Equal(t, "files of acme/shop are switched off", ReadCodeByBuild(mia, s).Reason)
	ada := Actor{Name: "ada", Admin: true}
	assert.False(t, ReadCodeByBuild(ada, ProjectStanding{Where: "acme/shop"}).Allowed)
	assert.True(t, ReadCodeByBuild(ada, ProjectStanding{Where: "acme/shop", Visibility: Public}).Allowed)
	assert.True(t, ReadCodeByBuild(mia, ProjectStanding{Where: "acme/shop", Held: Reporter}).Allowed)
}

// TestWhoMayWithProtectedRefs holds how a refusal calls those who may.
func TestWhoMayWithProtectedRefs(t *testing.T) {
	for want, push := range map[string]RefAccess{
		"the branch main of acme/shop is protected: nobody pushes to it":           {Nobody: true},
		"the branch main of acme/shop is protected: an administrator pushes to it": {Least: Noone},
		"the branch main of acme/shop is protected: a Maintainer pushes to it":     {Least: Maintainer},
	} {
		d := PushRef(Actor{Name: "mia"}, ProjectStanding{Where: "acme/shop", Held: Developer},
			RefChange{Name: "main", Protected: true, Push: push})
		assert.Equal(t, want, d.Reason)
	}
}

// TestReadCodeByBuild holds whom a job may read code as: members, and everybody where the code is for everybody.
func TestReadCodeByBuild(t *testing.T) {
	ada, mia := Actor{Name: "ada", Admin: true}, Actor{Name: "mia"}
	for _, c := range []struct {
		who        Actor
		held       Role
		visibility Visibility
		want       string
	}{
		{mia, Reporter, Private, ""},
		{mia, Guest, Internal, ""},
		{mia, None, Public, ""},
		{mia, None, Private, "mia is no member of acme/shop; needs Reporter"},
		{mia, Guest, Private, "mia is Guest in acme/shop; needs Reporter"},
		{mia, None, Internal, "mia, whose job it is, is no member of acme/shop"},
		{ada, None, Private, "ada, whose job it is, is no member of acme/shop"},
		{ada, Guest, Private, ""},
	} {
		d := ReadCodeByBuild(c.who, ProjectStanding{Where: "acme/shop", Held: c.held, Visibility: c.visibility})
		assert.Equal(t, Decision{Allowed: c.want == "", Reason: c.want}, d, "%s as %s", c.who.Name, c.held)
	}
}
