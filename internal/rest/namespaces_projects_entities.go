package rest

// What GitLab shows of a project to those who see more than the basics (lib/api/entities/project.rb), in the order of
// answers recorded from GitLab 17.11 to 19.1. Most of it is the same for every project here: that of a new one.

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

type fullProjectEntity struct {
	projectEntity
	ContainerRegistryImagePrefix   string                `json:"container_registry_image_prefix,omitempty"`
	Links                          projectLinks          `json:"_links"`
	MarkedForDeletionAt            optional[string]      `json:"marked_for_deletion_at,omitzero"`
	MarkedForDeletionOn            optional[string]      `json:"marked_for_deletion_on,omitzero"`
	PackagesEnabled                bool                  `json:"packages_enabled"`
	EmptyRepo                      bool                  `json:"empty_repo"`
	Archived                       bool                  `json:"archived"`
	Owner                          *basicUser            `json:"owner,omitempty"`
	ResolveOutdatedDiffDiscussions bool                  `json:"resolve_outdated_diff_discussions"`
	ContainerExpirationPolicy      registryCleanupEntity `json:"container_expiration_policy"`
	RepositoryObjectFormat         string                `json:"repository_object_format"`
	projectFeatures
	ServiceDeskAddress      optional[string] `json:"service_desk_address,omitzero"`
	CanCreateMergeRequestIn bool             `json:"can_create_merge_request_in"`
	projectAccessLevels
	EmailsDisabled         bool           `json:"emails_disabled"`
	EmailsEnabled          bool           `json:"emails_enabled"`
	ShowDiffPreviewInEmail optional[bool] `json:"show_diff_preview_in_email,omitzero"`
	SharedRunnersEnabled   bool           `json:"shared_runners_enabled"`
	LFSEnabled             bool           `json:"lfs_enabled"`
	CreatorID              int            `json:"creator_id"`
	*projectImportEntity
	ImportStatus    string           `json:"import_status"`
	ImportError     optional[string] `json:"import_error,omitzero"`
	OpenIssuesCount int              `json:"open_issues_count"`
	DescriptionHTML string           `json:"description_html"`
	UpdatedAt       isoTime          `json:"updated_at"`
	*projectAdminEntity
	CIConfigPath     optional[string]    `json:"ci_config_path,omitzero"`
	PublicJobs       bool                `json:"public_jobs"`
	SharedWithGroups []sharedGroupEntity `json:"shared_with_groups"`
	mergeRequestSettings
	MaxArtifactsSize             optional[int]      `json:"max_artifacts_size,omitzero"`
	RequirementsEnabled          bool               `json:"requirements_enabled"`
	RequirementsAccessLevel      string             `json:"requirements_access_level"`
	SecurityAndComplianceEnabled bool               `json:"security_and_compliance_enabled"`
	ComplianceFrameworks         []string           `json:"compliance_frameworks"`
	Permissions                  *permissionsEntity `json:"permissions,omitempty"`
}

type projectLinks struct {
	Self          string `json:"self"`
	Issues        string `json:"issues"`
	MergeRequests string `json:"merge_requests"`
	RepoBranches  string `json:"repo_branches"`
	Labels        string `json:"labels"`
	Events        string `json:"events"`
	Members       string `json:"members"`
	ClusterAgents string `json:"cluster_agents"`
}

// registryCleanupEntity is the cleanup policy that a new project has, switched off.
type registryCleanupEntity struct {
	Cadence       string  `json:"cadence"`
	Enabled       bool    `json:"enabled"`
	KeepN         int     `json:"keep_n"`
	OlderThan     string  `json:"older_than"`
	NameRegex     string  `json:"name_regex"`
	NameRegexKeep *string `json:"name_regex_keep"`
	NextRunAt     isoTime `json:"next_run_at"`
}

// projectFeatures are what the caller has of a project, of which a new one switches nothing off.
type projectFeatures struct {
	IssuesEnabled            bool `json:"issues_enabled"`
	MergeRequestsEnabled     bool `json:"merge_requests_enabled"`
	WikiEnabled              bool `json:"wiki_enabled"`
	JobsEnabled              bool `json:"jobs_enabled"`
	SnippetsEnabled          bool `json:"snippets_enabled"`
	ContainerRegistryEnabled bool `json:"container_registry_enabled"`
	ServiceDeskEnabled       bool `json:"service_desk_enabled"`
}

