package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
)

// GivenInput is a value that somebody who plays or retries a job gives one of its inputs, as decoded from JSON.
type GivenInput struct {
	Name  string
	Value any
}

// InputsWith are the inputs of the job with values in the place of its own; of two for one name the later counts. A job
// without inputs takes no notice of any. The error is what GitLab says of values that the job does not take
// (app/services/ci/retry_job_service.rb, validate_inputs).
func (j *Job) InputsWith(given []GivenInput) (ci.JobInputs, error) {
	inputs := slices.Clone(j.Spec.Inputs)
	if len(inputs) == 0 {
		return nil, nil
	}
	var unknown []string
	refusals := make([][]string, len(inputs)) // in the order in which the job has them
	for _, g := range given {
		i := slices.IndexFunc(inputs, func(in ci.JobInput) bool { return in.Name == g.Name })
		switch {
		case i >= 0:
			value, _ := json.Marshal(g.Value) // which came as JSON
			inputs[i].Value, refusals[i] = j.Spec.Inputs[i].Taken(value)
		case !slices.Contains(unknown, g.Name):
			unknown = append(unknown, g.Name)
		}
	}
	refused := slices.Concat(refusals...)
	switch {
	case len(unknown) == 1:
		return nil, fmt.Errorf(msgfUnknownInput, unknown[0])
	case len(unknown) > 1:
		return nil, fmt.Errorf(msgfUnknownInputs, strings.Join(unknown, ", "))
	case len(refused) > 0:
		return nil, errors.New(strings.Join(refused, ", "))
	}
	return inputs, nil
}
