package fakegitlab

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
)

// The JSON shapes of GitLab (lib/api/entities), with the fields in GitLab's order. A pointer that is nil is null; what only
// some versions have is left out of the others by omitzero.

// isoTime is a time as GitLab writes it, "2016-01-25T16:39:48.066Z".
type isoTime string

const isoLayout = "2006-01-02T15:04:05.000Z"

func iso(t time.Time) isoTime { return isoTime(t.UTC().Format(isoLayout)) }

func timeOrNull(t time.Time) *isoTime {
	if t.IsZero() {
		return nil
	}
	at := iso(t)
	return &at
}

func itoa(n int) string { return strconv.Itoa(n) }

func orNull(s string) *string { return text(s) }

// optional is a field that some versions have: nil is absent, and what it points to may be null.
type optional[T any] **T

func some[T any](v *T) optional[T] { return &v }

type runnerEntity struct {
	ID                 int                 `json:"id"`
	Description        *string             `json:"description"`
	IPAddress          *string             `json:"ip_address"`
	Active             bool                `json:"active"`
	Paused             bool                `json:"paused"`
	IsShared           bool                `json:"is_shared"`
	RunnerType         RunnerType          `json:"runner_type"`
	Name               *string             `json:"name"`
	Online             *bool               `json:"online"`
	CreatedBy          optional[basicUser] `json:"created_by,omitzero"`
	CreatedAt          optional[isoTime]   `json:"created_at,omitzero"`
	Status             string              `json:"status"`
	JobExecutionStatus string              `json:"job_execution_status,omitempty"`
}

type runnerDetailsEntity struct {
	runnerEntity
	TagList         []string                  `json:"tag_list"`
	RunUntagged     bool                      `json:"run_untagged"`
	Locked          bool                      `json:"locked"`
	MaximumTimeout  *int                      `json:"maximum_timeout"`
	AccessLevel     AccessLevel               `json:"access_level"`
	Version         *string                   `json:"version"`
	Revision        *string                   `json:"revision"`
	Platform        *string                   `json:"platform"`
	Architecture    *string                   `json:"architecture"`
	ContactedAt     *isoTime                  `json:"contacted_at"`
	MaintenanceNote *string                   `json:"maintenance_note"`
	Projects        optional[[]projectEntity] `json:"projects,omitzero"`
	Groups          []groupLinkEntity         `json:"groups"`
}

type managerEntity struct {
	ID                 int      `json:"id"`
	SystemID           string   `json:"system_id"`
	Version            *string  `json:"version"`
	Revision           *string  `json:"revision"`
	Platform           *string  `json:"platform"`
	Architecture       *string  `json:"architecture"`
	CreatedAt          *isoTime `json:"created_at"`
	ContactedAt        *isoTime `json:"contacted_at"`
	IPAddress          *string  `json:"ip_address"`
	Status             string   `json:"status"`
	JobExecutionStatus string   `json:"job_execution_status,omitempty"`
}

type registrationEntity struct {
	ID             int      `json:"id"`
	Token          string   `json:"token"`
	TokenExpiresAt *isoTime `json:"token_expires_at"`
}

type resetTokenEntity struct {
	Token          string   `json:"token"`
	TokenExpiresAt *isoTime `json:"token_expires_at"`
}

type registrationTokenEntity struct {
	Token string `json:"token"`
}

type basicUser struct {
	ID        int     `json:"id"`
	Username  string  `json:"username"`
	Name      string  `json:"name"`
	State     string  `json:"state"`
	Locked    bool    `json:"locked"`
	AvatarURL *string `json:"avatar_url"`
	WebURL    string  `json:"web_url"`
}

type groupLinkEntity struct {
	ID     int    `json:"id"`
	WebURL string `json:"web_url"`
	Name   string `json:"name"`
}

type namespaceEntity struct {
	ID        int     `json:"id"`
	Name      string  `json:"name"`
	Path      string  `json:"path"`
	Kind      string  `json:"kind"`
	FullPath  string  `json:"full_path"`
	ParentID  *int    `json:"parent_id"`
	AvatarURL *string `json:"avatar_url"`
	WebURL    string  `json:"web_url"`
}

