package world

import (
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// ProtectRef protects what the name of a draft is for. The error is an *Invalid.
func (st *State) ProtectRef(draft ProtectedRef) (*ProtectedRef, error) {
	var v Invalid
	st.checkKeyAccess(&v, draft)
	return st.protectRef(draft, v)
}

// protectRef is ProtectRef with what is known already to be wrong.
func (st *State) protectRef(draft ProtectedRef, v Invalid) (*ProtectedRef, error) {
	if strings.TrimSpace(draft.Name) == "" {
		v.Add(attrName, msgBlank)
	}
	if st.ProtectedRefNamed(draft.Project, draft.Tag, draft.Name) != nil {
		v.Add(attrName, msgAlreadyTaken)
	}
	if err := v.orNil(); err != nil {
		return nil, err
	}
	r := &draft
	r.ID, r.CreatedAt = assignID(st, &st.ProtectedRefs, r.ID), st.Now()
	add(st, &st.ProtectedRefs, r)
	for i := range r.Keys {
		r.Keys[i].ID = st.nextKeyLevel()
	}
	return r, nil
}

// nextKeyLevel is the id of the next level of a key. They have a count of their own: they are no rules, whose ids a
// seed may give.
func (st *State) nextKeyLevel() int {
	before := st.keyLevels
	st.onUndo(func() { st.keyLevels = before })
	st.keyLevels++
	return firstKeyLevelID + before
}

// ProtectedRefNamed is the rule of a project that is called so, be it a pattern; nil for none.
func (st *State) ProtectedRefNamed(p *Project, tag bool, name string) *ProtectedRef {
	for _, r := range st.ProtectedRefsOf(p, tag) {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// AllowForcePush says whether those who may push to a protected branch may do so by force.
func (st *State) AllowForcePush(r *ProtectedRef, allowed bool) {
	before := r.ForcePush
	st.onUndo(func() { r.ForcePush = before })
	r.ForcePush = allowed
}

// OpenRef says who may push to a protected branch, and who may merge into it.
func (st *State) OpenRef(r *ProtectedRef, push, merge RefAccess) {
	before := *r
	st.onUndo(func() { r.Push, r.Merge, r.KeysAlone = before.Push, before.Merge, before.KeysAlone })
	r.KeysAlone = r.KeysAlone && push == r.Push
	r.Push, r.Merge = push, merge
}

// UnprotectRef takes a rule back.
func (st *State) UnprotectRef(r *ProtectedRef) {
	st.ProtectedRefs.remove(r)
	st.onUndo(func() { st.ProtectedRefs.insert(r) })
}

// AddProtectedRef makes a rule of a draft; what is empty in it is GitLab's default. Keys must be the project's,
// unless the rule has an id and so was one before: a key stays in the rules of a project that it is taken from.
func (st *State) AddProtectedRef(draft ProtectedRef, found ...Problem) (*ProtectedRef, error) {
	ps := Problems(found)
	ps.Add("id", freeID(&st.ProtectedRefs, "protected ref", draft.ID))
	if draft.KeysAlone = len(draft.Keys) > 0 && draft.Push == ""; draft.KeysAlone {
		draft.Push = NoOne
	}
	ps.Add("push_access", oneOf("access to protected refs", &draft.Push, MaintainersUp, RefAccesses))
	ps.Add("merge_access", oneOf("access to protected refs", &draft.Merge, MaintainersUp, RefAccesses))
	for i, a := range draft.Keys { // a key without a text stands in for one that was refused
		if len(found) == 0 && draft.ID == 0 && a.Key.Text != "" && st.EnabledKey(draft.Project, a.Key.ID) == nil {
			ps.Addf(datajson.Index("deploy_keys", i), "deploy key %d is not for the project %s: name that among its "+
				"ProjectsWithWriteAccess (projects_with_write_access)", a.Key.ID, draft.Project.Path)
		}
	}
	if len(ps) > 0 {
		return nil, ps
	}
	r, err := st.protectRef(draft, Invalid{})
	ps.Add("", err)
	return r, ps.err()
}

// RefRule is the rule of a project for branches or tags that is called so, for a person.
func (st *State) RefRule(path string, tag bool, name string) (*ProtectedRef, error) {
	p, err := st.ProjectByPath(path)
	if err != nil {
		return nil, err
	}
	if r := st.ProtectedRefNamed(p, tag, name); r != nil {
		return r, nil
	}
	kind := "protected branch"
	if tag {
		kind = "protected tag"
	}
	return nil, Missing(kind, name, NamesOf(st.ProtectedRefsOf(p, tag), func(r *ProtectedRef) string { return r.Name }))
}

// dropProtectedRefs takes all rules of a project back, which goes.
func (st *State) dropProtectedRefs(p *Project) {
	for _, r := range slices.Clone(st.ProtectedRefs.Rows) {
		if r.Project == p {
			st.ProtectedRefs.remove(r)
		}
	}
}

// ProtectedRefsOf are the rules for a project's branches or, if so asked, tags.
func (st *State) ProtectedRefsOf(p *Project, tags bool) []*ProtectedRef {
	return Filtered(st.ProtectedRefs.Rows, func(r *ProtectedRef) bool { return r.Project == p && r.Tag == tags })
}

// RefProtection is who may change the ref of a job, as far as it is protected now, whatever it was when the job was
// made; false if it is not protected. In a project that has no rule for any branch, or for any tag, the job itself
// tells: a world that says nothing of rules says so of its jobs (app/models/project.rb, protected_for?;
// lib/gitlab/user_access.rb, can_update_branch?). It is as a user has it, who may be nil.
func (st *State) RefProtection(u *User, j *Job) (who RefAccess, protected bool) {
	return st.protection(u, j.Project, j.Ref, j.RefIsTag, j.Protected)
}

func (st *State) protection(u *User, p *Project, ref string, tag, otherwise bool) (who RefAccess, protected bool) {
	rules := st.ProtectedRefsOf(p, tag)
	if len(rules) == 0 {
		return MaintainersUp, otherwise
	}
	who = NoOne
	for _, r := range rules {
		if matchesGlob(r.Name, ref) {
			who, protected = who.wider(r.updating()), true
		}
	}
	if st.keyLets(u, p, tag, ref) {
		who = who.wider(DevelopersUp)
	}
	return who, protected
}

// PipelineProtection is RefProtection for the ref of a pipeline.
func (st *State) PipelineProtection(u *User, p *Pipeline) (who RefAccess, protected bool) {
	return st.protection(u, p.project, p.Ref(), p.RefIsTag(), p.Protected())
}

// ProtectionOf is who may change a branch or tag of a project, as far as it is protected and as a user has it, who may
// be nil; false if it is not protected.
func (st *State) ProtectionOf(u *User, p *Project, ref string, tag bool) (who RefAccess, protected bool) {
	return st.protection(u, p, ref, tag, false)
}

// RefRules is what all rules of a project for a branch or a tag say together: a push or a merge is for those whom any
// of them names.
type RefRules struct {
	Protected, ForcePush bool
	Push, Merge          RefAccess // NoOne where no rule is
}

// RefRules are the rules for a branch or a tag as they are now. Without a rule it is not protected.
func (st *State) RefRules(p *Project, tag bool, name string) RefRules {
	all := RefRules{Push: NoOne, Merge: NoOne}
	for _, r := range st.ProtectedRefsOf(p, tag) {
		if matchesGlob(r.Name, name) {
			all = RefRules{true, all.ForcePush || r.ForcePush, all.Push.wider(r.Push), all.Merge.wider(r.Merge)}
		}
	}
	return all
}

// RefRulesFor are the RefRules as a user has them, who may be nil: who made a deploy key may what the key may.
func (st *State) RefRulesFor(u *User, p *Project, tag bool, name string) RefRules {
	all := st.RefRules(p, tag, name)
	if st.keyLets(u, p, tag, name) {
		all.Push = all.Push.wider(DevelopersUp)
	}
	return all
}
