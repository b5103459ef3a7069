package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// twoTrees is a world with a public and a private tree of groups, and people who see different parts of it.
//
//	open (public)           max, Developer of open/lab
//	├── open/site (public), open/intra (internal)
//	└── open/lab (private)  open/lab/secret (private)
//	acme (private)          oli Owner, gus Guest
//	├── acme/shop           mia Maintainer
//	├── acme/old            archived
//	└── acme/backend        gus Owner; acme/backend/api
//	mia                     mia/tool (private)
func twoTrees() fakegitlab.Scenario {
	s := fakegitlab.NewScenario().WithUser("mia").WithUser("oli").WithUser("gus").WithUser("max").WithUser("sam").
		WithUser("ext", func(u *fakegitlab.User) { u.External = true }).
		WithUser("aud", func(u *fakegitlab.User) { u.Auditor = true }).
		WithGroup("open", func(g *fakegitlab.Group) { g.Visibility = fakegitlab.Public }).
		WithGroup("acme", func(g *fakegitlab.Group) {
			g.Members = fakegitlab.Members{"oli": fakegitlab.Owner, "gus": fakegitlab.Guest}
		}).
		WithGroup("open/lab", func(g *fakegitlab.Group) {
			g.Name, g.Members = "zebra", fakegitlab.Members{"max": fakegitlab.Developer}
		}).
		WithGroup("acme/backend", func(g *fakegitlab.Group) { g.Members = fakegitlab.Members{"gus": fakegitlab.Owner} })
	for i, p := range []fakegitlab.Project{
		{Path: "open/site", Visibility: fakegitlab.Public, Name: "Web site", Description: "the shop window"},
		{Path: "open/intra", Visibility: fakegitlab.Internal},
		{Path: "open/lab/secret", Name: "Top secret"},
		{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}},
		{Path: "acme/old", Archived: true, CreatedAt: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Path: "acme/backend/api"},
		{Path: "mia/tool"},
	} {
		p.ID = 10001 + i
		s = s.WithProject(p.Path, func(seeded *fakegitlab.Project) { *seeded = p })
	}
	return s
}

// listed are the paths of what a call lists, without their common part.
func listed(t *testing.T, r testkit.Reply) []string {
	t.Helper()
	require.Equal(t, 200, r.Status, r.Body)
	var rows []struct {
		Project string `json:"path_with_namespace"`
		Group   string `json:"full_path"`
	}
	require.NoError(t, json.Unmarshal([]byte(r.Body), &rows))
	paths := []string{}
	for _, row := range rows {
		paths = append(paths, row.Project+row.Group)
	}
	return paths
}

// tokenFor is "" for nobody.
func tokenFor(gl *fakegitlab.Fake, username string) string {
	if username == "" {
		return ""
	}
	return gl.Token(username)
}

// lists compares calls with the paths that they list, blank-separated and in order.
func lists(t *testing.T, gl *fakegitlab.Fake, username string, want map[string]string) {
	t.Helper()
	for call, paths := range want {
		assert.Equal(t, strings.Fields(paths), listed(t, testkit.Ask(t, gl, tokenFor(gl, username), "GET", call)), "%q: %s",
			username, call)
	}
}

const everyProject = "mia/tool acme/backend/api acme/old acme/shop open/lab/secret open/intra open/site"

func TestWhoListsWhichProjects(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	const acme = "acme/backend/api acme/old acme/shop "
	for user, want := range map[string]struct{ all, membership, owned, developer string }{
		"":     {"open/site", "", "", ""},
		"sam":  {"open/intra open/site", "", "", ""},
		"ext":  {"open/site", "", "", ""},
		"mia":  {"mia/tool acme/shop open/intra open/site", "mia/tool acme/shop", "mia/tool", "mia/tool acme/shop"},
		"oli":  {acme + "open/intra open/site", acme, acme, acme},
		"gus":  {acme + "open/intra open/site", acme, "acme/backend/api", "acme/backend/api"},
		"max":  {"open/lab/secret open/intra open/site", "open/lab/secret", "", "open/lab/secret"},
		"aud":  {everyProject, "", "", ""},
		"root": {everyProject, "", "", ""},
	} {
		lists(t, gl, user, map[string]string{
			"/projects":                                          want.all,
			"/projects?membership=true":                          want.membership,
			"/projects?owned=yes":                                want.owned,
			"/projects?min_access_level=30":                      want.developer,
			"/projects?owned=1&min_access_level=10&membership=1": want.owned,
			"/projects?min_access_level=30&membership=1":         want.developer,
			"/projects?owned=&min_access_level=":                 want.all,
		})
	}
}

