package fakegitlab

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// state is everything that GitLab knows. One mutex guards it; methods whose name ends in Locked, and all functions that
// take or return the unexported records below, are called with it held. What leaves it is a copy.
type state struct {
	version gitlabversion.Version // never changes, so that it may be asked without the mutex
	// mu is one of several locks of a fake. Who holds one may take those below and to the right of it, and no other:
	//
	//	initial.mu               during a whole Reset
	//	  state.mu               of the state in use or, in a Reset, of the one that is still being made
	//	    faults.mu            in a Reset, and by itself
	//	      Held.mu
	//	    addedRoutes.mu       in a Reset, and by itself
	//	    the journal's        in a Reset, and by itself
	//	    foundRoutes.mu       for OPTIONS, and by itself
	//	    clock.mu             for every time
	//	inFlight.mu, invariants.mu, lineWriter.mu: each by itself alone
	//
	// Functions of the test (hooks, conditions, handlers, changes, invariants) run with none of them held, so that
	// they may use the fake. There are two exceptions: the clock of WithClock is asked with clock.mu held and
	// whatever is above it, the writer of WithJournalTo is written to with lineWriter.mu held. Close holds its Once
	// while it waits for the requests in flight.
	mu     sync.Mutex
	handed map[string]handedToken // what Token has returned, also before a Reset
	world
}

// handedToken is an access token that Token made, by what it was made for.
type handedToken struct {
	username string
	scopes   []string
}

// world is what the mutex guards; Reset puts a new one in its place.
type world struct {
	clock func() time.Time
	made  tokenMaker

	settings Settings
	users    table[*user]
	tokens   table[*accessToken]
	groups   table[*group]
	projects table[*project]
	runners  table[*runner]
	managers table[*manager]
	jobs     table[*job]
	pipeline int // the last pipeline id given out
	queue    queue

	userNames    map[string]*user // by lower-cased username
	groupPaths   map[string]*group
	projectPaths map[string]*project
	tokenValues  map[string]*accessToken
	runnerTokens map[string]*runner
	jobTokens    map[string]*job
	pipelines    map[int]*pipeline
	namedTokens  map[string]*accessToken // what Token made, by username and scopes
	instanceWide []*runner               // instance runners, by id
	index        *runnerIndex            // nil: not wanted yet
	rates        map[string]rateWindow   // by username
	// newProjectsUnshared is shared_runners_enabled=false, which only says how projects begin; seeds say it of each themselves.
	newProjectsUnshared bool
	undo                []func() // while Seed runs: how to take back what it did so far
	undoing             bool
}

// The ids of each kind of record start somewhere else, so that an id passed for one of another kind finds nothing.
const (
	firstUserID     = 1
	firstGroupID    = 1_001
	firstProjectID  = 10_001
	firstRunnerID   = 100_001
	firstManagerID  = 1_000_001
	firstJobID      = 2_000_001
	firstPipelineID = 4_000_001
	firstTokenID    = 6_000_001
)

// newState makes a GitLab that nobody has touched yet.
func newState(v gitlabversion.Version, clock func() time.Time) *state {
	st := &state{version: v}
	st.world = world{
		clock: clock,
		users: newTable[*user](firstUserID), tokens: newTable[*accessToken](firstTokenID), groups: newTable[*group](firstGroupID),
		projects: newTable[*project](firstProjectID), runners: newTable[*runner](firstRunnerID),
		managers: newTable[*manager](firstManagerID), jobs: newTable[*job](firstJobID), pipeline: firstPipelineID - 1,
		userNames: map[string]*user{}, groupPaths: map[string]*group{}, projectPaths: map[string]*project{},
		tokenValues: map[string]*accessToken{}, runnerTokens: map[string]*runner{}, jobTokens: map[string]*job{},
		pipelines: map[int]*pipeline{}, queue: newQueue(), namedTokens: map[string]*accessToken{},
	}
	st.settings.RegistrationToken = st.made.token(instanceRegistrationTokens)
	root := &user{ID: firstUserID, Username: rootUsername, Name: "Administrator", Email: "admin@example.com", Admin: true,
		State: UserActive, CreatedAt: st.now()}
	st.users.insert(root)
	st.userNames[rootUsername] = root
	return st
}

