package rest_test

import (
	"testing"

	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Stories hold whole answers, so that no field, filter, order and reason is lost unseen: internal/mutate says what they
// have to ask for. That it is what GitLab answers is for the conformance cases to say. Each has a fake of its own.
func TestStories(t *testing.T) { testkit.PlayStories(t) }
