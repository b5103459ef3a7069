package clientgo

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// A runner from POST /user/runners to its end: after each step, a GET tells the same as the answer did.
func TestLifeOfARunner(t *testing.T) {
	gl, c := company(t, "mia")
	created, _, err := c.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{
		RunnerType: gitlab.Ptr("project_type"), ProjectID: gitlab.Ptr(int64(shop)), Description: gitlab.Ptr("packer"),
		Locked: gitlab.Ptr(true), RunUntagged: gitlab.Ptr(false), TagList: &[]string{"zstd", "arm64", "metal"},
		AccessLevel: gitlab.Ptr("ref_protected"), MaximumTimeout: gitlab.Ptr(int64(7200)), MaintenanceNote: gitlab.Ptr("in rack 4"),
	})
	require.NoError(t, err)
	assert.Regexp(t, "^glrt-", created.Token)
	get := func() *gitlab.RunnerDetails {
		t.Helper()
		details, _, err := c.Runners.GetRunnerDetails(created.ID)
		require.NoError(t, err)
		return details
	}

	born := get()
	assert.Equal(t, &gitlab.RunnerDetails{
		ID: created.ID, Description: "packer", RunnerType: "project_type", Active: true, Locked: true, Status: "never_contacted",
		TagList: []string{"zstd", "arm64", "metal"}, AccessLevel: "ref_protected", MaximumTimeout: 7200, MaintenanceNote: "in rack 4",
		Projects: []gitlab.RunnerDetailsProject{{
			ID: shop, Name: "Shop", NameWithNamespace: "Acme / Shop", Path: "shop", PathWithNamespace: "acme/shop",
		}},
		Groups: []gitlab.RunnerDetailsGroup{},
	}, born)

	updated, _, err := c.Runners.UpdateRunnerDetails(created.ID, &gitlab.UpdateRunnerDetailsOptions{
		Description: gitlab.Ptr("unpacker"), TagList: &[]string{"metal", "zstd", "brotli"}, Locked: gitlab.Ptr(false),
	})
	require.NoError(t, err)
	want := *born
	want.Description, want.TagList, want.Locked = "unpacker", []string{"metal", "zstd", "brotli"}, false
	assert.Equal(t, &want, updated)
	assert.Equal(t, updated, get())

	paused, _, err := c.Runners.UpdateRunnerDetails(created.ID, &gitlab.UpdateRunnerDetailsOptions{Paused: gitlab.Ptr(true)})
	require.NoError(t, err)
	assert.True(t, paused.Paused)
	assert.Equal(t, paused, get())

	renewed, _, err := c.Runners.ResetRunnerAuthenticationToken(created.ID)
	require.NoError(t, err)
	_, err = c.Runners.VerifyRegisteredRunner(&gitlab.VerifyRegisteredRunnerOptions{Token: &created.Token})
	requireStatus(t, err, 403, "{message: 403 Forbidden}")
	_, err = c.Runners.VerifyRegisteredRunner(&gitlab.VerifyRegisteredRunnerOptions{Token: renewed.Token})
	require.NoError(t, err)

	_, err = c.Runners.RemoveRunner(created.ID)
	require.NoError(t, err)
	_, _, err = c.Runners.GetRunnerDetails(created.ID)
	require.ErrorIs(t, err, gitlab.ErrNotFound)
	gl.AssertRunnerGone(t, int(created.ID))
}

// Each type of runner is created by those who may, for whom it says.
func TestCreateUserRunner(t *testing.T) {
	for _, test := range []struct {
		as      string
		options gitlab.CreateUserRunnerOptions
		want    fakegitlab.Runner
	}{
		{"root", gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("instance_type")}, fakegitlab.Runner{Type: fakegitlab.InstanceRunner}},
		{"oli", gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("group_type"), GroupID: gitlab.Ptr(int64(acme))},
			fakegitlab.Runner{Type: fakegitlab.GroupRunner, Group: "acme"}},
		{"mia", gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("project_type"), ProjectID: gitlab.Ptr(int64(shop))},
			fakegitlab.Runner{Type: fakegitlab.ProjectRunner, Projects: []string{"acme/shop"}}},
	} {
		t.Run(string(test.want.Type), func(t *testing.T) {
			t.Parallel()
			gl, c := company(t, test.as)
			created, _, err := c.Users.CreateUserRunner(&test.options)
			require.NoError(t, err)
			want := test.want
			want.ID, want.Token, want.CreatedBy = int(created.ID), created.Token, test.as
			want.Registration, want.AccessLevel, want.CreatedAt = fakegitlab.ByUser, fakegitlab.NotProtected, gl.Now()
			gl.AssertRunner(t, want)
		})
	}
}

