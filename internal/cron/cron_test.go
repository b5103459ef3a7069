package cron_test

import (
	"testing"
	"time"
	_ "time/tzdata" // machines without a zone database run this as well

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/cron"
)

// TestNext has moments that a line names, and the next ones after a Monday noon, reckoned by hand.
func TestNext(t *testing.T) {
	for _, c := range []struct{ line, zone, after, next string }{
		{"0 1 * * *", "UTC", "2024-07-01T12:00:00Z", "2024-07-02T01:00:00Z"},
		{"0 12 * * *", "UTC", "2024-07-01T12:00:00Z", "2024-07-02T12:00:00Z"},
		{"*/5 * * * *", "UTC", "2024-07-01T12:00:00Z", "2024-07-01T12:05:00Z"},
		{"3-59/10 * * * *", "UTC", "2024-07-01T12:05:00Z", "2024-07-01T12:13:00Z"},
		{"3/20 * * * *", "UTC", "2024-07-01T12:05:00Z", "2024-07-01T12:23:00Z"},
		{"/30 * * * *", "UTC", "2024-07-01T12:05:00Z", "2024-07-01T12:30:00Z"},
		{"0 0 * * mon", "UTC", "2024-07-01T12:00:00Z", "2024-07-08T00:00:00Z"},
		{"0 0 * * Sunday", "UTC", "2024-07-01T12:00:00Z", "2024-07-07T00:00:00Z"},
		{"0 0 * * 7", "UTC", "2024-07-01T12:00:00Z", "2024-07-07T00:00:00Z"},
		{"0 0 * * sat-mon", "UTC", "2024-07-01T12:00:00Z", "2024-07-06T00:00:00Z"},
		{"0 0 * * fri#L", "UTC", "2024-07-01T12:00:00Z", "2024-07-26T00:00:00Z"},
		{"0 0 * * mon#2", "UTC", "2024-07-01T12:00:00Z", "2024-07-08T00:00:00Z"},
		{"0 0 13 * fri", "UTC", "2024-07-01T12:00:00Z", "2024-07-05T00:00:00Z"}, // either will do
		{"0 0 L * *", "UTC", "2024-07-01T12:00:00Z", "2024-07-31T00:00:00Z"},
		{"0 0 -2 * *", "UTC", "2024-07-01T12:00:00Z", "2024-07-30T00:00:00Z"},
		{"0 0 31 * *", "UTC", "2024-08-31T12:00:00Z", "2024-10-31T00:00:00Z"},
		{"0 0 29 2 *", "UTC", "2024-07-01T12:00:00Z", "2028-02-29T00:00:00Z"},
		{"0 0 1 jan *", "UTC", "2024-07-01T12:00:00Z", "2025-01-01T00:00:00Z"},
		{"0 22-2 * * *", "UTC", "2024-07-01T12:00:00Z", "2024-07-01T22:00:00Z"},
		{"0 24 * * *", "UTC", "2024-07-01T12:00:00Z", "2024-07-02T00:00:00Z"},
		{"1,3,,5 * * * *", "UTC", "2024-07-01T12:03:00Z", "2024-07-01T12:05:00Z"},
		{"30 0 12 * * *", "UTC", "2024-07-01T12:00:00Z", "2024-07-01T12:00:30Z"},
		{"0 9 * * *", "Tokyo", "2024-07-01T12:00:00Z", "2024-07-02T00:00:00Z"},
		{"0 9 * * *", "Eastern Time (US & Canada)", "2024-07-01T12:00:00Z", "2024-07-01T13:00:00Z"},
		// Clocks are put on at 2: there is no half past two. They are put back at 3: the second is not asked for.
		{"30 2 * * *", "Europe/Berlin", "2024-03-30T12:00:00Z", "2024-04-01T00:30:00Z"},
		{"30 2 * * *", "Europe/Berlin", "2024-10-27T00:30:00Z", "2024-10-28T01:30:00Z"},
	} {
		line, ok := cron.Parse(c.line)
		require.True(t, ok, c.line)
		zone, ok := cron.Zone(c.zone)
		require.True(t, ok, c.zone)
		after, err := time.Parse(time.RFC3339, c.after)
		require.NoError(t, err)
		assert.Equal(t, c.next, line.Next(after, zone).Format(time.RFC3339), "%s in %s after %s", c.line, c.zone, c.after)
	}
}

// TestParseRefuses has what GitLab says of that it is invalid syntax.
func TestParseRefuses(t *testing.T) {
	for _, line := range []string{"", "invalid-cron", "* * * *", "* * * * * * *", "60 * * * *", "* 25 * * *",
		"0 0 0 * *", "0 0 32 * *", "0 0 * 13 *", "0 0 * 0 *", "0 0 * * 8", "0 0 30 2 *", "0 0 * * mon#6", "*/100 * * * *",
		"0 0 -2-5 * *", "1- * * * *", ", * * * *", "+5 * * * *", "0 0 * * UTC", "@daily", "@daily UTC", "a b c d e"} {
		_, ok := cron.Parse(line)
		assert.False(t, ok, line)
	}
}

func TestZones(t *testing.T) {
	for _, name := range []string{"UTC", "Asia/Tokyo", "Berlin", "Pacific Time (US & Canada)", "Kyiv", "Nuku'alofa"} {
		_, ok := cron.Zone(name)
		assert.True(t, ok, name)
	}
	for _, name := range []string{"", "Local", "invalid", "Mars/Olympus"} {
		_, ok := cron.Zone(name)
		assert.False(t, ok, name)
	}
}

// FuzzParse has any line that is read name moments in order, or none.
func FuzzParse(f *testing.F) {
	f.Add("*/5 22-2 L,-3 feb mon#2,fri")
	f.Fuzz(func(t *testing.T, text string) {
		line, ok := cron.Parse(text)
		if !ok {
			return
		}
		at := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
		for range 3 {
			next := line.Next(at, time.UTC)
			if next.IsZero() {
				return
			}
			require.True(t, next.After(at), text)
			at = next
		}
	})
}
