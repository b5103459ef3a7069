package rest

// Pipeline schedules (lib/api/ci/pipeline_schedules.rb, app/services/ci/pipeline_schedules).

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// scheduleRows are the Pipeline schedules API.
func scheduleRows() []row {
	const all = "/projects/:id/pipeline_schedules"
	const one = all + "/:pipeline_schedule_id"
	const variable = one + "/variables/:key"
	spec := front.Declare(pathID, pathScheduleID)
	created, updated := front.Declare(pathID, scheduleAttributes(true)),
		front.Declare(pathID, pathScheduleID, scheduleAttributes(false))
	withInputs := func(s params.Spec) *front.LaterSpec {
		s.Params = append(slices.Clone(s.Params), params.Param{Name: "inputs", Kind: params.Any})
		return &front.LaterSpec{Since: gitlabversion.ScheduleInputs, Spec: s}
	}
	key := []params.Param{{Name: "key", Required: true}}
	kind := []params.Param{{Name: "variable_type", Values: []string{typeEnvVar, typeFile}}}
	sorted := []params.Param{{Name: "sort", Values: []string{sortAsc, sortDesc}, Default: sortAsc}}
	return []row{
		{endpoint: "GET " + all, handle: listSchedules,
			spec: listing(pathID, []params.Param{{Name: "scope", Values: []string{scopeActive, scopeInactive}}})},
		{endpoint: "GET " + one, spec: spec, handle: withSchedule(nil, getSchedule)},
		{endpoint: "GET " + one + "/pipelines", handle: withSchedule(nil, listSchedulePipelines),
			spec: listing(pathID, pathScheduleID, []params.Param{{Name: "scope", Values: pipelineScopes},
				{Name: "status", Values: jobStatusNames()}}, pipelineTimes, sorted)},
		{endpoint: "POST " + all, spec: created, later: withInputs(created), handle: createSchedule},
		{endpoint: "PUT " + one, spec: updated, later: withInputs(updated),
			handle: updateSchedule},
		{endpoint: "POST " + one + "/take_ownership", spec: spec,
			handle: withSchedule(policy.AdminPipelineSchedule, ownSchedule)},
		{endpoint: "DELETE " + one, spec: spec, handle: withSchedule(policy.AdminPipelineSchedule, deleteSchedule)},
		{endpoint: "POST " + one + "/play", spec: spec, handle: withSchedule(policy.ScheduleRef, playSchedule)},
		{endpoint: "POST " + one + "/variables", handle: settingVariables(policy.UpdatePipelineSchedule, addScheduleVariable),
			spec: front.Declare(pathID, pathScheduleID, key, []params.Param{{Name: "value", Required: true}}, kind)},
		{endpoint: "GET " + variable, spec: front.Declare(pathID, pathScheduleID, key),
			handle: withSchedule(policy.AdminPipelineSchedule, ofVariable(getScheduleVariable))},
		{endpoint: "PUT " + variable, spec: front.Declare(pathID, pathScheduleID, key, []params.Param{{Name: "value"}}, kind),
			handle: settingVariables(policy.UpdatePipelineSchedule, ofVariable(updateScheduleVariable))},
		{endpoint: "DELETE " + variable, spec: front.Declare(pathID, pathScheduleID, key),
			handle: settingVariables(policy.AdminPipelineSchedule, ofVariable(deleteScheduleVariable))},
	}
}

var pathScheduleID = []params.Param{{Name: "pipeline_schedule_id", Kind: params.Integer, Required: true}}

// The scopes of lists of schedules.
const (
	scopeActive   = "active"
	scopeInactive = "inactive"
)

// scheduleAttributes are the parameters of a schedule, new or not.
func scheduleAttributes(isNew bool) []params.Param {
	attributes := []params.Param{{Name: "description", Required: isNew}, {Name: "ref", Required: isNew},
		{Name: "cron", Required: isNew}, {Name: "cron_timezone"}, {Name: "active", Kind: params.Boolean}}
	if isNew {
		attributes[3].Default, attributes[4].Default = "UTC", true
	}
	return attributes
}

