package world

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// checkUser checks a draft of a user and fills in what is empty.
func (st *State) checkUser(u *User) (ps Problems) {
	switch {
	case u.Username == "":
		ps.unset("username", "no username is given")
	case !usernamePattern.MatchString(u.Username):
		ps.Addf("username", "%q is no username, which begins with a letter, digit or '_' and has nothing but these, '-' and "+
			"'.' in it", shortened(u.Username))
	default:
		ps.Add("username", checkPath("username", u.Username, false))
	}
	u.Name = cmp.Or(u.Name, u.Username)
	given := u.Email != ""
	if !given {
		u.Email = u.Username + "@example.com"
	}
	if tooLong(&u.Name, maxNameOfUser) {
		ps.Addf("name", "Name %s", msgTooLong(maxNameOfUser))
	}
	switch other := st.userByEmail(u.Email); {
	case given && !emailPattern.MatchString(u.Email):
		ps.Addf("email", "%q is no email address", shortened(u.Email))
	case given && other != nil && Key(other.Username) != Key(u.Username):
		ps.Addf("email", "the email address %q is taken by user %q", shortened(u.Email), other.Username)
	}
	ps.Add("state", oneOf("user state", &u.State, UserActive, UserStates))
	ps.Add("", checkUserDetails(u).err())
	return ps
}

// AddUser makes a user of a draft; what is empty in it is filled in.
func (st *State) AddUser(u User, found ...Problem) (*User, error) {
	ps := Problems(found)
	ps.Add("", st.checkUser(&u).err())
	switch key := Key(u.Username); {
	case st.UserNames[key] != nil:
		ps.Addf("username", "the username is taken")
	case st.GroupPaths[key] != nil:
		ps.Addf("username", "a group has that path")
	}
	ps.Add("id", freeID(&st.Users, "user", u.ID))
	if len(ps) > 0 {
		st.standInForUser(u)
		return nil, ps
	}
	u.ID, u.CreatedAt = assignID(st, &st.Users, u.ID), orNow(u.CreatedAt, st.Now())
	st.insertUser(&u)
	return &u, nil
}

// UpdateUser replaces what is known of a user. Who a user is, ID and username, stays.
func (st *State) UpdateUser(u *User, next User, found ...Problem) error {
	if next.ID != u.ID || next.Username != u.Username {
		return errors.New("a user's ID and Username do not change")
	}
	if next.Bot != u.Bot {
		return errors.New("Bot says how a user was made and does not change")
	}
	ps := Problems(found)
	if ps.Add("", st.checkUser(&next).err()); len(ps) > 0 {
		return ps
	}
	next.CreatedAt = orNow(next.CreatedAt, u.CreatedAt)
	next.UpdatedAt, next.ActiveOn = u.UpdatedAt, u.ActiveOn
	before := *u
	*u = next
	st.onUndo(func() { *u = before })
	st.indexEmail(u)
	return nil
}

// SeedUser is AddUser, but for the user root, who is always there and is updated.
func (st *State) SeedUser(in User, found ...Problem) error {
	if Key(in.Username) != RootUsername {
		_, err := st.AddUser(in, found...)
		return err
	}
	root := st.UserNames[RootUsername]
	ps := Problems(found)
	if in.ID != 0 && in.ID != root.ID {
		ps.Addf("id", "the ID of root is %d", root.ID)
	}
	in.ID, in.Username = root.ID, root.Username
	ps.Add("", st.UpdateUser(root, in))
	return ps.err()
}

// SeedBot makes the bot of a project's or group's access token of a seed before the token, for groups and projects of
// the seed that have it as a member. The problems are the token's.
func (st *State) SeedBot(username, tokenName string) error {
	var ps Problems
	if _, err := st.AddUser(User{Username: username, Name: tokenName, Bot: true}); err != nil {
		ps.Addf("user", "%s", err)
	}
	return ps.err()
}

