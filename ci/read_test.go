package ci_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// The cases of testdata/conformance/ci-yaml.json say what GitLab makes of which text. Here is what they leave out.

// errorsOf are the errors of a text, one a line.
func errorsOf(text string, files ci.FileMap) string {
	return strings.Join(ci.Read(text, ci.Options{Files: files}).Errors, "\n")
}

func TestIncludes(t *testing.T) {
	files := ci.FileMap{
		"a.yml":       "include: b.yml\nj: {script: a, tags: [a]}\n",
		"b.yml":       "j: {script: b, stage: build}\nonly-b: {script: b}\n",
		"loop.yml":    "include: loop.yml\nj: {script: x}\n",
		"broken.yml":  "j: [",
		"empty.yml":   " \n",
		"list.yml":    "- a\n",
		"prod/p.yaml": "p: {script: p}\n",
	}
	config := ci.Read("include: [/a.yml]\nj: {tags: [m]}\n", ci.Options{Files: files})
	require.Empty(t, config.Errors)
	require.Len(t, config.Jobs, 2)
	assert.Equal(t, "j build [a] [m]", fmt.Sprint(config.Jobs[0].Name, " ", config.Jobs[0].Stage, " ",
		config.Jobs[0].Spec.Script, " ", config.Jobs[0].Tags), "the including file wins over the included")
	assert.Equal(t, []ci.Include{{Location: "a.yml"}, {Location: "b.yml"}}, config.Includes)
	assert.Equal(t, "---\nj:\n  script: a\n  stage: build\n  tags:\n  - m\nonly-b:\n  script: b\n", config.Merged)

	for text, want := range map[string]string{
		"include: {local: loop.yml}":                 "Maximum of 150 nested includes are allowed!",
		"include: broken.yml":                        "`broken.yml`: (<unknown>): did not find expected node content while parsing a flow node at line 2 column 1",
		"include: empty.yml":                         "Local file `empty.yml` is empty!",
		"include: list.yml":                          "`list.yml`: Invalid configuration format",
		"include: {project: a/b, file: x.yml}":       "Project `a/b` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.",
		"include: https://example.com/x.yml":         "Remote file `https://example.com/x.yml` could not be fetched because of a socket error! (fakegitlab includes files of its projects only)",
		"include: {template: Go.gitlab-ci.yml}":      "Included file `Go.gitlab-ci.yml` is empty or does not exist! (fakegitlab has no templates)",
		"include: {component: a/b@1}":                "Component 'a/b@1' - content not found (fakegitlab includes files of its projects only)",
		"include: {yolo: /a.yml}":                    "`{\"yolo\":\"/a.yml\"}` does not have a valid subkey for include. Valid subkeys are: `local`, `project`, `remote`, `template`, `artifact`, `component`",
		"include: {local: a.yml, remote: https://x}": "Each include must use only one of: `local`, `project`, `remote`, `template`, `artifact`, `component`",
		"include: {local: 1}":                        "Included file `1` needs to be a string",
		"include: 1":                                 "Each include must be a hash or a string",
	} {
		assert.Equal(t, want, errorsOf(text+"\n", files), text)
	}

	where := ci.JobVariables{{Key: "WHERE", Value: "prod"}}
	config = ci.Read("include: [{local: $WHERE/p.yaml, rules: [{if: $WHERE == 'prod', exists: [a.yml]}]}, "+
		"{local: nope.yml, rules: [{if: $NOPE}]}]\n", ci.Options{Files: files, Variables: where})
	assert.Empty(t, config.Errors)
	assert.Len(t, config.Jobs, 1)
}

