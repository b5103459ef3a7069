package world

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// What GitLab's models say of the names and paths that requests give to groups and projects (app/models/namespace.rb,
// app/models/project.rb, lib/gitlab/path_regex.rb, lib/gitlab/regex.rb). Seeds may have what older GitLabs let through.

const minGroupPath = 2 // characters

// topLevelWords are no paths of groups at the top (TOP_LEVEL_ROUTES), wildcardWords none of what lies in a group
// (PROJECT_WILDCARD_ROUTES, ILLEGAL_GROUP_PATH_WORDS).
var (
	topLevelWords = strings.Fields(`- .well-known 404.html 422.html 500.html 502.html 503.html admin api
		apple-touch-icon-precomposed.png apple-touch-icon.png assets dashboard deploy.html explore favicon.ico favicon.png
		files groups health_check help import jwt login oauth profile projects public robots.txt s search sitemap
		sitemap.xml sitemap.xml.gz slash-command-logo.png snippets unsubscribes uploads users v2`)
	wildcardWords = strings.Fields(`- badges blame blob builds commits create create_dir edit environments/folders files
		find_file gitlab-lfs/objects info/lfs/objects new preview raw refs tree update wikis`)
)

var (
	groupNamePattern = regexp.MustCompile(
		`^[\p{L}\p{M}\p{N}\x{00A9}-\x{1f9ff}_][\p{L}\p{M}\p{N}\p{Pd}\x{00A9}-\x{1f9ff}_().\s]*$`)
	projectNamePattern = regexp.MustCompile(
		`^[\p{L}\p{M}\p{N}\x{00A9}-\x{1f9ff}_][\p{L}\p{M}\p{N}\p{Pd}\x{002B}\x{00A9}-\x{1f9ff}_. ]*$`)
	registryPattern = regexp.MustCompile(`^[a-zA-Z0-9]+([._-][a-zA-Z0-9]+)*$`)
	noPathSign      = regexp.MustCompile(`[^a-z0-9_-]+`)
	repeatedDash    = regexp.MustCompile(`-{2,}`)
)

// checkName holds the name of a project against the model; taken is whether a neighbour has it.
func (v *Invalid) checkName(name string, pattern *regexp.Regexp, message string, taken bool) {
	v.checkNameLength(name)
	if !pattern.MatchString(name) { // which an empty name does not, either
		v.Add(attrName, message)
	}
	if taken {
		v.Add(attrName, msgAlreadyTaken)
	}
}

// checkGroupName holds the name of a group against the model; taken is whether a neighbour has it.
func (v *Invalid) checkGroupName(name string, taken bool) {
	v.checkNameLength(name)
	if taken {
		v.Add(attrName, msgAlreadyTaken)
	}
	if strings.ContainsAny(name, "<>") { // what Rails' sanitizer changes (app/validators/html_safety_validator.rb)
		v.Add(attrName, msgHTMLInName)
	}
	if !groupNamePattern.MatchString(name) {
		v.Add(attrName, msgGroupName)
	}
}

// checkNameLength refuses a name that is blank or too long, which groups and projects are told before all else.
func (v *Invalid) checkNameLength(name string) {
	if strings.TrimSpace(name) == "" {
		v.Add(attrName, msgBlank)
	}
	if utf8.RuneCountInString(name) > maxSegmentLength {
		v.Add(attrName, msgTooLong(maxSegmentLength))
	}
}

// Limits of descriptions (app/models/project.rb, app/models/namespace.rb).
const (
	maxProjectDescription      = 2000 // characters
	maxGroupDescription        = 500
	maxGroupDescriptionEarlier = 255
)

// checkGroupDescription holds the description of a group against the model; nil is none.
func (st *State) checkGroupDescription(v *Invalid, description *string) {
	limit := maxGroupDescription
	if !st.Has(gitlabversion.GroupDescriptionLimit) {
		limit = maxGroupDescriptionEarlier
	}
	if tooLong(description, limit) {
		v.Add(attrDescription, msgTooLong(limit))
	}
}

