package world

import (
	"maps"
	"strings"
	"time"
)

// UserChange is what a request says of a user, new or not; what is nil is not said.
type UserChange struct {
	Username, Name, Email, Password, UnconfirmedEmail *string

	Admin, Auditor, External, PrivateProfile, CanCreateGroup, Unconfirmed *bool

	ProjectsLimit *int
	Attributes    map[string]string
	// Provider and ExternUID are an identity to be added; without a Provider none is.
	Provider, ExternUID string
}

// set is the value that is said or, else, the one that is there.
func set[T any](to *T, said *T) {
	if said != nil {
		*to = *said
	}
}

// changed is the user with what is said of it.
func (u *User) changed(c UserChange) User {
	next := *u
	set(&next.Username, c.Username)
	set(&next.Name, c.Name)
	next.Name = strings.TrimSpace(next.Name)
	set(&next.Email, c.Email)
	set(&next.Password, c.Password)
	set(&next.UnconfirmedEmail, c.UnconfirmedEmail)
	set(&next.Admin, c.Admin)
	set(&next.Auditor, c.Auditor)
	set(&next.External, c.External)
	set(&next.PrivateProfile, c.PrivateProfile)
	set(&next.Unconfirmed, c.Unconfirmed)
	next.Attributes = maps.Clone(u.Attributes)
	for name, value := range c.Attributes {
		if next.Attributes == nil {
			next.Attributes = map[string]string{}
		}
		next.Attributes[name] = value
	}
	maps.DeleteFunc(next.Attributes, func(_, value string) bool { return value == "" })
	if c.Provider != "" {
		next.Identities = maps.Clone(u.Identities)
		if next.Identities == nil {
			next.Identities = map[string]string{}
		}
		next.Identities[c.Provider] = c.ExternUID
	}
	next.grant(c, u.External)
	return next
}

// grant sets the limits of a user. Becoming external, or no longer being it, puts them back to what such a user has; an
// external one gets no others with it (app/models/user.rb, ensure_user_rights_and_limits).
func (u *User) grant(c UserChange, wasExternal bool) {
	if u.External != wasExternal {
		u.ProjectsLimit, u.CanCreateGroup = nil, nil
		if u.External {
			return
		}
	}
	if c.ProjectsLimit != nil {
		u.ProjectsLimit = c.ProjectsLimit
	}
	if c.CanCreateGroup != nil {
		u.CanCreateGroup = c.CanCreateGroup
	}
}

// CreateUser makes a user for another; the error is an *Invalid (app/services/users/create_service.rb).
func (st *State) CreateUser(c UserChange, creator *User) (*User, error) {
	blank := User{State: UserActive, Creator: creator}
	st.Settings.beginUser(&blank)
	u := blank.changed(c)
	if err := st.validateUser(&u, nil, c.Password); err != nil {
		return nil, err
	}
	u.ID, u.CreatedAt = assignID(st, &st.Users, 0), st.Now()
	st.insertUser(&u)
	return &u, nil
}

// insertUser puts a user into the world, found by name and address; a way from a path of that name ends.
func (st *State) insertUser(u *User) {
	add(st, &st.Users, u)
	st.endOldPaths(u.Username)
	setKey(st, &st.UserNames, Key(u.Username), u)
	st.indexEmail(u)
}

// ChangeUser changes a user for another, who may be the same; the error is an *Invalid. A password that somebody else
// sets has to be changed before anything can be done with it (app/services/users/update_service.rb, lib/api/users.rb).
func (st *State) ChangeUser(u *User, c UserChange, by *User) error {
	next := u.changed(c)
	if err := st.validateUser(&next, u, c.Password); err != nil {
		return err
	}
	if c.Password != nil && by != u {
		next.PasswordExpired = true
	}
	if next.UnconfirmedEmail == next.Email {
		next.UnconfirmedEmail = ""
	}
	next.UpdatedAt = st.Now()
	was := u.Username
	*u = next
	st.indexEmail(u)
	if was != u.Username {
		st.renameUser(u, was)
	}
	return nil
}

// renameUser has a user, and the projects in the user's namespace, found by the new name alone.
func (st *State) renameUser(u *User, was string) {
	st.endOldPaths(u.Username)
	delete(st.UserNames, Key(was))
	st.UserNames[Key(u.Username)] = u
	for _, p := range st.Projects.Rows {
		if p.Owner == u {
			_, last := SplitPath(p.Path)
			st.moveProject(p, u.Username+"/"+last)
		}
	}
}

// HasPassword reports whether a text is the user's password, and one that still counts.
func (u *User) HasPassword(text string) bool {
	return u.Password != "" && u.Password == text && !u.PasswordExpired
}

// UserByLogin finds a user by username or, if there is an @ in it, by address; nil if there is none.
func (st *State) UserByLogin(login string) *User {
	if !strings.Contains(login, "@") {
		return st.UserNames[Key(login)]
	}
	return st.userByEmail(login)
}

// userByEmail is the user who has an address; nil if nobody has. Upper and lower case are one.
func (st *State) userByEmail(address string) *User {
	u := st.emails[Key(address)]
	if u == nil || Key(u.Email) != Key(address) || st.Users.ByID(u.ID) != u {
		return nil
	}
	return u
}

// indexEmail has a user found by the address. One that nobody has any more stays until somebody takes it, and finds
// nobody.
func (st *State) indexEmail(u *User) {
	setKey(st, &st.emails, Key(u.Email), u)
}

// NoteActivity notes that a user has called today (app/services/users/activity_service.rb).
func (st *State) NoteActivity(u *User) { u.ActiveOn = st.Now().Truncate(24 * time.Hour) }

// HighestRole is the highest role of a user in any group or project; zero for none.
func (st *State) HighestRole(u *User) (best Role) {
	for _, g := range st.Groups.Rows {
		best = max(best, g.Roles[u])
	}
	for _, p := range st.Projects.Rows {
		best = max(best, DirectRoleInProject(u, p))
	}
	return best
}

// ErasableUser is whether a user can be deleted without the groups that nobody else owns.
func (st *State) ErasableUser(u *User) bool { return st.soleOwned(u) == nil }

// EraseUser deletes a user, as DeleteUser does but for whom that spares. Unless hard, the caller has asked
// ErasableUser; hard takes the groups that nobody else owns, too, and what the user has made
// (app/services/users/destroy_service.rb, hard_delete).
func (st *State) EraseUser(u *User, hard bool) {
	for g := st.soleOwned(u); g != nil; g = st.soleOwned(u) {
		st.DeleteGroup(g)
	}
	st.eraseOwn(u, hard)
}
