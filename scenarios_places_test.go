package fakegitlab_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// Everything that is wrong has the place of the field that is wrong, and what follows from it is not said as well.
func TestPlacesOfProblems(t *testing.T) {
	const sha = `"0123"`
	const onlyParts = ": each part can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in '.', " +
		"'.git' or '.atom'"
	for text, want := range map[string][]string{
		// settings
		`{"settings": {"valid_runner_registrars": ["group", "grop"], "ci_registered_project_runners": -1}}`: {
			`1:52: settings.valid_runner_registrars[1]: no kind of registrar "grop"; did you mean "group"?`,
			`1:94: settings.ci_registered_project_runners: a limit cannot be negative; 0 is GitLab's default`},
		`{"settings": {"rate_limit": {"requests": 5}, "group_runner_token_expiration_interval": -1}}`: {
			`1:29: settings.rate_limit.per: a rate limit has both Requests and Per, or neither`,
			`1:88: settings.group_runner_token_expiration_interval: a token cannot live for -1s`},
		`{"settings": {"rate_limit": {"requests": "5", "per": 1}}}`: {
			`1:42: settings.rate_limit.requests: want an integer, have a string`},
		// users
		`{"users": [{"username": "root"}, {"username": "Root", "id": 1}]}`: {
			`1:47: users[1].username: the username is taken`, `1:61: users[1].id: user id 1 is taken`},
		`{"users": [{"username": "a b", "id": -2}], "groups": [{"path": "x", "members": {"a b": 30}}]}`: {
			`1:25: users[0].username: "a b" is no username, which begins with a letter, digit or '_' and has nothing but these, '-' and '.' in it`, `1:38: users[0].id: user id -2 is negative`},
		// access tokens
		`{"access_tokens": [{"user": "root", "role": 30, "scopes": ["api", "sudoo"]}]}`: {
			`1:45: access_tokens[0].role: Role is for project and group access tokens; the role of a personal one is its user's`,
			`1:67: access_tokens[0].scopes[1]: no token scope "sudoo"; did you mean "sudo"?`},
		`{"access_tokens": [{"project": "a/b", "user": "bot", "role": 30}, {"user": "bot"}]}`: {
			`1:32: access_tokens[0].project: no project "a/b"; there are none`},
		`{"access_tokens": [{"project": 5}]}`: {`1:32: access_tokens[0].project: want a string, have a number`},
		// groups and projects
		`{"groups": [{"path": "a//b"}, {"path": "a//b"}], "projects": [{"path": "a//b/c"}]}`: {
			`1:22: groups[0].path: "a//b" is no full path of a group` + onlyParts, `1:40: groups[1].path: "a//b" is no full path of a group` + onlyParts,
			`1:40: groups[1].path: the path is taken by another group`,
			`1:72: projects[0].path: "a//b/c" is no full path of a project` + onlyParts},
		`{"groups": [{"path": "a/b/c", "visibility": "hidden"}], "runners": [{"group": "a/b/c"}, {"group": "a"}, {"group": "b"}]}`: {
			`1:45: groups[0].visibility: no such value "hidden"; known are private, internal, public`,
			`1:115: runners[2].group: no group "b"; known are a, a/b, a/b/c`},
		`{"projects": [{"path": "a/b/c"}, {"path": "a/b", "build_timeout": -60}]}`: {
			`1:24: projects[0].path: "a/b" is a project; nothing lies below it`,
			`1:67: projects[1].build_timeout: a job cannot time out after -1m0s`},
		// runners
		`{"runners": [{"runner_type": "group_type", "maximum_timeout": 0.5}, {"runner_type": "shared", "projects": ["a/b", "a/b"]}]}`: {
			`1:14: runners[0].group: Runner needs to be assigned to exactly one group`,
			`1:63: runners[0].maximum_timeout: MaximumTimeout is whole seconds`,
			`1:85: runners[1].runner_type: no such value "shared"; known are instance_type, group_type, project_type`,
			`1:108: runners[1].projects[0]: no project "a/b"; there are none`,
			`1:115: runners[1].projects[1]: no project "a/b"; there are none`,
			`1:115: runners[1].projects[1]: project "a/b" is named twice`},
		`{"runners": [{"run_untagged": "no"}, {"tag_list": "a", "run_untagged": false}, {"run_untagged": false}]}`: {
			`1:31: runners[0].run_untagged: want true or false, have a string`,
			`1:51: runners[1].tag_list: want an array, have a string`,
			`1:80: runners[2].tag_list: Tags list can not be empty when runner is not allowed to pick untagged jobs`},
		`{"runners": [{"id": 4, "created_by": "bob", "managers": [{"system_id": "s", "id": -1}]}, {"id": 4, "managers": [{"system_id": "t"}]}],
		  "projects": [{"path": "a/b"}], "jobs": [{"project": "a/b", "runner_id": 4, "system_id": "t"}]}`: {
			`1:38: runners[0].created_by: no user "bob"; known are root`,
			`1:83: runners[0].managers[0].id: runner manager id -1 is negative`, `1:97: runners[1].id: runner id 4 is taken`},
		// jobs
		`{"jobs": [{"project": "a/b", "commit": {"id": ` + sha + `}, "stage_idx": -1, "pipeline_id": -1}]}`: {
			`1:23: jobs[0].project: no project "a/b"; there are none`,
			`1:47: jobs[0].commit.id: "0123" is no commit SHA, which has 40 hexadecimal digits`,
			`1:69: jobs[0].stage_idx: stages are counted from 0, not -1`, `1:88: jobs[0].pipeline_id: pipeline id -1 is negative`},
		`{"projects": [{"path": "a/b"}], "jobs": [{"project": "a/b", "status": "cancelled", "finished_at": "2024-07-01"},
		  {"project": "a/b", "spec": {"timeout": -1, "needs": [{}]}}, {"project": "a/b", "failure_reason": "x"}]}`: {
			`1:71: jobs[0].status: no such value "cancelled"; did you mean "canceled"?`,
			`2:44: jobs[1].spec.timeout: "-1" is not a duration such as "1h 30m" or a number of seconds`, `2:58: jobs[1].spec.needs[0]: names no job`,
			`2:102: jobs[2].failure_reason: a job that is pending has no failure reason`},
		`{"projects": [{"path": "a/b"}], "memberships": [{"path": "a/c", "user": "bob", "role": "owner"}, {"path": "a", "user": "root"}]}`: {
			`1:58: memberships[0].path: no group or project "a/c"; did you mean "a/b"?`,
			`1:73: memberships[0].user: no user "bob"; known are root`, `1:98: memberships[1].role: is missing`},
		// what is said once, at its place, with its rule
		`{"groups": [{"path": "acme"}, {"path": "acme/.."}], "projects": [{"path": "acme/shop", "repository":
		  {"refs": {"refs/heads/main": "a"}, "commits": [{"sha": "a", "message": "x"}]}}],
		  "memberships": [{"username": "root", "path": "acme", "role": "owner"}],
		  "shares": [{"path": "acme/shop", "group": "else", "role": "guest"}],
		  "pipeline_schedules": [{"project": "acme/shop", "cron": "0 * * * *", "cron_timezone": "Mars"}],
		  "variables": [{"path": "acme/shop", "key": "K", "value": "x", "masked": true}]}`: {
			`1:40: groups[1].path: "acme/.." is no full path of a group: each part can contain only letters, digits, '_', '-' and '.'. ` +
				`Cannot start with '-' or end in '.', '.git' or '.atom'`,
			`2:52: projects[0].repository.commits[0].author: is missing`,
			`3:21: memberships[0].user: is missing`, `3:22: memberships[0].username: unknown field; did you mean "user"?`,
			`4:47: shares[0].group: no group "else"; known are acme`,
			`5:91: pipeline_schedules[0].cron_timezone: "Mars" is no time zone; one is "Europe/Berlin"`,
			`6:62: variables[0].value: Value is invalid: what is masked has at least 8 characters, letters, digits and _+=/@:.~- alone`},
	} {
		_, err := fakegitlab.ReadScenario(strings.NewReader(text))
		var invalid *fakegitlab.ScenarioError
		require.ErrorAs(t, err, &invalid, text)
		got := make([]string, len(invalid.Problems))
		for i, p := range invalid.Problems {
			got[i] = p.String()
		}
		assert.Equal(t, want, got, text)
	}
}

