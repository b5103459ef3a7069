package gitlabversion

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	for in, want := range map[string]Version{
		"17.2": {17, 2}, "16": {16, 0}, "16.11": {16, 11}, "19.4": {19, 4}, "17.2.1": {17, 2}, "17.2.0-ee": {17, 2},
		"18.0.3-ce.0": {18, 0},
	} {
		got, err := Parse(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, got, in)
	}
	for _, in := range []string{"", "15.11", "19.5", "20.0", "17.12", "v17.2", "17.x", "17.2.1.1", "17.-1", "17.02",
		"latest"} {
		_, err := Parse(in)
		assert.ErrorContains(t, err, "supported are 16.0 to 16.11, 17.0 to 17.11, 18.0 to 18.11, 19.0 to 19.4", in)
	}
	_, err := Parse("v17.2")
	assert.ErrorContains(t, err, `did you mean "17.2"?`)
}

func TestEveryVersionParsesBack(t *testing.T) {
	for _, v := range All() {
		got, err := Parse(v.String())
		require.NoError(t, err)
		assert.Equal(t, v, got)
	}
	assert.Len(t, All(), 12+12+12+5)
}

func TestHas(t *testing.T) {
	assert.False(t, Version{17, 0}.Has(StaleAfterSevenDays))
	assert.True(t, Version{17, 1}.Has(StaleAfterSevenDays))
	assert.True(t, Version{16, 11}.Has(AddressOfRunner))
	assert.False(t, Version{17, 0}.Has(AddressOfRunner))
	assert.True(t, Version{17, 10}.Has(PartitionedTokens))
	assert.False(t, Version{17, 11}.Has(PartitionedTokens))
}

func TestTableIsComplete(t *testing.T) {
	oldest := All()[0]
	rows := map[string]bool{}
	for _, d := range Differences() {
		row := d.Row()
		assert.NotEmpty(t, row.What)
		assert.NotEmpty(t, row.Source, row.What)
		assert.False(t, rows[row.What], "twice: %s", row.What)
		rows[row.What] = true
		assert.Contains(t, append(All(), first), row.Since, row.What)
		assert.Contains(t, append(All(), first), row.Until, row.What)
		if row.Until != first {
			assert.True(t, row.Since.before(row.Until), row.What)
			assert.True(t, oldest.before(row.Until), "%s: ended before the first supported version", row.What)
		} else {
			assert.NotEqual(t, first, row.Since, "%s: every version has it", row.What)
		}
	}
	assert.Len(t, rows, int(differenceCount))
	written := 0
	for _, area := range []map[Difference]Row{runnerRows, jobRows, pipelineRows, namespaceRows, peopleRows, graphqlRows} {
		written += len(area)
	}
	assert.Len(t, rows, written, "rows in two areas")
}

func TestDifferencesAreInOrder(t *testing.T) {
	var last Version
	for _, d := range Differences() {
		assert.False(t, d.Row().begins().before(last), d.Row().What)
		last = d.Row().begins()
	}
	assert.Empty(t, first.String())
}
