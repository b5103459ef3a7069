package ci_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// Here are small texts that stand for much. What may be done is done without copies, the rest is refused: with a copy
// for each job they would take tens of gigabytes and minutes.

// numbered are n lines, each of the format with its number.
func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestPartsShareTheirNeeds(t *testing.T) {
	racing.Skip(t)
	parallel := numbered(99, "j%[1]d: {script: x, parallel: 200}\n")
	all := numbered(99, "j%[1]d, ")
	for text, want := range map[string]string{
		parallel + "l: {script: x, needs: [" + all + "]}\n": "l: one job can only need 50 others, but you have listed 19800. " +
			"See needs keyword documentation for more details",
	} {
		config := ci.Read(text, ci.Options{})
		require.Empty(t, config.Errors, "alone, the file is read")
		assert.Equal(t, []string{want}, config.Pipeline(ci.Context{Ref: "main"}).Errors)
	}
	for text, want := range map[string]string{
		parallel + "l: {script: x, parallel: 200, needs: [" + all + "]}\n": "l 1/200: one job can only need 50 others, " +
			"but you have listed 19800. See needs keyword documentation for more details",
		parallel + "l: {script: x, parallel: 200, rules: [{needs: [" + all + "]}]}\n": "l 1/200: one job can only need 50 others, " +
			"but you have listed 19800. See needs keyword documentation for more details",
		parallel + "l: {script: x, stage: deploy, parallel: 200, dependencies: [" + all + "]}\n": "l job: more than 1000000 " +
			"dependencies of jobs in all are not followed by fakegitlab",
		numbered(5_000, "j%[1]d: {script: x, parallel: 200}\n"): "more than 20000 jobs are not followed by fakegitlab",
		"default: {before_script: [" + numbered(10_000, "c%d, ") + "]}\n" + parallel: "jobs:j2 26/200: more than 33554432 bytes " +
			"of keywords of jobs are not followed by fakegitlab",
	} {
		assert.Equal(t, want, errorsOf(text, nil))
	}
}

func TestPartsNeedEachOther(t *testing.T) {
	config := ci.Read("a: {script: x, parallel: 2}\nb: {script: x, parallel: {matrix: [{V: [1, 2]}]}, needs: [a], "+
		"rules: [{needs: [{job: a, optional: true}]}], stage: deploy, dependencies: [a]}\n", ci.Options{})
	require.Empty(t, config.Errors)
	require.Len(t, config.Jobs, 4)
	for _, job := range config.Jobs[2:] {
		assert.Equal(t, []ci.Need{{Job: "a 1/2"}, {Job: "a 2/2"}}, job.Spec.Needs, job.Name)
		assert.Equal(t, []ci.Need{{Job: "a 1/2", Optional: true}, {Job: "a 2/2", Optional: true}}, job.Rules[0].Needs)
		assert.Equal(t, []string{"a 1/2", "a 2/2"}, job.Spec.Dependencies)
	}
}

func TestJobsShareTheirVariables(t *testing.T) {
	racing.Skip(t)
	variables := "variables:\n" + numbered(10_000, "  V%d: $W\n")
	config := ci.Read(variables+numbered(2_000, "j%d: {script: x, tags: [$V1], rules: [{if: $V2 == '1'}, {changes: ['$V3']}]}\n"),
		ci.Options{})
	require.Empty(t, config.Errors)
	pipeline := config.Pipeline(ci.Context{Ref: "main", Changes: []string{"w"}, Variables: ci.JobVariables{{Key: "W", Value: "w"}}})
	require.Empty(t, pipeline.Errors)
	require.Len(t, pipeline.Jobs, 2_000)
	assert.Equal(t, []string{"$W"}, pipeline.Jobs[0].Tags, "as the value is written")
	assert.Len(t, pipeline.Jobs[1999].Spec.Variables, 10_000)

	plain := "variables:\n" + numbered(10_000, "  V%d: x\n")
	const tooMany = "more than 1000000 variables of jobs are not followed by fakegitlab"
	for name, text := range map[string]string{
		"own":     plain + numbered(2_000, "j%d: {script: x, variables: {O: o}}\n"),
		"some":    plain + numbered(2_000, "j%d: {script: x, inherit: {variables: [V1]}}\n"),
		"matrix":  "j: {script: x, parallel: {matrix: [{V: [" + numbered(150, "%d, ") + "], " + numbered(10_000, "O%d: o, ") + "}, {V: [" + numbered(50, "%d, ") + "], " + numbered(10_000, "O%d: o, ") + "}]}}\n",
		"product": "j: {script: x, variables: {" + numbered(15_000, "O%d: o, ") + "}, parallel: {matrix: [{V: [" + numbered(200, "%d, ") + "]}]}}\n",
	} {
		assert.Equal(t, tooMany, errorsOf(text, nil), name)
	}
	config = ci.Read(plain+numbered(2_000, "j%d: {script: x, rules: [{variables: {O: o}}]}\n"), ci.Options{})
	require.Empty(t, config.Errors)
	assert.Equal(t, []string{tooMany}, config.Pipeline(ci.Context{Ref: "main"}).Errors)

	// Circles are looked for anew in what each job with variables of its own is given.
	var given ci.JobVariables
	for i := range 1_000 {
		given = append(given, ci.JobVariable{Key: fmt.Sprintf("G%d", i), Value: "$X"})
	}
	config = ci.Read(numbered(2_000, "j%d: {script: x, variables: {O: o}}\n"), ci.Options{})
	require.Empty(t, config.Errors)
	assert.Equal(t, []string{tooMany}, config.Pipeline(ci.Context{Ref: "main", Variables: given}).Errors)
}

