package world

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Role is a member's access level, with GitLab's own numbers (lib/gitlab/access.rb). Zero is "not a member".
type Role int

const (
	Guest      Role = 10
	Planner    Role = 15
	Reporter   Role = 20
	Developer  Role = 30
	Maintainer Role = 40
	Owner      Role = 50
)

// RoleName is a role with its word.
type RoleName struct {
	Role Role
	Name string
}

// RoleNames are the words of all roles, and that of none first.
func RoleNames() []RoleName {
	return []RoleName{{0, "no access"}, {Guest, "guest"}, {Planner, "planner"}, {Reporter, "reporter"},
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

// Visibility is who may see a group or a project at all (lib/gitlab/visibility_level.rb).
type Visibility string

const (
	Private  Visibility = "private"
	Internal Visibility = "internal"
	Public   Visibility = "public"
)

// RunnerType is whom a runner serves (app/models/ci/runner.rb, runner_type).
type RunnerType string

const (
	InstanceRunner RunnerType = "instance_type"
	GroupRunner    RunnerType = "group_type"
	ProjectRunner  RunnerType = "project_type"
)

// AccessLevel is which refs a runner takes jobs from (app/models/ci/runner.rb, access_level).
type AccessLevel string

const (
	NotProtected AccessLevel = "not_protected"
	RefProtected AccessLevel = "ref_protected"
)

// UserState is whether a user may use the API (app/models/user.rb, state).
type UserState string

const (
	UserActive                 UserState = "active"
	UserBlocked                UserState = "blocked"
	UserBlockedPendingApproval UserState = "blocked_pending_approval"
	UserDeactivated            UserState = "deactivated"
)

// Registration is how a runner came to be (app/models/ci/runner.rb, registration_type).
type Registration string

const (
	ByUser              Registration = "authenticated_user"
	ByRegistrationToken Registration = "registration_token"
)

// RunnerStatus is how lately GitLab heard of a runner (app/models/concerns/ci/has_runner_status.rb).
type RunnerStatus string

const (
	Online         RunnerStatus = "online"
	Offline        RunnerStatus = "offline"
	Stale          RunnerStatus = "stale"
	NeverContacted RunnerStatus = "never_contacted"
)

// JobStatus is a state of the job state machine (app/models/concerns/ci/has_status.rb).
type JobStatus string

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

// The words that GitLab knows for each kind of value, in its order.
var (
	memberRoles      = []Role{Guest, Planner, Reporter, Developer, Maintainer, Owner}
	VisibilityLevels = []Visibility{Private, Internal, Public}
	RunnerKinds      = []RunnerType{InstanceRunner, GroupRunner, ProjectRunner}
	RefAccessLevels  = []AccessLevel{NotProtected, RefProtected}
	UserStates       = []UserState{UserActive, UserBlocked, UserBlockedPendingApproval, UserDeactivated}
	Registrations    = []Registration{ByUser, ByRegistrationToken}
)

// WordsOf are values as texts.
func WordsOf[T ~string](values ...T) []string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = string(value)
	}
	return texts
}

// RateLimit is a request budget: at most Requests in every Per. The zero value is no limit.
type RateLimit struct {
	Requests int
	Per      time.Duration
}

// Settings are the application settings and plan limits (app/models/application_setting.rb, app/models/plan_limits.rb). The
// zero value is a new GitLab.
type Settings struct {
	RegistrationToken            string // of the instance
	RegistrationTokensDisabled   bool   // allow_runner_registration_token=false
	ValidRegistrars              []string
	RunnerTokenExpiration        time.Duration // 0 is for ever, as for the next two
	GroupRunnerTokenExpiration   time.Duration
	ProjectRunnerTokenExpiration time.Duration
	AdminMode                    bool
	MaxProjectRunners            int    // 0 is no limit
	MaxGroupRunners              int    // 0 is no limit
	MaxTraceSize                 int64  // bytes; 0 is GitLab's default
	MaxArtifactsSize             int64  // bytes; 0 is GitLab's default
	RegistryHost                 string // empty: there is no container registry
	LocalRequestsForbidden       bool
	RateLimit                    RateLimit
}

// Clone is a copy that shares no memory with the settings.
func (s Settings) Clone() Settings {
	s.ValidRegistrars = slices.Clone(s.ValidRegistrars)
	return s
}

// Commit is the commit that a job runs for.
type Commit struct {
	SHA                     string // 40 hexadecimal digits
	BeforeSHA               string
	Title, Message          string
	AuthorName, AuthorEmail string
	CreatedAt               time.Time
}

// Inspect writes a list as Ruby does: ["a", "b"].
func Inspect(list []string) string {
	quoted := make([]string, len(list))
	for i, e := range list {
		quoted[i] = strconv.Quote(e)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}
