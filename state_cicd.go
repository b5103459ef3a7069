package fakegitlab

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/words"
)

// Variable is a CI/CD variable in the settings of a project, a group or the instance. Jobs get it, by GitLab's order of
// precedence, when a runner takes them.
type Variable struct {
	Path        string  `json:"path,omitzero"` // full path of the project or group; empty: the instance
	Key         string  `json:"key"`
	Value       string  `json:"value,omitzero"`
	Description *string `json:"description,omitzero"` // nil is null
	// File: the job gets the path of a file with the value (variable_type=file).
	File bool `json:"file,omitzero"`
	// Protected: only jobs of protected refs get it.
	Protected bool `json:"protected,omitzero"`
	Masked    bool `json:"masked,omitzero"`
	// Hidden: no answer shows the value again. It goes with Masked, for a project or group, and from GitLab 17.4 on;
	// before, nothing reads it.
	Hidden bool `json:"hidden,omitzero"`
	Raw    bool `json:"raw,omitzero"` // references in the value stay as they are
	// EnvironmentScope is the name of an environment, or a pattern with *, whose jobs get it. Empty is "*": all jobs.
	// Several variables of one key may differ in it.
	EnvironmentScope string `json:"environment_scope,omitzero"`
}

// String is "variable KEY of acme/shop", with the environment scope where it has one.
func (v Variable) String() string {
	where := v.Path
	if where == "" {
		where = "the instance"
	}
	if v.EnvironmentScope != "" {
		where += " for " + v.EnvironmentScope
	}
	return "variable " + v.Key + " of " + where
}

// Pipeline is a CI/CD pipeline that moves by itself: its jobs start, are skipped and wait as those before them end. It
// gets its jobs from CI, from the repository's .gitlab-ci.yml, or from those that are added with its ID. Jobs that are
// added alone have pipelines, too, which do not move by themselves and are in no Scenario.
type Pipeline struct {
	ID       int    `json:"id,omitzero"`
	Project  string `json:"project"`             // full path
	Ref      string `json:"ref,omitzero"`        // a branch or, with RefIsTag, a tag; the default branch when empty
	RefIsTag bool   `json:"ref_is_tag,omitzero"` // Ref is a tag
	// Protected: the ref is protected. Where the project has rules for its refs, those decide when the pipeline is made.
	Protected bool   `json:"protected,omitzero"`
	SHA       string `json:"sha,omitzero"`        // 40 hexadecimal digits; when empty what Ref is at, or made up
	BeforeSHA string `json:"before_sha,omitzero"` // zeros when empty
	// Commit says more of the commit; its SHA and BeforeSHA are those above, and stay empty here. Made up when zero.
	Commit Commit `json:"commit,omitzero"`
	Source string `json:"source,omitzero"` // "push" when empty, "web", "api", "schedule", "trigger" ...
	// Status is that which the pipeline had when it last moved. With a Status nothing is made of a file: a pipeline as it
	// was at some time. Without one it follows from the jobs.
	Status JobStatus `json:"status,omitzero"`
	Name   string    `json:"name,omitzero"` // of workflow:name
	User   string    `json:"user,omitzero"` // username; root when empty
	// Variables were handed in with it, FileVariables those that a job gets as the path of a file. They win against those
	// of settings and of the file.
	Variables     map[string]string `json:"variables,omitzero"`
	FileVariables map[string]string `json:"file_variables,omitzero"`
	// VariableOrder are the keys of all of them in the order in which they came; nil when that is the alphabet's, with
	// files last. In those that RawVariables names, references stay as they are.
	VariableOrder []string `json:"variable_order,omitzero"`
	RawVariables  []string `json:"raw_variables,omitzero"`
	// CI is the text of the .gitlab-ci.yml that the jobs are made of, when the pipeline is added; it is not kept. Empty:
	// the repository's, if it has one.
	CI string `json:"ci,omitzero"`
	// Inputs are values for spec:inputs of that file, by their names, as they are in JSON; they are not kept either.
	Inputs map[string]any `json:"inputs,omitzero"`
	// YAMLErrors is why the file could not be used: the pipeline has failed and has no jobs.
	YAMLErrors string `json:"yaml_errors,omitzero"`
	// AutoCancelOnNewCommit is "conservative" (also when empty), "interruptible" or "none"; AutoCancelOnJobFailure is
	// "none" (also when empty) or "all".
	AutoCancelOnNewCommit  string `json:"auto_cancel_on_new_commit,omitzero"`
	AutoCancelOnJobFailure string `json:"auto_cancel_on_job_failure,omitzero"`
	// ScheduleID and TriggerID are those of the schedule or trigger that made it, AutoCanceledBy that of the newer
	// pipeline which made it redundant; 0 for none.
	ScheduleID     int       `json:"schedule_id,omitzero"`
	TriggerID      int       `json:"trigger_id,omitzero"`
	AutoCanceledBy int       `json:"auto_canceled_by,omitzero"`
	CreatedAt      time.Time `json:"created_at,omitzero"` // the fake's time when zero
	UpdatedAt      time.Time `json:"updated_at,omitzero"` // CreatedAt when zero
	StartedAt      time.Time `json:"started_at,omitzero"` // zero: not yet
	FinishedAt     time.Time `json:"finished_at,omitzero"`
	// Duration is for how long its jobs ran, as it was when the pipeline last ended; nil before.
	Duration *time.Duration `json:"duration,omitzero"`
}

