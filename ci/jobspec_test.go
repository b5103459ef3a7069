package ci_test

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

func specPtr[T any](v T) *T { return &v }

// fullSpec sets every field, and every field of the types below it.
func fullSpec() ci.JobSpec {
	opts := ci.ExecutorOpts{
		Docker:     &ci.DockerOptions{Platform: "amd64", User: "dave"},
		Kubernetes: &ci.KubernetesOptions{User: "1001"},
	}
	ports := []ci.Port{{Number: 80}, {Number: 443, Protocol: "https", Name: "tls"}}
	return ci.JobSpec{
		BeforeScript: []string{"pwd"},
		Script:       []string{"make <all> && make test", "ls"},
		AfterScript:  []string{"date"},
		Image: &ci.Image{
			Name: "ruby", Entrypoint: []string{"/bin/sh"}, Ports: ports, ExecutorOpts: opts,
			PullPolicy: []string{"always"},
		},
		Services: []ci.Service{{
			Name: "mysql", Alias: "db", Entrypoint: []string{"/e"}, Command: []string{"run"}, Ports: ports,
			Variables: ci.JobVariables{{Key: "A", Value: "1"}}, ExecutorOpts: opts, PullPolicy: []string{"never", "always"},
		}},
		Variables: ci.JobVariables{
			{Key: "Z", Value: "last letter, first key"},
			{Key: "A", Value: "file", Description: "d", File: true, Masked: true, Raw: true},
		},
		Artifacts: &ci.JobArtifacts{
			Name: "n", Paths: []string{"out/"}, Exclude: []string{"out/tmp"}, Untracked: specPtr(false), When: "always",
			ExpireIn: "1 week", ExposeAs: "e", Access: "developer", Public: specPtr(true),
			Reports: map[string]ci.Report{
				"junit":           {Paths: []string{"a.xml", "b.xml"}},
				"coverage_report": {Paths: []string{"c.xml"}, CoverageFormat: "cobertura"},
			},
		},
		Cache: []ci.Cache{
			{
				Key: ci.CacheKey{Key: "k"}, Paths: []string{"vendor"}, Untracked: specPtr(true), Policy: "pull", When: "always",
				FallbackKeys: []string{"f"}, Unprotect: true,
			},
			{Key: ci.CacheKey{Files: []string{"go.sum"}, Prefix: "go"}},
		},
		Dependencies: []string{"build"},
		Needs:        []ci.Need{{Job: "build", Artifacts: specPtr(false), Optional: true}},
		Hooks:        ci.Hooks{PreGetSourcesScript: []string{"echo"}},
		Release: &ci.Release{
			TagName: "v1", TagMessage: "m", Name: "n", Description: "d", Ref: "r",
			ReleasedAt: "2024-07-01T00:00:00Z", Milestones: []string{"m1"},
			Assets: ci.ReleaseAssets{Links: []ci.ReleaseLink{{Name: "x", URL: "https://x", Filepath: "/x", LinkType: "other"}}},
		},
		Timeout:       90 * time.Minute,
		AllowFailure:  ci.AllowFailure{ExitCodes: []int{1, 2}},
		Retry:         ci.Retry{Max: 2, When: []string{"script_failure"}, ExitCodes: []int{3}},
		Interruptible: specPtr(true),
		Coverage:      `/\d+%/`,
		Environment: ci.Environment{
			Name: "prod", URL: "https://e", Action: "stop", DeploymentTier: "production", OnStop: "s", AutoStopIn: "1 day",
		},
		Run: json.RawMessage(`[{"name":"s","script":"echo"}]`),
		Inputs: ci.JobInputs{
			{Name: "b", Type: "number", Value: json.RawMessage("1"), Options: []json.RawMessage{[]byte("1"), []byte("2")}},
			{Name: "a", Value: json.RawMessage(`"x"`), Regex: "^x", Description: "what"},
		},
		Raw: map[string]json.RawMessage{"run": json.RawMessage("null")},
	}
}