// TestExpansionsHaveOneRoom: the values of each job and rule are twice as long as those before, up to half a megabyte;
// expanded for each rule of each job, they would be 6 GB.
func TestExpansionsHaveOneRoom(t *testing.T) {
	racing.Skip(t)
	doubled := "variables:\n  V0: x\n"
	for i := range 19 {
		doubled += fmt.Sprintf("  V%d: $V%d$V%[2]d\n", i+1, i)
	}
	config := ci.Read(doubled+numbered(2_000, "j%d: {script: x, rules: [{changes: [$V19]}, {exists: [$V19]}, {if: $CI}]}\n"), ci.Options{})
	require.Empty(t, config.Errors)
	assert.Len(t, config.Pipeline(ci.Context{Ref: "main", Changes: []string{"y"}, Files: ci.FileMap{"y": ""}}).Jobs, 2_000)
}

// TestWholeNumbers: the texts are those of Rails' only_integer.
func TestWholeNumbers(t *testing.T) {
	for value, want := range map[string]string{"'1'": "", "'+2'": "", "'1e0'": "retry max must be an integer", "' 2 '": "retry max must be an integer",
		"1.0": "retry max must be an integer", "'1e1'": "retry max must be an integer", "'Infinity'": "retry max is not a number",
		"'NaN'": "retry max is not a number", "x": "retry max is not a number"} {
		assert.Equal(t, want, errorsOf("j: {script: x, retry: {max: "+value+"}}\n", nil), value)
	}
}

// TestTruncateCopiesNothing: a copy of the input for each block would be 40 GB.
func TestTruncateCopiesNothing(t *testing.T) {
	text := "spec: {inputs: {a: {default: ä" + strings.Repeat("x", 1<<20) + "}}}\n---\nj: {script: [" +
		numbered(10_000, "'$[[ inputs.a | truncate(%d, 1) ]]', ") + "]}\n"
	config := ci.Read(text, ci.Options{})
	require.Empty(t, config.Errors)
	assert.Equal(t, []string{"ä", "x"}, config.Jobs[0].Spec.Script[:2])
}

