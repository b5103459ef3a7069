package world

import (
	"strconv"
)

// ProjectByRef finds a project by number or full path; a name without a slash never matches.
func (st *State) ProjectByRef(ref string) *Project {
	if IsNumber(ref) {
		n, _ := strconv.Atoi(ref)
		return st.Projects.ByID[n]
	}
	return st.ProjectPaths[Key(ref)]
}

func (st *State) GroupByRef(ref string) *Group {
	if IsNumber(ref) {
		n, _ := strconv.Atoi(ref)
		return st.Groups.ByID[n]
	}
	return st.GroupPaths[Key(ref)]
}

// RunnerByToken finds the runner that a living authentication token belongs to.
func (st *State) RunnerByToken(token string) *Runner {
	r := st.RunnerTokens[token]
	if r == nil || !r.TokenExpiresAt.IsZero() && !r.TokenExpiresAt.After(st.Now()) {
		return nil
	}
	return r
}
