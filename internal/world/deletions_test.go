package world

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// With a project or group go its access tokens, also those whose bots somebody has taken out of it, and no others.
func TestAccessTokensGoWithWhatTheyAreOf(t *testing.T) {
	for _, ofGroup := range []bool{false, true} {
		st, shop := ruled(t)
		site, err := st.AddProject(Project{Path: "guild/site"}, nil)
		require.NoError(t, err)
		kept, err := st.AddAccessToken(AccessToken{Project: site}, "")
		require.NoError(t, err)
		for _, member := range []bool{true, false} {
			token := AccessToken{Project: shop}
			if ofGroup {
				token = AccessToken{Group: shop.Group}
			}
			gone, err := st.AddAccessToken(token, "")
			require.NoError(t, err)
			if !member {
				st.RemoveMemberFrom(shop, gone.User, false)
				st.RemoveMemberFrom(shop.Group, gone.User, false)
			}
		}
		if ofGroup {
			st.DeleteGroup(shop.Group)
		} else {
			st.DeleteProject(shop)
		}
		assert.Equal(t, []*AccessToken{kept}, st.Tokens.Rows)
	}
}

// What happens because several bots go at once happens in the same order every time.
func TestBotsGoInOrder(t *testing.T) {
	st, shop := ruled(t)
	site, err := st.AddProject(Project{Path: "guild/site"}, nil)
	require.NoError(t, err)
	_, err = st.AddWebhook(Webhook{Project: site, WebhookAttributes: WebhookAttributes{URL: "https://ci.example",
		Events: map[string]bool{PipelineEvents: true}}}, WebhookState{})
	require.NoError(t, err)
	var want, told []string
	for i := range 9 {
		token, err := st.AddAccessToken(AccessToken{Project: shop}, "")
		require.NoError(t, err)
		_, err = st.CreatePipeline(NewPipeline{Project: site, User: token.User, Ref: fmt.Sprint(i), CI: "a: {script: x}"})
		require.NoError(t, err)
		want = append(want, fmt.Sprint("pipeline ", i))
	}
	Visit(st, func() {})
	TellWebhooks(st, echo{}, func(all []Notice) {
		for _, n := range all {
			told = append(told, string(n.Body))
		}
	})
	Visit(st, func() { st.DeleteProject(shop) })
	assert.Equal(t, want, told)
}
