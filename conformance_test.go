package fakegitlab_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// defaultCases are the case files that belong to the repository; the environment variable CASES names others.
const defaultCases = "testdata/conformance/*.json"

// skippedCases are the cases that the fake does not follow, each with the reason.
var skippedCases = map[string]string{
	"runners.post.info.version.old":                  "GitLab before 16.0, which the fake does not follow",
	"runners.post.info.architecture.old":             "GitLab before 16.0, which the fake does not follow",
	"runners.post.ip_address.old":                    "GitLab before 16.0, which the fake does not follow",
	"jobs.artifacts.download_registration_token.old": "GitLab before 16.0, which the fake does not follow",
}

// A real GitLab to play the cases against, see CONTRIBUTING.md.
var (
	gitlabURL        = flag.String("gitlab-url", "", "play the conformance cases against this GitLab, a disposable one without runners")
	gitlabAdminToken = flag.String("gitlab-admin-token", "", "access token of an administrator there, with the scopes api and admin_mode")
	gitlabVersion    = flag.String("gitlab-version", "", "its version, such as 17.2; it is asked when this is empty")
)

// TestConformance plays every case file against a fake of its own per case, through the public API alone, or against the
// GitLab at -gitlab-url. The format of the files is explained in testdata/conformance/FORMAT.md.
func TestConformance(t *testing.T) {
	pattern := os.Getenv("CASES")
	if pattern == "" {
		pattern = defaultCases
	}
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files, "no case files at %s", pattern)
	open := openFake
	if *gitlabURL != "" {
		open = dialGitLab(t, *gitlabURL, *gitlabAdminToken, *gitlabVersion).open
	}
	for _, name := range files {
		playFile(t, name, readCaseFile(t, name), open)
	}
}

// playFile plays the cases of a file, says how many there were, and returns those it skipped by the reason.
func playFile(t *testing.T, name string, file caseFile, open opener) (skipped map[string][]string) {
	passed, left := 0, 0
	skipped = map[string][]string{}
	for _, c := range file.Cases {
		because := ""
		ok := t.Run(c.ID, func(t *testing.T) {
			playCase(t, file, c, open, func(why string) {
				because = why
				t.Skip(why)
			})
		})
		switch {
		case because != "":
			left++
			skipped[because] = append(skipped[because], c.ID)
		case ok:
			passed++
		}
	}
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		t.Logf("%s: skipped %d: %s: %s", filepath.Base(name), len(skipped[why]), why, strings.Join(skipped[why], ", "))
	}
	t.Logf("%s: %d cases, %d ran, %d passed, %d skipped", filepath.Base(name), len(file.Cases), len(file.Cases)-left, passed, left)
	return skipped
}

// opener gives a player the GitLab for a case, and what makes worlds in it.
type opener func(p *player, c conformanceCase) worldMaker

func playCase(t *testing.T, file caseFile, c conformanceCase, open opener, skip func(why string)) {
	p := newPlayer(t)
	p.skip = skip
	maker := open(p, c)
	p.seed(file.World.mergedWith(c.World, file.mergesByKey), maker)
	p.last = p.play(c.conformanceStep)
	for _, s := range c.Then {
		p.play(s)
	}
}

// caseFile is a world and the cases that each start in it.
type caseFile struct {
	World       caseWorld         `json:"world"`
	Cases       []conformanceCase `json:"cases"`
	mergesByKey bool              // how the worlds of its cases are laid over its own
}

// conformanceCase is a request with its expected answer and, in Then, what shows afterwards.
type conformanceCase struct {
	ID       string            `json:"id"`
	Versions caseVersions      `json:"versions"`
	World    *caseWorld        `json:"world"`
	Then     []conformanceStep `json:"then"`
	conformanceStep
}

type conformanceStep struct {
	As      string      `json:"as"`
	Request caseRequest `json:"request"`
	Expect  caseAnswer  `json:"expect"`
}

type caseRequest struct {
	Method       string                     `json:"method"`
	Path         string                     `json:"path"`
	AbsolutePath string                     `json:"absolute_path"`
	Query        map[string]any             `json:"query"`
	Headers      map[string]string          `json:"headers"`
	Body         *string                    `json:"body"`
	Form         map[string]any             `json:"form"`
	Multipart    map[string]json.RawMessage `json:"multipart"`
	JSON         json.RawMessage            `json:"json"`
}

type caseAnswer struct {
	Status  int             `json:"status"`
	JSON    json.RawMessage `json:"json"`
	IDs     json.RawMessage `json:"ids"`
	Headers map[string]any  `json:"headers"`
	Body    *string         `json:"body"`
}

// caseVersions are the first GitLab version with a behaviour and the first without it; empty is no bound.
type caseVersions struct{ Since, Until string }

// version is the GitLab that a case is played against: 17.2 unless the case is bound to others.
func (c conformanceCase) version() string {
	const usual, before = "17.2", "16.11"
	switch v := c.Versions; {
	case v.Since != "" && compareVersions(v.Since, usual) > 0:
		return v.Since
	case v.Until != "" && compareVersions(v.Until, usual) <= 0:
		return before
	}
	return usual
}

// include reports whether a GitLab of this version is within the bounds.
func (v caseVersions) include(version string) bool {
	return (v.Since == "" || compareVersions(version, v.Since) >= 0) && (v.Until == "" || compareVersions(version, v.Until) < 0)
}

func readCaseFile(t testing.TB, name string) caseFile {
	t.Helper()
	raw, err := os.ReadFile(name)
	require.NoError(t, err)
	var file caseFile
	require.NoError(t, json.Unmarshal(raw, &file), name)
	file.mergesByKey = strings.Contains(filepath.Base(name), "runner")
	return file
}
