package world

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Runner is the record of a runner.
type Runner struct {
	ID          int
	Type        RunnerType
	Group       *Group        // of a group runner
	Assignments []*Assignment // of a project runner; the first is the owner
	Attributes
	Name                              *string
	Token                             string
	TokenExpiresAt                    time.Time
	Registration                      Registration
	Creator                           *User
	CreatedAt, UpdatedAt, ContactedAt time.Time
	Managers                          []*Manager
	Jobs                              []*Job // by id
	Queue                             queueValue
	indexed                           indexEntry
}

// Assignment joins a project runner to a project; it has an age of its own, which If-Unmodified-Since is held against.
type Assignment struct {
	Project   *Project
	UpdatedAt time.Time
}

// Attributes are what people may change of a runner; they are validated together. nil is null.
type Attributes struct {
	Description     *string
	MaintenanceNote *string
	Paused, Locked  bool
	RunUntagged     bool
	Tags            []string
	AccessLevel     AccessLevel
	MaximumTimeout  *int // seconds
}

// DefaultAttributes are those of a runner of which nothing is said.
func DefaultAttributes() Attributes {
	return Attributes{RunUntagged: true, AccessLevel: NotProtected}
}

func (r *Runner) id() int { return r.ID }

// Owner is the project that a project runner belongs to, nil for others and for an orphan.
func (r *Runner) Owner() *Project {
	if len(r.Assignments) == 0 {
		return nil
	}
	return r.Assignments[0].Project
}

func (r *Runner) AssignedTo(p *Project) *Assignment {
	for _, a := range r.Assignments {
		if a.Project == p {
			return a
		}
	}
	return nil
}

// Orphaned reports whether a runner has lost the group or all the projects that it was made for.
func (r *Runner) Orphaned() bool {
	return r.Type == ProjectRunner && len(r.Assignments) == 0 || r.Type == GroupRunner && r.Group == nil
}

// A runner is online for this long after its last contact (app/models/ci/runner.rb, ONLINE_CONTACT_TIMEOUT).
const OnlineContactTimeout = 2 * time.Hour

// StaleTimeout is how long after its last contact a manager, and from 17.1 on a runner, is stale.
const StaleTimeout = 7 * 24 * time.Hour

// StaleBefore is the time at or before which a runner must have been heard of to be stale.
func (st *State) StaleBefore() time.Time {
	if st.Has(gitlabversion.StaleAfterSevenDays) {
		return st.Now().Add(-StaleTimeout)
	}
	return monthsBefore(st.Now(), 3)
}

// Status reckons a runner's or manager's status from when it was made and last heard of.
func (st *State) Status(createdAt, contactedAt, staleBefore time.Time) RunnerStatus {
	switch {
	case !Latest(createdAt, contactedAt).After(staleBefore):
		return Stale
	case contactedAt.IsZero():
		return NeverContacted
	case contactedAt.After(st.Now().Add(-OnlineContactTimeout)):
		return Online
	}
	return Offline
}

func (st *State) RunnerStatus(r *Runner) RunnerStatus {
	return st.Status(r.CreatedAt, r.ContactedAt, st.StaleBefore())
}

// Invalid is what a model refuses: attributes with their texts, in the order of the model's validations.
type Invalid struct{ Problems []AttributeProblem }

type AttributeProblem struct{ Attribute, Text string }

// NewInvalid is a refusal for one attribute.
func NewInvalid(attribute, text string) *Invalid {
	return &Invalid{[]AttributeProblem{{attribute, text}}}
}

func (v *Invalid) Add(attribute, text string) {
	v.Problems = append(v.Problems, AttributeProblem{attribute, text})
}

// sentence is how GitLab says the problems as one sentence: "Tags list can not be empty, A, and B".
func (v *Invalid) sentence() string {
	var said []string
	for _, p := range v.Problems {
		said = append(said, p.sentence())
	}
	return toSentence(said)
}

// sentence is the problem with its attribute as people write it.
func (p AttributeProblem) sentence() string {
	human := strings.ReplaceAll(strings.ReplaceAll(p.Attribute, "_", " "), ".", " ")
	return strings.ToUpper(human[:1]) + human[1:] + " " + p.Text
}

func (v *Invalid) Error() string { return v.sentence() }

func toSentence(said []string) string {
	switch n := len(said); n {
	case 0, 1:
		return strings.Join(said, "")
	case 2:
		return said[0] + " and " + said[1]
	default:
		return strings.Join(said[:n-1], ", ") + ", and " + said[n-1]
	}
}

