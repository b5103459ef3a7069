package world

import (
	"fmt"
	"slices"
	"strings"
)

// Transitions of groups, by the rules of GitLab's models. Each refuses with an *Invalid before it changes anything.

// NewGroup is a group that a request wants.
type NewGroup struct {
	Name, Path  string // the last part of the path
	Parent      *Group // nil at the top
	Visibility  Visibility
	Description string
	Attributes  map[string]string
	Creator     *User // who becomes its Owner
}

// CreateGroup makes a group (app/services/groups/create_service.rb).
func (st *State) CreateGroup(n NewGroup) (*Group, error) {
	var v Invalid
	st.checkGroupNames(&v, nil, n.Parent, n.Name, n.Path)
	st.checkGroupDescription(&v, &n.Description)
	if n.Parent != nil && strings.Count(n.Parent.Path, "/")+1 > maxAncestors {
		v.Add(attrParent, msgNestedTooDeep)
	}
	v.checkBelowParent(n.Visibility, n.Parent)
	if err := v.orNil(); err != nil {
		return nil, err
	}
	st.endOldPaths(childPath(n.Parent, n.Path))
	g := st.newGroup(childPath(n.Parent, n.Path), 0)
	g.Name, g.Visibility, g.Description = n.Name, n.Visibility, n.Description
	g.Attributes = changesOf(GroupAttributes, nil, n.Attributes)
	if n.Parent != nil {
		g.SharedRunnersDisabled = n.Parent.SharedRunnersDisabled
		g.SharedRunnersOverridable = n.Parent.SharedRunnersOverridable
	}
	st.join(g, n.Creator, Owner, Joining{By: n.Creator})
	return g, nil
}

// checkGroupNames holds the name and path of a group, nil for a new one, against the model and its neighbours.
func (st *State) checkGroupNames(v *Invalid, g, parent *Group, name, path string) {
	v.checkGroupName(name, slices.ContainsFunc(st.Groups.Rows, func(other *Group) bool {
		return parent != nil && other != g && other.Parent == parent && other.Name == name
	}))
	st.checkGroupPath(v, path, parent == nil, st.pathTaken(childPath(parent, path), g))
}

// checkBelowParent refuses a visibility above that of the group above.
func (v *Invalid) checkBelowParent(level Visibility, parent *Group) {
	if parent != nil && levelOf(level) > levelOf(parent.Visibility) {
		v.Add(attrVisibility, fmt.Sprintf(msgfAboveParent, level, parent.Visibility))
	}
}

// GroupChange is what a request wants of a group; nil leaves it as it is.
type GroupChange struct {
	Name, Path, Description *string // the last part of the path
	Visibility              *Visibility
	SharedRunners           *string // a word of SharedRunnersSettings
	Attributes              map[string]string
}

// ChangeGroup changes a group (app/services/groups/update_service.rb). What shared_runners_setting is refused for comes
// alone.
func (st *State) ChangeGroup(g *Group, c GroupChange) error {
	if c.SharedRunners != nil {
		if err := checkSharedRunners(g, *c.SharedRunners); err != nil {
			return err
		}
	}
	var v Invalid
	_, last := SplitPath(g.Path)
	name, path, level := orAsIs(c.Name, g.Name), orAsIs(c.Path, last), orAsIs(c.Visibility, g.Visibility)
	if name != g.Name || path != last {
		st.checkGroupNames(&v, g, g.Parent, name, path)
	}
	st.checkGroupDescription(&v, c.Description)
	if level != g.Visibility {
		v.checkBelowParent(level, g.Parent)
		v.checkAboveContents(level, g)
	}
	if err := v.orNil(); err != nil {
		return err
	}
	g.Name, g.Visibility, g.Description = name, level, orAsIs(c.Description, g.Description)
	g.Attributes = changesOf(GroupAttributes, g.Attributes, c.Attributes)
	g.UpdatedAt, g.implied = st.Now(), false
	st.moveGroup(g, childPath(g.Parent, path))
	if c.SharedRunners != nil {
		st.setSharedRunners(g, *c.SharedRunners)
	}
	return nil
}

// orAsIs is what a change gives, or else what there is.
func orAsIs[T any](given *T, is T) T {
	if given == nil {
		return is
	}
	return *given
}

// checkAboveContents refuses a visibility below that of what lies in the group.
func (v *Invalid) checkAboveContents(level Visibility, g *Group) {
	if slices.ContainsFunc(g.Children, func(c *Group) bool { return levelOf(c.Visibility) > levelOf(level) }) {
		v.Add(attrVisibility, fmt.Sprintf(msgfBelowSubgroups, level))
	}
	if slices.ContainsFunc(g.Projects, func(p *Project) bool { return levelOf(p.Visibility) > levelOf(level) }) {
		v.Add(attrVisibility, fmt.Sprintf(msgfBelowProjects, level))
	}
}

// The words of shared_runners_setting, the strictest last (app/models/namespace.rb, SHARED_RUNNERS_SETTINGS).
const (
	SharedRunnersEnabled       = "enabled"
	SharedRunnersOverridable   = "disabled_and_overridable"
	SharedRunnersUnoverridable = "disabled_and_unoverridable"
	// SharedRunnersWithOverride is an old word for SharedRunnersOverridable.
	SharedRunnersWithOverride = "disabled_with_override"
)

// SharedRunnersSettings are the words in GitLab's order, the strictest first.
var SharedRunnersSettings = []string{SharedRunnersUnoverridable, SharedRunnersWithOverride, SharedRunnersOverridable,
	SharedRunnersEnabled}

