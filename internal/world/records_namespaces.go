package world

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// Group is the record of a group or subgroup (app/models/group.rb).
type Group struct {
	ID                         int
	Path, Name                 string // the full path; the name alone, without those above
	Visibility                 Visibility
	RegistrationToken          string
	RegistrationTokensDisabled bool // counts in a top-level group, for all groups and projects below
	SharedRunnersDisabled      bool
	SharedRunnersOverridable   bool          // though disabled, what is directly below may have them
	RunnerTokenExpiration      time.Duration // of its own runners; 0 sets no limit
	Description                string
	Attributes                 map[string]string // of GroupAttributes, those that are not as in a new group
	CreatedAt                  time.Time
	UpdatedAt                  time.Time // when a request last changed it; zero: never
	DeletionMarkedAt           time.Time // zero: nobody has deleted it

	Parent    *Group // nil at the top
	Children  []*Group
	Roles     map[*User]Role // of its direct members
	joinings                 // of them
	Shares    []*Share       // the groups whose members it has invited, the first invited first
	Projects  []*Project     // directly in it
	variables []*Variable    // oldest first
	runners   []*Runner      // its own, by id
	webhooks  []*Webhook     // its own, by id
	implied   bool           // made as somebody's parent; AddGroup may still say more of it
}

func (g *Group) id() int { return g.ID }

// Root returns the top-level group that g lies in, which may be g itself.
func (g *Group) Root() *Group {
	for g.Parent != nil {
		g = g.Parent
	}
	return g
}

// Lineage yields g and the groups above it, the nearest first; nothing for nil. It is a range function.
func (g *Group) Lineage(yield func(*Group) bool) {
	for ; g != nil; g = g.Parent {
		if !yield(g) {
			return
		}
	}
}

// Below yields g and all groups below it, and reports whether yield never asked to stop.
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

// FullName is the group's name after those of the groups above it: "Acme / Backend".
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
	Path, Name, Description    string // the full path; the name alone
	Visibility                 Visibility
	RegistrationToken          string
	RegistrationTokensDisabled bool // runner_registration_enabled=false
	SharedRunnersDisabled      bool
	GroupRunnersDisabled       bool
	Archived                   bool
	RunnerTokenExpiration      time.Duration          // of runners assigned to it; 0 sets no limit
	BuildTimeout               time.Duration          // 0 is GitLab's default
	GitDepth                   int                    // 0 is GitLab's default; a negative number is all
	KeepLatestArtifact         *bool                  // keep_latest_artifact; nil is true
	Attributes                 map[string]string      // of projects, those that are not as in a new one
	ProcessModes               map[string]ProcessMode // of its resource groups, by their keys
	OldPaths                   []string               // paths that it had; they lead to it until another has them
	CreatedAt                  time.Time
	UpdatedAt                  time.Time // when a request last changed it; zero: never
	DeletionMarkedAt           time.Time // zero: nobody has deleted it
	Allowlist                  []Allowed // whose jobs' tokens reach it beside those of its own, the first allowed first

	Group     *Group         // nil in a personal namespace
	Owner     *User          // whose personal namespace it lies in; nil in a group
	Creator   *User          // nil when nobody is known to have made it
	Roles     map[*User]Role // of its direct members
	joinings                 // of them
	Shares    []*Share       // the groups whose members it has invited, the first invited first
	Runners   []*Runner      // assigned project runners, by id
	Jobs      []*Job         // by id
	pipelines []*Pipeline    // by id
	// live are those that move by themselves and have not ended, nor wait for a person alone, by their ref and id: a newer
	// one of the ref may make them redundant.
	live map[string][]*Pipeline
	// gonePipelines are the ids of those that were deleted, in order: an IID is not given twice.
	gonePipelines []int
	deploying
	webhooks  []*Webhook  // its own, by id
	variables []*Variable // oldest first
	// Repository is what is in its git repository, which is never nil; of a new project it is empty.
	Repository *repository.Repository
	root       *User // who makes its first commit if nobody is known to have made the project
}

func (p *Project) id() int { return p.ID }

// Pipelines are those of the project's jobs, by id. The list is not to be changed.
func (p *Project) Pipelines() []*Pipeline { return p.pipelines }

// What a new project is given (app/models/project_ci_cd_setting.rb and db/structure.sql).
const (
	defaultBuildTimeout = time.Hour
	defaultGitDepth     = 20 // commits
)

// JobTimeout is how long a job of the project may run that says nothing of it.
func (p *Project) JobTimeout() time.Duration {
	if p.BuildTimeout > 0 {
		return p.BuildTimeout
	}
	return defaultBuildTimeout
}

// Depth is how many commits its jobs fetch; 0 is all.
func (p *Project) Depth() int {
	if p.GitDepth == 0 {
		return defaultGitDepth
	}
	return max(p.GitDepth, 0)
}

// namespace is the full path of the group or user that the project lies in.
func (p *Project) namespace() string {
	if p.Group != nil {
		return p.Group.Path
	}
	return p.Owner.Username
}

// FullNamespaceName is the FullName of the project's group, or the name of the user whose namespace it lies in.
func (p *Project) FullNamespaceName() string {
	if p.Group == nil {
		return p.Owner.Name
	}
	return p.Group.FullName()
}

// NamespaceID is the id of the group or user that the project is in.
func (p *Project) NamespaceID() int {
	if p.Group != nil {
		return p.Group.ID
	}
	return p.Owner.ID
}

// BuildsDisabled is whether nobody has the project's jobs, and no runner gets them.
func (p *Project) BuildsDisabled() bool { return p.Attributes[AttrBuildsAccess] == FeatureDisabled }

// HasRegistry is whether the project has a place in the container registry, where there is one.
func (p *Project) HasRegistry() bool { return p.Attributes[attrRegistryAccess] != FeatureDisabled }

// ShareLocked is whether the group, or one above it, keeps its projects from being shared: the lock goes down
// (app/models/namespace.rb, force_share_with_group_lock_on_descendants).
func (g *Group) ShareLocked() bool {
	for g := range g.Lineage {
		if g.Attributes[AttrShareLock] == "true" {
			return true
		}
	}
	return false
}
