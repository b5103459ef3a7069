package world

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What nothing can be is told of a runner, at its place.
func TestRunnersOfSeedsThatAreRefused(t *testing.T) {
	for want, c := range map[string]struct {
		draft func(shop *Project, n *RunnerDraft)
		field string
	}{
		"of a group or of projects, and not of both": {func(p *Project, n *RunnerDraft) {
			n.Group, n.Projects = p.Group, []*Project{p}
		}, "group"},
		`project "acme/shop" is named twice`: {func(p *Project, n *RunnerDraft) { n.Projects = []*Project{p, p} }, "projects[1]"},
		`unknown runner type "grupp_type"`:   {func(p *Project, n *RunnerDraft) { n.Type, n.Group = "grupp_type", p.Group }, "runner_type"},
		"needs to be at least 10 minutes":    {func(_ *Project, n *RunnerDraft) { n.Attributes.MaximumTimeout = new(int) }, "maximum_timeout"},
		"ContactedAt 2024-07-01T13:00:00Z is yet to come": {func(_ *Project, n *RunnerDraft) {
			n.ContactedAt = noon.Add(time.Hour)
		}, "contacted_at"},
		`CreatedAt of manager "a" 2024-07-01T13:00:00Z is yet`: {func(_ *Project, n *RunnerDraft) {
			n.Managers = []Manager{{SystemID: "a", CreatedAt: noon.Add(time.Hour)}}
		}, "managers[0].created_at"},
		`ContactedAt of manager "a" 2024-07-01T13:00:00Z is yet`: {func(_ *Project, n *RunnerDraft) {
			n.Managers = []Manager{{SystemID: "a", ContactedAt: noon.Add(time.Hour)}}
		}, "managers[0].contacted_at"},
		msgGroupsAssigned: {func(p *Project, n *RunnerDraft) { n.Type, n.Group = InstanceRunner, p.Group }, "group"},
		msgGroupNeeded:    {func(_ *Project, n *RunnerDraft) { n.Type, n.Token = GroupRunner, "glrt-of-its-own" }, "group"},
		msgTagsNeeded: {func(_ *Project, n *RunnerDraft) {
			n.Attributes.RunUntagged, n.Attributes.Tags = false, []string{" ", `""`}
		}, "tag_list"},
		"another runner has that token": {func(_ *Project, n *RunnerDraft) { n.Token = "glrt-taken" }, "token"},
		"CreatedAt 2024-07-01T13:00:00Z is yet to come": {func(_ *Project, n *RunnerDraft) {
			n.CreatedAt = noon.Add(time.Hour)
		}, "created_at"},
	} {
		st, shop := ruled(t)
		_, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Token: "glrt-taken"})
		require.NoError(t, err)
		n := RunnerDraft{Attributes: DefaultAttributes()}
		c.draft(shop, &n)
		_, err = st.AddRunner(n)
		require.ErrorContains(t, err, want)
		assert.Equal(t, []string{c.field}, fieldsOf(t, err))
	}
}

// When a seeded runner was made, and how long its token lives, follows from what is said (app/models/ci/runner.rb).
func TestTimesOfSeededRunners(t *testing.T) {
	st, _ := ruled(t)
	st.Settings.RunnerTokenExpiration = 2 * time.Hour
	week := noon.Add(-7 * day)
	for name, c := range map[string]struct {
		n                RunnerDraft
		created, expires time.Time
	}{
		"nothing said":         {RunnerDraft{}, noon, noon.Add(2 * time.Hour)},
		"made before":          {RunnerDraft{CreatedAt: noon.Add(-time.Hour)}, noon.Add(-time.Hour), noon.Add(time.Hour)},
		"heard of last week":   {RunnerDraft{ContactedAt: week}, week, noon.Add(2 * time.Hour)},
		"by a manager":         {RunnerDraft{Managers: []Manager{{SystemID: "a", ContactedAt: week}}}, week, noon.Add(2 * time.Hour)},
		"for ever":             {RunnerDraft{TokenExpiresAt: Never}, noon, time.Time{}},
		"to a time of its own": {RunnerDraft{TokenExpiresAt: noon.Add(time.Minute)}, noon, noon.Add(time.Minute)},
	} {
		c.n.Attributes = DefaultAttributes()
		r, err := st.AddRunner(c.n)
		require.NoError(t, err, name)
		assert.Equal(t, []time.Time{c.created, c.expires}, []time.Time{r.CreatedAt, r.TokenExpiresAt}, name)
	}
}

