// Package rest is GitLab's REST API: the endpoints, one file a family, with their parameters, handlers and JSON.
//
// An endpoint is a row of its family's rows: what GitLab's documentation calls it, how the caller proves who it is,
// the scopes, the before block, the parameters and the handler. Routes makes a route table for internal/front of the
// rows. A handler is a function of a request: front's Request, with what the handlers of this package share as
// methods. It is called when front has found out who calls and the parameters are as declared. It asks
// internal/policy whether the user may, has internal/world change the state, and returns a front.Response made of
// entities.
//
//	runners.go, runners_*.go           runners, for people (lib/api/ci/runners.rb, lib/api/user_runners.rb)
//	registration.go                    what a runner asks about itself (lib/api/ci/runner.rb)
//	runner_jobs.go, runner_jobs_*.go   what a runner asks about jobs (lib/api/ci/runner.rb)
//	artifacts.go                       artifacts, uploaded and downloaded by runners (lib/api/ci/runner.rb)
//	jobs.go                            jobs, for people (lib/api/ci/jobs.rb, lib/api/ci/job_artifacts.rb)
//	instance.go, settings.go,
//	settings_general.go                version, the caller, its token, application settings
//	users.go, users_*.go               users and their states (lib/api/users.rb)
//	access_tokens.go, impersonation_tokens.go   personal access tokens (lib/api/personal_access_tokens.rb)
//	runner_controllers*.go             runner controllers, their tokens and scopes (lib/api/ci/runner_controllers.rb)
//	hooks.go, hooks_*.go               webhooks of projects and groups (lib/api/project_hooks.rb)
//	namespaces.go, namespaces_*.go     projects and groups, read (lib/api/projects.rb, lib/api/groups.rb)
//	groups.go, projects.go, shares.go  projects and groups, made, changed, moved, shared and deleted; the settings of
//	projects_params.go, attributes.go,
//	branch_protection.go               both that are kept
//	variables.go                       CI/CD variables (lib/api/ci/variables.rb, lib/api/group_variables.rb)
//	resource_access_tokens.go          access tokens of projects and groups (lib/api/resource_access_tokens.rb)
//	deploy_tokens.go, deploy_keys.go   deploy tokens and keys (lib/api/deploy_tokens.rb, lib/api/deploy_keys.rb)
//	job_token_scope.go                 which jobs' tokens reach a project (lib/api/project_job_token_scope.rb)
//	branches.go, tags.go               branches and tags of a repository (lib/api/branches.rb, lib/api/tags.rb)
//	commits.go, commits_*.go           commits, shown and made (lib/api/commits.rb)
//	repository_files.go                files of a repository (lib/api/files.rb)
//	repository_trees.go                trees, blobs, archives, comparisons (lib/api/repositories.rb)
//	protected_refs.go                  protected branches and tags (lib/api/protected_branches.rb)
//	members.go                         members of both (lib/api/members.rb)
//	pipelines.go, pipelines_*.go       pipelines (lib/api/ci/pipelines.rb)
//	test_reports.go                    what the tests of a pipeline have come to (app/serializers/test_report_entity.rb)
//	schedules.go, triggers.go          pipeline schedules, pipeline triggers (lib/api/ci)
//	resource_groups.go                 groups of jobs of which one runs at a time (lib/api/ci/resource_groups.rb)
//	commit_statuses.go                 what is told of jobs that run outside (lib/api/commit_statuses.rb)
//	lint.go                            reading .gitlab-ci.yml (lib/api/lint.rb)
//
// routing.go is how Grape finds the route of a request, and what it answers where there is none: the front.Protocol
// by which the API stands in the door, internal/gitlab. names.go has the headers that some endpoints read or write,
// and paths of endpoints that more than one file names.
//
// Families share row.go (rows and the request), path.go (what a path names, before blocks), lists.go (pages),
// refusals.go, texts.go and entities.go. Files that end in _entities.go are what GitLab shows; no handler is in them.
package rest
