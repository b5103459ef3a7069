package rest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Rules of several families whose loss no other test noticed (internal/mutate).

func TestWhoeverEndsFirstEndsFirst(t *testing.T) {
	gl := testkit.NewMia(t)
	admin, day := gl.AdminToken(), 24*time.Hour
	for i, user := range []string{"mia", "sam"} { // who ends later comes first
		until := gl.Now().Add(time.Duration(9-6*i) * day).Format(time.DateOnly)
		u, _ := gl.User(user)
		added := testkit.Ask(t, gl, admin, "POST", "/groups/acme/members",
			testkit.WithJSON(fmt.Sprintf(`{"user_id":%d,"access_level":40,"expires_at":%q}`, u.ID, until)))
		require.Equal(t, 201, added.Status, added.Body)
	}
	gl.Advance(4 * day)
	assert.Equal(t, []any{"mia"}, testkit.Ask(t, gl, admin, "GET", "/groups/acme/members").Each(t, "username"))
}

func TestADeletedProjectTakesItsSchedulesAndTriggersAlong(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.AddProject(fg.Project{Path: "acme/other"})
	for _, path := range []string{"acme/shop", "acme/other"} {
		gl.AddPipelineSchedule(fg.PipelineSchedule{Project: path, Owner: "root", Cron: "0 1 * * *"})
		gl.AddPipelineTrigger(fg.PipelineTrigger{Project: path, Owner: "root"})
	}
	gl.DeleteProject("acme/shop")
	left := gl.Snapshot()
	require.Len(t, left.PipelineSchedules, 1)
	assert.Equal(t, "acme/other", left.PipelineSchedules[0].Project)
	require.Len(t, left.PipelineTriggers, 1)
	assert.Equal(t, "acme/other", left.PipelineTriggers[0].Project)
}

// A path leads to who had it last, also after that has moved on.
func TestAnOldPathLeadsToWhoHadItLast(t *testing.T) {
	gl := testkit.NewMia(t)
	admin := gl.AdminToken()
	later := gl.AddProject(fg.Project{Path: "acme/later"})
	for _, move := range [][2]string{{"shop", "first"}, {"later", "shop"}, {"shop", "second"}} {
		moved := testkit.Ask(t, gl, admin, "PUT", "/projects/acme%2F"+move[0], testkit.WithJSON(`{"path":"`+move[1]+`"}`))
		require.Equal(t, 200, moved.Status, moved.Body)
	}
	assert.Equal(t, float64(later.ID), testkit.Ask(t, gl, admin, "GET", "/projects/acme%2Fshop").Field(t, "id"))
}

func TestAWebhooksAddressMustBeOne(t *testing.T) {
	gl := testkit.NewMia(t)
	refused := testkit.Ask(t, gl, gl.AdminToken(), "POST", "/projects/acme%2Fshop/hooks", testkit.WithJSON(`{"url":"http://[::1"}`))
	assert.Equal(t, 422, refused.Status, refused.Body)
	assert.Empty(t, gl.Webhooks())
}

func TestADisabledWebhookIsPassedOver(t *testing.T) {
	gl := testkit.NewMia(t)
	gl.UpdateSettings(func(s *fg.Settings) { s.FailingWebhooksDisabled = true })
	gl.AddWebhook(fg.Webhook{Project: "acme/shop", URL: "http://127.0.0.1:1/", JobEvents: true, Disabled: true})
	gl.AddJob(fg.Job{Project: "acme/shop"})
	assert.Empty(t, gl.Deliveries("Job Hook"))
}

func TestACommitsMailsAreThoseOfItsAuthor(t *testing.T) {
	gl := testkit.NewMia(t)
	job := gl.AddJob(fg.Job{Project: "acme/shop", User: "mia"})
	shown := testkit.Ask(t, gl, gl.AdminToken(), "GET", fmt.Sprintf("/projects/acme%%2Fshop/jobs/%d", job.ID))
	assert.NotEmpty(t, shown.Field(t, "commit.committer_email"))
	assert.Equal(t, shown.Field(t, "commit.author_email"), shown.Field(t, "commit.committer_email"))
	assert.Equal(t, shown.Field(t, "commit.author_name"), shown.Field(t, "commit.committer_name"))
}

