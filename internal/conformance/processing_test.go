package conformance_test

import (
	"testing"

	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestProcessingCases plays every case of how a pipeline moves.
func TestProcessingCases(t *testing.T) {
	for _, c := range conformance.ReadProcessingCases(t,
		testkit.Path("testdata/conformance/"+conformance.ProcessingCasesFile)) {
		t.Run(c.ID, func(t *testing.T) { c.Play(t) })
	}
}
