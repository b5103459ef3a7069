// Package jobpayload makes what a runner is told of the job that it gets: the JSON of 201 from POST /jobs/request.
// Input is everything that this depends on, Rules are what differs between versions of GitLab, and Build makes the
// Payload. Nothing here changes a record or asks for anything else: the caller holds the lock of the world while Build
// reads the records and until the Payload, which shares memory with them, is marshaled.
//
//	jobpayload.go  Input and Build, the job, its project and its repository
//	parts.go       what comes out of the job's spec: steps, image, services, artifacts, caches
//	variables.go   CI/CD variables, and how those that refer to others are expanded
//	payload.go     the keys of the JSON, in GitLab's order
package jobpayload

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// runningJobsMaxBucket is the number from which on GitLab no longer counts a project's jobs on instance runners exactly
// (app/presenters/ci/build_runner_presenter.rb, project_jobs_running_on_instance_runners_count).
const runningJobsMaxBucket = 5

// Input is everything that decides what a runner gets with 201 from POST /jobs/request. Of the records it is read what
// they say themselves, not what they refer to; the other fields say the rest.
type Input struct {
	Job     *world.Job     // as it is once taken: Token, StartedAt and PipelineID set
	Project *world.Project // of the job
	Runner  *world.Runner  // who took the job
	User    *world.User    // for whom the job runs
	// ServerURL is this GitLab's URL with its base path, without a slash at the end.
	ServerURL string
	Version   string // of GitLab: "17.2.0-ee"
	// Followed is the version that is followed.
	Followed gitlabversion.Version
	// Pipeline is what is known of the pipeline, with PipelineIID, its number within the project; 0 counts as 1.
	Pipeline    world.PipelineFacts
	PipelineIID int
	// Schedule is the schedule that made the pipeline, Trigger the trigger; nil for none.
	Schedule *world.PipelineSchedule
	Trigger  *world.PipelineTrigger
	// EnvironmentTier and EnvironmentURL are what the job's environment says of itself; empty while there is none.
	EnvironmentTier, EnvironmentURL string
	// TagMessage is the message of an annotated tag that the pipeline runs for.
	TagMessage string
	// CommitUser and DefaultBranchSHA are what the world's functions CommitUser and DefaultBranchBase say of the commit.
	CommitUser, DefaultBranchSHA string
	// Retries is how often the job was tried before.
	Retries int
	// NamespaceID is the project's namespace, RootNamespaceID the topmost one above it.
	NamespaceID, RootNamespaceID int
	// UserIsMaintainer: the job's user is Maintainer or more in the project (Rules.CachesByRole).
	UserIsMaintainer bool
	// Dependencies are the jobs whose artifacts this one gets, as world.Job's Dependencies picks them.
	Dependencies []Dependency
	// Dotenv are the variables of the dotenv reports of Dependencies.
	Dotenv []ci.JobVariable
	// Settings are the variables of the settings that the job's ref may have, as world.State's VariablesFor has them.
	Settings [][]*world.Variable
	// TimeInQueue is how long the job was pending; nil is null.
	TimeInQueue *time.Duration
	// RunningOnInstanceRunners is how many of the project's jobs run on instance runners.
	RunningOnInstanceRunners int
	// QueueSize and QueueDepth are sent with Rules.JobInfoExtras.
	QueueSize, QueueDepth int
	// SessionURL is the url of the session that the runner offers for this job; empty is null.
	SessionURL string
	// InstanceUUID is sent as instance_id and instance_uuid with Rules.JobInfoExtras.
	InstanceUUID string
	// DeployToken is the one that jobs of the project are handed; nil for none.
	DeployToken *world.DeployToken
	// Registry is the host and port of the container registry; empty is none.
	Registry string
	// Zone is the instance's time zone; nil is UTC.
	Zone *time.Location
	// Rules are those of the version that is followed.
	Rules Rules
}

// Dependency is an earlier job whose artifacts the job gets.
type Dependency struct {
	ID                int
	Name              string
	ArtifactsFilename string // of its archive; empty when it has none, or none any more
	ArtifactsSize     int64  // of its archive, in bytes
}

