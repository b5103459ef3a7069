package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// Role is a member's access level, with GitLab's own numbers (lib/gitlab/access.rb); a higher role may do what a lower
// one may, but for the SecurityManager. Zero is "not a member".
type Role int

// The roles, the lowest first.
const (
	Guest           Role = 10
	Planner         Role = 15
	Reporter        Role = 20
	SecurityManager Role = 25
	Developer       Role = 30
	Maintainer      Role = 40
	Owner           Role = 50
)

// RoleName is a role with its word.
type RoleName struct {
	Role Role
	Name string
}

// RoleNames are the words of all roles, and that of none first.
func RoleNames() []RoleName {
	return []RoleName{{0, "no access"}, {Guest, "guest"}, {Planner, "planner"}, {Reporter, "reporter"},
		{SecurityManager, "security_manager"},
		{Developer, "developer"}, {Maintainer, "maintainer"}, {Owner, "owner"}}
}

// UnknownRole is the error for a number that is no role's.
func UnknownRole(r Role) error {
	return fmt.Errorf("no role has the number %d; %s", int(r), RolesKnown())
}

// RolesKnown ends a message about what is no role.
func RolesKnown() string {
	var known []string
	for _, n := range RoleNames()[1:] {
		known = append(known, fmt.Sprintf("%s (%d)", n.Name, int(n.Role)))
	}
	return "known are " + strings.Join(known, ", ")
}

// ReadRole is the role of a word, in capitals or not, or of a number.
func ReadRole(text string) (Role, error) {
	var known []string
	for _, n := range RoleNames() {
		if strings.EqualFold(n.Name, text) || strconv.Itoa(int(n.Role)) == text {
			return n.Role, nil
		}
		known = append(known, n.Name)
	}
	return 0, fmt.Errorf("no role %q; %s", text, datajson.Suggest(text, known[1:])) // none is no role to ask for
}

// ReadRoleInJSON is the role of a word or of GitLab's number, "maintainer" or 40.
func ReadRoleInJSON(text []byte) (Role, error) {
	var word string
	if json.Unmarshal(text, &word) == nil {
		return ReadRole(word)
	}
	var number int
	if err := json.Unmarshal(text, &number); err != nil {
		return 0, errors.New("want a role's word or number; " + RolesKnown())
	}
	if !slices.ContainsFunc(RoleNames(), func(n RoleName) bool { return n.Role == Role(number) }) {
		return 0, UnknownRole(Role(number))
	}
	return Role(number), nil
}

// Visibility is who may see a group or a project at all (lib/gitlab/visibility_level.rb).
type Visibility string

// The levels of visibility: for members, for all users but external ones, for everybody.
const (
	Private  Visibility = "private"
	Internal Visibility = "internal"
	Public   Visibility = "public"
)

// RunnerType is whom a runner serves (app/models/ci/runner.rb, runner_type).
type RunnerType string

// The types of runners: for all projects, for those in a group, for single projects.
const (
	InstanceRunner RunnerType = "instance_type"
	GroupRunner    RunnerType = "group_type"
	ProjectRunner  RunnerType = "project_type"
)

// ImpliedType is the type of a runner of which none is said.
func ImpliedType(group, projects bool) RunnerType {
	switch {
	case projects:
		return ProjectRunner
	case group:
		return GroupRunner
	}
	return InstanceRunner
}

// AccessLevel is which refs a runner takes jobs from (app/models/ci/runner.rb, access_level).
type AccessLevel string

// The access levels: jobs of all refs, jobs of protected refs alone.
const (
	NotProtected AccessLevel = "not_protected"
	RefProtected AccessLevel = "ref_protected"
)

// Access is which boundaries a grant is for (app/models/authz/granular_scope.rb, access).
type Access string

// The kinds of access: to named projects and groups, to all that the user is a member of, to those in the user's
// namespace, and to what belongs to no project or group.
const (
	SelectedMemberships Access = "selected_memberships"
	AllMemberships      Access = "all_memberships"
	PersonalProjects    Access = "personal_projects"
	AccessUser          Access = "user"
	AccessInstance      Access = "instance"
)

// UserState is whether a user may use the API (app/models/user.rb, state).
type UserState string

