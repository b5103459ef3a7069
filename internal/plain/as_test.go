package plain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/fakegitlab/fakegitlab/internal/plain"
)

func TestAs(t *testing.T) {
	type word string
	type fromRow struct {
		Kind  word
		Names []string
	}
	type from struct {
		Rows  []fromRow
		None  []fromRow
		Roles map[string]int
		Unset map[string]int
	}
	type toRow struct {
		More  bool
		Kind  string
		Names []string
	}
	type to struct {
		Roles, Unset map[word]level
		Rows, None   []toRow
		ID           int
	}
	got := plain.As[to](from{Rows: []fromRow{{"a", []string{"x"}}, {Kind: "b"}}, Roles: map[string]int{"mia": 40}})
	assert.Equal(t, to{Rows: []toRow{{Kind: "a", Names: []string{"x"}}, {Kind: "b"}}, Roles: map[word]level{"mia": 40}}, got)
	assert.PanicsWithValue(t, "plain.As: struct {} has no Kind", func() { plain.As[struct{}](fromRow{}) })
	assert.PanicsWithValue(t, "plain.As: int cannot be string", func() { plain.As[string](65) })
}

type level int
