package graphql_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	fg "github.com/fakegitlab/fakegitlab"
)

// TestReasonOfAList holds that what is the same for many items of a page is said once, and of different reasons a few.
func TestReasonOfAList(t *testing.T) {
	gl := world(t)
	gl.AddGroup(fg.Group{Path: "acme", Members: fg.Members{"mia": fg.Maintainer}})
	for range 7 {
		gl.AddRunner(fg.Runner{Group: "acme"})
	}
	run(t, gl, "mia", `{ group(fullPath: "acme") { runners { nodes { adminUrl ephemeralAuthenticationToken } } } }`)
	run(t, gl, "mia", `{ group(fullPath: "acme") { runners(first: 1) { nodes { adminUrl } } } }`)

	calls := gl.Calls(fg.GraphQL)
	said := strings.Split(calls[0].Reason, "; ")
	assert.Equal(t, 1, strings.Count(calls[0].Reason, "adminUrl"))
	assert.Equal(t, "group.runners.nodes.0.adminUrl and 6 more: mia is no administrator", said[0])
	assert.Equal(t, "group.runners.nodes.ephemeralAuthenticationToken: 2 more reasons", said[len(said)-1])
	assert.Equal(t, 5, strings.Count(calls[0].Reason, "mia did not make runner"))
	assert.Equal(t, "group.runners.nodes.0.adminUrl: mia is no administrator", calls[1].Reason)
	run(t, gl, "mia", `{ group(fullPath: "acme") { runners(first: 2) { nodes { adminUrl } } } }`)
	assert.Equal(t, "group.runners.nodes.0.adminUrl and 1 more: mia is no administrator", gl.Calls("")[2].Reason)
}

// TestBodyThatIsNotRead holds that whoever sends a document in a way that Rails does not read is told why there is none.
func TestBodyThatIsNotRead(t *testing.T) {
	gl := world(t)
	gql(t, gl, "", sending("application/graphql", typename))
	gql(t, gl, "", func(*http.Request) {})
	calls := gl.Calls(fg.GraphQL)
	assert.Equal(t, `Unexpected end of document; the body, of Content-Type "application/graphql", has no parameter query`,
		calls[0].Reason)
	assert.Equal(t, "Unexpected end of document", calls[1].Reason)
}

// TestHugeDocuments holds that documents beyond the limit are refused unread: to find the end of a long string of
// backslashes takes a depth that no stack has room for.
func TestHugeDocuments(t *testing.T) {
	gl := world(t)
	document := `query Huge { echo(text: """` + strings.Repeat(`\\`, 300_000) + `""") }`
	assert.Equal(t, `422 {"errors":[{"message":"Query too large"}]}`, gql(t, gl, "", query(document)).String())
	assert.Empty(t, gl.Calls(fg.GraphQL)[0].Operation)
}

// TestArgumentsOfLaterVersions holds that an argument which only later versions have says so, as a field does, and that
// one which no version has says nothing more than GitLab.
func TestArgumentsOfLaterVersions(t *testing.T) {
	gl := world(t, fg.WithVersion("16.0"))
	for document, want := range map[string]string{
		`{ runners(versionPrefix: "16") { count } }`: "GitLab has the argument versionPrefix of Query.runners from 16.6 on, and this one is 16.0",
		`{ runners(ownerWildcard: ADMINISTRATORS) { nodes { id } } }`: "GitLab has the argument ownerWildcard of Query.runners from 17.8 on, " +
			"and this one is 16.0",
		`{ runners(nothing: 1) { count } }`: "Field 'runners' doesn't accept argument 'nothing'",
	} {
		run(t, gl, "mia", document)
		calls := gl.Calls(fg.GraphQL)
		said := strings.Split(calls[len(calls)-1].Reason, "; ")
		assert.Equal(t, want, said[len(said)-1])
	}
	assert.Empty(t, gl.Problems(), "a client that falls back does nothing wrong")
}
