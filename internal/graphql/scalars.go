package graphql

// The scalars of GitLab: times, durations and global ids (app/graphql/types/time_type.rb, duration_type.rb,
// global_id_type.rb).

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The models that have global ids here, by GitLab's names.
const (
	modelRunner      = "Ci::Runner"
	modelManager     = "Ci::RunnerManager"
	modelJob         = "Ci::Build"
	modelBridge      = "Ci::Bridge"
	modelStage       = "Ci::Stage"
	modelNeed        = "Ci::BuildNeed"
	modelVariable    = "Ci::JobVariable"
	modelPipeline    = "Ci::Pipeline"
	modelSchedule    = "Ci::PipelineSchedule"
	modelTrigger     = "Ci::Trigger"
	modelProject     = "Project"
	modelEnvironment = "Environment"
	modelDeployment  = "Deployment"
	modelGroup       = "Group"
	modelUser        = "User"
)

// modelScheduleVariable is that of a variable of a schedule.
const modelScheduleVariable = "Ci::PipelineScheduleVariable"

// modelGroupOfJobs has no global ids.
const modelGroupOfJobs = "Ci::Group"

// modelOf is that of a job.
func modelOf(j *world.Job) string {
	if j.IsBridge() {
		return modelBridge
	}
	return modelJob
}

// gid writes a global id.
func gid(model string, id int) string { return "gid://gitlab/" + model + "/" + strconv.Itoa(id) }

// globalID is one as it is read.
type globalID struct{ app, model, id string }

var globalIDs = regexp.MustCompile(`^gid://([A-Za-z0-9-]+)/([A-Za-z0-9:_]+)/([^/?]+)(?:\?.*)?$`)

// parseGlobalID reads a global id, in plain text or in base64, as GitLab's library does; false for what is none.
func parseGlobalID(text string) (globalID, bool) {
	if decoded, err := decode64(text); err == nil { // plain text has a colon, which base64 has not
		text = decoded
	}
	m := globalIDs.FindStringSubmatch(text)
	if m == nil {
		return globalID{}, false
	}
	return globalID{m[1], m[2], m[3]}, true
}

// number is the id as a number; 0, which no record has, for what is none.
func (g globalID) number() int {
	n, _ := strconv.Atoi(g.id)
	return max(n, 0)
}

// decode64 reads base64 as Ruby's urlsafe_decode64 does, with or without padding.
func decode64(text string) (string, error) {
	decoded, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	return string(decoded), err
}

// idScalar is the scalar of the ids of one model; others are its descendants, whose ids it takes as well. A resolver
// gets the number.
func idScalar(model string, others ...string) graphqlruby.Scalar {
	return graphqlruby.Scalar{ParseInput: func(value any) (any, error) {
		text, _ := value.(string)
		id, valid := parseGlobalID(text)
		written := graphqlruby.Inspect(value)
		switch {
		case !valid:
			return nil, fmt.Errorf(msgfNoGlobalID, written)
		case id.app != "gitlab":
			return nil, fmt.Errorf(msgfNoGitlabID, written)
		case id.model != model && !slices.Contains(others, id.model):
			return nil, fmt.Errorf(msgfOtherModel, written, model)
		}
		return id.number(), nil
	}}
}

// parseID reads a global id that came as a plain ID, for one model.
func parseID(value any, model string) (int, error) {
	text, _ := value.(string)
	id, valid := parseGlobalID(text)
	switch {
	case !valid:
		return 0, failuref(msgfNoID, text)
	case id.model != model:
		return 0, failuref(msgfNoIDFor, text, model)
	}
	return id.number(), nil
}

// scalars are those of the schema.
func scalars() map[string]graphqlruby.Scalar {
	const generic, status, processable = "GenericCommitStatus", "CommitStatus", "Ci::Processable"
	return map[string]graphqlruby.Scalar{
		"CiRunnerID":                   idScalar(modelRunner),
		"CiRunnerManagerID":            idScalar(modelManager),
		"CiPipelineID":                 idScalar(modelPipeline),
		"CiPipelineScheduleID":         idScalar(modelSchedule),
		"CiPipelineScheduleVariableID": idScalar(modelScheduleVariable),
		"CiTriggerID":                  idScalar(modelTrigger),
		"ProjectID":                    idScalar(modelProject),
		"EnvironmentID":                idScalar(modelEnvironment),
		"GroupID":                      idScalar(modelGroup),
		"UserID":                       idScalar(modelUser),
		"CiBuildID":                    idScalar(modelJob),
		"CiProcessableID":              idScalar(processable, modelJob, modelBridge),
		"JobID":                        idScalar(status, modelJob, modelBridge, generic, processable),
		"CiInputsValue":                {ParseInput: parseInputsValue},
		"BigInt":                       {Output: func(v any) any { return strconv.FormatInt(v.(int64), 10) }},
		"Time":                         {ParseInput: parseTime, Output: func(v any) any { return iso(v.(time.Time)) }},
		"Duration":                     {ParseInput: parseDuration, Output: graphqlruby.ShowFloat},
	}
}

// parseInputsValue refuses what no input can be (app/graphql/types/ci/inputs/value_type.rb).
func parseInputsValue(value any) (any, error) {
	switch value.(type) {
	case map[string]any, graphqlruby.EnumLiteral:
		return nil, errors.New(msgInputsValue)
	}
	return finite(value), nil
}

// finite is a value of an input with null for numbers that JSON cannot tell, as which ActiveSupport keeps them.
func finite(value any) any {
	switch v := value.(type) {
	case float64:
		if math.IsInf(v, 0) {
			return nil
		}
	case []any:
		list := make([]any, len(v))
		for i, each := range v {
			list[i] = finite(each)
		}
		return list
	case map[string]any: // in a list
		m := make(map[string]any, len(v))
		for key, each := range v {
			m[key] = finite(each)
		}
		return m
	}
	return value
}

// iso is a time as GraphQL shows it: UTC, in seconds.
func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// when is null for a time that was never set.
func when(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// text is null for a text that is null.
func text(s *string) any {
	if s == nil {
		return nil
	}
	return *s
}

// orNull is null for an empty text.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// timeLayouts are the ways to write a time that are understood; Ruby's Time.parse knows more.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05",
	"2006-01-02T15:04Z07:00", time.DateOnly}

func parseTime(value any) (any, error) {
	text, _ := value.(string)
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf(msgfTimeMalformed, graphqlruby.Inspect(value))
}

func parseDuration(value any) (any, error) {
	switch n := value.(type) {
	case float64:
		return n, nil
	case int64:
		return float64(n), nil
	case string:
		return nil, fmt.Errorf(msgfNumberWanted, "String")
	}
	return nil, nil
}