// TestHostileTexts: whatever a text does, reading ends soon, with an error of GitLab's.
func TestHostileTexts(t *testing.T) {
	racing.Skip(t)
	const tooBig = "The parsed YAML is too big"
	var bomb, chain, references strings.Builder
	bomb.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x]\n")
	references.WriteString(".a0: {script: [x]}\n")
	chain.WriteString(".j0: {script: x}\n")
	for i := 1; i < 40; i++ {
		alias := fmt.Sprintf("*a%d, ", i-1)
		fmt.Fprintf(&bomb, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(alias, 9), ", "))
		reference := fmt.Sprintf("!reference [.a%d, script], ", i-1)
		fmt.Fprintf(&references, ".a%d: {script: [%s]}\n", i, strings.TrimSuffix(strings.Repeat(reference, 9), ", "))
		fmt.Fprintf(&chain, ".j%d: {extends: .j%d}\n", i, i-1)
	}
	header := "spec: {inputs: {a: {default: " + strings.Repeat("x", 1<<20) + "}}}\n---\n"
	lists := "spec: {inputs: {a: {type: array, default: [" + strings.Repeat("x, ", 10_000) + "]}}}\n---\n"
	for name, c := range map[string]struct{ text, want string }{
		"inputs that explode":     {header + "j: {script: '" + strings.Repeat("$[[inputs.a]]", 70_000) + "'}", "config too large"},
		"lists that explode":      {lists + "j: {script: [" + strings.Repeat("'$[[inputs.a]]', ", 10_000) + "]}", "config too large"},
		"a large text with one":   {header + "j: {script: '$[[inputs.a]]" + strings.Repeat("x", 1<<20) + "'}", "config node too large"},
		"anchors that explode":    {bomb.String() + "j: {script: x}", tooBig},
		"references that explode": {references.String() + "j: {script: [!reference [.a39, script]]}", tooBig},
		"an anchor in itself":     {"a: &a [*a]\nj: {script: x}", tooBig},
		"deep":                    {"j: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000), tooBig},
		"large":                   {"j: {script: [" + strings.Repeat("x, ", 100_000) + "]}", tooBig},
		"huge":                    {strings.Repeat("# comment\n", 2_000_000), tooBig},
		"deep extends":            {chain.String(), ".j1: nesting too deep in `extends`"},
		"many needs": {"j: {script: x, needs: [" + strings.Repeat("a, ", 20_000) + "]}",
			"j job: undefined need: a"},
	} {
		assert.Equal(t, c.want, errorsOf(c.text, nil), name)
	}
}

// largeText is a text that has something n times, and how many jobs its pipeline has.
type largeText struct {
	text string
	jobs int
}

func largeTexts(n int) map[string]largeText {
	repeat := func(format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i, i+1)
		}
		return b.String()
	}
	return map[string]largeText{
		"needs":    {"j0: {script: x}\n" + repeat("j%[2]d: {script: x, needs: [j%[1]d]}\n"), n + 1},
		"stages":   {repeat("j%[1]d: {script: x, stage: s%[1]d}\n") + "stages: [" + repeat("s%[1]d, ") + "]\n", n},
		"variable": {"j: {script: x, tags: [$V0]}\nvariables:\n" + repeat("  V%[1]d: $V%[2]d\n"), 1},
		"rules":    {"j:\n  script: x\n  rules:\n" + repeat("    - {if: $A == '%[1]d'}\n") + "    - if: $CI\n", 1},
		"exists":   {"j:\n  script: x\n  rules:\n" + repeat("    - exists: ['n*%[1]d']\n") + "    - if: $CI\n", 1},
		"changes":  {"j:\n  script: x\n  rules:\n" + repeat("    - changes: ['n*%[1]d']\n") + "    - if: $CI\n", 1},
		"bases":    {repeat(".b%[1]d: {script: x}\n") + "j: {extends: [" + repeat(".b%[1]d, ") + "]}\n", 1},
	}
}

// read makes the pipeline of a large text, in a project of 1,000 files.
func (l largeText) read(t testing.TB, name string) {
	files, changes := ci.FileMap{}, []string{}
	for i := range 1000 {
		changes = append(changes, fmt.Sprintf("d%d/f%d", i%50, i))
		files[changes[i]] = ""
	}
	config := ci.Read(l.text, ci.Options{})
	assert.Empty(t, config.Errors, name)
	pipeline := config.Pipeline(ci.Context{Ref: "main", Files: files, Changes: changes})
	assert.Empty(t, pipeline.Errors, name)
	assert.Len(t, pipeline.Jobs, l.jobs, name)
}

