package front

// Within the authentication: the token of a running job in the place of an access token, where an endpoint takes it
// (route_setting :authentication, job_token_allowed).

import (
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// takesJobTokens reports whether the endpoint takes the token of a running job where it takes access tokens.
func (q *Request) takesJobTokens() bool {
	return q.route != nil && q.route.JobTokens && (q.route.JobTokensSince == nil || q.Has(*q.route.JobTokensSince))
}

// sentJob finds the running job whose token came where the endpoint takes such tokens. sent is whether there was one
// that had to be looked at: an access token comes before all of a job's but the one that a bearer sends
// (lib/gitlab/auth/auth_finders.rb, find_user_from_bearer_token and find_user_from_job_token).
func (q *Request) sentJob() (j *world.Job, sent bool) {
	if !q.takesJobTokens() {
		return nil, false
	}
	if j := q.runningJob(q.bearer()); j != nil {
		return j, true
	}
	if token := q.SentJobToken(); token != "" && q.credentials() == "" {
		return q.runningJob(token), true
	}
	return nil, false
}

// runningJob is the running job with that token; nil if there is none.
func (q *Request) runningJob(token string) *world.Job {
	if j := q.JobTokens[token]; j != nil && j.Status.Executing() {
		return j
	}
	return nil
}

// authenticateJob lets the token of a running job stand for the job's user. done is whether one was sent, so that no
// access token is looked for.
func (q *Request) authenticateJob() (done bool, refusal *Response) {
	j, sent := q.sentJob()
	switch {
	case !sent:
		return false, nil
	case j == nil:
		return true, Refuse(http.StatusUnauthorized, MsgUnauthorized).Because("no running job has that token").AsRefusal()
	}
	q.ByJob, q.User = j, j.User
	q.Record.JobID = j.ID
	q.Actor = q.ActorOf(q.User, true)
	return true, q.blocked()
}

// jobToken is what policy knows of the job whose token was accepted, when it asks for something of a project.
func (q *Request) jobToken(p *world.Project) policy.JobToken {
	return q.JobTokenOf(q.ByJob, p)
}

// JobTokenOf is what policy knows of the token of a job that asks for something of a project.
func (q *Request) JobTokenOf(j *world.Job, p *world.Project) policy.JobToken {
	return policy.JobToken{Job: j.ID, Project: j.Project.Path, SameProject: j.Project == p,
		Allowed: q.AllowsJobsOf(p, j.Project)}
}

// noJobTokens says that the endpoint takes no tokens of jobs and, if that changes, from when on it does.
func (q *Request) noJobTokens() string {
	const text = "job tokens are not accepted here"
	if q.route != nil && q.route.JobTokensSince != nil && !q.Has(*q.route.JobTokensSince) {
		return text + ": " + q.Version.Lacks("job tokens for "+q.Record.Endpoint, *q.route.JobTokensSince)
	}
	return text
}

// unreadJobToken tells, of a refusal that met an anonymous caller, of the job's token that came and that nothing reads.
func (q *Request) unreadJobToken(res Response) Response {
	if res.Status < http.StatusBadRequest || !q.Anonymous() || q.takesJobTokens() || res.Reason == "" {
		return res
	}
	if q.header(headerJobToken) != "" || q.JobTokens[q.SentJobToken()] != nil {
		res.Reason = q.noJobTokens() + "; " + res.Reason
	}
	return res
}