func TestJobSpecRoundTrip(t *testing.T) {
	for name, want := range map[string]ci.JobSpec{
		"zero":             {},
		"full":             fullSpec(),
		"no dependencies":  {Dependencies: []string{}, Needs: []ci.Need{}},
		"always allowed":   {AllowFailure: ci.AllowFailure{Always: true}},
		"part of a second": {Timeout: 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := json.Marshal(want)
			require.NoError(t, err)
			var got ci.JobSpec
			require.NoError(t, json.Unmarshal(data, &got), "%s", data)
			assert.Empty(t, cmp.Diff(want, got))
		})
	}
	var full ci.JobSpec // as the tests of what a runner is told read it
	text, err := os.ReadFile("testdata/full.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &full))
	assert.Empty(t, cmp.Diff(fullSpec(), full))
}

func TestJobSpecForms(t *testing.T) {
	tests := []struct {
		json string
		want ci.JobSpec
	}{
		{`null`, ci.JobSpec{}},
		{`{"script":"ls"}`, ci.JobSpec{Script: []string{"ls"}}},
		{`{"script":["a",["b",["c"]]],"before_script":[],"after_script":null}`,
			ci.JobSpec{Script: []string{"a", "b", "c"}, BeforeScript: []string{}}},
		{`{"image":"ruby","services":["mysql",{"name":"pg"}]}`,
			ci.JobSpec{Image: &ci.Image{Name: "ruby"}, Services: []ci.Service{{Name: "mysql"}, {Name: "pg"}}}},
		{`{"image":{"name":"r","docker":{"user":"dave"},"kubernetes":{"user":1001},"ports":[80],"pull_policy":"never"}}`,
			ci.JobSpec{Image: &ci.Image{
				Name: "r", Ports: []ci.Port{{Number: 80}}, PullPolicy: []string{"never"},
				ExecutorOpts: ci.ExecutorOpts{
					Docker: &ci.DockerOptions{User: "dave"}, Kubernetes: &ci.KubernetesOptions{User: "1001"},
				},
			}}},
		{`{"variables":{"B":"x","A":1.50,"C":{"value":"$B","expand":false},"D":true,"E":null,"B":"y"}}`,
			ci.JobSpec{Variables: ci.JobVariables{
				{Key: "B", Value: "y"}, {Key: "A", Value: "1.50"}, {Key: "C", Value: "$B", Raw: true},
				{Key: "D", Value: "true"}, {Key: "E"},
			}}},
		{`{"artifacts":{"reports":{"dotenv":"build.env","junit":["a"]}}}`,
			ci.JobSpec{Artifacts: &ci.JobArtifacts{Reports: map[string]ci.Report{
				"dotenv": {Paths: []string{"build.env"}}, "junit": {Paths: []string{"a"}},
			}}}},
		{`{"cache":{"key":"k"}}`, ci.JobSpec{Cache: []ci.Cache{{Key: ci.CacheKey{Key: "k"}}}}},
		{`{"needs":["a",{"job":"b"}]}`, ci.JobSpec{Needs: []ci.Need{{Job: "a"}, {Job: "b"}}}},
		{`{"timeout":"1h 30m"}`, ci.JobSpec{Timeout: 90 * time.Minute}},
		{`{"timeout":90}`, ci.JobSpec{Timeout: 90 * time.Second}},
		{`{"allow_failure":true}`, ci.JobSpec{AllowFailure: ci.AllowFailure{Always: true}}},
		{`{"allow_failure":false}`, ci.JobSpec{}},
		{`{"allow_failure":{"exit_codes":137}}`, ci.JobSpec{AllowFailure: ci.AllowFailure{ExitCodes: []int{137}}}},
		{`{"retry":1}`, ci.JobSpec{Retry: ci.Retry{Max: 1}}},
		{`{"retry":{"max":2,"when":"always","exit_codes":[1]}}`,
			ci.JobSpec{Retry: ci.Retry{Max: 2, When: []string{"always"}, ExitCodes: []int{1}}}},
		{`{"environment":"prod"}`, ci.JobSpec{Environment: ci.Environment{Name: "prod"}}},
		{`{"raw":{"run":null}}`, ci.JobSpec{Raw: map[string]json.RawMessage{"run": json.RawMessage("null")}}},
	}
	for _, tt := range tests {
		t.Run(tt.json, func(t *testing.T) {
			var got ci.JobSpec
			require.NoError(t, json.Unmarshal([]byte(tt.json), &got))
			assert.Empty(t, cmp.Diff(tt.want, got))
		})
	}
}