// replace puts another world in the place of this one. Whoever waits for what was is to look again.
func (st *state) replace(next world) {
	for _, j := range st.jobs.rows {
		j.wake()
	}
	st.tickAll()
	st.world = next
}

// rootUsername is the administrator that every GitLab starts with.
const rootUsername = "root"

// now is the clock's time as GitLab's database keeps it: UTC, in microseconds.
func (st *state) now() time.Time { return st.clock().UTC().Round(0).Truncate(time.Microsecond) }

// has reports whether the GitLab that is followed behaves as d says.
func (st *state) has(d gitlabversion.Difference) bool { return st.version.Has(d) }

// record is a row of a table.
type record interface{ id() int }

// table keeps records of one kind, found by id and listed in the order of ids.
type table[T record] struct {
	byID map[int]T
	rows []T
	next int
}

func newTable[T record](first int) table[T] { return table[T]{byID: map[int]T{}, next: first} }

func byID[T record](r T, id int) int { return cmp.Compare(r.id(), id) }

func (t *table[T]) insert(r T) {
	t.byID[r.id()] = r
	t.rows = insertByID(t.rows, r)
}

func (t *table[T]) remove(r T) {
	delete(t.byID, r.id())
	t.rows = removeByID(t.rows, r)
}

// insertByID adds a record to a list that is ordered by id; usually it is the newest and goes last.
func insertByID[T record](rows []T, r T) []T {
	if n := len(rows); n == 0 || rows[n-1].id() < r.id() {
		return append(rows, r)
	}
	i, _ := slices.BinarySearchFunc(rows, r.id(), byID[T])
	return slices.Insert(rows, i, r)
}

func removeByID[T record](rows []T, r T) []T {
	if i, ok := slices.BinarySearchFunc(rows, r.id(), byID[T]); ok {
		return slices.Delete(rows, i, i+1)
	}
	return rows
}

// keep are the rows that pass all filters.
func keep[T any](rows []T, filters ...func(T) bool) (kept []T) {
	for _, row := range rows {
		if !slices.ContainsFunc(filters, func(pass func(T) bool) bool { return !pass(row) }) {
			kept = append(kept, row)
		}
	}
	return kept
}

// assignID returns the id that a new record of a kind gets: the wanted one, or the next that no record of any kind has.
func assignID[T record](st *state, t *table[T], wanted int) int {
	if wanted != 0 {
		return wanted
	}
	before := t.next
	st.onUndo(func() { t.next = before })
	for st.idTaken(t.next) {
		t.next++
	}
	t.next++
	return t.next - 1
}

func (st *state) idTaken(id int) bool {
	return has(st.users, id) || has(st.groups, id) || has(st.projects, id) || has(st.runners, id) ||
		has(st.managers, id) || has(st.jobs, id) || has(st.tokens, id)
}

func has[T record](t table[T], id int) bool { _, ok := t.byID[id]; return ok }

// add inserts a record and remembers how to take it back.
func add[T record](st *state, t *table[T], r T) {
	t.insert(r)
	st.onUndo(func() { t.remove(r) })
}

// setKey puts a record into an index and remembers how to take it out.
func setKey[T any](st *state, index map[string]T, key string, r T) {
	old, had := index[key]
	index[key] = r
	st.onUndo(func() {
		if had {
			index[key] = old
		} else {
			delete(index, key)
		}
	})
}

func (st *state) onUndo(f func()) {
	if st.undoing {
		st.undo = append(st.undo, f)
	}
}

