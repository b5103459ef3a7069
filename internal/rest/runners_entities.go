package rest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
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

func Itoa(n int) string { return strconv.Itoa(n) }

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
	RunnerType         world.RunnerType    `json:"runner_type"`
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
	AccessLevel     world.AccessLevel         `json:"access_level"`
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

func (q request) runnerEntity(r *world.Runner) runnerEntity {
	e := runnerEntity{ID: r.ID, Description: r.Description, IPAddress: q.runnerAddress(r), Active: !r.Paused, Paused: r.Paused,
		IsShared: r.Type == world.InstanceRunner, RunnerType: r.Type, Name: r.Name, Status: q.restStatus(r)}
	if !r.ContactedAt.IsZero() {
		online := q.IsOnline(r)
		e.Online = &online
	}
	if q.Has(gitlabversion.RunnerCreationShown) {
		e.CreatedAt = some(timeOrNull(r.CreatedAt))
		if r.Creator != nil { // nobody may read the user that is not there, so GitLab leaves the field out
			creator := q.basicUser(r.Creator)
			e.CreatedBy = some(&creator)
		}
		e.JobExecutionStatus = executing(r.Jobs, func(*world.Job) bool { return true })
	}
	return e
}

// executing is GitLab's job_execution_status.
func executing(jobs []*world.Job, counts func(*world.Job) bool) string {
	for _, j := range jobs {
		if j.Status.Executing() && counts(j) {
			return "active"
		}
	}
	return "idle"
}

// runnerAddress is the ip_address of a runner, which fell out of use step by step.
func (q request) runnerAddress(r *world.Runner) *string {
	switch {
	case q.Has(gitlabversion.AddressOfRunner):
		if m := r.LatestManager(); m != nil {
			return world.OrNull(m.IPAddress)
		}
	case q.Has(gitlabversion.AddressEmpty):
		return new(string)
	}
	return nil
}

// restStatus is the status of the REST API, where being paused hides being online (deprecated_rest_status).
func (q request) restStatus(r *world.Runner) string {
	switch s := q.RunnerStatus(r); {
	case s == world.Stale, s == world.NeverContacted, !r.Paused:
		return string(s)
	}
	return "paused"
}

func (q request) runnerDetails(r *world.Runner) runnerDetailsEntity {
	e := runnerDetailsEntity{runnerEntity: q.runnerEntity(r), TagList: r.Tags, RunUntagged: r.RunUntagged, Locked: r.Locked,
		MaximumTimeout: r.MaximumTimeout, AccessLevel: r.AccessLevel, ContactedAt: timeOrNull(r.ContactedAt), Groups: []groupLinkEntity{}}
	if e.TagList == nil {
		e.TagList = []string{}
	}
	if m := r.LatestManager(); m != nil {
		e.Version, e.Revision, e.Platform, e.Architecture = world.OrNull(m.Version), world.OrNull(m.Revision), world.OrNull(m.Platform), world.OrNull(m.Architecture)
	}
	if q.OnRunner(r, policy.ReadMaintenanceNote).Allowed {
		e.MaintenanceNote = r.MaintenanceNote
	}
	if include, given := q.Params.Bool("include_projects"); !given || include || !q.Has(gitlabversion.RunnerProjectsEndpoint) {
		projects := entitiesOf(q.visibleProjects(r), q.projectEntity)
		e.Projects = some(&projects)
	}
	// Whoever may read a group runner is shown its group: being a member of a project below is enough (User#authorized_groups).
	if g := r.Group; g != nil {
		e.Groups = append(e.Groups, groupLinkEntity{g.ID, q.WebURL("groups/" + g.Path), g.Name})
	}
	return e
}

func (q request) managerEntity(m *world.Manager) managerEntity {
	e := managerEntity{ID: m.ID, SystemID: m.SystemID, Version: world.OrNull(m.Version), Revision: world.OrNull(m.Revision), Platform: world.OrNull(m.Platform),
		Architecture: world.OrNull(m.Architecture), CreatedAt: timeOrNull(m.CreatedAt), ContactedAt: timeOrNull(m.ContactedAt), IPAddress: world.OrNull(m.IPAddress),
		Status: string(q.ManagerStatus(m))}
	if q.Has(gitlabversion.RunnerCreationShown) {
		e.JobExecutionStatus = executing(m.Runner.Jobs, func(j *world.Job) bool { return j.Manager == m })
	}
	return e
}

func (q request) basicUser(u *world.User) basicUser {
	avatar := fmt.Sprintf("https://www.gravatar.com/avatar/%s?s=80&d=identicon", hexMD5(u.Email))
	return basicUser{ID: u.ID, Username: u.Username, Name: u.Name, State: string(u.State), AvatarURL: &avatar, WebURL: q.WebURL(u.Username)}
}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(strings.ToLower(s)))
	return hex.EncodeToString(sum[:])
}

func (q request) userEntity(u *world.User) userEntity {
	return userEntity{basicUser: q.basicUser(u), CreatedAt: iso(u.CreatedAt), Bot: u.Bot}
}
