package ci

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// JobSpec is what a job is to do, read from JSON written with the keywords of .gitlab-ci.yml
// (https://docs.gitlab.com/ee/ci/yaml/): those that reach a runner, or that decide what becomes of the job. The zero
// value does nothing: an empty script and GitLab's defaults. A Go value, its JSON and the value read back are equal.
//
// A keyword that does not exist is an error that names the nearest one; every problem of a document is reported at
// once.
type JobSpec struct {
	// BeforeScript and Script become one step. In JSON each is one command, or a list, or lists within it.
	BeforeScript []string `json:"before_script,omitzero" form:"lines"`
	Script       []string `json:"script,omitzero" form:"lines"`
	// AfterScript is a step of its own that runs whatever came before.
	AfterScript []string `json:"after_script,omitzero" form:"lines"`
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
func (s JobSpec) MarshalJSON() ([]byte, error) {
	type plain JobSpec // without this method
	return datajson.MarshalPlain(struct {
		plain
		Timeout jsonDuration `json:"timeout,omitzero"`
	}{plain(s), jsonDuration(s.Timeout)})
}

// UnmarshalJSON reads the keywords. Its error joins one for every problem, each with its place.
func (s *JobSpec) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	return errors.Join(unmarshalKeywords(data, s, nil), s.Validate())
}

// Clone returns a copy that shares no memory with s.
func (s JobSpec) Clone() JobSpec {
	s.BeforeScript = slices.Clone(s.BeforeScript)
	s.Script = slices.Clone(s.Script)
	s.AfterScript = slices.Clone(s.AfterScript)
	s.Image = clone.Pointer(s.Image, Image.clone)
	s.Services = clone.Each(s.Services, Service.clone)
	s.Variables = slices.Clone(s.Variables)
	s.Artifacts = clone.Pointer(s.Artifacts, JobArtifacts.clone)
	s.Cache = clone.Each(s.Cache, Cache.clone)
	s.Dependencies = slices.Clone(s.Dependencies)
	s.Needs = clone.Each(s.Needs, Need.clone)
	s.Hooks.PreGetSourcesScript = slices.Clone(s.Hooks.PreGetSourcesScript)
	s.Release = clone.Pointer(s.Release, Release.clone)
	s.AllowFailure.ExitCodes = slices.Clone(s.AllowFailure.ExitCodes)
	s.Retry.When = slices.Clone(s.Retry.When)
	s.Retry.ExitCodes = slices.Clone(s.Retry.ExitCodes)
	s.Interruptible = clone.Pointer(s.Interruptible, clone.Shallow)
	s.Run = slices.Clone(s.Run)
	s.Inputs = clone.Each(s.Inputs, JobInput.clone)
	s.Raw = maps.Clone(s.Raw)
	for key, value := range s.Raw {
		s.Raw[key] = slices.Clone(value)
	}
	return s
}
