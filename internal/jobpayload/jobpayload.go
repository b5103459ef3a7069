package jobpayload

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// DefaultGitDepth is ci_default_git_depth of a new project.
const DefaultGitDepth = 20

// DefaultBuildTimeout is build_timeout of a new project.
const DefaultBuildTimeout = time.Hour

// runningJobsMaxBucket is where GitLab stops to count a project's jobs on instance runners exactly.
const runningJobsMaxBucket = 5

// Input is everything that decides what a runner gets with 201 from POST /jobs/request.
type Input struct {
	Job     *world.Job // as it is once taken: Token, StartedAt and PipelineID set
	Project *world.Project
	Runner  *world.Runner
	User    *world.User
	// ServerURL is the fake's URL with its base path, without a slash at the end.
	ServerURL string
	Version   string // of GitLab: "17.2.0-ee"
	// PipelineIID is the number of the pipeline within the project; 0 counts as 1.
	PipelineIID int
	// NamespaceID is the project's namespace, RootNamespaceID the topmost one above it.
	NamespaceID, RootNamespaceID int
	// GitDepth is the project's ci_default_git_depth, usually defaultGitDepth; 0 clones everything.
	GitDepth int
	// UserIsMaintainer: the job's user is Maintainer or more in the project, which gives the job the protected caches.
	UserIsMaintainer bool
	// Dependencies are the jobs whose artifacts this one gets, as jobDependencies picks them.
	Dependencies []Dependency
	// Dotenv are the variables of the dotenv reports of Dependencies.
	Dotenv []ci.JobVariable
	// TimeInQueue is how long the job was pending; nil is null.
	TimeInQueue *time.Duration
	// RunningOnInstanceRunners is how many of the project's jobs run on instance runners.
	RunningOnInstanceRunners int
	// QueueSize and QueueDepth are sent from the versions on that have them.
	QueueSize, QueueDepth int
	// SessionURL is the url of the session that the runner offers for this job; empty is null.
	SessionURL string
	// InstanceUUID is sent as instance_id and instance_uuid from the versions on that have them.
	InstanceUUID string
	// Registry is the host and port of the container registry; empty is none.
	Registry string
	Rules    Rules
}

// Dependency is an earlier job. ArtifactsFilename is empty when it has no archive, or none any more.
type Dependency struct {
	ID                int
	Name              string
	ArtifactsFilename string
	ArtifactsSize     int64 // bytes
}

// Rules are the differences of the job JSON between GitLab versions; the zero value is GitLab 17.2.
type Rules struct {
	GitInfoProtected  bool // git_info.protected (18.x)
	JobInfoExtras     bool // job_info.pipeline_id, project_full_path, ... (18.x)
	Inputs            bool // inputs (18.6)
	NewFailureReasons bool // features.failure_reasons of 18.x and later
}

// jobPayload is the body of 201, in GitLab's order of keys (API::Entities::Ci::JobRequest::Response).
type jobPayload struct {
	ID            int                  `json:"id"`
	Token         string               `json:"token"`
	AllowGitFetch bool                 `json:"allow_git_fetch"`
	JobInfo       payloadJobInfo       `json:"job_info"`
	GitInfo       payloadGitInfo       `json:"git_info"`
	RunnerInfo    payloadRunnerInfo    `json:"runner_info"`
	Inputs        []payloadInput       `json:"inputs,omitzero"`
	Variables     []payloadVariable    `json:"variables"`
	Steps         []payloadStep        `json:"steps,omitzero"` // left out when there is Run
	Hooks         []payloadHook        `json:"hooks"`
	Image         *payloadImage        `json:"image"`
	Services      []payloadService     `json:"services"`
	Artifacts     []payloadArtifact    `json:"artifacts"` // null without the keyword
	Cache         []payloadCache       `json:"cache"`
	Credentials   []payloadCredentials `json:"credentials"`
	Features      payloadFeatures      `json:"features"`
	Dependencies  []payloadDependency  `json:"dependencies"`
	Run           string               `json:"run,omitempty"` // JSON within a string; a runner cannot decode null here

	raw map[string]json.RawMessage // JobSpec.Raw
}

