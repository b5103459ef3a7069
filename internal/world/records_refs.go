package world

import (
	"slices"
	"time"
)

// ProtectedRef is a rule that protects branches or tags of a project (app/models/protected_branch.rb,
// app/models/protected_tag.rb).
type ProtectedRef struct {
	ID          int
	Project     *Project
	Name        string // of a branch or tag, or a pattern with *
	Tag         bool   // it is for tags; else for branches
	Push, Merge RefAccess
	Keys        []KeyAccess // deploy keys that may what Push may
	KeysAlone   bool        // and no people: Push is NoOne then
	ForcePush   bool
	CreatedAt   time.Time
}

func (r *ProtectedRef) id() int { return r.ID }

// refLevels are GitLab's numbers for them.
var refLevels = map[RefAccess]int{NoOne: 0, DevelopersUp: 30, MaintainersUp: 40, AdminsOnly: 60}

// Level is GitLab's number for the access.
func (a RefAccess) Level() int { return refLevels[a] }

// RefAccessOf is the access of a number; false for a number that is no level.
func RefAccessOf(level int) (RefAccess, bool) {
	for _, a := range RefAccesses {
		if a.Level() == level {
			return a, true
		}
	}
	return "", false
}

// wider is the access of those who have the one or the other.
func (a RefAccess) wider(b RefAccess) RefAccess {
	return RefAccesses[min(slices.Index(RefAccesses, a), slices.Index(RefAccesses, b))]
}

// updating is who may change a ref that the rule is for, by pushing or by merging.
func (r *ProtectedRef) updating() RefAccess {
	if r.Tag {
		return r.Push
	}
	return r.Push.wider(r.Merge)
}

// KeyIDs are the IDs of the deploy keys of the rule; nil for none.
func (r *ProtectedRef) KeyIDs() (ids []int) {
	for _, a := range r.Keys {
		ids = append(ids, a.Key.ID)
	}
	return ids
}
