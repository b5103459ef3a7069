package rest

import (
	"encoding/json"
	"fmt"
	"math"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/jobpayload"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// runnerJobRows are what a runner asks about jobs (lib/api/ci/runner.rb).
func runnerJobRows() []row {
	return []row{
		{endpoint: "POST /jobs/request", access: front.ByToken, spec: requestJobSpec, waits: forJob, handle: requestJob},
		{endpoint: "PUT /jobs/:id", access: front.ByJobToken, spec: updateJobSpec, handle: updateJob},
		{endpoint: "PATCH /jobs/:id/trace", access: front.ByJobToken, streams: readLog, spec: front.Declare(jobID, optionalToken,
			debugTrace), handle: appendTrace},
		{endpoint: "POST /jobs/:id/artifacts", access: front.ByJobToken, streams: readArtifact, spec: uploadSpec,
			handle: uploadArtifacts},
		{endpoint: "GET /jobs/:id/artifacts", access: front.ByJobToken, spec: front.Declare(jobID, optionalToken, directDownload),
			handle: downloadArtifacts},
		{endpoint: "GET /runners/router/discovery", access: front.ByRunnerHeader, since: since(gitlabversion.JobRouter),
			handle: discoverRouter},
	}
}

// The parameters of a runner's job endpoints (lib/api/ci/runner.rb).
var (
	jobID          = []params.Param{{Name: "id", Kind: params.Integer, Required: true}}
	optionalToken  = []params.Param{{Name: front.ParamToken}}
	debugTrace     = []params.Param{{Name: "debug_trace", Kind: params.Boolean}}
	directDownload = []params.Param{{Name: "direct_download", Kind: params.Boolean}, {Name: front.ParamJobToken}}

	sessionParams = []params.Param{{Name: "url"}, {Name: "certificate"}, {Name: "authorization"}}

	requestJobSpec = front.Declare(tokenParam, systemID, []params.Param{
		{Name: "last_update"},
		infoParam[0],
		{Name: "session", Kind: params.Hash, Fields: sessionParams},
	})

	updateJobSpec = front.Declare(tokenParam, jobID, []params.Param{
		{Name: "state"},
		{Name: "checksum"},
		{Name: "failure_reason"},
		{Name: "output", Kind: params.Hash, Fields: []params.Param{{Name: "checksum"}, {Name: "bytesize", Kind: params.Integer}}},
		{Name: "exit_code", Kind: params.Integer},
		{Name: "info", Kind: params.Hash}, // sent by every gitlab-runner and ignored by GitLab
	})
)

// defaultSizeLimit is GitLab's limit for a job's log and for an artifact when none is set.
const defaultSizeLimit = 100 << 20

func sizeLimit(set int64) int64 {
	if set > 0 {
		return min(set, math.MaxInt64-1) // one byte more is read, to see that there is one
	}
	return defaultSizeLimit
}

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
	nothing := front.NoContent().With(front.HeaderLastUpdate, value)
	if r.Paused {
		return nothing
	}
	if last, _ := q.Params.String("last_update"); last == value {
		return nothing
	}
	for j := q.NextFor(r); j != nil; j = q.NextFor(r) {
		res, taken := q.take(j, r, m)
		if taken {
			return res
		}
	}
	return nothing
}

// forJob is what a runner waits for that knows of the last change already: the next one. Who waits is in contact.
func forJob(q request) <-chan struct{} {
	r, refusal := q.ownedRunner()
	if refusal != nil || q.checkSystemID() != nil || r.Paused {
		return nil
	}
	if last, _ := q.Params.String("last_update"); last != q.QueueValueOf(r) {
		return nil
	}
	q.Heartbeat(r, q.contact(), true)
	return r.QueueChange()
}

