package ciyaml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// load reads the configuration of a file.
func load(source string) (*ciyaml.Map, error) {
	_, config, err := ciyaml.Documents(source)
	return config, err
}

// The values are those of Psych 4.0.3 in Ruby 3.1, written as JSON.
func TestScalars(t *testing.T) {
	for text, want := range map[string]string{
		"1_000": "1000", "1,000": "1000", "12_345678901234567890": "12345678901234567890",
		"0xffffffffffffffffff": "4722366482869645213695", "012": "10", "08": `"08"`, "0x1f": "31", "0b11": "3", "0o7": `"0o7"`, "-1": "-1", "+5": "5",
		"1:30": "5400", "12:30:45": "45045", "1.5e+3": "1500.0", "1.5e3": `"1.5e3"`, "1e3": `"1e3"`, ".5": "0.5", "1.": "1.0", "1.2.3": `"1.2.3"`,
		"yes": "true", "On": "true", "off": "false", "NO": "false", "y": `"y"`, "~": "null", "null": "null", "": "null",
		":sym": `"sym"`, "'1'": `"1"`, `"yes"`: `"yes"`, "!!str 1": `"1"`, "+.inf": `"Infinity"`, ".nan": `"NaN"`,
	} {
		config, err := load("a: " + text + "\n")
		if assert.NoError(t, err, text) {
			assert.Equal(t, want, string(ciyaml.JSON(config.Get("a"))), text)
		}
	}
}

// The texts are those of to_s of what JSON.parse makes of them.
func TestFromJSON(t *testing.T) {
	for text, want := range map[string]string{"1": "1", "1.0": "1.0", "1e5": "100000.0", "-0.0": "-0.0", "1E-7": "1.0e-07",
		"1e400": "Infinity", "12345678901234567890": "12345678901234567890", "-9223372036854775809": "-9223372036854775809",
		`"1.0"`: "1.0", "null": "", "true": "true", `[1, 2.0, {"b": 1, "a": 2, "b": 3}]`: `[1, 2.0, {:b=>3, :a=>2}]`,
		`"yes"`: "yes", "[]": "[]"} {
		value, err := ciyaml.FromJSON(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, ciyaml.Text(value), text)
	}
	for _, text := range []string{"", "1 2", "x", "01", "[1,]", strings.Repeat("[", 300) + strings.Repeat("]", 300),
		strings.Repeat("9", 5_000_000), `{"a": [` + strings.Repeat("9", 5_000_000) + `]}`,
		"[" + strings.Repeat(strings.Repeat("9", 4000)+", ", 1400) + "1]"} {
		_, err := ciyaml.FromJSON(text)
		assert.Error(t, err, text)
	}
}

func TestMaps(t *testing.T) {
	for text, want := range map[string]string{
		"a: 1\nb: 2\na: 3": `{"a":3,"b":2}`,
		"t: &t {x: 1, y: 2}\nu: {x: 0, <<: *t, y: 3}":   `{"t":{"x":1,"y":2},"u":{"x":1,"y":3}}`,
		"a: &a {x: 1}\nb: &b {x: 2}\nu: {<<: [*a, *b]}": `{"a":{"x":1},"b":{"x":2},"u":{"x":1}}`,
		"1: a\nyes: b\n~: c\n1.0: d":                    `{"1":"a","true":"b","":"c","1.0":"d"}`,
		"a: {b: [c, {d: e}]}":                           `{"a":{"b":["c",{"d":"e"}]}}`,
		"spec: {}\n---\na: 1":                           `{"a":1}`,
		"a: 1\n---\nb: 2":                               `{"a":1}`,
		"---\na: 1":                                     `{"a":1}`,
	} {
		config, err := load(text)
		if assert.NoError(t, err, text) {
			assert.Equal(t, want, string(ciyaml.JSON(config)), text)
		}
	}
}

// TestWhatIsGoneThroughIsMeasured has texts that are too big only for what is written out, or merged, as often as it is
// named. Written out in full, the key would have 2^60 elements, and the merges of the lists would be 10^9.
func TestWhatIsGoneThroughIsMeasured(t *testing.T) {
	var doubled strings.Builder
	doubled.WriteString("a0: &a0 [x]\n")
	for i := 1; i <= 60; i++ {
		fmt.Fprintf(&doubled, "a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	many := func(format string, n int) string { return strings.Repeat(format, n) }
	var numbered strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&numbered, "k%d: , ", i)
	}
	for name, text := range map[string]string{
		"a key":       doubled.String() + "j: {? *a60 : x}\n",
		"a reference": doubled.String() + "j: {? !reference [*a60] : x}\n",
		"many keys":   doubled.String() + "l: [" + many("{? *a14 : x}, ", 12_000) + "]\n",
		"merges":      "a: &a {" + numbered.String() + "}\nj: {<<: [" + many("*a, ", 100_000) + "]}\n",
	} {
		_, err := load(text)
		assert.EqualError(t, err, "The parsed YAML is too big", name)
	}
	config, err := load("a: &a [x]\nj: {? [*a, *a] : y}\n")
	require.NoError(t, err)
	assert.Equal(t, `{"[[\"x\"], [\"x\"]]":"y"}`, string(ciyaml.JSON(config.Get("j"))))
}