// What is listed is what can be read one by one, whoever asks.
func TestListsAgreeWithDetails(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	for _, user := range []string{"", "sam", "ext", "mia", "oli", "gus", "max", "aud", "root"} {
		token := tokenFor(gl, user)
		projects, groups := listed(t, testkit.Ask(t, gl, token, "GET", "/projects?order_by=id&sort=asc")),
			listed(t, testkit.Ask(t, gl, token, "GET", "/groups?all_available=true&order_by=id"))
		var readable, readableGroups []string
		for _, p := range gl.Projects() {
			if testkit.Ask(t, gl, token, "GET", "/projects/"+url.PathEscape(p.Path)).Status == 200 {
				readable = append(readable, p.Path)
			}
		}
		for _, g := range gl.Groups() {
			if testkit.Ask(t, gl, token, "GET", "/groups/"+url.PathEscape(g.Path)).Status == 200 {
				readableGroups = append(readableGroups, g.Path)
			}
		}
		assert.Equal(t, readable, projects, user)
		assert.Equal(t, readableGroups, groups, user)
	}
}

func TestAdminModeAndLists(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.AdminMode = true })
	lists(t, gl, "root", map[string]string{"/projects": "open/intra open/site", "/groups": ""})
	elevated := gl.Token("root", "api", "admin_mode")
	assert.Equal(t, strings.Fields(everyProject), listed(t, testkit.Ask(t, gl, elevated, "GET", "/projects")))
	assert.Len(t, listed(t, testkit.Ask(t, gl, elevated, "GET", "/groups")), 4)
}

func TestProjectFilters(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	lists(t, gl, "root", map[string]string{
		"/projects?visibility=public":                             "open/site",
		"/projects?visibility=internal":                           "open/intra",
		"/projects?visibility=private&archived=false":             "mia/tool acme/backend/api acme/shop open/lab/secret",
		"/projects?archived=true":                                 "acme/old",
		"/projects?archived=":                                     everyProject,
		"/projects?search=SHOP":                                   "acme/shop open/site",
		"/projects?search=site+web":                               "open/site",
		"/projects?search=acme":                                   "",
		"/projects?search=acme&search_namespaces=true":            "acme/backend/api acme/old acme/shop",
		"/projects?search=zebra&search_namespaces=true":           "open/lab/secret",
		"/projects?search=ol":                                     "",
		"/projects?search=+":                                      everyProject,
		"/projects?id_after=10005":                                "mia/tool acme/backend/api",
		"/projects?id_after=10002&id_before=10004":                "open/lab/secret",
		"/projects?last_activity_before=2021-01-01T00:00:00Z":     "acme/old",
		"/projects?last_activity_after=2021-01-01&id_before=1":    "",
		"/projects?updated_before=2021-01-01&order_by=updated_at": "acme/old",
		"/projects?updated_after=2020-01-01&order_by=updated_at":  "mia/tool acme/backend/api acme/shop open/lab/secret open/intra open/site acme/old",
		"/projects?with_issues_enabled=1&with_merge_requests_enabled=1&include_pending_delete=1&include_hidden=1&statistics=1&with_custom_attributes=1": everyProject,
		"/projects?repository_storage=default":    everyProject,
		"/projects?repository_storage=other":      "",
		"/projects?starred=true":                  "",
		"/projects?imported=true":                 "",
		"/projects?topic=go":                      "",
		"/projects?topic=":                        everyProject,
		"/projects?topic_id=1":                    "",
		"/projects?with_programming_language=Go":  "",
		"/projects?wiki_checksum_failed=true":     "",
		"/projects?repository_checksum_failed=on": "",
		"/projects?custom_attributes[key]=x":      "",
	})
	// What others ask for in vain, GitLab does not look at.
	lists(t, gl, "", map[string]string{"/projects?starred=true": "open/site"})
	lists(t, gl, "sam", map[string]string{"/projects?repository_storage=other": "open/intra open/site",
		"/projects?custom_attributes[key]=x": "open/intra open/site"})
}

