package gitlabversion

// Difference names one behaviour that not every supported version of GitLab has.
type Difference int

// The differences, in the order of the table below.
const (
	StaleAfterSevenDays Difference = iota
	AddressOfRunner
	AddressEmpty
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
	UnassignRespectsLock
	AssignErrorsAsText
	MissingScopeByName
	PartitionedTokens
	VerifyContactsCreatedRunners
	OrphanedRunners
	KASProxyURL
	CancelingState
	JobInfoExtras
	JobRouter
	TokenDescription
	TokenLastUsedIPs
	differenceCount
)

// Row is one difference: what it is, the first version that has it, the first one that no longer has it (zero: none), how
// it is known, and whether the exact minor version is known or only the side of it.
type Row struct {
	What         string
	Since, Until Version
	Source       string
	Exact        bool
}

// first is older than everything supported.
var first = Version{}

var table = [differenceCount]Row{
	StaleAfterSevenDays: {"a runner is stale seven days after its last contact; before, three months",
		Version{17, 1}, first, "Runners API page of 17.1, merge request 155795", true},
	AddressOfRunner: {"a runner's ip_address is the address of its latest manager",
		first, Version{17, 0}, "Runners API page: deprecated in 16.1, empty from 17.0", true},
	AddressEmpty: {"a runner's ip_address is the empty string; afterwards null",
		Version{17, 0}, Version{18, 0}, "Runners API page of 17.2; entity of the newest source", false},
	ManageRunnerScope: {"access tokens know the scope manage_runner",
		Version{17, 1}, first, "Runners API page of 17.1", false},
	DescriptionLimit: {"a runner's description has at most 1024 characters, its name 256",
		Version{17, 0}, first, "app/models/ci/runner.rb, absent in 16.x", false},
	GroupMaintainersListRunners: {"GET /groups/:id/runners needs Maintainer; before, Owner",
		Version{17, 0}, first, "Runners API page of 17.2; policy of 16.0", false},
	GroupMaintainersReadInheritedRunners: {"a Maintainer of a parent group may read a group runner; before, direct members only",
		Version{18, 0}, first, "app/policies/ci/runner_policy.rb", false},
	GroupMaintainersReadRunnerJobs: {"a group Maintainer may list the jobs of a group runner; before, Owner",
		Version{18, 0}, first, "app/policies/ci/runner_policy.rb", false},
	RunnerNotFoundByName: {"a missing runner is 404 Runner Not Found; before, 404 Not found",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	RunnerCreationShown: {"runners show created_by, created_at and job_execution_status",
		Version{18, 0}, first, "lib/api/entities/ci/runner.rb", false},
	RunnerProjectsEndpoint: {"GET /runners/:id/projects, and include_projects on GET /runners/:id",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	MaintenanceNoteForUpdatersOnly: {"maintenance_note is null for those who may not update the runner",
		Version{18, 0}, first, "lib/api/entities/ci/runner_details.rb", false},
	AuditorsListAllRunners: {"auditors may call GET /runners/all; before, administrators only",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	OwnerProjectRulesRunner: {"updating a project runner needs Maintainer in its owner project (or, with several, in any); before, in any",
		Version{18, 0}, first, "app/policies/ci/runner_policy.rb", false},
	OwnerProjectKeepsRunner: {"a runner cannot be unassigned from its owner project; before, from its only project",
		Version{17, 9}, first, "app/services/ci/runners/unassign_runner_service.rb", false},
	UnassignRespectsLock: {"unassigning a locked runner needs an administrator",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	AssignErrorsAsText: {"a refused assignment says why in one text; before, as a hash of model errors",
		Version{17, 3}, first, "app/services/ci/runners/assign_runner_service.rb", false},
	MissingScopeByName: {"POST /user/runners calls an unknown group or project by name; before, scope",
		Version{18, 0}, first, "app/services/ci/runners/create_runner_service.rb", false},
	PartitionedTokens: {"authentication tokens name their runner's type: t1_, t2_, t3_ and glrt-t1_ ...",
		Version{17, 7}, first, "app/models/ci/runner.rb", false},
	VerifyContactsCreatedRunners: {"POST /runners/verify counts as contact of a runner made by a user",
		Version{18, 0}, first, "lib/api/ci/runner.rb", false},
	OrphanedRunners: {"a group or project runner may be left without its group or projects; it is refused as orphaned",
		first, Version{18, 0}, "lib/api/ci/helpers/runner.rb of 17.x", false},
	KASProxyURL: {"GET /version and GET /metadata show kas.externalK8sProxyUrl",
		Version{17, 6}, first, "Metadata API page", true},
	CancelingState: {"a job of a runner that cancels gracefully is canceling before it is canceled",
		Version{17, 0}, first, "Jobs API page of 17.0", true},
	JobInfoExtras: {"job_info names the project's path, namespace and user; git_info has protected; jobs have inputs",
		Version{18, 0}, first, "lib/api/entities/ci/job_request", false},
	JobRouter: {"GET /runners/router/discovery",
		Version{18, 6}, first, "lib/api/ci/runner.rb", false},
	TokenDescription: {"personal access tokens have a description",
		Version{17, 7}, first, "Personal access tokens API page", true},
	TokenLastUsedIPs: {"personal access tokens show last_used_ips",
		Version{18, 0}, first, "Personal access tokens API page", false},
}

// Table returns every difference.
func Table() []Row { return table[:] }
