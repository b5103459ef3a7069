package repository

import (
	"container/heap"
	"iter"
	"regexp"
	"slices"
	"time"
)

// LogOptions say which commits a log has, and in which order.
type LogOptions struct {
	From, Not    []string       // names of commits: those that can be reached from From and from none of Not
	Path         string         // only commits that changed what lies there; "": all
	Since, Until time.Time      // only commits made then or between; zero: no limit
	Author       *regexp.Regexp // what "Name <address>" of the author must match; nil: anything
	FirstParent  bool           // of a merge, only the branch that was merged into
	Topological  bool           // a branch is not mixed with others; else the latest commit comes first
}

// Log yields commits as git log lists them.
func (r *Repository) Log(o LogOptions) iter.Seq[*Commit] {
	return func(yield func(*Commit) bool) {
		hidden := r.Ancestors(o.Not...)
		walk := r.byDate
		if o.Topological {
			walk = r.topologically
		}
		for c := range walk(o, hidden) {
			if o.passes(c) && (o.Path == "" || r.changedAt(c, o)) && !yield(c) {
				return
			}
		}
	}
}

func (o LogOptions) passes(c *Commit) bool {
	made := c.Committer.When
	return (o.Since.IsZero() || !made.Before(o.Since)) && (o.Until.IsZero() || !made.After(o.Until)) &&
		(o.Author == nil || o.Author.MatchString(c.Author.Name+" <"+c.Author.Email+">"))
}

// parentsIn are the parents of a commit that a log goes on with. Where a path counts and a parent has the same there,
// it alone counts, as git simplifies history.
func (r *Repository) parentsIn(c *Commit, o LogOptions) []string {
	parents := c.Parents
	if o.FirstParent && len(parents) > 1 {
		parents = parents[:1]
	}
	if o.Path != "" && len(parents) > 1 {
		for _, id := range parents {
			if p := r.Commit(id); p != nil && r.sameAt(c, p, o.Path) {
				return []string{id}
			}
		}
	}
	return parents
}

func (r *Repository) sameAt(a, b *Commit, path string) bool {
	x, _ := r.FileAt(a.Tree, path)
	y, _ := r.FileAt(b.Tree, path)
	return x == y
}

// changedAt reports whether a commit changed what lies at the path of a log, against all of its parents that count.
func (r *Repository) changedAt(c *Commit, o LogOptions) bool {
	if len(c.Parents) == 0 {
		_, there := r.FileAt(c.Tree, o.Path)
		return there
	}
	return !slices.ContainsFunc(r.parentsIn(c, o), func(id string) bool {
		p := r.Commit(id)
		return p != nil && r.sameAt(c, p, o.Path)
	})
}

// dated are commits on a heap, the latest first; of those made in the same second the one that came first.
type dated struct {
	commits []*Commit
	order   map[*Commit]int
}

func (d *dated) Len() int { return len(d.commits) }

func (d *dated) Less(i, j int) bool {
	a, b := d.commits[i], d.commits[j]
	if !a.Committer.When.Equal(b.Committer.When) {
		return a.Committer.When.After(b.Committer.When)
	}
	return d.order[a] < d.order[b]
}

func (d *dated) Swap(i, j int) { d.commits[i], d.commits[j] = d.commits[j], d.commits[i] }

// Push adds a commit, for container/heap.
func (d *dated) Push(x any) { d.commits = append(d.commits, x.(*Commit)) }

// Pop takes the last commit, for container/heap.
func (d *dated) Pop() any {
	last := d.commits[len(d.commits)-1]
	d.commits = d.commits[:len(d.commits)-1]
	return last
}

// byDate yields commits, the latest first.
func (r *Repository) byDate(o LogOptions, hidden map[string]bool) iter.Seq[*Commit] {
	return func(yield func(*Commit) bool) {
		todo := &dated{order: map[*Commit]int{}}
		see := func(ids []string) {
			for _, id := range ids {
				c := r.Commit(id)
				if c == nil || hidden[id] {
					continue
				}
				if _, seen := todo.order[c]; !seen {
					todo.order[c] = len(todo.order)
					heap.Push(todo, c)
				}
			}
		}
		see(o.From)
		for todo.Len() > 0 {
			c := heap.Pop(todo).(*Commit)
			if !yield(c) {
				return
			}
			see(r.parentsIn(c, o))
		}
	}
}