// checkGroupPath holds the last part of a group's path against the model.
func (st *State) checkGroupPath(v *Invalid, path string, atTop, taken bool) {
	words := wildcardWords
	if atTop {
		words = topLevelWords
	}
	v.checkThere(attrPath, path)
	if st.Has(gitlabversion.PlainNamespacePaths) {
		st.checkForRegistry(v, attrPath, path)
	}
	v.checkSegment(attrPath, path, msgNamespaceFormat, isNamespaceSegment(path), words)
	switch n := utf8.RuneCountInString(path); {
	case n < minGroupPath:
		v.Add(attrPath, fmt.Sprintf(msgfTooShort, minGroupPath))
	case n > maxSegmentLength:
		v.Add(attrPath, msgTooLong(maxSegmentLength))
	}
	if taken {
		v.Add(attrPath, msgAlreadyTaken)
	}
}

// checkForRegistry refuses a path that no container registry takes.
func (st *State) checkForRegistry(v *Invalid, attribute, path string) {
	switch {
	case registryPattern.MatchString(path):
	case st.Has(gitlabversion.RegistryPathText):
		v.Add(attribute, msgRegistryFormatLater)
	default:
		v.Add(attribute, msgRegistryFormat)
	}
}

// checkProjectPath holds the last part of a project's path against the model.
func (st *State) checkProjectPath(v *Invalid, path string, taken bool) {
	v.checkThere(attrPath, path)
	v.checkSegment(attrPath, path, msgProjectFormat, isProjectSegment(path), wildcardWords)
	if utf8.RuneCountInString(path) > maxSegmentLength {
		v.Add(attrPath, msgTooLong(maxSegmentLength))
	}
	st.checkForRegistry(v, attrPath, path)
	if taken {
		v.Add(attrPath, msgAlreadyTaken)
	}
}

// checkProjectNamespace holds the path of a project against the model of the namespace that GitLab makes of each
// project, which has the same rules in the order of a namespace's.
func (st *State) checkProjectNamespace(v *Invalid, path string) {
	const attribute = attrProjectNamespace + attrPath
	v.checkThere(attribute, path)
	if utf8.RuneCountInString(path) > maxSegmentLength {
		v.Add(attribute, msgTooLong(maxSegmentLength))
	}
	st.checkForRegistry(v, attribute, path)
	v.checkSegment(attribute, path, msgProjectFormat, isProjectSegment(path), wildcardWords)
}

// checkThere refuses a path that is empty, of which checkSegment has nothing to say.
func (v *Invalid) checkThere(attribute, path string) {
	if path == "" {
		v.Add(attribute, msgBlank)
	}
}

// checkSegment is app/validators/abstract_path_validator.rb: the form is looked at first.
func (v *Invalid) checkSegment(attribute, path, message string, wellFormed bool, reserved []string) {
	switch {
	case path == "":
	case !wellFormed:
		v.Add(attribute, message)
	case slices.Contains(reserved, strings.ToLower(path)):
		v.Add(attribute, fmt.Sprintf(msgfReserved, path))
	}
}

func isNamespaceSegment(s string) bool { return isProjectSegment(s) && !strings.HasSuffix(s, ".") }

func isProjectSegment(s string) bool {
	return segmentPattern.MatchString(s) && !strings.HasSuffix(s, ".git") && !strings.HasSuffix(s, ".atom") &&
		!dotsAlone.MatchString(s)
}

// NameAndPath are those of a new project of which only one is given (app/services/projects/create_service.rb,
// set_project_name_from_path).
func NameAndPath(name, path string) (string, string) {
	switch {
	case path == "" && isProjectSegment(name):
		return name, name
	case path == "":
		return name, parameterized(name)
	case name == "":
		return path, path
	}
	return name, path
}

// parameterized makes a path of a name, as Rails does.
func parameterized(name string) string {
	return strings.Trim(repeatedDash.ReplaceAllString(noPathSign.ReplaceAllString(strings.ToLower(name), "-"), "-"), "-")
}

// levelOf orders visibilities.
func levelOf(v Visibility) int { return slices.Index(VisibilityLevels, v) }

// lower is the less visible of two.
func lower(a, b Visibility) Visibility {
	if levelOf(b) < levelOf(a) {
		return b
	}
	return a
}
