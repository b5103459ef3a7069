package world

import (
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Around is what a GitLab asks of those around it, where no request tells it. Without a function that says what users
// may everybody may.
type Around struct {
	// MayRun says why the user of a pipeline may not make it; nil is that the user may.
	MayRun func(*State, NewPipeline) error
	// MayStop says whether a user may stop an environment.
	MayStop func(*State, *User, *Environment) bool
	// MayPlay says whether a user may play a job.
	MayPlay func(*State, *User, *Job) bool
	// MayReadCode says whether a user, or with nil anybody, may read the code of a project.
	MayReadCode func(*User, *Project) bool
}

// New makes a GitLab of a version that nobody has touched yet: it has the user root and nothing else. Its times are
// those of clock.
func New(v gitlabversion.Version, clock func() time.Time, around Around) *State {
	st := &State{Version: v, around: around}
	st.world = world{
		clock: clock,
		Users: newTable[*User](firstUserID), Tokens: newTable[*AccessToken](firstTokenID),
		Groups: newTable[*Group](firstGroupID), Projects: newTable[*Project](firstProjectID),
		Runners: newTable[*Runner](firstRunnerID), managers: newTable[*Manager](firstManagerID),
		Jobs: newTable[*Job](firstJobID), Webhooks: newTable[*Webhook](firstWebhookID),
		RunnerControllers: newTable[*RunnerController](firstControllerID),
		controllerTokens:  newTable[*RunnerControllerToken](firstControllerTokenID),
		ProtectedRefs:     newTable[*ProtectedRef](firstRefID), DeployTokens: newTable[*DeployToken](firstDeployID),
		DeployKeys: newTable[*DeployKey](firstDeployKeyID), EnabledKeys: newTable[*Enabled](firstEnabledID),
		Schedules: newTable[*PipelineSchedule](firstScheduleID), Triggers: newTable[*PipelineTrigger](firstTriggerID),
		scheduleVariables: newTable[*ScheduleVariable](firstScheduleVariable),

		Statuses:     newTable[*CommitStatus](firstStatusID),
		resources:    newTable[*ResourceGroup](firstResourceGroupID),
		Environments: newTable[*Environment](firstEnvironmentID), Deployments: newTable[*Deployment](firstDeploymentID),
		pipeline:  firstPipelineID - 1,
		UserNames: map[string]*User{},
	}
	st.Settings.RegistrationToken = st.made.token(instanceRegistrationTokens)
	root := &User{ID: firstUserID, Username: RootUsername, Name: "Administrator", Email: "admin@example.com", Admin: true,
		State: UserActive, CreatedAt: st.Now()}
	st.Users.insert(root)
	st.UserNames[RootUsername] = root
	st.indexEmail(root)
	return st
}

// ServeAt has the variables of pipelines say where this GitLab is: its URL with its base path, without a slash at the
// end. It is called once, before the state is used.
func ServeAt(st *State, address func() string) { st.address = address }

// Visit does something with the state's mutex held. Whoever does takes no lock that is held while this one is taken;
// the order of all locks of a fake stands at fakegitlab.Fake. The clock is asked while it is held.
//
// Visit, Replace, Atomically and Seeding are no methods, so that an endpoint, whose request is a State with more to it,
// does not find them there: it runs within a visit.
func Visit(st *State, part func()) {
	st.mu.Lock()
	defer st.mu.Unlock() // also when a function of the test panics
	defer st.handOver()
	defer st.MovePipelines()
	st.endWhatIsOver()
	st.startDelayed()
	part()
}

// Replace puts the world of another state in the place of this one's; the other is not to be used afterwards. Its times
// are those of clock from now on. Requests that wait for something in the old world are woken to look again.
func Replace(st, next *State, clock func() time.Time) {
	for _, j := range st.Jobs.Rows {
		j.wake()
	}
	st.tickAll()
	st.world = next.world
	st.clock = clock
}
