// Package pagination has tests of code that goes through long lists while others change them. GitLab's runners come in numbered
// pages, and when something on a page before goes, all that follow move up: what stood first on the next page is then never
// seen. The tests show the fault, and two ways around it. Projects have pages without numbers, too, and with those nothing moves.
package pagination

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// stale lists the stale runners, ten a page.
func stale(c *gitlab.Client) func(gitlab.PaginationOptionFunc) ([]*gitlab.Runner, *gitlab.Response, error) {
	options := &gitlab.ListRunnersOptions{Status: gitlab.Ptr("stale"), ListOptions: gitlab.ListOptions{PerPage: 10}}
	return func(p gitlab.PaginationOptionFunc) ([]*gitlab.Runner, *gitlab.Response, error) {
		return c.Runners.ListAllRunners(options, p)
	}
}

// pruneAsOneWrites deletes while it lists.
func pruneAsOneWrites(c *gitlab.Client) error {
	for r, err := range gitlab.Scan2(stale(c)) {
		if err != nil {
			return err
		}
		if _, err := c.Runners.RemoveRunner(r.ID); err != nil {
			return err
		}
	}
	return nil
}

// prune lists first and deletes then.
func prune(c *gitlab.Client) error {
	runners, err := gitlab.ScanAndCollect(stale(c))
	if err != nil {
		return err
	}
	for _, r := range runners {
		if _, err := c.Runners.RemoveRunner(r.ID); err != nil {
			return err
		}
	}
	return nil
}

// settled lists until a pass finds nothing that the passes before had not seen, for lists that others shorten meanwhile.
func settled(list func() ([]*gitlab.Runner, error)) (map[int64]*gitlab.Runner, error) {
	seen := map[int64]*gitlab.Runner{}
	for {
		runners, err := list()
		if err != nil {
			return nil, err
		}
		before := len(seen)
		for _, r := range runners {
			seen[r.ID] = r
		}
		if len(seen) == before {
			return seen, nil
		}
	}
}

// crowd is a fake with a thousand runners, of which a hundred are stale, and the client of its administrator.
func crowd(t *testing.T) (*fakegitlab.Fake, *gitlab.Client) {
	t.Helper()
	gl := fakegitlab.New(t, fakegitlab.WithScenario(fakegitlab.ThousandRunners()))
	c, err := gitlab.NewClient(gl.AdminToken(), gitlab.WithBaseURL(gl.URL()), gitlab.WithHTTPClient(gl.Client()))
	require.NoError(t, err)
	return gl, c
}

func staleIn(gl *fakegitlab.Fake) (ids []int) {
	for _, r := range gl.Runners() {
		if gl.RunnerStatus(r.ID) == fakegitlab.Stale {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func TestDeletingWhileListingForgetsHalf(t *testing.T) {
	gl, c := crowd(t)
	require.NoError(t, pruneAsOneWrites(c))
	assert.Len(t, staleIn(gl), 50)
}

func TestPrune(t *testing.T) {
	gl, c := crowd(t)
	require.NoError(t, prune(c))
	assert.Empty(t, staleIn(gl))
	gl.AssertCalled(t, fakegitlab.ListAllRunners, fakegitlab.Times(10))
	gl.AssertCalled(t, fakegitlab.DeleteRunner, fakegitlab.Times(100))
}

func TestSettledMissesNobody(t *testing.T) {
	gl, c := crowd(t)
	going := staleIn(gl)[:5]
	gl.After(fakegitlab.ListAllRunners, func(fakegitlab.Call) { // somebody else cleans up, too
		if len(going) > 0 {
			gl.DeleteRunner(going[0])
			going = going[1:]
		}
	})

	seen, err := settled(func() ([]*gitlab.Runner, error) { return gitlab.ScanAndCollect(stale(c)) })
	require.NoError(t, err)

	found := slices.Collect(maps.Keys(seen))
	for _, id := range staleIn(gl) {
		assert.Contains(t, found, int64(id))
	}
}

// projects lists all projects, ten a page: in numbered pages, or each page after the last project of the one before.
func projects(c *gitlab.Client, list gitlab.ListOptions) ([]string, error) {
	list.PerPage = 10
	found, err := gitlab.ScanAndCollect(func(p gitlab.PaginationOptionFunc) ([]*gitlab.Project, *gitlab.Response, error) {
		return c.Projects.ListProjects(&gitlab.ListProjectsOptions{ListOptions: list, Simple: gitlab.Ptr(true)}, p)
	})
	var paths []string
	for _, p := range found {
		paths = append(paths, p.PathWithNamespace)
	}
	return paths, err
}

// growing is a fake of thirty projects and the client of its administrator. Each time projects are listed, another one is made.
func growing(t *testing.T) *gitlab.Client {
	t.Helper()
	gl := fakegitlab.New(t)
	made := 0
	add := func() {
		made++
		gl.AddProject(fakegitlab.Project{Path: fmt.Sprintf("acme/p%d", made)})
	}
	for range 30 {
		add()
	}
	gl.After(fakegitlab.ListProjects, func(fakegitlab.Call) { add() })
	c, err := gitlab.NewClient(gl.AdminToken(), gitlab.WithBaseURL(gl.URL()), gitlab.WithHTTPClient(gl.Client()))
	require.NoError(t, err)
	return c
}

func TestNewProjectsPushOthersToTheNextPage(t *testing.T) {
	found, err := projects(growing(t), gitlab.ListOptions{})
	require.NoError(t, err)
	slices.Sort(found)
	assert.Len(t, found, 33)
	assert.Len(t, slices.Compact(found), 30, "three are listed twice")
}

func TestKeysetPagesStayWhereTheyAre(t *testing.T) {
	found, err := projects(growing(t), gitlab.ListOptions{Pagination: "keyset", OrderBy: "id", Sort: "desc"})
	require.NoError(t, err)
	slices.Sort(found)
	assert.Len(t, found, 30)
	assert.Len(t, slices.Compact(found), 30)
}
