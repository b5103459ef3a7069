package fakegitlab

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Role is a member's access level in a group or a project, with GitLab's own numbers
// (https://docs.gitlab.com/ee/user/permissions.html). The zero value is "not a member".
type Role int

// The roles of GitLab, lowest first. Planner exists from GitLab 17.7 on; earlier versions know the number but give it
// no rights over runners either. SecurityManager exists from 19.0 on, where it may, besides what a Reporter may, list
// runners and cancel jobs; before, it is a Reporter.
const (
	Guest           Role = 10
	Planner         Role = 15
	Reporter        Role = 20
	SecurityManager Role = 25
	Developer       Role = 30
	Maintainer      Role = 40
	Owner           Role = 50
)

// Members maps usernames to their role as direct members. Membership of a group reaches down to its subgroups and
// projects; where a user holds several roles, the highest counts.
type Members map[string]Role

// Visibility is who may see a group or project. Empty means Private; of a group, as visible as what lies in it.
type Visibility string

// The visibility levels: members only, every signed-in user who is not external, everybody.
const (
	Private  Visibility = "private"
	Internal Visibility = "internal"
	Public   Visibility = "public"
)

// RunnerType is whom a runner serves.
type RunnerType string

// The runner types: the whole instance, a group with all below it, the projects it is assigned to.
const (
	InstanceRunner RunnerType = "instance_type"
	GroupRunner    RunnerType = "group_type"
	ProjectRunner  RunnerType = "project_type"
)

// AccessLevel is which refs a runner takes jobs from. Empty means NotProtected.
type AccessLevel string

// The access levels: jobs of every ref, or of protected refs alone.
const (
	NotProtected AccessLevel = "not_protected"
	RefProtected AccessLevel = "ref_protected"
)

// UserState is whether a user may sign in and use the API. Empty means UserActive.
type UserState string

// The user states that GitLab's API tells apart.
const (
	UserActive                 UserState = "active"
	UserBlocked                UserState = "blocked"
	UserBlockedPendingApproval UserState = "blocked_pending_approval"
	UserDeactivated            UserState = "deactivated"
	UserBanned                 UserState = "banned"
)

// Registration is how a runner came to be, which decides the form of its token (it begins with glrt- for ByUser; for
// ByRegistrationToken with glrtr- from GitLab 17.11 on, and before with nothing of the kind) and which requests count
// as contact. Empty means ByUser.
type Registration string

// The two ways to make a runner: POST /user/runners or the web interface, and POST /runners with a registration token.
const (
	ByUser              Registration = "authenticated_user"
	ByRegistrationToken Registration = "registration_token"
)

// RunnerStatus is how lately GitLab heard of a runner, by the fake's clock.
type RunnerStatus string

// The runner statuses: contacted less than two hours ago; longer ago; seven days ago or more (three months before
// GitLab 17.1; also a runner that old which never contacted); never.
const (
	Online         RunnerStatus = "online"
	Offline        RunnerStatus = "offline"
	Stale          RunnerStatus = "stale"
	NeverContacted RunnerStatus = "never_contacted"
)

// JobStatus is a state of GitLab's job state machine. Empty means JobPending.
type JobStatus string

// The job statuses. JobCanceling exists from GitLab 17.0 on.
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

// RateLimit is a request budget: at most Requests in every Per. The zero value is no limit.
type RateLimit struct {
	Requests int           `json:"requests,omitzero"`
	Per      time.Duration `json:"per,omitzero"`
}

