package world

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Rules of users, their tokens and memberships, and of who is deleted, whose loss no other test noticed
// (internal/mutate).

// app/models/user.rb, app/models/user_detail.rb, config/initializers/8_devise.rb: limits of what a user says.
func TestLimitsOfUsers(t *testing.T) {
	long := func(n int) *string { text := strings.Repeat("a", n); return &text }
	number := func(n int) *int { return &n }
	bio := func(n int) map[string]string { return map[string]string{"location": *long(n)} }
	for name, c := range map[string]struct {
		change UserChange
		want   []AttributeProblem
	}{
		"name":               {UserChange{Name: long(maxNameOfUser)}, nil},
		"long name":          {UserChange{Name: long(maxNameOfUser + 1)}, []AttributeProblem{{attrName, msgTooLong(maxNameOfUser)}}},
		"projects":           {UserChange{ProjectsLimit: number(MaxDatabaseInteger)}, nil},
		"very many projects": {UserChange{ProjectsLimit: number(MaxDatabaseInteger + 1)}, []AttributeProblem{{attrProjectsLimit, "must be less than or equal to 2147483647"}}},
		"username":           {UserChange{Username: long(maxSegmentLength)}, nil},
		"long username":      {UserChange{Username: long(maxSegmentLength + 1)}, []AttributeProblem{{attrUsername, msgTooLong(maxSegmentLength)}}},
		"detail":             {UserChange{Attributes: bio(maxDetail)}, nil},
		"long detail":        {UserChange{Attributes: bio(maxDetail + 1)}, []AttributeProblem{{"location", msgTooLong(maxDetail)}}},
	} {
		t.Run(name, func(t *testing.T) {
			st, _ := ruled(t)
			mia, err := st.AddUser(User{Username: "mia"})
			require.NoError(t, err)
			err = st.ChangeUser(mia, c.change, mia)
			if c.want == nil {
				assert.NoError(t, err)
			} else {
				assert.Equal(t, &Invalid{c.want}, err)
			}
		})
	}
	var v Invalid
	st, _ := ruled(t)
	st.checkUsername(&v, *long(maxSegmentLength - 1)+"!", nil)
	assert.Contains(t, v.Problems, AttributeProblem{attrUsername, msgNamespaceFormat})
}

// lib/security/weak_passwords.rb, config/initializers/8_devise.rb.
func TestPasswords(t *testing.T) {
	u := &User{Username: "mia", Name: "Maria Sol-berg Vega42", Email: "vesuvio.x@mount-etna.example"}
	odd := func(n int) string { return strings.Repeat("q7", n)[:n] }
	for password, want := range map[string]string{
		odd(minPassword): "", odd(minPassword - 1): "is too short (minimum is 8 characters)",
		odd(maxPassword): "", odd(maxPassword + 1): msgTooLong(maxPassword),
		"xxVesuvio77": msgWeakPassword, "xx-berg-77x": msgWeakPassword, "vega42-77x": msgWeakPassword, "vega-77xx": "",
		"xxMARIA77": msgWeakPassword, "xx-sol-77-mia": "", "xxGitLab77": msgWeakPassword, "sol-berg x9": msgWeakPassword,
		"etna-0123": msgWeakPassword, "xx-com-42": "",
		"gitlab" + odd(maxGuessed-7): msgWeakPassword, "gitlab" + odd(maxGuessed-6): "",
	} {
		var v Invalid
		checkPassword(&v, password, u)
		var refused []AttributeProblem
		if want != "" {
			refused = []AttributeProblem{{attrPassword, want}}
		}
		assert.Equal(t, refused, v.Problems, password)
	}
	assert.True(t, weak("own+whole@x.example1", &User{Email: "own+whole@x.example"}), "the whole address")
	assert.False(t, (&User{}).HasPassword(""), "who has none logs in with none")
}

