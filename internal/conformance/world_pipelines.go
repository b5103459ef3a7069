package conformance

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// Repositories, pipelines, schedules and triggers of a case's world.

// caseRepository is what a project has in its repository, and what it says of pipelines.
type caseRepository struct {
	Files             map[string]string
	Branches, Tags    []string
	DefaultBranch     string                                  `json:"default_branch"`
	LastCommitMessage string                                  `json:"last_commit_message"`
	PublicBuilds      *bool                                   `json:"public_builds"`
	Protected         map[string]struct{ Push, Merge string } `json:"protected_branches"`
	Restricted        bool                                    `json:"restrict_user_defined_variables"`
	OverrideRole      string                                  `json:"ci_pipeline_variables_minimum_override_role"`
	Commits           []caseCommit                            // what follows on the files, in order
	ProtectedTags     []string                                `json:"protected_tags"`
}

// caseCommit is one more commit.
type caseCommit struct {
	Branch, Message string
	Files           map[string]string
	Delete          []string
}

// firstFiles are those that the project is made with; a message of their own wants a commit of their own.
func (in caseRepository) firstFiles() map[string]string {
	if in.LastCommitMessage != "" {
		return nil
	}
	return in.Files
}

// attributes are the settings of a project that it has.
func (in caseRepository) attributes() map[string]string {
	out := map[string]string{}
	if in.PublicBuilds != nil {
		out["public_jobs"] = strconv.FormatBool(*in.PublicBuilds)
	}
	if in.Restricted {
		out["restrict_user_defined_variables"] = "true"
	}
	if in.OverrideRole != "" {
		out["ci_pipeline_variables_minimum_override_role"] = in.OverrideRole
	}
	return out
}

// fill makes commits, branches and tags as an administrator would. Pipelines that come of it go.
func (p fakeWorld) fill(project fakegitlab.Project, in caseRepository) {
	if len(in.Files) == 0 {
		return
	}
	branch := in.DefaultBranch
	if branch == "" {
		branch = "main"
	}
	if in.LastCommitMessage != "" {
		p.gl.Commit(project.Path, branch, in.Files, in.LastCommitMessage)
	}
	at := fmt.Sprintf("/projects/%d/repository/", project.ID)
	for _, other := range in.Branches {
		if other != branch {
			p.ask(at+"branches", params{"branch": other, "ref": branch})
		}
	}
	for _, tag := range in.Tags {
		p.ask(at+"tags", params{"tag_name": tag, "ref": branch})
	}
	for _, c := range in.Commits {
		if len(c.Delete) > 0 {
			p.gl.DeleteFiles(project.Path, cmp.Or(c.Branch, branch), c.Delete, c.Message)
		} else {
			p.gl.Commit(project.Path, cmp.Or(c.Branch, branch), c.Files, c.Message)
		}
	}
	for _, made := range p.gl.Pipelines() {
		if made.Project == project.Path {
			p.gl.DeletePipeline(made.ID)
		}
	}
	for _, rule := range p.gl.ProtectedRefs() { // GitLab protects the first branch
		if rule.Project == project.Path && !rule.Tag {
			p.gl.DeleteProtectedBranch(project.Path, rule.Name)
		}
	}
	for _, name := range in.ProtectedTags {
		p.gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: project.Path, Name: name, Tag: true})
	}
	for name, may := range in.Protected {
		p.gl.AddProtectedRef(fakegitlab.ProtectedRef{Project: project.Path, Name: name, Push: accessOf(may.Push),
			Merge: accessOf(may.Merge)})
	}
}

// accessOf is who may do something with a ref, from the name of the least role.
func accessOf(role string) fakegitlab.RefAccess {
	return map[string]fakegitlab.RefAccess{"developer": fakegitlab.DevelopersUp, "maintainer": fakegitlab.MaintainersUp,
		"admin": fakegitlab.AdminsOnly}[role]
}

// levelOf is accessOf for REST.
var levelOf = map[string]int{"developer": 30, "maintainer": 40, "admin": 60}

// ask posts as an administrator.
func (p fakeWorld) ask(path string, body params) {
	reply := testkit.SendJSON(p.t, p.gl, http.MethodPost, path, body, "PRIVATE-TOKEN", p.gl.Token("root"))
	require.Equal(p.t, http.StatusCreated, reply.Status, "%s: %s", path, reply.Body)
}

type casePipeline struct {
	Project, Ref, Source, User, Name string
	Tag                              bool
	Status                           fakegitlab.JobStatus
	YAMLErrors                       string `json:"yaml_errors"`
	Created, Updated                 Time
	Jobs                             []string
}

func (p fakeWorld) pipeline(name string, in casePipeline) {
	now := p.gl.Now()
	added := p.gl.AddPipeline(fakegitlab.Pipeline{Project: p.Names["project."+in.Project+".path"], Ref: in.Ref,
		RefIsTag: in.Tag, Source: in.Source, User: in.User, Name: in.Name, Status: in.Status, YAMLErrors: in.YAMLErrors,
		CreatedAt: in.Created.At(now), UpdatedAt: in.Updated.At(now)})
	p.noteID("pipeline", name, added.ID)
	for _, job := range in.Jobs {
		p.ids["pipeline of job."+job] = added.ID
	}
}

type caseTrigger struct{ Project, Owner, Description, Token string }

func (p fakeWorld) trigger(name string, in caseTrigger) {
	added := p.gl.AddPipelineTrigger(fakegitlab.PipelineTrigger{Project: p.Names["project."+in.Project+".path"],
		Owner: in.Owner, Description: in.Description, Token: in.Token})
	p.noteID("trigger", name, added.ID)
	p.Names["trigger."+name+".token"] = added.Token
}

