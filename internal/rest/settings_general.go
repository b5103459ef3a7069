package rest

// The application settings that are kept as attributes (lib/api/settings.rb and, for what has no type there,
// app/helpers/application_settings_helper.rb), of 16.0 to the newest together: one that a version does not know yet
// does no harm in a test. Most change nothing here.

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Settings that are no attributes of their own.
const (
	paramBarEnabled = "performance_bar_enabled"
	paramBarGroup   = "performance_bar_allowed_group_id"
	paramBarPath    = "performance_bar_allowed_group_path"
	// unkeptSettings are taken and not kept.
	unkeptSettings = "disable_password_authentication_for_users_with_sso_identities kroki_formats resource_usage_limits " +
		"send_user_confirmation_email"
	rawSuffix          = "_raw"
	paramAllowedAssets = "asset_proxy_allowlist"
	paramPolling       = "polling_interval_multiplier"
	paramOAuthSources  = "disabled_oauth_sign_in_sources"
	paramHashedStorage = "hashed_storage_enabled"
	paramCommitHost    = "commit_email_hostname"
	paramWebSignIn     = "password_authentication_enabled_for_web"
)

// otherNames are the names that settings had before, or have beside their own: one of these counts where it is given,
// but for the last, which count before the older names.
var otherNames = []struct{ other, name string }{
	{"signin_enabled", paramWebSignIn},
	{"password_authentication_enabled", paramWebSignIn},
	{"asset_proxy_whitelist", paramAllowedAssets},
	{"throttle_unauthenticated_web_enabled", "throttle_unauthenticated_enabled"},
	{"throttle_unauthenticated_web_period_in_seconds", "throttle_unauthenticated_period_in_seconds"},
	{"throttle_unauthenticated_web_requests_per_period", "throttle_unauthenticated_requests_per_period"},
}

// signInNames are the three names of one setting.
var signInNames = []string{paramWebSignIn, "password_authentication_enabled", "signin_enabled"}

// abuse is where GitLab tells of abuse; it had another name before, which is not shown.
const paramAbuseBefore, paramAbuse = "admin_notification_email", "abuse_notification_email"

// rawLists are lists that are also read and shown as text, an entry a line.
var rawLists = map[string]string{"domain_allowlist": "domain_allowlist", "domain_denylist": "domain_denylist",
	"notes_create_limit_allowlist":      "notes_create_limit_allowlist",
	"outbound_local_requests_allowlist": "outbound_local_requests_whitelist", "protected_paths": "protected_paths",
	"users_get_by_id_limit_allowlist": "users_get_by_id_limit_allowlist",
	"iframe_rendering_allowlist":      "iframe_rendering_allowlist"}

// Repositories are tidied up after so many pushes; there were three numbers before, which all show that one now.
const (
	paramHousekeeping = "housekeeping_enabled"
	paramTidied       = "housekeeping_optimize_repository_period"
	paramRepacked     = "housekeeping_incremental_repack_period"
)

// tidiedBefore are the three, in the order in which GitLab names them.
var tidiedBefore = []string{"housekeeping_full_repack_period", "housekeeping_gc_period", paramRepacked}

// generalSettings declares all of them.
func generalSettings() (all []params.Param) {
	kept := slices.DeleteFunc(slices.Clone(world.SettingAttributes), func(a world.Attribute) bool {
		return a.Name == paramBarGroup || a.Name == world.AttrStorageWeight
	})
	all = attributeParams(kept)
	for _, n := range otherNames {
		at := slices.IndexFunc(all, func(p params.Param) bool { return p.Name == n.name })
		all = append(all, params.Param{Name: n.other, Kind: all[at].Kind})
	}
	for name := range rawLists {
		all = append(all, params.Param{Name: name + rawSuffix})
	}
	for _, name := range []string{paramAbuseBefore, paramBarGroup, paramBarPath, paramBarEnabled} {
		all = append(all, params.Param{Name: name})
	}
	for _, name := range tidiedBefore {
		all = append(all, params.Param{Name: name, Kind: params.Integer})
	}
	for name := range strings.FieldsSeq(unkeptSettings + " " + world.AttrStorageWeight) {
		all = append(all, params.Param{Name: name, Kind: params.Any})
	}
	needed := world.Filtered(world.NeededSettings, func(n world.NeededSetting) bool { return n.Request })
	slices.SortFunc(needed, func(a, b world.NeededSetting) int { return strings.Compare(a.On, b.On) })
	for _, n := range needed {
		for name := range strings.FieldsSeq(n.Needed) {
			all = append(all, params.Param{Name: name, Required: true, When: &params.When{Param: n.On, Equals: "true"}})
		}
	}
	return all
}