// Settings are GitLab's application settings and plan limits, as far as runners are concerned. The zero value is a new
// GitLab 17.2. (https://docs.gitlab.com/ee/api/settings.html)
type Settings struct {
	// RegistrationToken registers instance runners. Made up when empty.
	RegistrationToken string `json:"registration_token,omitzero"`
	// RegistrationTokensDisabled is allow_runner_registration_token=false: POST /runners answers 410 for every
	// registration token and the resets of registration tokens answer 403.
	RegistrationTokensDisabled bool `json:"registration_tokens_disabled,omitzero"`
	// ValidRegistrars is valid_runner_registrars, of "project" and "group": whose registration tokens are known at all.
	// nil is both; an empty slice is neither.
	ValidRegistrars []string `json:"valid_runner_registrars,omitzero"`
	// RestrictedVisibilities are what administrators alone may make groups and projects. Where Public is among them, users
	// are shown to nobody who has not signed in.
	RestrictedVisibilities []Visibility `json:"restricted_visibility_levels,omitzero"`
	// Attributes are the other settings that are not as in a new GitLab, as text: "default_projects_limit": "3".
	Attributes map[string]string `json:"attributes,omitzero"`
	// RunnerTokenExpiration, GroupRunnerTokenExpiration and ProjectRunnerTokenExpiration are how long a newly made or
	// reset authentication token of an instance, group or project runner lives. 0 is for ever.
	RunnerTokenExpiration        time.Duration `json:"runner_token_expiration_interval,omitzero"`
	GroupRunnerTokenExpiration   time.Duration `json:"group_runner_token_expiration_interval,omitzero"`
	ProjectRunnerTokenExpiration time.Duration `json:"project_runner_token_expiration_interval,omitzero"`
	// AdminMode: an administrator's token counts as an administrator's only with the admin_mode scope.
	AdminMode bool `json:"admin_mode,omitzero"`
	// MaxProjectRunners and MaxGroupRunners are the plan limits ci_registered_project_runners and
	// ci_registered_group_runners; runners that are stale do not count. 0 is no limit.
	MaxProjectRunners int `json:"ci_registered_project_runners,omitzero"`
	MaxGroupRunners   int `json:"ci_registered_group_runners,omitzero"`
	// MaxProjectVariables and MaxGroupVariables are how many CI/CD variables a project and a group may have. 0 is GitLab's
	// default, 8,000 and 30,000.
	MaxProjectVariables int `json:"project_ci_variables,omitzero"`
	MaxGroupVariables   int `json:"group_ci_variables,omitzero"`
	// MaxTraceSize, in bytes, is the plan limit ci_jobs_trace_size_limit. 0 is GitLab's default, 100 MiB.
	MaxTraceSize int64 `json:"ci_jobs_trace_size_limit,omitzero"`
	// MaxArtifactsSize, in bytes, is max_artifacts_size. 0 is GitLab's default, 100 MiB.
	MaxArtifactsSize int64 `json:"max_artifacts_size,omitzero"`
	// ArtifactsExpireIn is how long artifacts are kept of which the upload does not say it, as "5 days"; "0" is for good.
	// Empty is GitLab's default, "30 days".
	ArtifactsExpireIn string `json:"default_artifacts_expire_in,omitzero"`
	// RegistryHost is the host and port of the container registry ("registry.example.com:5005"), for which jobs then get
	// credentials. Empty: there is none.
	RegistryHost string `json:"registry_host,omitzero"`
	// LocalRequestsForbidden: a runner that offers a session on a local address gets 409 instead of a job, and no webhook
	// is made for one or calls one (allow_local_requests_from_web_hooks_and_services). The zero value allows it, as what a
	// test runs is local.
	LocalRequestsForbidden bool `json:"local_requests_forbidden,omitzero"`
	// FailingWebhooksDisabled: a webhook that fails again and again is not called any more, for a time or for good, as the
	// feature flag auto_disabling_web_hooks has it: on at GitLab.com, off, as here, in a new GitLab of one's own.
	FailingWebhooksDisabled bool `json:"auto_disabling_web_hooks,omitzero"`
	// RateLimit is the throttle of authenticated API requests, by the fake's clock; over it, 429 with RateLimit- headers.
	// No other answer has them unless RateLimitHeaders is set: one such header slows GitLab's Go client for good.
	RateLimit RateLimit `json:"rate_limit,omitzero"`
	// KeepLatestArtifacts: the artifacts of a ref's pipelines outlive their time until a newer one succeeds. nil is
	// true, as in a new GitLab. What it says now counts, also for pipelines that are there already.
	KeepLatestArtifacts *bool `json:"keep_latest_artifact,omitzero"`
	// EnforceJobTokenAllowlist has every project heed its JobTokenAllowlist. nil is true from GitLab 18.0 on.
	EnforceJobTokenAllowlist *bool `json:"enforce_ci_inbound_job_token_scope_enabled,omitzero"`
	// RateLimitHeaders sends RateLimit-Limit, -Name, -Observed, -Remaining and -Reset with every answer to a call that the
	// throttle counts, as GitLab.com does; GitLab knows that from 18.6 on, where it is off until an administrator turns it
	// on. Before, nothing reads this, so that one world serves tests over several versions. Without a RateLimit they tell
	// of GitLab.com's 2,000 requests a minute for a user and 500 for an address, which here refuse nobody.
	RateLimitHeaders bool `json:"rate_limit_headers,omitzero"`
	// TimeZone is the instance's time zone, an IANA name such as "Europe/Zurich", in which answers then show times:
	// 2024-07-01T14:00:00.000+02:00. Empty is UTC: 2024-07-01T12:00:00.000Z. A zone that the machine does not know is
	// refused.
	TimeZone string `json:"time_zone,omitzero"`
	// ContactInterval is how rarely contacted_at is written: what a runner or manager calls within that time of the
	// contact that was written last leaves it as it is. 0 writes every contact. GitLab writes its database every 40 to 55
	// minutes, by chance; docs/time.md tells what of it is seen where.
	ContactInterval time.Duration `json:"contact_interval,omitzero"`
}

