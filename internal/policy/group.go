package policy

// GroupStanding is where an actor stands to a group.
type GroupStanding struct {
	// Where is the group's path, for the reason.
	Where string
	// Held is the highest role in the group or above it.
	Held Role
	// Around is whether the actor is a member of the group, of one above it or of anything in it.
	Around     bool
	Visibility Visibility
	// Subgroups and Projects are the least roles that may make something in the group, as its settings have them; Noone
	// is a role that nobody has.
	Subgroups, Projects Role
	// SecurityManager is whether Held is that role in a version that has it.
	SecurityManager bool
}

func (s GroupStanding) atLeast(a Actor, least Role, reading bool) Decision {
	return atLeast(a, s.Held, s.Where, least, reading)
}

// ReadGroup says whether the actor may know of the group (app/policies/group_policy.rb).
func ReadGroup(a Actor, s GroupStanding) Decision { return canSee(a, s.Around, s.Visibility, s.Where) }

// AdminGroup says whether the actor sees and changes the group's settings, among them the registration token
// (app/policies/group_policy.rb).
func AdminGroup(a Actor, s GroupStanding) Decision { return s.atLeast(a, Owner, false) }

// RemoveGroup says whether the actor may delete the group or take that back (app/policies/group_policy.rb).
func RemoveGroup(a Actor, s GroupStanding) Decision { return s.atLeast(a, Owner, false) }

// CreateSubgroup says whether the actor may make a group in the group, or move one there. External users have it, too:
// GitLab asks for no more than the role (app/policies/group_policy.rb).
func CreateSubgroup(a Actor, s GroupStanding) Decision { return s.atLeast(a, s.Subgroups, false) }

// CreateProjectsInGroup is create_projects of a group, by its project_creation_level, which holds for everybody where
// it is noone (app/policies/group_policy.rb).
func CreateProjectsInGroup(a Actor, s GroupStanding) Decision {
	if s.Projects == Noone {
		return Decision{Reason: "project_creation_level of " + s.Where + " is noone"}
	}
	return s.atLeast(a, s.Projects, false)
}

// TransferProjectsToGroup is transfer_projects of a group (app/policies/group_policy.rb).
func TransferProjectsToGroup(a Actor, s GroupStanding) Decision {
	if d := CreateProjectsInGroup(a, s); !d.Allowed {
		return d
	}
	return s.atLeast(a, Maintainer, false)
}

// OwnsGroup reports whether a list of the user's own groups has a group in which the user itself has this role: one
// held further up is not enough, and an administrator's are no others than anybody's (app/finders/groups_finder.rb).
func OwnsGroup(direct Role) bool { return direct == Owner }

// OwnsGroupRunners reports whether the runners of a group count as the user's own (app/models/user.rb,
// ci_owned_group_runners).
func OwnsGroupRunners(held Role, securityManager bool) bool { return held >= Owner || securityManager }

// LacksGroupRunners is why the runners of a group in which the actor has a role are not the actor's own.
func LacksGroupRunners(a Actor, held Role, where string) Decision {
	return lacks(a, held, "group "+where, Owner, "")
}

// ReadGroupRunners says whether the actor may list the group's runners (app/policies/group_policy.rb).
func ReadGroupRunners(a Actor, s GroupStanding, r Rules) Decision {
	if s.SecurityManager {
		return allowed
	}
	least := Owner
	if r.MaintainersListGroupRunners {
		least = Maintainer
	}
	return s.atLeast(a, least, true)
}

// CreateGroupRunner is create_runner of a group. validRegistrar is whether valid_runner_registrars has groups
// (app/policies/group_policy.rb).
func CreateGroupRunner(a Actor, s GroupStanding, validRegistrar bool) Decision {
	if d := s.atLeast(a, Owner, false); !d.Allowed {
		return d
	}
	return registrar(a, "group", validRegistrar)
}

// UpdateGroupRegistrationToken is update_runners_registration_token of a group, which is locked while registration
// tokens are switched off (app/policies/group_policy.rb).
func UpdateGroupRegistrationToken(a Actor, s GroupStanding, tokensOn bool) Decision {
	if d := s.atLeast(a, Owner, false); !d.Allowed {
		return d
	}
	if !tokensOn {
		return registrationTokenSwitchedOff("the top-level group of " + s.Where + " or the instance")
	}
	return allowed
}

// AdminGroupWebHook is read_web_hook and admin_web_hook of a group, which an Enterprise Edition has
// (app/policies/group_policy.rb).
func AdminGroupWebHook(a Actor, s GroupStanding) Decision { return s.atLeast(a, Owner, false) }
