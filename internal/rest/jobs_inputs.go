package rest

// What people say to a job that they play or retry (lib/api/ci/jobs.rb).

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// jobInputs are the inputs of a job with the values that the request gives instead of its own
// (app/services/ci/retry_job_service.rb, validate_inputs). A job without inputs takes no notice of any.
func (q request) jobInputs(j *world.Job) (ci.JobInputs, *front.Response) {
	inputs := slices.Clone(j.Spec.Inputs)
	given, _ := q.Record.Params["job_inputs"].(map[string]any)
	if len(inputs) == 0 || !q.Has(gitlabversion.JobInputsOverridden) {
		return inputs, nil
	}
	var unknown []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(inputs, func(in ci.JobInput) bool { return in.Name == name })
		if i < 0 {
			unknown = append(unknown, name)
			continue
		}
		inputs[i].Value, _ = json.Marshal(given[name]) // it came as JSON, or as text
	}
	if len(unknown) == 0 {
		return inputs, nil
	}
	text := msgfUnknownInput
	if len(unknown) > 1 {
		text = msgfUnknownInputs
	}
	return nil, front.BadRequest(fmt.Sprintf(text, strings.Join(unknown, ", "))).
		Because(fmt.Sprintf("job %d has other inputs", j.ID)).AsRefusal()
}

// jobVariables reads the variables that a played job gets.
func (q request) jobVariables() ([]ci.JobVariable, *front.Response) {
	bad := func(text string) ([]ci.JobVariable, *front.Response) {
		return nil, front.RefuseError(http.StatusBadRequest, text).
			Because("job_variables_attributes is a list of hashes with key and value").AsRefusal()
	}
	given := q.Record.Params["job_variables_attributes"]
	list, isList := given.([]any)
	if given != nil && !isList {
		return bad(msgVariablesInvalid)
	}
	var variables []ci.JobVariable
	for i, element := range list {
		hash, isHash := element.(map[string]any)
		if !isHash {
			return bad(msgVariablesInvalid)
		}
		var v ci.JobVariable
		for _, part := range []struct {
			name  string
			field *string
		}{{"key", &v.Key}, {"value", &v.Value}} {
			switch given, there := hash[part.name]; given.(type) {
			case map[string]any, []any:
				return bad(fmt.Sprintf(msgfVariableNoText, i, part.name))
			case nil: // null is an empty text
				if !there {
					return bad(fmt.Sprintf(msgfVariableIncomplete, i, part.name))
				}
			default:
				*part.field = fmt.Sprint(given)
			}
		}
		variables = append(variables, v)
	}
	return variables, nil
}