// User is a person with an account. The fake starts with one, the administrator "root" (ID 1).
type User struct {
	ID       int    `json:"id,omitzero"` // counts up from 1 when 0
	Username string `json:"username"`
	Name     string `json:"name,omitzero"`  // the username when empty
	Email    string `json:"email,omitzero"` // username@example.com when empty
	Admin    bool   `json:"admin,omitzero"`
	Auditor  bool   `json:"auditor,omitzero"`  // reads everything, changes nothing
	External bool   `json:"external,omitzero"` // sees internal groups and projects only as a member
	// State is UserActive when empty; in every other state the user's tokens are refused.
	State UserState `json:"state,omitzero"`
	// Bot: no person, but the user to whom a project or group access token belongs. AddAccessToken makes such users by
	// itself; a Snapshot lists them.
	Bot bool `json:"bot,omitzero"`
	// Attributes are the profile (bio, location, public_email, commit_email, skype, linkedin, twitter, discord,
	// website_url, organization, pronouns), the note of administrators and preferences (theme_id, color_scheme_id), by
	// GitLab's names and as text. What is not set is left out.
	Attributes     map[string]string `json:"attributes,omitzero"`
	PrivateProfile bool              `json:"private_profile,omitzero"` // others do not see when the user came
	// ProjectsLimit is how many projects the user may have in the own namespace, and CanCreateGroup whether groups may be
	// made. nil is GitLab's default, 100,000 and true; of an External user 0 and false.
	ProjectsLimit  *int  `json:"projects_limit,omitzero"`
	CanCreateGroup *bool `json:"can_create_group,omitzero"`
	// Password opens POST /oauth/token. Empty: nobody knows it. PasswordExpired: until the user has set another one, all
	// tokens are refused, as GitLab does when an administrator has set one for somebody else.
	Password        string `json:"password,omitzero"`
	PasswordExpired bool   `json:"password_expired,omitzero"`
	// Unconfirmed: Email has not been confirmed. UnconfirmedEmail is the address that takes its place once it is.
	Unconfirmed      bool              `json:"unconfirmed,omitzero"`
	UnconfirmedEmail string            `json:"unconfirmed_email,omitzero"`
	Identities       map[string]string `json:"identities,omitzero"` // by provider, the uid there
	CreatedBy        string            `json:"created_by,omitzero"` // username; nobody is known when empty
	CreatedAt        time.Time         `json:"created_at,omitzero"` // the fake's time when zero
}