// The states of users.
const (
	UserActive                 UserState = "active"
	UserBlocked                UserState = "blocked"
	UserBlockedPendingApproval UserState = "blocked_pending_approval"
	UserDeactivated            UserState = "deactivated"
	UserBanned                 UserState = "banned"
)

// Registration is how a runner came to be (app/models/ci/runner.rb, registration_type).
type Registration string

// The kinds of registration: POST /user/runners, and POST /runners with a registration token.
const (
	ByUser              Registration = "authenticated_user"
	ByRegistrationToken Registration = "registration_token"
)

// RunnerStatus is how lately GitLab heard of a runner (app/models/concerns/ci/has_runner_status.rb).
type RunnerStatus string

// The statuses of runners.
const (
	Online         RunnerStatus = "online"
	Offline        RunnerStatus = "offline"
	Stale          RunnerStatus = "stale"
	NeverContacted RunnerStatus = "never_contacted"
)

// JobStatus is a state of the job state machine (app/models/concerns/ci/has_status.rb).
type JobStatus string

// The states of jobs. jobTransitions says how one leads to another.
const (
	JobCreated            JobStatus = "created"
	JobWaitingForResource JobStatus = "waiting_for_resource"
	JobPreparing          JobStatus = "preparing"
	JobPending            JobStatus = "pending"
	JobRunning            JobStatus = "running"
	JobCanceling          JobStatus = "canceling"
	JobSuccess            JobStatus = "success"
	JobFailed             JobStatus = "failed"
	JobCanceled           JobStatus = "canceled"
	JobSkipped            JobStatus = "skipped"
	JobManual             JobStatus = "manual"
	JobScheduled          JobStatus = "scheduled"
)

// The kinds of registration token in valid_runner_registrars.
const (
	RegistrarProject = "project"
	RegistrarGroup   = "group"
)

// knownRegistrars are all kinds, which are also the setting's default.
func knownRegistrars() []string { return []string{RegistrarProject, RegistrarGroup} }

// What a ref is called of which nothing is said, and the SHA of what is not there, before the push that makes a ref.
const (
	DefaultRef = "main"
	ZeroSHA    = "0000000000000000000000000000000000000000"
)

// The words that GitLab knows for each kind of value, in its order.
var (
	memberRoles      = []Role{Guest, Planner, Reporter, SecurityManager, Developer, Maintainer, Owner}
	VisibilityLevels = []Visibility{Private, Internal, Public}
	RunnerKinds      = []RunnerType{InstanceRunner, GroupRunner, ProjectRunner}
	RefAccessLevels  = []AccessLevel{NotProtected, RefProtected}
	Accesses         = []Access{PersonalProjects, AllMemberships, SelectedMemberships, AccessUser, AccessInstance}
	UserStates       = []UserState{UserActive, UserBlocked, UserBlockedPendingApproval, UserDeactivated, UserBanned}
	Registrations    = []Registration{ByUser, ByRegistrationToken}
)

// The attributes of groups and projects that decide about something here, by GitLab's names.
const (
	AttrProjectCreation    = "project_creation_level"
	AttrSubgroupCreation   = "subgroup_creation_level"
	AttrShareLock          = "share_with_group_lock"
	AttrSharingInside      = "prevent_sharing_groups_outside_hierarchy"
	AttrPublicJobs         = "public_jobs"
	attrTopics             = "topics"
	AttrBuildsAccess       = "builds_access_level"
	AttrEnvironmentsAccess = "environments_access_level"
	attrForwardDeployment  = "ci_forward_deployment_enabled"
	attrForwardRollback    = "ci_forward_deployment_rollback_allowed"
	attrSeparateCaches     = "ci_separated_caches"
	attrRegistryAccess     = "container_registry_access_level"
	attrPublicEmail        = "public_email"
	AttrReleasesAccess     = "releases_access_level"
	AttrRepositoryAccess   = "repository_access_level"
	AttrMergeAccess        = "merge_requests_access_level"
	AttrJobTokenPush       = "ci_push_repository_for_job_token_allowed"
	AttrHeedsAllowlist     = "ci_inbound_job_token_scope_enabled" // which has requests of its own
	AttrPrintsMergeLink    = "printing_merge_request_link_enabled"
	AttrMaxArtifactsSize   = "max_artifacts_size"
	AttrGitProtocol        = "enabled_git_access_protocol"
	AttrBranchProtection   = "default_branch_protection"
	AttrDefaultBranch      = "default_branch"
	attrConfigPath         = "ci_config_path"
	attrGitStrategy        = "build_git_strategy"
	attrAutoCancel         = "auto_cancel_pending_pipelines"
	attrProcessMode        = "resource_group_default_process_mode"
)

