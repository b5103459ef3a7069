package gitlabversion

import "slices"

// Difference names one behaviour that not every supported version of GitLab has.
type Difference int

// The differences, in the order of the table below.
const (
	StaleAfterSevenDays Difference = iota
	AddressOfRunner
	ManageRunnerScope
	DescriptionLimit
	GroupMaintainersListRunners
	GroupMaintainersReadInheritedRunners
	GroupMaintainersReadRunnerJobs
	RunnerNotFoundByName
	RunnerCreationShown
	RunnerProjectsEndpoint
	MaintenanceNoteForUpdatersOnly
	AuditorsListAllRunners
	OwnerProjectRulesRunner
	OwnerProjectKeepsRunner
	UnassignDecidedFirst
	AssignErrorsAsText
	MissingScopeByName
	PartitionedTokens
	RoutableRunnerTokens
	NewManagersUncontacted
	VerifyContactsCreatedRunners
	ManagerDeletionContacts
	OrphanedRunners
	OrphanedRunnersForbidden
	OrphanedRunnersDeleted
	KASProxyURL
	CancelingState
	JobNotProcessing
	ErasureBeforeStatus
	JobStatusOnUpdate
	JobGroupName
	ServerNameVariable
	TriggerVariable
	ScheduleDescriptionVariable
	NamespaceSlugVariable
	TopicsVariable
	DefaultBranchSlugVariable
	MessagesCut
	StartedAtSlugVariable
	CommitUserVariable
	VariablesOf19
	DefaultBranchBaseVariable
	TraceContextVariables
	JobTagsVariable
	CacheKeysByContent
	CachesByRole
	JobInfoExtras
	JobInputs
	GitDepthOfHighest
	PipelinesFetchedBySHA
	RunnerUUID
	CancelingIsIdle
	QueueEndsWithJob
	LaterFailureReasons
	MaskedByWord
	JobTokenPrefix
	JobTokenJudgedFirst
	PersonalTokensFetchArtifacts
	EndedPipelinesUnlock
	ExtendedTrailers
	JobSource
	CancelBuildAbility
	RerunAbilities
	PlayAnswersNewAttempt
	JobInputsOverridden
	JobsOfRef
	TraceRanges
	RetryRefusalText
	LintContentRef
	EnvironmentTimersRenewed
	EnvironmentAutoStopAt
	EnvironmentDescription
	EnvironmentAutoStopSetting
	JobTokensDeploy
	RetryReasonAliases
	JobRouter
	RateLimitHeaders
	EmailResetOffered
	UsersShowLocked
	UsersByKeyset
	UsersSearchedByRank
	JobsShowManager
	ScimIdentities
	SHA256Avatars
	PublicEmailOfUsers
	GitHubOfUsers
	PreferredLanguage
	DisallowedTokensHidden
	TokenDescription
	TokenLastUsedIPs
	GranularShown
	GranularTokens
	PlannerRole
	MembersThroughHiddenGroups
	SecurityManagerRole
	KeysetAscending
	EmptyTagListNarrowsNothing
	ChosenTokenExpiry
	NamespaceAttributesOf17
	NamespaceAttributesOf18
	MergeRequestTitleTemplate
	RunnersTokenInLists
	VariablesRoleAndRestriction
	CodeReadersSeeProtection
	RefRulesJudgedLate
	BotsOutliveTokens
	TokenPermissionsHeld
	HiddenVariables
	VariableDescription
	InstanceVariableDescription
	GroupDescriptionLimit
	RegistryImportOver
	DefaultVisibilityUnrestricted
	VerifyAnswersToken
	RegistrationGone
	ManagersBySystemID
	MinuteBetweenLogs
	ArtifactsByRunningJobs
	TimeoutsEnforced
	StuckReasonsByState
	SilentAfterHalfAnHour
	JobTokensReadJobs
	JobTokensReadRepositories
	JobTokensReadPipelines
	ArtifactsTree
	ArtifactETags
	JobTokenRefusedByName
	KeepDecidedByJob
	RecentPipelinesSearched
	OwnTokenCreation
	TokenRotationExpiry
	TokenSelfRotation
	ResourceTokenSelfRotation
	TokenFamilyRevoked
	TokenExpiryFilters
	ActivationByService
	MovedProjectsRedirect
	PlainNamespacePaths
	RegistryPathText
	ActiveFilter
	ActiveFilterOfGroups
	DeployKeyOfLevels
	InstanceDeployKeys
	KeysOfProtectedBranches
	VirtualRegistryScopes
	DeletionMarks
	DeletionRenames
	InstanceRunnersReadByAll
	RunnerShowsMachine
	RunnerCreationMethod
	RunnerCreationState
	RunnersByVersionPrefix
	RunnersByCreatorName
	RunnersByOwner
	RunnersOfCurrentUser
	ManagersShowExecution
	JobCountByStatus
	ProjectJobsByName
	JobInterface
	StatusNames
	RunnerBulkPause
	RunnerAssignMutations
	TriggersInGraphQL
	PipelineSchedulesSorted
	PipelineShowsSchedule
	JobTokenAccessible
	JobTokenPushSetting
	JobTokenRemovalUnseen
	GroupRunnersSetting
	CountLimit
	EnvironmentNamespace
	EnvironmentFlux
	GraphQLSuggests
	WebhookUUID
	WebhookTemplates
	WebhookTests
	WebhookNames
	WebhookIdempotencyKey
	WebhooksForgivenAlike
	WebhookEventsOf18
	WebhookSigningTokens
	RunnerControllers
	RunnerControllerScopes
	TagsShowCreation
	PickerIsAuthor
	PickedWithHyphen
	GeneratedFiles
	OmittedDiffs
	JobTokensPush
	GitDeniedTellsOfTokens
	ArchivedPushToldApart
	PipelineNames
	PipelineMetadata
	PipelinesByName
	PipelineInputs
	PipelineArchived
	StatusTextsCapital
	ScheduleRefsWhole
	CronSyntaxFirst
	ScheduleInputs
	ScheduleErrorsSaved
	TriggerExpiry
	NewestReadyFirstMode
	CurrentJobOfResource
	TriggerJobsByName
	RulesTextsReview
	VariablesAfterRef
	VariablesBuiltFirst
	PayloadUnasked
	RetryClearsFinish
	BlockedAreRedundant
	JobTokenScopeChanges
	JobTokenScopeGroups
	JobTokenEnforcement
	JobTokenEnforced
	AllowlistTakesItself
	differenceCount
)