type caseSchedule struct {
	Project, Owner, Ref, Description, Cron string
	Inactive                               bool
	Variables                              map[string]string
}

func (p fakeWorld) schedule(name string, in caseSchedule) {
	added := p.gl.AddPipelineSchedule(fakegitlab.PipelineSchedule{Project: p.Names["project."+in.Project+".path"],
		Owner: in.Owner, Ref: in.Ref, Description: in.Description, Cron: in.Cron, Inactive: in.Inactive,
		Variables: in.Variables})
	p.noteID("schedule", name, added.ID)
}

// pipeline makes none: a case that is refused whatever there is, and names none, does without.
func (w *restWorld) pipeline(string, casePipeline) {
	if w.mentions("{{pipeline.") || strings.Contains(w.about, "/pipelines") && !w.refused {
		w.skip("REST cannot give a pipeline its status")
	}
}

func (w *restWorld) trigger(name string, in caseTrigger) {
	if !w.mentions("rigger") {
		return
	}
	if w.mentions(`"`+in.Token[:4]+`"`) || w.mentions(`"`+strings.TrimPrefix(in.Token, "glptt-")[:4]+`"`) {
		w.skip("REST chooses no token of a trigger")
	}
	made := w.sendAs(w.Token(in.Owner), http.MethodPost,
		fmt.Sprintf("/projects/%d/triggers", w.ids["project."+in.Project]), params{"description": in.Description})
	id, _ := testkit.Descend(made, "id").(float64)
	w.noteID("trigger", name, int(id))
	w.Names["trigger."+name+".token"], _ = testkit.Descend(made, "token").(string)
}

func (w *restWorld) schedule(name string, in caseSchedule) {
	if !w.mentions("chedule") {
		return
	}
	at := fmt.Sprintf("/projects/%d/pipeline_schedules", w.ids["project."+in.Project])
	made := w.sendAs(w.Token(in.Owner), http.MethodPost, at, params{"description": in.Description, "ref": in.Ref,
		"cron": in.Cron, "active": !in.Inactive})
	id, _ := testkit.Descend(made, "id").(float64)
	w.noteID("schedule", name, int(id))
	for _, key := range slices.Sorted(maps.Keys(in.Variables)) {
		w.send(http.MethodPost, fmt.Sprintf("%s/%d/variables", at, int(id)), params{"key": key, "value": in.Variables[key]})
	}
}

// fill gives a project its files, branches and tags. Pipelines that come of it stay, which only lists of them show.
func (w *restWorld) fill(path string, in caseRepository) {
	if len(in.Files) == 0 {
		return
	}
	branch := cmp.Or(in.DefaultBranch, "main")
	message := "Initial commit"
	if in.Files[".gitlab-ci.yml"] != "" {
		message += " [ci skip]"
	}
	w.commit(path, nil, params{"branch": branch}, caseCommit{Message: message, Files: in.Files})
	for _, other := range in.Branches {
		if other != branch {
			w.send(http.MethodPost, path+"/repository/branches", params{"branch": other, "ref": branch})
		}
	}
	for _, tag := range in.Tags {
		w.send(http.MethodPost, path+"/repository/tags", params{"tag_name": tag, "ref": branch})
	}
	w.remove([]string{path + "/protected_branches/" + branch}) // GitLab protects the first branch
	w.commits(path, branch, in)
	for _, name := range in.ProtectedTags {
		w.send(http.MethodPost, path+"/protected_tags", params{"name": name})
	}
	for _, name := range slices.Sorted(maps.Keys(in.Protected)) {
		may := in.Protected[name]
		w.send(http.MethodPost, path+"/protected_branches", params{"name": name,
			"push_access_level": levelOf[may.Push], "merge_access_level": levelOf[may.Merge]})
	}
	if in.LastCommitMessage != "" {
		w.skip("REST chooses no last commit here")
	}
	if settings := in.attributes(); len(settings) > 0 {
		body := params{}
		for name, value := range settings {
			body[name] = value
		}
		w.send(http.MethodPut, path, body)
	}
}

// commits makes those that follow on the files.
func (w *restWorld) commits(path, branch string, in caseRepository) {
	on := map[string]map[string]string{branch: in.Files}
	for _, other := range in.Branches {
		on[other] = in.Files
	}
	for _, c := range in.Commits {
		to := cmp.Or(c.Branch, branch)
		body := params{"branch": to}
		if on[to] == nil {
			body["start_branch"], on[to] = branch, on[branch]
		}
		on[to] = w.commit(path, on[to], body, c)
	}
}

// commit makes one on a branch that has files, and returns what it has then.
func (w *restWorld) commit(path string, has map[string]string, body params, c caseCommit) map[string]string {
	has = maps.Clone(has)
	if has == nil {
		has = map[string]string{}
	}
	actions := []any{}
	for _, file := range slices.Sorted(maps.Keys(c.Files)) {
		action := "create"
		if _, there := has[file]; there {
			action = "update"
		}
		has[file] = c.Files[file]
		actions = append(actions, params{"action": action, "file_path": file, "content": c.Files[file]})
	}
	for _, file := range c.Delete {
		delete(has, file)
		actions = append(actions, params{"action": "delete", "file_path": file})
	}
	body["commit_message"], body["actions"] = c.Message, actions
	w.send(http.MethodPost, path+"/repository/commits", body)
	return has
}