// take gives the runner a job that fits. What keeps the job from running fails it, and the next one is looked for.
func (q request) take(j *world.Job, r *world.Runner, m *world.Manager) (res front.Response, taken bool) {
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
	if err := q.StartJob(j, r, m, features["cancel_gracefully"]); err != nil { // nextFor gives only what can be started
		return front.Refuse(http.StatusConflict, msgConflict).Because(err.Error()), true
	}
	in.Job, in.TimeInQueue = j, &waiting
	body, err := json.Marshal(jobpayload.Build(in))
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
	switch {
	case slices.ContainsFunc(j.Dependencies(), func(d *world.Job) bool { return d.Erased || len(d.Files) > 0 && q.Artifact(d, world.Archive) == nil }):
		return world.MissingDependencyFailure
	case len(jobpayload.UnsupportedFeatures(j.Spec, jobpayload.IsMergeRequestRef(j.Ref), features)) > 0:
		return world.RunnerUnsupported
	case j.Project.Archived:
		return world.ArchivedFailure
	case j.User.State == world.UserBlocked:
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
		return "", front.Refuse(http.StatusConflict, msgConflict).Because("session[url] is no address that begins with https").AsRefusal()
	case q.Settings.LocalRequestsForbidden && isLocal(u.Hostname()):
		return "", front.Refuse(http.StatusConflict, msgConflict).Because("session[url] is local and Settings.LocalRequestsForbidden is set").AsRefusal()
	}
	return raw, nil
}

func isLocal(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost"
	}
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsUnspecified() || addr.IsLinkLocalUnicast()
}

// instanceUUID is the uuid that the fake's GitLab has.
const instanceUUID = "fa4e91ab-0000-4000-8000-000000000001"

// payloadInput gathers what decides a job's JSON, as it is before the job is started.
func (q request) payloadInput(j *world.Job, r *world.Runner, session string) jobpayload.Input {
	p := j.Project
	in := jobpayload.Input{
		Project: p, Runner: r, User: j.User, ServerURL: q.Way.BaseURL, Version: q.Version.Full(),
		PipelineIID: j.Pipeline.Iid(), GitDepth: jobpayload.DefaultGitDepth,
		UserIsMaintainer:         policy.MaintainerAccess(front.ActorOf(j.User, true), front.ProjectStandingOf(j.User, p)).Allowed,
		RunningOnInstanceRunners: q.Queue.OnInstanceRunners()[p], SessionURL: session, InstanceUUID: instanceUUID, Registry: q.Settings.RegistryHost,
		Rules: jobpayload.Rules{GitInfoProtected: q.Has(gitlabversion.JobInfoExtras), JobInfoExtras: q.Has(gitlabversion.JobInfoExtras),
			Inputs: q.Has(gitlabversion.JobInputs), NewFailureReasons: q.Has(gitlabversion.LaterFailureReasons)},
	}
	if p.GitDepth != 0 {
		in.GitDepth = max(p.GitDepth, 0)
	}
	if g := p.Group; g != nil {
		in.NamespaceID, in.RootNamespaceID = g.ID, g.Root().ID
	} else {
		in.NamespaceID, in.RootNamespaceID = p.Owner.ID, p.Owner.ID
	}
	for _, d := range j.Dependencies() {
		dependency := jobpayload.Dependency{ID: d.ID, Name: d.Name}
		if a := q.Artifact(d, world.Archive); a != nil {
			dependency.ArtifactsFilename, dependency.ArtifactsSize = a.Filename, a.Content.Size
		}
		in.Dependencies = append(in.Dependencies, dependency)
		in.Dotenv = append(in.Dotenv, d.Dotenv...)
	}
	if q.Has(gitlabversion.JobInfoExtras) {
		in.QueueSize, in.QueueDepth = q.Queue.WaitingFor(r), 1
	}
	return in
}

