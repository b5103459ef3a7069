package front

// In the authentication's place where git is spoken: whose are the name and the password of HTTP Basic?
// (lib/gitlab/auth.rb, find_for_git_client)

import (
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// GitJobUser is the username that goes with the token of a job.
const GitJobUser = "gitlab-ci-token"

// GitCaller is who a git client is, beside the User and the ByJob of its request.
type GitCaller struct {
	Anonymous bool               // nothing was sent to sign in with
	Deploy    *world.DeployToken // whose token was sent; nil: nobody's, or no deploy token
	// Downloads and Pushes are what the credentials open, whatever the user may.
	Downloads, Pushes bool
}

// SignInGit finds out who a git client is that asks for something of a project, nil for one that is not there. why says
// for the journal why the credentials are refused, which is the 401 of RefuseGit; "" if they are not.
func (q *Request) SignInGit(p *world.Project) (c GitCaller, why string) {
	q.User, q.Token, q.ByJob, q.Actor, q.Record.User, q.Record.JobID = Nobody, nil, nil, policy.Anonymous(), "", 0
	login, password, sent := q.HTTP.BasicAuth()
	if !sent {
		return GitCaller{Anonymous: true, Downloads: true}, ""
	}
	if password == "" {
		return c, "no password was sent, and no token in its place"
	}
	if j := q.gitJob(login, password); j != nil {
		q.ByJob, q.User, q.Record.JobID = j, j.User, j.ID
		q.Actor = q.ActorOf(q.User, true)
		return GitCaller{Downloads: true, Pushes: q.Has(gitlabversion.JobTokensPush)}, ""
	}
	if t := q.AccessToken(password); t != nil {
		return q.signInGitByToken(t, p)
	}
	if t := q.gitDeployToken(login, password, p); t != nil {
		q.Actor.Name = "deploy token " + t.User()
		return GitCaller{Deploy: t, Downloads: slices.Contains(t.Scopes, world.ScopeReadRepository)}, ""
	}
	if u := q.UserByLogin(login); u != nil && u.HasPassword(password) && q.logsInToGit(u, p) {
		q.beGitUser(u)
		return GitCaller{Downloads: true, Pushes: true}, ""
	}
	return c, q.whyNoGitCaller(login, password)
}

// gitJob is the running job that signs in; nil if there is none.
func (q *Request) gitJob(login, password string) *world.Job {
	if login != GitJobUser {
		return nil
	}
	j := q.runningJob(password)
	if j == nil || j.Project.BuildsDisabled() || !q.logsInToGit(j.User, j.Project) {
		return nil
	}
	return j
}

// signInGitByToken signs in whose access token it is, whatever the username beside it.
func (q *Request) signInGitByToken(t *world.AccessToken, p *world.Project) (c GitCaller, why string) {
	if _, why := q.tokenOver(t); why != "" {
		return c, why
	}
	switch {
	case t.IsGranular():
		return c, "the token of " + t.User.Username + " is a fine-grained one, which git takes none of"
	case !q.logsInToGit(t.User, p):
		return c, t.User.Username + " cannot sign in, or is a bot that does not see the project"
	}
	q.beGitUser(t.User)
	q.Token = t
	q.remakeToken()
	q.NoteTokenUse(q.Token, q.Address())
	has := func(scope string) bool { return slices.Contains(t.Scopes, scope) }
	c.Pushes = has(world.ScopeAPI) || has(world.ScopeWriteRepository)
	c.Downloads = c.Pushes || has(world.ScopeReadAPI) || has(world.ScopeReadRepository)
	return c, ""
}

func (q *Request) beGitUser(u *world.User) {
	q.User, q.Record.User = u, u.Username
	q.Actor = q.ActorOf(u, true) // git is not held to the admin mode
}

// logsInToGit reports whether a user can sign in at all. A bot needs to see the project as well.
func (q *Request) logsInToGit(u *world.User, p *world.Project) bool {
	if u == nil || u.Internal() || u.State != world.UserDeactivated && u.Blocked() {
		return false
	}
	if u.Bot {
		return p == nil || policy.ReadProject(q.ActorOf(u, true), ProjectStandingOf(u, p)).Allowed
	}
	return !u.PasswordExpired
}

// gitDeployToken is the deploy token of that name and value that opens a project; nil if there is none.
func (q *Request) gitDeployToken(login, password string, p *world.Project) *world.DeployToken {
	for _, t := range q.DeployTokens.Rows {
		if t.Token == password && t.User() == login && !t.Revoked && !t.Expired(q.Now()) && (p == nil || opensProject(t, p)) {
			return t
		}
	}
	return nil
}

// opensProject reports whether a deploy token is one of the project or of a group that it lies in
// (app/models/deploy_token.rb, has_access_to?).
func opensProject(t *world.DeployToken, p *world.Project) bool {
	if p.Attribute(world.AttrRepositoryAccess) == world.FeatureDisabled {
		return false
	}
	if t.Group == nil {
		return t.Project == p
	}
	for g := range p.Group.Lineage {
		if g == t.Group {
			return true
		}
	}
	return false
}

// whyNoGitCaller says for a person why nothing that was sent signs anybody in.
func (q *Request) whyNoGitCaller(login, password string) string {
	j := q.JobTokens[password]
	switch {
	case j != nil && login != GitJobUser:
		return "the token of a job goes with the username " + GitJobUser
	case j != nil:
		return "the token of a job opens nothing once the job is " + string(j.Status)
	case login == GitJobUser:
		return "no running job has that token"
	case q.RunnerTokens[password] != nil:
		return "that is a runner's authentication token, no access token"
	case q.GoneTokenOf(password) != "":
		return "that was a token of " + q.GoneTokenOf(password) + ", who was deleted"
	}
	for _, t := range q.DeployTokens.Rows {
		if t.Token != password {
			continue
		}
		if t.User() != login {
			return "that deploy token goes with the username " + t.User()
		}
		return "that deploy token is over, or is of another project or group"
	}
	if u := q.UserByLogin(login); u != nil && u.Password != "" {
		return "that is neither an access token nor the password of " + u.Username
	}
	return "no access token or deploy token has that value"
}

// RefuseGit is the 401 of somebody who has not signed in, or in vain
// (app/controllers/repositories/git_http_client_controller.rb).
func (q *Request) RefuseGit(why string) *Response {
	text, page := msgGitDenied, gitHelpPage
	if q.Has(gitlabversion.GitDeniedTellsOfTokens) {
		text, page = msgGitDeniedTokens, gitHelpPageFile
	}
	return Plain(http.StatusUnauthorized, strings.Replace(text, "%s", q.WebURL(page), 1)).
		With("Www-Authenticate", `Basic realm="GitLab"`).Because(why).AsRefusal()
}

// GitUserRefusal is the 403 of a user who has signed in to git and may not use it; nil for any other.
func (q *Request) GitUserRefusal() *Response {
	if q.User.State != world.UserDeactivated {
		return nil
	}
	return Plain(http.StatusForbidden, strings.Replace(msgfUserDeactivated, "%s", q.Way.BaseURL, 1)).
		Because(q.User.Username + " is " + string(q.User.State)).AsRefusal()
}

// identifyGit is findCredentials where git is spoken. It changes nothing but the Record.
func (q *Request) identifyGit() {
	login, password, _ := q.HTTP.BasicAuth()
	if password == "" {
		return
	}
	if j := q.gitJob(login, password); j != nil {
		q.Record.JobID = j.ID
	} else if t := q.AccessToken(password); t != nil && t.LivesOn(q.Now()) {
		q.Record.User = t.User.Username
	} else if u := q.UserByLogin(login); u != nil && u.HasPassword(password) {
		q.Record.User = u.Username
	}
}
