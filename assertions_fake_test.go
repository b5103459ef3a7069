package fakegitlab

import (
	"fmt"
	"testing"

	"github.com/fakegitlab/fakegitlab/internal/front"
)

// recordedFake is a fake with a small world and these calls in its journal, numbered in order.
func recordedFake(t *testing.T, calls ...Call) *Fake {
	t.Helper()
	f := newAssertionsFake(t)
	for _, call := range calls {
		call.Number = f.log.Open()
		if call.Method == "" {
			_, _ = fmt.Sscanf(string(call.Endpoint), "%s %s", &call.Method, &call.Path)
			call.Path = front.APIPrefix + call.Path
		}
		f.log.Close(call.Number, &entry{Of: call})
	}
	return f
}

// newAssertionsFake and misuseOf are all that the tests of the assertions know of how a Fake is made.
func newAssertionsFake(t *testing.T) *Fake {
	t.Helper()
	f, err := Start(WithScenario(Scenario{
		Users:    []User{{ID: 2, Username: "mia"}},
		Projects: []Project{{ID: 5, Path: "acme/shop", Members: Members{"mia": Maintainer}}},
		Runners: []Runner{
			{ID: 7, Type: ProjectRunner, Projects: []string{"acme/shop"}, Description: "old", Tags: []string{"go"},
				Token: "glrt-old"},
			{ID: 8, Type: InstanceRunner, Token: "glrt-new"},
		},
		Jobs: []Job{{ID: 9, Project: "acme/shop", Name: "build", Status: JobFailed, FailureReason: "script_failure",
			RunnerID: 7}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// misuseOf collects what a fake without a test panics with.
func misuseOf(_ *Fake, do func()) (misused []string) {
	defer func() {
		if p := recover(); p != nil {
			misused = append(misused, fmt.Sprint(p))
		}
	}()
	do()
	return nil
}
