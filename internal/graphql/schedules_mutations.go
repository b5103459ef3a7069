package graphql

// What people do to pipeline schedules (app/graphql/mutations/ci/pipeline_schedule and the services behind them).

import (
	"encoding/json"
	"fmt"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// findSchedule finds the schedule of a mutation for those who may do this to it.
func (c *call) findSchedule(x *exec, id any, may front.JobRule) (*world.PipelineSchedule, error) {
	s := c.Schedules.ByID(id.(int))
	if s == nil {
		return nil, noResource(x, fmt.Sprintf("there is no pipeline schedule %d", id))
	}
	return s, allow(x, c.OnSchedule(s, may))
}

// scheduleChange reads what an input says of a schedule; nil of one that is new.
func scheduleChange(s *world.PipelineSchedule, input args) (change world.ScheduleChange, err error) {
	text := func(name string) world.Change[string] { return changeTo[string](input, name) }
	change = world.ScheduleChange{Description: text("description"), Ref: text("ref"), Cron: text("cron"),
		Timezone: text("cronTimezone"), Active: changeTo[bool](input, "active")}
	inputs, _ := input["inputs"].([]any)
	for _, element := range inputs {
		in := element.(args)
		name := in["name"].(string)
		if in["destroy"] == true && s != nil {
			change.NoInputs = append(change.NoInputs, name)
			continue
		}
		written, _ := json.Marshal(in["value"]) // it came as JSON
		change.Inputs = append(change.Inputs, world.ScheduleInput{Name: name, Value: written})
	}
	variables, _ := input["variables"].([]any)
	for _, element := range variables {
		v := element.(args)
		c := world.ScheduleVariableChange{JobVariable: ci.JobVariable{Key: v["key"].(string), Value: v["value"].(string),
			File: v["variableType"] == fileVariable}, Gone: v["destroy"] == true}
		if id, named := v["id"].(int); named {
			if c.Old = variableNumbered(s, id); c.Old == nil {
				return change, &GitLabFails{fmt.Sprintf("the pipeline schedule has no variable %d", id)}
			}
		}
		change.Variables = append(change.Variables, c)
	}
	return change, nil
}

// changeTo is what an input says of a value.
func changeTo[T any](input args, name string) world.Change[T] {
	value, given := input[name]
	c := world.Change[T]{Given: given}
	if v, isThat := value.(T); isThat {
		c.Value = &v
	}
	return c
}

// variableNumbered is the variable of a schedule that has a number; nil where it has none.
func variableNumbered(s *world.PipelineSchedule, number int) *world.ScheduleVariable {
	if s == nil {
		return nil
	}
	for i := range s.Variables {
		if s.Variables[i].ID == number {
			return &s.Variables[i]
		}
	}
	return nil
}

// scheduleRefusal says why a schedule may not become what a draft of it is, by what this person may; "" if it may.
func (c *call) scheduleRefusal(x *exec, draft *world.PipelineSchedule, may front.JobRule, text string,
	change world.ScheduleChange) string {
	if d := c.OnSchedule(draft, may); !d.Allowed {
		x.Note(d.Reason)
		return text
	}
	if d := c.MaySetVariables(draft.Project); len(change.Variables) > 0 && !d.Allowed {
		x.Note(d.Reason)
		return msgVariablesNotSet
	}
	return ""
}

func createSchedule(c *call, x *exec, input args) (payload, error) {
	p, err := c.projectAt(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	if err := allow(x, c.OnProject(p, policy.CreatePipelineSchedule)); err != nil {
		return nil, err
	}
	change, err := scheduleChange(nil, input)
	if err != nil {
		return nil, err
	}
	draft := c.ScheduleDraft(p, c.User, nil, change)
	if text := c.scheduleRefusal(x, draft, policy.ScheduleRef, front.MsgScheduleNotCreated, change); text != "" {
		return unchanged(text), nil
	}
	s, err := c.CreateSchedule(draft)
	if err != nil {
		return unchanged(sentences(x, err)...), nil
	}
	return payload{"pipelineSchedule": s}, nil
}

// updateSchedule is the mutation pipelineScheduleUpdate. What is refused is shown as it would be.
func updateSchedule(c *call, x *exec, input args) (payload, error) {
	s, err := c.findSchedule(x, input["id"], policy.UpdatePipelineSchedule)
	if err != nil {
		return nil, err
	}
	change, err := scheduleChange(s, input)
	if err != nil {
		return nil, err
	}
	draft := c.ScheduleDraft(s.Project, s.Owner, s, change)
	refused := func(texts ...string) (payload, error) {
		return payload{"pipelineSchedule": draft, "errors": texts}, nil
	}
	text := c.scheduleRefusal(x, draft, policy.UpdatePipelineSchedule, front.MsgScheduleNotUpdated, change)
	if text != "" {
		return refused(text)
	}
	if err := c.ChangeSchedule(s, draft); err != nil {
		return refused(sentences(x, err)...)
	}
	return payload{"pipelineSchedule": s}, nil
}

func deleteSchedule(c *call, x *exec, input args) (payload, error) {
	s, err := c.findSchedule(x, input["id"], policy.AdminPipelineSchedule)
	if err != nil {
		return nil, err
	}
	c.DeleteSchedule(s)
	return payload{}, nil
}

func playSchedule(c *call, x *exec, input args) (payload, error) {
	s, err := c.findSchedule(x, input["id"], policy.ScheduleRef)
	if err != nil {
		return nil, err
	}
	c.PlaySchedule(s, c.User)
	return payload{"pipelineSchedule": s}, nil
}

func ownSchedule(c *call, x *exec, input args) (payload, error) {
	s, err := c.findSchedule(x, input["id"], policy.AdminPipelineSchedule)
	if err != nil {
		return nil, err
	}
	if s.Owner != c.User {
		c.OwnSchedule(s, c.User)
	}
	return payload{"pipelineSchedule": s}, nil
}
