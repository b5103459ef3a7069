package conformance

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/ci"
)

// ConfigCasesFile has the cases of reading .gitlab-ci.yml, which are no requests.
const ConfigCasesFile = "ci-yaml.json"

// ConfigCase is a .gitlab-ci.yml and what GitLab makes of it.
type ConfigCase struct {
	ID, Via, YAML string
	DryRun        bool `json:"dry_run"`
	Context       configContext
	Expect        struct {
		Jobs     []any
		Errors   any
		Warnings []any
	}
}

type configContext struct {
	Ref, Source string
	Tag         bool
	Variables   map[string]string
	Files       ci.FileMap
	Changes     []string
	ChangesFrom map[string][]string `json:"changes_from"`
	Inputs      map[string]any
}

// compared are the files that differ from a ref; nil if the case knows of no refs.
func (x configContext) compared() func(ref string) ([]string, bool) {
	if x.ChangesFrom == nil {
		return nil
	}
	return func(ref string) ([]string, bool) {
		changed, ok := x.ChangesFrom[ref]
		return changed, ok
	}
}

// ReadConfigCases reads the file of them.
func ReadConfigCases(t testing.TB, name string) (cases []ConfigCase) {
	t.Helper()
	raw, err := os.ReadFile(name)
	require.NoError(t, err)
	var file struct{ Cases []ConfigCase }
	require.NoError(t, json.Unmarshal(raw, &file), filepath.Base(name))
	return file.Cases
}

// shownConfig is what a case compares: an answer of ci/lint, with the variables beside it.
type shownConfig struct {
	Jobs             []map[string]any
	Errors, Warnings []any
}

// InPackage plays the case with package ci alone.
func (c ConfigCase) InPackage(t testing.TB) {
	t.Helper()
	var given ci.JobVariables
	for key, value := range c.Context.Variables {
		given = append(given, ci.JobVariable{Key: key, Value: value})
	}
	x := ci.Context{Ref: c.Context.Ref, Tag: c.Context.Tag, Source: c.Context.Source, Variables: given,
		Files: c.Context.Files, ChangesFrom: c.Context.compared()}
	if c.Via == "pipeline" {
		x.Changes = append([]string{}, c.Context.Changes...)
	}
	o := x.Options()
	o.Inputs = c.Context.Inputs
	config := ci.Read(c.YAML, o)
	shown := shownConfig{Errors: list(config.Errors), Warnings: list(config.Warnings)}
	jobs := config.Jobs
	if c.DryRun || c.Via == "pipeline" {
		pipeline := config.Pipeline(x)
		jobs, shown.Errors = pipeline.Jobs, list(pipeline.Errors)
	}
	for _, j := range jobs {
		shown.Jobs = append(shown.Jobs, shownJob(t, j))
	}
	c.compare(t, shown)
}

// shownJob is a job as ci/lint shows it.
func shownJob(t testing.TB, j ci.Job) map[string]any {
	t.Helper()
	needs := []map[string]any{}
	for _, n := range j.Spec.Needs {
		needs = append(needs, map[string]any{"name": n.Job, "artifacts": n.Artifacts == nil || *n.Artifacts,
			"optional": n.Optional})
	}
	variables := map[string]string{}
	for _, v := range j.Spec.Variables {
		variables[v.Key] = v.Value
	}
	text, err := json.Marshal(map[string]any{"name": j.Name, "stage": j.Stage, "when": j.When,
		"before_script": lines(j.Spec.BeforeScript), "script": lines(j.Spec.Script),
		"after_script": lines(j.Spec.AfterScript), "tags": lines(j.Tags), "only": j.Only, "except": j.Except,
		"environment": j.Spec.Environment.Name, "allow_failure": j.Spec.AllowFailure.Always, "needs": needs,
		"variables": variables})
	require.NoError(t, err)
	var shown map[string]any
	require.NoError(t, json.Unmarshal(text, &shown))
	return shown
}

func lines(l []string) []string { return append([]string{}, l...) }

func list(texts []string) []any {
	all := make([]any, len(texts))
	for i, text := range texts {
		all[i] = text
	}
	return all
}

// NotOverHTTP says why a case cannot be asked of ci/lint, or "".
func (c ConfigCase) NotOverHTTP() string {
	switch {
	case c.Via != "lint":
		return "it compares what ci/lint does not show"
	case len(c.Context.Files) > 0 || len(c.Context.Variables) > 0 || len(c.Context.Inputs) > 0 ||
		c.Context.Tag || c.Context.Source != "push":
		return "its project would have files, variables or inputs"
	case c.saysBefore():
		return "its error has the words of before 17.4"
	}
	return ""
}

// saysBefore reports whether the case wants what is said of rules that let nothing run before GitLab 17.4.
func (c ConfigCase) saysBefore() bool {
	text, _ := json.Marshal(c.Expect.Errors)
	return strings.Contains(string(text), "filtered out") || strings.Contains(string(text), "will not run for")
}

// OverHTTP plays the case with ci/lint of a fake.
func (c ConfigCase) OverHTTP(t testing.TB, gl *fakegitlab.Fake, project, token string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"content": c.YAML, "dry_run": c.DryRun, "ref": c.Context.Ref,
		"include_jobs": true})
	require.NoError(t, err)
	request, err := http.NewRequest(http.MethodPost, gl.APIURL()+"/projects/"+project+"/ci/lint",
		strings.NewReader(string(body)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Private-Token", token)
	response, err := gl.Client().Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var answer struct {
		Valid bool
		shownConfig
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	require.Equal(t, len(answer.Errors) == 0, answer.Valid)
	for _, j := range answer.Jobs {
		j["tags"] = j["tag_list"]
	}
	c.compare(t, answer.shownConfig)
}

// compare wants the jobs of the case, in any order, and its errors and warnings.
func (c ConfigCase) compare(t testing.TB, got shownConfig) {
	t.Helper()
	if c.Expect.Errors != nil {
		if mismatch := match("errors", c.Expect.Errors, got.Errors); mismatch != "" {
			t.Error(mismatch)
		}
	}
	if c.Expect.Warnings != nil {
		if mismatch := match("warnings", c.Expect.Warnings, got.Warnings); mismatch != "" {
			t.Error(mismatch)
		}
	}
	if c.Expect.Jobs == nil {
		return
	}
	if len(got.Jobs) != len(c.Expect.Jobs) {
		t.Errorf("jobs: %v, want %v", got.Jobs, c.Expect.Jobs)
	}
	for _, want := range c.Expect.Jobs {
		name := want.(map[string]any)["name"]
		i := slices.IndexFunc(got.Jobs, func(j map[string]any) bool { return j["name"] == name })
		if i < 0 {
			t.Errorf("no job %v among %v", name, got.Jobs)
		} else if mismatch := match("job", want, got.Jobs[i]); mismatch != "" {
			t.Error(mismatch)
		}
	}
}
