package world

import (
	"maps"
	"slices"
)

// OwnedRunners are the project runners of every project and the group runners of every group that the caller says is
// owned, by id (app/models/user.rb, ci_owned_runners), and how many more are in those to which the caller belongs.
func (st *State) OwnedRunners(ownsProject func(*Project) Claim, ownsGroup func(*Group) Claim) (owned []*Runner,
	leftOut int) {
	best := map[*Runner]Claim{}
	claimed := func(rs []*Runner, claim Claim) {
		for _, r := range rs {
			if claim > 0 {
				best[r] = max(best[r], claim)
			}
		}
	}
	for _, p := range st.Projects.Rows {
		if len(p.Runners) > 0 {
			claimed(p.Runners, ownsProject(p))
		}
	}
	for _, g := range st.Groups.Rows {
		if len(g.runners) > 0 {
			claimed(g.runners, ownsGroup(g))
		}
	}
	all := len(best)
	maps.DeleteFunc(best, func(_ *Runner, claim Claim) bool { return claim < Owns })
	return sorted(best), all - len(best)
}

// Claim is how far the runners of a project or group are a user's.
type Claim int

// The claims to runners; 0 is none.
const (
	Belongs Claim = 1 // the user has a role there that does not do
	Owns    Claim = 2
)

// InstanceRunners counts the runners of the instance.
func (st *State) InstanceRunners() int { return len(st.instanceWide) }

// sorted are the runners of a set, by id.
func sorted[V any](set map[*Runner]V) []*Runner {
	rs := make([]*Runner, 0, len(set))
	for r := range set {
		rs = append(rs, r)
	}
	slices.SortFunc(rs, func(a, b *Runner) int { return byID(a, b.ID) })
	return rs
}

// RunnersFor are those that can serve something in a group, which is nil in a personal namespace, by id: its own and,
// as wanted, those of g and the groups above it and those of the instance.
func (st *State) RunnersFor(g *Group, own []*Runner, withGroups, withInstance bool) []*Runner {
	rs := slices.Clone(own)
	if withGroups {
		for g := range g.Lineage {
			rs = append(rs, g.runners...)
		}
	}
	if withInstance {
		rs = append(rs, st.instanceWide...)
	}
	slices.SortFunc(rs, func(a, b *Runner) int { return byID(a, b.ID) })
	return rs
}

// RunnersOf are a group's own runners, by id. The list is not to be changed.
func (st *State) RunnersOf(g *Group) []*Runner { return g.runners }

// RunnersWithin are the runners of a group and of all groups and projects below it, by id, each once
// (app/models/ci/runner.rb, belonging_to_group_or_project_descendants).
func (st *State) RunnersWithin(g *Group) []*Runner {
	within := map[*Runner]struct{}{}
	g.Below(func(g *Group) bool {
		for _, r := range g.runners {
			within[r] = struct{}{}
		}
		for _, p := range g.Projects {
			for _, r := range p.Runners {
				within[r] = struct{}{}
			}
		}
		return true
	})
	return sorted(within)
}

// RunnersAround are RunnersWithin with those of the groups above and, if the group uses them, those of the instance,
// by id (app/models/ci/runner.rb, usable_from_scope).
func (st *State) RunnersAround(g *Group) []*Runner {
	return st.RunnersFor(g.Parent, st.RunnersWithin(g), true, !g.SharedRunnersDisabled)
}

// Narrowed are those runners of the instance that may pass a filter, by id, as far as the index knows; all says that
// every one of them does, so that nobody needs to look at each with Filter. The list is not to be changed, and not to
// be kept when the lock is released.
func (st *State) Narrowed(f RunnerFilter) (rows []*Runner, all bool) {
	rows = st.Runners.Rows
	if f.Empty() {
		return rows, true
	}
	if f.Tagged && len(f.Tags) == 0 {
		return nil, true
	}
	x := st.upToDateIndex()
	narrow := func(to []*Runner) {
		if len(to) < len(rows) {
			rows = to
		}
	}
	for _, s := range f.Scopes {
		narrow(x.scopes[slices.Index(RunnerScopes, s)])
	}
	for _, t := range f.Tags {
		narrow(x.tags[t])
	}
	switch {
	case f.VersionPrefix != "":
		return rows, false
	case len(f.Scopes)+len(f.Tags) > 1:
		rows = x.narrowedBySeveral(f, rows, st.Filter(f))
	}
	return rows, true
}

// upToDateIndex is the index, which is made anew if there is none or time has made it wrong.
func (st *State) upToDateIndex() *runnerIndex {
	m := st.moments()
	if st.index == nil || !st.index.holdsAt(m) {
		st.index = &runnerIndex{scopes: make([][]*Runner, len(RunnerScopes)), tags: map[string][]*Runner{}}
		for _, r := range st.Runners.Rows {
			r.indexed = indexEntry{}
			st.index.put(r, m)
		}
	}
	return st.index
}

// reindex tells the index, if there is one, that a runner is new or has changed.
func (st *State) reindex(r *Runner) {
	if st.index != nil {
		st.index.put(r, st.moments())
	}
}

// unindex tells the index, if there is one, that a runner is gone.
func (st *State) unindex(r *Runner) {
	if st.index != nil {
		st.index.move(r, indexEntry{})
	}
}

// JoinedWithVersions are the runners as often as they have managers of the version that f asks for: GitLab joins the
// managers and does not look for repetitions (app/models/ci/runner.rb, with_version_prefix).
func (st *State) JoinedWithVersions(rows []*Runner, f RunnerFilter) []*Runner {
	if f.VersionPrefix == "" {
		return rows
	}
	matches := versionMatcher(f.VersionPrefix)
	var joined []*Runner
	for _, r := range rows {
		for _, m := range r.Managers {
			if matches(m.Version) {
				joined = append(joined, r)
			}
		}
	}
	return joined
}

// Filter returns the test whether a runner passes f now. It does not look at VersionPrefix, for which the rows go
// through JoinedWithVersions first. The clock is read once, however many runners are looked at.
func (st *State) Filter(f RunnerFilter) func(*Runner) bool {
	m := st.moments()
	f.Tags = unrepeated(f.Tags)
	return func(r *Runner) bool {
		for _, s := range f.Scopes {
			if !m.inScope(r, s) {
				return false
			}
		}
		lacks := func(tag string) bool { return !slices.Contains(r.Tags, tag) }
		return !f.Tagged || len(f.Tags) > 0 && !slices.ContainsFunc(f.Tags, lacks)
	}
}

// unrepeated are those tags once each.
func unrepeated(tags []string) []string { return slices.Compact(slices.Sorted(slices.Values(tags))) }