// Managers that say their ID get it, whoever comes first, and one that does so again is the same as before.
func TestIDsOfSeededManagers(t *testing.T) {
	st, _ := ruled(t)
	next := st.managers.next
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(),
		Managers: []Manager{{SystemID: "a"}, {ID: next, SystemID: "b", CreatedAt: noon.Add(-time.Hour)}}})
	require.NoError(t, err)
	require.Len(t, r.Managers, 2)
	b := r.Managers[0]
	assert.Equal(t, []any{next, "b"}, []any{b.ID, b.SystemID})
	n := RunnerDraft{ID: r.ID, Type: r.Type, Attributes: r.Attributes, Token: r.Token,
		Managers: []Manager{{ID: next, SystemID: "b"}}}
	r.CreatedAt, r.ContactedAt, b.ContactedAt = noon.Add(day), noon.Add(day), noon.Add(day)
	n.CreatedAt, n.ContactedAt, n.Managers[0].ContactedAt = r.CreatedAt, r.ContactedAt, b.ContactedAt
	require.NoError(t, st.ChangeRunner(r, n), "what came with a seed stays")
	require.Len(t, r.Managers, 1)
	assert.Same(t, b, r.Managers[0])
	assert.Equal(t, noon.Add(-time.Hour), b.CreatedAt)
	n.Managers[0].ID = 950
	require.NoError(t, st.ChangeRunner(r, n))
	assert.Equal(t, 950, r.Managers[0].ID)
	assert.NotSame(t, b, r.Managers[0], "it is another one")
	assert.Same(t, r.Managers[0], st.managers.ByID(950))
	require.NoError(t, st.ChangeRunner(r, n), "as it is")
	assert.Same(t, r.Managers[0], st.managers.ByID(950))
}

// What is said anew of a runner is found in all lists, and what plain data does not show stays.
func TestRunnersThatAreSaidAnew(t *testing.T) {
	st, shop := ruled(t)
	site, err := st.AddProject(Project{Path: "acme/site"}, nil)
	require.NoError(t, err)
	team, err := st.AddProject(Project{Path: "acme/team"}, nil)
	require.NoError(t, err)
	r, err := st.AddRunner(RunnerDraft{Projects: []*Project{shop, site}, Attributes: DefaultAttributes()})
	require.NoError(t, err)
	r.Description, r.Name, r.MaintenanceNote = new(string), new(string), new(string)
	kept := r.Assignments[0]
	kept.UpdatedAt = noon.Add(-time.Hour)
	online := RunnerFilter{Scopes: []string{"online"}}
	found := func() bool { rows, _ := st.Narrowed(online); return slices.Contains(rows, r) }
	assert.False(t, found())
	n := RunnerDraft{ID: r.ID, Type: r.Type, Projects: []*Project{shop, team}, Attributes: DefaultAttributes(), Token: "glrt-new", ContactedAt: noon,
		Registration: ByRegistrationToken, Creator: st.Users.Rows[0], Managers: []Manager{{SystemID: "a", Version: "17.2.0"}}}
	require.NoError(t, st.ChangeRunner(r, n))
	assert.True(t, found(), "as it has been heard of now")
	assert.Same(t, r, st.RunnerTokens["glrt-new"])
	assert.Equal(t, []any{new(string), new(string), new(string), ByRegistrationToken, st.Users.Rows[0]},
		[]any{r.Description, r.Name, r.MaintenanceNote, r.Registration, r.Creator})
	assert.Same(t, kept, r.Assignments[0])
	assert.Equal(t, [][]*Runner{{r}, {}, {r}}, [][]*Runner{shop.Runners, site.Runners, team.Runners})
	text := "said"
	n.Attributes.Description, n.Name = &text, &text
	require.NoError(t, st.ChangeRunner(r, n))
	assert.Equal(t, []*string{&text, &text}, []*string{r.Description, r.Name})
	n.Attributes.Description = nil
	require.NoError(t, st.ChangeRunner(r, n))
	assert.Nil(t, r.Description, "only a blank one looks like none")
	before := *r
	many := n
	many.Attributes.Tags = make([]string, maxTags+1)
	for i := range many.Attributes.Tags {
		many.Attributes.Tags[i] = fmt.Sprint("tag-", i)
	}
	many.Token = "glrt-newer"
	require.ErrorContains(t, st.ChangeRunner(r, many), msgTooManyTags)
	assert.Equal(t, before, *r)
	found1 := Problem{Field: "group", Text: "there is none"}
	n.Group = shop.Group
	err = st.ChangeRunner(r, n, found1)
	require.ErrorContains(t, err, "there is none")
	assert.NotContains(t, err.Error(), "do not change", "it is not known which is meant")
}

