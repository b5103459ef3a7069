package graphql

// Runners and their managers (app/graphql/types/ci/runner_type.rb, runner_manager_type.rb).

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// enum is a word of the world as GraphQL writes it.
func enum[S ~string](word S) string { return strings.ToUpper(string(word)) }

func findRunner(c *call, x *exec, a args) (any, error) {
	id := a["id"].(int)
	r := c.Runners.ByID(id)
	if r == nil {
		x.Note(fmt.Sprintf("there is no runner %d", id))
		return nil, nil
	}
	return c.runner(x, r), nil
}

func runnerRows() rows {
	all := rows{
		"accessLevel":    of(func(_ *call, r *world.Runner) any { return enum(r.AccessLevel) }),
		"active":         of(func(_ *call, r *world.Runner) any { return !r.Paused }),
		"contactedAt":    of(func(_ *call, r *world.Runner) any { return when(r.ContactedAt) }),
		"createdAt":      of(func(_ *call, r *world.Runner) any { return when(r.CreatedAt) }),
		"creationMethod": of(func(_ *call, r *world.Runner) any { return enum(r.Registration) }),
		"creationState": of(func(_ *call, r *world.Runner) any {
			if r.RegistrationStarted() {
				return "STARTED"
			}
			return "FINISHED"
		}),
		"description": of(func(_ *call, r *world.Runner) any { return text(r.Description) }),
		"id":          of(func(_ *call, r *world.Runner) any { return gid(modelRunner, r.ID) }),
		"locked":      of(func(_ *call, r *world.Runner) any { return r.Locked && r.Type == world.ProjectRunner }),
		"maximumTimeout": of(func(_ *call, r *world.Runner) any {
			if r.MaximumTimeout == nil {
				return nil
			}
			return *r.MaximumTimeout
		}),
		"paused":      of(func(_ *call, r *world.Runner) any { return r.Paused }),
		"runUntagged": of(func(_ *call, r *world.Runner) any { return r.RunUntagged }),
		"runnerType":  of(func(_ *call, r *world.Runner) any { return enum(r.Type) }),
		"shortSha":    of(func(_ *call, r *world.Runner) any { return r.ShortSHA() }),
		"status":      of(func(c *call, r *world.Runner) any { return enum(c.RunnerStatus(r)) }),
		"tagList": of(func(_ *call, r *world.Runner) any {
			return append([]string{}, r.Tags...)
		}),
		"userPermissions": of(func(_ *call, r *world.Runner) any { return r }),
	}
	maps.Copy(all, aroundRunnerRows())
	maps.Copy(all, guardedRunnerRows())
	for name, f := range machineRows() {
		all[name] = of(func(c *call, r *world.Runner) any {
			if m := r.LatestManager(); m != nil {
				return f(m)
			}
			return nil
		})
	}
	return all
}

// aroundRunnerRows are what a runner belongs to and what belongs to it.
func aroundRunnerRows() rows {
	return rows{
		"createdBy": of(func(_ *call, r *world.Runner) any { return r.Creator }),
		"groups": listed(func(c *call, x *exec, r *world.Runner, a args) (any, error) {
			if r.Type != world.GroupRunner {
				return nil, nil
			}
			var groups []*world.Group
			if r.Group != nil {
				groups = append(groups, r.Group)
			}
			return byPlace(x, groups, a, func(g *world.Group) policy.Decision { return c.OnGroup(g, policy.ReadGroup) }), nil
		}),
		"jobCount":           asked(countRunnerJobs),
		"jobExecutionStatus": of(func(c *call, r *world.Runner) any { return c.execution(r, world.AnyJob) }),
		"jobs":               listed(listRunnerJobs),
		"managers":           listed(listManagers),
		"ownerProject":       reached(func(c *call, x *exec, r *world.Runner) any { return c.project(x, r.Owner()) }),
		"projectCount": of(func(_ *call, r *world.Runner) any {
			if r.Type != world.ProjectRunner {
				return nil
			}
			return len(r.Assignments)
		}),
		"projects": listed(listRunnerProjects),
	}
}

