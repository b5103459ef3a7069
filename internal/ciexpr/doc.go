// Package ciexpr reads and evaluates the expressions of .gitlab-ci.yml's rules:if and only:variables, as
// lib/gitlab/ci/pipeline/expression does, and finds the references to variables in texts and in values.
//
//	expr.go     what callers see: Parse, Expr
//	lexer.go    text to tokens
//	parser.go   tokens to a tree, by precedence
//	regexp.go   /patterns/ with flags, and text that stands for one
//	reference.go  $NAME, ${NAME} and %NAME%
package ciexpr
