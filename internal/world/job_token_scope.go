package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Allowed is what the allowlist of a project has on it: another project, or a group with all that is in it. The tokens
// of their jobs reach the project (app/models/ci/job_token/allowlist.rb).
type Allowed struct {
	Project *Project
	Group   *Group // if Project is nil
	path    string // of what is sought yet
}

// AllowedAt is the draft of an allowlist, of full paths.
func AllowedAt(paths []string) (draft []Allowed) {
	for _, path := range paths {
		draft = append(draft, Allowed{path: path})
	}
	return draft
}

// AllowedPaths are the full paths of what is on the project's allowlist.
func (p *Project) AllowedPaths() (paths []string) {
	for _, a := range p.Allowlist {
		paths = append(paths, a.at())
	}
	return paths
}

func (a Allowed) at() string {
	switch {
	case a.Project != nil:
		return a.Project.Path
	case a.Group != nil:
		return a.Group.Path
	}
	return a.path
}

// findAllowed finds what the draft of an allowlist of the project at a path names. What comes later in the same seed is
// found at the seed's end.
func (st *State) findAllowed(draft []Allowed, of string) (list []Allowed, ps Problems) {
	seen := map[string]bool{}
	for i, a := range draft {
		at, key := datajson.Index("job_token_allowlist", i), Key(a.path)
		switch found := st.allowedAt(a.path); {
		case key == Key(of):
			ps.Addf(at, "%s is the project itself, whose jobs always reach it", a.path)
		case seen[key]:
			ps.Addf(at, "%s is on the list twice", a.path)
		case found == Allowed{} && !st.coming[key]:
			ps.Add(at, st.noneAt("group or project", a.path, st.allowable))
		case found == Allowed{}:
			list = append(list, a)
		default:
			list = append(list, found)
		}
		seen[key] = true
	}
	return list, ps
}

// allowable are the paths of what may be on an allowlist, also of what comes later in the same seed.
func (st *State) allowable() []string {
	names := slices.Concat(st.groupPaths(), st.projectPaths())
	for key := range st.coming {
		if st.ProjectPaths[key] == nil {
			names = append(names, key)
		}
	}
	return inOrder(names)
}

// allowedAt is the project or group at a path; the zero Allowed if there is none.
func (st *State) allowedAt(path string) Allowed {
	if p := st.ProjectPaths[Key(path)]; p != nil {
		return Allowed{Project: p}
	}
	return Allowed{Group: st.GroupPaths[Key(path)]}
}

// findComing finds, at the end of a seed, what allowlists name that came after them.
func (st *State) findComing() {
	for _, p := range st.Projects.Rows {
		for i, a := range p.Allowlist {
			if a.path != "" {
				p.Allowlist[i] = st.allowedAt(a.path)
			}
		}
	}
}

// EnforcesAllowlists is whether every project has its allowlist heeded, whatever it says itself
// (enforce_ci_inbound_job_token_scope_enabled).
func (st *State) EnforcesAllowlists() bool {
	if set := st.Settings.EnforceJobTokenAllowlist; set != nil {
		return *set && st.Has(gitlabversion.JobTokenEnforcement)
	}
	return st.Has(gitlabversion.JobTokenEnforced)
}

// HeedsAllowlist is whether the tokens of jobs elsewhere reach the project only if they are on its allowlist
// (app/models/project.rb, ci_inbound_job_token_scope_enabled?).
func (st *State) HeedsAllowlist(p *Project) bool {
	return st.EnforcesAllowlists() || p.Attribute(AttrHeedsAllowlist) == "true"
}

// AllowsJobsOf is whether the tokens of the jobs of a project reach this one: its own, and those of another one that
// its allowlist lets in (app/models/ci/job_token/scope.rb, accessible?).
func (st *State) AllowsJobsOf(p, from *Project) bool {
	return p == from || !st.HeedsAllowlist(p) || slices.ContainsFunc(p.Allowlist, func(a Allowed) bool {
		if a.Group == nil {
			return a.Project == from
		}
		for above := range from.Group.Lineage {
			if above == a.Group {
				return true
			}
		}
		return false
	})
}

// AllowedProjects are the projects whose jobs' tokens reach this one, by id: itself and those on its allowlist.
func (p *Project) AllowedProjects() []*Project {
	list := []*Project{p}
	for _, a := range p.Allowlist {
		if a.Project != nil && a.Project != p {
			list = append(list, a.Project)
		}
	}
	slices.SortFunc(list, func(a, b *Project) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// AllowedGroups are the groups on the project's allowlist, by id.
func (p *Project) AllowedGroups() (list []*Group) {
	for _, a := range p.Allowlist {
		if a.Group != nil {
			list = append(list, a.Group)
		}
	}
	slices.SortFunc(list, func(a, b *Group) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// maxAllowed is how many projects, and how many groups, an allowlist has at most (PROJECT_LINK_DIRECTIONAL_LIMIT,
// GROUP_LINK_LIMIT).
const maxAllowed = 200

// AllowJobsOf puts a project or a group on the allowlist of another project
// (app/services/ci/job_token_scope/add_project_service.rb, add_group_service.rb). The error is what GitLab says.
func (st *State) AllowJobsOf(p *Project, a Allowed) error {
	var v Invalid
	same, many, taken := 0, msgManyAllowedProjects, msgProjectAllowed
	if a.Group != nil {
		many, taken = msgManyAllowedGroups, msgGroupAllowed
	}
	for _, other := range p.Allowlist {
		if (other.Group != nil) == (a.Group != nil) {
			same++
		}
	}
	if a.Project == p && !st.Has(gitlabversion.AllowlistTakesItself) {
		v.Add(attrTargetProject, msgSameAsSource)
	}
	if same >= maxAllowed {
		v.Add(attrSourceProject, many)
	}
	switch {
	case len(v.Problems) > 0:
		return fmt.Errorf(msgfValidationFailed, strings.Join(v.Sentences(), ", "))
	case slices.Contains(p.Allowlist, a):
		return Problem{Text: taken}
	}
	p.Allowlist = append(p.Allowlist, a)
	return nil
}

// DisallowJobsOf takes a project or a group off the allowlist of another project
// (app/services/ci/job_token_scope/remove_project_service.rb, remove_group_service.rb). The error is what GitLab says.
func (st *State) DisallowJobsOf(p *Project, a Allowed) error {
	i := slices.Index(p.Allowlist, a)
	switch {
	case a.Project == p:
		return Problem{Text: msgSourceStays}
	case i < 0 && a.Group != nil:
		return Problem{Text: msgGroupNotAllowed}
	case i < 0:
		return Problem{Text: msgProjectNotAllowed}
	}
	p.Allowlist = slices.Delete(p.Allowlist, i, i+1)
	return nil
}

// dropAllowed takes what goes off all allowlists.
func (st *State) dropAllowed(gone Allowed) {
	for _, p := range st.Projects.Rows {
		p.Allowlist = slices.DeleteFunc(p.Allowlist, func(a Allowed) bool { return a == gone })
	}
}
