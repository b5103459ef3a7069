package rest

// Webhooks of projects (lib/api/project_hooks.rb, lib/api/hooks/custom_headers.rb, lib/api/hooks/url_variables.rb,
// lib/api/hooks/trigger_test.rb) and, as an Enterprise Edition has them, of groups (ee/lib/api/group_hooks.rb).

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// hookPlace is whose webhooks the endpoints are about.
type hookPlace struct {
	path     string                                       // "/projects/:id"
	before   func(request) *front.Response                // finds it, and refuses who may not
	webhooks func(request) []*world.Webhook               // its own
	entity   func(request, *world.Webhook, hookShown) any // what is shown of one
	own      []string                                     // events that others do not have
	listed   hookShown                                    // what a list shows
}

var (
	projectHooks = hookPlace{path: "/projects/:id", before: projectHookAdmins, entity: projectHookEntityOf,
		listed: hookInList, webhooks: func(q request) []*world.Webhook { return q.Project.Webhooks() }}
	groupHooks = hookPlace{path: "/groups/:id", before: groupHookAdmins, entity: groupHookEntityOf, own: groupEvents,
		webhooks: func(q request) []*world.Webhook { return q.Group.Webhooks() }}
)

// hookRows are webhooks.
func hookRows() []row { return append(projectHooks.rows(), groupHooks.rows()...) }

func (at hookPlace) rows() []row {
	hooks, hook := at.path+"/hooks", at.path+"/hooks/:hook_id"
	createSpec, createLater := hookSpecs(at.own, pathID, []params.Param{{Name: "url", Required: true}})
	updateSpec, updateLater := hookSpecs(at.own, pathID, hookID, []params.Param{{Name: "url"}})
	entry := front.Declare(pathID, hookEntry)
	withValue := front.Declare(pathID, hookEntry, hookEntryValue)
	test := front.Declare(pathID, hookID, []params.Param{{Name: "trigger", Required: true, Values: testedEvents(at.own)}})
	named := since(gitlabversion.WebhookNames)
	rows := []row{
		{endpoint: "GET " + hooks, spec: listing(pathID), handle: at.list},
		{endpoint: "GET " + hook, spec: front.Declare(pathID, hookID), handle: at.get},
		{endpoint: "POST " + hooks, spec: createSpec, later: createLater, handle: at.create},
		{endpoint: "PUT " + hook, spec: updateSpec, later: updateLater, handle: at.update},
		{endpoint: "DELETE " + hook, spec: front.Declare(pathID, hookID), handle: at.delete},
		{endpoint: "POST " + hook + "/test/:trigger", since: since(gitlabversion.WebhookTests), spec: test, handle: at.test},
		{endpoint: "PUT " + hook + "/custom_headers/:key", since: named, spec: withValue,
			handle: at.setEntry(customHeader)},
		{endpoint: "DELETE " + hook + "/custom_headers/:key", since: named, spec: entry,
			handle: at.unsetEntry(customHeader)},
		{endpoint: "PUT " + hook + "/url_variables/:key", spec: withValue, handle: at.setEntry(urlVariable)},
		{endpoint: "DELETE " + hook + "/url_variables/:key", spec: entry, handle: at.unsetEntry(urlVariable)},
	}
	for i := range rows {
		rows[i].before = at.before
	}
	return rows
}

// projectHookAdmins is the before block of a project's webhooks.
func projectHookAdmins(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.AdminWebHook), "")
}

// groupHookAdmins is the before block of a group's webhooks.
func groupHookAdmins(q request) *front.Response {
	if refusal := groupReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnGroup(q.Group, policy.AdminGroupWebHook), "")
}

// hook is the webhook of the path, or the 404.
func (at hookPlace) hook(q request) (*world.Webhook, *front.Response) {
	id, _ := q.Params.Int("hook_id")
	for _, h := range at.webhooks(q) {
		if h.ID == id {
			return h, nil
		}
	}
	return nil, noRecord().Because(fmt.Sprintf("it has no webhook %d", id)).AsRefusal()
}

func (at hookPlace) list(q request) front.Response {
	return offsetPage(q, at.webhooks(q), false, func(h *world.Webhook) any { return at.entity(q, h, at.listed) })
}

func (at hookPlace) get(q request) front.Response {
	h, refusal := at.hook(q)
	if refusal != nil {
		return *refusal
	}
	return front.OK(at.entity(q, h, hookAlone))
}

func (at hookPlace) create(q request) front.Response {
	attributes, _, refusal := q.readHook(world.WebhookAttributes{Events: map[string]bool{world.PushEvents: true},
		BranchFilterStrategy: world.FilterByWildcard})
	if refusal != nil {
		return *refusal
	}
	h, err := q.CreateWebhook(q.Project, q.Group, attributes)
	if err != nil {
		return hookError(err, msgHeadersNoSchema, func(invalid *world.Invalid) front.Response {
			return front.RefuseError(http.StatusUnprocessableEntity, invalid.Sentence())
		})
	}
	return front.Created(at.entity(q, h, hookAlone))
}

func (at hookPlace) update(q request) front.Response {
	h, refusal := at.hook(q)
	if refusal != nil {
		return *refusal
	}
	attributes, given, refusal := q.readHook(h.WebhookAttributes)
	switch {
	case refusal != nil:
		return *refusal
	case !given:
		return front.RefuseError(http.StatusBadRequest, msgNoParameters).Because("nothing is said of the webhook")
	}
	if err := q.UpdateWebhook(h, attributes, q.Params.Has("token")); err != nil {
		return hookError(err, msgHeadersInvalid, func(*world.Invalid) front.Response {
			return front.Refuse(http.StatusUnprocessableEntity, problemsHash(err))
		})
	}
	return front.OK(at.entity(q, h, hookAlone))
}