// withSchedule finds the schedule of the path for those who see it and may do this to it; nil: who sees it may. That it
// is hidden is a 404.
func withSchedule(may front.JobRule, handle func(request, *world.PipelineSchedule) front.Response,
) func(request) front.Response {
	return func(q request) front.Response {
		if refusal := projectReaders(q); refusal != nil {
			return *refusal
		}
		s, refusal := q.pathSchedule(may)
		if refusal != nil {
			return *refusal
		}
		return handle(q, s)
	}
}

// settingVariables is withSchedule for those who may give variables to pipelines of the project, which is asked first.
func settingVariables(may front.JobRule, handle func(request, *world.PipelineSchedule) front.Response,
) func(request) front.Response {
	return func(q request) front.Response {
		if refusal := projectReaders(q); refusal != nil {
			return *refusal
		}
		if refusal := front.Allow(q.MaySetVariables(q.Project), ""); refusal != nil {
			return *refusal
		}
		return withSchedule(may, handle)(q)
	}
}

// pathSchedule finds the schedule of the path in its project, which has been found.
func (q request) pathSchedule(may front.JobRule) (*world.PipelineSchedule, *front.Response) {
	id, _ := q.Params.Int("pipeline_schedule_id")
	s := q.Schedules.ByID(id)
	why := ""
	if s == nil || s.Project != q.Project {
		why = fmt.Sprintf("%s has no pipeline schedule %d", q.Project.Path, id)
	} else if d := q.OnProject(q.Project, policy.ReadPipelineSchedule); !d.Allowed {
		why = d.Reason
	}
	if why != "" {
		return nil, front.NotFound("Pipeline Schedule").Because(why).AsRefusal()
	}
	if may == nil {
		return s, nil
	}
	return s, front.Allow(q.OnSchedule(s, may), "")
}

func listSchedules(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.ReadPipelineSchedule), ""); refusal != nil {
		return *refusal
	}
	scope, _ := q.Params.String("scope")
	found := world.Filtered(q.SchedulesOf(q.Project), func(s *world.PipelineSchedule) bool {
		return scope == "" || s.Active == (scope == scopeActive)
	})
	return offsetPage(q, found, false, q.scheduleEntity)
}

func getSchedule(q request, s *world.PipelineSchedule) front.Response {
	return front.OK(q.fullSchedule(s))
}

// listSchedulePipelines need not ask for the pipelines: who sees schedules sees them, too.
func listSchedulePipelines(q request, s *world.PipelineSchedule) front.Response {
	return offsetPage(q, q.filteredPipelines(s.PipelinesOf(), false), false, q.pipelineEntity)
}

// scheduleChange reads what the request says of a schedule.
func (q request) scheduleChange() (c world.ScheduleChange, refusal *front.Response) {
	text := func(name string) world.Change[string] { return changeTo(q, name, q.Params.String) }
	c = world.ScheduleChange{Description: text("description"), Ref: text("ref"), Cron: text("cron"),
		Timezone: text("cron_timezone"), Active: changeTo(q, "active", q.Params.Bool)}
	if !q.Has(gitlabversion.ScheduleInputs) {
		return c, nil
	}
	refusal = q.scheduleInputs(&c)
	return c, refusal
}

