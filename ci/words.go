package ci

import (
	"encoding/json"
)

// Image is a container image, by name alone in JSON or with its options.
type Image struct {
	Name       string   `json:"name,omitzero"`
	Entrypoint []string `json:"entrypoint,omitzero"`
	Ports      []Port   `json:"ports,omitzero"`
	// ExecutorOpts holds what JSON may also give directly as docker and kubernetes.
	ExecutorOpts ExecutorOpts `json:"executor_opts,omitzero"`
	// PullPolicy is of "always", "if-not-present" and "never". nil leaves it to the runner. In JSON one or a list.
	PullPolicy []string `json:"pull_policy,omitzero" form:"lines"`
}

// Service is an Image that runs beside the job's, with a name on the network, a command and variables of its own.
type Service struct {
	Name         string       `json:"name,omitzero"`
	Alias        string       `json:"alias,omitzero"`
	Entrypoint   []string     `json:"entrypoint,omitzero"`
	Command      []string     `json:"command,omitzero" form:"lines"`
	Ports        []Port       `json:"ports,omitzero"`
	Variables    JobVariables `json:"variables,omitzero"`
	ExecutorOpts ExecutorOpts `json:"executor_opts,omitzero"`
	PullPolicy   []string     `json:"pull_policy,omitzero" form:"lines"`
}

// ExecutorOpts are options for one executor of the runner. The zero value is none.
type ExecutorOpts struct {
	Docker     *DockerOptions     `json:"docker,omitempty"`
	Kubernetes *KubernetesOptions `json:"kubernetes,omitempty"`
}

// DockerOptions are image:docker.
type DockerOptions struct {
	Platform string `json:"platform,omitempty"`
	User     string `json:"user,omitempty"`
}

// KubernetesOptions are image:kubernetes.
type KubernetesOptions struct {
	User string `json:"user,omitempty"`
}

// Port is a port of a container, in JSON its number alone or a map.
type Port struct {
	Number   int    `json:"number"`
	Protocol string `json:"protocol,omitzero"` // "http" when empty
	Name     string `json:"name,omitzero"`     // "default_port" when empty
}

// JobArtifacts is the keyword artifacts: what the job is to keep. (Artifact is what it kept.)
type JobArtifacts struct {
	Name      string   `json:"name,omitzero"`
	Paths     []string `json:"paths,omitzero"`
	Exclude   []string `json:"exclude,omitzero"`
	Untracked *bool    `json:"untracked,omitzero"` // nil is sent as null
	When      string   `json:"when,omitzero"`      // "on_success", "on_failure" or "always"; empty is sent as null
	ExpireIn  string   `json:"expire_in,omitzero"` // GitLab's text: "1 week", "never"; empty is sent as null
	ExposeAs  string   `json:"expose_as,omitzero"`
	Access    string   `json:"access,omitzero"` // "all", "developer", "maintainer" or "none"
	Public    *bool    `json:"public,omitzero"`
	// Reports are files of a known kind, by that kind: "junit", "dotenv", "coverage_report", ...
	Reports map[string]Report `json:"reports,omitzero"`
}

// Report is where a report lies: in JSON a path, a list of them or, for coverage_report, a map of coverage_format and
// path.
type Report struct {
	Paths          []string `json:"paths,omitzero"`
	CoverageFormat string   `json:"coverage_format,omitzero"` // of a coverage_report alone: "cobertura" or "jacoco"
}

// Cache is files kept between jobs.
type Cache struct {
	Key          CacheKey `json:"key,omitzero"` // "default" when zero
	Paths        []string `json:"paths,omitzero"`
	Untracked    *bool    `json:"untracked,omitzero"` // nil is sent as null
	Policy       string   `json:"policy,omitzero"`    // "pull-push" (when empty), "pull" or "push"
	When         string   `json:"when,omitzero"`      // "on_success" (when empty), "on_failure" or "always"
	FallbackKeys []string `json:"fallback_keys,omitzero"`
	// Unprotect shares the cache between protected and other refs.
	Unprotect bool `json:"unprotect,omitzero"`
}