// String is the pipeline on one line: "pipeline 4000001 (acme/shop, main, running)".
func (p Pipeline) String() string {
	return "pipeline" + words.Spaced(words.ID(p.ID)) + words.InBrackets(p.Project, p.Ref, string(p.Status))
}

// RefAccess is who may push to a protected branch or merge into it, or create a protected tag. Empty means
// MaintainersUp. Administrators may whatever anybody may.
type RefAccess string

// The levels of access to protected refs, with GitLab's numbers: 0, 30, 40, 60.
const (
	NoOne         RefAccess = "no_one"
	DevelopersUp  RefAccess = "developers"
	MaintainersUp RefAccess = "maintainers"
	AdminsOnly    RefAccess = "admins"
)

// ProtectedRef is a rule that protects branches or tags of a project. A new project has none, as one without a
// repository in GitLab. In a project with no rule for branches, or for tags, each job's Protected tells whether its ref
// is protected.
type ProtectedRef struct {
	ID      int    `json:"id,omitzero"`
	Project string `json:"project"`      // full path
	Name    string `json:"name"`         // of a branch or tag, or a pattern with *
	Tag     bool   `json:"tag,omitzero"` // it is for tags, else for branches
	// Push is who may push to the branch or create the tag, Merge who may merge into the branch. Who may do neither may
	// not run, retry or cancel the jobs of the ref.
	Push      RefAccess `json:"push_access,omitzero"`
	Merge     RefAccess `json:"merge_access,omitzero"`
	ForcePush bool      `json:"allow_force_push,omitzero"`
	// DeployKeys are the IDs of deploy keys that may what Push may. With some an empty Push is no people at all.
	DeployKeys []int `json:"deploy_keys,omitzero"`
}

// String is "protected branch main of acme/shop".
func (r ProtectedRef) String() string {
	kind := "branch"
	if r.Tag {
		kind = "tag"
	}
	return "protected " + kind + " " + r.Name + " of " + r.Project
}

