package world

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// TestNotice is what a user's test of a webhook sends: the last job or pipeline of the project, or of any project in
// the group, or the last commits, as if the user had pushed them. It is nil where there is none.
func (st *State) TestNotice(h *Webhook, event string, by *User) *Notice {
	if st.ear.writer == nil {
		return nil
	}
	if event == PushEvents || event == TagPushEvents {
		body, ok := st.testPush(h, by)
		if !ok {
			return nil
		}
		n := st.notice(h, event, body, st.uuid())
		return &n
	}
	j := st.lastJob(h)
	if j == nil {
		return nil
	}
	body := st.ear.writer.JobEvent(j, j.Status)
	if event == PipelineEvents {
		body = st.ear.writer.PipelineEvent(j.Pipeline)
	}
	n := st.notice(h, event, body, st.uuid())
	return &n
}

// lastJob is the last job of the project, or of the projects of the group, that a webhook is of; nil if there is none.
func (st *State) lastJob(h *Webhook) *Job {
	if h.Project != nil {
		if jobs := h.Project.Jobs; len(jobs) > 0 {
			return jobs[len(jobs)-1]
		}
		return nil
	}
	for _, j := range slices.Backward(st.Jobs.Rows) {
		for g := range j.Project.Group.Lineage {
			if g == h.Group {
				return j
			}
		}
	}
	return nil
}

// testPush is what a user's test of a webhook tells of a push: the last commits of the default branch, unlike those of
// a push the newest first; false where there are none (lib/gitlab/data_builder/push.rb, build_sample). A test of tags
// is no other.
func (st *State) testPush(h *Webhook, by *User) (body []byte, ok bool) {
	p := h.Project
	if p == nil {
		return nil, false
	}
	r := p.Repository
	newest := r.Ref(r.Head())
	if newest == "" {
		return nil, false
	}
	const few = 3
	u := RefUpdate{Ref: r.Head(), Old: newest, New: newest}
	out := st.pushed(p, by, u)
	for c := range r.Log(repository.LogOptions{From: []string{newest}}) {
		if len(out.Commits) == few {
			break
		}
		out.Commits, out.Old = append(out.Commits, c), c.ID
	}
	out.Total = len(out.Commits)
	return st.ear.writer.PushEvent(out), true
}
