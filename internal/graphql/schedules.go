package graphql

// Pipeline schedules (app/graphql/types/ci/pipeline_schedule_type.rb,
// app/graphql/resolvers/ci/project_pipeline_schedules_resolver.rb).

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

func scheduleRows() rows {
	all := rows{
		"active":       of(func(_ *call, s *world.PipelineSchedule) any { return s.Active }),
		"createdAt":    of(func(_ *call, s *world.PipelineSchedule) any { return s.CreatedAt }),
		"cron":         of(func(_ *call, s *world.PipelineSchedule) any { return s.Cron }),
		"cronTimezone": of(func(_ *call, s *world.PipelineSchedule) any { return s.Timezone }),
		"description":  of(func(_ *call, s *world.PipelineSchedule) any { return s.Description }),
		"editPath": reached(func(c *call, x *exec, s *world.PipelineSchedule) any {
			page := "/" + projectPage(s.Project) + "/pipeline_schedules/" + strconv.Itoa(s.ID) + "/edit"
			return shown(x, c.OnSchedule(s, policy.UpdatePipelineSchedule), page)
		}),
		"forTag": of(func(_ *call, s *world.PipelineSchedule) any {
			_, tag, _ := s.RefName()
			return tag
		}),
		"id":     of(func(_ *call, s *world.PipelineSchedule) any { return gid(modelSchedule, s.ID) }),
		"inputs": asked(listScheduleInputs),
		"lastPipeline": reached(func(c *call, x *exec, s *world.PipelineSchedule) any {
			if made := s.PipelinesOf(); len(made) > 0 {
				return c.pipeline(x, made[len(made)-1])
			}
			return nil
		}),
		"owner": of(func(_ *call, s *world.PipelineSchedule) any { return s.Owner }),
		"project": reached(func(c *call, x *exec, s *world.PipelineSchedule) any {
			return c.project(x, s.Project)
		}),
		"refPath": of(func(_ *call, s *world.PipelineSchedule) any {
			name, _, _ := s.RefName()
			return "/" + projectPage(s.Project) + "/commits/" + name
		}),
		"updatedAt":       of(func(_ *call, s *world.PipelineSchedule) any { return s.UpdatedAt }),
		"userPermissions": of(func(_ *call, s *world.PipelineSchedule) any { return s }),
		"variables":       asked(listScheduleVariables),
	}
	for _, name := range []string{"ref", "refForDisplay"} {
		all[name] = of(func(_ *call, s *world.PipelineSchedule) any {
			name, _, _ := s.RefName()
			return orNull(name)
		})
	}
	for _, name := range []string{"nextRunAt", "realNextRun"} {
		all[name] = of(func(_ *call, s *world.PipelineSchedule) any { return when(s.NextRunAt) })
	}
	return all
}

func schedulePermissionRows() rows {
	permission := func(may front.JobRule) field {
		return of(func(c *call, s *world.PipelineSchedule) any { return c.OnSchedule(s, may).Allowed })
	}
	return rows{
		"adminPipelineSchedule": permission(policy.AdminPipelineSchedule),
		"playPipelineSchedule":  permission(policy.ScheduleRef),
		"takeOwnershipPipelineSchedule": of(func(c *call, s *world.PipelineSchedule) any {
			return s.Owner != c.User && c.OnSchedule(s, policy.AdminPipelineSchedule).Allowed
		}),
		"updatePipelineSchedule": permission(policy.UpdatePipelineSchedule),
	}
}

