package graphql

// What a request asks for: one document or a batch of them, each with its variables
// (app/controllers/graphql_controller.rb, lib/gitlab/graphql/variables.rb).

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/graphqlruby"
	"github.com/fakegitlab/fakegitlab/internal/params"
)

// The parameters of a request, and of each document of a batch the first three.
const (
	paramQuery            = "query"
	paramOperationName    = "operationName"
	paramVariables        = "variables"
	paramExtensions       = "extensions" // of the protocol itself (GraphQL over HTTP); GitLab knows none
	paramRemoveDeprecated = "remove_deprecated"
)

// incoming is what a request asks for.
type incoming struct {
	documents        []document
	batch            bool
	removeDeprecated bool
}

// document is one document of a request.
type document struct {
	text          string
	noText        bool // a batch has it without a query
	operationName *string
	namesNone     bool // operationName came as null
	variables     map[string]any
	unreadable    string // what GitLab says of variables that it cannot read
	operation     graphqlruby.Operation
	chosen        bool // whether operation is the one that runs
}

// read reads what a request asks for and notes it for whoever looks at the request before it is answered.
func read(q *front.Request, sent params.Tree) {
	a := &incoming{removeDeprecated: boolean(sent[paramRemoveDeprecated])}
	var ignored []string
	known := []string{paramRemoveDeprecated}
	if list, isList := sent[params.JSONName].([]any); isList {
		a.batch = true
		known = append(known, params.JSONName)
		for _, element := range list {
			entry, isObject := element.(params.Tree)
			if !isObject {
				continue
			}
			ignored = append(ignored, unread(entry, strconv.Itoa(len(a.documents))+".", documentParams())...)
			a.documents = append(a.documents, batched(entry))
		}
	} else {
		known = append(known, documentParams()...)
		a.documents = []document{single(sent)}
	}
	if a.size() <= maxQuerySize { // GitLab looks into no others either, and some would take very long
		for i := range a.documents {
			d := &a.documents[i]
			d.operation, d.chosen = graphqlruby.Chosen(d.text, d.operationName)
		}
	}
	q.Asked = a
	q.Record.IgnoredParams = append(ignored, unread(sent, "", append(known, front.CredentialParams()...))...)
	q.Record.Params, q.Record.Operation = a.variables(), a.operations()
}

func documentParams() []string {
	return []string{paramQuery, paramOperationName, paramVariables, paramExtensions}
}

// unread are the names among those sent that nothing reads.
func unread(sent params.Tree, prefix string, known []string) []string {
	var names []string
	for name := range sent {
		if !slices.Contains(known, name) {
			names = append(names, prefix+name)
		}
	}
	slices.Sort(names)
	return names
}

// single is the document of a request that has one. What is no text counts as its text, what is no scalar as none.
func single(sent params.Tree) document {
	text, _ := scalar(sent[paramQuery])
	d := document{text: withoutLineBreaks(text)}
	d.complete(sent)
	return d
}

// batched is a document of a batch.
func batched(entry params.Tree) document {
	text, isScalar := scalar(entry[paramQuery])
	d := document{text: text, noText: !isScalar}
	d.complete(entry)
	return d
}

// complete adds what comes with a document.
func (d *document) complete(sent params.Tree) {
	if sentName, sent := sent[paramOperationName]; sent {
		name, isScalar := scalar(sentName)
		if isScalar {
			d.operationName = &name
		}
		d.namesNone = sentName == nil
	}
	d.variables, d.unreadable = variables(sent[paramVariables])
}

// introspects reports whether the document is the one that tools ask for the schema with, which GitLab knows by the
// operation's name (app/controllers/graphql_controller.rb, introspection_query?): that which was sent, were it null.
func (d *document) introspects() bool {
	return !d.namesNone && d.operation.Name == introspectionQuery
}

// introspectionQuery is the name of that operation.
const introspectionQuery = "IntrospectionQuery"

// mutates reports whether what runs is a mutation.
func (d *document) mutates() bool { return d.operation.Kind == kindMutation }

// scalar is the text of a parameter that Rails takes for a scalar, but for null.
func scalar(value any) (text string, isScalar bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	case bool:
		return strconv.FormatBool(value), true
	}
	return "", false
}

// boolean is Gitlab::Utils.to_boolean of a parameter, false for what is neither true nor false.
func boolean(value any) bool {
	text, _ := scalar(value)
	return slices.Contains([]string{"true", "t", "yes", "y", "1", "on"}, strings.ToLower(strings.TrimSpace(text)))
}

// withoutLineBreaks has the line breaks within quoted strings written as escapes, which GitLab does to a document that
// comes alone: graphql-ruby would refuse them (GraphQL::Language.escape_single_quoted_newlines).
func withoutLineBreaks(text string) string {
	var out strings.Builder
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case strings.HasPrefix(text[i:], `\"`), strings.HasPrefix(text[i:], `"""`):
			n := 2
			if c == '"' {
				n = len(`"""`)
			}
			out.WriteString(text[i : i+n])
			i += n - 1
		case c == '"':
			quoted = !quoted
			out.WriteByte(c)
		case quoted && c == '\n':
			out.WriteString(`\n`)
		case quoted && c == '\r':
			out.WriteString(`\r`)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// variables reads variables, which may come as text within other JSON, and that as often as one likes.
func variables(sent any) (values map[string]any, unreadable string) {
	for {
		switch value := sent.(type) {
		case nil:
			return map[string]any{}, ""
		case params.Tree:
			return plainValues(value).(map[string]any), ""
		case string:
			if strings.TrimSpace(value) == "" {
				return map[string]any{}, ""
			}
			var err error
			if sent, err = decoded(value); err != nil {
				return map[string]any{}, fmt.Sprintf(msgfUnreadableVariables, value)
			}
		default:
			return map[string]any{}, fmt.Sprintf(msgfUnexpectedVariables, graphqlruby.Inspect(plainValues(value)))
		}
	}
}

// decoded is the value of a JSON text.
func decoded(text string) (value any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind the value")
	}
	return value, nil
}

// plainValues are variables without the files that a form may have among them, which no argument takes.
func plainValues(value any) any {
	switch value := value.(type) {
	case params.Tree:
		out := make(map[string]any, len(value))
		for name, element := range value {
			out[name] = plainValues(element)
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, element := range value {
			out[i] = plainValues(element)
		}
		return out
	case *params.File:
		return map[string]any{"filename": value.Filename}
	}
	return value
}

// variables are those of the document or, of a batch, those of each by its place from 0.
func (a *incoming) variables() map[string]any {
	if !a.batch {
		return a.documents[0].variables
	}
	all := map[string]any{}
	for i, d := range a.documents {
		all[strconv.Itoa(i)] = d.variables
	}
	return all
}

// size is how many characters all documents have together.
func (a *incoming) size() int {
	n := 0
	for _, d := range a.documents {
		n += utf8.RuneCountInString(d.text)
	}
	return n
}
