package world

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/repository"
)

// Transitions of projects, by the rules of GitLab's models. Each refuses with an *Invalid before it changes anything.

// Namespace is where a project lies or is to lie: in a group, or with a user.
type Namespace struct {
	Group *Group
	User  *User // nil in a group
}

func (n Namespace) path() string {
	if n.Group != nil {
		return n.Group.Path
	}
	return n.User.Username
}

// Namespace is where the project lies.
func (p *Project) Namespace() Namespace { return Namespace{p.Group, p.Owner} }

// projects are those directly in the namespace.
func (st *State) projectsIn(n Namespace) []*Project {
	if n.Group != nil {
		return n.Group.Projects
	}
	return Filtered(st.Projects.Rows, func(p *Project) bool { return p.Owner == n.User })
}

// NewProject is a project that a request wants.
type NewProject struct {
	Name, Path string // the last part of the path
	In         Namespace
	Creator    *User
	Visibility Visibility // lowered to that of the group without a word
	ProjectChange
}

// ProjectChange is what a request wants of a project; nil leaves it as it is.
type ProjectChange struct {
	Name, Path, Description     *string // of NewProject only the description is read
	Visibility                  *Visibility
	SharedRunners, GroupRunners *bool // whether the project has them
	BuildTimeout                *int  // seconds
	GitDepth                    Change[int]
	KeepLatestArtifact          *bool
	Attributes                  map[string]string
}

// Level is the visibility that the project gets.
func (n NewProject) Level() Visibility {
	if n.In.Group == nil {
		return n.Visibility
	}
	return lower(n.Visibility, n.In.Group.Visibility)
}

// CreateProject makes a project (app/services/projects/create_service.rb).
func (st *State) CreateProject(n NewProject) (*Project, error) {
	draft := Project{Name: n.Name, Visibility: n.Level(), Group: n.In.Group, Roles: map[*User]Role{},
		Owner: n.In.User, Creator: n.Creator, CreatedAt: st.Now()}
	draft.SharedRunnersDisabled = st.NewProjectsUnshared || n.In.Group != nil && n.In.Group.SharedRunnersDisabled
	v := st.checkProjectNames(nil, n.In, n.Name, n.Path)
	draft.apply(&v, n.ProjectChange)
	if err := v.orNil(); err != nil {
		return nil, err
	}
	p := &draft
	p.ID, p.RegistrationToken = assignID(st, &st.Projects, 0), st.made.token(registrationTokens)
	p.Path = n.In.path() + "/" + n.Path
	st.endOldPaths(p.Path)
	if p.Group != nil {
		p.Group.Projects = append(p.Group.Projects, p)
		p.Group.implied = false
	}
	st.beginRepository(p)
	add(st, &st.Projects, p)
	setKey(st, &st.ProjectPaths, Key(p.Path), p)
	st.indexRegistrationToken(&p.RegistrationToken)
	return p, nil
}

// checkProjectNames holds the name and path of a project, nil for a new one, against the model and its neighbours.
func (st *State) checkProjectNames(p *Project, in Namespace, name, path string) (v Invalid) {
	nameTaken := slices.ContainsFunc(st.projectsIn(in), func(o *Project) bool { return o != p && o.Name == name })
	v.checkName(name, projectNamePattern, msgProjectName, nameTaken)
	for _, p := range v.Problems { // that namespace finds most of it, too
		if p.Text != msgProjectName {
			v.Add(attrProjectNamespace+attrName, p.Text)
		}
	}
	st.checkProjectNamespace(&v, path)
	st.checkProjectPath(&v, path, st.pathTaken(in.path()+"/"+path, p))
	return v
}

// CheckDefaultBranch refuses a default branch that the project has not, which is looked at before rights to change
// other settings and before all that the model says (app/services/projects/update_service.rb, validate!). An empty
// repository has none.
func CheckDefaultBranch(p *Project, c ProjectChange) error {
	head, given := c.Attributes[AttrDefaultBranch]
	if given && head != p.DefaultBranch() && p.Repository.Ref(repository.Branch(head)) == "" {
		return newInvalid(attrBase, fmt.Sprintf(msgfNoSuchHead, head))
	}
	return nil
}

