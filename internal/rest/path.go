package rest

// The project, group, user or runner of a path: finding it, and the before blocks that hide it from those who may not
// see it (find_project! and find_group! in lib/api/helpers.rb, get_runner in lib/api/ci/runners.rb).

import (
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// The parameters of paths: pathID is a project or group by its id or its path, runnerID a runner by its id.
var (
	pathID   = []params.Param{{Name: "id", Kind: params.String, Required: true}}
	runnerID = []params.Param{{Name: "id", Kind: params.Integer, Required: true}}
)

// projectReaders is the before block of endpoints below a project: who cannot see it gets a 404.
func projectReaders(q request) *front.Response { return q.pathProject(policy.ReadProject) }

// jobReaders is what stands before the jobs of a project: who sees the project but not its jobs gets a 403
// (lib/api/ci/jobs.rb, authorize_read_builds!).
func jobReaders(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.ReadBuild), "")
}

// pathProject finds the project of the path for those who may do this to it, and hides it from others.
func (q request) pathProject(may front.ProjectRule) *front.Response {
	q.Project = q.ProjectByRef(q.Vars["id"])
	var why string
	if q.Project == nil {
		if moved := q.moved(may); moved != nil {
			return moved
		}
		why = fmt.Sprintf("there is no project %q", q.Vars["id"])
		if !strings.Contains(q.Vars["id"], "/") && !world.IsNumber(q.Vars["id"]) {
			why += "; a path names its namespace too: acme%2Fshop"
		}
	} else if d := q.OnProject(q.Project, may); !d.Allowed {
		if q.ByJob != nil && q.Has(gitlabversion.JobTokenRefusedByName) {
			from, to := q.ByJob.Project.Path, q.Project.Path
			return front.Forbidden(fmt.Sprintf(msgfJobTokenRefused, path.Base(from), path.Base(to)), d.Reason).AsRefusal()
		}
		why = d.Reason
	} else {
		return nil
	}
	return front.NotFound("Project").Because(why).AsRefusal()
}

// moved is the answer where the path names a project as it was called before, for those who may do this to it: where it
// is now. Nothing but reading follows it (lib/api/helpers.rb, redirect!). nil if there is no such project.
func (q request) moved(may front.ProjectRule) *front.Response {
	ref := q.Vars["id"]
	p := q.MovedProject(ref)
	if p == nil || !q.Has(gitlabversion.MovedProjectsRedirect) || !q.OnProject(p, may).Allowed {
		return nil
	}
	if m := q.HTTP.Method; m != http.MethodGet && m != http.MethodHead {
		return front.Refuse(http.StatusMethodNotAllowed, msgMovedNotGet).Because("the project is at " + p.Path).AsRefusal()
	}
	const projects = "/projects/"
	before, after, _ := strings.Cut(q.HTTP.URL.EscapedPath(), projects)
	at := strings.IndexAny(after+"/", "/")
	to := q.Way.Origin + before + projects + strconv.Itoa(p.ID) + after[at:]
	if query := q.HTTP.URL.RawQuery; query != "" {
		to += "?" + query
	}
	res := front.Response{Status: http.StatusMovedPermanently, Text: fmt.Sprintf(msgfMovedPermanently, to),
		ContentType: "text/plain"}.With("Location", to)
	return &res
}

// projectMaintainers is the before block of a project's runners: Maintainers, also for what changes nothing.
func projectMaintainers(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.ReadProjectRunners), "")
}

// groupReaders is the before block of endpoints below a group: who cannot see it gets a 404.
func groupReaders(q request) *front.Response {
	q.Group = q.GroupByRef(q.Vars["id"])
	var why string
	if q.Group == nil {
		why = fmt.Sprintf("there is no group %q", q.Vars["id"])
	} else if d := q.OnGroup(q.Group, policy.ReadGroup); !d.Allowed {
		why = d.Reason
	} else {
		return nil
	}
	return front.NotFound("Group").Because(why).AsRefusal()
}

// groupMaintainers is the before block of a group's runners.
func groupMaintainers(q request) *front.Response {
	if refusal := groupReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(policy.ReadGroupRunners(q.Actor, q.GroupStanding(q.Group), q.PolicyRules()), "")
}

// findRunner finds the runner that a parameter names, or refuses with the 404.
func (q request) findRunner(param string) (*world.Runner, *front.Response) {
	id, _ := q.Params.Int(param)
	if r := q.Runners.ByID(id); r != nil {
		return r, nil
	}
	res := noRecord()
	if q.Has(gitlabversion.RunnerNotFoundByName) {
		res = front.NotFound("Runner")
	}
	res = res.Because(fmt.Sprintf("there is no runner %d", id))
	return nil, &res
}

// permittedRunner finds the runner of the path and checks that the user may do this to it.
func (q request) permittedRunner(may front.RunnerRule) (*world.Runner, *front.Response) {
	r, refusal := q.findRunner("id")
	if refusal != nil {
		return nil, refusal
	}
	return r, front.Allow(q.OnRunner(r, may), msgNoAccess)
}

// findUser finds the user that a parameter has the ID of, or refuses with the 404.
func (q request) findUser(param string) (*world.User, *front.Response) {
	id, _ := q.Params.Int(param)
	if u := q.Users.ByID(id); u != nil {
		return u, nil
	}
	return nil, front.NotFound("User").Because(fmt.Sprintf("there is no user %d", id)).AsRefusal()
}

// userForAdmin finds the user of the path for an administrator; others are refused first.
func (q request) userForAdmin() (*world.User, *front.Response) {
	if refusal := front.Allow(policy.AdminUsers(q.Actor), ""); refusal != nil {
		return nil, refusal
	}
	return q.findUser("id")
}