// Tokens expire by the fake's clock: nobody waits a month.
func TestRunnerTokenExpires(t *testing.T) {
	const month = 30 * 24 * time.Hour
	gl, c := company(t, "root")
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RunnerTokenExpiration = month })
	created, _, err := c.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("instance_type")})
	require.NoError(t, err)
	require.NotNil(t, created.TokenExpiresAt)
	assert.True(t, created.TokenExpiresAt.Equal(gl.Now().Add(month)), "expires at %s", created.TokenExpiresAt)

	verify := &gitlab.VerifyRegisteredRunnerOptions{Token: &created.Token}
	gl.Advance(month - time.Second)
	_, err = c.Runners.VerifyRegisteredRunner(verify)
	require.NoError(t, err)
	gl.Advance(time.Second)
	_, err = c.Runners.VerifyRegisteredRunner(verify)
	requireStatus(t, err, 403, "{message: 403 Forbidden}")
}

// Both ways to walk over pages see every runner once, in GitLab's order.
func TestPaging(t *testing.T) {
	const runners, perPage = 23, 5
	gl := fakegitlab.New(t)
	var want []int64
	for i := range runners {
		r := gl.AddRunner(fakegitlab.Runner{Description: fmt.Sprint("runner ", i), Tags: []string{"fleet"}})
		want = append(want, int64(r.ID))
	}
	gl.AddRunner(fakegitlab.Runner{Description: "not of the fleet", Paused: true})
	c := client(t, gl, gl.AdminToken())

	t.Run("NextPage", func(t *testing.T) {
		gl.ClearCalls()
		options := &gitlab.ListRunnersOptions{ListOptions: gitlab.ListOptions{PerPage: perPage, Page: 1}, TagList: &[]string{"fleet"}}
		var got []int64
		for options.Page != 0 {
			page, response, err := c.Runners.ListAllRunners(options)
			require.NoError(t, err)
			assert.EqualValues(t, runners, response.TotalItems)
			assert.EqualValues(t, 5, response.TotalPages)
			assert.Equal(t, options.Page, response.CurrentPage)
			got = append(got, ids(page)...)
			options.Page = response.NextPage
		}
		assert.Equal(t, want, got)
		gl.AssertCalled(t, fakegitlab.ListAllRunners, fakegitlab.Times(5), fakegitlab.Param("per_page", perPage))
	})
	t.Run("Scan", func(t *testing.T) {
		gl.ClearCalls()
		options := &gitlab.ListRunnersOptions{ListOptions: gitlab.ListOptions{PerPage: perPage}, Paused: gitlab.Ptr(false)}
		all, err := gitlab.ScanAndCollect(func(p gitlab.PaginationOptionFunc) ([]*gitlab.Runner, *gitlab.Response, error) {
			return c.Runners.ListAllRunners(options, p)
		})
		require.NoError(t, err)
		assert.Equal(t, want, ids(all))
		gl.AssertCalled(t, fakegitlab.ListAllRunners, fakegitlab.Times(5), fakegitlab.Param("paused", false))
	})
	// GitLab writes the tags into the Link to the next page as tag_list[]=fleet; Scan adds that to the tag_list=fleet that it
	// sent itself, and no GitLab takes both. Over tags, go by NextPage.
	t.Run("Scan stumbles over tags", func(t *testing.T) {
		options := &gitlab.ListRunnersOptions{ListOptions: gitlab.ListOptions{PerPage: perPage}, TagList: &[]string{"fleet"}}
		_, err := gitlab.ScanAndCollect(func(p gitlab.PaginationOptionFunc) ([]*gitlab.Runner, *gitlab.Response, error) {
			return c.Runners.ListAllRunners(options, p)
		})
		var refusal *gitlab.ErrorResponse
		require.ErrorAs(t, err, &refusal)
		assert.Equal(t, http.StatusBadRequest, refusal.StatusCode)
	})
	t.Run("past the end", func(t *testing.T) {
		page, response, err := c.Runners.ListAllRunners(&gitlab.ListRunnersOptions{ListOptions: gitlab.ListOptions{Page: 9, PerPage: perPage}})
		require.NoError(t, err)
		assert.Empty(t, page)
		assert.Zero(t, response.NextPage)
	})
}

// Jobs can also be walked over by keyset pagination, newest first, where only the Link header leads on.
func TestKeysetPaging(t *testing.T) {
	gl, c := company(t, "root")
	var want []int64
	for range 7 {
		job := gl.AddJob(fakegitlab.Job{Project: "acme/shop", Status: fakegitlab.JobSuccess, RunnerID: projectStale})
		want = append([]int64{int64(job.ID)}, want...)
	}
	options := &gitlab.ListRunnerJobsOptions{ListOptions: gitlab.ListOptions{Pagination: "keyset", PerPage: 3}}
	jobs, err := gitlab.ScanAndCollect(func(p gitlab.PaginationOptionFunc) ([]*gitlab.Job, *gitlab.Response, error) {
		return c.Runners.ListRunnerJobs(projectStale, options, p)
	})
	require.NoError(t, err)
	var got []int64
	for _, job := range jobs {
		got = append(got, job.ID)
	}
	assert.Equal(t, want, got)
	gl.AssertCalled(t, fakegitlab.ListRunnerJobs, fakegitlab.Times(3))
}
