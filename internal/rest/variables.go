package rest

// CI/CD variables of projects, groups and the instance (lib/api/ci/variables.rb, lib/api/group_variables.rb,
// lib/api/admin/ci/variables.rb).

import (
	"fmt"
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/params"
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// variableKind is what variables are of: a project, a group or the instance.
type variableKind struct {
	at     string // where they are
	id     []params.Param
	name   string                          // of one that is missing
	before func(request) *front.Response   // who may not
	set    func(request) world.VariableSet // of the path
	// scoped ones have an environment scope, which for groups takes a licence.
	scoped, hidable bool
	described       gitlabversion.Difference
}

func variableKinds() []variableKind {
	return []variableKind{
		{at: "/projects/:id/variables", id: pathID, name: "Variable", before: projectVariables,
			set:    func(q request) world.VariableSet { return q.ProjectVariables(q.Project) },
			scoped: true, hidable: true, described: gitlabversion.VariableDescription},
		{at: "/groups/:id/variables", id: pathID, name: "GroupVariable", before: groupVariables,
			set:     func(q request) world.VariableSet { return q.GroupVariables(q.Group) },
			hidable: true, described: gitlabversion.VariableDescription},
		{at: "/admin/ci/variables", name: "InstanceVariable",
			before:    func(q request) *front.Response { return front.Allow(policy.AdminInstanceVariables(q.Actor), "") },
			set:       func(q request) world.VariableSet { return q.InstanceVariables() },
			described: gitlabversion.InstanceVariableDescription},
	}
}

func projectVariables(q request) *front.Response {
	if refusal := projectReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnProject(q.Project, policy.AdminCICDVariables), "")
}

func groupVariables(q request) *front.Response {
	if refusal := groupReaders(q); refusal != nil {
		return refusal
	}
	return front.Allow(q.OnGroup(q.Group, policy.AdminGroupCICDVariables), "")
}

// variableRows are the variables of projects, of groups and of the instance, by the same rows.
func variableRows() (rows []row) {
	key := []params.Param{{Name: "key", Required: true}}
	value := []params.Param{{Name: "value", Required: true}}
	for _, k := range variableKinds() {
		one := k.at + "/:key"
		var filter []params.Param
		if k.hidable {
			filter = []params.Param{{Name: "filter", Kind: params.Hash, Fields: []params.Param{{Name: "environment_scope"}}}}
		}
		rows = append(rows,
			row{endpoint: "GET " + k.at, before: k.before, spec: listing(k.id), handle: k.list},
			row{endpoint: "GET " + one, before: k.before, spec: front.Declare(k.id, key, filter), handle: k.with(k.get)},
			row{endpoint: "POST " + k.at, before: k.before, handle: k.create,
				spec: front.Declare(k.id, key, value, k.attributes(), k.hiding())},
			row{endpoint: "PUT " + one, before: k.before, handle: k.with(k.update),
				spec: front.Declare(k.id, key, []params.Param{{Name: "value"}}, k.attributes(), filter)},
			row{endpoint: "DELETE " + one, before: k.before, spec: front.Declare(k.id, key, filter),
				handle: k.with(k.remove)})
	}
	return rows
}

// attributes are the parameters that making and changing a variable have in common.
func (k variableKind) attributes() []params.Param {
	declared := []params.Param{{Name: "protected", Kind: params.Boolean}, {Name: "masked", Kind: params.Boolean},
		{Name: "raw", Kind: params.Boolean}, {Name: "variable_type", Values: []string{typeEnvVar, typeFile}},
		{Name: "description"}}
	if k.hidable {
		declared = append(declared, params.Param{Name: "environment_scope"})
	}
	return declared
}

func (k variableKind) hiding() []params.Param {
	if !k.hidable {
		return nil
	}
	return []params.Param{{Name: "masked_and_hidden", Kind: params.Boolean}}
}

// The types of a variable.
const (
	typeEnvVar = "env_var"
	typeFile   = "file"
)

// with finds the variable of the path for a handler, or refuses.
func (k variableKind) with(handle func(request, *world.Variable) front.Response) func(request) front.Response {
	return func(q request) front.Response {
		v, refusal := k.find(q)
		if refusal != nil {
			return *refusal
		}
		return handle(q, v)
	}
}

