package world

import (
	"cmp"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/ci"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// Predefined variables that a pipeline's rules see and its jobs' runners are told of, each list in GitLab's order
// (https://docs.gitlab.com/ee/ci/variables/predefined_variables.html). at is this GitLab's URL with its base path,
// without a slash at the end.

// list collects variables.
type list ci.JobVariables

func (l *list) add(key, value string) { *l = append(*l, ci.JobVariable{Key: key, Value: value}) }

// ServerVariables tell of the instance (app/models/project.rb, predefined_ci_server_variables). version has an edition:
// "17.2.0-ee".
func ServerVariables(at, version string, v gitlabversion.Version) ci.JobVariables {
	l := list{{Key: "CI", Value: "true"}, {Key: "GITLAB_CI", Value: "true"}}
	if server, err := url.Parse(at); err == nil {
		if v.Has(gitlabversion.ServerNameVariable) {
			l.add("CI_SERVER_FQDN", server.Host)
		}
		l.add("CI_SERVER_URL", at)
		l.add("CI_SERVER_HOST", server.Hostname())
		l.add("CI_SERVER_PORT", cmp.Or(server.Port(), map[string]string{"http": "80", "https": "443"}[server.Scheme]))
		l.add("CI_SERVER_PROTOCOL", server.Scheme)
		l.add("CI_SERVER_SHELL_SSH_HOST", server.Hostname())
		l.add("CI_SERVER_SHELL_SSH_PORT", "22")
	}
	numbers, _, _ := strings.Cut(version, "-")
	parts := strings.Split(numbers+"..", ".")
	l.add("CI_SERVER_NAME", "GitLab")
	l.add("CI_SERVER_VERSION", version)
	l.add("CI_SERVER_VERSION_MAJOR", parts[0])
	l.add("CI_SERVER_VERSION_MINOR", cmp.Or(parts[1], "0"))
	l.add("CI_SERVER_VERSION_PATCH", cmp.Or(parts[2], "0"))
	l.add("CI_SERVER_REVISION", gitlabversion.Revision)
	return ci.JobVariables(l)
}

// mostTopics is how many topics of a project CI_PROJECT_TOPICS has.
const mostTopics = 20

// ProjectVariables tell of a project in a namespace (app/models/project.rb, predefined_project_variables).
func ProjectVariables(p *Project, namespaceID int, at string, v gitlabversion.Version) ci.JobVariables {
	root, _, _ := strings.Cut(p.Path, "/")
	namespace, name := SplitPath(p.Path)
	l := list{{Key: "GITLAB_FEATURES"}}
	l.add("CI_PROJECT_ID", strconv.Itoa(p.ID))
	l.add("CI_PROJECT_NAME", name)
	l.add("CI_PROJECT_TITLE", p.Name)
	l.add("CI_PROJECT_DESCRIPTION", p.Description)
	if v.Has(gitlabversion.TopicsVariable) {
		topics := p.Topics()
		l.add("CI_PROJECT_TOPICS", strings.ToLower(strings.Join(topics[:min(len(topics), mostTopics)], ",")))
	}
	l.add("CI_PROJECT_PATH", p.Path)
	l.add("CI_PROJECT_PATH_SLUG", ci.Slug(p.Path))
	l.add("CI_PROJECT_NAMESPACE", namespace)
	if v.Has(gitlabversion.NamespaceSlugVariable) {
		l.add("CI_PROJECT_NAMESPACE_SLUG", ci.Slug(namespace))
	}
	l.add("CI_PROJECT_NAMESPACE_ID", strconv.Itoa(namespaceID))
	l.add("CI_PROJECT_ROOT_NAMESPACE", root)
	if v.Has(gitlabversion.VariablesOf19) {
		l.add("CI_PROJECT_ROOT_NAMESPACE_SLUG", ci.Slug(root))
	}
	if at != "" {
		l.add("CI_PROJECT_URL", at+"/"+p.Path)
	}
	l.add("CI_PROJECT_VISIBILITY", string(cmp.Or(p.Visibility, Private)))
	l.add("CI_PROJECT_REPOSITORY_LANGUAGES", "")
	l.add("CI_PROJECT_CLASSIFICATION_LABEL", "")
	l.add("CI_DEFAULT_BRANCH", p.DefaultBranch())
	if v.Has(gitlabversion.DefaultBranchSlugVariable) {
		l.add("CI_DEFAULT_BRANCH_SLUG", ci.Slug(p.DefaultBranch()))
	}
	l.add("CI_CONFIG_PATH", p.ConfigPath())
	return ci.JobVariables(l)
}

// PlaceVariables tell where the container registry, unless its address is empty, and the APIs are
// (app/models/project.rb, container_registry_variables, api_variables and ci_template_variables).
func PlaceVariables(p *Project, at, registry string) ci.JobVariables {
	var l list
	if registry != "" {
		host := registry
		if name, port, _ := net.SplitHostPort(host); port == "443" {
			host = name // a registry URL leaves the port of https out
		}
		l.add("CI_REGISTRY", registry)
		if p.HasRegistry() {
			l.add("CI_REGISTRY_IMAGE", host+"/"+strings.ToLower(p.Path))
		}
	}
	l.add("CI_API_V4_URL", at+"/api/v4")
	l.add("CI_API_GRAPHQL_URL", at+"/api/graphql")
	l.add("CI_TEMPLATE_REGISTRY_HOST", "registry.gitlab.com")
	return ci.JobVariables(l)
}

// ConfigRef is CI_CONFIG_REF_URI: which file of which ref a pipeline was made of
// (lib/gitlab/ci/jwt_v2/claim_mapper.rb).
func ConfigRef(p *Project, at, ref string, tag bool) string {
	host := at
	if server, err := url.Parse(at); err == nil {
		host = server.Host
	}
	return host + "/" + p.Path + "//" + p.ConfigPath() + "@" + fullRef(ref, tag)
}

// CommitFacts are what the variables of a commit depend on.
type CommitFacts struct {
	Commit
	Ref                         string
	IsBranch, IsTag, Protected  bool
	TagMessage                  string // of an annotated tag
	UserLogin, DefaultBranchSHA string // as CommitUser and DefaultBranchBase have them
}

// mostOfMessage is how many bytes of a commit's message the variables have, where they are cut.
const mostOfMessage = 100_000

// CommitVariables tell of the commit that a pipeline is for (lib/gitlab/ci/variables/builder/pipeline.rb).
func CommitVariables(c CommitFacts, v gitlabversion.Version) ci.JobVariables {
	var l list
	l.add("CI_COMMIT_SHA", c.SHA)
	l.add("CI_COMMIT_SHORT_SHA", c.SHA[:min(shortSHA, len(c.SHA))])
	l.add("CI_COMMIT_BEFORE_SHA", cmp.Or(c.BeforeSHA, ZeroSHA))
	l.add("CI_COMMIT_REF_NAME", c.Ref)
	l.add("CI_COMMIT_REF_SLUG", ci.Slug(c.Ref))
	if c.IsBranch {
		l.add("CI_COMMIT_BRANCH", c.Ref)
	}
	if c.DefaultBranchSHA != "" && v.Has(gitlabversion.DefaultBranchBaseVariable) {
		l.add("CI_COMMIT_DEFAULT_BRANCH_BASE_SHA", c.DefaultBranchSHA)
	}
	_, description, _ := strings.Cut(c.Message, "\n")
	description = strings.TrimLeft(description, "\n")
	cut := func(text string) string { return text }
	if v.Has(gitlabversion.MessagesCut) {
		cut = func(text string) string {
			n := min(len(text), mostOfMessage)
			for n < len(text) && !utf8.RuneStart(text[n]) { // no character is cut in two
				n--
			}
			return text[:n]
		}
	}
	l.add("CI_COMMIT_MESSAGE", cut(c.Message))
	if v.Has(gitlabversion.MessagesCut) {
		l.add("CI_COMMIT_MESSAGE_IS_TRUNCATED", strconv.FormatBool(len(c.Message) > mostOfMessage))
	}
	l.add("CI_COMMIT_TITLE", cut(c.Title))
	l.add("CI_COMMIT_DESCRIPTION", cut(description))
	l.add("CI_COMMIT_REF_PROTECTED", strconv.FormatBool(c.Protected))
	l.add("CI_COMMIT_TIMESTAMP", GitTime(c.CreatedAt))
	l.add("CI_COMMIT_AUTHOR", c.AuthorName+" <"+c.AuthorEmail+">")
	if v.Has(gitlabversion.CommitUserVariable) {
		l.add("CI_COMMIT_USER_LOGIN", c.UserLogin)
	}
	if c.IsTag {
		l.add("CI_COMMIT_TAG", c.Ref)
		l.add("CI_COMMIT_TAG_MESSAGE", c.TagMessage)
	}
	return ci.JobVariables(l)
}

// CommitUser is the username of a commit's author, if everybody may know whose address it is; "" for none.
func (st *State) CommitUser(c Commit) string {
	u := st.userByEmail(c.AuthorEmail)
	if u == nil || u.PrivateProfile || Key(u.Attributes[attrPublicEmail]) != Key(u.Email) {
		return ""
	}
	return u.Username
}

// DefaultBranchBase is the commit at which a branch has left the default branch; "" for that one and for tags.
func DefaultBranchBase(p *Project, ref string, tag bool, sha string) string {
	r := p.Repository
	if tag || ref == p.DefaultBranch() {
		return ""
	}
	if base := r.MergeBase(sha, r.Ref(repository.Branch(p.DefaultBranch()))); base != nil {
		return base.ID
	}
	return ""
}

// PredefinedFor are the predefined variables of a pipeline that are known before it is stored.
func (st *State) PredefinedFor(p *Project, f PipelineFacts) ci.JobVariables {
	var l list
	at := ""
	if st.address != nil {
		at = st.address()
	}
	if at != "" {
		l = append(l, ServerVariables(at, st.Version.Full(), st.Version)...)
	}
	l = append(l, ProjectVariables(p, p.NamespaceID(), at, st.Version)...)
	if at != "" {
		l = append(l, PlaceVariables(p, at, st.Settings.RegistryHost)...)
	}
	l.add("CI_PIPELINE_IID", strconv.Itoa(p.nextIID()))
	l.add("CI_PIPELINE_SOURCE", f.Source)
	l.add("CI_PIPELINE_CREATED_AT", f.CreatedAt.In(st.Settings.Zone()).Format(time.RFC3339))
	if s := st.Schedules.ByID(f.ScheduleID); s != nil && st.Has(gitlabversion.ScheduleDescriptionVariable) {
		l.add("CI_PIPELINE_SCHEDULE_DESCRIPTION", s.Description)
	}
	if st.Has(gitlabversion.VariablesOf19) {
		l.add("CI_CONFIG_REF_URI", ConfigRef(p, at, f.Ref, f.RefIsTag))
	}
	facts := CommitFacts{Commit: f.Commit, Ref: f.Ref, IsTag: f.RefIsTag, Protected: f.Protected,
		TagMessage: p.tagMessage(f.Ref, f.RefIsTag), UserLogin: st.CommitUser(f.Commit)}
	if st.Has(gitlabversion.DefaultBranchBaseVariable) { // else nobody would see what it costs
		facts.DefaultBranchSHA = DefaultBranchBase(p, f.Ref, f.RefIsTag, f.Commit.SHA)
	}
	return append(ci.JobVariables(l), CommitVariables(facts, st.Version)...)
}

// tagMessage is the message of an annotated tag; empty for any other ref.
func (p *Project) tagMessage(ref string, isTag bool) string {
	if !isTag {
		return ""
	}
	r := p.Repository
	if tag := r.AnnotatedTag(r.Ref(repository.Tag(ref))); tag != nil {
		return strings.TrimSuffix(tag.Message, "\n")
	}
	return ""
}
