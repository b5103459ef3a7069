package rest

// Pipeline triggers: their tokens, and the pipelines that are made with those (lib/api/ci/triggers.rb,
// app/services/ci/pipeline_trigger_service.rb).

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// triggerRows are the Pipeline trigger tokens API. Whoever triggers a pipeline has a token among the parameters; access
// tokens are not looked at.
func triggerRows() []row {
	const all, one = "/projects/:id/triggers", "/projects/:id/triggers/:trigger_id"
	text := []params.Param{{Name: "description"}}
	required := []params.Param{{Name: "description", Required: true}}
	expiry := []params.Param{{Name: "expires_at", Kind: params.DateTime}}
	trigger := front.Declare(pathID, requiredRef, tokenParam, []params.Param{{Name: "variables", Kind: params.Hash}})
	withInputs := &front.LaterSpec{Since: gitlabversion.PipelineInputs, Spec: front.Declare(pathID, requiredRef,
		tokenParam, []params.Param{{Name: "variables", Kind: params.Hash}}, pipelineInputs)}
	return []row{
		{endpoint: "POST /projects/:id/trigger/pipeline", access: front.ByToken, spec: trigger, later: withInputs,
			handle: triggerPipeline},
		{endpoint: "POST /projects/:id/ref/:ref/trigger/pipeline", access: front.ByToken, spec: trigger, later: withInputs,
			handle: triggerPipeline},
		{endpoint: "GET " + all, spec: listing(pathID), handle: listTriggers},
		{endpoint: "GET " + one, spec: front.Declare(pathID, pathTriggerID), handle: getTrigger},
		{endpoint: "POST " + all, spec: front.Declare(pathID, required),
			later:  &front.LaterSpec{Since: gitlabversion.TriggerExpiry, Spec: front.Declare(pathID, required, expiry)},
			handle: createTrigger},
		{endpoint: "PUT " + one, spec: front.Declare(pathID, pathTriggerID, text), handle: updateTrigger},
		{endpoint: "DELETE " + one, spec: front.Declare(pathID, pathTriggerID), handle: deleteTrigger},
	}
}

var pathTriggerID = []params.Param{{Name: "trigger_id", Kind: params.Integer, Required: true}}

// headerEvent is how a webhook says of what it tells; pipelineHook is that of one that tells of pipelines.
const (
	headerEvent  = "X-Gitlab-Event"
	pipelineHook = "Pipeline Hook"
	// payloadVariable is the variable that has the request by which a pipeline was triggered.
	payloadVariable = "TRIGGER_PAYLOAD"
)

// triggerPipeline makes a pipeline by the token of a trigger, or of a running job, whoever asks.
func triggerPipeline(q request) front.Response {
	if refusal := q.refNotEmpty(); refusal != nil {
		return *refusal
	}
	if q.HTTP.Header.Get(headerEvent) == pipelineHook {
		return front.Forbidden("", "pipelines that webhooks of pipelines trigger would never end")
	}
	given, _ := q.Record.Params["variables"].(map[string]any)
	var variables []ci.JobVariable
	for _, key := range sortedKeys(given) {
		value, isText := given[key].(string)
		if !isText {
			return front.Refuse(http.StatusBadRequest, msgVariablesNotTexts).Because("the value of " + key + " is no text")
		}
		variables = append(variables, ci.JobVariable{Key: key, Value: value})
	}
	variables = append(variables, ci.JobVariable{Key: payloadVariable, Value: q.triggerPayload(), File: true})
	p := q.ProjectByRef(q.Vars["id"])
	if p == nil {
		return notFoundHere(fmt.Sprintf("there is no project %q", q.Vars["id"]))
	}
	token, _ := q.Params.String("token")
	ref, _ := q.Params.String("ref")
	n := world.NewPipeline{Project: p, Ref: ref, Source: world.SourceTrigger, Variables: variables,
		Payload: true, IgnoreSkip: true}
	if t := q.TriggerByToken(token); t != nil {
		if t.Project != p {
			return notFoundHere("the trigger is of " + t.Project.Path + ", not of " + p.Path)
		}
		n.TriggerID = t.ID
		return q.triggered(t.Owner, n, func() { q.UseTrigger(t) })
	}
	return q.triggerByJob(token, n)
}

// triggerByJob is triggerPipeline for what may be the token of a job (app/services/ci/pipeline_trigger_service.rb,
// create_pipeline_from_job; lib/gitlab/ci/auth_job_finder.rb).
func (q request) triggerByJob(token string, n world.NewPipeline) front.Response {
	j := q.JobTokens[token]
	if j == nil {
		return notFoundHere("nothing has that token: neither a trigger nor a job")
	}
	if !j.Status.Executing() {
		return front.Refuse(http.StatusUnauthorized, msgJobNotRunning).
			Because(fmt.Sprintf("job %d is %s", j.ID, j.Status))
	}
	q.ByJob, q.Record.JobID = j, j.ID
	actor, standing := q.ActorOf(j.User, true), front.ProjectStandingOf(j.User, n.Project)
	by := policy.ReachProjectByToken(standing, q.JobTokenOf(j, n.Project))
	for _, d := range []policy.Decision{policy.ReadProject(actor, standing), by} {
		if !d.Allowed {
			return notFoundHere(d.Reason)
		}
	}
	n.Source = world.SourcePipeline
	return q.triggered(j.User, n, func() {})
}