// hookError tells why the model refuses a webhook: of some attributes in a text of the API's own.
func hookError(err error, headers string, otherwise func(*world.Invalid) front.Response) front.Response {
	invalid := err.(*world.Invalid)
	for _, own := range []struct{ attribute, text string }{{world.AttrURL, msgInvalidURL},
		{world.AttrBranchFilter, msgInvalidBranchFilter}, {world.AttrCustomHeaders, headers}} {
		of := func(p world.AttributeProblem) bool { return p.Attribute == own.attribute }
		if slices.ContainsFunc(invalid.Problems, of) {
			return front.RefuseError(http.StatusUnprocessableEntity, own.text).Because(world.WhyNoWebhook(err))
		}
	}
	return otherwise(invalid).Because(world.WhyNoWebhook(err))
}

func (at hookPlace) delete(q request) front.Response {
	h, refusal := at.hook(q)
	if refusal != nil {
		return *refusal
	}
	if refusal := q.unmodifiedSince(h.UpdatedAt); refusal != nil {
		return *refusal
	}
	q.DeleteWebhook(h)
	return front.NoContent()
}

// hookEntries is one of the two maps that a webhook has.
type hookEntries struct {
	of      func(*world.Webhook) map[string]string
	set     func(*world.State, *world.Webhook, map[string]string) error
	what    string // in the 404
	unsetNo string // why one cannot be taken out
}

var (
	customHeader = hookEntries{func(h *world.Webhook) map[string]string { return h.Headers },
		(*world.State).SetCustomHeaders, "Custom header", msgHeaderNotUnset}
	urlVariable = hookEntries{func(h *world.Webhook) map[string]string { return h.Variables },
		(*world.State).SetURLVariables, "URL variable", msgVariableNotUnset}
)

func (at hookPlace) setEntry(entries hookEntries) func(request) front.Response {
	return func(q request) front.Response {
		h, refusal := at.hook(q)
		if refusal != nil {
			return *refusal
		}
		next := map[string]string{}
		maps.Copy(next, entries.of(h))
		key, _ := q.Params.String("key")
		next[key], _ = q.Params.String("value")
		if err := entries.set(q.State, h, next); err != nil {
			return front.RefuseError(http.StatusUnprocessableEntity, msgIllegalKeyOrValue).Because(world.WhyNoWebhook(err))
		}
		return front.NoContent()
	}
}

func (at hookPlace) unsetEntry(entries hookEntries) func(request) front.Response {
	return func(q request) front.Response {
		h, refusal := at.hook(q)
		if refusal != nil {
			return *refusal
		}
		key, _ := q.Params.String("key")
		next := maps.Clone(entries.of(h))
		if _, there := next[key]; !there {
			return front.NotFound(entries.what).Because(fmt.Sprintf("webhook %d has no %q", h.ID, key))
		}
		delete(next, key)
		if err := entries.set(q.State, h, next); err != nil {
			return front.RefuseError(http.StatusUnprocessableEntity, entries.unsetNo).Because(world.WhyNoWebhook(err))
		}
		return front.NoContent()
	}
}

// untested are the events that a test finds nothing to tell of here, with what GitLab says then
// (app/services/concerns/integrations/project_test_data.rb); pushes are told of where there are commits.
var untested = map[string]string{world.PushEvents: "", world.TagPushEvents: "",
	"note_events": msgNeedsNotes, "confidential_note_events": msgNotTested, "emoji_events": msgNeedsNotes,
	"issues_events": msgNeedsIssues, "confidential_issues_events": msgNeedsIssues,
	"merge_requests_events": msgNeedsMergeRequests, "wiki_page_events": msgNeedsWiki,
	world.DeploymentEvents: msgNotTested, "feature_flag_events": msgNotTested, "releases_events": msgNeedsReleases,
	"milestone_events": msgNotTested, "resource_access_token_events": msgNotTested}

// testedEvents are the events that a test may name.
func testedEvents(own []string) []string {
	return append(slices.Sorted(maps.Keys(untested)), append([]string{world.JobEvents, world.PipelineEvents}, own...)...)
}

// test calls a webhook with what happened last, and answers when that is over.
func (at hookPlace) test(q request) front.Response {
	h, refusal := at.hook(q)
	if refusal != nil {
		return *refusal
	}
	event, _ := q.Params.String("trigger")
	nothing := untested[event]
	switch event {
	case world.JobEvents:
		nothing = msgNeedsJobs
	case world.PipelineEvents:
		nothing = msgNeedsPipelines
	}
	var notice *world.Notice
	if untested[event] == "" && !slices.Contains(at.own, event) {
		notice = q.TestNotice(h, event, q.User)
	}
	if notice == nil {
		if nothing == "" {
			nothing = msgNotTested
		}
		return front.Refuse(http.StatusUnprocessableEntity, nothing).Because("there is nothing to tell the webhook of")
	}
	ctx := q.HTTP.Context()
	return front.Response{Outside: func() front.Response {
		status, text := q.Site().TestWebhook(ctx, *notice)
		if status >= 200 && status <= 299 {
			return front.Refuse(http.StatusCreated, msgCreated)
		}
		why := "no answer came: " + text
		if status != 0 {
			why = fmt.Sprintf("the webhook was answered with %d", status)
		}
		return front.Refuse(http.StatusUnprocessableEntity, strings.ToValidUTF8(text, "")).Because(why)
	}}
}