// app/models/user.rb: a public address is one that is confirmed, and what a draft says of details there are not is told.
func TestDetailsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		u    User
		want string
	}{
		"public":            {User{Attributes: map[string]string{attrPublicEmail: "mia@example.com"}}, ""},
		"not confirmed yet": {User{Unconfirmed: true, Attributes: map[string]string{attrPublicEmail: "mia@example.com"}}, msgUnverified},
		"somebody's":        {User{Attributes: map[string]string{attrPublicEmail: "ned@example.com"}}, msgUnverified},
		"no address at all": {User{Attributes: map[string]string{"website_url": "http://[::1"}}, "is not a valid URL"},
		"no detail":         {User{Attributes: map[string]string{"pronoun": "they"}}, `did you mean "pronouns"?`},
		"fewer than none":   {User{ProjectsLimit: new(int)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			st, _ := ruled(t)
			c.u.Username = "mia"
			u, err := st.AddUser(c.u)
			if c.want != "" {
				assert.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			if c.u.Attributes != nil {
				c.u.Attributes[attrPublicEmail] = "other@example.com"
				assert.Equal(t, "mia@example.com", u.Attributes[attrPublicEmail], "the user shares nothing with the draft")
			}
		})
	}
	fewer := -1
	st, _ := ruled(t)
	_, err := st.AddUser(User{Username: "mia", ProjectsLimit: &fewer})
	assert.ErrorContains(t, err, "must be greater than or equal to 0")
}

// app/services/users/update_service.rb; app/models/user.rb, ensure_user_rights_and_limits: what is changed of a user, and
// who is found by which address.
func TestUsersThatAreChanged(t *testing.T) {
	st, _ := ruled(t)
	root := st.UserNames[RootUsername]
	mia, err := st.AddUser(User{Username: "mia", Email: "mia@old.example", External: true,
		Identities: map[string]string{"github": "7"}})
	require.NoError(t, err)
	text := func(s string) *string { return &s }
	refused := UserChange{Name: text(" "), Provider: "saml", ExternUID: "8"}
	require.Error(t, st.ChangeUser(mia, refused, root))
	assert.Equal(t, map[string]string{"github": "7"}, mia.Identities, "what is refused changes nothing")
	most, may, no := 3, true, false
	require.NoError(t, st.ChangeUser(mia, UserChange{Name: text("  Mia Sol "), Email: text("mia@new.example"),
		External: &no, ProjectsLimit: &most, CanCreateGroup: &may, Provider: "saml", ExternUID: "8"}, root))
	assert.Equal(t, map[string]string{"github": "7", "saml": "8"}, mia.Identities)
	assert.Equal(t, "Mia Sol", mia.Name)
	require.NotNil(t, mia.ProjectsLimit, "who is no longer external gets the limits that are said")
	assert.Equal(t, 3, *mia.ProjectsLimit)
	assert.Equal(t, []*User{nil, mia}, []*User{st.UserByLogin("mia@old.example"), st.UserByLogin("MIA@new.example")})
	require.NoError(t, st.ChangeUser(mia, UserChange{External: &may, ProjectsLimit: &most}, root))
	assert.Nil(t, mia.ProjectsLimit, "and who becomes it does not")
	assert.Same(t, mia, st.UserNames["mia"])
	require.NoError(t, st.DeleteUser(mia))
	assert.Nil(t, st.UserByLogin("mia@new.example"))
	_, err = st.AddUser(User{Username: "other", Email: "mia@new.example"})
	assert.NoError(t, err, "the address is free again")
}

// app/models/member.rb: a token's bot is a member of one group or project; a role is not below the nearest that is
// inherited; a membership says who made it when.
func TestMembersThatAreMade(t *testing.T) {
	st, top, child, p := grouped(t)
	add := func(name string, bot bool) *User {
		u, err := st.AddUser(User{Username: name})
		require.NoError(t, err)
		u.Bot = bot
		return u
	}
	bot, mia := add("bot", true), add("mia", false)
	by := st.UserNames[RootUsername]
	other, err := st.AddProject(Project{Path: "acme/other"}, nil)
	require.NoError(t, err)
	for _, s := range []Source{top, other} {
		other, u := p, add("bot-"+map[bool]string{true: "g", false: "p"}[s == Source(top)], true)
		require.NoError(t, st.AddMemberTo(s, MemberDraft{User: u, Role: Guest, By: by}))
		assert.Equal(t, newInvalid(attrUserID, msgBotElsewhere), st.AddMemberTo(other, MemberDraft{User: u, Role: Guest}))
	}
	require.NoError(t, st.AddMemberTo(p, MemberDraft{User: bot, Role: Guest, By: by}), "it is a member of nothing")
	require.NoError(t, st.AddMemberTo(top, MemberDraft{User: mia, Role: Developer, By: by}))
	m, _ := MemberOf(top, mia)
	assert.Equal(t, Joining{By: by, CreatedAt: noon, UpdatedAt: noon}, m.Joining)
	require.NoError(t, st.AddMemberTo(child, MemberDraft{User: mia, Role: Developer, By: by}), "who is no bot may be in several")
	err = st.AddMemberTo(p, MemberDraft{User: mia, Role: Guest})
	assert.ErrorContains(t, err, "inherited membership from group web", "the nearest of the highest")
}

