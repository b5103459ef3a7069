package fakegitlab

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestAgo(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "now", 59 * time.Second: "59 s ago", 90 * time.Second: "1 min ago", 47 * time.Hour: "47 h ago", 48 * time.Hour: "2 days ago", -time.Hour: "1 h ahead",
	} {
		assert.Equal(t, want, ago(now, now.Add(-d)), d)
	}
	assert.Equal(t, "never", ago(now, time.Time{}))
}

func TestPageText(t *testing.T) {
	assert.Empty(t, pageText(nil))
	assert.Equal(t, "2 bytes that are no text", pageText([]byte("\xff\xfe")))
	assert.Equal(t, `{"token":"`+"glrt-abcd…"+`"}`, pageText([]byte(`{"token":"glrt-abcdefghijklmnop"}`)))
	assert.Len(t, pageText(make([]byte, 2*pageBody)), pageBody)
}
