// Package world is the state machine: everything a GitLab knows, and every way in which that may change.
//
// # The rule
//
// A record is read anywhere, but it is changed here alone. Whoever wants a runner paused, a job finished or a token
// revoked calls a method of State, which holds that against GitLab's own model validations, does it whole or
// not at all, notes the times, and wakes those who wait for the change. Texts of refusals are GitLab's own
// (messages.go), and each rule names the file of GitLab's source that it follows.
//
// # The lock
//
// A mutex guards everything but State.Version. Visit holds it; no method of State does: whoever calls one, or reads a
// field of a record, does so in a visit, and copies what is to be used afterwards. Waiting is done outside of one, on
// the channels of Job.NextChange and State.QueueChange, which are asked for while it is held.
//
// # Undo
//
// Atomically runs a change that may consist of many: seeding a whole scenario, for one. Whatever adds a record, or
// updates a user or the settings, says there how it is taken back (onUndo); an error or a panic takes all of it back,
// with the ids and secrets that it used up. Other transitions are not taken back. Each of them, alone, is whole or
// nothing anyway: it checks first and changes then.
//
// # Drafts
//
// A draft is a record, or a RunnerDraft, that somebody has filled in as plain data. The methods Add... and Update... in
// drafts*.go and ChangeRunner refuse a draft that describes a state no GitLab could be in, fill in what it leaves out,
// and make it part of the world. They serve seeds and changes "on GitLab's side", where nobody asks for permission.
//
// # Names
//
// Usernames and paths are found without regard to case (Key). ProjectByRef and GroupByRef take what a URL may have, a
// number or a full path, and answer nil for nothing; UserByName, GroupByPath, ProjectByPath, RunnerByNumber and
// JobByNumber serve people, whose error names the nearest name there is. Secrets are found exactly as they are, by
// AccessToken, RunnerByToken and the maps RunnerTokens and JobTokens. Lists are in the order of ids.
//
// # What it does not know
//
// It knows no net/http, no parameters of a request and no answers (internal/front and internal/rest do), nor who may do
// what (internal/policy does): here everybody may do everything that GitLab's models allow. Nor does it know the test
// that uses the fake, but for the fate (fates.go) that a test may give a job.
//
// # The files, from the ground up
//
//	words.go settings.go failure_reasons.go messages.go   GitLab's words, settings and texts
//	invalid.go problems.go                                the errors of refused records and drafts
//	artifact_kinds.go files.go dotenv.go annotations.go
//	blob.go                                               artifacts, and the bytes of artifacts and logs
//	names.go strings.go times.go tables.go avatars.go     tools: paths, nullable texts, times, rows ordered by id
//	records_*.go roles.go                                 the records, which know nothing of State, and what one can tell
//	                                                      by looking at them
//	settings_change.go settings_attributes.go             what a request changes of the settings; those that are kept
//	branch_protection.go                                  who may do what with the default branch of a new project
//	fit.go jobs_machine.go                                which job a runner may take; the table of job transitions
//	runners_filter.go runners_index.go                    what a list of runners is narrowed by, and finds them by
//	state.go undo.go secrets.go queue.go rates.go         State itself, Atomically, generated secrets, the job queue
//	pins.go chores.go                                     ids and tokens that a test wants requests to make; what is left
//	                                                      to workers
//	finding.go                                            looking up by what a URL, a runner or a person has
//	runners*.go managers.go registration.go               transitions of runners, their lists and their managers
//	pipelines_record.go pipelines_flow.go                 a pipeline as a record, and which of its jobs has its turn: two
//	                                                      that are among the records, which know them
//	job_timeout.go pipelines.go                           how long a job may run; what a pipeline locks, how it goes
//	predefined.go                                         predefined variables, for rules and for jobs
//	pipelines_create.go pipelines_context.go              how one is made of a configuration; what its rules see: refs,
//	                                                      files, changes, variables
//	pipelines_move.go                                     what becomes of a job whose turn it is
//	pipelines_again.go pipelines_cancel.go                trying again; canceling, because of newer pipelines too
//	pipelines_delay.go pipelines_resources.go             delayed jobs; resource groups
//	jobs.go log.go artifacts*.go fates.go                 transitions of jobs, their logs and files
//	workers.go                                            what GitLab's background workers do with all that
//	why.go turns.go                                       why a job is not running, in words; what a test may do to one
//	access_tokens*.go                                     transitions of access tokens, those of OAuth among them, and
//	                                                      those that Token hands out
//	users.go users_model.go users_states.go               what requests make of users, GitLab's rules of that, states
//	attributes.go names_model.go paths.go                 settings that are kept; names and paths that requests give;
//	                                                      where groups and projects are and were
//	groups.go projects.go members.go shares.go            transitions of groups, projects, memberships and invitations
//	runner_controllers.go                                 runner controllers, their tokens and scopes
//	webhooks.go webhooks_notices.go webhooks_trial.go     transitions of webhooks; the events that they are told of; what
//	                                                      a test of one sends
//	deletions*.go                                         of users, projects and groups, with all that goes with them;
//	                                                      those that are only marked
//	variables.go refs.go                                  transitions of CI/CD variables, protected branches and tags
//	schedules.go triggers.go commit_statuses.go           pipeline schedules and triggers, what is told of jobs outside
//	job_token_scope.go                                    which jobs' tokens reach a project
//	deploy_keys.go records_keys.go                        deploy keys, and which projects have them
//	deploy_tokens.go repository.go                        deploy tokens; what may become of refs of a repository
//	pushes.go picks.go                                    how refs move, commits; what follows beside pipelines
//	drafts*.go standins.go                                records from plain data; what stands for refused ones
//	visits.go                                             New, Visit and Replace, the ways into a whole state
package world