// AccessToken is a personal access token or, with Project or Group set, a project or group access token: then GitLab
// makes a bot user that is a member there with Role, and User, which may be left empty, is that bot's username: a new
// one or, for one more token of the same bot, that of an earlier token. A person is refused there.
type AccessToken struct {
	ID     int      `json:"id,omitzero"`
	Token  string   `json:"token,omitzero"` // glpat- and 20 characters, made up when empty
	User   string   `json:"user,omitzero"`  // username
	Name   string   `json:"name,omitzero"`
	Scopes []string `json:"scopes,omitzero"` // nil is "api"
	// Description is shown from GitLab 17.7 on.
	Description string `json:"description,omitzero"`
	// RotatedFrom is the ID of the token whose place this one took when that was rotated. 0 is none.
	RotatedFrom int `json:"rotated_from,omitzero"`
	// Grants are what a fine-grained personal access token may do, whose one scope is "granular". They count from GitLab
	// 19.2 on; before, such a token opens nothing. No grants is nothing, too.
	Grants []TokenGrant `json:"grants,omitzero"`
	// ExpiresAt counts by the day, as in GitLab: the token dies at 00:00 UTC of that date. Zero is never.
	ExpiresAt     time.Time `json:"expires_at,omitzero"`
	Revoked       bool      `json:"revoked,omitzero"`
	Impersonation bool      `json:"impersonation,omitzero"`
	Project       string    `json:"project,omitzero"` // full path
	Group         string    `json:"group,omitzero"`   // full path
	Role          Role      `json:"role,omitzero"`    // of the bot; Maintainer when 0
	CreatedAt     time.Time `json:"created_at,omitzero"`
}

// TokenGrant is what a fine-grained personal access token may do, and where. What its user may not do, it does not
// allow.
type TokenGrant struct {
	// Access is GitLab's word for where: "user" and "instance" for what belongs to no project or group, "all_memberships"
	// for the projects and groups that the user is a member of, "personal_projects", or, as when it is empty,
	// "selected_memberships": those in Projects and Groups.
	Access   string   `json:"access,omitzero"`
	Projects []string `json:"projects,omitzero"` // full paths
	Groups   []string `json:"groups,omitzero"`   // full paths; with all below them
	// Permissions are written as in GitLab's page on fine-grained permissions: "Runner: Read", "Job Artifact: Read".
	Permissions []string `json:"permissions,omitzero"`
}

// DeployToken is a deploy token of a project or group. With the scope read_repository git clones with it, as
// Username; other scopes open nothing here.
type DeployToken struct {
	ID        int       `json:"id,omitzero"`
	Path      string    `json:"path"`                // full path of the project or group
	Token     string    `json:"token,omitzero"`      // gldt- and 20 characters, made up when empty
	Name      string    `json:"name,omitzero"`       // "deploy token" when empty
	Username  string    `json:"username,omitzero"`   // gitlab+deploy-token- and the ID when empty
	Scopes    []string  `json:"scopes,omitzero"`     // nil is "read_repository"
	ExpiresAt time.Time `json:"expires_at,omitzero"` // it dies when the day is over, in UTC. Zero is never.
	Revoked   bool      `json:"revoked,omitzero"`
}

// String is "deploy token puller of acme/shop".
func (t DeployToken) String() string { return "deploy token " + t.Name + " of " + t.Path }

// DeployKey is an SSH key that is for projects. It opens nothing here, as no git is served over SSH; who made one that
// may push may push where it may.
type DeployKey struct {
	ID     int    `json:"id,omitzero"`
	Title  string `json:"title,omitzero"`  // "deploy key" when empty
	Key    string `json:"key,omitzero"`    // "ssh-ed25519 AAAA... comment", made up when empty
	Public bool   `json:"public,omitzero"` // every project may get it
	User   string `json:"user,omitzero"`   // username of who made it; nobody who is still there when empty
	// Full paths of the projects that have it: with the one access it may push, too.
	ProjectsWithWriteAccess    []string  `json:"projects_with_write_access,omitzero"`
	ProjectsWithReadonlyAccess []string  `json:"projects_with_readonly_access,omitzero"`
	CreatedAt                  time.Time `json:"created_at,omitzero"` // the fake's time when zero
	ExpiresAt                  time.Time `json:"expires_at,omitzero"` // zero is never
}

// String is "deploy key robot".
func (k DeployKey) String() string { return "deploy key " + k.Title }