// Group is a group or subgroup.
type Group struct {
	ID         int        `json:"id,omitzero"`
	Path       string     `json:"path"`          // full path, "acme/backend"; parents that do not exist are created
	Name       string     `json:"name,omitzero"` // the last part of Path when empty
	Visibility Visibility `json:"visibility,omitzero"`
	Members    Members    `json:"members,omitzero"` // direct members
	// RegistrationToken registers group runners. GR1348941 and 20 characters, made up when empty.
	RegistrationToken string `json:"registration_token,omitzero"`
	// RegistrationTokensDisabled is the setting allow_runner_registration_token of a top-level group; it rules all below.
	RegistrationTokensDisabled bool `json:"registration_tokens_disabled,omitzero"`
	// SharedRunnersDisabled takes the instance runners from new projects. With SharedRunnersOverridable the groups and
	// projects directly in it may still be given them (shared_runners_setting).
	SharedRunnersDisabled    bool   `json:"shared_runners_disabled,omitzero"`
	SharedRunnersOverridable bool   `json:"shared_runners_overridable,omitzero"`
	Description              string `json:"description,omitzero"`
	// Attributes are the other settings that PUT /groups/:id takes, by GitLab's names and as text: "lfs_enabled": "false".
	// Those that are as in a new group are left out.
	Attributes map[string]string `json:"attributes,omitzero"`
	// RunnerTokenExpiration shortens the life of the tokens of the group's own runners. 0 sets no limit.
	RunnerTokenExpiration time.Duration `json:"runner_token_expiration_interval,omitzero"`
	CreatedAt             time.Time     `json:"created_at,omitzero"`
	// DeletionMarkedAt is when somebody deleted the group, which from GitLab 18.0 on only marks it. Zero: nobody has.
	DeletionMarkedAt time.Time `json:"deletion_marked_at,omitzero"`
}

// Share invites a group into another group or a project: its members have a role there, Role at most.
type Share struct {
	Path  string `json:"path"`  // of the group or project
	Group string `json:"group"` // full path of the invited one
	Role  Role   `json:"role"`
	// ExpiresAt counts by the day, as in GitLab. Zero is never.
	ExpiresAt time.Time `json:"expires_at,omitzero"`
}

