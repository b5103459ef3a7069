package rest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// The links of keyset pagination lead through a whole list, once and in its order, also where several rows have the
// same value, and also when the row that a link goes on behind is gone.
func TestKeysetByColumns(t *testing.T) {
	s := fg.Scenario{Groups: []fg.Group{{Path: "c", Name: "Same", Visibility: fg.Public},
		{Path: "b", Name: "Same", Visibility: fg.Public}, {Path: "a", Name: "Last", Visibility: fg.Public}}}
	s.Users = []fg.User{{Username: "root", Admin: true, Name: "B"}, {Username: "zed", Name: "A",
		CreatedAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Username: "amy", Name: "B"}, {Username: "kim", Name: "A"}}
	gl := fg.New(t, fg.WithScenario(s), fg.WithInMemoryNetwork())
	follow := func(token, path, field string) (seen []string) {
		for path != "" {
			r := testkit.Ask(t, gl, token, "GET", path)
			require.Equal(t, http.StatusOK, r.Status, r.Body)
			for _, value := range r.Each(t, field) {
				seen = append(seen, value.(string))
			}
			link, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Link"), "<"), ">")
			_, path, _ = strings.Cut(link, "/api/v4")
		}
		return seen
	}
	assert.Equal(t, []string{"a", "c", "b"}, follow("", "/groups?pagination=keyset&per_page=1", "path"))
	root := gl.Token("root")
	for query, want := range map[string][]string{
		"":                            {"kim", "amy", "zed", "root"},
		"&sort=asc":                   {"root", "zed", "amy", "kim"},
		"&order_by=name":              {"amy", "root", "kim", "zed"},
		"&order_by=name&sort=asc":     {"zed", "kim", "root", "amy"},
		"&order_by=username":          {"zed", "root", "kim", "amy"},
		"&order_by=updated_at":        {"kim", "amy", "root", "zed"},
		"&order_by=created_at":        {"kim", "amy", "zed", "root"},
		"&order_by=username&sort=asc": {"amy", "kim", "root", "zed"},
	} {
		assert.Equal(t, want, follow(root, "/users?pagination=keyset&per_page=2"+query, "username"), query)
	}
	first := testkit.Ask(t, gl, root, "GET", "/users?pagination=keyset&per_page=1&order_by=username&sort=asc")
	_, next, _ := strings.Cut(first.Header.Get("Link"), "/api/v4")
	gl.DeleteUser("amy")
	next, _, _ = strings.Cut(next, ">")
	assert.Equal(t, []string{"kim", "root", "zed"}, follow(root, next, "username"))
	bad := testkit.Ask(t, gl, root, "GET", "/users?pagination=keyset&order_by=name&cursor=eyJpZCI6IjEifQ")
	assert.Equal(t, http.StatusBadRequest, bad.Status, "a cursor of another order")
}
