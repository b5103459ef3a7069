package conformance

// The entities of a case's world, made in a real GitLab over its REST API.

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

func (w *restWorld) settings(in caseInstance) {
	limits := in.PlanLimits
	if limits.ProjectRunners+limits.GroupRunners+int(limits.TraceSize)+limits.ProjectVariables+limits.GroupVariables > 0 ||
		in.Registry.Enabled || in.RateLimitHeaders {
		w.skip("REST sets no plan limits, registries and throttles here")
	}
	if in.KeepLatestArtifact != nil {
		w.settingsNow["keep_latest_artifact"] = *in.KeepLatestArtifact
	}
	if in.AllowRegistrationTokens != nil {
		w.settingsNow["allow_runner_registration_token"] = *in.AllowRegistrationTokens
	}
	if in.ValidRunnerRegistrars != nil {
		registrars := []any{} // as they come back in JSON
		for _, r := range *in.ValidRunnerRegistrars {
			registrars = append(registrars, r)
		}
		w.settingsNow["valid_runner_registrars"] = registrars
	}
	if in.AllowLocalRequests != nil && !*in.AllowLocalRequests {
		w.settingsNow["allow_local_requests_from_web_hooks_and_services"] = false
	}
	if in.AdminMode {
		w.settingsNow["admin_mode"] = true
	}
	for name, n := range map[string]Seconds{"runner_token_expiration_interval": in.RunnerExpiration,
		"group_runner_token_expiration_interval":   in.GroupRunnerExpiration,
		"project_runner_token_expiration_interval": in.ProjectRunnerExpiration,
		"max_artifacts_size":                       Seconds(in.MaxArtifactsSize)} {
		if n > 0 {
			w.settingsNow[name] = float64(n)
		}
	}
	if w.mentions("{{instance.registration_token}}") {
		w.registrationToken("instance", "", "/runners/reset_registration_token")
	}
}

func (w *restWorld) ready() { w.gitlab.set(w.t, w.settingsNow) }

func (w *restWorld) user(name string, in caseUser) {
	w.specs[name] = in
	w.named(name)
	waits := in.State == fakegitlab.UserBlockedPendingApproval // such users come of signing up
	if w.mentions(name) || w.aboutUsers && !waits || aboutMembers.MatchString(w.about) {
		w.userID(name)
	}
}

// userID makes a user at the first need of them.
func (w *restWorld) userID(name string) int {
	if id, there := w.ids["user."+name]; there {
		return id
	}
	in, known := w.specs[name]
	if !known {
		w.skip("it is about " + name + ", who is not of its world")
	}
	if in.State == fakegitlab.UserBlockedPendingApproval {
		w.skip("REST makes no users who wait for approval")
	}
	id := w.create("user", name, "/users", params{"username": w.called(name), "name": name,
		"email":                 w.called(name) + "@example.com",
		"force_random_password": true, "skip_confirmation": true, "admin": in.Admin, "auditor": in.Auditor,
		"external": in.External})
	w.made = append(w.made, fmt.Sprintf("/users/%d?hard_delete=true", id))
	for _, join := range w.later[name] {
		join(id)
	}
	switch in.State {
	case fakegitlab.UserBlocked:
		w.send(http.MethodPost, fmt.Sprintf("/users/%d/block", id), nil)
	case fakegitlab.UserDeactivated:
		w.send(http.MethodPost, fmt.Sprintf("/users/%d/deactivate", id), nil)
	}
	return id
}

// members adds those of the members whom somebody needs; the others join when they are needed. One with a lower role
// than in a group above is left out: GitLab makes none, and the higher role counts anyway. Who makes a group is its
// Owner already.
func (w *restWorld) members(kind, name, parent, path string, in caseMembers) {
	roles := maps.Clone(w.roles[parent])
	if roles == nil {
		roles = fakegitlab.Members{}
	}
	for username, role := range in.members() {
		join := func(id int) {
			if role < roles[username] {
				return
			}
			roles[username] = role
			if status, answer := w.gitlab.call(w.t, w.gitlab.adminToken, http.MethodPost, path+"/members",
				params{"user_id": id, "access_level": int(role)}); status != http.StatusCreated {
				w.t.Logf("%v", answer)
				w.skip(fmt.Sprintf("this version makes nobody a member with the role %d", role))
			}
		}
		if id, needed := w.ids["user."+username]; needed {
			join(id)
		} else {
			w.later[username] = append(w.later[username], join)
		}
	}
	if kind == "group" {
		w.roles[name] = roles
	}
}

