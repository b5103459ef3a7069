package rest

// What GitLab shows of projects and groups (lib/api/entities/project.rb, lib/api/entities/group.rb and those beside
// them).

import (
	"regexp"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

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
	AvatarURL      *string `json:"avatar_url"`
	StarCount      int     `json:"star_count"`
	LastActivityAt isoTime `json:"last_activity_at"`
	// Visibility is what everybody is shown from some version on; it is empty where it is not.
	Visibility world.Visibility `json:"visibility,omitempty"`
	Namespace  namespaceEntity  `json:"namespace"`
	projectExtras
}

// projectExtras are what parameters ask for.
type projectExtras struct {
	LicenseURL       optional[string]   `json:"license_url,omitzero"`
	License          optional[string]   `json:"license,omitzero"`
	CustomAttributes optional[[]string] `json:"custom_attributes,omitzero"`
}

// projectCodeEntity is what those who may read the code see of it, beside the default branch.
type projectCodeEntity struct {
	ReadmeURL  *string `json:"readme_url"`
	ForksCount int     `json:"forks_count"`
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

func (q request) projectIdentity(p *world.Project) projectIdentity {
	_, path := world.SplitPath(p.Path)
	return projectIdentity{ID: p.ID, Description: world.OrNull(p.Description), Name: p.Name,
		NameWithNamespace: p.FullNamespaceName() + " / " + p.Name, Path: path, PathWithNamespace: p.Path,
		CreatedAt: q.iso(p.CreatedAt)}
}

// parentID is the id of the group above one; nil at the top.
func parentID(g *world.Group) *int {
	if g.Parent == nil {
		return nil
	}
	id := g.Parent.ID // a copy, for it is written without the mutex
	return &id
}

func (q request) namespaceEntity(p *world.Project) namespaceEntity {
	if p.Group != nil {
		return q.groupNamespace(p.Group)
	}
	return q.userNamespace(p.Owner)
}

func (q request) groupNamespace(g *world.Group) namespaceEntity {
	_, path := world.SplitPath(g.Path)
	return namespaceEntity{ID: g.ID, Name: g.Name, Path: path, Kind: "group", FullPath: g.Path,
		WebURL: q.WebURL("groups/" + g.Path), ParentID: parentID(g)}
}

func (q request) userNamespace(of *world.User) namespaceEntity {
	u := q.basicUser(of)
	return namespaceEntity{ID: u.ID, Name: u.Name, Path: u.Username, Kind: "user", FullPath: u.Username,
		AvatarURL: u.AvatarURL, WebURL: u.WebURL}
}

// projectEntity is a project as the user sees it.
func (q request) projectEntity(p *world.Project) projectEntity {
	return q.projectSeen(p, q.OnProject(p, policy.ReadCode).Allowed)
}

// projectSeen is a project as those see it who may read its code, or may not.
func (q request) projectSeen(p *world.Project, readsCode bool) projectEntity {
	identity, repository := q.projectIdentity(p), q.WebURL(p.Path+".git")
	topics := p.Topics()
	e := projectEntity{projectIdentity: identity, TagList: topics, Topics: topics,
		SSHURLToRepo: "git@" + q.Way.Host + ":" + p.Path + ".git", HTTPURLToRepo: repository,
		WebURL: strings.TrimSuffix(repository, ".git"), LastActivityAt: identity.CreatedAt, Namespace: q.namespaceEntity(p)}
	if readsCode {
		e.DefaultBranch = p.DefaultBranch()
		e.projectCodeEntity = &projectCodeEntity{ReadmeURL: q.readmeURL(p)}
	}
	if q.Has(gitlabversion.NamespaceAttributesOf18) {
		e.Visibility = p.Visibility
	}
	if q.asksFor("license") { // there is no file to read one from
		e.LicenseURL, e.License = some[string](nil), some[string](nil)
	}
	e.CustomAttributes = q.customAttributes()
	return e
}

// readme is what a file is called that tells of a project (lib/gitlab/file_detector.rb).
var readme = regexp.MustCompile(`(?i)^(readme|index)(\.\w+)?$`)

// readmeURL is where the file is that tells of a project; nil if there is none.
func (q request) readmeURL(p *world.Project) *string {
	head := p.Repository.CommitAt("HEAD")
	if head == nil {
		return nil
	}
	for f := range p.Repository.Walk(head.Tree, "", false) {
		if f.Mode.Kind() == repository.KindBlob && readme.MatchString(f.Path) {
			url := q.WebURL(p.Path + "/-/blob/" + p.DefaultBranch() + "/" + f.Path)
			return &url
		}
	}
	return nil
}

// globalNotifications is the notification level of a member who has not chosen one.
const globalNotifications = 3

func accessOrNull(r world.Role) *accessEntity {
	if r == 0 {
		return nil
	}
	return &accessEntity{AccessLevel: int(r), NotificationLevel: globalNotifications}
}

// runnersToken is the registration token of a group, or of a project in it, as it is shown. A project's own switch
// does not hide it.
func (q request) runnersToken(token string, g *world.Group) *string {
	if q.Has(gitlabversion.DisallowedTokensHidden) && !q.RegistrationTokensAllowed(g) {
		return nil
	}
	return &token
}
