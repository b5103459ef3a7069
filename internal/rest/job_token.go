package rest

// What a job may ask with its own token alone (lib/api/ci/jobs.rb, resource :job).

import (
	"github.com/fakegitlab/fakegitlab/internal/front"
)

// jobTokenRows are what is asked with the token of a job.
func jobTokenRows() []row {
	return []row{{endpoint: "GET /job", jobTokens: true, handle: getOwnJob}}
}

// getOwnJob is GET /job: the job whose token was sent. Whoever sends an access token is somebody, but no job.
func getOwnJob(q request) front.Response {
	if q.ByJob == nil {
		return front.NotFound("Job").Because("an access token was sent, and no job's token")
	}
	return front.OK(q.projectJobEntity(q.ByJob))
}
