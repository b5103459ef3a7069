package rest

// Requests for a job (lib/api/ci/runner.rb, app/services/ci/register_job_service.rb).

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/jobpayload"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// What a runner says that asks for a job.
var (
	sessionParams = []params.Param{{Name: "url"}, {Name: "certificate"}, {Name: "authorization"}}

	requestJobSpec = front.Declare(tokenParam, systemID, []params.Param{
		{Name: "last_update"},
		infoParam[0],
		{Name: "session", Kind: params.Hash, Fields: sessionParams},
	})
)

// requestJob is POST /jobs/request (app/services/ci/register_job_service.rb).
func requestJob(q request) front.Response {
	r, refusal := q.ownedRunner()
	if refusal != nil {
		return *refusal
	}
	if refusal := q.checkSystemID(); refusal != nil {
		return *refusal
	}
	m := q.Heartbeat(r, q.contact(), true)
	value := q.QueueValueOf(r)
	nothing := front.NoContent().With(headerLastUpdate, value)
	if r.Paused {
		return nothing.Because(q.Queue.WhyNoneFor(r))
	}
	if last, _ := q.Params.String("last_update"); last == value {
		if !q.Queue.Empty() {
			nothing = nothing.Because("nothing has changed for the runner since the last_update that it sent")
		}
		return nothing
	}
	unusable, size := 0, q.Queue.WaitingFor(r)
	for j := q.NextFor(r); j != nil && unusable < maxQueueDepth; j = q.NextFor(r) {
		res, taken := q.take(j, r, m, size, unusable+1)
		if taken {
			return res
		}
		unusable++
	}
	if q.NextFor(r) != nil {
		return front.Refuse(http.StatusConflict, msgConflict).
			Because(fmt.Sprintf("%d jobs could not be run and there are more; the runner is to ask again", unusable))
	}
	return nothing.Because(q.Queue.WhyNoneFor(r))
}

// maxQueueDepth is how many jobs GitLab looks at before it has the runner ask again
// (app/services/ci/register_job_service.rb, MAX_QUEUE_DEPTH).
const maxQueueDepth = 45

// queueChange is what a runner waits for that already knows of the last change of its queue: the next one. Workhorse
// looks up the token's value in Redis and knows nothing of the runner: a paused one waits, too.
func queueChange(q request, token, lastUpdate string) <-chan struct{} {
	r := q.RunnerTokens[token]
	if r == nil || lastUpdate != q.QueueValueOf(r) {
		return nil
	}
	return q.QueueChange(r)
}

// take gives the runner a job that fits. What keeps the job from running fails it, and the next one is looked for.
// size is how many jobs waited for the runner when it asked, depth which of them this one is.
func (q request) take(j *world.Job, r *world.Runner, m *world.Manager, size, depth int) (_ front.Response, taken bool) {
	features := q.features()
	if reason := q.unrunnable(j, features); reason != "" {
		q.LinkJob(j, r, m)
		_ = q.Drop(j, reason, nil) // a pending job can always be dropped
		return front.Response{}, false
	}
	session, refusal := q.session()
	if refusal != nil {
		return *refusal, true
	}
	waiting := q.Now().Sub(j.QueuedAt)
	in := q.payloadInput(j, r, session)
	_ = q.StartJob(j, r, m, features["cancel_gracefully"]) // NextFor gives only what can be started
	in.Job, in.TimeInQueue, in.QueueSize, in.QueueDepth = j, &waiting, size, depth
	payload := jobpayload.Build(in)
	body, err := payload.JSON()
	if err != nil {
		_ = q.Drop(j, world.SchedulerFailure, nil) // it is running
		return front.Response{}, false
	}
	q.Record.JobID = j.ID
	return front.Response{Status: http.StatusCreated, Text: string(body), ContentType: "application/json"}, true
}

// features are what the runner says it can do.
func (q request) features() map[string]bool {
	features := map[string]bool{}
	info, _ := q.Params.Hash("info")
	announced, _ := info.Hash("features")
	for name := range announced.All() {
		features[name], _ = announced.Bool(name)
	}
	return features
}

// unrunnable is the failure reason of a job that cannot be run, in the order of GitLab's checks.
func (q request) unrunnable(j *world.Job, features map[string]bool) string {
	kept := q.KeptIn(j.Pipeline)
	switch {
	case slices.ContainsFunc(j.Dependencies(), func(d *world.Job) bool { return !kept.ValidDependency(d) }):
		return world.MissingDependencyFailure
	case len(jobpayload.UnsupportedFeatures(j.Spec, jobpayload.IsMergeRequestRef(j.Ref),
		q.Has(gitlabversion.JobInputs), features)) > 0:
		return world.RunnerUnsupported
	case j.Project.BuildsDisabled():
		return world.BuildsDisabledFailure
	case j.User.Blocked():
		return world.UserBlockedFailure
	}
	return ""
}