// What nothing can be is told of the settings, at its place.
func TestSettingsOfSeedsThatAreRefused(t *testing.T) {
	for want, c := range map[string]struct {
		in    Settings
		field string
	}{
		`no kind of registrar "groop"; did you mean "group"?`: {Settings{ValidRegistrars: []string{"groop", "groop"}},
			"valid_runner_registrars[0] valid_runner_registrars[1]"},
		`no visibility "hidden"`: {Settings{RestrictedVisibilities: []Visibility{Public, "hidden"}},
			"restricted_visibility_levels[1]"},
		`"soon" is no duration`:               {Settings{ArtifactsExpireIn: "soon"}, columnArtifactsExpire},
		"a token cannot live for -1s":         {Settings{RunnerTokenExpiration: -time.Second}, fieldExpiration},
		"a token cannot live for -1h0m0s":     {Settings{ProjectRunnerTokenExpiration: -time.Hour}, "project_" + fieldExpiration},
		"a token cannot live for -1m0s":       {Settings{GroupRunnerTokenExpiration: -time.Minute}, "group_" + fieldExpiration},
		"the registration token is another's": {Settings{RegistrationToken: "GR-acme"}, fieldRegistrationToken},
	} {
		st, shop := ruled(t)
		shop.Group.RegistrationToken = "GR-acme"
		st.indexRegistrationToken(&shop.Group.RegistrationToken)
		err := st.UpdateSettings(c.in)
		require.ErrorContains(t, err, want)
		assert.Equal(t, c.field, strings.Join(fieldsOf(t, err), " "), want)
	}
	st, _ := ruled(t)
	token := st.Settings.RegistrationToken
	require.NoError(t, st.UpdateSettings(Settings{AdminMode: true, ArtifactsExpireIn: "5 days",
		Attributes: map[string]string{"gravatar_enabled": "true"}}))
	assert.Equal(t, []any{token, "5 days"}, []any{st.Settings.RegistrationToken, st.Settings.ArtifactsExpireIn})
	assert.Nil(t, st.Settings.Attributes, "they are as in a new GitLab")
}

// What nothing can be is told of a user, at its place; of one whose name cannot be, no more is said.
func TestUsersOfSeedsThatAreRefused(t *testing.T) {
	for want, c := range map[string]struct {
		in    User
		field string
	}{
		"no username is given":        {User{}, "username"},
		`"a b" is no username, which`: {User{Username: "a b"}, "username"},
		`"mia.git" is no username`:    {User{Username: "mia.git"}, "username"},
		`"mia." is no username`:       {User{Username: "mia."}, "username"},
		"user id 1 is taken":          {User{Username: "mia", ID: 1}, "id"},
		`"mia" is no email address`:   {User{Username: "mia", Email: "mia"}, "email"},
		`the email address "Admin@example.com" is taken by user "root"`: {User{Username: "mia", Email: "Admin@example.com"}, "email"},
		"a group has that path": {User{Username: "ACME"}, "username"},
	} {
		st, _ := ruled(t)
		_, err := st.AddUser(c.in)
		require.ErrorContains(t, err, want)
		assert.Equal(t, []string{c.field}, fieldsOf(t, err), want)
		assert.ErrorContains(t, st.SeedUser(c.in), want)
	}
	st, _ := ruled(t)
	require.NoError(t, st.SeedBot("helper", "deploys"))
	bot := st.UserNames["helper"]
	assert.Equal(t, "deploys", bot.Name)
	next := *bot
	next.Username = "helpers"
	assert.ErrorContains(t, st.UpdateUser(bot, next), "ID and Username do not change")
	next.Username, next.Bot = bot.Username, false
	assert.ErrorContains(t, st.UpdateUser(bot, next), "does not change")
	next.Bot, next.Email = true, "helper@corp.example"
	require.NoError(t, st.UpdateUser(bot, next))
	assert.Same(t, bot, st.userByEmail("Helper@corp.example"))
	assert.ErrorContains(t, st.SeedUser(User{Username: "Root", ID: 77}), "the ID of root is 1")
	assert.NoError(t, st.SeedUser(User{Username: "Root", ID: 1}))
}