// scheduleInputs reads the inputs that the request sets or, of a schedule that is there, takes away: a list of hashes
// with name and value, or destroy.
func (q request) scheduleInputs(c *world.ScheduleChange) *front.Response {
	bad := func(text string) *front.Response {
		return front.RefuseError(http.StatusBadRequest, text).
			Because("inputs is a list of hashes with name and value").AsRefusal()
	}
	given := q.Params.Exact("inputs")
	list, isList := given.([]any)
	if given != nil && !isList {
		return bad(msgInputsInvalid)
	}
	var missing []string
	for i, element := range list {
		hash, _ := element.(map[string]any) // what is none has no name either
		name, named := hash["name"]
		value, valued := hash["value"]
		gone := textOf(hash["destroy"]) == "true" && q.HTTP.Method == http.MethodPut
		if !named {
			missing = append(missing, fmt.Sprintf(msgfInputIncomplete, i, "name"))
		}
		if !valued && !gone {
			missing = append(missing, fmt.Sprintf(msgfInputIncomplete, i, "value"))
		}
		if _, nested := value.(map[string]any); nested {
			missing = append(missing, fmt.Sprintf(msgfInputInvalid, i, "value"))
		}
		if gone {
			c.NoInputs = append(c.NoInputs, textOf(name))
			continue
		}
		written, _ := json.Marshal(value) // it came as JSON, or as text
		c.Inputs = append(c.Inputs, world.ScheduleInput{Name: textOf(name), Value: written})
	}
	if len(missing) > 0 {
		return bad(strings.Join(missing, ", "))
	}
	return nil
}

func createSchedule(q request) front.Response {
	if refusal := q.refNotEmpty(); refusal != nil {
		return *refusal
	}
	c, refusal := q.scheduleChange()
	if refusal != nil {
		return *refusal
	}
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.CreatePipelineSchedule), ""); refusal != nil {
		return *refusal
	}
	draft := q.ScheduleDraft(q.Project, q.User, nil, c)
	if d := q.OnSchedule(draft, policy.ScheduleRef); !d.Allowed {
		return scheduleForbidden(front.MsgScheduleNotCreated, d)
	}
	s, err := q.CreateSchedule(draft)
	if err != nil {
		return modelError(err)
	}
	return front.Created(q.fullSchedule(s))
}

// scheduleForbidden is the refusal of a schedule for what its ref has become, which a model tells.
func scheduleForbidden(text string, d policy.Decision) front.Response {
	return front.Refuse(http.StatusBadRequest, map[string][]string{baseAttribute: {text}}).Because(d.Reason)
}

func updateSchedule(q request) front.Response {
	c, refusal := q.scheduleChange()
	if refusal != nil {
		return *refusal
	}
	change := func(q request, s *world.PipelineSchedule) front.Response { return changeSchedule(q, s, c) }
	return withSchedule(policy.UpdatePipelineSchedule, change)(q)
}

func changeSchedule(q request, s *world.PipelineSchedule, c world.ScheduleChange) front.Response {
	draft := q.ScheduleDraft(s.Project, s.Owner, s, c)
	if d := q.OnSchedule(draft, policy.UpdatePipelineSchedule); !d.Allowed {
		return scheduleForbidden(front.MsgScheduleNotUpdated, d)
	}
	if err := q.ChangeSchedule(s, draft); err != nil {
		return modelError(err)
	}
	return front.OK(q.fullSchedule(s))
}

func ownSchedule(q request, s *world.PipelineSchedule) front.Response {
	if s.Owner == q.User {
		return front.OK(q.fullSchedule(s))
	}
	q.OwnSchedule(s, q.User)
	return front.Created(q.fullSchedule(s))
}

