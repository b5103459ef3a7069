package rest

// What clients ask about the instance and themselves (lib/api/metadata.rb, lib/api/users.rb,
// lib/api/personal_access_tokens/self_information.rb, lib/api/settings.rb).

import (
	"net/http"
	"time"

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
		{endpoint: "GET /personal_access_tokens/self", scopes: anything, handle: getOwnAccessToken},
		{endpoint: "DELETE /personal_access_tokens/self", scopes: anything, handle: revokeOwnAccessToken},
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
	u := q.User
	e := currentUserEntity{userEntity: q.userEntity(u), ConfirmedAt: q.iso(u.CreatedAt), Email: u.Email, ThemeID: 1,
		ColorSchemeID: 1, ProjectsLimit: 100000, Identities: []string{},
		CanCreateGroup:   policy.CreateGroup(q.Actor).Allowed,
		CanCreateProject: policy.CreateProjects(q.Actor).Allowed, External: u.External, CommitEmail: u.Email}
	if q.Has(gitlabversion.PreferredLanguage) {
		language := "en"
		e.PreferredLanguage = some(&language)
	}
	if q.Has(gitlabversion.ScimIdentities) {
		e.ScimIdentities = some(&[]string{})
	}
	if u.Admin {
		e.adminUserEntity = &adminUserEntity{IsAdmin: true, NamespaceID: u.ID}
		if q.Has(gitlabversion.EmailResetOffered) {
			e.EmailResetOfferedAt = some[isoTime](nil)
		}
	}
	return front.OK(e)
}

func getOwnAccessToken(q request) front.Response {
	t := q.Token
	e := accessTokenEntity{ID: t.ID, Name: t.Name, Revoked: t.Revoked, CreatedAt: q.iso(t.CreatedAt), Scopes: t.Scopes,
		UserID: t.User.ID, LastUsedAt: q.timeOrNull(t.LastUsedAt), Active: true}
	if e.Scopes == nil {
		e.Scopes = []string{}
	}
	if !t.ExpiresAt.IsZero() {
		day := t.ExpiresAt.UTC().Format(time.DateOnly)
		e.ExpiresAt = &day
	}
	if q.Has(gitlabversion.GranularShown) {
		granular := t.IsGranular()
		e.Granular = some(&granular)
	}
	if q.Has(gitlabversion.TokenDescription) {
		e.Description = some[string](nil)
	}
	if q.Has(gitlabversion.TokenLastUsedIPs) {
		addresses := append([]string{}, t.LastUsedIPs...)
		e.LastUsedIPs = some(&addresses)
	}
	return front.OK(e)
}

func revokeOwnAccessToken(q request) front.Response {
	if d := policy.RevokePersonalAccessToken(q.Actor, q.Token.Impersonation); !d.Allowed {
		return front.Refuse(http.StatusBadRequest, front.MsgBadRequest).Because(d.Reason)
	}
	q.RevokeToken(q.Token)
	return front.NoContent()
}
