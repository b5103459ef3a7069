// Package faults keeps what a test has arranged to happen to calls: failures, hooks and holds. It knows which of them a
// call meets, and says at the end which were of no use, and why. What a failure does to an answer is the root's.
//
//	planted.go  when and where a test arranged something, and why nothing came of it
//	effect.go   what a failure does, in words
//	set.go      the failures: which one a call meets
//	hooks.go    functions that run in the middle of calls
//	held.go     holds
//	mistakes.go what no failure can be
//	unused.go   the report at a test's end
//
// C is the root's type of a recorded call, F that of a failure.
package faults
