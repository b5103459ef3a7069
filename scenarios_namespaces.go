package fakegitlab

import (
	"maps"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// namespaces knows what every full path of a scenario names, in lower case: GitLab has one set of paths for users, groups
// and projects.
type namespaces struct {
	kinds    map[string]nameKind
	spelling map[string]string // as the scenario writes it
	bots     map[string]bool   // users that come with a project or group access token; they have no namespace
}

type nameKind string

const (
	noName   nameKind = ""
	aUser    nameKind = "a user"
	aGroup   nameKind = "a group"
	aProject nameKind = "a project"
)

func newNamespaces(s Scenario) namespaces {
	n := namespaces{kinds: map[string]nameKind{}, spelling: map[string]string{}, bots: map[string]bool{}}
	n.add(world.RootUsername, aUser)
	for _, u := range s.Users {
		n.add(u.Username, aUser)
	}
	for _, t := range s.AccessTokens {
		if t.Project != "" || t.Group != "" {
			n.bots[strings.ToLower(t.User)] = true
		}
	}
	for _, g := range s.Groups {
		n.add(g.Path, aGroup)
	}
	for _, p := range s.Projects {
		n.add(p.Path, aProject)
	}
	for _, p := range s.Projects {
		n.addParents(p.Path)
	}
	for _, g := range s.Groups {
		n.addParents(g.Path)
	}
	return n
}

// add keeps the first where two claim a path; the check for duplicates reports the second.
func (n namespaces) add(path string, k nameKind) {
	if lower := strings.ToLower(path); path != "" && n.kinds[lower] == noName {
		n.kinds[lower], n.spelling[lower] = k, path
	}
}

func (n namespaces) addParents(path string) {
	for parent := range world.Ancestors(path) {
		n.add(parent, aGroup)
	}
}

func (n namespaces) kindOf(path string) nameKind { return n.kinds[strings.ToLower(path)] }

func (n namespaces) hasUser(username string) bool {
	return n.kindOf(username) == aUser || n.bots[strings.ToLower(username)]
}

// all are the paths that name one of the kinds, as they are spelled, in order.
func (n namespaces) all(of ...nameKind) []string {
	var found []string
	for _, path := range slices.Sorted(maps.Keys(n.kinds)) {
		if slices.Contains(of, n.kinds[path]) {
			found = append(found, n.spelling[path])
		}
	}
	return found
}
