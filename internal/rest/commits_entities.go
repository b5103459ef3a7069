package rest

// What GitLab shows of commits of a repository and of what they changed (lib/api/entities/commit.rb, commit_detail.rb,
// diff.rb).

import (
	"regexp"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// gitTime is a time in the zone in which it was noted, as commits have it.
func gitTime(t time.Time) isoTime { return isoTime(t.Format(isoLocal)) }

const noCommitMessage = "--no commit message"

// gitCommitEntity is a commit as lists show it.
func (q request) gitCommitEntity(c *repository.Commit) commitEntity { return q.commitOf(q.Project, c) }

// commitOf is gitCommitEntity of a commit of any project.
func (q request) commitOf(p *world.Project, c *repository.Commit) commitEntity {
	e := commitEntity{ID: c.ID, ShortID: c.ID[:8], CreatedAt: gitTime(c.Committer.When),
		ParentIDs: listed(c.Parents), Title: c.Title(), Message: c.Message,
		AuthorName: c.Author.Name, AuthorEmail: c.Author.Email, AuthoredDate: gitTime(c.Author.When),
		CommitterName: c.Committer.Name, CommitterEmail: c.Committer.Email, CommittedDate: gitTime(c.Committer.When),
		Trailers: map[string]string{}, WebURL: q.WebURL(p.Path + "/-/commit/" + c.ID)}
	if strings.TrimSpace(c.Message) == "" {
		e.Title, e.Message = noCommitMessage, noCommitMessage
	}
	if q.Has(gitlabversion.ExtendedTrailers) {
		e.ExtendedTrailers = map[string][]string{}
	}
	return e
}

// trailerLine is a line of the last paragraph of a message that says something of the commit.
var trailerLine = regexp.MustCompile(`^([A-Za-z0-9-]+)\s*:\s*(.*)$`)

// withTrailers adds what the last paragraph of the message says of the commit, if it has nothing else in it.
func (q request) withTrailers(c *repository.Commit) commitEntity {
	e := q.gitCommitEntity(c)
	paragraphs := strings.Split(strings.TrimRight(c.Message, "\n"), "\n\n")
	if len(paragraphs) < 2 {
		return e
	}
	all := map[string][]string{}
	for line := range strings.SplitSeq(paragraphs[len(paragraphs)-1], "\n") {
		m := trailerLine.FindStringSubmatch(line)
		if m == nil {
			return e
		}
		all[m[1]] = append(all[m[1]], m[2])
	}
	for key, values := range all {
		e.Trailers[key] = values[len(values)-1]
	}
	if e.ExtendedTrailers != nil {
		e.ExtendedTrailers = all
	}
	return e
}

type commitStats struct {
	Additions int `json:"additions"`
	Deletions int `json:"deletions"`
	Total     int `json:"total"`
}

func (q request) commitStats(c *repository.Commit) *commitStats {
	r := q.Project.Repository
	added, deleted := r.LineCount(r.ChangesOf(c))
	return &commitStats{added, deleted, added + deleted}
}

// commitWithStatsEntity is a commit in a list that asked for its size.
type commitWithStatsEntity struct {
	commitEntity
	Stats *commitStats `json:"stats"`
}

// commitDetailEntity is a commit by itself.
type commitDetailEntity struct {
	commitEntity
	Stats        *commitStats    `json:"stats,omitempty"`
	Status       *string         `json:"status"`
	ProjectID    int             `json:"project_id"`
	LastPipeline *pipelineEntity `json:"last_pipeline"`
}

func (q request) commitDetail(c *repository.Commit) commitDetailEntity {
	e := commitDetailEntity{commitEntity: q.gitCommitEntity(c), ProjectID: q.Project.ID}
	if isTrue(q.Params, "stats") {
		e.Stats = q.commitStats(c)
	}
	if p := q.lastPipelineOf(c); p != nil {
		status := string(p.Status())
		e.Status = &status
		if q.OnProject(q.Project, policy.ReadBuild).Allowed {
			e.LastPipeline = q.pipelineEntity(p)
		}
	}
	return e
}

// lastPipelineOf is the newest pipeline of a commit; nil if it has none.
func (q request) lastPipelineOf(c *repository.Commit) (last *world.Pipeline) {
	for _, p := range q.Project.Pipelines() {
		if p.Commit().SHA == c.ID {
			last = p
		}
	}
	return last
}

// diffEntity is lib/api/entities/diff.rb.
type diffEntity struct {
	Diff          string         `json:"diff"`
	Collapsed     optional[bool] `json:"collapsed,omitzero"`
	TooLarge      optional[bool] `json:"too_large,omitzero"`
	NewPath       string         `json:"new_path"`
	OldPath       string         `json:"old_path"`
	AMode         string         `json:"a_mode"`
	BMode         string         `json:"b_mode"`
	NewFile       bool           `json:"new_file"`
	RenamedFile   bool           `json:"renamed_file"`
	DeletedFile   bool           `json:"deleted_file"`
	GeneratedFile optional[bool] `json:"generated_file,omitzero"`
}

// modeNone is the mode of a file that is not there.
const modeNone = "0"

func (q request) diffEntity(c repository.Change) diffEntity {
	r, no := q.Project.Repository, false
	e := diffEntity{Diff: r.Patch(c), NewPath: c.New.Path, OldPath: c.Old.Path, AMode: string(c.Old.Mode),
		BMode: string(c.New.Mode), NewFile: c.Added(), RenamedFile: c.Renamed, DeletedFile: c.Deleted()}
	if isTrue(q.Params, "unidiff") {
		e.Diff = r.PatchWithNames(c)
	}
	if c.Added() {
		e.AMode = modeNone
	}
	if c.Deleted() {
		e.BMode = modeNone
	}
	if q.Has(gitlabversion.OmittedDiffs) {
		e.Collapsed, e.TooLarge = some(&no), some(&no)
	}
	if q.Has(gitlabversion.GeneratedFiles) {
		e.GeneratedFile = some(&no)
	}
	return e
}
