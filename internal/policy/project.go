package policy

// ProjectStanding is where an actor stands to a project.
type ProjectStanding struct {
	// Where is the project's path, for the reason.
	Where string
	// Held is the highest role in the project or above it.
	Held       Role
	Visibility Visibility
	Archived   bool
	// Builds is who has the project's jobs at all; MembersJobs is whether, of those, Reporters alone see them
	// (public_jobs=false).
	Builds      FeatureAccess
	MembersJobs bool
	// Environments is who has the project's environments at all.
	Environments FeatureAccess
	// Code is who has the project's files and history at all.
	Code FeatureAccess
	// Spared is what one may do to the jobs of an archived project nevertheless.
	Spared SparedJobs
	// SecurityManager is whether Held is that role in a version that has it. It may what a Reporter may and some more
	// (config/authz/roles/security_manager.yml), of which a Developer may not all.
	SecurityManager bool
	// KeptOut is whether the actor asks with the token of a job that the project does not let in.
	KeptOut bool
}

// FeatureAccess is who has a feature of a project, as far as the project's settings go.
type FeatureAccess int

// The levels of access to a feature: all who see the project, its members, nobody.
const (
	ForAll FeatureAccess = iota
	ForMembers
	ForNobody
)

// UseFeature says whether the actor, who sees the project, has a feature of it (app/models/concerns/featurable.rb,
// feature_available?).
func UseFeature(a Actor, s ProjectStanding, access FeatureAccess, feature string) Decision {
	switch {
	case access == ForNobody:
		return Decision{Reason: feature + " of " + s.Where + " are switched off"}
	case access == ForMembers && s.Held == None && !a.readsAll():
		return Decision{Reason: feature + " of " + s.Where + " are for members and " + a.Name + " is none"}
	}
	return allowed
}

// featureCode is what a project's repository is called in reasons.
const featureCode = "files"

// ReadReleases says whether the actor may know of the project's releases (app/policies/project_policy.rb).
func ReadReleases(a Actor, s ProjectStanding, access FeatureAccess) Decision {
	if d := ReadProject(a, s); !d.Allowed {
		return d
	}
	return UseFeature(a, s, access, "releases")
}

// useBuilds is UseFeature for jobs.
func useBuilds(a Actor, s ProjectStanding) Decision { return UseFeature(a, s, s.Builds, "jobs") }

// SparedJobs says which changes of jobs are abilities of their own in a version, which the archiving of their project
// does not take away (app/policies/concerns/ci/job_abilities.rb beside
// config/authz/permission_groups/internal/project/archived.yml).
type SparedJobs struct{ Cancel, Rerun, Keep bool }

// unarchivedIf is the standing for what an archived project does not take away, if it is spared.
func (s ProjectStanding) unarchivedIf(spared bool) ProjectStanding {
	s.Archived = s.Archived && !spared
	return s
}

func (s ProjectStanding) atLeast(a Actor, least Role, reading bool) Decision {
	return atLeast(a, s.Held, s.Where, least, reading)
}

// ReadProject says whether the actor may know of the project (app/policies/project_policy.rb).
func ReadProject(a Actor, s ProjectStanding) Decision {
	return canSee(a, s.Held > None, s.Visibility, s.Where)
}

// ReadCode says whether the actor may read the project's code: as a Reporter, or because the project is open to all
// who see it (app/policies/project_policy.rb).
func ReadCode(a Actor, s ProjectStanding) Decision {
	if d := UseFeature(a, s, s.Code, featureCode); !d.Allowed {
		return d
	}
	if a.isShown(s.Visibility) {
		return allowed
	}
	return s.atLeast(a, Reporter, true)
}

// AuthorizedProject says whether the details of a runner show the actor this project. Those who read everything see all
// projects, others those of which they are members (app/models/user.rb, authorized_projects).
func AuthorizedProject(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Guest, true) }

// AdminProject says whether the actor sees and changes the project's settings, among them the registration token
// (app/policies/project_policy.rb).
func AdminProject(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }

// RenameProject says whether the actor may give the project another name (app/policies/project_policy.rb).
func RenameProject(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }

// ChangeVisibilityLevel says whether the actor may set the project's visibility, be it to what it is
// (app/policies/project_policy.rb).
func ChangeVisibilityLevel(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Owner, false) }

// ArchiveProject says whether the actor may put the project into the archive, or take it out
// (app/policies/project_policy.rb).
func ArchiveProject(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Owner, false) }

// RemoveProject says whether the actor may delete the project or take that back (app/policies/project_policy.rb).
func RemoveProject(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Owner, false) }

// ChangeNamespace says whether the actor may move the project elsewhere (app/policies/project_policy.rb).
func ChangeNamespace(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Owner, false) }

// AdminIssue says whether the actor manages the project's issues, and so is shown where its service desk is
// (app/policies/project_policy.rb).
func AdminIssue(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Reporter, false) }

// ReadStatistics says whether the actor is shown how much room the project takes (app/policies/project_policy.rb).
func ReadStatistics(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Reporter, true) }