// triggered makes the pipeline for a user and answers with it; then comes what goes with that.
func (q request) triggered(u *world.User, n world.NewPipeline, then func()) front.Response {
	n.Inputs, n.SaveOnErrors = q.pipelineInputs(), true
	made, err := q.MakePipeline(u, n)
	if err != nil {
		return modelError(err)
	}
	then()
	if text := made.Facts().YAMLErrors; text != "" {
		return front.Refuse(http.StatusUnprocessableEntity, map[string][]string{baseAttribute: {text}}).
			Because(fmt.Sprintf("pipeline %d is stored, and has failed: %s", made.ID, text))
	}
	return front.Created(q.fullPipeline(made))
}

// notFoundHere is GitLab's not_found! without a word of what.
func notFoundHere(reason string) front.Response {
	return front.Refuse(http.StatusNotFound, front.MsgNotFound).Because(reason)
}

// triggerPayload is the request as the job gets it: its parameters without the token, first those of which GitLab
// knows.
func (q request) triggerPayload() string {
	type pair struct {
		name  string
		value any
	}
	var pairs []pair
	rest := maps.Clone(q.Record.Params)
	delete(rest, "token")
	if rest["variables"] == nil {
		rest["variables"] = map[string]any{}
	}
	for _, name := range append([]string{"ref", "id", "variables"}, sortedKeys(rest)...) {
		if value, there := rest[name]; there {
			pairs = append(pairs, pair{name, value})
			delete(rest, name)
		}
	}
	// Its values came as JSON or as text.
	text, _ := datajson.MarshalObject(pairs, func(p pair) (string, any) { return p.name, p.value })
	return string(text)
}

// sortedKeys are the keys of an object, in alphabetical order.
func sortedKeys(object map[string]any) []string {
	return slices.Sorted(maps.Keys(object))
}

// triggerAdmins is what stands before the triggers of a project.
func triggerAdmins(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.AdminBuild), "")
}

// pathTrigger finds the trigger of the path in its project, which has been found.
func (q request) pathTrigger() (*world.PipelineTrigger, *front.Response) {
	id, _ := q.Params.Int("trigger_id")
	if t := q.Triggers.ByID(id); t != nil && t.Project == q.Project {
		return t, nil
	}
	return nil, noRecord().Because(fmt.Sprintf("%s has no pipeline trigger %d", q.Project.Path, id)).AsRefusal()
}

func listTriggers(q request) front.Response {
	if refusal := triggerAdmins(q); refusal != nil {
		return *refusal
	}
	return offsetPage(q, q.TriggersOf(q.Project), false, q.triggerEntity)
}

func getTrigger(q request) front.Response {
	if refusal := triggerAdmins(q); refusal != nil {
		return *refusal
	}
	t, refusal := q.pathTrigger()
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.triggerEntity(t))
}

func createTrigger(q request) front.Response {
	if refusal := triggerAdmins(q); refusal != nil {
		return *refusal
	}
	description, _ := q.Params.String("description")
	expires, _ := q.Params.Time("expires_at") // which is declared from gitlabversion.TriggerExpiry on
	t, err := q.CreateTrigger(q.Project, q.User, description, expires)
	if err != nil {
		errors, _ := json.Marshal(problemsHash(err)) // texts
		return front.BadRequest(string(errors)).Because("GitLab's model refuses: " + err.Error())
	}
	return front.Created(q.triggerEntity(t))
}

func updateTrigger(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	t, refusal := q.pathTrigger()
	if refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.MayAdminTrigger(t), msgTriggerNotYours); refusal != nil {
		return *refusal
	}
	if q.Params.Has("description") {
		description, _ := q.Params.String("description")
		q.DescribeTrigger(t, description)
	}
	return front.OK(q.triggerEntity(t))
}

func deleteTrigger(q request) front.Response {
	if refusal := triggerAdmins(q); refusal != nil {
		return *refusal
	}
	t, refusal := q.pathTrigger()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(t.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.DeleteTrigger(t)
	return front.NoContent()
}

// triggerEntity is lib/api/entities/trigger.rb.
type triggerEntity struct {
	ID          int               `json:"id"`
	Token       string            `json:"token"`
	Description string            `json:"description"`
	CreatedAt   isoTime           `json:"created_at"`
	UpdatedAt   isoTime           `json:"updated_at"`
	LastUsed    *isoTime          `json:"last_used"`
	ExpiresAt   optional[isoTime] `json:"expires_at,omitzero"`
	Owner       *basicUser        `json:"owner"`
}

// triggerEntity shows the whole token to the trigger's owner alone.
func (q request) triggerEntity(t *world.PipelineTrigger) triggerEntity {
	owner := q.basicUser(t.Owner)
	e := triggerEntity{ID: t.ID, Token: t.Short(), Description: t.Description, CreatedAt: q.iso(t.CreatedAt),
		UpdatedAt: q.iso(t.UpdatedAt), LastUsed: q.timeOrNull(t.LastUsed), Owner: &owner}
	if q.MayAdminTrigger(t).Allowed {
		e.Token = strings.Clone(t.Token)
	}
	if q.Has(gitlabversion.TriggerExpiry) {
		e.ExpiresAt = some(q.timeOrNull(t.ExpiresAt))
	}
	return e
}
