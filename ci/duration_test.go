package ci_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/ci"
)

func TestParseDuration(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"3600": time.Hour, "1h 30m": 90 * time.Minute, "2h20min": 140 * time.Minute, "1 week": 7 * 24 * time.Hour,
		"3 weeks and 2 days": 23 * 24 * time.Hour, "7d": 7 * 24 * time.Hour, "1.5 hours": 90 * time.Minute,
		"1 Day, 2 hrs": 26 * time.Hour, "1 month": 30 * 24 * time.Hour,
		"1yr": 8766 * time.Hour, "0": 0, "5and 3s": 3 * time.Second,
		"h": time.Hour, "day and 2h": 26 * time.Hour, "and 3s": 3 * time.Second, "1h plus 2 m with 3": 3723 * time.Second,
		"1:30": 90 * time.Second, "1:00:00.5": time.Hour + time.Second/2, "2: 0:0 :0": 48 * time.Hour,
		"1.2.3": 300 * time.Millisecond, ".5 dy": 12 * time.Hour, "5 h m": 5 * time.Hour,
	} {
		got, err := ci.ParseDuration(text)
		assert.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", "never", "and", "1 fortnight", "-5", "1e9", "999999999999999 years", "1:2:3:4:5:6:7", "1 mon", "1h,,", "5 ,",
	} {
		_, err := ci.ParseDuration(text)
		assert.Error(t, err, text)
	}
}