// processingJob finds the job of the path and refuses, in GitLab's order, whoever is not the runner that runs it
// (lib/api/ci/helpers/runner.rb, authenticate_job!).
func (q request) processingJob() (*world.Job, *front.Response) {
	id, _ := q.Params.Int("id")
	j := q.Jobs.ByID[id]
	var res front.Response
	switch {
	case j == nil:
		res = front.Forbidden("", fmt.Sprintf("there is no job %d", id))
	case q.JobCredentials() == "":
		res = front.Forbidden("", "no job token was sent")
	case q.JobCredentials() != j.Token:
		res = front.Forbidden("", fmt.Sprintf("that is not the token of job %d", id))
	case j.Erased && (j.Status.Executing() || q.Has(gitlabversion.ErasureBeforeStatus)):
		res = front.Forbidden(msgJobErased, fmt.Sprintf("job %d has been erased", id))
	case !j.Status.Executing():
		text := msgJobNotRunning
		if q.Has(gitlabversion.JobNotProcessing) {
			text = msgJobNotProcessing
		}
		res = front.Forbidden(text, fmt.Sprintf("job %d is %s", id, j.Status)).With(front.HeaderJobStatus, string(j.Status))
	default:
		q.Record.JobID = id
		if j.Runner != nil {
			q.Record.RunnerID = j.Runner.ID
		}
		return j, nil
	}
	q.Record.JobID = 0
	return nil, &res
}

// heartbeatOf counts a call with a job's token as contact of the runner and the manager that run the job.
func (q request) heartbeatOf(j *world.Job) {
	switch {
	case j.Runner == nil:
	case j.Manager == nil:
		q.SetContacted(j.Runner, q.Now())
	default:
		q.Heartbeat(j.Runner, world.Contact{SystemID: j.Manager.SystemID, Address: q.address()}, true)
	}
}

// numbered is the answer whose body is its status.
func numbered(status int) front.Response {
	return front.Response{Status: status, Text: strconv.Itoa(status), ContentType: "application/json"}
}

// updateJob is PUT /jobs/:id (app/services/ci/update_build_state_service.rb).
func updateJob(q request) front.Response {
	j, refusal := q.processingJob()
	if refusal != nil {
		return *refusal
	}
	state, _ := q.Params.String("state")
	var res front.Response
	switch state {
	case string(world.JobSuccess), string(world.JobFailed):
		res = q.finishBy(j, state)
	case string(world.JobRunning):
		q.Touch(j)
		res = numbered(http.StatusOK)
	default:
		res = numbered(http.StatusBadRequest).Because(fmt.Sprintf("a runner says that a job is running, success or failed, not %q", state))
	}
	if res.Status < http.StatusBadRequest { // GitLab counts a refused call, too; here a refusal leaves everything as it is
		q.heartbeatOf(j)
	}
	if q.Has(gitlabversion.JobStatusOnUpdate) {
		res = res.With(front.HeaderJobStatus, string(j.Status))
	}
	return res
}

// finishBy ends a job as its runner says, unless a test has decided otherwise.
func (q request) finishBy(j *world.Job, state string) front.Response {
	switch scripted := j.Final(); {
	case scripted.Rejected:
		return front.Refuse(http.StatusPreconditionFailed, front.MsgPrecondition).Because("RejectLog: the log is to be sent again")
	case scripted.WaitFor > 0:
		return numbered(http.StatusAccepted).With(front.HeaderTraceInterval, strconv.Itoa(scripted.WaitFor)).
			Because("PostponeFinal: the log is still being stored")
	}
	if state == string(world.JobSuccess) {
		_ = q.Fire(j, world.EventSuccess) // a job that is processing can succeed and fail
		return numbered(http.StatusOK)
	}
	reason, _ := q.Params.String("failure_reason")
	if !slices.Contains(world.FailureReasons(q.Has(gitlabversion.LaterFailureReasons)), reason) {
		reason = world.UnknownFailure
	}
	var exitCode *int
	if code, ok := q.Params.Int("exit_code"); ok {
		exitCode = &code
	}
	_ = q.Drop(j, reason, exitCode)
	return numbered(http.StatusOK)
}

// The seconds after which a runner is to send more of the log, while somebody looks at it and else.
const (
	watchedInterval = "3"
	idleInterval    = "60"
)

