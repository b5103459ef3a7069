package world

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What GitLab's models say of groups and projects that are drafted. They hold some rules at every save (reserved paths,
// lengths, visibility) and others only where the attribute changes (the signs of a name, two special ones
// in a row in a project's path): records that are older than those rules live on as they are, and so does a draft of
// them. A change of them obeys all.

// checkReserved refuses the full path of a group or project of which a part is a word that GitLab keeps for itself.
// Users may have such a name, as "admin": there are some from before it was reserved.
func (st *State) checkReserved(path string) error {
	first, below, _ := strings.Cut(Key(path), "/")
	reserved := ""
	if slices.Contains(topLevelWords, first) && st.UserNames[first] == nil {
		reserved = first
	}
	below = "/" + below + "/"
	for _, word := range wildcardWords {
		if at := strings.Index(below, word); at > 0 && below[at-1] == '/' && below[at+len(word)] == '/' {
			reserved = word
		}
	}
	if reserved == "" {
		return nil
	}
	return fmt.Errorf("%q cannot be: "+msgfReserved, shortened(path), reserved)
}

// checkNameModel checks the name of a group or project; changes is that it had another one before.
func checkNameModel(name string, changes bool, pattern *regexp.Regexp, message string) (ps Problems) {
	if tooLong(&name, maxSegmentLength) {
		ps.Addf("name", "Name %s", msgTooLong(maxSegmentLength))
	}
	if changes && !pattern.MatchString(name) {
		ps.Addf("name", "Name %s", message)
	}
	return ps
}

// checkGroupModel checks what a draft says of a group that is there or not, nil; changed is that it had been said
// before.
func (st *State) checkGroupModel(g, in *Group, changed bool) (ps Problems) {
	ps = checkNameModel(in.Name, changed && in.Name != g.Name, groupNamePattern, msgGroupName)
	if shut := shutAbove(st.groupAbove(in.Path), in.Visibility); shut != nil {
		ps.Addf("visibility", msgfAboveParent+" Make group %q %s, too", in.Visibility, shut.Visibility, shut.Path,
			in.Visibility)
	}
	if g != nil {
		var v Invalid
		v.checkAboveContents(in.Visibility, g)
		ps.Add("", v.orNil())
	}
	return ps
}

// checkProjectModel checks what a draft says of a project that is there or not, nil.
func (st *State) checkProjectModel(p, in *Project) (ps Problems) {
	ps = checkNameModel(in.Name, p != nil && in.Name != p.Name, projectNamePattern, msgProjectName)
	if shut := shutAbove(st.groupAbove(in.Path), in.Visibility); shut != nil {
		ps.Addf("visibility", msgfAboveGroup+" Make group %q %s, too", in.Visibility, shut.Visibility, shut.Path,
			in.Visibility)
	}
	return ps
}

// groupAbove is the nearest group there is above a path; nil for none.
func (st *State) groupAbove(path string) *Group {
	for above := range Ancestors(path) {
		if g := st.GroupPaths[Key(above)]; g != nil {
			return g
		}
	}
	return nil
}

// shutAbove is the nearest group, of one and those above it, that something so visible cannot lie in; nil for none. Of
// a stand-in nothing is known.
func shutAbove(g *Group, level Visibility) *Group {
	for above := range g.Lineage {
		if !above.unshut && above.Visibility != "" && levelOf(level) > levelOf(above.Visibility) {
			return above
		}
	}
	return nil
}

// open makes a group, and those above it, of which nobody has said how visible they are, as visible as what lies in
// them.
func (st *State) open(g *Group, level Visibility) {
	for above := range g.Lineage {
		if before := above.Visibility; above.unshut && before != "" && levelOf(level) > levelOf(before) {
			above.Visibility = level
			st.onUndo(func() { above.Visibility = before })
		}
	}
}