// Row is one difference. Nothing asks for those that begin with the oldest supported version: they are listed because a
// client may know the time before.
type Row struct {
	What         string  // what a version that has it does, and what others do
	Since, Until Version // the first version that has it and the first that no longer has it; the zero Version: none
	Source       string  // how it is known: a page of GitLab's documentation, or a file of its source
	Exact        bool    // the minor versions are known, and not only that the behaviour differs before and after
}

// first is older than everything supported.
var first = Version{}

// oldest is the first version that is followed.
var oldest = Version{firstMajor, 0}

// table has the rows of all areas.
var table = joined(runnerRows, jobRows, pipelineRows, namespaceRows, peopleRows, graphqlRows)

func joined(areas ...map[Difference]Row) (all [differenceCount]Row) {
	for _, rows := range areas {
		for d, row := range rows {
			all[d] = row
		}
	}
	return all
}

// Differences returns every difference, in the order in which they came, or went where they were there from the first.
func Differences() []Difference {
	all := make([]Difference, differenceCount)
	for i := range all {
		all[i] = Difference(i)
	}
	slices.SortStableFunc(all, func(a, b Difference) int {
		switch x, y := a.Row().begins(), b.Row().begins(); {
		case x.before(y):
			return -1
		case y.before(x):
			return 1
		}
		return 0
	})
	return all
}

// Row returns what the table says of d.
func (d Difference) Row() Row { return table[d] }

func (r Row) begins() Version {
	if r.Since == first {
		return r.Until
	}
	return r.Since
}