// MaintainerAccess says whether the actor counts as a Maintainer (app/policies/project_policy.rb).
func MaintainerAccess(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }

// OwnerAccess says whether the actor counts as an Owner (app/policies/project_policy.rb).
func OwnerAccess(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Owner, false) }

// ChangeRestrictUserDefinedVariables says whether the actor may change who gives variables to pipelines of the project:
// ownersAlone is whether only its Owners do, who then are the only ones to change that as well
// (app/policies/project_policy.rb, change_restrict_user_defined_variables).
func ChangeRestrictUserDefinedVariables(a Actor, s ProjectStanding, ownersAlone bool) Decision {
	if ownersAlone {
		return OwnerAccess(a, s)
	}
	return MaintainerAccess(a, s)
}

// OwnsProject reports whether a list of the user's own projects has a project; an administrator's are no others than
// anybody's (app/finders/projects_finder.rb, owned_projects).
func OwnsProject(held Role) bool { return held >= Owner }

// IsMember reports whether a list of what the user is a member of has a project (app/finders/projects_finder.rb).
func IsMember(held Role) bool { return held >= Guest }

// HasAccessLevel reports whether a list narrowed by min_access_level, a number that need not be a role's, has what the
// user holds this role in (app/finders/projects_finder.rb, app/finders/groups_finder.rb).
func HasAccessLevel(held Role, least int) bool { return int(held) >= least }

// OwnsProjectRunners reports whether the runners of a project count as the user's own (app/models/user.rb,
// ci_owned_project_runners_from_project_members). An administrator's are no others than anybody's.
func OwnsProjectRunners(held Role, securityManager bool) bool {
	return held >= Maintainer || securityManager
}

// LacksProjectRunners is why the runners of a project in which the actor has a role are not the actor's own.
func LacksProjectRunners(a Actor, held Role, where string) Decision {
	return lacks(a, held, where, Maintainer, "")
}

// AdminCICDVariables says whether the actor sees and changes the CI/CD variables of the project
// (app/policies/project_policy.rb).
func AdminCICDVariables(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }

// ManageResourceAccessTokens says whether the actor sees, rotates and revokes the project's access tokens
// (app/policies/project_policy.rb, manage_resource_access_tokens).
func ManageResourceAccessTokens(a Actor, s ProjectStanding) Decision {
	return s.atLeast(a, Maintainer, false)
}

// CreateResourceAccessTokens is create_resource_access_tokens of a project or group, for those who may manage them:
// bots make none (app/policies/project_policy.rb, app/policies/group_policy.rb).
func CreateResourceAccessTokens(a Actor, manages Decision, bot bool) Decision {
	if manages.Allowed && bot {
		return Decision{Reason: a.Name + " is a bot, and bots make no access tokens"}
	}
	return manages
}

// AssignAccessLevel says whether the actor may make or rotate an access token with a role in where
// (lib/gitlab/access.rb, level_encompasses?).
func AssignAccessLevel(a Actor, held, wanted Role, where string) Decision {
	return atLeast(a, held, where, wanted, false)
}

// ManageDeployTokens says whether the actor sees, makes and deletes the project's deploy tokens
// (app/policies/project_policy.rb, read_deploy_token, create_deploy_token, destroy_deploy_token).
func ManageDeployTokens(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }

// ReadProtectedBranches says whether the actor sees which branches are protected: whoever may read the code or, before,
// change the project's settings (lib/api/protected_branches.rb).
func ReadProtectedBranches(a Actor, s ProjectStanding, r Rules) Decision {
	if r.CodeReadersSeeProtection {
		return ReadCode(a, s)
	}
	return AdminProject(a, s)
}

// ReadProjectRunners says whether the actor may list the project's runners (app/policies/project_policy.rb).
func ReadProjectRunners(a Actor, s ProjectStanding) Decision {
	if s.SecurityManager {
		return allowed
	}
	return s.atLeast(a, Maintainer, true)
}

// AdminProjectRunners says whether the actor may take runners out of the project (app/policies/project_policy.rb).
func AdminProjectRunners(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }

// CreateProjectRunner is create_runner of a project: whether the actor may make runners for it, or assign existing ones
// to it. validRegistrar is whether valid_runner_registrars has projects (app/policies/project_policy.rb).
func CreateProjectRunner(a Actor, s ProjectStanding, validRegistrar bool) Decision {
	if d := s.atLeast(a, Maintainer, false); !d.Allowed {
		return d
	}
	return registrar(a, "project", validRegistrar)
}

// UpdateProjectRegistrationToken is update_runners_registration_token of a project, which is locked while
// registration tokens are switched off (app/policies/project_policy.rb).
func UpdateProjectRegistrationToken(a Actor, s ProjectStanding, tokensOn bool) Decision {
	if d := s.atLeast(a, Maintainer, false); !d.Allowed {
		return d
	}
	if !tokensOn {
		return registrationTokenSwitchedOff(s.Where + ", its top-level group or the instance")
	}
	return allowed
}

// AdminWebHook is read_web_hook and admin_web_hook of a project: whether the actor may see its webhooks and change them
// (app/policies/project_policy.rb).
func AdminWebHook(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }
