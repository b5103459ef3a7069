package rest_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

func TestDeployTokens(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithScenario(secretly().WithUser("oli").WithMember("acme", "oli", fakegitlab.Owner)))
	ask := asks(t, gl)
	const ofProject, ofGroup = "/projects/acme%2Fbackend%2Fshop/deploy_tokens", "/groups/acme/deploy_tokens"
	for body, says := range map[string]string{
		`{"name":"x","scopes":["api"]}`: "scopes does not have a valid value", `{"name":"x"}`: "scopes is missing",
		`{"scopes":["read_registry"]}`: "name is missing",
	} {
		assert.Equal(t, says, ask("mia", "POST "+ofProject, body).Field(t, "error"), body)
	}
	for body, says := range map[string]string{
		`{"name":"x","scopes":[]}`: "Scopes can't be blank",
		`{"name":"x","scopes":["read_registry"],"username":"a b"}`: "Username can contain only letters, digits, '_', '-', " +
			"'+', and '.'",
	} {
		refused := ask("mia", "POST "+ofProject, body)
		assert.Equal(t, []any{400, says}, []any{refused.Status, refused.Field(t, "message")}, body)
	}
	assert.Empty(t, gl.Snapshot().DeployTokens)

	gl.NextToken("gldt-chosen")
	made := ask("mia", "POST "+ofProject, `{"name":"puller","scopes":["write_registry","read_repository"],`+
		`"expires_at":"2024-07-02"}`)
	require.Equal(t, 201, made.Status, made.Body)
	assert.Equal(t, []any{"gldt-chosen", []any{"read_repository", "write_registry"}, "2024-07-02T00:00:00.000Z", false},
		[]any{made.Field(t, "token"), made.Field(t, "scopes"), made.Field(t, "expires_at"), made.Field(t, "expired")})
	assert.Equal(t, 403, ask("mia", "POST "+ofGroup, `{"name":"g","scopes":["read_registry"]}`).Status)
	assert.Equal(t, 201, ask("oli", "POST "+ofGroup, `{"name":"g","scopes":["read_registry"]}`).Status)
	assert.Equal(t, []any{"g"}, ask("mia", "GET "+ofGroup, "").Each(t, "name"))
	gl.Advance(48 * time.Hour)
	assert.Equal(t, []any{true}, ask("mia", "GET "+ofProject, "").Each(t, "expired"))
	assert.Equal(t, []any{"puller", "g"}, ask("root", "GET /deploy_tokens", "").Each(t, "name"))
	assert.Equal(t, []any{"g"}, ask("root", "GET /deploy_tokens?active=true", "").Each(t, "name"))
	assert.Equal(t, 403, ask("oli", "GET /deploy_tokens", "").Status)

	var text bytes.Buffer
	require.NoError(t, gl.Snapshot().Write(&text))
	read, err := fakegitlab.ReadScenario(&text)
	require.NoError(t, err)
	fakegitlab.New(t, fakegitlab.WithScenario(read)).AssertSnapshot(t, gl.Snapshot())
	gl.DeleteProject("acme/backend/shop")
	gl.DeleteGroup("acme")
	assert.Empty(t, gl.Snapshot().DeployTokens)
}
