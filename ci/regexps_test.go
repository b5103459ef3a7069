package ci_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/ci"
)

// Ruby's \h means the same inside a class and outside, and \Z is an end.
func TestRubyRegexps(t *testing.T) {
	for _, c := range []struct {
		regexp, path string
		fits         bool
	}{
		{`^\h+$`, "0aF", true}, {`^\h+$`, "g", false},
		{`^[\h-]+$`, "0a-F", true}, {`^[\h-]+$`, "[]", false}, {`^[x\h]$`, "x", true}, {`^[x\h]$`, "x]", false},
		{`^[^\h]$`, "g", true}, {`^[^\h]$`, "a", false}, {`[a]\h$`, "ab", true}, {`b\Z`, "ab", true}, {`a\Z`, "ab", false},
	} {
		config := ci.Read("j: {script: x, rules: [{exists: {regexp: '"+c.regexp+"'}}]}\n", ci.Options{})
		pipeline := config.Pipeline(ci.Context{Ref: "main", Files: ci.FileMap{c.path: ""}})
		assert.Equal(t, c.fits, len(pipeline.Jobs) == 1, "%s %s %v", c.regexp, c.path, config.Errors)
	}
}

// countedFiles count how often they are asked for their paths.
type countedFiles struct {
	ci.FileMap
	asked *int
}

func (f countedFiles) Paths() []string { *f.asked++; return f.FileMap.Paths() }

// However many includes and rules name another project, it is looked for, and its files are listed, once.
func TestOtherProjectsAreFoundOnce(t *testing.T) {
	found, listed := 0, 0
	find := func(path, _ string) *ci.Project {
		found++
		files := countedFiles{ci.FileMap{"a.yml": "a: {script: a}\n", "b.yml": "b: {script: b}\n"}, &listed}
		return &ci.Project{Path: path, SHA: "1", Files: files}
	}
	const rules = "rules: [{exists: {paths: ['*.yml'], project: A/B}}]"
	config := ci.Read("include:\n- {project: a/b, file: [a.yml, b.yml], "+rules+"}\n- {project: a/B, file: a.yml, "+rules+
		"}\nj: {script: x, "+rules+"}\nk: {script: x, "+rules+"}\n", ci.Options{Project: find})
	assert.Empty(t, config.Errors)
	assert.Equal(t, []int{1, 1}, []int{found, listed})
	assert.Len(t, config.Pipeline(ci.Context{Ref: "main", Project: find}).Jobs, 4)
	assert.Equal(t, []int{2, 2}, []int{found, listed})
}