func (w *restWorld) group(name string, in caseGroup) {
	if IsFalse(in.AllowRegistrationTokens) || in.RunnerExpiration > 0 {
		w.skip("REST sets no limits of one group")
	}
	body := params{"name": name, "path": w.called(name), "visibility": in.Visibility}
	fullPath := w.called(name)
	if in.Parent == "" {
		w.named(name)
	}
	if in.Parent != "" {
		body["path"], body["parent_id"] = name, w.ids["group."+in.Parent]
		w.parents[name] = in.Parent
		fullPath = w.Names["group."+in.Parent+".path"] + "/" + name
	}
	path := fmt.Sprintf("/groups/%d", w.create("group", name, "/groups", visible(body)))
	w.Names["group."+name+".path"] = fullPath
	w.made = append(w.made, path)
	if IsFalse(in.SharedRunnersEnabled) {
		w.send(http.MethodPut, path, params{"shared_runners_setting": "disabled_and_unoverridable"})
	}
	w.members("group", name, in.Parent, path, in.Members)
	if hasOwner := slices.Contains(slices.Collect(maps.Values(w.roles[name])), fakegitlab.Owner); hasOwner {
		w.send(http.MethodDelete, fmt.Sprintf("%s/members/%d", path, w.gitlab.adminID), nil) // who has made it
	}
	if w.mentions("{{group." + name + ".registration_token}}") {
		w.registrationToken("group", name, path)
	}
}

// open gives a group the visibility of a project in it: GitLab makes no project that more people see than its group.
func (w *restWorld) open(group string, visibility fakegitlab.Visibility) {
	path := fmt.Sprintf("/groups/%d", w.ids["group."+group])
	levels := []fakegitlab.Visibility{fakegitlab.Private, fakegitlab.Internal, fakegitlab.Public}
	is, _ := testkit.Descend(w.send(http.MethodGet, path, nil), "visibility").(string)
	if slices.Index(levels, fakegitlab.Visibility(is)) >= slices.Index(levels, visibility) {
		return
	}
	if parent := w.parents[group]; parent != "" {
		w.open(parent, visibility)
	}
	w.send(http.MethodPut, path, params{"visibility": visibility})
}

// visible leaves the visibility to GitLab, which is private, where the case gives none.
func visible(body params) params {
	if body["visibility"] == fakegitlab.Visibility("") {
		delete(body, "visibility")
	}
	return body
}

func (w *restWorld) project(name string, in caseProject) {
	if IsFalse(in.AllowRegistrationTokens) {
		w.skip("REST does not switch the registration token of a project off")
	}
	body := params{"name": name, "path": name, "visibility": in.Visibility,
		"shared_runners_enabled": !IsFalse(in.SharedRunnersEnabled),
		"group_runners_enabled":  !IsFalse(in.GroupRunnersEnabled)}
	if in.BuildTimeout > 0 {
		body["build_timeout"] = in.BuildTimeout
	}
	to, namespace := "/projects", w.Names["group."+in.Namespace+".path"]
	if id, isGroup := w.ids["group."+in.Namespace]; isGroup {
		body["namespace_id"] = id
		w.open(in.Namespace, in.Visibility)
	} else {
		to, namespace = fmt.Sprintf("/projects/user/%d", w.userID(in.Namespace)), w.prefix+in.Namespace
	}
	path := fmt.Sprintf("/projects/%d", w.create("project", name, to, visible(body)))
	w.made = append(w.made, path)
	w.Names["project."+name+".path"] = namespace + "/" + name
	w.setUp(path, in)
	w.members("project", name, in.Namespace, path, in.Members)
	if w.mentions("{{project." + name + ".registration_token}}") {
		w.registrationToken("project", name, path)
	}
}

// setUp gives a project what none can be made with.
func (w *restWorld) setUp(path string, in caseProject) {
	more := params{}
	if in.KeepLatestArtifact != nil {
		more["keep_latest_artifact"] = *in.KeepLatestArtifact
	}
	if in.GitDepth != nil {
		more["ci_default_git_depth"] = max(0, in.gitDepth())
	}
	if len(more) > 0 {
		w.send(http.MethodPut, path, more)
	}
	w.fill(path, in.caseRepository)
	if in.Archived {
		w.send(http.MethodPost, path+"/archive", nil)
	}
}

// registrationToken is what an instance, a group or a project has; that of the instance can only be had anew.
func (w *restWorld) registrationToken(kind, name, path string) string {
	key, method, field := strings.TrimSuffix(kind+"."+name, ".")+".registration_token", http.MethodGet, "runners_token"
	if kind == "instance" {
		method, field = http.MethodPost, "token"
	}
	if w.Names[key] == "" {
		token, _ := testkit.Descend(w.send(method, path, nil), field).(string)
		w.Names[key] = token
	}
	return w.Names[key]
}

