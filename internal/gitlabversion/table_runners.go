package gitlabversion

// runnerRows are the differences about runners, their tokens, and runner controllers.
var runnerRows = map[Difference]Row{
	StaleAfterSevenDays: {"a runner is stale seven days after its last contact; before, three months",
		Version{17, 1}, first, "Runners API page of 17.1, merge request 155795", true},
	AddressOfRunner: {"a runner's ip_address is the address of its latest manager; afterwards null",
		first, Version{17, 0}, "Runners API page: deprecated in 16.1, gone in 17.0; null in answers recorded from " +
			"gitlab.com at 17.1-pre and 18.4-pre, where the page says the empty string", true},
	ManageRunnerScope: {"access tokens know the scope manage_runner",
		Version{17, 1}, first, "Runners API page of 17.1", false},
	DescriptionLimit: {"a runner's description has at most 1024 characters, its name 256",
		Version{17, 0}, first, "app/models/ci/runner.rb, absent in 16.x", false},
	GroupMaintainersListRunners: {"GET /groups/:id/runners needs Maintainer; before, Owner",
		Version{17, 0}, first, "Runners API page of 17.2; policy of 16.0", false},
	GroupMaintainersReadInheritedRunners: {"a Maintainer of a parent group may read a group runner; before, direct " +
		"members only",
		Version{18, 0}, first, "app/policies/ci/runner_policy.rb", false},
	GroupMaintainersReadRunnerJobs: {"a group Maintainer may list the jobs of a group runner; before, Owner",
		Version{18, 4}, first, "app/policies/ci/runner_policy.rb of about 18.2 and of the newest", false},
	RunnerNotFoundByName: {"a missing runner is 404 Runner Not Found; before, 404 Not found",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	RunnerCreationShown: {"runners show created_by, created_at and job_execution_status",
		Version{18, 0}, first, "lib/api/entities/ci/runner.rb", false},
	CancelingIsIdle: {"a runner whose jobs are all being canceled is idle (job_execution_status); before, active",
		Version{19, 0}, first, "lib/api/entities/ci/runner.rb and app/models/ci/runner.rb of about 18.5 and of 19.2", false},
	RunnerProjectsEndpoint: {"GET /runners/:id/projects, and include_projects on GET /runners/:id",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	MaintenanceNoteForUpdatersOnly: {"maintenance_note is null for those who may not update the runner",
		Version{18, 0}, first, "lib/api/entities/ci/runner_details.rb", false},
	AuditorsListAllRunners: {"auditors may call GET /runners/all; before, administrators only",
		Version{18, 0}, first, "lib/api/ci/runners.rb", false},
	OwnerProjectRulesRunner: {"updating a project runner needs Maintainer in its owner project (or, with several, in " +
		"any); before, in any",
		Version{18, 0}, first, "app/policies/ci/runner_policy.rb", false},
	OwnerProjectKeepsRunner: {"a runner cannot be unassigned from its owner project, nor while it is locked unless by " +
		"an administrator; before, not from its only project",
		Version{17, 9}, first, "app/services/ci/runners/unassign_runner_service.rb", false},
	UnassignDecidedFirst: {"unassigning is refused to others than administrators before If-Unmodified-Since is looked " +
		"at, with Runner is locked or No access granted; before, after it, with User not allowed to assign runner or the " +
		"words about the owner project",
		Version{18, 0}, first, "lib/api/ci/runners.rb, app/policies/ci/runner_project_policy.rb", false},
	AssignErrorsAsText: {"a refused assignment says why in one text; before, as a hash of model errors",
		Version{17, 3}, first, "app/services/ci/runners/assign_runner_service.rb", false},
	MissingScopeByName: {"POST /user/runners calls an unknown group or project by name; before, scope",
		Version{18, 0}, first, "app/services/ci/runners/create_runner_service.rb", false},
	PartitionedTokens: {"authentication tokens name their runner's type in front: t1_, t2_, t3_ and glrt-t1_ ...",
		Version{17, 7}, Version{17, 11}, "lib/authn/tokens/runner_authentication_token.rb: from October 2024; " +
			"lib/ci/runners/token_partition.rb", false},
	RoutableRunnerTokens: {"authentication tokens are longer, have dots and name their runner's type and group or " +
		"project inside; those of runners that registered with a registration token begin with glrtr-",
		Version{17, 11}, first, "lib/authn/token_field/generator/routable_token.rb; " +
			"lib/authn/tokens/runner_authentication_token.rb: from 28 March 2025; tokens in public files", false},
	NewManagersUncontacted: {"a manager that POST /runners/verify makes for a runner made by a user has never contacted " +
		"GitLab, as the runner has not; before, it is online",
		Version{16, 5}, Version{18, 0}, "merge request 133858; lib/api/ci/helpers/runner.rb, current_runner_manager", false},
	VerifyContactsCreatedRunners: {"POST /runners/verify counts as contact of a runner made by a user, and of its manager",
		Version{18, 0}, first, "lib/api/ci/runner.rb", false},
	ManagerDeletionContacts: {"DELETE /runners/managers counts as contact of the runner that keeps other managers",
		first, Version{18, 0}, "lib/api/ci/runner.rb and lib/api/ci/helpers/runner.rb of 17.x and the newest", false},
	OrphanedRunners: {"a group or project runner left without its group or projects is refused as orphaned by POST " +
		"/runners/verify and POST /jobs/request",
		Version{17, 0}, Version{18, 0}, "lib/api/ci/runner.rb and lib/api/ci/helpers/runner.rb of 16.x and 17.x", false},
	OrphanedRunnersForbidden: {"an orphaned runner is refused with 403 by every endpoint that takes its token; before, " +
		"with 422 by the two that give it work or verify it",
		Version{17, 9}, Version{18, 0}, "lib/api/ci/helpers/runner.rb of 17.9", false},
	OrphanedRunnersDeleted: {"when a project is deleted, runners that served nothing else are deleted, too; before and " +
		"after, they stay as orphans",
		Version{18, 0}, Version{18, 3}, "app/workers/ci/runners/update_project_runners_owner_worker.rb, with a flag of " +
			"17.9 that was off; a migration of 18.4 removes what is left of it", false},
	JobRouter: {"GET /runners/router/discovery",
		Version{18, 7}, first, "Runners API page", true},
	KeysetAscending: {"GET /runners/:id/jobs has keyset pagination in ascending order, too",
		Version{19, 4}, first, "Runners API page, merge request 252032", true},
	EmptyTagListNarrowsNothing: {"a list of runners with tag_list given and empty has all runners; before, none",
		Version{17, 7}, first, "app/models/concerns/ci/taggable.rb", false},
	ChosenTokenExpiry: {"POST /user/runners takes token_expires_at",
		Version{18, 10}, first, "Users API page; lib/api/user_runners.rb", true},
	VerifyAnswersToken: {"POST /runners/verify answers with id, token and token_expires_at; before, with the text 200",
		oldest, first, "lib/api/ci/runner.rb of 15.8 and of 17.x; the change is older than 16.0", false},
	RegistrationGone: {"POST /runners is 410 where registration tokens are switched off",
		oldest, first, "lib/api/ci/runner.rb of 15.8 and of 17.x; the change is older than 16.0", false},
	ManagersBySystemID: {"each system_id of a runner is a manager of its own, and DELETE /runners/managers removes it",
		oldest, first, "lib/api/ci/runner.rb of 15.8 and of 17.x; DELETE /runners/managers is of 16.0", false},
	RunnerControllers: {"/runner_controllers and their tokens",
		Version{18, 9}, first, "Runner controllers API page, merge request 218229; lib/api/ci/runner_controllers.rb", true},
	RunnerControllerScopes: {"/runner_controllers/:id/scopes",
		Version{18, 10}, first, "GitLab's Terraform provider, runner_controller_instance_scope; client-go", true},
}
