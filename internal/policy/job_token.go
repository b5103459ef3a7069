package policy

import "fmt"

// JobToken is a running job whose token asks for something.
type JobToken struct {
	Job int
	// Project is the path of the job's project, SameProject whether that is the one asked for.
	Project     string
	SameProject bool
	// Allowed is whether the one asked for lets the jobs of that project in: those of its own, those on its allowlist, or
	// those of everywhere.
	Allowed bool
}

// ReachProjectByToken says whether a job's token gets as far as a project: if that is private, the project must let it
// in (app/models/ci/job_token/scope.rb).
func ReachProjectByToken(s ProjectStanding, t JobToken) Decision {
	if !t.Allowed && s.Visibility == Private {
		return Decision{Reason: fmt.Sprintf("job %d is of %s, which is not on the job token allowlist of %s",
			t.Job, t.Project, s.Where)}
	}
	return allowed
}

// UnderJobToken is the standing that a job's token leaves its user: of a project that does not let it in only what
// everybody sees (app/policies/project_policy.rb, project_allowed_for_job_token).
func UnderJobToken(s ProjectStanding, t JobToken) ProjectStanding {
	if !t.Allowed {
		s.Held, s.SecurityManager, s.KeptOut = None, false, true
	}
	return s
}

// ReadJobArtifactsByToken says whether a job's token opens the artifacts of a project: the token must reach it, and its
// user, as far as the token leaves the user anything, must see its jobs.
func ReadJobArtifactsByToken(a Actor, s ProjectStanding, t JobToken) Decision {
	if d := ReadProject(a, s); !d.Allowed {
		return d
	}
	if d := ReachProjectByToken(s, t); !d.Allowed {
		return d
	}
	return ReadBuild(a, UnderJobToken(s, t))
}
