package fakegitlab_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

var updateScenarios = flag.Bool("update-scenarios", false, "rewrite the golden files of scenarios")

func scenarioGolden(t *testing.T, file, got string) {
	t.Helper()
	if *updateScenarios {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func written(t *testing.T, s fakegitlab.Scenario) string {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, s.Write(&text))
	return text.String()
}

func TestScenarioShape(t *testing.T) {
	scenarioGolden(t, "docs/testdata/small_company.json", written(t, fakegitlab.SmallCompany()))
}

// full is a scenario with every field of every type set, found by reflection so that no new field is forgotten. It makes
// no sense, so it is for copying and writing alone.
func full() fakegitlab.Scenario {
	var s fakegitlab.Scenario
	number := 0
	fill(reflect.ValueOf(&s).Elem(), &number)
	return s
}

func fill(v reflect.Value, number *int) {
	*number++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2024, 2, 29, 1, 2, 3, *number*1001, time.UTC)))
		return
	case time.Duration:
		v.SetInt(int64(time.Hour) + int64(*number)*int64(time.Millisecond))
		return
	case fakegitlab.Role:
		v.SetInt(int64(fakegitlab.Reporter))
		return
	case fakegitlab.JobSpec:
		v.Set(reflect.ValueOf(fakegitlab.JobSpec{Script: []string{"make", "make install"}}))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage(`{"project":"acme/other"}`)))
		return
	case fakegitlab.Visibility, fakegitlab.RunnerType, fakegitlab.AccessLevel, fakegitlab.UserState, fakegitlab.Registration,
		fakegitlab.JobStatus, fakegitlab.RefAccess, fakegitlab.EnvironmentState, fakegitlab.DeploymentStatus:
		v.SetString(map[string]string{
			"Visibility": "internal", "RunnerType": "group_type", "AccessLevel": "ref_protected", "UserState": "blocked",
			"Registration": "registration_token", "JobStatus": "running", "RefAccess": "admins",
			"EnvironmentState": "stopped", "DeploymentStatus": "failed",
		}[v.Type().Name()])
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), number)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), number)
		}
	case reflect.Map:
		if texts, ok := v.Addr().Interface().(*map[string]string); ok {
			*texts = map[string]string{"merge_method": "ff", "lfs_enabled": "false"}
			return
		}
		if numbers, ok := v.Addr().Interface().(*map[string]int); ok {
			*numbers = map[string]int{"A": 1}
			return
		}
		if values, ok := v.Addr().Interface().(*map[string]any); ok {
			*values = map[string]any{"who": "me", "times": 3.0}
			return
		}
		v.Set(reflect.ValueOf(fakegitlab.Members{"mia": fakegitlab.Maintainer, "dan.k": fakegitlab.Developer}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), number)
	case reflect.String:
		v.SetString("text <&> ü\u2028" + string(rune('a'+*number%26)))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*number))
	case reflect.Uint8:
		v.SetUint(uint64(*number % 256))
	case reflect.Float64:
		v.SetFloat(float64(*number) / 3)
	}
}

func TestEveryFieldComesBack(t *testing.T) {
	want := full()
	text, err := json.Marshal(want)
	require.NoError(t, err)
	var got fakegitlab.Scenario
	require.NoError(t, json.Unmarshal(text, &got))
	assert.Empty(t, cmp.Diff(want, got))

	again, err := json.Marshal(got)
	require.NoError(t, err)
	assert.Equal(t, string(text), string(again))
}

func TestPartsMarshalAloneInTheSameForm(t *testing.T) {
	s := full()
	var whole map[string]json.RawMessage
	text, err := s.MarshalJSON()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &whole))
	alone := func(key string, part any) {
		got, err := json.Marshal(part)
		require.NoError(t, err)
		assert.JSONEq(t, string(whole[key]), string(got), key)
	}
	alone("settings", s.Settings)
	alone("users", s.Users)
	alone("access_tokens", s.AccessTokens)
	alone("groups", s.Groups)
	alone("projects", s.Projects)
	alone("memberships", s.Memberships)
	alone("runners", s.Runners)
	alone("jobs", s.Jobs)

	for _, pointer := range []any{
		&s.Settings, &s.Settings.RateLimit, &s.Users[0], &s.AccessTokens[0], &s.Groups[0], &s.Projects[0], &s.Runners[0],
		&s.Runners[0].Managers[0], &s.Jobs[0], &s.Jobs[0].Commit, &s.Jobs[0].Artifacts[0],
	} {
		text, err := json.Marshal(pointer)
		require.NoError(t, err)
		back := reflect.New(reflect.TypeOf(pointer).Elem()).Interface()
		require.NoError(t, json.Unmarshal(text, back))
		assert.Empty(t, cmp.Diff(pointer, back))
	}
}

