package world

import (
	"slices"
	"strings"
)

// Where groups and projects are found, and where they were (app/models/route.rb, app/models/redirect_route.rb). A path
// that a project had leads to it until another project, a group or a user takes that path or one above it.

// MovedProject is the project that had a path and has another one now; nil if none had.
func (st *State) MovedProject(path string) *Project { return st.oldPaths[Key(path)] }

// pathTaken reports whether a user has a path, or a group or project other than but, the one that is to have it.
func (st *State) pathTaken(path string, but Row) bool {
	key := Key(path)
	g, isGroup := st.GroupPaths[key]
	p, isProject := st.ProjectPaths[key]
	return st.UserNames[key] != nil || isGroup && Row(g) != but || isProject && Row(p) != but
}

// childPath is the full path of something in a group; nil is the top.
func childPath(parent *Group, last string) string {
	if parent == nil {
		return last
	}
	return parent.Path + "/" + last
}

// endOldPaths ends the ways that lead from a path, or from below it, to projects that have moved away.
func (st *State) endOldPaths(path string) {
	key := Key(path)
	for old, p := range st.oldPaths {
		if old == key || strings.HasPrefix(old, key+"/") {
			st.forgetOldPath(old, p)
		}
	}
}

func (st *State) forgetOldPath(key string, p *Project) {
	before := p.OldPaths
	p.OldPaths = slices.DeleteFunc(slices.Clone(before), func(old string) bool { return Key(old) == key })
	delete(st.oldPaths, key)
	st.onUndo(func() { p.OldPaths, st.oldPaths[key] = before, p })
}

// moveProject gives a project another full path.
func (st *State) moveProject(p *Project, path string) {
	was := p.Path
	p.Path = path
	if Key(was) == Key(path) {
		return
	}
	st.endOldPaths(path)
	delete(st.ProjectPaths, Key(was))
	st.ProjectPaths[Key(path)] = p
	p.OldPaths = append(p.OldPaths, was)
	put(&st.oldPaths, Key(was), p)
}

// moveGroup gives a group another full path, and all below it. One that differs in upper and lower case alone ends ways
// from below it, too (app/models/route.rb, delete_conflicting_redirects).
func (st *State) moveGroup(g *Group, path string) {
	was := g.Path
	if was == path {
		return
	}
	g.Path = path
	st.endOldPaths(path)
	delete(st.GroupPaths, Key(was))
	st.GroupPaths[Key(path)] = g
	for _, p := range g.Projects {
		_, last := SplitPath(p.Path)
		st.moveProject(p, childPath(g, last))
	}
	for _, c := range g.Children {
		_, last := SplitPath(c.Path)
		st.moveGroup(c, childPath(g, last))
	}
}
