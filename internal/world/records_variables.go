package world

import (
	"cmp"
	"slices"
	"time"
)

// Variable is the record of a CI/CD variable in the settings of a project, a group or the instance
// (app/models/ci/variable.rb, app/models/ci/group_variable.rb, app/models/ci/instance_variable.rb).
type Variable struct {
	Key, Value  string
	Description *string
	File        bool   // variable_type: a file with the value, whose path the job gets
	Protected   bool   // for jobs of protected refs alone
	Masked      bool   // runners keep the value out of logs
	Hidden      bool   // and no answer shows it again
	Raw         bool   // references in the value stay as they are
	Scope       string // environment_scope, a name or a pattern with *; "*" for the instance

	UpdatedAt time.Time
}

// Everywhere is the environment scope of what is for all jobs, those of no environment among them.
const Everywhere = "*"

// VariableSet are the variables of one project, of one group or of the instance.
type VariableSet struct {
	Path  string // of the project or group; "" is the instance
	rows  *[]*Variable
	limit int    // of the plan
	name  string // of that limit, for a person
	// bare variables, those of the instance, are for all environments and cannot be hidden.
	bare bool
}

// Rows are the variables of the set, the oldest first.
func (s VariableSet) Rows() []*Variable { return *s.rows }

// What a plan allows where the settings say nothing (app/models/plan_limits.rb).
const (
	defaultProjectVariables  = 8_000
	defaultGroupVariables    = 30_000
	defaultInstanceVariables = 25
)

// ProjectVariables are the variables of a project.
func (st *State) ProjectVariables(p *Project) VariableSet {
	return VariableSet{Path: p.Path, rows: &p.variables, name: "project ci variables",
		limit: cmp.Or(st.Settings.MaxProjectVariables, defaultProjectVariables)}
}

// GroupVariables are the variables of a group.
func (st *State) GroupVariables(g *Group) VariableSet {
	return VariableSet{Path: g.Path, rows: &g.variables, name: "group ci variables",
		limit: cmp.Or(st.Settings.MaxGroupVariables, defaultGroupVariables)}
}

// InstanceVariables are the variables of the instance.
func (st *State) InstanceVariables() VariableSet {
	return VariableSet{rows: &st.variables, name: "ci instance level variables", limit: defaultInstanceVariables,
		bare: true}
}

// VariableSets are all sets that have variables: that of the instance, those of groups and those of projects, by id.
func (st *State) VariableSets() (sets []VariableSet) {
	all := []VariableSet{st.InstanceVariables()}
	for _, g := range st.Groups.Rows {
		all = append(all, st.GroupVariables(g))
	}
	for _, p := range st.Projects.Rows {
		all = append(all, st.ProjectVariables(p))
	}
	return slices.DeleteFunc(all, func(s VariableSet) bool { return len(s.Rows()) == 0 })
}

// VariablesFor are the variables of the settings that a job may have as far as its ref goes, in levels of which each
// counts more than the one before: those of the instance, of its groups from the top down, of its project
// (lib/gitlab/ci/variables/builder.rb). Which of a level are for the job's environment is for OnEnvironment to tell.
func (st *State) VariablesFor(j *Job) [][]*Variable {
	levels := [][]*Variable{st.variables}
	for g := range j.Project.Group.Lineage {
		levels = slices.Insert(levels, 1, g.variables)
	}
	levels = append(levels, j.Project.variables)
	if _, protected := st.RefProtection(j); protected {
		return levels
	}
	for i := range levels {
		levels[i] = Filtered(levels[i], func(v *Variable) bool { return !v.Protected })
	}
	return levels
}

// OnEnvironment are those of a level that are for jobs of an environment, "" for none: of several of one key the one
// comes last that names the environment itself, and the one for all first
// (app/models/concerns/has_environment_scope.rb).
func OnEnvironment(level []*Variable, environment string) []*Variable {
	rank := func(v *Variable) int {
		switch v.Scope {
		case Everywhere:
			return 0
		case environment:
			return 2
		}
		return 1
	}
	fit := Filtered(level, func(v *Variable) bool {
		return v.Scope == Everywhere || environment != "" && matchesGlob(v.Scope, environment)
	})
	slices.SortStableFunc(fit, func(a, b *Variable) int { return rank(a) - rank(b) })
	return fit
}

// Debugged reports whether the job's log may show all variables: its runner said so, or the job's variables ask for
// it. Of a variable given twice the last value counts (app/models/ci/build.rb, debug_mode?).
func (st *State) Debugged(j *Job) bool {
	if j.DebugTrace {
		return true
	}
	on := map[string]bool{}
	for _, v := range j.Spec.Variables {
		on[v.Key] = meansTrue(v.Value)
	}
	for _, level := range st.VariablesFor(j) {
		for _, v := range OnEnvironment(level, j.Spec.Environment.Name) {
			on[v.Key] = meansTrue(v.Value)
		}
	}
	return on["CI_DEBUG_TRACE"] || on["CI_DEBUG_SERVICES"]
}
