package conformance

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// What playing cases over REST needs for users and their access tokens.

// namesUsers are requests that write out a username of the world, or ask for all users of a kind.
var namesUsers = regexp.MustCompile(`(?i)"path":"/users/[a-z]|` +
	`"(username|search)":"(dev|outsider|blockedbea|deactdora|external)"|"(blocked|external)":"true"`)

// aboutMembers are requests about members, who are needed then though they are not named.
var aboutMembers = regexp.MustCompile(`/members\b`)

// aboutTokens are requests for a list of tokens, which has those that are not named, too.
var aboutTokens = regexp.MustCompile(`"path":"/personal_access_tokens"`)

// users are the ids of the youngest users.
func (g *RealGitLab) users(t testing.TB) (ids []int) {
	t.Helper()
	_, answer := g.call(t, g.adminToken, http.MethodGet, "/users?per_page=100&without_project_bots=true", nil)
	list, _ := answer.([]any)
	for _, u := range list {
		id, _ := testkit.Descend(u, "id").(float64)
		ids = append(ids, int(id))
	}
	return ids
}

func (w *restWorld) token(name string, in caseToken) {
	if !w.mentions(name) && !(aboutTokens.MatchString(w.about) && w.mentions(in.User)) {
		return
	}
	if len(in.Grants) > 0 || slices.Contains(in.Scopes, "granular") {
		w.skip("REST makes no fine-grained token for another user")
	}
	kind := "personal_access_tokens"
	expires := (in.Expires + in.ExpiresAt).At(time.Now()) // in the past, too
	if aYear := time.Now().AddDate(1, 0, 0); expires.After(aYear) {
		if w.mentions("expires_at") {
			w.skip("REST makes no token that lasts longer than a year")
		}
		expires = aYear.AddDate(0, 0, -1)
	}
	if in.Impersonation {
		kind = "impersonation_tokens"
		if expires.IsZero() { // which GitLab does not do without
			expires = time.Now().AddDate(0, 1, 0)
		}
	}
	token, id := w.accessToken(in.User, kind, in.Scopes, expires)
	w.Names["token."+name] = token
	w.noteID("token", name, id)
	if in.Revoked {
		w.send(http.MethodDelete, fmt.Sprintf("/personal_access_tokens/%d", id), nil)
	}
}

func (w *restWorld) accessToken(username, kind string, scopes []string, expires time.Time) (token string, id int) {
	body := params{"name": "conformance", "scopes": append([]string{}, scopes...)}
	if !expires.IsZero() {
		body["expires_at"] = expires.Format(time.DateOnly)
	}
	made := w.send(http.MethodPost, fmt.Sprintf("/users/%d/%s", w.userID(username), kind), body)
	token, _ = testkit.Descend(made, "token").(string)
	number, _ := testkit.Descend(made, "id").(float64)
	return token, int(number)
}

// Token is made at the first use.
func (w *restWorld) Token(username string, scopes ...string) string {
	if len(scopes) == 0 {
		scopes = []string{"api"}
	}
	key := username + " " + strings.Join(scopes, " ")
	if w.tokens[key] == "" {
		w.tokens[key], _ = w.accessToken(username, "personal_access_tokens", scopes, time.Time{})
	}
	return w.tokens[key]
}