// session is the URL of the session that the runner offers, with the 409 of one that GitLab may not call
// (app/models/ci/build_runner_session.rb).
func (q request) session() (string, *front.Response) {
	session, _ := q.Params.Hash("session")
	if !slices.ContainsFunc(sessionParams, func(p params.Param) bool { return session.Has(p.Name) }) {
		return "", nil
	}
	raw, _ := session.String("url")
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "":
		return "", front.Refuse(http.StatusConflict, msgConflict).
			Because("session[url] is no address that begins with https").AsRefusal()
	case q.Settings.LocalRequestsForbidden && world.LocalRefusal(u.Hostname()) != "":
		return "", front.Refuse(http.StatusConflict, msgConflict).
			Because("session[url] is local and Settings.LocalRequestsForbidden is set").AsRefusal()
	}
	return raw, nil
}

// Environment is what the name of a job's environment comes to, before a runner has the job.
func Environment(q *front.Request, j *world.Job) string {
	in := request{q}.payloadInput(j, &world.Runner{}, "")
	in.Job = j
	return jobpayload.Environment(in)
}

// instanceUUID is the uuid of this GitLab.
const instanceUUID = "fa4e91ab-0000-4000-8000-000000000001"

// payloadInput gathers what decides a job's JSON, as it is before the job is started.
func (q request) payloadInput(j *world.Job, r *world.Runner, session string) jobpayload.Input {
	p := j.Project
	in := jobpayload.Input{
		Project: p, Runner: r, User: j.User, ServerURL: q.Way.BaseURL, Version: q.Version.Full(), Followed: q.Version,
		CommitUser: q.CommitUser(j.Commit), Retries: j.Retries(),
		Pipeline: j.Pipeline.Facts(), PipelineIID: j.Pipeline.IID(), TagMessage: j.Pipeline.TagMessage(),
		Settings: q.VariablesFor(j),
		UserIsMaintainer: policy.MaintainerAccess(q.ActorOf(j.User, true),
			front.ProjectStandingOf(j.User, p)).Allowed,
		RunningOnInstanceRunners: q.Queue.OnInstanceRunners(p), SessionURL: session, InstanceUUID: instanceUUID,
		DeployToken: q.DeployTokenOfJobs(p), Registry: q.Settings.RegistryHost, Zone: q.Settings.Zone(),
		Rules: jobpayload.Rules{GitInfoProtected: q.Has(gitlabversion.JobInfoExtras),
			JobInfoExtras:      q.Has(gitlabversion.JobInfoExtras),
			CacheKeysByContent: q.Has(gitlabversion.CacheKeysByContent),
			CachesByRole:       q.Has(gitlabversion.CachesByRole),
			JobGroupName:       q.Has(gitlabversion.JobGroupName),
			DepthOfHighest:     q.Has(gitlabversion.GitDepthOfHighest),
			FetchedBySHA:       q.Has(gitlabversion.PipelinesFetchedBySHA),
			RunnerUUID:         q.Has(gitlabversion.RunnerUUID),
			Inputs:             q.Has(gitlabversion.JobInputs), NewFailureReasons: q.Has(gitlabversion.LaterFailureReasons)},
	}
	if q.Has(gitlabversion.DefaultBranchBaseVariable) { // else nobody would see what it costs
		in.DefaultBranchSHA = world.DefaultBranchBase(p, j.Ref, j.RefIsTag, j.Commit.SHA)
	}
	in.Schedule, in.Trigger = q.Schedules.ByID(in.Pipeline.ScheduleID), q.Triggers.ByID(in.Pipeline.TriggerID)
	if e := q.EnvironmentOf(j); e != nil {
		in.EnvironmentTier, in.EnvironmentURL = e.Tier, e.ExternalURL
	}
	if g := p.Group; g != nil {
		in.NamespaceID, in.RootNamespaceID = g.ID, g.Root().ID
	} else {
		in.NamespaceID, in.RootNamespaceID = p.Owner.ID, p.Owner.ID
	}
	kept := q.KeptIn(j.Pipeline)
	for _, d := range j.Dependencies() {
		dependency := jobpayload.Dependency{ID: d.ID, Name: d.Name}
		if a := kept.Available(d); a != nil {
			dependency.ArtifactsFilename, dependency.ArtifactsSize = a.Filename, a.Content.Size
		}
		in.Dependencies = append(in.Dependencies, dependency)
		in.Dotenv = append(in.Dotenv, d.Dotenv...)
	}
	return in
}
