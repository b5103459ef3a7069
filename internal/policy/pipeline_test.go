package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestPipelines has, for each rule, the roles from which on it allows, in a private project whose jobs are for members.
func TestPipelines(t *testing.T) {
	roles := []Role{None, Guest, Reporter, Developer, Maintainer, Owner}
	project := func(held Role) ProjectStanding {
		return ProjectStanding{Where: "acme/shop", Held: held, MembersJobs: true}
	}
	protected := func(held Role) JobStanding { return JobStanding{Project: project(held), Protected: true} }
	own := func(held Role) JobStanding { return JobStanding{Project: project(held), Own: true} }
	others := func(held Role) JobStanding { return JobStanding{Project: project(held)} }
	actor := Actor{Name: "mia"}
	for name, c := range map[string]struct {
		least Role
		may   func(Role) Decision
	}{
		"read a pipeline":      {Reporter, func(r Role) Decision { return ReadPipeline(actor, project(r)) }},
		"destroy a pipeline":   {Owner, func(r Role) Decision { return DestroyPipeline(actor, project(r)) }},
		"variables of others":  {Maintainer, func(r Role) Decision { return ReadPipelineVariables(actor, others(r)) }},
		"variables of its own": {Developer, func(r Role) Decision { return ReadPipelineVariables(actor, own(r)) }},
		"set variables":        {None, func(r Role) Decision { return SetPipelineVariables(actor, project(r), Developer) }},
		"set variables if restricted": {Maintainer,
			func(r Role) Decision { return SetPipelineVariables(actor, project(r), Maintainer) }},
		"triggers":                   {Maintainer, func(r Role) Decision { return AdminBuild(actor, project(r)) }},
		"read schedules":             {Reporter, func(r Role) Decision { return ReadPipelineSchedule(actor, project(r)) }},
		"create schedules":           {Developer, func(r Role) Decision { return CreatePipelineSchedule(actor, project(r)) }},
		"schedule a protected ref":   {Maintainer, func(r Role) Decision { return ScheduleRef(actor, protected(r)) }},
		"update its own schedule":    {Developer, func(r Role) Decision { return UpdatePipelineSchedule(actor, own(r)) }},
		"update others' schedules":   {Noone, func(r Role) Decision { return UpdatePipelineSchedule(actor, others(r)) }},
		"administer its schedule":    {Developer, func(r Role) Decision { return AdminPipelineSchedule(actor, own(r)) }},
		"administer others'":         {Maintainer, func(r Role) Decision { return AdminPipelineSchedule(actor, others(r)) }},
		"read commit statuses":       {Reporter, func(r Role) Decision { return ReadCommitStatus(actor, project(r)) }},
		"create commit statuses":     {Developer, func(r Role) Decision { return CreateCommitStatus(actor, project(r)) }},
		"trigger of its own":         {None, func(r Role) Decision { return AdminTrigger(actor, project(r), true) }},
		"trigger of somebody else's": {Noone, func(r Role) Decision { return AdminTrigger(actor, project(r), false) }},
	} {
		for _, held := range roles {
			d := c.may(held)
			assert.Equal(t, held >= c.least, d.Allowed, "%s as %s", name, held)
			assert.Equal(t, d.Allowed, d.Reason == "", "%s as %s: %q", name, held, d.Reason)
		}
	}
	archived := project(Owner)
	archived.Archived = true
	assert.False(t, AdminBuild(actor, archived).Allowed)
	assert.False(t, CreateCommitStatus(actor, archived).Allowed)
	assert.True(t, DestroyPipeline(actor, archived).Allowed)
	off := project(Owner)
	off.Builds = ForNobody
	assert.False(t, AdminBuild(actor, off).Allowed)
	assert.True(t, UpdatePipelineSchedule(Actor{Name: "root", Admin: true}, others(None)).Allowed)
}
