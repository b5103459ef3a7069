package world

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// Attribute is a setting of a group or project that GitLab lets clients change and shows again. Those that something
// here reads have a method of their own below; the others are kept for whoever asks.
type Attribute struct {
	Name    string
	Kind    AttributeKind
	Values  []string // the words allowed; nil: any
	Default string   // in the text form; Unset for null
}

// AttributeKind is the type of an attribute. The text form of a flag is "true" or "false", that of a number its digits,
// that of words each of them with a comma in between.
type AttributeKind int

// The kinds of attributes.
const (
	FlagAttribute AttributeKind = iota
	NumberAttribute
	TextAttribute
	WordsAttribute
	DecimalAttribute // a number that may have a fraction
	JSONAttribute
)

// Unset is the default of an attribute that is null in a new group or project.
const Unset = ""

func onOff(name string, on bool) Attribute {
	return Attribute{Name: name, Kind: FlagAttribute, Default: strconv.FormatBool(on)}
}

func unsetOnOff(name string) Attribute { return Attribute{Name: name, Kind: FlagAttribute} }

func choice(name, usual string, values ...string) Attribute {
	return Attribute{Name: name, Kind: TextAttribute, Values: values, Default: usual}
}

func feature(name, usual string) Attribute {
	return choice(name, usual, FeatureDisabled, FeaturePrivate, FeatureEnabled)
}

func texts(names ...string) (all []Attribute) {
	for _, name := range names {
		all = append(all, Attribute{Name: name, Kind: TextAttribute})
	}
	return all
}

// GroupAttributes are those of groups, in GitLab's order (lib/api/helpers/groups_helpers.rb).
var GroupAttributes = slices.Concat([]Attribute{
	onOff(AttrShareLock, false),
	onOff("require_two_factor_authentication", false),
	{Name: "two_factor_grace_period", Kind: NumberAttribute, Default: "48"},
	choice(AttrProjectCreation, CreationDeveloper, CreationNoone, CreationMaintainer, CreationDeveloper),
	unsetOnOff("auto_devops_enabled"),
	choice(AttrSubgroupCreation, CreationMaintainer, CreationOwner, CreationMaintainer),
	onOff("emails_enabled", true),
	unsetOnOff("mentions_disabled"),
	onOff("lfs_enabled", true),
	onOff("request_access_enabled", true),
}, texts(AttrDefaultBranch), []Attribute{
	choice(AttrBranchProtection, protectFully, "0", "1", "2", "3", "4").numbers(),
	{Name: AttrBranchDefaults, Kind: JSONAttribute},
	onOff(AttrSharingInside, false),
	onOff("math_rendering_limits_enabled", true),
	onOff("lock_math_rendering_limits_enabled", false),
	{Name: AttrMaxArtifactsSize, Kind: NumberAttribute},
	choice(AttrGitProtocol, "all", "ssh", "http", "all"),
})

// numbers is a choice of numbers.
func (a Attribute) numbers() Attribute {
	a.Kind = NumberAttribute
	return a
}

// projectFeatures are those features of a project whose level a request may set.
var projectFeatures = []Attribute{
	feature("issues_access_level", FeatureEnabled),
	feature(AttrRepositoryAccess, FeatureEnabled),
	feature(AttrMergeAccess, FeatureEnabled),
	feature("forking_access_level", FeatureEnabled),
	feature("wiki_access_level", FeatureEnabled),
	feature(AttrBuildsAccess, FeatureEnabled),
	feature("snippets_access_level", FeatureEnabled),
	choice("package_registry_access_level", FeatureEnabled, FeatureDisabled, FeaturePrivate, FeatureEnabled,
		featurePublic),
	choice("pages_access_level", Unset, FeatureDisabled, FeaturePrivate, FeatureEnabled, featurePublic),
	feature("analytics_access_level", FeatureEnabled),
	feature(attrRegistryAccess, FeatureEnabled),
	feature("security_and_compliance_access_level", FeaturePrivate),
	feature(AttrReleasesAccess, FeatureEnabled),
	feature(AttrEnvironmentsAccess, FeatureEnabled),
	feature("feature_flags_access_level", FeatureEnabled),
	feature("infrastructure_access_level", FeatureEnabled),
	feature("monitor_access_level", FeatureEnabled),
	feature("model_experiments_access_level", FeatureEnabled),
	feature("model_registry_access_level", FeatureEnabled),
}