func TestLargeTexts(t *testing.T) {
	racing.Skip(t)
	for name, text := range largeTexts(300) {
		text.read(t, name)
	}
}

// BenchmarkLargeTexts prints the exponent by which the time grows with jobs, stages, variables, rules or globs: 1 is
// linear.
func BenchmarkLargeTexts(b *testing.B) {
	const few, many = 500, 4000
	small, large := largeTexts(few), largeTexts(many)
	for _, name := range slices.Sorted(maps.Keys(small)) {
		b.Run(name, func(b *testing.B) {
			var took [2]time.Duration
			for b.Loop() {
				for i, text := range []largeText{small[name], large[name]} {
					from := time.Now()
					text.read(b, name)
					took[i] += time.Since(from)
				}
			}
			b.ReportMetric(math.Log(float64(took[1])/float64(took[0]))/math.Log(many/few), "exponent")
		})
	}
}

func TestInheritance(t *testing.T) {
	config := ci.Read(`
variables: {A: root, B: root}
default: {image: one, tags: [x], retry: 1}
all: {script: s}
some: {script: s, inherit: {default: [tags], variables: [B]}, variables: {C: own}}
none: {script: s, inherit: {default: false, variables: false}}
`, ci.Options{})
	require.Empty(t, config.Errors)
	var got []string
	for _, j := range config.Jobs {
		image := "no image"
		if j.Spec.Image != nil {
			image = j.Spec.Image.Name
		}
		var names []string
		for _, v := range j.Spec.Variables {
			names = append(names, v.Key)
		}
		got = append(got, fmt.Sprint(j.Name, ": ", image, " ", j.Tags, " ", j.Spec.Retry.Max, " ", names))
	}
	assert.Equal(t, []string{"all: one [x] 1 [A B]", "some: no image [x] 0 [C B]", "none: no image [] 0 []"}, got)
}

