package rest

// What GitLab shows of runners and their managers (lib/api/entities/ci/runner.rb and those beside it).

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

type runnerEntity struct {
	ID                 int                 `json:"id"`
	Description        *string             `json:"description"`
	IPAddress          *string             `json:"ip_address"`
	Active             bool                `json:"active"`
	Paused             bool                `json:"paused"`
	IsShared           bool                `json:"is_shared"`
	RunnerType         world.RunnerType    `json:"runner_type"`
	Name               *string             `json:"name"`
	Online             *bool               `json:"online"`
	CreatedBy          optional[basicUser] `json:"created_by,omitzero"`
	CreatedAt          optional[isoTime]   `json:"created_at,omitzero"`
	Status             string              `json:"status"`
	JobExecutionStatus string              `json:"job_execution_status,omitempty"`
}

type runnerDetailsEntity struct {
	runnerEntity
	TagList         []string                  `json:"tag_list"`
	RunUntagged     bool                      `json:"run_untagged"`
	Locked          bool                      `json:"locked"`
	MaximumTimeout  *int                      `json:"maximum_timeout"`
	AccessLevel     world.AccessLevel         `json:"access_level"`
	Version         *string                   `json:"version"`
	Revision        *string                   `json:"revision"`
	Platform        *string                   `json:"platform"`
	Architecture    *string                   `json:"architecture"`
	ContactedAt     *isoTime                  `json:"contacted_at"`
	MaintenanceNote *string                   `json:"maintenance_note"`
	Projects        optional[[]projectEntity] `json:"projects,omitzero"`
	Groups          []groupLinkEntity         `json:"groups"`
}

type groupLinkEntity struct {
	ID     int    `json:"id"`
	WebURL string `json:"web_url"`
	Name   string `json:"name"`
}

type managerEntity struct {
	ID                 int      `json:"id"`
	SystemID           string   `json:"system_id"`
	Version            *string  `json:"version"`
	Revision           *string  `json:"revision"`
	Platform           *string  `json:"platform"`
	Architecture       *string  `json:"architecture"`
	CreatedAt          *isoTime `json:"created_at"`
	ContactedAt        *isoTime `json:"contacted_at"`
	IPAddress          *string  `json:"ip_address"`
	Status             string   `json:"status"`
	JobExecutionStatus string   `json:"job_execution_status,omitempty"`
}

type registrationEntity struct {
	ID             int      `json:"id"`
	Token          string   `json:"token"`
	TokenExpiresAt *isoTime `json:"token_expires_at"`
}

type resetTokenEntity struct {
	Token          string   `json:"token"`
	TokenExpiresAt *isoTime `json:"token_expires_at"`
}

type registrationTokenEntity struct {
	Token string `json:"token"`
}

func (q request) runnerEntity(r *world.Runner) runnerEntity {
	e := runnerEntity{ID: r.ID, Description: r.Description, IPAddress: q.runnerAddress(r), Active: !r.Paused,
		Paused: r.Paused, IsShared: r.Type == world.InstanceRunner, RunnerType: r.Type, Name: r.Name, Status: q.restStatus(r)}
	if !r.ContactedAt.IsZero() {
		online := q.IsOnline(r)
		e.Online = &online
	}
	if q.Has(gitlabversion.RunnerCreationShown) {
		e.CreatedAt = some(q.timeOrNull(r.CreatedAt))
		if r.Creator != nil { // nobody may read the user that is not there, so GitLab leaves the field out
			creator := q.basicUser(r.Creator)
			e.CreatedBy = some(&creator)
		}
		e.JobExecutionStatus = q.executing(r, world.AnyJob)
	}
	return e
}

// executing is GitLab's job_execution_status.
func (q request) executing(r *world.Runner, counts func(*world.Job) bool) string {
	if slices.ContainsFunc(r.Jobs, func(j *world.Job) bool { return q.Occupies(j) && counts(j) }) {
		return "active"
	}
	return "idle"
}

// runnerAddress is the ip_address of a runner, which fell out of use.
func (q request) runnerAddress(r *world.Runner) *string {
	if m := r.LatestManager(); m != nil && q.Has(gitlabversion.AddressOfRunner) {
		return world.OrNull(m.IPAddress)
	}
	return nil
}

// restStatus is the status of the REST API, where being paused hides being online (deprecated_rest_status).
func (q request) restStatus(r *world.Runner) string {
	switch s := q.RunnerStatus(r); {
	case s == world.Stale, s == world.NeverContacted, !r.Paused:
		return string(s)
	}
	return "paused"
}

func (q request) runnerDetails(r *world.Runner) runnerDetailsEntity {
	e := runnerDetailsEntity{runnerEntity: q.runnerEntity(r), TagList: r.Tags, RunUntagged: r.RunUntagged,
		Locked: r.Locked, MaximumTimeout: r.MaximumTimeout, AccessLevel: r.AccessLevel,
		ContactedAt: q.timeOrNull(r.ContactedAt), Groups: []groupLinkEntity{}}
	if e.TagList == nil {
		e.TagList = []string{}
	}
	if m := r.LatestManager(); m != nil {
		e.Version, e.Revision, e.Platform, e.Architecture = world.OrNull(m.Version), world.OrNull(m.Revision),
			world.OrNull(m.Platform), world.OrNull(m.Architecture)
	}
	if q.OnRunner(r, policy.ReadMaintenanceNote).Allowed {
		e.MaintenanceNote = r.MaintenanceNote
	}
	if include, given := q.Params.Bool("include_projects"); !given || include ||
		!q.Has(gitlabversion.RunnerProjectsEndpoint) {
		projects := entitiesOf(q.visibleProjects(r), q.projectEntity)
		e.Projects = some(&projects)
	}
	// Whoever may read a group runner is shown its group: being a member of a project below is enough
	// (User#authorized_groups).
	if g := r.Group; g != nil {
		e.Groups = append(e.Groups, groupLinkEntity{g.ID, q.WebURL("groups/" + g.Path), g.Name})
	}
	return e
}

// visibleProjects are the projects of a runner that its details tell the user of.
func (q request) visibleProjects(r *world.Runner) []*world.Project {
	var visible []*world.Project
	for _, a := range r.Assignments {
		if q.OnProject(a.Project, policy.AuthorizedProject).Allowed {
			visible = append(visible, a.Project)
		}
	}
	return visible
}

func (q request) managerEntity(m *world.Manager) managerEntity {
	e := managerEntity{ID: m.ID, SystemID: m.SystemID, Version: world.OrNull(m.Version),
		Revision: world.OrNull(m.Revision), Platform: world.OrNull(m.Platform), Architecture: world.OrNull(m.Architecture),
		CreatedAt: q.timeOrNull(m.CreatedAt), ContactedAt: q.timeOrNull(m.ContactedAt), IPAddress: world.OrNull(m.IPAddress),
		Status: string(q.ManagerStatus(m))}
	if q.Has(gitlabversion.RunnerCreationShown) {
		e.JobExecutionStatus = q.executing(m.Runner, func(j *world.Job) bool { return j.Manager == m })
	}
	return e
}