// Levels of access to a feature of a project: nobody, its members, all who see it; for some, everybody.
const (
	FeatureDisabled = "disabled"
	FeaturePrivate  = "private"
	FeatureEnabled  = "enabled"
	featurePublic   = "public"
)

const gitFetch = "fetch" // of build_git_strategy

// Words of project_creation_level and subgroup_creation_level.
const (
	CreationNoone      = "noone"
	CreationOwner      = "owner"
	CreationMaintainer = "maintainer"
	CreationDeveloper  = "developer"
)

// RefAccess is who may push to what is protected or merge into it or, of tags, who may create them
// (app/models/concerns/protected_ref_access.rb).
type RefAccess string

// The levels of access to protected refs.
const (
	NoOne         RefAccess = "no_one"
	DevelopersUp  RefAccess = "developers"
	MaintainersUp RefAccess = "maintainers"
	AdminsOnly    RefAccess = "admins"
)

// RefAccesses are all levels of access, the widest first.
var RefAccesses = []RefAccess{DevelopersUp, MaintainersUp, AdminsOnly, NoOne}

// JobStatuses are all states, in GitLab's order (app/models/concerns/ci/has_status.rb, AVAILABLE_STATUSES).
var JobStatuses = []JobStatus{JobCreated, JobWaitingForResource, JobPreparing, JobPending, JobRunning, JobSuccess,
	JobFailed, JobCanceling, JobCanceled, JobSkipped, JobManual, JobScheduled}

// The words of when.
const (
	whenOnSuccess = "on_success"
	whenOnFailure = "on_failure"
	whenAlways    = "always"
	whenManual    = "manual"
	whenDelayed   = "delayed"
)

// Words of workflow:auto_cancel.
const (
	autoCancelNone          = "none"
	autoCancelAll           = "all"
	autoCancelInterruptible = "interruptible"
)

// The attributes of projects that say who may give variables to pipelines, by GitLab's names; VariablesNoOne is a value
// of the second. AttrPipelinesAge is after how many seconds pipelines are deleted.
const (
	AttrRestrictVariables = "restrict_user_defined_variables"
	AttrVariablesRole     = "ci_pipeline_variables_minimum_override_role"
	VariablesNoOne        = "no_one_allowed"
	AttrPipelinesAge      = "ci_delete_pipelines_in_seconds"
)

// attrSubClaim is what the sub claim of a project's ID tokens is made of; the first of these comes first.
const (
	attrSubClaim = "ci_id_token_sub_claim_components"
	claimOfPath  = "project_path"
)

// What default_branch_protection of a group may be (lib/gitlab/access.rb); without a group it is as in a new one.
const (
	protectNothing    = "0"
	protectPartly     = "1" // developers push
	protectFully      = "2"
	protectMerging    = "3" // developers merge
	protectAfterFirst = "4" // developers make the first push
)

// ValuesOf are the values of a type of words, by the name of the type; nil if there is none of that name.
func ValuesOf(typeName string) []string {
	switch typeName {
	case "Visibility":
		return WordsOf(VisibilityLevels...)
	case "RunnerType":
		return WordsOf(RunnerKinds...)
	case "AccessLevel":
		return WordsOf(RefAccessLevels...)
	case "RefAccess":
		return WordsOf(RefAccesses...)
	case "UserState":
		return WordsOf(UserStates...)
	case "Registration":
		return WordsOf(Registrations...)
	case "JobStatus":
		return WordsOf(JobStatuses...)
	case "EnvironmentState":
		return WordsOf(EnvironmentStates...)
	case "DeploymentStatus":
		return WordsOf(DeploymentStatuses...)
	}
	return nil
}
