package world

import (
	"errors"
	"regexp"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// PushRefs moves refs of a project's repository for a user, who is nil for nobody, one behind the other, all of them or
// none, and sets off what follows from a push. It is the one way in which refs move, be it by git, REST or a seed.
// Their objects are there already. The error is a *RefRefusal; who may move which ref is for the caller to ask before.
func (st *State) PushRefs(p *Project, user *User, updates []RefUpdate, o PushOptions) error {
	for _, err := range st.CheckRefUpdates(p, updates) {
		if err != nil {
			return err
		}
	}
	var moved []RefUpdate
	wasEmpty := p.Repository.Empty()
	stands := slices.ContainsFunc(updates, func(u RefUpdate) bool { return u.Ref == p.Repository.Head() })
	for _, u := range updates {
		if !stands {
			st.standOn(p, u)
		}
		before := p.Repository.SetRef(u.Ref, u.New)
		st.onUndo(func() { p.Repository.SetRef(u.Ref, before) })
		if before != "" || u.New != repository.ZeroID { // or git's hooks do not hear of it
			moved = append(moved, u)
		}
	}
	if !o.Silent {
		st.afterPush(p, user, moved, o, wasEmpty)
	}
	return nil
}

// CommitDraft is a commit that somebody makes on a branch.
type CommitDraft struct {
	Branch  string // without refs/heads/
	Start   string // the revision that the branch begins at if it is not there, and with Force goes on from; "": HEAD
	Force   bool   // the branch goes on from Start though it is there
	Message string
	// Author and Committer are nil for the user; of the committer the time is When.
	Author, Committer *repository.Signature
	Writes            map[string]repository.Write
	// When is the time of the commit; zero is now. git keeps whole seconds.
	When time.Time
}

// ErrNoStart is the error of a branch that is to begin where nothing is.
var ErrNoStart = errors.New("there is no commit to begin the branch at")

// Commit makes a commit of a project's repository on a branch, by a user, and moves the branch there with PushRefs. In
// an empty repository it is the first commit. A write that cannot be is an error in a sentence for a person. Of a
// commit that is refused nothing stays.
func (st *State) Commit(p *Project, user *User, d CommitDraft,
	o PushOptions) (made *repository.Commit, err error) {
	r := p.Repository
	ref := repository.Branch(d.Branch)
	old := r.Ref(ref)
	from := r.Commit(old)
	if from == nil || d.Force {
		start := d.Start
		if start == "" {
			start = "HEAD"
		}
		if from = r.CommitAt(start); from == nil && (d.Start != "" || !r.Empty()) {
			return nil, ErrNoStart
		}
	}
	if old == "" {
		old = repository.ZeroID
	}
	return st.commitTo(p, user, RefUpdate{Ref: ref, Old: old}, o, func() (*repository.Commit, error) {
		return st.makeCommit(r, user, from, d)
	})
}

// commitTo moves a branch to a commit that is made. Of one that is refused nothing stays.
func (st *State) commitTo(p *Project, user *User, u RefUpdate, o PushOptions,
	makeOne func() (*repository.Commit, error)) (made *repository.Commit, err error) {
	r := p.Repository
	objects := r.Count()
	st.onUndo(func() { r.Forget(objects) })
	r.Try(func() bool {
		if made, err = makeOne(); err == nil {
			u.New = made.ID
			err = st.PushRefs(p, user, []RefUpdate{u}, o)
		}
		return err == nil
	})
	return made, err
}

// ReadmeFile is the file that a new project or its first branch may begin with.
const ReadmeFile = "README.md"

// WriteReadme makes the first commit of a new project, with no more than a README in it, which begins as GitLab's does:
// what that goes on with is advice for people (app/services/projects/create_service.rb, create_readme).
func (st *State) WriteReadme(p *Project, by *User) error {
	text := "# " + p.Name + "\n"
	if p.Description != "" {
		text += "\n" + p.Description + "\n"
	}
	_, err := st.Commit(p, by, CommitDraft{Branch: p.DefaultBranch(), Message: firstMessage,
		Writes: writesOf(map[string]string{ReadmeFile: text})}, PushOptions{})
	return err
}

// makeCommit makes the commit behind another one, which is nil for none. No ref moves.
func (st *State) makeCommit(r *repository.Repository, user *User, from *repository.Commit,
	d CommitDraft) (*repository.Commit, error) {
	c := repository.Commit{Committer: SignatureOf(user, orNow(d.When, st.Now())), Message: d.Message}
	if d.Committer != nil {
		c.Committer.Name, c.Committer.Email = d.Committer.Name, d.Committer.Email
	}
	if c.Author = c.Committer; d.Author != nil {
		c.Author = *d.Author
	}
	tree := ""
	if from != nil {
		tree, c.Parents = from.Tree, []string{from.ID}
	}
	tree, err := r.WriteTree(tree, d.Writes)
	if err != nil {
		return nil, err
	}
	c.Tree = tree
	return r.AddCommit(c), nil
}

// What follows from a push beside its pipelines: the protection of a new default branch, and what webhooks are told
// (app/services/git/base_hooks_service.rb).

const (
	shownCommits = 20 // of a push, to webhooks (lib/gitlab/data_builder/push.rb)
	// maxPushedRefs is how many branches, or tags, that a push makes webhooks are told of, and how many that it moves, and
	// that it deletes (push_event_hooks_limit).
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
	groups := groupPushed(updates)
	for _, alike := range groups {
		if len(alike) > maxPushedRefs {
			continue // GitLab tells nobody then
		}
		for _, u := range alike {
			st.announcePush(p, user, u.RefUpdate)
		}
	}
	for _, u := range updates {
		if name, isTag, _ := repository.ShortName(u.Ref); u.New == repository.ZeroID && !isTag {
			st.stopWithBranch(p, user, name)
		}
	}
	if !o.NoPipelines {
		st.pipelinesOfPush(p, user, slices.Concat(groups...), o)
	}
}

// pushedRef is one of the refs of a push, and which of all of them.
type pushedRef struct {
	RefUpdate
	index int
}

// groupPushed are the refs of a push in the order in which GitLab goes through them, those of which the same becomes
// together: branches, then tags; others are none, but count (lib/gitlab/git_post_receive.rb, parse_changes;
// app/services/git/process_ref_changes_service.rb).
func groupPushed(updates []RefUpdate) (groups [][]pushedRef) {
	type likeness struct{ tag, created, removed bool }
	at := map[likeness]int{}
	for _, tags := range []bool{false, true} {
		for i, u := range updates {
			_, isTag, known := repository.ShortName(u.Ref)
			if !known || isTag != tags {
				continue
			}
			like := likeness{isTag, u.Old == repository.ZeroID, u.New == repository.ZeroID}
			if _, begun := at[like]; !begun {
				at[like] = len(groups)
				groups = append(groups, nil)
			}
			groups[at[like]] = append(groups[at[like]], pushedRef{u, i})
		}
	}
	return groups
}

// announcePush tells those webhooks that want to know of one branch or tag that was pushed.
func (st *State) announcePush(p *Project, user *User, u RefUpdate) {
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
		st.announce(hooks, event, st.ear.writer.PushEvent(st.pushed(p, user, u)))
	}
}

// pushed is what is to be told of a branch or tag. The commits of a new branch are those that the default branch has
// not (app/services/git/branch_hooks_service.rb, threshold_commits).
func (st *State) pushed(p *Project, user *User, u RefUpdate) Pushed {
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
	case u.Ref != r.Head():
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
