package policy

import "cmp"

// JobStanding is where an actor stands to a job.
type JobStanding struct {
	Project ProjectStanding
	// Own is whether the actor started the job.
	Own bool
	// Protected is whether the job runs on a protected ref. For it is the least role that may change the ref: the zero
	// value is a Maintainer, Noone leaves administrators alone. Of a ref that is for Nobody not even they may change it.
	Protected bool
	For       Role
	Nobody    bool
	// Outdated is whether the job would deploy what is older than what is there.
	Outdated bool
	// Debugged is whether the job's log may show its variables.
	Debugged bool
	// ArtifactsAccess is artifacts:access of .gitlab-ci.yml, "" if it is not given; ArtifactsPrivate is
	// artifacts:public of false.
	ArtifactsAccess  string
	ArtifactsPrivate bool
}

// ReadBuild says whether the actor may see the project's jobs: whoever sees the project does while public_jobs is on,
// as in a new one; else a Reporter (app/policies/project_policy.rb).
func ReadBuild(a Actor, s ProjectStanding) Decision {
	if d := ReadProject(a, s); !d.Allowed {
		return d
	}
	if d := useBuilds(a, s); !d.Allowed {
		return d
	}
	if s.MembersJobs {
		return s.atLeast(a, Reporter, true)
	}
	return allowed
}

// ReadRunnerBuild says whether the jobs of this project are in the list of a runner's jobs
// (app/finders/ci/runner_jobs_finder.rb).
func ReadRunnerBuild(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Reporter, true) }

// ReadBuildTrace says whether the actor, who sees the job, may read its log. One that may show variables is for those
// who may change the project's jobs, so for nobody while it is archived (app/policies/ci/build_policy.rb, debug_mode).
func ReadBuildTrace(a Actor, s JobStanding) Decision {
	if s.Debugged {
		return UpdateBuilds(a, s.Project)
	}
	return allowed
}

// ReadJobArtifacts says whether the actor, who sees the job, may download what it kept
// (app/policies/ci/build_policy.rb).
func ReadJobArtifacts(a Actor, s JobStanding) Decision {
	least := None
	switch {
	case s.ArtifactsAccess == "none":
		return Decision{Reason: "the job's artifacts:access is none"}
	case s.ArtifactsAccess == "maintainer":
		least = Maintainer
	case s.ArtifactsAccess == "developer", s.ArtifactsPrivate:
		least = Developer
	}
	return s.Project.atLeast(a, least, true)
}

// outdated is about a job that would deploy what is older than what is there, which nobody changes
// (app/policies/concerns/ci/deployable_policy.rb).
var outdated = Decision{Reason: "the job would deploy what is older than what its environment has"}

// UpdateBuild says whether the actor, who sees the job, may change it. Developers may or, on a protected ref, those who
// may change that; nobody may while the project is archived (app/policies/ci/build_policy.rb).
func UpdateBuild(a Actor, s JobStanding) Decision {
	if s.Project.Archived {
		return Decision{Reason: s.Project.Where + " is archived"}
	}
	if s.Outdated {
		return outdated
	}
	if d := useBuilds(a, s.Project); !d.Allowed {
		return d
	}
	if s.Protected {
		return s.updateRef(a)
	}
	return s.Project.atLeast(a, Developer, false)
}

// updateRef says whether the actor may change the protected ref of the job (lib/gitlab/user_access.rb,
// can_update_branch?; app/models/concerns/protected_ref_access.rb, check_access).
func (s JobStanding) updateRef(a Actor) Decision {
	if s.Nobody {
		return Decision{Reason: "the ref in " + s.Project.Where + " is protected, and nobody may change it"}
	}
	return s.Project.atLeast(a, cmp.Or(s.For, Maintainer), false)
}

// CreatePipeline says whether the actor may make pipelines in the project, and try out what they would be of
// (app/policies/project_policy.rb).
func CreatePipeline(a Actor, s ProjectStanding) Decision { return UpdateBuilds(a, s) }

