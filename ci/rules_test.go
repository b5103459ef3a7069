package ci_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/ci"
)

func TestRetryCovers(t *testing.T) {
	three := 3
	tests := []struct {
		name     string
		retry    ci.Retry
		exitCode *int
		want     bool
	}{
		{"every failure without conditions", ci.Retry{}, nil, true},
		{"always", ci.Retry{When: []string{"always"}}, nil, true},
		{"its reason", ci.Retry{When: []string{"script_failure"}}, nil, true},
		{"another reason", ci.Retry{When: []string{"api_failure"}}, &three, false},
		{"its exit code", ci.Retry{ExitCodes: []int{3}}, &three, true},
		{"another exit code", ci.Retry{ExitCodes: []int{4}}, &three, false},
		{"no exit code", ci.Retry{ExitCodes: []int{4}}, nil, false},
		{"either is enough", ci.Retry{When: []string{"api_failure"}, ExitCodes: []int{3}}, &three, true},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.want, tt.retry.Covers("script_failure", tt.exitCode), tt.name)
	}
}

func TestWantsArtifactsOf(t *testing.T) {
	no := false
	tests := []struct {
		name           string
		spec           ci.JobSpec
		earlier, later bool
	}{
		{"earlier stages", ci.JobSpec{}, true, false},
		{"none", ci.JobSpec{Dependencies: []string{}}, false, false},
		{"those it depends on", ci.JobSpec{Dependencies: []string{"build"}}, true, false},
		{"those it needs, whatever their stage", ci.JobSpec{Needs: []ci.Need{{Job: "build"}}}, true, true},
		{"needed without artifacts", ci.JobSpec{Needs: []ci.Need{{Job: "build", Artifacts: &no}}}, false, false},
		{"another", ci.JobSpec{Needs: []ci.Need{{Job: "lint"}}}, false, false},
		{"needed, but no dependency",
			ci.JobSpec{Needs: []ci.Need{{Job: "build"}}, Dependencies: []string{"lint"}}, false, false},
	}
	for _, tt := range tests {
		assert.Equal(t, tt.earlier, tt.spec.WantsArtifactsOf("build", true), tt.name)
		assert.Equal(t, tt.later, tt.spec.WantsArtifactsOf("build", false), tt.name)
	}
}

// What an upload may be is for ReportTypes to say, and every report that a job may announce can be uploaded.
func TestReportTypes(t *testing.T) {
	for name, kind := range ci.ReportTypes() {
		assert.Contains(t, []string{"gzip", "raw", "zip"}, kind.Format, name)
		assert.NotEmpty(t, kind.Filename, name)
	}
}