// readLog is what stands before the body of PATCH /jobs/:id/trace, and how that is read.
func readLog(q request) (front.BodyReader, *front.Response) {
	if _, refusal := q.processingJob(); refusal != nil {
		return nil, refusal
	}
	if refusal := q.unfitForTrace(); refusal != nil {
		return nil, refusal
	}
	return front.ReadText(max(q.roomForLog(), 0)), nil
}

// roomForLog is how many bytes the log may grow by from where the request begins. That is the client's number and may
// be so great that no sum with it is one.
func (q request) roomForLog() int64 {
	return sizeLimit(q.Settings.MaxTraceSize) - rangeStart(q.HTTP.Header.Get(front.HeaderContentRange))
}

// appendTrace is PATCH /jobs/:id/trace (app/services/ci/append_build_trace_service.rb).
func appendTrace(q request) front.Response {
	j, refusal := q.processingJob()
	if refusal != nil {
		return *refusal
	}
	start := rangeStart(q.HTTP.Header.Get(front.HeaderContentRange))
	sent := q.Upload.Content.Size
	switch size := j.Log.Size; {
	case sent >= q.roomForLog():
		_ = q.Drop(j, world.TraceSizeExceeded, nil)
		return front.RefuseError(http.StatusForbidden, front.MsgForbidden).Because(fmt.Sprintf("%d bytes from %d on; the limit of the log is %d", sent, start, sizeLimit(q.Settings.MaxTraceSize)))
	case start == size:
		q.AppendLog(j, q.Upload.Content)
	case start+sent != size: // else it repeats what came last
		return front.RefuseError(http.StatusRequestedRangeNotSatisfiable, msgRange).With(front.HeaderRange, traceRange(size)).
			Because(fmt.Sprintf("the log has %d bytes, so more of it begins there and not at %d", size, start))
	}
	q.heartbeatOf(j)
	q.HappenTo(j)
	interval := idleInterval
	if q.Watched(j) {
		interval = watchedInterval
	}
	return front.Response{Status: http.StatusAccepted}.With(front.HeaderJobStatus, string(j.Status)).With(front.HeaderRange, traceRange(j.Log.Size)).
		With(front.HeaderTraceInterval, interval)
}

// traceRange is the Range of a log, whose end is the size and not the last byte.
func traceRange(size int64) string { return "0-" + strconv.FormatInt(size, 10) }

// unfitForTrace is the refusal of a request that cannot be a piece of a log.
func (q request) unfitForTrace() *front.Response {
	media, _, _ := mime.ParseMediaType(q.HTTP.Header.Get("Content-Type"))
	known := []string{"text/plain", "application/json", "application/x-www-form-urlencoded", front.MultipartForm}
	if !slices.Contains(known, media) && q.HTTP.ContentLength != 0 {
		return front.RefuseError(http.StatusUnsupportedMediaType, fmt.Sprintf(front.MsgfMediaType, media)).Because("a log is text/plain").AsRefusal()
	}
	if _, sent := q.HTTP.Header[front.HeaderContentRange]; !sent {
		return front.RefuseError(http.StatusBadRequest, msgContentRange).Because("Content-Range says where in the log the text belongs").AsRefusal()
	}
	return nil
}

// rangeStart is where a Content-Range begins, read as Ruby reads a number: what is none is 0.
func rangeStart(contentRange string) int64 {
	first, _, _ := strings.Cut(contentRange, "-")
	digits, _ := jobpayload.Leading(strings.TrimSpace(first), "0123456789")
	n, _ := strconv.ParseInt(digits, 10, 64)
	return n
}

// discoverRouter is GET /runners/router/discovery of a GitLab without Job Router.
func discoverRouter(q request) front.Response {
	token := q.HTTP.Header.Get(front.HeaderRunnerToken)
	r := q.RunnerByToken(token)
	if r == nil {
		return front.Forbidden("", "RUNNER-TOKEN holds no living authentication token of a runner")
	}
	q.Record.RunnerID = r.ID
	return front.Refuse(http.StatusNotImplemented, msgJobRouter).Because("the fake has no Job Router; a runner asks with POST /jobs/request then")
}
