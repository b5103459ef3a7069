package world

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Making records from plain data, for seeds and for changes on GitLab's side. Every Add... and Update... either does
// what it is told or returns Problems, which say why GitLab could not be in that state, and then has changed nothing.
// What whoever drafted the record has found already, as that it names what is not there, is handed on as found.

var (
	usernamePattern = regexp.MustCompile(`^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$`)
	pathPattern     = regexp.MustCompile(`^[a-zA-Z0-9_.][a-zA-Z0-9_.-]*(/[a-zA-Z0-9_.][a-zA-Z0-9_.-]*)*$`)
	shaPattern      = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// oneOf checks that a value is one of the words that GitLab knows for its type; empty means the fallback.
func oneOf[S ~string](what string, v *S, fallback S, known []S) error {
	*v = cmp.Or(*v, fallback)
	if slices.Contains(known, *v) {
		return nil
	}
	words := WordsOf(known...)
	if near, ok := nearest.Of(string(*v), words); ok {
		return fmt.Errorf("unknown %s %q; did you mean %q?", what, *v, near)
	}
	return fmt.Errorf("unknown %s %q; GitLab knows %s", what, *v, strings.Join(words, ", "))
}

// Missing is the error for a name that stands for nothing, with the nearest one that stands for something, or all that
// do.
func Missing(what, name string, known []string) error {
	if name == "" {
		return Problem{Text: fmt.Sprintf("no %s is given", what), From: []string{""}}
	}
	return fmt.Errorf("no %s %q; %s", what, name, datajson.Suggest(name, known))
}

// NamesOf are the names of rows.
func NamesOf[T any](rows []T, name func(T) string) []string {
	names := make([]string, len(rows))
	for i, r := range rows {
		names[i] = name(r)
	}
	return names
}

func (st *State) usernames() (names []string) {
	for _, u := range st.UserNames {
		names = append(names, u.Username)
	}
	return names
}

func (st *State) groupPaths() (paths []string) {
	for _, g := range st.GroupPaths {
		paths = append(paths, g.Path)
	}
	return paths
}

func (st *State) projectPaths() (paths []string) {
	for _, p := range st.ProjectPaths {
		paths = append(paths, p.Path)
	}
	return paths
}

// UserByName finds a user by username.
func (st *State) UserByName(name string) (*User, error) {
	if u := st.UserNames[Key(name)]; u != nil {
		return u, nil
	}
	return nil, Missing("user", name, inOrder(st.usernames()))
}

// GroupByPath finds a group by its full path.
func (st *State) GroupByPath(path string) (*Group, error) {
	if g := st.GroupPaths[Key(path)]; g != nil {
		return g, nil
	}
	if n, err := strconv.Atoi(path); err == nil && has(st.Groups, n) {
		return nil, namedByPath("group", path, st.Groups.ByID[n].Path)
	}
	return nil, st.noneAt("group", path, st.groupPaths())
}

// ProjectByPath finds a project by its full path.
func (st *State) ProjectByPath(path string) (*Project, error) {
	if p := st.ProjectPaths[Key(path)]; p != nil {
		return p, nil
	}
	if n, err := strconv.Atoi(path); err == nil && has(st.Projects, n) {
		return nil, namedByPath("project", path, st.Projects.ByID[n].Path)
	}
	return nil, st.noneAt("project", path, st.projectPaths())
}

// namedByPath is the error for an ID where a path belongs: GitLab's API takes either.
func namedByPath(what, id, path string) error {
	return fmt.Errorf("no %s %q; here a %s goes by its path: %q", what, id, what, path)
}

// noneAt is the error for a path that names nothing, or something else than it should.
func (st *State) noneAt(what, path string, known []string) error {
	kind, key := "", Key(path)
	switch {
	case st.ProjectPaths[key] != nil:
		kind = "project"
	case st.GroupPaths[key] != nil:
		kind = "group"
	case st.UserNames[key] != nil:
		kind = "user"
	default:
		return Missing(what, path, inOrder(known))
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
	if n, err := strconv.Atoi(id); err == nil && st.Runners.ByID[n] != nil {
		return st.Runners.ByID[n], nil
	}
	return nil, Missing("runner", id, numbersOf(st.Runners))
}

// JobByID finds a job by its ID.
func (st *State) JobByID(id int) (*Job, error) { return st.JobByNumber(strconv.Itoa(id)) }

// JobByNumber finds a job by its ID in digits.
func (st *State) JobByNumber(id string) (*Job, error) {
	if n, err := strconv.Atoi(id); err == nil && st.Jobs.ByID[n] != nil {
		return st.Jobs.ByID[n], nil
	}
	return nil, Missing("job", id, numbersOf(st.Jobs))
}

// numbersOf are the IDs of a table; those of stand-ins, which have none, are below zero.
func numbersOf[T Record](t table[T]) []string {
	var numbers []string
	for _, r := range t.Rows {
		if r.id() > 0 {
			numbers = append(numbers, strconv.Itoa(r.id()))
		}
	}
	return numbers
}

func freeID[T Record](t *table[T], what string, id int) error {
	if id < 0 {
		return fmt.Errorf("%s id %d is negative", what, id)
	}
	if id != 0 && has(*t, id) {
		return fmt.Errorf("%s id %d is taken", what, id)
	}
	return nil
}
