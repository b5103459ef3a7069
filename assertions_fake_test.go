package fakegitlab

import (
	"fmt"
	"testing"
)

// recordedFake is a fake with a small world and these calls in its journal, numbered in order.
func recordedFake(t *testing.T, calls ...Call) *Fake {
	t.Helper()
	f := newAssertionsFake(t)
	for _, call := range calls {
		call.Number = f.log.Open()
		if call.Method == "" {
			_, _ = fmt.Sscanf(string(call.Endpoint), "%s %s", &call.Method, &call.Path)
			call.Path = apiPrefix + call.Path
		}
		f.log.Close(call.Number, call)
	}
	return f
}

// newAssertionsFake and misuseOf are all that the tests of the assertions know of how a Fake is made.
func newAssertionsFake(*testing.T) *Fake {
	return &Fake{
		endpoints: []Endpoint{
			ListRunners, ListAllRunners, RegisterRunner, DeleteRunnerByToken, VerifyRunner, GetRunner, UpdateRunner, DeleteRunner,
			ListRunnerJobs, CreateUserRunner, GetCurrentUser, GetProject, ListProjectRunners, UnassignProjectRunner,
		},
		world: Scenario{
			Users:    []User{{ID: 1, Username: "root", Admin: true, State: UserActive}, {ID: 2, Username: "mia", State: UserActive}},
			Projects: []Project{{ID: 5, Path: "acme/shop", Visibility: Private, Members: Members{"mia": Maintainer}}},
			Runners: []Runner{
				{ID: 7, Type: ProjectRunner, Projects: []string{"acme/shop"}, Description: "old", Tags: []string{"go"}, Token: "glrt-old", Registration: ByUser, AccessLevel: NotProtected},
				{ID: 8, Type: InstanceRunner, Token: "glrt-new", Registration: ByUser, AccessLevel: NotProtected},
			},
			Jobs: []Job{{ID: 9, Project: "acme/shop", Name: "build", Status: JobFailed, FailureReason: "script_failure", RunnerID: 7}},
		},
	}
}

func misuseOf(f *Fake, do func()) []string {
	do()
	return f.misused
}
