package ci_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// ofPipeline is what the pipeline of a text is, or what is wrong with it.
func ofPipeline(t *testing.T, text string, x ci.Context) (names []string, p *ci.Pipeline) {
	t.Helper()
	config := ci.Read(text, ci.Options{})
	require.Empty(t, config.Errors)
	p = config.Pipeline(x)
	for _, j := range p.Jobs {
		names = append(names, j.Name)
	}
	return names, p
}

// gone is a rule that compares with a ref that is not there.
const gone = "rules: [{changes: {paths: [x], compare_to: gone}}]"

func comparing() ci.Context {
	return ci.Context{Ref: "main", ChangesFrom: func(string) ([]string, bool) { return nil, false }}
}

// lib/gitlab/ci/pipeline/seed/pipeline.rb: errors come in the order of the jobs, and only of stages that a job is in.
func TestErrorsOfSeeds(t *testing.T) {
	for text, want := range map[string][]string{
		"a: {script: x, " + gone + "}\nb: {script: x}":               {"Failed to parse rule for a: rules:changes:compare_to is not a valid ref"},
		"a: {stage: build, script: x, " + gone + "}\nb: {script: x}": nil,
		"a: {script: x, needs: [c], variables: {A: $B, B: $A}}\nb: {script: x, " + gone + "}\nc: {stage: build, script: x, rules: [{when: never}]}": {
			"'a' job needs 'c' job, but 'c' does not exist in the pipeline. This might be because of the only, except, or rules " +
				"keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.",
			`a: circular variable reference detected: ["A", "B"]`,
			"Failed to parse rule for b: rules:changes:compare_to is not a valid ref"},
	} {
		names, p := ofPipeline(t, text, comparing())
		assert.Equal(t, want, p.Errors, text)
		assert.Equal(t, want != nil, names == nil, text)
		assert.False(t, p.Filtered)
	}
	_, p := ofPipeline(t, "a: {script: x, "+gone+"}", comparing())
	assert.True(t, p.Filtered, "nobody is told of the only job's rule: %s", p.Errors)
}

// app/models/ci/pipeline_metadata.rb: the name of a pipeline, as its variables leave it, has 255 characters at most.
func TestNamesOfPipelinesThatAreTooLong(t *testing.T) {
	for length, want := range map[int][]string{255: nil,
		256: {"Failed to build pipeline metadata! Name is too long (maximum is 255 characters)"}} {
		name := strings.Repeat("é", length)
		_, p := ofPipeline(t, "workflow: {name: ' $N '}\na: {script: x}", ci.Context{Ref: "main",
			Variables: ci.JobVariables{{Key: "N", Value: name}}})
		assert.Equal(t, want, p.Errors)
		assert.Equal(t, want != nil, p.Filtered)
	}
	_, p := ofPipeline(t, "workflow: {name: $N}\na: {script: x, rules: [{when: never}]}", ci.Context{Ref: "main", RulesTextsReview: true,
		Variables: ci.JobVariables{{Key: "N", Value: strings.Repeat("x", 256)}}})
	assert.Contains(t, fmt.Sprint(p.Errors), "empty", "which comes first")
}

// app/models/concerns/ci/has_completion_reason.rb, of the newest and as it was.
func TestWhatIsSaidOfRulesThatLetNothingRun(t *testing.T) {
	const ruled, worked = "a: {script: x, rules: [{when: never}]}", "workflow: {rules: [{when: never}]}\na: {script: x}"
	said := func(text string, before bool) string {
		_, p := ofPipeline(t, text, ci.Context{Ref: "main", RulesTextsReview: !before})
		assert.True(t, p.Filtered)
		return p.Errors[0]
	}
	assert.Equal(t, []string{
		"The resulting pipeline would have been empty. Review the rules configuration for the relevant jobs.",
		"The pipeline did not run. Review the workflow:rules configuration for the pipeline.",
		"Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.",
		"Pipeline filtered out by workflow rules.",
	}, []string{said(ruled, false), said(worked, false), said(ruled, true), said(worked, true)})
}

