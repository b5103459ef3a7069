package gitlab

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The table has each constant of the root with its value, and nothing else.
func TestConstantsAreThoseOfTheRoot(t *testing.T) {
	text, err := os.ReadFile("../../endpoints.go")
	require.NoError(t, err)
	var root []constant
	for _, c := range regexp.MustCompile(`(?m)^\t(\w+) +Endpoint = "([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
		root = append(root, constant{c[1], c[2]})
	}
	assert.ElementsMatch(t, root, constants)
}
