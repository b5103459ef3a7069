package world

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestEnvironmentSlug has the names of spec/lib/gitlab/slug/environment_spec.rb, where each sum of a name is made of aa.
func TestEnvironmentSlug(t *testing.T) {
	assert.Equal(t, "q517sa", slugSuffix(bytes.Repeat([]byte{0xaa}, 32)))
	for name, want := range map[string]string{
		"staging-12345678901234567": "staging-123456789-q517sa",
		"9-staging-123456789012345": "env-9-staging-123-q517sa",
		"staging-1234567890123456":  "staging-1234567890123456",
		"staging-1234567890123456-": "staging-123456789-q517sa",
		"production":                "production",
		"PRODUCTION":                "production-q517sa",
		"review/1-foo":              "review-1-foo-q517sa",
		"1-foo":                     "env-1-foo-q517sa",
		"1/foo":                     "env-1-foo-q517sa",
		"foo-":                      "foo",
		"foo--bar":                  "foo-bar-q517sa",
		"foo**bar":                  "foo-bar-q517sa",
		"*-foo":                     "env-foo-q517sa",
		"staging-12345678-":         "staging-12345678",
		"staging-12345678-01234567": "staging-12345678-q517sa",
		"":                          "env-q517sa",
		"a1":                        "a1",
		"1a":                        "env-1a-q517sa",
	} {
		got := EnvironmentSlug(name)
		if kept, ok := strings.CutSuffix(want, "q517sa"); ok {
			sum := sha256.Sum256([]byte(name))
			want = kept + slugSuffix(sum[:])
		}
		assert.Equal(t, want, got, name)
	}
}
