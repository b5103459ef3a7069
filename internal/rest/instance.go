package rest

// What clients ask about the instance and themselves (lib/api/metadata.rb, lib/api/users.rb,
// lib/api/personal_access_tokens/self_information.rb, lib/api/settings.rb).

import (
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
)

// instanceRows are what clients ask about the instance and themselves.
func instanceRows() []row {
	return []row{
		{endpoint: "GET /version", scopes: profile, handle: getMetadata},
		{endpoint: "GET /metadata", scopes: profile, handle: getMetadata},
		{endpoint: "GET /user", scopes: profile, handle: getCurrentUser},
		{endpoint: "GET /personal_access_tokens/self", scopes: anything, before: personalTokens, handle: getOwnAccessToken},
		{endpoint: "DELETE /personal_access_tokens/self", scopes: anything, before: personalTokens,
			handle: revokeOwnAccessToken},
		{endpoint: "GET /application/settings", before: administrators, handle: getApplicationSettings},
		{endpoint: "PUT /application/settings", before: administrators, spec: settingsSpec,
			handle: updateApplicationSettings},
	}
}

type metadataEntity struct {
	Version    string    `json:"version"`
	Revision   string    `json:"revision"`
	KAS        kasEntity `json:"kas"`
	Enterprise bool      `json:"enterprise"`
}

type kasEntity struct {
	Enabled             bool             `json:"enabled"`
	ExternalURL         *string          `json:"externalUrl"`
	ExternalK8sProxyURL optional[string] `json:"externalK8sProxyUrl,omitzero"`
	Version             *string          `json:"version"`
}

func getMetadata(q request) front.Response {
	e := metadataEntity{Version: q.Version.Full(), Revision: gitlabversion.Revision, Enterprise: true}
	if q.Has(gitlabversion.KASProxyURL) {
		e.KAS.ExternalK8sProxyURL = some[string](nil)
	}
	return front.OK(e)
}

func getCurrentUser(q request) front.Response {
	if q.User.Admin {
		return front.OK(q.userForAdmins(q.User))
	}
	return front.OK(q.userForItself(q.User))
}

// personalTokens is the before block of what a token does with itself: one of OAuth is of another kind.
func personalTokens(q request) *front.Response {
	if q.Token.OAuth == nil {
		return nil
	}
	return front.BadRequest(msgPersonalTokenAlone).Because(msgReasonOAuth).AsRefusal()
}

// msgReasonOAuth is for the journal.
const msgReasonOAuth = "the token is one of POST /oauth/token"

func getOwnAccessToken(q request) front.Response {
	return front.OK(q.accessTokenWithAddresses(q.Token))
}

func revokeOwnAccessToken(q request) front.Response {
	if d := policy.RevokePersonalAccessToken(q.Actor, q.Token.Impersonation); !d.Allowed {
		return front.Refuse(http.StatusBadRequest, front.MsgBadRequest).Because(d.Reason)
	}
	q.RevokeToken(q.Token)
	return front.NoContent()
}