// TestFunctionsOfBlocksAreBounded: what stands the same in 10,000 blocks is done once, and what differs in each of them
// for so long only: each would read a megabyte.
func TestFunctionsOfBlocksAreBounded(t *testing.T) {
	racing.Skip(t)
	header := "spec: {inputs: {a: {default: '" + strings.Repeat("$A,é", 1<<17) + "'}}}\n---\n"
	variables := ci.JobVariables{{Key: "B", Value: "b"}, {Key: "A", Value: "masked"}, {Key: "A", Value: "x y"}}
	for i := range 10_000 {
		variables = append(variables, ci.JobVariable{Key: fmt.Sprint("V", i), Value: "$A", Masked: true})
	}
	for calls, want := range map[string]string{"posix_escape": `\`, "expand_vars": "x", "expand_vars | posix_escape": "x"} {
		config := ci.Read(header+"j: {script: ["+numbered(10_000, `'$[[ inputs.a | `+calls+` | truncate(%d, 1) ]]', `)+"]}\n",
			ci.Options{Variables: variables})
		require.Empty(t, config.Errors, calls)
		assert.Equal(t, want, config.Jobs[0].Spec.Script[0], calls)
	}
	for _, calls := range []string{"posix_escape", "expand_vars", "truncate(0, 900000)"} {
		config := ci.Read(header+"j: {script: ["+
			numbered(10_000, "'$[[ inputs.a | truncate(%d, 1000000) | "+calls+" | truncate(0, 1) ]]', ")+"]}\n", ci.Options{Variables: variables})
		assert.Equal(t, []string{"more than 67108864 bytes in functions of interpolation blocks are not followed by fakegitlab"},
			config.Errors, calls)
	}
}

// TestExtendsAreMeasuredBeforeTheyAreCopied: the list that all jobs have of their base would be copied for each of them.
func TestExtendsAreMeasuredBeforeTheyAreCopied(t *testing.T) {
	base := ".b: {script: [" + strings.Repeat("x, ", 30_000) + "]}\n"
	text := base + numbered(1_000, "j%d: {extends: .b}\n")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	assert.Equal(t, "The parsed YAML is too big", errorsOf(text, nil))
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20), "the copies would be 480 MB")
}

// TestInputsThatDoubleAreTooBig: each file hands its input on twice, so that the last would have it sixteen million
// times.
func TestInputsThatDoubleAreTooBig(t *testing.T) {
	racing.Skip(t)
	const header = "spec: {inputs: {x: {type: array}}}\n---\n"
	const twice = ", inputs: {x: [{a: '$[[ inputs.x ]]', b: '$[[ inputs.x ]]'}]}}\n"
	files := ci.FileMap{"24.yml": header + "j: {script: ['a $[[ inputs.x ]]']}\n"}
	for i := range 24 {
		files[fmt.Sprint(i, ".yml")] = header + fmt.Sprintf("include: {local: %d.yml", i+1) + twice
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	assert.Contains(t, errorsOf("include: {local: 0.yml, inputs: {x: [y]}}\n", files), "The parsed YAML is too big")
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100<<20))
}

// TestMatricesInNeedsHaveOneRoom: the long value would stand in each of the needs, which would be 2 GB.
func TestMatricesInNeedsHaveOneRoom(t *testing.T) {
	racing.Skip(t)
	text := "j: {script: x, parallel: {matrix: [{A: [" + strings.Repeat("x", 500_000) + "]}]}, needs: [" +
		strings.Repeat("'$[[matrix.A]]', ", 4_000) + "]}\n"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	assert.Equal(t, "j job: more than 16777216 bytes of matrices in needs are not followed by fakegitlab",
		errorsOf(text, nil))
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200<<20))
}

// TestUnknownVariablesOfMatricesAreNamedOnce: each of 40 parts refers to the same 20,000 of them. Held against
// all that are named by then, the references would take half a minute.
func TestUnknownVariablesOfMatricesAreNamedOnce(t *testing.T) {
	racing.Skip(t)
	text := "j: {script: x, parallel: {matrix: [{A: [" + numbered(40, "%d, ") + "]}]}, needs: ['" +
		numbered(20_000, "$[[matrix.B%d]]") + "']}\n"
	started := time.Now()
	got := strings.Split(errorsOf(text, nil), ", ")
	assert.Less(t, time.Since(started), 20*time.Second)
	require.Len(t, got, 20_000)
	assert.Equal(t, "j job: 'B19999' does not exist in matrix configuration", got[19_999])
}

// TestNeedsOfPartsAreCountedOnce: 60 needs of each of 200 parts are few in all, though no pipeline takes 60 of one job.
func TestNeedsOfPartsAreCountedOnce(t *testing.T) {
	text := "j: {script: x, parallel: {matrix: [{A: [" + numbered(200, "%d, ") + "]}]}, needs: [" +
		numbered(60, "{job: 'n%d $[[matrix.A]]', optional: true}, ") + "]}\n"
	config := ci.Read(text, ci.Options{})
	require.Empty(t, config.Errors)
	assert.Equal(t, "n59 199", config.Jobs[199].Spec.Needs[59].Job)
}

// TestTextsWithManyBlocksAreRead: a long text goes through as often as it has blocks that differ, and grows little.
func TestTextsWithManyBlocksAreRead(t *testing.T) {
	racing.Skip(t)
	const header = "spec: {inputs: {a: {default: b}}}\n---\n"
	same := "j:\n  script: |\n" + strings.Repeat("    run one $[[ inputs.a ]] and go on to the next of all lines\n", 800)
	var jobs strings.Builder
	for i := range 300 {
		fmt.Fprintf(&jobs, "j%d:\n  script: |\n", i)
		jobs.WriteString(numbered(60, "    run $[[ inputs.a | truncate(0, %d) ]] and then go on to the next line\n"))
	}
	assert.Empty(t, errorsOf(header+same, nil))
	assert.Empty(t, errorsOf(header+jobs.String(), nil))
	assert.Equal(t, "more than 1073741824 bytes of texts with interpolation blocks are not followed by fakegitlab",
		errorsOf(header+"j: {script: '"+
			numbered(9_000, "$[[ inputs.a | truncate(0, %d) ]]"+strings.Repeat("x", 80))+"'}\n", nil))
}

// TestWildcardsOfIncludesAreFollowedOnce: together they name a million files, of which 150 may be included.
func TestWildcardsOfIncludesAreFollowedOnce(t *testing.T) {
	racing.Skip(t)
	files := ci.FileMap{}
	for i := range 500 {
		files[fmt.Sprint("f", i, ".yml")] = "j: {script: x}\n"
	}
	wildcards := "include: [" + strings.Repeat("'*.yml', ", 2_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	assert.Equal(t, "Maximum of 150 nested includes are allowed!", errorsOf(wildcards+"]\n", files))
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(10<<20))
	assert.Equal(t, "Each include must be a hash or a string", errorsOf(wildcards+"1]\n", files), "which comes first")
}
