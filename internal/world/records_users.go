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
	UpdatedAt             time.Time // when a request last changed it; zero: never
	ActiveOn              time.Time // the day of the last call as this user that was not refused; zero: none was
	Bot                   bool      // the user that a project or group access token acts as

	Attributes       map[string]string // by GitLab's name, those of UserAttributes that are set
	PrivateProfile   bool
	ProjectsLimit    *int // projects in the user's namespace; nil: GitLab's default, which is 0 for external users
	CanCreateGroup   *bool
	Password         string            // "": one that nobody knows
	PasswordExpired  bool              // nothing can be done until the user has set another one
	Unconfirmed      bool              // Email has not been confirmed
	UnconfirmedEmail string            // what Email will be once it is confirmed
	Identities       map[string]string // the uid of each provider
	Creator          *User             // nil: nobody, or nobody who is still there
}

func (u *User) id() int { return u.ID }

// defaultProjectsLimit is the application setting default_projects_limit.
const defaultProjectsLimit = 100_000

// MostProjects is how many projects the user may have in the own namespace (app/models/user.rb,
// ensure_user_rights_and_limits).
func (u *User) MostProjects() int {
	switch {
	case u.ProjectsLimit != nil:
		return *u.ProjectsLimit
	case u.External:
		return 0
	}
	return defaultProjectsLimit
}

// CreatesGroups is whether the user may make groups.
func (u *User) CreatesGroups() bool {
	if u.CanCreateGroup != nil {
		return *u.CanCreateGroup
	}
	return !u.External
}

// Blocked is whether the user is in one of the states that GitLab counts as blocked.
func (u *User) Blocked() bool {
	return u.State == UserBlocked || u.State == UserBlockedPendingApproval || u.State == UserBanned
}

// Internal is whether it is no user of anybody's but one of GitLab's own.
func (u *User) Internal() bool { return u.Username == GhostUsername }

// ChangedAt is when the user was last changed or, else, made.
func (u *User) ChangedAt() time.Time {
	if u.UpdatedAt.IsZero() {
		return u.CreatedAt
	}
	return u.UpdatedAt
}

// AccessToken is the record of a personal access token or, with a project or group, of one of theirs
// (app/models/personal_access_token.rb).
type AccessToken struct {
	ID                     int
	Token                  string
	Name, Description      string
	RotatedFrom            int       // the id of the token that it replaced; 0: none
	User                   *User     // whom it acts as: the bot, of a project's or group's token
	Scopes                 []string  // at least one
	Grants                 []Grant   // of a fine-grained token
	ExpiresAt              time.Time // zero: never
	Revoked, Impersonation bool
	Project                *Project  // nil but for a project access token
	Group                  *Group    // nil but for a group access token
	Role                   Role      // of the bot; zero for a personal access token
	CreatedAt, LastUsedAt  time.Time // last use zero: never
	OAuth                  *OAuth    // nil but for what POST /oauth/token gave out, which is in no table
	LastUsedIPs            []string  // the last five addresses that it was used from, the newest last
}

func (t *AccessToken) id() int { return t.ID }

// OAuth is what an access token of OAuth has besides (app/models/oauth_access_token.rb).
type OAuth struct {
	RefreshToken string        // with which another is had in its place
	Life         time.Duration // from when it was made
}

// Grant is what a fine-grained token may do, and where.
type Grant struct {
	Access      Access
	Projects    []*Project // of SelectedMemberships
	Groups      []*Group   // of SelectedMemberships: with all below them
	Permissions []string   // "Runner: Read"
}

// LivesOn reports whether the token opens something, at a time.
func (t *AccessToken) LivesOn(now time.Time) bool { return !t.Revoked && !t.Expired(now) }

// Expired reports whether the day that the token expires on has begun, in UTC; one of OAuth lives for a time.
func (t *AccessToken) Expired(now time.Time) bool {
	at := t.Expiry()
	return !at.IsZero() && !now.Before(at)
}

// Expiry is when the token dies; zero: never.
func (t *AccessToken) Expiry() time.Time {
	if t.OAuth != nil {
		return t.CreatedAt.Add(t.OAuth.Life)
	}
	return t.ExpiresAt.UTC().Truncate(24 * time.Hour)
}

// GhostUsername is the user that the jobs of deleted users are given to
// (app/services/users/migrate_records_to_ghost_user_service.rb, migrate_pipelines). Before GitLab had that, in some
// 18.x, such jobs were left without a user (config/gitlab_loose_foreign_keys.yml, p_ci_builds), which a record here
// cannot be.
const GhostUsername = "ghost"