func TestJobSpecProblems(t *testing.T) {
	tests := []struct{ json, want string }{
		{`[]`, "must be a map of keywords"},
		{`{"scirpt":"x"}`, `scirpt: unknown keyword, did you mean "script"?`},
		{`{"stage":"test"}`, "stage: is a field of the job, not of its spec"},
		{`{"rules":[]}`, "rules: is settled before a job exists: a job has a status instead"},
		{`{"secrets":{}}`, "secrets: is not supported; raw can say what the runner shall get"},
		{`{"script":[1]}`, "script: must be a string or a list of strings"},
		{`{"dependencies":"x"}`, "dependencies: must be a list"},
		{`{"dependencies":[1]}`, "dependencies[0]: cannot be a number"},
		{`{"interruptible":[],"raw":true,"coverage":{}}`,
			"coverage: cannot be an object\ninterruptible: cannot be an array\nraw: cannot be a boolean"},
		{`{"services":["a",{"nam":"b"}]}`,
			"services[1].nam: unknown keyword, did you mean \"name\"?\nservices[1]: needs a name"},
		{`{"image":7}`, "image: must be a map of keywords\nimage: needs a name"},
		{`{"image":{"name":"r","entrypoint":"sh","ports":[0],"pull_policy":"maybe"}}`,
			"image.entrypoint: must be a list\n" +
				"image.ports[0]: must be a number from 1 to 65535\n" +
				`image.pull_policy: "maybe" is not one of always, if-not-present, never`},
		{`{"timeout":"soon","interruptible":"x"}`,
			"interruptible: cannot be a string\n" +
				`timeout: "soon" is not a duration such as "1h 30m" or a number of seconds`},
		{`{"timeout":-1}`, `timeout: "-1" is not a duration such as "1h 30m" or a number of seconds`},
		{`{"variables":{"A":[1],"B":{"valeu":"x"}}}`,
			"variables.A: must be a string or a number\nvariables.B.valeu: unknown keyword, did you mean \"value\"?"},
		{`{"variables":[]}`, "variables: must be a map"},
		{`{"variables":{"":"x"}}`, "variables: a variable without a name"},
		{`{"artifacts":{"when":"now","access":"me","expire_in":"a while",` +
			`"reports":{"junitt":"x","junit":{"coverage_format":"cobertura"},` +
			`"coverage_report":{"path":"x"},"sast":{"a":1}}}}`,
			"artifacts.reports.sast.a: unknown keyword, did you mean \"path\"?\n" +
				"artifacts.when: \"now\" is not one of on_success, on_failure, always\n" +
				"artifacts.access: \"me\" is not one of all, developer, maintainer, none\n" +
				"artifacts.expire_in: \"a while\" is not a duration such as \"1h 30m\" or a number of seconds\n" +
				"artifacts.reports.coverage_report: needs a coverage_format and one path\n" +
				"artifacts.reports.junit: coverage_format belongs to coverage_report alone\n" +
				"artifacts.reports.junitt: unknown kind of report, did you mean \"junit\"?"},
		{`{"artifacts":{"reports":[]}}`, "artifacts.reports: must be a map"},
		{`{"cache":[{"policy":"both"}],"retry":3,"coverage":"x","needs":[{}]}`,
			"cache[0].policy: \"both\" is not one of pull-push, push, pull\n" +
				"needs[0]: names no job\nretry.max: must be 0, 1 or 2, not 3\n" +
				"coverage: must be a regular expression between slashes"},
		{`{"run":{"a":1}}`, "run: must be a list of steps"},
		{`{"inputs":{"a":{"type":"number","default":"x"},"b":{}}}`,
			"inputs.a.default: must be a number\ninputs.b.default: must be a string"},
		{`{"environment":{"name":"p","action":"go"}}`,
			`environment.action: "go" is not one of start, stop, prepare, verify, access`},
	}
	for _, tt := range tests {
		t.Run(tt.json, func(t *testing.T) {
			var spec ci.JobSpec
			assert.EqualError(t, json.Unmarshal([]byte(tt.json), &spec), tt.want)
		})
	}
	assert.EqualError(t, ci.JobSpec{Timeout: -1}.Validate(), "timeout: must not be negative")
	assert.EqualError(t, ci.JobSpec{
		AllowFailure: ci.AllowFailure{Always: true, ExitCodes: []int{1}},
		Cache:        []ci.Cache{{Key: ci.CacheKey{Key: "k", Prefix: "p"}}},
	}.Validate(),
		"cache[0].key: is either a string or made of files and a prefix\n"+
			"allow_failure: is either always or for exit_codes")
	_, err := json.Marshal(ci.JobSpec{Run: json.RawMessage("{")})
	assert.Error(t, err)
}