// Limits of a runner's attributes (app/models/ci/runner.rb).
const (
	maxTags            = 50
	maxNoteLength      = 1024
	maxNameLength      = 256
	minMaximumTimeout  = 600       // seconds
	MaxDatabaseInteger = 1<<31 - 1 // of PostgreSQL's integer
)

// validate holds the attributes that a runner is to have against GitLab's model, in the model's order. before are those it
// has, nil when new.
func (st *State) validate(next Attributes, before *Attributes) error {
	var v Invalid
	if !next.RunUntagged && len(next.Tags) == 0 {
		v.Add(attrTagsList, msgTagsNeeded)
	}
	if len(next.Tags) > maxTags && (before == nil || !slices.Equal(before.Tags, next.Tags)) {
		v.Add(attrTagsList, msgTooManyTags)
	}
	if st.Has(gitlabversion.DescriptionLimit) && TooLong(next.Description, maxNoteLength) &&
		(before == nil || !equalText(before.Description, next.Description)) {
		v.Add(attrDescription, MsgTooLong(maxNoteLength))
	}
	if next.AccessLevel == "" {
		v.Add(attrAccessLevel, msgBlank)
	}
	if next.MaximumTimeout != nil && *next.MaximumTimeout < minMaximumTimeout {
		v.Add(attrMaximumTimeout, msgMaximumTimeoutTooShort)
	}
	if TooLong(next.MaintenanceNote, maxNoteLength) {
		v.Add(attrMaintenanceNote, MsgTooLong(maxNoteLength))
	}
	if len(v.Problems) > 0 {
		return &v
	}
	return nil
}

func TooLong(s *string, limit int) bool { return s != nil && utf8.RuneCountInString(*s) > limit }

