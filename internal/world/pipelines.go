package world

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// PipelineByID finds a pipeline; nil if there is none.
func (st *State) PipelineByID(id int) *Pipeline { return st.pipelines[id] }

// KeepsLatest reports whether the artifacts of the latest pipelines of the project outlive their time: both the
// instance and the project must want that (app/models/project_ci_cd_setting.rb, keep_latest_artifacts_available?).
func (st *State) KeepsLatest(p *Project) bool {
	return !isFalse(st.Settings.KeepLatestArtifacts) && !isFalse(p.KeepLatestArtifact)
}

// newerPipelines is what there is of a ref that is newer than a pipeline of it.
type newerPipelines struct{ succeeded, ended bool }

// and adds a pipeline that has a status. One that waits for a person counts as ended (app/models/ci/pipeline.rb,
// UNLOCKABLE_STATUSES).
func (n newerPipelines) and(s JobStatus) newerPipelines {
	return newerPipelines{n.succeeded || s == JobSuccess, n.ended || s.Completed() || s == JobManual}
}

// unlock reports whether a pipeline with a status is no longer locked, because of those that are newer: one that
// succeeded is enough, and in later versions one that ended in any way, unless this is the last that succeeded
// (app/models/ci/ref.rb, app/services/ci/unlock_artifacts_service.rb).
func (st *State) unlock(n newerPipelines, status func() JobStatus) bool {
	return n.succeeded || n.ended && st.Has(gitlabversion.EndedPipelinesUnlock) && status() != JobSuccess
}

// locked reports whether the artifacts of the pipeline outlive their time.
func (st *State) locked(p *Pipeline) bool {
	if !st.KeepsLatest(p.project) {
		return false
	}
	var newer newerPipelines
	ref := p.ref()
	for _, other := range slices.Backward(p.project.pipelines) {
		if other == p || newer.succeeded {
			break
		}
		if other.ref() == ref {
			newer = newer.and(other.Status())
		}
	}
	return !st.unlock(newer, p.Status)
}

// unlocked are the pipelines of a project that are not locked, found in one walk through all of them.
func (st *State) unlocked(p *Project) []*Pipeline {
	if !st.KeepsLatest(p) {
		return p.pipelines
	}
	var found []*Pipeline
	newer := map[gitRef]newerPipelines{}
	for _, pipeline := range slices.Backward(p.pipelines) {
		ref, status := pipeline.ref(), pipeline.Status()
		if st.unlock(newer[ref], func() JobStatus { return status }) {
			found = append(found, pipeline)
		}
		newer[ref] = newer[ref].and(status)
	}
	return found
}

// isFalse reports whether a switch that is on by default has been turned off.
func isFalse(b *bool) bool { return b != nil && !*b }

// removePipeline takes the record of a pipeline without jobs out of the world.
func (st *State) removePipeline(p *Pipeline) {
	st.dropStatuses(p)
	of := p.project
	delete(st.pipelines, p.ID)
	of.pipelines = removeByID(of.pipelines, p)
	p.unlist()
	st.onUndo(func() {
		st.pipelines[p.ID] = p
		of.pipelines = insertByID(of.pipelines, p)
		p.list()
	})
}

// dropStatuses takes the statuses of a pipeline away, which goes.
func (st *State) dropStatuses(p *Pipeline) {
	before := p.reports
	for _, s := range p.Statuses() {
		st.Statuses.remove(s)
		st.onUndo(func() { st.Statuses.insert(s) })
	}
	p.reports = nil
	st.onUndo(func() { p.reports = before })
}
