package world

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The cases jobs.truth.coverage.* have the rules; here are the edges (lib/gitlab/ci/trace/stream.rb).
func TestCoverageAtTheEdges(t *testing.T) {
	for _, c := range []struct {
		log, pattern string
		percent      float64
		found        bool
	}{
		{"", `\d+`, 0, false},
		{"\n\n", `\d+`, 0, false},
		{"5\n\n\n", `\d+`, 5, true},
		{"5", `\d+`, 5, true},
		{"no newline 7", `\d+`, 7, true},
		{"a 5", `b (\d+)|a`, 0, false},      // the group takes no part
		{"b 7\na 5", `b (\d+)|a`, 0, false}, // and GitLab gives up
		{"\xff 8%", `\d+%`, 8, true},
		{"x", `.*`, 0, false},
		{strings.Repeat("9", 400), `\d+`, 0, false}, // no number that there is
	} {
		percent, found := coverageIn([]byte(c.log), regexp.MustCompile(c.pattern))
		assert.Equal(t, c.found, found, "%.20q %s", c.log, c.pattern)
		if c.found {
			assert.InDelta(t, c.percent, percent, 0, "%.20q %s", c.log, c.pattern)
		}
	}
}
