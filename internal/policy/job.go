package policy

// JobStanding is where an actor stands to a job.
type JobStanding struct {
	Project ProjectStanding
	// Own is whether the actor started the job.
	Own bool
	// Protected is whether the job runs on a protected ref.
	Protected bool
	// ArchivedCancels is whether jobs of an archived project can be canceled.
	ArchivedCancels bool
	// Debugged is whether the job's log may show its variables.
	Debugged bool
	// ArtifactsAccess is artifacts:access of .gitlab-ci.yml, "" if it is not given; ArtifactsPrivate is
	// artifacts:public of false.
	ArtifactsAccess  string
	ArtifactsPrivate bool
}

// ReadBuild says whether the actor may see the project's jobs: whoever sees the project does, as public_builds is
// on in a new one (app/policies/project_policy.rb).
func ReadBuild(a Actor, s ProjectStanding) Decision { return ReadProject(a, s) }

// ReadRunnerBuild says whether the jobs of this project are in the list of a runner's jobs
// (app/finders/ci/runner_jobs_finder.rb).
func ReadRunnerBuild(a Actor, s ProjectStanding) Decision { return s.atLeast(a, Reporter, true) }

// ReadBuildTrace says whether the actor, who sees the job, may read its log (app/policies/ci/build_policy.rb).
func ReadBuildTrace(a Actor, s JobStanding) Decision {
	if s.Debugged {
		return s.Project.atLeast(a, Developer, false)
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

// UpdateBuild says whether the actor, who sees the job, may change it. Developers may or, on a protected ref,
// Maintainers; nobody may while the project is archived (app/policies/ci/build_policy.rb).
func UpdateBuild(a Actor, s JobStanding) Decision {
	if s.Project.Archived {
		return Decision{Reason: s.Project.Where + " is archived"}
	}
	least := Developer
	if s.Protected {
		least = Maintainer
	}
	return s.Project.atLeast(a, least, false)
}

// CancelBuilds says whether the actor may cancel jobs of the project at all, which is asked before the job is looked
// for (lib/api/ci/jobs.rb, authorize_cancel_builds!). archivedToo is whether that goes for an archived project.
func CancelBuilds(a Actor, s ProjectStanding, archivedToo bool) Decision {
	s.Archived = s.Archived && !archivedToo
	if s.SecurityManager && !s.Archived {
		return allowed
	}
	return UpdateBuild(a, JobStanding{Project: s})
}

// CancelBuild says whether the actor may cancel the job (app/policies/ci/build_policy.rb).
func CancelBuild(a Actor, s JobStanding) Decision {
	s.Project.Archived = s.Project.Archived && !s.ArchivedCancels
	if s.Project.SecurityManager && !s.Protected && !s.Project.Archived {
		return allowed
	}
	return UpdateBuild(a, s)
}

// CancelBuildByForce says whether the actor may cancel the job without waiting for its runner (lib/api/ci/jobs.rb).
func CancelBuildByForce(a Actor, s JobStanding) Decision {
	if d := CancelBuild(a, s); !d.Allowed {
		return d
	}
	return MaintainerAccess(a, s.Project)
}

// RetryJob says whether the actor may have the job run again (app/policies/ci/processable_policy.rb).
func RetryJob(a Actor, s JobStanding) Decision { return UpdateBuild(a, s) }

// PlayJob says whether the actor may start the job by hand (app/policies/ci/processable_policy.rb).
func PlayJob(a Actor, s JobStanding) Decision { return UpdateBuild(a, s) }

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

// UpdateBuilds says whether the actor may change jobs of the project at all (app/policies/project_policy.rb).
func UpdateBuilds(a Actor, s ProjectStanding) Decision {
	return UpdateBuild(a, JobStanding{Project: s})
}