// A token of a seed is somebody's, for what there is; one of a project or group has a bot, who may be there already.
func TestAccessTokensOfSeeds(t *testing.T) {
	st, shop := ruled(t)
	_, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	for want, c := range map[string]struct {
		in       AccessToken
		username string
		field    string
	}{
		`no token scope "ape"; did you mean "api"?`: {AccessToken{Scopes: []string{"ape"}}, RootUsername, "scopes[0]"},
		"grants are for tokens":                     {AccessToken{Grants: []Grant{{}}}, RootUsername, "grants"},
		`no user "roto"`:                            {AccessToken{Scopes: []string{"ape"}}, "roto", "scopes[0] user"},
		"the role of a personal one":                {AccessToken{Role: Developer}, RootUsername, "role"},
		"the token of a group belongs to a bot user, who is made with it: leave User out, or name the bot by a username " +
			"that nobody has; for a token of mia's own leave Group out": {AccessToken{Group: shop.Group}, "mia", "user"},
		"leave Project out":        {AccessToken{Project: shop}, "mia", "user"},
		"no role has the number 7": {AccessToken{Project: shop, Role: 7}, "", "role"},
	} {
		_, err := st.AddAccessToken(c.in, c.username)
		require.ErrorContains(t, err, want)
		assert.Equal(t, c.field, strings.Join(fieldsOf(t, err), " "), want)
	}
	_, err = st.AddAccessToken(AccessToken{Project: shop, Scopes: []string{"ape"}}, "newbot")
	require.Error(t, err)
	assert.NotContains(t, st.UserNames, "newbot", "what is refused makes nobody")
	scopes := []string{ScopeAPI}
	personal, err := st.AddAccessToken(AccessToken{Scopes: scopes}, "MIA")
	require.NoError(t, err)
	scopes[0] = "changed"
	assert.Equal(t, []any{"token of mia", []string{ScopeAPI}, st.UserNames["mia"]}, []any{personal.Name, personal.Scopes, personal.User})
	require.NoError(t, st.SeedBot("helper", "deploys"))
	for _, in := range []AccessToken{{Group: shop.Group, Role: Developer}, {Project: shop}} {
		token, err := st.AddAccessToken(in, "helper")
		require.NoError(t, err)
		assert.Same(t, st.UserNames["helper"], token.User)
	}
	given := TokenName(RootUsername, []string{ScopeAPI})
	for name, kept := range map[string]bool{"mine": false, given: true} {
		require.NoError(t, st.SeedAccessToken(AccessToken{Name: name}, RootUsername))
		assert.Equal(t, kept, st.namedTokens[name] != nil, name)
	}
}

// What nothing can be is told of a webhook, at its place.
func TestWebhooksOfSeedsThatAreRefused(t *testing.T) {
	for want, c := range map[string]struct {
		url, token, event string
		failures          int
		field             string
	}{
		"Token is invalid": {"https://x", "a\nb", "push_events", 0, "token"},
		`no event "pushes_events"; did you mean "push_events"?`: {"https://x", "", "pushes_events", 0, "other_events"},
		`no event "zzzzzzzzzzzz"`:                               {"https://x", "", "zzzzzzzzzzzz", 0, "other_events"},
		"Failures: -1 is no number of failures":                 {"https://x", "", "push_events", -1, "failures"},
		"Url is blocked":                                        {"ftp://x", "", "push_events", 0, "url"},
	} {
		st, shop := ruled(t)
		a := WebhookAttributes{URL: c.url, Token: c.token, Events: map[string]bool{c.event: true}}
		s := WebhookState{Failures: c.failures}
		_, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: a}, s)
		require.ErrorContains(t, err, want)
		assert.Equal(t, []string{c.field}, fieldsOf(t, err), want)
		if c.event == "zzzzzzzzzzzz" {
			assert.EqualError(t, err, want)
		}
		h, err := st.AddWebhook(Webhook{Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://x"}},
			WebhookState{Disabled: true, DisabledUntil: noon.Add(time.Hour)})
		require.NoError(t, err)
		assert.Equal(t, []any{false, noon}, []any{h.Disabled, h.CreatedAt}, "it is disabled for a time alone")
		before := *h
		require.ErrorContains(t, st.ReviseWebhook(h, a, s), want)
		assert.Equal(t, before, *h)
		a = WebhookAttributes{URL: "https://y"}
		require.NoError(t, st.ReviseWebhook(h, a, WebhookState{Disabled: true}))
		assert.Equal(t, []any{"https://y", true, time.Time{}}, []any{h.URL, h.Disabled, h.DisabledUntil})
	}
	st, shop := ruled(t)
	for _, h := range []Webhook{{}, {Project: shop, Group: shop.Group}} {
		h.URL = "https://x"
		_, err := st.AddWebhook(h, WebhookState{})
		assert.EqualError(t, err, "a webhook is of a project or of a group")
	}
	h := Webhook{ID: 7, Project: shop, WebhookAttributes: WebhookAttributes{URL: "https://x"}}
	_, err := st.AddWebhook(h, WebhookState{})
	require.NoError(t, err)
	_, err = st.AddWebhook(h, WebhookState{})
	require.EqualError(t, err, "webhook id 7 is taken")
	assert.Equal(t, []string{"id"}, fieldsOf(t, err))
	_, err = st.AddWebhook(Webhook{WebhookAttributes: WebhookAttributes{URL: "https://x"}}, WebhookState{}, Problem{Text: "x"})
	assert.EqualError(t, err, "x", "it is not known of what it is to be")
}

