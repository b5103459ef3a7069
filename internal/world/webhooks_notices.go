package world

import (
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// TellWebhooks has the events of a state written by a writer and handed to take at the end of the visit in which they
// came about. It is called once, before the state is used.
func TellWebhooks(st *State, writer EventWriter, take func([]Notice)) { st.ear = ear{writer, take} }

// handOver hands over what a visit has announced.
func (st *State) handOver() {
	if len(st.notices) > 0 {
		notices := st.notices
		st.notices = nil
		st.ear.take(notices)
	}
}

// deaf reports whether nobody is told of what happens to something of a user's, who is nil for nobody: there is no
// writer, the world is being seeded, which tells what has been for long, or the user is blocked, in whichever way
// (app/models/ci/build.rb, execute_hooks; app/models/ci/pipeline.rb, the state machine).
func (st *State) deaf(u *User) bool {
	return st.ear.writer == nil || st.seeding() || u != nil && u.Blocked()
}

// announceJob tells those webhooks that want to know of it which state a job has reached. Some states are passed over
// in silence (app/models/ci/build.rb).
func (st *State) announceJob(j *Job) {
	switch j.Status {
	case JobPending, JobRunning, JobSuccess, JobFailed, JobCanceled:
		st.announceJobAs(j, j.Status)
	}
}

func (st *State) announceJobAs(j *Job, status JobStatus) {
	if st.deaf(j.User) || j.Trigger != nil { // of which no webhook is told
		return
	}
	if hooks := j.Project.listening(JobEvents); len(hooks) > 0 {
		st.announce(hooks, JobEvents, st.ear.writer.JobEvent(j, status))
	}
}

// announceNewJob tells of a job that has just been made and is not under way yet, and of what that makes of its
// pipeline, whose status was another before. One that is seeded in a later state was made long ago.
func (st *State) announceNewJob(j *Job, before JobStatus) {
	switch j.Status {
	case JobCreated, JobManual, JobScheduled:
		st.announceJobAs(j, JobCreated)
	case JobPending:
		st.announceJobAs(j, JobCreated)
		st.announceJobAs(j, JobPending)
	default:
		return
	}
	st.announcePipeline(j, before)
}

// statusBefore is the status of the pipeline that a job is in or is to come into. One that is yet to be made counts as
// created, of which nobody is told, and so does one of which nobody is told anyhow: announcePipeline asks that again,
// since what happens in between may change it.
func (st *State) statusBefore(j *Job) JobStatus {
	p := st.pipelines[j.PipelineID]
	if p == nil || st.deaf(j.User) || len(j.Project.listening(PipelineEvents)) == 0 {
		return JobCreated
	}
	return p.Status()
}

// watchPipeline notes what a pipeline's status is before a job of it changes. What it returns tells of the change that
// this has brought about, if it has.
func (st *State) watchPipeline(j *Job) (tell func()) {
	before := st.statusBefore(j)
	return func() { st.announcePipeline(j, before) }
}

// announcePipeline tells of the status of a job's pipeline, if it is another one than before. That of one which moves
// by itself changes later; announceStatus tells of that.
func (st *State) announcePipeline(j *Job, before JobStatus) {
	if st.deaf(j.User) {
		return
	}
	hooks := j.Project.listening(PipelineEvents)
	if len(hooks) == 0 || j.Pipeline.Status() == before {
		return
	}
	st.announce(hooks, PipelineEvents, st.ear.writer.PipelineEvent(j.Pipeline))
}

// announceStatus tells of the status that a pipeline has got which moves by itself.
func (st *State) announceStatus(p *Pipeline) {
	if st.deaf(p.facts.User) {
		return
	}
	if hooks := p.project.listening(PipelineEvents); len(hooks) > 0 {
		st.announce(hooks, PipelineEvents, st.ear.writer.PipelineEvent(p))
	}
}

// announceDeployment tells of the status that a deployment has got.
func (st *State) announceDeployment(d *Deployment) {
	if st.deaf(nil) { // whoever deploys is not asked
		return
	}
	if hooks := d.Project().listening(DeploymentEvents); len(hooks) > 0 {
		st.announce(hooks, DeploymentEvents, st.ear.writer.DeploymentEvent(d, st.Now()))
	}
}

// announce puts an event on its way to webhooks. A disabled one is passed over.
func (st *State) announce(hooks []*Webhook, event string, body []byte) {
	id := st.uuid()
	for _, h := range hooks {
		if st.WebhookStatus(h) == WebhookExecutable {
			st.notices = append(st.notices, st.notice(h, event, body, id))
		}
	}
}

func (st *State) notice(h *Webhook, event string, body []byte, id string) Notice {
	return Notice{WebhookID: h.ID, Event: event, Body: body, EventUUID: id, UUID: st.uuid(), Key: st.uuid()}
}

// TargetOf is where a notice is to go now. It is false where it is not to be sent any more: the webhook is gone or, but
// for a test, disabled.
func (st *State) TargetOf(n Notice, test bool) (Target, bool) {
	h := st.Webhooks.ByID(n.WebhookID)
	if h == nil || !test && st.WebhookStatus(h) != WebhookExecutable {
		return Target{}, false
	}
	a := h.Clone()
	url, _ := a.address()
	if !st.Has(gitlabversion.WebhookSigningTokens) {
		a.SigningToken = ""
	}
	return Target{URL: url, Token: a.Token, SigningToken: a.SigningToken, Headers: a.Headers,
		UnverifiedTLS: a.UnverifiedTLS, Template: OrEmpty(a.Template), LocalForbidden: st.Settings.LocalRequestsForbidden,
		SendsWebhookKey: st.Has(gitlabversion.WebhookIdempotencyKey), SendsUUID: st.Has(gitlabversion.WebhookUUID)}, true
}

// Delivered notes how the delivery of a notice ended. status is that of the answer, 0 for none.
func (st *State) Delivered(n Notice, status int) {
	if h := st.Webhooks.ByID(n.WebhookID); h != nil {
		st.noteDelivery(h, status)
	}
}

// uuid makes the next UUID.
func (st *State) uuid() string {
	const digits = 32
	s := []byte(st.made.hex(uuids, digits))
	s[12], s[16] = '4', "89ab"[s[16]%4] // as a random one says of itself
	return string(s[:8]) + "-" + string(s[8:12]) + "-" + string(s[12:16]) + "-" + string(s[16:20]) + "-" + string(s[20:])
}

// Target is where and how a webhook is called. URL has no variables left.
type Target struct {
	URL, Token      string
	SigningToken    string            // empty: the call is not signed
	Headers         map[string]string // its own
	UnverifiedTLS   bool
	Template        string // empty: the notice is sent as it is
	LocalForbidden  bool   // it may call no local address
	SendsWebhookKey bool   // Idempotency-Key
	SendsUUID       bool   // X-Gitlab-Webhook-UUID
}
