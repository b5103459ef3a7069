package webhooks

import (
	"net/url"

	"github.com/fakegitlab/fakegitlab/internal/world"
)

// repository is a project as job events called it at first.
type repository struct {
	Name            string `json:"name"`
	URL             string `json:"url"`
	Description     string `json:"description"`
	Homepage        string `json:"homepage"`
	GitHTTPURL      string `json:"git_http_url"`
	GitSSHURL       string `json:"git_ssh_url"`
	VisibilityLevel int    `json:"visibility_level"`
}

// project is a project in events (app/models/project.rb, hook_attrs).
type project struct {
	ID                int     `json:"id"`
	Name              string  `json:"name"`
	Description       string  `json:"description"`
	WebURL            string  `json:"web_url"`
	AvatarURL         *string `json:"avatar_url"`
	GitSSHURL         string  `json:"git_ssh_url"`
	GitHTTPURL        string  `json:"git_http_url"`
	Namespace         string  `json:"namespace"`
	VisibilityLevel   int     `json:"visibility_level"`
	PathWithNamespace string  `json:"path_with_namespace"`
	DefaultBranch     string  `json:"default_branch"`
	CIConfigPath      *string `json:"ci_config_path"`
}

// levels are the numbers of the visibilities (lib/gitlab/visibility_level.rb).
var levels = map[world.Visibility]int{world.Private: 0, world.Internal: 10, world.Public: 20}

func (w Writer) repository(p *world.Project) repository {
	return repository{Name: p.Name, URL: w.sshURL(p), Description: p.Description, Homepage: w.webURL(p),
		GitHTTPURL: w.webURL(p) + ".git", GitSSHURL: w.sshURL(p), VisibilityLevel: levels[p.Visibility]}
}

func (w Writer) project(p *world.Project) project {
	return project{ID: p.ID, Name: p.Name, Description: p.Description, WebURL: w.webURL(p), GitSSHURL: w.sshURL(p),
		GitHTTPURL: w.webURL(p) + ".git", Namespace: namespace(p), VisibilityLevel: levels[p.Visibility],
		PathWithNamespace: p.Path, DefaultBranch: world.DefaultRef}
}

func (w Writer) webURL(p *world.Project) string { return w.BaseURL() + "/" + p.Path }

func (w Writer) sshURL(p *world.Project) string {
	host := w.BaseURL()
	if u, err := url.Parse(host); err == nil {
		host = u.Hostname()
	}
	return "git@" + host + ":" + p.Path + ".git"
}

// namespace is the name of the group or user that the project lies in.
func namespace(p *world.Project) string {
	if p.Group != nil {
		return p.Group.Name
	}
	return p.Owner.Name
}

// fullName is the project's name after those of its namespace: "Acme / Shop".
func fullName(p *world.Project) string { return p.FullNamespaceName() + " / " + p.Name }
