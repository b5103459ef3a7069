package policy

// ReadPipeline says whether the actor may see the project's pipelines, which whoever sees its jobs may
// (app/policies/project_policy.rb, app/policies/ci/pipeline_policy.rb).
func ReadPipeline(a Actor, s ProjectStanding) Decision { return ReadBuild(a, s) }

// DestroyPipeline says whether the actor may delete pipelines of the project; that it is archived is no obstacle
// (app/policies/project_policy.rb).
func DestroyPipeline(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Owner, false) }

// ReadPipelineVariables is read_pipeline_variable: whether the actor sees what a pipeline was given when it was made:
// as a Maintainer, or because it may change the pipeline and set it going (app/policies/ci/pipeline_policy.rb).
func ReadPipelineVariables(a Actor, s JobStanding) Decision {
	if s.Own {
		if d := UpdatePipeline(a, s); d.Allowed {
			return d
		}
	}
	return AdminBuild(a, s.Project)
}

// SetPipelineVariables is set_pipeline_variables: whether the actor may give variables to a pipeline that is made.
// least is the role that the project's settings want (app/models/project_ci_cd_setting.rb).
func SetPipelineVariables(a Actor, s ProjectStanding, least Role) Decision {
	if least <= Developer {
		return allowed // who may make pipelines is another question
	}
	return s.atLeast(a, least, false)
}

// AdminBuild is admin_build and manage_trigger, of which the one goes with the other: whether the actor sees the
// project's pipeline triggers and makes and deletes them (app/policies/project_policy.rb).
func AdminBuild(a Actor, s ProjectStanding) Decision {
	if s.Archived {
		return Decision{Reason: s.Where + " is archived"}
	}
	if d := useBuilds(a, s); !d.Allowed {
		return d
	}
	return s.atLeast(a, Maintainer, false)
}

// AdminTrigger says whether the actor may change a pipeline trigger and sees its whole token: one of its own
// (app/policies/ci/trigger_policy.rb).
func AdminTrigger(a Actor, s ProjectStanding, own bool) Decision {
	if own {
		return allowed
	}
	return Decision{Reason: "the pipeline trigger is another user's than " + a.Name + "'s"}
}

// ReadPipelineSchedule says whether the actor may see the project's pipeline schedules
// (app/policies/project_policy.rb).
func ReadPipelineSchedule(a Actor, s ProjectStanding) Decision { return ReadBuild(a, s) }

// CreatePipelineSchedule says whether the actor may make pipeline schedules, as far as the project goes
// (app/policies/project_policy.rb).
func CreatePipelineSchedule(a Actor, s ProjectStanding) Decision { return UpdateBuilds(a, s) }

// ScheduleRef says whether a schedule of the actor's may be for a ref, and be played: protected ones are for those who
// may change them (app/policies/ci/pipeline_schedule_policy.rb, protected_ref).
func ScheduleRef(a Actor, s JobStanding) Decision { return UpdateBuild(a, s) }

// UpdatePipelineSchedule says whether the actor may change a schedule: its owner, or an administrator. Own, and the
// ref, are those of the schedule (app/policies/ci/pipeline_schedule_policy.rb).
func UpdatePipelineSchedule(a Actor, s JobStanding) Decision {
	if !s.Own && !a.Admin {
		return Decision{Reason: "the pipeline schedule is another user's than " + a.Name + "'s"}
	}
	return UpdateBuild(a, s)
}

// AdminPipelineSchedule says whether the actor may delete a schedule, take it over or see its variables: its owner, or
// a Maintainer (app/policies/ci/pipeline_schedule_policy.rb).
func AdminPipelineSchedule(a Actor, s JobStanding) Decision {
	if s.Own {
		return UpdateBuilds(a, s.Project)
	}
	return AdminBuild(a, s.Project)
}

// ReadCommitStatus says whether the actor sees what was told of the project's commits
// (app/policies/project_policy.rb).
func ReadCommitStatus(a Actor, s ProjectStanding) Decision { return ReadCode(a, s) }

// CreateCommitStatus says whether the actor may tell of the project's commits (app/policies/project_policy.rb).
func CreateCommitStatus(a Actor, s ProjectStanding) Decision {
	if s.Archived {
		return Decision{Reason: s.Where + " is archived"}
	}
	return s.atLeast(a, Developer, false)
}

// UseResourceGroups is read_resource_group and update_resource_group, of which the one goes with the other. It asks
// neither for the project's jobs nor whether it is archived (app/policies/project_policy.rb, archived_abilities.rb).
func UseResourceGroups(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Developer, false) }