// ChangeProject changes a project, whose default branch CheckDefaultBranch has let pass
// (app/services/projects/update_service.rb).
func (st *State) ChangeProject(p *Project, c ProjectChange) error {
	_, last := SplitPath(p.Path)
	name, path := orAsIs(c.Name, p.Name), orAsIs(c.Path, last)
	var v Invalid
	if name != p.Name || path != last {
		v = st.checkProjectNames(p, p.Namespace(), name, path)
	}
	next := *p
	if level := orAsIs(c.Visibility, p.Visibility); level != p.Visibility {
		if p.Group != nil && levelOf(level) > levelOf(p.Group.Visibility) {
			v.Add(attrVisibility, fmt.Sprintf(msgfAboveGroup, level, p.Group.Visibility))
		}
		next.Visibility = level
	}
	maps.DeleteFunc(c.Attributes, neverNull)
	if st.Has(gitlabversion.VariablesRoleAndRestriction) {
		p.variablesTogether(c.Attributes)
	}
	next.apply(&v, c)
	if err := v.orNil(); err != nil {
		return err
	}
	next.Name, next.UpdatedAt = name, st.Now()
	*p = next
	st.moveProject(p, p.Namespace().path()+"/"+path)
	st.tickAll()
	return nil
}

// Limits of a project's settings (app/models/project.rb, app/models/project_ci_cd_setting.rb).
const (
	minBuildTimeout  = 10 * 60   // seconds
	pastBuildTimeout = 2_629_746 // a month
	maxGitDepth      = 1000
	minPipelinesAge  = 24 * 60 * 60 // seconds
	maxPipelinesAge  = 31_557_600   // a year
)

// leavesRepository finds a ci_config_path that begins with a slash or goes up.
var leavesRepository = regexp.MustCompile(`(^/)|(^|/)\.\.(/|$)`)

// apply changes all but names and visibility, and holds that against the model.
func (p *Project) apply(v *Invalid, c ProjectChange) {
	p.Description = orAsIs(c.Description, p.Description)
	if tooLong(c.Description, maxProjectDescription) && strings.TrimSpace(*c.Description) != "" {
		v.Add(attrDescription, msgTooLong(maxProjectDescription))
	}
	p.SharedRunnersDisabled = !orAsIs(c.SharedRunners, !p.SharedRunnersDisabled)
	p.GroupRunnersDisabled = !orAsIs(c.GroupRunners, !p.GroupRunnersDisabled)
	if c.SharedRunners != nil && *c.SharedRunners && p.Group != nil &&
		p.Group.SharedRunnersSetting() == SharedRunnersUnoverridable {
		v.Add(attrProjectShared, msgSharedRunnersGroup)
	}
	if n := c.BuildTimeout; n != nil {
		if *n < minBuildTimeout || *n >= pastBuildTimeout {
			v.Add(attrBuildTimeout, msgBuildTimeout)
		}
		p.BuildTimeout = time.Duration(*n) * time.Second
	}
	p.applyDepth(v, c.GitDepth)
	if c.KeepLatestArtifact != nil {
		p.KeepLatestArtifact = nil // which is true
		if !*c.KeepLatestArtifact {
			p.KeepLatestArtifact = c.KeepLatestArtifact
		}
	}
	if path := c.Attributes[attrConfigPath]; leavesRepository.MatchString(path) {
		v.Add(attrConfigPath, msgConfigPath)
	} else if tooLong(&path, maxSegmentLength) {
		v.Add(attrConfigPath, msgTooLong(maxSegmentLength))
	}
	if age := c.Attributes[AttrPipelinesAge]; age != Unset &&
		(number(age) < minPipelinesAge || number(age) > maxPipelinesAge) {
		v.Add(attrSettingsAge, msgPipelinesAge)
	}
	if claim, given := c.Attributes[attrSubClaim]; given {
		if claim == Unset {
			v.Add(attrSettingsClaim, msgOneAtLeast)
		}
		if !slices.Contains(Words(claim)[:min(1, len(Words(claim)))], claimOfPath) {
			v.Add(attrSettingsClaim, msgPathFirst)
		}
	}
	p.Attributes = changesOf(allProjectAttributes, p.Attributes, c.Attributes)
	if p.JobTimeout() == defaultBuildTimeout {
		p.BuildTimeout = 0
	}
}

