package world

import (
	"time"
)

// User is the record of a user (app/models/user.rb).
type User struct {
	ID                    int
	Username, Name, Email string
	Admin                 bool
	Auditor               bool // reads everything, changes nothing
	External              bool // sees internal groups and projects only as a member
	State                 UserState
	CreatedAt             time.Time
	Bot                   bool // of a project or group access token
}

func (u *User) id() int { return u.ID }

// AccessToken is the record of a personal access token or, with a project or group, of one of theirs
// (app/models/personal_access_token.rb).
type AccessToken struct {
	ID                     int
	Token, Name            string
	User                   *User // the bot, of a project's or group's
	Scopes                 []string
	ExpiresAt              time.Time // zero: never
	Revoked, Impersonation bool
	Project                *Project
	Group                  *Group
	Role                   Role // of the bot
	CreatedAt, LastUsedAt  time.Time
}

func (t *AccessToken) id() int { return t.ID }

// Expired reports whether the token is past the beginning, in UTC, of the day it expires on.
func (t *AccessToken) Expired(now time.Time) bool {
	return !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt.UTC().Truncate(24*time.Hour))
}
