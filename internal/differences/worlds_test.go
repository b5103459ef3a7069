package differences_test

import (
	"strings"
	"testing"

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
		"runner":            {Runners: []fakegitlab.Runner{{ID: 1}}},
		"job":               {Jobs: []fakegitlab.Job{{ID: 1}}},
		"webhook":           {Webhooks: []fakegitlab.Webhook{{ID: 1}}},
		"pipeline schedule": {PipelineSchedules: []fakegitlab.PipelineSchedule{{ID: 1}}},
		"pipeline trigger":  {PipelineTriggers: []fakegitlab.PipelineTrigger{{ID: 1}}},
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
