package world

import (
	"time"
)

// User is the record of a user (app/models/user.rb).
type User struct {
	ID                    int
	Username, Name, Email string
	Admin                 bool // may do everything
	Auditor               bool // reads everything, changes nothing
	External              bool // sees internal groups and projects only as a member
	State                 UserState
	CreatedAt             time.Time
	Bot                   bool // the user that a project or group access token acts as
}

func (u *User) id() int { return u.ID }

// AccessToken is the record of a personal access token or, with a project or group, of one of theirs
// (app/models/personal_access_token.rb).
type AccessToken struct {
	ID                     int
	Token, Name            string
	User                   *User     // whom it acts as: the bot, of a project's or group's token
	Scopes                 []string  // at least one
	Grants                 []Grant   // of a fine-grained token
	ExpiresAt              time.Time // zero: never
	Revoked, Impersonation bool
	Project                *Project  // nil but for a project access token
	Group                  *Group    // nil but for a group access token
	Role                   Role      // of the bot; zero for a personal access token
	CreatedAt, LastUsedAt  time.Time // last use zero: never
	LastUsedIPs            []string  // the last five addresses that it was used from, the newest last
}

func (t *AccessToken) id() int { return t.ID }

// Grant is what a fine-grained token may do, and where.
type Grant struct {
	Access      Access
	Projects    []*Project // of SelectedMemberships
	Groups      []*Group   // of SelectedMemberships: with all below them
	Permissions []string   // "Runner: Read"
}

// Expired reports whether the day that the token expires on has begun, in UTC.
func (t *AccessToken) Expired(now time.Time) bool {
	return !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt.UTC().Truncate(24*time.Hour))
}
