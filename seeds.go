package fakegitlab

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// AddUser adds a user and returns it with what was empty filled in. A username that is taken fails the test.
func (f *Fake) AddUser(u User) User {
	f.tb.Helper()
	return change(f, "AddUser(%q)", u.Username, adding(addUser, u, publicUser))
}

// AddAccessToken adds an access token and returns it with what was empty filled in. With Project or Group set it also
// makes the token's bot user, a member there.
func (f *Fake) AddAccessToken(t AccessToken) AccessToken {
	f.tb.Helper()
	return change(f, "AddAccessToken(of %q)", t.User, adding(addAccessToken, t, publicAccessToken))
}

// AddGroup adds a group, and the parents in its path that do not exist, and returns it with what was empty filled in.
func (f *Fake) AddGroup(g Group) Group {
	f.tb.Helper()
	return change(f, "AddGroup(%q)", g.Path, adding(addGroup, g, publicGroup))
}

// AddProject adds a project, and the groups in its path that do not exist, and returns it with what was empty filled
// in.
func (f *Fake) AddProject(p Project) Project {
	f.tb.Helper()
	return change(f, "AddProject(%q)", p.Path, adding(addProject, p, publicProject))
}

// Commit makes a commit in a project's repository, by root, and returns its SHA: files are what their paths contain
// from then on, all others stay; without any it is empty. A branch that is not there begins at the default one, which
// "" is. What follows from a push follows from it. An empty message fails the test. DeleteFiles takes files away.
func (f *Fake) Commit(project, branch string, files map[string]string, message string) (sha string) {
	f.tb.Helper()
	return change(f, "Commit(%q)", project, func(st *world.State) (string, error) {
		return st.CommitFiles(project, branch, files, nil, message)
	})
}

// DeleteFiles makes a commit as Commit does, after which there are no files at these paths, which must have been there.
func (f *Fake) DeleteFiles(project, branch string, paths []string, message string) (sha string) {
	f.tb.Helper()
	return change(f, "DeleteFiles(%q)", project, func(st *world.State) (string, error) {
		return st.CommitFiles(project, branch, nil, paths, message)
	})
}

// AddRunner adds a runner and returns it with what was empty filled in. A project runner without projects is an
// orphan, as GitLab 17 leaves them when their projects are deleted. So is a group runner without a group, which must
// have an ID and a Token.
func (f *Fake) AddRunner(r Runner) Runner {
	f.tb.Helper()
	return change(f, "AddRunner(%s)", r.named(), adding(addRunner, r, publicRunner))
}

// AddJob adds a job and returns it with what was empty filled in: it is pending and belongs to a pipeline of its own
// unless something else is said.
func (f *Fake) AddJob(j Job) Job {
	f.tb.Helper()
	return change(f, "AddJob(%s)", j.named(), adding(addJob, j, publicJob))
}

// AddRunnerController adds a runner controller and returns it with what was empty filled in.
func (f *Fake) AddRunnerController(c RunnerController) RunnerController {
	f.tb.Helper()
	return change(f, "AddRunnerController(%q)", c.Description,
		adding(addRunnerController, c, publicRunnerController))
}

// named is what tells the runner from others in a message: without a description its ID or, as in a draft, where it is.
func (r Runner) named() string {
	switch kind := string(r.Type); {
	case r.Description != "":
		return strconv.Quote(r.Description)
	case r.ID != 0:
		return "ID " + strconv.Itoa(r.ID)
	case len(r.Projects) > 0:
		return fmt.Sprintf("of project %q", r.Projects[0])
	case r.Group != "":
		return fmt.Sprintf("of group %q", r.Group)
	case kind != "":
		return kind
	}
	return string(InstanceRunner)
}

// named is what tells the job from others in a message: without a name its ID or its project.
func (j Job) named() string {
	switch {
	case j.Name != "":
		return strconv.Quote(j.Name)
	case j.ID != 0:
		return "ID " + strconv.Itoa(j.ID)
	}
	return fmt.Sprintf("of project %q", j.Project)
}

