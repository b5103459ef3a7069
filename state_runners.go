package fakegitlab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// runner is the record of a runner.
type runner struct {
	num         int
	kind        RunnerType
	group       *group        // of a group runner
	assignments []*assignment // of a project runner; the first is the owner
	attributes
	name                              *string
	token                             string
	tokenExpiresAt                    time.Time
	registration                      Registration
	creator                           *user
	createdAt, updatedAt, contactedAt time.Time
	managers                          []*manager
	jobs                              []*job // by id
	queue                             queueValue
	indexed                           indexEntry
}

// assignment joins a project runner to a project; it has an age of its own, which If-Unmodified-Since is held against.
type assignment struct {
	project   *project
	updatedAt time.Time
}

// attributes are what people may change of a runner; they are validated together. nil is null.
type attributes struct {
	description     *string
	maintenanceNote *string
	paused, locked  bool
	runUntagged     bool
	tags            []string
	accessLevel     AccessLevel
	maximumTimeout  *int // seconds
}

// defaultAttributes are those of a runner of which nothing is said.
func defaultAttributes() attributes {
	return attributes{runUntagged: true, accessLevel: NotProtected}
}

func (r *runner) id() int { return r.num }

// owner is the project that a project runner belongs to, nil for others and for an orphan.
func (r *runner) owner() *project {
	if len(r.assignments) == 0 {
		return nil
	}
	return r.assignments[0].project
}

func (r *runner) assignedTo(p *project) *assignment {
	for _, a := range r.assignments {
		if a.project == p {
			return a
		}
	}
	return nil
}

// orphaned reports whether a runner has lost the group or all the projects that it was made for.
func (r *runner) orphaned() bool {
	return r.kind == ProjectRunner && len(r.assignments) == 0 || r.kind == GroupRunner && r.group == nil
}

// A runner is online for this long after its last contact (app/models/ci/runner.rb, ONLINE_CONTACT_TIMEOUT).
const onlineContactTimeout = 2 * time.Hour

// staleTimeout is how long after its last contact a manager, and from 17.1 on a runner, is stale.
const staleTimeout = 7 * 24 * time.Hour

// staleBefore is the time at or before which a runner must have been heard of to be stale.
func (st *state) staleBefore() time.Time {
	if st.has(gitlabversion.StaleAfterSevenDays) {
		return st.now().Add(-staleTimeout)
	}
	return monthsBefore(st.now(), 3)
}

// monthsBefore goes back by the calendar as Rails does: where the month is too short, to its last day.
func monthsBefore(t time.Time, months int) time.Time {
	before := t.AddDate(0, -months, 0)
	if before.Day() != t.Day() { // Go went on into the next month
		before = before.AddDate(0, 0, -before.Day())
	}
	return before
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// status reckons a runner's or manager's status from when it was made and last heard of.
func (st *state) status(createdAt, contactedAt, staleBefore time.Time) RunnerStatus {
	switch {
	case !latest(createdAt, contactedAt).After(staleBefore):
		return Stale
	case contactedAt.IsZero():
		return NeverContacted
	case contactedAt.After(st.now().Add(-onlineContactTimeout)):
		return Online
	}
	return Offline
}

func (st *state) runnerStatus(r *runner) RunnerStatus {
	return st.status(r.createdAt, r.contactedAt, st.staleBefore())
}

// invalid is what a model refuses: attributes with their texts, in the order of the model's validations.
type invalid struct{ problems []attributeProblem }

type attributeProblem struct{ attribute, text string }

func (v *invalid) add(attribute, text string) {
	v.problems = append(v.problems, attributeProblem{attribute, text})
}

// sentence is how GitLab says the problems as one sentence: "Tags list can not be empty, A, and B".
func (v *invalid) sentence() string {
	var said []string
	for _, p := range v.problems {
		human := strings.ReplaceAll(strings.ReplaceAll(p.attribute, "_", " "), ".", " ")
		said = append(said, strings.ToUpper(human[:1])+human[1:]+" "+p.text)
	}
	return toSentence(said)
}

func (v *invalid) Error() string { return v.sentence() }

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
	maxDatabaseInteger = 1<<31 - 1 // of PostgreSQL's integer
)