func deleteSchedule(q request, s *world.PipelineSchedule) front.Response {
	if refusal := q.unmodifiedSince(s.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.DeleteSchedule(s)
	return front.NoContent()
}

// playSchedule has a pipeline of the schedule made for whoever asks; whether that comes about the answer does not tell.
func playSchedule(q request, s *world.PipelineSchedule) front.Response {
	q.PlaySchedule(s, q.User)
	return front.Refuse(http.StatusCreated, msgCreated)
}

// ofVariable finds the variable of the path for a handler, or refuses.
func ofVariable(handle func(request, *world.PipelineSchedule, *world.ScheduleVariable) front.Response,
) func(request, *world.PipelineSchedule) front.Response {
	return func(q request, s *world.PipelineSchedule) front.Response {
		key, _ := q.Params.String("key")
		if v := s.Variable(key); v != nil {
			return handle(q, s, v)
		}
		return front.NotFound("Pipeline Schedule Variable").
			Because(fmt.Sprintf("pipeline schedule %d has no variable %q", s.ID, key))
	}
}

func addScheduleVariable(q request, s *world.PipelineSchedule) front.Response {
	key, _ := q.Params.String("key")
	value, _ := q.Params.String("value")
	v := ci.JobVariable{Key: key, Value: value, File: q.asksForFile()}
	if err := q.SetScheduleVariable(s, nil, v); err != nil {
		return modelError(err)
	}
	return front.Created(pipelineVariable(v))
}

// asksForFile reports whether the request wants a variable of the type file.
func (q request) asksForFile() bool {
	kind, _ := q.Params.String("variable_type")
	return kind == typeFile
}

func getScheduleVariable(_ request, _ *world.PipelineSchedule, v *world.ScheduleVariable) front.Response {
	return front.OK(pipelineVariable(v.JobVariable))
}

func updateScheduleVariable(q request, s *world.PipelineSchedule, v *world.ScheduleVariable) front.Response {
	next := v.JobVariable
	if value, given := q.Params.String("value"); given {
		next.Value = value
	}
	if q.Params.Has("variable_type") {
		next.File = q.asksForFile()
	}
	_ = q.SetScheduleVariable(s, v, next) // its key is as good as it was
	return front.OK(pipelineVariable(next))
}

func deleteScheduleVariable(q request, s *world.PipelineSchedule, v *world.ScheduleVariable) front.Response {
	shown := pipelineVariable(v.JobVariable)
	q.DeleteScheduleVariable(s, v.Key)
	return front.Response{Status: http.StatusAccepted, Body: shown}
}

// scheduleEntity is lib/api/entities/ci/pipeline_schedule.rb.
type scheduleEntity struct {
	ID          int                             `json:"id"`
	Description string                          `json:"description"`
	Ref         string                          `json:"ref"`
	Cron        string                          `json:"cron"`
	Timezone    string                          `json:"cron_timezone"`
	NextRunAt   *isoTime                        `json:"next_run_at"`
	Active      bool                            `json:"active"`
	CreatedAt   isoTime                         `json:"created_at"`
	UpdatedAt   isoTime                         `json:"updated_at"`
	Owner       *basicUser                      `json:"owner"`
	Inputs      optional[[]scheduleInputEntity] `json:"inputs,omitzero"`
}

type scheduleInputEntity struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// fullScheduleEntity is pipeline_schedule_details.rb.
type fullScheduleEntity struct {
	scheduleEntity
	Last      *pipelineEntity           `json:"last_pipeline"`
	Variables *[]pipelineVariableEntity `json:"variables,omitempty"`
}

func (q request) scheduleEntity(s *world.PipelineSchedule) scheduleEntity {
	e := scheduleEntity{ID: s.ID, Description: s.Description, Ref: s.Ref, Cron: s.Cron, Timezone: s.Timezone,
		NextRunAt: q.timeOrNull(s.NextRunAt), Active: s.Active, CreatedAt: q.iso(s.CreatedAt), UpdatedAt: q.iso(s.UpdatedAt)}
	if s.Owner != nil {
		owner := q.basicUser(s.Owner)
		e.Owner = &owner
	}
	if q.Has(gitlabversion.ScheduleInputs) {
		inputs := []scheduleInputEntity{}
		for _, in := range s.Inputs {
			inputs = append(inputs, scheduleInputEntity(in))
		}
		e.Inputs = some(&inputs)
	}
	return e
}

// fullSchedule is a schedule with its variables for those who may see them.
func (q request) fullSchedule(s *world.PipelineSchedule) fullScheduleEntity {
	e := fullScheduleEntity{scheduleEntity: q.scheduleEntity(s)}
	if made := s.PipelinesOf(); len(made) > 0 {
		e.Last = q.pipelineEntity(made[len(made)-1])
	}
	if q.OnSchedule(s, policy.AdminPipelineSchedule).Allowed {
		variables := entitiesOf(s.Given(), pipelineVariable)
		e.Variables = &variables
	}
	return e
}