// app/models/group.rb, last_owner?: an Owner of the group above, even if it is the same person, is another member.
// app/workers/remove_expired_members_worker.rb: what has no day does not end with what has one.
func TestOwnersAndEndsOfMembers(t *testing.T) {
	now := noon
	st := stateAt(t, &now)
	p, err := st.AddProject(Project{Path: "acme/web/shop"}, nil)
	require.NoError(t, err)
	child, top := p.Group, p.Group.Parent
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	for _, g := range []*Group{child, top} {
		st.join(g, mia, Owner, Joining{CreatedAt: noon})
	}
	assert.False(t, LastOwner(child, mia))
	assert.True(t, LastOwner(top, mia))
	ned, err := st.AddUser(User{Username: "ned"})
	require.NoError(t, err)
	st.join(top, ned, Guest, Joining{ExpiresAt: noon.Add(12 * time.Hour)})
	now = noon.Add(24 * time.Hour)
	Visit(st, func() {})
	assert.Equal(t, []Role{0, Owner}, []Role{top.Roles[ned], top.Roles[mia]})
}

// app/services/personal_access_tokens: what a rotation hands on, and what of its family is revoked, whatever the order of
// the ids.
func TestTokensThatAreRotated(t *testing.T) {
	st, _ := ruled(t)
	root := st.UserNames[RootUsername]
	grants := []Grant{{}}
	old, err := st.CreateToken(AccessToken{Name: "ci", Description: "of the nightly build", User: root,
		Scopes: []string{ScopeAPI}, Grants: grants, Impersonation: true, ExpiresAt: st.Tomorrow()})
	require.NoError(t, err)
	next, err := st.RotateToken(old, time.Time{})
	require.NoError(t, err)
	assert.Equal(t, []any{"of the nightly build", grants, true}, []any{next.Description, next.Grants, next.Impersonation})
	assert.Equal(t, "the test", TokenSentence(errors.New("the test")))
	scopes := KnownScopes()
	require.NotEmpty(t, scopes)
	scopes[0] = "changed"
	assert.NotEqual(t, scopes[0], KnownScopes()[0])

	st = versioned(t, "18.0")
	add := func(id, from int) *AccessToken {
		token, err := st.AddAccessToken(AccessToken{ID: id, RotatedFrom: from, ExpiresAt: noon.Add(48 * time.Hour)}, RootUsername)
		require.NoError(t, err)
		return token
	}
	last, middle, first := add(7001, 7002), add(7002, 7003), add(7003, 0)
	st.RevokeFamily(first)
	assert.Equal(t, []bool{true, true}, []bool{middle.Revoked, last.Revoked})
}

