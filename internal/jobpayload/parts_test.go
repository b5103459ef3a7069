package jobpayload

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// TestJobPayloadOptions holds the keys that a spec decides against the JSON that GitLab's own specs expect, whole.
func TestJobPayloadOptions(t *testing.T) {
	const step = `"timeout":3600,"when":"on_success","allow_failure":false`
	const image = `"ports":[],"executor_opts":{},"pull_policy":null`
	tests := []struct{ name, options, key, want string }{
		{"steps", `{"before_script":["pwd"],"script":["echo"],"after_script":["ls","date"]}`, "steps",
			`[{"name":"script","script":["pwd","echo"],` + step + `},{"name":"after_script","script":["ls","date"],
				"timeout":3600,"when":"always","allow_failure":true}]`},
		{"no script", `{}`, "steps", `[{"name":"script","script":[],` + step + `}]`},
		{"release", `{"script":["x"],"release":{"tag_name":"v$X","name":"N","description":"D","ref":"R",
			"milestones":["m"],"assets":{"links":[{"name":"l","url":"u"}]}}}`, "steps",
			`[{"name":"script","script":["x"],` + step + `},{"name":"release",
				"script":["release-cli create --name \"N\" --description \"D\" --tag-name \"v$X\" --ref \"R\" --milestone \"m\"` +
				` --assets-link \"{\\\"name\\\":\\\"l\\\",\\\"url\\\":\\\"u\\\"}\""],` + step + `}]`},
		{"hooks", `{"hooks":{"pre_get_sources_script":["echo hi"]}}`, "hooks",
			`[{"name":"pre_get_sources_script","script":["echo hi"]}]`},
		{"no hooks", `{}`, "hooks", `[]`},
		{"image", `{"image":{"name":"image:1.0","entrypoint":["/bin/sh"]}}`, "image",
			`{"name":"image:1.0","entrypoint":["/bin/sh"],` + image + `}`},
		{"no image", `{}`, "image", `null`},
		{"ports", `{"image":{"name":"ruby","ports":[80,{"number":81,"protocol":"https","name":"s"}]}}`, "image",
			`{"name":"ruby","entrypoint":null,"ports":[{"number":80,"protocol":"http","name":"default_port"},
				{"number":81,"protocol":"https","name":"s"}],"executor_opts":{},"pull_policy":null}`},
		{"docker options", `{"image":{"name":"ruby","executor_opts":{"docker":{"platform":"amd64","user":"dave"}}}}`, "image",
			`{"name":"ruby","entrypoint":null,"ports":[],
				"executor_opts":{"docker":{"platform":"amd64","user":"dave"}},"pull_policy":null}`},
		{"services", `{"services":["postgres",{"name":"docker:dind","alias":"docker","entrypoint":["/bin/sh"],
			"command":["sleep","30"]},{"name":"mysql","variables":{"P":"root123."},
			"pull_policy":["if-not-present"]}]}`, "services",
			`[{"name":"postgres","entrypoint":null,` + image + `,"alias":null,"command":null,"variables":[]},
			{"name":"docker:dind","entrypoint":["/bin/sh"],` + image + `,"alias":"docker","command":["sleep","30"],
			"variables":[]},
			{"name":"mysql","entrypoint":null,"ports":[],"executor_opts":{},"pull_policy":["if-not-present"],
			"alias":null,"command":null,"variables":[{"key":"P","value":"root123."}]}]`},
		{"no services", `{}`, "services", `[]`},
		{"archive", `{"artifacts":{"name":"a","untracked":false,"paths":["out/"],"when":"always","expire_in":"7d"}}`,
			"artifacts",
			`[{"name":"a","untracked":false,"paths":["out/"],"when":"always","expire_in":"7d",
				"artifact_type":"archive","artifact_format":"zip"}]`},
		{"archive of defaults", `{"artifacts":{"paths":["abc"],"exclude":["cde"]}}`, "artifacts",
			`[{"name":null,"paths":["abc"],"exclude":["cde"],"when":null,"expire_in":null,"artifact_type":"archive",
				"artifact_format":"zip"}]`},
		{"untracked alone", `{"artifacts":{"untracked":true}}`, "artifacts",
			`[{"name":null,"untracked":true,"paths":null,"when":null,"expire_in":null,"artifact_type":"archive",
				"artifact_format":"zip"}]`},
		{"reports", `{"artifacts":{"expire_in":"7d","reports":{"coverage_report":{"coverage_format":"cobertura",
			"path":"cobertura.xml"},"dotenv":"b.env"}}}`, "artifacts",
			`[{"name":"cobertura-coverage.xml","paths":["cobertura.xml"],"when":"always","expire_in":"7d",
				"artifact_type":"cobertura","artifact_format":"gzip"},
			{"name":".env","paths":["b.env"],"when":"always","expire_in":"7d","artifact_type":"dotenv",
			"artifact_format":"gzip"}]`},
		{"report for ever", `{"artifacts":{"reports":{"sast":"s.json"}}}`, "artifacts",
			`[{"name":"gl-sast-report.json","paths":["s.json"],"when":"always","expire_in":null,
				"artifact_type":"sast","artifact_format":"raw"}]`},
		{"no artifacts", `{}`, "artifacts", `null`},
		{"empty artifacts", `{"artifacts":{}}`, "artifacts", `[]`},
		{"cache", `{"cache":[{"key":"k","untracked":false,"paths":["vendor/*"],"policy":"pull","when":"always",
			"fallback_keys":["f"],"unprotect":true},{"key":{"files":["go.sum"]}},{"key":{"files":["a"],"prefix":"p"}},
			{}]}`, "cache",
			`[{"key":"k-non_protected","untracked":false,"paths":["vendor/*"],"policy":"pull","when":"always",
				"fallback_keys":["f-non_protected"]},
			{"key":"1_go-default-non_protected","untracked":null,"paths":null,"policy":"pull-push","when":"on_success",
			"fallback_keys":[]},
			{"key":"p-default-non_protected","untracked":null,"paths":null,"policy":"pull-push","when":"on_success",
			"fallback_keys":[]},
			{"key":"default-non_protected","untracked":null,"paths":null,"policy":"pull-push","when":"on_success",
			"fallback_keys":[]}]`},
		{"no cache", `{}`, "cache", `[]`},
		{"run", `{"run":[{"name":"step1","script":"echo"}]}`, "run", `"[{\"name\":\"step1\",\"script\":\"echo\"}]"`},
		{"raw", `{"script":["x"],"raw":{"steps":[],"novel":1}}`, "steps", `[]`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data, err := json.Marshal(Build(payloadInputOf(specFromJSON(t, tt.options))))
			require.NoError(t, err)
			var got map[string]json.RawMessage
			require.NoError(t, json.Unmarshal(data, &got))
			assert.JSONEq(t, tt.want, string(got[tt.key]))
		})
	}
}

