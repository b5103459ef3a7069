package params

import (
	"encoding/json"
	"math"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everyKind declares one parameter of each kind, named after it.
var everyKind = Spec{Params: []Param{
	{Name: "string"}, {Name: "integer", Kind: Integer}, {Name: "boolean", Kind: Boolean},
	{Name: "comma", Kind: CommaList}, {Name: "list", Kind: StringList}, {Name: "hash", Kind: Hash},
	{Name: "any", Kind: Any}, {Name: "datetime", Kind: DateTime}, {Name: "date", Kind: Date},
	{Name: "info", Kind: Hash, Fields: []Param{{Name: "name"},
		{Name: "config", Kind: Hash, Fields: []Param{{Name: "gpus"}}}}},
}}

// invalid marks the values that must be refused in TestCoerce.
type invalid struct{}

func TestCoerce(t *testing.T) {
	n := func(s string) json.Number { return json.Number(s) }
	type row struct{ raw, want any }
	file := &File{Filename: "f"}
	for name, rows := range map[string][]row{
		"string": {
			{"x", "x"}, {"", ""}, {nil, nil}, {true, "true"}, {n("123"), "123"}, {n("-0"), "0"}, {n("1.50"), "1.5"},
			{n("-0.0"), "-0.0"},
			{n("1e2"), "100.0"}, {n("1e15"), "1000000000000000.0"}, {n("1e16"), "1.0e+16"}, {n("1.25e20"), "1.25e+20"},
			{n("0.0001"), "0.0001"},
			{n("0.00001"), "1.0e-05"}, {n("1e400"), "Infinity"}, {n("-1e400"), "-Infinity"},
			{n("123456789012345678901234567890"), "123456789012345678901234567890"},
			{[]any{"x"}, invalid{}}, {Tree{}, invalid{}}, {file, invalid{}},
		},
		"integer": {
			{"5", 5}, {" 5 ", 5}, {"\t-5\n", -5}, {"+5", 5}, {"1_000", 1000}, {"010", 10}, {"0d12", 12}, {"", nil}, {nil, nil},
			{n("7"), 7},
			{n("1.9"), 1}, {n("-1.9"), -1}, {n("1e3"), 1000}, {"99999999999999999999", math.MaxInt},
			{"-99999999999999999999", math.MinInt},
			{n("99999999999999999999"), math.MaxInt}, {n("1e30"), math.MaxInt}, {n("-1e30"), math.MinInt}, {7, 7},
			{"0x1A", invalid{}}, {"1.5", invalid{}}, {"abc", invalid{}}, {"_1", invalid{}}, {"1_", invalid{}},
			{"1__0", invalid{}}, {"- 5", invalid{}}, {"1_0", 10}, {"0d5", 5}, {"0D5", 5}, {"1d5", invalid{}}, {"0d", invalid{}},
			{n("9223372036854775807"), math.MaxInt}, {n("9223372036854775808.0"), math.MaxInt}, {n("9007199254740993"), 9007199254740993}, {n("-1e19"), math.MinInt},
			{"-", invalid{}}, {" ", invalid{}}, {"0d", invalid{}}, {"0d_1", invalid{}}, {true, invalid{}},
			{n("1e400"), invalid{}}, {[]any{"1"}, invalid{}},
		},
		"boolean": {
			{"1", true}, {"On", true}, {"yes", true}, {"T", true}, {"Y", true}, {true, true}, {n("1"), true},
			{"0", false}, {"off", false}, {"NO", false}, {"F", false}, {"n", false}, {false, false}, {n("0"), false}, {"", nil},
			{nil, nil},
			{"on", true}, {"ON", true}, {"t", true}, {"true", true}, {"True", true}, {"TRUE", true}, {"y", true}, {"Yes", true},
			{"YES", true}, {"Off", false}, {"OFF", false}, {"f", false}, {"false", false}, {"False", false}, {"FALSE", false},
			{"no", false}, {"No", false}, {"N", false}, {file, invalid{}},
			{"tRue", invalid{}}, {"maybe", invalid{}}, {"2", invalid{}}, {n("1.0"), invalid{}}, {" true", invalid{}},
			{[]any{true}, invalid{}}, {Tree{}, invalid{}},
		},
		"comma": {
			{"x, y ,z", []string{"x", "y", "z"}}, {"a,,b", []string{"a", "", "b"}}, {"a,,", []string{"a"}},
			{"a, ,", []string{"a", ""}},
			{",a", []string{"", "a"}}, {",", []string{}}, {"", []string{}}, {nil, []string{}}, {n("1"), []string{}},
			{Tree{"a": "b"}, []string{}},
			{[]any{"x,y", "z", n("1"), nil, true}, []string{"x", "y", "z", "1", "true"}}, {[]string{"a"}, []string{"a"}},
			{[]any{[]any{"a"}}, []string{`["a"]`}},
		},
		"list": {
			{[]any{"a,b", n("1")}, []string{"a,b", "1"}}, {[]any{}, []string{}}, {"", []string{}}, {nil, nil},
			{"a", invalid{}}, {[]any{nil}, invalid{}}, {[]any{Tree{}}, invalid{}}, {Tree{}, invalid{}}, {n("1"), invalid{}},
		},
		"hash": {{Tree{"a": nil}, Tree{"a": nil}}, {nil, nil}, {"", invalid{}}, {"x", invalid{}}, {[]any{}, invalid{}}},
		"any":  {{[]any{"x", nil}, []any{"x", nil}}, {"", ""}, {nil, nil}},
		"datetime": {
			{"2024-07-01T12:00:00Z", "2024-07-01T12:00:00+00:00"}, {"2024-07-01T12:00:00.123Z", "2024-07-01T12:00:00+00:00"},
			{"2024-07-01T12:00:00+0200", "2024-07-01T12:00:00+02:00"}, {"2024-07-01 12:00:00", "2024-07-01T12:00:00+00:00"},
			{"2024-07-01", "2024-07-01T00:00:00+00:00"}, {"", nil}, {nil, nil},
			{"2024-07-01 12:00:00 +02:00", invalid{}},
			{"soon", invalid{}}, {"2024-13-01", invalid{}}, {n("1"), invalid{}}, {true, invalid{}},
		},
		"date": {
			{"2024-07-01", "2024-07-01"}, {"2024-07-01T23:00:00+02:00", "2024-07-01"}, {"", nil}, {nil, nil},
			{"soon", invalid{}}, {n("20240701"), invalid{}},
		},
	} {
		for _, r := range rows {
			values, errs := everyKind.Validate(Tree{name: r.raw})
			if _, bad := r.want.(invalid); bad {
				assert.Equal(t, []string{name + " is invalid"}, errs, "%v", r.raw)
				continue
			}
			assert.Empty(t, errs, "%s %v", name, r.raw)
			assert.Empty(t, cmp.Diff(r.want, values.data[name]), "%s %v", name, r.raw)
		}
	}
}

var runnerTypes = []string{"instance_type", "group_type", "project_type"}

func TestValidateErrors(t *testing.T) {
	register := Spec{Params: []Param{
		{Name: "token", Required: true},
		{Name: "active", Kind: Boolean}, {Name: "paused", Kind: Boolean},
		{Name: "access_level", Values: []string{"not_protected", "ref_protected"}},
		{Name: "maximum_timeout", Kind: Integer},
	}, Rules: []Rule{{MutuallyExclusive, []string{"active", "paused"}, "", ""}}}
	update := Spec{Params: []Param{
		{Name: "id", Kind: Integer, Required: true}, {Name: "description"}, {Name: "paused", Kind: Boolean},
	}, Rules: []Rule{{AtLeastOneOf, []string{"description", "paused"}, "", ""}}}
	create := Spec{Params: []Param{
		{Name: "runner_type", Required: true, Values: runnerTypes},
		{Name: "group_id", Kind: Integer, Required: true, When: &When{"runner_type", "group_type"}},
		{Name: "project_id", Kind: Integer, Required: true, When: &When{"runner_type", "project_type"}},
	}}
	list := Spec{Params: []Param{
		{Name: "version_prefix", Match: regexp.MustCompile(`^[\d+.]`)},
		{Name: "per_page", Kind: Integer, Default: 20, Except: []string{"0"}},
		{Name: "levels", Kind: CommaList, Values: []string{"a", "b"}},
		{Name: "type", Values: runnerTypes},
	}}
	user := Spec{Params: []Param{{Name: "email", Required: true}, {Name: "name", Required: true}, {Name: "uid"},
		{Name: "provider"}, {Name: "scopes", Kind: CommaList, Required: true, Values: []string{"a"}},
	}, Rules: []Rule{{AtLeastOneOf, []string{"password", "random"}, "email", ""},
		{AllOrNoneOf, []string{"uid", "provider"}, "", ""}}}
	output := Spec{Params: []Param{{Name: "output", Kind: Hash, Required: true, Fields: []Param{
		{Name: "checksum", Required: true, Values: []string{"x"}}, {Name: "bytesize", Kind: Integer},
	}}}}
	optional := Spec{Params: []Param{{Name: "info", Kind: Hash, Fields: []Param{{Name: "name", Required: true}}}}}

	for name, test := range map[string]struct {
		spec  Spec
		query string
		want  []string
	}{
		"joined": {register, "access_level=bogus&maximum_timeout=abc",
			[]string{"token is missing", "access_level does not have a valid value", "maximum_timeout is invalid"}},
		"present though empty": {register, "token=", nil},
		"present though null":  {register, "token", nil},
		"values refuse empty": {register, "token=x&access_level=",
			[]string{"access_level does not have a valid value"}},
		"values accept null": {register, "token=x&access_level", nil},
		"values see a bad list": {register, "token=x&access_level[]=y",
			[]string{"access_level is invalid", "access_level does not have a valid value"}},
		"exclusive": {register, "token=x&active=1&paused", []string{"active, paused are mutually exclusive"}},
		"at least one": {update, "id=1&foo=bar",
			[]string{"description, paused are missing, at least one parameter must be provided"}},
		"at least one, null": {update, "id=1&paused", nil},
		"id and rule": {update, "id=all", []string{"id is invalid",
			"description, paused are missing, at least one parameter must be provided"}},
		"missing fails twice": {create, "", []string{"runner_type is missing",
			"runner_type does not have a valid value"}},
		"null of a required value": {create, "runner_type", []string{"runner_type does not have a valid value"}},
		"given":                    {create, "runner_type=project_type", []string{"project_id is missing"}},
		"given, other":             {create, "runner_type=instance_type&project_id=abc", nil},
		"given, coerced":           {create, "runner_type=group_type&group_id=abc", []string{"group_id is invalid"}},
		"a rule in its place, and a list that is missing": {user, "", []string{"email is missing",
			"password, random are missing, at least one parameter must be provided", "name is missing", "scopes is missing"}},
		"one of all or none": {user, "email=a&name=b&random=1&scopes=a&uid",
			[]string{"uid, provider provide all or none of parameters"}},
		"all of all or none":      {user, "email=a&name=b&random=1&scopes=a&uid=1&provider=2", nil},
		"pattern":                 {list, "version_prefix=a17", []string{"version_prefix is invalid"}},
		"pattern and type, once":  {list, "version_prefix[]=a", []string{"version_prefix is invalid"}},
		"pattern holds":           {list, "version_prefix=17.", nil},
		"except":                  {list, "per_page=0", []string{"per_page has a value not allowed"}},
		"not a number":            {list, "per_page=x", []string{"per_page is invalid"}},
		"values of a list":        {list, "levels=a,c", []string{"levels does not have a valid value"}},
		"values of an empty list": {list, "levels=", nil},
		"values of an unfit hash": {list, "type[a]=b", []string{"type is invalid", "type does not have a valid value"}},
		"required hash":           {output, "", []string{"output is missing", "output[checksum] is missing"}},
		"fields": {output, "output[checksum]=y&output[bytesize]=z",
			[]string{"output[checksum] does not have a valid value", "output[bytesize] is invalid"}},
		"optional hash":             {optional, "", nil},
		"optional hash, wrong":      {optional, "info=x", []string{"info is invalid"}},
		"optional hash, not filled": {optional, "info[version]=1", []string{"info[name] is missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			tree, err := Parse(Input{RawQuery: test.query})
			require.Nil(t, err)
			_, errs := test.spec.Validate(tree)
			assert.Equal(t, test.want, errs)
		})
	}
	_, errs := optional.Validate(Tree{"info": Tree{}})
	assert.Empty(t, errs, "the inside of an empty optional hash is not looked at")
}

// TestOrderOfErrors holds that a rule complains behind the parameter after which it is declared, of the top level alone,
// and what is said of hashes and values that are not what they should be.
func TestOrderOfErrors(t *testing.T) {
	for name, c := range map[string]struct {
		spec  Spec
		given Tree
		want  []string
	}{
		"a rule's place": {Spec{Params: []Param{{Name: "h", Kind: Hash, Fields: []Param{{Name: "b"}}}, {Name: "a", Kind: Integer},
			{Name: "b", Kind: Integer}, {Name: "c", Kind: Integer}},
			Rules: []Rule{{Kind: AtLeastOneOf, Names: []string{"x", "y"}, After: "b"}}},
			Tree{"h": Tree{"b": "1"}, "a": "x", "b": "x", "c": "x"},
			[]string{"a is invalid", "b is invalid", "x, y are missing, at least one parameter must be provided", "c is invalid"}},
		"one value": {Spec{Params: []Param{{Name: "a", Required: true, Values: []string{"x"}}}}, Tree{},
			[]string{"a is missing", "a does not have a valid value"}},
		"one value, null": {Spec{Params: []Param{{Name: "a", Required: true, Values: []string{"x"}}}}, Tree{"a": nil},
			[]string{"a does not have a valid value"}},
		"null inside": {Spec{Params: []Param{{Name: "h", Kind: Hash, Fields: []Param{{Name: "a", Required: true,
			Values: []string{"x"}}}}}}, Tree{"h": Tree{"a": nil}}, nil},
		"a text for a hash": {Spec{Params: []Param{{Name: "h", Kind: Hash, Required: true, Fields: []Param{{Name: "a",
			Required: true}}}}}, Tree{"h": "x"}, []string{"h is invalid"}},
		"an empty hash that must be": {Spec{Params: []Param{{Name: "h", Kind: Hash, Required: true, Fields: []Param{{Name: "a",
			Required: true}}}}}, Tree{"h": Tree{}}, []string{"h[a] is missing"}},
		"an empty hash that need not be": {Spec{Params: []Param{{Name: "h", Kind: Hash, Fields: []Param{{Name: "a",
			Required: true}}}}}, Tree{"h": Tree{}}, nil},
		"one of a rule's": {Spec{Params: []Param{{Name: "a"}}, Rules: []Rule{{Kind: MutuallyExclusive,
			Names: []string{"a", "b"}, After: "a"}}}, Tree{"a": "1"}, nil},
		"a list of anything": {Spec{Params: []Param{{Name: "a", Kind: Any, Values: []string{"x", "1"}}}},
			Tree{"a": []any{"x", json.Number("1")}}, nil},
	} {
		_, errs := c.spec.Validate(c.given)
		assert.Equal(t, c.want, errs, name)
	}
}

func TestDefaults(t *testing.T) {
	spec := Spec{Params: []Param{
		{Name: "page", Kind: Integer, Default: 1},
		{Name: "only", Default: "x", When: &When{"page", "2"}},
		{Name: "tags", Kind: CommaList, Default: []string{"a"}},
	}}
	given := Tree{"page": ""}
	values, errs := spec.Validate(given)
	assert.Empty(t, errs)
	assert.Empty(t, cmp.Diff(map[string]any{"page": 1, "tags": []string{"a"}}, values.All()))
	assert.True(t, values.Has("page"), "sent, though null")
	assert.False(t, values.Has("tags"))
	assert.Equal(t, Tree{"page": ""}, given, "the request is left alone")

	list, _ := values.List("tags")
	list[0] = "changed"
	list, _ = values.List("tags")
	assert.Equal(t, []string{"a"}, list)

	values, _ = spec.Validate(Tree{"page": "2"})
	only, ok := values.String("only")
	assert.True(t, ok)
	assert.Equal(t, "x", only)
}
