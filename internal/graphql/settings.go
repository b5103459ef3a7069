package graphql

// How a project runs its jobs, and whose jobs' tokens reach it (app/graphql/types/ci/ci_cd_setting_type.rb,
// job_token_scope_type.rb, app/graphql/mutations/ci/project_ci_cd_settings_update.rb,
// app/graphql/mutations/ci/job_token_scope and the services behind them).

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// settings are those of a project for its jobs.
type settings struct{ *world.Project }

// settingsOf are the settings of a project, for its Maintainers.
func settingsOf(c *call, x *exec, p *world.Project) any {
	return shown(x, c.OnProject(p, policy.AdminProject), settings{p})
}

func settingRows() rows {
	never := of(func(*call, settings) any { return false }) // for want of a license, or as it is being removed
	return rows{
		"groupRunnersEnabled":         of(func(_ *call, s settings) any { return !s.GroupRunnersDisabled }),
		"inboundJobTokenScopeEnabled": of(func(c *call, s settings) any { return c.HeedsAllowlist(s.Project) }),
		"jobTokenScopeEnabled":        never,
		"keepLatestArtifact":          of(func(c *call, s settings) any { return c.KeepsLatest(s.Project) }),
		"mergePipelinesEnabled":       never,
		"mergeTrainsEnabled":          never,
		"project":                     reached(func(c *call, x *exec, s settings) any { return c.project(x, s.Project) }),
		"pushRepositoryForJobTokenAllowed": of(func(_ *call, s settings) any {
			return s.Attribute(world.AttrJobTokenPush) == "true"
		}),
	}
}

// updateSettings is the mutation projectCiCdSettingsUpdate.
func updateSettings(c *call, x *exec, input args) (payload, error) {
	if input["jobTokenScopeEnabled"] == true {
		return nil, failure(msgOutboundOff)
	}
	p, err := c.administered(x, input["fullPath"])
	if err != nil {
		return nil, err
	}
	change := world.ProjectChange{Attributes: map[string]string{}}
	for name, to := range map[string]**bool{"keepLatestArtifact": &change.KeepLatestArtifact,
		"groupRunnersEnabled": &change.GroupRunners} {
		if on, given := input[name].(bool); given {
			*to = &on
		}
	}
	for name, attribute := range map[string]string{"inboundJobTokenScopeEnabled": world.AttrHeedsAllowlist,
		"pushRepositoryForJobTokenAllowed": world.AttrJobTokenPush} {
		if on, given := input[name].(bool); given {
			change.Attributes[attribute] = strconv.FormatBool(on)
		}
	}
	if err := c.ChangeProject(p, change); err != nil {
		return payload{"ciCdSettings": settings{p}, "errors": sentences(x, err)}, nil
	}
	return payload{"ciCdSettings": settings{p}}, nil
}

// administered finds the project of a mutation by its path for those who administer it.
func (c *call) administered(x *exec, path any) (*world.Project, error) {
	p, err := c.projectAt(x, path)
	if err != nil {
		return nil, err
	}
	return p, allow(x, c.OnProject(p, policy.AdminProject))
}

// tokenScope is whose jobs' tokens reach a project.
type tokenScope struct{ project *world.Project }

// tokenScopeOf is a project's, for those who administer it (app/graphql/resolvers/ci/job_token_scope_resolver.rb).
func tokenScopeOf(c *call, x *exec, p *world.Project, _ args) (any, error) {
	if err := allow(x, c.OnProject(p, policy.AdminProject)); err != nil {
		return nil, err
	}
	return tokenScope{p}, nil
}

// accessibleProject and accessibleGroup are what is on an allowlist, as whoever administers that sees it.
type (
	accessibleProject struct{ *world.Project }
	accessibleGroup   struct{ *world.Group }
)

func tokenScopeRows() rows {
	outbound := asked(func(_ *call, x *exec, s tokenScope, a args) (any, error) { // itself, since 16.0
		return byKeys(x, []*world.Project{s.project}, newestFirst, projectKey, a, anything[*world.Project]), nil
	})
	return rows{
		"groupsAllowlist":       asked(listAllowedGroups),
		"groupsAllowlistCount":  of(func(_ *call, s tokenScope) any { return len(s.project.AllowedGroups()) }),
		"inboundAllowlist":      asked(listAllowedProjects),
		"inboundAllowlistCount": of(func(_ *call, s tokenScope) any { return len(s.project.AllowedProjects()) }),
		"outboundAllowlist":     outbound,
		"projects":              outbound,
	}
}

// listAllowedProjects are the project itself and those on its allowlist, the newest first; before they had a type of
// their own, those that the user sees.
func listAllowedProjects(c *call, x *exec, s tokenScope, a args) (any, error) {
	found := slices.Clone(s.project.AllowedProjects())
	if c.Has(gitlabversion.JobTokenAccessible) {
		var all []accessibleProject
		for _, p := range found {
			all = append(all, accessibleProject{p})
		}
		keyOf := func(p accessibleProject) key { return key{id: p.ID} }
		return byKeys(x, all, newestFirst, keyOf, a, anything[accessibleProject]), nil
	}
	may := func(p *world.Project) policy.Decision { return c.OnProject(p, policy.ReadProject) }
	return byKeys(x, found, newestFirst, projectKey, a, may), nil
}

