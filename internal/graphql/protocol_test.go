package graphql_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/graphql"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// gql sends a request to GraphQL: change makes it what it is to be, a POST without a body.
func gql(t testing.TB, gl *fakegitlab.Fake, token string, change ...func(*http.Request)) testkit.Reply {
	t.Helper()
	return testkit.AskBy(t, gl.Client(), gl.URL(), token, http.MethodPost, "/api/graphql", change...)
}

// sending has a request sent with a body of a type.
func sending(contentType, body string) func(*http.Request) {
	return testkit.WithBody(contentType, body)
}

// asking has a request ask for a value as JSON.
func asking(v any) func(*http.Request) {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return sending("application/json", string(raw))
}

type object = map[string]any

func query(text string) func(*http.Request) { return asking(object{"query": text}) }

// world is a GitLab with mia, who has tokens of several kinds.
func world(t testing.TB, opts ...fakegitlab.Option) *fakegitlab.Fake {
	t.Helper()
	gl := fakegitlab.New(t, append(opts, fakegitlab.WithInMemoryNetwork())...)
	gl.AddUser(fakegitlab.User{Username: "mia"})
	return gl
}

const typename = `{ __typename }`

// TestWaysToAsk holds the forms in which Rails takes a document, its variables and the operation's name.
func TestWaysToAsk(t *testing.T) {
	const echo = `query Echo($text: String!) { echo(text: $text) } query Other { __typename }`
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range map[string]string{"query": echo, "operationName": "Echo", "variables": `{"text":"hi"}`} {
		require.NoError(t, w.WriteField(name, value))
	}
	require.NoError(t, w.Close())
	encoded := url.Values{"query": {echo}, "operationName": {"Echo"}, "variables[text]": {"hi"}}.Encode()
	inQuery := func(r *http.Request) { r.URL.RawQuery = encoded }
	gl := world(t)
	for name, change := range map[string][]func(*http.Request){
		"JSON": {asking(object{"query": echo, "operationName": "Echo", "variables": object{"text": "hi"}})},
		"JSON, variables as text": {asking(object{"query": echo, "operationName": "Echo",
			"variables": `{"text":"hi"}`})},
		"JSON, variables as text within text": {asking(object{"query": echo, "operationName": "Echo",
			"variables": `"{\"text\":\"hi\"}"`})},
		"a form":             {sending("application/x-www-form-urlencoded", encoded)},
		"a form of no type":  {sending("", encoded)},
		"multipart":          {sending(w.FormDataContentType(), form.String())},
		"a query":            {inQuery},
		"a GET":              {inQuery, func(r *http.Request) { r.Method = http.MethodGet }},
		"query before body":  {asking(object{"query": "{ nope }", "operationName": "x"}), inQuery},
		"a format in a path": {inQuery, func(r *http.Request) { r.URL.Path += ".json" }},
		"a final slash":      {inQuery, func(r *http.Request) { r.URL.Path += "/" }},
	} {
		t.Run(name, func(t *testing.T) {
			res := gql(t, gl, gl.Token("mia"), change...)
			assert.Equal(t, http.StatusOK, res.Status, res.Body)
			text, _ := res.Field(t, "data.echo").(string)
			assert.Contains(t, text, "hi", res.Body)
			assert.Equal(t, "application/json; charset=utf-8", res.Header.Get("Content-Type"))
			calls := gl.Calls(fakegitlab.GraphQL)
			last := calls[len(calls)-1]
			assert.Equal(t, "query Echo { echo }", last.Operation)
			assert.Equal(t, map[string]any{"text": "hi"}, last.Params)
			assert.Empty(t, last.IgnoredParams)
		})
	}
}