// AddAccessToken makes a personal access token of the user, or a project's or group's with its bot user, who is made if
// there is none of that name; without a name GitLab makes one up.
func (st *State) AddAccessToken(t AccessToken, username string, found ...Problem) (*AccessToken, error) {
	ps := Problems(found)
	ps.Add("", st.checkAccessToken(&t, username).err())
	if len(ps) == 0 {
		ps.Add("user", st.findTokenUser(&t, username))
	}
	if len(ps) > 0 {
		st.standInForAccessToken(t, username)
		return nil, ps
	}
	t.Token = st.secret(accessTokens, t.Token)
	if t.Name == "" {
		t.Name = "token of " + t.User.Username
	}
	t.Scopes = slices.Clone(t.Scopes)
	t.ID, t.CreatedAt = assignID(st, &st.Tokens, t.ID), orNow(t.CreatedAt, st.Now())
	add(st, &st.Tokens, &t)
	setKey(st, &st.tokenValues, t.Token, &t)
	return &t, nil
}

var errRoleOfPersonal = errors.New(
	"Role is for project and group access tokens; the role of a personal one is its user's")

// checkAccessToken checks a draft of an access token.
func (st *State) checkAccessToken(t *AccessToken, username string) (ps Problems) {
	if t.Scopes == nil {
		t.Scopes = []string{ScopeAPI}
	}
	for i, s := range t.Scopes {
		if !slices.Contains(knownScopes, s) {
			ps.Add(datajson.Index("scopes", i), Missing("token scope", s, knownScopes))
		}
	}
	if st.tokenValues[t.Token] != nil {
		ps.Addf("token", "another access token has that value")
	}
	ps.Add("", t.checkGrants().err())
	ps.Add("id", freeID(&st.Tokens, "access token", t.ID))
	if t.Role != 0 {
		ps.Add("role", checkRole(t.Role))
	}
	switch personal := t.Project == nil && t.Group == nil; {
	case t.Project != nil && t.Group != nil:
		ps.Addf("", "an access token is of a project or of a group, not both")
	case personal && username == "":
		ps.unset("user", "neither a user nor a project or group is given", "project", "group")
	case personal:
		_, err := st.UserByName(username)
		ps.Add("user", err)
	default:
		ps.addFrom("user", st.checkBot(t, username), "project", "group")
	}
	if t.Project == nil && t.Group == nil && slices.Contains(memberRoles, t.Role) {
		ps.addFrom("role", errRoleOfPersonal, "project", "group")
	}
	return ps
}

// checkBot refuses a person as the user of a project's or group's token. Else a test that means who made the token
// would give it, without a word, that person's rights, and that person a role.
func (st *State) checkBot(t *AccessToken, username string) error {
	u := st.UserNames[Key(username)]
	if u == nil || u.Bot {
		return nil
	}
	kind, field := "project", "Project"
	if t.Group != nil {
		kind, field = "group", "Group"
	}
	return fmt.Errorf("User %q is a person, and the token of a %s belongs to a bot user, who is made with it: leave User "+
		"out, or name the bot by a username that nobody has; for a token of %s's own leave %s out",
		u.Username, kind, u.Username, field)
}

// findTokenUser finds whose token it is; for a project or group access token that is a bot, which is made and becomes a
// member.
func (st *State) findTokenUser(t *AccessToken, username string) (err error) {
	if t.Project == nil && t.Group == nil {
		t.User = st.UserNames[Key(username)] // who is there, as checkAccessToken has found
		return nil
	}
	var roles map[*User]Role
	var botsOf string
	if p := t.Project; p != nil {
		roles, botsOf = p.Roles, fmt.Sprintf("project_%d", p.ID)
	} else {
		roles, botsOf = t.Group.Roles, fmt.Sprintf("group_%d", t.Group.ID)
	}
	t.Role = cmp.Or(t.Role, Maintainer)
	if username == "" {
		username = st.newBotName(botsOf, func() string { return strings.ToLower(st.made.token(botNames)) })
	}
	u := st.UserNames[Key(username)]
	if u == nil {
		if u, err = st.AddUser(User{Username: username, Name: t.Name, Bot: true}); err != nil {
			return errors.New(err.Error()) // the token has none of a user's fields
		}
	}
	t.User = u
	setRole(st, roles, u, t.Role)
	return nil
}

// SeedAccessToken is AddAccessToken; a token that Token gave out in another fake is given out by Token here, too.
func (st *State) SeedAccessToken(in AccessToken, username string, found ...Problem) error {
	t, err := st.AddAccessToken(in, username, found...)
	if err == nil && !t.Revoked && t.Name == TokenName(t.User.Username, t.Scopes) {
		setKey(st, &st.namedTokens, t.Name, t)
	}
	return err
}