type projectAccessLevels struct {
	Issues                string           `json:"issues_access_level"`
	Repository            string           `json:"repository_access_level"`
	MergeRequests         string           `json:"merge_requests_access_level"`
	Forking               string           `json:"forking_access_level"`
	Wiki                  string           `json:"wiki_access_level"`
	Builds                string           `json:"builds_access_level"`
	Snippets              string           `json:"snippets_access_level"`
	Pages                 string           `json:"pages_access_level"`
	Analytics             string           `json:"analytics_access_level"`
	ContainerRegistry     string           `json:"container_registry_access_level"`
	SecurityAndCompliance string           `json:"security_and_compliance_access_level"`
	Releases              string           `json:"releases_access_level"`
	Environments          string           `json:"environments_access_level"`
	FeatureFlags          string           `json:"feature_flags_access_level"`
	Infrastructure        string           `json:"infrastructure_access_level"`
	Monitor               string           `json:"monitor_access_level"`
	ModelExperiments      string           `json:"model_experiments_access_level"`
	ModelRegistry         string           `json:"model_registry_access_level"`
	PackageRegistry       optional[string] `json:"package_registry_access_level,omitzero"`
}

// projectImportEntity is what those who may administer a project see of where it came from.
type projectImportEntity struct {
	ImportURL  *string `json:"import_url"`
	ImportType *string `json:"import_type"`
}

// projectAdminEntity is what those who may administer a project see of its settings for CI and runners.
type projectAdminEntity struct {
	DefaultGitDepth             *int             `json:"ci_default_git_depth"`
	DeletePipelinesInSeconds    optional[int]    `json:"ci_delete_pipelines_in_seconds,omitzero"`
	ForwardDeployment           bool             `json:"ci_forward_deployment_enabled"`
	ForwardDeploymentRollback   bool             `json:"ci_forward_deployment_rollback_allowed"`
	JobTokenScopeEnabled        bool             `json:"ci_job_token_scope_enabled"`
	SeparatedCaches             bool             `json:"ci_separated_caches"`
	ForkPipelinesInParent       bool             `json:"ci_allow_fork_pipelines_to_run_in_parent_project"`
	IDTokenSubClaimComponents   []string         `json:"ci_id_token_sub_claim_components"`
	BuildGitStrategy            string           `json:"build_git_strategy"`
	KeepLatestArtifact          bool             `json:"keep_latest_artifact"`
	RestrictVariables           bool             `json:"restrict_user_defined_variables"`
	VariablesOverrideRole       string           `json:"ci_pipeline_variables_minimum_override_role"`
	RunnerTokenExpiration       *int             `json:"runner_token_expiration_interval"`
	GroupRunnersEnabled         bool             `json:"group_runners_enabled"`
	ResourceGroupProcessMode    optional[string] `json:"resource_group_default_process_mode,omitzero"`
	AutoCancelPendingPipelines  string           `json:"auto_cancel_pending_pipelines"`
	BuildTimeout                int              `json:"build_timeout"`
	AutoDevOpsEnabled           bool             `json:"auto_devops_enabled"`
	AutoDevOpsDeployStrategy    string           `json:"auto_devops_deploy_strategy"`
	PushRepositoryForJobToken   optional[bool]   `json:"ci_push_repository_for_job_token_allowed,omitzero"`
	ProtectMergeRequestPipeline optional[bool]   `json:"protect_merge_request_pipelines,omitzero"`
	DisplayPipelineVariables    optional[bool]   `json:"ci_display_pipeline_variables,omitzero"`
	RunnersToken                optional[string] `json:"runners_token,omitzero"`
}

// mergeRequestSettings are those of a new project.
type mergeRequestSettings struct {
	OnlyIfPipelineSucceeds  bool                     `json:"only_allow_merge_if_pipeline_succeeds"`
	OnSkippedPipeline       *bool                    `json:"allow_merge_on_skipped_pipeline"`
	RequestAccessEnabled    bool                     `json:"request_access_enabled"`
	OnlyIfDiscussionsSolved bool                     `json:"only_allow_merge_if_all_discussions_are_resolved"`
	RemoveSourceBranch      bool                     `json:"remove_source_branch_after_merge"`
	PrintingLinkEnabled     bool                     `json:"printing_merge_request_link_enabled"`
	MergeMethod             string                   `json:"merge_method"`
	SquashOption            string                   `json:"squash_option"`
	EnforceAuthOnUploads    bool                     `json:"enforce_auth_checks_on_uploads"`
	SuggestionCommitMessage *string                  `json:"suggestion_commit_message"`
	MergeCommitTemplate     *string                  `json:"merge_commit_template"`
	SquashCommitTemplate    *string                  `json:"squash_commit_template"`
	DefaultTitleTemplate    optional[string]         `json:"mr_default_title_template,omitzero"`
	IssueBranchTemplate     *string                  `json:"issue_branch_template"`
	Statistics              *projectStatisticsEntity `json:"statistics,omitempty"`
	WarnAboutCharacters     bool                     `json:"warn_about_potentially_unwanted_characters"`
	AutocloseIssues         bool                     `json:"autoclose_referenced_issues"`
}