// topologically yields commits, each before its parents, and one branch after the other.
func (r *Repository) topologically(o LogOptions, hidden map[string]bool) iter.Seq[*Commit] {
	return func(yield func(*Commit) bool) {
		children := map[string]int{}
		for c := range r.byDate(o, hidden) {
			for _, id := range r.parentsIn(c, o) {
				children[id]++
			}
		}
		var ready []string
		for _, id := range slices.Backward(o.From) {
			if children[id] == 0 && !hidden[id] && !slices.Contains(ready, id) {
				ready = append(ready, id)
			}
		}
		for len(ready) > 0 {
			c := r.Commit(ready[len(ready)-1])
			ready = ready[:len(ready)-1]
			if c == nil {
				continue
			}
			if !yield(c) {
				return
			}
			for _, id := range r.parentsIn(c, o) {
				if children[id]--; children[id] == 0 && !hidden[id] {
					ready = append(ready, id)
				}
			}
		}
	}
}

// Ancestors are the names of all commits that can be reached from some, those among them.
func (r *Repository) Ancestors(from ...string) map[string]bool {
	seen := map[string]bool{}
	todo := slices.Clone(from)
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if c := r.Commit(id); c != nil && !seen[id] {
			seen[id] = true
			todo = append(todo, c.Parents...)
		}
	}
	return seen
}

// IsAncestor reports whether a commit can be reached from another, which may be itself: whether a branch that goes from
// the one to the other is moved forward and not by force.
func (r *Repository) IsAncestor(ancestor, of string) bool { return r.Reaching(ancestor)(of) }

// Reaching returns what reports whether a commit, which may be itself, can be reached from another. However many are
// asked about, each commit is looked at once, and none more than it takes.
func (r *Repository) Reaching(commit string) func(from string) bool {
	known := map[string]bool{}
	if r.Commit(commit) != nil {
		known[commit] = true
	}
	return func(from string) bool {
		todo := []string{from}
		for len(todo) > 0 {
			id := todo[len(todo)-1]
			reaches, unknown := known[id], ""
			if c := r.Commit(id); !reaches && c != nil {
				for _, parent := range c.Parents {
					if yes, seen := known[parent]; yes {
						reaches = true
					} else if !seen && unknown == "" {
						unknown = parent
					}
				}
			}
			if !reaches && unknown != "" {
				todo = append(todo, unknown)
				continue
			}
			known[id] = reaches
			todo = todo[:len(todo)-1]
		}
		return known[from]
	}
}

// AncestorsOf is Ancestors of one commit, which are kept until another one is asked about. They are not to be changed.
func (r *Repository) AncestorsOf(commit string) map[string]bool {
	if r.lately.of != commit {
		r.lately.of, r.lately.ancestors = commit, r.Ancestors(commit)
	}
	return r.lately.ancestors
}

// MergeBase is the latest commit that can be reached from the first and from any of the others, and from which no
// better one can be: what git merge-base finds. nil if they have nothing in common.
func (r *Repository) MergeBase(first string, others ...string) *Commit {
	common := r.Ancestors(first)
	theirs := r.Ancestors(others...)
	worse := map[string]bool{}
	var candidates []*Commit
	for c := range r.Log(LogOptions{From: []string{first}}) {
		if theirs[c.ID] && common[c.ID] {
			candidates = append(candidates, c)
			for _, id := range c.Parents {
				worse[id] = true
			}
		}
	}
	for _, c := range candidates {
		if !worse[c.ID] {
			return c
		}
	}
	return nil
}

// LastCommitFor is the latest commit of those that a commit can reach, itself among them, that changed what lies at a
// path; nil if none did.
func (r *Repository) LastCommitFor(commit, path string) *Commit {
	for c := range r.Log(LogOptions{From: []string{commit}, Path: path}) {
		return c
	}
	return nil
}