type projectIdentity struct {
	ID                int     `json:"id"`
	Description       *string `json:"description"`
	Name              string  `json:"name"`
	NameWithNamespace string  `json:"name_with_namespace"`
	Path              string  `json:"path"`
	PathWithNamespace string  `json:"path_with_namespace"`
	CreatedAt         isoTime `json:"created_at"`
}

type projectEntity struct {
	projectIdentity
	DefaultBranch string   `json:"default_branch,omitempty"`
	TagList       []string `json:"tag_list"`
	Topics        []string `json:"topics"`
	SSHURLToRepo  string   `json:"ssh_url_to_repo"`
	HTTPURLToRepo string   `json:"http_url_to_repo"`
	WebURL        string   `json:"web_url"`
	*projectCodeEntity
	AvatarURL      *string         `json:"avatar_url"`
	StarCount      int             `json:"star_count"`
	LastActivityAt isoTime         `json:"last_activity_at"`
	Namespace      namespaceEntity `json:"namespace"`
}

// projectCodeEntity is what those who may read the code see of it, beside the default branch.
type projectCodeEntity struct {
	ReadmeURL  *string `json:"readme_url"`
	ForksCount int     `json:"forks_count"`
}

// projectAdminEntity is what those who may administer a project see of its runner settings.
type projectAdminEntity struct {
	GroupRunnersEnabled           bool             `json:"group_runners_enabled"`
	RunnersToken                  optional[string] `json:"runners_token,omitzero"`
	RunnerTokenExpirationInterval *int             `json:"runner_token_expiration_interval"`
	BuildTimeout                  int              `json:"build_timeout"`
	KeepLatestArtifact            bool             `json:"keep_latest_artifact"`
	AutoCancelPendingPipelines    string           `json:"auto_cancel_pending_pipelines"`
}

type fullProjectEntity struct {
	projectEntity
	Archived             bool       `json:"archived"`
	Visibility           Visibility `json:"visibility"`
	SharedRunnersEnabled bool       `json:"shared_runners_enabled"`
	CreatorID            int        `json:"creator_id"`
	*projectAdminEntity
	Permissions *permissionsEntity `json:"permissions,omitempty"`
}

// permissionsEntity is what a user is in a project and in its group.
type permissionsEntity struct {
	ProjectAccess *accessEntity `json:"project_access"`
	GroupAccess   *accessEntity `json:"group_access"`
}

type accessEntity struct {
	AccessLevel       int `json:"access_level"`
	NotificationLevel int `json:"notification_level"`
}

type groupEntity struct {
	ID                   int              `json:"id"`
	WebURL               string           `json:"web_url"`
	Name                 string           `json:"name"`
	Path                 string           `json:"path"`
	Description          string           `json:"description"`
	Visibility           Visibility       `json:"visibility"`
	SharedRunnersSetting string           `json:"shared_runners_setting"`
	AvatarURL            *string          `json:"avatar_url"`
	FullName             string           `json:"full_name"`
	FullPath             string           `json:"full_path"`
	CreatedAt            isoTime          `json:"created_at"`
	ParentID             *int             `json:"parent_id"`
	RunnersToken         optional[string] `json:"runners_token,omitzero"`
}

type jobEntity struct {
	ID             int              `json:"id"`
	Status         JobStatus        `json:"status"`
	Stage          string           `json:"stage"`
	Name           string           `json:"name"`
	Ref            string           `json:"ref"`
	Tag            bool             `json:"tag"`
	Coverage       *float64         `json:"coverage"`
	AllowFailure   bool             `json:"allow_failure"`
	CreatedAt      isoTime          `json:"created_at"`
	StartedAt      *isoTime         `json:"started_at"`
	FinishedAt     *isoTime         `json:"finished_at"`
	ErasedAt       *isoTime         `json:"erased_at"`
	Duration       *float64         `json:"duration"`
	QueuedDuration *float64         `json:"queued_duration"`
	User           *userEntity      `json:"user"`
	Commit         *commitEntity    `json:"commit"`
	Pipeline       *pipelineEntity  `json:"pipeline"`
	FailureReason  string           `json:"failure_reason,omitempty"`
	WebURL         string           `json:"web_url"`
	Project        *projectIdentity `json:"project,omitempty"`
}

