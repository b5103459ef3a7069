package conformance_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConformanceAtEveryVersion plays the cases that say from which version to which they hold at several of them.
func TestConformanceAtEveryVersion(t *testing.T) {
	racing.Skip(t)
	files, err := filepath.Glob(testkit.Path("testdata/conformance/*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, version := range []string{"16.0", "17.2", "17.11", "18.6", "19.4"} {
		t.Run(version, func(t *testing.T) {
			for _, name := range files {
				file := conformance.ReadFile(t, name)
				file.Cases = conformance.HoldingAt(file.Cases, version)
				conformance.PlayFile(t, name, file, conformance.OpenFakeAt(version))
			}
		})
	}
}