// atomically runs a change that either succeeds whole or leaves no trace, be it that a function of the test panics in it or
// ends its goroutine, as FailNow does.
func (st *state) atomically(change func() error) error {
	made, pipeline := st.made.clone(), st.pipeline
	st.undoing = true
	done := false
	defer func() {
		if !done {
			for _, f := range slices.Backward(st.undo) {
				f()
			}
			st.made, st.pipeline = made, pipeline
		}
		st.undo, st.undoing = nil, false
	}()
	err := change()
	done = err == nil
	return err
}

// user is the record of a user (app/models/user.rb).
type user struct {
	ID                    int
	Username, Name, Email string
	Admin                 bool
	Auditor               bool // reads everything, changes nothing
	External              bool // sees internal groups and projects only as a member
	State                 UserState
	CreatedAt             time.Time
	bot                   bool // of a project or group access token
}

func (u *user) id() int { return u.ID }

// accessToken is the record of a personal access token or, with a project or group, of one of theirs
// (app/models/personal_access_token.rb).
type accessToken struct {
	ID                     int
	Token, Name            string
	user                   *user // the bot, of a project's or group's
	Scopes                 []string
	ExpiresAt              time.Time // zero: never
	Revoked, Impersonation bool
	project                *project
	group                  *group
	Role                   Role // of the bot
	CreatedAt, lastUsedAt  time.Time
}

func (t *accessToken) id() int { return t.ID }

// expired reports whether the token is past the beginning, in UTC, of the day it expires on.
func (t *accessToken) expired(now time.Time) bool {
	return !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt.UTC().Truncate(24*time.Hour))
}

// group is the record of a group or subgroup (app/models/group.rb).
type group struct {
	ID                         int
	Path, Name                 string // the full path
	Visibility                 Visibility
	RegistrationToken          string
	RegistrationTokensDisabled bool // of a top-level group; it rules all below
	SharedRunnersDisabled      bool
	RunnerTokenExpiration      time.Duration // of its own runners; 0 sets no limit
	CreatedAt                  time.Time

	parent   *group
	children []*group
	roles    map[*user]Role
	projects []*project
	runners  []*runner
	implied  bool // made as somebody's parent; AddGroup may still say more of it
}

func (g *group) id() int { return g.ID }

// root returns the top-level group above g, or g.
func (g *group) root() *group {
	for g.parent != nil {
		g = g.parent
	}
	return g
}

// lineage yields g and the groups above it.
func (g *group) lineage(yield func(*group) bool) {
	for ; g != nil; g = g.parent {
		if !yield(g) {
			return
		}
	}
}

// below yields g, the groups below it and so on.
func (g *group) below(yield func(*group) bool) bool {
	if !yield(g) {
		return false
	}
	for _, c := range g.children {
		if !c.below(yield) {
			return false
		}
	}
	return true
}

// project is the record of a project (app/models/project.rb).
type project struct {
	ID                         int
	Path, Name, Description    string // the full path
	Visibility                 Visibility
	RegistrationToken          string
	RegistrationTokensDisabled bool // runner_registration_enabled=false
	SharedRunnersDisabled      bool
	GroupRunnersDisabled       bool
	Archived                   bool
	RunnerTokenExpiration      time.Duration // of runners assigned to it; 0 sets no limit
	BuildTimeout               time.Duration // 0 is GitLab's default
	GitDepth                   int           // 0 is GitLab's default; a negative number is all
	CreatedAt                  time.Time

	group     *group
	owner     *user // of the personal namespace, when there is no group
	roles     map[*user]Role
	runners   []*runner // assigned project runners, by id
	jobs      []*job
	pipelines []*pipeline // those of its jobs, by id
}

func (p *project) id() int { return p.ID }

// manager is the record of one machine that runs jobs with a runner's token (app/models/ci/runner_manager.rb).
type manager struct {
	ID                     int
	SystemID               string
	Version, Revision      string
	Platform, Architecture string
	IPAddress, Executor    string
	CreatedAt, ContactedAt time.Time // contact zero: never
	runner                 *runner
}

