package graphqlruby_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
)

func shown(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

func run(t testing.TB, s *graphqlruby.Schema, query string) graphqlruby.Result {
	t.Helper()
	return s.Run(nil, graphqlruby.Request{Query: query}, graphqlruby.Limits{})
}

// small is a schema of one's own, whose root fields are resolved by functions.
func small(t testing.TB, sdl string, fields map[string]graphqlruby.Field) *graphqlruby.Schema {
	t.Helper()
	return graphqlruby.Load(sdl, graphqlruby.Bindings{Fields: fields})
}

// The answers of several requests at once are those that Schema.multiplex of graphql-ruby 2.5.11 gave
// (lib/graphql/analysis.rb, analyze_multiplex).
func TestRunAll(t *testing.T) {
	const (
		me, name = `{ me { id } }`, `{ me { id name } }`
		sum      = `{"message":"Query has complexity of %d, which exceeds max complexity of %d"}`
		unparsed = `{"message":"Expected NAME, actual: (none) (\"\") at [1, 1]","locations":[{"line":1,"column":1}]}`
	)
	for _, c := range []struct {
		queries []string
		most    int
		want    []string
	}{
		{[]string{me, name}, 4, []string{
			`{"errors":[` + fmt.Sprintf(sum, 5, 4) + `]}`, `{"errors":[` + fmt.Sprintf(sum, 5, 4) + `]}`,
		}},
		{[]string{me, name}, 5, []string{`{"data":{"me":{"id":"1"}}}`, `{"data":{"me":{"id":"1","name":"Ann"}}}`}},
		{[]string{me, name}, 2, []string{
			`{"errors":[` + fmt.Sprintf(sum, 5, 2) + `]}`,
			`{"errors":[` + fmt.Sprintf(sum, 5, 2) + `,` + fmt.Sprintf(sum, 3, 2) + `]}`,
		}},
		{[]string{`{`, name}, 2, []string{
			`{"errors":[` + fmt.Sprintf(sum, 3, 2) + `,` + unparsed + `]}`,
			`{"errors":[` + fmt.Sprintf(sum, 3, 2) + `,` + fmt.Sprintf(sum, 3, 2) + `]}`,
		}},
		{[]string{`query A { __typename } query B { __typename }`, name}, 2, []string{
			`{"errors":[{"message":"An operation name is required"},` + fmt.Sprintf(sum, 3, 2) + `]}`,
			`{"errors":[` + fmt.Sprintf(sum, 3, 2) + `,` + fmt.Sprintf(sum, 3, 2) + `]}`,
		}},
	} {
		var requests []graphqlruby.Request
		for _, q := range c.queries {
			requests = append(requests, graphqlruby.Request{Query: q})
		}
		results := schema(t).RunAll(nil, requests, graphqlruby.Limits{Complexity: c.most})
		require.Len(t, results, len(c.want))
		for i, r := range results {
			assert.Equal(t, c.want[i], shown(t, r), "%v, at most %d", c.queries, c.most)
		}
	}
}

func TestRemoveDeprecated(t *testing.T) {
	s := schema(t)
	ask := func(query string) string {
		return shown(t, s.Run(nil, graphqlruby.Request{Query: query, RemoveDeprecated: true}, graphqlruby.Limits{}))
	}
	assert.Contains(t, ask(`{ old }`), "Field 'old' doesn't exist on type 'Query'")
	assert.Contains(t, ask(`{ users(status: OLD) { count } }`), "has an invalid value (OLD)")
	assert.Contains(t, ask(`{ filter(f: {must: true, old: 1}) }`), "InputObject 'Filter' doesn't accept argument 'old'")
	assert.NotContains(t, ask(`{ __schema { types { fields(includeDeprecated: true) { name } } } }`), `"old"`)
	assert.Equal(t, `{"data":{"__type":{"enumValues":[{"name":"ON"},{"name":"OFF"}]}}}`,
		ask(`{ __type(name: "Status") { enumValues(includeDeprecated: true) { name } } }`))
	assert.Equal(t, `{"data":{"old":1}}`, shown(t, run(t, s, `{ old }`)), "the whole schema is as it was")
}

// A type that only something deprecated leads to is gone with it, and one that nothing leads to was never there.
func TestUnreachableTypes(t *testing.T) {
	s := small(t, `
		type Query { now: Int was: Gone @deprecated }
		type Gone { at: Int }
		type Never { at: Int }`,
		map[string]graphqlruby.Field{"Query.now": always(1), "Query.was": always(nil)})
	ask := func(without bool) string {
		return shown(t, s.Run(nil, graphqlruby.Request{
			Query: `{ a: __type(name: "Gone") { name } b: __type(name: "Never") { name } }`, RemoveDeprecated: without,
		}, graphqlruby.Limits{}))
	}
	assert.Equal(t, `{"data":{"a":{"name":"Gone"},"b":null}}`, ask(false))
	assert.Equal(t, `{"data":{"a":null,"b":null}}`, ask(true))
}

func TestKeysKeepTheOrderOfTheDocument(t *testing.T) {
	assert.Equal(t, `{"data":{"z":"Query","me":{"name":"Ann","b":"Ann","id":"1"},"a":"Query"}}`, shown(t, run(t, schema(t),
		`{ z: __typename me { name ...F } a: __typename me { b: name } } fragment F on User { b: name id }`)))
}

// A schema need not have mutations and subscriptions (mutation_root_exists.rb,
// subscription_root_exists_and_single_subscription_selection.rb).
func TestRootsThatAreNotThere(t *testing.T) {
	fields := map[string]graphqlruby.Field{"Query.a": always(1), "Subscription.a": always(1)}
	none := small(t, `type Query { a: Int }`, map[string]graphqlruby.Field{"Query.a": always(1)})
	two := small(t, `type Query { a: Int } type Subscription { a: Int }`, fields)
	refusal := func(message, path, code string) string {
		return fmt.Sprintf(`{"errors":[{"message":"%s","locations":[{"line":1,"column":1}],"path":["%s"],`+
			`"extensions":{"code":"%s"}}]}`, message, path, code)
	}
	assert.Equal(t, refusal("Schema is not configured for mutations", "mutation M", "missingMutationConfiguration"),
		shown(t, run(t, none, `mutation M { a }`)))
	assert.Equal(t, refusal("Schema is not configured for subscriptions", "subscription S",
		"missingSubscriptionConfiguration"), shown(t, run(t, none, `subscription S { a }`)))
	assert.Equal(t, refusal("A subscription operation may only have one selection", "subscription",
		"notSingleSubscription"), shown(t, run(t, two, `subscription { a b: a }`)))
}

func TestUnknownFieldsAreListed(t *testing.T) {
	r := run(t, schema(t), `{ nope me { friend { x: nope2 } ...F } } fragment F on User { nope3 }`)
	assert.Equal(t, []graphqlruby.UnknownField{
		{Type: "Query", Field: "nope", Path: []any{"query", "nope"}},
		{Type: "User", Field: "nope2", Path: []any{"query", "me", "friend", "x"}},
		{Type: "User", Field: "nope3", Path: []any{"fragment F", "nope3"}},
	}, r.Unknown)
	assert.False(t, r.Executed)
	assert.NotContains(t, shown(t, r), `"data"`)
}

func TestSuggestionsAreAskedFor(t *testing.T) {
	assert.Contains(t, shown(t, run(t, schema(t), `{ mee { id } }`)), `"Field 'mee' doesn't exist on type 'Query'"`)
}

func TestWhatAResolverKnows(t *testing.T) {
	var seen []string
	note := func(text string) { seen = append(seen, text) }
	look := graphqlruby.Field{Resolve: func(x *exec, parent any, _ args) (any, error) {
		note(fmt.Sprintf("%s.%s as %s at %v, in %v, of %d and %d, by %v", x.Type, x.Field, x.Key, x.Path(),
			x.Parents(), x.Depth, x.Complexity, x.Context))
		note(fmt.Sprint(x.Selects("name"), x.Selects("in"), x.Selects("in", "name"), x.Selects("in", "in"), x.Selects()))
		x.Note("noted " + x.Key)
		if x.Key == "hurt" {
			x.AddError(&graphqlruby.Error{Message: "It hurts"})
		}
		return map[string]any{"name": x.Key}, nil
	}}
	s := small(t, `type Query { box: Box } type Box { name: String in: Box all: [Box] }`, map[string]graphqlruby.Field{
		"Query.box": look, "Box.in": look, "Box.all": {Resolve: func(*exec, any, args) (any, error) {
			return []any{map[string]any{"name": "first"}}, nil
		}},
	})
	r := s.Run("me", graphqlruby.Request{Query: `{ box { ...F in @skip(if: true) { in { name } } all { in { name } } } }
		fragment F on Box { hurt: in { n: name } }`}, graphqlruby.Limits{})
	require.NoError(t, r.Bug)
	assert.Equal(t, []string{
		"Query.box as box at [box], in [], of 4 and 6, by me",
		"false true true false true",
		"Box.in as hurt at [box hurt], in [map[name:box]], of 4 and 6, by me",
		"true false false false true",
		"Box.in as in at [box all 0 in], in [map[name:first] map[name:box]], of 4 and 6, by me",
		"true false false false true",
	}, seen)
	assert.Equal(t, []graphqlruby.Note{
		{Path: []any{"box"}, Text: "noted box"},
		{Path: []any{"box", "hurt"}, Text: "noted hurt"},
		{Path: []any{"box", "all", 0, "in"}, Text: "noted in"},
	}, r.Notes)
	// The column is one of the gem's: on the last line it counts from the beginning (Parser#column_at).
	assert.Equal(t, `{"errors":[{"message":"It hurts","locations":[{"line":2,"column":95}],"path":["box","hurt"]}],`+
		`"data":{"box":{"hurt":{"n":"hurt"},"all":[{"in":{"name":"in"}}]}}}`, shown(t, r))
}

// Fields are resolved one after another, each with all that is below it.
func TestOrderOfResolving(t *testing.T) {
	var order []string
	step := graphqlruby.Field{Resolve: func(x *exec, _ any, _ args) (any, error) {
		order = append(order, fmt.Sprint(x.Path()...))
		return map[string]any{}, nil
	}}
	s := small(t, `type Query { step: Step } type Mutation { step: Step } type Step { step: Step }`,
		map[string]graphqlruby.Field{"Query.step": step, "Mutation.step": step, "Step.step": step})
	run(t, s, `{ a: step { c: step { __typename } } b: step { __typename } }`)
	assert.Equal(t, []string{"a", "ac", "b"}, order)
	order = nil
	run(t, s, `mutation { a: step { c: step { __typename } } b: step { __typename } }`)
	assert.Equal(t, []string{"a", "ac", "b"}, order)
}

// Numbers come as they were decoded; 1.0 is a Float for Ruby, and no Int.
func TestNumbersOfVariables(t *testing.T) {
	const data = `{"data":{"add":2}}`
	for want, values := range map[string][]any{
		data:                            {1, int32(1), uint8(1), 1.0, float32(1), json.Number("1")},
		"was provided invalid value":    {1.5, json.Number("1.0"), json.Number("99999999999999999999"), uint64(1) << 63},
		`"value":99999999999999999999`:  {json.Number("99999999999999999999")},
		"Could not coerce value 1.0 to": {json.Number("1.0")},
	} {
		for _, value := range values {
			r := schema(t).Run(nil, graphqlruby.Request{
				Query: `query($a: Int!) { add(a: $a) }`, Variables: map[string]any{"a": value},
			}, graphqlruby.Limits{})
			assert.Contains(t, shown(t, r), want, "%T %v", value, value)
		}
	}
}

// What validation overlooks is no surprise to a resolver (see coerce).
func TestArgumentsThatMustBeThere(t *testing.T) {
	assert.Equal(t, `{"errors":[{"message":"`+"`null` is not a valid input for `Int!`"+
		`, please provide a value for this argument.","locations":[{"line":1,"column":23}],"path":["add"]}],`+
		`"data":{"add":null}}`,
		shown(t, run(t, schema(t), `fragment F on Query { add(a: $a) } query A($a: Int) { ...F }`)))
}

type reader struct{}

func (reader) FieldValue(name string) (any, bool) { return "read " + name, name == "name" }

func TestBugsOfTheCaller(t *testing.T) {
	const sdl = `type Query { box: Box n: Int e: E l: [Int] } type Box { name: String other: String } enum E { A }`
	ask := func(value any, query string) graphqlruby.Result {
		field := graphqlruby.Field{Resolve: func(*exec, any, args) (any, error) {
			if err, ok := value.(error); ok {
				return nil, err
			}
			return value, nil
		}}
		return run(t, small(t, sdl, map[string]graphqlruby.Field{
			"Query.box": field, "Query.n": field, "Query.e": field, "Query.l": field,
		}), query)
	}
	assert.Equal(t, `{"data":{"box":{"name":"read name"}}}`, shown(t, ask(reader{}, `{ box { name } }`)))
	for query, value := range map[string]any{
		`{ box { other } }`: reader{},
		`{ box { name } }`:  3,
		`{ n }`:             int64(1) << 40,
		`{ n n2: n }`:       "three",
		`{ e }`:             "B",
		`{ l }`:             3,
	} {
		assert.Error(t, ask(value, query).Bug, query)
	}
	broken := errors.New("broken")
	assert.ErrorIs(t, ask(broken, `{ n }`).Bug, broken)
	wrapped := fmt.Errorf("wrapped: %w", &graphqlruby.Error{Message: "seen"})
	assert.Contains(t, shown(t, ask(wrapped, `{ n }`)), `"seen"`)
	assert.Equal(t, `{"data":{"box":null}}`, shown(t, ask((*reader)(nil), `{ box { name } }`)), "a nil pointer is null")
}

func TestLoadPanics(t *testing.T) {
	one := map[string]graphqlruby.Field{"Query.a": always(1)}
	for want, load := range map[string]func(){
		"cannot be read":         func() { small(t, `type Query { a: Nope }`, one) },
		"has no type Query":      func() { small(t, `type Other { a: Int }`, nil) },
		"Query.a has no Resolve": func() { small(t, `type Query { a: Int }`, nil) },
		"a binding is for Query.b": func() {
			small(t, `type Query { a: Int }`, map[string]graphqlruby.Field{"Query.a": always(1), "Query.b": always(1)})
		},
		"a binding is for Time": func() {
			graphqlruby.Load(`type Query { a: Int }`, graphqlruby.Bindings{Fields: one,
				Scalars: map[string]graphqlruby.Scalar{"Time": {}}})
		},
		"Node needs TypeOf": func() { small(t, `type Query { a: Int } interface Node { a: Int }`, one) },
	} {
		func() {
			defer func() { assert.Contains(t, fmt.Sprint(recover()), want) }()
			load()
			t.Error("no panic: " + want)
		}()
	}
}

func TestCosts(t *testing.T) {
	s := small(t, `type Query { items(first: Int = 100, last: Int): [Item] } type Item { id: ID heavy: Int }`,
		map[string]graphqlruby.Field{
			"Query.items": {
				Resolve: func(x *exec, _ any, _ args) (any, error) { return nil, nil },
				Cost:    func(a args, children int) int { return 1 + children*a["first"].(int) },
			},
			"Item.heavy": {Cost: func(_ args, children int) int { return 10 }},
		})
	for query, want := range map[string]int{
		`{ items(first: 2) { id heavy } }`:                                  23,
		`{ items(first: 2) { id id x: id } }`:                               5,
		`{ items { id } }`:                                                  101,
		`{ items(first: 1) { ...F ...F } } fragment F on Item { heavy id }`: 12,
	} {
		assert.Equal(t, want, run(t, s, query).Complexity, query)
	}
}

// counter refuses documents in which one field is inside of itself.
type counter struct {
	open    []string
	skipped int
	nested  string
}

func (c *counter) Enter(f graphqlruby.AnalyzedField) {
	if f.Selections && slices.Contains(c.open, f.Name) {
		c.nested = f.Name
	}
	if f.Skipped {
		c.skipped++
	}
	c.open = append(c.open, f.Name)
}

func (c *counter) Leave(graphqlruby.AnalyzedField) { c.open = c.open[:len(c.open)-1] }

func (c *counter) Result() *graphqlruby.Error {
	if c.nested == "" && c.skipped < 2 {
		return nil
	}
	return &graphqlruby.Error{Message: fmt.Sprintf("nested %s, skipped %d", c.nested, c.skipped)}
}

func TestAnalyzers(t *testing.T) {
	sdl, err := os.ReadFile("testdata/schema.graphql")
	require.NoError(t, err)
	b := bindings()
	b.Analyzers = []func() graphqlruby.Analyzer{func() graphqlruby.Analyzer { return &counter{} }}
	s := graphqlruby.Load(string(sdl), b)
	for query, want := range map[string]string{
		`{ me { friend { id } } }`:                    `{"data":{"me":{"friend":{"id":"2"}}}}`,
		`{ me { friend { ... { friend { id } } } } }`: `{"errors":[{"message":"nested friend, skipped 0"}]}`,
		`{ me @skip(if: true) { id } __typename }`:    `{"errors":[{"message":"nested , skipped 2"}]}`,
		`{ nope }`: `{"errors":[{"message":"Field 'nope' doesn't exist on type 'Query'",` +
			`"locations":[{"line":1,"column":3}],"path":["query","nope"],` +
			`"extensions":{"code":"undefinedField","fieldName":"nope","typeName":"Query"}}]}`,
	} {
		assert.Equal(t, want, shown(t, run(t, s, query)))
	}
}

func TestChosen(t *testing.T) {
	const document = `query A { x: me { id } ...F node(id: 1) { id } me { id } }
		mutation { ... on Mutation { set } }
		subscription S { ...G ...Nope }
		fragment F on Query { ...F add node }
		fragment G on Subscription { a ...F }`
	name := func(text string) *string { return &text }
	for _, c := range []struct {
		document string
		name     *string
		want     graphqlruby.Operation
	}{
		{document, name("A"), graphqlruby.Operation{Kind: "query", Name: "A", Fields: []string{"me", "add", "node"}}},
		{document, nil, graphqlruby.Operation{Kind: "mutation", Fields: []string{"set"}}}, // the one without a name
		{document, name("S"), graphqlruby.Operation{Kind: "subscription", Name: "S", Fields: []string{"a", "add", "node"}}},
		{`query Only { me }`, nil, graphqlruby.Operation{Kind: "query", Name: "Only", Fields: []string{"me"}}},
		{document, name(""), graphqlruby.Operation{}}, // no operation has that name
		{document, name("Nope"), graphqlruby.Operation{}},
		{`query A { me } query B { me }`, nil, graphqlruby.Operation{}},
		{`fragment F on Query { me }`, nil, graphqlruby.Operation{}},
		{`{ a`, nil, graphqlruby.Operation{}},
		{``, nil, graphqlruby.Operation{}},
	} {
		got, found := graphqlruby.Chosen(c.document, c.name)
		assert.Equal(t, c.want, got)
		assert.Equal(t, c.want.Kind != "", found)
		assert.Equal(t, got.Kind, schema(t).Run(nil, graphqlruby.Request{Query: c.document, OperationName: c.name}, graphqlruby.Limits{}).Kind)
	}
}

// Nothing that a client sends takes long: what would overflow Ruby's stack or its time is refused in the gem's words.
func TestBounds(t *testing.T) {
	const (
		large   = `{"errors":[{"message":"This query is too large to execute.","locations":[]}]}`
		timeout = `{"errors":[{"message":"Timeout on validation of query","locations":[],` +
			`"extensions":{"code":"validationTimeout"}}]}`
		slow = `{"errors":[{"message":"Timeout on validation of query"}]}`
	)
	bomb := func(leaf string) string {
		var b strings.Builder
		b.WriteString("{ me { ...F0 } }")
		for i := range 60 {
			fmt.Fprintf(&b, " fragment F%d on User { a: friend { ...F%d } b: friend { ...F%d } }", i, i+1, i+1)
		}
		return b.String() + " fragment F60 on User { " + leaf + " }"
	}
	for name, c := range map[string]struct{ query, want string }{
		"deep selections": {strings.Repeat("{a", 100_000), large},
		"deep lists":      {"{ json(value: " + strings.Repeat("[", 100_000), large},
		"deep objects":    {"{ json(value: " + strings.Repeat("{a:", 100_000), large},
		"deep types":      {"query($a: " + strings.Repeat("[", 100_000), large},
		"many fields":     {"{" + strings.Repeat("a ", 5_000) + "}", ""},
		"one field":       {"{" + strings.Repeat("__typename ", 5_000) + "}", timeout},
		"spreads":         {bomb("id"), slow},
	} {
		got := shown(t, run(t, schema(t), c.query))
		if c.want != "" {
			assert.Equal(t, c.want, got, name)
		}
		assert.Less(t, len(got), 10_000, name)
	}
}

func TestManyGoroutines(t *testing.T) {
	s := schema(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			r := s.Run(nil, graphqlruby.Request{Query: `{ me { id friend { id } } }`, RemoveDeprecated: i%2 == 0},
				graphqlruby.Limits{})
			assert.Equal(t, `{"data":{"me":{"id":"1","friend":{"id":"2"}}}}`, shown(t, r))
		})
	}
	all.Wait()
}

