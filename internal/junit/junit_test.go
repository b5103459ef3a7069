package junit_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/junit"
)

func text(s string) *string { return &s }

// TestParse has the examples of GitLab's spec (spec/lib/gitlab/ci/parsers/test/junit_spec.rb).
func TestParse(t *testing.T) {
	math := func(inside string) string {
		return `<testsuite name='Math'><testcase classname='Calculator' name='sumTest1' time='0.01'>` + inside +
			`</testcase></testsuite>`
	}
	of := func(status string, output *string) []junit.Case {
		return []junit.Case{{Suite: text("Math"), Classname: text("Calculator"), Name: text("sumTest1"), Time: 0.01,
			Status: status, Output: output}}
	}
	for name, c := range map[string]struct {
		xml  string
		want []junit.Case
	}{
		"no cases in testsuite":  {"<testsuite></testsuite>", nil},
		"no cases in testsuites": {"<testsuites><testsuite /></testsuites>", nil},
		"case outside":           {"<testcase name='a'/>", nil},
		"suites":                 {"<testsuites>" + math("") + "</testsuites>", of(junit.Success, nil)},
		"failure":                {math("<failure>Some failure</failure>"), of(junit.Failed, text("Some failure"))},
		"failure with system-err": {math("<failure></failure>\n<system-err>Some failure</system-err>"),
			of(junit.Failed, text("System Err:\n\nSome failure"))},
		"failure with all": {math("<failure>F</failure><system-out>O</system-out><system-err>E</system-err>"),
			of(junit.Failed, text("F\n\nSystem Out:\n\nO\n\nSystem Err:\n\nE"))},
		"failure with attributes and text": {math(`<failure message="m" type="T">why</failure>`),
			of(junit.Failed, text("why"))},
		"failure with attributes alone": {math(`<failure message="m" type="T"/>`),
			of(junit.Failed, text(`{"message"=>"m", "type"=>"T"}`))},
		"cdata":        {math("<error><![CDATA[a < b]]></error>"), of(junit.Error, text("a < b"))},
		"skipped":      {math("<skipped/>"), of(junit.Skipped, nil)},
		"skipped tags": {math("<skipped></skipped>"), of(junit.Skipped, nil)},
		"unknown":      {math("<foo>Some foo</foo>"), of(junit.Success, nil)},
		"PHPUnit": {`<testsuites><testsuite name="P"><testsuite name="L"><testcase name="i" time="1.37x"/></testsuite>` +
			`</testsuite></testsuites>`,
			[]junit.Case{{Suite: text("L"), Name: text("i"), Time: 1.37, Status: junit.Success}}},
		"suite without a name": {"<testsuite><testcase name='a' file='f'/></testsuite>",
			[]junit.Case{{Name: text("a"), File: text("f"), Status: junit.Success}}},
		"attachment": {"<testsuite><testcase name='a'><error/><system-out>x [[ATTACHMENT|some/path.png]] " +
			"[[ATTACHMENT|other]]</system-out></testcase></testsuite>",
			[]junit.Case{{Name: text("a"), Status: junit.Error, Attachment: "some/path.png",
				Output: text("System Out:\n\nx [[ATTACHMENT|some/path.png]] [[ATTACHMENT|other]]")}}},
		"empty case": {"<testsuite><testcase/></testsuite>", nil},
	} {
		got, problem := junit.Parse([]byte(c.xml))
		assert.Empty(t, problem, name)
		assert.Equal(t, c.want, got, name)
	}
}

func TestParseProblems(t *testing.T) {
	for xml, want := range map[string]string{
		"":                                  "JUnit XML parsing failed: 1:1: FATAL: Document is empty",
		"<testsuite>\n<testcase name='a'/>": "JUnit XML parsing failed: 2:21: FATAL: Premature end of data in tag testsuite line 1",
		"<testsuite></a>": "JUnit XML parsing failed: 1:16: FATAL: " +
			"Opening and ending tag mismatch: testsuite line 1 and a",
		`{"testsuite":"abc"}`: "JUnit XML parsing failed: 1:20: FATAL: Start tag expected, '<' not found",
		"<testsuite><testcase>some text</testcase></testsuite>": "JUnit data parsing failed: string not matched",
	} {
		cases, problem := junit.Parse([]byte(xml))
		assert.Equal(t, want, problem, xml)
		assert.Empty(t, cases)
	}
	read, odd := junit.Parse([]byte(`<testsuites><testsuite><testcase name="a"/><testcase>b</testcase><testcase name="c"/>` +
		`<testsuite><testcase name="d"/></testsuite></testsuite><testsuite><testcase name="e"/></testsuite></testsuites>`))
	assert.Equal(t, "JUnit data parsing failed: string not matched", odd)
	assert.Equal(t, []junit.Case{{Name: text("a"), Status: junit.Success}}, read, "what comes before is read")
	_, problem := junit.Parse([]byte("<testsuite>\n<testcase name='a'></testcase\n</testsuite>\n"))
	require.True(t, strings.HasPrefix(problem, "JUnit XML parsing failed: 3:"), problem)
	require.True(t, strings.HasSuffix(problem, "FATAL: expected '>'"), problem)
}

// JSON has no numbers that are infinite.
func TestTimesAreFinite(t *testing.T) {
	for said, want := range map[string]float64{"1e999": math.MaxFloat64, "-1e999": -math.MaxFloat64, "1e308": 1e308, "x": 0} {
		cases, problem := junit.Parse([]byte(`<testsuite><testcase name="a" time="` + said + `"/></testsuite>`))
		assert.Empty(t, problem)
		assert.Equal(t, []junit.Case{{Name: text("a"), Status: junit.Success, Time: want}}, cases, said)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("<testsuite name='a'><testcase name='b'><failure m='x'/></testcase></testsuite>"))
	f.Add([]byte("<testsuite><testcase name='b' time='1e999'/></testsuite>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		cases, _ := junit.Parse(data)
		for _, c := range cases {
			_, err := json.Marshal(c.Time)
			require.NoError(t, err)
		}
	})
}

// What is small to send is small to read: neither depth nor pieces of a text, nor quotes in quotes, make more of it.
func TestBombs(t *testing.T) {
	deep := func(n int, open, in, end string) string { return strings.Repeat(open, n) + in + strings.Repeat(end, n) }
	_, problem := junit.Parse([]byte(strings.Repeat("<testsuite>", 1<<20)))
	assert.Contains(t, problem, "Excessive depth in document: 256 use XML_PARSE_HUGE option")

	one := func(inside string) []byte {
		return []byte(`<testsuite><testcase name="a"><failure>` + inside + `</failure></testcase></testsuite>`)
	}
	cases, problem := junit.Parse(one(deep(250, "<a>", "x", "</a>")))
	assert.Empty(t, problem)
	assert.Equal(t, deep(250, `{"a"=>`, `"x"`, "}"), *cases[0].Output, "a hash in a hash has no quotes of its own")
	cases, _ = junit.Parse(one(`<a>1</a><a>2</a><b/>`))
	assert.Equal(t, `{"a"=>["1", "2"], "b"=>nil}`, *cases[0].Output)

	pieces := strings.Repeat("y<!---->", 200_000)
	cases, _ = junit.Parse(one(pieces))
	assert.Len(t, *cases[0].Output, 200_000)
	_, problem = junit.Parse([]byte(`<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><testsuite>&c;</testsuite>`))
	assert.NotEmpty(t, problem, "there are no entities of a document's own")
}
