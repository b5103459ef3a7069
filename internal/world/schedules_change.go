package world

// What a request says of a pipeline schedule, and what the model says of what its pipelines are given.

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
)

// maxInputs is how many inputs a schedule may have (app/models/ci/pipeline.rb, INPUTS_LIMIT).
const maxInputs = 20

// ScheduleChange is what a request says of a pipeline schedule.
type ScheduleChange struct {
	Description, Ref, Cron, Timezone Change[string]
	Active                           Change[bool]
	Variables                        []ScheduleVariableChange
	// Inputs are set, and those of NoInputs taken away.
	Inputs   []ScheduleInput
	NoInputs []string
}

// ScheduleVariableChange is what a request says of one variable of a schedule.
type ScheduleVariableChange struct {
	ci.JobVariable
	// Old is the variable whose values it changes; nil: it is a new one.
	Old *ScheduleVariable
	// Gone says that the old one is taken away, and that nothing comes of a new one.
	Gone bool
}

// variablesOf are the variables of a schedule as the request wants them. Of one that the request names twice, what is
// said last holds, but that it is taken away stays (ActiveRecord's nested attributes); what no request can say of it,
// whether it is raw, stays, too.
func (c ScheduleChange) variablesOf(s *PipelineSchedule) (all []ScheduleVariable) {
	said := map[*ScheduleVariable]ScheduleVariableChange{}
	for _, v := range c.Variables {
		v.Gone = v.Gone || said[v.Old].Gone
		said[v.Old] = v // nil, too, which nobody looks up
	}
	for i := range s.Variables {
		was := &s.Variables[i]
		next, named := said[was]
		switch {
		case !named:
			all = append(all, *was)
		case !next.Gone:
			next.Raw = was.Raw
			all = append(all, ScheduleVariable{was.ID, next.JobVariable})
		}
	}
	for _, v := range c.Variables {
		if v.Old == nil && !v.Gone {
			all = append(all, ScheduleVariable{JobVariable: v.JobVariable})
		}
	}
	return all
}

// applyTo makes a schedule as the request wants it.
func (c ScheduleChange) applyTo(s *PipelineSchedule) {
	text := func(c Change[string], to *string) {
		if c.Given {
			*to = OrEmpty(c.Value)
		}
	}
	text(c.Description, &s.Description)
	text(c.Ref, &s.Ref)
	text(c.Cron, &s.Cron)
	text(c.Timezone, &s.Timezone)
	s.Cron = strings.TrimSpace(s.Cron)
	if c.Active.Value != nil {
		s.Active = *c.Active.Value
	}
	s.Variables = c.variablesOf(s)
	s.Inputs = c.inputsOf(s)
}

// inputsOf are the inputs of a schedule as the request wants them. One that is named twice is there twice, which
// checkInputs refuses.
func (c ScheduleChange) inputsOf(s *PipelineSchedule) []ScheduleInput {
	gone, places := map[string]bool{}, map[string]int{}
	for _, name := range c.NoInputs {
		gone[name] = true
	}
	all := slices.DeleteFunc(slices.Clone(s.Inputs), func(in ScheduleInput) bool { return gone[in.Name] })
	for i, in := range all {
		places[in.Name] = i
	}
	for _, in := range c.Inputs {
		if i, there := places[in.Name]; there {
			all[i] = in
			delete(places, in.Name)
		} else {
			all = append(all, in)
		}
	}
	return all
}

// checkInputs is the model's validation of a schedule's inputs (app/models/ci/pipeline_schedule.rb,
// app/validators/nested_attributes_duplicates_validator.rb).
func (s *PipelineSchedule) checkInputs(bad *Invalid) {
	var names []string
	for _, in := range s.Inputs {
		names = append(names, in.Name)
	}
	bad.addTwice(attrInputs, names)
	if len(s.Inputs) > maxInputs {
		bad.Add(attrInputs, fmt.Sprintf(msgfExceedsLimit, maxInputs))
	}
}

// checkVariables is the model's validation of a schedule's variables.
func (s *PipelineSchedule) checkVariables(bad *Invalid) {
	var keys []string
	for _, v := range s.Variables {
		keys = append(keys, v.Key)
		for _, problem := range keyProblems(v.Key) {
			bad.Add(attrVariableKeys, problem)
		}
	}
	bad.addTwice(attrVariables, keys)
}

// addTwice refuses those of the names that are there more than once.
func (v *Invalid) addTwice(attribute string, names []string) {
	times := map[string]int{}
	var twice []string
	for _, name := range names {
		if times[name]++; times[name] == 2 {
			twice = append(twice, name)
		}
	}
	if len(twice) > 0 {
		v.Add(attribute, fmt.Sprintf(msgfDuplicateValues, strings.Join(twice, ", ")))
	}
}
