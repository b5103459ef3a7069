package oauth_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

const password = "Wq7-tundra-Lk29"

// ask sends a form to the authorization server.
func ask(t *testing.T, gl *fakegitlab.Fake, method, form string, change ...func(*http.Request)) (int, map[string]any) {
	t.Helper()
	r, err := http.NewRequest(method, gl.URL()+"/oauth/token", strings.NewReader(form))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, do := range change {
		do(r)
	}
	res, err := gl.Client().Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	var answer map[string]any
	_ = json.Unmarshal(body, &answer) // nil for what is no JSON
	if method == http.MethodPost {
		assert.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	}
	return res.StatusCode, answer
}

func status(t *testing.T, gl *fakegitlab.Fake, header, value string) int {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, gl.APIURL()+"/user", nil)
	require.NoError(t, err)
	r.Header.Set(header, value)
	res, err := gl.Client().Do(r)
	require.NoError(t, err)
	_ = res.Body.Close()
	return res.StatusCode
}

func TestOAuthTokens(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithUnknownEndpoints(true))
	gl.AddUser(fakegitlab.User{Username: "mia", Password: password, Email: "mia@corp.example"})
	gl.AddUser(fakegitlab.User{Username: "dan"})
	grant := "grant_type=password&username=mia&password=" + url.QueryEscape(password)

	code, answer := ask(t, gl, "POST", grant)
	require.Equal(t, 200, code, answer)
	assert.EqualValues(t, gl.Now().Unix(), answer["created_at"])
	token, refresh := answer["access_token"].(string), answer["refresh_token"].(string)
	assert.Equal(t, 200, status(t, gl, "Authorization", "Bearer "+token))
	assert.Equal(t, 401, status(t, gl, "PRIVATE-TOKEN", token), "that header is for GitLab's own tokens")
	gl.AssertCalled(t, fakegitlab.OAuthToken, fakegitlab.Param("username", "mia"))

	code, answer = ask(t, gl, "POST", "grant_type=refresh_token&refresh_token="+refresh)
	require.Equal(t, 200, code, answer)
	assert.Equal(t, 401, status(t, gl, "Authorization", "Bearer "+token), "the old one is revoked")
	token = answer["access_token"].(string)
	gl.Advance(2*time.Hour - time.Second)
	assert.Equal(t, 200, status(t, gl, "Authorization", "Bearer "+token))
	gl.Advance(time.Second)
	assert.Equal(t, 401, status(t, gl, "Authorization", "Bearer "+token), "it lives for two hours")

	_, answer = ask(t, gl, "POST", strings.Replace(grant, "username=mia", "username=MIA@corp.example", 1)+"&scope=read_user")
	assert.Equal(t, "read_user", answer["scope"])
	token = answer["access_token"].(string)
	gl.DeleteUser("mia")
	assert.Equal(t, 401, status(t, gl, "Authorization", "Bearer "+token), "it goes with its user")
}

func TestOAuthRefusals(t *testing.T) {
	gl := fakegitlab.New(t, fakegitlab.WithUnknownEndpoints(true))
	gl.AddUser(fakegitlab.User{Username: "mia", Password: password})
	gl.AddUser(fakegitlab.User{Username: "dan"})
	gl.AddUser(fakegitlab.User{Username: "eva", Password: password, PasswordExpired: true})
	for form, want := range map[string]string{
		"": "400 invalid_request", "grant_type=magic": "400 unsupported_grant_type",
		"grant_type=password&username=dan&password=":                        "400 invalid_grant",
		"grant_type=password&username=who&password=" + password:             "400 invalid_grant",
		"grant_type=password&username=eva&password=" + password:             "400 invalid_grant",
		"grant_type=password&username=mia&password=wrong":                   "400 invalid_grant",
		"grant_type=password&username=mia&scope=fly&password=" + password:   "400 invalid_scope",
		"grant_type=password&username=mia&client_id=x&password=" + password: "401 invalid_client",
		"grant_type=refresh_token":                                          "400 invalid_grant",
		"grant_type=refresh_token&refresh_token=x":                          "400 invalid_grant",
		"grant_type=client_credentials":                                     "401 invalid_client",
	} {
		code, answer := ask(t, gl, "POST", form)
		assert.Equal(t, want, fmt.Sprint(code, " ", answer["error"]), form)
	}
	code, answer := ask(t, gl, "POST", "grant_type=password&username=mia&password="+password,
		func(r *http.Request) { r.SetBasicAuth("app", "secret") })
	assert.Equal(t, []any{401, "invalid_client"}, []any{code, answer["error"]})
	for _, method := range []string{"GET", "OPTIONS"} {
		code, _ = ask(t, gl, method, "")
		assert.Equal(t, 404, code, method)
	}
}
