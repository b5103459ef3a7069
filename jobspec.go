package fakegitlab

import "time"

// JobSpec is what a job is to do, read from JSON written with the keywords of .gitlab-ci.yml.
type JobSpec struct {
	Script  []string      `json:"script,omitzero"`
	Timeout time.Duration `json:"timeout,omitzero"`
}