// adding makes a record of plain data and returns what it became.
func adding[R world.Row, T any](
	add func(*world.State, T) (R, error), in T, public func(R) T,
) func(*world.State) (T, error) {
	return func(st *world.State) (out T, err error) {
		if bad := badValues(in); len(bad) > 0 {
			return out, bad
		}
		added, err := add(st, in)
		if err == nil {
			out = public(added)
		}
		return out, err
	}
}

// change does something to the state on the test's behalf, whole or not at all; a refusal is a misuse.
func change[T any](f *Fake, format, name string, do func(*world.State) (T, error)) T {
	f.tb.Helper()
	var done T
	err := f.openProblem()
	if err == nil {
		done, err = attempt(f, do)
	}
	if err != nil {
		f.misuse(format+": %v", name, err)
	}
	return done
}

// openProblem is the error of what changes the world of a fake that is closed: nobody will see it.
func (f *Fake) openProblem() error {
	switch {
	case !f.isClosed():
		return nil
	case f.ending.asking.Load():
		return errAsked
	}
	return errOver
}

// askWorld is change for what nobody waits for.
func askWorld[T any](f *Fake, format, name string, do func(*world.State) (T, error)) T {
	f.tb.Helper()
	done, err := quietly(f, do)
	if err != nil {
		f.misuse(format+": %v", name, err)
	}
	return done
}

// attempt does something to the state, whole or not at all, and tells those who WaitFor something.
func attempt[T any](f *Fake, do func(*world.State) (T, error)) (done T, err error) {
	defer f.news.Tell()
	return quietly(f, do)
}

// quietly is attempt for what nobody waits for: looking, and making what is only made to be given out.
func quietly[T any](f *Fake, do func(*world.State) (T, error)) (done T, err error) {
	world.Visit(f.state, func() {
		err = world.Atomically(f.state, func() (err error) {
			done, err = do(f.state)
			return err
		})
	})
	return done, err
}

// read copies something out of the state.
func read[T any](f *Fake, get func(*world.State) T) (got T) {
	world.Visit(f.state, func() { got = get(f.state) })
	return got
}

// Users returns copies of all users, ordered by ID.
func (f *Fake) Users() []User {
	return read(f, func(st *world.State) []User { return copies(st.Users.Rows, publicUser) })
}

// Groups returns copies of all groups, ordered by ID.
func (f *Fake) Groups() []Group {
	return read(f, func(st *world.State) []Group { return copies(st.Groups.Rows, publicGroup) })
}

// Projects returns copies of all projects, ordered by ID.
func (f *Fake) Projects() []Project {
	return read(f, func(st *world.State) []Project { return copies(st.Projects.Rows, publicProject) })
}

// Runners returns copies of all runners, ordered by ID.
func (f *Fake) Runners() []Runner {
	return read(f, func(st *world.State) []Runner { return copies(st.Runners.Rows, publicRunner) })
}

// Jobs returns copies of all jobs, ordered by ID.
func (f *Fake) Jobs() []Job {
	return read(f, func(st *world.State) []Job { return copies(st.Jobs.Rows, publicJob) })
}

// RunnerControllers returns copies of all runner controllers, ordered by ID.
func (f *Fake) RunnerControllers() []RunnerController {
	return read(f, func(st *world.State) []RunnerController {
		return copies(st.RunnerControllers.Rows, publicRunnerController)
	})
}

// Settings returns a copy of the settings.
func (f *Fake) Settings() Settings {
	return read(f, func(st *world.State) Settings { return publicSettings(st.Settings) })
}

// found copies one record out of the state, if it is there.
func found[R interface {
	world.Row
	comparable
}, T any](f *Fake, get func(*world.State) R, public func(R) T) (out T, ok bool) {
	world.Visit(f.state, func() {
		var none R
		if r := get(f.state); r != none {
			out, ok = public(r), true
		}
	})
	return out, ok
}

// User finds a user by username, without regard to case.
func (f *Fake) User(username string) (User, bool) {
	return found(f, func(st *world.State) *world.User { return st.UserNames[world.Key(username)] }, publicUser)
}