// TestSchemaIsLoadedOnFirstUse holds that whoever never asks in GraphQL does not pay for its schema, and who does pays
// for the schema of one version.
func TestSchemaIsLoadedOnFirstUse(t *testing.T) {
	graphql.ForgetSchemas()
	for range 2 {
		gl := world(t)
		testkit.Ask(t, gl, gl.Token("mia"), "GET", "/runners")
		gl.AssertNotCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("runnerDelete"))
	}
	assert.Zero(t, graphql.LoadedSchemas())
	for range 2 {
		gql(t, world(t), "", query(typename))
	}
	assert.Equal(t, 1, graphql.LoadedSchemas())
}

// TestNoDocument holds what comes of requests without one, or with one that is no text.
func TestNoDocument(t *testing.T) {
	gl := world(t)
	for name, change := range map[string]func(*http.Request){
		"no body":                         func(*http.Request) {},
		"an empty query":                  asking(object{"query": ""}),
		"null":                            asking(object{"query": nil}),
		"a list":                          asking(object{"query": []any{"{ __typename }"}}),
		"a body that Rails does not read": sending("application/graphql", typename),
		"_json that is no list":           asking(object{"_json": "bad"}),
		"JSON that is no object":          sending("application/json", `"bad"`),
	} {
		t.Run(name, func(t *testing.T) {
			res := gql(t, gl, gl.Token("mia"), change)
			assert.Equal(t, http.StatusOK, res.Status)
			assert.JSONEq(t, `{"errors":[{"message":"Unexpected end of document","locations":[]}]}`, res.Body)
		})
	}
	res := gql(t, gl, gl.Token("mia"), asking(object{"query": true}))
	assert.Contains(t, res.Field(t, "errors.0.message"), "Expected one of")
	assert.Nil(t, res.Field(t, "data"))
}

