package front

// How GitLab shows a status to people, in every protocol: its words, its picture, and what may be done about it
// (lib/gitlab/ci/status). plainStatus is true of each status; pipelines, stages and groups of jobs add to it, and jobs
// most (statuses_jobs.go).

import (
	"net/url"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// DetailedStatus is a status as it is shown.
type DetailedStatus struct {
	Name          string // as WAITING_FOR_RESOURCE
	Group         string // as waiting-for-resource
	Icon, Favicon string // as status_pending and favicon_status_pending
	Text, Label   string
	Tooltip       string
	HasDetails    bool   // the user may see what is at DetailsPath
	DetailsPath   string // without the host; empty is null
	Action        *StatusAction
}

// StatusAction is what the user may do about a status. An empty title or icon is null.
type StatusAction struct {
	Title, ButtonTitle, Icon string
	Method                   string // as post
	Path                     string // without the host
}

// statusLook is how a status looks; what is empty is the status itself.
type statusLook struct{ text, label, group, icon string }

var statusLooks = map[world.JobStatus]statusLook{
	world.JobSuccess:   {text: "passed", label: "passed"},
	world.JobManual:    {label: "manual action"},
	world.JobScheduled: {text: "delayed", label: "delayed"},
	world.JobWaitingForResource: {text: "waiting", label: "waiting for resource", group: "waiting-for-resource",
		icon: "pending"},
	world.JobCanceling: {icon: "canceled"},
}

// The words of pipelines that wait, and of what passed although a job failed that may.
const (
	textBlocked      = "blocked"
	labelBlocked     = "waiting for manual action"
	labelDelayed     = "waiting for delayed job"
	textWarning      = "warning"
	labelWarning     = "passed with warnings"
	nameWarning      = "SUCCESS_WITH_WARNINGS"
	groupWarning     = "success-with-warnings"
	iconOfStatus     = "status_"
	faviconOfStatus  = "favicon_status_"
	iconOfWarnings   = iconOfStatus + "warning"
	pathOfStageRun   = "/play_manual"
	titleOfStageRun  = "Run all manual"
	methodOfStatuses = "post"
	iconToPlay       = "play"
)

// plainStatus is how every status looks, whatever has it.
func (q *Request) plainStatus(status world.JobStatus) DetailedStatus {
	look := statusLooks[status]
	of := func(text string) string {
		if text == "" {
			return string(status)
		}
		return text
	}
	return DetailedStatus{Name: strings.ToUpper(string(status)), Group: of(look.group), Icon: iconOfStatus + of(look.icon),
		Favicon: faviconOfStatus + of(look.icon), Text: q.statusText(of(look.text)), Label: of(look.label),
		Tooltip: of(look.label)}
}

// statusText is the text of a status, which later versions begin with a capital.
func (q *Request) statusText(text string) string {
	if !q.Has(gitlabversion.StatusTextsCapital) {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// warn makes of a status that of what passed with warnings. The tooltip does not tell of them.
func (s *DetailedStatus) warn(q *Request) {
	s.Name, s.Group, s.Icon, s.Label = nameWarning, groupWarning, iconOfWarnings, labelWarning
	if q.Has(gitlabversion.StatusTextsCapital) {
		s.Text = q.statusText(textWarning)
	}
}

// PipelineStatus is the status of a pipeline; hasDetails says whether the one who is shown it may see the pipeline.
func (q *Request) PipelineStatus(p *world.Pipeline, hasDetails bool) DetailedStatus {
	status, warned := p.StatusPresent()
	s := q.plainStatus(status)
	s.HasDetails, s.DetailsPath = hasDetails, "/"+PipelinePage(p)
	switch {
	case warned:
		s.warn(q)
	case status == world.JobManual:
		s.Text, s.Label = q.statusText(textBlocked), labelBlocked
	case status == world.JobScheduled:
		s.Label = labelDelayed
	}
	return s
}

// StageStatus is the status of a stage of a pipeline. Whose turn it is or was, and who waits for people, can be run.
func (q *Request) StageStatus(p *world.Pipeline, stage world.Stage) DetailedStatus {
	s := q.plainStatus(stage.Status)
	s.HasDetails = q.OnProject(p.Project(), policy.ReadPipeline).Allowed
	s.DetailsPath = "/" + PipelinePage(p) + "#" + (&url.URL{Fragment: stage.Name}).EscapedFragment()
	switch stage.Status {
	case world.JobSuccess:
		if world.Warned(stage.Jobs) {
			s.warn(q)
		}
	case world.JobManual, world.JobScheduled, world.JobSkipped:
		s.Action = &StatusAction{Title: titleOfStageRun, ButtonTitle: titleOfStageRun, Icon: iconToPlay,
			Method: methodOfStatuses, Path: "/" + PipelinePage(p) + "/stages/" + url.PathEscape(stage.Name) + pathOfStageRun}
	}
	return s
}

// GroupStatus is the status that the parts of parallel jobs have together.
func (q *Request) GroupStatus(jobs []*world.Job) DetailedStatus {
	if len(jobs) == 1 {
		return q.JobStatus(jobs[0])
	}
	status := world.StatusOf(jobs)
	s := q.plainStatus(status)
	if status == world.JobSuccess && world.Warned(jobs) {
		s.warn(q)
	}
	return s
}
