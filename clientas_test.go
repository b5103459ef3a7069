package fakegitlab_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// No other server is told the token, whether it is called or redirected to; the fake is, by each name of this machine.
func TestClientAsKeepsTheTokenToItself(t *testing.T) {
	gl := fakegitlab.New(t)
	told := ""
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told += r.Header.Get("Private-Token")
		if r.URL.Path == "/back" {
			http.Redirect(w, r, gl.APIURL()+"/user", http.StatusFound)
		}
	}))
	t.Cleanup(other.Close)
	gl.Handle("GET /elsewhere", http.RedirectHandler(other.URL, http.StatusFound))
	client := gl.ClientAs("root")
	for url, want := range map[string]int{other.URL: 200, gl.APIURL() + "/elsewhere": 200, other.URL + "/back": 200,
		gl.APIURL() + "/user": 200, strings.Replace(gl.APIURL(), "127.0.0.1", "localhost", 1) + "/user": 200} {
		res, err := client.Get(url)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, url)
	}
	assert.Empty(t, told)

	alone := fakegitlab.New(t, fakegitlab.WithInMemoryNetwork())
	res, err := alone.ClientAs("root").Get("http://gitlab.example.com/api/v4/user")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	assert.Equal(t, 200, res.StatusCode)
}
