package world

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestVersionMatcher(t *testing.T) {
	versions := []string{"15.0.3", "15.0.3~beta.5", "15.1.0", "16.0.1", "15", ""}
	for prefix, want := range map[string][]string{
		"15": {"15.0.3", "15.0.3~beta.5", "15.1.0"}, "15.": {"15.0.3", "15.0.3~beta.5", "15.1.0"},
		"15.0": {"15.0.3", "15.0.3~beta.5"}, "15.0.": {"15.0.3", "15.0.3~beta.5"}, "15.0.3": {"15.0.3", "15.0.3~beta.5"},
		"1": nil, "15..": nil, "15.0.33": nil, "15.0.3.": nil, "15.0.3~beta.5": nil, "+15": nil, ".": nil, "15x": nil,
	} {
		var got []string
		for _, v := range versions {
			if versionMatcher(prefix)(v) {
				got = append(got, v)
			}
		}
		assert.Equal(t, want, got, prefix)
	}
}
