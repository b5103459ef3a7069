package policy

import "regexp"

// What may be done to a project's code: read as a job, pushed, and pushed to one ref.

// ReadCodeByBuild says whether the job of a member may read the project's code, which is more than what everybody may:
// an administrator who is no member is none here (app/policies/project_policy.rb, build_download_code).
func ReadCodeByBuild(a Actor, s ProjectStanding) Decision {
	d := ReadCode(a, s)
	if !d.Allowed || s.Held >= Guest {
		return d
	}
	if d := ReadCode(Anonymous(), s); d.Allowed {
		return d
	}
	return Decision{Reason: a.Name + ", whose job it is, is no member of " + s.Where}
}

// PushCode says whether the actor may push to the project at all: as a Developer, while it is not archived
// (app/policies/project_policy.rb).
func PushCode(a Actor, s ProjectStanding) Decision {
	if s.Archived {
		return Decision{Reason: s.Where + " is archived"}
	}
	if d := UseFeature(a, s, s.Code, featureCode); !d.Allowed {
		return d
	}
	return s.atLeast(a, Developer, false)
}

// PushCodeByBuild says whether a job's token may push: to its own project, where the project lets it and the user of
// the job may push (app/policies/project_policy.rb, build_push_code).
func PushCodeByBuild(a Actor, s ProjectStanding, t JobToken, lets bool) Decision {
	switch {
	case !t.SameProject:
		return Decision{Reason: "a job's token pushes to no other project than its own, " + t.Project}
	case !lets:
		return Decision{Reason: "ci_push_repository_for_job_token_allowed of " + s.Where + " is off"}
	}
	return PushCode(a, s)
}

// RefAccess is who may do something to a protected ref.
type RefAccess struct {
	// Least is the least role of those who may, among whom administrators are.
	Least Role
	// Nobody may, not even administrators.
	Nobody bool
}

func (r RefAccess) allows(a Actor, s ProjectStanding) bool {
	return !r.Nobody && PushCode(a, s).Allowed && s.atLeast(a, r.Least, false).Allowed
}

// RefChange is what a push does to one branch or tag.
type RefChange struct {
	Name   string // without refs/heads/ or refs/tags/
	Tag    bool
	Made   bool // it was not there
	Gone   bool // it is deleted
	Forced bool // what it led to is no part of its history any more
	// Default is whether it is the project's default branch or, of a tag, called like that.
	Default bool
	// Protected is whether a rule protects it; Push, Merge and ForceAllowed are what the rules for it say.
	Protected    bool
	Push, Merge  RefAccess // of a tag Push is who may make it
	ForceAllowed bool
	// Empty is whether the project has no branch yet, and First who may make the first one then.
	Empty bool
	First RefAccess
	// OfProtected is whether a protected branch has the commit already that the new branch begins at.
	OfProtected bool
}

// The rules of a push, in the order in which they are asked (lib/gitlab/checks/branch_check.rb, tag_check.rb).
const (
	ByRefRole              Rule = iota + 100 // who pushes no code at all
	DefaultBranchStays                       // the default branch is not deleted
	BranchLikeCommit                         // a branch is not called like a commit
	TagLikeCommit                            // nor is a tag
	ProtectedNotForced                       // no force push to a protected branch
	ProtectedPush                            // a protected branch is for those whom its rules name
	ProtectedFirst                           // so is the first branch of a project
	ProtectedMade                            // and who may make one
	ProtectedMadeOfCommit                    // those who may only merge begin it at a protected branch
	ProtectedMadeOnPages                     // and not with git
	ProtectedGone                            // who may delete a protected branch
	ProtectedGoneOnPages                     // and not with git
	TagLikeDefaultBranch                     // a tag is not called like the default branch
	ProtectedTagChanged                      // a protected tag stays what it is
	ProtectedTagGone                         // who may delete a protected tag
	ProtectedTagGoneOnPage                   // and not with git
	ProtectedTagMade                         // who may make one
)

// PushRef says whether the actor may make a change of a ref with git (lib/gitlab/checks/single_change_access.rb).
func PushRef(a Actor, s ProjectStanding, c RefChange) Decision {
	if d := PushCode(a, s); !d.Allowed {
		d.Rule = ByRefRole
		return d
	}
	if c.Tag {
		return pushTag(a, s, c)
	}
	return pushBranch(a, s, c)
}

func pushBranch(a Actor, s ProjectStanding, c RefChange) Decision {
	refuse := func(r Rule, why string) Decision {
		return Decision{Reason: "the branch " + c.Name + " of " + s.Where + " " + why, Rule: r}
	}
	protected := c.Protected || c.Empty && c.First.Least > Developer
	switch {
	case c.Gone && c.Default:
		return refuse(DefaultBranchStays, "is the default branch")
	case !c.Gone && branchLikeCommit.MatchString(c.Name):
		return refuse(BranchLikeCommit, "is called like a commit")
	case !protected:
		return allowed
	case c.Forced && !c.ForceAllowed:
		return refuse(ProtectedNotForced, "is protected from force pushes")
	case c.Empty && c.First.allows(a, s):
		return allowed
	case c.Empty && !c.Protected:
		return refuse(ProtectedFirst, "would be the first one, which "+s.least(c.First)+" makes")
	case c.Gone:
		if d := MaintainerAccess(a, s); !d.Allowed {
			return refuse(ProtectedGone, "is protected, and "+d.Reason)
		}
		return refuse(ProtectedGoneOnPages, "is protected; it is deleted with the API or in the browser")
	case c.Push.allows(a, s):
		return allowed
	case !c.Made:
		return refuse(ProtectedPush, "is protected: "+s.least(c.Push)+" pushes to it")
	case !c.Merge.allows(a, s):
		return refuse(ProtectedMade, "is protected: "+s.least(c.Push)+" makes it")
	case !c.OfProtected:
		return refuse(ProtectedMadeOfCommit, "is protected, and no protected branch has its commit")
	}
	return refuse(ProtectedMadeOnPages, "is protected; who may only merge makes it with the API or in the browser")
}

func pushTag(a Actor, s ProjectStanding, c RefChange) Decision {
	refuse := func(r Rule, why string) Decision {
		return Decision{Reason: "the tag " + c.Name + " of " + s.Where + " " + why, Rule: r}
	}
	switch maintains := MaintainerAccess(a, s); {
	case c.Made && c.Default:
		return refuse(TagLikeDefaultBranch, "is called like the default branch")
	case !c.Gone && tagLikeCommit.MatchString(c.Name):
		return refuse(TagLikeCommit, "is called like a commit")
	case !c.Protected:
		return allowed
	case !c.Made && !c.Gone:
		return refuse(ProtectedTagChanged, "is protected")
	case c.Gone && !maintains.Allowed:
		return refuse(ProtectedTagGone, "is protected, and "+maintains.Reason)
	case c.Gone:
		return refuse(ProtectedTagGoneOnPage, "is protected; it is deleted with the API or in the browser")
	case !c.Push.allows(a, s):
		return refuse(ProtectedTagMade, "is protected: "+s.least(c.Push)+" makes it")
	}
	return allowed
}

// least says who may do what is protected.
func (s ProjectStanding) least(r RefAccess) string {
	switch {
	case r.Nobody:
		return "nobody"
	case r.Least >= Noone:
		return "an administrator"
	}
	return "a " + r.Least.String()
}

// Names like those of commits: a branch is called so with nothing or a slash behind it, a tag with anything.
var (
	branchLikeCommit = regexp.MustCompile(`^[0-9a-fA-F]{40}(-?/|$)`)
	tagLikeCommit    = regexp.MustCompile(`^[0-9a-f]{40}`)
)
