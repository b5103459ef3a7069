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
}

// number is that of the stage's first job, as stages have no records here: no other stage has it, and it stays.
func (s stage) number() int {
	i := slices.IndexFunc(s.pipeline.Jobs, func(j *world.Job) bool { return j.Stage == s.name })
	return s.pipeline.Jobs[i].ID
}

// record is what the pipeline says of the stage.
func (s stage) record() world.Stage {
	stages := s.pipeline.Stages()
	return stages[slices.IndexFunc(stages, func(of world.Stage) bool { return of.Name == s.name })]
}

// listStages are the stages of a pipeline, in their order (app/graphql/resolvers/ci/pipeline_stages_resolver.rb).
func listStages(_ *call, x *exec, p *world.Pipeline, a args) (any, error) {
	var stages []stage
	for _, s := range p.Stages() {
		stages = append(stages, stage{p, s.Name})
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
	jobs := slices.Clone(s.record().Jobs)
	slices.SortStableFunc(jobs, func(a, b *world.Job) int { return compareNames(a.Name, b.Name) })
	for _, j := range jobs {
		name := j.GroupName()
		i := slices.IndexFunc(groups, func(g *jobGroup) bool { return g.name == name })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &jobGroup{stage: s, name: name})
		}
		groups[i].jobs = append(groups[i].jobs, j)
	}
	return groups
}

var digits = regexp.MustCompile(`\d+`)

// compareNames compares names so that "job 10" comes after "job 9" (app/models/commit_status.rb, sortable_name).
func compareNames(a, b string) int {
	words, otherWords := digits.Split(a, -1), digits.Split(b, -1)
	numbers, otherNumbers := digits.FindAllString(a, -1), digits.FindAllString(b, -1)
	for i := range min(len(words), len(otherWords)) {
		if order := strings.Compare(words[i], otherWords[i]); order != 0 {
			return order
		}
		if i < min(len(numbers), len(otherNumbers)) {
			m, _ := strconv.Atoi(numbers[i])
			n, _ := strconv.Atoi(otherNumbers[i])
			if m != n {
				return cmp.Compare(m, n)
			}
		}
	}
	return cmp.Compare(len(words), len(otherWords))
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