func TestScenarioRoundTrips(t *testing.T) {
	no, half := false, 0.5
	for name, s := range map[string]fakegitlab.Scenario{
		"nothing":       {},
		"small company": fakegitlab.SmallCompany(),
		"empty is not nil": {
			Settings: fakegitlab.Settings{ValidRegistrars: []string{}},
			Users:    []fakegitlab.User{},
			Groups:   []fakegitlab.Group{{Path: "acme", Members: fakegitlab.Members{}}},
		},
		"meaningful zeros": {Runners: []fakegitlab.Runner{{RunUntagged: &no, Tags: []string{"x"}}}},
		"bytes of a log": {
			Projects: []fakegitlab.Project{{Path: "acme/shop"}},
			Jobs:     []fakegitlab.Job{{Project: "acme/shop", Trace: "\x1b[0K\xff\x00\n", Coverage: &half, Artifacts: []fakegitlab.Artifact{{Filename: "a", Content: []byte{}}}}},
		},
		"parts of a second": {
			Settings: fakegitlab.Settings{RunnerTokenExpiration: time.Nanosecond, RateLimit: fakegitlab.RateLimit{Requests: 3, Per: 1500 * time.Millisecond}},
			Users:    []fakegitlab.User{{Username: "mia", CreatedAt: time.Date(2024, 7, 1, 12, 0, 0, 123456789, time.UTC)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			text := written(t, s)
			got, err := fakegitlab.ReadScenario(strings.NewReader(text))
			require.NoError(t, err)
			assert.Empty(t, cmp.Diff(s, got))
			assert.Equal(t, text, written(t, got))
		})
	}
}

func TestScenarioWritesForReaders(t *testing.T) {
	no := false
	east := time.FixedZone("", 2*60*60)
	got := written(t, fakegitlab.Scenario{
		Settings: fakegitlab.Settings{ValidRegistrars: []string{}, RunnerTokenExpiration: 90 * time.Minute},
		Users:    []fakegitlab.User{{Username: "mia", Name: "Mia <3"}},
		Groups:   []fakegitlab.Group{{Path: "acme", Members: fakegitlab.Members{"zoe": fakegitlab.Guest, "mia": fakegitlab.Owner}}},
		Runners:  []fakegitlab.Runner{{RunUntagged: &no, ContactedAt: time.Date(2024, 7, 1, 14, 0, 0, 5e6, east)}},
	})
	assert.Equal(t, `{
  "settings": {
    "valid_runner_registrars": [],
    "runner_token_expiration_interval": 5400
  },
  "users": [
    {
      "username": "mia",
      "name": "Mia <3"
    }
  ],
  "groups": [
    {
      "path": "acme",
      "members": {
        "mia": "owner",
        "zoe": "guest"
      }
    }
  ],
  "runners": [
    {
      "run_untagged": false,
      "contacted_at": "2024-07-01T12:00:00.005Z"
    }
  ]
}
`, got)
}

func TestReadScenarioIsGenerousWithValues(t *testing.T) {
	got, err := fakegitlab.ReadScenario(strings.NewReader(`{
		"$schema": "scenario.schema.json",
		"settings": {"runner_token_expiration_interval": "1h 30m", "rate_limit": {"requests": 10, "per": 0.5}},
		"users": [{"username": "mia", "name": null}],
		"access_tokens": [{"user": "bot", "project": "acme/shop", "expires_at": "2024-12-31", "role": "40"}],
		"projects": [{"path": "acme/shop", "members": {"mia": 40, "root": "Owner"}, "build_timeout": "2 hours"}],
		"runners": [{"projects": ["Acme/Shop"], "run_untagged": null, "created_at": "2024-07-01T12:00:00.25+02:00"}]
	}`))
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(fakegitlab.Scenario{
		Settings:     fakegitlab.Settings{RunnerTokenExpiration: 90 * time.Minute, RateLimit: fakegitlab.RateLimit{Requests: 10, Per: time.Second / 2}},
		Users:        []fakegitlab.User{{Username: "mia"}},
		AccessTokens: []fakegitlab.AccessToken{{User: "bot", Project: "acme/shop", ExpiresAt: time.Date(2024, 12, 31, 0, 0, 0, 0, time.UTC), Role: fakegitlab.Maintainer}},
		Projects:     []fakegitlab.Project{{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer, "root": fakegitlab.Owner}, BuildTimeout: 2 * time.Hour}},
		Runners:      []fakegitlab.Runner{{Projects: []string{"Acme/Shop"}, CreatedAt: time.Date(2024, 7, 1, 10, 0, 0, 25e7, time.UTC)}},
	}, got))
}