type payloadJobInfo struct {
	ID               int    `json:"id"`
	Name             string `json:"name"`
	Stage            string `json:"stage"`
	PipelineID       int    `json:"pipeline_id,omitzero"`
	ProjectID        int    `json:"project_id"`
	ProjectName      string `json:"project_name"`
	ProjectFullPath  string `json:"project_full_path,omitzero"`
	NamespaceID      int    `json:"namespace_id,omitzero"`
	RootNamespaceID  int    `json:"root_namespace_id,omitzero"`
	OrganizationID   int    `json:"organization_id,omitzero"`
	InstanceID       string `json:"instance_id,omitzero"`
	InstanceUUID     string `json:"instance_uuid,omitzero"`
	UserID           int    `json:"user_id,omitzero"`
	ScopedUserID     any    `json:"scoped_user_id,omitzero"`
	TimeInQueue      *int   `json:"time_in_queue_seconds"`
	RunningOnRunners string `json:"project_jobs_running_on_instance_runners_count"` // a string: "+Inf", "0", "5+"
	QueueSize        *int   `json:"queue_size,omitzero"`
	QueueDepth       *int   `json:"queue_depth,omitzero"`
}

type payloadGitInfo struct {
	RepoURL      string   `json:"repo_url"`
	Ref          string   `json:"ref"`
	SHA          string   `json:"sha"`
	BeforeSHA    string   `json:"before_sha"`
	RefType      string   `json:"ref_type"`
	Refspecs     []string `json:"refspecs"`
	Depth        int      `json:"depth"`
	ObjectFormat string   `json:"repo_object_format"`
	Protected    *bool    `json:"protected,omitzero"`
}

type payloadRunnerInfo struct {
	Timeout    int     `json:"timeout"` // seconds
	SessionURL *string `json:"runner_session_url"`
}

type payloadInput struct {
	Key   string            `json:"key"`
	Value payloadInputValue `json:"value"`
}

type payloadInputValue struct {
	Content json.RawMessage `json:"content"`
	Type    string          `json:"type"`
}

type payloadStep struct {
	Name         string   `json:"name"`
	Script       []string `json:"script"`
	Timeout      int      `json:"timeout"` // seconds
	When         string   `json:"when"`
	AllowFailure bool     `json:"allow_failure"`
}

type payloadHook struct {
	Name   string   `json:"name"`
	Script []string `json:"script"`
}

type payloadPort struct {
	Number   int    `json:"number"`
	Protocol string `json:"protocol"`
	Name     string `json:"name"`
}

type payloadImage struct {
	Name         string          `json:"name"`
	Entrypoint   []string        `json:"entrypoint"`
	Ports        []payloadPort   `json:"ports"`
	ExecutorOpts ci.ExecutorOpts `json:"executor_opts"`
	PullPolicy   []string        `json:"pull_policy"`
}

type payloadService struct {
	payloadImage
	Alias     *string           `json:"alias"`
	Command   []string          `json:"command"`
	Variables []payloadKeyValue `json:"variables"`
}

type payloadKeyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type payloadArtifact struct {
	Name      nullable `json:"name"`
	Untracked *bool    `json:"untracked,omitempty"`
	Paths     []string `json:"paths"`
	Exclude   []string `json:"exclude,omitempty"`
	When      nullable `json:"when"`
	ExpireIn  nullable `json:"expire_in"`
	Type      string   `json:"artifact_type"`
	Format    string   `json:"artifact_format"`
}

type payloadCache struct {
	Key          string   `json:"key"`
	Untracked    *bool    `json:"untracked"`
	Paths        []string `json:"paths"`
	Policy       string   `json:"policy"`
	When         string   `json:"when"`
	FallbackKeys []string `json:"fallback_keys"`
}

type payloadCredentials struct {
	Type     string `json:"type"`
	URL      string `json:"url"`
	Username string `json:"username"`
	Password string `json:"password"`
}

type payloadFeatures struct {
	TraceSections  bool     `json:"trace_sections"`
	FailureReasons []string `json:"failure_reasons"`
}

type payloadDependency struct {
	ID            int            `json:"id"`
	Name          string         `json:"name"`
	Token         string         `json:"token"`
	ArtifactsFile *ArtifactsFile `json:"artifacts_file,omitempty"`
}

type ArtifactsFile struct {
	Filename string `json:"filename"`
	Size     int64  `json:"size"`
}

// nullable is a string whose empty value is null.
type nullable string

func (n nullable) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(n))
}

// MarshalJSON writes the payload with JobSpec.Raw laid over it: keys of the payload keep their place, others follow.
func (p jobPayload) MarshalJSON() ([]byte, error) {
	type plain jobPayload
	data, err := json.Marshal(plain(p))
	if err != nil || len(p.raw) == 0 {
		return data, err
	}
	keys, values, err := datajson.Object(data)
	if err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(p.raw)) {
		if _, ok := values[key]; !ok {
			keys = append(keys, key)
		}
		values[key] = p.raw[key]
	}
	return datajson.MarshalObject(keys, func(key string) (string, any) { return key, values[key] })
}

