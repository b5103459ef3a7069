package rest

// What GitLab shows of groups, as an Enterprise Edition without a licence does (lib/api/entities/group.rb,
// lib/api/entities/group_detail.rb), in the order of answers recorded from GitLab 16.11 to 19.1.

import (
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

type groupEntity struct {
	ID                       int                `json:"id"`
	WebURL                   string             `json:"web_url"`
	Name                     string             `json:"name"`
	Path                     string             `json:"path"`
	Description              string             `json:"description"`
	Visibility               world.Visibility   `json:"visibility"`
	ShareWithGroupLock       bool               `json:"share_with_group_lock"`
	RequireTwoFactor         bool               `json:"require_two_factor_authentication"`
	TwoFactorGracePeriod     int                `json:"two_factor_grace_period"`
	ProjectCreationLevel     string             `json:"project_creation_level"`
	AutoDevOpsEnabled        *bool              `json:"auto_devops_enabled"`
	SubgroupCreationLevel    string             `json:"subgroup_creation_level"`
	EmailsDisabled           bool               `json:"emails_disabled"`
	EmailsEnabled            bool               `json:"emails_enabled"`
	ShowDiffPreviewInEmail   optional[bool]     `json:"show_diff_preview_in_email,omitzero"`
	MentionsDisabled         *bool              `json:"mentions_disabled"`
	LFSEnabled               bool               `json:"lfs_enabled"`
	Archived                 optional[bool]     `json:"archived,omitzero"`
	MathRenderingLimits      bool               `json:"math_rendering_limits_enabled"`
	LockMathRenderingLimits  bool               `json:"lock_math_rendering_limits_enabled"`
	DefaultBranch            *string            `json:"default_branch"`
	DefaultBranchProtection  int                `json:"default_branch_protection"`
	BranchProtectionDefaults any                `json:"default_branch_protection_defaults"`
	AvatarURL                *string            `json:"avatar_url"`
	RequestAccessEnabled     bool               `json:"request_access_enabled"`
	FullName                 string             `json:"full_name"`
	FullPath                 string             `json:"full_path"`
	CreatedAt                isoTime            `json:"created_at"`
	ParentID                 *int               `json:"parent_id"`
	OrganizationID           int                `json:"organization_id"`
	SharedRunnersSetting     string             `json:"shared_runners_setting"`
	MaxArtifactsSize         optional[int]      `json:"max_artifacts_size,omitzero"`
	CustomAttributes         optional[[]string] `json:"custom_attributes,omitzero"`
	Statistics               *storageEntity     `json:"statistics,omitempty"`
	MarkedForDeletionOn      optional[string]   `json:"marked_for_deletion_on,omitzero"`
	LDAPCN                   *string            `json:"ldap_cn"`
	LDAPAccess               *int               `json:"ldap_access"`
	WikiAccessLevel          string             `json:"wiki_access_level"`
	DuoNamespaceAccessRules  optional[[]string] `json:"duo_namespace_access_rules,omitzero"`
}

// branchProtectionEntity is who may do what with the default branch of a new project.
type branchProtectionEntity struct {
	AllowedToPush           []accessLevelEntity `json:"allowed_to_push"`
	AllowForcePush          bool                `json:"allow_force_push"`
	AllowedToMerge          []accessLevelEntity `json:"allowed_to_merge"`
	DeveloperCanInitialPush optional[bool]      `json:"developer_can_initial_push,omitzero"`
}

type accessLevelEntity struct {
	AccessLevel int `json:"access_level"`
}

// groupDetailEntity is one group. Its projects are there unless they are not wanted.
type groupDetailEntity struct {
	groupEntity
	SharedWithGroups        []sharedGroupEntity           `json:"shared_with_groups"`
	RunnersToken            optional[string]              `json:"runners_token,omitzero"`
	EnabledGitProtocol      string                        `json:"enabled_git_access_protocol,omitempty"`
	PreventSharingOutside   optional[bool]                `json:"prevent_sharing_groups_outside_hierarchy,omitzero"`
	Projects                optional[[]fullProjectEntity] `json:"projects,omitzero"`
	SharedProjects          optional[[]fullProjectEntity] `json:"shared_projects,omitzero"`
	RunnersMinutesLimit     *int                          `json:"shared_runners_minutes_limit"`
	ExtraMinutesLimit       *int                          `json:"extra_shared_runners_minutes_limit"`
	PreventForkingOutside   *bool                         `json:"prevent_forking_outside_group"`
	TokenExpirationIsForced optional[bool]                `json:"service_access_tokens_expiration_enforced,omitzero"`
	MembershipLock          bool                          `json:"membership_lock"`
}

// branchProtections are default_branch_protection_defaults by the level of default_branch_protection
// (lib/gitlab/access/branch_protection.rb). Developers may make the first push where that is the last level.
var branchProtections = []branchProtectionEntity{
	{AllowedToPush: developersUp, AllowedToMerge: developersUp, AllowForcePush: true},
	{AllowedToPush: developersUp, AllowedToMerge: maintainersUp},
	{AllowedToPush: maintainersUp, AllowedToMerge: maintainersUp},
	{AllowedToPush: maintainersUp, AllowedToMerge: developersUp},
	{AllowedToPush: maintainersUp, AllowedToMerge: maintainersUp},
}

var (
	developersUp  = []accessLevelEntity{{int(world.Developer)}}
	maintainersUp = []accessLevelEntity{{int(world.Maintainer)}}
)

// twoFactorGracePeriod is two_factor_grace_period of a new group, in hours.
const twoFactorGracePeriod = 48

// groupEntity is a group without its registration token, which is in no list.
func (q request) groupEntity(g *world.Group) groupEntity {
	_, path := world.SplitPath(g.Path)
	protection, _ := strconv.Atoi(g.Attribute(world.AttrBranchProtection)) // one of those
	e := groupEntity{ID: g.ID, WebURL: q.WebURL("groups/" + g.Path), Name: g.Name, Path: path, Visibility: g.Visibility,
		TwoFactorGracePeriod: twoFactorGracePeriod, ProjectCreationLevel: "developer", SubgroupCreationLevel: "maintainer",
		EmailsEnabled: true, LFSEnabled: true, MathRenderingLimits: true, DefaultBranchProtection: 2,
		RequestAccessEnabled: true, FullName: g.FullName(), FullPath: g.Path, CreatedAt: q.iso(g.CreatedAt),
		OrganizationID: world.DefaultOrganization, CustomAttributes: q.customAttributes(),
		Statistics: q.groupStatistics(g), WikiAccessLevel: enabled}
	e.Description, e.SharedRunnersSetting = g.Description, g.SharedRunnersSetting()
	e.ParentID = parentID(g)
	yes, no := true, false
	usual, first := branchProtections[protection], protection == len(branchProtections)-1
	if q.Has(gitlabversion.NamespaceAttributesOf17) {
		e.MaxArtifactsSize, usual.DeveloperCanInitialPush = some[int](nil), some(&first)
	}
	e.BranchProtectionDefaults = shownBranchProtection(g.Attribute(world.AttrBranchDefaults), usual)
	if q.Has(gitlabversion.NamespaceAttributesOf18) {
		e.ShowDiffPreviewInEmail, e.Archived, e.MarkedForDeletionOn = some(&yes), some(&no), some[string](nil)
		e.DuoNamespaceAccessRules = some(&[]string{})
		e.MarkedForDeletionOn = some(dateOrNull(g.DeletionMarkedAt))
	}
	overlay(&e, g.Attributes)
	e.ShareWithGroupLock, e.EmailsDisabled = g.ShareLocked(), !e.EmailsEnabled
	return e
}

// sharedGroupEntity is a group that is invited into another group or a project.
type sharedGroupEntity struct {
	GroupID     int     `json:"group_id"`
	Name        string  `json:"group_name"`
	FullPath    string  `json:"group_full_path"`
	AccessLevel int     `json:"group_access_level"`
	ExpiresAt   *string `json:"expires_at"`
}

// sharedGroups are the invited groups that the user may see.
func (q request) sharedGroups(shares []*world.Share) []sharedGroupEntity {
	seen := world.Filtered(shares, func(s *world.Share) bool { return q.OnGroup(s.Group, policy.ReadGroup).Allowed })
	return entitiesOf(seen, func(s *world.Share) sharedGroupEntity {
		return sharedGroupEntity{GroupID: s.Group.ID, Name: s.Group.Name, FullPath: s.Group.Path, AccessLevel: int(s.Role),
			ExpiresAt: dateOrNull(s.ExpiresAt)}
	})
}

// groupDetail is one group as the user sees it, without its projects and its token.
func (q request) groupDetail(g *world.Group) groupDetailEntity {
	e := groupDetailEntity{groupEntity: q.groupEntity(g), SharedWithGroups: q.sharedGroups(g.Shares)}
	if g.Parent == nil {
		inside := g.Attribute(world.AttrSharingInside) == "true"
		e.PreventSharingOutside = some(&inside)
	}
	if q.Has(gitlabversion.NamespaceAttributesOf18) {
		yes := true
		e.TokenExpirationIsForced = some(&yes)
	}
	return e
}

// wholeGroup is groupDetail as GET and PUT answer it: with the token and the protocol of git, for those who may, and
// with its projects unless they are not wanted.
func (q request) wholeGroup(g *world.Group, withProjects bool) groupDetailEntity {
	e := q.groupDetail(g)
	if q.OnGroup(g, policy.AdminGroup).Allowed {
		e.RunnersToken = some(q.runnersToken(g.RegistrationToken, g))
		if g.Parent == nil {
			e.EnabledGitProtocol = g.Attribute(world.AttrGitProtocol)
		}
	}
	if withProjects {
		projects := entitiesOf(q.firstSeen(newestFirst(g.Projects)), q.fullProject)
		shared := entitiesOf(q.firstSeen(q.SharedProjects(g)), q.fullProject)
		e.Projects, e.SharedProjects = some(&projects), some(&shared)
	}
	return e
}

// mostGroupProjects is how many projects GET /groups/:id shows (GroupProjectsFinder, DEFAULT_PROJECTS_LIMIT).
const mostGroupProjects = 100

// firstSeen are the first of those projects that the user may see.
func (q request) firstSeen(projects []*world.Project) []*world.Project {
	seen := world.Filtered(projects, func(p *world.Project) bool {
		return q.OnProject(p, policy.ReadProject).Allowed
	})
	return seen[:min(mostGroupProjects, len(seen))]
}

func newestFirst(projects []*world.Project) []*world.Project {
	return slices.SortedFunc(slices.Values(projects), func(a, b *world.Project) int { return b.ID - a.ID })
}
