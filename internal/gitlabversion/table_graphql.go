package gitlabversion

// graphqlRows are the differences about GraphQL.
var graphqlRows = map[Difference]Row{
	InstanceRunnersReadByAll: {"GraphQL shows instance runners to every user; before, to administrators and to " +
		"Maintainers of a group or project that uses such runners",
		Version{18, 2}, first, "app/policies/ci/runner_policy.rb of 17.x and of about 18.2", false},
	RunnerShowsMachine: {"GraphQL's CiRunner has version, revision, ipAddress, executorName, architectureName and " +
		"platformName; afterwards CiRunnerManager alone",
		first, Version{17, 0}, "GraphQL reference of 16.x and of 17.x", false},
	RunnerCreationMethod: {"GraphQL's CiRunner has creationMethod",
		Version{17, 0}, first, "app/graphql/types/ci/runner_type.rb: experiment of 17.0", true},
	RunnerCreationState: {"GraphQL's CiRunner has creationState",
		Version{18, 2}, first, "app/graphql/types/ci/runner_type.rb of the newest; absent in the reference of 18.1", false},
	RunnersByVersionPrefix: {"GraphQL's lists of runners take versionPrefix",
		Version{16, 6}, first, "app/graphql/resolvers/ci/runners_resolver.rb: experiment of 16.6", true},
	RunnersByCreatorName: {"GraphQL's lists of runners take creatorUsername",
		Version{16, 7}, first, "app/graphql/resolvers/ci/runners_resolver.rb: experiment of 16.7", true},
	RunnersByOwner: {"GraphQL's list of all runners takes ownerFullPath and ownerWildcard",
		Version{17, 8}, first, "app/graphql/resolvers/ci/runners_resolver.rb: experiment of 17.8", true},
	RunnersOfCurrentUser: {"GraphQL's CurrentUser has runners",
		Version{18, 3}, first, "app/graphql/types/current_user_type.rb: experiment of 18.3", true},
	ManagersShowExecution: {"GraphQL's CiRunnerManager has jobExecutionStatus",
		Version{16, 3}, first, "app/graphql/types/ci/runner_manager_type.rb: experiment of 16.3", true},
	JobCountByStatus: {"jobCount of GraphQL's CiRunner takes statuses",
		Version{16, 2}, first, "app/graphql/resolvers/ci/runner_job_count_resolver.rb: experiment of 16.2", true},
	ProjectJobsByName: {"jobs of GraphQL's Project takes name",
		Version{17, 1}, first, "app/graphql/resolvers/project_jobs_resolver.rb: experiment of 17.1", true},
	JobInterface: {"GraphQL's CiRunner.jobs and jobs of Query have CiJobInterface, ownerProject ProjectInterface and " +
		"CiJob.pipeline PipelineInterface; before, CiJob, Project and Pipeline",
		Version{18, 4}, first, "app/graphql/types/ci/runner_type.rb of about 18.3 and of the newest", false},
	StatusNames: {"GraphQL's DetailedStatus has name",
		Version{16, 4}, first, "app/graphql/types/ci/detailed_status_type.rb: what it replaces is of 16.4", true},
	RunnerBulkPause: {"GraphQL has the mutation runnerBulkPause",
		Version{17, 11}, first, "merge request 184012 of spring 2025", false},
	GraphQLSuggests: {"GraphQL says of an unknown field, argument or type what may have been meant",
		Version{17, 7}, first, "Gemfile of late 2024: graphql 2.4.1, which is of November", false},
	RunnerAssignMutations: {"GraphQL has the mutations runnerAssignToProject and runnerUnassignFromProject",
		Version{18, 0}, first, "absent in the reference of 17.x, there in that of 18.x", false},
}