// fullProject is a project for those who see more than the basics.
func (q request) fullProject(p *world.Project) fullProjectEntity {
	readsCode := q.OnProject(p, policy.ReadCode).Allowed
	e := fullProjectEntity{projectEntity: q.projectSeen(p, readsCode), Links: q.projectLinks(p), PackagesEnabled: true,
		EmptyRepo: p.Repository.Empty(), Archived: p.Archived,
		ContainerExpirationPolicy: registryCleanupEntity{Cadence: "1d", KeepN: 10, OlderThan: "90d", NameRegex: ".*",
			NextRunAt: q.iso(p.CreatedAt.Add(24 * time.Hour))},
		RepositoryObjectFormat:  "sha1",
		CanCreateMergeRequestIn: readsCode && !q.Anonymous(), projectAccessLevels: accessLevelsOf(p), EmailsEnabled: true,
		SharedRunnersEnabled: !p.SharedRunnersDisabled, LFSEnabled: true, CreatorID: 1, ImportStatus: "none",
		DescriptionHTML: descriptionHTML(p.Description), UpdatedAt: q.iso(world.Later(p.CreatedAt, p.UpdatedAt)),
		PublicJobs: true, SharedWithGroups: q.sharedGroups(p.Shares),
		mergeRequestSettings: mergeRequestSettings{RequestAccessEnabled: true,
			RemoveSourceBranch: true, PrintingLinkEnabled: true, MergeMethod: "merge", SquashOption: "default_off",
			EnforceAuthOnUploads: true, WarnAboutCharacters: true, AutocloseIssues: true},
		RequirementsAccessLevel: enabled, SecurityAndComplianceEnabled: true, ComplianceFrameworks: []string{}}
	e.Visibility = p.Visibility
	if p.Owner != nil {
		owner := q.basicUser(p.Owner)
		e.CreatorID, e.Owner = p.Owner.ID, &owner
	}
	if p.Creator != nil {
		e.CreatorID = p.Creator.ID
	}
	if host := q.Settings.RegistryHost; host != "" {
		e.ContainerRegistryImagePrefix = host + "/" + p.Path
	}
	if readsCode {
		e.CIConfigPath = some[string](nil)
	}
	if q.OnProject(p, policy.AdminIssue).Allowed {
		e.ServiceDeskAddress = some[string](nil)
	}
	if q.OnProject(p, policy.AdminProject).Allowed {
		e.projectImportEntity, e.projectAdminEntity = &projectImportEntity{}, q.projectAdminEntity(p)
	}
	e.Statistics = q.projectStatistics(p)
	q.addLaterAttributes(&e, p)
	branch := e.DefaultBranch // for those who may read the code
	overlay(&e, p.Attributes)
	e.DefaultBranch = branch
	e.EmailsDisabled, e.projectFeatures = !e.EmailsEnabled, q.projectFeatures(p)
	return e
}

// projectFeatures are what the caller has of the project, by its levels of access.
func (q request) projectFeatures(p *world.Project) projectFeatures {
	s := q.ProjectStanding(p)
	has := func(level string) bool {
		return policy.UseFeature(q.Actor, s, front.AccessOf(p.Attribute(level)), level).Allowed
	}
	return projectFeatures{IssuesEnabled: has("issues_access_level"),
		MergeRequestsEnabled: has("merge_requests_access_level"), WikiEnabled: has("wiki_access_level"),
		JobsEnabled: has(world.AttrBuildsAccess), SnippetsEnabled: has("snippets_access_level"),
		ContainerRegistryEnabled: has("container_registry_access_level"),
		ServiceDeskEnabled:       p.Attribute("service_desk_enabled") == "true"}
}

// enabled is an access level: everybody who sees the project. The other one here is for members alone.
const (
	enabled     = "enabled"
	membersOnly = "private"
)