// ProjectAttributes are those of projects that may be given to a new one as well, in GitLab's order
// (lib/api/helpers/projects_helpers.rb).
var ProjectAttributes = slices.Concat([]Attribute{
	choice(attrGitStrategy, gitFetch, gitFetch, "clone"),
	choice(attrAutoCancel, FeatureEnabled, FeatureDisabled, FeatureEnabled),
}, texts(AttrDefaultBranch, attrConfigPath), projectFeatures, []Attribute{
	onOff("service_desk_enabled", false),
	onOff("emails_enabled", true),
	onOff("show_diff_preview_in_email", true),
	onOff("warn_about_potentially_unwanted_characters", true),
	onOff("enforce_auth_checks_on_uploads", true),
	choice(attrProcessMode, string(Unordered), string(Unordered), string(OldestFirst), string(NewestFirst),
		string(NewestReadyFirst)),
	onOff("resolve_outdated_diff_discussions", false),
	onOff("remove_source_branch_after_merge", true),
	onOff("packages_enabled", true),
	onOff("lfs_enabled", true),
	onOff(AttrPublicJobs, true),
	onOff("request_access_enabled", true),
	onOff("only_allow_merge_if_pipeline_succeeds", false),
	unsetOnOff("allow_merge_on_skipped_pipeline"),
	onOff("only_allow_merge_if_all_discussions_are_resolved", false),
	{Name: attrTopics, Kind: WordsAttribute},
	onOff(AttrPrintsMergeLink, true),
	choice("merge_method", "merge", "ff", "rebase_merge", "merge"),
}, texts("suggestion_commit_message", "merge_commit_template", "squash_commit_template", "issue_branch_template"),
	[]Attribute{
		onOff("auto_devops_enabled", true),
		choice("auto_devops_deploy_strategy", "continuous", "continuous", "manual", "timed_incremental"),
		onOff("autoclose_referenced_issues", true),
		choice("squash_option", "default_off", "never", "always", "default_on", "default_off"),
	})

// UpdatedProjectAttributes are those that a new project cannot be given (optional_update_params_ce).
var UpdatedProjectAttributes = []Attribute{
	onOff(attrForwardDeployment, true),
	onOff(attrForwardRollback, true),
	onOff("ci_allow_fork_pipelines_to_run_in_parent_project", true),
	onOff(attrSeparateCaches, true),
	onOff(AttrRestrictVariables, false),
	choice(AttrVariablesRole, CreationDeveloper, VariablesNoOne, CreationDeveloper,
		CreationMaintainer, CreationOwner),
	onOff(AttrJobTokenPush, false),
	{Name: attrSubClaim, Kind: WordsAttribute, Values: []string{claimOfPath, "ref_type", "ref"},
		Default: "project_path,ref_type,ref"},
	{Name: AttrPipelinesAge, Kind: NumberAttribute},
	{Name: AttrMaxArtifactsSize, Kind: NumberAttribute},
}

// allProjectAttributes are those that a project may have; the defaults are found by name.
var (
	allProjectAttributes = slices.Concat(ProjectAttributes, UpdatedProjectAttributes,
		[]Attribute{onOff(AttrHeedsAllowlist, true)})
	projectDefaults = defaultsOf(allProjectAttributes)
	groupDefaults   = defaultsOf(GroupAttributes)
)

func defaultsOf(all []Attribute) map[string]string {
	defaults := make(map[string]string, len(all))
	for _, a := range all {
		defaults[a.Name] = a.Default
	}
	return defaults
}

// changesOf are attributes with other ones laid over them, without those that are as in a new group or project. The
// value Unset makes one null, or its default where it is never null.
func changesOf(known []Attribute, before, over map[string]string) map[string]string {
	after := maps.Clone(before)
	if after == nil {
		after = make(map[string]string, len(over))
	}
	maps.Copy(after, over)
	for _, a := range known {
		if value := after[a.Name]; value == a.Default || value == Unset {
			delete(after, a.Name)
		}
	}
	if len(after) == 0 {
		return nil
	}
	return after
}

