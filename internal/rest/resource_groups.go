package rest

// Resource groups, of whose jobs one runs at a time (lib/api/ci/resource_groups.rb).

import (
	"fmt"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// resourceGroupRows are the Resource group API.
func resourceGroupRows() []row {
	const all = "/projects/:id/resource_groups"
	const one = all + "/:key"
	key := []params.Param{{Name: "key", Required: true}}
	modes := world.WordsOf(world.ProcessModes...)
	update := func(modes []string) params.Spec {
		return front.Declare(pathID, key, []params.Param{{Name: "process_mode", Values: modes}})
	}
	return []row{
		{endpoint: "GET " + all, spec: listing(pathID), handle: listResourceGroups},
		{endpoint: "GET " + one, spec: front.Declare(pathID, key), handle: withResourceGroup(getResourceGroup)},
		{endpoint: "GET " + one + "/current_job", spec: front.Declare(pathID, key),
			since: since(gitlabversion.CurrentJobOfResource), handle: withResourceGroup(ofJobs(getCurrentJob))},
		{endpoint: "GET " + one + "/upcoming_jobs", spec: listing(pathID, key),
			handle: withResourceGroup(ofJobs(listUpcomingJobs))},
		{endpoint: "PUT " + one, spec: update(modes[:len(modes)-1]),
			later:  &front.LaterSpec{Since: gitlabversion.NewestReadyFirstMode, Spec: update(modes)},
			handle: withResourceGroup(updateResourceGroup)},
	}
}

// resourceGroupEntity is lib/api/entities/ci/resource_group.rb.
type resourceGroupEntity struct {
	ID          int               `json:"id"`
	Key         string            `json:"key"`
	ProcessMode world.ProcessMode `json:"process_mode"`
	CreatedAt   isoTime           `json:"created_at"`
	UpdatedAt   isoTime           `json:"updated_at"`
}

func (q request) resourceGroupEntity(g *world.ResourceGroup) resourceGroupEntity {
	return resourceGroupEntity{ID: g.ID, Key: g.Key, ProcessMode: g.Mode(), CreatedAt: q.iso(g.CreatedAt),
		UpdatedAt: q.iso(g.UpdatedAt)}
}

// basicJobEntity is a job, or a trigger job, in few words (lib/api/entities/ci/job_basic.rb).
type basicJobEntity struct {
	jobEntity
	Project jobProjectEntity `json:"project"`
}

func (q request) basicJobEntity(j *world.Job) basicJobEntity {
	return basicJobEntity{jobEntity: q.jobEntity(j)}
}

func listResourceGroups(q request) front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return *refusal
	}
	if refusal := front.Allow(q.OnProject(q.Project, policy.UseResourceGroups), ""); refusal != nil {
		return *refusal
	}
	return offsetPage(q, q.ResourceGroups(q.Project), false, q.resourceGroupEntity)
}

// withResourceGroup finds the resource group of the path, ahead of the question who may.
func withResourceGroup(handle func(request, *world.ResourceGroup) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		if refusal := projectReaders(q); refusal != nil {
			return *refusal
		}
		key, _ := q.Params.String("key")
		g := q.ResourceGroup(q.Project, key)
		if g == nil {
			return noRecord().Because(fmt.Sprintf("%s has no resource group %q", q.Project.Path, key))
		}
		if refusal := front.Allow(q.OnProject(q.Project, policy.UseResourceGroups), ""); refusal != nil {
			return *refusal
		}
		return handle(q, g)
	}
}

// ofJobs is for those alone who may see the project's jobs.
func ofJobs(handle func(request, *world.ResourceGroup) front.Response,
) func(request, *world.ResourceGroup) front.Response {
	return func(q request, g *world.ResourceGroup) front.Response {
		if refusal := front.Allow(q.OnProject(q.Project, policy.ReadBuild), ""); refusal != nil {
			return *refusal
		}
		return handle(q, g)
	}
}

func getResourceGroup(q request, g *world.ResourceGroup) front.Response {
	return front.OK(q.resourceGroupEntity(g))
}

// getCurrentJob answers null while the resource is free.
func getCurrentJob(q request, g *world.ResourceGroup) front.Response {
	var shown *basicJobEntity
	if j := g.Holder(); j != nil {
		e := q.basicJobEntity(j)
		shown = &e
	}
	return front.OK(shown)
}

func listUpcomingJobs(q request, g *world.ResourceGroup) front.Response {
	return offsetPage(q, g.Upcoming(), false, q.basicJobEntity)
}

func updateResourceGroup(q request, g *world.ResourceGroup) front.Response {
	if mode, given := q.Params.String("process_mode"); given {
		q.SetProcessMode(g, world.ProcessMode(mode))
	}
	return front.OK(q.resourceGroupEntity(g))
}
