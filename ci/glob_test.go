package ci

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The answers are those of File.fnmatch? in Ruby 3.1, with FNM_PATHNAME, FNM_DOTMATCH and FNM_EXTGLOB.
func TestGlobs(t *testing.T) {
	for _, c := range []struct {
		glob, path string
		fits       bool
	}{
		{`docs/über.md`, `docs/über.md`, true},
		{`docs/ü*`, `docs/über.md`, true},
		{`docs/?ber.md`, `docs/über.md`, true},
		{`docs/[äü]ber.md`, `docs/über.md`, true},
		{`docs/[a-ü]ber.md`, `docs/über.md`, true},
		{`[a!]`, `^`, false},
		{`[a!]`, `!`, true},
		{`[!a]`, `b`, true},
		{`[^a]`, `a`, false},
		{`a[!b]c`, `a/c`, false},
		{`a[+-9]c`, `a/c`, false},
		{`a[+-9]c`, `a.c`, true},
		{`a[+-9]c`, `a0c`, true},
		{`a[/]c`, `a/c`, false},
		{`\{a,b\}`, `{a,b}`, true},
		{`\{a,b\}`, `a`, false},
		{`{a,\,}`, `,`, true},
		{`{a\,b,c}`, `a,b`, true},
		{`[]a]`, `a`, false},
		{`[]a]`, `]`, false},
		{`[!]a]`, `xa]`, true},
		{`[a`, `a`, false},
		{`[a`, `[a`, false},
		{`[z-a]`, `z`, true},
		{`[z-a]`, `m`, false},
		{`[a-]`, `-`, true},
		{`[\]]`, `]`, true},
		{`[\!a]`, `!`, true},
		{`[[:alpha:]]`, `a`, false},
		{`[[:alpha:]]`, `[:]`, false},
		{`[a-\c]`, `b`, true},
		{`[.]`, `.`, true},
		{`{a{b,c}`, `{a{b,c}`, false},
		{`a\`, `a\`, false},
		{`{a,b}{c,d}`, `bc`, true},
		{`{a,{b,c}}d`, `cd`, true},
		{`[{a,b}]`, `a`, true},
		{`[{a,b}]`, `,`, false},
		{`**/x`, `a/b/x`, true},
		{`[a-c-e]`, `-`, true},
		{`[a-c-e]`, `d`, false},
		{`[--/]`, `.`, true},
		{`[\\-^]`, `]`, true},
		{`a[]b`, `a[]b`, false},
		{`[a]`, ``, false},
		{`a\`, `a`, true},
		{`{a`, `{a`, false},
		{`a}`, `a}`, true},
		{`\{a`, `{a`, true},
		{`[]`, `[]`, false},
		{`[!]`, `x`, true},
		{`[!`, `x`, false},
		{`[^/]`, `/`, false},
		{`[!-a]`, `b`, true},
		{`ü[!ä]`, `üö`, true},
		{`*.{md,ü}`, `x.ü`, true},
		{`{}`, ``, true},
	} {
		assert.Equal(t, c.fits, globMatcher(c.glob)(c.path), "%s and %s", c.glob, c.path)
	}
}

// TestBracesTakeNoMore: each pair of braces is a copy of the glob, and all of them at once would be 10 GB here.
func TestBracesTakeNoMore(t *testing.T) {
	assert.False(t, globMatcher(strings.Repeat("{a}", 100_000))("a"))
	assert.True(t, globMatcher(strings.Repeat("{a}", 100))(strings.Repeat("a", 100)))
}

// GitLab takes rules:exists to hold without a look where globs would be compared with paths more than 50,000 times;
// files below the top folder count only if a glob reaches there.
func TestComparisonsOfExists(t *testing.T) {
	var top, below []string
	for i := range 5001 {
		top = append(top, fmt.Sprintf("d%04d", i))
		below = append(below, fmt.Sprintf("sub/d%04d", i))
	}
	patterns := make(globs, 10)
	for i := range patterns {
		patterns[i] = fmt.Sprint("no", i, "*")
	}
	assert.True(t, patterns.exist(top))
	assert.False(t, patterns.exist(top[1:]))
	assert.False(t, patterns.exist(below))
	assert.True(t, append(patterns, "a/*").exist(below))
	assert.False(t, append(patterns[:8:8], "a/*", "**/*.rb").exist(below), "an ending is no pattern")
}
