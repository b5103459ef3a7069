package conformance_test

import (
	"testing"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConfigCases plays every case of reading .gitlab-ci.yml with package ci.
func TestConfigCases(t *testing.T) {
	for _, c := range conformance.ReadConfigCases(t, testkit.Path("testdata/conformance/"+conformance.ConfigCasesFile)) {
		t.Run(c.ID, func(t *testing.T) { c.InPackage(t) })
	}
}

// TestConfigCasesOverHTTP plays those that a project without files can ask with POST /projects/:id/ci/lint.
func TestConfigCasesOverHTTP(t *testing.T) {
	// The cases are of a GitLab whose rules see CI_JOB_GROUP_NAME.
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()), fakegitlab.WithVersion("17.10"))
	token, played := gl.Token("dan"), 0
	cases := conformance.ReadConfigCases(t, testkit.Path("testdata/conformance/"+conformance.ConfigCasesFile))
	for _, c := range cases {
		if c.NotOverHTTP() != "" {
			continue
		}
		played++
		t.Run(c.ID, func(t *testing.T) { c.OverHTTP(t, gl, "10001", token) })
	}
	t.Logf("%d of %d cases", played, len(cases))
}
