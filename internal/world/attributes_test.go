package world

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What is on and what is off in a new group and a new project (db/structure.sql, app/models/project.rb).
func TestFlagsOfNewGroupsAndProjects(t *testing.T) {
	for kind, c := range map[string]struct {
		all               []Attribute
		on, off, noneSaid string
	}{
		"group": {GroupAttributes, `emails_enabled lfs_enabled request_access_enabled math_rendering_limits_enabled`,
			`share_with_group_lock require_two_factor_authentication prevent_sharing_groups_outside_hierarchy
			lock_math_rendering_limits_enabled`, `auto_devops_enabled mentions_disabled`},
		"project": {allProjectAttributes, `emails_enabled show_diff_preview_in_email
			warn_about_potentially_unwanted_characters enforce_auth_checks_on_uploads remove_source_branch_after_merge
			packages_enabled lfs_enabled public_jobs request_access_enabled printing_merge_request_link_enabled
			auto_devops_enabled autoclose_referenced_issues ci_forward_deployment_enabled
			ci_forward_deployment_rollback_allowed ci_allow_fork_pipelines_to_run_in_parent_project ci_separated_caches
			ci_inbound_job_token_scope_enabled`,
			`service_desk_enabled resolve_outdated_diff_discussions only_allow_merge_if_pipeline_succeeds
			only_allow_merge_if_all_discussions_are_resolved restrict_user_defined_variables
			ci_push_repository_for_job_token_allowed`, `allow_merge_on_skipped_pipeline`},
	} {
		got := map[string][]string{}
		for _, a := range c.all {
			if a.Kind == FlagAttribute {
				got[a.Default] = append(got[a.Default], a.Name)
			}
		}
		assert.Equal(t, map[string][]string{"true": strings.Fields(c.on), "false": strings.Fields(c.off),
			Unset: strings.Fields(c.noneSaid)}, got, kind)
	}
}

// What a seed says wrongly of the attributes of a group or project is told with the nearest right thing.
func TestAttributesThatAreRefused(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{GroupAttributes[0].Name, "true", ""}, {GroupAttributes[0].Name, "yes", "truth value"},
		{"emails_enable", "true", "emails_enabled"}, {"two_factor_grace_period", "12", ""},
		{"two_factor_grace_period", "long", `"long" is no number`},
		{AttrGitProtocol, "ssh", ""}, {AttrGitProtocol, "shh", "ssh"}, {AttrGitProtocol, "ssh,http", "ssh,http"},
		{AttrBranchProtection, "no", `"no" is no number`}, {AttrBranchDefaults, "{}", ""}, {AttrBranchDefaults, "{", "is no JSON"},
	} {
		st, _ := ruled(t)
		_, err := st.AddGroup(Group{Path: "guild", Attributes: map[string]string{c.name: c.value}}, nil)
		if c.want == "" {
			assert.NoError(t, err, c)
		} else {
			assert.ErrorContains(t, err, c.want, c)
		}
	}
}

// What is as in a new project is not kept; the caller's attributes are left as they are.
func TestChangesOfAttributes(t *testing.T) {
	before := map[string]string{"lfs_enabled": "false", "packages_enabled": "false"}
	for _, c := range []struct{ over, want map[string]string }{
		{nil, before},
		{map[string]string{"lfs_enabled": "true"}, map[string]string{"packages_enabled": "false"}},
		{map[string]string{"lfs_enabled": Unset, "packages_enabled": "true"}, nil},
		{map[string]string{attrTopics: "a,b"}, map[string]string{"lfs_enabled": "false", "packages_enabled": "false",
			attrTopics: "a,b"}},
	} {
		assert.Equal(t, c.want, changesOf(allProjectAttributes, before, c.over))
	}
	assert.Equal(t, map[string]string{"lfs_enabled": "false", "packages_enabled": "false"}, before)
	p := &Project{Attributes: map[string]string{attrTopics: "a,b"}}
	assert.Equal(t, []any{[]string{"a", "b"}, true, true}, []any{p.Topics(), p.PublicJobs(), p.FetchesGit()})
	p.Attributes = map[string]string{attrGitStrategy: "clone", AttrPublicJobs: "false"}
	assert.Equal(t, []any{[]string{}, false, false}, []any{p.Topics(), p.PublicJobs(), p.FetchesGit()})
}
