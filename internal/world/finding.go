package world

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// ProjectByRef finds a project by what a URL may name it by, an id or a full path; nil if there is none. A path has its
// namespace before a slash, so the name of a project alone finds nothing.
func (st *State) ProjectByRef(ref string) *Project {
	if IsNumber(ref) {
		return st.Projects.ByID(number(ref))
	}
	return st.ProjectPaths[Key(ref)]
}

// GroupByRef finds a group by what a URL may name it by, an id or a full path; nil if there is none.
func (st *State) GroupByRef(ref string) *Group {
	if IsNumber(ref) {
		return st.Groups.ByID(number(ref))
	}
	return st.GroupPaths[Key(ref)]
}

// UserByNumber finds a user by an id in digits; nil if there is none.
func (st *State) UserByNumber(id string) *User { return st.Users.ByID(number(id)) }

// number is the id that digits write; one that no record has for those beyond the ids of a database.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// RunnerByToken finds the runner that has an authentication token; nil if there is none or the token has expired.
func (st *State) RunnerByToken(token string) *Runner {
	r := st.RunnerTokens[token]
	if r == nil || !r.TokenExpiresAt.IsZero() && !r.TokenExpiresAt.After(st.Now()) {
		return nil
	}
	return r
}

// ProjectByRegistrationToken finds the project that has a registration token, nil if none has.
func (st *State) ProjectByRegistrationToken(token string) *Project {
	for _, p := range st.Projects.Rows {
		if p.RegistrationToken == token {
			return p
		}
	}
	return nil
}

// GroupByRegistrationToken finds the group that has a registration token, nil if none has.
func (st *State) GroupByRegistrationToken(token string) *Group {
	for _, g := range st.Groups.Rows {
		if g.RegistrationToken == token {
			return g
		}
	}
	return nil
}

// What serves people: an error names the nearest name there is.

// Missing is the error for a name that stands for nothing, with the nearest one that stands for something, or all that
// do.
func Missing(what, name string, known []string) error {
	if name == "" {
		return Problem{Text: fmt.Sprintf("no %s is given", what), From: []string{""}}
	}
	return fmt.Errorf("no %s %q; %s", what, name, datajson.Suggest(name, known))
}

// mostLookedThrough is how many names one seed looks through for the nearest to those that stand for nothing: to look
// through all names for each of very many would take long.
const mostLookedThrough = 200_000

// missing is Missing with names that are asked for only if they are wanted.
func (st *State) missing(what, name string, known func() []string) error {
	if !st.seeding() {
		return Missing(what, name, known())
	}
	if st.lookedThrough > mostLookedThrough {
		return fmt.Errorf("no %s %q", what, shortened(name))
	}
	names := known()
	st.lookedThrough += len(names)
	return Missing(what, name, names)
}

func (st *State) usernames() (names []string) {
	for _, u := range st.UserNames {
		if usernamePattern.MatchString(u.Username) { // else it stands in for one that was refused
			names = append(names, u.Username)
		}
	}
	return inOrder(names)
}

func (st *State) groupPaths() (paths []string) {
	for _, g := range st.GroupPaths {
		if checkPath("", g.Path, false) == nil { // else it stands in for one that was refused
			paths = append(paths, g.Path)
		}
	}
	return inOrder(paths)
}

func (st *State) projectPaths() (paths []string) {
	for _, p := range st.ProjectPaths {
		paths = append(paths, p.Path)
	}
	return inOrder(paths)
}

// UserByName finds a user by username.
func (st *State) UserByName(name string) (*User, error) {
	if u := st.UserNames[Key(name)]; u != nil {
		return u, nil
	}
	return nil, st.missing("user", name, st.usernames)
}

// Nobody stands in plain data for a user who is deleted, where GitLab keeps nothing of the user. No username is like
// it.
const Nobody = "-"

// userOrNobody finds a user by username; "" is root, and Nobody nil.
func (st *State) userOrNobody(name string) (*User, error) {
	if name == Nobody {
		return nil, nil
	}
	return st.UserByName(cmp.Or(name, RootUsername))
}

// NameOrNobody is the username, or Nobody for nil.
func (u *User) NameOrNobody() string {
	if u == nil {
		return Nobody
	}
	return u.Username
}

// GroupByPath finds a group by its full path.
func (st *State) GroupByPath(path string) (*Group, error) {
	if g := st.GroupPaths[Key(path)]; g != nil {
		return g, nil
	}
	if n, _ := strconv.Atoi(path); has(st.Groups, n) { // 0 is no group's
		return nil, namedByPath("group", path, st.Groups.ByID(n).Path)
	}
	return nil, st.noneAt("group", path, st.groupPaths)
}

// ProjectByPath finds a project by its full path.
func (st *State) ProjectByPath(path string) (*Project, error) {
	if p := st.ProjectPaths[Key(path)]; p != nil {
		return p, nil
	}
	if n, _ := strconv.Atoi(path); has(st.Projects, n) { // 0 is no project's
		return nil, namedByPath("project", path, st.Projects.ByID(n).Path)
	}
	return nil, st.noneAt("project", path, st.projectPaths)
}

// namedByPath is the error for an ID where a path belongs: GitLab's API takes either.
func namedByPath(what, id, path string) error {
	return fmt.Errorf("no %s %q; here a %s goes by its path: %q", what, id, what, path)
}

// noneAt is the error for a path that names nothing, or something else than it should.
func (st *State) noneAt(what, path string, known func() []string) error {
	kind, key := "", Key(path)
	switch {
	case st.ProjectPaths[key] != nil:
		kind = "project"
	case st.GroupPaths[key] != nil:
		kind = "group"
	case st.UserNames[key] != nil:
		kind = "user"
	default:
		return st.missing(what, path, known)
	}
	return fmt.Errorf("%q is a %s, no %s", path, kind, what)
}

func inOrder(names []string) []string {
	slices.Sort(names)
	return names
}

// RunnerByID finds a runner by its ID.
func (st *State) RunnerByID(id int) (*Runner, error) { return st.RunnerByNumber(strconv.Itoa(id)) }

// RunnerByNumber finds a runner by its ID in digits.
func (st *State) RunnerByNumber(id string) (*Runner, error) {
	if r := st.Runners.ByID(number(id)); r != nil {
		return r, nil
	}
	return nil, st.missing("runner", id, func() []string { return numbersOf(st.Runners) })
}

// JobByID finds a job by its ID.
func (st *State) JobByID(id int) (*Job, error) { return st.JobByNumber(strconv.Itoa(id)) }

// JobByNumber finds a job by its ID in digits.
func (st *State) JobByNumber(id string) (*Job, error) {
	if j := st.Jobs.ByID(number(id)); j != nil {
		return j, nil
	}
	return nil, st.missing("job", id, func() []string { return numbersOf(st.Jobs) })
}

// numbersOf are the IDs of a table; those of stand-ins, which have none, are below zero.
func numbersOf[T Row](t table[T]) []string {
	var numbers []string
	for _, r := range t.Rows {
		if r.id() > 0 {
			numbers = append(numbers, strconv.Itoa(r.id()))
		}
	}
	return numbers
}

// sourceAt is the group or project at a path.
func (st *State) sourceAt(path string) (Source, error) {
	if p := st.ProjectPaths[Key(path)]; p != nil {
		return p, nil
	}
	if g := st.GroupPaths[Key(path)]; g != nil {
		return g, nil
	}
	return nil, st.noneAt("group or project", path, func() []string {
		return inOrder(slices.Concat(st.groupPaths(), st.projectPaths()))
	})
}
