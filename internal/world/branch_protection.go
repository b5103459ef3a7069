package world

import (
	"encoding/json"
	"slices"
)

// AttrBranchDefaults is who may do what with the default branch of a new project, of a group and of the settings: JSON,
// as it was given. It counts before the level AttrBranchProtection, which stands for one of five of them.
const AttrBranchDefaults = "default_branch_protection_defaults"

// branchProtection is who may do what with the default branch of a new project (lib/gitlab/access/branch_protection.rb,
// default_branch_protection.rb).
type branchProtection struct {
	Push  []branchAccess `json:"allowed_to_push"`
	Merge []branchAccess `json:"allowed_to_merge"`
	Force bool           `json:"allow_force_push"`
	First bool           `json:"developer_can_initial_push"` // developers push it, if it is not there yet
}

type branchAccess struct {
	Level Role `json:"access_level"`
}

// protectionOf is what a level stands for.
func protectionOf(level string) branchProtection {
	developers := []branchAccess{{Developer}}
	var b branchProtection // what is not for developers, too, is for maintainers
	switch level {
	case protectNothing:
		b = branchProtection{Push: developers, Merge: developers, Force: true}
	case protectPartly:
		b.Push = developers
	case protectMerging:
		b.Merge = developers
	case protectAfterFirst:
		b.First = true
	}
	return b
}

// access is who may do what is open to those levels.
func access(levels []branchAccess) RefAccess {
	if slices.Contains(levels, branchAccess{Developer}) {
		return DevelopersUp
	}
	return MaintainersUp
}

// branchProtection is that of the projects in a group or, where there is none, of people's own.
func (st *State) branchProtection(p *Project) branchProtection {
	attribute := st.Settings.Attribute
	if p.Group != nil {
		attribute = p.Group.Attribute
	}
	b := protectionOf(attribute(AttrBranchProtection))
	if text := attribute(AttrBranchDefaults); text != Unset {
		b = branchProtection{}
		_ = json.Unmarshal([]byte(text), &b) // it has been checked
	}
	return b
}

// FirstPush is who makes the first branch of a project that has none: GitLab protects it before it is there
// (app/models/protected_branch.rb).
func (st *State) FirstPush(p *Project) RefAccess {
	b := st.branchProtection(p)
	if b.First {
		return DevelopersUp
	}
	return access(b.Push)
}

// protectDefault protects the default branch of a project once it is there
// (app/services/projects/protect_default_branch_service.rb).
func (st *State) protectDefault(p *Project) {
	b, name := st.branchProtection(p), p.DefaultBranch()
	r := ProtectedRef{Project: p, Name: name, Push: access(b.Push), Merge: access(b.Merge), ForcePush: b.Force}
	open := r.Push == DevelopersUp && r.Merge == DevelopersUp && b.Force
	if open || st.RefRules(p, false, name).Protected {
		return
	}
	_, _ = st.ProtectRef(r) // the name is there, and no rule is for it
}