// FuzzRun runs any document with any variables: it never panics, has no bug, shows JSON, and shows data exactly if it
// was executed.
func FuzzRun(f *testing.F) {
	text, err := os.ReadFile("testdata/recorded.json")
	require.NoError(f, err)
	var all []recordedRequest
	require.NoError(f, json.Unmarshal(text, &all))
	for _, r := range all {
		f.Add(r.Query, string(r.Variables), "")
	}
	f.Add(`query A { __typename } query B { __typename }`, `{}`, "A")
	f.Add(`fragment F on Query { add(a: $a) } query A($a: Int) { ...F }`, `{}`, "")
	s := schema(f)
	f.Fuzz(func(t *testing.T, query, variables, name string) {
		r := graphqlruby.Request{Query: query, Suggest: len(query)%2 == 0, RemoveDeprecated: len(query)%3 == 0}
		if json.Unmarshal([]byte(variables), &r.Variables) != nil {
			r.Variables = nil
		}
		if name != "" {
			r.OperationName = &name
		}
		result := s.Run(nil, r, graphqlruby.Limits{Depth: 20, Complexity: 300})
		require.NoError(t, result.Bug)
		var answer map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(shown(t, result)), &answer))
		_, data := answer["data"]
		assert.Equal(t, result.Executed, data)
		chosen, found := graphqlruby.Chosen(query, r.OperationName)
		assert.Equal(t, result.Kind, chosen.Kind)
		assert.True(t, found || !result.Executed)
	})
}

