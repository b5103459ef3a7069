package githttp

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// access is somebody who has been let in to a project.
type access struct {
	q       *front.Request
	project *world.Project
	caller  front.GitCaller
	// moved is the path that the project had, if it was asked for by that; else "".
	moved string
}

// forbidden is a 403 of GitAccess, which git shows its user.
func forbidden(text, why string) *front.Response {
	return front.Plain(http.StatusForbidden, text).Because(why).AsRefusal()
}

func notFound(text, why string) *front.Response {
	return front.Plain(http.StatusNotFound, text).Because(why).AsRefusal()
}

// admit lets somebody in to a service for the project of the path, or refuses, in GitLab's order
// (app/controllers/repositories/git_http_client_controller.rb, lib/gitlab/git_access.rb). The state's mutex is held.
func admit(q *front.Request, service string) (*access, *front.Response) {
	a := &access{q: q}
	name := q.Vars[paramProject]
	if a.project = q.ProjectPaths[world.Key(name)]; a.project == nil {
		if a.project = q.MovedProject(name); a.project != nil {
			a.moved = name
		}
	}
	var why string
	if a.caller, why = q.SignInGit(a.project); why != "" {
		return nil, q.RefuseGit(why)
	}
	if a.caller.Anonymous {
		if d := a.readByAnyone(service); !d.Allowed {
			return nil, q.RefuseGit("no credentials were sent, and " + d.Reason)
		}
	}
	for _, check := range []func(string) *front.Response{a.checkProtocol, a.checkCredentials, a.checkProject} {
		if refusal := check(service); refusal != nil {
			return nil, refusal
		}
	}
	if service == uploadPack {
		return a, a.checkDownload()
	}
	return a, a.checkPush()
}

// readByAnyone says whether nobody needs to sign in.
func (a *access) readByAnyone(service string) policy.Decision {
	switch {
	case service != uploadPack:
		return policy.Decision{Reason: "nobody pushes without"}
	case a.project == nil:
		return policy.Decision{Reason: fmt.Sprintf("there is no project %q", a.q.Vars[paramProject])}
	}
	return policy.ReadCode(policy.Anonymous(), front.ProjectStandingOf(front.Nobody, a.project))
}

// checkProtocol refuses where a group wants SSH alone; jobs are let in nevertheless
// (lib/gitlab/protocol_access.rb).
func (a *access) checkProtocol(string) *front.Response {
	if a.project == nil || a.q.ByJob != nil {
		return nil
	}
	const onlySSH = "ssh"
	if g := a.project.Group; g != nil && g.Root().Attribute(world.AttrGitProtocol) == onlySSH {
		return forbidden(msgOverHTTP, "enabled_git_access_protocol of "+g.Root().Path+" is "+onlySSH)
	}
	return nil
}

// checkCredentials refuses a user who may not use git, and credentials that do not open the service.
func (a *access) checkCredentials(service string) *front.Response {
	if refusal := a.q.GitUserRefusal(); refusal != nil {
		return refusal
	}
	switch {
	case service == uploadPack && !a.caller.Downloads:
		return forbidden(msgAuthDownload, "the token has none of the scopes api, read_api, read_repository and "+
			"write_repository")
	case service == receivePack && a.q.ByJob != nil && !a.caller.Pushes:
		return forbidden(msgAuthUpload, a.q.Version.Lacks("pushes by jobs' tokens", gitlabversion.JobTokensPush))
	case service == receivePack && !a.caller.Pushes:
		return forbidden(msgAuthUpload, "the token has neither the scope api nor write_repository")
	case service != uploadPack && service != receivePack:
		return forbidden(msgCommand, fmt.Sprintf("service is %q; git has %s and %s", service, uploadPack, receivePack))
	}
	return nil
}

