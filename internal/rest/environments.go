package rest

// Environments (lib/api/environments.rb, app/services/environments, app/finders/environments/environments_finder.rb).

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

const (
	shortestSearch = 3 // characters
	reviewsDefault = 100
	reviewsMost    = 1000

	// Before when environments may be stale, and how old those are that are deleted unless something is said.
	staleAtLeast, staleAtMost = 7 * 24 * time.Hour, 10 * 365 * 24 * time.Hour
	reviewsOlder              = 30 * 24 * time.Hour
)

var pathEnvironmentID = []params.Param{{Name: "environment_id", Kind: params.Integer, Required: true}}

// environmentRows are the Environments API.
func environmentRows() []row {
	const all = "/projects/:id/environments"
	const one = all + "/:environment_id"
	name := []params.Param{{Name: "name", Required: true}}
	later := func(path []params.Param) *front.LaterSpec {
		return &front.LaterSpec{Since: gitlabversion.EnvironmentAutoStopSetting,
			Spec: front.Declare(pathID, path, environmentAttributes(true))}
	}
	force := []params.Param{{Name: "force", Kind: params.Boolean, Default: false}}
	rows := []row{
		{endpoint: "GET " + all, handle: listEnvironments,
			spec: with(listing(pathID, []params.Param{{Name: "name"}, {Name: "search"},
				{Name: "states", Values: world.WordsOf(world.EnvironmentStates...)}}),
				params.Rule{Kind: params.MutuallyExclusive, Names: []string{"name", "search"}, Text: msgNotTogether})},
		{endpoint: "POST " + all, handle: createEnvironment,
			spec: front.Declare(pathID, name, environmentAttributes(false)), later: later(name)},
		{endpoint: "PUT " + one, handle: updateEnvironment,
			spec:  front.Declare(pathID, pathEnvironmentID, environmentAttributes(false)),
			later: later(pathEnvironmentID)},
		{endpoint: "DELETE " + all + "/review_apps", handle: deleteReviewApps,
			spec: front.Declare(pathID, []params.Param{{Name: "before", Kind: params.DateTime},
				{Name: "limit", Kind: params.Integer, Within: &params.Range{Least: 1, Most: reviewsMost}, Default: reviewsDefault},
				{Name: "dry_run", Kind: params.Boolean, Default: true}})},
		{endpoint: "DELETE " + one, spec: front.Declare(pathID, pathEnvironmentID),
			handle: withEnvironment(deleteEnvironment)},
		{endpoint: "POST " + one + "/stop", spec: front.Declare(pathID, pathEnvironmentID, force),
			handle: withEnvironment(stopEnvironment)},
		{endpoint: "POST " + all + "/stop_stale", handle: stopStaleEnvironments,
			spec: front.Declare(pathID, []params.Param{{Name: "before", Kind: params.DateTime, Required: true}})},
		{endpoint: "GET " + one, spec: front.Declare(pathID, pathEnvironmentID), handle: withEnvironment(getEnvironment)},
	}
	return byJobs(rows)
}

// byJobs are rows that take the tokens of running jobs.
func byJobs(rows []row) []row {
	for i := range rows {
		rows[i].jobTokens, rows[i].jobTokensSince = true, since(gitlabversion.JobTokensDeploy)
	}
	return rows
}

// environmentAttributes are the parameters of an environment beside its name.
func environmentAttributes(autoStop bool) []params.Param {
	attributes := []params.Param{{Name: "external_url"}, {Name: "slug", Absent: msgSlugIsGenerated},
		{Name: "tier", Values: world.EnvironmentTiers}, {Name: "cluster_agent_id", Kind: params.Integer},
		{Name: "kubernetes_namespace"}, {Name: "flux_resource_path"}, {Name: "description"}}
	if autoStop {
		attributes = append(attributes, params.Param{Name: "auto_stop_setting", Values: world.AutoStopSettings})
	}
	return attributes
}

// environmentChange is what the request says of an environment. A cluster agent is none that there is.
func (q request) environmentChange() (world.EnvironmentChange, *front.Response) {
	if id, given := q.Params.Int("cluster_agent_id"); given {
		return world.EnvironmentChange{}, front.BadRequest(msgNoAgent).
			Because(fmt.Sprintf("there is no cluster agent %d, nor any other", id)).AsRefusal()
	}
	text := func(name string) world.Change[string] { return changeTo(q, name, q.Params.String) }
	c := world.EnvironmentChange{ExternalURL: text("external_url"), Tier: text("tier"), Description: text("description"),
		AutoStopSetting: text("auto_stop_setting")}
	c.KubernetesNamespace, _ = q.Params.String("kubernetes_namespace")
	c.FluxResourcePath, _ = q.Params.String("flux_resource_path")
	return c, nil
}