// Project is a project. Its namespace is a group, created if missing, or an existing user, who then is its Owner.
type Project struct {
	ID          int        `json:"id,omitzero"`
	Path        string     `json:"path"`          // full path: "acme/shop"
	Name        string     `json:"name,omitzero"` // the last part of Path when empty
	Description string     `json:"description,omitzero"`
	Visibility  Visibility `json:"visibility,omitzero"`
	Members     Members    `json:"members,omitzero"` // direct members
	// RegistrationToken registers project runners. GR1348941 and 20 characters, made up when empty.
	RegistrationToken string `json:"registration_token,omitzero"`
	// RegistrationTokensDisabled switches the project's own runner registration off (runner_registration_enabled=false).
	RegistrationTokensDisabled bool `json:"registration_tokens_disabled,omitzero"`
	SharedRunnersDisabled      bool `json:"shared_runners_disabled,omitzero"`
	GroupRunnersDisabled       bool `json:"group_runners_disabled,omitzero"`
	Archived                   bool `json:"archived,omitzero"`
	// RunnerTokenExpiration shortens the life of the tokens of runners assigned to the project. 0 sets no limit.
	RunnerTokenExpiration time.Duration `json:"runner_token_expiration_interval,omitzero"`
	// BuildTimeout is how long a job may run. 0 is GitLab's default, one hour.
	BuildTimeout time.Duration `json:"build_timeout,omitzero"`
	// GitDepth is ci_default_git_depth, how many commits jobs fetch. 0 is GitLab's default, 20; a negative number is all.
	GitDepth int `json:"ci_default_git_depth,omitzero"`
	// KeepLatestArtifact, when false, has the artifacts of the project's latest pipelines expire like all others, whatever
	// the Settings say. nil is true.
	KeepLatestArtifact *bool `json:"keep_latest_artifact,omitzero"`
	// JobTokenAllowlist are other projects and groups, by full path, whose jobs' tokens reach this project, too.
	JobTokenAllowlist []string `json:"job_token_allowlist,omitzero"`
	// Attributes are the other settings that PUT /projects/:id takes, by GitLab's names and as text: "merge_method": "ff",
	// and ci_inbound_job_token_scope_enabled. Those that are as in a new project are left out.
	Attributes map[string]string `json:"attributes,omitzero"`
	// ResourceGroups are the process modes of resource groups by their keys, as "oldest_first", where they are not the
	// project's resource_group_default_process_mode.
	ResourceGroups map[string]string `json:"resource_groups,omitzero"`
	// LastDeploymentIID is the IID of the last deployment, if that is deleted: the next gets one above. 0: nothing is.
	LastDeploymentIID int `json:"last_deployment_iid,omitzero"`
	// OldPaths are full paths that the project had before it was renamed or moved; they still lead to it.
	OldPaths  []string  `json:"old_paths,omitzero"`
	CreatedBy string    `json:"created_by,omitzero"` // username; nobody is known when empty
	CreatedAt time.Time `json:"created_at,omitzero"`
	// DeletionMarkedAt is when somebody deleted the project, which from GitLab 18.0 on only marks it. Zero: nobody has.
	DeletionMarkedAt time.Time `json:"deletion_marked_at,omitzero"`
	// Files are the first commit of the project's repository, on its default branch: what each path contains. None is an
	// empty repository. Afterwards they change with Commit and DeleteFiles, with pushes and with requests alone.
	Files map[string]string `json:"files,omitzero"`
	// Repository is the history of the project's repository, where there is more to it than one commit of Files, which
	// are empty then.
	Repository *Repository `json:"repository,omitzero"`
}

// Runner is a runner as GitLab knows it: the record, not the process. The processes are its Managers.
type Runner struct {
	ID int `json:"id,omitzero"`
	// Type, when empty, is ProjectRunner if Projects is set, GroupRunner if Group is set, else InstanceRunner.
	Type     RunnerType `json:"runner_type,omitzero"`
	Group    string     `json:"group,omitzero"`    // full path
	Projects []string   `json:"projects,omitzero"` // full paths; the first is the owner
	// Description, Name and MaintenanceNote are what GitLab shows; empty is null.
	Description     string `json:"description,omitzero"`
	Name            string `json:"name,omitzero"`
	MaintenanceNote string `json:"maintenance_note,omitzero"`
	// Token is the authentication token, made up when empty in the form that the version and Registration ask for.
	Token string `json:"token,omitzero"`
	// TokenExpiresAt is when Token dies. Zero: reckoned from CreatedAt or, if that is not said either, from now, and the
	// interval settings, so usually never. A time in the year 9999 is never whatever the settings say, as for a runner
	// that is older than they are; Snapshot writes it so.
	TokenExpiresAt time.Time    `json:"token_expires_at,omitzero"`
	Registration   Registration `json:"registration_type,omitzero"`
	CreatedBy      string       `json:"created_by,omitzero"` // username
	Paused         bool         `json:"paused,omitzero"`
	Locked         bool         `json:"locked,omitzero"` // not to be assigned to further projects
	// RunUntagged is whether the runner takes jobs without tags. nil is true, which is also how the fake returns true.
	RunUntagged *bool `json:"run_untagged,omitzero"`
	// Tags keep the order in which they were given.
	Tags           []string      `json:"tag_list,omitzero"`
	AccessLevel    AccessLevel   `json:"access_level,omitzero"`
	MaximumTimeout time.Duration `json:"maximum_timeout,omitzero"` // whole seconds, at least 10 minutes; 0 is none
	// CreatedAt is, when zero, the first time at which the runner or one of its managers was heard of, or the fake's time
	// if none was: so one that is silent for a week is stale, as nothing is that is younger.
	CreatedAt   time.Time       `json:"created_at,omitzero"`
	ContactedAt time.Time       `json:"contacted_at,omitzero"` // zero: never contacted
	Managers    []RunnerManager `json:"managers,omitzero"`
}