// Repository is the history of a project's git repository: all that its refs lead to. A Snapshot has one; who writes
// one may give commits any names for their SHAs. Objects are what no Files make, with git's header: "tree 38\x00...".
type Repository struct {
	Refs    map[string]string  `json:"refs"`             // by full name, as refs/heads/main: the SHA that it leads to
	Commits []RepositoryCommit `json:"commits,omitzero"` // each behind its parents
	Tags    []RepositoryTag    `json:"tags,omitzero"`    // those with a message
	Objects map[string]string  `json:"objects,omitzero"` // trees and blobs by SHA, as git stores them
}

// RepositoryCommit is a commit, with what it changed against its first parent.
type RepositoryCommit struct {
	SHA       string            `json:"sha"` // or any other name that Refs and Parents have for it
	Parents   []string          `json:"parents,omitzero"`
	Author    string            `json:"author"`             // "Ann <ann@example.com> 2024-07-01T12:00:00Z"
	Committer string            `json:"committer,omitzero"` // the Author when empty
	Message   string            `json:"message"`
	Files     map[string]string `json:"files,omitzero"` // what the paths contain that it added or changed
	Modes     map[string]string `json:"modes,omitzero"` // of those that are not 100644
	Deleted   []string          `json:"deleted,omitzero"`
	Tree      string            `json:"tree,omitzero"` // one of Objects, in place of Files
	// Raw is the object as git stores it, if there is more to it, as a signature.
	Raw string `json:"raw,omitzero"`
}

// RepositoryTag is a tag that has a message.
type RepositoryTag struct {
	SHA     string `json:"sha"`
	Name    string `json:"name"`
	Target  string `json:"target"` // the SHA of the commit, of another such tag, or of one of Objects
	Tagger  string `json:"tagger"` // as the Author of a commit
	Message string `json:"message"`
	Raw     string `json:"raw,omitzero"` // as that of a commit
}

// PipelineSchedule makes pipelines of a project at the times of a cron line. RunWorkers, and with WithWorkers Advance,
// sees to the schedules that are due: each makes one pipeline, however long it has been due.
type PipelineSchedule struct {
	ID          int    `json:"id,omitzero"`
	Project     string `json:"project"`              // full path
	Owner       string `json:"owner,omitzero"`       // username, root when empty, "-" once deleted; for whom it runs
	Description string `json:"description,omitzero"` // "schedule" when empty
	Ref         string `json:"ref,omitzero"`         // branch or tag, whole if not there; the default branch when empty
	Cron        string `json:"cron"`                 // "0 1 * * *"
	// CronTimezone is the zone of Cron, by its name in the zone database or in Rails; UTC when empty.
	CronTimezone string `json:"cron_timezone,omitzero"`
	Inactive     bool   `json:"inactive,omitzero"`
	// Variables are those of its pipelines, FileVariables those that a job gets as the path of a file.
	Variables     map[string]string `json:"variables,omitzero"`
	FileVariables map[string]string `json:"file_variables,omitzero"`
	// VariableOrder and RawVariables are as those of a Pipeline. VariableIDs are by key; those not said are made up.
	VariableOrder []string       `json:"variable_order,omitzero"`
	RawVariables  []string       `json:"raw_variables,omitzero"`
	VariableIDs   map[string]int `json:"variable_ids,omitzero"`
	// Inputs are values for spec:inputs of the file of its pipelines, by their names, as they are in JSON; GitLab has them
	// from 17.11 on.
	Inputs map[string]any `json:"inputs,omitzero"`
	// NextRunAt is when GitLab sees to it next: at one of its workers' own times, 3, 13 ... 53 minutes past each hour,
	// after the time of Cron. It is reckoned when zero.
	NextRunAt time.Time `json:"next_run_at,omitzero"`
	CreatedAt time.Time `json:"created_at,omitzero"` // the fake's time when zero
	UpdatedAt time.Time `json:"updated_at,omitzero"` // CreatedAt when zero
}

// String is "pipeline schedule nightly of acme/shop".
func (s PipelineSchedule) String() string {
	return "pipeline schedule " + s.Description + " of " + s.Project
}