// withEnvironment finds the environment of the path for those who see the project's.
func withEnvironment(handle func(request, *world.Environment) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		e, refusal := q.pathEnvironment(policy.ReadEnvironment)
		if refusal != nil {
			return *refusal
		}
		return handle(q, e)
	}
}

// pathEnvironment finds the environment of the path for those who may do this in its project.
func (q request) pathEnvironment(may front.ProjectRule) (*world.Environment, *front.Response) {
	p, refusal := q.permittedProject(may)
	if refusal != nil {
		return nil, refusal
	}
	id, _ := q.Params.Int("environment_id")
	if e := q.Environments.ByID(id); e != nil && e.Project == p {
		return e, nil
	}
	return nil, noRecord().Because(fmt.Sprintf("%s has no environment %d", p.Path, id)).AsRefusal()
}

func listEnvironments(q request) front.Response {
	p, refusal := q.permittedProject(policy.ReadEnvironment)
	if refusal != nil {
		return *refusal
	}
	name, _ := q.Params.String("name")
	search, _ := q.Params.String("search")
	state, _ := q.Params.String("states")
	if strings.TrimSpace(search) != "" && len([]rune(search)) < shortestSearch {
		return front.BadRequest(fmt.Sprintf(msgfSearchTooShort, shortestSearch)).Because("search has too few characters")
	}
	wanted := world.EnvironmentQuery{Name: name, Search: search}
	if state != "" {
		wanted.States = []string{state}
	}
	return offsetPage(q, p.EnvironmentsLike(wanted), false, q.environmentOfProject)
}

func createEnvironment(q request) front.Response {
	p, refusal := q.permittedProject(policy.ChangeEnvironments)
	if refusal != nil {
		return *refusal
	}
	c, refusal := q.environmentChange()
	if refusal != nil {
		return *refusal
	}
	name, _ := q.Params.String("name")
	e, err := q.CreateEnvironment(p, name, c)
	if err != nil {
		return modelError(err)
	}
	return front.Created(q.environmentOfProject(e))
}

func updateEnvironment(q request) front.Response {
	e, refusal := q.pathEnvironment(policy.ChangeEnvironments)
	if refusal != nil {
		return *refusal
	}
	c, refusal := q.environmentChange()
	if refusal != nil {
		return *refusal
	}
	if _, err := q.ChangeEnvironment(e, c); err != nil {
		return modelError(err)
	}
	return front.OK(q.environmentOfProject(e))
}

