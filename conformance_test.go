package fakegitlab_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
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

// TestConformance plays every case file against a fake of its own per case, through the public API alone. The format of
// the files is explained in testdata/conformance/FORMAT.md.
func TestConformance(t *testing.T) {
	pattern := os.Getenv("CASES")
	if pattern == "" {
		pattern = defaultCases
	}
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files, "no case files at %s", pattern)
	for _, name := range files {
		playFile(t, name, readCaseFile(t, name))
	}
}

// playFile plays the cases of a file and says how many there were.
func playFile(t *testing.T, name string, file caseFile) {
	passed, skipped := 0, map[string][]string{}
	for _, c := range file.Cases {
		if why := skippedCases[c.ID]; why != "" {
			skipped[why] = append(skipped[why], c.ID)
			t.Run(c.ID, func(t *testing.T) { t.Skip(why) })
			continue
		}
		if t.Run(c.ID, func(t *testing.T) { playCase(t, file, c) }) {
			passed++
		}
	}
	left := 0
	for _, why := range slices.Sorted(maps.Keys(skipped)) {
		left += len(skipped[why])
		t.Logf("%s: skipped %s: %s", filepath.Base(name), strings.Join(skipped[why], ", "), why)
	}
	t.Logf("%s: %d cases, %d ran, %d passed, %d skipped", filepath.Base(name), len(file.Cases), len(file.Cases)-left, passed, left)
}

func playCase(t *testing.T, file caseFile, c conformanceCase) {
	p := newPlayer(t, fakegitlab.New(t, fakegitlab.WithVersion(c.version()), fakegitlab.WithUnknownEndpoints(true)))
	p.seed(file.World.mergedWith(c.World, file.mergesByKey))
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

func readCaseFile(t testing.TB, name string) caseFile {
	t.Helper()
	raw, err := os.ReadFile(name)
	require.NoError(t, err)
	var file caseFile
	require.NoError(t, json.Unmarshal(raw, &file), name)
	file.mergesByKey = strings.Contains(filepath.Base(name), "runner")
	return file
}