// neverNull reports whether null is given for one of the two attributes that say who may give variables to pipelines:
// their columns cannot be null, and rights to change them are asked for other values alone
// (app/services/projects/update_service.rb), so null leaves them as they are.
func neverNull(name, value string) bool {
	return value == Unset && (name == AttrVariablesRole || name == AttrRestrictVariables)
}

// variablesTogether keeps the two attributes that say who may give variables to pipelines from contradicting each
// other: one follows the other, and the role counts where both are given (app/models/project_ci_cd_setting.rb).
func (p *Project) variablesTogether(given map[string]string) {
	role, byRole := given[AttrVariablesRole]
	restricted, byFlag := given[AttrRestrictVariables]
	switch {
	case byRole:
		given[AttrRestrictVariables] = strconv.FormatBool(role != CreationDeveloper)
	case restricted == "false":
		given[AttrVariablesRole] = CreationDeveloper
	case byFlag && p.Attribute(AttrVariablesRole) == CreationDeveloper: // restricted, and to more than that
		given[AttrVariablesRole] = CreationMaintainer
	}
}

func (p *Project) applyDepth(v *Invalid, c Change[int]) {
	switch {
	case !c.Given:
	case c.Value == nil:
		p.GitDepth = 0
	case *c.Value < 0:
		v.Add(attrGitDepth, fmt.Sprintf(msgfTooSmall, 0))
	case *c.Value > maxGitDepth:
		v.Add(attrGitDepth, fmt.Sprintf(msgfTooLarge, maxGitDepth))
	case *c.Value == 0:
		p.GitDepth = -1 // all
	case *c.Value == defaultGitDepth:
		p.GitDepth = 0
	default:
		p.GitDepth = *c.Value
	}
}

// ArchiveProject archives a project or takes it out of the archive.
func (st *State) ArchiveProject(p *Project, archived bool) {
	if p.Archived != archived {
		p.Archived, p.UpdatedAt = archived, st.Now()
		st.tickAll()
	}
}

// StaysInNamespace refuses to move a project to where it is, which is looked at before anybody's rights there.
func StaysInNamespace(p *Project, to Namespace) error {
	if p.Namespace() == to {
		return newInvalid(attrNewNamespace, msgSameNamespace)
	}
	return nil
}

// NoTransferThere is the refusal to move a project to where whoever asks may not put it
// (app/services/projects/transfer_service.rb).
func NoTransferThere() error { return newInvalid(attrNewNamespace, msgMayNotTransfer) }

// TransferProject moves a project into another namespace. Its members stay; it is no more visible than its group
// (app/services/projects/transfer_service.rb).
func (st *State) TransferProject(p *Project, to Namespace) error {
	if err := StaysInNamespace(p, to); err != nil {
		return err
	}
	_, last := SplitPath(p.Path)
	path := to.path() + "/" + last
	if st.pathTaken(path, p) ||
		slices.ContainsFunc(st.projectsIn(to), func(o *Project) bool { return o.Name == p.Name }) {
		return newInvalid(attrNewNamespace, msgTakenInNamespace)
	}
	if p.Group != nil {
		p.Group.Projects = without(p.Group.Projects, p)
	} else { // whose namespace it leaves stays a member
		p.Roles[p.Owner] = Owner
	}
	p.Group, p.Owner, p.UpdatedAt = to.Group, nil, st.Now()
	if g := to.Group; g != nil {
		g.Projects = append(g.Projects, p)
		g.implied = false
		p.Visibility = lower(p.Visibility, g.Visibility)
		p.SharedRunnersDisabled = p.SharedRunnersDisabled || g.SharedRunnersSetting() == SharedRunnersUnoverridable
	} else {
		p.Owner = to.User
	}
	st.moveProject(p, path)
	st.tickAll()
	return nil
}
