package world

import (
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
