package ci_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/ci"
)

// What an upload may be is for ReportTypes to say, and every report that a job may announce can be uploaded.
func TestReportTypes(t *testing.T) {
	for name, kind := range ci.ReportTypes() {
		assert.Contains(t, []string{"gzip", "raw", "zip"}, kind.Format, name)
		assert.NotEmpty(t, kind.Filename, name)
	}
}
