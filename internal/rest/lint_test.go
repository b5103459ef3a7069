package rest_test

import (
	"fmt"
	"strings"
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
	made := testkit.Ask(t, gl, gl.Token("root"), "POST", "/projects/acme%2Fopen/repository/commits", testkit.WithJSON(
		`{"branch":"main","commit_message":"m","actions":[{"action":"create","file_path":"ci/b.yml","content":`+
			`"a: {script: z}"},{"action":"create","file_path":".gitlab-ci.yml","content":"include: /ci/b.yml\nb: {script: x}"}]}`))
	require.Equal(t, 201, made.Status, "%s", made)
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
		{"ria", "GET", path, "", `404 {"message":"404 Repository Not Found"}`},
		{"", "GET", open + "?content_ref=b", "", `404 {"message":"404 Commit Not Found"}`},
		{"", "GET", open + "?content_ref=main&include_jobs=true", "", `200 {"valid":true,"errors":[],"warnings":[],` +
			`"merged_yaml":"---\na:\n  script: z\nb:\n  script: x\n","includes":[{"context_project":"acme/open",` +
			`"context_sha":"SHA","type":"local","location":"ci/b.yml","blob":"URL/acme/open/-/blob/SHA/ci/b.yml",` +
			`"raw":"URL/acme/open/-/raw/SHA/ci/b.yml","extra":{}}],"jobs":[` + staticJob("a", "z") + `,` +
			staticJob("b", "x") + `]}`},
		{"", "GET", open + "?dry_run=true", "", `200 {"valid":false,"errors":["Insufficient permissions to create a ` +
			`new pipeline"],"warnings":[],"merged_yaml":null,"includes":null}`},
		{"root", "GET", open + "?dry_run=true&ref=nowhere", "", `200 {"valid":false,"errors":["Reference not found"],` +
			`"warnings":[],"merged_yaml":null,"includes":null}`},
		{"root", "POST", open, `{"content":"include: ci/b.yml","dry_run":true}`, `200 {"valid":true,"errors":[],` +
			`"warnings":[],"merged_yaml":"---\na:\n  script: z\n","includes":[{"context_project":"acme/open",` +
			`"context_sha":"SHA","type":"local","location":"ci/b.yml","blob":"URL/acme/open/-/blob/SHA/ci/b.yml",` +
			`"raw":"URL/acme/open/-/raw/SHA/ci/b.yml","extra":{}}]}`},
	} {
		token := ""
		if c.as != "" {
			token = gl.Token(c.as)
		}
		reply := testkit.Ask(t, gl, token, c.method, c.path, testkit.WithJSON(c.body))
		want := strings.NewReplacer("SHA", made.Field(t, "id").(string), "URL", gl.URL()).Replace(c.want)
		require.Equal(t, want, reply.String(), "%s %s %s as %s", c.method, c.path, c.body, c.as)
	}
	gl.UpdateProject("acme/shop", func(p *fakegitlab.Project) { p.Archived = true })
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("dan"), "POST", path, testkit.WithJSON(`{"content":"x"}`)).Status)
}

// staticJob is a job of a file as the static check shows it.
func staticJob(name, script string) string {
	return fmt.Sprintf(`{"name":%q,"stage":"test","before_script":[],"script":[%q],"after_script":[],"tag_list":[],`+
		`"environment":null,"when":"on_success","allow_failure":false,"only":{"refs":["branches","tags"]},`+
		`"except":null,"needs":null}`, name, script)
}