// SharedRunnersSetting is whether the projects in a group may have instance runners.
func (g *Group) SharedRunnersSetting() string {
	switch {
	case !g.SharedRunnersDisabled:
		return SharedRunnersEnabled
	case g.SharedRunnersOverridable:
		return SharedRunnersOverridable
	}
	return SharedRunnersUnoverridable
}

// stricter reports whether a setting leaves less than another one.
func stricter(a, b string) bool {
	return slices.Index(SharedRunnersSettings, a) < slices.Index(SharedRunnersSettings, b)
}

// checkSharedRunners refuses what the group above does not allow (app/models/namespace.rb,
// changing_shared_runners_enabled_is_allowed and
// changing_allow_descendants_override_disabled_shared_runners_is_allowed).
func checkSharedRunners(g *Group, setting string) error {
	if g.Parent == nil || g.Parent.SharedRunnersSetting() != SharedRunnersUnoverridable {
		return nil
	}
	switch setting {
	case SharedRunnersEnabled:
		return newInvalid(attrSharedRunners, msgSharedRunnersParent)
	case SharedRunnersOverridable, SharedRunnersWithOverride:
		return newInvalid(attrSharedRunners, msgOverrideParent)
	}
	return nil
}

// setSharedRunners changes the setting with what it means for all below: they lose the runners with the group and get
// them back with it (app/services/groups/update_shared_runners_service.rb).
func (st *State) setSharedRunners(g *Group, setting string) {
	before := g.SharedRunnersSetting()
	g.SharedRunnersDisabled, g.SharedRunnersOverridable = false, false
	switch setting {
	case SharedRunnersEnabled:
		for _, c := range g.Children {
			st.setSharedRunners(c, SharedRunnersEnabled)
		}
		for _, p := range g.Projects {
			p.SharedRunnersDisabled = false
		}
	case SharedRunnersUnoverridable:
		g.loseSharedRunners(false)
	default:
		g.SharedRunnersDisabled, g.SharedRunnersOverridable = true, true
		if before == SharedRunnersEnabled {
			g.loseSharedRunners(true)
		}
	}
	st.tickAll()
}

// loseSharedRunners takes the instance runners from the group and all below it, and, unless that may be, from all that
// they be overridden.
func (g *Group) loseSharedRunners(overridable bool) {
	g.SharedRunnersDisabled, g.SharedRunnersOverridable = true, g.SharedRunnersOverridable && overridable
	for _, p := range g.Projects {
		p.SharedRunnersDisabled = true
	}
	for _, c := range g.Children {
		c.loseSharedRunners(overridable)
	}
}

// StaysInGroup refuses to move a group to where it is, which is looked at before anybody's rights. nil is the top.
func StaysInGroup(g, parent *Group) error {
	switch {
	case parent == nil && g.Parent == nil:
		return newInvalid(attrBase, msgAlreadyRoot)
	case parent == g.Parent:
		return newInvalid(attrBase, msgSameParent)
	}
	return nil
}

// TransferGroup moves a group into another one, or to the top where that is nil
// (app/services/groups/transfer_service.rb). by becomes the Owner of what has none at the top.
func (st *State) TransferGroup(g, parent *Group, by *User) error {
	_, last := SplitPath(g.Path)
	if err := StaysInGroup(g, parent); err != nil {
		return err
	}
	if st.pathTaken(childPath(parent, last), g) {
		return newInvalid(attrBase, msgPathTakenInParent)
	}
	for above := range parent.Lineage {
		if above == g {
			return newInvalid(attrBase, msgOwnSubgroup)
		}
	}
	if strings.Count(childPath(parent, last), "/")+g.depth() > maxAncestors {
		return newInvalid(attrBase, fmt.Sprintf(msgfValidationFailed, msgTooDeep))
	}
	st.hang(g, parent)
	st.moveGroup(g, childPath(parent, last))
	g.UpdatedAt = st.Now()
	if parent != nil {
		lowerVisibility(g, parent.Visibility)
		if setting := parent.SharedRunnersSetting(); stricter(setting, g.SharedRunnersSetting()) {
			st.setSharedRunners(g, setting)
		}
	} else if !hasOwner(g) {
		st.join(g, by, Owner, Joining{By: by, CreatedAt: g.UpdatedAt})
	}
	st.tickAll()
	return nil
}

// depth is how many groups lie below one another in the group.
func (g *Group) depth() (deepest int) {
	for _, c := range g.Children {
		deepest = max(deepest, c.depth()+1)
	}
	return deepest
}

// hang takes a group from its parent to another one, nil for the top.
func (st *State) hang(g, parent *Group) {
	if g.Parent != nil {
		g.Parent.Children = without(g.Parent.Children, g)
	}
	if parent != nil {
		parent.Children = append(parent.Children, g)
		parent.implied = false
	}
	g.Parent = parent
}

func hasOwner(g *Group) bool {
	for u, r := range g.Roles {
		if r == Owner && !u.Bot {
			return true
		}
	}
	return false
}

// lowerVisibility makes a group and all below it no more visible than that.
func lowerVisibility(g *Group, most Visibility) {
	g.Visibility = lower(g.Visibility, most)
	for _, p := range g.Projects {
		p.Visibility = lower(p.Visibility, most)
	}
	for _, c := range g.Children {
		lowerVisibility(c, most)
	}
}