// app/services/users/destroy_service.rb: who cannot be deleted, and what becomes of what others keep.
func TestUsersThatAreDeleted(t *testing.T) {
	st, shop := ruled(t)
	root := st.UserNames[RootUsername]
	assert.ErrorContains(t, st.DeleteUser(root), "root is always there")
	assert.Same(t, root, st.UserNames[RootUsername])
	users := map[string]*User{}
	for name, email := range map[string]string{"mia": "ghost@example.com", "ned": "", "pat": ""} {
		u, err := st.AddUser(User{Username: name, Email: email})
		require.NoError(t, err)
		users[name] = u
	}
	mia, ned, pat := users["mia"], users["ned"], users["pat"]
	st.join(shop.Group, mia, Owner, Joining{})
	assert.ErrorContains(t, st.DeleteUser(mia), "mia is the only owner of group acme")
	assert.Same(t, mia, st.UserNames["mia"])

	_, err := st.AddEnvironment(Environment{Project: shop, Name: "production"})
	require.NoError(t, err)
	var deployed []*Deployment
	for _, u := range []*User{ned, pat} {
		d, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: "production", User: u.Username},
			Deployment{Ref: "main", SHA: strings.Repeat("a", 40)})
		require.NoError(t, err)
		deployed = append(deployed, d)
	}
	done, err := st.AddJob(&Job{Project: shop, User: pat, Status: JobSuccess})
	require.NoError(t, err)
	_, err = st.AddPipeline(7, shop, PipelineFacts{Status: JobRunning})
	require.NoError(t, err)
	waits, err := st.AddJob(&Job{Project: shop, User: pat, PipelineID: 7, Status: JobPending})
	require.NoError(t, err)
	follows, err := st.AddDeployment(DeploymentPlace{Project: shop, Environment: "production", JobID: waits.ID},
		Deployment{Status: DeploymentStatus(JobCreated)})
	require.NoError(t, err)
	before, _ := st.AddAccessToken(AccessToken{Token: "glpat-of-pat"}, "pat")
	kept, err := st.AddAccessToken(AccessToken{Token: "glpat-of-ned"}, "ned")
	require.NoError(t, err)
	st.namedTokens = map[string]*AccessToken{"a": before, "b": kept}
	Visit(st, func() { require.NoError(t, st.DeleteUser(pat)) })
	assert.Equal(t, []*User{ned, nil}, []*User{deployed[0].User, deployed[1].User})
	assert.Equal(t, []string{"", UserBlockedFailure}, []string{done.FailureReason, waits.FailureReason})
	assert.Equal(t, JobFailed, waits.Pipeline.Status())
	assert.Equal(t, DeploymentStatus(JobFailed), follows.Status)
	assert.Nil(t, st.tokenValues["glpat-of-pat"])
	assert.Equal(t, map[string]*AccessToken{"b": kept}, st.namedTokens)
	ghost := done.User
	assert.Equal(t, []any{GhostUsername, "ghost1@example.com", noon}, []any{ghost.Username, ghost.Email, ghost.CreatedAt})
	assert.True(t, st.EmailTaken("ghost1@example.com", nil))
}

// app/services/resource_access_tokens/create_service.rb: the bot of a token is as external as who makes it, and found by
// its address.
func TestBotsOfTokens(t *testing.T) {
	st, shop := ruled(t)
	root := st.UserNames[RootUsername]
	for _, external := range []bool{true, false} {
		root.External = external
		draft := AccessToken{Project: shop, Name: "x", Scopes: []string{ScopeAPI}, ExpiresAt: noon.Add(48 * time.Hour), Role: Guest}
		made, err := st.CreateResourceToken(draft, root, "gitlab.example.com")
		require.NoError(t, err)
		assert.Equal(t, external, made.User.External)
		assert.Equal(t, made.User.Username+"@noreply.gitlab.example.com", made.User.Email)
		assert.Same(t, made.User, st.userByEmail(made.User.Email))
		assert.Regexp(t, "^project_[0-9]+_bot_[0-9a-f]{32}$", made.User.Username)
	}
}

// What a test was handed before Replace is found as long as its user is there, by people, too.
func TestTokensFoundByTheirValue(t *testing.T) {
	st, _ := ruled(t)
	_, err := st.TokenOf("nobody", nil)
	assert.ErrorContains(t, err, `no user "nobody"`)
	_, err = st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	value, err := st.TokenOf("mia", []string{"read_api"})
	require.NoError(t, err)
	found, err := st.AccessTokenByValue(value)
	require.NoError(t, err)
	assert.Same(t, st.Tokens.Rows[0], found)
	_, err = st.TokenOf("mia", []string{"read_ap"})
	assert.ErrorContains(t, err, "read_ap")
	_, err = st.AccessTokenByValue("glpat-unknown")
	assert.EqualError(t, err, "no access token has that value")
	now := noon
	next := stateAt(t, &now)
	Replace(st, next, func() time.Time { return now })
	assert.Nil(t, st.AccessToken(value), "its user is gone")
	_, err = st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	assert.Equal(t, "fakegitlab token of mia for read_api", st.AccessToken(value).Name)
	found, err = st.AccessTokenByValue(value)
	require.NoError(t, err)
	assert.Equal(t, []*AccessToken{found}, st.Tokens.Rows, "of a person's it is in the table")
	st.removeUser(st.UserNames["mia"], false)
	_, err = st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	assert.Nil(t, st.AccessToken(value), "it went with another user of that name")
}

