package front

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// greeting is a protocol with one endpoint.
type greeting struct{ route *Route }

func (g greeting) Find(q *Request) Found {
	if q.HTTP.Method == "GET" || q.HTTP.Method == "OPTIONS" {
		return Found{Route: g.route, Vars: map[string]string{"name": strings.TrimPrefix(q.Path, "/hello/")}}
	}
	return Found{}
}

func (greeting) Unserved(q *Request, r *Route) *Response {
	if r != nil {
		return nil
	}
	return q.NothingServes(Plain(405, "only GET")).AsRefusal()
}

func (greeting) Options(*Request, *Route) Response { return NoContent().With("Allow", "GET") }

// A protocol says which routes there are and what is answered without one; the pipeline does the rest.
func TestProtocolsFindWhatServesTheirPaths(t *testing.T) {
	hello := greeting{&Route{Endpoint: "GET /hello/:name", Access: ByAnyone, Handle: func(q *Request) Response {
		return Plain(200, "hello "+q.Vars["name"])
	}}}
	site := &Site{State: world.New(gitlabversion.All()[0], time.Now, world.Around{}), BasePath: "/gitlab"}
	site.Protocol = func(path string) Protocol {
		if strings.HasPrefix(path, "/hello/") {
			return hello
		}
		return nil
	}
	for _, c := range []struct {
		method, path, endpoint, text string
		status                       int
	}{
		{"GET", "/gitlab/hello/mia", "GET /hello/:name", "hello mia", 200},
		{"OPTIONS", "/gitlab/hello/mia", "GET /hello/:name", "", 204},
		{"POST", "/gitlab/hello/mia", "", "only GET", 405},
		{"GET", "/gitlab/api/v4/runners", "", MsgNotFound, 404},
		{"GET", "/hello/mia", "", MsgNotFound, 404},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		q := NewRequest(site, r, Way{}, r.URL.Query(), nil)
		assert.Nil(t, q.Receive(), c.path)
		res := q.Answer()
		assert.Equal(t, c.status, res.Status, "%s %s", c.method, c.path)
		assert.Equal(t, c.text, res.Text, "%s %s", c.method, c.path)
		assert.Equal(t, c.endpoint, q.Record.Endpoint, "%s %s", c.method, c.path)
	}
}
