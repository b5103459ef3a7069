package differences_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/differences"
)

// Whatever differs in a world, there is a line on it: no kind of record is passed over.
func TestEveryKindOfRecordIsCompared(t *testing.T) {
	is := func(record any, field string) string { return "; " + field }
	for kind, want := range map[string]fakegitlab.Scenario{
		"settings":          {Settings: fakegitlab.Settings{AdminMode: true}},
		"user":              {Users: []fakegitlab.User{{Username: "a"}}},
		"access token":      {AccessTokens: []fakegitlab.AccessToken{{ID: 1}}},
		"group":             {Groups: []fakegitlab.Group{{Path: "a"}}},
		"project":           {Projects: []fakegitlab.Project{{Path: "a/b"}}},
		"member":            {Memberships: []fakegitlab.Membership{{Path: "a"}}},
		"share":             {Shares: []fakegitlab.Share{{Path: "a"}}},
		"variable":          {Variables: []fakegitlab.Variable{{Key: "a"}}},
		"protected":         {ProtectedRefs: []fakegitlab.ProtectedRef{{ID: 1}}},
		"deploy token":      {DeployTokens: []fakegitlab.DeployToken{{ID: 1}}},
		"deploy key":        {DeployKeys: []fakegitlab.DeployKey{{ID: 1}}},
		"runner":            {Runners: []fakegitlab.Runner{{ID: 1}}},
		"job":               {Jobs: []fakegitlab.Job{{ID: 1}}},
		"webhook":           {Webhooks: []fakegitlab.Webhook{{ID: 1}}},
		"pipeline schedule": {PipelineSchedules: []fakegitlab.PipelineSchedule{{ID: 1}}},
		"pipeline trigger":  {PipelineTriggers: []fakegitlab.PipelineTrigger{{ID: 1}}},
		"environment":       {Environments: []fakegitlab.ProjectEnvironment{{Name: "a"}}},
		"deployment":        {Deployments: []fakegitlab.Deployment{{ID: 1}}},
		"runner controller": {RunnerControllers: []fakegitlab.RunnerController{{ID: 1}}},
	} {
		for _, worlds := range [][2]fakegitlab.Scenario{{want, {}}, {{}, want}} {
			text := differences.Worlds(worlds[0], worlds[1], nil, is)
			line, found := strings.CutPrefix(text, "the world differs:\n  "+kind)
			assert.True(t, found, "%s: %s", kind, text)
			assert.Equal(t, 1, strings.Count(line, "\n"), text)
			assert.Contains(t, line, "; ")
		}
	}
	assert.Empty(t, differences.Worlds(fakegitlab.Scenario{}, fakegitlab.Scenario{}, []cmp.Option{}, is))
}

// What takes the short way says the same of two worlds as go-cmp does.
func TestSame(t *testing.T) {
	world := func(change func(*fakegitlab.Scenario)) fakegitlab.Scenario {
		s := fakegitlab.Scenario{Users: []fakegitlab.User{{Username: "mia"}}}
		for id := range 5 {
			s.Runners = append(s.Runners, fakegitlab.Runner{ID: id, CreatedAt: time.Unix(int64(id), 0).UTC()})
		}
		change(&s)
		return s
	}
	same := func(s *fakegitlab.Scenario) {}
	is := func(record any, field string) string { return "; " + field }
	small := cmp.Comparer(func(a, b fakegitlab.Scenario) bool { return len(a.Runners) < 9 && len(b.Runners) < 9 })
	for name, change := range map[string]func(*fakegitlab.Scenario){
		"nothing": same,
		"a field": func(s *fakegitlab.Scenario) { s.Runners[3].Paused = true },
		"a time":  func(s *fakegitlab.Scenario) { s.Runners[3].CreatedAt = time.Unix(7, 0) },
		"a zone":  func(s *fakegitlab.Scenario) { s.Runners[3].CreatedAt = time.Unix(3, 0) },
		"more":    func(s *fakegitlab.Scenario) { s.Runners = append(s.Runners, fakegitlab.Runner{ID: 9}) },
		"less":    func(s *fakegitlab.Scenario) { s.Runners = slices.Delete(s.Runners, 2, 3) },
		"order":   func(s *fakegitlab.Scenario) { s.Runners[1], s.Runners[3] = s.Runners[3], s.Runners[1] },
		"many":    func(s *fakegitlab.Scenario) { s.Runners = append(s.Runners, s.Runners...) },
		"empty":   func(s *fakegitlab.Scenario) { s.Groups = []fakegitlab.Group{} },
		"setting": func(s *fakegitlab.Scenario) { s.Settings.AdminMode = true },
	} {
		for kind, opts := range map[string][]cmp.Option{"none": nil, "times": {fakegitlab.IgnoreTimes()}, "whole": {small},
			"first": {cmp.FilterPath(func(p cmp.Path) bool { return strings.Contains(p.GoString(), "Runners[3]") }, cmp.Ignore())}} {
			want, got := world(same), world(change)
			assert.Equal(t, cmp.Equal(want, got, opts...), differences.Same(want, got, opts...), "%s, %s", name, kind)
			a, b := differences.Narrowed(want, got, opts)
			assert.Equal(t, world(same), want, "it is not changed itself")
			switch whole, narrowed := differences.Worlds(want, got, opts, is), differences.Worlds(a, b, opts, is); {
			case name == "empty" && opts == nil: // no list and an empty one mean the same
				assert.Empty(t, narrowed)
			case name == "order" && opts == nil: // go-cmp tells, and has less to tell
				assert.Equal(t, whole == "", narrowed == "")
				assert.Less(t, len(narrowed), len(whole))
			default:
				assert.Equal(t, whole, narrowed, "%s, %s", name, kind)
			}
		}
	}
	never := cmp.Comparer(func(a, b string) bool { panic("no") })
	assert.False(t, differences.Same(world(same), world(same), never))
	one, other := differences.Narrowed(world(same), world(same), []cmp.Option{small})
	assert.Equal(t, []int{1, 1, 1, 1}, []int{len(one.Users), len(one.Runners), len(other.Users), len(other.Runners)})
}