// CacheKey is the key of a cache: in JSON a string or, for one made of files, a map of files or files_commits, and
// prefix. Files that the job's commit does not have make the hash "default".
type CacheKey struct {
	Key string `json:"-"`
	// Files are hashed: from GitLab 18.5 on what they contain, before that the last commits that changed them.
	Files []string `json:"files,omitzero"`
	// FilesCommits are files of which the last commits that changed them are hashed.
	FilesCommits []string `json:"files_commits,omitzero"`
	Prefix       string   `json:"prefix,omitzero"`
}

// Need is a job that must have ended first, by name alone in JSON or as a map.
type Need struct {
	Job       string `json:"job,omitzero"`
	Artifacts *bool  `json:"artifacts,omitzero"` // nil is true: its artifacts are wanted
	Optional  bool   `json:"optional,omitzero"`
}

// Hooks are commands run at points of the runner's own work.
type Hooks struct {
	PreGetSourcesScript []string `json:"pre_get_sources_script,omitzero" form:"lines"`
}

// Release makes the job publish a release after its script.
type Release struct {
	TagName     string        `json:"tag_name,omitzero"`
	TagMessage  string        `json:"tag_message,omitzero"`
	Name        string        `json:"name,omitzero"`
	Description string        `json:"description,omitzero"`
	Ref         string        `json:"ref,omitzero"`
	ReleasedAt  string        `json:"released_at,omitzero"`
	Milestones  []string      `json:"milestones,omitzero"`
	Assets      ReleaseAssets `json:"assets,omitzero"`
}

// ReleaseAssets are what a release links to.
type ReleaseAssets struct {
	Links []ReleaseLink `json:"links,omitzero"`
}

// ReleaseLink is one asset link of a release.
type ReleaseLink struct {
	Name     string `json:"name,omitempty"`
	URL      string `json:"url,omitempty"`
	Filepath string `json:"filepath,omitempty"`
	LinkType string `json:"link_type,omitempty"` // "other", "runbook", "image" or "package"
}

// AllowFailure is whether the pipeline goes on when the job fails: always, or for some exit codes. In JSON a boolean or
// a map of exit_codes, so not both. Always says of a spec what Job.AllowFailure says of a job.
type AllowFailure struct {
	Always    bool  `json:"-"`
	ExitCodes []int `json:"exit_codes,omitzero"`
}

// Retry is how often, and after which failures, GitLab runs the job again.
type Retry struct {
	Max       int      `json:"max,omitzero"`               // 0 to 2
	When      []string `json:"when,omitzero" form:"lines"` // failure reasons; nil is "always"
	ExitCodes []int    `json:"exit_codes,omitzero"`
}

// Environment is where the job deploys to, by name alone in JSON or as a map.
type Environment struct {
	Name           string `json:"name,omitzero"`
	URL            string `json:"url,omitzero"`
	Action         string `json:"action,omitzero"` // "start" when empty
	DeploymentTier string `json:"deployment_tier,omitzero"`
	OnStop         string `json:"on_stop,omitzero"`
	AutoStopIn     string `json:"auto_stop_in,omitzero"`
}

// JobVariables are CI/CD variables in the order in which they are given, which is also the order of the keys of their
// JSON, a map of names to a string, a number, a boolean or a map of the options of JobVariable.
type JobVariables []JobVariable

// JobVariable is a CI/CD variable. A masked variable, and one of type file, is sent as GitLab sends those of a
// project's settings (public false); the others as those of .gitlab-ci.yml (public true).
type JobVariable struct {
	Key         string `json:"-"`
	Value       string `json:"value" form:"scalar"`
	Description string `json:"description,omitzero"`
	File        bool   `json:"file,omitzero"`   // the runner writes the value to a file and sets the variable to its path
	Masked      bool   `json:"masked,omitzero"` // the runner hides the value in the log
	Raw         bool   `json:"raw,omitzero"`    // references in the value are not expanded; in JSON also expand: false
}

// JobInputs are job inputs in the order of the keys of their JSON.
type JobInputs []JobInput

// JobInput is one input of a job.
type JobInput struct {
	Name string `json:"-"`
	Type string `json:"type,omitzero"` // "string" (when empty), "number", "boolean" or "array"
	// Value is JSON of that type.
	Value json.RawMessage `json:"default,omitzero"`
	// Options are the values that may be given instead, as JSON, and Regex is what a text must match.
	Options     []json.RawMessage `json:"options,omitzero"`
	Regex       string            `json:"regex,omitzero"`
	Description string            `json:"description,omitzero"`
}
