package world

import (
	"cmp"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Predefined variables that jobs and rules see alike: those of the project and of the server
// (app/models/project.rb, predefined_variables).

// variables collects variables that have no more than a name and a value.
type variables ci.JobVariables

func (l *variables) add(key, value string) {
	*l = append(*l, ci.JobVariable{Key: key, Value: value})
}

// namespaceID is the ID of the group or the user that a project belongs to; 0 for one that stands in.
func (p *Project) namespaceID() int {
	switch {
	case p.Group != nil:
		return p.Group.ID
	case p.Owner != nil:
		return p.Owner.ID
	}
	return 0
}

// ProjectVariables are those that tell of a project, in the namespace of an ID, of the GitLab at a URL, which has no
// slash at its end.
func ProjectVariables(p *Project, namespace int, server string) ci.JobVariables {
	var l variables
	above, name := SplitPath(p.Path)
	root, _, _ := strings.Cut(p.Path, "/")
	l.add("GITLAB_FEATURES", "")
	l.add("CI_PROJECT_ID", strconv.Itoa(p.ID))
	l.add("CI_PROJECT_NAME", name)
	l.add("CI_PROJECT_TITLE", p.Name)
	l.add("CI_PROJECT_DESCRIPTION", p.Description)
	l.add("CI_PROJECT_PATH", p.Path)
	l.add("CI_PROJECT_PATH_SLUG", ci.Slug(p.Path))
	l.add("CI_PROJECT_NAMESPACE", above)
	l.add("CI_PROJECT_NAMESPACE_ID", strconv.Itoa(namespace))
	l.add("CI_PROJECT_ROOT_NAMESPACE", root)
	l.add("CI_PROJECT_URL", server+"/"+p.Path)
	l.add("CI_PROJECT_VISIBILITY", string(cmp.Or(p.Visibility, Private)))
	l.add("CI_PROJECT_REPOSITORY_LANGUAGES", "")
	l.add("CI_PROJECT_CLASSIFICATION_LABEL", "")
	l.add("CI_DEFAULT_BRANCH", p.DefaultBranch())
	l.add("CI_CONFIG_PATH", p.ConfigPath())
	return ci.JobVariables(l)
}

// ServerVariables are those that tell of the GitLab at a URL, which has no slash at its end, and of the container
// registry that it has for a project; registry is empty if there is none.
func ServerVariables(p *Project, server, version, registry string) ci.JobVariables {
	var l variables
	l.add("CI", "true")
	l.add("GITLAB_CI", "true")
	if at, err := url.Parse(server); err == nil {
		l.add("CI_SERVER_FQDN", at.Host)
		l.add("CI_SERVER_URL", server)
		l.add("CI_SERVER_HOST", at.Hostname())
		l.add("CI_SERVER_PORT", cmp.Or(at.Port(), map[string]string{"http": "80", "https": "443"}[at.Scheme]))
		l.add("CI_SERVER_PROTOCOL", at.Scheme)
		l.add("CI_SERVER_SHELL_SSH_HOST", at.Hostname())
		l.add("CI_SERVER_SHELL_SSH_PORT", "22")
	}
	numbers, _, _ := strings.Cut(version, "-")
	parts := strings.SplitN(numbers+"...", ".", 4)
	l.add("CI_SERVER_NAME", "GitLab")
	l.add("CI_SERVER_VERSION", version)
	l.add("CI_SERVER_VERSION_MAJOR", parts[0])
	l.add("CI_SERVER_VERSION_MINOR", cmp.Or(parts[1], "0"))
	l.add("CI_SERVER_VERSION_PATCH", cmp.Or(parts[2], "0"))
	l.add("CI_SERVER_REVISION", gitlabversion.Revision)
	if registry != "" {
		host := registry
		if name, port, err := net.SplitHostPort(host); err == nil && port == "443" {
			host = name // a registry URL leaves the port of https out
		}
		l.add("CI_REGISTRY", registry)
		l.add("CI_REGISTRY_IMAGE", host+"/"+strings.ToLower(p.Path))
	}
	l.add("CI_API_V4_URL", server+"/api/v4")
	l.add("CI_API_GRAPHQL_URL", server+"/api/graphql")
	l.add("CI_TEMPLATE_REGISTRY_HOST", "registry.gitlab.com")
	return ci.JobVariables(l)
}

// serverURL is where this GitLab is, as far as that is known.
func (st *State) serverURL() string {
	if st.around.URL == nil {
		return "http://127.0.0.1"
	}
	return cmp.Or(st.around.URL(), "http://127.0.0.1")
}
