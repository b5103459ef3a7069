package conformance_test

import (
	"testing"

	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConfigCases plays every case of reading .gitlab-ci.yml with package ci.
func TestConfigCases(t *testing.T) {
	for _, c := range conformance.ReadConfigCases(t, testkit.Path("testdata/conformance/"+conformance.ConfigCasesFile)) {
		t.Run(c.ID, func(t *testing.T) { c.InPackage(t) })
	}
}
