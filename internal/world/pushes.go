package world

import (
	"regexp"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// What follows from a push beside its pipelines: the protection of a new default branch, and what webhooks are told
// (app/services/git/base_hooks_service.rb).

// Pushed is what webhooks are told of one branch or tag that was pushed.
type Pushed struct {
	Project *Project
	User    *User
	RefUpdate
	Tag bool
	// Commit is the commit that it leads to now; "" if it leads to none.
	Commit  string
	Message *string // of an annotated tag
	// Commits are the last of those that came with it, the oldest first, and Total is how many did.
	Commits   []*repository.Commit
	Total     int
	Protected bool
}

const (
	shownCommits = 20 // of a push, to webhooks (lib/gitlab/data_builder/push.rb)
	// maxPushedRefs is how many branches, or tags, of one push webhooks are told of (push_event_hooks_limit).
	maxPushedRefs = 3
)

// afterPush sets off what follows from a push whose refs have moved. wasEmpty is whether it brought the first branch.
func (st *State) afterPush(p *Project, user *User, updates []RefUpdate, o PushOptions, wasEmpty bool) {
	if user == nil {
		user = st.UserNames[RootUsername]
	}
	if wasEmpty && p.Repository.Ref(p.Repository.Head()) != "" {
		st.protectDefault(p)
	}
	for _, tags := range []bool{false, true} {
		of := Filtered(updates, func(u RefUpdate) bool {
			_, isTag, ok := repository.ShortName(u.Ref)
			return ok && isTag == tags
		})
		if len(of) > maxPushedRefs {
			continue // GitLab tells nobody then
		}
		for _, u := range of {
			st.announcePush(p, user, u, wasEmpty)
		}
	}
	if !o.NoPipelines {
		st.pipelinesOfPush(p, user, updates, o)
	}
}

// announcePush tells those webhooks that want to know of one branch or tag that was pushed.
func (st *State) announcePush(p *Project, user *User, u RefUpdate, wasEmpty bool) {
	if st.ear.writer == nil || st.seeding() {
		return
	}
	name, isTag, _ := repository.ShortName(u.Ref)
	event := PushEvents
	if isTag {
		event = TagPushEvents
	}
	hooks := p.listening(event)
	if !isTag {
		hooks = Filtered(hooks, func(h *Webhook) bool { return h.wantsBranch(name) })
	}
	if len(hooks) > 0 {
		st.announce(hooks, event, st.ear.writer.PushEvent(st.pushed(p, user, u, wasEmpty)))
	}
}

// pushed is what is to be told of a branch or tag.
func (st *State) pushed(p *Project, user *User, u RefUpdate, wasEmpty bool) Pushed {
	name, isTag, _ := repository.ShortName(u.Ref)
	r := p.Repository
	out := Pushed{Project: p, User: user, RefUpdate: u, Tag: isTag, Protected: st.RefRules(p, isTag, name).Protected}
	c := r.Commit(r.Peel(u.New))
	if c == nil {
		return out // it was deleted
	}
	out.Commit = c.ID
	if isTag {
		if t := r.AnnotatedTag(u.New); t != nil {
			out.Message = &t.Message
		}
		out.Commits, out.Total = []*repository.Commit{c}, 1
		return out
	}
	from := repository.LogOptions{From: []string{u.New}}
	switch {
	case u.Old != repository.ZeroID:
		from.Not = []string{u.Old}
	case !wasEmpty && u.Ref != r.Head():
		from.Not = []string{r.Ref(r.Head())}
	}
	for c := range r.Log(from) {
		if out.Total++; len(out.Commits) < shownCommits {
			out.Commits = append(out.Commits, c)
		}
	}
	slices.Reverse(out.Commits)
	return out
}

// wantsBranch reports whether a webhook is told of pushes to a branch (app/models/concerns/web_hooks/hook.rb;
// app/models/hooks/active_hook_filter.rb).
func (h *Webhook) wantsBranch(name string) bool {
	filter := OrEmpty(h.BranchFilter)
	switch {
	case filter == "" || h.BranchFilterStrategy == AllBranches:
		return true
	case h.BranchFilterStrategy == FilterByRegex:
		pattern, err := regexp.Compile(filter)
		return err == nil && pattern.MatchString(name)
	}
	return matchesGlob(filter, name)
}

// testPush is what a test of a webhook tells of a push: the last commits of the default branch; false where there are
// none (lib/gitlab/data_builder/push.rb, build_sample). A test of tags is no other.
func (st *State) testPush(h *Webhook) (body []byte, ok bool) {
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
	user := p.Creator
	if user == nil {
		user = st.UserNames[RootUsername]
	}
	u := RefUpdate{Ref: r.Head(), Old: newest, New: newest}
	out := st.pushed(p, user, u, false)
	for c := range r.Log(repository.LogOptions{From: []string{newest}}) {
		if len(out.Commits) == few {
			break
		}
		out.Commits, out.Old = append(out.Commits, c), c.ID
	}
	out.Total = len(out.Commits)
	slices.Reverse(out.Commits)
	return st.ear.writer.PushEvent(out), true
}
