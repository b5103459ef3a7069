package controlpage

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAgo(t *testing.T) {
	now := time.Date(2024, 7, 1, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "now", 59 * time.Second: "59 s ago", 90 * time.Second: "1 min ago", 47 * time.Hour: "47 h ago",
		48 * time.Hour: "2 days ago", -time.Hour: "1 h ahead",
	} {
		assert.Equal(t, want, ago(now, now.Add(-d)), d)
	}
	assert.Equal(t, "never", ago(now, time.Time{}))
}

func TestFirstRows(t *testing.T) {
	show := func(id int) User { return User{ID: id, Username: fmt.Sprintf("User-%d", id)} }
	var ids []int
	for id := range maxRows + 5 {
		ids = append(ids, id)
	}
	all := FirstRows(ids, "", show)
	assert.Equal(t, []int{maxRows, maxRows + 5, maxRows + 5, 5}, []int{len(all.Rows), all.Found, all.Total, all.More()})
	last := FirstRows(ids, "user-204", show)
	assert.Equal(t, List[User]{Rows: []User{{ID: 204, Username: "User-204"}}, Found: 1, Total: maxRows + 5}, last)
}

// What the page is given is text, never markup.
func TestHTMLEscapes(t *testing.T) {
	const script = "<script>alert(1)</script>"
	view := View{
		Projects: List[Project]{Rows: []Project{{Path: script, Members: []Member{{script, script}}}}},
		Calls:    List[Call]{Rows: []Call{{Line: script, Curl: script, Body: script, Notes: []string{script}}}},
		Holds:    []Hold{{ID: 1, Calls: script, First: 7}},
	}
	html, err := view.HTML()
	require.NoError(t, err)
	assert.False(t, strings.Contains(html, script))
	assert.Equal(t, 8, strings.Count(html, "&lt;script&gt;alert(1)&lt;/script&gt;"))
	assert.True(t, strings.Contains(html, ", #7 first"))
}
