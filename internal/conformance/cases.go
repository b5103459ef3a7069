// Package conformance plays the cases of testdata/conformance, which say what GitLab does, against a fake or a real
// GitLab. The format of the files is explained in FORMAT.md beside them.
package conformance

import (
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// DefaultCases are the case files that belong to the repository, as its root sees them.
const DefaultCases = "testdata/conformance/*.json"

// skippedCases are the cases that the fake does not follow, each with the reason.
var skippedCases = map[string]string{
	"runners.post.info.version.old":                  "GitLab before 16.0, which the fake does not follow",
	"runners.post.info.architecture.old":             "GitLab before 16.0, which the fake does not follow",
	"runners.post.ip_address.old":                    "GitLab before 16.0, which the fake does not follow",
	"jobs.artifacts.download_registration_token.old": "GitLab before 16.0, which the fake does not follow",
	"groups.transfer.to_root": "it has the caller among the owners of the new root, which has one already; " +
		"app/services/groups/transfer_service.rb, ensure_ownership, adds none then",
}

// PlayFile plays the cases of a file, says how many there were, and returns those it skipped by the reason.
func PlayFile(t *testing.T, name string, file File, open Opener) (skipped map[string][]string) {
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
	t.Logf("%s: %d cases, %d ran, %d passed, %d skipped", filepath.Base(name), len(file.Cases), len(file.Cases)-left,
		passed, left)
	return skipped
}

// Opener gives a player the GitLab for a case, and what makes worlds in it.
type Opener func(p *Player, c Case) WorldMaker

func playCase(t *testing.T, file File, c Case, open Opener, skip func(why string)) {
	p := NewPlayer(t)
	p.skip = skip
	maker := open(p, c)
	p.seed(file.World.mergedWith(c.World, file.mergesByKey), maker)
	p.last = p.play(c.Step)
	for _, s := range c.Then {
		p.play(s)
	}
}

// File is a world and the cases that each start in it.
type File struct {
	World       caseWorld `json:"world"`
	Cases       []Case    `json:"cases"`
	mergesByKey bool      // how the worlds of its cases are laid over its own
}

// Case is a request with its expected answer and, in Then, what shows afterwards.
type Case struct {
	ID       string       `json:"id"`
	Versions caseVersions `json:"versions"`
	World    *caseWorld   `json:"world"`
	Then     []Step       `json:"then"`
	Step
}

// Step is one request with its expected answer.
type Step struct {
	As      string  `json:"as"`
	Request Request `json:"request"`
	Expect  Answer  `json:"expect"`
}

// Request is a request as a case writes it, with placeholders such as {{runner.shared.id}}.
type Request struct {
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

// Answer is what must come back.
type Answer struct {
	Status  int             `json:"status"`
	JSON    json.RawMessage `json:"json"`
	IDs     json.RawMessage `json:"ids"`
	Headers map[string]any  `json:"headers"`
	Body    *string         `json:"body"`
	// Variables are, by key, what a runner is to be given of those of the job.
	Variables map[string]any `json:"variables"`
}

// caseVersions are the first GitLab version with a behaviour and the first without it; empty is no bound.
type caseVersions struct{ Since, Until string }

// version is the GitLab that a case is played against: 17.2 unless the case is bound to others; then 16.11, 16.0 or the
// first that it is bound to.
func (c Case) version() string {
	const usual, before, oldest = "17.2", "16.11", "16.0"
	for _, v := range []string{usual, before, oldest} {
		if c.Versions.include(v) {
			return v
		}
	}
	return cmp.Or(c.Versions.Since, oldest)
}

// HoldingAt are the cases that hold at a version: those whose bounds include it.
func HoldingAt(cases []Case, version string) (holding []Case) {
	for _, c := range cases {
		if c.Versions.include(version) {
			holding = append(holding, c)
		}
	}
	return holding
}

// include reports whether a GitLab of this version is within the bounds.
func (v caseVersions) include(version string) bool {
	return (v.Since == "" || compareVersions(version, v.Since) >= 0) &&
		(v.Until == "" || compareVersions(version, v.Until) < 0)
}

// read has the files that were read, by their names: they are read for each version and way that they are played.
var read sync.Map

// ReadFile reads a file of cases, which nobody changes. Of ConfigCasesFile and ProcessingCasesFile, whose cases are of
// another form, it reads none.
func ReadFile(t testing.TB, name string) File {
	t.Helper()
	if base := filepath.Base(name); base == ConfigCasesFile || base == ProcessingCasesFile {
		return File{}
	}
	if known, ok := read.Load(name); ok {
		return known.(File)
	}
	raw, err := os.ReadFile(name)
	require.NoError(t, err)
	var file File
	require.NoError(t, json.Unmarshal(raw, &file), name)
	file.mergesByKey = strings.Contains(filepath.Base(name), "runner")
	read.Store(name, file)
	return file
}
