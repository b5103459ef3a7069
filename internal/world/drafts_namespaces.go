package world

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

func checkRole(r Role) error {
	switch {
	case r == 0:
		return Problem{Text: "no role is given", From: []string{""}}
	case !slices.Contains(memberRoles, r):
		return UnknownRole(r)
	}
	return nil
}

// AddMember makes a user a direct member of the group or project at a path, until the day of that time unless it is
// zero. A group that has a member of its own is not there only as somebody's parent.
func (st *State) AddMember(path, username string, r Role, until time.Time) error {
	var ps Problems
	u, err := st.UserByName(username)
	ps.Add("user", err)
	ps.Add("role", checkRole(r))
	s, err := st.sourceAt(path)
	ps.Add("path", err)
	if len(ps) > 0 {
		return ps
	}
	how := s.joinedAs().joined[u]
	how.ExpiresAt = until.UTC().Truncate(24 * time.Hour)
	st.join(s, u, r, how)
	return nil
}

// AddShare invites a group into the group or project at a path, until the day of that time unless it is zero.
func (st *State) AddShare(path, invited string, r Role, until time.Time) (*Share, error) {
	var ps Problems
	s, err := st.sourceAt(path)
	ps.Add("path", err)
	g, err := st.GroupByPath(invited)
	ps.Add("group", err)
	ps.Add("role", checkRole(r))
	if len(ps) > 0 {
		return nil, ps
	}
	d := ShareDraft{Group: g, Role: r, ExpiresAt: until}
	into, isGroup := s.(*Group)
	p, _ := s.(*Project)
	if isGroup {
		before := into.Shares
		st.onUndo(func() { into.Shares = before })
		err = st.ShareGroup(into, d)
	} else {
		before := p.Shares
		st.onUndo(func() { p.Shares = before })
		err = st.ShareProject(p, d)
	}
	if err != nil {
		ps.Addf("group", "%s", err)
		return nil, ps
	}
	return ShareOf(s, g), nil
}

// rolesOf finds the members of a group or project by their usernames.
func (st *State) rolesOf(members map[string]Role) (roles map[*User]Role, ps Problems) {
	roles = make(map[*User]Role, len(members))
	for _, name := range slices.Sorted(maps.Keys(members)) {
		u, err := st.UserByName(name)
		if _, twice := roles[u]; twice && err == nil {
			err = fmt.Errorf("%q is given two roles", u.Username)
		}
		roles[u] = members[name]
		ps.Add(datajson.Field("members", name), err)
		var of Problems
		of.Add(datajson.Field("members", name), checkRole(members[name]))
		ps = append(ps, of.terse()...)
	}
	return roles, ps
}

// DeleteShare takes the invitation of a group into the group or project at a path back.
func (st *State) DeleteShare(path, invited string) error {
	s, err := st.sourceAt(path)
	if err != nil {
		return err
	}
	g, err := st.GroupByPath(invited)
	if err != nil {
		return err
	}
	share := ShareOf(s, g)
	if share == nil {
		return fmt.Errorf("%s is not shared with group %s", path, g.Path)
	}
	if into, isGroup := s.(*Group); isGroup {
		st.UnshareGroup(into, share)
	} else {
		st.UnshareProject(s.(*Project), share)
	}
	return nil
}

func checkVisibility(v *Visibility) error {
	return oneOf("visibility", v, Private, VisibilityLevels)
}

// checkParents refuses a path below what cannot be a parent: a project at all, a user but of projects.
func (st *State) checkParents(path string, project bool) (ps Problems) {
	direct := project
	for parent := range Ancestors(path) {
		switch key := Key(parent); {
		case st.ProjectPaths[key] != nil || st.coming[key]:
			ps.Addf("path", "%q is a project; nothing lies below it", parent)
		case st.UserNames[key] != nil && !direct && st.GroupPaths[key] == nil:
			ps.Addf("path", "%q is a user; users have projects, but no groups", parent)
		}
		direct = false
	}
	return ps
}

