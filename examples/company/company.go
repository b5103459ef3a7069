// Package company builds a small company in a GitLab with GitLab's own Go client: people, groups, members, projects,
// and runners that report. It knows nothing of the fake: it is what a program does that sets up a GitLab.
package company

import (
	"cmp"
	"fmt"
	"net/http"

	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// Company is what is to be there.
type Company struct {
	People   []Person
	Groups   []Group // parents first
	Projects []Project
	Runners  []Runner
}

// Person is a user.
type Person struct {
	Username, Name string
	Admin          bool
}

// Group is a group or, with a Parent, a subgroup.
type Group struct {
	Path, Name, Parent string // the parent's full path
	Members            map[string]gitlab.AccessLevelValue
}

// Project lies in a group.
type Project struct{ Path, Name, Group string }

// Runner is an instance runner unless it has a Group or Projects, which are full paths. Its Creator makes it.
type Runner struct {
	Description, Creator     string
	Group                    string
	Projects                 []string
	Tags                     []string
	TaggedOnly, Protected    bool
	Paused, Locked           bool
	Machines                 []string // the system ids of those that have been in contact
	Version, Revision        string   // of gitlab-runner on them
	Platform, Arch, Executor string
}

// builder keeps the ids that GitLab gives.
type builder struct {
	root                    *gitlab.Client
	users, groups, projects map[string]int64 // by username and full path
	administrator           int64
}

// Build makes all of it. The client is an administrator's, whose token has the scopes api and sudo.
func Build(root *gitlab.Client, c Company) error {
	b := &builder{root: root, users: map[string]int64{}, groups: map[string]int64{}, projects: map[string]int64{}}
	me, _, err := root.Users.CurrentUser()
	if err != nil {
		return fmt.Errorf("who am I: %w", err)
	}
	b.administrator = me.ID
	for _, p := range c.People {
		if err := b.person(p); err != nil {
			return fmt.Errorf("person %s: %w", p.Username, err)
		}
	}
	for _, g := range c.Groups {
		if err := b.group(g); err != nil {
			return fmt.Errorf("group %s: %w", g.Path, err)
		}
	}
	for _, p := range c.Projects {
		if err := b.project(p); err != nil {
			return fmt.Errorf("project %s: %w", p.Path, err)
		}
	}
	for _, r := range c.Runners {
		if err := b.runner(r); err != nil {
			return fmt.Errorf("runner %s: %w", r.Description, err)
		}
	}
	return nil
}

func (b *builder) person(p Person) error {
	user, _, err := b.root.Users.CreateUser(&gitlab.CreateUserOptions{Username: &p.Username, Name: &p.Name,
		Email: gitlab.Ptr(p.Username + "@example.com"), Admin: &p.Admin, ForceRandomPassword: gitlab.Ptr(true),
		SkipConfirmation: gitlab.Ptr(true)})
	if err == nil {
		b.users[p.Username] = user.ID
	}
	return err
}

// group makes a group and its members. Who makes a group is its Owner; the administrator leaves it again, where there
// is another or it lies in a group.
func (b *builder) group(g Group) error {
	options := &gitlab.CreateGroupOptions{Name: &g.Name, Path: &g.Path, Visibility: gitlab.Ptr(gitlab.PrivateVisibility)}
	if g.Parent != "" {
		options.ParentID = gitlab.Ptr(b.groups[g.Parent])
	}
	group, _, err := b.root.Groups.CreateGroup(options)
	if err != nil {
		return err
	}
	b.groups[group.FullPath] = group.ID
	for username, role := range g.Members {
		if _, _, err := b.root.GroupMembers.AddGroupMember(group.ID, &gitlab.AddGroupMemberOptions{
			UserID: gitlab.Ptr(b.users[username]), AccessLevel: &role}); err != nil {
			return fmt.Errorf("member %s: %w", username, err)
		}
	}
	_, err = b.root.GroupMembers.RemoveGroupMember(group.ID, b.administrator, nil)
	return err
}

func (b *builder) project(p Project) error {
	project, _, err := b.root.Projects.CreateProject(&gitlab.CreateProjectOptions{Name: &p.Name, Path: &p.Path,
		NamespaceID: gitlab.Ptr(b.groups[p.Group]), Visibility: gitlab.Ptr(gitlab.PrivateVisibility)})
	if err == nil {
		b.projects[project.PathWithNamespace] = project.ID
	}
	return err
}

// runner makes a runner as its creator, gives it its other projects, locks it and has its machines report.
func (b *builder) runner(r Runner) error {
	options := &gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("instance_type"), Description: &r.Description,
		Paused: &r.Paused, TagList: &r.Tags, RunUntagged: gitlab.Ptr(!r.TaggedOnly)}
	if r.Protected {
		options.AccessLevel = gitlab.Ptr("ref_protected")
	}
	switch {
	case r.Group != "":
		options.RunnerType, options.GroupID = gitlab.Ptr("group_type"), gitlab.Ptr(b.groups[r.Group])
	case len(r.Projects) > 0:
		options.RunnerType, options.ProjectID = gitlab.Ptr("project_type"), gitlab.Ptr(b.projects[r.Projects[0]])
	}
	runner, _, err := b.root.Users.CreateUserRunner(options, gitlab.WithSudo(r.Creator))
	if err != nil {
		return err
	}
	for _, further := range r.Projects[min(1, len(r.Projects)):] {
		if _, _, err := b.root.Runners.EnableProjectRunner(b.projects[further],
			&gitlab.EnableProjectRunnerOptions{RunnerID: runner.ID}); err != nil {
			return err
		}
	}
	if r.Locked {
		if _, _, err := b.root.Runners.UpdateRunnerDetails(runner.ID,
			&gitlab.UpdateRunnerDetailsOptions{Locked: &r.Locked}); err != nil {
			return err
		}
	}
	for _, machine := range r.Machines {
		if err := b.report(r, runner.Token, machine); err != nil {
			return fmt.Errorf("machine %s: %w", machine, err)
		}
	}
	return nil
}

// report is what gitlab-runner on a machine says at its start. The client's own method for it names no machine.
func (b *builder) report(r Runner, token, machine string) error {
	type info struct {
		Version      string `json:"version"`
		Revision     string `json:"revision"`
		Platform     string `json:"platform"`
		Architecture string `json:"architecture"`
		Executor     string `json:"executor"`
	}
	request, err := b.root.NewRequest(http.MethodPost, "runners/verify", struct {
		Token    string `json:"token"`
		SystemID string `json:"system_id"`
		Info     info   `json:"info"`
	}{token, machine, info{r.Version, r.Revision, r.Platform, r.Arch, cmp.Or(r.Executor, "docker")}}, nil)
	if err != nil {
		return err
	}
	_, err = b.root.Do(request, nil)
	return err
}
