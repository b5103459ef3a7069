package rest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// TestLint asks as each role, in the order in which GitLab decides, and looks at the whole answer. What is said of
// which configuration is for the cases of ci-yaml.json.
func TestLint(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.SmallCompany()), fakegitlab.WithVersion("17.2"))
	gl.AddProject(fakegitlab.Project{Path: "acme/open", Visibility: fakegitlab.Public})
	const path, open = "/projects/10001/ci/lint", "/projects/acme%2Fopen/ci/lint"
	for _, c := range []struct {
		as, method, path, body string
		want                   string
	}{
		{"", "POST", path, `{"content":"x"}`, `404 {"message":"404 Project Not Found"}`},
		{"", "POST", open, `{"content":"x"}`, `403 {"message":"403 Forbidden"}`},
		{"sam", "POST", path, `{"content":"x"}`, `404 {"message":"404 Project Not Found"}`},
		{"ria", "POST", path, `{"content":"x"}`, `403 {"message":"403 Forbidden"}`},
		{"ria", "POST", path, `{}`, `400 {"error":"content is missing"}`},
		{"dan", "POST", path, `{"content":""}`, `200 {"valid":false,` +
			`"errors":["Please provide content of .gitlab-ci.yml"],"warnings":[],"merged_yaml":null,"includes":null}`},
		{"dan", "POST", path, `{"content":"a: {script: x}","include_jobs":true}`, `200 {"valid":true,"errors":[],` +
			`"warnings":[],"merged_yaml":"---\na:\n  script: x\n","includes":[],"jobs":[{"name":"a","stage":"test",` +
			`"before_script":[],"script":["x"],"after_script":[],"tag_list":[],"environment":null,"when":"on_success",` +
			`"allow_failure":false,"only":{"refs":["branches","tags"]},"except":null,"needs":null}]}`},
		{"dan", "POST", path, `{"content":"a: {script: x, only: [side]}","include_jobs":true,"dry_run":true,"ref":"side"}`,
			`200 {"valid":true,"errors":[],"warnings":[],"merged_yaml":"---\na:\n  script: x\n  only:\n  - side\n",` +
				`"includes":[],"jobs":[{"name":"a","stage":"test","before_script":[],"script":["x"],"after_script":[],` +
				`"tag_list":[],"environment":null,"when":"on_success","allow_failure":false}]}`},
		{"dan", "POST", path, `{"content":"a: {script: x, only: [side]}","include_jobs":true,"dry_run":true}`,
			`200 {"valid":false,"errors":["Pipeline will not run for the selected trigger. The rules configuration ` +
				`prevented any jobs from being added to the pipeline."],"warnings":[],` +
				`"merged_yaml":"---\na:\n  script: x\n  only:\n  - side\n","includes":[],"jobs":[]}`},
		{"", "GET", path, "", `404 {"message":"404 Project Not Found"}`},
		{"gus", "GET", path, "", `403 {"message":"403 Forbidden"}`},
		{"ria", "GET", path + "?sha=a&content_ref=b", "", `400 {"error":"sha, content_ref are mutually exclusive"}`},
		{"ria", "GET", path + "?content_ref=b", "", `404 {"message":"404 Commit Not Found"}`},
		{"ria", "GET", path + "?content_ref=main&include_jobs=true", "", `200 {"valid":false,` +
			`"errors":["Please provide content of .gitlab-ci.yml"],"warnings":[],"merged_yaml":null,"includes":null,"jobs":[]}`},
		{"", "GET", open, "", `200 {"valid":false,"errors":["Please provide content of .gitlab-ci.yml"],"warnings":[],` +
			`"merged_yaml":null,"includes":null}`},
	} {
		token := ""
		if c.as != "" {
			token = gl.Token(c.as)
		}
		reply := testkit.Ask(t, gl, token, c.method, c.path, testkit.WithJSON(c.body))
		require.Equal(t, c.want, reply.String(), "%s %s %s as %s", c.method, c.path, c.body, c.as)
	}
	gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Archived = true })
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("dan"), "POST", path, testkit.WithJSON(`{"content":"x"}`)).Status)
}