// validate holds the attributes that a runner is to have against GitLab's model, in the model's order. before are those it
// has, nil when new.
func (st *state) validate(next attributes, before *attributes) error {
	var v invalid
	if !next.runUntagged && len(next.tags) == 0 {
		v.add(attrTagsList, msgTagsNeeded)
	}
	if len(next.tags) > maxTags && (before == nil || !slices.Equal(before.tags, next.tags)) {
		v.add(attrTagsList, msgTooManyTags)
	}
	if st.has(gitlabversion.DescriptionLimit) && tooLong(next.description, maxNoteLength) &&
		(before == nil || !equalText(before.description, next.description)) {
		v.add(attrDescription, msgTooLong(maxNoteLength))
	}
	if next.accessLevel == "" {
		v.add(attrAccessLevel, msgBlank)
	}
	if next.maximumTimeout != nil && *next.maximumTimeout < minMaximumTimeout {
		v.add(attrMaximumTimeout, msgMaximumTimeoutTooShort)
	}
	if tooLong(next.maintenanceNote, maxNoteLength) {
		v.add(attrMaintenanceNote, msgTooLong(maxNoteLength))
	}
	if len(v.problems) > 0 {
		return &v
	}
	return nil
}

func tooLong(s *string, limit int) bool { return s != nil && utf8.RuneCountInString(*s) > limit }