func TestProjectOrder(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	const byID = "open/site open/intra open/lab/secret acme/shop acme/old acme/backend/api mia/tool"
	lists(t, gl, "root", map[string]string{
		"/projects?order_by=id&sort=asc":               byID,
		"/projects?order_by=id":                        everyProject,
		"/projects?sort=asc":                           byID,
		"/projects?order_by=star_count&sort=asc":       byID,
		"/projects?order_by=storage_size&sort=asc":     byID,
		"/projects?order_by=name&sort=asc":             "open/lab/secret open/site acme/backend/api open/intra acme/old acme/shop mia/tool",
		"/projects?order_by=path&sort=asc":             "acme/backend/api open/intra acme/old open/lab/secret acme/shop open/site mia/tool",
		"/projects?order_by=path":                      "mia/tool open/site acme/shop open/lab/secret acme/old open/intra acme/backend/api",
		"/projects?order_by=last_activity_at":          "mia/tool acme/backend/api acme/shop open/lab/secret open/intra open/site acme/old",
		"/projects?order_by=updated_at&sort=asc":       "acme/old open/site open/intra open/lab/secret acme/shop acme/backend/api mia/tool",
		"/projects?order_by=similarity":                everyProject, // without a search
		"/projects?order_by=similarity&search=shop":    "",           // an administrator is a member of nothing
		"/groups/acme/projects?order_by=similarity":    "acme/old acme/shop",
		"/groups/open/projects?order_by=star_count":    "open/intra open/site",
		"/groups/acme/projects?order_by=name&sort=asc": "acme/old acme/shop",
	})
	gl.AddProject(fakegitlab.Project{Path: "acme/workshop-for-the-shop"})
	lists(t, gl, "oli", map[string]string{
		"/projects?order_by=similarity&search=shop&sort=asc":   "acme/shop acme/workshop-for-the-shop",
		"/groups/acme/projects?order_by=similarity&search=sho": "acme/shop acme/workshop-for-the-shop",
	})
	lists(t, gl, "", map[string]string{"/projects?order_by=similarity&search=shop": "open/site"})
	assert.Contains(t, testkit.Ask(t, gl, gl.Token("oli"), "GET", "/projects?order_by=wiki_size").Header.Get("Link"),
		"order_by=created_at", "only administrators order by size")
}

func TestProjectParametersRefused(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	for call, want := range map[string]string{
		"/projects?order_by=size":                              "order_by does not have a valid value",
		"/projects?sort=up":                                    "sort does not have a valid value",
		"/projects?visibility=secret&archived=maybe":           "archived is invalid, visibility does not have a valid value",
		"/projects?min_access_level=35":                        "min_access_level does not have a valid value",
		"/projects?min_access_level=maintainer":                "min_access_level is invalid, min_access_level does not have a valid value",
		"/projects?owned=2&membership=2":                       "owned is invalid, membership is invalid",
		"/projects?id_after=x&last_activity_after=soon":        "id_after is invalid, last_activity_after is invalid",
		"/projects?per_page=0":                                 "per_page has a value not allowed",
		"/groups?order_by=created_at":                          "order_by does not have a valid value",
		"/groups?all_available=2&min_access_level=1":           "all_available is invalid, min_access_level does not have a valid value",
		"/groups/acme/projects?order_by=wiki_size":             "order_by does not have a valid value",
		"/groups/none/projects?include_subgroups=2&per_page=x": "include_subgroups is invalid, per_page is invalid",
		"/groups/none/subgroups?top_level_only=2":              "top_level_only is invalid",
	} {
		assert.Equal(t, fmt.Sprintf(`400 {"error":"%s"}`, want), testkit.Ask(t, gl, "", "GET", call).String(), call)
	}
	assert.Equal(t, "400 {\"message\":\"400 Bad request - `updated_at` filter and `updated_at` sorting must be paired\"}",
		testkit.Ask(t, gl, "", "GET", "/projects?updated_after=2024-01-01").String())
	for _, call := range []string{"/projects", "/groups"} {
		assert.Equal(t, 401, testkit.Ask(t, gl, "unknown", "GET", call).Status, call)
		assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("mia", "read_user"), "GET", call).Status, call)
		assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("mia", "read_api"), "GET", call).Status, call)
	}
	for _, call := range []string{"/groups/acme/projects", "/groups/acme/subgroups", "/groups/404/projects",
		"/groups/404/subgroups"} {
		assert.Equal(t, `404 {"message":"404 Group Not Found"}`, testkit.Ask(t, gl, gl.Token("sam"), "GET", call).String(),
			call)
	}
}

