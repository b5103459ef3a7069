package world

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Groups and projects that people delete in later versions are only marked, and go some time after that
// (app/services/namespaces/mark_for_deletion_base_service.rb).

// deletionDelay is deletion_adjourned_period of a new instance.
const deletionDelay = 30 * 24 * time.Hour

// What is said of what cannot be marked or restored.
const (
	msgGroupMarked      = "Group has been already marked for deletion"
	msgProjectMarked    = "Project has been already marked for deletion"
	msgGroupNotMarked   = "Group has not been marked for deletion"
	msgProjectNotMarked = "Project has not been marked for deletion"
)

// scheduledInfix is what the path and the name of what is marked end with, before its id.
const scheduledInfix = "-deletion_scheduled-"

// ActiveGroup reports whether neither a group nor one above it is marked for deletion.
func ActiveGroup(g *Group) bool {
	for above := range g.Lineage {
		if !above.DeletionMarkedAt.IsZero() {
			return false
		}
	}
	return true
}

// ActiveProject reports whether a project is neither archived nor marked for deletion, nor in a group that is.
func ActiveProject(p *Project) bool {
	return !p.Archived && p.DeletionMarkedAt.IsZero() && ActiveGroup(p.Group)
}

// MarkGroup marks a group for deletion.
func (st *State) MarkGroup(g *Group) error {
	if !g.DeletionMarkedAt.IsZero() {
		return newInvalid(attrBase, msgGroupMarked)
	}
	g.DeletionMarkedAt, g.UpdatedAt = st.Now(), st.Now()
	ending := st.markedEnding(g.ID)
	g.Name += ending
	st.moveGroup(g, g.Path+ending)
	return nil
}

// markedEnding is what name and path of a group or project get at their end when it is marked; "" before versions that
// rename what is marked.
func (st *State) markedEnding(id int) string {
	if !st.Has(gitlabversion.DeletionRenames) {
		return ""
	}
	return fmt.Sprint(scheduledInfix, id)
}

// MarkProject marks a project for deletion.
func (st *State) MarkProject(p *Project) error {
	if !p.DeletionMarkedAt.IsZero() {
		return newInvalid(attrBase, msgProjectMarked)
	}
	p.DeletionMarkedAt, p.UpdatedAt = st.Now(), st.Now()
	ending := st.markedEnding(p.ID)
	p.Name += ending
	st.moveProject(p, p.Path+ending)
	return nil
}

// RestoreGroup takes the mark from a group. If its path has been taken meanwhile, it gets one like it.
func (st *State) RestoreGroup(g *Group) error {
	if g.DeletionMarkedAt.IsZero() {
		return newInvalid(attrBase, msgGroupNotMarked)
	}
	g.DeletionMarkedAt, g.UpdatedAt = time.Time{}, st.Now()
	if name, path, renamed := st.restored(g.ID, g.Name, g.Path); renamed {
		g.Name = name
		st.moveGroup(g, path)
	}
	return nil
}

// RestoreProject takes the mark from a project. If its path has been taken meanwhile, it gets one like it.
func (st *State) RestoreProject(p *Project) error {
	if p.DeletionMarkedAt.IsZero() {
		return newInvalid(attrBase, msgProjectNotMarked)
	}
	p.DeletionMarkedAt, p.UpdatedAt = time.Time{}, st.Now()
	if name, path, renamed := st.restored(p.ID, p.Name, p.Path); renamed {
		p.Name = name
		st.moveProject(p, path)
	}
	return nil
}

// restored are the name and path that something marked for deletion had before, or others like them if the path has
// been taken meanwhile. It is not renamed if the mark has left its path as it was.
func (st *State) restored(id int, name, path string) (oldName, oldPath string, renamed bool) {
	ending := fmt.Sprint(scheduledInfix, id)
	if oldPath, renamed = strings.CutSuffix(path, ending); !renamed {
		return "", "", false
	}
	distinct := st.distinction(oldPath)
	return strings.TrimSuffix(name, ending) + distinct, oldPath + distinct, true
}

// distinction is what has to follow a path so that nobody has it, which is nothing if nobody has it as it is.
func (st *State) distinction(path string) string {
	const letters = 5
	if !st.pathTaken(path, nil) {
		return ""
	}
	return "-" + st.made.hex(restoredPaths, letters)
}

// deleteMarked deletes what was marked so long ago that it is due.
func (st *State) deleteMarked() {
	due := func(markedAt time.Time) bool {
		return !markedAt.IsZero() && !st.Now().Before(markedAt.Add(deletionDelay))
	}
	for _, g := range slices.Clone(st.Groups.Rows) {
		if due(g.DeletionMarkedAt) && st.Groups.ByID(g.ID) == g {
			st.DeleteGroup(g)
		}
	}
	for _, p := range slices.Clone(st.Projects.Rows) {
		if due(p.DeletionMarkedAt) {
			st.DeleteProject(p)
		}
	}
}