// checkProject refuses a project that is not there, or not for whoever calls.
func (a *access) checkProject(string) *front.Response {
	if a.project == nil {
		return a.noProject()
	}
	if a.caller.Deploy != nil {
		return nil
	}
	d := a.q.OnProject(a.project, policy.ReadProject)
	if d.Allowed {
		return nil
	}
	if j := a.q.ByJob; j != nil && a.q.Has(gitlabversion.JobTokenRefusedByName) {
		if a.q.JobTokenFor(a.project).Allowed {
			return forbidden(fmt.Sprintf(msgfJobForbidden, path.Base(a.project.Path)), d.Reason)
		}
		return forbidden(fmt.Sprintf(msgfJobTokenRefused, path.Base(j.Project.Path), path.Base(a.project.Path)), d.Reason)
	}
	return notFound(msgProjectNotFound, d.Reason)
}

func (a *access) noProject() *front.Response {
	name := a.q.Vars[paramProject]
	namespace, _ := world.SplitPath(name)
	key := world.Key(namespace)
	if a.q.GroupPaths[key] == nil && a.q.UserNames[key] == nil {
		return notFound(msgNamespaceNotFound, fmt.Sprintf("there is no group and no user %q", namespace))
	}
	return notFound(msgProjectNotFound, fmt.Sprintf("there is no project %q", name))
}

// checkDownload refuses who may not read the code.
func (a *access) checkDownload() *front.Response {
	if a.caller.Deploy != nil {
		return nil
	}
	may := policy.ReadCode
	if a.q.ByJob != nil {
		may = policy.ReadCodeByBuild
	}
	if d := a.q.OnProject(a.project, may); !d.Allowed {
		return forbidden(msgDownload, d.Reason)
	}
	return nil
}

// checkPush refuses who pushes nothing at all to the project.
func (a *access) checkPush() *front.Response {
	if a.project.Archived && a.q.Has(gitlabversion.ArchivedPushToldApart) {
		return forbidden(msgArchived, a.project.Path+" is archived")
	}
	if d := a.pushes(); !d.Allowed {
		return forbidden(front.RefTexts[policy.ByRefRole], d.Reason)
	}
	return nil
}

// pushes says whether whoever calls pushes to the project at all.
func (a *access) pushes() policy.Decision {
	if a.q.ByJob == nil {
		return a.q.OnProject(a.project, policy.PushCode)
	}
	lets := a.project.Attribute(world.AttrJobTokenPush) == "true"
	return policy.PushCodeByBuild(a.q.Actor, a.q.ProjectStanding(a.project), a.q.JobTokenFor(a.project), lets)
}

// admits is the Streams of a service: who calls is let in before the body is read, which may be compressed.
func admits(service string) func(*front.Request) (front.BodyReader, *front.Response) {
	return func(q *front.Request) (front.BodyReader, *front.Response) {
		if _, refusal := admit(q, service); refusal != nil {
			return nil, refusal
		}
		encoding := q.HTTP.Header.Get("Content-Encoding")
		return func(body io.Reader, u *front.Upload) *front.Response {
			err := readBody(body, encoding, u)
			if errors.Is(err, errTooLarge) {
				return front.Plain(http.StatusRequestEntityTooLarge, msgTooLarge).Because(err.Error()).AsRefusal()
			}
			if err != nil {
				return front.Plain(http.StatusBadRequest, "Bad Request").Because("the body cannot be read: " + err.Error()).
					AsRefusal()
			}
			return nil
		}, nil
	}
}

func readBody(body io.Reader, encoding string, u *front.Upload) error {
	plain := body
	if strings.HasSuffix(strings.ToLower(encoding), "gzip") { // and x-gzip
		z, err := gzip.NewReader(body)
		if err != nil {
			return err
		}
		plain = z
	}
	n, err := u.Content.ReadFrom(io.LimitReader(plain, largestBody+1))
	if n > largestBody {
		return errTooLarge
	}
	return err
}

// largestBody is the largest body that is read, in bytes, once it is unpacked. GitLab has no such limit, unless
// somebody sets one; but what is packed can be a thousand times its own size.
const largestBody = 256 << 20

var errTooLarge = fmt.Errorf("the fake takes no more than %d bytes of git at once", largestBody)