// listSchedules are the schedules of a project, the newest first if no order is asked for. GitLab takes the ids for
// those of its table.
func listSchedules(c *call, x *exec, p *world.Project, a args) (any, error) {
	ids, byID := a["ids"].([]any)
	found := world.Filtered(c.SchedulesOf(p), func(s *world.PipelineSchedule) bool {
		return (a["status"] == nil || s.Active == (a["status"] == "ACTIVE")) &&
			(!byID || slices.Contains(ids, any(strconv.Itoa(s.ID))))
	})
	may := func(*world.PipelineSchedule) policy.Decision { return c.OnProject(p, policy.ReadPipelineSchedule) }
	sort, _ := a["sort"].(string)
	column, upwards := strings.CutSuffix(strings.TrimSuffix(sort, "_DESC"), "_ASC")
	if text := scheduleTexts[column]; text != nil {
		slices.SortStableFunc(found, func(a, b *world.PipelineSchedule) int {
			by := cmp.Compare(text(a), text(b))
			if !upwards {
				by = -by
			}
			return cmp.Or(by, b.ID-a.ID)
		})
		return byPlace(x, found, a, may), nil
	}
	o := order{strings.ToLower(column), upwards}
	if column == "ID" {
		o.column = ""
	}
	keyOf := func(s *world.PipelineSchedule) key { return key{id: s.ID} }
	switch column {
	case "NEXT_RUN_AT":
		keyOf = func(s *world.PipelineSchedule) key { return key{s.NextRunAt, s.ID} }
	case "CREATED_AT":
		keyOf = func(s *world.PipelineSchedule) key { return key{s.CreatedAt, s.ID} }
	case "UPDATED_AT":
		keyOf = func(s *world.PipelineSchedule) key { return key{s.UpdatedAt, s.ID} }
	}
	return byKeys(x, found, o, keyOf, a, may), nil
}

// scheduleTexts are the columns with texts by which schedules are sorted.
var scheduleTexts = map[string]func(*world.PipelineSchedule) string{
	"DESCRIPTION": func(s *world.PipelineSchedule) string { return s.Description },
	"REF":         func(s *world.PipelineSchedule) string { return s.Ref },
}

func scheduleVariableRows() rows {
	return rows{
		"id":    of(func(_ *call, v world.ScheduleVariable) any { return gid(modelScheduleVariable, v.ID) }),
		"key":   of(func(_ *call, v world.ScheduleVariable) any { return v.Key }),
		"raw":   of(func(_ *call, v world.ScheduleVariable) any { return v.Raw }),
		"value": of(func(_ *call, v world.ScheduleVariable) any { return v.Value }),
		"variableType": of(func(_ *call, v world.ScheduleVariable) any {
			return variableType(v.JobVariable)
		}),
	}
}

// variableType is the type of a variable, by the words of CiVariableType.
func variableType(v ci.JobVariable) string {
	if v.File {
		return fileVariable
	}
	return "ENV_VAR"
}

// fileVariable is the type of a variable whose value is in a file.
const fileVariable = "FILE"

// listScheduleVariables are the variables of a schedule, the first first, for those who administer it.
func listScheduleVariables(c *call, x *exec, s *world.PipelineSchedule, a args) (any, error) {
	if d := c.OnSchedule(s, policy.AdminPipelineSchedule); !d.Allowed {
		x.Note(d.Reason)
		return nil, nil
	}
	return byPlace(x, s.Variables, a, anything[world.ScheduleVariable]), nil
}

func inputFieldRows() rows {
	return rows{
		"name": of(func(_ *call, in world.ScheduleInput) any { return in.Name }),
		"value": of(func(_ *call, in world.ScheduleInput) any {
			value, _ := datajson.Anything(in.Value) // it was made by json.Marshal
			return value
		}),
	}
}

func listScheduleInputs(_ *call, x *exec, s *world.PipelineSchedule, a args) (any, error) {
	return byPlace(x, s.Inputs, a, anything[world.ScheduleInput]), nil
}

// scheduleOf is the schedule that a pipeline is of.
func scheduleOf(c *call, x *exec, p *world.Pipeline) any {
	s := c.Schedules.ByID(p.Facts().ScheduleID)
	if s == nil {
		return nil
	}
	return shown(x, c.OnProject(s.Project, policy.ReadPipelineSchedule), s)
}