// PipelineTrigger has a token with which anybody may make pipelines of a project.
type PipelineTrigger struct {
	ID          int       `json:"id,omitzero"`
	Project     string    `json:"project"`              // full path
	Owner       string    `json:"owner,omitzero"`       // username of whom its pipelines run for; root when empty
	Token       string    `json:"token,omitzero"`       // made up when empty
	Description string    `json:"description,omitzero"` // "trigger" when empty
	ExpiresAt   time.Time `json:"expires_at,omitzero"`  // zero: never
	LastUsed    time.Time `json:"last_used,omitzero"`   // zero: never
	CreatedAt   time.Time `json:"created_at,omitzero"`  // the fake's time when zero
	UpdatedAt   time.Time `json:"updated_at,omitzero"`  // CreatedAt when zero
}

// String is "pipeline trigger nightly of acme/shop".
func (t PipelineTrigger) String() string {
	return "pipeline trigger " + t.Description + " of " + t.Project
}

// RunnerController is a program that decides which jobs the runners of the instance may take, an experiment of GitLab
// 18.9. The fake serves its API; jobs are not asked about, as there is no job router.
type RunnerController struct {
	ID          int    `json:"id,omitzero"`
	Description string `json:"description,omitzero"`
	State       string `json:"state,omitzero"` // "disabled" when empty, "enabled" or "dry_run"
	// Instance: it decides about all runners of the instance; else about Runners, by ID, which are instance runners.
	Instance  bool                    `json:"instance,omitzero"`
	Runners   []int                   `json:"runners,omitzero"`
	Tokens    []RunnerControllerToken `json:"tokens,omitzero"` // those that are not revoked
	CreatedAt time.Time               `json:"created_at,omitzero"`
}

// RunnerControllerToken is a token that a runner controller connects with.
type RunnerControllerToken struct {
	ID          int       `json:"id,omitzero"`
	Token       string    `json:"token,omitzero"` // glrct- and 20 characters, made up when empty
	Description string    `json:"description,omitzero"`
	CreatedAt   time.Time `json:"created_at,omitzero"`
}

// CommitStatus is what somebody has told of a job that runs outside (POST /projects/:id/statuses/:sha). It counts in
// the status of its pipeline, and is none of its jobs. A Scenario may have some, and a Snapshot has them all.
type CommitStatus struct {
	ID          int       `json:"id,omitzero"`
	PipelineID  int       `json:"pipeline_id"`     // of one that is there
	Name        string    `json:"name,omitzero"`   // "default" when empty
	Status      JobStatus `json:"status,omitzero"` // pending when empty
	User        string    `json:"user,omitzero"`   // username of who told it; root when empty, "-" once deleted
	TargetURL   *string   `json:"target_url,omitzero"`
	Description *string   `json:"description,omitzero"`
	Coverage    *float64  `json:"coverage,omitzero"`   // percent
	CreatedAt   time.Time `json:"created_at,omitzero"` // the fake's time when zero
	StartedAt   time.Time `json:"started_at,omitzero"` // zero: not yet
	FinishedAt  time.Time `json:"finished_at,omitzero"`
	UpdatedAt   time.Time `json:"updated_at,omitzero"` // CreatedAt when zero
}

// String is "commit status jenkins (pipeline 4000001, running)".
func (s CommitStatus) String() string {
	return "commit status" + words.Spaced(s.Name) +
		words.InBrackets("pipeline"+words.Spaced(words.ID(s.PipelineID)), string(s.Status))
}

