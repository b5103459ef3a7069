// Package ciexpr reads and evaluates the expressions of .gitlab-ci.yml's rules:if and only:variables, as
// lib/gitlab/ci/pipeline/expression does.
//
//	expr.go     what callers see: Parse, Expr
//	lexer.go    text to tokens
//	parser.go   tokens to a tree, by precedence
//	regexp.go   /patterns/ with flags, and text that stands for one
package ciexpr
