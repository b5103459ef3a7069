package graphql

// Projects, groups and users (app/graphql/types/project_type.rb, group_type.rb, user_type.rb, current_user_type.rb).

import (
	"fmt"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// interfaceTypes names the types of those records that stand behind an interface.
func interfaceTypes(value any) string {
	switch value.(type) {
	case *world.Project:
		return "Project"
	case *world.Job:
		return "CiJob"
	case *world.Pipeline:
		return "Pipeline"
	case need:
		return "CiBuildNeed"
	case manualVariable:
		return "CiManualVariable"
	case world.ScheduleVariable:
		return "PipelineScheduleVariable"
	}
	return "UserCore"
}

func findProject(c *call, x *exec, a args) (any, error) {
	path := a["fullPath"].(string)
	p := c.ProjectPaths[world.Key(path)]
	if p == nil {
		x.Note(fmt.Sprintf("there is no project %q", path))
	}
	return c.project(x, p), nil
}

func findGroup(c *call, x *exec, a args) (any, error) {
	path := a["fullPath"].(string)
	g := c.GroupPaths[world.Key(path)]
	if g == nil {
		x.Note(fmt.Sprintf("there is no group %q", path))
	}
	return c.group(x, g), nil
}

func currentUser(c *call, _ *exec, _ args) (any, error) {
	if c.Anonymous() {
		return nil, nil
	}
	return c.User, nil
}

func projectRows() rows {
	all := rows{
		"archived":        of(func(_ *call, p *world.Project) any { return p.Archived }),
		"ciCdSettings":    reached(settingsOf),
		"ciJobTokenScope": asked(tokenScopeOf),
		"createdAt":       of(func(_ *call, p *world.Project) any { return when(p.CreatedAt) }),
		"deployment":      asked(findDeployment),
		"description":     of(func(_ *call, p *world.Project) any { return orNull(p.Description) }),
		"environment":     {Cost: singleCost, Resolve: asked(findEnvironment).Resolve},
		"environments":    listed(listEnvironments),
		"forksCount":      {Cost: gitalyCost, Resolve: of(func(*call, *world.Project) any { return 0 }).Resolve},
		"fullPath":        of(func(_ *call, p *world.Project) any { return p.Path }),
		"group":           reached(func(c *call, x *exec, p *world.Project) any { return c.group(x, p.Group) }),
		"httpUrlToRepo": of(func(c *call, p *world.Project) any {
			return c.WebURL(p.Path + ".git")
		}),
		"id":             of(func(_ *call, p *world.Project) any { return gid(modelProject, p.ID) }),
		"job":            asked(findProjectJob),
		"jobs":           listed(listProjectJobs),
		"lastActivityAt": of(func(_ *call, p *world.Project) any { return when(p.CreatedAt) }),
		"name":           of(func(_ *call, p *world.Project) any { return p.Name }),
		"nameWithNamespace": of(func(_ *call, p *world.Project) any {
			return p.FullNamespaceName() + " / " + p.Name
		}),
		"path":              of(func(_ *call, p *world.Project) any { return lastPart(p.Path) }),
		"pipeline":          {Cost: projectPipelineCost, Resolve: asked(findProjectPipeline).Resolve},
		"pipelines":         listed(listPipelines, extraCost{"sha", 2}, extraCost{"ref", 2}),
		"pipelineSchedules": listed(listSchedules),
		"pipelineTriggers":  listed(listTriggers),
		"publicJobs":        of(func(_ *call, p *world.Project) any { return p.PublicJobs() }),
		"runners":           listed(listProjectRunners),
		"sharedRunnersEnabled": of(func(_ *call, p *world.Project) any {
			return !p.SharedRunnersDisabled
		}),
		"sshUrlToRepo": of(func(c *call, p *world.Project) any {
			return "git@" + c.Way.Host + ":" + p.Path + ".git"
		}),
		"starCount":       of(func(*call, *world.Project) any { return 0 }),
		"tagList":         of(func(_ *call, p *world.Project) any { return strings.Join(p.Topics(), ", ") }),
		"topics":          of(func(_ *call, p *world.Project) any { return p.Topics() }),
		"updatedAt":       of(func(_ *call, p *world.Project) any { return when(changedAt(p)) }),
		"userPermissions": of(func(_ *call, p *world.Project) any { return p }),
		"visibility":      of(func(_ *call, p *world.Project) any { return string(p.Visibility) }),
		"webUrl":          of(func(c *call, p *world.Project) any { return c.WebURL(p.Path) }),
	}
	return all
}

// changedAt is when a project was last changed: when it was made, if it never was.
func changedAt(p *world.Project) time.Time { return world.Later(p.CreatedAt, p.UpdatedAt) }

// lastPart is the last part of a full path.
func lastPart(path string) string {
	_, last := world.SplitPath(path)
	return last
}

func projectPermissionRows() rows {
	permission := func(may front.ProjectRule) field {
		return of(func(c *call, p *world.Project) any { return c.OnProject(p, may).Allowed })
	}
	return rows{"adminProject": permission(policy.AdminProject), "readProject": permission(policy.ReadProject)}
}

func groupRows() rows {
	projects := listed(listGroupProjects)
	return rows{
		"createdAt":       of(func(_ *call, g *world.Group) any { return when(g.CreatedAt) }),
		"description":     of(func(_ *call, g *world.Group) any { return g.Description }),
		"fullName":        of(func(_ *call, g *world.Group) any { return g.FullName() }),
		"fullPath":        of(func(_ *call, g *world.Group) any { return g.Path }),
		"id":              of(func(_ *call, g *world.Group) any { return gid(modelGroup, g.ID) }),
		"name":            of(func(_ *call, g *world.Group) any { return g.Name }),
		"parent":          reached(func(c *call, x *exec, g *world.Group) any { return c.group(x, g.Parent) }),
		"path":            of(func(_ *call, g *world.Group) any { return lastPart(g.Path) }),
		"projects":        projects,
		"runners":         listed(listGroupRunners),
		"userPermissions": of(func(_ *call, g *world.Group) any { return g }),
		"visibility":      of(func(_ *call, g *world.Group) any { return string(g.Visibility) }),
		"webUrl":          of(func(c *call, g *world.Group) any { return c.WebURL("groups/" + g.Path) }),
	}
}

func groupPermissionRows() rows {
	return rows{"readGroup": of(func(c *call, g *world.Group) any { return c.OnGroup(g, policy.ReadGroup).Allowed })}
}

func userRows() rows {
	return rows{
		"active":      of(func(_ *call, u *world.User) any { return u.State == world.UserActive }),
		"avatarUrl":   of(func(c *call, u *world.User) any { return c.AvatarURL(u.Email) }),
		"bot":         of(func(_ *call, u *world.User) any { return u.Bot }),
		"createdAt":   of(func(_ *call, u *world.User) any { return when(u.CreatedAt) }),
		"human":       of(func(_ *call, u *world.User) any { return !u.Bot }),
		"id":          of(func(_ *call, u *world.User) any { return gid(modelUser, u.ID) }),
		"name":        of(func(_ *call, u *world.User) any { return u.Name }),
		"publicEmail": of(func(_ *call, u *world.User) any { return orNull(u.Attributes["public_email"]) }),
		"state":       of(func(_ *call, u *world.User) any { return string(u.State) }),
		"username":    of(func(_ *call, u *world.User) any { return u.Username }),
		"webPath":     of(func(_ *call, u *world.User) any { return "/" + u.Username }),
		"webUrl":      of(func(c *call, u *world.User) any { return c.WebURL(u.Username) }),
	}
}

func currentUserRows() rows {
	all := userRows()
	all["runners"] = listed(listUserRunners)
	return all
}
