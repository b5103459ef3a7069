package policy

// UserStanding is where an actor stands to a user.
type UserStanding struct {
	Username string
	// Own is whether the actor is that user.
	Own bool
	// Hidden is whether the profile is not for everybody: it is private, or the user is blocked or not confirmed.
	Hidden bool
	// Internal is whether it is a user of GitLab's own.
	Internal bool
}

// ReadUsersList says whether the actor may list users: anybody who has signed in. Without that, one may look for a
// username, unless public visibility is for administrators alone (app/policies/global_policy.rb; lib/api/users.rb).
func ReadUsersList(signedIn, byUsername, restricted bool) Decision {
	if d := ReadUser(signedIn, restricted); !d.Allowed || signedIn || byUsername {
		return d
	}
	return Decision{Reason: "without credentials one may ask for one username alone"}
}

// ReadUser says whether the actor may see a user: anybody, but where public visibility is for administrators alone,
// those who have signed in (app/policies/user_policy.rb).
func ReadUser(signedIn, restricted bool) Decision {
	if signedIn || !restricted {
		return allowed
	}
	return Decision{Reason: "without credentials nobody sees users, as public visibility is restricted"}
}

// SearchBlockedUsers says whether lists have users who are blocked or banned (app/finders/users_finder.rb, base_scope).
func SearchBlockedUsers(a Actor) Decision { return isAdmin(a, false) }

// SearchPrivateEmails says whether a search looks at addresses that are not public (app/finders/users_finder.rb,
// by_search).
func SearchPrivateEmails(a Actor) Decision { return isAdmin(a, false) }

// AdminUsers says whether the actor may make, change, delete and block users (lib/api/users.rb,
// authenticated_as_admin!).
func AdminUsers(a Actor) Decision { return isAdmin(a, false) }

// ReadUserProfile says whether the actor sees when a user came and whom the user follows (app/policies/user_policy.rb).
func ReadUserProfile(a Actor, s UserStanding) Decision {
	if s.Hidden {
		return ownOrAdmin(a, s)
	}
	return allowed
}

// ReadUserPersonalAccessTokens says whether the actor may see a user's access tokens (app/policies/user_policy.rb).
func ReadUserPersonalAccessTokens(a Actor, s UserStanding) Decision { return ownOrAdmin(a, s) }

// ManageUserPersonalAccessToken says whether the actor may rotate a user's access token (app/policies/user_policy.rb).
func ManageUserPersonalAccessToken(a Actor, s UserStanding) Decision { return ownOrAdmin(a, s) }

// GetUserAssociationsCount says whether the actor may see how many groups and projects a user is in
// (app/policies/user_policy.rb).
func GetUserAssociationsCount(a Actor, s UserStanding) Decision { return ownOrAdmin(a, s) }

func ownOrAdmin(a Actor, s UserStanding) Decision {
	if s.Internal {
		return Decision{Reason: s.Username + " is a user of GitLab's own"}
	}
	if s.Own || a.Admin {
		return allowed
	}
	return Decision{Reason: a.Name + " is neither " + s.Username + " nor an administrator"}
}

// RevokeToken says whether the actor may revoke a personal access token: its owner, but for impersonation tokens, and
// administrators (app/policies/personal_access_token_policy.rb).
func RevokeToken(a Actor, own, impersonation bool) Decision {
	if own {
		return RevokePersonalAccessToken(a, impersonation)
	}
	return isAdmin(a, false)
}
