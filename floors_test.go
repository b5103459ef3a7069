package fakegitlab_test

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// floors are the packages of the module from the ground up. One may import what lies below its floor, and nothing
// beside it or above.
var floors = [][]string{
	{"internal/ciexpr", "internal/ciyaml", "internal/clone", "internal/cron", "internal/faults", "internal/gitlabversion", "internal/graphqlruby",
		"internal/journal", "internal/junit", "internal/memnet",
		"internal/mutate/mutant", "internal/nearest", "internal/outside", "internal/params", "internal/plain", "internal/racing", "internal/sshkey", "internal/traffic", "internal/words",
		"internal/policy", "internal/repository", "internal/search"},
	{"internal/datajson", "internal/page"},
	{"ci", "internal/controlpage"},
	{"internal/world"},
	{"internal/front", "internal/jobpayload", "internal/webhooks", "internal/worlds", "internal/differences",
		"internal/gitpack"},
	{"internal/rest", "internal/graphql", "internal/githttp", "internal/oauth"},
	{"internal/gitlab"},
	{"internal/calltext"},
	{"internal/controlapi"},
	{""},
	{"internal/program"},
	{"cmd/fakegitlab"},
	{"internal/testkit", "internal/mutate"}, // from here on for tests alone: nothing that a user compiles imports them
	{"internal/conformance"},
}

// forbidden are packages from outside that a room does without, beside the floors: the state machine knows neither the
// wire nor the rights, and below the root nothing knows of a test.
var forbidden = map[string][]string{
	"internal/world":  {"net/http", modulePath + "/internal/params", modulePath + "/internal/policy"},
	"internal/policy": {"net/http"},
}

const modulePath = "github.com/fakegitlab/fakegitlab"

func TestImportsKeepToTheFloors(t *testing.T) {
	for _, p := range listedPackages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, modulePath), "/")
		own := floorOf(name)
		if !assert.GreaterOrEqual(t, own, 0, "%s is on no floor", name) {
			continue
		}
		for _, imported := range p.Imports {
			below, inside := strings.CutPrefix(imported, modulePath)
			if inside {
				below = strings.TrimPrefix(below, "/")
				assert.Less(t, floorOf(below), own, "%s must not import %s, which is not below it", name, below)
			}
			assert.NotContains(t, forbidden[name], imported, "%s must not import %s", name, imported)
			if own < floorOf("") {
				assert.NotContains(t, []string{"testing", "net/http/httptest"}, imported, "%s must not import %s", name, imported)
			}
		}
	}
}

func floorOf(name string) int {
	return slices.IndexFunc(floors, func(floor []string) bool { return slices.Contains(floor, name) })
}

// CONTRIBUTING.md draws the floors, those above first.
func TestFloorsAreDrawn(t *testing.T) {
	page, err := os.ReadFile("CONTRIBUTING.md")
	require.NoError(t, err)
	_, drawing, _ := strings.Cut(string(page), "\n    top ")
	drawing, _, _ = strings.Cut(drawing, "\n\n")
	drawn := map[string]bool{"": true} // the root has its name there
	last, ground := len(floors), false
	for line := range strings.SplitSeq(drawing, "\n") {
		line, atGround := strings.CutPrefix(line, "    ground ")
		ground = ground || atGround
		names, _, _ := strings.Cut(strings.TrimSpace(line), "  ")
		for name := range strings.SplitSeq(strings.TrimSuffix(names, ","), ", ") {
			if ground && !strings.HasPrefix(name, "internal/") {
				name = "internal/" + name
			}
			if name == "fakegitlab (the root)" {
				name = ""
			}
			own := floorOf(name)
			assert.True(t, own >= 0 && own <= last, "%s is not on the floor that it is drawn on", name)
			last, drawn[name] = own, true
		}
	}
	for _, floor := range floors {
		for _, name := range floor {
			assert.True(t, drawn[name], "%s is not drawn", name)
		}
	}
}

type listedPackage struct {
	ImportPath string
	Imports    []string
}

// listedPackages are the packages of the module that have code apart from tests.
func listedPackages(t *testing.T) []listedPackage {
	t.Helper()
	text, err := exec.Command("go", "list", "-json=ImportPath,Imports,GoFiles", "./...").Output()
	require.NoError(t, err)
	var all []listedPackage
	for d := json.NewDecoder(strings.NewReader(string(text))); ; {
		var p struct {
			listedPackage
			GoFiles []string
		}
		err := d.Decode(&p)
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		if len(p.GoFiles) > 0 {
			all = append(all, p.listedPackage)
		}
	}
}

// columns is how wide a line of production code is at most; a tab is one.
const columns = 120

func TestLinesAreNotTooLong(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for i, line := range strings.Split(string(text), "\n") {
			assert.LessOrEqual(t, utf8.RuneCountInString(line), columns, "%s:%d", path, i+1)
		}
		return err
	})
	require.NoError(t, err)
}