// machineRows are what a manager says of its machine, which in older versions is also that of the runner.
func machineRows() map[string]func(*world.Manager) any {
	return map[string]func(*world.Manager) any{
		"architectureName": func(m *world.Manager) any { return orNull(m.Architecture) },
		"executorName":     func(m *world.Manager) any { return orNull(strings.ReplaceAll(m.Executor, "_", "-")) },
		"ipAddress":        func(m *world.Manager) any { return orNull(m.IPAddress) },
		"platformName":     func(m *world.Manager) any { return orNull(m.Platform) },
		"revision":         func(m *world.Manager) any { return orNull(m.Revision) },
		"version":          func(m *world.Manager) any { return orNull(m.Version) },
	}
}

// guardedRunnerRows are the fields of a runner that not everybody sees who sees the runner.
func guardedRunnerRows() rows {
	guarded := func(may front.RunnerRule, read func(*call, *world.Runner) any) field {
		return reached(func(c *call, x *exec, r *world.Runner) any {
			if d := c.onRunner(r, may); !d.Allowed {
				x.Note(d.Reason)
				return nil
			}
			return read(c, r)
		})
	}
	forAdmins := func(d func(*call) policy.Decision, path string, when func(*call, *world.Runner) bool) field {
		return reached(func(c *call, x *exec, r *world.Runner) any {
			if !when(c, r) {
				return nil
			}
			return shown(x, d(c), c.WebURL(fmt.Sprintf("admin/runners/%d", r.ID)+path))
		})
	}
	admins := func(c *call) policy.Decision { return policy.AdminAllResources(c.Actor) }
	always := func(*call, *world.Runner) bool { return true }
	available := func(c *call, r *world.Runner) bool { return c.RegistrationAvailable(r) }
	return rows{
		"adminUrl": forAdmins(func(c *call) policy.Decision {
			return policy.ReadAdminCICD(c.Actor, c.PolicyRules())
		}, "", always),
		"editAdminUrl":     forAdmins(admins, "/edit", always),
		"registerAdminUrl": forAdmins(admins, "/register", available),
		"ephemeralAuthenticationToken": guarded(policy.ReadEphemeralToken, func(c *call, r *world.Runner) any {
			if !c.RegistrationAvailable(r) {
				return nil
			}
			return r.Token
		}),
		"ephemeralRegisterUrl": guarded(policy.ReadEphemeralToken, (*call).registerURL),
		"maintenanceNote": guarded(policy.UpdateRunner, func(_ *call, r *world.Runner) any {
			return text(r.MaintenanceNote)
		}),
		"maintenanceNoteHtml": guarded(policy.UpdateRunner, func(_ *call, r *world.Runner) any {
			if r.MaintenanceNote == nil {
				return ""
			}
			return markdown(*r.MaintenanceNote)
		}),
		"tokenExpiresAt": guarded(policy.ReadRunnerSensitiveData, func(_ *call, r *world.Runner) any {
			return when(r.TokenExpiresAt)
		}),
	}
}

// registerURL is the page that says how to register a new runner, while there is one.
func (c *call) registerURL(r *world.Runner) any {
	if !c.RegistrationAvailable(r) || r.Orphaned() {
		return nil
	}
	of := "admin"
	switch r.Type {
	case world.GroupRunner:
		of = groupPage(r.Group)
	case world.ProjectRunner:
		of = projectPage(r.Owner())
	}
	return c.WebURL(fmt.Sprintf("%s/runners/%d/register", of, r.ID))
}

// groupPage and projectPage are what the addresses of the pages of a group's and a project's runners begin with.
func groupPage(g *world.Group) string     { return "groups/" + g.Path + "/-" }
func projectPage(p *world.Project) string { return p.Path + "/-" }

func runnerPermissionRows() rows {
	permission := func(may front.RunnerRule) field {
		return of(func(c *call, r *world.Runner) any { return c.onRunner(r, may).Allowed })
	}
	return rows{
		"assignRunner": permission(policy.HasAssignRunner),
		"deleteRunner": permission(policy.DeleteRunner),
		"readRunner":   permission(policy.HasReadRunner),
		"updateRunner": permission(policy.UpdateRunner),
	}
}