// inCommon is what drafts of groups and of projects have in common. What a pointer leads to may be filled in.
type inCommon struct {
	path            string
	name            *string
	visibility      *Visibility
	tokenExpiration time.Duration
	known           []Attribute // the attributes that there are
	attributes      *map[string]string
	roles           *map[*User]Role
}

// checkInCommon checks that part of a draft, fills in what is empty, and finds the members.
func (st *State) checkInCommon(in inCommon, members map[string]Role) (ps Problems) {
	ps.Add("visibility", checkVisibility(in.visibility))
	ps.Add(fieldExpiration, checkExpiration(in.tokenExpiration))
	ps = append(ps, checkAttributes(in.known, *in.attributes)...)
	*in.attributes = changesOf(in.known, nil, *in.attributes)
	if _, last := SplitPath(in.path); *in.name == "" {
		*in.name = last
	}
	var ofMembers Problems
	*in.roles, ofMembers = st.rolesOf(members)
	return append(ps, ofMembers...)
}

func (st *State) checkGroup(in *Group, members map[string]Role) (ps Problems) {
	switch {
	case in.Path == "":
		ps.unset("path", "no path is given")
	case checkNesting(in.Path) != nil:
		ps.Add("path", checkNesting(in.Path))
	default:
		ps.Add("path", checkPath("full path of a group", in.Path, false))
		ps.Add("path", st.checkReserved(in.Path))
	}
	if in.SharedRunnersOverridable && !in.SharedRunnersDisabled {
		ps.addFrom("shared_runners_overridable", errNothingToOverride, "shared_runners_disabled")
	}
	return append(ps, st.checkInCommon(inCommon{in.Path, &in.Name, &in.Visibility, in.RunnerTokenExpiration,
		GroupAttributes, &in.Attributes, &in.Roles}, members)...)
}

// errNothingToOverride is that of a group which says that below it something may be switched on that is on.
var errNothingToOverride = errors.New("nothing is to be overridden where the group has shared runners")

// AddGroup makes a group of a draft, and the parents in its path that do not exist. A group that is there only as
// somebody's parent takes over what the draft says.
func (st *State) AddGroup(in Group, members map[string]Role) (*Group, error) {
	key := Key(in.Path)
	g := st.GroupPaths[key]
	ps := append(st.checkParents(in.Path, false), st.checkGroup(&in, members)...)
	ps = append(ps, checkNameModel(in.Name, false, groupNamePattern, msgGroupName)...)
	switch {
	case g != nil && !g.implied:
		ps.Addf("path", "the path is taken by another group")
	case st.UserNames[key] != nil:
		ps.Addf("path", "%q is a user's namespace", in.Path)
	case st.ProjectPaths[key] != nil:
		ps.Addf("path", "%q is a project", in.Path)
	}
	if g != nil && in.ID == g.ID && g.implied {
		in.ID = 0
	}
	ps.Add("id", freeID(&st.Groups, "group", in.ID))
	ps.Add(fieldRegistrationToken, st.checkRegistrationToken(in.RegistrationToken, ""))
	if len(ps) > 0 {
		st.standInForGroup(in)
		return nil, ps
	}
	if g == nil {
		g = st.newGroup(in.Path, in.ID)
	} else if in.ID != 0 {
		st.renumber(g, in.ID)
	}
	before := *g
	st.onUndo(func() { *g = before })
	st.setGroup(g, in)
	g.implied = false
	return g, nil
}

// EnsureGroup makes the group at a path if it is not there. Where it cannot be, nothing below it can, which says so.
func (st *State) EnsureGroup(path string) {
	if st.GroupPaths[Key(path)] == nil {
		_, _ = st.AddGroup(Group{Path: path}, nil)
	}
}

// renumber gives an implied group the id that it is now said to have.
func (st *State) renumber(g *Group, id int) {
	before := g.ID
	st.Groups.remove(g)
	g.ID = id
	st.Groups.insert(g)
	st.onUndo(func() {
		st.Groups.remove(g)
		g.ID = before
		st.Groups.insert(g)
	})
}