func TestReadScenarioReportsEverything(t *testing.T) {
	text, err := os.ReadFile("testdata/broken_scenario.json")
	require.NoError(t, err)
	_, err = fakegitlab.ReadScenario(bytes.NewReader(text))
	var problems *fakegitlab.ScenarioError
	require.ErrorAs(t, err, &problems)
	scenarioGolden(t, "testdata/broken_scenario.txt", err.Error()+"\n")
	for _, p := range problems.Problems {
		assert.Positive(t, p.Line)
		assert.Positive(t, p.Column)
	}
}

func TestReadScenarioReportsOne(t *testing.T) {
	for text, want := range map[string]string{
		``:                             `1:1: malformed JSON: there is none`,
		"\n{\"users\": [":              `2:12: malformed JSON: it ends in the middle`,
		"{\n  \"users\": [}":           `2:13: malformed JSON: invalid character '}' looking for beginning of value`,
		`{} {}`:                        `1:4: more text after the end of the JSON`,
		`[]`:                           `1:1: want an object, have an array`,
		"{\n  // mia\n}":               `2:3: malformed JSON: JSON has no comments`,
		`{"users": [],}`:               `1:14: malformed JSON: there is a comma before "}", where nothing follows`,
		"{\"users\": []\n \"now\": 1}": `2:2: malformed JSON: a comma is missing before this`,
		`{'users': []}`:                `1:2: malformed JSON: texts and names are in double quotes`,
		"\ufeff{}":                     `1:1: malformed JSON: it begins with a byte order mark, which JSON does not have: save it as UTF-8 without one`,
		`{"runners": [null]}`:          `1:14: runners[0]: null is no element of a list; leave it out`,
		`{"runners": [{"tagz": []}]}`:  `1:15: runners[0].tagz: unknown field; did you mean "tag_list"?`,
		`{"runners": [{"active": 1}]}`: `1:15: runners[0].active: unknown field; did you mean "paused", which is its opposite?`,
		`{"runners": [{"status": 1}]}`: `1:15: runners[0].status: unknown field; did you mean "contacted_at", from which a runner's status follows?`,
		`{"groups": [{"path": "a"}], "memberships": [{"path": "a", "user": "root", "role": 10, "access_level": 40}]}`: `1:87: memberships[0].access_level: unknown field; did you mean "role"?`,
		`{"users": {}}`:            `1:11: users: want an array, have an object`,
		`{"runer": []}`:            `1:2: runer: unknown field; did you mean "runners"?`,
		`{"Users": []}`:            `1:2: Users: unknown field; did you mean "users"?`,
		`{"users": [], "users":0}`: `1:15: users: given twice`,
		`{"x.y": 0}`:               `1:2: ["x.y"]: unknown field; known are now, settings, users, access_tokens, groups, projects, memberships, shares, variables, protected_refs, deploy_tokens, deploy_keys, runners, pipelines, jobs, environments, deployments, webhooks, pipeline_schedules, pipeline_triggers and 2 more`,
		`{"users": [{"username": "m", "name": "ü", "id": 1.5}]}`:                  `1:49: users[0].id: want an integer, have 1.5`,
		`{"users": [{"username": "m", "name": "ü", "id": 99999999999999999999}]}`: `1:49: users[0].id: 99999999999999999999 is out of range`,
		`{"users": [{"username": 3}]}`:                                            `1:25: users[0].username: want a string, have a number`,
		`{"users": [{"username": "mia", "admin": "true"}]}`:                       `1:41: users[0].admin: want true or false, have a string`,
		`{"settings": {"rate_limit": {"per": true}}}`:                             `1:37: settings.rate_limit.per: want seconds or a duration such as "1h 30m", have a boolean`,
		`{"settings": {"rate_limit": {"per": 1e300}}}`:                            `1:37: settings.rate_limit.per: a duration of more than 292 years, have 1e300`,
		`{"settings": {"rate_limit": {"per": "soon"}}}`:                           `1:37: settings.rate_limit.per: want seconds, or a duration such as "1h 30m", have "soon"`,
		`{"settings": {"restricted_visibility_levels": ["publik"]}}`:              `1:48: settings.restricted_visibility_levels[0]: no such value "publik"; did you mean "public"?`,
		`{"settings": {"valid_runner_registrars": ["projects"]}}`:                 `1:43: settings.valid_runner_registrars[0]: no kind of registrar "projects"; did you mean "project"?`,
		`{"groups": [{"path": "acme", "members": {"root": "ownr"}}]}`:             `1:50: groups[0].members.root: no role "ownr"; did you mean "owner"?`,
		`{"groups": [{"path": "acme", "members": {"root": 41}}]}`:                 `1:50: groups[0].members.root: no role has the number 41; known are guest (10), planner (15), reporter (20), security_manager (25), developer (30), maintainer (40), owner (50)`,
		`{"groups": [{"path": "acme", "members": {"root": {}}}]}`:                 `1:50: groups[0].members.root: want a role's word or number; known are guest (10), planner (15), reporter (20), security_manager (25), developer (30), maintainer (40), owner (50)`,
		`{"groups": [{"path": "acme", "members": {"root": null}}]}`:               `1:50: groups[0].members.root: no role is given`,
	} {
		_, err := fakegitlab.ReadScenario(strings.NewReader(text))
		assert.EqualError(t, err, "scenario: "+want, text)
	}
}