func TestWhatListsShowOfAProject(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	first := func(username, call string) (project map[string]any) {
		rows := []map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(testkit.Ask(t, gl, tokenFor(gl, username), "GET", call).Body), &rows))
		require.NotEmpty(t, rows, call)
		return rows[0]
	}
	for _, c := range []struct {
		username, call             string
		archived, build, permitted bool
	}{
		{"", "/projects", false, false, false},
		{"mia", "/projects?simple=true", false, false, false},
		{"mia", "/projects", true, true, true}, // her own
		{"sam", "/projects", true, false, true},
		{"root", "/projects", true, true, true},
		{"", "/groups/open/projects", true, false, false},
		{"oli", "/groups/acme/projects", true, true, false},
		{"oli", "/groups/acme/projects?simple=1", false, false, false},
	} {
		p := first(c.username, c.call)
		for field, want := range map[string]bool{"id": true, "namespace": true, "web_url": true, "archived": c.archived,
			"shared_runners_enabled": c.archived,
			"build_timeout":          c.build, "group_runners_enabled": c.build, "permissions": c.permitted, "runners_token": false} {
			_, got := p[field]
			assert.Equal(t, want, got, "%q: %s of %s", c.username, field, c.call)
		}
	}
	access := func(level float64) any { return map[string]any{"access_level": level, "notification_level": 3.0} }
	for username, want := range map[string][]any{"mia": {access(40), nil}, "oli": {nil, access(50)},
		"gus": {nil, access(10)}, "root": {nil, nil}} {
		shop := testkit.Ask(t, gl, gl.Token(username), "GET", "/projects/acme%2Fshop")
		assert.Equal(t, want, []any{shop.Field(t, "permissions.project_access"), shop.Field(t, "permissions.group_access")},
			username)
		assert.Equal(t, shop.Field(t, "permissions"), first(username,
			"/projects?search=shop&visibility=private")["permissions"])
	}
	assert.Equal(t, access(50), testkit.Ask(t, gl, gl.Token("mia"), "GET", "/projects/mia%2Ftool").Field(t,
		"permissions.project_access"))
	anonymous := testkit.Ask(t, gl, "", "GET", "/projects/open%2Fsite")
	assert.Equal(t, testkit.Ask(t, gl, "", "GET", "/projects").Body, "["+anonymous.Body+"]")
	assert.NotContains(t, anonymous.Body, "archived")
}