func TestJobSpecCloneSharesNothing(t *testing.T) {
	spec := fullSpec()
	require.Empty(t, unset(reflect.ValueOf(spec), "JobSpec"), "fullSpec leaves nothing out")
	copied := spec.Clone()
	assert.Empty(t, cmp.Diff(spec, copied))
	assert.Empty(t, shared(reflect.ValueOf(spec), reflect.ValueOf(copied), "JobSpec"))
	assert.Equal(t, ci.JobSpec{}, ci.JobSpec{}.Clone())
	assert.NotNil(t, ci.JobSpec{Dependencies: []string{}}.Clone().Dependencies, "no dependencies differ from all")
}

// unset names the zero fields of a struct's own level.
func unset(v reflect.Value, path string) (names []string) {
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			names = append(names, path+"."+v.Type().Field(i).Name)
		}
	}
	return names
}

// shared names where two equal values point at the same memory.
func shared(a, b reflect.Value, path string) (paths []string) {
	switch a.Kind() {
	case reflect.Struct:
		for i := range a.NumField() {
			paths = append(paths, shared(a.Field(i), b.Field(i), path+"."+a.Type().Field(i).Name)...)
		}
	case reflect.Slice, reflect.Map, reflect.Pointer:
		if !a.IsNil() && a.Pointer() == b.Pointer() {
			return []string{path}
		}
		switch a.Kind() {
		case reflect.Slice:
			for i := range a.Len() {
				paths = append(paths, shared(a.Index(i), b.Index(i), path+"[]")...)
			}
		case reflect.Map:
			for _, key := range a.MapKeys() {
				paths = append(paths, shared(a.MapIndex(key), b.MapIndex(key), path+"{}")...)
			}
		case reflect.Pointer:
			if !a.IsNil() {
				paths = shared(a.Elem(), b.Elem(), path)
			}
		}
	}
	return paths
}

func FuzzJobSpec(f *testing.F) {
	full, err := json.Marshal(fullSpec())
	require.NoError(f, err)
	f.Add(full)
	f.Add([]byte(`{"image":"","ports":[{}],"inputs":{"a":{"default":null}},"variables":{"a":null},"retry":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var spec, again ci.JobSpec
		if json.Unmarshal(data, &spec) != nil {
			return
		}
		text, err := json.Marshal(spec)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &again), "%s", text)
		stable, err := json.Marshal(again)
		require.NoError(t, err)
		require.JSONEq(t, string(text), string(stable))
	})
}
