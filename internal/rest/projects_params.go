package rest

// What the endpoints that make and change projects declare, in GitLab's order (lib/api/helpers/projects_helpers.rb),
// and what they make of it.

import (
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// oldFlags are old names of attributes of projects: a flag for a level of access, or another word for the same.
var (
	oldFlags = map[string]string{
		"issues_enabled": "issues_access_level", "merge_requests_enabled": "merge_requests_access_level",
		"wiki_enabled": "wiki_access_level", "jobs_enabled": world.AttrBuildsAccess,
		"snippets_enabled": "snippets_access_level", "container_registry_enabled": "container_registry_access_level",
	}
	oldFlagNames = []string{"issues_enabled", "merge_requests_enabled", "wiki_enabled", "jobs_enabled",
		"snippets_enabled", "container_registry_enabled"}
)

const (
	paramPublicBuilds = "public_builds" // the old name of public_jobs
	paramTagList      = "tag_list"      // the old name of topics
	paramTopics       = "topics"
	paramReadme       = "initialize_with_readme"
)

func flags(names ...string) (all []params.Param) {
	for _, name := range names {
		all = append(all, params.Param{Name: name, Kind: params.Boolean})
	}
	return all
}

var (
	commonProjectParams = slices.Concat([]params.Param{{Name: "description"}},
		[]params.Param{{Name: "build_timeout", Kind: params.Integer}},
		attributeParams(world.ProjectAttributes), flags(oldFlagNames...),
		flags(paramEmailsDisabled, "shared_runners_enabled", "group_runners_enabled"),
		[]params.Param{{Name: "visibility", Values: visibilities}},
		flags(paramPublicBuilds), []params.Param{{Name: paramTagList, Kind: params.CommaList}})
	placeOfProject = slices.Concat(flags(paramReadme), []params.Param{{Name: "namespace_id", Kind: params.Integer}})

	newProjectSpec = with(front.Declare([]params.Param{{Name: "name"}, {Name: "path"}}, commonProjectParams,
		placeOfProject), params.Rule{Kind: params.AtLeastOneOf, Names: []string{"name", "path"}})
	userProjectSpec = front.Declare([]params.Param{{Name: "name", Required: true},
		{Name: "user_id", Kind: params.Integer, Required: true}, {Name: "path"}}, commonProjectParams, placeOfProject)
	changedProjectSpec = func() params.Spec {
		s := front.Declare(pathID, []params.Param{{Name: "name"}, {Name: "path"}}, commonProjectParams,
			[]params.Param{{Name: "ci_default_git_depth", Kind: params.Integer}}, flags("keep_latest_artifact"),
			attributeParams(world.UpdatedProjectAttributes))
		rule := params.Rule{Kind: params.AtLeastOneOf}
		for _, p := range s.Params[len(pathID):] {
			rule.Names = append(rule.Names, p.Name)
		}
		slices.Sort(rule.Names)
		return with(s, rule)
	}()
)

// projectChange is what a request wants of a project; of a new one, what only one that is there may be given is not
// read.
func (q request) projectChange(existing bool) world.ProjectChange {
	v := q.Params
	c := world.ProjectChange{Description: clearable(v, "description"),
		SharedRunners: flagChange(v, "shared_runners_enabled"), GroupRunners: flagChange(v, "group_runners_enabled"),
		Visibility: (*world.Visibility)(textChange(v, "visibility")),
		Attributes: attributesGiven(v, world.ProjectAttributes)}
	if n, given := v.Int("build_timeout"); given {
		c.BuildTimeout = &n
	}
	q.readOldNames(c.Attributes)
	if !existing {
		return c
	}
	if _, given := v.String(world.AttrDefaultBranch); !given { // null leaves it as it is
		delete(c.Attributes, world.AttrDefaultBranch)
	}
	c.Name, c.Path = textChange(v, "name"), textChange(v, "path")
	c.GitDepth, c.KeepLatestArtifact = changeTo(q, "ci_default_git_depth", v.Int), flagChange(v, "keep_latest_artifact")
	for name, value := range attributesGiven(v, world.UpdatedProjectAttributes) {
		c.Attributes[name] = value
	}
	return c
}

// flagChange is what a parameter switches; nil if it is absent or null.
func flagChange(v params.Values, name string) *bool {
	if on, given := v.Bool(name); given {
		return &on
	}
	return nil
}

// readOldNames puts what an old client says in terms of today's attributes, which count first.
func (q request) readOldNames(attributes map[string]string) {
	v := q.Params
	emailsGiven(v, attributes)
	if on, given := v.Bool(paramPublicBuilds); given && !v.Has(world.AttrPublicJobs) {
		attributes[world.AttrPublicJobs] = strconv.FormatBool(on)
	}
	for old, level := range oldFlags {
		if on, given := v.Bool(old); given && !v.Has(level) {
			attributes[level] = world.FeatureDisabled
			if on {
				attributes[level] = world.FeatureEnabled
			}
		}
	}
	if v.Has(paramTagList) && !v.Has(paramTopics) {
		given := attributesGiven(v, []world.Attribute{{Name: paramTagList, Kind: world.WordsAttribute}})
		attributes[paramTopics] = given[paramTagList]
	}
}