func equalText(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

func msgTooLong(limit int) string { return fmt.Sprintf(msgfTooLong, limit) }

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

// newRunner is what createRunner makes a runner of.
type newRunner struct {
	id           int
	kind         RunnerType
	group        *group
	projects     []*project
	attributes   attributes
	name         *string
	registration Registration
	creator      *user
	token        string // made up when empty
	managers     []manager
	// existing: it is described as it stands in the database, where what was saved before a limit came is longer.
	existing bool
	// Of an existing runner; zero is now, never contacted, and what the settings say.
	createdAt, contactedAt, tokenExpiresAt time.Time
}

// createRunner makes a runner by the rules of GitLab's model. The plan limits are the caller's: requests have them, seeds
// may describe a time before the limit.
func (st *state) createRunner(n newRunner) (*runner, error) {
	n.attributes.tags = cleanTags(n.attributes.tags)
	var before *attributes
	if n.existing {
		before = &n.attributes
	}
	if err := st.validate(n.attributes, before); err != nil {
		return nil, err
	}
	if st.has(gitlabversion.DescriptionLimit) && !n.existing && tooLong(n.name, maxNameLength) {
		return nil, &invalid{[]attributeProblem{{attrName, msgTooLong(maxNameLength)}}}
	}
	now := st.now()
	r := &runner{num: assignID(st, &st.runners, n.id), kind: n.kind, group: n.group, attributes: n.attributes, name: n.name,
		registration: n.registration, creator: n.creator, createdAt: now, updatedAt: now,
		token: st.secret(st.runnerTokenKind(n.kind, n.registration), n.token)}
	for _, p := range n.projects {
		r.assignments = append(r.assignments, &assignment{p, now})
	}
	r.tokenExpiresAt = st.tokenExpiry(r, now)
	add(st, &st.runners, r)
	setKey(st, st.runnerTokens, r.token, r)
	st.linkRunner(r)
	st.reindex(r)
	st.onUndo(func() {
		st.unlinkRunner(r)
		st.unindex(r)
	})
	return r, nil
}

// linkRunner makes the runner found from where it serves.
func (st *state) linkRunner(r *runner) {
	if r.kind == InstanceRunner {
		st.instanceWide = insertByID(st.instanceWide, r)
	}
	if r.group != nil {
		r.group.runners = insertByID(r.group.runners, r)
	}
	for _, a := range r.assignments {
		a.project.runners = insertByID(a.project.runners, r)
	}
}

func (st *state) unlinkRunner(r *runner) {
	st.instanceWide = removeByID(st.instanceWide, r)
	if r.group != nil {
		r.group.runners = removeByID(r.group.runners, r)
	}
	for _, a := range r.assignments {
		a.project.runners = removeByID(a.project.runners, r)
	}
}

// tokenExpiry is when a token made now dies: after the shortest interval that applies to the runner, or never
// (app/models/ci/runner.rb, compute_token_expiration).
func (st *state) tokenExpiry(r *runner, now time.Time) time.Time {
	var shortest time.Duration
	limit := func(d time.Duration) {
		if d > 0 && (shortest == 0 || d < shortest) {
			shortest = d
		}
	}
	switch r.kind {
	case InstanceRunner:
		limit(st.settings.RunnerTokenExpiration)
	case GroupRunner:
		limit(st.settings.GroupRunnerTokenExpiration)
		if r.group != nil {
			limit(r.group.RunnerTokenExpiration)
		}
	case ProjectRunner:
		limit(st.settings.ProjectRunnerTokenExpiration)
		for _, a := range r.assignments {
			limit(a.project.RunnerTokenExpiration)
		}
	}
	if shortest == 0 {
		return time.Time{}
	}
	return now.Add(shortest)
}

// updateRunner changes a runner's attributes, or refuses and leaves them.
func (st *state) updateRunner(r *runner, next attributes) error {
	next.tags = cleanTags(next.tags)
	if err := st.validate(next, &r.attributes); err != nil {
		return err
	}
	r.attributes = next
	r.updatedAt = st.now()
	st.reindex(r)
	st.tick(r)
	return nil
}

// resetRunnerToken gives the runner a new token of its kind; the old one is dead at once.
func (st *state) resetRunnerToken(r *runner) {
	st.setRunnerToken(r, st.made.token(st.runnerTokenKind(r.kind, r.registration)))
	r.tokenExpiresAt = st.tokenExpiry(r, st.now())
	r.updatedAt = st.now()
}

func (st *state) setRunnerToken(r *runner, token string) {
	delete(st.runnerTokens, r.token)
	st.tick(r)
	r.token = token
	st.runnerTokens[token] = r
}

// deleteRunner removes the runner with its managers and assignments. Its jobs stay and forget it.
func (st *state) deleteRunner(r *runner) {
	st.unlinkRunner(r)
	st.unindex(r)
	for _, m := range r.managers {
		st.managers.remove(m)
	}
	for _, j := range r.jobs {
		j.runner, j.manager = nil, nil
	}
	delete(st.runnerTokens, r.token)
	st.runners.remove(r)
	st.tick(r)
}

// assignRunner makes a project runner serve one project more.
func (st *state) assignRunner(r *runner, p *project) {
	r.assignments = append(r.assignments, &assignment{p, st.now()})
	p.runners = insertByID(p.runners, r)
	st.tick(r)
}

func (st *state) unassignRunner(r *runner, p *project) {
	r.assignments = slices.DeleteFunc(slices.Clone(r.assignments), func(a *assignment) bool { return a.project == p })
	p.runners = removeByID(p.runners, r)
	st.tick(r)
}

// activeCount counts the runners that a plan limit is held against: those made or heard of since the stale limit.
func (st *state) activeCount(rs []*runner) int {
	before, n := st.staleBefore(), 0
	for _, r := range rs {
		if latest(r.createdAt, r.contactedAt).After(before) {
			n++
		}
	}
	return n
}

// planLimitExceeded is GitLab's refusal of one runner more for a group or project, or "".
func (st *state) planLimitExceeded(g *group, p *project) (attribute, text string) {
	switch {
	case g != nil && st.settings.MaxGroupRunners > 0 && st.activeCount(g.runners) >= st.settings.MaxGroupRunners:
		return attrGroupLimit, fmt.Sprintf(msgfGroupRunnerLimit, st.settings.MaxGroupRunners)
	case p != nil && st.settings.MaxProjectRunners > 0 && st.activeCount(p.runners) >= st.settings.MaxProjectRunners:
		return attrProjectLimit, fmt.Sprintf(msgfProjectRunnerLimit, st.settings.MaxProjectRunners)
	}
	return "", ""
}

// legacySystemID is the system id of the manager of a runner that sends none.
const legacySystemID = "<legacy>"

// runnerByToken finds the runner that a living authentication token belongs to.
func (st *state) runnerByToken(token string) *runner {
	r := st.runnerTokens[token]
	if r == nil || !r.tokenExpiresAt.IsZero() && !r.tokenExpiresAt.After(st.now()) {
		return nil
	}
	return r
}

func (r *runner) manager(systemID string) *manager {
	for _, m := range r.managers {
		if m.SystemID == systemID {
			return m
		}
	}
	return nil
}

// latestManager is the manager contacted last, nil without managers.
func (r *runner) latestManager() *manager {
	var last *manager
	for _, m := range r.managers {
		if last == nil || m.ContactedAt.After(last.ContactedAt) || m.ContactedAt.Equal(last.ContactedAt) && m.ID > last.ID {
			last = m
		}
	}
	return last
}

// contact is what a runner says of itself in a call. Without info only the address is new.
type contact struct {
	systemID string
	address  string
	info     *manager // of which ID, times and runner are not read
}

// heartbeat notes that a manager of the runner called, and makes its record if it is new. contacts is false for calls that
// say only what a manager is, and count as contact of neither it, unless it is new, nor the runner.
func (st *state) heartbeat(r *runner, c contact, contacts bool) *manager {
	now := st.now()
	if contacts {
		st.setContacted(r, now)
	}
	if c.systemID == "" {
		c.systemID = legacySystemID
	}
	m := r.manager(c.systemID)
	if m == nil {
		m = &manager{ID: assignID(st, &st.managers, 0), SystemID: c.systemID, CreatedAt: now, ContactedAt: now, runner: r}
		add(st, &st.managers, m)
		r.managers = insertByID(r.managers, m)
	}
	if m.IPAddress = c.address; contacts {
		m.ContactedAt = now
	}
	if i := c.info; i != nil { // what it leaves out or blank stays (lib/api/helpers.rb, attributes_for_keys)
		m.Version, m.Revision, m.Platform = cmp.Or(i.Version, m.Version), cmp.Or(i.Revision, m.Revision), cmp.Or(i.Platform, m.Platform)
		m.Architecture, m.Executor = cmp.Or(i.Architecture, m.Architecture), cmp.Or(i.Executor, m.Executor)
	}
	return m
}

// contactBy is a heartbeat, now, of the manager that a draft describes.
func (st *state) contactBy(r *runner, draft manager) error {
	if tooLong(&draft.SystemID, maxSystemIDLength) {
		return st.checkManagers(r, []manager{draft})
	}
	c := contact{systemID: draft.SystemID, address: draft.IPAddress}
	if draft.Version+draft.Revision+draft.Platform+draft.Architecture+draft.Executor != "" {
		c.info = &draft
	}
	st.heartbeat(r, c, true)
	return nil
}

// deleteManager removes one manager; when it was the last, the runner has never been heard of again.
func (st *state) deleteManager(m *manager) {
	r := m.runner
	r.managers = removeByID(r.managers, m)
	st.managers.remove(m)
	r.replaceManager(m, nil)
	if len(r.managers) == 0 {
		st.setContacted(r, time.Time{})
	}
}

func (st *state) setContacted(r *runner, at time.Time) {
	r.contactedAt = at
	st.reindex(r)
}

// ownedRunners are those that GET /runners lists: the project runners of every project where u is Maintainer or more and
// the group runners of every group where u is Owner, also by inheritance (app/models/user.rb, ci_owned_runners).
func (st *state) ownedRunners(u *user) []*runner {
	owned := map[*runner]bool{}
	for _, p := range st.projects.rows {
		if len(p.runners) > 0 && roleInProject(u, p) >= Maintainer {
			for _, r := range p.runners {
				owned[r] = true
			}
		}
	}
	for _, g := range st.groups.rows {
		if len(g.runners) > 0 && roleInGroup(u, g) >= Owner {
			for _, r := range g.runners {
				owned[r] = true
			}
		}
	}
	return sorted(owned)
}

func sorted(set map[*runner]bool) []*runner {
	rs := make([]*runner, 0, len(set))
	for r := range set {
		rs = append(rs, r)
	}
	slices.SortFunc(rs, func(a, b *runner) int { return byID(a, b.num) })
	return rs
}

// runnersFor are those that can serve a group: its own, its ancestors' and the instance's.
func (st *state) runnersFor(g *group, own []*runner, withGroups, withInstance bool) []*runner {
	rs := slices.Clone(own)
	if withGroups {
		for g := range g.lineage {
			rs = append(rs, g.runners...)
		}
	}
	if withInstance {
		rs = append(rs, st.instanceWide...)
	}
	slices.SortFunc(rs, func(a, b *runner) int { return byID(a, b.num) })
	return rs
}

// text is a nullable text: nil for "".
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