// Build makes the job JSON. It reads its input alone; what it returns may share memory with it.
func Build(in Input) jobPayload {
	spec := in.Job.Spec
	timeout := JobTimeoutSeconds(in.Job, in.Project, in.Runner)
	variables := jobVariables(in)
	payload := jobPayload{
		ID:            in.Job.ID,
		Token:         in.Job.Token,
		AllowGitFetch: true,
		JobInfo:       buildJobInfo(in),
		GitInfo:       buildGitInfo(in, variables),
		RunnerInfo:    payloadRunnerInfo{Timeout: timeout},
		Variables:     expandVariables(variables),
		Hooks:         []payloadHook{},
		Services:      buildServices(spec.Services),
		Artifacts:     buildArtifacts(spec.Artifacts),
		Cache:         buildCache(spec.Cache, in.UserIsMaintainer || in.Job.Protected),
		Credentials:   []payloadCredentials{},
		Features:      payloadFeatures{TraceSections: true, FailureReasons: world.FailureReasons(in.Rules.NewFailureReasons)},
		Dependencies:  buildDependencies(in),
		raw:           spec.Raw,
	}
	if in.SessionURL != "" {
		payload.RunnerInfo.SessionURL = &in.SessionURL
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
		payload.Credentials = append(payload.Credentials, payloadCredentials{"registry", in.Registry, ciJobUser, in.Job.Token})
	}
	return payload
}

// JobTimeoutSeconds is how long the job may run: the least of the job's timeout, or else the project's, and the runner's
// maximum. Parts of a second count as a whole one, since a runner takes 0 for its own default.
func JobTimeoutSeconds(j *world.Job, p *world.Project, r *world.Runner) int {
	timeout := DefaultBuildTimeout
	if p.BuildTimeout > 0 {
		timeout = p.BuildTimeout
	}
	if j.Spec.Timeout > 0 {
		timeout = j.Spec.Timeout
	}
	if seconds := r.MaximumTimeout; seconds != nil {
		timeout = min(timeout, time.Duration(*seconds)*time.Second)
	}
	return world.WholeSeconds(timeout)
}

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

// IsMergeRequestRef is whether a job's ref is that of a merge request pipeline.
func IsMergeRequestRef(ref string) bool { return strings.HasPrefix(ref, "refs/merge-requests/") }

func buildGitInfo(in Input, variables []payloadVariable) payloadGitInfo {
	job := in.Job
	info := payloadGitInfo{
		RepoURL:      repoURL(in),
		Ref:          job.Ref,
		SHA:          job.Commit.SHA,
		BeforeSHA:    beforeSHA(job.Commit),
		RefType:      "branch",
		Depth:        gitDepth(variables, in.GitDepth),
		ObjectFormat: "sha1",
	}
	if job.RefIsTag {
		info.RefType = "tag"
	}
	if in.Rules.GitInfoProtected {
		info.Protected = &in.Job.Protected
	}
	info.Refspecs = refspecs(job, info.Depth)
	return info
}

// beforeSHA is the commit before the push; a new ref has none, which git writes as zeros.
func beforeSHA(c world.Commit) string {
	if c.BeforeSHA == "" {
		return strings.Repeat("0", 40)
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

func cloneURL(serverURL, projectPath string) string { return serverURL + "/" + projectPath + ".git" }

// gitDepth is the variable GIT_DEPTH as a number, without one the project's.
func gitDepth(variables []payloadVariable, project int) int {
	for _, variable := range slices.Backward(variables) {
		if variable.Key == "GIT_DEPTH" {
			digits, _ := Leading(strings.TrimSpace(variable.Value), "0123456789")
			depth, err := strconv.Atoi(digits)
			if err != nil {
				return 0
			}
			return depth
		}
	}
	return project
}

// Leading cuts the longest prefix of s made of the bytes in set.
func Leading(s, set string) (prefix, rest string) {
	rest = strings.TrimLeft(s, set)
	return s[:len(s)-len(rest)], rest
}

// refspecs names what to fetch: the pipeline's own ref and, for a shallow clone, the job's ref, else all of them.
func refspecs(job *world.Job, depth int) []string {
	pipeline := "refs/pipelines/" + strconv.Itoa(job.PipelineID)
	specs := []string{"+" + pipeline + ":" + pipeline}
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
