package graphql

// The stages of pipelines and the groups of their jobs (app/graphql/types/ci/stage_type.rb, group_type.rb).

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// stage is one of a pipeline.
type stage struct {
	pipeline *world.Pipeline
	name     string
	shown    *world.Stage // nil: what the pipeline says of it is not known yet
}

// number is that of the stage's first job, as stages have no records here: no other stage has it, and it stays.
func (s stage) number() int {
	i := slices.IndexFunc(s.pipeline.Jobs, func(j *world.Job) bool { return j.Stage == s.name })
	return s.pipeline.Jobs[i].ID
}

// record is what the pipeline says of the stage. One whose jobs were all tried again in other stages is skipped
// (app/models/ci/stage.rb, latest_stage_status).
func (s stage) record() world.Stage {
	if s.shown != nil {
		return *s.shown
	}
	for _, each := range s.pipeline.Stages() {
		if each.Name == s.name {
			return each
		}
	}
	return world.Stage{Name: s.name, Status: world.JobSkipped}
}

// listStages are the stages of a pipeline, in their order (app/graphql/resolvers/ci/pipeline_stages_resolver.rb).
func listStages(_ *call, x *exec, p *world.Pipeline, a args) (any, error) {
	var stages []stage
	for _, s := range p.Stages() {
		stages = append(stages, stage{p, s.Name, &s})
	}
	return byPlace(x, stages, a, anything[stage]), nil
}

func stageRows() rows {
	return rows{
		"detailedStatus": of(func(c *call, s stage) any {
			return shownStatus(c.StageStatus(s.pipeline, s.record()), modelStage, strconv.Itoa(s.number()))
		}),
		"groups": asked(func(_ *call, x *exec, s stage, a args) (any, error) {
			return byPlace(x, groupsOf(s), a, anything[*jobGroup]), nil
		}),
		"id":     of(func(_ *call, s stage) any { return gid(modelStage, s.number()) }),
		"jobs":   asked(listStageJobs),
		"name":   of(func(_ *call, s stage) any { return s.name }),
		"status": of(func(_ *call, s stage) any { return string(s.record().Status) }),
	}
}

// orderOfStatuses is how the jobs of a stage are listed, what has failed first
// (app/models/concerns/ci/has_status.rb, ORDERED_STATUSES).
var orderOfStatuses = []world.JobStatus{world.JobFailed, world.JobPreparing, world.JobPending, world.JobRunning,
	world.JobWaitingForResource, world.JobManual, world.JobScheduled, world.JobCanceling, world.JobCanceled,
	world.JobSuccess, world.JobSkipped, world.JobCreated}

// listStageJobs are the latest jobs of a stage by their status and their name.
func listStageJobs(_ *call, x *exec, s stage, a args) (any, error) {
	jobs := slices.Clone(s.record().Jobs)
	slices.SortStableFunc(jobs, func(a, b *world.Job) int {
		return cmp.Or(slices.Index(orderOfStatuses, a.Status)-slices.Index(orderOfStatuses, b.Status),
			strings.Compare(a.Name, b.Name))
	})
	return byPlace(x, jobs, a, anything[*world.Job]), nil
}

// jobGroup is a job of a stage, or the parts of one that is parallel (app/models/ci/group.rb).
type jobGroup struct {
	stage stage
	name  string
	jobs  []*world.Job
}

func (g *jobGroup) id() string { return fmt.Sprintf("%d-%s", g.stage.number(), g.name) }

// groupsOf are the groups of a stage's latest jobs, in the order of the jobs' names.
func groupsOf(s stage) (groups []*jobGroup) {
	var jobs []sortableJob
	for _, j := range s.record().Jobs {
		jobs = append(jobs, sortable(j))
	}
	slices.SortStableFunc(jobs, sortableJob.compare)
	at := map[string]*jobGroup{}
	for _, j := range jobs {
		name := j.GroupName()
		if at[name] == nil {
			at[name] = &jobGroup{stage: s, name: name}
			groups = append(groups, at[name])
		}
		at[name].jobs = append(at[name].jobs, j.Job)
	}
	return groups
}

// sortableJob is a job with its name as what stands between numbers, and these, so that "job 10" comes after "job 9"
// (app/models/commit_status.rb, sortable_name).
type sortableJob struct {
	*world.Job
	words   []string
	numbers []int
}

var digits = regexp.MustCompile(`\d+`)

func sortable(j *world.Job) sortableJob {
	s := sortableJob{Job: j, words: digits.Split(j.Name, -1)}
	for _, text := range digits.FindAllString(j.Name, -1) {
		n, _ := strconv.Atoi(text)
		s.numbers = append(s.numbers, n)
	}
	return s
}

func (j sortableJob) compare(other sortableJob) int {
	for i := range min(len(j.words), len(other.words)) {
		order := strings.Compare(j.words[i], other.words[i])
		if order == 0 && i < min(len(j.numbers), len(other.numbers)) {
			order = cmp.Compare(j.numbers[i], other.numbers[i])
		}
		if order != 0 {
			return order
		}
	}
	return cmp.Compare(len(j.words), len(other.words))
}

func groupOfJobsRows() rows {
	return rows{
		"detailedStatus": of(func(c *call, g *jobGroup) any {
			s := c.GroupStatus(g.jobs)
			if len(g.jobs) == 1 {
				j := g.jobs[0]
				return shownStatusIn(s, modelOf(j), strconv.Itoa(j.ID), g.id())
			}
			return shownStatus(s, modelGroupOfJobs, g.id())
		}),
		"id": of(func(_ *call, g *jobGroup) any { return g.id() }),
		"jobs": asked(func(_ *call, x *exec, g *jobGroup, a args) (any, error) {
			return byPlace(x, g.jobs, a, anything[*world.Job]), nil
		}),
		"name": of(func(_ *call, g *jobGroup) any { return g.name }),
		"size": of(func(_ *call, g *jobGroup) any { return len(g.jobs) }),
	}
}