// CancelBuilds says whether the actor may cancel jobs of the project at all, which is asked before the job is looked
// for (lib/api/ci/jobs.rb, authorize_cancel_builds!).
func CancelBuilds(a Actor, s ProjectStanding) Decision {
	s = s.unarchivedIf(s.Spared.Cancel)
	if s.SecurityManager && !s.Archived && s.Builds != ForNobody {
		return allowed
	}
	return UpdateBuilds(a, s)
}

// CancelBuild says whether the actor may cancel the job: whoever may cancel the project's and, on a protected ref,
// may change that (app/policies/ci/build_policy.rb).
func CancelBuild(a Actor, s JobStanding) Decision {
	d := CancelBuilds(a, s.Project)
	if d.Allowed && s.Outdated {
		return outdated
	}
	if !d.Allowed || !s.Protected {
		return d
	}
	return s.updateRef(a)
}

// CancelBuildByForce says whether the actor may cancel the job without waiting for its runner (lib/api/ci/jobs.rb).
func CancelBuildByForce(a Actor, s JobStanding) Decision {
	if d := CancelBuild(a, s); !d.Allowed {
		return d
	}
	return MaintainerAccess(a, s.Project)
}

// RetryJob says whether the actor may have the job run again (app/policies/concerns/ci/job_abilities.rb).
func RetryJob(a Actor, s JobStanding) Decision {
	s.Project = s.Project.unarchivedIf(s.Project.Spared.Rerun)
	return UpdateBuild(a, s)
}

// PlayJob says whether the actor may start the job by hand (app/policies/concerns/ci/job_abilities.rb).
func PlayJob(a Actor, s JobStanding) Decision { return RetryJob(a, s) }

// UnscheduleJob says whether the actor may take the delay of the job away (app/policies/concerns/ci/job_abilities.rb).
func UnscheduleJob(a Actor, s JobStanding) Decision { return RetryJob(a, s) }

// ReadManualVariables says whether the actor, who sees the job, may see the variables that it was played with: in a
// public project whoever counts as a Developer, in others members alone (app/policies/ci/build_policy.rb).
func ReadManualVariables(a Actor, s JobStanding) Decision {
	switch {
	case s.Project.Visibility == Public:
		return s.Project.atLeast(a, Developer, false)
	case s.Project.Held < Guest:
		return Decision{Reason: a.Name + " is no member of " + s.Project.Where}
	}
	return allowed
}

// KeepJobArtifacts says whether the actor may have the job's artifacts kept for ever
// (app/policies/concerns/ci/job_abilities.rb).
func KeepJobArtifacts(a Actor, s JobStanding) Decision {
	s.Project = s.Project.unarchivedIf(s.Project.Spared.Keep)
	return UpdateBuild(a, s)
}

// EraseBuild says whether the actor may erase the job's log and artifacts: of a job of its own, or as a Maintainer
// (app/policies/ci/build_policy.rb).
func EraseBuild(a Actor, s JobStanding) Decision {
	d := UpdateBuild(a, s)
	if !d.Allowed || s.Own {
		return d
	}
	return MaintainerAccess(a, s.Project)
}

// DestroyArtifacts says whether the actor may delete what the project's jobs kept; that the project is archived is no
// obstacle (app/policies/project_policy.rb, app/policies/concerns/archived_abilities.rb).
func DestroyArtifacts(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Maintainer, false) }

// UpdatePipeline says whether the actor may change a pipeline, which stands where its jobs do
// (app/policies/ci/pipeline_policy.rb).
func UpdatePipeline(a Actor, s JobStanding) Decision { return UpdateBuild(a, s) }

// CancelPipeline says whether the actor may cancel a pipeline (app/policies/ci/pipeline_policy.rb).
func CancelPipeline(a Actor, s JobStanding) Decision { return CancelBuild(a, s) }

// UpdateBuilds says whether the actor may change jobs of the project at all (app/policies/project_policy.rb).
func UpdateBuilds(a Actor, s ProjectStanding) Decision {
	return UpdateBuild(a, JobStanding{Project: s})
}