// lib/gitlab/ci/variables/collection/sort.rb: all variables that a job sees, wherever they are from; those of rules, and
// raw ones, refer to nothing.
func TestCirclesOfAllVariables(t *testing.T) {
	given := func(pairs ...string) (list ci.JobVariables) {
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, ci.JobVariable{Key: pairs[i], Value: pairs[i+1]})
		}
		return list
	}
	raw := given("A", "$B")
	raw[0].Raw = true
	for name, c := range map[string]struct {
		text string
		x    ci.Context
		want string
	}{
		"given":                {"", ci.Context{Variables: given("A", "$B", "B", "$A")}, `["A", "B"]`},
		"given and the root's": {"variables: {A: $B}\n", ci.Context{Variables: given("B", "${A}")}, `["A", "B"]`},
		"one that loses":       {"variables: {A: $B, B: $A}\n", ci.Context{Variables: given("A", "x")}, `["A", "B"]`},
		"two of one name":      {"variables: {A: $A}\n", ci.Context{Variables: given("A", "$A")}, `["A", "A"]`},
		"itself":               {"variables: {A: $A}\n", ci.Context{Variables: given("A", "x")}, ""},
		"predefined":           {"variables: {A: $P}\n", ci.Context{Predefined: given("P", "$A")}, `["P", "A"]`},
		"the caller's":         {"variables: {A: $P}\n", ci.Context{Caller: given("P", "$A")}, `["A", "P"]`},
		"raw":                  {"variables: {B: $A}\n", ci.Context{Variables: raw}, ""},
		"two circles":          {"variables: {A: $B, B: $A, C: $D, D: $C}\n", ci.Context{}, `["A", "B"], ["C", "D"]`},
	} {
		_, p := ofPipeline(t, c.text+"a: {script: x}\nb: {script: x, rules: [{variables: {X: $Y, Y: $X}}]}", c.x)
		if c.want == "" {
			assert.Empty(t, p.Errors, name)
			continue
		}
		text := ": circular variable reference detected: " + c.want
		assert.Equal(t, []string{"a" + text, "b" + text}, p.Errors, name)
	}
	environments := ci.Context{Variables: given("B", "$A"), OnEnvironment: func(name string) ci.JobVariables {
		return given("B", "$"+strings.ToUpper(name))
	}}
	_, p := ofPipeline(t, "variables: {A: $B}\na: {script: x, environment: a}\nb: {script: x, environment: b, variables: {B: x}}\n"+
		"c: {script: x, environment: c}", environments)
	assert.Equal(t, []string{`a: circular variable reference detected: ["A", "B"]`}, p.Errors)
}

// lib/gitlab/ci/config/external/file: the project's own file is read as one that is included.
func TestFilesOfTheRepositoryThatCannotBeRead(t *testing.T) {
	for path, want := range map[string]string{
		"a.yml": "Local file `a.yml` is empty!", "a.txt": "Included file `a.txt` does not have YAML extension!",
		"": "Please provide content of .gitlab-ci.yml"} {
		assert.Equal(t, []string{want}, ci.Read(" \n", ci.Options{Path: path}).Errors)
	}
	assert.Empty(t, ci.Read("a: {script: x}", ci.Options{Path: "b/c.YAML"}).Errors)
}

// lib/gitlab/ci/variables/helpers.rb, merge_variables: those of a rule come first, then those of the job, of the rule of
// workflow and of the root, each without those that are there by then.
func TestOrderOfVariables(t *testing.T) {
	_, p := ofPipeline(t, "variables: {R1: a, R2: a, J: a}\nworkflow: {rules: [{variables: {W: b, R2: b}}]}\n"+
		"a: {script: x, variables: {J: c, J2: c}, rules: [{variables: {X: d, R1: d}}]}\nb: {script: x}", ci.Context{Ref: "main"})
	var orders []string
	for _, j := range p.Jobs {
		order := ""
		for _, v := range j.Spec.Variables {
			order += v.Key + v.Value + " "
		}
		orders = append(orders, order)
	}
	assert.Equal(t, []string{"Xd R1d Jc J2c Wb R2b ", "Wb R2b R1a Ja "}, orders)
}