// Rules are the differences of the payload between versions of GitLab. The zero value is GitLab 17.2.
type Rules struct {
	GitInfoProtected   bool // there is git_info.protected (18.x)
	JobInfoExtras      bool // there are job_info.pipeline_id, project_full_path and more (18.x)
	CacheKeysByContent bool // a cache's key of files is of what they contain, and not of commits (18.5)
	CachesByRole       bool // what Maintainers run has the protected caches, whatever the ref (18.6)
	JobGroupName       bool // variables has CI_JOB_GROUP_NAME (17.10)
	Inputs             bool // there is inputs (18.6)
	NewFailureReasons  bool // features.failure_reasons has those of 18.x and later
	DepthOfHighest     bool // git_info.depth is of the last GIT_DEPTH, not of the first (19.0)
	FetchedBySHA       bool // the pipeline's commit is fetched by its SHA, not by the pipeline's ref (19.0)
	RunnerUUID         bool // there is runner_info.uuid (19.2)
}

// Build makes the payload of a job. It reads in and nothing else, and shares memory with what it returns.
func Build(in Input) Payload {
	spec := in.Job.Spec
	timeout := world.WholeSeconds(in.Job.TimeoutOn(in.Runner)) // a runner takes 0 for its own default
	variables := jobVariables(in)
	reasons := world.FailureReasons(in.Rules.NewFailureReasons)
	payload := Payload{
		ID:            in.Job.ID,
		Token:         in.Job.Token,
		AllowGitFetch: in.Project.FetchesGit(),
		JobInfo:       buildJobInfo(in),
		GitInfo:       buildGitInfo(in, variables),
		RunnerInfo:    payloadRunnerInfo{Timeout: timeout},
		Variables:     sent(expandVariables(variables)),
		Hooks:         []payloadHook{},
		Services:      buildServices(spec.Services),
		Artifacts:     buildArtifacts(spec.Artifacts),
		Cache:         buildCache(in),
		Credentials:   []payloadCredentials{},
		Features:      payloadFeatures{TraceSections: true, FailureReasons: reasons},
		Dependencies:  buildDependencies(in),
		raw:           spec.Raw,
	}
	if in.SessionURL != "" {
		payload.RunnerInfo.SessionURL = &in.SessionURL
	}
	if in.Rules.RunnerUUID {
		payload.RunnerInfo.UUID = in.Runner.UUID()
	}
	if in.Rules.Inputs {
		payload.Inputs = buildInputs(spec.Inputs)
	}
	if len(spec.Run) > 0 {
		payload.Run = string(spec.Run)
	} else {
		payload.Steps = buildSteps(spec, timeout)
	}
	if script := spec.Hooks.PreGetSourcesScript; script != nil {
		payload.Hooks = append(payload.Hooks, payloadHook{Name: "pre_get_sources_script", Script: script})
	}
	if spec.Image != nil && spec.Image.Name != "" {
		image := buildImage(*spec.Image)
		payload.Image = &image
	}
	if in.Registry != "" {
		registry := payloadCredentials{"registry", in.Registry, ciJobUser, in.Job.Token}
		payload.Credentials = append(payload.Credentials, registry)
	}
	return payload
}

// buildJobInfo is what a runner is told of the job, its project and the queue.
func buildJobInfo(in Input) payloadJobInfo {
	info := payloadJobInfo{
		ID:               in.Job.ID,
		Name:             in.Job.Name,
		Stage:            in.Job.Stage,
		ProjectID:        in.Project.ID,
		ProjectName:      in.Project.Name,
		RunningOnRunners: "+Inf",
	}
	if in.TimeInQueue != nil {
		seconds := int(*in.TimeInQueue / time.Second)
		info.TimeInQueue = &seconds
	}
	if in.Runner.Type == world.InstanceRunner {
		info.RunningOnRunners = strconv.Itoa(min(in.RunningOnInstanceRunners, runningJobsMaxBucket))
		if in.RunningOnInstanceRunners >= runningJobsMaxBucket {
			info.RunningOnRunners += "+"
		}
	}
	if in.Rules.JobInfoExtras {
		info.PipelineID = in.Job.PipelineID
		info.ProjectFullPath = in.Project.Path
		info.NamespaceID, info.RootNamespaceID = in.NamespaceID, in.RootNamespaceID
		info.OrganizationID = 1
		info.InstanceID, info.InstanceUUID = in.InstanceUUID, in.InstanceUUID
		info.UserID, info.ScopedUserID = in.User.ID, json.RawMessage("null")
		info.QueueSize, info.QueueDepth = &in.QueueSize, &in.QueueDepth
	}
	return info
}