// TestSpecOfAJob reads one job with every keyword that its spec has, and compares the spec with what the same keywords
// are in JSON.
func TestSpecOfAJob(t *testing.T) {
	text, err := os.ReadFile("testdata/every_keyword.yml")
	require.NoError(t, err)
	config := ci.Read(string(text), ci.Options{})
	require.Empty(t, config.Errors)
	j := config.Jobs[1]
	var want ci.JobSpec
	wanted, err := os.ReadFile("testdata/every_keyword.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(wanted, &want))
	assert.Equal(t, want, j.Spec)
	assert.NoError(t, j.Spec.Validate())
}

func TestPipelinesLeaveTheirConfigurationAlone(t *testing.T) {
	config := ci.Read(`
variables: {A: root, LOOP: plain}
a: {script: x, tags: [$A], resource_group: on-$A, rules: [{if: $A == "given", variables: {A: rule}}, {if: $CI_COMMIT_TAG, when: delayed, start_in: 2 minutes, interruptible: true, needs: [b]}, {when: never}]}
b: {script: x, needs: [{job: gone, optional: true}]}
gone: {script: x, rules: [{when: never}]}
`, ci.Options{})
	require.Empty(t, config.Errors)
	before := fmt.Sprintf("%+v", config)

	given := config.Pipeline(ci.Context{Ref: "main", Variables: ci.JobVariables{{Key: "A", Value: "given"}}})
	require.Empty(t, given.Errors)
	assert.Equal(t, "given", given.Jobs[0].Tags[0], "a variable of the pipeline wins over that of a rule")
	assert.Equal(t, "on-given", given.Jobs[0].ResourceGroup)
	assert.Equal(t, []ci.Need{}, given.Jobs[1].Spec.Needs, "an optional need that is not there is dropped")

	tag := config.Pipeline(ci.Context{Ref: "v1", Tag: true})
	require.Len(t, tag.Jobs, 2)
	assert.Equal(t, "delayed 2m0s true [{b <nil> false}]", fmt.Sprint(tag.Jobs[0].When, " ", tag.Jobs[0].StartIn, " ",
		*tag.Jobs[0].Spec.Interruptible, " ", tag.Jobs[0].Spec.Needs))

	branch := config.Pipeline(ci.Context{Ref: "main"})
	require.Len(t, branch.Jobs, 1)
	assert.Equal(t, before, fmt.Sprintf("%+v", config))
}

func TestPipelinesOfMergeRequests(t *testing.T) {
	config := ci.Read(`
branch: {script: x, only: [branches]}
request: {script: x, only: [merge_requests]}
rule: {script: x, rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_COMMIT_BRANCH == null}]}
named: {script: x, only: [topic]}
`, ci.Options{})
	require.Empty(t, config.Errors)
	var names []string
	for _, j := range config.Pipeline(ci.Context{Ref: "topic", Source: "merge_request_event"}).Jobs {
		names = append(names, j.Name)
	}
	assert.Equal(t, []string{"request", "rule"}, names)
}

func TestCircularVariables(t *testing.T) {
	config := ci.Read("a: {script: x, variables: {A: $B, B: $C, C: $A, D: $D}}\n", ci.Options{})
	require.Empty(t, config.Errors)
	assert.Equal(t, []string{`a: circular variable reference detected: ["A", "B", "C"]`},
		config.Pipeline(ci.Context{Ref: "main"}).Errors)
}

func TestExpand(t *testing.T) {
	variables := ci.JobVariables{{Key: "A", Value: "one"}, {Key: "B", Value: "$A"}, {Key: "A", Value: "two"}}
	for text, want := range map[string]string{"$A": "two", "${A}x": "twox", "%A%": "two", "$$A": "$two", "$B": "$A",
		"$NOPE-": "-", "100%": "100%", "": "", "$1-${2}-%3%": "$1-${2}-%3%", "%%A%%": "%two%", "$Aé": "twoé", "${}": "${}"} {
		assert.Equal(t, want, ci.Expand(text, variables), text)
	}
}

// The slugs are those of Ruby's slugify (gems/gitlab-utils/lib/gitlab/utils.rb), which counts characters.
func TestSlug(t *testing.T) {
	for text, want := range map[string]string{"Feature/a_B-": "feature-a-b", "feature/ä-x": "feature---x", "--": "",
		strings.Repeat("x", 70):        strings.Repeat("x", 63),
		strings.Repeat("ä", 62) + "xy": "x"} {
		assert.Equal(t, want, ci.Slug(text), text)
	}
}

// FuzzRead: no text makes the reader panic or hang, and what it takes makes pipelines.
func FuzzRead(f *testing.F) {
	raw, err := os.ReadFile("../testdata/conformance/ci-yaml.json")
	require.NoError(f, err)
	var cases struct{ Cases []struct{ YAML string } }
	require.NoError(f, json.Unmarshal(raw, &cases))
	for _, c := range cases.Cases {
		f.Add(c.YAML)
	}
	files := ci.FileMap{"a.yml": "a: {script: x}\n"}
	f.Fuzz(func(t *testing.T, text string) {
		config := ci.Read(text, ci.Options{Files: files})
		if config.Valid() == (len(config.Jobs) == 0) {
			t.Errorf("%d jobs and the errors %q", len(config.Jobs), config.Errors)
		}
		config.Pipeline(ci.Context{Ref: "main", Files: files, Changes: []string{"a.yml"}})
		if config.Merged != "" && config.Valid() {
			if again := ci.Read(config.Merged, ci.Options{}); !again.Valid() {
				t.Errorf("the merged YAML is refused: %q\n%s", again.Errors, config.Merged)
			}
		}
	})
}
