package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a test says wrongly of a variable is told, and changes nothing.
func TestVariablesOfSeeds(t *testing.T) {
	st, _ := ruled(t)
	for name, c := range map[string]struct {
		path string
		v    Variable
		want string
	}{
		"hidden, of the instance":    {"", Variable{Key: "A", Value: "long-enough", Masked: true, Hidden: true}, "cannot be hidden"},
		"scoped, of the instance":    {"", Variable{Key: "A", Scope: "prod"}, "for all environments"},
		"hidden, but not masked":     {"acme", Variable{Key: "A", Hidden: true}, msgHiddenUnmasked},
		"too short to be masked":     {"acme/shop", Variable{Key: "A", Value: "short", Masked: true}, "at least 8 characters"},
		"of what there is not":       {"acme/none", Variable{Key: "A"}, "acme/none"},
		"hidden, masked, in a group": {"acme", Variable{Key: "H", Value: "long-enough", Masked: true, Hidden: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := st.AddVariable(c.path, c.v)
			if c.want != "" {
				assert.ErrorContains(t, err, c.want)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, noon, v.UpdatedAt)
		})
	}
	for _, scope := range []string{"prod", "review"} {
		_, err := st.AddVariable("acme/shop", Variable{Key: "B", Value: scope, Scope: scope})
		require.NoError(t, err)
	}
	s, v, err := st.VariableAt("acme/shop", "B", "review")
	require.NoError(t, err)
	assert.Equal(t, "review", v.Value)
	_, _, err = st.VariableAt("acme/shop", "B", "")
	assert.ErrorContains(t, err, "there are several variables B")
	_, _, err = st.VariableAt("acme/shop", "C", "")
	assert.ErrorContains(t, err, `no variable "C"`)
	for want, next := range map[string]Variable{"do not change": {Key: "C", Scope: "review"},
		"taken": {Key: "B", Scope: "prod"}, "": {Key: "B", Value: "new", Scope: "qa"}} {
		err := st.RewriteVariable(s, v, next)
		if want == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, want)
		}
	}
	assert.Equal(t, []string{"new", "qa"}, []string{v.Value, v.Scope})
	instance := st.InstanceVariables()
	a, err := st.AddVariable("", Variable{Key: "A"})
	require.NoError(t, err)
	assert.ErrorContains(t, st.RewriteVariable(instance, a, Variable{Key: "A", Scope: "prod"}), "for all environments")
}

// app/models/ci/build.rb, debug_mode?: the environment is looked at only where a variable may be for it.
func TestDebuggedJobs(t *testing.T) {
	st, shop := ruled(t)
	j, err := st.AddJob(&Job{Project: shop, User: st.Users.Rows[0]})
	require.NoError(t, err)
	_, err = st.AddVariable("acme/shop", Variable{Key: "OTHER", Value: "true"})
	require.NoError(t, err)
	assert.False(t, st.Debugged(j, func() string { t.Error("nothing is for an environment"); return "" }))
	_, err = st.AddVariable("acme/shop", Variable{Key: "CI_DEBUG_TRACE", Value: "true", Scope: "prod"})
	require.NoError(t, err)
	for environment, want := range map[string]bool{"prod": true, "review": false} {
		assert.Equal(t, want, st.Debugged(j, func() string { return environment }), environment)
	}
	j.DebugTrace = true
	assert.True(t, st.Debugged(j, func() string { return "review" }), "its runner said so")
}

// app/services/ci/pipeline_triggers/create_service.rb: a trigger ends within a year.
func TestWhenTriggersEnd(t *testing.T) {
	st, shop := ruled(t)
	today := noon.Add(-12 * time.Hour)
	for days, ok := range map[int]bool{1: true, maxTokenDays - 1: true, maxTokenDays: false, maxTokenDays + 1: false} {
		made, err := st.CreateTrigger(shop, st.Users.Rows[0], "x", today.AddDate(0, 0, days))
		assert.Equal(t, ok, err == nil, days)
		assert.Equal(t, ok, made != nil, days)
	}
	_, err := st.CreateTrigger(shop, st.Users.Rows[0], "x", time.Time{})
	assert.NoError(t, err)
}

// A trigger of a seed gets a token of its own, or the one that it has in another fake, which nobody else is given.
func TestTokensOfSeededTriggers(t *testing.T) {
	other, _ := ruled(t)
	first, err := other.AddTrigger("acme/shop", "", PipelineTrigger{})
	require.NoError(t, err)
	st, _ := ruled(t)
	same, err := st.AddTrigger("acme/shop", "", PipelineTrigger{Token: first.Token, Description: "mine"})
	require.NoError(t, err)
	assert.Equal(t, []string{first.Token, "mine", "trigger"}, []string{same.Token, same.Description, first.Description})
	next, err := st.AddTrigger("acme/shop", "", PipelineTrigger{})
	require.NoError(t, err)
	assert.Regexp(t, "^glptt-[0-9a-f]{40}$", next.Token, "app/models/ci/trigger.rb")
	assert.NotEqual(t, same.Token, next.Token)
	assert.Same(t, next, st.TriggerByToken(next.Token))
	_, err = st.AddTrigger("acme/shop", "", PipelineTrigger{Token: first.Token})
	assert.ErrorContains(t, err, "another pipeline trigger has that token")
	assert.Len(t, st.Triggers.Rows, 2)
}

// What a seed says wrongly of a deploy token is told, and none is made.
func TestDeployTokensOfSeeds(t *testing.T) {
	for want, d := range map[string]DeployToken{"scope": {Scopes: []string{"api"}}, "that value": {Token: "gldt-taken"},
		"77": {ID: 77}} {
		st, _ := ruled(t)
		_, err := st.AddDeployToken("acme", DeployToken{ID: 77, Token: "gldt-taken"})
		require.NoError(t, err)
		_, err = st.AddDeployToken("acme/shop", d)
		assert.ErrorContains(t, err, want)
		assert.Len(t, st.DeployTokens.Rows, 1)
	}
}
