package params

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// lib/api/validations/validators/file_path.rb, lib/gitlab/path_traversal.rb.
func TestFilePaths(t *testing.T) {
	spec := Spec{Params: []Param{{Name: "path", FilePath: true}}}
	for path, valid := range map[any]bool{
		"a": true, "a/b.txt": true, ".a": true, "..a": true, "a..": true, "a/..b/c": true, "a./b": true, "...": true, "": true,
		"a b+c": true, "100%": true, "%zz": true, "%4": true, "a%20b": true, "%41": true, "a%": true, "%4z": true, "%z4": true,
		".": false, "..": false, "../a": false, "..\\a": false, "a/..": false, "a\\..": false, "a/../b": false, "a\\..\\b": false,
		"/a": false, "/": false, "a\nb": false, "%2Fa": false, "%2fa": false, "%2e%2e/a": false, "..%5Ca": false, "%252e": false,
		"%2541": false, nil: false, 7: true,
	} {
		_, wrong := spec.Validate(Tree{"path": path})
		want := []string{"path should be a valid file path"}
		if valid {
			want = nil
		}
		assert.Equal(t, want, wrong, "%v", path)
	}
	_, wrong := spec.Validate(Tree{})
	assert.Empty(t, wrong)
}

func TestUnescaped(t *testing.T) {
	for escaped, plain := range map[string]string{"": "", "a+b": "a b", "+": " ", "%41": "A", "%4a%4A": "JJ", "x%00": "x\x00",
		"%0a": "\n", "%f0": "\xf0", "%a0": "\xa0", "%": "%", "%4": "%4", "%4g": "%4g", "%g4": "%g4", "%%41": "%A", "341": "341",
		"a%2": "a%2"} {
		assert.Equal(t, plain, unescaped(escaped), escaped)
	}
}

func TestPositiveNumbers(t *testing.T) {
	spec := Spec{Params: []Param{{Name: "n", Kind: Integer, Positive: true}}}
	for given, want := range map[any][]string{1: nil, "7": nil, nil: nil, "x": {"n is invalid"},
		0: {"n does not have a valid value"}, "-1": {"n does not have a valid value"}} {
		_, wrong := spec.Validate(Tree{"n": given})
		assert.Equal(t, want, wrong, "%v", given)
	}
}

// Grape, lib/grape/validations/validators/allow_blank.rb: asked of what is required even if it is not there, of what is
// optional if its key is; after the list of values.
func TestBlanks(t *testing.T) {
	spec := Spec{Params: []Param{{Name: "must", Required: true, NotBlank: true}, {Name: "may", NotBlank: true},
		{Name: "flag", Kind: Boolean, NotBlank: true},
		{Name: "in", Kind: Hash, Fields: []Param{{Name: "n", Kind: Integer, Required: true, NotBlank: true, Values: []string{"1"}}}}}}
	for _, row := range []struct {
		given Tree
		want  []string
	}{
		{Tree{"must": "x"}, nil},
		{Tree{"must": "x", "may": "y", "flag": false, "in": Tree{"n": 1}}, nil},
		{Tree{}, []string{"must is missing", "must is empty"}},
		{Tree{"must": nil, "may": nil, "flag": nil}, []string{"must is empty", "may is empty", "flag is empty"}},
		{Tree{"must": " \t", "may": "", "flag": ""}, []string{"must is empty", "may is empty", "flag is empty"}},
		{Tree{"must": "x", "in": Tree{"m": 1}}, []string{"in[n] is missing", "in[n] is empty"}},
		{Tree{"must": "x", "in": Tree{"n": ""}}, []string{"in[n] is empty"}},
		{Tree{"must": "x", "in": Tree{"n": 2}}, []string{"in[n] does not have a valid value"}},
	} {
		_, wrong := spec.Validate(row.given)
		assert.Equal(t, row.want, wrong, "%v", row.given)
	}
}

func TestNumbersWithinARange(t *testing.T) {
	spec := Spec{Params: []Param{{Name: "n", Kind: Integer, Within: &Range{Least: 1, Most: 9}},
		{Name: "from", Kind: Integer, Within: &Range{}}}}
	const wrong = " does not have a valid value"
	for _, row := range []struct {
		given Tree
		want  []string
	}{
		{Tree{}, nil}, {Tree{"n": nil}, nil}, {Tree{"n": 1}, nil}, {Tree{"n": "9", "from": 0}, nil}, {Tree{"from": 99_999}, nil},
		{Tree{"n": 0}, []string{"n" + wrong}}, {Tree{"n": 10}, []string{"n" + wrong}}, {Tree{"from": -1}, []string{"from" + wrong}},
		{Tree{"n": "x"}, []string{"n is invalid", "n" + wrong}}, {Tree{"from": "x"}, []string{"from is invalid", "from" + wrong}},
	} {
		_, problems := spec.Validate(row.given)
		assert.Equal(t, row.want, problems, "%v", row.given)
	}
}

func TestParametersThatAreToBeAbsent(t *testing.T) {
	spec := Spec{Params: []Param{{Name: "old", Absent: "is no more"}}}
	for _, row := range []struct {
		given Tree
		want  []string
	}{{Tree{}, nil}, {Tree{"old": "x"}, []string{"old is no more"}}} {
		_, problems := spec.Validate(row.given)
		assert.Equal(t, row.want, problems, "%v", row.given)
	}
}