// The links have every parameter that has a default, as those of GitLab.
func TestPagesOfProjectsAndGroups(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	const flags = "include_hidden=false&membership=false&order_by=%s&owned=false&page=%d&per_page=3&repository_checksum_failed=false&simple=false&sort=desc&starred=false&statistics=false&" +
		"wiki_checksum_failed=false&with_custom_attributes=false&with_issues_enabled=false&with_merge_requests_enabled=false"
	second := testkit.Ask(t, gl, gl.AdminToken(), "GET", "/projects?per_page=3&page=2")
	assert.Equal(t, []string{"acme/shop", "open/lab/secret", "open/intra"}, listed(t, second))
	for header, want := range map[string]string{"X-Total": "7", "X-Total-Pages": "3", "X-Page": "2", "X-Per-Page": "3",
		"X-Next-Page": "3", "X-Prev-Page": "1"} {
		assert.Equal(t, want, second.Header.Get(header), header)
	}
	assert.Contains(t, second.Header.Get("Link"), fmt.Sprintf(`<%s/projects?imported=false&`+flags+`>; rel="next"`,
		gl.APIURL(), "created_at", 3))

	groups := testkit.Ask(t, gl, gl.AdminToken(), "GET", "/groups?per_page=1&skip_groups[]=1001")
	assert.Equal(t, "3", groups.Header.Get("X-Total"))
	assert.Contains(t, groups.Header.Get("Link"),
		"<"+gl.APIURL()+`/groups?order_by=name&owned=false&page=2&per_page=1&skip_groups%5B%5D=1001&sort=asc&statistics=false&with_custom_attributes=false>; rel="next"`)
	inGroup := testkit.Ask(t, gl, gl.AdminToken(), "GET",
		"/groups/acme/projects?per_page=1&last_activity_after=2020-01-01")
	assert.Contains(t, inGroup.Header.Get("Link"),
		"<"+gl.APIURL()+"/groups/acme/projects?id=acme&include_ancestor_groups=false&include_subgroups=false&")
	assert.Contains(t, inGroup.Header.Get("Link"), "&with_shared=true>")
	assert.Contains(t, testkit.Ask(t, gl, gl.AdminToken(), "GET", "/groups/acme/subgroups").Header.Get("Link"),
		"?id=acme&order_by=name&")
	assert.Contains(t, testkit.Ask(t, gl, "", "GET", "/projects?last_activity_after=2024-01-01").Header.Get("Link"),
		"last_activity_after=2024-01-01T00%3A00%3A00%2B00%3A00")
}

// GitLab's specs say it: the last page that has projects still links to one, which is empty and links to none.
func TestKeysetPagesOfProjects(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	next := regexp.MustCompile(`^<([^>]+)>; rel="next"$`)
	for query, want := range map[string]string{
		"order_by=id&per_page=3":                               everyProject,
		"order_by=id&per_page=3&sort=asc":                      "open/site open/intra open/lab/secret acme/shop acme/old acme/backend/api mia/tool",
		"order_by=id&per_page=7":                               everyProject,
		"order_by=id&per_page=3&id_after=10004&archived=false": "mia/tool acme/backend/api",
	} {
		var found []string
		call := "/projects?pagination=keyset&" + query
		for range 5 {
			got := testkit.Ask(t, gl, gl.AdminToken(), "GET", call)
			found = append(found, listed(t, got)...)
			assert.NotContains(t, got.Header, "X-Total")
			assert.NotContains(t, got.Header, "X-Page")
			link := next.FindStringSubmatch(got.Header.Get("Link"))
			if link == nil {
				assert.Equal(t, "200 []", got.String(), query)
				assert.NotContains(t, got.Header, "Link")
				call = ""
				break
			}
			call = strings.TrimPrefix(link[1], gl.APIURL())
		}
		assert.Empty(t, call, "the walk came to its end: %s", query)
		assert.Equal(t, strings.Fields(want), found, query)
	}
	for _, query := range []string{"", "&order_by=name", "&order_by=created_at"} {
		assert.Equal(t, `405 {"error":"Keyset pagination is not yet available for this type of request"}`,
			testkit.Ask(t, gl, gl.AdminToken(), "GET", "/projects?pagination=keyset"+query).String(), query)
	}
	assert.Equal(t, "4", testkit.Ask(t, gl, gl.AdminToken(), "GET", "/groups?pagination=keyset").Header.Get("X-Total"),
		"groups have numbered pages")
	gl.AssertCalled(t, fakegitlab.ListProjects, fakegitlab.Where(func(c fakegitlab.Call) bool {
		return len(c.IgnoredParams) > 0
	}), fakegitlab.Times(0))
}

