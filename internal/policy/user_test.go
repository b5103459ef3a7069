package policy

import "testing"

func TestReadUsersList(t *testing.T) {
	check(t, "", ReadUsersList(true, false, false))
	check(t, "", ReadUsersList(true, false, true))
	check(t, "", ReadUsersList(false, true, false))
	check(t, "without credentials one may ask for one username alone", ReadUsersList(false, false, false))
	const restricted = "without credentials nobody sees users, as public visibility is restricted"
	check(t, restricted, ReadUsersList(false, true, true))
	check(t, restricted, ReadUsersList(false, false, true))
	check(t, restricted, ReadUser(false, true))
	check(t, "", ReadUser(false, false))
	check(t, "", ReadUser(true, true))
}

func TestAboutUsers(t *testing.T) {
	for name, rule := range map[string]func(Actor) Decision{"search blocked": SearchBlockedUsers,
		"search addresses": SearchPrivateEmails, "administer": AdminUsers} {
		check(t, "", rule(root), name)
		check(t, "eva is no administrator", rule(eva), name)
	}
	dan := UserStanding{Username: "dan"}
	for name, rule := range map[string]func(Actor, UserStanding) Decision{"tokens": ReadUserPersonalAccessTokens,
		"rotate": ManageUserPersonalAccessToken, "count": GetUserAssociationsCount} {
		check(t, "", rule(root, dan), name)
		check(t, "", rule(mia, UserStanding{Own: true}), name)
		check(t, "mia is neither dan nor an administrator", rule(mia, dan), name)
		check(t, "ghost is a user of GitLab's own", rule(root, UserStanding{Username: "ghost", Internal: true}), name)
	}
}

func TestReadUserProfile(t *testing.T) {
	check(t, "", ReadUserProfile(mia, UserStanding{}))
	hidden := UserStanding{Username: "dan", Hidden: true}
	check(t, "mia is neither dan nor an administrator", ReadUserProfile(mia, hidden))
	check(t, "", ReadUserProfile(root, hidden))
	check(t, "", ReadUserProfile(mia, UserStanding{Hidden: true, Own: true}))
}

func TestRevokeToken(t *testing.T) {
	check(t, "", RevokeToken(mia, true, false))
	check(t, "only an administrator revokes an impersonation token", RevokeToken(mia, true, true))
	check(t, "mia is no administrator", RevokeToken(mia, false, false))
	check(t, "", RevokeToken(root, false, true))
}
