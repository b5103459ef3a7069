package githttp

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"sync"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitpack"
	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/params"
)

// The endpoints (config/routes/git_http.rb), whose :project is a full path, with its slashes.
const (
	EndpointInfoRefs    = http.MethodGet + " /:project.git" + atInfoRefs
	EndpointUploadPack  = http.MethodPost + " /:project.git/" + uploadPack
	EndpointReceivePack = http.MethodPost + " /:project.git/" + receivePack
)

// Endpoints are their names, in the order in which a client calls them.
func Endpoints() []string { return []string{EndpointInfoRefs, EndpointUploadPack, EndpointReceivePack} }

const atInfoRefs = "/info/refs"

// The services of git: the one is for clone and fetch, the other for push.
const (
	uploadPack  = "git-upload-pack"
	receivePack = "git-receive-pack"
)

const (
	paramProject = "project"
	paramService = "service"
)

// protocol is git over HTTP as one GitLab speaks it.
type protocol struct{ disk gitpack.Disk }

// Routes are the routes in the order of Endpoints. Repositories that are asked for are written to the folder.
func Routes(folder *outside.Folder) []*front.Route {
	p := &protocol{gitpack.Disk{Folder: folder}}
	spec := front.Declare([]params.Param{{Name: paramProject}, {Name: paramService}})
	return []*front.Route{
		{Endpoint: EndpointInfoRefs, Access: front.ByGit, Rails: true, Shape: shape, Spec: spec, Handle: p.infoRefs},
		{Endpoint: EndpointUploadPack, Access: front.ByGit, Rails: true, Shape: shape, Spec: spec,
			Streams: admits(uploadPack), Handle: p.uploadPack},
		{Endpoint: EndpointReceivePack, Access: front.ByGit, Rails: true, Shape: shape, Spec: spec,
			Streams: admits(receivePack), Handle: p.receivePack},
	}
}

var (
	servicePath = regexp.MustCompile(`^/((?:[^/]+/)+[^/]+)\.git/(info/refs|` + uploadPack + `|` + receivePack + `)$`)
	// plainPath is one without .git, from which a client is led to the other.
	plainPath = regexp.MustCompile(`^/((?:[\w.-]+/)+[\w.-]+)/info/refs$`)
)

// NewPages is git over HTTP as a protocol of GitLab's door. Its routes are made when somebody first asks for one.
func NewPages(folder *outside.Folder) front.Pages {
	at := sync.OnceValue(func() map[string]map[string]*front.Route {
		all := Routes(folder)
		return map[string]map[string]*front.Route{"info/refs": {http.MethodGet: all[0], http.MethodHead: all[0]},
			uploadPack: {http.MethodPost: all[1]}, receivePack: {http.MethodPost: all[2]}}
	})
	return front.Pages{At: func(escaped string) (map[string]*front.Route, map[string]string) {
		path, err := url.PathUnescape(escaped)
		if err != nil {
			return nil, nil
		}
		if m := servicePath.FindStringSubmatch(path); m != nil {
			return at()[m[2]], map[string]string{paramProject: m[1]}
		}
		if m := plainPath.FindStringSubmatch(path); m != nil {
			return at()["info/refs"], map[string]string{paramProject: m[1]}
		}
		return nil, nil
	}}
}

// infoRefs is the first call of every clone, fetch and push: which refs there are, and what the server can do.
func (p *protocol) infoRefs(q *front.Request) front.Response {
	if path, err := url.PathUnescape(q.Path); err == nil && !servicePath.MatchString(path) {
		return withGit(q)
	}
	if q.HTTP.Method == http.MethodHead {
		return front.Response{Status: http.StatusForbidden, Bare: true}.Because("git asks for refs with GET")
	}
	service, _ := q.Params.String(paramService)
	a, refusal := admit(q, service)
	if refusal != nil {
		return *refusal
	}
	if service == receivePack {
		return advertised(service, a.pushable(q.HTTP.Header.Get(headerProtocol)))
	}
	return p.fetch(a, true)
}

const headerProtocol = "Git-Protocol"

// withGit leads to the path with .git, as far as the query is one that git sends
// (lib/constraints/repository_redirect_url_constrainer.rb).
func withGit(q *front.Request) front.Response {
	query := q.HTTP.URL.RawQuery
	switch query {
	case "", "service=" + uploadPack, "service=" + receivePack:
	default:
		return front.Plain(http.StatusNotFound, front.MsgNotFound).Because("git asks with service=" + uploadPack)
	}
	to := q.WebURL(q.Vars[paramProject] + ".git" + atInfoRefs)
	if query != "" {
		to += "?" + query
	}
	return front.Response{Status: http.StatusMovedPermanently, Text: fmt.Sprintf(msgfRedirected, to),
		ContentType: "text/html; charset=utf-8", Bare: true}.With("Location", to)
}

// advertised is the answer of infoRefs, whose lines follow the name of the service.
func advertised(service string, lines []byte) front.Response {
	body := append(gitpack.AppendPkt(nil, "# service="+service+"\n"), gitpack.Flush...)
	return front.Response{Status: http.StatusOK, Text: string(append(body, lines...)),
		ContentType: "application/x-" + service + "-advertisement", Bare: true}.With("Cache-Control", "no-cache")
}

// shape is a refusal as git's clients are told of it: a text.
func shape(_ *front.Request, status int, text string) front.Response {
	if text == "" {
		text = http.StatusText(status)
	}
	return front.Plain(status, text)
}
