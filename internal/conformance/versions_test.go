package conformance_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestConformanceAtEveryVersion plays cases at other versions than the one they are usually played at, if they hold
// there: with -all-versions, as .ci/weekly does, all at all of these, else each case at two of the five.
func TestConformanceAtEveryVersion(t *testing.T) {
	racing.Skip(t)
	files, err := filepath.Glob(testkit.Path("testdata/conformance/*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	versions := []string{"16.0", "17.2", "17.11", "18.6", "19.4"}
	for i, version := range versions {
		t.Run(version, func(t *testing.T) {
			for _, name := range files {
				file := conformance.ReadFile(t, name)
				var some []conformance.Case
				for k, c := range file.Cases {
					if *allVersions || (k+i)%len(versions) < 2 {
						some = append(some, c)
					}
				}
				file.Cases = conformance.HoldingAt(some, version)
				conformance.PlayFile(t, name, file, conformance.OpenFakeAt(version))
			}
		})
	}
}
