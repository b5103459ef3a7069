//go:build unix

// Mutate breaks the code in thousands of ways, one at a time, and says which of them no test notices:
//
//	go run ./internal/mutate -sample 50              50 mutants of each package
//	go run ./internal/mutate -packages policy        all of one
//	go run ./internal/mutate -run 'fit.go .*holds'   those whose key matches
//	go run ./internal/mutate -packages world -list   no more than their keys
//
// All mutants of all packages are compiled at once: each place that can be broken becomes a call of package mutant,
// which breaks it if it is its turn. So a mutant costs no compiling, only a run of the tests that come by its place,
// which are known from a run of each test alone; and no process either: tests get a TestMain that tries one after the
// other. Where one leaves something that the next would trip over, or breaks what a process does once, it gets a process. The rewritten files reach the compiler with
// -overlay; the tree stays untouched. With -dir what was built and learned is kept for the next time.
//
//	find.go, expressions.go   the places, and what becomes of them
//	rewrite.go                the source with all of it
//	build.go                  compiling it, and giving up what does not compile
//	tests.go                  running tests, and which ones come by what
//	serve.go                  processes of tests that try one mutant after the other
//	steps.go                  which tests try a mutant, in which order
//	judge.go                  whether anybody notices a mutant
//	report.go                 the sample, the table, the mutants that are known to change nothing (equivalent.txt)
//
// A mutant is broken code in one of these ways: a condition is false, or true; one side of && or || is not asked; &&
// is ||; < is <=; a statement (a call, an assignment, continue, break, return) is left out; what is returned, or
// given to a field, is nothing; a number is one more; + is -; a word of a case is no case. What is not tried: the
// text of strings, constants, and conditions of endless loops.
package main
