package front

// What policy is told of a ref that somebody moves, by git or by the API, and what is said of a move that it refuses.

import (
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// RefChangeOf is what a move of a branch or tag does, as policy knows it; false for a ref that is neither.
func (q *Request) RefChangeOf(p *world.Project, u world.RefUpdate) (c policy.RefChange, ok bool) {
	name, isTag, ok := repository.ShortName(u.Ref)
	if !ok {
		return c, false
	}
	r := p.Repository
	c = policy.RefChange{Name: name, Tag: isTag, Made: u.Old == repository.ZeroID, Gone: u.New == repository.ZeroID,
		Default: name == p.DefaultBranch(), Empty: !isTag && r.Empty(), First: RefAccessOf(q.FirstPush(p))}
	c.Forced = !c.Made && !c.Gone && !r.IsAncestor(r.Peel(u.Old), r.Peel(u.New))
	who := q.RefRulesFor(q.User, p, isTag, name)
	c.Protected, c.Push, c.Merge = who.Protected, RefAccessOf(who.Push), RefAccessOf(who.Merge)
	c.ForceAllowed = who.ForcePush
	if c.Protected && c.Made && !isTag {
		c.OfProtected = q.ofProtected(p, u.New)
	}
	return c, true
}

// ofProtected reports whether a protected branch of a project has a commit.
func (q *Request) ofProtected(p *world.Project, commit string) bool {
	has := p.Repository.Reaching(commit)
	for _, b := range p.Repository.Branches() {
		if q.RefRules(p, false, b.Name).Protected && has(b.ID) {
			return true
		}
	}
	return false
}

// RefTexts is what GitLab says of a move of a ref that policy refuses (lib/gitlab/checks/branch_check.rb, tag_check.rb,
// push_check.rb).
var RefTexts = map[policy.Rule]string{
	policy.ByRefRole:          "You are not allowed to push code to this project.",
	policy.DefaultBranchStays: "The default branch of a project cannot be deleted.",
	policy.BranchLikeCommit:   "You cannot create a branch with a 40-character hexadecimal branch name.",
	policy.TagLikeCommit:      "You cannot create a tag with a SHA-1 or SHA-256 tag name.",
	policy.ProtectedNotForced: "You are not allowed to force push code to a protected branch on this project.",
	policy.ProtectedPush:      "You are not allowed to push code to protected branches on this project.",
	policy.ProtectedFirst:     "You are not allowed to push code to protected branches on this project.",
	policy.ProtectedMade:      "You are not allowed to create protected branches on this project.",
	policy.ProtectedMadeOfCommit: "You can only use an existing protected branch ref as the basis of a new protected " +
		"branch.",
	policy.ProtectedMadeOnPages: "You can only create protected branches using the web interface and API.",
	policy.ProtectedGone: "You are not allowed to delete protected branches from this project. " +
		"Only a project maintainer or owner can delete a protected branch.",
	policy.ProtectedGoneOnPages: "You can only delete protected branches using the web interface.",
	policy.TagLikeDefaultBranch: "You cannot use default branch name to create a tag",
	policy.ProtectedTagChanged:  "Protected tags cannot be updated.",
	policy.ProtectedTagGone: "You are not allowed to delete protected tags from this project. " +
		"Only a project maintainer or owner can delete a protected tag.",
	policy.ProtectedTagGoneOnPage: "You can only delete protected tags using the web interface.",
	policy.ProtectedTagMade:       "You are not allowed to create this tag as it is protected.",
}

// onPages are the rules that hold for git alone: the API may do what they refuse.
var onPages = map[policy.Rule]bool{policy.ProtectedMadeOnPages: true, policy.ProtectedGoneOnPages: true,
	policy.ProtectedTagGoneOnPage: true}

// RefusedRef is what GitLab says of a move of a ref by the API, with the reason; nil if the user may.
func (q *Request) RefusedRef(p *world.Project, u world.RefUpdate) (text, reason string) {
	c, ok := q.RefChangeOf(p, u)
	if !ok {
		return "", ""
	}
	d := policy.PushRef(q.Actor, q.ProjectStanding(p), c)
	if d.Allowed || onPages[d.Rule] {
		return "", ""
	}
	return RefTexts[d.Rule], d.Reason
}