// The texts are those of Psych 4.0.3, but the one about the anchor, which is that of Psych 5.
func TestSyntaxErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a: b: c":                           "(<unknown>): mapping values are not allowed in this context at line 1 column 5",
		"a:\n  - b\n c: d":                  "(<unknown>): did not find expected key while parsing a block mapping at line 1 column 1",
		"j:\n  s:\n    - e\n   - ls\n":      "(<unknown>): did not find expected key while parsing a block mapping at line 2 column 3",
		"j:\n  - a\n  b: c\n":               "(<unknown>): did not find expected '-' indicator while parsing a block collection at line 2 column 3",
		"a: 'it's'":                         "(<unknown>): did not find expected key while parsing a block mapping at line 1 column 1",
		"a: [1, 2":                          "(<unknown>): did not find expected ',' or ']' while parsing a flow sequence at line 1 column 4",
		"j: {a: [1], b: {c: 2}\nother: x\n": "(<unknown>): did not find expected ',' or '}' while parsing a flow mapping at line 1 column 4",
		"a: [x, ,]":                         "(<unknown>): did not find expected node content while parsing a flow node at line 1 column 8",
		"a: ]":                              "(<unknown>): did not find expected node content while parsing a block node at line 1 column 4",
		"[":                                 "(<unknown>): did not find expected node content while parsing a flow node at line 2 column 1",
		"a: @x":                             "(<unknown>): found character that cannot start any token while scanning for the next token at line 1 column 4",
		"a:\n\t- b":                         "(<unknown>): found character that cannot start any token while scanning for the next token at line 2 column 1",
		"a: \"x\"\nb:\n  - \"y\n":           "(<unknown>): found unexpected end of stream while scanning a quoted scalar at line 3 column 5",
		"a: \"\\q\"":                        "(<unknown>): found unknown escape character while parsing a quoted scalar at line 1 column 4",
		"a: >-2x\n":                         "(<unknown>): did not find expected comment or line break while scanning a block scalar at line 1 column 4",
		"a: *x":                             "An alias referenced an unknown anchor: x",
		"a: 2024-01-01":                     "Tried to load unspecified class: Date",
		"- a":                               "Invalid configuration format",
		"# a\n---\nj: x\n---\n- a\n":        "Invalid configuration format",
	} {
		_, err := load(text)
		assert.EqualError(t, err, want, text)
	}
}

func TestExtend(t *testing.T) {
	config, err := load(".a: {v: {x: 1, y: 1}, l: [1]}\n.b: {v: {y: 2}, extends: .a}\nj: {extends: [.a, .b], v: {z: 3}, l: [2]}")
	require.NoError(t, err)
	extended, err := ciyaml.Extend(config)
	require.NoError(t, err)
	assert.Equal(t, `{"v":{"x":1,"y":2,"z":3},"l":[2],"extends":[".a",".b"]}`, string(ciyaml.JSON(extended.Get("j"))))
	assert.Equal(t, `{"v":{"y":2},"extends":".a"}`, string(ciyaml.JSON(config.Get(".b"))), "the map that was given is as it was")

	for text, want := range map[string]string{
		"a: {extends: b}\nb: {extends: c}\nc: {extends: b}": "b: circular dependency detected in `extends`",
		"a: {extends: [b, c, d]}\nb: {}\nc: 1":              "a: unknown keys in `extends` (d)",
		"a: {extends: [b, c]}\nb: {}\nc: 1":                 "a: invalid base hashes in `extends` (c)",
	} {
		config, err := load(text)
		require.NoError(t, err)
		_, err = ciyaml.Extend(config)
		assert.EqualError(t, err, want, text)
	}
}

func TestDump(t *testing.T) {
	// What Ruby 3.1 writes of these values.
	for text, want := range map[string]string{
		"a: [1, x, '1', 'yes', '', 1.0, true, ~]": "---\na:\n- 1\n- x\n- '1'\n- 'yes'\n- ''\n- 1.0\n- true\n-\n",
		"a: {b: {}, c: [], d: [[x, y], {e: f}]}":  "---\na:\n  b: {}\n  c: []\n  d:\n  - - x\n    - \"y\"\n  - e: f\n",
		"a: |\n  x\n  y\nb: |-\n  x\n  y":         "---\na: |\n  x\n  y\nb: |-\n  x\n  y\n",
		"a: |\n  x\nb: ' '":                       "---\na: 'x\n\n  '\nb: \" \"\n",
		"{a: 'x: y', b: '# z', c: \"it's\", d: '- e', e: -f, f: $X, g: '@h', h: 'i #j'}": "---\na: 'x: y'\nb: \"# z\"\nc: it's\nd: \"- e\"\n" +
			"e: \"-f\"\nf: \"$X\"\ng: \"@h\"\nh: 'i #j'\n",
	} {
		config, err := load(text)
		require.NoError(t, err)
		assert.Equal(t, want, ciyaml.Dump(config), text)
	}
	long := strings.TrimSpace(strings.Repeat("lorem ipsum ", 10))
	config, err := load("a: {script: [" + long + "], b: '" + long + ": x'}")
	require.NoError(t, err)
	assert.Equal(t, "---\na:\n  script:\n  - lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem\n"+
		"    ipsum lorem ipsum lorem ipsum lorem ipsum\n  b: 'lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem ipsum lorem\n"+
		"    ipsum lorem ipsum lorem ipsum lorem ipsum: x'\n", ciyaml.Dump(config))
	assert.Equal(t, "--- {}\n", ciyaml.Dump(&ciyaml.Map{}))
}
