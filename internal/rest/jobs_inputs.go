package rest

// What people say to a job that they play or retry (lib/api/ci/jobs.rb).

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// jobInputs are the inputs of a job with the values that the request gives instead of its own, in a parameter.
func (q request) jobInputs(j *world.Job, param string) (ci.JobInputs, *front.Response) {
	if !q.Has(gitlabversion.JobInputsOverridden) {
		return j.Spec.Inputs, nil
	}
	sent, _ := q.Record.Params[param].(map[string]any)
	var given []world.GivenInput
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		given = append(given, world.GivenInput{Name: name, Value: sent[name]})
	}
	inputs, err := j.InputsWith(given)
	if err != nil {
		return nil, front.BadRequest(err.Error()).Because(fmt.Sprintf("job %d has other inputs", j.ID)).AsRefusal()
	}
	return inputs, nil
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