type commitEntity struct {
	ID             string            `json:"id"`
	ShortID        string            `json:"short_id"`
	CreatedAt      isoTime           `json:"created_at"`
	ParentIDs      []string          `json:"parent_ids"`
	Title          string            `json:"title"`
	Message        string            `json:"message"`
	AuthorName     string            `json:"author_name"`
	AuthorEmail    string            `json:"author_email"`
	AuthoredDate   isoTime           `json:"authored_date"`
	CommitterName  string            `json:"committer_name"`
	CommitterEmail string            `json:"committer_email"`
	CommittedDate  isoTime           `json:"committed_date"`
	Trailers       map[string]string `json:"trailers"`
	WebURL         string            `json:"web_url"`
}

type pipelineEntity struct {
	ID        int     `json:"id"`
	IID       int     `json:"iid"`
	ProjectID int     `json:"project_id"`
	SHA       string  `json:"sha"`
	Ref       string  `json:"ref"`
	Status    string  `json:"status"`
	Source    string  `json:"source"`
	CreatedAt isoTime `json:"created_at"`
	UpdatedAt isoTime `json:"updated_at"`
	WebURL    string  `json:"web_url"`
}

// userEntity is a user as others see one.
type userEntity struct {
	basicUser
	CreatedAt       isoTime `json:"created_at"`
	Bio             string  `json:"bio"`
	Location        string  `json:"location"`
	PublicEmail     *string `json:"public_email"`
	Skype           string  `json:"skype"`
	LinkedIn        string  `json:"linkedin"`
	Twitter         string  `json:"twitter"`
	Discord         string  `json:"discord"`
	WebsiteURL      string  `json:"website_url"`
	Organization    string  `json:"organization"`
	JobTitle        string  `json:"job_title"`
	Pronouns        *string `json:"pronouns"`
	Bot             bool    `json:"bot"`
	WorkInformation *string `json:"work_information"`
	Followers       int     `json:"followers"`
	Following       int     `json:"following"`
	LocalTime       *string `json:"local_time"`
}

// currentUserEntity is a user as GET /user shows one to that user.
type currentUserEntity struct {
	userEntity
	LastSignInAt     *isoTime `json:"last_sign_in_at"`
	ConfirmedAt      isoTime  `json:"confirmed_at"`
	LastActivityOn   *string  `json:"last_activity_on"`
	Email            string   `json:"email"`
	ThemeID          int      `json:"theme_id"`
	ColorSchemeID    int      `json:"color_scheme_id"`
	ProjectsLimit    int      `json:"projects_limit"`
	CurrentSignInAt  *isoTime `json:"current_sign_in_at"`
	Identities       []string `json:"identities"`
	CanCreateGroup   bool     `json:"can_create_group"`
	CanCreateProject bool     `json:"can_create_project"`
	TwoFactorEnabled bool     `json:"two_factor_enabled"`
	External         bool     `json:"external"`
	PrivateProfile   bool     `json:"private_profile"`
	CommitEmail      string   `json:"commit_email"`
	*adminUserEntity
}

// adminUserEntity is what administrators see of themselves besides.
type adminUserEntity struct {
	IsAdmin             bool              `json:"is_admin"`
	Note                *string           `json:"note"`
	NamespaceID         int               `json:"namespace_id"`
	CreatedBy           *basicUser        `json:"created_by"`
	EmailResetOfferedAt optional[isoTime] `json:"email_reset_offered_at,omitzero"`
}

type accessTokenEntity struct {
	ID          int                `json:"id"`
	Name        string             `json:"name"`
	Revoked     bool               `json:"revoked"`
	CreatedAt   isoTime            `json:"created_at"`
	Description optional[string]   `json:"description,omitzero"`
	Scopes      []string           `json:"scopes"`
	UserID      int                `json:"user_id"`
	LastUsedAt  *isoTime           `json:"last_used_at"`
	Active      bool               `json:"active"`
	ExpiresAt   *string            `json:"expires_at"`
	LastUsedIPs optional[[]string] `json:"last_used_ips,omitzero"`
}