// runnerEdgeRows are the pages of a runner in the group or project that the query came to it from
// (app/graphql/types/ci/runner_web_url_edge.rb).
func runnerEdgeRows() rows {
	address := func(ending string) field {
		return asked(func(c *call, x *exec, e edge, _ args) (any, error) {
			for _, parent := range x.Parents() {
				var of string
				switch owner := parent.(type) {
				case *world.Group:
					of = groupPage(owner)
				case *world.Project:
					of = projectPage(owner)
				default:
					continue
				}
				return c.WebURL(fmt.Sprintf("%s/runners/%d%s", of, e.node.(*world.Runner).ID, ending)), nil
			}
			return nil, nil
		})
	}
	return rows{"webUrl": address(""), "editUrl": address("/edit")}
}

// execution is whether any of the jobs that count keeps their runner active.
func (c *call) execution(r *world.Runner, counts func(*world.Job) bool) string {
	if slices.ContainsFunc(r.Jobs, func(j *world.Job) bool { return c.Occupies(j) && counts(j) }) {
		return "ACTIVE"
	}
	return "IDLE"
}

func managerRows() rows {
	all := rows{
		"contactedAt": of(func(_ *call, m *world.Manager) any { return when(m.ContactedAt) }),
		"createdAt":   of(func(_ *call, m *world.Manager) any { return when(m.CreatedAt) }),
		"id":          of(func(_ *call, m *world.Manager) any { return gid(modelManager, m.ID) }),
		"jobExecutionStatus": of(func(c *call, m *world.Manager) any {
			return c.execution(m.Runner, func(j *world.Job) bool { return j.Manager == m })
		}),
		"runner":   reached(func(c *call, x *exec, m *world.Manager) any { return c.runner(x, m.Runner) }),
		"status":   of(func(c *call, m *world.Manager) any { return enum(c.ManagerStatus(m)) }),
		"systemId": of(func(_ *call, m *world.Manager) any { return m.SystemID }),
	}
	for name, f := range machineRows() {
		all[name] = of(func(_ *call, m *world.Manager) any { return f(m) })
	}
	return all
}

// listManagers are the managers of a runner, the newest first (app/finders/ci/runner_managers_finder.rb).
func listManagers(c *call, x *exec, r *world.Runner, a args) (any, error) {
	systemID, bySystem := a["systemId"].(string)
	status, byStatus := a["status"].(string)
	var managers []*world.Manager
	for _, m := range slices.Backward(r.Managers) {
		if (!bySystem || m.SystemID == systemID) && (!byStatus || c.managerIs(m, status)) {
			managers = append(managers, m)
		}
	}
	return byPlace(x, managers, a, func(m *world.Manager) policy.Decision {
		return c.onRunner(m.Runner, policy.HasReadRunner)
	}), nil
}

// managerIs reports whether a manager is found by a status: what is stale is offline as well, as the finder asks the
// database (app/models/concerns/ci/has_runner_status.rb).
func (c *call) managerIs(m *world.Manager, status string) bool {
	s := c.ManagerStatus(m)
	switch status {
	case enum(world.Offline):
		return !m.ContactedAt.IsZero() && s != world.Online
	case enum(world.NeverContacted):
		return m.ContactedAt.IsZero()
	}
	return enum(s) == status
}

// runnerKeys are the orders of lists of runners, by the words of CiRunnerSort.
var runnerKeys = map[string]struct {
	order order
	at    func(*world.Runner) time.Time
}{
	"CONTACTED_ASC":         {order{"contacted_at", true}, contactedAt},
	"CONTACTED_DESC":        {order{"contacted_at", false}, contactedAt},
	"CREATED_ASC":           {order{"created_at", true}, createdAt},
	createdDescending:       {order{"created_at", false}, createdAt},
	"TOKEN_EXPIRES_AT_ASC":  {order{"token_expires_at", true}, tokenExpiresAt},
	"TOKEN_EXPIRES_AT_DESC": {order{"token_expires_at", false}, tokenExpiresAt},
}

// createdDescending is the order of a list of runners that names none.
const createdDescending = "CREATED_DESC"

func contactedAt(r *world.Runner) time.Time    { return r.ContactedAt }
func createdAt(r *world.Runner) time.Time      { return r.CreatedAt }
func tokenExpiresAt(r *world.Runner) time.Time { return r.TokenExpiresAt }
