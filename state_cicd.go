package fakegitlab

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/clone"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

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

func cloneVariable(v Variable) Variable {
	v.Description = clone.Pointer(v.Description, clone.Shallow)
	return v
}

// WithVariable returns a copy with the variable of that key of the project or group at path, of the instance for "",
// added or, if there is one, changed: the first such one.
func (s Scenario) WithVariable(path, key, value string, change ...func(*Variable)) Scenario {
	s = cloneScenario(s)
	same := func(v Variable) bool { return v.Key == key && world.Key(v.Path) == world.Key(path) }
	setValue := func(v *Variable) { v.Value = value }
	s.Variables = withItem(s.Variables, same, Variable{Path: path, Key: key}, cloneVariable,
		slices.Insert(slices.Clone(change), 0, setValue))
	return s
}

// Variables returns copies of all CI/CD variables: those of the instance, then those of groups and of projects, in the
// order of their IDs, and of one group or project the oldest first.
func (f *Fake) Variables() []Variable { return append([]Variable{}, f.Snapshot().Variables...) }

// AddVariable adds a CI/CD variable and returns it with what was empty filled in.
func (f *Fake) AddVariable(v Variable) Variable {
	f.tb.Helper()
	return change(f, "AddVariable(%q)", v.Key, func(st *world.State) (Variable, error) {
		if bad := badValues(v); len(bad) > 0 {
			return v, bad
		}
		return addVariable(st, v)
	})
}

// UpdateVariable changes the CI/CD variable of that key of the project or group at path, of the instance for "". Where
// several have the key, scope says which, by its EnvironmentScope.
func (f *Fake) UpdateVariable(path, key string, rewrite func(*Variable), scope ...string) Variable {
	f.tb.Helper()
	return change(f, "UpdateVariable(%q)", key, func(st *world.State) (out Variable, err error) {
		set, v, err := st.VariableAt(path, key, theOne(scope))
		if err != nil {
			return out, err
		}
		next := publicVariable(set.Path, v)
		rewrite(&next)
		if bad := badValues(next); len(bad) > 0 {
			return out, bad
		}
		if err := st.RewriteVariable(set, v, variableDraft(next)); err != nil {
			return out, err
		}
		return publicVariable(set.Path, v), nil
	})
}

// DeleteVariable deletes the CI/CD variable of that key of the project or group at path, of the instance for "". Where
// several have the key, scope says which, by its EnvironmentScope.
func (f *Fake) DeleteVariable(path, key string, scope ...string) {
	f.tb.Helper()
	change(f, "DeleteVariable(%q)", key, func(st *world.State) (struct{}, error) {
		set, v, err := st.VariableAt(path, key, theOne(scope))
		if err == nil {
			st.DeleteVariable(set, v)
		}
		return struct{}{}, err
	})
}

// theOne is the first of what may be left out.
func theOne(given []string) string {
	if len(given) == 0 {
		return ""
	}
	return given[0]
}

func publicVariable(path string, v *world.Variable) Variable {
	out := Variable{Path: path, Key: v.Key, Value: v.Value, Description: clone.Pointer(v.Description, clone.Shallow),
		File: v.File, Protected: v.Protected, Masked: v.Masked, Hidden: v.Hidden, Raw: v.Raw}
	if v.Scope != world.Everywhere {
		out.EnvironmentScope = v.Scope
	}
	return out
}

func variableDraft(in Variable) world.Variable {
	return world.Variable{Key: in.Key, Value: in.Value, Description: clone.Pointer(in.Description, clone.Shallow),
		File: in.File, Protected: in.Protected, Masked: in.Masked, Hidden: in.Hidden, Raw: in.Raw,
		Scope: in.EnvironmentScope}
}

func addVariable(st *world.State, in Variable) (Variable, error) {
	added, err := st.AddVariable(in.Path, variableDraft(in))
	if err != nil {
		return in, err
	}
	return publicVariable(in.Path, added), nil
}

// publicVariables are the variables of all projects and groups and of the instance.
func publicVariables(st *world.State) (all []Variable) {
	for _, set := range st.VariableSets() {
		for _, v := range set.Rows() {
			all = append(all, publicVariable(set.Path, v))
		}
	}
	return all
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

// WithProtectedBranch returns a copy with the rule of that name for branches of the project, added or, if there is one,
// changed.
func (s Scenario) WithProtectedBranch(project, name string, change ...func(*ProtectedRef)) Scenario {
	return s.withProtectedRef(ProtectedRef{Project: project, Name: name}, change)
}

// WithProtectedTag returns a copy with the rule of that name for tags of the project, added or, if there is one,
// changed.
func (s Scenario) WithProtectedTag(project, name string, change ...func(*ProtectedRef)) Scenario {
	return s.withProtectedRef(ProtectedRef{Project: project, Name: name, Tag: true}, change)
}

func (s Scenario) withProtectedRef(fresh ProtectedRef, change []func(*ProtectedRef)) Scenario {
	s = cloneScenario(s)
	same := func(r ProtectedRef) bool {
		return r.Name == fresh.Name && r.Tag == fresh.Tag && world.Key(r.Project) == world.Key(fresh.Project)
	}
	s.ProtectedRefs = withItem(s.ProtectedRefs, same, fresh, clone.Shallow, change)
	return s
}

// ProtectedRefs returns copies of all rules that protect branches and tags, in the order of their IDs.
func (f *Fake) ProtectedRefs() []ProtectedRef {
	return askWorld(f, "ProtectedRefs()%s", "", func(st *world.State) ([]ProtectedRef, error) {
		return copies(st.ProtectedRefs.Rows, publicProtectedRef), nil
	})
}

// AddProtectedRef adds a rule that protects branches or tags of a project and returns it with what was empty filled in.
// Jobs that are there keep what they have been: a job's Protected is decided when it is made.
func (f *Fake) AddProtectedRef(r ProtectedRef) ProtectedRef {
	f.tb.Helper()
	return change(f, "AddProtectedRef(%q)", r.Name, adding(addProtectedRef, r, publicProtectedRef))
}

// DeleteProtectedBranch takes the rule of that name for branches of a project back.
func (f *Fake) DeleteProtectedBranch(project, name string) {
	f.tb.Helper()
	change(f, "DeleteProtectedBranch(%q)", name, unprotecting(project, false, name))
}

// DeleteProtectedTag takes the rule of that name for tags of a project back.
func (f *Fake) DeleteProtectedTag(project, name string) {
	f.tb.Helper()
	change(f, "DeleteProtectedTag(%q)", name, unprotecting(project, true, name))
}

func unprotecting(project string, tag bool, name string) func(*world.State) (struct{}, error) {
	return func(st *world.State) (struct{}, error) {
		r, err := st.RefRule(project, tag, name)
		if err == nil {
			st.UnprotectRef(r)
		}
		return struct{}{}, err
	}
}

func publicProtectedRef(r *world.ProtectedRef) ProtectedRef {
	return ProtectedRef{ID: r.ID, Project: r.Project.Path, Name: r.Name, Tag: r.Tag, Push: RefAccess(r.Push),
		Merge: RefAccess(r.Merge), ForcePush: r.ForcePush}
}

func addProtectedRef(st *world.State, in ProtectedRef) (*world.ProtectedRef, error) {
	found := references{st: st}
	return st.AddProtectedRef(world.ProtectedRef{ID: in.ID, Project: found.project("project", in.Project), Name: in.Name,
		Tag: in.Tag, Push: world.RefAccess(in.Push), Merge: world.RefAccess(in.Merge), ForcePush: in.ForcePush},
		found.problems...)
}
