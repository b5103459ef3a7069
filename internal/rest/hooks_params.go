package rest

// What people say of webhooks, and how it is read (lib/api/project_hooks.rb, lib/api/helpers/web_hooks_helpers.rb).

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

var (
	hookID    = []params.Param{{Name: "hook_id", Kind: params.Integer, Required: true}}
	hookEntry = []params.Param{{Name: "hook_id", Kind: params.Integer, Required: true}, {Name: "key", Required: true}}
	// hookEntryValue is the value of a variable or header that is set.
	hookEntryValue = []params.Param{{Name: "value", Required: true}}
)

// The lists of hashes with key and value among the parameters.
const (
	paramURLVariables  = "url_variables"
	paramCustomHeaders = "custom_headers"
)

// paramSigningToken is by what the calls of a webhook are signed.
const paramSigningToken = "signing_token"

// hookVersion is what the webhooks of a version have besides those of the oldest.
type hookVersion struct{ templates, names, of18, signed bool }

// hookParams declares what is said of a webhook besides its URL, in GitLab's order, which is that of its errors.
func hookParams(v hookVersion, own ...string) []params.Param {
	all := make([]params.Param, 0, 32)
	add := func(known bool, kind params.Kind, names ...string) {
		for _, name := range names {
			if known {
				all = append(all, params.Param{Name: name, Kind: kind})
			}
		}
	}
	add(v.names, params.String, "name", "description")
	add(true, params.Boolean, world.PushEvents, "issues_events", "confidential_issues_events", "merge_requests_events",
		"tag_push_events", "note_events", "confidential_note_events", world.JobEvents, world.PipelineEvents,
		"wiki_page_events", "deployment_events", "feature_flag_events", "releases_events")
	add(v.of18, params.Boolean, "milestone_events")
	add(v.templates, params.Boolean, "emoji_events", "resource_access_token_events")
	add(v.of18, params.Boolean, "resource_deploy_token_events")
	add(true, params.Boolean, own...)
	add(true, params.Boolean, "enable_ssl_verification")
	add(true, params.String, "token")
	add(v.signed, params.String, paramSigningToken)
	add(true, params.String, "push_events_branch_filter")
	add(v.templates, params.String, "custom_webhook_template")
	all = append(all, params.Param{Name: "branch_filter_strategy", Values: world.BranchFilterStrategies})
	add(v.of18, params.Boolean, "vulnerability_events")
	add(true, params.Any, paramURLVariables)
	add(v.names, params.Any, paramCustomHeaders)
	return all
}

// hookSpecs are the declarations of an endpoint that is told of a webhook, of the oldest version and of later ones.
func hookSpecs(own []string, before ...[]params.Param) (params.Spec, *front.LaterSpec) {
	spec := func(v hookVersion) func() params.Spec {
		return func() params.Spec { return front.Declare(append(slices.Clone(before), hookParams(v, own...))...) }
	}
	return spec(hookVersion{})(), &front.LaterSpec{Since: gitlabversion.WebhookTemplates,
		Make: spec(hookVersion{templates: true}),
		Later: &front.LaterSpec{Since: gitlabversion.WebhookNames, Make: spec(hookVersion{templates: true, names: true}),
			Later: &front.LaterSpec{Since: gitlabversion.WebhookEventsOf18,
				Make: spec(hookVersion{templates: true, names: true, of18: true}),
				Later: &front.LaterSpec{Since: gitlabversion.WebhookSigningTokens,
					Make: spec(hookVersion{templates: true, names: true, of18: true, signed: true})}}}}
}

// readHook lays what the request says over the attributes of a webhook. given is whether it says anything.
func (q request) readHook(a world.WebhookAttributes) (next world.WebhookAttributes, given bool, no *front.Response) {
	next = a.Clone() // which has a map of events, be it empty
	for _, name := range q.Params.Names() {
		if !q.Params.Has(name) || name == "id" || name == "hook_id" {
			continue
		}
		given = given || name != paramURLVariables && name != paramCustomHeaders
		if on, said := q.Params.Bool(name); said && world.IsWebhookEvent(name) {
			next.Events[name] = on
		}
	}
	if on, ok := q.Params.Bool("enable_ssl_verification"); ok {
		next.UnverifiedTLS = !on
	}
	q.readHookTexts(&next)
	for name, field := range map[string]*map[string]string{paramURLVariables: &next.Variables,
		paramCustomHeaders: &next.Headers} {
		entries, refusal := q.hookEntries(name)
		if refusal != nil {
			return next, given, refusal
		}
		if len(entries) > 0 {
			given = true
			merged := map[string]string{}
			maps.Copy(merged, *field)
			maps.Copy(merged, entries)
			*field = merged
		}
	}
	return next, given, nil
}

// readHookTexts passes over what this version does not declare, as GitLab does.
func (q request) readHookTexts(next *world.WebhookAttributes) {
	declared := q.Params.Names()
	says := func(name string) bool { return slices.Contains(declared, name) && q.Params.Has(name) }
	if says("url") {
		next.URL, _ = q.Params.String("url")
	}
	if says("token") {
		next.Token, _ = q.Params.String("token")
	}
	if says(paramSigningToken) {
		next.SigningToken, _ = q.Params.String(paramSigningToken)
	}
	if s, ok := q.Params.String("branch_filter_strategy"); ok {
		next.BranchFilterStrategy = s
	}
	for name, field := range map[string]**string{"name": &next.Name, "description": &next.Description,
		"push_events_branch_filter": &next.BranchFilter, "custom_webhook_template": &next.Template} {
		if !says(name) {
			continue
		}
		*field = nil
		if s, ok := q.Params.String(name); ok {
			*field = &s
		}
	}
	if next.BranchFilterStrategy == world.AllBranches {
		next.BranchFilter = nil
	}
}

// hookEntries reads a list of hashes with key and value.
func (q request) hookEntries(name string) (map[string]string, *front.Response) {
	bad := func(text string) (map[string]string, *front.Response) {
		return nil, front.RefuseError(http.StatusBadRequest, text).
			Because(name + " is a list of hashes with key and value").AsRefusal()
	}
	if !slices.Contains(q.Params.Names(), name) {
		return nil, nil
	}
	list, isList := q.Record.Params[name].([]any)
	if q.Record.Params[name] != nil && !isList {
		return bad(fmt.Sprintf(msgfIsInvalid, name))
	}
	entries := map[string]string{}
	var missing []string
	for i, element := range list {
		hash, _ := element.(map[string]any) // what is none has no key either
		for _, part := range []string{"key", "value"} {
			if hash[part] == nil {
				missing = append(missing, fmt.Sprintf(msgfEntryIncomplete, name, i, part))
			}
		}
		entries[fmt.Sprint(hash["key"])] = fmt.Sprint(hash["value"])
	}
	if len(missing) > 0 {
		return bad(strings.Join(missing, ", "))
	}
	return entries, nil
}
