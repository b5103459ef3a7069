package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The program is documentation: what it says must stay true, and its journal is the same in every run.
func TestQuickstart(t *testing.T) {
	var out, again bytes.Buffer
	require.NoError(t, run(&out))
	require.NoError(t, run(&again))
	assert.Equal(t, out.String(), again.String(), "two runs differ")

	for _, line := range []string{
		"paused     100002: paused=true, tags ruby, mysql",
		"deleted    100002: still there? false",
		"client:  403 {message: 403 Forbidden - No access granted}",
		"reason:  dan is Developer in a project of the runner (acme/shop); needs Maintainer",
		"client:  410 {message: 410 Gone - runner registration disallowed}",
		"#5 DELETE /runners/:id id=100002 by mia -> 204",
	} {
		assert.Contains(t, out.String(), line)
	}
}