func (q *request) runnerEntity(r *runner) runnerEntity {
	e := runnerEntity{ID: r.num, Description: r.description, IPAddress: q.runnerAddress(r), Active: !r.paused, Paused: r.paused,
		IsShared: r.kind == InstanceRunner, RunnerType: r.kind, Name: r.name, Status: q.restStatus(r)}
	if !r.contactedAt.IsZero() {
		online := r.contactedAt.After(q.now().Add(-onlineContactTimeout))
		e.Online = &online
	}
	if q.has(gitlabversion.RunnerCreationShown) {
		e.CreatedAt = some(timeOrNull(r.createdAt))
		if r.creator != nil { // nobody may read the user that is not there, so GitLab leaves the field out
			creator := q.basicUser(r.creator)
			e.CreatedBy = some(&creator)
		}
		e.JobExecutionStatus = executing(r.jobs, func(*job) bool { return true })
	}
	return e
}

// executing is GitLab's job_execution_status.
func executing(jobs []*job, counts func(*job) bool) string {
	for _, j := range jobs {
		if j.Status.executing() && counts(j) {
			return "active"
		}
	}
	return "idle"
}

// runnerAddress is the ip_address of a runner, which fell out of use step by step.
func (q *request) runnerAddress(r *runner) *string {
	switch {
	case q.has(gitlabversion.AddressOfRunner):
		if m := r.latestManager(); m != nil {
			return orNull(m.IPAddress)
		}
	case q.has(gitlabversion.AddressEmpty):
		return new(string)
	}
	return nil
}

// restStatus is the status of the REST API, where being paused hides being online (deprecated_rest_status).
func (q *request) restStatus(r *runner) string {
	switch s := q.runnerStatus(r); {
	case s == Stale, s == NeverContacted, !r.paused:
		return string(s)
	}
	return "paused"
}

func (q *request) runnerDetails(r *runner) runnerDetailsEntity {
	e := runnerDetailsEntity{runnerEntity: q.runnerEntity(r), TagList: r.tags, RunUntagged: r.runUntagged, Locked: r.locked,
		MaximumTimeout: r.maximumTimeout, AccessLevel: r.accessLevel, ContactedAt: timeOrNull(r.contactedAt), Groups: []groupLinkEntity{}}
	if e.TagList == nil {
		e.TagList = []string{}
	}
	if m := r.latestManager(); m != nil {
		e.Version, e.Revision, e.Platform, e.Architecture = orNull(m.Version), orNull(m.Revision), orNull(m.Platform), orNull(m.Architecture)
	}
	if !q.has(gitlabversion.MaintenanceNoteForUpdatersOnly) || q.can(policy.UpdateRunner, r).Allowed {
		e.MaintenanceNote = r.maintenanceNote
	}
	if include, given := q.params.Bool("include_projects"); !given || include || !q.has(gitlabversion.RunnerProjectsEndpoint) {
		projects := entitiesOf(q.visibleProjects(r), q.projectEntity)
		e.Projects = some(&projects)
	}
	// Whoever may read a group runner is shown its group: being a member of a project below is enough (User#authorized_groups).
	if g := r.group; g != nil {
		e.Groups = append(e.Groups, groupLinkEntity{g.ID, q.webURL("groups/" + g.Path), g.Name})
	}
	return e
}

func (q *request) managerEntity(m *manager) managerEntity {
	e := managerEntity{ID: m.ID, SystemID: m.SystemID, Version: orNull(m.Version), Revision: orNull(m.Revision), Platform: orNull(m.Platform),
		Architecture: orNull(m.Architecture), CreatedAt: timeOrNull(m.CreatedAt), ContactedAt: timeOrNull(m.ContactedAt), IPAddress: orNull(m.IPAddress),
		Status: string(q.status(m.CreatedAt, m.ContactedAt, q.now().Add(-staleTimeout)))}
	if q.has(gitlabversion.RunnerCreationShown) {
		e.JobExecutionStatus = executing(m.runner.jobs, func(j *job) bool { return j.manager == m })
	}
	return e
}

func (q *request) basicUser(u *user) basicUser {
	avatar := fmt.Sprintf("https://www.gravatar.com/avatar/%s?s=80&d=identicon", hexMD5(u.Email))
	return basicUser{ID: u.ID, Username: u.Username, Name: u.Name, State: string(u.State), AvatarURL: &avatar, WebURL: q.webURL(u.Username)}
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(strings.ToLower(s)))
	return hex.EncodeToString(sum[:])
}

