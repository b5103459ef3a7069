package world

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// app/models/namespace.rb, app/models/project.rb: how long a name and the last part of a path may be.
func TestLongestNames(t *testing.T) {
	st, _ := ruled(t)
	for length, refused := range map[int]bool{maxSegmentLength: false, maxSegmentLength + 1: true} {
		var name, path Invalid
		name.checkName(strings.Repeat("é", length), projectNamePattern, msgProjectName, false)
		st.checkProjectPath(&path, strings.Repeat("a", length), false)
		tooLong := func(attribute string) []AttributeProblem {
			if refused {
				return []AttributeProblem{{attribute, msgTooLong(maxSegmentLength)}}
			}
			return nil
		}
		assert.Equal(t, tooLong(attrName), name.Problems)
		assert.Equal(t, tooLong(attrPath), path.Problems)
	}
}

// app/models/namespace.rb, NUMBER_OF_ANCESTORS_ALLOWED: a project may lie in a group with so many above it.
func TestAncestors(t *testing.T) {
	assert.Equal(t, []string{"a/b", "a"}, slices.Collect(Ancestors("a/b/c")))
	deepest := "a" + strings.Repeat("/a", maxAncestors+1)
	assert.Len(t, slices.Collect(Ancestors(deepest)), maxAncestors+1)
	assert.Empty(t, slices.Collect(Ancestors(deepest+"/a")))
	st, _ := ruled(t)
	_, err := st.AddProject(Project{Path: deepest}, nil)
	assert.NoError(t, err)
	_, err = st.AddProject(Project{Path: deepest + "/a"}, nil)
	assert.ErrorContains(t, err, msgTooDeep)
}

// An error for a name that stands for nothing says what might be meant.
func TestNamesThatStandForNothing(t *testing.T) {
	st, shop := ruled(t)
	shop.ID, shop.Group.ID = 12, 34
	find := map[string]func(string) error{
		"user":    func(name string) error { _, err := st.UserByName(name); return err },
		"group":   func(path string) error { _, err := st.GroupByPath(path); return err },
		"project": func(path string) error { _, err := st.ProjectByPath(path); return err },
	}
	for _, c := range []struct{ kind, name, want string }{
		{"user", "rot", `"root"`}, {"group", "acne", `"acme"`}, {"project", "acme/shops", `"acme/shop"`},
		{"group", "34", `goes by its path: "acme"`}, {"project", "12", `goes by its path: "acme/shop"`},
		{"group", "35", `no group "35"`}, {"project", "35", `no project "35"`},
		{"group", "acme/shop", "is a project, no group"}, {"project", "acme", "is a group, no project"},
	} {
		assert.ErrorContains(t, find[c.kind](c.name), c.want)
	}
	Seeding(st, nil, nil, func() {
		st.lookedThrough = mostLookedThrough + 1
		assert.EqualError(t, find["user"]("rot"), `no user "rot"`, "of very many names of a seed none are looked for")
	})
	require.ErrorContains(t, find["user"]("rot"), `"root"`, "but all that others ask for")
}

func TestPinnedTokens(t *testing.T) {
	st, _ := ruled(t)
	for token, ok := range map[string]bool{"glpat-wanted": true, "": false, "two words": false, "a\tb": false, "a\x00b": false,
		"a\u00a0b": false, st.Settings.RegistrationToken: false} {
		assert.Equal(t, ok, st.PinToken(token, "") == nil, "%q", token)
	}
	assert.ErrorContains(t, st.PinToken("glpat-wanted", ""), "already")
}