func TestReadScenarioPassesOnReadErrors(t *testing.T) {
	broken := errors.New("broken pipe")
	_, err := fakegitlab.ReadScenario(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
}

func TestUnmarshalOfPartsIsStrict(t *testing.T) {
	var r fakegitlab.Runner
	err := json.Unmarshal([]byte(`{"descripton": "x", "runner_type": "shared", "managers": [{"ipaddress": ""}]}`), &r)
	require.EqualError(t, err, `descripton: unknown field; did you mean "description"?
runner_type: no such value "shared"; known are instance_type, group_type, project_type
managers[0].system_id: is missing
managers[0].ipaddress: unknown field; did you mean "ip_address"?`)

	var s fakegitlab.Scenario
	require.EqualError(t, json.Unmarshal([]byte(`{"user": []}`), &s), `user: unknown field; did you mean "users"?`)
}

func TestWriteRefusesWhatJSONCannotHold(t *testing.T) {
	for want, s := range map[string]fakegitlab.Scenario{
		"scenario: users[0].created_at: RFC 3339 has no year 10000": {Users: []fakegitlab.User{{CreatedAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}}},
		"scenario: groups[0].members.mia: no role has the number 3": {Groups: []fakegitlab.Group{{Members: fakegitlab.Members{"mia": 3}}}},
	} {
		err := s.Write(&bytes.Buffer{})
		require.ErrorContains(t, err, want)
	}
}

func TestRole(t *testing.T) {
	for role, word := range map[fakegitlab.Role]string{0: "no access", fakegitlab.Guest: "guest", fakegitlab.Planner: "planner", fakegitlab.Owner: "owner", 26: "Role(26)"} {
		assert.Equal(t, word, role.String())
	}
	text, err := json.Marshal(map[string]any{"role": fakegitlab.Maintainer})
	require.NoError(t, err)
	assert.JSONEq(t, `{"role": "maintainer"}`, string(text))

	role := fakegitlab.Guest
	require.NoError(t, json.Unmarshal([]byte(`null`), &role))
	assert.Equal(t, fakegitlab.Guest, role, "null changes nothing")
}