// ProjectEnvironment is what jobs of a project deploy to (environment in their spec). It comes about with the first
// such job, or alone.
type ProjectEnvironment struct {
	ID      int    `json:"id,omitzero"`
	Project string `json:"project"` // full path
	Name    string `json:"name"`
	// State is EnvironmentAvailable when empty.
	State       EnvironmentState `json:"state,omitzero"`
	Tier        string           `json:"tier,omitzero"` // "production", "staging" ..., guessed from the name when empty
	ExternalURL string           `json:"external_url,omitzero"`
	Description string           `json:"description,omitzero"`
	// AutoStopSetting is "always" when empty, or "with_action": it is stopped only by a job that does so (on_stop).
	AutoStopSetting string `json:"auto_stop_setting,omitzero"`
	// AutoStopAt is when RunWorkers, and with WithWorkers Advance, stops it, AutoDeleteAt when they delete it if it is
	// stopped; zero: never.
	AutoStopAt   time.Time `json:"auto_stop_at,omitzero"`
	AutoDeleteAt time.Time `json:"auto_delete_at,omitzero"`
	CreatedAt    time.Time `json:"created_at,omitzero"` // the fake's time when zero
	UpdatedAt    time.Time `json:"updated_at,omitzero"` // CreatedAt when zero
}

// String is "environment production of acme/shop".
func (e ProjectEnvironment) String() string { return "environment " + e.Name + " of " + e.Project }

// EnvironmentState is whether an environment is there to be used.
type EnvironmentState string

// The states of environments. One is stopping while a job is to stop it.
const (
	EnvironmentAvailable EnvironmentState = "available"
	EnvironmentStopping  EnvironmentState = "stopping"
	EnvironmentStopped   EnvironmentState = "stopped"
)

// Deployment is that something of a project was, or is to be, brought to an environment: by a job, with whose status it
// goes along, or by somebody who tells of it (POST /projects/:id/deployments).
type Deployment struct {
	ID          int              `json:"id,omitzero"`
	IID         int              `json:"iid,omitzero"`        // its number in the project
	Project     string           `json:"project"`             // full path
	Environment string           `json:"environment"`         // the name of one that is there
	JobID       int              `json:"job_id,omitzero"`     // 0: it was told of, or the job is deleted
	Ref         string           `json:"ref,omitzero"`        // the job's or the default branch when empty
	RefIsTag    bool             `json:"ref_is_tag,omitzero"` // Ref is a tag
	SHA         string           `json:"sha,omitzero"`        // the job's, what Ref is at, or made up when empty
	Status      DeploymentStatus `json:"status,omitzero"`     // DeploymentSuccess when empty
	User        string           `json:"user,omitzero"`       // username; the job's or root when empty, "-" once deleted
	OnStop      string           `json:"on_stop,omitzero"`    // the name of the job that stops the environment
	CreatedAt   time.Time        `json:"created_at,omitzero"`
	UpdatedAt   time.Time        `json:"updated_at,omitzero"`
	FinishedAt  time.Time        `json:"finished_at,omitzero"` // zero: not yet
}

// String is "deployment 3 of acme/shop (production, success)".
func (d Deployment) String() string {
	return "deployment" + words.Spaced(words.ID(d.IID)) + " of " + d.Project +
		words.InBrackets(d.Environment, string(d.Status))
}

// DeploymentStatus is how far a deployment has come.
type DeploymentStatus string

// The statuses of deployments. One is blocked while its job waits for a person.
const (
	DeploymentCreated  DeploymentStatus = "created"
	DeploymentRunning  DeploymentStatus = "running"
	DeploymentSuccess  DeploymentStatus = "success"
	DeploymentFailed   DeploymentStatus = "failed"
	DeploymentCanceled DeploymentStatus = "canceled"
	DeploymentSkipped  DeploymentStatus = "skipped"
	DeploymentBlocked  DeploymentStatus = "blocked"
)

// Artifact is a file that a job kept.
type Artifact struct {
	Filename string `json:"filename"`
	// Type is "archive" when empty; else the name of a report: "junit", "dotenv", ...
	Type    string `json:"file_type,omitzero"`
	Format  string `json:"file_format,omitzero"` // "zip" (for an archive), "gzip" or "raw"; by Type when empty
	Content []byte `json:"content,omitzero"`     // base64 in JSON
	// ExpiresAt is when GitLab would remove the file, unless KeepLatestArtifacts has it live on. Zero is never.
	ExpiresAt time.Time `json:"expire_at,omitzero"`
}
