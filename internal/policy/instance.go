package policy

// What concerns the whole instance.

// ReadAllResources says whether the actor sees everything: administrators and auditors (app/policies/base_policy.rb).
func ReadAllResources(a Actor) Decision { return isAdmin(a, true) }

// AdminAllResources says whether the actor administers everything (app/policies/base_policy.rb).
func AdminAllResources(a Actor) Decision { return isAdmin(a, false) }

// ReadCustomAttribute says whether the actor may narrow lists by custom attributes (app/policies/global_policy.rb).
func ReadCustomAttribute(a Actor) Decision { return isAdmin(a, false) }

// UpdateApplicationSettings says whether the actor may read and change the settings of the instance
// (lib/api/settings.rb, authenticated_as_admin!).
func UpdateApplicationSettings(a Actor) Decision { return isAdmin(a, false) }

// AdminInstanceVariables says whether the actor sees and changes the CI/CD variables of the instance
// (lib/api/admin/ci/variables.rb, authenticated_as_admin!).
func AdminInstanceVariables(a Actor) Decision { return isAdmin(a, false) }

// ReadAllDeployTokens says whether the actor lists the deploy tokens of all projects and groups
// (lib/api/deploy_tokens.rb, authenticated_as_admin!).
func ReadAllDeployTokens(a Actor) Decision { return isAdmin(a, false) }

// ReadAdminCICD says whether the actor may list the runners of the whole instance (lib/api/ci/runners.rb,
// app/policies/global_policy.rb).
func ReadAdminCICD(a Actor, r Rules) Decision { return isAdmin(a, r.AuditorsListAllRunners) }

// CreateInstanceRunners says whether the actor may make runners for every project (app/policies/global_policy.rb).
func CreateInstanceRunners(a Actor) Decision { return isAdmin(a, false) }

// CreateGroup says whether the actor may make groups, which external users may not unless somebody lets them
// (app/policies/global_policy.rb).
func CreateGroup(a Actor) Decision { return unless(a.NoGroups, a, "may make no groups") }

// CreateProjects says whether the actor may make projects in the own namespace, of which external users may have none
// unless somebody lets them (app/models/user.rb, can_create_project?).
func CreateProjects(a Actor) Decision {
	return unless(a.NoProjects, a, "may have no more projects in the own namespace")
}

// UseUserNamespace is create_projects and read_namespace of a user's own namespace: for the user, and for
// administrators (app/policies/namespaces/user_namespace_policy.rb).
func UseUserNamespace(a Actor, own bool) Decision {
	if own {
		return allowed
	}
	return isAdmin(a, false)
}

func unless(forbidden bool, a Actor, why string) Decision {
	if !forbidden {
		return allowed
	}
	if a.External {
		why += ", being an external user"
	}
	return Decision{Reason: a.Name + " " + why}
}

// UpdateInstanceRegistrationToken is update_runners_registration_token for the instance's own token, which is
// locked while registration tokens are switched off (app/policies/application_setting_policy.rb).
func UpdateInstanceRegistrationToken(a Actor, tokensOn bool) Decision {
	if d := isAdmin(a, false); !d.Allowed {
		return d
	}
	if !tokensOn {
		return registrationTokenSwitchedOff("the instance")
	}
	return allowed
}

// Sudo says whether the actor may act as somebody else (lib/api/helpers.rb, sudo!).
func Sudo(a Actor) Decision { return isAdmin(a, false) }

// RevokePersonalAccessToken says whether the actor may revoke its own personal access token. An impersonation token,
// which an administrator made for the actor, only administrators may revoke
// (app/policies/personal_access_token_policy.rb).
func RevokePersonalAccessToken(a Actor, impersonation bool) Decision {
	if impersonation && !a.Admin {
		return Decision{Reason: "only an administrator revokes an impersonation token"}
	}
	return allowed
}