// listAllowedGroups are the groups on the allowlist of a project, as listAllowedProjects.
func listAllowedGroups(c *call, x *exec, s tokenScope, a args) (any, error) {
	found := s.project.AllowedGroups()
	if c.Has(gitlabversion.JobTokenAccessible) {
		var all []accessibleGroup
		for _, g := range found {
			all = append(all, accessibleGroup{g})
		}
		keyOf := func(g accessibleGroup) key { return key{id: g.ID} }
		return byKeys(x, all, newestFirst, keyOf, a, anything[accessibleGroup]), nil
	}
	keyOf := func(g *world.Group) key { return key{id: g.ID} }
	may := func(g *world.Group) policy.Decision { return c.OnGroup(g, policy.ReadGroup) }
	return byKeys(x, found, newestFirst, keyOf, a, may), nil
}

func accessibleProjectRows() rows {
	return rows{
		"avatarUrl": of(func(*call, accessibleProject) any { return nil }), // there are no pictures
		"fullPath":  of(func(_ *call, p accessibleProject) any { return p.Path }),
		"id":        of(func(_ *call, p accessibleProject) any { return gid(modelProject, p.ID) }),
		"name":      of(func(_ *call, p accessibleProject) any { return p.Name }),
		"path":      of(func(_ *call, p accessibleProject) any { return lastPart(p.Path) }),
		"webUrl":    of(func(c *call, p accessibleProject) any { return c.WebURL(p.Path) }),
	}
}

func accessibleGroupRows() rows {
	return rows{
		"avatarUrl": of(func(*call, accessibleGroup) any { return nil }),
		"fullPath":  of(func(_ *call, g accessibleGroup) any { return g.Path }),
		"id":        of(func(_ *call, g accessibleGroup) any { return gid(modelGroup, g.ID) }),
		"name":      of(func(_ *call, g accessibleGroup) any { return g.Name }),
		"path":      of(func(_ *call, g accessibleGroup) any { return lastPart(g.Path) }),
		"webUrl":    of(func(c *call, g accessibleGroup) any { return c.WebURL("groups/" + g.Path) }),
	}
}

// The words for what is to be on an allowlist, or to go from it.
const (
	targetProject = "target_project"
	targetGroup   = "target_group"
)

// allowable is what is to be on an allowlist, or to go from it, if the user sees it; else what is said.
func (c *call) allowable(x *exec, a world.Allowed, path any, word string) (refusal string) {
	var d policy.Decision
	switch {
	case a.Project != nil:
		d = c.OnProject(a.Project, policy.ReadProject)
	case a.Group != nil:
		d = c.OnGroup(a.Group, policy.ReadGroup)
	default:
		d.Reason = fmt.Sprintf("there is nothing at %q", path)
	}
	if d.Allowed {
		return ""
	}
	x.Note(d.Reason)
	return fmt.Sprintf(front.MsgfTargetUnseen, word)
}

// scopeChanged is the payload of a change of an allowlist, which may have been refused.
func scopeChanged(x *exec, p *world.Project, err error) (payload, error) {
	if err != nil {
		x.Note(err.Error())
		return unchanged(err.Error()), nil
	}
	return payload{"ciJobTokenScope": tokenScope{p}}, nil
}

// allowProject is the mutation ciJobTokenScopeAddProject.
func allowProject(c *call, x *exec, input args) (payload, error) {
	p, err := c.administered(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	if input["direction"] == "OUTBOUND" {
		return nil, failure(msgOutboundRemoved)
	}
	a := world.Allowed{Project: c.ProjectPaths[world.Key(input["targetProjectPath"].(string))]}
	if text := c.allowable(x, a, input["targetProjectPath"], targetProject); text != "" {
		return unchanged(text), nil
	}
	return scopeChanged(x, p, c.AllowJobsOf(p, a))
}

// allowEither is the mutation ciJobTokenScopeAddGroupOrProject.
func allowEither(c *call, x *exec, input args) (payload, error) {
	p, err := c.administered(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	path := world.Key(input["targetPath"].(string))
	a, word := world.Allowed{Group: c.GroupPaths[path]}, targetGroup
	if a.Group == nil {
		a.Project, word = c.ProjectPaths[path], targetProject
	}
	if a == (world.Allowed{}) {
		x.Note(fmt.Sprintf("there is neither a group nor a project %q", input["targetPath"]))
		return unchanged(msgNoTarget), nil
	}
	if text := c.allowable(x, a, path, word); text != "" {
		return unchanged(text), nil
	}
	return scopeChanged(x, p, c.AllowJobsOf(p, a))
}

// disallowProject is the mutation ciJobTokenScopeRemoveProject. A project that is not there is none on the list, and
// nothing is on the outbound one but the project itself.
func disallowProject(c *call, x *exec, input args) (payload, error) {
	p, err := c.administered(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	target := c.ProjectPaths[world.Key(input["targetProjectPath"].(string))]
	if !c.Has(gitlabversion.JobTokenRemovalUnseen) {
		text := c.allowable(x, world.Allowed{Project: target}, input["targetProjectPath"], targetProject)
		if text != "" {
			return unchanged(text), nil
		}
	}
	if input["direction"] == "OUTBOUND" && target != p {
		target = nil // which is on no list
	}
	return scopeChanged(x, p, c.DisallowJobsOf(p, world.Allowed{Project: target}))
}

// disallowGroup is the mutation ciJobTokenScopeRemoveGroup. A group that is not there is none on the list.
func disallowGroup(c *call, x *exec, input args) (payload, error) {
	p, err := c.administered(x, input["projectPath"])
	if err != nil {
		return nil, err
	}
	g := c.GroupPaths[world.Key(input["targetGroupPath"].(string))]
	if g == nil {
		g = &world.Group{}
	}
	return scopeChanged(x, p, c.DisallowJobsOf(p, world.Allowed{Group: g}))
}