// settingsGiven are the attributes that the request gives, under whatever name.
func (q request) settingsGiven() (map[string]string, *front.Response) {
	given := attributesGiven(q.Params, world.SettingAttributes)
	for _, n := range otherNames {
		if q.Params.Has(n.other) {
			at := slices.IndexFunc(world.SettingAttributes, func(a world.Attribute) bool { return a.Name == n.name })
			as := world.SettingAttributes[at]
			as.Name = n.other
			given[n.name] = attributesGiven(q.Params, []world.Attribute{as})[n.other]
		}
	}
	if q.Params.Has(paramAbuseBefore) {
		given[paramAbuse], _ = q.Params.String(paramAbuseBefore)
	}
	for raw, name := range rawLists {
		if q.Params.Has(raw + rawSuffix) {
			text, _ := q.Params.String(raw + rawSuffix)
			given[name] = strings.Join(separated(text), ",")
		}
	}
	if list, said := given[paramAllowedAssets]; said {
		given[paramAllowedAssets] = q.withOwnHost(list)
	}
	if _, said := given[paramOAuthSources]; said {
		given[paramOAuthSources] = "" // nobody else signs in here
	}
	if _, said := given[paramHashedStorage]; said {
		given[paramHashedStorage] = "true"
	}
	q.givePerformanceBar(given)
	for _, read := range []func(map[string]string) *front.Response{q.giveHousekeeping, q.giveStorageWeights,
		q.giveBranchProtection} {
		if refusal := read(given); refusal != nil {
			return nil, refusal
		}
	}
	return given, nil
}

// separators are what stands between the entries of a list that is given as text.
var separators = regexp.MustCompile(`\s*[,;]\s*|\s`)

// separated are the entries of a list that is given as text, each once.
func separated(text string) (entries []string) {
	for _, entry := range separators.Split(text, -1) {
		if entry = strings.TrimSpace(entry); entry != "" && !slices.Contains(entries, entry) {
			entries = append(entries, entry)
		}
	}
	return entries
}

// ownHost is the name of the host that this GitLab is at.
func (q request) ownHost() string {
	u, _ := url.Parse(q.WebURL(""))
	return u.Hostname()
}

// withOwnHost is a list of hosts whose pictures need no proxy, this GitLab's among them.
func (q request) withOwnHost(list string) string {
	hosts := world.Words(list)
	if own := q.ownHost(); !slices.Contains(hosts, own) {
		hosts = append(hosts, own)
	}
	return strings.Join(hosts, ",")
}

// givePerformanceBar reads the group whose members see the performance bar, by its path under one of two names.
func (q request) givePerformanceBar(given map[string]string) {
	for _, name := range []string{paramBarPath, paramBarGroup} {
		if !q.Params.Has(name) {
			continue
		}
		given[paramBarGroup] = ""
		path, _ := q.Params.String(name)
		if g := q.GroupByRef(path); g != nil && !world.IsNumber(path) {
			given[paramBarGroup] = strconv.Itoa(g.ID)
		}
	}
	on, said := q.Params.String(paramBarEnabled)
	if said && !slices.Contains([]string{"true", "1", "t", "yes", "on"}, on) {
		given[paramBarGroup] = ""
	}
}