// Group finds a group by its full path, without regard to case.
func (f *Fake) Group(path string) (Group, bool) {
	return found(f, func(st *world.State) *world.Group { return st.GroupPaths[world.Key(path)] }, publicGroup)
}

// Project finds a project by its full path, without regard to case.
func (f *Fake) Project(path string) (Project, bool) {
	return found(f, func(st *world.State) *world.Project { return st.ProjectPaths[world.Key(path)] }, publicProject)
}

// Runner finds a runner by its ID.
func (f *Fake) Runner(id int) (Runner, bool) {
	return found(f, func(st *world.State) *world.Runner { return st.Runners.ByID(id) }, publicRunner)
}

// Job finds a job by its ID.
func (f *Fake) Job(id int) (Job, bool) {
	return found(f, func(st *world.State) *world.Job { return st.Jobs.ByID(id) }, publicJob)
}

// RunnerStatus is how lately the runner was heard of. Being paused does not show here, as it does in the status of
// GitLab's REST API. An unknown runner fails the test.
func (f *Fake) RunnerStatus(id int) RunnerStatus {
	f.tb.Helper()
	return askWorld(f, "RunnerStatus(%s)", strconv.Itoa(id), func(st *world.State) (RunnerStatus, error) {
		r, err := st.RunnerByID(id)
		if err != nil {
			return "", err
		}
		return RunnerStatus(st.RunnerStatus(r)), nil
	})
}

// UpdateSettings changes the settings. Like the functions of all Update methods, alter changes the copy that it is
// given; it may use the fake, and is called again if somebody else changed the same thing meanwhile.
func (f *Fake) UpdateSettings(alter func(*Settings)) {
	f.tb.Helper()
	get := func(st *world.State) (Settings, error) { return publicSettings(st.Settings), nil }
	if err := revise(f, get, rewriteSettings, alter); err != nil {
		f.misuse("UpdateSettings: %v", err)
	}
}

// revise lets alter change a copy of something and puts it back. Alter runs without the lock; what changed under it
// is altered anew.
func revise[T any](f *Fake, get func(*world.State) (T, error), set func(*world.State, T) error, alter func(*T)) error {
	if err := f.openProblem(); err != nil {
		return err
	}
	if alter == nil {
		return errors.New("there is no function")
	}
	for {
		before, err := quietly(f, get)
		if err != nil {
			return err
		}
		next, err := quietly(f, get)
		if err != nil {
			return err
		}
		alter(&next)
		done, err := attempt(f, func(st *world.State) (bool, error) {
			if now, err := get(st); err != nil || !reflect.DeepEqual(now, before) {
				return false, err
			}
			return true, set(st, next)
		})
		if done || err != nil {
			return err
		}
	}
}

// editable is a kind of record that may be changed by way of its plain data.
type editable[R world.Row, T any] struct {
	find   func(*world.State, string) (R, error) // by username, full path or ID
	public func(R) T
	set    func(*world.State, R, T) error
}

var (
	userEdits    = editable[*world.User, User]{(*world.State).UserByName, publicUser, rewriteUser}
	groupEdits   = editable[*world.Group, Group]{(*world.State).GroupByPath, publicGroup, rewriteGroup}
	projectEdits = editable[*world.Project, Project]{(*world.State).ProjectByPath, publicProject, rewriteProject}
	runnerEdits  = editable[*world.Runner, Runner]{(*world.State).RunnerByNumber, publicRunner, rewriteRunner}
	webhookEdits = editable[*world.Webhook, Webhook]{(*world.State).WebhookByNumber, publicWebhook, rewriteWebhook}

	environmentEdits = editable[*world.Environment, ProjectEnvironment]{(*world.State).EnvironmentByNumber,
		publicEnvironment, rewriteEnvironment}
)

// edit lets alter change one record's plain data, and takes it over unless that fails.
func (k editable[R, T]) edit(st *world.State, r R, alter func(*T) error) (T, error) {
	var zero T
	next := k.public(r)
	if err := alter(&next); err != nil {
		return zero, err
	}
	if bad := badValues(next); len(bad) > 0 {
		return zero, bad
	}
	if err := k.set(st, r, next); err != nil {
		return zero, err
	}
	return k.public(r), nil
}