func TestProtectedCache(t *testing.T) {
	in := payloadInputOf(ci.JobSpec{Cache: []ci.Cache{{}}})
	in.UserIsMaintainer = true
	assert.Equal(t, "default-non_protected", Build(in).Cache[0].Key)
	in.Rules.CachesByRole = true
	assert.Equal(t, "default-protected", Build(in).Cache[0].Key)
	in.UserIsMaintainer, in.Job.Protected = false, true
	assert.Equal(t, "default-protected", Build(in).Cache[0].Key)
	in.Project.Attributes = map[string]string{"ci_separated_caches": "false"}
	in.Job.Spec.Cache[0].FallbackKeys = []string{"f"}
	assert.Equal(t, "default", Build(in).Cache[0].Key)
	assert.Equal(t, []string{"f"}, Build(in).Cache[0].FallbackKeys)
}

func TestUnsupportedFeatures(t *testing.T) {
	all := `{"artifacts":{"exclude":["x"],"reports":{"junit":"x"}},"release":{"tag_name":"v"},
		"allow_failure":{"exit_codes":[1]},"cache":{"fallback_keys":["f"]},"inputs":{"i":{"default":"x"}}}`
	names := []string{"upload_multiple_artifacts", "refspecs", "artifacts_exclude", "multi_build_steps",
		"return_exit_code", "fallback_cache_keys", "job_inputs"}
	assert.Equal(t, names, UnsupportedFeatures(specFromJSON(t, all), true, true, nil))
	assert.Equal(t, names[:6], UnsupportedFeatures(specFromJSON(t, all), true, false, nil))
	assert.Equal(t, names[1:],
		UnsupportedFeatures(specFromJSON(t, all), true, true, map[string]bool{names[0]: true, names[1]: false}))
	codes := specFromJSON(t, `{"retry":{"max":1,"exit_codes":[1]}}`)
	assert.Equal(t, []string{"return_exit_code"}, UnsupportedFeatures(codes, false, true, nil))
	assert.Empty(t, UnsupportedFeatures(specFromJSON(t, `{"script":"x","artifacts":{"paths":["x"]}}`), false, true, nil))
}

// spec/lib/gitlab/ci/pipeline/seed/build/cache_spec.rb: where keys are made of what files contain, * stands for names.
func TestCacheKeysOfPatterns(t *testing.T) {
	in := payloadInputOf(ci.JobSpec{})
	r := repository.New(nil)
	tree, err := r.WriteTree("", map[string]repository.Write{"go.sum": {Content: []byte("a")},
		"sub/go.sum": {Content: []byte("b")}, "sub/go.mod": {Content: []byte("c")}})
	require.NoError(t, err)
	c := r.AddCommit(repository.Commit{Tree: tree, Message: "Begin"})
	r.SetRef("refs/heads/main", c.ID)
	in.Project.Repository, in.Job.Commit.SHA = r, c.ID
	key := func(byContent bool, files ...string) string {
		in.Rules.CacheKeysByContent = byContent
		return cacheKey(in, ci.CacheKey{Prefix: "p", Files: files}, 0)
	}
	assert.NotEqual(t, "p-default", key(true, "*.sum"))
	assert.Equal(t, key(true, "go.sum"), key(true, "*.sum"), "which stay in their folder")
	assert.Equal(t, key(true, "go.sum", "sub/go.sum"), key(true, "**go.sum"))
	assert.Equal(t, key(true, "sub/go.mod", "sub/go.sum"), key(true, "sub/*"))
	assert.Equal(t, "p-default", key(true, "*.lock"))
	assert.Equal(t, "p-default", key(false, "*.sum"), "where they are made of commits, there are no patterns")
}
