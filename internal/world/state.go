package world

import (
	"sync"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// State is everything that one GitLab knows. Its mutex is held by whoever calls its methods or looks at its records;
// what is used after that is a copy.
type State struct {
	Version gitlabversion.Version // never changes, so that it may be asked without the mutex
	// mu is the one lock of the state; Visit takes it.
	mu     sync.Mutex
	handed map[string]handedToken // what TokenOf has returned, by token; unlike all below it outlives Replace
	ear    ear                    // who is told of events; it outlives Replace, too
	around Around                 // it outlives Replace, too
	// address is the URL of this GitLab; nil where it has none. It outlives Replace, too.
	address func() string
	world
}

// handedToken is what TokenOf made an access token for.
type handedToken struct {
	username string
	scopes   []string
}

// world is what the mutex guards; Replace puts another one in its place.
type world struct {
	clock func() time.Time
	made  tokenMaker

	Settings      Settings
	Users         table[*User]
	Tokens        table[*AccessToken]
	Groups        table[*Group]
	Projects      table[*Project]
	Runners       table[*Runner]
	gone          map[int]bool // the ids of runners that were deleted
	managers      table[*Manager]
	Jobs          table[*Job]
	ProtectedRefs table[*ProtectedRef]
	DeployTokens  table[*DeployToken]
	DeployKeys    table[*DeployKey]
	EnabledKeys   table[*Enabled] // which project has which of them
	Schedules     table[*PipelineSchedule]
	// scheduleVariables has none of them, as they are in their schedules: it gives their ids.
	scheduleVariables table[*ScheduleVariable]
	Triggers          table[*PipelineTrigger]
	Statuses          table[*CommitStatus]
	Webhooks          table[*Webhook]
	Environments      table[*Environment]
	Deployments       table[*Deployment]
	// RunnerControllers are programs that decide about jobs, controllerTokens what they connect with.
	RunnerControllers table[*RunnerController]
	controllerTokens  table[*RunnerControllerToken]

	notices  []Notice // events on their way to webhooks, which the end of the visit hands over
	pipeline int      // the last pipeline id given out
	making   making
	deployed map[*Job]bool // those that were there before a seed and have had what their environments want
	madeJobs []*Job        // that a seed has made of files, until SettleEnvironments has looked at them
	pins     pins
	begun    time.Time // when the last seed was entered whose times are told from then; zero if none was
	Queue    JobQueue

	// Of the indexes that setKey fills, each is nil before there is a record for it.

	UserNames    map[string]*User    // by Key of the username
	emails       map[string]*User    // by Key of an address that they have or had; see userByEmail
	GroupPaths   map[string]*Group   // by Key of the full path
	ProjectPaths map[string]*Project // by Key of the full path
	tokenValues  map[string]*AccessToken
	goneTokens   map[string]string // the usernames of deleted access tokens, by value; nil for none
	RunnerTokens map[string]*Runner
	JobTokens    map[string]*Job
	pipelines    map[int]*Pipeline
	// jobDeployments are the deployments that jobs make.
	jobDeployments map[*Job]*Deployment
	// registrationTokens is where the registration tokens of groups and projects stand; see indexRegistrationToken.
	registrationTokens map[string]*string
	variables          []*Variable             // of the instance, oldest first
	namedTokens        map[string]*AccessToken // what TokenOf made, by TokenName
	instanceWide       []*Runner               // instance runners, by id
	index              *runnerIndex            // nil: no list has wanted it yet
	rates              map[string]RateWindow   // by who is counted
	// NewProjectsUnshared is the application setting shared_runners_enabled=false. It only decides how a project begins
	// that says nothing of it, which is for whoever drafts the project to look at.
	NewProjectsUnshared bool
	undoing             bool                // Atomically is running a change
	timeless            bool                // drafts may have times that are yet to come
	undo                []func()            // what takes back the change that Atomically runs, as far as it has come
	coming              map[string]bool     // while Seed runs: the projects that it adds, by lower-cased path; else nil
	standIns            map[Row]bool        // of the seed that is being run
	lookedThrough       int                 // names, by the seed that is being run, for those nearest to what is not there
	links               int                 // shares made so far
	keyLevels           int                 // levels of deploy keys made so far
	nextEnd             time.Time           // when the next membership or share ends by itself; zero: none does
	oldPaths            map[string]*Project // by Key of a full path that they had

	chores         []chore // what workers have to do with pipelines, in its order
	left           map[chore]bool
	resources      table[*ResourceGroup]
	resourceGroups map[resourceKey]*ResourceGroup
	delayed        map[*Job]struct{} // those that start by themselves at a time
	nextDelay      time.Time         // not after the time of the first of them; zero: there is none
	at             time.Time         // what Now tells while something is done that was due earlier; zero: the clock's time
}

// RateWindow is how many requests somebody has made in one period.
type RateWindow struct {
	Period int64 // its number since 1970, each as long as the limit is for
	Count  int
}

// The ids of each kind of record start somewhere else, so that an id passed for one of another kind finds nothing.
const (
	firstUserID            = 1
	firstGroupID           = 1_001
	firstProjectID         = 10_001
	firstRunnerID          = 100_001
	firstManagerID         = 1_000_001
	firstJobID             = 2_000_001
	firstPipelineID        = 4_000_001
	firstTokenID           = 6_000_001
	firstWebhookID         = 8_000_001
	firstControllerID      = 9_000_001
	firstControllerTokenID = 9_500_001
	firstRefID             = 10_000_001 // of protected branches and tags
	firstKeyLevelID        = 10_500_001 // of the levels of deploy keys in those
	firstDeployID          = 11_000_001
	firstScheduleID        = 12_000_001
	firstTriggerID         = 13_000_001
	firstStatusID          = 14_000_001
	firstResourceGroupID   = 15_000_001
	firstDeployKeyID       = 16_000_001
	firstEnabledID         = 17_000_001
	firstEnvironmentID     = 18_000_001
	firstDeploymentID      = 19_000_001
	firstScheduleVariable  = 20_000_001
)

// RootUsername is the administrator that every GitLab starts with.
const RootUsername = "root"

// Now is the clock's time as GitLab's database keeps it: UTC, in microseconds.
func (st *State) Now() time.Time {
	if !st.at.IsZero() {
		return st.at
	}
	return st.clock().UTC().Round(0).Truncate(time.Microsecond)
}

// Timeless has drafts take times that are yet to come from now on, for who only wants to know what else is wrong.
func (st *State) Timeless() { st.timeless = true }

// Begin notes that the times of the seed that is being run are told from now on, and returns now.
func (st *State) Begin() time.Time {
	before := st.begun
	st.onUndo(func() { st.begun = before })
	st.begun = st.Now()
	return st.begun
}

// Begun is the time that Begin returned last; now, if it was never called.
func (st *State) Begun() time.Time {
	if st.begun.IsZero() {
		return st.Now()
	}
	return st.begun
}

// Has reports whether the GitLab that is followed behaves as d says.
func (st *State) Has(d gitlabversion.Difference) bool { return st.Version.Has(d) }

// seeding reports whether what is refused leaves a stand-in.
func (st *State) seeding() bool { return st.coming != nil }

// standsIn reports whether a record is a stand-in, of which nothing follows.
func (st *State) standsIn(r Row) bool { return st.standIns[r] }

// ear is who is told of events: a writer of bodies, and what takes them at the end of each visit, with the mutex still
// held, in their order. Without them no webhook hears anything.
type ear struct {
	writer EventWriter
	take   func([]Notice)
}
