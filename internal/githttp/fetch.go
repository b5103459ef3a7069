package githttp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitpack"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// uploadPack is a clone or fetch, once its body has been read.
func (p *protocol) uploadPack(q *front.Request) front.Response {
	a, refusal := admit(q, uploadPack)
	if refusal != nil {
		return *refusal
	}
	return p.fetch(a, false)
}

// fetch lets git answer, once the mutex has been let go: which refs there are, or what the client lacks.
func (p *protocol) fetch(a *access, advertise bool) front.Response {
	q := a.q
	m, use, err := p.disk.Take(a.project, q.Projects.Rows)
	if err != nil {
		return broken(q, err)
	}
	return front.Response{Outside: func() front.Response {
		defer use.Done()
		if err := m.Write(); err != nil {
			return broken(q, err)
		}
		ctx, cancel := context.WithCancel(q.HTTP.Context())
		defer cancel()
		defer context.AfterFunc(use.Ctx, cancel)()
		args := []string{"upload-pack", "--stateless-rpc"}
		var in io.Reader = http.NoBody
		if advertise {
			args = append(args, "--advertise-refs")
		} else {
			in = q.Upload.Content.Reader()
		}
		out, err := run(ctx, in, q.HTTP.Header.Get(headerProtocol), append(args, m.Dir)...)
		if use.Ctx.Err() != nil {
			return front.Plain(http.StatusServiceUnavailable, msgUnavailable).Because("the fake was reset or closed meanwhile")
		}
		return served(q, out, err, advertise)
	}}
}

// served is the answer with what git has written. What git refuses it says itself in there, beside the reason.
func served(q *front.Request, out world.Blob, err error, advertise bool) front.Response {
	if err != nil && out.Size == 0 {
		return broken(q, err)
	}
	res := front.Response{Status: http.StatusOK, File: &out, ContentType: "application/x-" + uploadPack + "-result",
		Bare: true}
	if advertise {
		res = advertised(uploadPack, out.Bytes())
	}
	if err != nil {
		res.Reason = err.Error()
	}
	return res.With("Cache-Control", "no-cache")
}

// broken is the answer where this machine keeps git from being served.
func broken(q *front.Request, err error) front.Response {
	if !errors.Is(err, errNoGit) {
		return front.Plain(http.StatusInternalServerError, msgInternalError).Because(err.Error())
	}
	const why = "clone and fetch are served by the program git, which is not in PATH on the fake's machine: install it"
	q.Record.Problem = q.HTTP.Method + " " + q.HTTP.URL.EscapedPath() + ": " + why
	return front.Plain(http.StatusServiceUnavailable, "fakegitlab: "+why+"\n").Because(why)
}

// isProbe reports whether a body is an empty request, with which a client tries whether it is let in.
func isProbe(body []byte) bool { return len(body) == 0 || bytes.Equal(body, []byte(gitpack.Flush)) }