// checkAttributes refuses, in a draft, what is no attribute of that name or no value of it.
func checkAttributes(known []Attribute, given map[string]string) (ps Problems) {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		at := datajson.Field("attributes", name)
		i := slices.IndexFunc(known, func(a Attribute) bool { return a.Name == name })
		if i < 0 {
			ps.Add(at, Missing("attribute", name, NamesOf(known, func(a Attribute) string { return a.Name })))
			continue
		}
		ps.Add(at, known[i].check(given[name]))
	}
	return ps.terse()
}

// check refuses what is no value in the attribute's text form.
func (a Attribute) check(value string) error {
	switch {
	case a.Kind == FlagAttribute && value != "true" && value != "false":
		return Missing("truth value", value, []string{"true", "false"})
	case a.Kind == NumberAttribute && !fitsNumber(value):
		return Problem{Text: strconv.Quote(value) + " is no number"}
	case a.Kind == DecimalAttribute && !Decimal.MatchString(value):
		return Problem{Text: strconv.Quote(value) + " is no number"}
	case a.Kind == JSONAttribute && !json.Valid([]byte(value)):
		return Problem{Text: strconv.Quote(value) + " is no JSON"}
	}
	words := []string{value}
	if a.Kind == WordsAttribute {
		words = Words(value)
	}
	for _, word := range words {
		if a.Values != nil && !slices.Contains(a.Values, word) {
			return Missing("value", word, a.Values)
		}
	}
	return nil
}

// valueOf is an attribute as it counts: as set or, else, as in a new group or project.
func valueOf(set, defaults map[string]string, name string) string {
	if value, given := set[name]; given {
		return value
	}
	return defaults[name]
}

// Words are those of an attribute of words.
func Words(text string) []string {
	if text == Unset {
		return []string{}
	}
	return strings.Split(text, ",")
}

// Attribute is an attribute of the group in its text form; Unset for null.
func (g *Group) Attribute(name string) string { return valueOf(g.Attributes, groupDefaults, name) }

// Attribute is an attribute of the project in its text form; Unset for null.
func (p *Project) Attribute(name string) string { return valueOf(p.Attributes, projectDefaults, name) }

// PublicJobs is whether all who see the project may see its jobs.
func (p *Project) PublicJobs() bool { return p.Attributes[AttrPublicJobs] != "false" }

// Topics are the topics of the project.
func (p *Project) Topics() []string { return Words(p.Attribute(attrTopics)) }

// DefaultBranch is the branch that the project's repository stands on.
func (p *Project) DefaultBranch() string { return cmp.Or(p.Attribute(AttrDefaultBranch), DefaultRef) }

// ConfigPath is where the project has its .gitlab-ci.yml.
func (p *Project) ConfigPath() string { return cmp.Or(p.Attribute(attrConfigPath), ".gitlab-ci.yml") }

// SeparatesCaches is whether jobs of protected refs have caches of their own.
func (p *Project) SeparatesCaches() bool { return p.Attribute(attrSeparateCaches) == "true" }

// DeploysForward reports whether a job fails that would deploy what is older than what is there.
func (p *Project) DeploysForward() bool { return p.Attribute(attrForwardDeployment) == "true" }

// RollsBack reports whether a job that is over may deploy once more what is older than what is there.
func (p *Project) RollsBack() bool { return p.Attribute(attrForwardRollback) == "true" }

// FetchesGit is whether its jobs get the repository by fetching into what is there; else by cloning.
func (p *Project) FetchesGit() bool { return p.Attribute(attrGitStrategy) == gitFetch }

// ArtifactsLimitOf is how many bytes a file of a job of the project may have: by its own setting, that of the nearest
// group above that has one, or the instance's (app/models/project.rb, closest_setting).
func (st *State) ArtifactsLimitOf(p *Project) int64 {
	sizes := []string{p.Attribute(AttrMaxArtifactsSize)}
	for g := range p.Group.Lineage {
		sizes = append(sizes, g.Attribute(AttrMaxArtifactsSize))
	}
	if megabytes := number(cmp.Or(sizes...)); megabytes > 0 {
		return int64(megabytes) << 20
	}
	return st.Settings.ArtifactsLimit()
}