// find finds the variable of the path. Where several have its key, a filter has to tell which is meant, but for the PUT
// of a group, which takes the first then, and also where the filter finds none.
func (k variableKind) find(q request) (*world.Variable, *front.Response) {
	key, _ := q.Params.String("key")
	filter, _ := q.Params.Hash("filter")
	scope, _ := filter.String("environment_scope")
	set := k.set(q)
	found := set.VariablesNamed(key, scope)
	if firstWillDo := q.HTTP.Method == http.MethodPut && !k.scoped; firstWillDo && (scope == "" || len(found) == 0) {
		found = set.VariablesNamed(key, "")
		found = found[:min(1, len(found))]
	}
	switch len(found) {
	case 0:
		return nil, front.NotFound(k.name).Because(fmt.Sprintf("there is no variable %q", key)).AsRefusal()
	case 1:
		return found[0], nil
	}
	return nil, front.Refuse(http.StatusConflict, msgSeveralVariables).
		Because(fmt.Sprintf("there are %d variables %s, of one environment scope each", len(found), key)).AsRefusal()
}

func (k variableKind) list(q request) front.Response {
	return offsetPage(q, k.set(q).Rows(), false, func(v *world.Variable) variableEntity { return k.entity(q, v) })
}

func (k variableKind) get(q request, v *world.Variable) front.Response {
	return front.OK(k.entity(q, v))
}

func (k variableKind) create(q request) front.Response {
	c := k.change(q)
	c.Key = changeTo(q, "key", q.Params.String)
	if isTrue(q.Params, "masked_and_hidden") && q.Has(gitlabversion.HiddenVariables) {
		on := true
		c.Masked, c.Hidden = world.Change[bool]{Given: true, Value: &on}, world.Change[bool]{Given: true, Value: &on}
	}
	if refusal := q.nullFlag("protected"); refusal != nil {
		return *refusal
	}
	v, err := q.CreateVariable(k.set(q), c)
	if err != nil {
		return modelError(err)
	}
	return front.Created(k.entity(q, v))
}

func (k variableKind) update(q request, v *world.Variable) front.Response {
	if refusal := q.nullFlag("protected"); refusal != nil {
		return *refusal
	}
	if err := q.ChangeVariable(k.set(q), v, k.change(q)); err != nil {
		return modelError(err)
	}
	return front.OK(k.entity(q, v))
}

// nullFlag is the refusal of null in a column that cannot be null and that no model looks at.
func (q request) nullFlag(name string) *front.Response {
	if _, isFlag := q.Params.Bool(name); q.Params.Has(name) && !isFlag {
		return gitlabFails(name + " is null, which the database does not take")
	}
	return nil
}

// change is what the request says of the variable.
func (k variableKind) change(q request) world.VariableChange {
	c := world.VariableChange{Value: changeTo(q, "value", q.Params.String),
		Protected: changeTo(q, "protected", q.Params.Bool), Masked: changeTo(q, "masked", q.Params.Bool),
		Raw: changeTo(q, "raw", q.Params.Bool)}
	if kind, given := q.Params.String("variable_type"); given {
		isFile := kind == typeFile
		c.File = world.Change[bool]{Given: true, Value: &isFile}
	}
	if q.Has(k.described) {
		c.Description = changeTo(q, "description", q.Params.String)
	}
	if k.scoped {
		c.Scope = changeTo(q, "environment_scope", q.Params.String)
	}
	return c
}

func (k variableKind) remove(q request, v *world.Variable) front.Response {
	if k.hidable && !k.scoped {
		if refusal := q.unmodifiedSince(v.UpdatedAt); refusal != nil {
			return *refusal
		}
	}
	q.DeleteVariable(k.set(q), v)
	return front.NoContent()
}

// variableEntity is lib/api/entities/ci/variable.rb.
type variableEntity struct {
	Type        string           `json:"variable_type"`
	Key         string           `json:"key"`
	Value       *string          `json:"value"`
	Hidden      optional[bool]   `json:"hidden,omitzero"`
	Protected   bool             `json:"protected"`
	Masked      bool             `json:"masked"`
	Raw         bool             `json:"raw"`
	Scope       optional[string] `json:"environment_scope,omitzero"`
	Description optional[string] `json:"description,omitzero"`
}

func (k variableKind) entity(q request, v *world.Variable) variableEntity {
	value, scope, hidden := v.Value, v.Scope, v.Hidden // copies: the answer is written later
	e := variableEntity{Type: typeEnvVar, Key: v.Key, Protected: v.Protected, Masked: v.Masked, Raw: v.Raw}
	if v.File {
		e.Type = typeFile
	}
	if !q.ValueHidden(v) {
		e.Value = &value
	}
	if k.hidable {
		e.Scope = some(&scope)
		if q.Has(gitlabversion.HiddenVariables) {
			e.Hidden = some(&hidden)
		}
	}
	if q.Has(k.described) {
		e.Description = some(v.Description)
	}
	return e
}
