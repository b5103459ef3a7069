// Package graphql is GitLab's GraphQL API: what of it is about runners, and what stands around them. It is a protocol
// beside internal/rest: who may do what is decided by the same internal/policy, and a change is the same transition of
// internal/world. Documents are answered by internal/graphqlruby, which knows no GitLab.
//
//	protocol.go        which requests are GraphQL's, and how the pipeline treats them
//	request.go         what a request asks for: documents, batches, variables
//	operation.go       the same in one line, for the journal
//	guard.go           what the token decides at the root; granular.go what a fine-grained one opens
//	answer.go          what a request is answered
//	answer_texts.go    what GitLab says to a whole request
//	reason.go          what a person should know of the answer
//	execute.go         documents in, results out, within the limits of whoever asks
//
//	schema/*.graphql   the types, as GitLab has them, with the versions that have each
//	schema.go          what of them one version has; each is loaded when it is first wanted
//	fields.go          rows of the table of fields, and how they are bound to the schema
//	call.go            what resolvers know of the request, and what a right hides
//	costs.go           what fields add to a query's complexity, and queries that go round in circles
//	scalars.go         times, durations and global ids
//	connections.go     lists in pages: by keys, as of tables, and by place, as of lists
//	root.go            the fields of Query that belong to no family
//	runners.go         CiRunner and CiRunnerManager
//	runners_lists.go   the lists of runners: of all, of a project, of a group, of a user
//	runners_*.go       the mutations of runners, of one and of many
//	jobs.go            CiJob; jobs_mutations.go its mutations and those of pipelines
//	joblog.go          the end of a job's log in HTML
//	jobs_around.go     what jobs need and keep, and what pipelines were given
//	pipelines.go       Pipeline
//	test_reports.go    what the tests of pipelines have come to
//	commits.go         the commits of pipelines
//	schedules.go       PipelineSchedule; schedules_mutations.go what changes them; triggers.go PipelineTrigger
//	environments.go    Environment; environments_mutations.go what changes them; deployments.go Deployment
//	settings.go        how a project runs its jobs, and whose jobs' tokens reach it
//	stages.go          CiStage and CiGroup
//	statuses.go        DetailedStatus
//	namespaces.go      Project, Group, UserCore and CurrentUser; projects.go the lists of projects
//	mutations.go       what mutations have in common
//	markdown.go        what GitLab makes of a maintenance note
//	texts.go           what fields and mutations say
//
//	unserved.go        fields that GitLab has and the schema has not
//	unknown.go         tells of those that a document asks for
//
// A further field is a line of schema/*.graphql, with @since(row: ...) if not every version has it, and a row in the
// table of its type; TestEverySchemaLoads holds that neither is without the other.
package graphql