// An object that the caller does not let be shown is null with a note, whatever it stands in; what must not be null
// takes its parent along, with an error (Schema::Object.authorized?).
func TestUnauthorizedObjects(t *testing.T) {
	const sdl = `type Query { open: Box shut: Box! list: [Box] }  type Box { name: String  inner: Lock! }  type Lock { id: ID }`
	boxes := map[string]any{"name": "a", "inner": map[string]any{"id": 1}}
	give := func(value any) graphqlruby.Field {
		return graphqlruby.Field{Resolve: func(*graphqlruby.Exec, any, graphqlruby.Args) (any, error) { return value, nil }}
	}
	fields := map[string]graphqlruby.Field{"Query.open": give(boxes), "Query.shut": give(boxes),
		"Query.list": give([]any{boxes, nil})}
	refusing := func(refused string) *graphqlruby.Schema {
		return graphqlruby.Load(sdl, graphqlruby.Bindings{Fields: fields,
			Authorized: func(context any, typeName string, value any) string {
				assert.Nil(t, context)
				assert.NotNil(t, value)
				if typeName == refused {
					return "no " + typeName
				}
				return ""
			}})
	}
	all := `{ open { name inner { id } } list { name } }`
	assert.Equal(t, `{"data":{"open":{"name":"a","inner":{"id":"1"}},"list":[{"name":"a"},null]}}`,
		shown(t, run(t, refusing(""), all)))
	r := run(t, refusing("Box"), all)
	assert.Equal(t, `{"data":{"open":null,"list":[null,null]}}`, shown(t, r))
	assert.Equal(t, []graphqlruby.Note{{Path: []any{"open"}, Text: "no Box"}, {Path: []any{"list", 0}, Text: "no Box"}},
		r.Notes)
	assert.Contains(t, shown(t, run(t, refusing("Box"), `{ shut { name } }`)),
		`"message":"Cannot return null for non-nullable field Query.shut"`)
	assert.Contains(t, shown(t, run(t, refusing("Lock"), `{ open { name inner { id } } }`)), `"data":{"open":null}`)
}
