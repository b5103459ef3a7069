package world

import (
	"strconv"
)

// ProjectByRef finds a project by what a URL may name it by, an id or a full path; nil if there is none. A path has its
// namespace before a slash, so the name of a project alone finds nothing.
func (st *State) ProjectByRef(ref string) *Project {
	if IsNumber(ref) {
		n, _ := strconv.Atoi(ref)
		return st.Projects.ByID[n]
	}
	return st.ProjectPaths[Key(ref)]
}

// GroupByRef finds a group by what a URL may name it by, an id or a full path; nil if there is none.
func (st *State) GroupByRef(ref string) *Group {
	if IsNumber(ref) {
		n, _ := strconv.Atoi(ref)
		return st.Groups.ByID[n]
	}
	return st.GroupPaths[Key(ref)]
}

// RunnerByToken finds the runner that has an authentication token; nil if there is none or the token has expired.
func (st *State) RunnerByToken(token string) *Runner {
	r := st.RunnerTokens[token]
	if r == nil || !r.TokenExpiresAt.IsZero() && !r.TokenExpiresAt.After(st.Now()) {
		return nil
	}
	return r
}
