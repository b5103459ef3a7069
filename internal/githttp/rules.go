package githttp

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/gitpack"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/repository"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// preReceive asks GitLab's rules about each ref of a push: as soon as one refuses, no ref is moved
// (lib/gitlab/checks/changes_access.rb). why is for the journal; "" if all are allowed.
func (a *access) preReceive(r *report) (why string) {
	s := a.q.ProjectStanding(a.project)
	if a.q.ByJob != nil { // it pushes to its own project, or does not get here
		s = front.ProjectStandingOf(a.q.User, a.project)
	}
	for i, c := range r.push.Commands {
		if r.reasons[i] != "" {
			continue
		}
		change, ok := a.q.RefChangeOf(a.project, world.RefUpdate{Ref: c.Ref, Old: c.Old, New: c.New})
		if !ok {
			continue // who pushes at all pushes to refs that are neither branches nor tags
		}
		d := policy.PushRef(a.q.Actor, s, change)
		if d.Allowed {
			continue
		}
		text := front.RefTexts[d.Rule]
		if d.Rule == policy.ProtectedFirst {
			text = fmt.Sprintf(msgfFirstBranch, a.project.Path, a.q.WebURL(a.project.Path+"/-/project_members"))
		}
		r.say(fmt.Sprintf(msgfGitLab, text))
		r.refuseAll(reasonHook)
		return d.Reason
	}
	return ""
}

// options are the push options that GitLab knows and somebody here follows (lib/gitlab/push_options.rb); others are
// passed over, as there.
func (a *access) options(asked *gitpack.Push) world.PushOptions {
	o := world.PushOptions{NoPipelines: a.q.ByJob != nil}
	for _, option := range asked.Options {
		name, value, _ := strings.Cut(option, "=")
		switch strings.TrimSpace(name) {
		case gitpack.OptionSkip:
			o.SkipCI = true
		case gitpack.OptionVariable:
			if key, text, ok := strings.Cut(value, "="); ok {
				set(&o.Variables, key, text)
			}
		case gitpack.OptionInput:
			if key, text, ok := strings.Cut(value, "="); ok && a.q.Has(gitlabversion.PipelineInputs) {
				set(&o.Inputs, key, world.InputOf(text))
			}
		}
	}
	if len(o.Variables) > 0 && !a.q.MaySetVariables(a.project).Allowed {
		o.NoPipelines = true // and nobody is told (lib/gitlab/ci/pipeline/chain/build/associations.rb)
	}
	return o
}

func set[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

// tell says what GitLab says behind a push: where a merge request is made of a branch, and where a project has moved
// (app/services/merge_requests/get_urls_service.rb, lib/gitlab/checks/container_moved.rb).
func (a *access) tell(r *report) {
	p := a.project
	off := p.Attribute(world.AttrMergeAccess) == world.FeatureDisabled || p.Attribute(world.AttrPrintsMergeLink) == "false"
	for i, c := range r.push.Commands {
		name, isTag, ok := repository.ShortName(c.Ref)
		if off || !ok || isTag || c.Deletes() || r.reasons[i] != "" || name == p.DefaultBranch() {
			continue
		}
		query := url.Values{"merge_request[source_branch]": {name}}.Encode()
		r.say(fmt.Sprintf(msgfMergeRequest, name, a.q.WebURL(p.Path+"/-/merge_requests/new?"+query)))
	}
	if a.moved != "" {
		r.say(fmt.Sprintf(msgfMoved, a.moved, p.Path, a.q.WebURL(p.Path+".git")))
	}
}
