// Package junit reads test reports of JUnit's form as GitLab does (lib/gitlab/ci/parsers/test/junit.rb): what it takes
// for a test, and what it makes of the results of one.
//
//	junit.go    what callers see: Parse, Case
//	node.go     XML as the hashes that Rails makes of it
package junit