// A job's spec that no text was read for is checked as well.
func TestValidateOfSpecs(t *testing.T) {
	s := fakegitlab.NewScenario().WithProject("a/b").WithJob("a/b", "x", func(j *fakegitlab.Job) { j.Spec.Timeout = -1 })
	require.EqualError(t, s.Validate(), "scenario: jobs[0].spec.timeout: must not be negative")
	assert.Equal(t, `fakegitlab: AddJob("x"): spec.timeout: must not be negative`,
		misuse(t, fakegitlab.NewScenario().WithProject("a/b"), func(gl *fakegitlab.Fake) { gl.AddJob(s.Jobs[0]) }))
}

// What a seed refers to may be there before it, and all that is wrong with it is told then, too.
func TestSeedIntoAWorld(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.NewScenario().WithUser("mia").WithProject("acme/shop")))
	require.NoError(t, gl.Seed(fakegitlab.Scenario{
		Memberships: []fakegitlab.Membership{{Path: "acme", User: "mia", Role: fakegitlab.Owner}},
		Runners:     []fakegitlab.Runner{{Group: "acme"}},
	}))
	before := gl.Snapshot()
	assert.EqualError(t, gl.Seed(fakegitlab.Scenario{
		Users:       []fakegitlab.User{{Username: "MIA"}, {Username: "dan", State: "away"}},
		Groups:      []fakegitlab.Group{{Path: "mia/tools"}},
		Memberships: []fakegitlab.Membership{{Path: "acme/shop", User: "dan", Role: fakegitlab.Owner}},
		Runners:     []fakegitlab.Runner{{Description: "one", Projects: []string{"acme/shpo"}}},
	}), `scenario: 4 problems:
	users[0].username (MIA): the username is taken
	users[1].state (dan): unknown user state "away"; GitLab knows active, blocked, blocked_pending_approval, deactivated, banned
	groups[0].path (mia/tools): "mia" is a user; users have projects, but no groups
	runners[0].projects[0] (one): no project "acme/shpo"; did you mean "acme/shop"?`)
	assert.Empty(t, cmp.Diff(before, gl.Snapshot()))
}