// What cannot be a permission is told with what there is, of a resource that is asked for elsewhere with what is alike.
func TestPermissionsThatAreMisspelt(t *testing.T) {
	for permission, want := range map[string]string{
		"Runner: Reed": `unknown permission "Runner: Reed"; did you mean "Runner: Read"?`,
		"Runner: Fly":  `unknown permission "Runner: Fly"; of Runner there is `,
		"Runer: Read":  `unknown permission "Runer: Read"; did you mean "Runner: Read"?`,
		"Branch: Reed": `unknown permission "Branch: Reed"; did you mean "Branch: Read"?`,
	} {
		assert.ErrorContains(t, checkPermission(permission), want)
	}
	assert.NoError(t, checkPermission("Branch: Fly"), "there may be more")
	for range 20 { // Code and User are as near, in an order that the maps do not have
		assert.ErrorContains(t, checkPermission("Coer: Read"), `did you mean "Code: Read"?`)
	}
}

// app/services/resource_access_tokens/revoke_service.rb: what the bot of a token that is revoked, or of a project that goes,
// has made is the ghost's; a token that is refused leaves no bot.
func TestWhatBotsLeave(t *testing.T) {
	st := versioned(t, "17.2")
	shop, err := st.AddProject(Project{Path: "acme/shop"}, nil)
	require.NoError(t, err)
	other, err := st.AddProject(Project{Path: "acme/other"}, nil)
	require.NoError(t, err)
	root := st.UserNames[RootUsername]
	draft := AccessToken{Project: shop, Name: "x", Scopes: []string{ScopeAPI}, ExpiresAt: noon.Add(48 * time.Hour), Role: Guest}
	for _, goes := range []func(*AccessToken){st.RevokeResourceToken, func(*AccessToken) { st.DeleteProject(shop) }} {
		made, err := st.CreateResourceToken(draft, root, "gitlab.example.com")
		require.NoError(t, err)
		assert.True(t, made.IsOf(shop, nil))
		assert.False(t, made.IsOf(nil, nil))
		j, err := st.AddJob(&Job{Project: other, User: made.User, Status: JobSuccess})
		require.NoError(t, err)
		goes(made)
		assert.Equal(t, []any{GhostUsername, false}, []any{j.User.Username, j.unowned})
		assert.NotZero(t, j.User.ID)
	}
	draft.Project, draft.Name, draft.Role = other, " ", Guest
	before := len(st.Users.Rows)
	_, err = st.CreateResourceToken(draft, root, "gitlab.example.com")
	assert.Error(t, err)
	assert.Len(t, st.Users.Rows, before)
	assert.False(t, (&AccessToken{}).IsOf(nil, nil), "a personal one")
}

// What grants are for tokens, what is wrong with them, and of which version a scope is.
func TestGrantsThatAreWrong(t *testing.T) {
	_, shop := ruled(t)
	for _, token := range []AccessToken{{Project: shop}, {Group: shop.Group}, {Scopes: []string{ScopeAPI}}} {
		token.Scopes = append(token.Scopes, ScopeGranular)
		assert.Error(t, token.checkGrants().err())
	}
	odd := AccessToken{Scopes: []string{ScopeGranular}, Grants: []Grant{{Access: "some", Projects: []*Project{shop}}}}
	ps := odd.checkGrants()
	require.Len(t, ps, 1, "what names some follows from the access")
	assert.Equal(t, "grants[0].access", ps[0].Field)
	assert.EqualError(t, checkPermission("Runner"), `"Runner" is no permission; one is written as "Runner: Read"`)
	mia := &User{}
	assert.False(t, Grant{Access: PersonalProjects}.reaches(mia, Boundary{Group: shop.Group}))
	since, dated := ScopeSince(ScopeManageRunner)
	assert.Equal(t, []any{gitlabversion.ManageRunnerScope, true}, []any{since, dated})
	none := 0
	for want, u := range map[int]User{0: {External: true}, defaultProjectsLimit: {}} {
		assert.Equal(t, want, u.MostProjects())
	}
	assert.Zero(t, (&User{ProjectsLimit: &none}).MostProjects())
}

// app/services/users/reject_service.rb: who is rejected is deleted with all that is that one's alone.
func TestWhatIsRejectedWithAUser(t *testing.T) {
	st, shop := ruled(t)
	pat, err := st.AddUser(User{Username: "pat", State: UserBlockedPendingApproval})
	require.NoError(t, err)
	_, err = st.AddGroup(Group{Path: "guild"}, map[string]Role{"pat": Owner})
	require.NoError(t, err)
	j, err := st.AddJob(&Job{Project: shop, User: pat, Status: JobSuccess})
	require.NoError(t, err)
	require.NoError(t, st.RejectUser(pat))
	assert.Nil(t, st.GroupPaths["guild"])
	assert.Nil(t, j.ShownUser())
}
