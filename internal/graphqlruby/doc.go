// Package graphqlruby answers GraphQL requests over any schema in the words of the gem graphql-ruby: its texts, codes,
// paths and locations. It knows nothing of GitLab.
//
//	api.go     what a caller says and gets
//	schema.go  Load
//	exec.go    what a resolver knows of its request
//	result.go  the answer, and its JSON
package graphqlruby