// setGroup stores what a draft says of a group, and keeps or makes up what it does not.
func (st *State) setGroup(g *Group, in Group) {
	in.ID, in.Path, in.CreatedAt = g.ID, g.Path, orNow(in.CreatedAt, g.CreatedAt)
	in.RegistrationToken = st.secret(registrationTokens, cmp.Or(in.RegistrationToken, g.RegistrationToken))
	in.Parent, in.Children, in.Projects, in.runners, in.implied = g.Parent, g.Children, g.Projects, g.runners, g.implied
	in.joinings, in.Shares, in.UpdatedAt = g.joinings.of(in.Roles), g.Shares, g.UpdatedAt
	in.variables = g.variables
	*g = in
	st.indexRegistrationToken(&g.RegistrationToken)
}

// newGroup makes a group with GitLab's defaults, and the parents that do not exist yet. That its path may be a group's
// has been checked.
func (st *State) newGroup(path string, id int) *Group {
	parentPath, last := SplitPath(path)
	var parent *Group
	if parentPath != "" {
		if parent = st.GroupPaths[Key(parentPath)]; parent == nil {
			parent = st.newGroup(parentPath, 0)
			parent.implied = true
		}
		path = parent.Path + "/" + last
	}
	g := &Group{ID: assignID(st, &st.Groups, id), Path: path, Name: last, Visibility: Private,
		RegistrationToken: st.made.token(registrationTokens), CreatedAt: st.Now(), Parent: parent, Roles: map[*User]Role{}}
	if parent != nil {
		parent.Children = append(parent.Children, g)
		st.onUndo(func() { parent.Children = parent.Children[:len(parent.Children)-1] })
	}
	add(st, &st.Groups, g)
	st.endOldPaths(path)
	setKey(st, &st.GroupPaths, Key(path), g)
	st.indexRegistrationToken(&g.RegistrationToken)
	return g
}

// UpdateGroup replaces what is known of a group.
func (st *State) UpdateGroup(g *Group, in Group, members map[string]Role) error {
	if in.ID != g.ID || in.Path != g.Path {
		return errors.New("a group's ID and Path do not change here")
	}
	ps := slices.Concat(st.checkGroup(&in, members),
		checkNameModel(in.Name, in.Name != g.Name, groupNamePattern, msgGroupName))
	ps.Add(fieldRegistrationToken, st.checkRegistrationToken(in.RegistrationToken, g.RegistrationToken))
	if len(ps) > 0 {
		return ps
	}
	st.setGroup(g, in)
	return nil
}

func (st *State) checkProject(in *Project, members map[string]Role) (ps Problems) {
	switch namespace, _ := SplitPath(in.Path); {
	case in.Path == "":
		ps.unset("path", "no path is given")
	case !strings.Contains(in.Path, "/"):
		ps.Addf("path", `%q is no full path of a project, which has a namespace: "acme/shop"`, shortened(in.Path))
	case checkNesting(namespace) != nil:
		ps.Add("path", checkNesting(namespace))
	default:
		ps.Add("path", checkPath("full path of a project", in.Path, true))
		ps.Add("path", st.checkReserved(in.Path))
	}
	ps = append(ps, checkProcessModes(in.ProcessModes)...)
	var ofList Problems
	in.Allowlist, ofList = st.findAllowed(in.Allowlist, in.Path)
	ps = append(ps, ofList...)
	ps.Add("last_deployment_iid", checkID("deployment", in.lastIID))
	if in.BuildTimeout < 0 {
		ps.Addf("build_timeout", "a job cannot time out after %s", in.BuildTimeout)
	}
	return append(ps, st.checkInCommon(inCommon{in.Path, &in.Name, &in.Visibility, in.RunnerTokenExpiration,
		allProjectAttributes, &in.Attributes, &in.Roles}, members)...)
}

