package repository

import "strings"

// How long a name may be, in bytes, of which git makes a file: a part of it, the last of which has ".lock" behind it
// meanwhile, and all of it. The latter is what Linux allows (PATH_MAX) without what the repository's folder needs, for
// which a GitLab takes about a hundred.
const (
	longestPart = 255
	longestRef  = 4000
	lockSuffix  = ".lock"
)

// TooLong is whether a ref's name is too long for a file: that of the ref itself, or only a folder that it lies in.
func TooLong(ref string) (itself, folder bool) {
	parts := strings.Split(ref, "/")
	last := len(parts) - 1
	for _, part := range parts[:last] {
		folder = folder || len(part) > longestPart
	}
	return len(ref) > longestRef || len(parts[last])+len(lockSuffix) > longestPart, folder
}

func isTooLong(ref string) bool {
	itself, folder := TooLong(ref)
	return itself || folder
}

// InTheWay is a ref that is there and keeps another one from being made: a file and a folder cannot have one name. It
// is the one with the shortest name that is a folder of the other's, or the first of those that lie below it; "" for
// none.
func (r *Repository) InTheWay(ref string) string {
	for i := range len(ref) {
		if ref[i] == '/' && r.refs[ref[:i]] != "" {
			return ref[:i]
		}
	}
	if r.folders[ref+"/"] == 0 {
		return ""
	}
	first := ""
	for name := range r.refs {
		if strings.HasPrefix(name, ref+"/") && (first == "" || name < first) {
			first = name
		}
	}
	return first
}

// countFolders notes in each folder of a ref that so many more lie below it.
func (r *Repository) countFolders(ref string, more int) {
	for i := range len(ref) {
		if ref[i] != '/' {
			continue
		}
		if r.folders[ref[:i+1]] += more; r.folders[ref[:i+1]] == 0 {
			delete(r.folders, ref[:i+1])
		}
	}
}