// TestSignIn holds who signs in with which credentials, and how those are told who do not.
func TestSignIn(t *testing.T) {
	gl := world(t)
	gl.AddUser(fakegitlab.User{Username: "gone", State: fakegitlab.UserBlocked})
	gl.AddUser(fakegitlab.User{Username: "asleep", State: fakegitlab.UserDeactivated})
	gl.AddAccessToken(fakegitlab.AccessToken{Token: "old", User: "mia", Scopes: []string{"api"}, ExpiresAt: gl.Now().AddDate(0, 0, -1)})
	gl.AddAccessToken(fakegitlab.AccessToken{Token: "taken-back", User: "mia", Scopes: []string{"api"}, Revoked: true})
	mia := gl.Token("mia")
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	param := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.URL.RawQuery = url.Values{name: {value}}.Encode() }
	}
	basic := func(password string) func(*http.Request) {
		return func(r *http.Request) { r.SetBasicAuth("any", password) }
	}
	const invalid = `401 {"errors":[{"message":"Invalid token"}]}`
	for name, test := range map[string]struct {
		with func(*http.Request)
		want string // the username, "" for nobody, or the refusal
	}{
		"nothing":                 {func(*http.Request) {}, ""},
		"PRIVATE-TOKEN":           {header("PRIVATE-TOKEN", mia), "mia"},
		"a bearer":                {header("Authorization", "Bearer "+mia), "mia"},
		"private_token":           {param("private_token", mia), "mia"},
		"access_token":            {param("access_token", mia), "mia"},
		"HTTP Basic":              {basic(mia), "mia"},
		"an unknown HTTP Basic":   {basic("nonsense"), ""},
		"read_api":                {header("PRIVATE-TOKEN", gl.Token("mia", "read_api")), "mia"},
		"an unknown one":          {header("PRIVATE-TOKEN", "nonsense"), invalid},
		"an empty one":            {header("PRIVATE-TOKEN", ""), invalid},
		"Job-Token":               {header("Job-Token", "nonsense"), invalid},
		"Deploy-Token":            {header("Deploy-Token", "nonsense"), invalid},
		"an unknown bearer":       {header("Authorization", "Bearer nonsense"), invalid},
		"an unknown access_token": {param("access_token", "nonsense"), invalid},
		"job_token":               {param("job_token", "nonsense"), invalid},
		"token":                   {param("token", mia), invalid},
		"an expired one":          {header("PRIVATE-TOKEN", "old"), invalid},
		"a revoked one":           {header("PRIVATE-TOKEN", "taken-back"), invalid},
		"read_user":               {header("PRIVATE-TOKEN", gl.Token("mia", "read_user")), invalid},
		"create_runner":           {header("PRIVATE-TOKEN", gl.Token("mia", "create_runner")), invalid},
		"one of a blocked user":   {header("PRIVATE-TOKEN", gl.Token("gone")), invalid},
		"one of a deactivated user": {header("PRIVATE-TOKEN", gl.Token("asleep")),
			`403 {"errors":[{"message":"API not accessible for user"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			res := gql(t, gl, "", query("{ currentUser { username } }"), test.with)
			calls := gl.Calls(fakegitlab.GraphQL)
			last := calls[len(calls)-1]
			if strings.Contains(test.want, "errors") {
				assert.Equal(t, test.want, res.String())
				assert.NotEmpty(t, last.Reason)
				assert.Equal(t, "query { currentUser }", last.Operation)
				return
			}
			assert.Equal(t, test.want, last.User)
			assert.Equal(t, test.want == "", res.Field(t, "data.currentUser") == nil, res.Body)
			assert.Empty(t, last.Reason)
		})
	}
}

// TestBatches holds what Rails and GitLab make of a list of documents.
func TestBatches(t *testing.T) {
	gl := world(t)
	echo := func(text string) object {
		return object{"query": `query($t: String!) { echo(text: $t) }`, "variables": object{"t": text}}
	}
	res := gql(t, gl, gl.Token("mia"), asking([]any{echo("one"), object{"query": "mutation Two { echoCreate(input: {}) { errors } }"}, "no object"}))
	assert.Equal(t, http.StatusOK, res.Status, res.Body)
	assert.Contains(t, res.Field(t, "0.data.echo"), "one")
	assert.Contains(t, res.Field(t, "1.data"), "echoCreate")
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Operation("Two"), fakegitlab.Operation("echo"), fakegitlab.Param("0.t", "one"))
	assert.Equal(t, "query { echo }; mutation Two { echoCreate }", gl.Calls("")[0].Operation)

	assert.Equal(t, "200 []", gql(t, gl, "", asking([]any{})).String())
	form := url.Values{"_json[][query]": {typename}}.Encode()
	assert.Equal(t, `200 [{"data":{"__typename":"Query"}}]`, gql(t, gl, "", sending("application/x-www-form-urlencoded", form)).String())
	assert.Equal(t, http.StatusInternalServerError, gql(t, gl, "", asking([]any{object{"operationName": "x"}})).Status)
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Status(500), fakegitlab.Where(func(c fakegitlab.Call) bool {
		return strings.HasPrefix(c.Reason, "GitLab fails here: ")
	}))
}

// TestRefusedWhole holds what GitLab refuses before it looks into a document.
func TestRefusedWhole(t *testing.T) {
	gl := world(t)
	long := "{" + strings.Repeat(" __typename", 200) + "}"
	mutation := `mutation { echoCreate(input: {}) { errors } }`
	byGET := func(r *http.Request) { r.Method = http.MethodGet }
	for name, test := range map[string]struct {
		change []func(*http.Request)
		want   string
	}{
		"too long": {[]func(*http.Request){query(strings.Repeat("é", 10_001))}, "Query too large"},
		"too long together": {[]func(*http.Request){asking([]any{object{"query": long}, object{"query": long}, object{"query": long},
			object{"query": long}, object{"query": long}})}, "Query too large"},
		"a mutation by GET": {[]func(*http.Request){query(mutation), byGET}, "Mutations are forbidden in GET requests"},
		"a mutation chosen by name, by GET": {[]func(*http.Request){asking(object{"operationName": "B",
			"query": "query A { __typename } mutation B { echoCreate(input: {}) { errors } }"}), byGET},
			"Mutations are forbidden in GET requests"},
		"a mutation in a batch, by GET": {[]func(*http.Request){asking([]any{object{"query": typename}, object{"query": mutation}}),
			byGET}, "Mutations are forbidden in GET requests"},
		"variables that are half of a JSON": {[]func(*http.Request){asking(object{"query": typename, "variables": `{"a": [`})},
			`unexpected token at '{"a": ['`},
		"variables that are a list": {[]func(*http.Request){asking(object{"query": typename, "variables": []int{1, 2}})},
			"Unexpected parameter: [1, 2]"},
		"variables that are a list of other things": {[]func(*http.Request){asking(object{"query": typename,
			"variables": []any{"a,<b>", nil, true, 1.5, object{"x": "\"y\""}}})},
			`Unexpected parameter: ["a,<b>", nil, true, 1.5, {"x"=>"\"y\""}]`},
		"variables that are a number in a text": {[]func(*http.Request){asking(object{"query": typename, "variables": "7"})},
			"Unexpected parameter: 7"},
		"variables that are no JSON": {[]func(*http.Request){asking(object{"query": typename, "variables": "nope"})},
			"unexpected token at 'nope'"},
	} {
		t.Run(name, func(t *testing.T) {
			res := gql(t, gl, gl.Token("mia"), test.change...)
			assert.Equal(t, http.StatusUnprocessableEntity, res.Status)
			raw, err := json.Marshal(object{"errors": []object{{"message": test.want}}})
			require.NoError(t, err)
			assert.JSONEq(t, string(raw), res.Body)
			assert.Equal(t, "1", res.Header.Get("X-Gitlab-Custom-Error"))
		})
	}
	for _, none := range []any{nil, "", "  ", "null", object{}} {
		res := gql(t, gl, "", asking(object{"query": typename, "variables": none}))
		assert.Equal(t, `200 {"data":{"__typename":"Query"}}`, res.String())
	}
	byHEAD := func(r *http.Request) {
		r.Method, r.URL.RawQuery = http.MethodHead, url.Values{"query": {mutation}}.Encode()
	}
	assert.Equal(t, http.StatusUnprocessableEntity, gql(t, gl, "", byHEAD).Status)
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.Where(func(c fakegitlab.Call) bool {
		return c.Reason == "Mutations are forbidden in HEAD requests"
	}))
	res := gql(t, gl, "", asking(object{"operationName": "A",
		"query": "query A { __typename } mutation B { echoCreate(input: {}) { errors } }"}), byGET)
	assert.Equal(t, `200 {"data":{"__typename":"Query"}}`, res.String())
}

// TestScopesOfMutations holds that a mutation needs the scope api, and somebody: refused in its field alone.
func TestScopesOfMutations(t *testing.T) {
	gl := world(t)
	mutation := query(`mutation { a: echoCreate(input: {messages: ["x"]}) { echoes } }`)
	assert.Equal(t, `200 {"data":{"a":{"echoes":["x"]}}}`, gql(t, gl, gl.Token("mia"), mutation).String())
	for _, token := range []string{"", gl.Token("mia", "read_api")} {
		res := gql(t, gl, token, mutation)
		assert.Equal(t, http.StatusOK, res.Status)
		assert.Contains(t, res.Body, `"data":{"a":null}`)
		assert.Contains(t, res.Field(t, "errors.0.message"), "does not exist or you don't have permission")
		assert.Equal(t, []any{"a"}, res.Field(t, "errors.0.path"))
	}
	reasons := []string{"a: nobody is signed in", "a: the token of mia has the scopes read_api; a mutation needs api"}
	for i, c := range gl.Calls("")[1:] {
		assert.Equal(t, reasons[i], c.Reason)
	}
}

// TestFineGrainedTokens holds that they sign in from GitLab 19.2 on, and open what their permissions say.
func TestFineGrainedTokens(t *testing.T) {
	for version, want := range map[string]string{
		"19.1": `401 {"errors":[{"message":"Invalid token"}]}`,
		"19.2": `200 {"data":{"currentUser":null}}`,
	} {
		gl := world(t, fakegitlab.WithVersion(version))
		gl.AddAccessToken(fakegitlab.AccessToken{Token: "fine", User: "mia", Scopes: []string{"granular"}})
		assert.Contains(t, gql(t, gl, "fine", query("{ currentUser { username } }")).String(), want, version)
		if version == "19.2" {
			assert.Equal(t, "currentUser: the fine-grained token of mia has not User: Read at the user",
				gl.Calls("")[0].Reason)
		}
	}
}

// TestAdminModeAndSudo holds that GraphQL needs no scope for admin mode and knows no sudo.
func TestAdminModeAndSudo(t *testing.T) {
	gl := world(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.AdminMode = true })
	res := gql(t, gl, gl.Token("root", "api", "sudo"), query("{ currentUser { username } }"),
		func(r *http.Request) { r.Header.Set("Sudo", "mia") })
	assert.Equal(t, "root", res.Field(t, "data.currentUser.username"))
	gl.AssertCalled(t, fakegitlab.GraphQL, fakegitlab.By("root"), fakegitlab.Where(func(c fakegitlab.Call) bool {
		return c.Reason == "GraphQL knows no sudo: nobody acted as mia"
	}))
}

// TestOtherMethods holds that GraphQL is asked with POST, GET and HEAD, and what browsers are told.
func TestOtherMethods(t *testing.T) {
	gl := world(t, fakegitlab.WithUnknownEndpoints(true))
	method := func(m string) func(*http.Request) {
		return func(r *http.Request) { r.Method, r.URL.RawQuery = m, url.Values{"query": {typename}}.Encode() }
	}
	assert.Equal(t, http.StatusOK, gql(t, gl, "", method(http.MethodHead)).Status)
	for _, m := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		assert.Equal(t, "404 404 Not Found", gql(t, gl, "", method(m)).String(), m)
	}
	assert.Contains(t, gl.Calls("")[1].Reason, "but there is POST /api/graphql")
	origin := func(r *http.Request) {
		r.Header.Set("Origin", "https://example.com")
		r.Header.Set("Access-Control-Request-Method", "POST")
	}
	res := gql(t, gl, "", method(http.MethodOptions), origin)
	assert.Equal(t, http.StatusOK, res.Status)
	assert.Equal(t, "*", res.Header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, res.Header.Values("Access-Control-Allow-Credentials"))
}

// TestBadJSON holds that what is no JSON is refused by Rails, as everywhere.
func TestBadJSON(t *testing.T) {
	gl := world(t)
	assert.Equal(t, http.StatusBadRequest, gql(t, gl, gl.Token("mia"), sending("application/json", `{"query":`)).Status)
}

// TestThrottle holds that GraphQL counts as the API does, and is told by Rack::Attack, before GraphQL.
func TestThrottle(t *testing.T) {
	gl := world(t)
	gl.UpdateSettings(func(s *fakegitlab.Settings) { s.RateLimit = fakegitlab.RateLimit{Requests: 1, Per: 60e9} })
	assert.Equal(t, http.StatusOK, gql(t, gl, gl.Token("mia"), query(typename)).Status)
	res := gql(t, gl, gl.Token("mia"), query(typename))
	assert.Equal(t, "429 Retry later", res.String())
	assert.NotEmpty(t, res.Header.Get("Retry-After"))
}

// TestLineBreaksInStrings holds that a document alone may have line breaks within its strings.
func TestLineBreaksInStrings(t *testing.T) {
	gl := world(t)
	res := gql(t, gl, gl.Token("mia"), query("{ echo(text: \"one\ntwo \\\" three\") }"))
	assert.Contains(t, res.Field(t, "data.echo"), "one\ntwo \" three", res.Body)
	res = gql(t, gl, gl.Token("mia"), query("{\n a: echo(text: \"\"\"x\ny\"\"\")\n}"))
	assert.Contains(t, res.Field(t, "data.a"), "x\ny", res.Body)
}
