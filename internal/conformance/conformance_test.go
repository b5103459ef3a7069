package conformance_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/racing"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

var allVersions = flag.Bool("all-versions", false, "play each case at all versions at which it is played, not at some of them")

// A real GitLab to play the cases against, see CONTRIBUTING.md.
var (
	gitlabURL = flag.String("gitlab-url", "",
		"play the conformance cases against this GitLab, a disposable one without runners")
	gitlabAdminToken = flag.String("gitlab-admin-token", "",
		"access token of an administrator there, with the scopes api and admin_mode")
	gitlabVersion = flag.String("gitlab-version", "", "its version, such as 17.2; it is asked when this is empty")
)

// TestConformance plays every case file against a fake of its own per case, through the public API alone, or against
// the GitLab at -gitlab-url. The format of the files is explained in testdata/conformance/FORMAT.md.
func TestConformance(t *testing.T) {
	pattern := os.Getenv("CASES") // other files than those of the repository
	if pattern == "" {
		pattern = conformance.DefaultCases
	}
	if !filepath.IsAbs(pattern) {
		pattern = testkit.Path(pattern)
	}
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files, "no case files at %s", pattern)
	open := conformance.OpenFake
	if *gitlabURL != "" {
		open = conformance.DialGitLab(t, *gitlabURL, *gitlabAdminToken, *gitlabVersion).Open
	}
	for _, name := range files {
		file := conformance.ReadFile(t, name)
		file.Cases = racing.Some(file.Cases, 6) // each is one client alone
		conformance.PlayFile(t, name, file, open)
	}
}