func (m *manager) id() int { return m.ID }

// roleInGroup is the highest role that u holds in g or above it.
func roleInGroup(u *user, g *group) Role {
	var best Role
	for g := range g.lineage {
		best = max(best, g.roles[u])
	}
	return best
}

// roleInProject is the highest role that u holds in p or above it; the owner of a personal namespace is Owner.
func roleInProject(u *user, p *project) Role {
	if p.owner == u {
		return Owner
	}
	return max(p.roles[u], roleInGroup(u, p.group))
}

// memberBelow reports whether u is a member of any group or project at or below g.
func memberBelow(u *user, g *group) bool {
	return !g.below(func(g *group) bool {
		return g.roles[u] == 0 && !slices.ContainsFunc(g.projects, func(p *project) bool { return p.roles[u] != 0 })
	})
}

// inAndAround reports whether u is a member of g, of a group above it, or of anything in it.
func inAndAround(u *user, g *group) bool { return roleInGroup(u, g) > 0 || memberBelow(u, g) }

// bestRoleBelow is the highest role that u holds in a project at or below g that uses group runners.
func bestRoleBelow(u *user, g *group) Role {
	var best Role
	g.below(func(g *group) bool {
		for _, p := range g.projects {
			if !p.GroupRunnersDisabled {
				best = max(best, roleInProject(u, p))
			}
		}
		return true
	})
	return best
}

// namespace returns the full path of where the project lives, and its name.
func (p *project) namespace() (path, name string) {
	if p.group != nil {
		return p.group.Path, p.group.Name
	}
	return p.owner.Username, p.owner.Name
}

func key(nameOrPath string) string { return strings.ToLower(nameOrPath) }

// isNumber reports whether an id in a path is a number to GitLab: digits, with at most a minus before them.
func isNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// projectByRef finds a project by number or full path; a name without a slash never matches.
func (st *state) projectByRef(ref string) *project {
	if isNumber(ref) {
		n, _ := strconv.Atoi(ref)
		return st.projects.byID[n]
	}
	return st.projectPaths[key(ref)]
}

func (st *state) groupByRef(ref string) *group {
	if isNumber(ref) {
		n, _ := strconv.Atoi(ref)
		return st.groups.byID[n]
	}
	return st.groupPaths[key(ref)]
}

// splitPath cuts a full path into its parent's path, which is empty at the top, and its last part.
func splitPath(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

// registrationTokensAllowed says whether the registration token of a group, or of a project in it, is accepted: the
// instance and the top-level group decide (namespace_setting.rb, allow_runner_registration_token?).
func (st *state) registrationTokensAllowed(g *group) bool {
	return !st.settings.RegistrationTokensDisabled && (g == nil || !g.root().RegistrationTokensDisabled)
}

// projectRegistrationTokensAllowed is the same for a project, which has a switch of its own.
func (st *state) projectRegistrationTokensAllowed(p *project) bool {
	return !p.RegistrationTokensDisabled && st.registrationTokensAllowed(p.group)
}

// untouched reports whether nothing has been added yet.
func (st *state) untouched() bool {
	return len(st.users.rows) == 1 && len(st.groups.rows)+len(st.projects.rows)+len(st.runners.rows) == 0
}

// rateWindow counts a user's requests in the current period.
type rateWindow struct {
	period int64
	count  int
}

// countRequest counts a user's request in the current period of Settings.RateLimit (Rack::Attack, fixed windows).
func (st *state) countRequest(username string) rateWindow {
	if st.rates == nil {
		st.rates = map[string]rateWindow{}
	}
	w := st.rates[username]
	if period := st.now().UnixNano() / int64(st.settings.RateLimit.Per); period != w.period {
		w = rateWindow{period: period}
	}
	w.count++
	st.rates[username] = w
	return w
}