// The words for an order, each of which turns the list around.
func TestOrdersOfAccessTokens(t *testing.T) {
	gl := testkit.NewMia(t)
	for i, name := range []string{"b", "c", "a"} {
		gl.AddAccessToken(fg.AccessToken{User: "mia", Name: name, CreatedAt: gl.Now().Add(time.Duration(i-9) * time.Hour),
			ExpiresAt: gl.Now().AddDate(0, 0, 30-i)})
	}
	for order, want := range map[string][]any{
		"created_asc": {"b", "c", "a"}, "created_desc": {"a", "c", "b"},
		"created_at_asc": {"b", "c", "a"}, "created_date": {"b", "c", "a"}, "created_date_desc": {"a", "c", "b"},
		"id_asc": {"b", "c", "a"}, "id_desc": {"a", "c", "b"}, "name_asc": {"a", "b", "c"}, "name_desc": {"c", "b", "a"},
		"expires_at_asc": {"a", "c", "b"}, "expires_asc": {"a", "c", "b"}, "expires_desc": {"b", "c", "a"},
	} {
		u, _ := gl.User("mia")
		path := fmt.Sprintf("/personal_access_tokens?user_id=%d&state=active&sort=%s", u.ID, order)
		assert.Equal(t, want, testkit.Ask(t, gl, gl.AdminToken(), "GET", path).Each(t, "name"), order)
	}
}

func TestAProjectInAHiddenGroupIsRefusedForThat(t *testing.T) {
	gl := testkit.NewMia(t)
	acme, _ := gl.Group("acme")
	refused := testkit.Ask(t, gl, gl.Token("sam"), "POST", "/projects",
		testkit.WithJSON(fmt.Sprintf(`{"name":"x","namespace_id":%d}`, acme.ID)))
	assert.GreaterOrEqual(t, refused.Status, 400)
	calls := gl.Calls("POST /projects")
	require.Len(t, calls, 1)
	assert.Contains(t, calls[0].Reason, "sam is no member of acme, which is private")
}

func TestARunnersAccessLevelIsOneOfTwo(t *testing.T) {
	gl := testkit.NewMia(t)
	refused := testkit.Ask(t, gl, gl.AdminToken(), "POST", "/user/runners",
		testkit.WithJSON(`{"runner_type":"instance_type","access_level":"all"}`))
	assert.Equal(t, `400 {"error":"access_level does not have a valid value"}`, refused.String())
}

// Who made a trigger and is no Maintainer any more cannot change it.
func TestATriggersOwnerNeedsTheRightsStill(t *testing.T) {
	gl := testkit.NewMia(t)
	trigger := gl.AddPipelineTrigger(fg.PipelineTrigger{Project: "acme/shop", Owner: "mia"})
	path := fmt.Sprintf("/projects/acme%%2Fshop/triggers/%d", trigger.ID)
	change := testkit.WithJSON(`{"description":"mine"}`)
	assert.Equal(t, 200, testkit.Ask(t, gl, gl.Token("mia"), "PUT", path, change).Status)
	gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Members["mia"] = fg.Developer })
	before := gl.Snapshot()
	assert.Equal(t, 403, testkit.Ask(t, gl, gl.Token("mia"), "PUT", path, change).Status)
	gl.AssertSnapshot(t, before)
}

func TestAUsersCommitMailIsTheMailUnlessSet(t *testing.T) {
	gl := testkit.NewMia(t)
	shown := testkit.Ask(t, gl, gl.Token("mia"), "GET", "/user")
	assert.NotEmpty(t, shown.Field(t, "commit_email"))
	assert.Equal(t, shown.Field(t, "email"), shown.Field(t, "commit_email"))
}