func deleteEnvironment(q request, e *world.Environment) front.Response {
	if refusal := front.Allow(q.OnEnvironment(e, policy.DestroyEnvironment), ""); refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(e.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.DeleteEnvironment(e)
	return front.NoContent()
}

func stopEnvironment(q request, e *world.Environment) front.Response {
	if refusal := front.Allow(q.OnEnvironment(e, policy.StopEnvironment), ""); refusal != nil {
		return *refusal
	}
	force := isTrue(q.Params, "force")
	if j := q.Unstoppable(e); j != nil && !force {
		return front.Forbidden("", fmt.Sprintf("%s, whose job %d stops it, may not play that any more",
			j.User.NameOrNobody(), j.ID))
	}
	if force && e.State == world.EnvironmentStopped {
		return *gitlabFails("its state machine knows no way from stopped to stopped")
	}
	q.StopEnvironment(e, force)
	return front.OK(q.environmentOfProject(e))
}

func getEnvironment(q request, e *world.Environment) front.Response {
	shown := q.environmentEntity(e)
	last := some[deploymentEntity](nil)
	if d := e.LastDeployment(); d != nil {
		of := q.deploymentEntity(d)
		of.Environment = nil
		last = some(&of)
	}
	shown.LastDeployment = last
	return front.OK(shown)
}

func stopStaleEnvironments(q request) front.Response {
	p, refusal := q.permittedProject(policy.StopEnvironments)
	if refusal != nil {
		return *refusal
	}
	before, given := q.Params.Time("before")
	now := q.Now()
	if !given {
		return *gitlabFails("before is null, which it compares with a time")
	}
	if before.Before(now.Add(-staleAtMost)) || before.After(now.Add(-staleAtLeast)) {
		return front.BadRequest(msgInvalidDate).Because("before is no date from ten years to one week ago")
	}
	q.StopStale(p, before)
	return front.OK(stopStaleEntity{msgStaleStopped})
}

// stopStaleEntity is what is said of the stopping of stale environments.
type stopStaleEntity struct {
	Message string `json:"message"`
}

// reviewAppsEntity are the environments that are to be deleted, and those that cannot be.
type reviewAppsEntity struct {
	Scheduled     []basicEnvironment `json:"scheduled_entries"`
	Unprocessable []basicEnvironment `json:"unprocessable_entries"`
	Message       string             `json:"message,omitempty"`
}

func deleteReviewApps(q request) front.Response {
	p, refusal := q.permittedProject(policy.ReadEnvironment)
	if refusal != nil {
		return *refusal
	}
	refused := func(status int, text, why string) front.Response {
		return front.Refuse(status, reviewAppsEntity{Scheduled: []basicEnvironment{}, Unprocessable: []basicEnvironment{},
			Message: text}).Because(why)
	}
	limit, _ := q.Params.Int("limit")
	if d := q.OnProject(p, policy.ChangeEnvironments); !d.Allowed {
		return refused(http.StatusUnauthorized, msgMayNotDeleteReviews, d.Reason)
	}
	before, given := q.Params.Time("before")
	if !given {
		before = q.Now().Add(-reviewsOlder)
	}
	found := p.StoppedReviews(before, limit)
	if len(found) == 0 {
		return refused(http.StatusBadRequest, msgNoReviewsDeleted, "there is no stopped review app that is old enough")
	}
	if !isTrue(q.Params, "dry_run") {
		q.MarkForDeletion(found)
	}
	return front.OK(reviewAppsEntity{Scheduled: entitiesOf(found, q.basicEnvironment),
		Unprocessable: []basicEnvironment{}})
}

// basicEnvironment is lib/api/entities/environment_basic.rb.
type basicEnvironment struct {
	ID          int     `json:"id"`
	Name        string  `json:"name"`
	Slug        string  `json:"slug"`
	ExternalURL *string `json:"external_url"`
	CreatedAt   isoTime `json:"created_at"`
	UpdatedAt   isoTime `json:"updated_at"`
}

// environmentEntity is lib/api/entities/environment.rb.
type environmentEntity struct {
	basicEnvironment
	Tier            string                     `json:"tier"`
	Project         *projectEntity             `json:"project,omitempty"`
	LastDeployment  optional[deploymentEntity] `json:"last_deployment,omitzero"`
	State           world.EnvironmentState     `json:"state"`
	AutoStopAt      optional[isoTime]          `json:"auto_stop_at,omitzero"`
	Description     optional[string]           `json:"description,omitzero"`
	AutoStopSetting string                     `json:"auto_stop_setting,omitempty"`
}

func (q request) basicEnvironment(e *world.Environment) basicEnvironment {
	return basicEnvironment{ID: e.ID, Name: e.Name, Slug: e.Slug(), ExternalURL: world.OrNull(e.ExternalURL),
		CreatedAt: q.iso(e.CreatedAt), UpdatedAt: q.iso(e.UpdatedAt)}
}

func (q request) environmentEntity(e *world.Environment) environmentEntity {
	out := environmentEntity{basicEnvironment: q.basicEnvironment(e), Tier: e.Tier, State: e.State}
	if q.Has(gitlabversion.EnvironmentAutoStopAt) {
		out.AutoStopAt = some(q.timeOrNull(e.AutoStopAt))
	}
	if q.Has(gitlabversion.EnvironmentDescription) {
		out.Description = some(world.OrNull(e.Description))
	}
	if q.Has(gitlabversion.EnvironmentAutoStopSetting) {
		out.AutoStopSetting = e.AutoStopSetting
	}
	return out
}

// environmentOfProject is an environment with its project.
func (q request) environmentOfProject(e *world.Environment) environmentEntity {
	out := q.environmentEntity(e)
	project := q.projectEntity(e.Project)
	out.Project = &project
	return out
}
