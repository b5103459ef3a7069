package world

import (
	"slices"
	"time"
)

// recentPipelines is how many successful pipelines of a ref are searched for the artifacts of a job
// (app/models/ci/build.rb, MAX_PIPELINES_TO_SEARCH).
const recentPipelines = 100

// SuccessfulJob is the job of a name in the latest successful pipeline of a branch or tag, where it has kept files; nil
// if there is none (app/models/project.rb, latest_successful_build_for_ref). Of a job that was tried again the last
// attempt counts.
func (p *Project) SuccessfulJob(name, ref string) *Job {
	for pipeline := range p.successful(ref) {
		for _, j := range pipeline.Latest() {
			if j.Name == name && len(j.Files) > 0 {
				return j
			}
		}
		return nil
	}
	return nil
}

// SuccessfulArchive is the newest job of a name that succeeded and has an archive in one of the recent successful
// pipelines of a branch or tag; nil if there is none (app/models/ci/build.rb, latest_with_artifacts_for_ref).
func (p *Project) SuccessfulArchive(name, ref string) *Job {
	searched := 0
	for pipeline := range p.successful(ref) {
		for _, j := range slices.Backward(pipeline.Jobs) {
			if j.Name == name && j.Status == JobSuccess && j.File(Archive) != nil {
				return j
			}
		}
		if searched++; searched == recentPipelines {
			break
		}
	}
	return nil
}

// successful yields the successful pipelines of a branch or tag, the newest first.
func (p *Project) successful(ref string) func(yield func(*Pipeline) bool) {
	return func(yield func(*Pipeline) bool) {
		for _, pipeline := range slices.Backward(p.pipelines) {
			if pipeline.ref().name == ref && pipeline.Status() == JobSuccess && !yield(pipeline) {
				return
			}
		}
	}
}

// KeepArtifacts has the files of a job live for ever (app/models/ci/build.rb, keep_artifacts!).
func (st *State) KeepArtifacts(j *Job) {
	for _, f := range j.Files {
		f.ExpiresAt = time.Time{}
	}
	j.ArtifactsExpireAt = time.Time{}
}

// DeleteArtifacts removes all files of a job, the log excepted; what its dotenv report said stays known
// (app/services/ci/job_artifacts/delete_service.rb).
func (st *State) DeleteArtifacts(j *Job) { j.Files = nil }

// DeleteProjectArtifacts removes the files of all jobs of a project, but for those of locked pipelines. GitLab has them
// expire, and a worker removes them some minutes later; here that is at once
// (app/services/ci/job_artifacts/expire_project_build_artifacts_service.rb).
func (st *State) DeleteProjectArtifacts(p *Project) {
	for _, pipeline := range st.unlocked(p) {
		for _, j := range pipeline.Jobs {
			st.DeleteArtifacts(j)
		}
	}
}