func TestWhoListsWhichGroups(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	const all = "acme acme/backend open open/lab"
	for user, want := range map[string]struct{ plain, all, mine, owned, developer string }{
		"":     {"open", "open", "open", "", "open"},
		"sam":  {"", "open", "", "", ""},
		"ext":  {"", "open", "", "", ""},
		"mia":  {"acme", "acme open", "acme", "", ""}, // for its project
		"oli":  {"acme acme/backend", "acme acme/backend open", "acme acme/backend", "acme", "acme acme/backend"},
		"gus":  {"acme acme/backend", "acme acme/backend open", "acme acme/backend", "acme/backend", "acme/backend"},
		"max":  {"open open/lab", "open open/lab", "open open/lab", "", "open/lab"}, // and what is above
		"aud":  {all, all, "", "", ""},
		"root": {all, all, "", "", ""},
	} {
		lists(t, gl, user, map[string]string{
			"/groups":                                            want.plain,
			"/groups?all_available=true":                         want.all,
			"/groups?all_available=false":                        want.mine,
			"/groups?owned=true":                                 want.owned,
			"/groups?min_access_level=30":                        want.developer,
			"/groups?owned=1&min_access_level=10":                want.owned,
			"/groups?min_access_level=30&all_available=true":     want.developer,
			"/groups?statistics=true&with_custom_attributes=yes": want.plain,
		})
	}
	groups := testkit.Ask(t, gl, gl.Token("oli"), "GET", "/groups?statistics=true")
	assert.Equal(t, []any{"acme", "acme / backend"}, groups.Each(t, "full_name"))
	assert.NotContains(t, groups.Body, "runners_token")
	assert.Contains(t, testkit.Ask(t, gl, gl.Token("oli"), "GET", "/groups/acme").Body, "runners_token")
}

func TestGroupFilters(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	backend, _ := gl.Group("acme/backend")
	open, _ := gl.Group("open")
	lists(t, gl, "root", map[string]string{
		// by the whole path
		"/groups?search=acme":                     "acme acme/backend",
		"/groups?search=ACME+back":                "acme/backend",
		"/groups?search=acme&top_level_only=true": "acme", // by its last part
		"/groups?search=ac":                       "",
		"/groups?search=":                         "acme acme/backend open open/lab",
		"/groups?visibility=public":               "open",
		"/groups?top_level_only=true":             "acme open",
		"/groups?custom_attributes[key]=x":        "",
		"/groups?order_by=name&sort=desc":         "open/lab open acme/backend acme",
		"/groups?order_by=path&sort=desc":         "open open/lab acme/backend acme",
		// without a search, the name
		"/groups?order_by=similarity&sort=desc":   "open/lab open acme/backend acme",
		"/groups?order_by=similarity&search=open": "open open/lab",
		"/groups?order_by=similarity&search=acme": "acme acme/backend",
		"/groups/acme/subgroups":                  "acme/backend",
		"/groups/acme%2Fbackend/subgroups":        "",
		"/groups/acme/subgroups?search=acme":      "",
		"/groups/acme/subgroups?search=backend":   "acme/backend",
		// GitLab does not even look for the group
		"/groups/none/subgroups?top_level_only=1":                                     "acme open",
		"/groups/acme/subgroups?visibility=private":                                   "acme/backend",
		fmt.Sprintf("/groups?skip_groups=%d,x&skip_groups=%d", backend.ID, open.ID):   "acme acme/backend open/lab",
		fmt.Sprintf("/groups?skip_groups[]=%d&skip_groups[]=%d", backend.ID, open.ID): "acme open/lab",
	})
	second := gl.AddGroup(fakegitlab.Group{Path: "acme/second", Name: "backend"})
	lists(t, gl, "root", map[string]string{
		// by id upwards, whatever the direction
		"/groups?order_by=name&sort=desc&search=backend":      "acme/backend acme/second",
		"/groups?order_by=id&sort=desc&search=acme&owned=off": "acme/second acme/backend acme",
	})
	assert.NotZero(t, second.ID)
}

