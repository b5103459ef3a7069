// Package oauth is what a GitLab answers as an authorization server (config/initializers/doorkeeper.rb and the gem
// doorkeeper): POST /oauth/token, with the password of a user or with a refresh token. There are no applications, so
// that whoever names one, or wants a grant that needs one, is refused.
package oauth

import (
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Endpoint is where tokens are to be had, below the base path.
const Endpoint = http.MethodPost + " " + tokenPath

const tokenPath = "/oauth/token"

// Pages are the authorization server, as a protocol of GitLab's door.
var Pages = front.Pages{At: func(path string) (map[string]*front.Route, map[string]string) {
	if path != tokenPath {
		return nil, nil
	}
	return routes, nil
}}

var routes = map[string]*front.Route{http.MethodPost: route}

var route = &front.Route{Endpoint: Endpoint, Access: front.ByToken, Handle: giveToken,
	Spec: front.Declare([]params.Param{{Name: paramGrantType}, {Name: paramUsername}, {Name: paramPassword},
		{Name: paramScope}, {Name: paramRefreshToken}, {Name: paramClientID}, {Name: paramClientSecret}})}

const (
	paramGrantType    = "grant_type"
	paramUsername     = "username"
	paramPassword     = "password"
	paramScope        = "scope"
	paramRefreshToken = "refresh_token"
	paramClientID     = "client_id"
	paramClientSecret = "client_secret"
)

// Route is the one route there is.
func Route() *front.Route { return route }

// The grants that GitLab knows.
const (
	grantPassword     = "password"
	grantRefreshToken = "refresh_token"
)

var grants = []string{"authorization_code", grantPassword, "client_credentials", grantRefreshToken,
	"urn:ietf:params:oauth:grant-type:device_code"}

// What is wrong, by OAuth's names, and the words for it (the gem doorkeeper, config/locales/en.yml).
const (
	errInvalidRequest   = "invalid_request"
	errUnsupportedGrant = "unsupported_grant_type"
	errInvalidClient    = "invalid_client"
	errInvalidGrant     = "invalid_grant"
	errInvalidScope     = "invalid_scope"

	msgGrantTypeMissing = "Missing required parameter: grant_type."
	msgUnsupportedGrant = "The authorization grant type is not supported by the authorization server."
	msgInvalidClient    = "Client authentication failed due to unknown client, no client authentication included, or " +
		"unsupported authentication method."
	msgInvalidGrant = "The provided authorization grant is invalid, expired, revoked, does not match the redirection " +
		"URI used in the authorization request, or was issued to another client."
	msgInvalidScope = "The requested scope is invalid, unknown, or malformed."
)

func giveToken(q *front.Request) front.Response {
	grant, _ := q.Params.String(paramGrantType)
	switch {
	case grant == "":
		return refuse(http.StatusBadRequest, errInvalidRequest, msgGrantTypeMissing, "grant_type is missing")
	case !slices.Contains(grants, grant):
		return refuse(http.StatusBadRequest, errUnsupportedGrant, msgUnsupportedGrant, grant+" is no grant type")
	case namesClient(q):
		return refuse(http.StatusUnauthorized, errInvalidClient, msgInvalidClient,
			"an application is named, and this GitLab has none")
	case grant == grantPassword:
		return byPassword(q)
	case grant == grantRefreshToken:
		return byRefreshToken(q)
	}
	return refuse(http.StatusUnauthorized, errInvalidClient, msgInvalidClient, grant+" is for applications")
}

// namesClient reports whether the request has the credentials of an application, right or wrong.
func namesClient(q *front.Request) bool {
	id, _ := q.Params.String(paramClientID)
	_, _, basic := q.HTTP.BasicAuth()
	return id != "" || basic
}

func byPassword(q *front.Request) front.Response {
	login, _ := q.Params.String(paramUsername)
	password, _ := q.Params.String(paramPassword)
	u, why := q.UserByLogin(login), ""
	switch {
	case u == nil:
		why = "there is no user " + login
	case u.Blocked():
		why = u.Username + " is " + string(u.State)
	case u.PasswordExpired:
		why = "an administrator has set the password of " + u.Username
	case u.Password == "":
		why = "nobody knows the password of " + u.Username
	case !u.HasPassword(password):
		why = "that is not the password of " + u.Username
	}
	if why != "" {
		return refuse(http.StatusBadRequest, errInvalidGrant, msgInvalidGrant, why)
	}
	scopes, known := []string{world.ScopeAPI}, q.Scopes()
	if asked, _ := q.Params.String(paramScope); asked != "" {
		scopes = strings.Fields(asked)
	}
	for _, scope := range scopes {
		if !slices.Contains(known, scope) {
			return refuse(http.StatusBadRequest, errInvalidScope, msgInvalidScope, scope+" is no scope")
		}
	}
	return gives(q.GrantOAuth(u, scopes))
}

func byRefreshToken(q *front.Request) front.Response {
	sent, _ := q.Params.String(paramRefreshToken)
	if t := q.RefreshOAuth(sent); sent != "" && t != nil {
		return gives(t)
	}
	return refuse(http.StatusBadRequest, errInvalidGrant, msgInvalidGrant, "no living access token came with that")
}

type tokenEntity struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token"`
	Scope        string `json:"scope"`
	CreatedAt    int64  `json:"created_at"`
}

// gives is the answer with a token, which nobody is to keep a copy of.
func gives(t *world.AccessToken) front.Response {
	return front.OK(tokenEntity{AccessToken: t.Token, TokenType: "Bearer", ExpiresIn: int(t.OAuth.Life.Seconds()),
		RefreshToken: t.OAuth.RefreshToken, Scope: strings.Join(t.Scopes, " "), CreatedAt: t.CreatedAt.Unix()}).
		With("Cache-Control", "no-store").With("Pragma", "no-cache")
}

type refusalEntity struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func refuse(status int, name, description, reason string) front.Response {
	return front.Response{Status: status, Body: refusalEntity{name, description}}.Because(reason).
		With("Cache-Control", "no-store").With("Pragma", "no-cache").
		With("Www-Authenticate", `Bearer realm="Doorkeeper", error="`+name+`", error_description="`+description+`"`)
}
