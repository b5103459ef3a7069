package world

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// State is everything that GitLab knows. One mutex guards it; methods whose name ends in Locked, and all functions that
// take or return the unexported records below, are called with it held. What leaves it is a copy.
type State struct {
	Version gitlabversion.Version // never changes, so that it may be asked without the mutex
	// Mu is one of several locks of a fake. Who holds one may take those below and to the right of it, and no other:
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
	Mu     sync.Mutex
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

	Settings Settings
	Users    table[*User]
	Tokens   table[*AccessToken]
	Groups   table[*Group]
	Projects table[*Project]
	Runners  table[*Runner]
	managers table[*Manager]
	Jobs     table[*Job]
	pipeline int // the last pipeline id given out
	Queue    queue

	UserNames    map[string]*User // by lower-cased username
	GroupPaths   map[string]*Group
	ProjectPaths map[string]*Project
	tokenValues  map[string]*AccessToken
	RunnerTokens map[string]*Runner
	JobTokens    map[string]*Job
	pipelines    map[int]*Pipeline
	namedTokens  map[string]*AccessToken // what Token made, by username and scopes
	instanceWide []*Runner               // instance runners, by id
	index        *runnerIndex            // nil: not wanted yet
	rates        map[string]rateWindow   // by username
	// NewProjectsUnshared is shared_runners_enabled=false, which only says how projects begin; seeds say it of each themselves.
	NewProjectsUnshared bool
	undo                []func() // while a change runs that may fail: how to take back what it did so far
	undoing             bool
	coming              map[string]bool // while Seed runs: the projects that it adds, by lower-cased path; else nil
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

// New makes a GitLab that nobody has touched yet.
func New(v gitlabversion.Version, clock func() time.Time) *State {
	st := &State{Version: v}
	st.world = world{
		clock: clock,
		Users: newTable[*User](firstUserID), Tokens: newTable[*AccessToken](firstTokenID), Groups: newTable[*Group](firstGroupID),
		Projects: newTable[*Project](firstProjectID), Runners: newTable[*Runner](firstRunnerID),
		managers: newTable[*Manager](firstManagerID), Jobs: newTable[*Job](firstJobID), pipeline: firstPipelineID - 1,
		UserNames: map[string]*User{}, GroupPaths: map[string]*Group{}, ProjectPaths: map[string]*Project{},
		tokenValues: map[string]*AccessToken{}, RunnerTokens: map[string]*Runner{}, JobTokens: map[string]*Job{},
		pipelines: map[int]*Pipeline{}, Queue: newQueue(), namedTokens: map[string]*AccessToken{},
	}
	st.Settings.RegistrationToken = st.made.token(instanceRegistrationTokens)
	root := &User{ID: firstUserID, Username: RootUsername, Name: "Administrator", Email: "admin@example.com", Admin: true,
		State: UserActive, CreatedAt: st.Now()}
	st.Users.insert(root)
	st.UserNames[RootUsername] = root
	return st
}

// Replace puts the world of another state, which is not to be used afterwards, in the place of this one; it goes by clock from now
// on. Whoever waits for what was is to look again.
func (st *State) Replace(next *State, clock func() time.Time) {
	for _, j := range st.Jobs.Rows {
		j.wake()
	}
	st.tickAll()
	st.world = next.world
	st.clock = clock
}

// RootUsername is the administrator that every GitLab starts with.
const RootUsername = "root"

// Now is the clock's time as GitLab's database keeps it: UTC, in microseconds.
func (st *State) Now() time.Time { return st.clock().UTC().Round(0).Truncate(time.Microsecond) }

// Has reports whether the GitLab that is followed behaves as d says.
func (st *State) Has(d gitlabversion.Difference) bool { return st.Version.Has(d) }

// Record is a row of a table.
type Record interface{ id() int }

// table keeps records of one kind, found by id and listed in the order of ids.
type table[T Record] struct {
	ByID map[int]T
	Rows []T
	next int
}

func newTable[T Record](first int) table[T] { return table[T]{ByID: map[int]T{}, next: first} }

func byID[T Record](r T, id int) int { return cmp.Compare(r.id(), id) }

func (t *table[T]) insert(r T) {
	t.ByID[r.id()] = r
	t.Rows = insertByID(t.Rows, r)
}

func (t *table[T]) remove(r T) {
	delete(t.ByID, r.id())
	t.Rows = removeByID(t.Rows, r)
}

// insertByID adds a record to a list that is ordered by id; usually it is the newest and goes last.
func insertByID[T Record](rows []T, r T) []T {
	if n := len(rows); n == 0 || rows[n-1].id() < r.id() {
		return append(rows, r)
	}
	i, _ := slices.BinarySearchFunc(rows, r.id(), byID[T])
	return slices.Insert(rows, i, r)
}

func removeByID[T Record](rows []T, r T) []T {
	if i, ok := slices.BinarySearchFunc(rows, r.id(), byID[T]); ok {
		return slices.Delete(rows, i, i+1)
	}
	return rows
}

// Keep are the rows that pass all filters.
func Keep[T any](rows []T, filters ...func(T) bool) (kept []T) {
	for _, row := range rows {
		if !slices.ContainsFunc(filters, func(pass func(T) bool) bool { return !pass(row) }) {
			kept = append(kept, row)
		}
	}
	return kept
}

// assignID returns the id that a new record of a kind gets: the wanted one, or the next that no record of any kind has.
func assignID[T Record](st *State, t *table[T], wanted int) int {
	if wanted != 0 {
		return wanted
	}
	before := t.next
	st.OnUndo(func() { t.next = before })
	for st.idTaken(t.next) {
		t.next++
	}
	t.next++
	return t.next - 1
}

func (st *State) idTaken(id int) bool {
	return has(st.Users, id) || has(st.Groups, id) || has(st.Projects, id) || has(st.Runners, id) ||
		has(st.managers, id) || has(st.Jobs, id) || has(st.Tokens, id)
}

func has[T Record](t table[T], id int) bool { _, ok := t.ByID[id]; return ok }

// add inserts a record and remembers how to take it back.
func add[T Record](st *State, t *table[T], r T) {
	t.insert(r)
	st.OnUndo(func() { t.remove(r) })
}

// setKey puts a record into an index and remembers how to take it out.
func setKey[K comparable, T any](st *State, index map[K]T, key K, r T) {
	old, had := index[key]
	index[key] = r
	st.OnUndo(func() {
		if had {
			index[key] = old
		} else {
			delete(index, key)
		}
	})
}

func (st *State) OnUndo(f func()) {
	if st.undoing {
		st.undo = append(st.undo, f)
	}
}

// Atomically runs a change that either succeeds whole or leaves no trace, be it that a function of the test panics in it or
// ends its goroutine, as FailNow does.
func (st *State) Atomically(change func() error) error {
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

// User is the record of a user (app/models/user.rb).
type User struct {
	ID                    int
	Username, Name, Email string
	Admin                 bool
	Auditor               bool // reads everything, changes nothing
	External              bool // sees internal groups and projects only as a member
	State                 UserState
	CreatedAt             time.Time
	Bot                   bool // of a project or group access token
}

func (u *User) id() int { return u.ID }

// AccessToken is the record of a personal access token or, with a project or group, of one of theirs
// (app/models/personal_access_token.rb).
type AccessToken struct {
	ID                     int
	Token, Name            string
	User                   *User // the bot, of a project's or group's
	Scopes                 []string
	ExpiresAt              time.Time // zero: never
	Revoked, Impersonation bool
	Project                *Project
	Group                  *Group
	Role                   Role // of the bot
	CreatedAt, LastUsedAt  time.Time
}

func (t *AccessToken) id() int { return t.ID }

// Expired reports whether the token is past the beginning, in UTC, of the day it expires on.
func (t *AccessToken) Expired(now time.Time) bool {
	return !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt.UTC().Truncate(24*time.Hour))
}

// Group is the record of a group or subgroup (app/models/group.rb).
type Group struct {
	ID                         int
	Path, Name                 string // the full path
	Visibility                 Visibility
	RegistrationToken          string
	RegistrationTokensDisabled bool // of a top-level group; it rules all below
	SharedRunnersDisabled      bool
	RunnerTokenExpiration      time.Duration // of its own runners; 0 sets no limit
	CreatedAt                  time.Time

	Parent   *Group
	Children []*Group
	Roles    map[*User]Role
	Projects []*Project
	runners  []*Runner
	implied  bool // made as somebody's parent; AddGroup may still say more of it
}

func (g *Group) id() int { return g.ID }

// Root returns the top-level group above g, or g.
func (g *Group) Root() *Group {
	for g.Parent != nil {
		g = g.Parent
	}
	return g
}

// Lineage yields g and the groups above it.
func (g *Group) Lineage(yield func(*Group) bool) {
	for ; g != nil; g = g.Parent {
		if !yield(g) {
			return
		}
	}
}

// Below yields g, the groups below it and so on.
func (g *Group) Below(yield func(*Group) bool) bool {
	if !yield(g) {
		return false
	}
	for _, c := range g.Children {
		if !c.Below(yield) {
			return false
		}
	}
	return true
}

// Project is the record of a project (app/models/project.rb).
type Project struct {
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

	Group     *Group
	Owner     *User // of the personal namespace, when there is no group
	Roles     map[*User]Role
	Runners   []*Runner // assigned project runners, by id
	Jobs      []*Job
	pipelines []*Pipeline // those of its jobs, by id
}

func (p *Project) id() int { return p.ID }

// Manager is the record of one machine that runs jobs with a runner's token (app/models/ci/runner_manager.rb).
type Manager struct {
	ID                     int
	SystemID               string
	Version, Revision      string
	Platform, Architecture string
	IPAddress, Executor    string
	CreatedAt, ContactedAt time.Time // contact zero: never
	Runner                 *Runner
}

func (m *Manager) id() int { return m.ID }

// RoleInGroup is the highest role that u holds in g or above it.
func RoleInGroup(u *User, g *Group) Role {
	var best Role
	for g := range g.Lineage {
		best = max(best, g.Roles[u])
	}
	return best
}

// RoleInProject is the highest role that u holds in p or above it; the owner of a personal namespace is Owner.
func RoleInProject(u *User, p *Project) Role {
	if p.Owner == u {
		return Owner
	}
	return max(p.Roles[u], RoleInGroup(u, p.Group))
}

// memberBelow reports whether u is a member of any group or project at or below g.
func memberBelow(u *User, g *Group) bool {
	return !g.Below(func(g *Group) bool {
		return g.Roles[u] == 0 && !slices.ContainsFunc(g.Projects, func(p *Project) bool { return p.Roles[u] != 0 })
	})
}

// InAndAround reports whether u is a member of g, of a group above it, or of anything in it.
func InAndAround(u *User, g *Group) bool { return RoleInGroup(u, g) > 0 || memberBelow(u, g) }

// BestRoleBelow is the highest role that u holds in a project at or below g that uses group runners.
func BestRoleBelow(u *User, g *Group) Role {
	var best Role
	g.Below(func(g *Group) bool {
		for _, p := range g.Projects {
			if !p.GroupRunnersDisabled {
				best = max(best, RoleInProject(u, p))
			}
		}
		return true
	})
	return best
}

// namespace returns the full path of where the project lives, and its name.
func (p *Project) namespace() (path, name string) {
	if p.Group != nil {
		return p.Group.Path, p.Group.Name
	}
	return p.Owner.Username, p.Owner.Name
}

func Key(nameOrPath string) string { return strings.ToLower(nameOrPath) }

// IsNumber reports whether an id in a path is a number to GitLab: digits, with at most a minus before them.
func IsNumber(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

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

// SplitPath cuts a full path into its parent's path, which is empty at the top, and its last part.
func SplitPath(path string) (parent, last string) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return "", path
	}
	return path[:i], path[i+1:]
}

