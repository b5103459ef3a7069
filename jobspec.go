package fakegitlab

import (
	"encoding/json"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
)

// JobSpec is what a job is to do, read from JSON written with the keywords of .gitlab-ci.yml
// (https://docs.gitlab.com/ee/ci/yaml/): those that reach a runner, or that decide what becomes of the job. The zero
// value does nothing: an empty script and GitLab's defaults. A Go value, its JSON and the value read back are equal.
//
// A keyword that does not exist is an error that names the nearest one; every problem of a document is reported at
// once.
type JobSpec struct {
	// BeforeScript and Script become one step. In JSON each is one command, or a list, or lists within it.
	BeforeScript []string `json:"before_script,omitzero"`
	Script       []string `json:"script,omitzero"`
	// AfterScript is a step of its own that runs whatever came before.
	AfterScript []string `json:"after_script,omitzero"`
	// Image is the container that the job runs in; nil leaves it to the runner. In JSON a name or a map.
	Image *Image `json:"image,omitzero"`
	// Services are containers beside it. In JSON each is a name or a map.
	Services  []Service     `json:"services,omitzero"`
	Variables JobVariables  `json:"variables,omitzero"`
	Artifacts *JobArtifacts `json:"artifacts,omitzero"`
	// Cache is, in JSON, one cache or a list of them.
	Cache []Cache `json:"cache,omitzero"`
	// Dependencies names the jobs whose artifacts the job gets: nil is every job of an earlier stage, an empty list none.
	Dependencies []string `json:"dependencies,omitzero"`
	// Needs names the jobs that the job waits for, whatever their stage; unless nil, it also decides whose artifacts the
	// job gets. In JSON each is a name or a map.
	Needs   []Need   `json:"needs,omitzero"`
	Hooks   Hooks    `json:"hooks,omitzero"`
	Release *Release `json:"release,omitzero"`
	// Timeout is how long the job may run, before the runner's own maximum. 0 is the project's timeout. In JSON it is
	// GitLab's text ("1h 30m") or seconds; it is written as seconds.
	Timeout      time.Duration `json:"timeout,omitzero"`
	AllowFailure AllowFailure  `json:"allow_failure,omitzero"`
	// Retry is, in JSON, a number of further attempts or a map.
	Retry         Retry `json:"retry,omitzero"`
	Interruptible *bool `json:"interruptible,omitzero"` // nil is GitLab's default, false
	// Coverage is the regular expression, between slashes, that finds the coverage in the log.
	Coverage    string      `json:"coverage,omitzero"`
	Environment Environment `json:"environment,omitzero"`
	// Run is the list of steps that takes the place of the scripts (GitLab 17.4 and later), as JSON.
	Run json.RawMessage `json:"run,omitzero"`
	// Inputs are the job inputs (GitLab 18.6 and later). In JSON a map of names.
	Inputs JobInputs `json:"inputs,omitzero"`
	// Raw is laid over the job that the runner gets, key by key at its top level ("steps", "git_info", ...), unchecked:
	// the way to send a runner what no keyword can say, or what GitLab would never send.
	Raw map[string]json.RawMessage `json:"raw,omitzero"`
}

// MarshalJSON writes the keywords that are set.
func (s JobSpec) MarshalJSON() ([]byte, error) { return ci.JobSpec(s).MarshalJSON() }

// UnmarshalJSON reads the keywords. Its error joins one for every problem, each with its place.
func (s *JobSpec) UnmarshalJSON(data []byte) error { return (*ci.JobSpec)(s).UnmarshalJSON(data) }

// clone returns a copy that shares no memory with s.
// The parts of a JobSpec have their fields and methods in the package ci, with the other words of .gitlab-ci.yml.
type (
	// Image is a container image, by name alone in JSON or with its options.
	Image = ci.Image
	// Service is an Image that runs beside the job's, with a name on the network, a command and variables of its own.
	Service = ci.Service
	// ExecutorOpts are options for one executor of the runner.
	ExecutorOpts = ci.ExecutorOpts
	// DockerOptions are image:docker.
	DockerOptions = ci.DockerOptions
	// KubernetesOptions are image:kubernetes.
	KubernetesOptions = ci.KubernetesOptions
	// Port is a port of a container.
	Port = ci.Port
	// JobArtifacts is the keyword artifacts: what the job is to keep. (Artifact is what it kept.)
	JobArtifacts = ci.JobArtifacts
	// Report is where a report lies.
	Report = ci.Report
	// Cache is files kept between jobs.
	Cache = ci.Cache
	// CacheKey is the key of a cache.
	CacheKey = ci.CacheKey
	// Need is a job that must have ended first.
	Need = ci.Need
	// Hooks are commands run at points of the runner's own work.
	Hooks = ci.Hooks
	// Release makes the job publish a release after its script.
	Release = ci.Release
	// ReleaseAssets are what a release links to.
	ReleaseAssets = ci.ReleaseAssets
	// ReleaseLink is one asset link of a release.
	ReleaseLink = ci.ReleaseLink
	// AllowFailure is whether the pipeline goes on when the job fails: always, or for some exit codes.
	AllowFailure = ci.AllowFailure
	// Retry is how often, and after which failures, GitLab runs the job again.
	Retry = ci.Retry
	// Environment is where the job deploys to.
	Environment = ci.Environment
	// JobVariables are CI/CD variables in the order in which they are given.
	JobVariables = ci.JobVariables
	// JobVariable is a CI/CD variable.
	JobVariable = ci.JobVariable
	// JobInputs are job inputs in the order in which they are given.
	JobInputs = ci.JobInputs
	// JobInput is one input of a job.
	JobInput = ci.JobInput
)
