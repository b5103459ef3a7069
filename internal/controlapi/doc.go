// Package controlapi is what the control API is without a fake: which calls it lets in, how it reads and refuses them,
// and the shapes of what comes and goes. What a call does is the root's business.
//
//   - guard.go: who may call, so that no web page can
//   - table.go: the row of a call, and what was probably meant by a call that has none
//   - requests.go: the body, the query and the id of a call
//   - waiting.go: until when a job or pipeline is waited for, and what is said where that was in vain
//   - commits.go: commits
//   - answers.go: answers and refusals, and their sending
//   - shapes.go: bodies of requests and of answers
//   - calls.go: what the pages show of calls
//   - pipelines.go: what the pages show of pipelines and of who may have a job, made of the records
//
// So that Go's linker leaves it out of programs that do not call WithControl, nothing here may be made when the program
// starts.
package controlapi