// placedWrong is an error that knows its place.
type placedWrong struct{}

func (placedWrong) Error() string              { return "f" }
func (placedWrong) JSONPath() (string, string) { return "below", "no f" }

// A problem keeps its place and what it follows from, wherever it is added.
func TestProblemsThatAreAdded(t *testing.T) {
	var ps, all Problems
	ps.unset("a", "no a", "b")
	ps.addFrom("c", errors.New("no c"), "d")
	ps.Add("e", newInvalid(attrTagsList, msgTagsNeeded))
	ps.Add("f", placedWrong{})
	all.Add("in", ps)
	all.Add("", newInvalid(attrDescription, msgBlank))
	assert.Equal(t, Problems{
		{Field: "in.a", Text: "no a", From: []string{"in.b", "in.a"}},
		{Field: "in.c", Text: "no c", From: []string{"in.d"}},
		{Field: "in.e.tag_list", Text: "Tags list " + msgTagsNeeded, From: []string{"in.e.run_untagged", "in.e.tag_list"}},
		{Field: "in.f.below", Text: "no f", Terse: true, From: []string{}},
		{Field: "description", Text: "Description " + msgBlank},
	}, all)
}

// A name that is absurdly long is told by its beginning, in whole characters.
func TestNamesInErrors(t *testing.T) {
	whole := strings.Repeat("a", maxSegmentLength)
	assert.Equal(t, []string{whole, whole + "...", strings.Repeat("a", 254) + "..."},
		[]string{shortened(whole), shortened(whole + "a"), shortened(strings.Repeat("a", 254) + "é")})
	for path, want := range map[string][2]string{"a": {"", "a"}, "a/b/c": {"a/b", "c"}, "/a": {"", "a"}} {
		parent, last := SplitPath(path)
		assert.Equal(t, want, [2]string{parent, last})
	}
	assert.Equal(t, []string{"/a"}, slices.Collect(Ancestors("/a/b")), "nothing is above all")
	st, _ := ruled(t)
	for n, refused := range map[int]bool{maxSegmentLength: false, maxSegmentLength + 1: true} {
		var ofGroup, ofProject Invalid
		st.checkGroupPath(&ofGroup, strings.Repeat("a", n), true, false)
		st.checkProjectNamespace(&ofProject, strings.Repeat("a", n))
		assert.Equal(t, []bool{refused, refused}, []bool{len(ofGroup.Problems) == 1, len(ofProject.Problems) == 1}, n)
	}
}

// The settings share no memory with their copy, and are in the zone that was named.
func TestSettingsAreTheirOwn(t *testing.T) {
	yes, no := true, false
	s := Settings{KeepLatestArtifacts: &yes, EnforceJobTokenAllowlist: &yes, RestrictedVisibilities: []Visibility{Public},
		ValidRegistrars: []string{RegistrarGroup}}
	s.Attributes = map[string]string{"a": "b"}
	c := s.Clone()
	c.Attributes["a"] = "c"
	assert.Equal(t, "b", s.Attributes["a"])
	*c.KeepLatestArtifacts, *c.EnforceJobTokenAllowlist = no, no
	c.RestrictedVisibilities[0], c.ValidRegistrars[0] = Private, RegistrarProject
	assert.Equal(t, []any{true, true, Public, RegistrarGroup}, []any{*s.KeepLatestArtifacts, *s.EnforceJobTokenAllowlist,
		s.RestrictedVisibilities[0], s.ValidRegistrars[0]})
	_, err := TimeZone("Local")
	assert.ErrorContains(t, err, "another one on each machine")
	for _, name := range []string{"", "UTC"} {
		zone, err := TimeZone(name)
		require.NoError(t, err)
		assert.Equal(t, name == "", zone == nil)
		assert.Equal(t, name, Settings{TimeZone: zone}.ZoneName())
	}
}

