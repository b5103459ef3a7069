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
		return inputs, nil
	}
	var unknown []string
	refusals := make([]string, len(inputs)) // in the order in which the job has them
	for _, g := range given {
		i := slices.IndexFunc(inputs, func(in ci.JobInput) bool { return in.Name == g.Name })
		switch {
		case i >= 0:
			refusals[i] = refusalOf(inputs[i], g.Value)
			inputs[i].Value, _ = json.Marshal(g.Value) // which came as JSON
		case !slices.Contains(unknown, g.Name):
			unknown = append(unknown, g.Name)
		}
	}
	refusals = slices.DeleteFunc(refusals, func(text string) bool { return text == "" })
	switch {
	case len(unknown) == 1:
		return nil, fmt.Errorf(msgfUnknownInput, unknown[0])
	case len(unknown) > 1:
		return nil, fmt.Errorf(msgfUnknownInputs, strings.Join(unknown, ", "))
	case len(refusals) > 0:
		return nil, errors.New(strings.Join(refusals, ", "))
	}
	return inputs, nil
}

// inputKinds are the types of inputs that not every value is of: what JSON of one begins with, and its name with an
// article.
var inputKinds = map[string]struct{ begins, name string }{
	"array": {"[", "an array"}, "boolean": {"tf", "a boolean"}, "number": {"-0123456789", "a number"},
}

// refusalOf is what GitLab says of a value that is not of the input's type; "" if it is. A text is read as JSON first
// where no text is wanted (lib/ci/inputs/base_input.rb).
func refusalOf(in ci.JobInput, value any) string {
	kind, narrow := inputKinds[in.Type]
	if text, isText := value.(string); isText {
		value = InputOf(text)
	}
	data, _ := json.Marshal(value) // which came as JSON
	if !narrow || value == nil || strings.Contains(kind.begins, string(data[:1])) {
		return ""
	}
	return fmt.Sprintf(msgfInputKind, in.Name, kind.name)
}