// RegistrationTokensAllowed says whether the registration token of a group, or of a project in it, is accepted: the
// instance and the top-level group decide (namespace_setting.rb, allow_runner_registration_token?).
func (st *State) RegistrationTokensAllowed(g *Group) bool {
	return !st.Settings.RegistrationTokensDisabled && (g == nil || !g.Root().RegistrationTokensDisabled)
}

// ProjectRegistrationTokensAllowed is the same for a project, which has a switch of its own.
func (st *State) ProjectRegistrationTokensAllowed(p *Project) bool {
	return !p.RegistrationTokensDisabled && st.RegistrationTokensAllowed(p.Group)
}

// rateWindow counts a user's requests in the current period.
type rateWindow struct {
	Period int64
	Count  int
}

// CountRequest counts a user's request in the current period of Settings.RateLimit (Rack::Attack, fixed windows).
func (st *State) CountRequest(username string) rateWindow {
	if st.rates == nil {
		st.rates = map[string]rateWindow{}
	}
	w := st.rates[username]
	if period := st.Now().UnixNano() / int64(st.Settings.RateLimit.Per); period != w.Period {
		w = rateWindow{Period: period}
	}
	w.Count++
	st.rates[username] = w
	return w
}

// FullNamespaceName is the name of a project's namespace with those above it: "Acme / Backend".
func (p *Project) FullNamespaceName() string {
	if p.Group == nil {
		return p.Owner.Name
	}
	return p.Group.FullName()
}

// FullName is the group's name with those above it.
func (g *Group) FullName() string {
	name := g.Name
	for above := range g.Parent.Lineage {
		name = above.Name + " / " + name
	}
	return name
}