// lib/gitlab/project_authorizations.rb: what a group keeps from being shared is shared with nobody.
func TestLockedShares(t *testing.T) {
	st, shop := ruled(t)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	_, err = st.AddGroup(Group{Path: "guild"}, map[string]Role{"mia": Developer})
	require.NoError(t, err)
	_, err = st.AddShare(shop.Path, "guild", Reporter, time.Time{})
	require.NoError(t, err)
	assert.Equal(t, Reporter, RoleInProject(mia, shop))
	shop.Group.Attributes = map[string]string{AttrShareLock: "true"}
	assert.Zero(t, RoleInProject(mia, shop))
	shop.Roles = map[*User]Role{mia: Maintainer}
	assert.Equal(t, Maintainer, BestRoleBelow(mia, shop.Group))
	shop.GroupRunnersDisabled = true
	assert.Zero(t, BestRoleBelow(mia, shop.Group), "it has none of the group's runners")
}

// ActiveSupport's advance: where the month has no such day it is the last one.
func TestMonthsBefore(t *testing.T) {
	at := func(month time.Month, d int) time.Time { return time.Date(2024, month, d, 9, 8, 7, 6, time.UTC) }
	for before, c := range map[time.Time]struct {
		of     time.Time
		months int
	}{
		at(6, 15): {at(7, 15), 1}, at(6, 30): {at(7, 31), 1}, at(2, 29): {at(5, 31), 3}, at(1, 31): {at(3, 31), 2},
		at(4, 1).AddDate(-1, 0, 0): {at(4, 1), 12},
	} {
		assert.Equal(t, before, monthsBefore(c.of, c.months))
	}
	for d, want := range map[time.Duration]int{0: 0, time.Second: 1, time.Second + 1: 2, 1: 1} {
		assert.Equal(t, want, WholeSeconds(d))
	}
}

// Texts as Rails lists and compares them.
func TestTextsAreListed(t *testing.T) {
	for want, list := range map[string][]string{"": nil, "a": {"a"}, "a and b": {"a", "b"}, "a, b, and c": {"a", "b", "c"}} {
		assert.Equal(t, want, toSentence(list))
	}
	a, same, b := "a", "a", "b"
	for _, c := range []struct {
		a, b *string
		want bool
	}{{nil, nil, true}, {nil, &a, false}, {&a, nil, false}, {&a, &same, true}, {&a, &b, false}} {
		assert.Equal(t, c.want, equalText(c.a, c.b))
	}
}

// A role is written as a word or as GitLab's number (lib/gitlab/access.rb).
func TestRolesInWords(t *testing.T) {
	for text, want := range map[string]Role{"maintainer": Maintainer, "MAINTAINER": Maintainer, "40": Maintainer, "10": Guest} {
		r, err := ReadRole(text)
		require.NoError(t, err)
		assert.Equal(t, want, r)
	}
	_, err := ReadRole("gest")
	assert.ErrorContains(t, err, `did you mean "guest"?`)
	for text, want := range map[string]string{`"owner"`: "", "50": "", "0": "", `"ownr"`: `did you mean "owner"?`,
		"7": "no role has the number 7; known are guest (10)", "true": "want a role's word or number"} {
		r, err := ReadRoleInJSON([]byte(text))
		if want != "" {
			assert.ErrorContains(t, err, want)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, text != "0", r == Owner)
	}
}

// What values a field of a scenario's type may have.
func TestValuesOfTypes(t *testing.T) {
	for name, want := range map[string]string{"Visibility": "private", "RunnerType": "instance_type", "AccessLevel": "not_protected",
		"RefAccess": "maintainers", "UserState": "active", "Registration": "authenticated_user", "JobStatus": "created",
		"EnvironmentState": "available", "DeploymentStatus": "created"} {
		assert.Contains(t, ValuesOf(name), want, name)
	}
	assert.Nil(t, ValuesOf("Color"))
}