// RunsUntagged is whether the runner takes jobs without tags: RunUntagged, of which nil is true.
func (r Runner) RunsUntagged() bool { return r.RunUntagged == nil || *r.RunUntagged }

// RunnerManager is one machine, told apart by its system id, that runs jobs with a runner's token.
type RunnerManager struct {
	ID           int       `json:"id,omitzero"`
	SystemID     string    `json:"system_id"`
	Version      string    `json:"version,omitzero"`
	Revision     string    `json:"revision,omitzero"`
	Platform     string    `json:"platform,omitzero"`
	Architecture string    `json:"architecture,omitzero"`
	IPAddress    string    `json:"ip_address,omitzero"`
	Executor     string    `json:"executor,omitzero"`
	CreatedAt    time.Time `json:"created_at,omitzero"`   // zero: ContactedAt or, without one, the fake's time
	ContactedAt  time.Time `json:"contacted_at,omitzero"` // zero: never contacted
}

// Job is a CI/CD job.
type Job struct {
	ID        int       `json:"id,omitzero"`
	Project   string    `json:"project"` // full path
	Name      string    `json:"name,omitzero"`
	Stage     string    `json:"stage,omitzero"` // "test" when empty
	User      string    `json:"user,omitzero"`  // username; root when empty
	Ref       string    `json:"ref,omitzero"`   // "main" when empty
	RefIsTag  bool      `json:"ref_is_tag,omitzero"`
	Protected bool      `json:"protected,omitzero"` // the ref is protected
	Tags      []string  `json:"tag_list,omitzero"`
	Status    JobStatus `json:"status,omitzero"`
	// FailureReason is GitLab's word for why a job failed; kept only while Status is JobFailed.
	FailureReason string   `json:"failure_reason,omitzero"`
	AllowFailure  bool     `json:"allow_failure,omitzero"`
	Coverage      *float64 `json:"coverage,omitzero"` // percent; read out of the log when the job ends
	// RunnerID and SystemID are who took the job: RunnerID alone, both or, as after the runner's deletion, neither.
	RunnerID int    `json:"runner_id,omitzero"`
	SystemID string `json:"system_id,omitzero"`
	// PipelineID groups jobs; 0 gives the job a pipeline of its own.
	PipelineID int `json:"pipeline_id,omitzero"`
	// StageIndex is the place of Stage in the pipeline, from 0. 0 where another stage of the pipeline is the first:
	// that of the jobs of the same Stage, else the next, so that stages come in the order in which they appear.
	StageIndex int    `json:"stage_idx,omitzero"`
	Commit     Commit `json:"commit,omitzero"` // made up when zero
	// Manual: people start the job, with when: manual or when: delayed, so that it can be played again when it is over. It
	// is true of every job that is manual or scheduled.
	Manual bool `json:"manual,omitzero"`
	// Variables are those it was given when it was played, which count more than all others.
	Variables JobVariables `json:"variables,omitzero"`
	// The rest up to the times counts in a Pipeline that moves by itself. When is "on_success" (also when empty),
	// "on_failure", "always", "manual" or "delayed"; StartIn is how long a delayed job waits once it is its turn, and
	// ScheduledAt when that is over. Of the jobs of one ResourceGroup in a project one runs at a time.
	When          string        `json:"when,omitzero"`
	StartIn       time.Duration `json:"start_in,omitzero"`
	ScheduledAt   time.Time     `json:"scheduled_at,omitzero"`
	ResourceGroup string        `json:"resource_group,omitzero"`
	// EnqueueImmediately: a manual or delayed job that was tried again, which is started when it is its turn.
	EnqueueImmediately bool `json:"enqueue_immediately,omitzero"`
	// NodeIndex and NodeTotal say which of the jobs of a parallel one it is, from 1; 0 for others.
	NodeIndex int `json:"node_index,omitzero"`
	NodeTotal int `json:"node_total,omitzero"`
	// Trigger is the keyword trigger as JSON. No runner gets such a job: it succeeds when it is its turn, and triggers
	// nothing.
	Trigger json.RawMessage `json:"trigger,omitzero"`
	// CrossPipelineNeeds are needs of jobs elsewhere, as JSON. Nothing follows from them.
	CrossPipelineNeeds []json.RawMessage `json:"cross_pipeline_needs,omitzero"`
	// The times at which the job was made and entered pending, running and its end; reckoned from Status when zero. But a
	// job that ended without having run, with a CreatedAt and a FinishedAt and no QueuedAt, was never queued.
	CreatedAt  time.Time `json:"created_at,omitzero"`
	QueuedAt   time.Time `json:"queued_at,omitzero"`
	StartedAt  time.Time `json:"started_at,omitzero"`
	FinishedAt time.Time `json:"finished_at,omitzero"`
	// UpdatedAt, of a job that is on a runner, is when it last gave a sign of life; StartedAt when zero. GitLab's workers
	// go by it (RunWorkers).
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	Erased    bool      `json:"erased,omitzero"`
	Token     string    `json:"token,omitzero"` // made up when empty: glcbt- from GitLab 16.9 on
	// Spec is what the runner is to do.
	Spec  JobSpec `json:"spec,omitzero"`
	Trace string  `json:"trace,omitzero"` // the log so far
	// DebugTrace: the runner has said that the log may show every variable, so that Developers alone may read it.
	DebugTrace bool `json:"debug_trace,omitzero"`
	// Artifacts are in the order in which they came. An archive that is a zip is followed by its list of contents, of
	// type "metadata", which is made where it is not given.
	Artifacts []Artifact `json:"artifacts,omitzero"`
	// ArtifactsExpireAt is when all of Artifacts expire. Each upload sets it, so that the last one decides. Zero: when the
	// last of Artifacts does.
	ArtifactsExpireAt time.Time `json:"artifacts_expire_at,omitzero"`
}