// AddProject makes a project of a draft, and the groups in its path that do not exist.
func (st *State) AddProject(p Project, members map[string]Role, found ...Problem) (*Project, error) {
	ps := slices.Concat(found, st.checkParents(p.Path, true), st.checkProject(&p, members),
		checkNameModel(p.Name, false, projectNamePattern, msgProjectName))
	switch key := Key(p.Path); {
	case st.ProjectPaths[key] != nil:
		ps.Addf("path", "the path is taken by another project")
	case st.GroupPaths[key] != nil:
		ps.Addf("path", "the path is taken by a group")
	case st.UserNames[key] != nil:
		ps.Addf("path", "%q is a user's namespace", p.Path)
	}
	for i, old := range p.OldPaths {
		if st.named(Key(old)) || st.oldPaths[Key(old)] != nil {
			ps.Addf(datajson.Index("old_paths", i), "%q leads to something else", shortened(old))
		}
	}
	ps.Add("id", freeID(&st.Projects, "project", p.ID))
	ps.Add(fieldRegistrationToken, st.checkRegistrationToken(p.RegistrationToken, ""))
	if len(ps) > 0 {
		st.standInForProject(p)
		return nil, ps
	}
	namespace, last := SplitPath(p.Path)
	if p.Group = st.GroupPaths[Key(namespace)]; p.Group == nil {
		if p.Owner = st.UserNames[Key(namespace)]; p.Owner == nil {
			p.Group = st.newGroup(namespace, 0)
			p.Group.implied = true
		}
	}
	p.RegistrationToken = st.secret(registrationTokens, p.RegistrationToken)
	p.ID, p.CreatedAt = assignID(st, &st.Projects, p.ID), orNow(p.CreatedAt, st.Now())
	p.Path = p.namespace() + "/" + last
	if g := p.Group; g != nil {
		g.Projects = append(g.Projects, &p)
		st.onUndo(func() { g.Projects = g.Projects[:len(g.Projects)-1] })
	}
	st.beginRepository(&p)
	add(st, &st.Projects, &p)
	st.endOldPaths(p.Path)
	setKey(st, &st.ProjectPaths, Key(p.Path), &p)
	for _, old := range p.OldPaths {
		setKey(st, &st.oldPaths, Key(old), &p)
	}
	st.indexRegistrationToken(&p.RegistrationToken)
	st.groupsOfModes(&p)
	return &p, nil
}

// UpdateProject replaces what is known of a project.
func (st *State) UpdateProject(p *Project, in Project, members map[string]Role, found ...Problem) error {
	if in.ID != p.ID || in.Path != p.Path || !slices.Equal(in.OldPaths, p.OldPaths) {
		return errors.New("a project's ID, Path and OldPaths do not change here")
	}
	ps := slices.Concat(found, st.checkProject(&in, members),
		checkNameModel(in.Name, in.Name != p.Name, projectNamePattern, msgProjectName))
	ps.Add(fieldRegistrationToken, st.checkRegistrationToken(in.RegistrationToken, p.RegistrationToken))
	if len(ps) > 0 {
		return ps
	}
	in.RegistrationToken = st.secret(registrationTokens, cmp.Or(in.RegistrationToken, p.RegistrationToken))
	in.CreatedAt = orNow(in.CreatedAt, p.CreatedAt)
	in.Group, in.Owner, in.Runners, in.Jobs, in.pipelines = p.Group, p.Owner, p.Runners, p.Jobs, p.pipelines
	in.joinings, in.Shares, in.UpdatedAt, in.OldPaths = p.joinings.of(in.Roles), p.Shares, p.UpdatedAt, p.OldPaths
	in.variables, in.Repository, in.root = p.variables, p.Repository, p.root
	above := in.lastIID
	in.webhooks, in.gonePipelines, in.live, in.deploying = p.webhooks, p.gonePipelines, p.live, p.deploying
	in.lastIID = max(in.lastIID, above)
	in.ProcessModes = p.processModesAfter(&in)
	*p = in
	st.groupsOfModes(p)
	st.indexRegistrationToken(&p.RegistrationToken)
	st.tickAll()
	return nil
}
