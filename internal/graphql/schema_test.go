package graphql

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// The schema of every version loads with its bindings. Each row of the table of fields is a field of some version, and
// each field that is not made by a mutation or a connection has a row.
func TestEverySchemaLoads(t *testing.T) {
	everywhere := map[string]bool{}
	for _, v := range gitlabversion.All() {
		assert.NotPanics(t, func() { schemaOf(v) }, v.String())
		text, has := schemaText(v)
		assert.NotContains(t, text, "@since", v)
		assert.NotContains(t, text, "@until", v)
		assert.NotContains(t, text, "@experiment", v)
		assert.NotContains(t, text, "...", v)
		maps.Copy(everywhere, has)
	}
	unread := []string{}
	rows := allRows()
	for name, members := range rows {
		for member := range members {
			assert.True(t, everywhere[name+"."+member], "no version has %s.%s", name, member)
		}
	}
	for name := range everywhere {
		of, member, _ := strings.Cut(name, ".")
		if _, has := rows[of][member]; !has && rows[of] != nil {
			unread = append(unread, name)
		}
	}
	slices.Sort(unread)
	assert.Equal(t, []string{"CiRunnerEdge.cursor", "CiRunnerEdge.node"}, unread)
}

// Every difference that the schema names is of the table, and each of the names is used.
func TestDifferencesOfTheSchema(t *testing.T) {
	used := map[string]bool{}
	for _, block := range schemaBlocks() {
		for _, line := range block {
			for _, m := range versionDirective.FindAllStringSubmatch(line, -1) {
				used[m[2]] = true
			}
		}
	}
	assert.ElementsMatch(t, slices.Collect(maps.Keys(rowNames)), slices.Collect(maps.Keys(used)))
}

// What is listed as not served is not served, and what a version has not is told with when GitLab has it.
func TestElsewhere(t *testing.T) {
	rows := allRows()
	for name, members := range unserved {
		seen := map[string]bool{}
		for _, member := range strings.Fields(members) {
			_, served := rows[name][member]
			assert.False(t, served, "%s.%s is served", name, member)
			assert.False(t, seen[member], "%s.%s twice", name, member)
			seen[member] = true
		}
	}
	v, err := gitlabversion.Parse("17.2")
	require.NoError(t, err)
	for field, want := range map[string]string{
		"CiRunner.creationState":   "GitLab has the field CiRunner.creationState from 18.2 on, and this one is 17.2",
		"CiRunner.version":         "GitLab has the field CiRunner.version only before 17.0, and this one is 17.2",
		"CurrentUser.runners":      "GitLab has the field CurrentUser.runners from 18.3 on, and this one is 17.2",
		"Mutation.runnerBulkPause": "GitLab has the field Mutation.runnerBulkPause from 17.11 on, and this one is 17.2",
		"CiRunner.nope":            "",
	} {
		of, member, _ := strings.Cut(field, ".")
		later, has := elsewhere(v, of, member)
		assert.Equal(t, want, later)
		assert.False(t, has, field)
	}
	_, has := elsewhere(v, "CiRunner", "upgradeStatus")
	assert.True(t, has)
	assert.Contains(t, RootFields(), "runnerCreate")
	assert.Contains(t, RootFields(), "currentUser")
}
