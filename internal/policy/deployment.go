package policy

// What one may do with the environments of a project, and with what is deployed to them
// (app/policies/project_policy.rb, environment_policy.rb, deployment_policy.rb).

const featureEnvironments = "environments"

// useEnvironments says whether the actor has the project's environments at all: they want its jobs and its code, too.
func useEnvironments(a Actor, s ProjectStanding) Decision {
	if d := UseFeature(a, s, s.Environments, featureEnvironments); !d.Allowed {
		return d
	}
	if d := useBuilds(a, s); !d.Allowed {
		return d
	}
	return UseFeature(a, s, s.Code, featureCode)
}

// ReadEnvironment is read_environment, which whoever sees the project without being a member has as well.
func ReadEnvironment(a Actor, s ProjectStanding) Decision {
	if d := useEnvironments(a, s); !d.Allowed {
		return d
	}
	if a.isShown(s.Visibility) {
		return allowed
	}
	return s.atLeast(a, Reporter, true)
}

// ReadDeployment is read_deployment: it goes with read_environment, but for the token of a job that the project does
// not let in, to which a public project shows its environments alone.
func ReadDeployment(a Actor, s ProjectStanding) Decision {
	if d := ReadEnvironment(a, s); !d.Allowed || !s.KeptOut {
		return d
	}
	return Decision{Reason: "the job's project is not on the job token allowlist of " + s.Where}
}

// ChangeEnvironments is create_environment, update_environment and destroy_environment, create_deployment and
// update_deployment: what Developers may, unless the project is archived.
func ChangeEnvironments(a Actor, s ProjectStanding) Decision {
	return s.changesEnvironments(a, Developer)
}

// StopEnvironments is stop_environment of a project, which is what stopping those that are stale wants.
func StopEnvironments(a Actor, s ProjectStanding) Decision {
	if d := useEnvironments(a, s); !d.Allowed {
		return d
	}
	return s.atLeast(a, Maintainer, false)
}

// DestroyDeployment is destroy_deployment.
func DestroyDeployment(a Actor, s ProjectStanding) Decision {
	return s.changesEnvironments(a, Maintainer)
}

func (s ProjectStanding) changesEnvironments(a Actor, least Role) Decision {
	if s.Archived {
		return Decision{Reason: s.Where + " is archived"}
	}
	if d := useEnvironments(a, s); !d.Allowed {
		return d
	}
	return s.atLeast(a, least, false)
}

// EnvironmentStanding is where an actor stands to an environment.
type EnvironmentStanding struct {
	Project ProjectStanding
	// Stopped is whether it is stopped.
	Stopped bool
	// StopJob is the last of the jobs that stop it, while it is available; nil if there is none.
	StopJob *JobStanding
}

// StopEnvironment says whether the actor may stop the environment: as a Maintainer, or who may deploy to it and change
// the job that stops it or, where there is none, change the environment.
func StopEnvironment(a Actor, s EnvironmentStanding) Decision {
	if d := StopEnvironments(a, s.Project); d.Allowed {
		return d
	}
	d := ChangeEnvironments(a, s.Project)
	if !d.Allowed || s.StopJob == nil {
		return d
	}
	return UpdateBuild(a, *s.StopJob)
}

// DestroyEnvironment says whether the actor may delete the environment, which must be stopped.
func DestroyEnvironment(a Actor, s EnvironmentStanding) Decision {
	if !s.Stopped {
		return Decision{Reason: "the environment is not stopped"}
	}
	return ChangeEnvironments(a, s.Project)
}

// UpdateDeployment says whether the actor may change a deployment: job is where the actor stands to the job that makes
// it, nil if none does.
func UpdateDeployment(a Actor, s ProjectStanding, job *JobStanding) Decision {
	if job != nil {
		if d := UpdateBuild(a, *job); !d.Allowed {
			return d
		}
	}
	return ChangeEnvironments(a, s)
}
