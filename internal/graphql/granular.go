package graphql

// What a fine-grained access token sees and does (lib/gitlab/graphql/authz/granular_scope_authorization.rb,
// boundary_extractor.rb). Which type and which mutation wants which permission is as GitLab's page on fine-grained
// permissions for GraphQL has it (doc/auth/tokens/fine_grained_access_tokens_graphql.md); what is not on it, and not
// among those that rely on what they are in, is closed to such tokens (config/authz/graphql/authorization_todo.txt).

import (
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// wanted is the permission that an object of a type wants, and where.
type wanted struct {
	permission string
	at         func(value any) world.Boundary
}

// inProject is what wants a permission in the project that it is of.
func inProject[T any](permission string, of func(T) *world.Project) wanted {
	return wanted{permission, func(value any) world.Boundary { return world.Boundary{Project: of(value.(T))} }}
}

// forUser and forInstance want a permission for the user's own, and for the instance.
func forUser(permission string) wanted {
	return wanted{permission, func(any) world.Boundary { return world.Boundary{Access: world.AccessUser} }}
}

func forInstance(permission string) wanted {
	return wanted{permission, func(any) world.Boundary { return world.Boundary{Access: world.AccessInstance} }}
}

// wantedByType is what the types want of a fine-grained token.
var wantedByType = map[string]wanted{
	"CiJob":         inProject("Job: Read", func(j *world.Job) *world.Project { return j.Project }),
	"CiJobArtifact": inProject("Job Artifact: Read", func(f artifact) *world.Project { return f.job.Project }),
	"CiRunner":      {"Runner: Read", func(value any) world.Boundary { return runnerBoundary(value.(*world.Runner)) }},
	"CiStage":       inProject("Pipeline: Read", func(s stage) *world.Project { return s.pipeline.Project() }),
	"Commit":        inProject("Code: Read", func(c commit) *world.Project { return c.project }),
	"CurrentUser":   forUser("User: Read"),
	"Environment": inProject("Environment: Read", func(e *world.Environment) *world.Project {
		return e.Project
	}),
	"Group": {"Group: Read", func(value any) world.Boundary {
		return world.Boundary{Group: value.(*world.Group)}
	}},
	"Kas":      forInstance("Metadata: Read"),
	"Metadata": forInstance("Metadata: Read"),
	"Pipeline": inProject("Pipeline: Read", (*world.Pipeline).Project),
	"PipelineSchedule": inProject("Pipeline Schedule: Read", func(s *world.PipelineSchedule) *world.Project {
		return s.Project
	}),
	"PipelineTrigger": inProject("Trigger: Read", func(t *world.PipelineTrigger) *world.Project { return t.Project }),
	"Project":         inProject("Project: Read", func(p *world.Project) *world.Project { return p }),
	"UserCore":        forUser("User: Read"),
}

// runnerBoundary is where a runner wants something: at its owner project or group, or the instance; nil wants it there,
// too.
func runnerBoundary(r *world.Runner) world.Boundary {
	if r != nil && !r.Orphaned() {
		return front.RunnerBoundary(r)
	}
	return world.Boundary{Access: world.AccessInstance}
}

// ofLibrary reports whether a type is none of GitLab's, but of graphql-ruby's: of introspection, of connections, of the
// answers to mutations.
func ofLibrary(typ string) bool {
	return strings.HasPrefix(typ, "__") || typ == "PageInfo" || strings.HasSuffix(typ, "Connection") ||
		strings.HasSuffix(typ, "Edge") || strings.HasSuffix(typ, "Payload")
}

// refusedByToken says why a fine-grained token does not open an object; "" where it does, and for any other token.
func refusedByToken(context any, typ string, value any) string {
	c := context.(*call)
	if !c.granular || ofLibrary(typ) {
		return ""
	}
	w, has := wantedByType[typ]
	if !has {
		return fmt.Sprintf("GitLab has no permission of fine-grained tokens for %s", typ)
	}
	_, why := c.GranularRefusal(w.at(value), false, w.permission)
	return why
}

// redactedType is the type of an item of a list that is left out where a token does not open it; others are null there
// (lib/gitlab/graphql/authorize/connection_filter_extension.rb).
func redactedType(item any) string {
	switch item.(type) {
	case *world.Job:
		return "CiJob"
	case artifact:
		return "CiJobArtifact"
	case *world.Runner:
		return "CiRunner"
	case *world.Manager:
		return "CiRunnerManager"
	case stage:
		return "CiStage"
	case *world.Deployment:
		return "Deployment"
	case *world.Environment:
		return "Environment"
	case *world.Group:
		return "Group"
	case *world.Pipeline:
		return "Pipeline"
	case *world.PipelineSchedule:
		return "PipelineSchedule"
	case *world.PipelineTrigger:
		return "PipelineTrigger"
	case *world.Project:
		return "Project"
	}
	return ""
}

// opens says whether the token of the request opens an item of a list.
func (c *call) opens(item any) policy.Decision {
	why := ""
	if typ := redactedType(item); typ != "" {
		why = refusedByToken(c, typ, item)
	}
	return policy.Decision{Allowed: why == "", Reason: why}
}

// does is the permission that a mutation wants, and where; ok is false where there is nothing of that name.
type does struct {
	permission string
	at         func(c *call, input args) (b world.Boundary, ok bool)
}

// byPath is a mutation that names its project by a path.
func byPath(permission, argument string) does {
	return does{permission, func(c *call, input args) (world.Boundary, bool) {
		p := c.ProjectPaths[world.Key(input[argument].(string))]
		return world.Boundary{Project: p}, p != nil
	}}
}

// byRecord is a mutation that names a record of a project by its id.
func byRecord(permission string, find func(c *call, id int) *world.Project) does {
	return does{permission, func(c *call, input args) (world.Boundary, bool) {
		p := find(c, input["id"].(int))
		return world.Boundary{Project: p}, p != nil
	}}
}

func projectOfEnvironment(c *call, id int) *world.Project {
	if e := c.Environments.ByID(id); e != nil {
		return e.Project
	}
	return nil
}

func projectOfJob(c *call, id int) *world.Project {
	if j := c.Jobs.ByID(id); j != nil {
		return j.Project
	}
	return nil
}

func projectOfPipeline(c *call, id int) *world.Project {
	if p := c.PipelineByID(id); p != nil {
		return p.Project()
	}
	return nil
}

func projectOfSchedule(c *call, id int) *world.Project {
	if s := c.Schedules.ByID(id); s != nil {
		return s.Project
	}
	return nil
}

func projectOfTrigger(c *call, id int) *world.Project {
	if t := c.Triggers.ByID(id); t != nil {
		return t.Project
	}
	return nil
}

// ofRunner is a mutation that names a runner by its id.
func ofRunner(permission string) does {
	return does{permission, func(c *call, input args) (world.Boundary, bool) {
		return runnerBoundary(c.Runners.ByID(input["id"].(int))), true
	}}
}

// whereCreated is where a new runner is to be.
func whereCreated(c *call, input args) (world.Boundary, bool) {
	project, _ := input["projectId"].(int) // 0 is nobody's
	if p := c.Projects.ByID(project); p != nil {
		return world.Boundary{Project: p}, true
	}
	group, _ := input["groupId"].(int)
	if g := c.Groups.ByID(group); g != nil {
		return world.Boundary{Group: g}, true
	}
	return world.Boundary{Access: world.AccessInstance}, true
}

// permissionOfMutation is what the mutations want of a fine-grained token.
var permissionOfMutation = map[string]does{
	"ciJobTokenScopeAddGroupOrProject": byPath("Job Token Scope Allowlist: Create", "projectPath"),
	"ciJobTokenScopeAddProject":        byPath("Job Token Scope Allowlist: Create", "projectPath"),
	"ciJobTokenScopeRemoveGroup":       byPath("Job Token Scope Allowlist: Delete", "projectPath"),
	"ciJobTokenScopeRemoveProject":     byPath("Job Token Scope Allowlist: Delete", "projectPath"),
	"environmentCreate":                byPath("Environment: Create", "projectPath"),
	"environmentDelete":                byRecord("Environment: Delete", projectOfEnvironment),
	"environmentStop":                  byRecord("Environment: Stop", projectOfEnvironment),
	"environmentUpdate":                byRecord("Environment: Update", projectOfEnvironment),
	"jobCancel":                        byRecord("Job: Update", projectOfJob),
	"jobPlay":                          byRecord("Job: Run", projectOfJob),
	"jobRetry":                         byRecord("Job: Run", projectOfJob),
	"jobUnschedule":                    byRecord("Job: Update", projectOfJob),
	"pipelineCancel":                   byRecord("Pipeline: Update", projectOfPipeline),
	"pipelineCreate":                   byPath("Pipeline: Create", "projectPath"),
	"pipelineDestroy":                  byRecord("Pipeline: Delete", projectOfPipeline),
	"pipelineRetry":                    byRecord("Pipeline: Update", projectOfPipeline),
	"pipelineScheduleCreate":           byPath("Pipeline Schedule: Create", "projectPath"),
	"pipelineScheduleDelete":           byRecord("Pipeline Schedule: Delete", projectOfSchedule),
	"pipelineSchedulePlay":             byRecord("Pipeline Schedule: Update", projectOfSchedule),
	"pipelineScheduleTakeOwnership":    byRecord("Pipeline Schedule: Update", projectOfSchedule),
	"pipelineScheduleUpdate":           byRecord("Pipeline Schedule: Update", projectOfSchedule),
	"pipelineTriggerCreate":            byPath("Trigger: Create", "projectPath"),
	"pipelineTriggerDelete":            byRecord("Trigger: Delete", projectOfTrigger),
	"pipelineTriggerUpdate":            byRecord("Trigger: Update", projectOfTrigger),
	"projectCiCdSettingsUpdate":        byPath("CI/CD Setting: Update", "fullPath"),
	"runnerAssignToProject":            byPath("Runner: Assign", "projectPath"),
	"runnerCreate":                     {"Runner: Create", whereCreated},
	"runnerDelete":                     ofRunner("Runner: Delete"),
	"runnerUnassignFromProject":        byPath("Runner: Assign", "projectPath"),
	"runnerUpdate":                     ofRunner("Runner: Update"),
}

// granularRefusal is what GitLab says to a fine-grained token that may not do what a mutation does, and why.
func (c *call) granularRefusal(mutation string, input args) (text, why string) {
	d, has := permissionOfMutation[mutation]
	if !has {
		return msgNotAvailable, fmt.Sprintf("GitLab has no permission of fine-grained tokens for %s", mutation)
	}
	b, ok := d.at(c, input)
	if !ok {
		return front.MsgNotFound, "there is nothing at which a fine-grained token could have permissions"
	}
	return c.GranularRefusal(b, false, d.permission)
}
