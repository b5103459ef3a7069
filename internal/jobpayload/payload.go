package jobpayload

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// Payload is the body of 201, its keys in GitLab's order (lib/api/entities/ci/job_request/response.rb).
type Payload struct {
	ID            int                  `json:"id"`
	Token         string               `json:"token"`
	AllowGitFetch bool                 `json:"allow_git_fetch"`
	JobInfo       payloadJobInfo       `json:"job_info"`
	GitInfo       payloadGitInfo       `json:"git_info"`
	RunnerInfo    payloadRunnerInfo    `json:"runner_info"`
	Inputs        []payloadInput       `json:"inputs,omitzero"`
	Variables     []sentVariable       `json:"variables"`
	Steps         []payloadStep        `json:"steps,omitzero"` // left out when Run is there
	Hooks         []payloadHook        `json:"hooks"`
	Image         *payloadImage        `json:"image"`
	Services      []payloadService     `json:"services"`
	Artifacts     []payloadArtifact    `json:"artifacts"` // null without the keyword
	Cache         []payloadCache       `json:"cache"`
	Credentials   []payloadCredentials `json:"credentials"`
	Features      payloadFeatures      `json:"features"`
	Dependencies  []payloadDependency  `json:"dependencies"`
	Run           string               `json:"run,omitempty"` // JSON within a string; a runner cannot decode null here

	raw map[string]json.RawMessage // keys of ci.JobSpec's Raw, which are laid over all others
}

// payloadJobInfo is job_info.
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

// payloadGitInfo is git_info.
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

// payloadRunnerInfo is runner_info.
type payloadRunnerInfo struct {
	UUID       string  `json:"uuid,omitzero"`
	Timeout    int     `json:"timeout"` // seconds
	SessionURL *string `json:"runner_session_url"`
}

// payloadInput is one of inputs.
type payloadInput struct {
	Key   string            `json:"key"`
	Value payloadInputValue `json:"value"`
}

// payloadInputValue is the value of an input.
type payloadInputValue struct {
	Content json.RawMessage `json:"content"`
	Type    string          `json:"type"`
}

// payloadStep is one of steps: a script that the runner runs by itself.
type payloadStep struct {
	Name         string   `json:"name"`
	Script       []string `json:"script"`
	Timeout      int      `json:"timeout"` // seconds
	When         string   `json:"when"`
	AllowFailure bool     `json:"allow_failure"`
}

// payloadHook is one of hooks.
type payloadHook struct {
	Name   string   `json:"name"`
	Script []string `json:"script"`
}

// payloadPort is a port of an image or service.
type payloadPort struct {
	Number   int    `json:"number"`
	Protocol string `json:"protocol"`
	Name     string `json:"name"`
}

// payloadImage is image, and what a service has in common with it.
type payloadImage struct {
	Name         string          `json:"name"`
	Entrypoint   []string        `json:"entrypoint"`
	Ports        []payloadPort   `json:"ports"`
	ExecutorOpts ci.ExecutorOpts `json:"executor_opts"`
	PullPolicy   []string        `json:"pull_policy"`
}

// payloadService is one of services.
type payloadService struct {
	payloadImage
	Alias     *string           `json:"alias"`
	Command   []string          `json:"command"`
	Variables []payloadKeyValue `json:"variables"`
}

// payloadKeyValue is a variable of a service.
type payloadKeyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// payloadArtifact is one of artifacts: what to upload as one file.
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

// payloadCache is one of cache.
type payloadCache struct {
	Key          string   `json:"key"`
	Untracked    *bool    `json:"untracked"`
	Paths        []string `json:"paths"`
	Policy       string   `json:"policy"`
	When         string   `json:"when"`
	FallbackKeys []string `json:"fallback_keys"`
}

// payloadCredentials is one of credentials.
type payloadCredentials struct {
	Type     string `json:"type"`
	URL      string `json:"url"`
	Username string `json:"username"`
	Password string `json:"password"`
}

// payloadFeatures is features: what GitLab can do.
type payloadFeatures struct {
	TraceSections  bool     `json:"trace_sections"`
	FailureReasons []string `json:"failure_reasons"`
}

// payloadDependency is one of dependencies.
type payloadDependency struct {
	ID            int            `json:"id"`
	Name          string         `json:"name"`
	Token         string         `json:"token"`
	ArtifactsFile *ArtifactsFile `json:"artifacts_file,omitempty"`
}

// ArtifactsFile is the archive of a job, also in the JSON of the jobs API (lib/api/entities/ci/job_artifact_file.rb).
type ArtifactsFile struct {
	Filename string `json:"filename"`
	Size     int64  `json:"size"` // bytes
}

// nullable is a text that is null when it is empty.
type nullable string

// MarshalJSON writes null or the text.
func (n nullable) MarshalJSON() ([]byte, error) {
	if n == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(n))
}

// JSON is json.Marshal of the payload, whose MarshalJSON would have all of it copied and looked through once more.
func (p *Payload) JSON() ([]byte, error) {
	if len(p.raw) > 0 {
		return json.Marshal(p)
	}
	type plain Payload
	return json.Marshal((*plain)(p))
}

// MarshalJSON writes the payload with the Raw of the job's spec laid over it: keys that GitLab has, too, keep their
// place, others follow. The error is that a value in Raw is no JSON.
func (p Payload) MarshalJSON() ([]byte, error) {
	type plain Payload
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
