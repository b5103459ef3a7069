package world

import (
	"time"
)

// Group is the record of a group or subgroup (app/models/group.rb).
type Group struct {
	ID                         int
	Path, Name                 string // the full path
	Visibility                 Visibility
	RegistrationToken          string
	RegistrationTokensDisabled bool // of a top-level group; it rules all below
	SharedRunnersDisabled      bool
	RunnerTokenExpiration      time.Duration // of its own runners; 0 sets no limit
	CreatedAt                  time.Time

	Parent   *Group
	Children []*Group
	Roles    map[*User]Role
	Projects []*Project
	runners  []*Runner
	implied  bool // made as somebody's parent; AddGroup may still say more of it
}

func (g *Group) id() int { return g.ID }

// Root returns the top-level group above g, or g.
func (g *Group) Root() *Group {
	for g.Parent != nil {
		g = g.Parent
	}
	return g
}

// Lineage yields g and the groups above it.
func (g *Group) Lineage(yield func(*Group) bool) {
	for ; g != nil; g = g.Parent {
		if !yield(g) {
			return
		}
	}
}

// Below yields g, the groups below it and so on.
func (g *Group) Below(yield func(*Group) bool) bool {
	if !yield(g) {
		return false
	}
	for _, c := range g.Children {
		if !c.Below(yield) {
			return false
		}
	}
	return true
}

// FullName is the group's name with those above it.
func (g *Group) FullName() string {
	name := g.Name
	for above := range g.Parent.Lineage {
		name = above.Name + " / " + name
	}
	return name
}

// Project is the record of a project (app/models/project.rb).
type Project struct {
	ID                         int
	Path, Name, Description    string // the full path
	Visibility                 Visibility
	RegistrationToken          string
	RegistrationTokensDisabled bool // runner_registration_enabled=false
	SharedRunnersDisabled      bool
	GroupRunnersDisabled       bool
	Archived                   bool
	RunnerTokenExpiration      time.Duration // of runners assigned to it; 0 sets no limit
	BuildTimeout               time.Duration // 0 is GitLab's default
	GitDepth                   int           // 0 is GitLab's default; a negative number is all
	CreatedAt                  time.Time

	Group     *Group
	Owner     *User // of the personal namespace, when there is no group
	Roles     map[*User]Role
	Runners   []*Runner // assigned project runners, by id
	Jobs      []*Job
	pipelines []*Pipeline // those of its jobs, by id
}

func (p *Project) id() int { return p.ID }

// namespace returns the full path of where the project lives, and its name.
func (p *Project) namespace() (path, name string) {
	if p.Group != nil {
		return p.Group.Path, p.Group.Name
	}
	return p.Owner.Username, p.Owner.Name
}

// FullNamespaceName is the name of a project's namespace with those above it: "Acme / Backend".
func (p *Project) FullNamespaceName() string {
	if p.Group == nil {
		return p.Owner.Name
	}
	return p.Group.FullName()
}
