package policy

// AdminDeployKeys says whether the actor lists the deploy keys of all projects and makes keys for all of them
// (lib/api/deploy_keys.rb, authenticated_as_admin!).
func AdminDeployKeys(a Actor) Decision { return isAdmin(a, false) }

// UpdateDeployKeyTitle says whether the actor, who administers a project that has a deploy key, gives the key another
// title: only where no other project has it, too, and it is not for all (app/policies/deploy_key_policy.rb).
func UpdateDeployKeyTitle(a Actor, public, shared bool) Decision {
	switch {
	case a.Admin:
		return allowed
	case public:
		return Decision{Reason: "the deploy key is for all projects, and " + a.Name + " is no administrator"}
	case shared:
		return Decision{Reason: "other projects have the deploy key, too, and " + a.Name + " is no administrator"}
	}
	return allowed
}