func equalText(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

func MsgTooLong(limit int) string { return fmt.Sprintf(msgfTooLong, limit) }

// cleanTags drops blanks and repetitions from tags and keeps their order.
func cleanTags(tags []string) []string {
	var clean []string
	for _, t := range tags {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(clean, t) {
			clean = append(clean, t)
		}
	}
	return clean
}

// RunnerDraft is what createRunner makes a runner of.
type RunnerDraft struct {
	Id           int
	Type         RunnerType
	Group        *Group
	Projects     []*Project
	Attributes   Attributes
	Name         *string
	Registration Registration
	Creator      *User
	Token        string // made up when empty
	Managers     []Manager
	// Existing: it is described as it stands in the database, where what was saved before a limit came is longer.
	Existing bool
	// Of an existing runner; zero is now, never contacted, and what the settings say.
	CreatedAt, ContactedAt, TokenExpiresAt time.Time
}

// CreateRunner makes a runner by the rules of GitLab's model. The plan limits are the caller's: requests have them, seeds
// may describe a time before the limit.
func (st *State) CreateRunner(n RunnerDraft) (*Runner, error) {
	n.Attributes.Tags = cleanTags(n.Attributes.Tags)
	var before *Attributes
	if n.Existing {
		before = &n.Attributes
	}
	if err := st.validate(n.Attributes, before); err != nil {
		return nil, err
	}
	if st.Has(gitlabversion.DescriptionLimit) && !n.Existing && TooLong(n.Name, maxNameLength) {
		return nil, NewInvalid(attrName, MsgTooLong(maxNameLength))
	}
	now := st.Now()
	r := &Runner{ID: assignID(st, &st.Runners, n.Id), Type: n.Type, Group: n.Group, Attributes: n.Attributes, Name: n.Name,
		Registration: n.Registration, Creator: n.Creator, CreatedAt: now, UpdatedAt: now,
		Token: st.secret(st.runnerTokenKind(n.Type, n.Registration), n.Token)}
	for _, p := range n.Projects {
		r.Assignments = append(r.Assignments, &Assignment{p, now})
	}
	r.TokenExpiresAt = st.TokenExpiry(r, now)
	add(st, &st.Runners, r)
	setKey(st, st.RunnerTokens, r.Token, r)
	st.linkRunner(r)
	st.reindex(r)
	st.OnUndo(func() {
		st.unlinkRunner(r)
		st.unindex(r)
	})
	return r, nil
}

// linkRunner makes the runner found from where it serves.
func (st *State) linkRunner(r *Runner) {
	if r.Type == InstanceRunner {
		st.instanceWide = insertByID(st.instanceWide, r)
	}
	if r.Group != nil {
		r.Group.runners = insertByID(r.Group.runners, r)
	}
	for _, a := range r.Assignments {
		a.Project.Runners = insertByID(a.Project.Runners, r)
	}
}

func (st *State) unlinkRunner(r *Runner) {
	st.instanceWide = removeByID(st.instanceWide, r)
	if r.Group != nil {
		r.Group.runners = removeByID(r.Group.runners, r)
	}
	for _, a := range r.Assignments {
		a.Project.Runners = removeByID(a.Project.Runners, r)
	}
}

// TokenExpiry is when a token made now dies: after the shortest interval that applies to the runner, or never
// (app/models/ci/runner.rb, compute_token_expiration).
func (st *State) TokenExpiry(r *Runner, now time.Time) time.Time {
	var shortest time.Duration
	limit := func(d time.Duration) {
		if d > 0 && (shortest == 0 || d < shortest) {
			shortest = d
		}
	}
	switch r.Type {
	case InstanceRunner:
		limit(st.Settings.RunnerTokenExpiration)
	case GroupRunner:
		limit(st.Settings.GroupRunnerTokenExpiration)
		if r.Group != nil {
			limit(r.Group.RunnerTokenExpiration)
		}
	case ProjectRunner:
		limit(st.Settings.ProjectRunnerTokenExpiration)
		for _, a := range r.Assignments {
			limit(a.Project.RunnerTokenExpiration)
		}
	}
	if shortest == 0 {
		return time.Time{}
	}
	return now.Add(shortest)
}

// UpdateRunner changes a runner's attributes, or refuses and leaves them.
func (st *State) UpdateRunner(r *Runner, next Attributes) error {
	next.Tags = cleanTags(next.Tags)
	if err := st.validate(next, &r.Attributes); err != nil {
		return err
	}
	r.Attributes = next
	r.UpdatedAt = st.Now()
	st.reindex(r)
	st.tick(r)
	return nil
}

// ResetRunnerToken gives the runner a new token of its kind; the old one is dead at once.
func (st *State) ResetRunnerToken(r *Runner) {
	st.setRunnerToken(r, st.made.token(st.runnerTokenKind(r.Type, r.Registration)))
	r.TokenExpiresAt = st.TokenExpiry(r, st.Now())
	r.UpdatedAt = st.Now()
}

func (st *State) setRunnerToken(r *Runner, token string) {
	delete(st.RunnerTokens, r.Token)
	st.tick(r)
	r.Token = token
	st.RunnerTokens[token] = r
}

// DeleteRunner removes the runner with its managers and assignments. Its jobs stay and forget it.
func (st *State) DeleteRunner(r *Runner) {
	st.unlinkRunner(r)
	st.unindex(r)
	for _, m := range r.Managers {
		st.managers.remove(m)
	}
	for _, j := range r.Jobs {
		j.Runner, j.Manager = nil, nil
	}
	delete(st.RunnerTokens, r.Token)
	st.Runners.remove(r)
	st.tick(r)
}

// AssignRunner makes a project runner serve one project more.
func (st *State) AssignRunner(r *Runner, p *Project) {
	r.Assignments = append(r.Assignments, &Assignment{p, st.Now()})
	p.Runners = insertByID(p.Runners, r)
	st.tick(r)
}

func (st *State) UnassignRunner(r *Runner, p *Project) {
	r.Assignments = slices.DeleteFunc(slices.Clone(r.Assignments), func(a *Assignment) bool { return a.Project == p })
	p.Runners = removeByID(p.Runners, r)
	st.tick(r)
}

// activeCount counts the runners that a plan limit is held against: those made or heard of since the stale limit.
func (st *State) activeCount(rs []*Runner) int {
	before, n := st.StaleBefore(), 0
	for _, r := range rs {
		if Latest(r.CreatedAt, r.ContactedAt).After(before) {
			n++
		}
	}
	return n
}

// PlanLimitExceeded is GitLab's refusal of one runner more for a group or project, or "".
func (st *State) PlanLimitExceeded(g *Group, p *Project) (attribute, text string) {
	switch {
	case g != nil && st.Settings.MaxGroupRunners > 0 && st.activeCount(g.runners) >= st.Settings.MaxGroupRunners:
		return attrGroupLimit, fmt.Sprintf(msgfGroupRunnerLimit, st.Settings.MaxGroupRunners)
	case p != nil && st.Settings.MaxProjectRunners > 0 && st.activeCount(p.Runners) >= st.Settings.MaxProjectRunners:
		return attrProjectLimit, fmt.Sprintf(msgfProjectRunnerLimit, st.Settings.MaxProjectRunners)
	}
	return "", ""
}

// legacySystemID is the system id of the manager of a runner that sends none.
const legacySystemID = "<legacy>"

// RunnerByToken finds the runner that a living authentication token belongs to.
func (st *State) RunnerByToken(token string) *Runner {
	r := st.RunnerTokens[token]
	if r == nil || !r.TokenExpiresAt.IsZero() && !r.TokenExpiresAt.After(st.Now()) {
		return nil
	}
	return r
}

func (r *Runner) Manager(systemID string) *Manager {
	for _, m := range r.Managers {
		if m.SystemID == systemID {
			return m
		}
	}
	return nil
}

// LatestManager is the manager contacted last, nil without managers.
func (r *Runner) LatestManager() *Manager {
	var last *Manager
	for _, m := range r.Managers {
		if last == nil || m.ContactedAt.After(last.ContactedAt) || m.ContactedAt.Equal(last.ContactedAt) && m.ID > last.ID {
			last = m
		}
	}
	return last
}

// Contact is what a runner says of itself in a call. Without info only the address is new.
type Contact struct {
	SystemID string
	Address  string
	Info     *Manager // of which ID, times and runner are not read
}

// Heartbeat notes that a manager of the runner called, and makes its record if it is new. contacts is false for calls that
// say only what a manager is, and count as contact of neither it, unless it is new, nor the runner.
func (st *State) Heartbeat(r *Runner, c Contact, contacts bool) *Manager {
	now := st.Now()
	if contacts {
		st.SetContacted(r, now)
	}
	if c.SystemID == "" {
		c.SystemID = legacySystemID
	}
	m := r.Manager(c.SystemID)
	if m == nil {
		m = &Manager{ID: assignID(st, &st.managers, 0), SystemID: c.SystemID, CreatedAt: now, ContactedAt: now, Runner: r}
		add(st, &st.managers, m)
		r.Managers = insertByID(r.Managers, m)
	}
	if m.IPAddress = c.Address; contacts {
		m.ContactedAt = now
	}
	if i := c.Info; i != nil { // what it leaves out or blank stays (lib/api/helpers.rb, attributes_for_keys)
		m.Version, m.Revision, m.Platform = cmp.Or(i.Version, m.Version), cmp.Or(i.Revision, m.Revision), cmp.Or(i.Platform, m.Platform)
		m.Architecture, m.Executor = cmp.Or(i.Architecture, m.Architecture), cmp.Or(i.Executor, m.Executor)
	}
	return m
}

// ContactBy is a heartbeat, now, of the manager that a draft describes.
func (st *State) ContactBy(r *Runner, draft Manager) error {
	if TooLong(&draft.SystemID, MaxSystemIDLength) {
		return st.checkManagers(r, []Manager{draft}).err()
	}
	c := Contact{SystemID: draft.SystemID, Address: draft.IPAddress}
	if draft.Version+draft.Revision+draft.Platform+draft.Architecture+draft.Executor != "" {
		c.Info = &draft
	}
	st.Heartbeat(r, c, true)
	return nil
}

// DeleteManager removes one manager; when it was the last, the runner has never been heard of again.
func (st *State) DeleteManager(m *Manager) {
	r := m.Runner
	r.Managers = removeByID(r.Managers, m)
	st.managers.remove(m)
	r.replaceManager(m, nil)
	if len(r.Managers) == 0 {
		st.SetContacted(r, time.Time{})
	}
}

func (st *State) SetContacted(r *Runner, at time.Time) {
	r.ContactedAt = at
	st.reindex(r)
}

// OwnedRunners are those that GET /runners lists: the project runners of every project where u is Maintainer or more and
// the group runners of every group where u is Owner, also by inheritance (app/models/user.rb, ci_owned_runners).
func (st *State) OwnedRunners(u *User) []*Runner {
	owned := map[*Runner]bool{}
	for _, p := range st.Projects.Rows {
		if len(p.Runners) > 0 && RoleInProject(u, p) >= Maintainer {
			for _, r := range p.Runners {
				owned[r] = true
			}
		}
	}
	for _, g := range st.Groups.Rows {
		if len(g.runners) > 0 && RoleInGroup(u, g) >= Owner {
			for _, r := range g.runners {
				owned[r] = true
			}
		}
	}
	return sorted(owned)
}

func sorted(set map[*Runner]bool) []*Runner {
	rs := make([]*Runner, 0, len(set))
	for r := range set {
		rs = append(rs, r)
	}
	slices.SortFunc(rs, func(a, b *Runner) int { return byID(a, b.ID) })
	return rs
}

// RunnersFor are those that can serve a group: its own, its ancestors' and the instance's.
func (st *State) RunnersFor(g *Group, own []*Runner, withGroups, withInstance bool) []*Runner {
	rs := slices.Clone(own)
	if withGroups {
		for g := range g.Lineage {
			rs = append(rs, g.runners...)
		}
	}
	if withInstance {
		rs = append(rs, st.instanceWide...)
	}
	slices.SortFunc(rs, func(a, b *Runner) int { return byID(a, b.ID) })
	return rs
}

// text is a nullable text: nil for "".
func OrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func OrEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
