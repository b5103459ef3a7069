package rest

// What a job may ask with its own token alone (lib/api/ci/jobs.rb, resource :job).

import (
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// jobTokenRows are what is asked with the token of a job.
func jobTokenRows() []row {
	return []row{
		{endpoint: "GET /job", jobTokens: true, handle: getOwnJob},
		{endpoint: "GET /job/allowed_agents", jobTokens: true, handle: getAllowedAgents},
	}
}

// askingJob is the job whose token was sent. Whoever sends an access token is somebody, but no job
// (validate_current_authenticated_job).
func (q request) askingJob() (*world.Job, *front.Response) {
	if q.ByJob == nil {
		return nil, front.NotFound("Job").Because("an access token was sent, and no job's token").AsRefusal()
	}
	return q.ByJob, nil
}

// getOwnJob is GET /job.
func getOwnJob(q request) front.Response {
	j, refusal := q.askingJob()
	if refusal != nil {
		return *refusal
	}
	return front.OK(q.projectJobEntity(j))
}

// allowedAgentsEntity is what GitLab's agent server asks for when a job goes through it to a cluster. There are no
// agents here, so none is allowed.
type allowedAgentsEntity struct {
	AllowedAgents []struct{}     `json:"allowed_agents"`
	Job           identityEntity `json:"job"`
	Pipeline      identityEntity `json:"pipeline"`
	Project       struct {
		ID     int              `json:"id"`
		Groups []identityEntity `json:"groups"`
	} `json:"project"`
	User struct {
		ID             int      `json:"id"`
		Username       string   `json:"username"`
		RolesInProject []string `json:"roles_in_project"`
	} `json:"user"`
	Environment *agentEnvironmentEntity `json:"environment,omitempty"`
}

// agentEnvironmentEntity is the environment of the job that asks.
type agentEnvironmentEntity struct {
	Tier string `json:"tier"`
	Slug string `json:"slug"`
}

// identityEntity is something by its id alone.
type identityEntity struct {
	ID int `json:"id"`
}

// getAllowedAgents is GET /job/allowed_agents.
func getAllowedAgents(q request) front.Response {
	j, refusal := q.askingJob()
	if refusal != nil {
		return *refusal
	}
	e := allowedAgentsEntity{AllowedAgents: []struct{}{}, Job: identityEntity{j.ID},
		Pipeline: identityEntity{j.PipelineID}}
	e.Project.ID, e.Project.Groups = j.Project.ID, []identityEntity{}
	for g := range j.Project.Group.Lineage {
		e.Project.Groups = append(e.Project.Groups, identityEntity{g.ID})
	}
	e.User.ID, e.User.Username = q.User.ID, q.User.Username
	e.User.RolesInProject = q.rolesUpTo(world.RoleInProject(q.User, j.Project))
	if at := q.EnvironmentOf(j); at != nil {
		e.Environment = &agentEnvironmentEntity{Tier: at.Tier, Slug: world.EnvironmentSlug(at.Name)}
	}
	return front.OK(e)
}

// rolesUpTo are the words of the roles that this version has up to one (lib/gitlab/access.rb, sym_options_with_owner).
func (q request) rolesUpTo(held world.Role) []string {
	words := []string{}
	for _, n := range world.RoleNames()[1:] {
		switch {
		case n.Role > held,
			n.Role == world.Planner && !q.Has(gitlabversion.PlannerRole),
			n.Role == world.SecurityManager && !q.Has(gitlabversion.SecurityManagerRole):
		default:
			words = append(words, n.Name)
		}
	}
	return words
}