func (q *request) userEntity(u *user) userEntity {
	return userEntity{basicUser: q.basicUser(u), CreatedAt: iso(u.CreatedAt), Bot: u.bot}
}

func (q *request) projectIdentity(p *project) projectIdentity {
	_, path := splitPath(p.Path)
	return projectIdentity{ID: p.ID, Description: orNull(p.Description), Name: p.Name, NameWithNamespace: p.fullNamespaceName() + " / " + p.Name,
		Path: path, PathWithNamespace: p.Path, CreatedAt: iso(p.CreatedAt)}
}

// fullNamespaceName is the name of a project's namespace with those above it: "Acme / Backend".
func (p *project) fullNamespaceName() string {
	if p.group == nil {
		return p.owner.Name
	}
	return p.group.fullName()
}

func (g *group) fullName() string {
	name := g.Name
	for above := range g.parent.lineage {
		name = above.Name + " / " + name
	}
	return name
}

func (q *request) namespaceEntity(p *project) namespaceEntity {
	if g := p.group; g != nil {
		_, path := splitPath(g.Path)
		e := namespaceEntity{ID: g.ID, Name: g.Name, Path: path, Kind: "group", FullPath: g.Path, WebURL: q.webURL("groups/" + g.Path)}
		if g.parent != nil {
			e.ParentID = clonePointer(&g.parent.ID, shallow) // it is written without the mutex
		}
		return e
	}
	u := q.basicUser(p.owner)
	return namespaceEntity{ID: u.ID, Name: u.Name, Path: u.Username, Kind: "user", FullPath: u.Username, AvatarURL: u.AvatarURL, WebURL: u.WebURL}
}

// projectEntity is a project as the user sees it.
func (q *request) projectEntity(p *project) projectEntity { return q.projectSeen(p, q.readsCode(p)) }

// projectSeen is a project as those see it who may read its code, or may not.
func (q *request) projectSeen(p *project, readsCode bool) projectEntity {
	identity, repository := q.projectIdentity(p), q.webURL(p.Path+".git")
	e := projectEntity{projectIdentity: identity, TagList: []string{}, Topics: []string{},
		SSHURLToRepo: "git@" + q.way.host + ":" + p.Path + ".git", HTTPURLToRepo: repository, WebURL: strings.TrimSuffix(repository, ".git"),
		LastActivityAt: identity.CreatedAt, Namespace: q.namespaceEntity(p)}
	if readsCode {
		e.DefaultBranch, e.projectCodeEntity = defaultRef, &projectCodeEntity{}
	}
	return e
}

// fullProject is a project for those who see more than what anonymous callers see. Its registration token is in no list.
func (q *request) fullProject(p *project) fullProjectEntity {
	e := fullProjectEntity{projectEntity: q.projectEntity(p), Archived: p.Archived, Visibility: p.Visibility, SharedRunnersEnabled: !p.SharedRunnersDisabled, CreatorID: 1}
	if p.owner != nil {
		e.CreatorID = p.owner.ID
	}
	if q.roleIn(p, policy.Maintainer, false).Allowed {
		timeout := p.BuildTimeout
		if timeout == 0 {
			timeout = defaultBuildTimeout
		}
		e.projectAdminEntity = &projectAdminEntity{GroupRunnersEnabled: !p.GroupRunnersDisabled,
			RunnerTokenExpirationInterval: secondsOrNull(p.RunnerTokenExpiration), BuildTimeout: int(timeout / time.Second), KeepLatestArtifact: true,
			AutoCancelPendingPipelines: "enabled"}
	}
	return e
}

// projectWithAccess is fullProject with what the user is in it.
func (q *request) projectWithAccess(p *project) fullProjectEntity {
	e := q.fullProject(p)
	direct := p.roles[q.user]
	if p.owner == q.user {
		direct = Owner
	}
	e.Permissions = &permissionsEntity{ProjectAccess: accessOrNull(direct), GroupAccess: accessOrNull(roleInGroup(q.user, p.group))}
	return e
}

// globalNotifications is the notification level of a member who has not chosen one.
const globalNotifications = 3

