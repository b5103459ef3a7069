package front

// Which endpoint of the REST API is at a path, by Grape's rules?

import (
	"slices"
	"strings"
	"sync"
)

// FoundRoutes remember what Lookup found, since clients ask for the same paths again and again, and mux tries regular
// expressions.
type FoundRoutes struct {
	mu    sync.RWMutex
	found map[asked]Found
}

type asked struct{ method, path string }

// mostFoundRoutes is how many are remembered before all are forgotten, longestFound how long a path is at most that is.
const (
	mostFoundRoutes = 1000
	longestFound    = 512
)

// Lookup is Table.Lookup for a path as sent. What is found is shared by all who asked and must not be changed.
func (f *FoundRoutes) Lookup(table *Table, method, path string) Found {
	key := asked{method, path}
	f.mu.RLock()
	known, ok := f.found[key]
	f.mu.RUnlock()
	if ok {
		return known
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	clean, format := APIPath(path)
	found := Found{}
	found.Route, found.Vars = table.Lookup(method, clean, format)
	if found.Route != nil && len(path) <= longestFound {
		found.alone = &pathAlone{}
		if f.found == nil || len(f.found) == mostFoundRoutes {
			f.found = map[asked]Found{}
		}
		f.found[key] = found
	}
	return found
}

// APIPath is the path below /api/v4 as Grape's routes see it: without repeated or final slashes and without a format
// suffix, except in the id of a project or group and in the name of a branch, tag, commit, file or resource group,
// which may have dots. format is the suffix.
func APIPath(path string) (clean, format string) {
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(p string) bool { return p == "" })
	if n := len(parts); n > 0 && !(n == 2 && (parts[0] == "projects" || parts[0] == "groups")) &&
		!(n == 4 && slices.Contains(dottedRules, parts[2])) &&
		!(n == 5 && parts[2] == "repository" && slices.Contains(dotted, parts[3])) {
		parts[n-1], format, _ = strings.Cut(parts[n-1], ".")
	}
	return "/" + strings.Join(parts, "/"), format
}

// dottedRules are the lists whose members are called by a name that may have dots, as that of a branch or tag.
var dottedRules = []string{"protected_branches", "protected_tags", "resource_groups"}

// dotted are the parts of a repository whose names may have dots.
var dotted = []string{"branches", "tags", "commits", "files"}