func (w *restWorld) runner(name string, in caseRunner, managers []caseManager) {
	if in.TokenExpires != "" {
		w.skip("REST does not choose when a runner's token expires")
	}
	if in.Created != "" && aboutTime.MatchString(w.about) {
		w.skip("REST makes no runner that was created in the past")
	}
	body := params{"description": in.Description, "paused": in.Paused,
		"run_untagged": in.RunUntagged == nil || *in.RunUntagged,
		"tag_list":     append([]string{}, in.TagList...)}
	if in.MaintenanceNote != "" {
		body["maintenance_note"] = in.MaintenanceNote
	}
	if in.AccessLevel != "" {
		body["access_level"] = in.AccessLevel
	}
	if in.MaximumTimeout > 0 {
		body["maximum_timeout"] = in.MaximumTimeout
	}
	token := w.makeRunner(name, in, body)
	w.Names["runner."+name+".token"] = token
	id := w.ids["runner."+name]
	for _, project := range in.Projects[min(1, len(in.Projects)):] {
		w.send(http.MethodPost, fmt.Sprintf("/projects/%d/runners", w.ids["project."+project]), params{"runner_id": id})
	}
	if in.Locked { // last: a locked runner gets no more projects
		w.send(http.MethodPut, fmt.Sprintf("/runners/%d", id), params{"locked": true})
	}
	w.contact(token, in, managers)
}

// makeRunner makes a runner in the way that it is to have been made in, and returns its token.
func (w *restWorld) makeRunner(name string, in caseRunner, body params) string {
	kind, owner, path := "instance", "", "/runners/reset_registration_token"
	switch {
	case in.Group != "":
		kind, owner = "group", in.Group
	case len(in.Projects) > 0:
		kind, owner = "project", in.Projects[0]
	case in.Type == fakegitlab.ProjectRunner: // of nobody: its only project goes
		kind, owner = "project", "gone of "+name
		gone := fmt.Sprintf("/projects/%d", w.create(kind, owner, "/projects", params{"name": w.prefix + "gone"}))
		defer w.remove([]string{gone})
	case in.Type != fakegitlab.InstanceRunner:
		w.skip("REST makes no group runner that is of nobody")
	}
	if owner != "" {
		path = fmt.Sprintf("/%ss/%d", kind, w.ids[kind+"."+owner])
	}
	as, to := "", "/runners"
	if in.Creation == fakegitlab.ByUser || in.Creator != "" {
		as, to = w.gitlab.adminToken, "/user/runners"
		if in.Creator != "" {
			as = w.Token(in.Creator)
		}
		body["runner_type"] = in.Type
		if owner != "" {
			body[kind+"_id"] = w.ids[kind+"."+owner]
		}
	} else {
		body["token"] = w.registrationToken(kind, owner, path)
	}
	answer := w.sendAs(as, http.MethodPost, to, body)
	id, _ := testkit.Descend(answer, "id").(float64)
	w.noteID("runner", name, int(id))
	token, _ := testkit.Descend(answer, "token").(string)
	return token
}

// contact has a runner verified, for each of its managers, if it is to have been in contact lately and the case is
// about that.
func (w *restWorld) contact(token string, in caseRunner, managers []caseManager) {
	timely := aboutTime.MatchString(w.about)
	if w.refused || !timely && !aboutManager.MatchString(w.about) {
		return
	}
	if w.mentions("ip_address") && len(managers) > 0 {
		w.skip("REST does not choose the address of a manager")
	}
	if len(managers) == 0 && in.Contacted != "" {
		managers = []caseManager{{Contacted: in.Contacted}}
	}
	now := time.Now()
	if timely || w.mentions("version") { // which is that of the last to come
		slices.SortStableFunc(managers, func(a, b caseManager) int {
			return a.Contacted.At(now).Compare(b.Contacted.At(now))
		})
	}
	for _, m := range managers {
		if timely && (in.Contacted == "" || m.Created != "") || m.Contacted == "" && (timely || len(managers) > 1) {
			w.skip("REST makes no manager without contact, and none in the past")
		}
		if at := m.Contacted.At(now); timely && now.Sub(at) > time.Hour {
			w.skip("REST makes no contact in the past")
		}
	}
	for _, m := range managers {
		body := params{"token": token, "info": params{"version": m.Version, "revision": m.Revision,
			"platform": m.Platform, "architecture": m.Architecture}}
		if m.SystemID != "" {
			body["system_id"] = m.SystemID
		}
		w.sendAs("", http.MethodPost, "/runners/verify", body)
	}
}

// job makes none: a case can do without if it names none and is refused whatever there is.
func (w *restWorld) job(string, caseJob) {
	if w.mentions("{{job.") || w.mentions("job") && !w.refused {
		w.skip("REST cannot give a job its status")
	}
}
