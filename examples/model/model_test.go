package model

import (
	"slices"
	"time"
)

// What follows says once more, in the plainest way and without a look at the fake, what GitLab 17.2 lets whom do with runners
// and what becomes of runners and tokens. TestModel holds the fake against it.

type role int

const (
	nobody role = iota
	developer
	maintainer
	owner
)

// person is somebody who calls GitLab; "" is a call without a token. A role in the group counts in its projects.
type person struct {
	name  string
	admin bool
	group role
	in    map[string]role
}

const (
	group = "acme"
	shop  = "acme/shop"
	site  = "acme/site"
)

var people = []person{
	{name: "root", admin: true},
	{name: "oli", group: owner},
	{name: "max", group: maintainer},
	{name: "mia", in: map[string]role{shop: maintainer, site: maintainer}},
	{name: "sam", in: map[string]role{site: maintainer}},
	{name: "dan", in: map[string]role{shop: developer}},
	{name: "zoe"},
	{name: ""},
}

func (p person) role(project string) role { return max(p.group, p.in[project]) }

func (p person) maintains(projects []string) bool {
	return slices.ContainsFunc(projects, func(path string) bool { return p.role(path) >= maintainer })
}

type kind string

const (
	instanceRunner kind = "instance_type"
	groupRunner    kind = "group_type"
	projectRunner  kind = "project_type"
)

type runner struct {
	id         int
	kind       kind
	projects   []string // of a project runner
	paused     bool
	locked     bool
	tags       []string
	token      string
	expires    time.Time // of the token; zero: never
	registered bool      // with a registration token, not made by a user
	created    time.Time
	contacted  time.Time // zero: never
	managers   map[string]bool
}

// world is what there is.
type world struct {
	now     time.Time
	expiry  map[kind]time.Duration
	runners []*runner // by id
}

func (w *world) find(id int) *runner {
	for _, r := range w.runners {
		if r.id == id {
			return r
		}
	}
	return nil
}

// alive is whose token it is, nil once it is replaced, deleted or expired.
func (w *world) alive(token string) *runner {
	for _, r := range w.runners {
		if r.token == token && (r.expires.IsZero() || r.expires.After(w.now)) {
			return r
		}
	}
	return nil
}

func (w *world) remove(r *runner) {
	w.runners = slices.DeleteFunc(w.runners, func(other *runner) bool { return other == r })
}

// add makes a runner that begins to live now.
func (w *world) add(r runner) *runner {
	r.created, r.managers = w.now, map[string]bool{}
	r.expires = w.expiryFrom(r.kind)
	w.runners = append(w.runners, &r)
	slices.SortFunc(w.runners, func(a, b *runner) int { return a.id - b.id })
	return &r
}

func (w *world) expiryFrom(k kind) time.Time {
	if w.expiry[k] == 0 {
		return time.Time{}
	}
	return w.now.Add(w.expiry[k])
}

// contact is a call by a runner's program. To verify a runner that a user made does not count as contact of the runner.
func (w *world) contact(r *runner, systemID string, verify bool) {
	r.managers[systemID] = true
	if !verify || r.registered {
		r.contacted = w.now
	}
}

// forget is the deletion of a manager by the runner's program, which in GitLab 17 counts as contact of the runner.
func (w *world) forget(r *runner, systemID string) {
	delete(r.managers, systemID)
	r.contacted = w.now
	if len(r.managers) == 0 {
		r.contacted = time.Time{}
	}
}

const (
	onlineFor  = 2 * time.Hour
	staleAfter = 7 * 24 * time.Hour
)

func (w *world) online(r *runner) bool {
	return !r.contacted.IsZero() && w.now.Before(r.contacted.Add(onlineFor))
}

func (w *world) stale(r *runner) bool {
	lastSign := r.created
	if r.contacted.After(lastSign) {
		lastSign = r.contacted
	}
	return !w.now.Before(lastSign.Add(staleAfter))
}

func (w *world) status(r *runner) string {
	switch {
	case w.stale(r):
		return "stale"
	case r.contacted.IsZero():
		return "never_contacted"
	case w.online(r):
		return "online"
	}
	return "offline"
}

// shownStatus is the status in an answer, where being paused hides being online or offline.
func (w *world) shownStatus(r *runner) string {
	if status := w.status(r); !r.paused || status == "stale" || status == "never_contacted" {
		return status
	}
	return "paused"
}

// has is whether a list narrowed to that status shows the runner.
func (w *world) has(r *runner, status string) bool {
	switch status {
	case "online":
		return w.online(r)
	case "offline":
		return !r.contacted.IsZero() && !w.online(r)
	case "never_contacted":
		return r.contacted.IsZero()
	default:
		return w.stale(r)
	}
}

// Who may do what. Each returns the HTTP status of the answer.

func known(p person, allowed bool, success int) int {
	switch {
	case p.name == "":
		return 401
	case !p.admin && !allowed:
		return 403
	}
	return success
}

// onRunner is the answer to what needs some right on a runner, nil when there is none with that id.
func onRunner(p person, r *runner, allowed func() bool, success int) int {
	if r == nil && p.name != "" {
		return 404
	}
	return known(p, r != nil && allowed(), success)
}

func mayRead(p person, r *runner) int {
	return onRunner(p, r, func() bool {
		switch r.kind {
		case groupRunner: // a maintainer below the group reads it, too
			return p.maintains([]string{shop, site})
		case projectRunner:
			return p.maintains(r.projects)
		}
		return true
	}, 200)
}

func mayChange(p person, r *runner, success int) int {
	return onRunner(p, r, func() bool {
		return r.kind == groupRunner && p.group == owner || r.kind == projectRunner && p.maintains(r.projects)
	}, success)
}

func mayDelete(p person, r *runner) int {
	if r != nil && len(r.projects) > 1 && !p.admin {
		return known(p, false, 204)
	}
	return mayChange(p, r, 204)
}

func mayCreate(p person, k kind, project string) int {
	return known(p, k == groupRunner && p.group == owner || k == projectRunner && p.role(project) >= maintainer, 201)
}

// inProject is the answer to what Maintainers alone do in a project, which is private.
func inProject(p person, project string) int {
	if p.name != "" && !p.admin && p.role(project) == nobody {
		return 404
	}
	return known(p, p.role(project) >= maintainer, 0)
}

func mayAssign(p person, r *runner, project string) int {
	if refused := inProject(p, project); refused != 0 {
		return refused
	}
	switch {
	case r == nil:
		return 404
	case r.kind == groupRunner:
		return 403
	case !p.admin && (r.locked || !p.maintains(r.projects)):
		return 403
	case r.kind == instanceRunner:
		return 500 // GitLab's model raises an error that nothing rescues
	case slices.Contains(r.projects, project):
		return 400
	}
	return 201
}

func mayUnassign(p person, r *runner, project string) int {
	if refused := inProject(p, project); refused != 0 {
		return refused
	}
	switch {
	case r == nil || !slices.Contains(r.projects, project):
		return 404
	case len(r.projects) == 1:
		return 403
	}
	return 204
}

// owns is whether GET /runners shows the runner, which knows no right of administrators.
func owns(p person, r *runner) bool {
	return r.kind == projectRunner && p.maintains(r.projects) || r.kind == groupRunner && p.group == owner
}
