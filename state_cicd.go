package fakegitlab

// Variable is a CI/CD variable in the settings of a project, a group or the instance. Jobs get it, by GitLab's order of
// precedence, when a runner takes them.
type Variable struct {
	Path        string  `json:"path,omitzero"` // full path of the project or group; empty: the instance
	Key         string  `json:"key"`
	Value       string  `json:"value,omitzero"`
	Description *string `json:"description,omitzero"` // nil is null
	// File: the job gets the path of a file with the value (variable_type=file).
	File bool `json:"file,omitzero"`
	// Protected: only jobs of protected refs get it.
	Protected bool `json:"protected,omitzero"`
	Masked    bool `json:"masked,omitzero"`
	// Hidden: no answer shows the value again. It goes with Masked, for a project or group, and from GitLab 17.4 on;
	// before, nothing reads it.
	Hidden bool `json:"hidden,omitzero"`
	Raw    bool `json:"raw,omitzero"` // references in the value stay as they are
	// EnvironmentScope is the name of an environment, or a pattern with *, whose jobs get it. Empty is "*": all jobs.
	// Several variables of one key may differ in it.
	EnvironmentScope string `json:"environment_scope,omitzero"`
}

// String is "variable KEY of acme/shop", with the environment scope where it has one.
func (v Variable) String() string {
	where := v.Path
	if where == "" {
		where = "the instance"
	}
	if v.EnvironmentScope != "" {
		where += " for " + v.EnvironmentScope
	}
	return "variable " + v.Key + " of " + where
}

// RefAccess is who may push to a protected branch or merge into it, or create a protected tag. Empty means
// MaintainersUp. Administrators may whatever anybody may.
type RefAccess string

// The levels of access to protected refs, with GitLab's numbers: 0, 30, 40, 60.
const (
	NoOne         RefAccess = "no_one"
	DevelopersUp  RefAccess = "developers"
	MaintainersUp RefAccess = "maintainers"
	AdminsOnly    RefAccess = "admins"
)

// ProtectedRef is a rule that protects branches or tags of a project. A new project has none, as one without a
// repository in GitLab. In a project with no rule for branches, or for tags, each job's Protected tells whether its ref
// is protected.
type ProtectedRef struct {
	ID      int    `json:"id,omitzero"`
	Project string `json:"project"`      // full path
	Name    string `json:"name"`         // of a branch or tag, or a pattern with *
	Tag     bool   `json:"tag,omitzero"` // it is for tags, else for branches
	// Push is who may push to the branch or create the tag, Merge who may merge into the branch. Who may do neither may
	// not run, retry or cancel the jobs of the ref.
	Push      RefAccess `json:"push_access,omitzero"`
	Merge     RefAccess `json:"merge_access,omitzero"`
	ForcePush bool      `json:"allow_force_push,omitzero"`
}

// String is "protected branch main of acme/shop".
func (r ProtectedRef) String() string {
	kind := "branch"
	if r.Tag {
		kind = "tag"
	}
	return "protected " + kind + " " + r.Name + " of " + r.Project
}
