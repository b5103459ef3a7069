// Package graphql is GitLab's GraphQL API: what of it is about runners, and what stands around them.
//
//	protocol.go   which requests are GraphQL's, and how the pipeline treats them
//	request.go    what a request asks for: documents, batches, variables
//	operation.go  the same in one line, for the journal
//	answer.go     what it is answered
//	guard.go      what the token decides at the root
//	unknown.go    fields that GitLab has and the schema has not
//	texts.go      what GitLab says to a whole request
//
// Documents are answered by internal/graphqlruby.
package graphql