func TestSubgroupsByWho(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	gl.AddGroup(fakegitlab.Group{Path: "open/docs", Visibility: fakegitlab.Public})
	for user, want := range map[string]string{"": "open/docs", "sam": "", "max": "open/lab",
		"root": "open/docs open/lab"} {
		lists(t, gl, user, map[string]string{"/groups/open/subgroups": want})
	}
	for user, want := range map[string]string{"": "open/docs", "sam": "open/docs", "max": "open/docs open/lab",
		"root": "open/docs open/lab"} {
		lists(t, gl, user, map[string]string{"/groups/open/subgroups?all_available=true": want})
	}
	lists(t, gl, "gus", map[string]string{"/groups/acme/subgroups?owned=true": "acme/backend",
		"/groups/acme/subgroups?min_access_level=50": "acme/backend"})
}

func TestProjectsOfAGroup(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	for user, want := range map[string]string{"": "open/site", "sam": "open/intra open/site", "ext": "open/site",
		"max": "open/lab/secret open/intra open/site"} {
		lists(t, gl, user, map[string]string{"/groups/open/projects?include_subgroups=true": want})
	}
	// not asked of nobody
	lists(t, gl, "", map[string]string{"/groups/open/projects?owned=true&min_access_level=50": "open/site"})
	lists(t, gl, "gus", map[string]string{
		"/groups/acme/projects":                                                  "acme/old acme/shop",
		"/groups/1002/projects":                                                  "acme/old acme/shop",
		"/groups/acme/projects?with_shared=false":                                "acme/old acme/shop", // nothing is shared
		"/groups/acme/projects?include_subgroups=true":                           "acme/backend/api acme/old acme/shop",
		"/groups/acme/projects?include_subgroups=true&owned=true":                "acme/backend/api",
		"/groups/acme/projects?include_subgroups=true&min_access_level=20":       "acme/backend/api",
		"/groups/acme/projects?include_subgroups=true&archived=false&sort=asc":   "acme/shop acme/backend/api",
		"/groups/acme/projects?archived=true":                                    "acme/old",
		"/groups/acme/projects?visibility=public":                                "",
		"/groups/acme/projects?search=shop&simple=true":                          "acme/shop",
		"/groups/acme/projects?starred=true":                                     "",
		"/groups/acme%2Fbackend/projects?include_ancestor_groups=true":           "acme/backend/api acme/old acme/shop",
		"/groups/acme%2Fbackend/projects":                                        "acme/backend/api",
		"/groups/acme/projects?with_security_reports=true&pagination=keyset":     "acme/old acme/shop",
		"/groups/acme/projects?with_issues_enabled=1&with_custom_attributes=yes": "acme/old acme/shop",
	})
	lists(t, gl, "root", map[string]string{"/groups/acme/projects?owned=true": "",
		"/groups/acme/projects?custom_attributes[key]=x": ""})
}

// Lists are calls like others: recorded, and made to fail.
func TestListsInTheJournal(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(twoTrees()))
	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.ListGroups, Status: 503, Times: 1})
	assert.Equal(t, 503, testkit.Ask(t, gl, "", "GET", "/groups").Status)
	for _, call := range []string{"/groups", "/projects", "/groups/open/projects", "/groups/open/subgroups"} {
		assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("mia"), "GET", call).Status)
		assert.Equal(t, http.StatusOK, testkit.Ask(t, gl, gl.Token("mia"), "HEAD", call).Status)
	}
	gl.AssertCalled(t, fakegitlab.ListProjects, fakegitlab.By("mia"), fakegitlab.Param("sort", "desc"),
		fakegitlab.Times(2))
	gl.AssertCalled(t, fakegitlab.ListGroupProjects, fakegitlab.Param("id", "open"), fakegitlab.Times(2))
	gl.AssertCalled(t, fakegitlab.ListSubgroups, fakegitlab.Times(2))
}
