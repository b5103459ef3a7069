package rest

// What GitLab shows of pipelines (lib/api/entities/ci/pipeline.rb and those beside it).

import (
	"fmt"
	"time"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// pipelineEntity is what lists have of pipelines (pipeline_basic.rb).
type pipelineEntity struct {
	ID        int     `json:"id"`
	IID       int     `json:"iid"`
	ProjectID int     `json:"project_id"`
	SHA       string  `json:"sha"`
	Ref       string  `json:"ref"`
	Status    string  `json:"status"`
	Source    string  `json:"source"`
	CreatedAt isoTime `json:"created_at"`
	UpdatedAt isoTime `json:"updated_at"`
	WebURL    string  `json:"web_url"`
}

// namedPipelineEntity is pipeline_basic_with_metadata.rb.
type namedPipelineEntity struct {
	pipelineEntity
	Name optional[string] `json:"name,omitzero"`
}

// fullPipelineEntity is pipeline.rb, and with a name pipeline_with_metadata.rb.
type fullPipelineEntity struct {
	pipelineEntity
	BeforeSHA      string               `json:"before_sha"`
	Tag            bool                 `json:"tag"`
	YAMLErrors     *string              `json:"yaml_errors"`
	User           *basicUser           `json:"user"`
	StartedAt      *isoTime             `json:"started_at"`
	FinishedAt     *isoTime             `json:"finished_at"`
	CommittedAt    *isoTime             `json:"committed_at"` // which GitLab keeps no more
	Duration       *int                 `json:"duration"`
	QueuedDuration *int                 `json:"queued_duration"`
	Coverage       *string              `json:"coverage"`
	DetailedStatus detailedStatusEntity `json:"detailed_status"`
	Archived       optional[bool]       `json:"archived,omitzero"`
	Name           optional[string]     `json:"name,omitzero"`
}

func (q request) pipelineEntity(p *world.Pipeline) *pipelineEntity {
	return &pipelineEntity{ID: p.ID, IID: p.IID(), ProjectID: p.Project().ID, SHA: p.Commit().SHA, Ref: p.Ref(),
		Status: string(p.Status()), Source: p.Source(), CreatedAt: q.iso(p.CreatedAt()), UpdatedAt: q.iso(p.UpdatedAt()),
		WebURL: q.WebURL(front.PipelinePage(p))}
}

func (q request) namedPipeline(p *world.Pipeline) namedPipelineEntity {
	return namedPipelineEntity{*q.pipelineEntity(p), q.nameOf(p)}
}

// nameOf is the name of a pipeline in versions that show it.
func (q request) nameOf(p *world.Pipeline) optional[string] {
	if !q.Has(gitlabversion.PipelineNames) {
		return nil
	}
	return some(textOrNull(p.Name()))
}

// textOrNull is null for an empty text.
func textOrNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func (q request) fullNamedPipeline(p *world.Pipeline) fullPipelineEntity {
	e := q.fullPipeline(p)
	e.Name = q.nameOf(p)
	return e
}

func (q request) fullPipeline(p *world.Pipeline) fullPipelineEntity {
	f := p.Facts()
	e := fullPipelineEntity{pipelineEntity: *q.pipelineEntity(p), BeforeSHA: f.Commit.BeforeSHA, Tag: f.RefIsTag,
		YAMLErrors: textOrNull(f.YAMLErrors), StartedAt: q.timeOrNull(f.StartedAt), FinishedAt: q.timeOrNull(f.FinishedAt),
		DetailedStatus: q.detailedStatus(p)}
	if u := p.ShownUser(); u != nil {
		user := q.basicUser(u)
		e.User = &user
	}
	waited, _ := p.QueuedFor()
	e.QueuedDuration = secondsOrNull(waited)
	if ran, known := p.Ran(q.Now()); known {
		s := int(ran / time.Second)
		e.Duration = &s
	}
	if c := p.Coverage(); c != nil {
		text := fmt.Sprintf("%.2f", *c)
		e.Coverage = &text
	}
	if q.Has(gitlabversion.PipelineArchived) {
		e.Archived = some(new(bool)) // pipelines are archived by age, which nobody sets here
	}
	return e
}

// detailedStatusEntity is app/serializers/detailed_status_entity.rb.
type detailedStatusEntity struct {
	Icon         string    `json:"icon"`
	Text         string    `json:"text"`
	Label        string    `json:"label"`
	Group        string    `json:"group"`
	Tooltip      string    `json:"tooltip"`
	HasDetails   bool      `json:"has_details"`
	DetailsPath  string    `json:"details_path"`
	Illustration *struct{} `json:"illustration"`
	Favicon      string    `json:"favicon"`
}

// detailedStatus is how GitLab shows the status of a pipeline. Nobody is told there who asks, so that details are for
// what everybody may see.
func (q request) detailedStatus(p *world.Pipeline) detailedStatusEntity {
	nobody := front.ProjectStandingOf(front.Nobody, p.Project())
	s := q.PipelineStatus(p, policy.ReadPipeline(policy.Anonymous(), nobody).Allowed)
	return detailedStatusEntity{Icon: s.Icon, Text: s.Text, Label: s.Label, Group: s.Group, Tooltip: s.Tooltip,
		DetailsPath: s.DetailsPath, HasDetails: s.HasDetails, Favicon: "/assets/ci_favicons/" + s.Favicon + ".png"}
}

// pipelineVariableEntity is a variable that a pipeline or a schedule was given (lib/api/entities/ci/variable.rb).
type pipelineVariableEntity struct {
	Type  string `json:"variable_type"`
	Key   string `json:"key"`
	Value string `json:"value"`
	Raw   bool   `json:"raw"`
}

func pipelineVariable(v ci.JobVariable) pipelineVariableEntity {
	e := pipelineVariableEntity{Type: typeEnvVar, Key: v.Key, Value: v.Value, Raw: v.Raw}
	if v.File {
		e.Type = typeFile
	}
	return e
}

// bridgeEntity is a trigger job (lib/api/entities/ci/bridge.rb).
type bridgeEntity struct {
	jobEntity
	Project jobProjectEntity `json:"project"`
	// Downstream is what it has triggered, which here is nothing.
	Downstream *pipelineEntity `json:"downstream_pipeline"`
}

func (q request) bridgeEntity(j *world.Job) bridgeEntity {
	return bridgeEntity{jobEntity: q.jobEntity(j)}
}