// update is edit for the test.
func (k editable[R, T]) update(f *Fake, format, name string, alter func(*T)) (done T) {
	f.tb.Helper()
	get := func(st *world.State) (out T, err error) {
		r, err := k.find(st, name)
		if err == nil {
			out = k.public(r)
		}
		return out, err
	}
	set := func(st *world.State, next T) (err error) {
		r, err := k.find(st, name)
		if err != nil {
			return err
		}
		done, err = k.edit(st, r, func(now *T) error {
			*now = next
			return nil
		})
		return err
	}
	if err := revise(f, get, set, alter); err != nil {
		f.misuse(format+": %v", name, err)
	}
	return done
}

// UpdateUser changes a user and returns it. ID and Username stay.
func (f *Fake) UpdateUser(username string, alter func(*User)) User {
	f.tb.Helper()
	return userEdits.update(f, "UpdateUser(%q)", username, alter)
}

// UpdateGroup changes a group and returns it. ID and Path stay.
func (f *Fake) UpdateGroup(path string, alter func(*Group)) Group {
	f.tb.Helper()
	return groupEdits.update(f, "UpdateGroup(%q)", path, alter)
}

// UpdateProject changes a project and returns it. ID and Path stay.
func (f *Fake) UpdateProject(path string, alter func(*Project)) Project {
	f.tb.Helper()
	return projectEdits.update(f, "UpdateProject(%q)", path, alter)
}

// UpdateRunner changes a runner, its assignments to projects and its managers included, and returns it. ID, Type and
// Group stay; what GitLab's model refuses fails the test.
func (f *Fake) UpdateRunner(id int, alter func(*Runner)) Runner {
	f.tb.Helper()
	return runnerEdits.update(f, "UpdateRunner(%s)", strconv.Itoa(id), alter)
}

// DeleteRunner removes a runner, as an administrator would. Its token is dead at once.
func (f *Fake) DeleteRunner(id int) {
	f.tb.Helper()
	change(f, "DeleteRunner(%s)", strconv.Itoa(id), func(st *world.State) (struct{}, error) {
		r, err := st.RunnerByID(id)
		if err == nil {
			st.DeleteRunner(r)
		}
		return struct{}{}, err
	})
}

// ContactRunner is a heartbeat, as from a machine that uses the runner's token with this system id. The machine's
// record is made if it is new; what else m says of it is stored. m's times and ID are not read: it is now that it
// calls.
func (f *Fake) ContactRunner(id int, m RunnerManager) {
	f.tb.Helper()
	change(f, "ContactRunner(%s)", strconv.Itoa(id), func(st *world.State) (Runner, error) {
		r, err := st.RunnerByID(id)
		if err != nil {
			return Runner{}, err
		}
		return contactRunner(st, r, m)
	})
}

func contactRunner(st *world.State, r *world.Runner, m RunnerManager) (Runner, error) {
	if bad := badValues(m); len(bad) > 0 {
		return Runner{}, bad
	}
	if err := st.ContactBy(r, managerDraft(m)); err != nil {
		return Runner{}, err
	}
	return publicRunner(r), nil
}

// Seed adds a whole scenario, or nothing of it: then the error is a *ScenarioError, which says what could not be and
// where. The user root, who is always there, is updated by the scenario's.
func (f *Fake) Seed(s Scenario) error {
	if err := f.openProblem(); err != nil {
		return err
	}
	defer f.news.Tell()
	return enter(f.state, s)
}

// enter is Seed.
func enter(st *world.State, s Scenario) (err error) {
	world.Visit(st, func() {
		if err = seed(st, s); err == nil {
			st.Settle()
		}
	})
	return err
}

// Snapshot returns all that GitLab knows as plain data. Seeded into a new fake it gives an equal Snapshot, unless the
// clock there is behind: with WithStartTime(gl.Now()) it is not, and with s.Now = gl.Now() the times move to it.
func (f *Fake) Snapshot() Scenario { return read(f, snapshotOf) }