// giveHousekeeping reads after how many pushes a repository is tidied up. Who switches that on says so.
func (q request) giveHousekeeping(given map[string]string) *front.Response {
	missing := slices.DeleteFunc(slices.Clone(tidiedBefore), q.Params.Has)
	tidied, repacked := q.Params.Has(paramTidied), q.Params.Has(paramRepacked)
	var wrong []string
	complain := func(complaint string, names ...string) {
		wrong = append(wrong, strings.Join(names, ", ")+" "+complaint)
	}
	if isTrue(q.Params, paramHousekeeping) {
		if len(missing) > 0 && len(missing) < len(tidiedBefore) {
			complain(msgAllOrNone, tidiedBefore...)
		}
		switch {
		case tidied && repacked:
			complain(msgExclusive, paramRepacked, paramTidied)
		case !tidied && !repacked:
			complain(msgExactlyOne, paramRepacked, paramTidied)
		}
	}
	if len(wrong) > 0 {
		return front.RefuseError(http.StatusBadRequest, strings.Join(wrong, ", ")).
			Because("the settings of housekeeping go together").AsRefusal()
	}
	if n, said := q.Params.Int(paramRepacked); said {
		given[paramTidied] = strconv.Itoa(n)
	}
	return nil
}

// giveStorageWeights reads which storages new repositories come to. There is but one here.
func (q request) giveStorageWeights(given map[string]string) *front.Response {
	delete(given, world.AttrStorageWeight)
	weights, _ := q.Record.Params[world.AttrStorageWeight].(map[string]any)
	others := slices.Sorted(maps.Keys(weights))
	others = slices.DeleteFunc(others, func(name string) bool { return name == defaultStorage })
	if len(others) > 0 {
		return modelError(newInvalid(world.AttrStorageWeight, msgNoStorage+strings.Join(others, ", "))).AsRefusal()
	}
	if weight, said := weights[defaultStorage]; said {
		text := textOf(weight)
		if !world.IsNumber(text) {
			return modelError(newInvalid(world.AttrStorageWeight, msgWeightNumber)).AsRefusal()
		}
		given[world.AttrStorageWeight] = text
	}
	return nil
}

// secretSettings are those that are never shown, and what is shown in another way.
var secretSettings = []string{"asset_proxy_secret_key", "eks_secret_access_key", world.AttrStorageWeight, paramTidied}

// generalSettingsShown are the attributes as they are shown.
func (q request) generalSettingsShown() map[string]any {
	shown := map[string]any{"id": 1}
	for _, a := range world.SettingAttributes {
		if !slices.Contains(secretSettings, a.Name) {
			shown[a.Name] = valueShown(a, q.Settings.Attribute(a.Name))
		}
	}
	for _, n := range otherNames {
		shown[n.other] = shown[n.name]
	}
	for raw, name := range rawLists {
		shown[raw+rawSuffix] = strings.Join(world.Words(q.Settings.Attribute(name)), "\n")
	}
	tidied, _ := strconv.Atoi(q.Settings.Attribute(paramTidied))
	weight, _ := strconv.Atoi(q.Settings.Attribute(world.AttrStorageWeight))
	for _, name := range append(tidiedBefore, paramTidied) {
		shown[name] = tidied
	}
	shown["housekeeping_bitmaps_enabled"] = true
	shown[world.AttrStorageWeight] = map[string]int{defaultStorage: weight}
	shown["kroki_formats"] = map[string]bool{"blockdiag": false, "bpmn": false, "excalidraw": false}
	shown[paramPolling] = q.Settings.Attribute(paramPolling) // a decimal is a text
	if shown[paramCommitHost] == nil {
		shown[paramCommitHost] = "users.noreply." + q.ownHost()
	}
	level, _ := strconv.Atoi(q.Settings.Attribute(world.AttrBranchProtection))
	shown[world.AttrBranchDefaults] = shownBranchProtection(q.Settings.Attribute(world.AttrBranchDefaults),
		branchProtections[level])
	return shown
}

// valueShown is an attribute of which nothing more is known than its kind.
func valueShown(a world.Attribute, text string) any {
	switch {
	case a.Kind == world.WordsAttribute:
		return world.Words(text)
	case text == world.Unset:
		return nil
	case a.Kind == world.FlagAttribute:
		return text == "true"
	case a.Kind == world.NumberAttribute:
		n, _ := strconv.Atoi(text) // it has been checked
		return n
	case a.Kind == world.DecimalAttribute:
		n, _ := strconv.ParseFloat(text, 64)
		return n
	}
	return text
}