// The bot of an access token may be a member of what comes before the tokens.
func TestSeedOfBotsAsMembers(t *testing.T) {
	s := fakegitlab.NewScenario().WithProject("acme/shop").WithMember("acme/shop", "helper", fakegitlab.Guest).
		WithAccessToken("helper", "", func(a *fakegitlab.AccessToken) { a.Group = "acme" })
	gl := fakegitlab.New(t, fakegitlab.WithScenario(s))
	shop, _ := gl.Project("acme/shop")
	assert.Equal(t, fakegitlab.Members{"helper": fakegitlab.Guest}, shop.Members)
}

// Of any world Validate says what Seed says, and a refused one leaves no trace.
func TestValidateIsSeed(t *testing.T) {
	racing.Skip(t)
	company, err := json.Marshal(fakegitlab.SmallCompany())
	require.NoError(t, err)
	gl := fakegitlab.New(t)
	nothing := gl.Snapshot()
	refused := 0
	for seed := range uint64(100) {
		var s fakegitlab.Scenario
		require.NoError(t, json.Unmarshal(company, &s))
		dice := rand.New(rand.NewPCG(seed, 1))
		for range 1 + dice.IntN(8) {
			spoil(reflect.ValueOf(&s).Elem(), dice)
		}
		said := problemsWithoutNames(s.Validate())
		_, readErr := fakegitlab.ReadScenario(strings.NewReader(written(t, s)))
		assert.Equal(t, len(said) == 0, readErr == nil, "read from a text, seed %d", seed)
		if len(said) == 0 {
			assert.NoError(t, fakegitlab.New(t).Seed(s), "seed %d", seed)
			continue
		}
		refused++
		assert.Equal(t, said, problemsWithoutNames(gl.Seed(s)), "seed %d", seed)
		if diff := cmp.Diff(nothing, gl.Snapshot()); diff != "" {
			t.Fatalf("seed %d left something:\n%s", seed, diff)
		}
	}
	assert.Greater(t, refused, 30)
	require.NoError(t, gl.Seed(fakegitlab.SmallCompany()))
}

func problemsWithoutNames(err error) []fakegitlab.ScenarioProblem {
	var invalid *fakegitlab.ScenarioError
	if !errors.As(err, &invalid) {
		return nil
	}
	for i := range invalid.Problems {
		invalid.Problems[i].Name = ""
	}
	return invalid.Problems
}

// spoil changes one value somewhere, to one of another record or to nonsense.
func spoil(v reflect.Value, dice *rand.Rand) {
	switch v.Kind() {
	case reflect.Struct:
		if _, isTime := v.Interface().(time.Time); !isTime {
			spoil(v.Field(dice.IntN(v.NumField())), dice)
		}
	case reflect.Slice:
		switch n := v.Len(); {
		case n == 0:
		case dice.IntN(3) == 0:
			v.Index(dice.IntN(n)).Set(v.Index(dice.IntN(n)))
		case dice.IntN(4) == 0:
			v.Set(reflect.AppendSlice(v.Slice3(0, n-1, n-1), reflect.Zero(v.Type())))
		default:
			spoil(v.Index(dice.IntN(n)), dice)
		}
	case reflect.String:
		if _, isText := v.Interface().(string); isText {
			v.SetString([]string{"", "acme", "mia", "acme/shop", "acme/shop/x", "mia/x", "root", "x", "?"}[dice.IntN(9)])
		}
	case reflect.Int, reflect.Int64:
		if _, isRole := v.Interface().(fakegitlab.Role); !isRole {
			v.SetInt([]int64{-1, 0, 1, 3, 10001, 100001, 4000001}[dice.IntN(7)])
		}
	case reflect.Map:
		if !v.IsNil() {
			v.SetMapIndex(reflect.ValueOf(fmt.Sprint("user", dice.IntN(9))), reflect.ValueOf(fakegitlab.Guest))
		}
	}
}
