// Package graphqlruby answers GraphQL requests over any schema in the words of the gem graphql-ruby, as of its version
// 2.5: its texts, codes, paths, locations and figures, in its order. It knows nothing of GitLab. Comments name the
// files of the gem that a piece follows.
//
//	api.go, exec.go, result.go   what a caller says and gets; what a resolver knows of its request; the answer's JSON
//	schema.go, view.go           Load; the schema as one request sees it
//	prelude.go, introspect.go    what every schema has; the schema's fields about itself
//	lexer.go, strings.go, parser*.go, literals.go, nodes.go
//	                             a text becomes a document, or a parse error
//	validate*.go                 the rules a document must keep; suggest.go: "did you mean"
//	problems.go, literalcheck.go, scalars.go, variables.go
//	                             values: what is wrong with them, and what resolvers get
//	analyze.go                   depth and complexity
//	run.go, execute.go           the way of a request; its execution
//	operations.go                what a document asks for, without a schema
//	texts.go                     the gem's texts
package graphqlruby
