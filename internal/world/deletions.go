package world

import (
	"fmt"
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// What people delete, and what goes with it. Each of these refuses before it changes anything; what is done cannot
// fail.

// DeleteUser deletes a user with the tokens, memberships and personal projects. Jobs that can be canceled fail, because
// the user is blocked first; others stay, and so do runners, which forget who made them. The only owner of a group
// cannot be deleted (app/services/users/destroy_service.rb; app/models/user.rb, the transition to blocked;
// app/services/ci/drop_pipelines_and_disable_schedules_for_user_service.rb).
func (st *State) DeleteUser(u *User) error {
	switch {
	case u.Username == GhostUsername:
		return fmt.Errorf("%s stands for deleted users", GhostUsername)
	case u.Username == RootUsername:
		return fmt.Errorf("%s is always there: AdminToken and what is made by nobody need it", RootUsername)
	}
	if g := st.soleOwned(u); g != nil {
		return fmt.Errorf("%s is the only owner of group %s, which GitLab asks to delete or to give to somebody first",
			u.Username, g.Path)
	}
	st.eraseOwn(u, false)
	return nil
}

// eraseOwn deletes a user who owns no group, with the personal projects, and contributions too if hard.
func (st *State) eraseOwn(u *User, hard bool) {
	for _, p := range slices.Clone(st.Projects.Rows) {
		if p.Owner == u {
			st.DeleteProject(p)
		}
	}
	st.removeUser(u, hard)
}

// soleOwned is a group without another owner than that user, of its own members or of those above it; nil if there is
// none (app/models/user.rb, solo_owned_groups).
func (st *State) soleOwned(u *User) *Group {
	for _, g := range st.Groups.Rows {
		if g.Roles[u] == Owner && !ownedByOther(g, u) {
			return g
		}
	}
	return nil
}

func ownedByOther(g *Group, u *User) bool {
	for above := range g.Lineage {
		for other, role := range above.Roles {
			if other != u && role == Owner && !other.Bot {
				return true
			}
		}
	}
	return false
}

// removeUser takes a user out who owns nothing. The jobs and pipelines are the ghost's then or, if hard, nobody's.
func (st *State) removeUser(u *User, hard bool) {
	st.dropJobsOf(u)
	st.dropMakerOfKeys(u)
	for _, s := range st.Schedules.Rows {
		if s.Owner == u {
			s.Owner = nil
		}
	}
	st.dropPipelineMakers(func(_ *Project, owner *User) bool { return owner == u })
	for _, j := range st.Jobs.Rows {
		if j.User == u {
			j.User, j.unowned = st.ghost(), hard
		}
	}
	for _, d := range st.Deployments.Rows {
		if d.User == u {
			d.User = nil
		}
	}
	for _, s := range st.Statuses.Rows {
		if s.User == u {
			s.User = nil // GitLab gives the ghost Ci::Build alone (config/gitlab_loose_foreign_keys.yml, p_ci_builds)
		}
	}
	for _, p := range st.pipelines {
		if p.Moves() && p.facts.User == u {
			p.facts.User, p.unowned = st.ghost(), hard
		}
	}
	for _, other := range st.Users.Rows {
		if other.Creator == u {
			other.Creator = nil
		}
	}
	for _, r := range st.Runners.Rows {
		if r.Creator == u {
			r.Creator = nil
		}
	}
	for _, g := range st.Groups.Rows {
		leave(g, u)
		g.forgetInviter(u)
	}
	for _, p := range st.Projects.Rows {
		leave(p, u)
		p.forgetInviter(u)
		if p.Creator == u {
			p.Creator = nil
		}
	}
	st.removeTokens(func(t *AccessToken) bool { return t.User == u })
	maps.DeleteFunc(st.tokenValues, func(_ string, t *AccessToken) bool { return t.User == u }) // those of OAuth
	// What the test was handed comes back with the user at a Reset.
	for value, h := range st.handed {
		if Key(h.username) == Key(u.Username) {
			st.noteGone(value, u)
		}
	}
	delete(st.UserNames, Key(u.Username))
	st.Users.remove(u)
}

// dropJobsOf has the jobs of a user fail that have not ended, because the user is blocked
// (app/services/ci/drop_pipelines_and_disable_schedules_for_user_service.rb).
func (st *State) dropJobsOf(u *User) {
	st.disableSchedulesOf(u)
	for _, j := range slices.Clone(st.Jobs.Rows) {
		if j.User != u {
			continue
		}
		if j.Status.cancelable() {
			_ = st.move(j, eventDrop) // and not Drop: it is not tried again, and webhooks hear of the deployment alone
			j.FailureReason = UserBlockedFailure
			st.followJob(j)
		}
	}
}

// ghost is the user for what is left of deleted users, made when it is first needed.
func (st *State) ghost() *User {
	if u := st.UserNames[GhostUsername]; u != nil {
		return u
	}
	address := "ghost@example.com"
	for n := 1; st.EmailTaken(address, nil); n++ {
		address = fmt.Sprintf("ghost%d@example.com", n)
	}
	u := &User{ID: assignID(st, &st.Users, 0), Username: GhostUsername, Name: "Ghost User", Email: address,
		State: UserActive, CreatedAt: st.Now()}
	st.insertUser(u)
	return u
}

// GoneTokenOf is whose access token went when its user, project or group was deleted; "" for any other value.
func (st *State) GoneTokenOf(value string) string { return st.goneTokens[value] }

func (st *State) noteGone(value string, of *User) {
	if st.goneTokens == nil {
		st.goneTokens = map[string]string{}
	}
	st.goneTokens[value] = of.Username
}

func (st *State) removeTokens(gone func(*AccessToken) bool) {
	for _, t := range slices.Clone(st.Tokens.Rows) {
		if gone(t) {
			st.Tokens.remove(t)
			delete(st.tokenValues, t.Token)
			st.noteGone(t.Token, t.User)
			maps.DeleteFunc(st.namedTokens, func(_ string, named *AccessToken) bool { return named == t })
		}
	}
}

// DeleteProject deletes a project with its jobs, memberships, access tokens and their bots. Runners that serve other
// projects go on with those, the next of which owns them then. Those that served it alone are orphans or, in some
// versions, deleted (app/services/projects/destroy_service.rb,
// app/services/ci/runners/update_project_runners_owner_service.rb).
func (st *State) DeleteProject(p *Project) {
	for _, j := range slices.Clone(p.Jobs) {
		st.removeJob(j)
	}
	for _, pipeline := range slices.Clone(p.pipelines) {
		st.removePipeline(pipeline)
	}
	for _, r := range slices.Clone(p.Runners) {
		st.UnassignRunner(r, p)
		if r.Orphaned() && st.Has(gitlabversion.OrphanedRunnersDeleted) {
			st.DeleteRunner(r)
		}
	}
	st.dropEnvironments(p)
	st.dropGroups(p)
	st.dropProtectedRefs(p)
	st.dropEnabledKeys(p)
	st.dropPipelineMakers(func(q *Project, _ *User) bool { return q == p })
	st.dropAccess(p, nil, p.Roles, p.webhooks)
	st.dropAllowed(Allowed{Project: p})
	if p.Group != nil {
		p.Group.Projects = without(p.Group.Projects, p)
	}
	delete(st.registrationTokens, p.RegistrationToken)
	delete(st.ProjectPaths, Key(p.Path))
	for _, old := range p.OldPaths {
		delete(st.oldPaths, Key(old))
	}
	st.Projects.remove(p)
}

// DeleteGroup deletes a group with all below it, its memberships, access tokens and their bots. Its own runners stay,
// as orphans (app/services/groups/destroy_service.rb; https://gitlab.com/gitlab-org/gitlab/-/merge_requests/176804).
func (st *State) DeleteGroup(g *Group) {
	for _, p := range slices.Clone(g.Projects) {
		st.DeleteProject(p)
	}
	for _, c := range slices.Clone(g.Children) {
		st.DeleteGroup(c)
	}
	for _, r := range slices.Clone(g.runners) {
		r.Group = nil
		st.tick(r)
	}
	st.dropAccess(nil, g, g.Roles, g.webhooks)
	if g.Parent != nil {
		g.Parent.Children = without(g.Parent.Children, g)
	}
	delete(st.registrationTokens, g.RegistrationToken)
	delete(st.GroupPaths, Key(g.Path))
	st.dropShares(g)
	st.dropAllowed(Allowed{Group: g})
	st.Groups.remove(g)
}

// dropAccess takes away what reaches into or out of a project or a group that goes; the other is nil. That is the bots
// among its members, its webhooks, deploy tokens and access tokens, and what grants of other tokens say of it.
func (st *State) dropAccess(p *Project, g *Group, members map[*User]Role, webhooks []*Webhook) {
	st.removeBots(members)
	st.removeWebhooks(webhooks)
	st.dropDeployTokens(p, g)
	st.removeTokens(func(t *AccessToken) bool { return t.Project == p && t.Group == g })
	for _, t := range st.Tokens.Rows {
		for i := range t.Grants {
			grant := &t.Grants[i]
			grant.Projects, grant.Groups = without(grant.Projects, p), without(grant.Groups, g)
		}
	}
}

// removeBots deletes those members of a project or group that are the bots of its access tokens.
func (st *State) removeBots(roles map[*User]Role) {
	for _, u := range slices.SortedFunc(maps.Keys(roles), func(a, b *User) int { return a.ID - b.ID }) {
		if u.Bot {
			st.removeUser(u, false)
		}
	}
}

// removeJob takes a job out of the world, with its log and files; its token is dead at once.
func (st *State) removeJob(j *Job) {
	st.leave(j)
	g, p := st.ResourceGroup(j.Project, j.ResourceGroup), j.Pipeline
	held := g != nil && g.holder == j
	st.onUndo(func() {
		p.join(j)
		st.Jobs.insert(j)
		st.JobTokens[j.Token] = j
		j.Project.Jobs = insertByID(j.Project.Jobs, j)
		if j.Runner != nil {
			j.Runner.Jobs = insertByID(j.Runner.Jobs, j)
		}
		st.enter(j) // and it has the resource again
	})
	if held {
		g.holder = nil
		st.later(chore{kind: choreAssign, group: g})
	}
	if j.Runner != nil {
		j.Runner.Jobs = removeByID(j.Runner.Jobs, j)
	}
	j.Project.Jobs = removeByID(j.Project.Jobs, j)
	st.forgetDeployer(j)
	st.leavePipeline(j)
	delete(st.JobTokens, j.Token)
	st.Jobs.remove(j)
	j.wake()
}

// DeletePipeline deletes a pipeline with its jobs, their logs and files, all of which Atomically takes back
// (app/services/ci/destroy_pipeline_service.rb).
func (st *State) DeletePipeline(p *Pipeline) {
	for _, j := range slices.Clone(p.Jobs) {
		st.removeJob(j)
	}
	if st.pipelines[p.ID] == p { // one whose jobs were added alone is gone with the last of them
		st.removePipeline(p)
	}
	of, before := p.project, p.project.gonePipelines
	at, _ := slices.BinarySearch(before, p.ID)
	of.gonePipelines = slices.Insert(slices.Clone(before), at, p.ID)
	st.onUndo(func() { of.gonePipelines = before })
}