// Commit is the commit that a job runs for.
type Commit struct {
	SHA         string    `json:"id,omitzero"` // 40 hexadecimal digits
	BeforeSHA   string    `json:"before_sha,omitzero"`
	Title       string    `json:"title,omitzero"`
	Message     string    `json:"message,omitzero"`
	AuthorName  string    `json:"author_name,omitzero"`
	AuthorEmail string    `json:"author_email,omitzero"`
	CreatedAt   time.Time `json:"created_at,omitzero"`
}

// String returns the role's word: "maintainer"; "no access" for the zero value; "Role(26)" for what is no role.
func (r Role) String() string {
	i := slices.IndexFunc(world.RoleNames(), func(n world.RoleName) bool { return Role(n.Role) == r })
	if i < 0 {
		return fmt.Sprintf("Role(%d)", int(r))
	}
	return world.RoleNames()[i].Name
}

func (r Role) valid() bool {
	return slices.ContainsFunc(world.RoleNames(), func(n world.RoleName) bool { return Role(n.Role) == r })
}

// MarshalText returns the role's word. It fails for a number that is no role.
func (r Role) MarshalText() ([]byte, error) {
	if !r.valid() {
		return nil, world.UnknownRole(world.Role(r))
	}
	return []byte(r.String()), nil
}