func accessOrNull(r Role) *accessEntity {
	if r == 0 {
		return nil
	}
	return &accessEntity{AccessLevel: int(r), NotificationLevel: globalNotifications}
}

// groupEntity is a group without its registration token, which is in no list.
func (q *request) groupEntity(g *group) groupEntity {
	_, path := splitPath(g.Path)
	e := groupEntity{ID: g.ID, WebURL: q.webURL("groups/" + g.Path), Name: g.Name, Path: path, Visibility: g.Visibility, SharedRunnersSetting: "enabled",
		FullName: g.fullName(), FullPath: g.Path, CreatedAt: iso(g.CreatedAt)}
	if g.SharedRunnersDisabled {
		e.SharedRunnersSetting = "disabled_and_unoverridable"
	}
	if g.parent != nil {
		e.ParentID = clonePointer(&g.parent.ID, shallow)
	}
	return e
}

func (q *request) jobEntity(j *job) jobEntity {
	user, project := q.userEntity(j.user), q.projectIdentity(j.project)
	return jobEntity{ID: j.ID, Status: j.Status, Stage: j.Stage, Name: j.Name, Ref: j.Ref, Tag: j.RefIsTag, Coverage: j.Coverage, AllowFailure: j.AllowFailure,
		CreatedAt: iso(j.CreatedAt), StartedAt: timeOrNull(j.StartedAt), FinishedAt: timeOrNull(j.FinishedAt), ErasedAt: timeOrNull(j.erasedAt),
		Duration: q.seconds(j.StartedAt, j.FinishedAt), QueuedDuration: q.seconds(j.QueuedAt, j.StartedAt),
		User: &user, Commit: q.commitEntity(j), Pipeline: q.pipelineEntity(j), FailureReason: j.FailureReason,
		WebURL: q.webURL(j.project.Path + "/-/jobs/" + itoa(j.ID)), Project: &project}
}

// seconds is the time between two moments; of one that has no end yet, until now; nil without a beginning.
func (q *request) seconds(from, to time.Time) *float64 {
	if from.IsZero() {
		return nil
	}
	if to.IsZero() {
		to = q.now()
	}
	s := to.Sub(from).Seconds()
	return &s
}

func (q *request) commitEntity(j *job) *commitEntity {
	c, at := j.Commit, iso(j.Commit.CreatedAt)
	return &commitEntity{ID: c.SHA, ShortID: c.SHA[:8], CreatedAt: at, ParentIDs: parents(c), Title: c.Title, Message: c.Message,
		AuthorName: c.AuthorName, AuthorEmail: c.AuthorEmail, AuthoredDate: at, CommitterName: c.AuthorName, CommitterEmail: c.AuthorEmail,
		CommittedDate: at, Trailers: map[string]string{}, WebURL: q.webURL(j.project.Path + "/-/commit/" + c.SHA)}
}

func parents(c Commit) []string {
	if c.BeforeSHA == zeroSHA {
		return []string{}
	}
	return []string{c.BeforeSHA}
}

func (q *request) pipelineEntity(j *job) *pipelineEntity {
	p := j.pipeline
	createdAt, updatedAt := j.CreatedAt, j.updatedAt
	var statuses []JobStatus
	for _, other := range p.latest() {
		statuses = append(statuses, other.Status)
		createdAt, updatedAt = earliest(createdAt, other.CreatedAt), latest(updatedAt, other.updatedAt)
	}
	return &pipelineEntity{ID: p.num, IID: p.iid(), ProjectID: j.project.ID, SHA: j.Commit.SHA, Ref: j.Ref, Status: pipelineStatus(statuses), Source: "push",
		CreatedAt: iso(createdAt), UpdatedAt: iso(updatedAt), WebURL: q.webURL(j.project.Path + "/-/pipelines/" + itoa(p.num))}
}

// pipelineStatus is the status of a pipeline made of jobs in these states, in the order in which one outweighs the next.
func pipelineStatus(jobs []JobStatus) string {
	for _, s := range []JobStatus{JobRunning, JobCanceling, JobPending, JobWaitingForResource, JobPreparing, JobFailed, JobCanceled, JobManual, JobScheduled, JobCreated, JobSuccess} {
		for _, j := range jobs {
			if j == s {
				return string(s)
			}
		}
	}
	return string(JobSkipped)
}