func accessLevelsOf(p *world.Project) projectAccessLevels {
	pages := membersOnly
	if p.Visibility == world.Public {
		pages = enabled
	}
	return projectAccessLevels{Issues: enabled, Repository: enabled, MergeRequests: enabled, Forking: enabled,
		Wiki: enabled, Builds: enabled, Snippets: enabled, Pages: pages, Analytics: enabled, ContainerRegistry: enabled,
		SecurityAndCompliance: membersOnly, Releases: enabled, Environments: enabled, FeatureFlags: enabled,
		Infrastructure: enabled, Monitor: enabled, ModelExperiments: enabled, ModelRegistry: enabled}
}

func (q request) projectLinks(p *world.Project) projectLinks {
	self := q.WebURL("api/v4/projects/" + strconv.Itoa(p.ID))
	return projectLinks{Self: self, Issues: self + "/issues", MergeRequests: self + "/merge_requests",
		RepoBranches: self + "/repository/branches", Labels: self + "/labels", Events: self + "/events",
		Members: self + "/members", ClusterAgents: self + "/cluster_agents"}
}

// descriptionHTML is a description, of one paragraph of plain text, as GitLab renders it.
func descriptionHTML(description string) string {
	if description == "" {
		return ""
	}
	lines := strings.Split(description, "\n")
	return fmt.Sprintf(`<p data-sourcepos="1:1-%d:%d" dir="auto">%s</p>`, len(lines), len(lines[len(lines)-1]),
		html.EscapeString(description))
}

func (q request) projectAdminEntity(p *world.Project) *projectAdminEntity {
	depth := p.Depth()
	return &projectAdminEntity{DefaultGitDepth: &depth, ForwardDeployment: true, ForwardDeploymentRollback: true,
		SeparatedCaches: true, ForkPipelinesInParent: true,
		IDTokenSubClaimComponents: []string{"project_path", "ref_type", "ref"}, BuildGitStrategy: "fetch",
		KeepLatestArtifact: q.KeepsLatest(p), VariablesOverrideRole: "developer",
		RunnerTokenExpiration: secondsOrNull(p.RunnerTokenExpiration), GroupRunnersEnabled: !p.GroupRunnersDisabled,
		AutoCancelPendingPipelines: enabled, BuildTimeout: int(p.JobTimeout() / time.Second), AutoDevOpsEnabled: true,
		AutoDevOpsDeployStrategy: "continuous"}
}

// addLaterAttributes adds what not every version shows.
func (q request) addLaterAttributes(e *fullProjectEntity, p *world.Project) {
	admin, yes, no := e.projectAdminEntity, true, false
	if q.Has(gitlabversion.NamespaceAttributesOf17) {
		e.MaxArtifactsSize = some[int](nil)
		if admin != nil {
			admin.DeletePipelinesInSeconds, admin.PushRepositoryForJobToken = some[int](nil), some(&no)
		}
	}
	if q.Has(gitlabversion.NamespaceAttributesOf18) {
		level, mode := enabled, "unordered"
		e.MarkedForDeletionAt, e.MarkedForDeletionOn = some(dateOrNull(p.DeletionMarkedAt)),
			some(dateOrNull(p.DeletionMarkedAt))
		e.PackageRegistry, e.ShowDiffPreviewInEmail = some(&level), some(&yes)
		if admin != nil {
			admin.ResourceGroupProcessMode = some(&mode)
			admin.ProtectMergeRequestPipeline, admin.DisplayPipelineVariables = some(&yes), some(&no)
		}
	}
	if admin != nil && q.Has(gitlabversion.RunnersTokenInLists) {
		admin.RunnersToken = some(q.runnersToken(p.RegistrationToken, p.Group))
	}
	if q.Has(gitlabversion.MergeRequestTitleTemplate) {
		e.DefaultTitleTemplate = some[string](nil)
	}
}

// withToken adds to a project what is shown to its administrators where it is alone.
func (q request) withToken(e fullProjectEntity, p *world.Project) fullProjectEntity {
	if e.projectAdminEntity != nil {
		e.RunnersToken = some(q.runnersToken(p.RegistrationToken, p.Group))
		e.ImportError = some[string](nil)
	}
	return e
}

// projectWithAccess is fullProject with what the user is in it.
func (q request) projectWithAccess(p *world.Project) fullProjectEntity {
	e := q.fullProject(p)
	e.Permissions = &permissionsEntity{ProjectAccess: accessOrNull(world.DirectRoleInProject(q.User, p)),
		GroupAccess: accessOrNull(world.MemberRoleInGroup(q.User, p.Group))}
	return e
}