// IsMergeRequestRef reports whether the ref of a job is that of a merge request pipeline.
func IsMergeRequestRef(ref string) bool { return strings.HasPrefix(ref, "refs/merge-requests/") }

// buildGitInfo is what a runner is told of the repository and of what to fetch.
func buildGitInfo(in Input, variables []payloadVariable) payloadGitInfo {
	job := in.Job
	info := payloadGitInfo{
		RepoURL:      repoURL(in),
		Ref:          job.Ref,
		SHA:          job.Commit.SHA,
		BeforeSHA:    beforeSHA(job.Commit),
		RefType:      "branch",
		Depth:        gitDepth(variables, in.Project.Depth(), in.Rules.DepthOfHighest),
		ObjectFormat: "sha1",
	}
	if job.RefIsTag {
		info.RefType = "tag"
	}
	if in.Rules.GitInfoProtected {
		protected := job.Protected
		info.Protected = &protected
	}
	info.Refspecs = refspecs(job, info.Depth, in.Rules.FetchedBySHA)
	return info
}

// beforeSHA is the SHA of the commit before the push. A new ref has none, for which git writes zeros.
func beforeSHA(c world.Commit) string {
	if c.BeforeSHA == "" {
		return world.ZeroSHA
	}
	return c.BeforeSHA
}

// repoURL is where the project is cloned from, with the job's token as the password of ciJobUser.
func repoURL(in Input) string {
	clone := cloneURL(in.ServerURL, in.Project.Path)
	scheme, rest, ok := strings.Cut(clone, "://")
	if !ok {
		return clone
	}
	return scheme + "://" + ciJobUser + ":" + url.PathEscape(in.Job.Token) + "@" + rest
}

// cloneURL is where the project is cloned from, without credentials.
func cloneURL(serverURL, projectPath string) string { return serverURL + "/" + projectPath + ".git" }

// gitDepth is the first variable GIT_DEPTH, that of the lowest precedence, or, of the highest, the last, as the number
// that it begins with, 0 if it begins with none; without such a variable it is the project's
// (app/presenters/ci/build_runner_presenter.rb).
func gitDepth(variables []payloadVariable, project int, ofHighest bool) int {
	depth := project
	for _, variable := range variables {
		if variable.Key != "GIT_DEPTH" {
			continue
		}
		digits, _ := world.Leading(strings.TrimSpace(variable.Value), "0123456789")
		number, err := strconv.Atoi(digits)
		if err != nil {
			number = 0
		}
		if depth = number; !ofHighest {
			break
		}
	}
	return depth
}

// refspecs are what to fetch: the pipeline's own ref and, in a shallow clone, the job's, else all branches and tags.
// The pipeline's own is all that a shallow clone for a merge request needs; it is asked for by name or by its SHA.
func refspecs(job *world.Job, depth int, bySHA bool) []string {
	pipeline := "refs/pipelines/" + strconv.Itoa(job.PipelineID)
	source := pipeline
	if bySHA {
		source = job.Commit.SHA
	}
	specs := []string{"+" + source + ":" + pipeline}
	branch := func(name string) string { return "+refs/heads/" + name + ":refs/remotes/origin/" + name }
	tag := func(name string) string { return "+refs/tags/" + name + ":refs/tags/" + name }
	switch {
	case depth == 0:
		return append(specs, branch("*"), tag("*"))
	case job.RefIsTag:
		return append(specs, tag(job.Ref))
	case IsMergeRequestRef(job.Ref):
		return specs
	}
	return append(specs, branch(job.Ref))
}
